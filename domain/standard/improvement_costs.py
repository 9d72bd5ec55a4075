"""Improvement costs 改进成本 in the journal: what each step costs under an edition, set by the city from a day on. plan S4, R2.

`standards/improvement/costs.py` says what a table is; `standards/improvement.yaml` holds the defaults for where none is set.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import CITY_AND_SYSTEM, require_right
from domain.kernel import (
    Capability,
    Command,
    DecisionContext,
    EditionRef,
    Event,
    Facts,
    Rule,
    refuse_together,
    stream_of,
)
from domain.standard.editions import EDITION_UNKNOWN, MANY, edition_stream
from domain.stated_dates import require_programme_date
from domain.stated_sources import StatedDocument, StatedMark, stated_source
from standards import CostUnit, StepCost, StepCosts, step_problems
from standards.improvement.costs import Cost, LevelCosts

# Rules

COSTS_INDICATOR_UNKNOWN = Rule(
    "COSTS_INDICATOR_UNKNOWN",
    "plan R2",
    "标准版本 {edition} 没有指标 {step}，不能为其设定改进成本；请核对指标编号",
    "Edition {edition} has no indicator {step} that a step could cost anything for; check the indicator's id",
)
COSTS_STEP_UNKNOWN = Rule(
    "COSTS_STEP_UNKNOWN",
    "plan R2",
    "标准版本 {edition} 没有步骤“{step}”：多选指标按选项设定，其他指标按 1–5 级设定；请核对步骤",
    "Edition {edition} has no step {step}: a multiple choice has options, every other indicator has levels 1 to 5; check the step",
)
COSTS_STEP_REPEATED = Rule(
    "COSTS_STEP_REPEATED",
    "plan R2",
    "步骤“{step}”的成本设定了两次；请只留一个",
    "The cost of step {step} is set twice; leave one",
)
PROBLEMS: Mapping[str, Rule] = {
    "INDICATOR_UNKNOWN": COSTS_INDICATOR_UNKNOWN,
    "STEP_UNKNOWN": COSTS_STEP_UNKNOWN,
    "STEP_REPEATED": COSTS_STEP_REPEATED,
}
"""Code of a `StepProblem` -> the rule it breaks."""

# Commands


class SetImprovementCosts(Command):
    """Set what steps of improvement cost under an edition from a day on, every step in one unit and none negative · 设定改进成本.

    choice, ratio, count, outcome: costs of the steps to levels 1 to 5, each from the level below. option: of each option of a
    multiple choice. singles: single steps that differ. Another table for the same day takes the place of the first.
    """

    roles: ClassVar = CITY_AND_SYSTEM

    edition: EditionRef = Field(description="Key of a published edition, such as 2023 · 标准版本")
    since: date = Field(description="First day · 起始日")
    unit: CostUnit = Field(description="EFFORT points without a price, or FEN · 成本单位")
    source: StatedDocument
    mark: StatedMark
    choice: LevelCosts = Field(description="Costs of the steps to levels 1 to 5 of a choice · 单选指标各步成本")
    ratio: LevelCosts = Field(description="Costs of the steps to levels 1 to 5 of a ratio · 比率指标各步成本")
    count: LevelCosts = Field(description="Costs of the steps to levels 1 to 5 of a count · 数量指标各步成本")
    outcome: LevelCosts = Field(description="Costs of the steps to levels 1 to 5 of an outcome · 成效指标各步成本")
    option: Cost = Field(description="Cost of each option of a multiple choice · 多选项成本")
    singles: Annotated[tuple[StepCost, ...], Field(max_length=5 * MANY)] = Field(
        default=(), description="Single steps that cost something else · 单独设定的步骤"
    )


# Events


class ImprovementCostsSet(Event):
    """Costs hold from their day on 改进成本已设定, until the next table begins."""

    type: Literal["improvement.costs_set.v1"] = "improvement.costs_set.v1"
    says: ClassVar = "设定了自 {costs.since} 起的改进成本（{costs.source.document}，标记 {costs.source.mark}）"
    says_in_english: ClassVar = (
        "set the costs of improvement from {costs.since} on ({costs.source.document}, mark {costs.source.mark})"
    )
    costs: StepCosts


# State


class ImprovementCosts(BaseModel):
    """Every table set for an edition 历次改进成本, by the day it begins."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    tables: dict[date, StepCosts]


# Decide: what may happen


def decide(command: SetImprovementCosts, known: ImprovementCosts | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or EDITION_UNKNOWN."""
    require_right(command, context.role)
    published = context.read.get(edition_stream(command.edition))
    if published is None:
        raise EDITION_UNKNOWN.refuse(edition=command.edition)
    refuse_together(
        PROBLEMS[one.code].refuse(path=f"singles.{one.index}.{one.field}", edition=command.edition, step=one.detail)
        for one in step_problems(published.edition, command.singles)
    )
    require_programme_date("since", command.since, context)
    stated = {name: getattr(command, name) for name in StepCosts.model_fields if name != "source"}
    wanted = StepCosts.model_validate({**stated, "source": stated_source(command)})
    before = known.tables.get(command.since) if known is not None else None
    return () if before == wanted else (ImprovementCostsSet(costs=wanted),)


# Evolve: what has happened


def evolve(known: ImprovementCosts | None, event: ImprovementCostsSet) -> ImprovementCosts:
    """The tables after one more fact."""
    before = known.tables if known is not None else {}
    return ImprovementCosts(tables={**before, event.costs.since: event.costs})


IMPROVEMENT_COSTS = Capability(
    name="improvement",
    commands=(SetImprovementCosts,),
    events=(ImprovementCostsSet,),
    stream=lambda command: stream_of("improvement", command.edition),
    reads=lambda command, _known: (edition_stream(command.edition),),
    decide=decide,
    evolve=evolve,
)
