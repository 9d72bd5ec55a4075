"""Prefill over the API (plan P3, P8): offered with where it comes from, taken by the firm, never counted before."""

from typing import Any

from domain.access import Everything, Role
from domain.standard.crosswalks.crosswalk import ReviewCrosswalk
from domain.standard.revision.state import Verdict
from journal import Caller
from tests.api.diagnosis.test_external_results import CERTIFICATE, ELSEWHERE, accept, scored, sent
from tests.live_city import LiveCity

PREFILL = """query($id: ID!) { prefill(diagnosis: $id) { offers { indicator dimension level assessment number certificateLevel
  standardNumber nodeName relation crosswalk crosswalkVersion crosswalkMark } } }"""
ANSWERS = "query($id: ID!) { diagnosis(id: $id) { answered answers { indicator prefilledFrom given { level } } } }"
WALK = "2023.dcmm-2018"
ROWS = [
    {"indicator": indicator, "node": node, "relation": relation, "rationale": "示例", "confidence": "0.8"}
    for indicator, node, relation in (
        ("F06", "data-standards", "NARROW"),
        ("F07", "data-lifecycle", "NARROW"),
        ("G03", "data-security", "RELATED"),
    )
]


def mapped(city: LiveCity) -> None:
    """A crosswalk to the model of the certificate, published."""
    begun = {"edition": "2023", "externalEdition": "dcmm-2018", "title": "对照", "source": "项目拟定", "mark": "P"}
    city.done("city", "proposeCrosswalk", "crosswalk { id }", **begun)
    city.done("city", "changeCrosswalk", "crosswalk { draftVersion }", crosswalk=WALK, draftVersion=1, rows=ROWS)
    said = {"draftVersion": 2, "verdict": "APPROVE", "grounds": "核对过"}
    city.done("reader", "reviewCrosswalk", "crosswalk { id }", crosswalk=WALK, **said)
    review = ReviewCrosswalk(crosswalk=WALK, draft_version=2, verdict=Verdict.APPROVE, grounds="核对过")
    city.installation.services.send(Caller("other-expert", Role.ARBITER, "experts", Everything()), review)
    city.done("city", "publishCrosswalk", "crosswalk { version }", crosswalk=WALK, draftVersion=2)


def offers(city: LiveCity, who: str, case: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = city.data(who, PREFILL, id=case)["prefill"]["offers"]
    return found


def test_a_certificate_is_offered_with_its_provenance_and_counts_once_it_is_taken(city: LiveCity) -> None:
    accept(city, sent(city, "city", CERTIFICATE, ELSEWHERE))
    case = city.opened()
    assert offers(city, "filler", case) == []
    mapped(city)
    first, second = offers(city, "filler", case)
    assert (first["indicator"], second["indicator"]) == ("F06", "F07")
    assert (first["level"], first["certificateLevel"], first["number"]) == ("2", "受管理级", "DCMM-31-0001")
    assert (first["standardNumber"], first["nodeName"], first["relation"]) == ("GB/T 36073-2018", "数据标准", "NARROW")
    assert (first["crosswalk"], first["crosswalkVersion"], first["crosswalkMark"]) == (f"crosswalk/{WALK}", 1, "P")
    assert city.data("filler", ANSWERS, id=case)["diagnosis"] == {"answered": 0, "answers": []}
    given = {"diagnosis": case, "assessment": first["assessment"], "indicators": ["F06"]}
    done = city.done("filler", "takePrefill", "diagnosis { answered }", **given)
    assert done["diagnosis"] == {"answered": 1}
    taken = {"indicator": "F06", "prefilledFrom": first["assessment"], "given": {"level": "2"}}
    assert city.data("filler", ANSWERS, id=case)["diagnosis"]["answers"] == [taken]
    assert [one["indicator"] for one in offers(city, "enterprise", case)] == ["F07"]


def test_an_answer_that_the_firm_changes_afterwards_is_its_own(city: LiveCity) -> None:
    accept(city, sent(city, "city", CERTIFICATE))
    mapped(city)
    case = city.opened()
    [first, _] = offers(city, "filler", case)
    city.done("filler", "takePrefill", diagnosis=case, assessment=first["assessment"], indicators=["F06"])
    assert city.refused("filler", "takePrefill", diagnosis=case, assessment=first["assessment"], indicators=["G03"]) == (
        "PREFILL_NOT_OFFERED"
    )
    [one] = city.data("filler", "query($id: ID!) { diagnosis(id: $id) { answers { version } } }", id=case)["diagnosis"]["answers"]
    answers = [{"indicator": "F06", "answer": {"level": "1"}, "replaces": one["version"]}]
    city.done("filler", "saveAnswers", diagnosis=case, section="F", answers=answers)
    [now] = city.data("filler", ANSWERS, id=case)["diagnosis"]["answers"]
    assert (now["prefilledFrom"], now["given"]["level"]) == (None, "1")
    assert city.refused("filler", "takePrefill", diagnosis=case, assessment=first["assessment"], indicators=["F06"]) == (
        "PREFILL_ANSWERED"
    )


def test_another_firm_is_offered_nothing_and_no_one_else_takes_it(city: LiveCity) -> None:
    accept(city, sent(city, "city", CERTIFICATE, ELSEWHERE))
    accept(city, scored(city), 1)
    mapped(city)
    case = city.opened()
    assert len(offers(city, "filler", case)) == 2
    assert city.data("stranger", PREFILL, id=case)["prefill"] is None
    assert city.data("filler", PREFILL, id="no-such")["prefill"] is None
    assert offers(city, "department", case) == []
    assert "errors" in city.ask("provider", PREFILL, id=case)
    others = "{ externalResults { nodes { id enterprise { id } number } } }"
    [other] = [one["id"] for one in city.data("pudong", others)["externalResults"]["nodes"]]
    assert city.refused("filler", "takePrefill", diagnosis=case, assessment=other, indicators=["F06"]) == "NOT_FOUND"
    [mine] = {one["assessment"] for one in offers(city, "filler", case)}
    taking = {"diagnosis": case, "assessment": mine, "indicators": ["F06"]}
    assert city.refused("provider", "takePrefill", **taking) == "ROLE_NOT_ALLOWED"
    assert city.refused("stranger", "takePrefill", **taking) == "NOT_FOUND"
    assert city.refused("department", "takePrefill", **taking) == "SECTION_NOT_YOURS"
