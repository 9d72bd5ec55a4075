"""Pace and forecast (plan G1-G4): coverage by day as of any day, the year's end with an interval, the pace that is needed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.governance.dated_rules import defaults_of
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.pace import PaceRule
from domain.governance.working_calendar import DAY, calendar_on_file, working_days_between
from domain.instants import city_day
from domain.programme.targets import Measure
from projections.programme.coverage import CoverageRow, TargetRow
from projections.programme.pace import coverage_by_day, exposure, paces, targets_by_district, year_at
from tests.live_city import LiveCity
from tests.methods.worked_cases import cases

YEAR = 2024
CALENDAR = calendar_on_file()
RULE = PaceRule.model_validate(defaults_of(RuleKind.PACE)[0].body.model_dump())
SHARE = TargetRow(YEAR, Measure.SHARE_DIAGNOSED, Decimal(60), "plan G2", "V")
COUNT = TargetRow(YEAR, Measure.ENTERPRISES_DIAGNOSED, Decimal(5), "plan G1", "V")
PACE = """query($year: Int!, $asOf: String) { pace(year: $year, asOf: $asOf) {
  year day until weeks workingDaysLeft mark
  districts { district { code } diagnosed total target perWeek needed forecast { mean low high } }
  whole { diagnosed total target needed perWeek forecast { mean } } days(first: 50) { nodes { day diagnosed } }
  asOf { changedLater } } }"""


def district(diagnosed: int, total: int, name: str = "a") -> CoverageRow:
    return CoverageRow(name, diagnosed, 0, total, 0)


def steady(day: date, a_week: int, weeks: int) -> dict[date, int]:
    return {day - number * 7 * DAY: a_week for number in range(weeks)}


def test_a_week_of_holidays_is_no_slack() -> None:
    assert exposure(date(2024, 10, 1), date(2024, 10, 7), CALENDAR, RULE) == 0
    found = year_at(YEAR, date(2024, 10, 10), CALENDAR, RULE)
    before = found.weeks[-1][0] - DAY
    assert sum(weight for _, _, weight in found.weeks) == working_days_between(before, date(2024, 10, 10), CALENDAR)
    assert all(weight > 0 for _, _, weight in found.weeks)
    assert found.exposure_left == working_days_between(date(2024, 10, 10), date(2024, 12, 31), CALENDAR)


def test_weeks_do_not_reach_into_the_year_before_and_a_past_year_has_no_time_left() -> None:
    assert [len(year_at(YEAR, date(2024, 1, day), CALENDAR, RULE).weeks) for day in (1, 6, 7, 14)] == [0, 0, 1, 2]
    assert year_at(YEAR, date(2026, 3, 1), CALENDAR, RULE).exposure_left == 0
    coming = year_at(2026, date(2025, 12, 31), CALENDAR, RULE)
    assert (list(coming.weeks), coming.exposure_left > 200) == ([], True)


def test_a_month_weighs_as_the_rule_says() -> None:
    heavy = RULE.model_copy(update={"season": (*RULE.season[:11], 150)})
    day = date(2024, 11, 30)
    plain, rushed = (year_at(YEAR, day, CALENDAR, rule).exposure_left for rule in (RULE, heavy))
    assert rushed == plain * Decimal("1.5")


def test_the_pace_needed_is_what_is_missing_over_the_working_days_left() -> None:
    (case,) = cases("m", "forecast")
    facts = case["given"]
    day = date(2024, 10, 25)
    found = year_at(YEAR, day, CALENDAR, RULE)
    [row, whole] = paces(found, [district(facts["done"], facts["total"])], {}, {"a": 700, None: 700})
    assert row.needed == round(Decimal(700 - facts["done"]) * 5 / found.exposure_left, 2) == whole.needed
    [reached, _] = paces(found, [district(400, 1000)], {}, {"a": 400})
    assert reached.needed == 0
    [late, _] = paces(year_at(2023, day, CALENDAR, RULE), [district(400, 1000)], {}, {"a": 401})
    assert late.needed is None


def test_nothing_is_established_from_few_weeks_or_few_firms_and_the_whole_still_is() -> None:
    day = date(2024, 6, 28)
    found, rows = year_at(YEAR, day, CALENDAR, RULE), [district(12, 100, name) for name in ("a", "b")]
    by_day = {"a": steady(day, 1, 9), "b": steady(day, 1, 12)}
    small, enough, whole = paces(found, rows, by_day, {})
    assert (small.seen, small.forecast, small.per_week) == (9, None, None)
    assert enough.forecast is not None
    assert whole.forecast is not None
    assert whole.forecast.low < whole.forecast.mean < whole.forecast.high
    assert whole.forecast.mean > enough.forecast.mean
    early = year_at(YEAR, date(2024, 1, 25), CALENDAR, RULE)
    assert [row.forecast for row in paces(early, rows, {"a": steady(date(2024, 1, 25), 10, 3)}, {})] == [None] * 3


def test_the_whole_is_the_districts_with_their_variances_added() -> None:
    day = date(2024, 6, 28)
    rows = [district(60, 1000, name) for name in ("a", "b")]
    by_day = {"a": steady(day, 5, 12), "b": steady(day, 5, 12)}
    one, two, whole = (row.forecast for row in paces(year_at(YEAR, day, CALENDAR, RULE), rows, by_day, {}))
    assert one is not None
    assert two is not None
    assert whole is not None
    assert whole.mean == one.mean + two.mean
    assert abs(float(whole.deviation) ** 2 - 2 * float(one.deviation) ** 2) < 0.01
    assert one.high - one.low < whole.high - whole.low < 2 * (one.high - one.low)


def test_a_share_holds_of_every_district_and_a_count_is_split_over_the_whole_city_alone() -> None:
    rows = [district(0, 11, "a"), district(0, 4, "b")]
    assert targets_by_district([SHARE, COUNT], rows, {}, of_the_city=False) == {"a": 7, "b": 3, None: 9}
    assert targets_by_district([COUNT], rows, {}, of_the_city=True) == {"a": 4, "b": 1, None: 5}
    assert targets_by_district([COUNT], rows, {}, of_the_city=False) == targets_by_district([], rows, {}, of_the_city=True) == {}


def test_without_a_roster_no_share_is_a_target_of_nobody() -> None:
    assert targets_by_district([SHARE], [], {}, of_the_city=True) == {}


def test_firms_of_earlier_years_count_from_the_first_day_on() -> None:
    days = coverage_by_day({"a": {date(2023, 9, 1): 2, date(2024, 2, 1): 1}, "b": {date(2024, 2, 1): 3}}, YEAR)
    assert [tuple(row) for row in days] == [(date(2024, 1, 1), 2), (date(2024, 2, 1), 6)]


@pytest.fixture
def counted(city: LiveCity) -> LiveCity:
    done = city.done("city", "setTarget", "", year=YEAR, measure="SHARE_DIAGNOSED", atLeast="60", clause="plan G2", mark="V")
    city.data("city", "query($p: String) { coverage(year: 2024, atLeast: $p) { total } }", p=done["position"])
    return city


def pace(city: LiveCity, who: str, as_of: str | None = None, year: int = YEAR) -> Any:
    return city.ask(who, PACE, year=year, asOf=as_of)


def test_pace_is_told_within_the_scope_as_of_any_day(counted: LiveCity) -> None:
    whole = pace(counted, "city")["data"]["pace"]
    assert whole["whole"]["total"] == sum(one["total"] for one in whole["districts"]) > 1
    assert (whole["until"], whole["day"]) == ("2024-12-31", str(city_day(datetime.now(UTC))))
    assert {one["target"] for one in whole["districts"]} == {1}
    assert whole["whole"]["forecast"] is None
    own = pace(counted, "district")["data"]["pace"]
    assert own["districts"] == [one for one in whole["districts"] if one["district"]["code"] == "310117"]
    then = pace(counted, "city", "2024-01-01")["data"]["pace"]
    assert (then["day"], then["whole"]["total"], then["asOf"]) == ("2024-01-01", 0, {"changedLater": True})
    told = "query($y: Int!, $at: String) { pace(year: $y, asOf: $at) { withoutRoster whole { target needed } } }"
    assert counted.data("city", told, y=YEAR, at="2024-01-01")["pace"] == {
        "withoutRoster": True,
        "whole": {"target": None, "needed": None},
    }
    assert counted.data("city", told, y=YEAR, at=None)["pace"]["withoutRoster"] is False


def test_pace_is_not_for_firms_and_no_year_outside_the_programme(counted: LiveCity) -> None:
    assert "errors" in pace(counted, "enterprise")
    for year in (-1, 2022, 2101):
        assert pace(counted, "city", year=year)["errors"][0]["extensions"]["code"] == "YEAR_OUT_OF_RANGE"
