"""Filling in over the API (plan P3): deferred questions, found by why, and the burden as the record tells it."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.instants import city_day
from methods.filling_burden import MINUTE
from projections.diagnosis import filling
from projections.diagnosis.filling import Filled, Saving
from tests.api.diagnosis.test_external_results import CERTIFICATE, accept, sent
from tests.api.diagnosis.test_prefill import mapped
from tests.live_city import LiveCity, sections

DEFERRED = """query($id: ID!, $why: Deferral) { deferredQuestions(diagnosis: $id, deferral: $why) {
  indicator name dimension deferral deferredByRole } }"""
BURDEN = """query($id: ID!) { fillingBurden(diagnosis: $id) { minutes pauseMinutes savings people askedTwice prefillable } }"""
SHARES = """query($year: Int!, $by: BurdenDivision!) { burdenShares(year: $year, by: $by) { district { code } forms
  medianMinutes { value low high } nineTenthsMinutes { value low high } medianAskedTwice { value low high } } }"""


def deferred(city: LiveCity, who: str, case: str, why: str | None = None) -> list[str] | None:
    found = city.data(who, DEFERRED, id=case, why=why)["deferredQuestions"]
    return None if found is None else [one["indicator"] for one in found]


def burden(city: LiveCity, who: str, case: str) -> Any:
    return city.data(who, BURDEN, id=case)["fillingBurden"]


def shares(city: LiveCity, who: str, by: str = "WHOLE", year: int | None = None) -> list[dict[str, Any]]:
    this = city_day(city.installation.services.clock()).year
    found: list[dict[str, Any]] = city.data(who, SHARES, year=year or this, by=by)["burdenShares"]
    return found


def first_of(section: str) -> str:
    return str(sections(3)[section][0]["indicator"])


def test_what_is_deferred_is_found_by_why_until_it_is_answered_or_resumed(city: LiveCity) -> None:
    case = city.opened()
    unknown, later, last = (str(one["indicator"]) for one in sections(3)["D1"][:3])
    city.done("filler", "deferQuestions", diagnosis=case, indicators=[unknown], deferral="NOT_KNOWN_YET")
    done = city.done(
        "filler", "deferQuestions", "diagnosis { answered }", diagnosis=case, indicators=[later, last], deferral="COME_BACK_LATER"
    )
    assert done["diagnosis"] == {"answered": 0}
    assert deferred(city, "enterprise", case) == [unknown, later, last]
    assert deferred(city, "filler", case, "NOT_KNOWN_YET") == [unknown]
    assert deferred(city, "confirmer", case, "COME_BACK_LATER") == [later, last]
    answers = [one for one in sections(3)["D1"] if one["indicator"] == later]
    city.done("filler", "saveAnswers", diagnosis=case, section="D1", answers=answers)
    city.done("filler", "resumeQuestions", diagnosis=case, indicators=[last])
    assert deferred(city, "filler", case) == [unknown]


def test_submission_names_what_is_still_deferred(city: LiveCity) -> None:
    case, one = city.opened(), first_of("D1")
    city.done("filler", "deferQuestions", diagnosis=case, indicators=[one], deferral="COME_BACK_LATER")
    city.done("enterprise", "pledgeTruth", diagnosis=case)
    payload = city.do("enterprise", "submitSelfAssessment", diagnosis=case)
    codes = {error["code"]: error["message"] for error in payload["userErrors"]}
    assert list(codes) == ["ANSWERS_MISSING", "QUESTIONS_DEFERRED"]
    assert one in codes["QUESTIONS_DEFERRED"]


def test_marks_are_read_by_who_reads_the_answers_and_each_department_sees_its_own_sections(city: LiveCity) -> None:
    case, one = city.opened(), first_of("F")
    city.done("filler", "deferQuestions", diagnosis=case, indicators=[one], deferral="COME_BACK_LATER")
    assert deferred(city, "stranger", case) is None
    assert deferred(city, "filler", "no-such") is None
    assert deferred(city, "department", case) == []
    for who in ("provider", "diagnostician", "district", "city", "auditor"):
        assert deferred(city, who, case) == [one]
    for who in ("group", "rival", "pudong"):
        assert deferred(city, who, case) is None
    for who in ("bank", "subdistrict", "park"):
        assert city.ask(who, DEFERRED, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    marking = {"diagnosis": case, "indicators": [one]}
    assert city.refused("department", "resumeQuestions", **marking) == "SECTION_NOT_YOURS"
    assert city.refused("provider", "resumeQuestions", **marking) == "ROLE_NOT_ALLOWED"
    assert city.refused("stranger", "resumeQuestions", **marking) == "NOT_FOUND"


def test_the_burden_counts_people_and_what_two_of_them_answered(city: LiveCity) -> None:
    case, answers = city.opened(), sections(3)["D1"]
    city.done("filler", "saveAnswers", diagnosis=case, section="D1", answers=answers)
    again = {"indicator": answers[0]["indicator"], "answer": {"level": "2"}}
    version = "query($id: ID!) { diagnosis(id: $id) { answers { indicator version } } }"
    seen = {one["indicator"]: one["version"] for one in city.data("filler", version, id=case)["diagnosis"]["answers"]}
    changed = [{**again, "replaces": seen[again["indicator"]]}]
    city.done("enterprise", "saveAnswers", diagnosis=case, section="D1", answers=changed)
    found = burden(city, "enterprise", case)
    assert (found["savings"], found["people"], found["askedTwice"]) == (2, 2, [again["indicator"]])
    assert (found["minutes"], found["pauseMinutes"], found["prefillable"]) == (0, 30, [])
    unasked = BURDEN.replace(" prefillable", "")
    del found["prefillable"]
    for who in ("provider", "reviewer", "district", "city", "auditor"):
        assert city.data(who, unasked, id=case)["fillingBurden"] == found
    assert city.ask("provider", BURDEN, id=case)["data"]["fillingBurden"]["prefillable"] is None
    for who in ("stranger", "rival", "pudong"):
        assert city.data(who, unasked, id=case)["fillingBurden"] is None
    for who in ("department", "bank", "reader", "subdistrict"):
        assert city.ask(who, BURDEN, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_an_answer_that_a_certificate_offered_and_the_firm_gave_itself_is_named(city: LiveCity) -> None:
    accept(city, sent(city, "city", CERTIFICATE))
    mapped(city)
    case = city.opened()
    for section, answers in sections(3).items():
        city.done("filler", "saveAnswers", diagnosis=case, section=section, answers=answers)
    asked = {one["indicator"] for part in sections(3).values() for one in part}
    assert burden(city, "filler", case)["prefillable"] == [one for one in ("F06", "F07") if one in asked] != []


def forms(firms: int, district: str = "310117") -> list[Filled]:
    """Forms of so many firms, each of twelve minutes and a pause."""
    moments = (0, 12 * MINUTE, 60 * MINUTE)
    return [Filled(district, f"f{firm}", [Saving("li", at, ("Z01",)) for at in moments]) for firm in range(firms)]


def test_a_firm_is_told_of_enough_firms_alone_rounded_and_once_the_year_is_over(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [*forms(10), *forms(2, "310115"), *forms(1, "310115")]
    monkeypatch.setattr(filling, "filled", lambda *_: found)
    this = city_day(city.installation.services.clock()).year
    [whole] = shares(city, "enterprise", year=this - 1)
    assert (whole["forms"], whole["medianMinutes"]) == (None, {"value": 10, "low": None, "high": None})
    assert [one["district"]["code"] for one in shares(city, "enterprise", "DISTRICT", this - 1)] == ["310117"]
    assert shares(city, "enterprise", year=this) == []
    exact = {one["district"]["code"]: one for one in shares(city, "city", "DISTRICT", this)}
    assert (exact["310115"]["forms"], exact["310117"]["medianMinutes"]["value"]) == (3, 12)


def test_the_spread_is_told_of_the_cases_one_sees(city: LiveCity) -> None:
    city.submitted()
    for who in ("city", "district", "provider", "auditor"):
        [found] = shares(city, who, "DISTRICT")
        assert (found["district"]["code"], found["forms"]) == ("310117", 1)
        assert found["medianMinutes"] == {"value": 0, "low": None, "high": None}
        assert found["medianAskedTwice"]["value"] == 0
    for who in ("pudong", "rival"):
        assert shares(city, who) == []
    assert shares(city, "enterprise") == []
    assert shares(city, "city", year=(date.today() - timedelta(days=800)).year) == []  # noqa: DTZ011 - some year before
    refused = city.ask("city", SHARES, year=1, by="WHOLE")
    assert refused["errors"][0]["extensions"]["code"] == "YEAR_OUT_OF_RANGE"
    for who in ("department", "bank", "reader"):
        assert city.ask(who, SHARES, year=2024, by="WHOLE")["errors"][0]["extensions"]["code"] == "FORBIDDEN"
