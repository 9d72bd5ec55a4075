"""Working calendar 工作日历: holidays and make-up workdays of each year, set by the city, the announced ones on file. plan P5.

One stream holds every year. A year that is neither set nor on file is counted by the week alone, and what is counted so is marked
as assumed: a deadline that was assumed never ends earlier than the calendar, once it is known, allows.
"""

from datetime import date, timedelta
from functools import cache
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from domain.command_rights import CITY, require_right
from domain.kernel import (
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    Label,
    Part,
    Refused,
    Rule,
    Stream,
    refuse_together,
    stream_of,
)
from domain.stated_sources import StatedDocument, StatedMark, stated_source
from standards import working_years
from standards.edition.text import Source

DAY = timedelta(days=1)
SATURDAY = 5
Year = Annotated[int, Field(ge=2023, le=2100)]

# Rules

CALENDAR_DAY_OUTSIDE = Rule(
    "CALENDAR_DAY_OUTSIDE",
    "plan P5",
    "{given} 不在 {year} 年内，请填入该日所属年度的日历",
    "{given} is no day of {year}; state it in the calendar of its own year",
)
CALENDAR_DAYS_REVERSED = Rule(
    "CALENDAR_DAYS_REVERSED",
    "plan P5",
    "“{name}”的最后一日 {given} 早于第一日 {earliest}；请对调或改正",
    "The last day {given} of {name} lies before its first, {earliest}; put them right",
)
CALENDAR_WORKDAY_NOT_WEEKEND = Rule(
    "CALENDAR_WORKDAY_NOT_WEEKEND",
    "plan P5",
    "调休上班日 {given} 不是周六或周日，本就上班，请删去",
    "The make-up workday {given} is no Saturday or Sunday and is worked anyway; leave it out",
)
CALENDAR_DAY_TWICE = Rule(
    "CALENDAR_DAY_TWICE",
    "plan P5",
    "{given} 既列为放假又列为上班，或列了两次，请保留一处",
    "{given} is stated both as a holiday and as a workday, or twice; keep one of them",
)

# Commands


class Holiday(Part):
    """Days off for one holiday, first and last included · 放假日期."""

    name: Label = Field(description="What the holiday is called · 节日名称")
    first: date = Field(description="First day off · 首日")
    last: date = Field(description="Last day off · 末日")

    @property
    def days(self) -> tuple[date, ...]:
        """Every day off 各放假日."""
        return tuple(self.first + number * DAY for number in range((self.last - self.first).days + 1))


class SetWorkingCalendar(Command):
    """Set all holidays and make-up workdays of a year; a later statement takes the place of the former · 设定工作日历."""

    roles: ClassVar = CITY

    year: Year = Field(description="Year of the calendar · 年度")
    holidays: Annotated[tuple[Holiday, ...], Field(min_length=1, max_length=40)] = Field(
        description="Holidays with their days off · 放假安排"
    )
    workdays: Annotated[tuple[date, ...], Field(max_length=60)] = Field(
        description="Saturdays and Sundays that are worked · 调休上班日"
    )
    source: StatedDocument
    mark: StatedMark


# Events


class WorkingCalendarSet(Event):
    """The working days of a year are known 工作日历已设定."""

    type: Literal["calendar.set.v1"] = "calendar.set.v1"
    says: ClassVar = "设定了 {year} 年的工作日历：{holidays:count} 个节日，{workdays:count} 个调休上班日（{source.document}）"
    says_in_english: ClassVar = (
        "set the working calendar of {year}: holidays: {holidays:count}, working days in their place: {workdays:count} "
        "({source.document})"
    )
    year: int
    holidays: tuple[Holiday, ...]
    workdays: tuple[date, ...]
    source: Source


# State


class WorkingYear(Part):
    """Holidays and make-up workdays of one year 年度日历."""

    year: int
    source: Source
    holidays: tuple[Holiday, ...]
    workdays: tuple[date, ...]


