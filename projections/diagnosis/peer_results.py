"""Peer results 同类结果: every case's first issued scores, and how the firm stood when they came out. plan P4, R1.

Rows of all firms, told to nobody; what is told of them is `domain.diagnosis.peers`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Index, MetaData, Table, select

from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.peers import PeerGroup, PeerResult, owner_of
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.scoring import DiagnosisScored
from domain.diagnosis.withdrawal import DiagnosisWithdrawn
from domain.instants import city_day, utc_moment
from domain.participants.enterprises import Firm
from journal import Entry
from projections.diagnosis import issued
from projections.engine.columns import Long, chosen, columns
from projections.engine.places import PRESENT_FACTS
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot
from standards import Form
from standards.edition.mapping import DIVISION, SizeClass

META = MetaData()


class PeerRow(NamedTuple):
    """A case as others' standings count it 同类结果. year to issued_at: of its first report, None before it.

    scored, first, issued: scores of the latest scoring, the first and the latest report, as JSON. rests_on: position that the
    latest report rests on.
    """

    diagnosis: str
    enterprise: str
    edition: str
    form: str
    year: int | None
    division: str | None
    size_class: str | None
    owner: str | None
    position: Long | None
    issued_at: Long | None
    withdrawn: Long | None
    scored: str | None
    first: str | None
    issued: str | None
    rests_on: Long | None


class FirmRow(NamedTuple):
    """What makes a firm alike, as it stands 企业现状."""

    enterprise: str
    division: str
    size_class: str
    owner: str


PEERS = Table(
    "peer_results",
    META,
    *columns(PeerRow, "diagnosis"),
    Index("ix_peer_group", "edition", "form", "year", "division", "size_class", "position"),
)
FIRMS = Table("peer_firms", META, *columns(FirmRow, "enterprise"))
for _table in (PEERS, FIRMS):
    issued.keep_inside(_table, *_table.c.keys())
LATER = tuple(name for name in PeerRow._fields if name not in ("diagnosis", "enterprise", "edition", "form"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Firms as they stand; cases by their scores, as far as they were reported."""
    cases, firms = tables[PEERS], tables[FIRMS]
    cases.load((key(entry),) for entry in entries if event_of(entry) not in PRESENT_FACTS)
    for entry in entries:
        found, identity, event = data(entry), key(entry), event_of(entry)
        if event in PRESENT_FACTS:
            firm = Firm.model_validate(found["firm"])
            alike = {
                "division": firm.industry[:DIVISION],
                "size_class": firm.size_class,
                "owner": owner_of(identity, firm),
            }
            firms.put({"enterprise": identity, **alike})
        elif event is DiagnosisOpened:
            opened = {name: found[name] for name in ("enterprise", "edition", "form")}
            cases.put({"diagnosis": identity, **opened, **dict.fromkeys(LATER)})
        elif event is DiagnosisScored:
            cases.change(identity, scored=_scores(found["verified"]))
        elif event is DiagnosisWithdrawn:
            cases.change(identity, withdrawn=entry.position)
        else:
            case = cases.get(identity) or {}
            changes: dict[str, object] = {"rests_on": found["file"]["rendered_at"]}
            if event is ReportIssued:
                changes["issued"] = case["scored"]
                changes |= _first(entry, case, firms.get(case["enterprise"]) or {}) if case["position"] is None else {}
            cases.change(identity, **changes)


def _scores(verified: Mapping[str, Any]) -> str:
    told = {"total": verified["total"], "dimensions": {one["id"]: one["score"] for one in verified["dimensions"]}}
    return orjson.dumps(told).decode()


def _first(entry: Entry, case: Mapping[str, Any], firm: Mapping[str, Any]) -> dict[str, object]:
    stood = {name: firm[name] for name in ("division", "size_class", "owner")}
    issued_at = {"year": city_day(utc_moment(entry.at)).year, "position": entry.position, "issued_at": entry.at}
    return stood | issued_at | {"first": case["scored"]}


PEER_RESULT_READ_MODEL = ReadModel(
    "peer_results",
    (PEERS, FIRMS),
    fold,
    PRESENT_FACTS | {DiagnosisOpened, DiagnosisScored, DiagnosisWithdrawn, ReportIssued, ReportConfirmed},
)


@dataclass(frozen=True, slots=True)
class ReportedCase:
    """A case with a report 已出报告案件. first_day: of its first report.

    total, dimensions: of its latest report; rests_on: position that this rests on.
    """

    group: PeerGroup
    owner: str
    first_day: date
    total: Decimal
    dimensions: Mapping[str, Decimal]
    rests_on: int


def reported_case(snapshot: Snapshot, diagnosis: str) -> ReportedCase | None:
    """A case that the caller was found to see, None before its first report."""
    table = snapshot[PEERS]
    query = select(*chosen(table, PeerRow)).where(table.c.diagnosis == diagnosis, table.c.position.is_not(None))
    for row in map(PeerRow._make, snapshot.rows(query)):
        group = PeerGroup(row.edition, Form(row.form), row.year or 0, row.division or "", SizeClass(row.size_class or ""))
        day = city_day(utc_moment(row.issued_at or 0))
        return ReportedCase(group, row.owner or "", day, *_read(row.issued), row.rests_on or 0)
    return None


def peers_of(snapshot: Snapshot, group: PeerGroup) -> list[PeerResult]:
    """Results of a group in the order in which they were issued, for a standing alone 同类结果清单."""
    table = snapshot[PEERS]
    told = ("diagnosis", "enterprise", "owner", "position", "first", "withdrawn")
    query = select(*(table.c[name] for name in told)).where(
        *(table.c[name] == value for name, value in group._asdict().items())
    )
    return [
        PeerResult(diagnosis, enterprise, owner, position, *_read(first), withdrawn)
        for diagnosis, enterprise, owner, position, first, withdrawn in snapshot.rows(query.order_by(table.c.position))
    ]


def _read(scores: str | None) -> tuple[Decimal, dict[str, Decimal]]:
    found = orjson.loads(scores or "")
    return Decimal(found["total"]), {name: Decimal(score) for name, score in found["dimensions"].items()}
