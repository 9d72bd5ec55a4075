"""Targets of units 单位目标 in the schema: of districts, subdistricts, reporting units, with what they reached. plan G4, I5."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.edges import Loader, led_to
from api.kit.ids import key_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload, ServerFields
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.kit.years import require_year
from api.participants.organisations import Organisation, load_organisations
from domain.access import Everything
from domain.kernel import Command, IdOf
from domain.masks import UNIT_TARGETS
from domain.programme.targets import SetTarget
from domain.programme.unit_targets import SetUnitTarget
from projections.programme import unit_targets as rows
from projections.programme.appraisal import percent
from projections.programme.coverage import by_district
from projections.programme.unit_targets import Reached, UnitTargetFilter, UnitTargetRow
from standards.edition.text import SourceMark


@published(UNIT_TARGETS, row=UnitTargetRow)
class UnitTarget:
    """Target of a district, subdistrict or reporting unit, with what it has reached by the year's end · 单位目标. plan G4"""

    id: Annotated[strawberry.ID, IdOf("unittarget")] = field("Its id · 单位目标标识")
    unit: Organisation | None = field("The unit · 单位", by="unit")
    year: int = field("Year · 年度")
    firms: int = field("Firms to be diagnosed by the year's end · 目标家数")
    on_roster: int = field("Its firms on the roster of the year, within the scope · 名单企业数", made=True)
    diagnosed: int = field("Those of them with an issued report · 已诊断企业数", made=True)
    missing: int = field("Firms that are still to be diagnosed; 0 once it is reached · 差额", made=True)
    reached_percent: Decimal | None = field("`diagnosed` over `firms`, rounded down; null: the target is 0 · 完成率", made=True)
    clause: str = field("Clause or document that the target comes from · 条款或文件")
    mark: SourceMark = field("Mark of the source · 来源标记")


NOTHING = Reached(0, 0)


def _build(context: Context, found: Sequence[UnitTargetRow], wanted: frozenset[str]) -> list[UnitTarget]:
    unit = led_to(context, (UnitTarget, "unit"), found, wanted)
    known = {year: rows.reached(context.snapshot, context.scope, year) for year in {row.year for row in found}}
    return [_shown(row, known[row.year].get(row.unit, NOTHING), unit(row.unit)) for row in found]


def _shown(row: UnitTargetRow, done: Reached, unit: Organisation | None) -> UnitTarget:
    return UnitTarget(
        **shown(UnitTarget, row),
        unit=unit,
        on_roster=done.on_roster,
        diagnosed=done.diagnosed,
        missing=max(0, row.firms - done.diagnosed),
        reached_percent=percent(done.diagnosed, row.firms) if row.firms else None,
    )


TARGETS: Listed[UnitTargetFilter, UnitTargetRow, UnitTarget] = Listed(
    name="unitTargets", node=UnitTarget, rows=rows.unit_targets, count=rows.unit_target_count, build=_build
)


@strawberry.type
class UnitTargetQueries:
    """Query fields: targets of units."""

    @listing(
        TARGETS,
        "Targets of a year that are set for units of the scope, each beside what it has reached, in order of unit · "
        "单位目标列表. plan G4",
        roles=UNIT_TARGETS,
    )
    def unit_targets(self, year: Annotated[int, argument("Year · 年度")]) -> UnitTargetFilter:
        """A page of the targets.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        return UnitTargetFilter(year)


def _unit_on_roster(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """With the unit's firms on the roster of the year, whoever sees them; none where there is no roster of it."""
    known = rows.reached(context.whole, Everything(), data["year"])
    on_roster = known.get(str(key_of(str(data["unit"]), "organisation")), NOTHING).on_roster
    return {**data, "on_roster": on_roster if known else None}


def _city_on_roster(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """With the city's firms on the roster of the year; none where there is no roster of it."""
    total = sum(row.total for row in by_district(context.whole, Everything(), data["year"]))
    return {**data, "on_roster": total or None}


def _find(context: Context, key: str, command: Command, wanted: frozenset[str]) -> UnitTarget | None:
    assert isinstance(command, SetUnitTarget)  # noqa: S101 - the capability has no other command
    row = rows.unit_target_of(context.snapshot, context.scope, key, command.year)
    return _build(context, [row], wanted)[0] if row is not None else None


QUERIES = UnitTargetQueries
EDGES: Mapping[tuple[type, str], Loader] = {(UnitTarget, "unit"): load_organisations}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    SetUnitTarget: ServerFields(frozenset({"on_roster"}), fill=_unit_on_roster),
    SetTarget: ServerFields(frozenset({"on_roster"}), fill=_city_on_roster),
}
PAYLOADS: Mapping[str, Payload] = {"unittarget": Payload("unitTarget", UnitTarget, _find)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
