"""Arbitration over the API (plan P6): asked for, heard, found on by named experts, decided, final, and what the case comes to."""

from datetime import date, timedelta
from typing import Any

import pytest

from api.kit.ids import id_of, key_of
from domain.access import Role
from domain.diagnosis.arbitration import SettleArbitration
from domain.instants import city_day
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from tests import job_records
from tests.live_city import PASSWORD, LiveCity

ASKED = """query($id: ID!) { diagnosis(id: $id) { status stage { stage } reports { nodes { version } }
  arbitrations(first: 3) { nodes {
  proceeding items { indicator text } opinionsGiven opinions { struckAt findings { indicator upheld text } }
  outcome reasons decidedAt settledAt findings { indicator upheld level text } } } } }"""
ANSWERS = "query($id: ID!) { diagnosis(id: $id) { answers { indicator verified { level } } } }"
NAMED = "query($id: ID!) { diagnosis(id: $id) { arbitrations { nodes { opinions { arbiter } } } } }"
ITEM = {"indicator": "Z01", "reason": "现场未看第二厂区"}
BY_NUMBERS = {"indicator": "Z06", "reason": "漏计第二厂区投入"}
FOUND = """query($id: ID!) { diagnosis(id: $id) { arbitrations(first: 1) { nodes { opinions { findings {
  upheld level numbers { name value } choices notApplicable } } } } } }"""


def joins(city: LiveCity, login: str, role: Role, unit: str) -> None:
    city.send(RegisterPerson(person=login, name=f"示例人员{login}"))
    since = date(2024, 1, 1)
    city.send(GrantMembership(person=login, membership=f"m-{login}", role=role, organisation=unit, since=since))
    city.installation.accounts.register(login, PASSWORD, login)
    city.installation.services.models.catch_up()
    signed_in = city.installation.accounts.sign_in(login, PASSWORD)
    assert signed_in is not None
    city.tokens[login] = signed_in.token


def asked(city: LiveCity, item: dict[str, str] = ITEM) -> tuple[str, str]:
    """A case whose objection was not upheld and went to arbitration, and its proceeding."""
    case = city.issued()
    assert city.refused("enterprise", "requestArbitration", diagnosis=case, items=[item]) == "NOT_FOR_ARBITRATION"
    city.done("enterprise", "objectToReport", diagnosis=case, items=[item])
    assert city.refused("enterprise", "requestArbitration", diagnosis=case, items=[item]) == "DIAGNOSIS_WRONG_STATUS"
    reply = {"indicator": item["indicator"], "upheld": False, "reason": "佐证不足"}
    city.done("provider", "answerObjections", diagnosis=case, answers=[reply])
    assert city.refused("provider", "requestArbitration", diagnosis=case, items=[item]) == "ROLE_NOT_ALLOWED"
    assert city.refused("stranger", "requestArbitration", diagnosis=case, items=[item]) == "NOT_FOUND"
    city.done("confirmer", "requestArbitration", diagnosis=case, items=[item])
    [found] = city.data("enterprise", ASKED, id=case)["diagnosis"]["arbitrations"]["nodes"]
    assert found["items"] == [{"indicator": item["indicator"], "text": item["reason"]}]
    assert (found["outcome"], found["findings"]) == (None, [])
    return case, found["proceeding"]


def settle(case: str) -> SettleArbitration:
    """As the program sends it when it looks for what is due."""
    return SettleArbitration(diagnosis=key_of(case, "diagnosis"))


def opinion(case: str, level: str | None = "4") -> dict[str, Any]:
    found = {"indicator": "Z01", "upheld": level is not None, "reason": "经查"}
    return {"diagnosis": case, "findings": [found | ({"answer": {"level": level}} if level else {})]}


@pytest.fixture
def panel(city: LiveCity) -> tuple[str, ...]:
    experts = ("sun", "zhou", "wu")
    for one in experts:
        joins(city, one, Role.ARBITER, "experts")
    for one in ("chief", "director"):
        joins(city, one, Role.CITY, "city")
    return experts


