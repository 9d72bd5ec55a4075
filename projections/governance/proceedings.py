"""Proceedings read model 程序台: what is pending against whom, how old it is and when the next step is due. plan P6, V4.

A proceeding is there for its two sides, the city, the auditor, and the district of its firm, else the one it was opened in.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, and_, func, select
from sqlalchemy.sql import ColumnElement, FromClause

from domain.access import Attribute, Role, Scope
from domain.governance.proceedings import decision, hearing, opening
from domain.governance.proceedings.proceeding import PROCEEDINGS as CAPABILITY
from domain.governance.proceedings.proceeding import STATUS_AFTER_PROCEEDING, ProceedingEvent
from domain.governance.proceedings.state import ENDED, ProceedingKind, ProceedingOutcome, ProceedingStatus, Side
from domain.kernel import key_of, kind_of
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.filters import one_of, sought
from projections.engine.pages import By, Order, Page
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Row, Tables, data, event_of, key
from projections.engine.scope import NEVER, Columns, to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()
NO_DAY = "9999-12-31"


class ProceedingRow(NamedTuple):
    """A proceeding as it stands 程序. Days as ISO text, times in microseconds of UTC; None = not so far.

    version: of the stream. due: last day of the step that runs; decision_due: by which the office decides, kept over a
    hearing. assumed: it was counted, in part, by the week alone. rank: place in
    the list, by the day that is due, then id; what has ended comes last.
    """

    id: str
    version: int
    kind: ProceedingKind
    status: ProceedingStatus
    about: str
    cause: str
    asked: str
    grounds: str
    provider: str | None
    enterprise: str | None
    district: str | None
    applicant_role: Role
    opened_on: str
    opened_at: Long
    opened_by: str
    rule: str | None
    rule_since: str
    due: str | None
    assumed: bool
    decision_due: str | None
    decision_assumed: bool
    statement: str | None
    asks_hearing: bool
    time_over: bool
    hearing: str | None
    venue: str | None
    minutes: str | None
    outcome: ProceedingOutcome | None
    reasons: str | None
    decided_by: str | None
    appeal_by: Side | None
    appeal_grounds: str | None
    ended_at: Long | None
    rank: str


PROCEEDINGS = Table(
    "proceedings",
    META,
    *columns(ProceedingRow, "id"),
    Index("ix_proceeding_rank", "rank"),
    Index("ix_proceeding_provider", "provider"),
)
STATED = (
    "kind",
    "about",
    "cause",
    "asked",
    "grounds",
    "provider",
    "enterprise",
    "district",
    "applicant_role",
    "opened_on",
    "opened_by",
    "rule",
    "rule_since",
)
LATER = (
    "due",
    "decision_due",
    "statement",
    "hearing",
    "venue",
    "minutes",
    "outcome",
    "reasons",
    "decided_by",
    "appeal_by",
    "appeal_grounds",
    "ended_at",
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Proceedings step by step."""
    table = tables[PROCEEDINGS]
    for entry in entries:
        found, identity, event = data(entry), key(entry), event_of(entry)
        if event is opening.ProceedingOpened:
            row: Row = {name: found[name] for name in STATED} | dict.fromkeys(LATER)
            row |= {"id": identity, "opened_at": entry.at, "status": STATUS_AFTER_PROCEEDING[event].value}
            row |= dict.fromkeys(("assumed", "decision_assumed", "asks_hearing", "time_over"), False)
        else:
            before = table.get(identity)
            assert before is not None, "a history starts with ProceedingOpened"  # noqa: S101 - guards replay, not input
            row = {**before, **_changes(event, found, before)}
            if event in STATUS_AFTER_PROCEEDING:
                row["status"] = STATUS_AFTER_PROCEEDING[event].value
        row["version"] = entry.version
        ended = row["status"] in ENDED
        if ended:
            row |= {"ended_at": entry.at, "due": None, "assumed": False}
        row["rank"] = f"{'~' if ended else row['due'] or NO_DAY} {identity}"
        table.put(row)


