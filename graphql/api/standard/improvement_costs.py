"""Improvement costs 改进成本 in the schema: what steps cost, from which day, by whose word. plan S4, R2."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.mutations import Payload
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from domain.instants import utc_moment
from domain.kernel import Command
from domain.masks import SIGNED_IN
from domain.standard.improvement_costs import SetImprovementCosts
from projections.standard import improvement_costs
from projections.standard.improvement_costs import CostRow, cost_rows, costs_in_force
from standards import CostUnit, StepCosts
from standards import StepCost as SingleCost
from standards.edition.text import SourceMark


@published(SIGNED_IN, row=SingleCost)
class StepCost:
    """Cost of one step: to a whole level from the one below, or of one option · 单步成本. plan R2"""

    indicator: str = field("Indicator id · 指标编号")
    to_level: int | None = field("Level the step leads to, 1–5; null of an option · 目标等级")
    option: str | None = field("Option of a multiple choice; null of a level · 选项")
    cost: int = field("What the step costs, in the unit of the table · 成本")


@published(SIGNED_IN, row=StepCosts)
class ImprovementCosts:
    """Table of costs from a day on, with its source and mark. No price list is published: a default is the project's own
    estimate · 改进成本表. plan R2
    """

    edition: str | None = field("Edition it was set for; null of a default, which nobody has set · 标准版本")
    since: date = field("First day · 起始日")
    unit: CostUnit = field("What costs are counted in · 成本单位")
    source: str = field("Where it comes from · 来源", made=True)
    mark: SourceMark = field("Mark of the source · 来源标记")
    choice: list[int] = field("Steps to levels 1–5 of a choice · 单选指标各步成本")
    ratio: list[int] = field("Steps to levels 1–5 of a ratio · 比率指标各步成本")
    count: list[int] = field("Steps to levels 1–5 of a count · 数量指标各步成本")
    outcome: list[int] = field("Steps to levels 1–5 of an outcome · 成效指标各步成本")
    option: int = field("Each option of a multiple choice · 多选指标每个选项的成本")
    singles: list[StepCost] = field("Single steps that differ · 单独设定的步骤")
    overridden: list[StepCost] = field("Single steps priced by the caller for this answer · 本次自定的步骤")
    set_at: datetime | None = field("When the city set it, UTC; null of a default · 设定时间")


def build_costs(row: CostRow, *, overridden: Sequence[SingleCost] = ()) -> ImprovementCosts:
    """A table of costs as the schema shows it; overridden: what the caller priced otherwise."""
    costs = row.costs
    return ImprovementCosts(
        **shown(ImprovementCosts, costs),
        edition=row.edition,
        source=costs.source.document,
        mark=costs.source.mark,
        overridden=all_shown(StepCost, overridden),
        set_at=utc_moment(row.set_at) if row.set_at is not None else None,
    )


EditionKey = Annotated[
    str, argument("Key of the edition, such as 2023 or 2023-automotive · 版本号")
]


@strawberry.type
class ImprovementCostQueries:
    """Query fields: what steps cost."""

    @field(
        "Costs in force today for an edition: its own table, else that of its plain edition, else the default · "
        "当日改进成本. plan R2",
        roles=SIGNED_IN,
    )
    def improvement_costs(self, info: strawberry.Info[Context, None], edition: EditionKey) -> ImprovementCosts:
        """The table in force."""
        context = info.context
        return build_costs(costs_in_force(context.snapshot, edition, context.today))

    @field("Every table that was set for an edition, in order of the day it begins · 历次改进成本. plan R2", roles=SIGNED_IN)
    def improvement_cost_tables(self, info: strawberry.Info[Context, None], edition: EditionKey) -> list[ImprovementCosts]:
        """The tables set by the city."""
        return [build_costs(row) for row in cost_rows(info.context.snapshot, edition)]


def _find_costs(context: Context, key: str, command: Command, _wanted: frozenset[str]) -> ImprovementCosts | None:
    assert isinstance(command, SetImprovementCosts)  # noqa: S101 - the table below names it
    rows = [row for row in improvement_costs.cost_rows(context.snapshot, key) if row.costs.since == command.since]
    return next(map(build_costs, rows), None)


QUERIES = ImprovementCostQueries
PAYLOADS: Mapping[str, Payload] = {
    "improvement": Payload("improvement_costs", ImprovementCosts, _find_costs),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
