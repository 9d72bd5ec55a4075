"""Signals read model 异常信号台: each screening, and each signal with how far it has come. plan V5.

A signal lies in the district of its firm, and with the one concerned: the firm itself, or the provider of the case.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Index, MetaData, Select, Table, and_, func, select
from sqlalchemy.sql import ColumnElement, FromClause

from domain.access import Attribute, Scope
from domain.providers.signals import signal as facts
from domain.providers.signals.numbers import OF_THE_FIRM, SignalKind
from domain.providers.signals.screening import SCREENINGS as SCREENING_CAPABILITY
from domain.providers.signals.screening import Screening, ScreeningEvent, ScreeningRequested, ScreeningStatus
from domain.providers.signals.state import SignalStatus
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.filters import one_of, sought
from projections.engine.pages import By, Order, Page
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Row, Tables, data, event_of, key
from projections.engine.scope import NOWHERE, Columns, to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()


class ScreeningRow(NamedTuple):
    """A screening 筛查. requested_at: microseconds of UTC. body: JSON of `Screening`, the folded state."""

    id: str
    district: str | None
    status: ScreeningStatus
    requested_at: Long
    body: str

    def state(self) -> Screening:
        """The screening as the rules see it."""
        return Screening.model_validate_json(self.body)


class SignalRow(NamedTuple):
    """A signal 异常信号. Times in microseconds of UTC; due: ISO text; evidence, counterparts: JSON lists of stream/version.

    concerns_firm: whether the firm is to answer, else the provider. statement, reason and what goes with them: None before.
    """

    id: str
    version: int
    kind: SignalKind
    status: SignalStatus
    diagnosis: str
    enterprise: str
    provider: str
    concerns_firm: bool
    section: str | None
    value: Decimal
    threshold: Decimal
    expected: Decimal
    rule_since: str
    evidence: str
    counterparts: str
    raised_at: Long
    due: str
    statement: str | None
    answered_at: Long | None
    reason: str | None
    closed_at: Long | None
    closed_by: str | None


SCREENINGS = Table(
    "screenings", META, *columns(ScreeningRow, "id"), Index("ix_screening_requested_at", "requested_at", "id")
)
SIGNALS = Table(
    "signals",
    META,
    *columns(SignalRow, "id"),
    Index("ix_signal_raised_at", "raised_at", "id"),
    Index("ix_signal_provider", "provider", "raised_at"),
    Index("ix_signal_enterprise", "enterprise", "raised_at"),
)
STATED = ("kind", "diagnosis", "enterprise", "provider", "section", "value", "threshold", "expected", "rule_since")
LATER = ("statement", "answered_at", "reason", "closed_at", "closed_by")


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Screenings by the rules' own fold, signals step by step."""
    for entry in entries:
        if event_of(entry) in SCREENING_CAPABILITY.events:
            _screening(tables[SCREENINGS], entry)
            continue
        found, identity = data(entry), key(entry)
        match event_of(entry):
            case facts.SignalRaised:
                row: Row = {"id": identity, "status": SignalStatus.RAISED.value, **{name: found[name] for name in STATED}}
                row |= {name: orjson.dumps(found[name]).decode() for name in ("evidence", "counterparts")}
                row |= {"concerns_firm": found["kind"] in OF_THE_FIRM, "due": found["answer_by"]["due"], "raised_at": entry.at}
                tables[SIGNALS].put({**row, "version": entry.version, **dict.fromkeys(LATER)})
            case facts.SignalAnswered:
                told = {"status": SignalStatus.ANSWERED.value, "statement": found["statement"], "answered_at": entry.at}
                tables[SIGNALS].change(identity, version=entry.version, **told)
            case _:
                told = {"status": found["outcome"], "reason": found["reason"], "closed_by": found["closed_by"]}
                tables[SIGNALS].change(identity, version=entry.version, closed_at=entry.at, **told)


def _screening(table: Any, entry: Entry) -> None:  # noqa: ANN401 - a table of the fold
    row, event = table.get(key(entry)), decode(SCREENING_CAPABILITY, entry.type, entry.state)
    known = Screening.model_validate_json(row["body"]) if row is not None else None
    state: Screening = SCREENING_CAPABILITY.evolve(known, event)
    begun = entry.at if isinstance(event, ScreeningRequested) or row is None else row["requested_at"]
    told = {"district": state.district, "status": state.status.value, "requested_at": begun}
    table.put({"id": key(entry), **told, "body": state.model_dump_json()})


SIGNAL_READ_MODEL = ReadModel(
    "signals", (SCREENINGS, SIGNALS), fold, frozenset({*ScreeningEvent.__args__, *facts.SignalEvent.__args__})
)


@dataclass(frozen=True)
class ScreeningFilter:
    """Which screenings are looked for 筛查筛选; None = any."""

    status: ScreeningStatus | None = None


