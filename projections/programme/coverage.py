"""Coverage read model 覆盖台: diagnosed over the year's roster, by district and for the city, beside the city's targets. plan G.

A firm counts as diagnosed from the year, in the city's calendar, of its first report; of a case that was withdrawn it is none. No
district target is known, so none is kept.
Rows bear the positions from which they hold, so that coverage as of a past moment is read from the same tables. plan P5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import orjson
from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, and_, case, func, select, true

from domain.access import Scope
from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.withdrawal import DiagnosisWithdrawn
from domain.instants import city_day, utc_moment
from domain.programme.targets import TARGETS_STREAM, Measure, TargetSet
from journal import Entry
from projections.as_of.replay import history
from projections.engine.columns import chosen, columns
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprise_columns
from projections.participants.rosters import ENDLESS, FIGURES, MEMBERS, held, member_columns
from standards.edition.text import SourceMark

META = MetaData()

FIRST_REPORTS = Table(
    "first_reports",
    META,
    Column("enterprise", String, primary_key=True),
    Column("until", BigInteger, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("issued_year", Integer, nullable=False),
    Column("confirmed_year", Integer),
    Column("issued_on", String, nullable=False),
)
"""A firm's first report, and when one of them was confirmed first, from position `since` up to before `until`: of a case that is
withdrawn none is left. issued_on: day in the city, as ISO text."""
SUBJECTS = Table(
    "coverage_subjects",
    META,
    Column("diagnosis", String, primary_key=True),
    Column("enterprise", String, nullable=False),
)
REPORTED = Table(
    "coverage_reported",
    META,
    Column("enterprise", String, primary_key=True),
    Column("cases", String, nullable=False),
)
"""cases: as JSON, of each case of the firm with a report that was not withdrawn: day of its first, and year it was confirmed in."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """The city's target of a year 市级目标."""

    year: int
    measure: Measure
    at_least: Decimal
    clause: str
    mark: SourceMark


