"""Pace and forecast 进度与预测 in the schema: coverage by day, as of any day, and where the year ends at this pace. plan G1–G4."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.as_of import AsOf, AsOfMoment, position_of
from api.kit.context import Context
from api.kit.paging import AtLeast
from api.kit.parts import parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from api.kit.years import require_year
from api.participants.places import District
from domain.instants import city_day, utc_moment
from domain.masks import TARGET_SPLITS
from methods.forecast import Forecast
from projections.as_of import replay
from projections.programme import coverage, pace
from projections.programme.pace import DayRow, PaceRow
from standards.edition.text import SourceMark

PACES = TARGET_SPLITS
"""Pace and forecast of the units of the scope 进度与预测: who works towards a target. plan G4."""


@published(PACES, row=DayRow)
class DayCoverage:
    """Firms diagnosed at the end of a day · 按日覆盖. plan G4"""

    day: date = field("Day in the city on which their number rose; of earlier years the first of this one · 日期")
    diagnosed: int = field("Firms of the roster with an issued report by then · 已出具报告企业数")


@published(PACES, row=Forecast)
class YearEndForecast:
    """Firms diagnosed at the end of the year at the present pace, with a 90 percent interval · 年末预测. plan G4"""

    mean: Decimal = field("Firms at the present pace · 预测值")
    low: Decimal = field("Lower end of the interval, at least those already diagnosed · 下限")
    high: Decimal = field("Upper end of the interval, at most the roster · 上限")
    dispersion: Decimal = field("How much more the weeks scatter than by chance alone; 1: no more · 离散度")


@published(PACES, row=PaceRow)
class Pace:
    """Where a district or the whole scope stands, and where the year ends at the present pace · 进度. plan G4"""

    district: District | None = field("District; null: the whole scope · 区")
    diagnosed: int = field("Firms with an issued report · 已出具报告企业数")
    total: int = field("Firms on the roster of the year · 名单企业数")
    seen: int = field("Firms diagnosed in the weeks seen · 观察期内出具数")
    target: int | None = field(
        "Firms to be diagnosed by the end of the year; null where no target or roster says so. A share holds of every district, "
        "a count is split over the whole city by firms; what is set for a district itself counts before either · 目标数"
    )
    per_week: Decimal | None = field(
        "Firms in five ordinary working days at the present pace; null: not established · 当前周进度"
    )
    needed: Decimal | None = field(
        "Firms in five ordinary working days that reach the target by the year's end; null: no target or no time left · 所需周进度"
    )
    forecast: YearEndForecast | None = field("Where the year ends; null: not established, from too little · 年末预测", made=True)


@published(PACES)
class YearPace:
    """Pace of a year within the caller's scope, as it was known then · 年度进度与预测. plan G1–G4"""

    year: int = field("Year of the roster · 年度")
    day: date = field("Last day that was seen · 截止日")
    until: date = field("Day by which the target is to be reached · 目标日期")
    weeks: int = field("Weeks of the year that the pace is estimated from · 观察周数")
    working_days_left: Decimal = field("Working days left, each as its month weighs · 剩余工作日")
    calendar_assumed: bool = field("Whether the year's calendar is unknown and days are counted by the week alone · 日历是否推定")
    rule_since: date = field("First day of the pace rule that was applied · 规则起始日")
    mark: SourceMark = field("Mark of the rule's source · 来源标记")
    without_roster: bool = field(
        "Whether there was no roster of the year by then, for want of which target and pace are null · 尚无名单"
    )
    districts: list[Pace] = field("By district · 分区")
    whole: Pace = field("The scope as a whole: the districts added, their variances too · 合计")
    days: list[DayCoverage] = parts(DayCoverage, "Coverage by day · 按日覆盖", place=lambda one: (one.day.isoformat(),))
    as_of: AsOf | None = field("Whether its counts changed after the moment asked for; null for now · 事后变更")


def _pace(row: PaceRow) -> Pace:
    return Pace(**shown(Pace, row), forecast=YearEndForecast(**shown(YearEndForecast, row.forecast)) if row.forecast else None)


@strawberry.type
class PaceQueries:
    """Query fields: pace and forecast."""

    @field(
        "Coverage of a year by day, where it ends at this pace, and the pace that reaches the target · 进度与预测. plan G1–G4",
        roles=PACES,
    )
    def pace(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year of the roster · 年度")],
        at_least: AtLeast = None,
        as_of: AsOfMoment = None,
    ) -> YearPace:
        """Pace and forecast within the scope, now or as they were known then.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        context = info.context
        snapshot, day, then, asked = context.at_least(at_least), context.today, None, None
        position: int | None = None
        if as_of is not None:
            position, asked = position_of(context, as_of)
            snapshot = context.snapshot
            recorded = replay.recorded_at(snapshot, position)
            seen = asked or (utc_moment(recorded) if recorded is not None else None)
            day = min(day, city_day(seen)) if seen is not None else day
        set_then = coverage.targets(snapshot, year, position)
        found = pace.paces_of_year(snapshot, context.scope, year, day, set_then, position)
        if position is not None:
            changed = found.coverage != coverage.by_district(snapshot, context.scope, year)
            then = AsOf(moment=asked, changed_later=changed, changed_later_at=None, changes=None)
        *districts, whole = found.paces
        return YearPace(
            year=year,
            day=day,
            until=date(year, 12, 31),
            weeks=len(found.seen.weeks),
            working_days_left=found.seen.exposure_left,
            calendar_assumed=found.seen.assumed,
            rule_since=found.rule.since,
            mark=found.rule.source.mark,
            without_roster=not any(row.total for row in found.coverage),
            districts=[_pace(row) for row in districts],
            whole=_pace(whole),
            days=all_shown(DayCoverage, pace.coverage_by_day(found.by_day, year)),
            as_of=then,
        )


QUERIES = PaceQueries
