"""Appraisal of districts (plan I5, G3): each number opens to the firms that it counts; who transforms is a formula of a day."""

from datetime import date
from typing import Any

import pytest

from domain.access import Everything
from domain.diagnosis.state import Status
from domain.instants import city_midnight, microseconds
from projections.programme.appraisal import AppraisalFilter, overdue_firms
from tests.api.programme.reported_city import reported
from tests.live_city import ENTERPRISE, LiveCity

NUMBERS = {
    "ON_ROSTER": "onRoster",
    "DIAGNOSED": "diagnosed",
    "NOT_DIAGNOSED": "notDiagnosed",
    "TRANSFORMING": "transforming",
    "RESULT_UNKNOWN": "resultUnknown",
    "OVERDUE": "overdue",
}
SHEET = f"""query($year: Int!) {{ appraisal(year: $year) {{ gradeAtLeast percentAtLeast formulaSince mark
  districts {{ ...N }} whole {{ ...N }} }} }}
  fragment N on DistrictAppraisal {{ district {{ code }} {' '.join(NUMBERS.values())} diagnosedPercent ofDiagnosed ofAll
    target needed }}"""
FIRMS = """query($year: Int!, $district: String, $number: AppraisalNumber) {
  appraisalFirms(year: $year, district: $district, countedAs: $number, first: 50) { totalCount
    nodes { id district { code } diagnosed grade overdue enterprise { name } } } }"""


def sheet(city: LiveCity, who: str = "city", year: int = 2024) -> Any:
    return city.ask(who, SHEET, year=year)


def firms(city: LiveCity, who: str = "city", **asked: Any) -> Any:
    return city.ask(who, FIRMS, **{"year": 2024, "district": None, "number": None, **asked})


@pytest.fixture
def issued(city: LiveCity) -> LiveCity:
    city.issued()
    return city


def test_each_number_of_the_sheet_opens_to_the_firms_that_it_counts(issued: LiveCity) -> None:
    told = sheet(issued)["data"]["appraisal"]
    assert {one["district"]["code"] for one in told["districts"]} == {"310115", "310117"}
    for one in told["districts"]:
        for number, name in NUMBERS.items():
            found = firms(issued, district=one["district"]["code"], number=number)["data"]["appraisalFirms"]
            assert (found["totalCount"], len(found["nodes"])) == (one[name], one[name]), number
            assert {firm["district"]["code"] for firm in found["nodes"]} <= {one["district"]["code"]}
    assert all(told["whole"][name] == sum(one[name] for one in told["districts"]) for name in NUMBERS.values())


def test_a_roster_of_a_year_before_the_report_counts_nobody_as_diagnosed_and_divides_by_nothing(issued: LiveCity) -> None:
    whole = sheet(issued)["data"]["appraisal"]["whole"]
    assert (whole["onRoster"], whole["diagnosed"], whole["ofDiagnosed"], whole["ofAll"]) == (2, 0, None, "0.00")
    empty = sheet(issued, year=2023)["data"]["appraisal"]
    assert (empty["districts"], empty["whole"]["onRoster"]) == ([], 0)
    assert {empty["whole"][name] for name in ("diagnosedPercent", "ofDiagnosed", "ofAll", "target")} == {None}


def test_what_is_overdue_counts_in_the_year_that_the_case_was_opened_in(city: LiveCity) -> None:
    city.opened()
    year = int(city.today[:4])
    late = {Status.OPEN.value: microseconds(city_midnight(date(year + 1, 1, 1)))}
    city.installation.services.models.catch_up()
    with city.installation.services.models.reading() as snapshot:
        seen = [AppraisalFilter(one, late=late, day=f"{year + 1}-12-31") for one in (year - 1, year)]
        assert [len(overdue_firms(snapshot, Everything(), one)) for one in seen] == [0, 1]


def test_a_share_shows_its_numerator_and_both_denominators(city: LiveCity) -> None:
    year = reported(city)
    told = sheet(city, year=year)["data"]["appraisal"]
    whole, [firm] = told["whole"], firms(city, year=year, number="DIAGNOSED")["data"]["appraisalFirms"]["nodes"]
    transforms = firm["grade"] >= told["gradeAtLeast"]
    assert (whole["onRoster"], whole["diagnosed"], whole["transforming"]) == (2, 1, transforms)
    assert (whole["diagnosedPercent"], whole["ofDiagnosed"], whole["ofAll"]) == (
        ("50.00", "100.00", "50.00") if transforms else ("50.00", "0.00", "0.00")
    )
    found = firms(city, year=year, number="TRANSFORMING")["data"]["appraisalFirms"]
    assert [one["id"] for one in found["nodes"]] == [firm["id"]] * transforms
    days = city.data("city", "query($y: Int!) { pace(year: $y) { days { nodes { day diagnosed } } } }", y=year)["pace"]["days"]
    assert days["nodes"] == [{"day": city.today, "diagnosed": 1}]


def test_a_district_is_appraised_by_itself_and_a_firm_is_told_nothing(issued: LiveCity) -> None:
    own = sheet(issued, "district")["data"]["appraisal"]
    assert [one["district"]["code"] for one in own["districts"]] == ["310117"]
    assert [one["id"] for one in firms(issued, "district")["data"]["appraisalFirms"]["nodes"]] == [f"enterprise/{ENTERPRISE}"]
    assert firms(issued, "district", district="310115")["data"]["appraisalFirms"]["totalCount"] == 0
    assert "errors" in sheet(issued, "enterprise")
    assert "errors" in firms(issued, "enterprise")


def test_an_unknown_district_or_a_year_outside_the_programme_is_refused(issued: LiveCity) -> None:
    assert firms(issued, district="999999")["errors"][0]["extensions"]["code"] == "FILTER_VALUE_UNKNOWN"
    assert firms(issued, year=1)["errors"][0]["extensions"]["code"] == "YEAR_OUT_OF_RANGE"
    assert sheet(issued, year=2101)["errors"][0]["extensions"]["code"] == "YEAR_OUT_OF_RANGE"