def heard(city: LiveCity, panel: tuple[str, ...], item: dict[str, str] = ITEM) -> tuple[str, str]:
    case, proceeding = asked(city, item)
    city.done("city", "serveNotice", "proceeding { id }", proceeding=proceeding)
    assert city.refused("sun", "giveArbiterOpinion", **opinion(case)) == "NOT_FOUND"
    today = city_day(city.installation.services.clock())
    for one in panel:
        term = {"since": today.isoformat(), "until": (today + timedelta(days=60)).isoformat(), "role": "ARBITER"}
        city.done("city", "assignExpert", diagnosis=case, expert=id_of("person", one), **term)
    assert city.refused("sun", "giveArbiterOpinion", **opinion(case)) == "PROCEEDING_STATUS"
    stated = {"proceeding": proceeding, "text": "与现场一致", "asksHearing": False}
    city.done("provider", "giveStatement", "proceeding { id }", **stated)
    return case, proceeding


def test_what_most_arbiters_find_changes_the_answer_once_it_is_final(city: LiveCity, panel: tuple[str, ...]) -> None:
    case, proceeding = heard(city, panel)
    assert city.refused("sun", "giveArbiterOpinion", **opinion(case, "3")) == "FINDING_UNCLEAR"
    assert city.refused("enterprise", "giveArbiterOpinion", **opinion(case)) == "ROLE_NOT_ALLOWED"
    for one in panel:
        city.done(one, "giveArbiterOpinion", **opinion(case, None if one == "wu" else "4"))
        assert one == "wu" or city.refused("chief", "decideArbitration", diagnosis=case, reasons="多数") == "OPINIONS_MISSING"
    [seen] = city.data("sun", ASKED, id=case)["diagnosis"]["arbitrations"]["nodes"]
    assert (seen["opinionsGiven"], [one["findings"][0]["upheld"] for one in seen["opinions"]]) == (3, [True]), "their own alone"
    [seen] = city.data("provider", ASKED, id=case)["diagnosis"]["arbitrations"]["nodes"]
    assert len(seen["opinions"]) == 3
    assert city.ask("provider", NAMED, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    decided = {"proceeding": proceeding, "outcome": "DISMISSED", "reasons": "径行决定"}
    assert city.refused("chief", "decideProceeding", **decided) == "ARBITERS_DECIDE"
    assert city.refused("enterprise", "confirmReport", diagnosis=case) == "DIAGNOSIS_WRONG_STATUS"
    city.done("chief", "decideArbitration", diagnosis=case, reasons="按多数专家意见")
    city.done("provider", "appealDecision", "proceeding { id }", proceeding=proceeding, grounds="第二厂区未列入计划")
    city.send(settle(case))
    assert city.data("enterprise", ASKED, id=case)["diagnosis"]["status"] == "OBJECTED"
    upheld = {"proceeding": proceeding, "outcome": "UPHELD", "reasons": "维持"}
    city.done("director", "decideAppeal", "proceeding { id }", **upheld)
    city.send(settle(case))
    city.installation.services.models.catch_up()
    with city.installation.services.models.reading() as snapshot:
        assert job_records.kept(snapshot) == job_records.counted(snapshot)
    found = city.data("enterprise", ASKED, id=case)["diagnosis"]
    assert (found["status"], found["stage"]["stage"]) == ("ACCEPTED", "REPORT")
    answers = city.data("enterprise", ANSWERS, id=case)["diagnosis"]["answers"]
    assert next(one["verified"]["level"] for one in answers if one["indicator"] == "Z01") == "4"
    [one] = found["arbitrations"]["nodes"]
    assert (one["outcome"], one["reasons"], one["settledAt"] is None) == ("UPHELD", "按多数专家意见", False)
    assert city.refused("provider", "issueReport", diagnosis=case) == "DIAGNOSIS_WRONG_STATUS"
    city.done("provider", "scoreDiagnosis", diagnosis=case)
    city.done("provider", "issueReport", diagnosis=case)
    city.done("enterprise", "confirmReport", diagnosis=case)
    assert len(city.data("enterprise", ASKED, id=case)["diagnosis"]["reports"]["nodes"]) == 3


def test_a_finding_is_shown_with_the_numbers_that_it_names(city: LiveCity, panel: tuple[str, ...]) -> None:
    case, _ = heard(city, panel, BY_NUMBERS)
    numbers = [{"name": "digital_spend_wan", "value": "90"}, {"name": "revenue_wan", "value": "1000"}]
    found = {"indicator": "Z06", "upheld": True, "answer": {"numbers": numbers}, "reason": "经查"}
    city.done("sun", "giveArbiterOpinion", diagnosis=case, findings=[found])
    [opinion] = city.data("provider", FOUND, id=case)["diagnosis"]["arbitrations"]["nodes"][0]["opinions"]
    assert opinion["findings"] == [
        {"upheld": True, "level": None, "numbers": numbers, "choices": [], "notApplicable": False}
    ]


CONFLICTS = "query($id: ID!) { diagnosis(id: $id) { assignments { nodes { role conflict ended } } } }"


def test_an_arbiter_who_declares_a_conflict_sees_the_case_no_more_and_the_city_reads_why(
    city: LiveCity, panel: tuple[str, ...]
) -> None:
    case, _ = heard(city, panel)
    stated = {"diagnosis": case, "reason": "与企业负责人系亲属"}
    assert city.refused("enterprise", "declareArbiterConflict", **stated) == "ROLE_NOT_ALLOWED"
    city.done("wu", "giveArbiterOpinion", **opinion(case))
    assert city.refused("wu", "declareArbiterConflict", **stated) == "OPINION_STANDS"
    city.done("sun", "declareArbiterConflict", "position", **stated)
    assert city.refused("sun", "declareArbiterConflict", **stated) == "NOT_FOUND"
    assert city.refused("sun", "giveArbiterOpinion", **opinion(case)) == "NOT_FOUND"
    assert city.data("sun", ASKED, id=case)["diagnosis"] is None
    nodes = city.data("chief", CONFLICTS, id=case)["diagnosis"]["assignments"]["nodes"]
    assert sorted((one["conflict"] or "", one["ended"]) for one in nodes) == [("", False), ("", False), (stated["reason"], True)]
    assert city.ask("provider", CONFLICTS, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_request_that_is_withdrawn_leaves_the_report_to_confirm(city: LiveCity) -> None:
    case, proceeding = asked(city)
    city.done("enterprise", "withdrawProceeding", "proceeding { id }", proceeding=proceeding, reason="已协商一致")
    city.send(settle(case))
    city.installation.services.models.catch_up()
    assert city.data("enterprise", ASKED, id=case)["diagnosis"]["status"] == "ISSUED"
    assert city.refused("enterprise", "requestArbitration", diagnosis=case, items=[ITEM]) == "NOT_FOR_ARBITRATION"
    city.done("enterprise", "confirmReport", diagnosis=case)
    for who in ("pudong", "bank", "rival"):
        assert city.data(who, "query($id: ID!) { diagnosis(id: $id) { arbitrations { nodes { outcome } } } }", id=case)[
            "diagnosis"
        ] is None


def test_the_opinion_of_a_released_arbiter_is_shown_as_struck_and_does_not_decide(city: LiveCity, panel: tuple[str, ...]) -> None:
    case, _ = heard(city, panel)
    for one in panel:
        city.done(one, "giveArbiterOpinion", **opinion(case))
    listed = "query($id: ID!) { diagnosis(id: $id) { assignments { nodes { id expert { id } } } } }"
    assigned = city.data("city", listed, id=case)["diagnosis"]["assignments"]["nodes"]
    [sun] = [one["id"] for one in assigned if one["expert"]["id"] == id_of("person", "sun")]
    city.done("city", "releaseExpert", diagnosis=case, assignment=sun)
    for who in ("enterprise", "provider"):
        [seen] = city.data(who, ASKED, id=case)["diagnosis"]["arbitrations"]["nodes"]
        assert (seen["opinionsGiven"], sorted(one["struckAt"] is None for one in seen["opinions"])) == (2, [False, True, True])
    assert city.refused("chief", "decideArbitration", diagnosis=case, reasons="多数") == "OPINIONS_MISSING"
