"""Working calendar over the API (plan P5): set by the city, told to every signed-in role, counted by."""

from tests.live_city import LiveCity

YEAR = "query($year: Int!) { workingYear(year: $year) { year mark setAt workdays holidays { name first last } } }"
DAY = "query($after: Date!, $days: Int!) { workingDay(after: $after, days: $days) { day assumed } }"
OF_2027 = {
    "year": 2027,
    "holidays": [{"name": "元旦", "first": "2027-01-01", "last": "2027-01-03"}],
    "workdays": ["2027-01-09"],
    "source": "示例通知",
    "mark": "I",
}


def test_the_announced_years_are_there_and_the_city_sets_the_next(city: LiveCity) -> None:
    known = city.data("bank", YEAR, year=2024)["workingYear"]
    assert {"name": "国庆节", "first": "2024-10-01", "last": "2024-10-07"} in known["holidays"]
    assert known["setAt"] is None
    assert city.data("bank", YEAR, year=2027) == {"workingYear": None}
    assert city.data("bank", DAY, after="2026-12-31", days=1) == {"workingDay": {"day": "2027-01-01", "assumed": True}}
    assert city.refused("district", "setWorkingCalendar", **OF_2027) == "ROLE_NOT_ALLOWED"
    wrong = OF_2027 | {"workdays": ["2027-01-08"]}
    assert city.refused("city", "setWorkingCalendar", **wrong) == "CALENDAR_WORKDAY_NOT_WEEKEND"
    sent = city.done("city", "setWorkingCalendar", "workingYear { year workdays setAt }", **OF_2027)["workingYear"]
    assert (sent["year"], sent["workdays"]) == (2027, ["2027-01-09"])
    assert sent["setAt"] is not None
    assert city.data("bank", DAY, after="2026-12-31", days=1) == {"workingDay": {"day": "2027-01-04", "assumed": False}}


def test_more_working_days_than_a_year_are_not_counted(city: LiveCity) -> None:
    for days in (-1, 251):
        payload = city.ask("bank", DAY, after="2024-01-01", days=days)
        assert payload["errors"][0]["extensions"]["code"] == "WORKING_DAYS_OUT_OF_RANGE"