@dataclass(frozen=True)
class SignalFilter:
    """Which signals are looked for; of a list any of its values · 信号筛选."""

    kind: list[SignalKind] | None = sought("What they are about · 信号类别")
    status: list[SignalStatus] | None = sought("How far they have come · 信号状态")
    provider: list[str] | None = sought("Providers of the cases · 服务商", of="organisation")
    enterprise: list[str] | None = sought("Firms of the cases · 企业标识", of="enterprise")


SCREENINGS_NEWEST_FIRST: Order = (By("requested_at", descending=True), By("id"))
NEWEST_FIRST: Order = (By("raised_at", descending=True), By("id"))


def _screened(table: Table, scope: Scope, where: ScreeningFilter) -> Iterator[ColumnElement[bool]]:
    lies: Columns = {**NOWHERE, Attribute.DISTRICT: lambda value: table.c.district == value}
    yield to_sql(scope, lies)
    if where.status is not None:
        yield table.c.status == where.status.value


def screenings(snapshot: Snapshot, scope: Scope, where: ScreeningFilter, page: Page) -> list[ScreeningRow]:
    """A page of the screenings within a scope 筛查列表."""
    table = snapshot[SCREENINGS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, ScreeningRow)).where(*_screened(table, scope, where)), table.c.__getitem__)

    return [ScreeningRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def screening_count(snapshot: Snapshot, scope: Scope, where: ScreeningFilter) -> int:
    """How many there are 筛查数."""
    table = snapshot[SCREENINGS]
    return int(snapshot.rows(select(func.count()).select_from(table).where(*_screened(table, scope, where)))[0][0])


def screenings_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, ScreeningRow]:
    """Screenings of many ids within a scope."""
    table = snapshot[SCREENINGS]
    conditions = (*_screened(table, scope, ScreeningFilter()), snapshot.among(table.c.id, ids))
    return {row[0]: ScreeningRow._make(row) for row in snapshot.rows(select(*chosen(table, ScreeningRow)).where(*conditions))}


def requested_screenings(snapshot: Snapshot) -> list[ScreeningRow]:
    """Screenings that wait to be done, the whole city's 待筛查; for the program alone."""
    table = snapshot[SCREENINGS]
    waiting = table.c.status == ScreeningStatus.REQUESTED.value
    query = select(*chosen(table, ScreeningRow)).where(waiting).order_by(table.c.requested_at, table.c.id)
    return [ScreeningRow._make(row) for row in snapshot.rows(query)]


def raised_signals(snapshot: Snapshot) -> frozenset[str]:
    """Ids of all signals there are 已提出信号; for the program alone."""
    return frozenset(str(one) for (one,) in snapshot.rows(select(snapshot[SIGNALS].c.id)))


def _matching(snapshot: Snapshot, scope: Scope, where: SignalFilter) -> tuple[FromClause, list[ColumnElement[bool]]]:
    table, firms = snapshot[SIGNALS], snapshot[ENTERPRISES]
    lies: Columns = {
        **NOWHERE,
        Attribute.DISTRICT: lambda value: firms.c.district == value,
        Attribute.PROVIDER: lambda value: and_(table.c.provider == value, table.c.concerns_firm.is_(False)),
        Attribute.ENTERPRISE: lambda value: and_(table.c.enterprise == value, table.c.concerns_firm.is_(True)),
    }
    joined = table.join(firms, firms.c.id == table.c.enterprise)
    return joined, [to_sql(scope, lies), *_asked(snapshot, table, where)]


def _asked(snapshot: Snapshot, table: Table, where: SignalFilter) -> Iterator[ColumnElement[bool]]:
    for name in ("kind", "status", "provider", "enterprise"):
        yield from one_of(snapshot, table.c[name], getattr(where, name))


def signals(snapshot: Snapshot, scope: Scope, where: SignalFilter, page: Page) -> list[SignalRow]:
    """A page of the signals within a scope 信号列表."""
    table = snapshot[SIGNALS]
    joined, conditions = _matching(snapshot, scope, where)

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, SignalRow)).select_from(joined).where(*conditions), table.c.__getitem__)

    return [SignalRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def signal_count(snapshot: Snapshot, scope: Scope, where: SignalFilter) -> int:
    """How many signals a filter and a scope admit 信号数."""
    joined, conditions = _matching(snapshot, scope, where)
    return int(snapshot.rows(select(func.count()).select_from(joined).where(*conditions))[0][0])


def signals_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, SignalRow]:
    """Signals of many ids within a scope; what lies outside is absent."""
    table = snapshot[SIGNALS]
    joined, conditions = _matching(snapshot, scope, SignalFilter())
    query = select(*chosen(table, SignalRow)).select_from(joined).where(*conditions, snapshot.among(table.c.id, ids))
    return {row[0]: SignalRow._make(row) for row in snapshot.rows(query)}
