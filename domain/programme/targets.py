"""Target 工作目标: the plan's yearly city targets as dated data with their clause and mark. plan G1–G4."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import CITY_AND_SYSTEM, require_right
from domain.kernel import Capability, Command, DecisionContext, Event, Facts, Label, Rule, stream_of
from domain.stated_sources import StatedMark
from standards.described import DescribedEnum

# Rules

TARGET_OUT_OF_RANGE = Rule(
    "TARGET_OUT_OF_RANGE",
    "plan G1",
    "目标值 {at_least} 不成立：家数须为整数，比例不超过 100",
    "A target of {at_least} cannot be: enterprises are counted whole, a share is at most 100 percent",
)

TARGET_BEYOND_ROSTER = Rule(
    "TARGET_BEYOND_ROSTER",
    "plan G4",
    "目标 {given} 家超过 {year} 年度名单上的 {at_most} 家企业；请调低目标，或先更新名单",
    "A target of {given} firms is more than the {at_most} on the roster of {year}; lower it, or bring the roster up to date first",
)

# Commands


class Measure(DescribedEnum):
    """What a target counts · 目标口径."""

    ENTERPRISES_DIAGNOSED = "enterprises_diagnosed", "How many enterprises have an issued report · 已诊断企业数"
    SHARE_DIAGNOSED = "share_diagnosed", "Percent of the roster with an issued report · 诊断覆盖率"


class SetTarget(Command):
    """Set the city's target of a year; enterprises for a count, percent (0–100) for a share · 设定目标.

    on_roster: firms on the roster of the year; None = there is no roster of it yet.
    """

    roles: ClassVar = CITY_AND_SYSTEM

    year: Annotated[int, Field(ge=2023, le=2100)] = Field(description="Year · 年度")
    measure: Measure = Field(description="What the target counts · 目标口径")
    at_least: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)] = Field(
        description="Enterprises for a count, percent 0–100 for a share · 目标值"
    )
    clause: Label = Field(description="Clause of the work plan that the target comes from · 条款")
    mark: StatedMark
    on_roster: int | None = None


# Events


class TargetSet(Event):
    """A target holds for a year 目标已设定."""

    type: Literal["target.set.v1"] = "target.set.v1"
    says: ClassVar = "设定了 {year} 年工作目标：{measure:term}不低于 {at_least}（{clause}）"
    says_in_english: ClassVar = "set a target for {year} ({measure:term}) of at least {at_least} ({clause})"
    year: int
    measure: Measure
    at_least: Decimal
    clause: str
    mark: str


# State


class Targets(BaseModel):
    """The targets in force 目标, by year and measure: one year may have a count and a share."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    in_force: dict[tuple[int, Measure], TargetSet] = {}


# Decide: what may happen


def decide(command: SetTarget, targets: Targets | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    value = command.at_least
    possible = value <= 100 if command.measure is Measure.SHARE_DIAGNOSED else value == value.to_integral_value()  # noqa: PLR2004 - percent
    if not possible:
        raise TARGET_OUT_OF_RANGE.refuse(at_least=f"{value:f}")
    if command.measure is Measure.ENTERPRISES_DIAGNOSED and command.on_roster is not None and value > command.on_roster:
        raise TARGET_BEYOND_ROSTER.refuse(path="at_least", year=command.year, given=f"{value:f}", at_most=command.on_roster)
    wanted = TargetSet(**command.model_dump(exclude={"on_roster"}))
    known = targets.in_force if targets is not None else {}
    return () if known.get((command.year, command.measure)) == wanted else (wanted,)


# Evolve: what has happened


def evolve(targets: Targets | None, event: TargetSet) -> Targets:
    """The targets after one more fact."""
    known = targets.in_force if targets is not None else {}
    return Targets(in_force={**known, (event.year, event.measure): event})


TARGETS_STREAM = stream_of("target", "city")
"""The one stream of the city's targets."""

TARGETS = Capability(
    name="target",
    commands=(SetTarget,),
    events=(TargetSet,),
    stream=lambda _command: TARGETS_STREAM,
    decide=decide,
    evolve=evolve,
)
