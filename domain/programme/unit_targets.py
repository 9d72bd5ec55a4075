"""Targets of units 单位目标: firms that a district, subdistrict or reporting unit is to have diagnosed in a year. plan G4, I5.

Dated data with a clause and a mark, stated anew where it changes. The city states those of districts and reporting units, a
district those of its subdistricts. Where one is stated for a district it counts in place of what follows from the city's target.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place, Role
from domain.command_rights import GOVERNMENT, require_right
from domain.kernel import (
    EVERYONE,
    NOT_FOUND,
    NOWHERE,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    Label,
    OrganisationRef,
    Rule,
    Stream,
    stream_of,
)
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.programme.targets import TARGET_BEYOND_ROSTER
from domain.stated_sources import StatedMark

WITH_TARGETS = frozenset({OrganisationKind.DISTRICT, OrganisationKind.SUBDISTRICT, OrganisationKind.REPORTING_UNIT})
"""Kinds of units that have targets 有目标的单位."""

# Rules

UNIT_WITHOUT_TARGETS = Rule(
    "UNIT_WITHOUT_TARGETS",
    "plan G4",
    "目标只对在册的区、街镇和申报单位设定，请改选",
    "Targets are set for districts, subdistricts and reporting units that take part; name one of these",
)
UNIT_TARGET_OF_THE_CITY = Rule(
    "UNIT_TARGET_OF_THE_CITY",
    "plan G4",
    "区的目标由市级设定，区级只设定本区街镇的目标，请改选街镇",
    "The target of a district is the city's to set; a district sets those of its subdistricts: name one of these",
)

# Commands


class SetUnitTarget(Command):
    """Set how many firms a district, subdistrict or reporting unit is to have diagnosed by a year's end · 设定单位目标.

    on_roster: its firms on the roster of the year; None = there is no roster of it yet.
    """

    roles: ClassVar = GOVERNMENT

    unit: OrganisationRef = Field(description="District, subdistrict or reporting unit · 单位标识")
    year: Annotated[int, Field(ge=2023, le=2100)] = Field(description="Year · 年度")
    firms: Annotated[int, Field(ge=0, le=1_000_000)] = Field(description="Firms to be diagnosed by the year's end · 目标家数")
    clause: Label = Field(description="Clause or document that the target comes from · 条款或文件")
    mark: StatedMark
    on_roster: int | None = None


# Events


class UnitTargetSet(Event):
    """A target of a unit holds for a year 单位目标已设定. district: in which the unit lies, its own of a district."""

    type: Literal["unittarget.set.v1"] = "unittarget.set.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "设定{unit:organisation} {year} 年度目标：诊断不少于 {firms} 家（{clause}）"
    says_in_english: ClassVar = "set the target of {unit:organisation} for {year}: {firms} firms diagnosed ({clause})"
    concerns: ClassVar = ("district",)
    unit: str
    district: str | None
    year: int
    firms: int
    clause: str
    mark: str


# State


class UnitTargets(BaseModel):
    """Targets of a unit in force 单位目标, by year."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    in_force: Mapping[int, UnitTargetSet] = {}


# Decide: what may happen


def decide(command: SetUnitTarget, known: UnitTargets | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or TARGET_BEYOND_ROSTER."""
    require_right(command, context.role)
    unit: Organisation | None = context.read.get(organisation_stream(command.unit))
    if unit is None:
        raise NOT_FOUND.refuse()
    if unit.kind not in WITH_TARGETS or unit.is_retired_on(context.day):
        raise UNIT_WITHOUT_TARGETS.refuse(path="unit")
    if context.role == Role.DISTRICT and unit.kind is not OrganisationKind.SUBDISTRICT:
        raise UNIT_TARGET_OF_THE_CITY.refuse(path="unit")
    if command.on_roster is not None and command.firms > command.on_roster:
        raise TARGET_BEYOND_ROSTER.refuse(path="firms", year=command.year, given=command.firms, at_most=command.on_roster)
    told = command.model_dump(include={"unit", "year", "firms", "clause", "mark"})
    stated = UnitTargetSet(**told, district=_district(command.unit, unit))
    return () if known is not None and known.in_force.get(command.year) == stated else (stated,)


def _district(key: str, unit: Organisation) -> str | None:
    if unit.kind is OrganisationKind.DISTRICT:
        return key
    return unit.parent if unit.kind is OrganisationKind.SUBDISTRICT else None


# Evolve: what has happened


def evolve(known: UnitTargets | None, event: UnitTargetSet) -> UnitTargets:
    """The targets after one more fact."""
    return UnitTargets(in_force={**(known.in_force if known is not None else {}), event.year: event})


# What the decider reads, and where its subject lies


def unit_target_stream(unit: str) -> Stream:
    """Stream of the targets of one unit."""
    return stream_of("unittarget", unit)


def _place(command: SetUnitTarget, _known: UnitTargets | None, read: Mapping[str, Any]) -> Place:
    unit: Organisation | None = read.get(organisation_stream(command.unit))
    return NOWHERE if unit is None else Place(district=_district(command.unit, unit))


UNIT_TARGETS = Capability(
    name="unittarget",
    commands=(SetUnitTarget,),
    events=(UnitTargetSet,),
    stream=lambda command: unit_target_stream(command.unit),
    reads=lambda command, _known: (organisation_stream(command.unit),),
    place=_place,
    decide=decide,
    evolve=evolve,
)