TARGETS = Table("targets", META, *columns(TargetRow, "year", "measure"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """First report of each firm, of its cases that are not withdrawn; targets as set."""
    subjects = tables[SUBJECTS]
    for entry in entries:
        found = data(entry)
        event = event_of(entry)
        if event is TargetSet:
            tables[TARGETS].put(found)
            continue
        if event is DiagnosisOpened:
            subjects.put({"diagnosis": key(entry), "enterprise": found["enterprise"]})
            continue
        subject = subjects.get(key(entry))
        if subject is None:
            raise LookupError(f"{entry.stream} has no opening before position {entry.position}")
        _follow(tables, entry, subject["enterprise"])


def _follow(tables: Tables, entry: Entry, firm: str) -> None:
    """A report was issued or confirmed, or a case withdrawn."""
    known = tables[REPORTED].get(firm)
    cases: dict[str, tuple[str, int | None]] = orjson.loads(known["cases"]) if known is not None else {}
    day, case = city_day(utc_moment(entry.at)), key(entry)
    issued_on, confirmed = cases.get(case, (day.isoformat(), None))
    if event_of(entry) is DiagnosisWithdrawn:
        cases.pop(case, None)
    else:
        cases[case] = (issued_on, confirmed or (day.year if event_of(entry) is ReportConfirmed else None))
    tables[REPORTED].put({"enterprise": firm, "cases": orjson.dumps(cases).decode()})
    first = None
    if cases:
        earliest = min(day for day, _ in cases.values())
        confirmed = min((year for _, year in cases.values() if year is not None), default=None)
        first = {"issued_year": int(earliest[:4]), "issued_on": earliest, "confirmed_year": confirmed}
    reports = tables[FIRST_REPORTS]
    before = reports.get(firm, ENDLESS)
    if before is not None:
        if first is not None and before.items() >= first.items():
            return
        reports.put(before | {"until": entry.position})
        reports.remove(firm, ENDLESS)
    if first is not None:
        reports.put({"enterprise": firm, "until": ENDLESS, "since": entry.position, **first})


COVERAGE = ReadModel(
    "coverage",
    (FIRST_REPORTS, SUBJECTS, REPORTED, TARGETS),
    fold,
    frozenset({TargetSet, DiagnosisOpened, ReportIssued, ReportConfirmed, DiagnosisWithdrawn}),
)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """Coverage of one district 区覆盖: firms with an issued report, with a confirmed one, on the roster, and taken off it."""

    district: str
    diagnosed: int
    confirmed: int
    total: int
    taken_off: int


def by_district(snapshot: Snapshot, scope: Scope, year: int, position: int | None = None) -> list[CoverageRow]:
    """Coverage by district within a scope 分区覆盖: the denominator is the roster snapshot of that year.

    A firm counts where the year's roster states it, in that district and for the scopes that it lay in: who moves later
    takes no figure of a past year along. position: as it was known then; None = now.
    """
    members, reports = snapshot[MEMBERS], snapshot[FIRST_REPORTS]
    counted = and_(reports.c.enterprise == members.c.enterprise, reports.c.issued_year <= year, held(reports, position))
    confirmed = reports.c.confirmed_year <= year
    on = members.c.off_reason.is_(None)
    query = (
        select(
            members.c.district,
            *(func.sum(case((and_(on, one), 1), else_=0)) for one in (reports.c.enterprise.is_not(None), confirmed, true())),
            func.sum(case((on, 0), else_=1)),
        )
        .select_from(members.outerjoin(reports, counted))
        .where(members.c.year == year, held(members, position), to_sql(scope, member_columns(snapshot)))
        .group_by(members.c.district)
        .order_by(members.c.district)
    )
    return [CoverageRow(str(district), *map(int, counts)) for district, *counts in snapshot.rows(query)]


def firms_by_unit(snapshot: Snapshot, scope: Scope, year: int, unit: str) -> dict[str, int]:
    """Firms on a year's roster within a scope, by "district" or "subdistrict" 名单企业数; "" = stated without one."""
    members = snapshot[MEMBERS]
    query = (
        select(members.c[unit], func.count())
        .where(members.c.year == year, held(members, None), members.c.off_reason.is_(None))
        .where(to_sql(scope, member_columns(snapshot)))
        .group_by(members.c[unit])
    )
    return {str(name or ""): int(count) for name, count in snapshot.rows(query)}


class RemovalRow(NamedTuple):
    """A firm taken off a year's roster 移出企业; at: microseconds of UTC."""

    enterprise: str
    name: str
    district: str
    reason: str
    at: int


def removals(snapshot: Snapshot, scope: Scope, year: int, position: int | None = None) -> list[RemovalRow]:
    """Firms within the scope that were taken off a year's roster 移出名单, in order of id. Who sees a firm today sees why."""
    firms, members, figures = snapshot[ENTERPRISES], snapshot[MEMBERS], snapshot[FIGURES]
    same = and_(figures.c.enterprise == members.c.enterprise, figures.c.year == members.c.year, held(figures, position))
    query = (
        select(members.c.enterprise, figures.c.name, members.c.district, members.c.off_reason, members.c.off_at)
        .select_from(members.join(firms, firms.c.id == members.c.enterprise).join(figures, same))
        .where(members.c.year == year, held(members, position), members.c.off_reason.is_not(None))
        .where(to_sql(scope, enterprise_columns(snapshot)))
        .order_by(members.c.enterprise)
    )
    return [RemovalRow(*row) for row in snapshot.rows(query)]


def targets(snapshot: Snapshot, year: int, position: int | None = None) -> list[TargetRow]:
    """The city's targets of a year 市级目标, one a measure; none where the plan sets none. position: as set by then; None = now."""
    if position is not None:
        stated = (orjson.loads(entry.state) for entry in history(snapshot, [TARGETS_STREAM], position))
        last = {found["measure"]: found for found in stated if found.get("year") == year}
        found = [last[measure] for measure in sorted(last)]
        return [_target(year, one["measure"], one["at_least"], one["clause"], one["mark"]) for one in found]
    table = snapshot[TARGETS]
    query = select(*chosen(table, TargetRow))
    rows = snapshot.rows(query.where(table.c.year == year).order_by(table.c.measure))
    return [_target(*row) for row in rows]


def _target(year: int, measure: Measure, at_least: str, clause: str, mark: SourceMark) -> TargetRow:
    return TargetRow(year, measure, Decimal(at_least), clause, mark)
