"""Agreement read model 一致性台: each study, and each indicator as the latest study of its year found it. plan S5, P3."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Index, MetaData, Select, Table, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.providers.agreement.numbers import AssessmentPair, IndicatorOutcome
from domain.providers.agreement.study import AGREEMENTS as AGREEMENT_CAPABILITY
from domain.providers.agreement.study import AgreementComputed, AgreementEvent, AgreementStatus
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class AgreementStudyRow(NamedTuple):
    """An agreement study 一致性测算. requested_at: microseconds of UTC. body: JSON of the folded state without its indicators."""

    id: str
    year: int
    edition: str
    status: AgreementStatus
    version: int
    requested_at: Long
    method: str | None
    rule_since: str | None
    position: Long | None
    input_digest: str | None
    queued: int | None


class IndicatorAgreementRow(NamedTuple):
    """Agreement on an indicator 指标一致性. id: year, edition, comparison and indicator. table: JSON of the cells with cases."""

    id: str
    study: str
    year: int
    edition: str
    comparison: AssessmentPair
    indicator: str
    cases: int | None
    kappa: Decimal | None
    alpha: Decimal | None
    low: Decimal | None
    high: Decimal | None
    within: Decimal | None
    queued: bool
    table: str


STUDIES = Table(
    "agreement_studies", META, *columns(AgreementStudyRow, "id"), Index("ix_agreement_requested_at", "requested_at", "id")
)
INDICATOR_AGREEMENTS = Table(
    "indicator_agreements", META, *columns(IndicatorAgreementRow, "id"), Index("ix_indicator_agreement", "edition", "year")
)
FOUND = ("cases", "kappa", "alpha", "low", "high", "within", "queued")


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each study step by step, and what it found of each indicator in place of an earlier one."""
    for entry in entries:
        identity = key(entry)
        if event_of(entry) is AgreementComputed:
            event = decode(AGREEMENT_CAPABILITY, entry.type, entry.state)
            assert isinstance(event, AgreementComputed)  # noqa: S101 - as its name says
            told = {name: getattr(event, name) for name in ("method", "position", "input_digest", "queued")}
            told |= {"status": AgreementStatus.COMPUTED.value, "rule_since": event.rule_since.isoformat()}
            study = tables[STUDIES].get(identity)
            assert study is not None, "a history starts with AgreementRequested"  # noqa: S101 - guards replay, not input
            tables[STUDIES].put({**study, **told, "version": entry.version})
            _indicators(tables, identity, study["year"], study["edition"], event)
            continue
        empty = dict.fromkeys(("method", "rule_since", "position", "input_digest", "queued"))
        told = {name: data(entry)[name] for name in ("year", "edition")} | {"status": AgreementStatus.REQUESTED.value}
        tables[STUDIES].put({"id": identity, **told, **empty, "version": entry.version, "requested_at": entry.at})


def _indicators(tables: Tables, study: str, year: int, edition: str, event: AgreementComputed) -> None:
    of = {"study": study, "year": year, "edition": edition}
    for one in event.indicators:
        stated = one.model_dump(mode="json")
        told = {name: stated[name] for name in FOUND}
        named = {"comparison": one.comparison.value, "indicator": one.indicator}
        identity = f"{year}.{edition}.{one.comparison.value}.{one.indicator}"
        row = {"id": identity, **of, **named, **told, "table": orjson.dumps(stated["table"]).decode()}
        tables[INDICATOR_AGREEMENTS].put(row)


AGREEMENT_READ_MODEL = ReadModel(
    "agreement", (STUDIES, INDICATOR_AGREEMENTS), fold, frozenset(AgreementEvent.__args__)
)


@dataclass(frozen=True)
class AgreementStudyFilter:
    """Which studies are looked for 一致性测算筛选; None = any."""

    status: AgreementStatus | None = None


