"""Validity · 有效时段: from which position to which a firm or a diagnosis was what lists look for. plan P5.

A list of the past is found here and told by `projections.as_of.replay`: these rows bear what a filter asks, for each period
in which it stayed the same, and nothing else. A firm has a few of them, a diagnosis about eight, however many answers are
saved. The scope is today's, judged on today's rows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    exists,
    func,
    select,
)
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.diagnosis import opening, provider, scoring
from domain.diagnosis.case import STATUS_AFTER
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.state import status_after_objections
from domain.kernel import Event, without_invisible
from domain.participants.enterprises import plain
from journal import Entry
from projections.diagnosis import issued
from projections.diagnosis.diagnoses import (
    OF_THE_FIRM,
    DiagnosisFilter,
    diagnosis_columns,
    of_the_case,
    waits_for_an_answer,
)
from projections.diagnosis.diagnoses_fold import DIAGNOSES, TOTALS, DiagnosisRow
from projections.engine.columns import columns
from projections.engine.filters import is_so, one_of
from projections.engine.pages import Page, Place, numeric
from projections.engine.places import ENTERPRISES, PRESENT_FACTS, EnterpriseRow
from projections.engine.read_model import ReadModel, Row, Rows, Tables, data, event_of, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import EnterpriseFilter, as_stated, enterprise_columns

META = MetaData()
ENDLESS = 2**63 - 1
"""`until` of the period that holds to this day: a key of its own, so that the period before is found without a search."""

STATED = ("uscc", "name", "district", "subdistrict", "park", "reporting_unit", "group", "industry", "size_class", "above_scale")
ENTERPRISE_PERIODS = Table(
    "enterprise_periods",
    META,
    Column("enterprise", String, primary_key=True),
    Column("until", BigInteger, primary_key=True),
    Column("since", BigInteger, nullable=False),
    *columns(EnterpriseRow, only=(*STATED, "changed_at")),
    Column("sought", String, nullable=False),
)
"""sought: the name as it is searched. changed_at: when the firm was stated so."""
LOOKED_FOR = ("status", "status_since", "provider", "grade", "verified_total")
SEEN_OUTSIDE = ("outside_status", "outside_status_since", "issued_grade", "issued_verified_total", "issued_version")
DIAGNOSIS_PERIODS = Table(
    "diagnosis_periods",
    META,
    Column("diagnosis", String, primary_key=True),
    Column("until", BigInteger, primary_key=True),
    Column("since", BigInteger, nullable=False),
    *columns(DiagnosisRow, only=LOOKED_FOR),
    *(column for column in issued.columns() if column.name in SEEN_OUTSIDE),
)
"""since, until: positions; a row holds from `since` up to before `until`. outside_status, issued_grade: see `issued.py`."""
issued.keep_inside(DIAGNOSIS_PERIODS, "status", "status_since", "grade", "verified_total")

RESULTS = ("grade", "verified_total", "issued_grade", "issued_verified_total", "issued_version")
DIAGNOSIS_FACTS: frozenset[type[Event]] = frozenset({*STATUS_AFTER, provider.ProviderAssigned, *issued.ENDS_DISPUTE})


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """A period ends where the next one with other values begins."""
    firms, cases = tables[ENTERPRISE_PERIODS], tables[DIAGNOSIS_PERIODS]
    firms.load((key(entry), ENDLESS) for entry in entries if event_of(entry) in PRESENT_FACTS)
    cases.load((key(entry), ENDLESS) for entry in entries if event_of(entry) in DIAGNOSIS_FACTS)
    for entry in entries:
        found = data(entry)
        if event_of(entry) in PRESENT_FACTS:
            values = {name: found["firm"].get(name) for name in STATED}
            beside = {"sought": plain(found["firm"]["name"]), "changed_at": entry.at}
            _begin(firms, {"enterprise": key(entry), **beside, **values}, entry.position)
        else:
            before = cases.get(key(entry), ENDLESS) or {"diagnosis": key(entry), **dict.fromkeys(RESULTS)}
            changes = _outside(event_of(entry), found, before) | _changed(event_of(entry), found)
            _begin(cases, before | changes | issued.since(entry, changes, before), entry.position)


def _changed(event: type[Event], found: Row) -> Row:
    """What a fact changes of what a list of diagnoses looks for."""
    status = {"status": STATUS_AFTER[event].value} if event in STATUS_AFTER else {}
    match event:
        case opening.DiagnosisOpened | provider.ProviderAssigned | provider.DiagnosisAccepted:
            return status | {"provider": found["provider"]}
        case scoring.DiagnosisScored:
            return status | {"grade": found["issued"]["grade"], "verified_total": found["verified"]["total"]}
    if (upheld := issued.upheld_in(event, found)) is not None:
        return {"status": status_after_objections(upheld=upheld).value}
    return status


def _outside(event: type[Event], found: Row, before: Row) -> Row:
    """What a fact changes of what a reader outside the case may look for."""
    if issued.upheld_in(event, found) is False:
        return {"outside_status": status_after_objections(upheld=False).value}
    graded = {f"issued_{name}": before[name] for name in ("grade", "verified_total")} if event is ReportIssued else {}
    graded |= {"issued_version": found["version"]} if event in (ReportIssued, ReportConfirmed) else {}
    return graded | ({"outside_status": issued.STATUS_OUTSIDE[event]} if event in issued.STATUS_OUTSIDE else {})


def _begin(rows: Rows, values: Row, position: int) -> None:
    """A period with some values begins, unless the one that holds has the same."""
    identity = next(iter(values.values()))
    before = rows.get(identity, ENDLESS)
    if before is not None:
        if before.items() >= {**values, "until": ENDLESS, "since": before["since"]}.items():
            return
        rows.put(before | {"until": position})
    rows.put(values | {"until": ENDLESS, "since": position})


VALIDITY = ReadModel("periods", (ENTERPRISE_PERIODS, DIAGNOSIS_PERIODS), fold, PRESENT_FACTS | DIAGNOSIS_FACTS)


def held_at(table: Table, position: int | ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    """Whether a period holds at a position 时段是否有效."""
    return (table.c.since <= position, table.c.until > position)


def _held(table: Table) -> tuple[ColumnElement[bool], ...]:
    """Whether a period holds at the position that is given as `position`."""
    return held_at(table, bindparam("position", type_=BigInteger))


def _enterprises(snapshot: Snapshot, scope: Scope, where: EnterpriseFilter) -> Iterator[ColumnElement[bool]]:
    firms, then = snapshot[ENTERPRISES], snapshot[ENTERPRISE_PERIODS]
    yield then.c.enterprise == firms.c.id
    yield from _held(then)
    yield to_sql(scope, enterprise_columns(snapshot))
    yield from as_stated(where, snapshot, then)
    if where.diagnosed is not None:
        yield from is_so(_has_case(snapshot, scope, _has_result), where.diagnosed)
    if where.provider is not None:
        yield _has_case(snapshot, scope, lambda case: one_of(snapshot, case.c.provider, where.provider))
    if sought := plain(without_invisible(where.text or "")):
        yield then.c.sought.contains(sought, autoescape=True) | (then.c.uscc == sought.upper())


def _has_result(case: Table) -> tuple[ColumnElement[bool], ...]:
    return (case.c.issued_version.is_not(None), issued.holds_a_result(case))


def _has_case(
    snapshot: Snapshot, scope: Scope, of: Callable[[Table], Iterable[ColumnElement[bool]]]
) -> ColumnElement[bool]:
    """Whether a firm had a case then, in the scope today, of which something held."""
    firms, cases, case = snapshot[ENTERPRISES], snapshot[DIAGNOSES], snapshot[DIAGNOSIS_PERIODS]
    seen = (cases.c.enterprise == firms.c.id, to_sql(scope, diagnosis_columns(snapshot)))
    return exists(select(cases.c.id).where(*seen, case.c.diagnosis == cases.c.id, *_held(case), *of(case)))


def enterprise_places(
    snapshot: Snapshot, scope: Scope, where: EnterpriseFilter, position: int, page: Page
) -> list[Place]:
    """Where the enterprises of a page stood that were there at a position and were what the filter asks 往期企业列表.

    The scope is today's: where a firm lies now decides who reads its past.
    """
    then = snapshot[ENTERPRISE_PERIODS]

    def column(name: str) -> Column[Any]:
        return then.c.enterprise if name == "id" else then.c[name]

    def query() -> Select[Any]:
        whole = select(*(column(by.name) for by in page.order)).where(*_enterprises(snapshot, scope, where))
        return page.of(whole, column)

    name = ("enterprises_then", scope, page.shape) if where == EnterpriseFilter() else None
    return [tuple(row) for row in snapshot.prepared(name, query, **page.values, position=position)]


def enterprise_count(snapshot: Snapshot, scope: Scope, where: EnterpriseFilter, position: int) -> int:
    """How many enterprises a list of the past holds 往期企业数."""

    def query() -> Select[Any]:
        firms, then = snapshot[ENTERPRISES], snapshot[ENTERPRISE_PERIODS]
        return select(func.count()).select_from(firms.join(then, then.c.enterprise == firms.c.id)).where(
            *_enterprises(snapshot, scope, where)
        )

    return int(snapshot.prepared(None, query, position=position)[0][0])


def _diagnoses(snapshot: Snapshot, scope: Scope, where: DiagnosisFilter) -> Iterator[ColumnElement[bool]]:
    cases, firms, then = snapshot[DIAGNOSES], snapshot[ENTERPRISES], snapshot[DIAGNOSIS_PERIODS]
    yield then.c.diagnosis == cases.c.id
    yield firms.c.id == cases.c.enterprise
    yield from _held(then)
    yield to_sql(scope, diagnosis_columns(snapshot))
    yield from of_the_case(where, snapshot, lambda name: then_column(snapshot, scope, name))
    yield from is_so(waits_for_an_answer(then, scope), where.open_objection)
    if any(getattr(where, name) is not None for name in OF_THE_FIRM):
        lay = snapshot[ENTERPRISE_PERIODS]
        yield lay.c.enterprise == cases.c.enterprise
        yield from _held(lay)
        for name in OF_THE_FIRM:
            yield from one_of(snapshot, lay.c[name], getattr(where, name))


def then_column(snapshot: Snapshot, scope: Scope, name: str) -> Column[Any]:
    """A column of a diagnosis as a scope saw it then: kept of then, or one that never changes."""
    then = snapshot[DIAGNOSIS_PERIODS]
    if name == "id":
        return then.c.diagnosis
    return issued.column(then, scope, name) if name in then.c else snapshot[DIAGNOSES].c[name]


def diagnosis_places(snapshot: Snapshot, scope: Scope, where: DiagnosisFilter, position: int, page: Page) -> list[Place]:
    """Where the diagnoses of a page stood that were open at a position and were what the filter asks 往期诊断列表."""

    def column(name: str) -> Column[Any]:
        return then_column(snapshot, scope, name)

    def query() -> Select[Any]:
        whole = select(*(column(by.name) for by in page.order)).where(*_diagnoses(snapshot, scope, where))
        return page.of(whole, lambda name: numeric(column(name)) if name in TOTALS else column(name))

    name = ("diagnoses_then", scope, page.shape) if where == DiagnosisFilter() else None
    return [tuple(row) for row in snapshot.prepared(name, query, **page.values, position=position)]


def diagnosis_count(snapshot: Snapshot, scope: Scope, where: DiagnosisFilter, position: int) -> int:
    """How many diagnoses a list of the past holds 往期诊断数."""

    def query() -> Select[Any]:
        return select(func.count(snapshot[DIAGNOSES].c.id)).where(*_diagnoses(snapshot, scope, where))

    return int(snapshot.prepared(None, query, position=position)[0][0])
