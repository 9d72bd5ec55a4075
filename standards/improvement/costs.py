"""Improvement costs 改进成本: what each step of an indicator costs, as dated data with its mark. plan S4, R2.

No price list is published: the defaults are the project's own estimate in effort points, to be replaced by the city's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from standards.described import DescribedEnum
from standards.edition.edition import Edition
from standards.edition.text import LEVELS, Indicator, Source

DEAREST = 2_000_000_000
"""The most that one step may cost: 20 million yuan in fen, within GraphQL's 32 bits."""

Cost = Annotated[int, Field(ge=0, le=DEAREST)]
LevelCosts = tuple[Cost, Cost, Cost, Cost, Cost]
"""Costs of the steps to levels 1 to 5, each from the level below."""


class CostUnit(DescribedEnum):
    """What a cost counts: effort points without a price, or money in fen · 成本单位."""

    EFFORT = "effort", "Effort points without a price · 工作量点"
    FEN = "fen", "Money in fen · 人民币分"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class StepCost(_Part):
    """Cost of one step: of an indicator to a whole level from the one below, or of one option of a multiple choice · 单步成本."""

    indicator: Annotated[str, Field(min_length=1, max_length=40)] = Field(
        description="Indicator id, such as Z01 · 指标编号"
    )
    to_level: Annotated[int, Field(ge=1, le=LEVELS)] | None = Field(
        default=None, description="Whole level 1 to 5 that the step leads to, from the one below · 目标等级"
    )
    option: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(
        default=None, description="Name of the option that the step adds · 选项"
    )
    cost: Cost = Field(description="What the step costs, whole and not negative, in the unit of the table · 成本")

    @property
    def step(self) -> tuple[str, int | str | None]:
        """Which step it is."""
        return self.indicator, self.option if self.option is not None else self.to_level


class StepCosts(_Part):
    """A table of costs 改进成本表: by kind of indicator, and single steps that differ. option: each option of a multiple choice."""

    since: date
    unit: CostUnit
    source: Source
    choice: LevelCosts
    ratio: LevelCosts
    count: LevelCosts
    outcome: LevelCosts
    option: Cost
    singles: tuple[StepCost, ...] = ()

    @cached_property
    def _single(self) -> Mapping[tuple[str, int | str | None], int]:
        return {single.step: single.cost for single in self.singles}

    def to_level(self, indicator: Indicator, level: int) -> int:
        """Cost of the step to a whole level 1–5 from the one below."""
        by_kind: LevelCosts = getattr(self, indicator.kind)
        return self._single.get((indicator.id, level), by_kind[level - 1])

    def of_option(self, indicator: Indicator, option: str) -> int:
        """Cost of one more option of a multiple choice."""
        return self._single.get((indicator.id, option), self.option)

    def with_singles(self, singles: Sequence[StepCost]) -> "StepCosts":
        """The table with other costs for single steps 逐项改价; the last of two for one step holds."""
        kept = {single.step: single for single in (*self.singles, *singles)}
        return StepCosts(**{**dict(self), "singles": tuple(kept.values())})


class CostTables(_Part):
    """Every default table there has been 历次默认成本表, in order of the day it began."""

    tables: Annotated[tuple[StepCosts, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _follow_each_other(self) -> Self:
        days = [table.since for table in self.tables]
        if days != sorted(set(days)):
            raise ValueError("tables are not in order of the day they begin")
        return self


class NoCostsYet(LookupError):  # noqa: N818 - a fact about the data
    """No table of costs holds on a day 当日无成本表."""


def costs_on(tables: Sequence[StepCosts], day: date) -> StepCosts:
    """The table in force on a day 当日成本表.

    Raises:
        NoCostsYet: the day lies before the first.
    """
    begun = [table for table in tables if table.since <= day]
    if not begun:
        raise NoCostsYet(day.isoformat())
    return max(begun, key=lambda table: table.since)


@dataclass(frozen=True)
class StepProblem:
    """Why the cost of a step cannot be taken 步骤有误: published code, which of the list, its field, and what is wrong."""

    code: str
    index: int
    field: str
    detail: str


def step_problems(edition: Edition, singles: Sequence[StepCost]) -> Iterator[StepProblem]:
    """What is wrong with each of many single costs 全部步骤问题: it names no step of an edition, or one that is named already."""
    seen: set[tuple[str, int | str | None]] = set()
    for index, single in enumerate(singles):
        named = f"{single.indicator} {single.to_level or ''}{single.option or ''}".strip()
        item = edition.by_id.get(single.indicator)
        if item is None:
            yield StepProblem("INDICATOR_UNKNOWN", index, "indicator", single.indicator)
        elif (field := _misfit(item, single)) is not None:
            yield StepProblem("STEP_UNKNOWN", index, field, named)
        elif single.step in seen:
            yield StepProblem("STEP_REPEATED", index, "indicator", named)
        seen.add(single.step)


def _misfit(item: Indicator, single: StepCost) -> str | None:
    if (single.to_level is None) == (single.option is None):
        return "to_level"
    options = {option.name for option in item.options} if item.kind == "multi" else {None}
    return None if single.option in options else "option"


def check_steps(edition: Edition, singles: Sequence[StepCost]) -> StepProblem | None:
    """The first of many single costs that names no step of an edition or names one twice, None when all can be taken."""
    return next(step_problems(edition, singles), None)