@dataclass(frozen=True)
class IndicatorAgreementFilter:
    """Which indicators are looked for 指标一致性筛选; None = any."""

    year: int | None = None
    edition: str | None = None
    comparison: AssessmentPair | None = None
    queued: bool | None = None


NEWEST_FIRST: Order = (By("requested_at", descending=True), By("id"))


def _studied(table: Table, where: AgreementStudyFilter) -> Iterator[ColumnElement[bool]]:
    if where.status is not None:
        yield table.c.status == where.status.value


def studies(snapshot: Snapshot, _scope: Scope, where: AgreementStudyFilter, page: Page) -> list[AgreementStudyRow]:
    """A page of studies 一致性测算列表; they are the whole city's, and who is told of them is a matter of role."""
    table = snapshot[STUDIES]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, AgreementStudyRow)).where(*_studied(table, where)), table.c.__getitem__)

    return [AgreementStudyRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def study_count(snapshot: Snapshot, _scope: Scope, where: AgreementStudyFilter) -> int:
    """How many there are 一致性测算数."""
    table = snapshot[STUDIES]
    return int(snapshot.rows(select(func.count()).select_from(table).where(*_studied(table, where)))[0][0])


def studies_by_id(snapshot: Snapshot, _scope: Scope, ids: Sequence[str]) -> dict[str, AgreementStudyRow]:
    """Studies of many ids."""
    table = snapshot[STUDIES]
    query = select(*chosen(table, AgreementStudyRow)).where(snapshot.among(table.c.id, ids))
    return {row[0]: AgreementStudyRow._make(row) for row in snapshot.rows(query)}


def requested_studies(snapshot: Snapshot) -> list[AgreementStudyRow]:
    """Studies that wait to be worked out 待测算一致性; for the program alone."""
    table = snapshot[STUDIES]
    waiting = table.c.status == AgreementStatus.REQUESTED.value
    query = select(*chosen(table, AgreementStudyRow)).where(waiting).order_by(table.c.requested_at, table.c.id)
    return [AgreementStudyRow._make(row) for row in snapshot.rows(query)]


def outcomes_before(snapshot: Snapshot, year: int, edition: str) -> tuple[IndicatorOutcome, ...]:
    """What the study before told of a year and edition 前次测算结果, in order; for the program alone."""
    table = snapshot[INDICATOR_AGREEMENTS]
    query = select(*chosen(table, IndicatorAgreementRow)).where(table.c.year == year, table.c.edition == edition)
    rows = [IndicatorAgreementRow._make(row) for row in snapshot.rows(query.order_by(table.c.id))]
    return tuple(_outcome(row) for row in rows)


def _outcome(row: IndicatorAgreementRow) -> IndicatorOutcome:
    told = {name: getattr(row, name) for name in ("comparison", "indicator", *FOUND)}
    return IndicatorOutcome(**told, table=orjson.loads(row.table))


def _asked(table: Table, where: IndicatorAgreementFilter) -> Iterator[ColumnElement[bool]]:
    for name in ("year", "edition", "queued"):
        if (value := getattr(where, name)) is not None:
            yield table.c[name] == value
    if where.comparison is not None:
        yield table.c.comparison == where.comparison.value


def indicator_agreements(
    snapshot: Snapshot, _scope: Scope, where: IndicatorAgreementFilter, page: Page
) -> list[IndicatorAgreementRow]:
    """A page of indicators 指标一致性列表; the whole city's, as `studies`."""
    table = snapshot[INDICATOR_AGREEMENTS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, IndicatorAgreementRow)).where(*_asked(table, where)), table.c.__getitem__)

    return [IndicatorAgreementRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def indicator_agreement_count(snapshot: Snapshot, _scope: Scope, where: IndicatorAgreementFilter) -> int:
    """How many there are 指标一致性数."""
    table = snapshot[INDICATOR_AGREEMENTS]
    return int(snapshot.rows(select(func.count()).select_from(table).where(*_asked(table, where)))[0][0])
