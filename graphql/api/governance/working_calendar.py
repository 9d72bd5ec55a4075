"""Working calendar 工作日历 in the schema: which days are worked, and where so many of them lead. plan P5."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.mutations import Payload
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown
from api.kit.years import require_year
from domain.governance import working_calendar as calendar
from domain.governance.rule_bodies.body import MOST_WORKING_DAYS
from domain.governance.working_calendar import SetWorkingCalendar, add_working_days
from domain.instants import utc_moment
from domain.kernel import Command, Rule
from domain.masks import SIGNED_IN
from projections.governance.working_calendar import calendar_now, year_rows
from standards.edition.text import SourceMark

WORKING_DAYS_OUT_OF_RANGE = Rule(
    "WORKING_DAYS_OUT_OF_RANGE",
    "plan P5",
    "工作日数须在 0 到 {latest} 之间",
    "Ask for between 0 and {latest} working days",
)


@published(SIGNED_IN, placed=False, row=calendar.Holiday)
class Holiday:
    """Days off for one holiday · 放假日期. plan P5"""

    name: str = field("What it is called · 节日名称")
    first: date = field("First day off · 首日")
    last: date = field("Last day off · 末日")


@published(SIGNED_IN, placed=False)
class WorkingYear:
    """Holidays and make-up workdays of one year · 年度日历. plan P5"""

    year: int = field("The year · 年度")
    holidays: list[Holiday] = field("Holidays with their days off · 放假安排")
    workdays: list[date] = field("Saturdays and Sundays that are worked · 调休上班日")
    source: str = field("Where it comes from · 来源")
    mark: SourceMark = field("Mark of the source · 来源标记")
    set_at: datetime | None = field("When the city set it, UTC; null where it came with the program · 设定时间")


@published(SIGNED_IN, placed=False, row=calendar.CountedDay)
class CountedDay:
    """Day that was counted to in working days · 计得日期. plan P5"""

    day: date = field("The day · 日期")
    assumed: bool = field("Whether a year without calendar was counted by the week alone · 是否推定")


def find_year(context: Context, year: int) -> WorkingYear | None:
    """The calendar of a year; None while it is not known."""
    one = calendar_now(context.snapshot).years.get(year)
    if one is None:
        return None
    set_at = next((row.set_at for row in year_rows(context.snapshot) if row.year == year), None)
    return WorkingYear(
        year=one.year,
        holidays=all_shown(Holiday, one.holidays),
        workdays=list(one.workdays),
        source=one.source.document,
        mark=one.source.mark,
        set_at=utc_moment(set_at) if set_at is not None else None,
    )


@strawberry.type
class WorkingCalendarQueries:
    """Query fields: working days."""

    @field("Holidays and make-up workdays of a year; null while it is not known · 工作日历. plan P5", roles=SIGNED_IN)
    def working_year(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("The year · 年度")],
        at_least: AtLeast = None,
    ) -> WorkingYear | None:
        """The calendar of a year.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        info.context.at_least(at_least)
        return find_year(info.context, year)

    @field("The working day that comes so many after a day, which is not counted itself · 顺推工作日. plan P5", roles=SIGNED_IN)
    def working_day(
        self,
        info: strawberry.Info[Context, None],
        after: Annotated[date, argument("Day to count from · 起算日")],
        days: Annotated[int, argument("Working days, 0–250 · 工作日数")],
    ) -> CountedDay:
        """A day counted to."""
        if not 0 <= days <= MOST_WORKING_DAYS:
            raise WORKING_DAYS_OUT_OF_RANGE.refuse(path="days", latest=MOST_WORKING_DAYS)
        return all_shown(CountedDay, [add_working_days(after, days, calendar_now(info.context.snapshot))])[0]


def _find_year(context: Context, _key: str, command: Command, _wanted: frozenset[str]) -> WorkingYear | None:
    assert isinstance(command, SetWorkingCalendar)  # noqa: S101 - the table below names it
    return find_year(context, command.year)


QUERIES = WorkingCalendarQueries
PAYLOADS: Mapping[str, Payload] = {"calendar": Payload("working_year", WorkingYear, _find_year)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