class CountedDay(BaseModel):
    """A day that was counted to 计得日期. assumed: whether a year without calendar was counted by the week alone."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    day: date
    assumed: bool


class WorkingCalendar(BaseModel):
    """Years with their holidays and make-up workdays 工作日历; `calendar_in_force` adds those on file."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    years: dict[int, WorkingYear]

    def knows(self, day: date) -> bool:
        """Whether the calendar of a day's year is known 是否已知."""
        return day.year in self.years

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked 是否工作日; of a year that is not known, Monday to Friday."""
        worked, free = _days_of(self.years.get(day.year))
        return day in worked or (day not in free and day.weekday() < SATURDAY)


def _days_of(year: WorkingYear | None) -> tuple[frozenset[date], frozenset[date]]:
    """Weekend days that are worked, and days off."""
    return (frozenset(), frozenset()) if year is None else _known_days(year)


@cache
def _known_days(year: WorkingYear) -> tuple[frozenset[date], frozenset[date]]:
    return frozenset(year.workdays), frozenset(day for holiday in year.holidays for day in holiday.days)


YEARS: TypeAdapter[tuple[WorkingYear, ...]] = TypeAdapter(tuple[WorkingYear, ...])


@cache
def calendar_on_file() -> WorkingCalendar:
    """The years that came with the program 内置日历."""
    return WorkingCalendar(years={one.year: one for one in YEARS.validate_python(working_years()["years"])})


def calendar_in_force(known: WorkingCalendar | None) -> WorkingCalendar:
    """The calendar to count by 现行日历. known: the folded stream, as read; None = no year was set."""
    on_file = calendar_on_file()
    return on_file if known is None else WorkingCalendar(years={**on_file.years, **known.years})


# Counting


def add_working_days(day: date, count: int, calendar: WorkingCalendar) -> CountedDay:
    """The working day that comes so many after a day, which is not counted itself 顺推工作日.

    count: 0 or more; 0 gives the day itself where it is worked, else the next that is.
    """
    assumed, found = not calendar.knows(day), day
    left = count
    while left > 0 or not calendar.is_working_day(found):
        found += DAY
        assumed = assumed or not calendar.knows(found)
        left -= calendar.is_working_day(found) and left > 0
    return CountedDay(day=found, assumed=assumed)


def working_days_between(first: date, last: date, calendar: WorkingCalendar) -> int:
    """Working days after `first` up to `last`, that included 期间工作日数; negative where `last` lies before it."""
    if last < first:
        return -working_days_between(last, first, calendar)
    return sum(calendar.is_working_day(first + number * DAY) for number in range(1, (last - first).days + 1))


class Deadline(Part):
    """Last day for an act 期限, which the act may still be done on.

    counted_from: the day that is not counted. working_days: how many. assumed: counted, in part, by the week alone.
    """

    counted_from: date
    working_days: int
    due: date
    assumed: bool


def deadline(counted_from: date, working_days: int, calendar: WorkingCalendar) -> Deadline:
    """The deadline so many working days after a day 计算期限."""
    counted = add_working_days(counted_from, working_days, calendar)
    return Deadline(counted_from=counted_from, working_days=working_days, due=counted.day, assumed=counted.assumed)


def due_on(given: Deadline, calendar: WorkingCalendar) -> date:
    """Its last day as the calendar is known by now 到期日: what was assumed ends no earlier than the known days allow."""
    return max(given.due, add_working_days(given.counted_from, given.working_days, calendar).day) if given.assumed else given.due


# Decide: what may happen


def decide(command: SetWorkingCalendar, known: WorkingCalendar | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    refuse_together(_faults(command))
    source = stated_source(command)
    workdays = tuple(sorted(command.workdays))
    holidays = tuple(sorted(command.holidays, key=lambda holiday: holiday.first))
    stated = WorkingYear(year=command.year, source=source, holidays=holidays, workdays=workdays)
    if known is not None and known.years.get(command.year) == stated:
        return ()
    return (WorkingCalendarSet(year=command.year, holidays=holidays, workdays=workdays, source=source),)


def _faults(command: SetWorkingCalendar) -> list[Refused]:
    found, seen = [], set[date]()
    ends = [(place, end) for place in range(len(command.holidays)) for end in ("first", "last")]
    named = [(f"holidays.{place}.{end}", getattr(command.holidays[place], end)) for place, end in ends]
    named += [(f"workdays.{place}", day) for place, day in enumerate(command.workdays)]
    outside = [(path, day) for path, day in named if day.year != command.year]
    found += [CALENDAR_DAY_OUTSIDE.refuse(path=path, given=day, year=command.year) for path, day in outside]
    for place, one in enumerate(command.holidays):
        if one.last < one.first:
            found.append(
                CALENDAR_DAYS_REVERSED.refuse(path=f"holidays.{place}.last", name=one.name, given=one.last, earliest=one.first)
            )
    if found:
        return found
    for place, one in enumerate(command.holidays):
        found += [CALENDAR_DAY_TWICE.refuse(path=f"holidays.{place}.first", given=day) for day in one.days if day in seen][:1]
        seen.update(one.days)
    for place, day in enumerate(command.workdays):
        if day in seen:
            found.append(CALENDAR_DAY_TWICE.refuse(path=f"workdays.{place}", given=day))
        elif day.weekday() < SATURDAY:
            found.append(CALENDAR_WORKDAY_NOT_WEEKEND.refuse(path=f"workdays.{place}", given=day))
        seen.add(day)
    return found


# Evolve: what has happened


def evolve(known: WorkingCalendar | None, event: WorkingCalendarSet) -> WorkingCalendar:
    """The years that were set, after one more fact."""
    before = known.years if known is not None else {}
    stated = WorkingYear(year=event.year, source=event.source, holidays=event.holidays, workdays=event.workdays)
    return WorkingCalendar(years={**before, event.year: stated})


CALENDAR_STREAM: Stream = stream_of("calendar", "shanghai")
"""Stream of every year's holidays and make-up workdays."""

WORKING_CALENDAR = Capability(
    name="calendar",
    commands=(SetWorkingCalendar,),
    events=(WorkingCalendarSet,),
    stream=lambda _command: CALENDAR_STREAM,
    decide=decide,
    evolve=evolve,
)
