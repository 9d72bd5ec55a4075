"""Targets of units read model 单位目标台: each with the positions between which it held, and how far its unit is. plan G4."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import MetaData, Select, Table, and_, case, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.participants.organisations import OrganisationKind
from domain.programme.unit_targets import UnitTargetSet
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import Page
from projections.engine.read_model import ReadModel, Tables, data, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.organisations import ORGANISATIONS, NodeFilter, node_conditions
from projections.participants.rosters import ENDLESS, MEMBERS, held, member_columns
from projections.programme.coverage import FIRST_REPORTS
from standards.edition.text import SourceMark

META = MetaData()


class UnitTargetRow(NamedTuple):
    """A target of a unit 单位目标. id: unit and year. since, until: positions of the journal between which it held."""

    id: str
    until: Long
    since: Long
    unit: str
    year: int
    firms: int
    clause: str
    mark: SourceMark


TARGETS = Table("unit_targets", META, *columns(UnitTargetRow, "id", "until"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """The target in force of each unit and year; one that was stated anew ends the former."""
    table = tables[TARGETS]
    for entry in entries:
        found = data(entry)
        identity = f"{key(entry)}.{found['year']}"
        before = table.get(identity, ENDLESS)
        if before is not None:
            table.put(before | {"until": entry.position})
        told = {name: found[name] for name in ("unit", "year", "firms", "clause", "mark")}
        table.put({"id": identity, "until": ENDLESS, "since": entry.position, **told})


UNIT_TARGET_READ_MODEL = ReadModel("unit_targets", (TARGETS,), fold, frozenset({UnitTargetSet}))


@dataclass(frozen=True)
class UnitTargetFilter:
    """Which targets are looked for 单位目标筛选."""

    year: int


def _sought(snapshot: Snapshot, scope: Scope, where: UnitTargetFilter) -> Iterator[ColumnElement[bool]]:
    table, units = snapshot[TARGETS], snapshot[ORGANISATIONS]
    yield and_(table.c.until == ENDLESS, table.c.year == where.year, units.c.id == table.c.unit)
    yield from node_conditions(snapshot, scope, NodeFilter())


def unit_targets(snapshot: Snapshot, scope: Scope, where: UnitTargetFilter, page: Page) -> list[UnitTargetRow]:
    """A page of the targets of a year 单位目标列表."""
    table = snapshot[TARGETS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, UnitTargetRow)).where(*_sought(snapshot, scope, where)), table.c.__getitem__)

    return [UnitTargetRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def unit_target_count(snapshot: Snapshot, scope: Scope, where: UnitTargetFilter) -> int:
    """How many there are 单位目标数."""
    return int(snapshot.rows(select(func.count()).select_from(snapshot[TARGETS]).where(*_sought(snapshot, scope, where)))[0][0])


def unit_target_of(snapshot: Snapshot, scope: Scope, unit: str, year: int) -> UnitTargetRow | None:
    """The target of one unit and year in force, within a scope 单位年度目标."""
    table = snapshot[TARGETS]
    found = snapshot.rows(
        select(*chosen(table, UnitTargetRow)).where(table.c.unit == unit, *_sought(snapshot, scope, UnitTargetFilter(year)))
    )
    return UnitTargetRow._make(found[0]) if found else None


def district_targets(snapshot: Snapshot, year: int, position: int | None = None) -> dict[str, int]:
    """District -> firms that it is to have diagnosed by a year's end, where that is stated 区级目标. position: as known then."""
    table, units = snapshot[TARGETS], snapshot[ORGANISATIONS]
    query = select(table.c.unit, table.c.firms).where(
        table.c.year == year, held(table, position), units.c.id == table.c.unit, units.c.kind == OrganisationKind.DISTRICT.value
    )
    return {str(unit): int(firms) for unit, firms in snapshot.rows(query)}


class Reached(NamedTuple):
    """How far a unit is 完成情况: its firms on the year's roster, and those of them with an issued report."""

    on_roster: int
    diagnosed: int


SIDES: Mapping[str, OrganisationKind] = {
    "district": OrganisationKind.DISTRICT,
    "subdistrict": OrganisationKind.SUBDISTRICT,
    "reporting_unit": OrganisationKind.REPORTING_UNIT,
}
"""Column of a year's roster -> the kind of the units that it names."""


def reached(snapshot: Snapshot, scope: Scope, year: int) -> dict[str, Reached]:
    """How far each district, subdistrict and reporting unit is by the end of a year, of the firms within a scope 各单位完成情况."""
    members, reports = snapshot[MEMBERS], snapshot[FIRST_REPORTS]
    counted = and_(reports.c.enterprise == members.c.enterprise, reports.c.issued_year <= year, held(reports, None))
    found: dict[str, Reached] = {}
    for side in SIDES:
        query = (
            select(members.c[side], func.count(), func.sum(case((reports.c.enterprise.is_not(None), 1), else_=0)))
            .select_from(members.outerjoin(reports, counted))
            .where(members.c.year == year, held(members, None), members.c.off_reason.is_(None), members.c[side].is_not(None))
            .where(to_sql(scope, member_columns(snapshot)))
            .group_by(members.c[side])
        )
        found |= {str(unit): Reached(int(total), int(diagnosed)) for unit, total, diagnosed in snapshot.rows(query)}
    return found