def _changes(event: type, found: dict[str, Any], before: Row) -> Row:
    match event:
        case opening.NoticeServed:
            return _running(found["answer"])
        case hearing.DeadlineMoved:
            return {"due": found["until"], "assumed": False}
        case hearing.StatementGiven:
            return {"statement": found["text"], "asks_hearing": found["asks_hearing"], **_deciding(found["decision"])}
        case hearing.TimeToAnswerEnded:
            return {"time_over": True, **_deciding(found["decision"])}
        case hearing.HearingSet:
            return {"hearing": found["day"], "venue": found["venue"], "due": found["day"], "assumed": False}
        case hearing.HearingHeld:
            return {"minutes": found["minutes"], "due": before["decision_due"], "assumed": before["decision_assumed"]}
        case decision.ProceedingDecided:
            told = {name: found[name] for name in ("outcome", "reasons", "decided_by")}
            return {**told, **_running(found["appeal"])}
        case decision.DecisionAppealed:
            return {"appeal_by": found["side"], "appeal_grounds": found["grounds"], **_running(found["decision"])}
        case decision.AppealDecided:
            return {name: found[name] for name in ("outcome", "reasons", "decided_by")}
        case _:
            return {}


def _deciding(decision: dict[str, Any]) -> Row:
    """The office's own time, kept while a hearing stands in between."""
    return {**_running(decision), "decision_due": decision["due"], "decision_assumed": decision["assumed"]}


def _running(deadline: dict[str, Any]) -> Row:
    return {"due": deadline["due"], "assumed": deadline["assumed"]}


PROCEEDING_READ_MODEL = ReadModel("proceedings", (PROCEEDINGS,), fold, frozenset(ProceedingEvent.__args__))


@dataclass(frozen=True)
class ProceedingFilter:
    """Which proceedings are looked for; of a list any of its values · 程序筛选."""

    kind: list[ProceedingKind] | None = sought("What they are about · 程序类别")
    status: list[ProceedingStatus] | None = sought("How far they have come · 程序状态")
    provider: list[str] | None = sought("Providers that are one of the two sides · 服务商", of="organisation")
    enterprise: list[str] | None = sought("Firms that are one of the two sides · 企业", of="enterprise")
    about: str | None = sought("What they are about, by the name of its stream · 所涉事项", of=())
    pending: bool | None = sought("True for those that have not ended, false for those that have · 是否在办", shown_by="ended_at")
    due_by: date | None = sought("Day by which their next step is due · 到期日", shown_by="due")


def proceeding_columns(snapshot: Snapshot) -> Columns:
    """How a scope reads a proceeding's row, joined to its firm's current row; other coordinates it has none."""
    table, firms = snapshot[PROCEEDINGS], snapshot[ENTERPRISES]
    none: Columns = {attribute: lambda *_value: NEVER for attribute in Attribute}
    return {
        **none,
        Attribute.ENTERPRISE: lambda value: table.c.enterprise == value,
        Attribute.PROVIDER: lambda value: table.c.provider == value,
        Attribute.DISTRICT: lambda value: func.coalesce(firms.c.district, table.c.district) == value,
    }


def _matching(snapshot: Snapshot, scope: Scope, where: ProceedingFilter) -> tuple[FromClause, list[ColumnElement[bool]]]:
    table, firms = snapshot[PROCEEDINGS], snapshot[ENTERPRISES]
    joined = table.outerjoin(firms, firms.c.id == table.c.enterprise)
    return joined, [to_sql(scope, proceeding_columns(snapshot)), *_asked(snapshot, table, where)]


def _asked(snapshot: Snapshot, table: Table, where: ProceedingFilter) -> Iterator[ColumnElement[bool]]:
    for name in ("kind", "status", "provider", "enterprise"):
        yield from one_of(snapshot, table.c[name], getattr(where, name))
    if where.about is not None:
        yield table.c.about == where.about
    if where.pending is not None:
        yield table.c.ended_at.is_(None) if where.pending else table.c.ended_at.is_not(None)
    if where.due_by is not None:
        yield and_(table.c.due.is_not(None), table.c.due <= where.due_by.isoformat())


BY_DUE_DAY: Order = (By("rank"),)
"""By the day that is due, then id; what has ended comes last."""


