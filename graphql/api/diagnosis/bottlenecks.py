"""Bottlenecks 瓶颈台 in the schema: which stage takes how long and for whom it waits, and how often a case turns back. plan P5.

Told from the days of stages, in working days of the city. Each number carries how many it is told from, and its interval.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import OrganisationID, id_of
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.row_mapping import CONVERSIONS
from api.participants.places import District
from domain.access import Role
from domain.diagnosis.stages import WAITS_FOR, Stage
from domain.governance.working_calendar import WorkingCalendar, working_days_between
from domain.kernel import Rule
from domain.masks import BOTTLENECKS
from methods.misgrade_rate import wilson
from methods.quantiles import HALF, NINE_TENTHS, Quantile, quantile
from projections.diagnosis import passages
from projections.diagnosis.passages import PassageRow, Rework, StepRow, Whose
from projections.governance.working_calendar import calendar_now
from projections.participants.organisations import organisations_by_id
from standards.described import DescribedEnum

enum_type(Rework)

BOTTLENECK_PERIOD_REVERSED = Rule(
    "BOTTLENECK_PERIOD_REVERSED",
    "plan P5",
    "截止日 {until} 早于起始日 {since}；请填同日或以后",
    "The last day {until} lies before the first, {since}; say that day or later",
)


class BottleneckDivision(DescribedEnum):
    """What cases are divided by · 划分."""

    WHOLE = "whole", "All cases of the scope together · 合计"
    DISTRICT = "district", "By the district where the firm lies now · 按区"
    PROVIDER = "provider", "By the provider that diagnoses now · 按服务商"


enum_type(BottleneckDivision)


@published(BOTTLENECKS)
class WorkingDayQuantile:
    """Quantile of durations in working days, with a 90 percent interval by order statistics · 工作日分位数. plan P5"""

    days: int = field("So many working days or fewer took the share · 工作日数")
    low: int | None = field("Lower end of the interval; null: too few to tell · 下限")
    high: int | None = field("Upper end of the interval; null: too few to tell · 上限")


@published(BOTTLENECKS)
class StageDuration:
    """How long a stage took and takes · 环节耗时. plan P5"""

    stage: Stage = field("Which it is · 环节")
    waits_for: Role = field("Role whose step ends it · 等待的角色")
    passed: int = field("Times it was passed in the period, which the durations are computed from · 已完成次数")
    late: int = field("Of these those that ended after their last day · 其中逾期完成")
    median: WorkingDayQuantile | None = field("What half of them took at most; null of none · 中位数")
    nine_tenths: WorkingDayQuantile | None = field("What nine tenths of them took at most; null of none · 九成分位数")
    running: int = field("Cases that are in it today · 进行中件数")
    overdue: int = field("Of these those past their last day · 其中已逾期")
    longest: int | None = field("Working days that the oldest of them has been in it; null of none · 最长已历工作日")


@published(BOTTLENECKS)
class ReworkShare:
    """How often cases turned back · 返工. plan P5"""

    kind: Rework = field("In which way · 类别")
    times: int = field("How often in the period · 次数")
    cases: int = field("Cases that it happened to · 涉及件数")
    of: int = field("Cases that it could have happened to · 可比件数")
    low: Decimal = field("Lower end of the 90 percent interval (Wilson) of the share of cases, 0 to 1 · 下限")
    high: Decimal = field("Upper end of it · 上限")


@published(BOTTLENECKS)
class Bottleneck:
    """Stages and rework of the cases of a district or a provider · 瓶颈. plan P5"""

    district: District | None = field("District; null: not divided by it · 区")
    provider: OrganisationID | None = field("Provider; null: not divided by it, or none yet · 服务商标识")
    provider_name: str | None = field("Its name · 服务商名称")
    cases: int = field("Cases counted · 件数")
    stages: list[StageDuration] = field("Stages in their order, those that a case was in · 各环节")
    rework: list[ReworkShare] = field("Ways back that could have been taken in the period · 返工")


Counting = Callable[[str, str], int]
Passed = list[tuple[Whose, PassageRow]]
Taken = list[tuple[Whose, StepRow]]


@strawberry.type
class BottleneckQueries:
    """Query fields: bottlenecks."""

    @field(
        "Where the cases of the scope wait and turn back: stages that ended in a period and those that run today; a provider "
        "sees its own cases · 瓶颈台. plan P5",
        roles=BOTTLENECKS,
    )
    def bottlenecks(
        self,
        info: strawberry.Info[Context, None],
        since: Annotated[date, argument("First day of the period · 起始日")],
        until: Annotated[date, argument("Last day of the period, itself included · 截止日")],
        by: Annotated[BottleneckDivision, argument("What cases are divided by · 划分")] = BottleneckDivision.WHOLE,
        at_least: AtLeast = None,
    ) -> list[Bottleneck]:
        """One row a district or a provider, in order of it.

        Raises:
            Refused: BOTTLENECK_PERIOD_REVERSED.
        """
        if until < since:
            raise BOTTLENECK_PERIOD_REVERSED.refuse(path="until", since=since, until=until)
        context = info.context
        snapshot = context.at_least(at_least)
        passed: dict[str, Passed] = defaultdict(list)
        taken: dict[str, Taken] = defaultdict(list)
        for whose, row in passages.passages_of(snapshot, context.scope, since, until):
            passed[_group(whose, by)].append((whose, row))
        for whose, step in passages.steps_of(snapshot, context.scope, since, until):
            taken[_group(whose, by)].append((whose, step))
        groups = sorted(passed.keys() | taken.keys())
        named = organisations_by_id(snapshot, [one for one in groups if one]) if by is BottleneckDivision.PROVIDER else {}
        days = _counting(calendar_now(snapshot))
        return [
            Bottleneck(
                district=CONVERSIONS[str, District](group) if by is BottleneckDivision.DISTRICT else None,
                provider=id_of("organisation", group) if by is BottleneckDivision.PROVIDER and group else None,
                provider_name=named[group].name if group in named else None,
                cases=len({row.diagnosis for _, row in passed[group]} | {row.diagnosis for _, row in taken[group]}),
                stages=list(_stages((row for _, row in passed[group]), context.today, days)),
                rework=list(_rework([row for _, row in taken[group]])),
            )
            for group in groups
        ]


def _group(whose: Whose, by: BottleneckDivision) -> str:
    """The group that a case is told of in; "" = the whole, or without a provider."""
    match by:
        case BottleneckDivision.DISTRICT:
            return whose.district
        case BottleneckDivision.PROVIDER:
            return whose.provider or ""
        case _:
            return ""


def _stages(rows: Iterable[PassageRow], today: date, days: Counting) -> Iterator[StageDuration]:
    by_stage: defaultdict[str, list[PassageRow]] = defaultdict(list)
    for row in rows:
        by_stage[row.stage].append(row)
    for stage in Stage:
        found = by_stage.get(stage.value, [])
        if not found:
            continue
        ended = [row for row in found if row.ended_on is not None]
        running = [row for row in found if row.ended_on is None]
        took = [days(row.began_on, row.ended_on or "") for row in ended]
        ages = [days(row.began_on, today.isoformat()) for row in running]
        yield StageDuration(
            stage=stage,
            waits_for=WAITS_FOR[stage],
            passed=len(ended),
            late=sum((row.ended_on or "") > row.due for row in ended),
            median=_shown(quantile(took, HALF)),
            nine_tenths=_shown(quantile(took, NINE_TENTHS)),
            running=len(running),
            overdue=sum(row.due < today.isoformat() for row in running),
            longest=max(ages, default=None),
        )


def _counting(calendar: WorkingCalendar) -> Counting:
    """Working days from a day to another, as ISO text; many cases share both."""

    @cache
    def counted(first: str, last: str) -> int:
        return working_days_between(date.fromisoformat(first), date.fromisoformat(last), calendar)

    return counted


def _shown(found: Quantile | None) -> WorkingDayQuantile | None:
    return WorkingDayQuantile(days=found.value, low=found.low, high=found.high) if found is not None else None


def _rework(rows: list[StepRow]) -> Iterator[ReworkShare]:
    for kind in Rework:
        of = {row.diagnosis for row in rows if row.kind == kind.value}
        if of:
            turned = [row.diagnosis for row in rows if row.kind == kind.value and row.turned]
            interval = wilson(Fraction(len(set(turned))), Fraction(len(of)))
            told = {"times": len(turned), "cases": len(set(turned)), "of": len(of)}
            yield ReworkShare(kind=kind, **told, low=interval.low, high=interval.high)


QUERIES = BottleneckQueries
