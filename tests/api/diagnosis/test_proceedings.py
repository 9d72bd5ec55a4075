"""What happened in a case is typed (plan P5, P6): objections with their answers, visits, reviews; the parties' alone."""

from datetime import UTC, datetime
from typing import Any

from domain.access import PARTIES, Role
from tests.live_city import PEOPLE, LiveCity, sections

ASKED = """query($id: ID!, $a: String) { diagnosis(id: $id, asOf: $a) { openObjection
  objections { nodes { indicator reportVersion text raisedByRole status answer { text upheld byRole } } }
  siteVisits { nodes { visitedOn diagnosticians functions notes recordedByRole } }
  expertReviews { nodes { conclusion recordedByRole } } } }"""
PARTS = ("objections { nodes { text } }", "siteVisits { nodes { notes } }", "expertReviews { nodes { conclusion } }")
WAITING = "query($w: Boolean!, $a: String) { diagnoses(filter: {openObjection: $w}, asOf: $a) { totalCount nodes { id } } }"
ROLE_OF = {login: role for login, role, _ in PEOPLE}
OUTSIDE = sorted(login for login, role in ROLE_OF.items() if role not in PARTIES and role is not Role.OPERATOR)


def told(city: LiveCity, who: str, diagnosis: str, as_of: str | None = None) -> Any:
    return city.data(who, ASKED, id=diagnosis, a=as_of)["diagnosis"]


def waiting(city: LiveCity, who: str, as_of: str | None = None) -> list[str]:
    found = city.data(who, WAITING, w=True, a=as_of)["diagnoses"]
    assert found["totalCount"] == len(found["nodes"])
    return [one["id"] for one in found["nodes"]]


def objected(city: LiveCity) -> str:
    diagnosis = city.issued()
    items = [{"indicator": "Z01", "reason": "证据未计"}, {"indicator": "Z04", "reason": "等级偏低"}]
    city.done("enterprise", "objectToReport", diagnosis=diagnosis, items=items)
    return diagnosis


def answered(city: LiveCity, diagnosis: str) -> None:
    answers = [
        {"indicator": "Z01", "upheld": True, "reason": "补充佐证属实"},
        {"indicator": "Z04", "upheld": False, "reason": "与现场一致"},
    ]
    city.done("reviewer", "answerObjections", diagnosis=diagnosis, answers=answers)


def test_an_objection_is_found_by_whoever_must_answer_and_bears_its_answer(city: LiveCity) -> None:
    diagnosis = objected(city)
    then = datetime.now(UTC).isoformat()
    for who in ("provider", "reviewer", "enterprise", "city", "district", "auditor"):
        assert waiting(city, who) == [diagnosis]
    assert waiting(city, "rival") == waiting(city, "pudong") == waiting(city, "stranger") == []
    first = {"indicator": "Z01", "reportVersion": 1, "text": "证据未计", "raisedByRole": "ENTERPRISE"}
    seen = told(city, "provider", diagnosis)
    assert seen["objections"]["nodes"][0] == first | {"status": "OPEN", "answer": None}
    assert seen["openObjection"]
    assert [(one["diagnosticians"], one["notes"]) for one in seen["siteVisits"]["nodes"]] == [(2, "现场无异常")]

    answered(city, diagnosis)
    seen = told(city, "enterprise", diagnosis)
    upheld, dismissed = seen["objections"]["nodes"]
    assert upheld == first | {"status": "ANSWERED", "answer": {"text": "补充佐证属实", "upheld": True, "byRole": "REVIEWER"}}
    assert dismissed["answer"] == {"text": "与现场一致", "upheld": False, "byRole": "REVIEWER"}
    assert (seen["openObjection"], waiting(city, "provider")) == (False, [])

    past = told(city, "provider", diagnosis, then)
    assert [one["status"] for one in past["objections"]["nodes"]] == ["OPEN", "OPEN"]
    assert (past["openObjection"], waiting(city, "provider", then)) == (True, [diagnosis])


def test_an_indicator_that_is_objected_to_again_has_one_objection_a_report(city: LiveCity) -> None:
    diagnosis = objected(city)
    answered(city, diagnosis)
    entry = next(one for one in sections(3)["D1"] if one["indicator"] == "Z01")
    better = entry | {"answer": {"level": "4"}, "reason": "补充佐证"}
    city.done("provider", "verifyAnswers", diagnosis=diagnosis, section="D1", answers=[better])
    city.done("provider", "scoreDiagnosis", diagnosis=diagnosis)
    city.done("provider", "issueReport", diagnosis=diagnosis)
    city.done("enterprise", "objectToReport", diagnosis=diagnosis, items=[{"indicator": "Z01", "reason": "仍偏低"}])
    seen = told(city, "provider", diagnosis)["objections"]["nodes"]
    found = [(one["reportVersion"], one["indicator"], one["status"]) for one in seen]
    assert found == [(1, "Z01", "ANSWERED"), (1, "Z04", "ANSWERED"), (2, "Z01", "OPEN")]


def test_an_objection_of_a_withdrawn_case_waits_for_nobody(city: LiveCity) -> None:
    diagnosis = objected(city)
    city.done("district", "withdrawDiagnosis", diagnosis=diagnosis, reason="企业已注销")
    assert [one["status"] for one in told(city, "provider", diagnosis)["objections"]["nodes"]] == ["LAPSED", "LAPSED"]
    assert waiting(city, "provider") == []


def test_outside_the_case_nothing_of_it_is_shown_and_nobody_finds_out_whether_an_objection_waits(city: LiveCity) -> None:
    diagnosis = objected(city)
    answered_null = 0
    for who in OUTSIDE:
        for field in (*PARTS, "openObjection"):
            payload = city.ask(who, f"query($id: ID!) {{ diagnosis(id: $id) {{ {field} }} }}", id=diagnosis)
            found = (payload["data"] or {}).get("diagnosis")
            answered_null += found is not None
            assert set((found or {}).values()) <= {None}
            assert found is None or [error["extensions"]["code"] for error in payload["errors"]] == ["FORBIDDEN"]
        for waits in (True, False):
            payload = city.ask(who, WAITING, w=waits)
            assert {error["extensions"]["code"] for error in payload["errors"]} == {"FORBIDDEN"}
    assert answered_null > len(OUTSIDE)


def test_a_department_filler_reads_no_objection(city: LiveCity) -> None:
    diagnosis = objected(city)
    found = city.ask("department", ASKED, id=diagnosis)["data"]["diagnosis"]
    assert set(found.values()) == {None}


def test_reading_them_is_told_to_the_firm(city: LiveCity) -> None:
    diagnosis = objected(city)
    query = "{ disclosures(first: 1, role: CITY) { totalCount nodes { firms { subject masks } } } }"
    for number, field in enumerate(PARTS, 1):
        city.data("city", f"query($id: ID!) {{ diagnosis(id: $id) {{ {field} }} }}", id=diagnosis)
        found = city.data("enterprise", query)["disclosures"]
        assert found["totalCount"] == number
        assert found["nodes"][0]["firms"] == [{"subject": diagnosis, "masks": ["PROCESS_SECRETS"]}]