def proceedings(snapshot: Snapshot, scope: Scope, where: ProceedingFilter, page: Page) -> list[ProceedingRow]:
    """A page of proceedings within a scope 程序列表."""
    table = snapshot[PROCEEDINGS]
    joined, conditions = _matching(snapshot, scope, where)

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, ProceedingRow)).select_from(joined).where(*conditions), table.c.__getitem__)

    return [ProceedingRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def about(snapshot: Snapshot, kind: ProceedingKind, thing: str) -> list[str]:
    """Ids of every proceeding of a kind about a thing 就某事项的程序; who asks has judged who may know of them."""
    table = snapshot[PROCEEDINGS]
    query = select(table.c.id).where(table.c.kind == kind.value, table.c.about == thing).order_by(table.c.id)
    return [str(identity) for (identity,) in snapshot.rows(query)]


def about_any(snapshot: Snapshot, kind: ProceedingKind, things: Sequence[str]) -> list[str]:
    """Ids of every proceeding of a kind about any of some things 就多项事项的程序; who asks has judged who may know of them."""
    table = snapshot[PROCEEDINGS]
    query = select(table.c.id).where(table.c.kind == kind.value, snapshot.among(table.c.about, things)).order_by(table.c.id)
    return [str(identity) for (identity,) in snapshot.rows(query)]


def came_to_nothing(snapshot: Snapshot, proceedings: Sequence[str]) -> list[ProceedingRow]:
    """Those of some proceedings that were withdrawn, or dismissed in the end 未成立而终结的. For the program alone."""
    table = snapshot[PROCEEDINGS]
    query = select(*chosen(table, ProceedingRow)).where(snapshot.among(table.c.id, proceedings)).order_by(table.c.id)
    rows = [ProceedingRow._make(row) for row in snapshot.rows(query)]
    dismissed = (ProceedingStatus.FINAL, ProceedingOutcome.DISMISSED)
    return [row for row in rows if row.status == ProceedingStatus.WITHDRAWN or (row.status, row.outcome) == dismissed]


def over_by(snapshot: Snapshot, day: date) -> list[ProceedingRow]:
    """Pending proceedings, the whole city's, whose running time ended before a day 已届满, in order of its last day.

    For the program alone: it shows nobody anything.
    """
    table = snapshot[PROCEEDINGS]
    query = select(*chosen(table, ProceedingRow)).where(table.c.rank < day.isoformat()).order_by(table.c.rank)
    return [ProceedingRow._make(row) for row in snapshot.rows(query)]


def proceeding_count(snapshot: Snapshot, scope: Scope, where: ProceedingFilter) -> int:
    """How many proceedings a filter and a scope admit 程序数."""
    joined, conditions = _matching(snapshot, scope, where)
    return int(snapshot.rows(select(func.count()).select_from(joined).where(*conditions))[0][0])


def proceedings_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, ProceedingRow]:
    """Proceedings of many ids within a scope; those outside are absent."""
    table = snapshot[PROCEEDINGS]
    joined, conditions = _matching(snapshot, scope, ProceedingFilter())
    query = select(*chosen(table, ProceedingRow)).select_from(joined).where(*conditions, snapshot.among(table.c.id, ids))
    found = {row.id: row for row in map(ProceedingRow._make, snapshot.rows(query))}
    return {identity: found[identity] for identity in ids if identity in found}


class EndedProceeding(NamedTuple):
    """What a proceeding came to 程序结论. at: when, in microseconds of UTC. outcome: None = withdrawn before a decision."""

    at: int
    outcome: ProceedingOutcome | None


def ended_proceedings(snapshot: Snapshot, streams: Iterable[str], before: int | None = None) -> dict[str, EndedProceeding]:
    """Of streams those of proceedings that have ended, whoever asks: no more of them than that, and how 已终结的程序.

    before: the moment, in microseconds of UTC, before which they ended; None = by now.
    """
    wanted = {key_of(one): one for one in streams if kind_of(one) == CAPABILITY.name}
    if not wanted:
        return {}
    table = snapshot[PROCEEDINGS]
    known = [] if before is None else [table.c.ended_at < before]
    query = select(table.c.id, table.c.ended_at, table.c.status, table.c.outcome).where(
        table.c.ended_at.is_not(None), snapshot.among(table.c.id, sorted(wanted)), *known
    )
    return {
        wanted[identity]: EndedProceeding(at, ProceedingOutcome(outcome) if status == ProceedingStatus.FINAL.value else None)
        for identity, at, status, outcome in snapshot.rows(query)
    }
