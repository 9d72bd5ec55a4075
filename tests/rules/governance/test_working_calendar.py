"""Working calendar (plan P5): holidays and make-up workdays as data, checked against another's; the unknown is assumed and said."""

from datetime import date, timedelta
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.governance.working_calendar import (
    CALENDAR_DAY_OUTSIDE,
    CALENDAR_DAY_TWICE,
    CALENDAR_DAYS_REVERSED,
    CALENDAR_WORKDAY_NOT_WEEKEND,
    WORKING_CALENDAR,
    SetWorkingCalendar,
    add_working_days,
    calendar_in_force,
    calendar_on_file,
    deadline,
    due_on,
    working_days_between,
)
from domain.kernel import Rule
from tests.rules.given import Given, given

DAY = timedelta(days=1)
ON_FILE = calendar_on_file()
KNOWN = st.dates(date(2023, 1, 1), date(2026, 12, 31))
NOTICE = {
    "year": 2027,
    "holidays": [
        {"name": "元旦", "first": "2027-01-01", "last": "2027-01-03"},
        {"name": "春节", "first": "2027-02-05", "last": "2027-02-12"},
    ],
    "workdays": ["2027-01-30", "2027-02-14"],
    "source": "示例通知",
    "mark": "I",
}


def sent_command(**changes: Any) -> SetWorkingCalendar:
    return SetWorkingCalendar.model_validate(NOTICE | changes)


def of_2027() -> Given:
    return given(WORKING_CALENDAR).when(sent_command(), "city").accepted


@pytest.mark.parametrize("year", sorted(ON_FILE.years))
def test_every_day_on_file_is_worked_or_free_as_another_library_says(year: int) -> None:
    days = [date(year, 1, 1) + number * DAY for number in range(366) if (date(year, 1, 1) + number * DAY).year == year]
    assert [day for day in days if ON_FILE.is_working_day(day) != chinese_calendar.is_workday(day)] == []


def test_the_programme_s_years_are_on_file() -> None:
    assert set(ON_FILE.years) >= {2023, 2024, 2025, 2026}


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        (date(2024, 5, 6), 0, date(2024, 5, 6)),
        (date(2024, 5, 4), 0, date(2024, 5, 6)),
        (date(2024, 5, 6), 5, date(2024, 5, 11)),  # a Saturday that is worked for the holiday
        (date(2024, 9, 30), 1, date(2024, 10, 8)),
        (date(2026, 9, 30), 2, date(2026, 10, 9)),
        (date(2024, 2, 29), 1, date(2024, 3, 1)),
        (date(2023, 12, 29), 1, date(2024, 1, 2)),  # over the turn of the year
    ],
)
def test_working_days_are_counted_without_the_first_over_holidays_and_make_up_days(day: date, count: int, found: date) -> None:
    counted = add_working_days(day, count, ON_FILE)
    assert (counted.day, counted.assumed) == (found, False)


@examples(KNOWN, st.integers(0, 60))
def test_counting_there_and_between_agree_and_end_on_a_working_day(day: date, count: int) -> None:
    found = add_working_days(day, count, ON_FILE).day
    assert ON_FILE.is_working_day(found)
    assert found >= day
    assert working_days_between(day, found, ON_FILE) == (count or (0 if found == day else 1))
    assert working_days_between(found, day, ON_FILE) == -working_days_between(day, found, ON_FILE)


@examples(KNOWN, st.integers(1, 60))
def test_one_more_working_day_is_never_the_same_day(day: date, count: int) -> None:
    assert add_working_days(day, count, ON_FILE).day < add_working_days(day, count + 1, ON_FILE).day


def test_a_year_without_calendar_is_counted_by_the_week_and_says_so() -> None:
    assert add_working_days(date(2026, 12, 31), 1, ON_FILE).model_dump() == {"day": date(2027, 1, 1), "assumed": True}
    assert add_working_days(date(2026, 12, 30), 1, ON_FILE).model_dump() == {"day": date(2026, 12, 31), "assumed": False}


def test_a_deadline_that_was_assumed_ends_no_earlier_than_the_calendar_allows_once_it_is_known() -> None:
    """Else a year whose notice comes late would take days from whoever has to answer."""
    assumed = deadline(date(2026, 12, 30), 3, ON_FILE)
    assert (assumed.due, assumed.assumed) == (date(2027, 1, 4), True)
    assert due_on(assumed, ON_FILE) == date(2027, 1, 4)
    assert due_on(assumed, calendar_in_force(of_2027().state)) == date(2027, 1, 5)


def test_a_deadline_that_was_counted_stays_when_the_calendar_is_corrected() -> None:
    counted = deadline(date(2026, 10, 9), 1, ON_FILE)
    corrected = sent_command(year=2026, holidays=[{"name": "国庆节", "first": "2026-10-01", "last": "2026-10-12"}], workdays=[])
    case = given(WORKING_CALENDAR).when(corrected, "city").accepted
    assert due_on(counted, calendar_in_force(case.state)) == counted.due == date(2026, 10, 10)
    assert deadline(date(2026, 10, 9), 1, calendar_in_force(case.state)).due == date(2026, 10, 13)


def test_the_city_sets_a_year_and_the_same_again_changes_nothing() -> None:
    case = given(WORKING_CALENDAR).when(sent_command(), "city").happened("calendar.set.v1")
    case = case.when(sent_command(), "city").then()
    known = calendar_in_force(case.state)
    assert [known.is_working_day(day) for day in (date(2027, 2, 5), date(2027, 2, 14), date(2027, 2, 13))] == [False, True, False]
    assert known.years[2024] == ON_FILE.years[2024]


@pytest.mark.parametrize("role", ["district", "provider", "enterprise", "auditor", "system"])
def test_only_the_city_sets_the_calendar(role: str) -> None:
    given(WORKING_CALENDAR).when(sent_command(), role).refused(ROLE_NOT_ALLOWED, role=role)


@pytest.mark.parametrize(
    ("changes", "rule", "path"),
    [
        ({"workdays": ["2027-02-15"]}, CALENDAR_WORKDAY_NOT_WEEKEND, "workdays.0"),
        ({"workdays": ["2026-12-27"]}, CALENDAR_DAY_OUTSIDE, "workdays.0"),
        ({"holidays": [{"name": "元旦", "first": "2027-01-03", "last": "2027-01-01"}]}, CALENDAR_DAYS_REVERSED, "holidays.0.last"),
        ({"holidays": [{"name": "元旦", "first": "2026-12-31", "last": "2027-01-01"}]}, CALENDAR_DAY_OUTSIDE, "holidays.0.first"),
        ({"workdays": ["2027-02-06"]}, CALENDAR_DAY_TWICE, "workdays.0"),
        ({"workdays": ["2027-02-14", "2027-02-14"]}, CALENDAR_DAY_TWICE, "workdays.1"),
        (
            {"holidays": [*NOTICE["holidays"], {"name": "立春", "first": "2027-02-12", "last": "2027-02-13"}]},  # type: ignore[misc]
            CALENDAR_DAY_TWICE,
            "holidays.2.first",
        ),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused_at_its_place(changes: dict[str, Any], rule: Rule, path: str) -> None:
    given(WORKING_CALENDAR).when(sent_command(**changes), "city").refused(rule, path=path)
