"""Policies over the API (plan I2, I3): drafted, simulated over all firms, published; a firm reads how it stands itself."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from api.kit.ids import id_of
from domain.masks import POLICY_DRAFTS
from tests.api.programme.reported_city import reported
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, PEOPLE, LiveCity
from zhenduan.background.computing import compute_waiting

FIRM, OTHER = f"enterprise/{ENTERPRISE}", f"enterprise/{OTHER_ENTERPRISE}"
GRADE = {"title": "一档及以上", "anyOf": [{"grade": {"atLeast": 1}}]}
LEADER = {"title": "链主", "anyOf": [{"designation": {"oneOf": ["CHAIN_LEADER"]}}]}
CHECKS = """query($policy: ID!, $draft: Boolean!) { policyChecks(policy: $policy, draft: $draft) {
  totalCount nodes { id verdict contested clauses { title verdict tests } overlapping } } }"""
ONE = """query($id: ID!) { policy(id: $id) { status version draft { title budgetFen }
  inForce { title clauses { anyOf { kind oneOf } } }
  simulation { fen mostFen districts { district meets evidenceMissing } } } }"""


def drafting(*clauses: dict[str, Any], district: str | None = None, **odd: Any) -> dict[str, Any]:
    terms = {"title": "改造补贴", "purpose": "TRANSFORMATION", "since": "2024-05-01", "fen": "10000", "combinable": False}
    terms |= {"edition": "edition/2023", "clauses": list(clauses), **odd}
    return {"terms": terms, "district": district, "source": "示例", "mark": "I"}


def compute(city: LiveCity) -> None:
    services = city.installation.services
    services.models.catch_up()
    compute_waiting(services, threading.Event())
    services.models.catch_up()


def published(city: LiveCity, who: str, *clauses: dict[str, Any], **odd: Any) -> str:
    policy = str(city.done(who, "draftPolicy", "policy { id }", **drafting(*clauses, **odd))["policy"]["id"])
    compute(city)
    city.done(who, "publishPolicy", "", policy=policy)
    return policy


def checks(city: LiveCity, who: str, policy: str, *, draft: bool = False) -> dict[str, Any]:
    return {one["id"]: one for one in city.data(who, CHECKS, policy=policy, draft=draft)["policyChecks"]["nodes"]}


def test_a_draft_is_its_administration_s_alone_and_published_after_it_was_simulated_over_all_firms(city: LiveCity) -> None:
    said = drafting(LEADER, budgetFen="3000000000")
    policy = str(city.done("city", "draftPolicy", "policy { id }", **said)["policy"]["id"])
    assert city.refused("city", "publishPolicy", policy=policy) == "POLICY_NOT_SIMULATED"
    for who in ("district", "enterprise", "provider"):
        assert city.data(who, "query($id: ID!) { policy(id: $id) { status } }", id=policy)["policy"] is None
    assert city.refused("district", "publishPolicy", policy=policy) == "NOT_FOUND"
    assert city.refused("enterprise", "publishPolicy", policy=policy) == "ROLE_NOT_ALLOWED"
    compute(city)
    found = city.data("city", ONE, id=policy)["policy"]
    assert (found["status"], found["inForce"], found["simulation"]["fen"]) == ("DRAFTED", None, "0")
    assert found["draft"]["budgetFen"] == "3000000000", "thirty million yuan, more than 32 bits hold"
    assert sum(one["evidenceMissing"] for one in found["simulation"]["districts"]) == int(found["simulation"]["mostFen"]) // 10_000
    assert {one["verdict"] for one in checks(city, "city", policy, draft=True).values()} == {"EVIDENCE_MISSING"}
    assert checks(city, "district", policy, draft=True) == {}
    city.done("city", "publishPolicy", "", policy=policy)
    seen = city.data("enterprise", "query($id: ID!) { policy(id: $id) { inForce { title } } }", id=policy)["policy"]
    assert seen == {"inForce": {"title": "改造补贴"}}


def test_of_a_draft_nobody_who_writes_no_policy_learns_that_it_is(city: LiveCity) -> None:
    city.done("city", "draftPolicy", "policy { id }", **drafting(LEADER))
    city.done("district", "draftPolicy", "policy { id }", **drafting(LEADER, district="310117"))
    own = city.done("district", "draftPolicy", "policy { district }", **drafting(LEADER))
    assert own["policy"]["district"] == id_of("organisation", "310117")
    tokens = dict(city.tokens) | {
        f"partner {of}": city.installation.accounts.issue_partner_key("erp", of, timedelta(days=1)).token for of in ("*", "310117")
    }
    writers = {name for name, role, _ in PEOPLE if role in POLICY_DRAFTS}
    for who in tokens.keys() - writers:
        answer = replace(city, tokens=tokens).data(who, "{ policies { totalCount nodes { id } } }")["policies"]
        assert answer == {"totalCount": 0, "nodes": []}, who


def test_a_firm_reads_how_it_stands_clause_by_clause_and_of_no_other(city: LiveCity) -> None:
    policy = published(city, "city", LEADER, {"title": "示范性", "anyOf": [{"expert": {"question": "是否示范"}}]})
    [own] = checks(city, "enterprise", policy).values()
    assert (own["id"], own["verdict"]) == (FIRM, "EVIDENCE_MISSING")
    assert [one["verdict"] for one in own["clauses"]] == ["EVIDENCE_MISSING", "NEEDS_EXPERT"]
    held = {"designation": "CHAIN_LEADER", "since": "2024-01-01", "source": "名单", "mark": "I"}
    city.done("district", "recordDesignation", "", enterprise=FIRM, **held)
    assert checks(city, "enterprise", policy)[FIRM]["verdict"] == "NEEDS_EXPERT"
    assert city.refused("district", "recordDesignation", enterprise=OTHER, **held) == "NOT_FOUND"
    assert {FIRM, OTHER} <= checks(city, "city", policy).keys()
    assert OTHER not in checks(city, "district", policy)
    assert "errors" in city.ask("provider", CHECKS, policy=policy, draft=False)
    [entry] = city.data("enterprise", "{ designations { nodes { designation enterprise { id } } } }")["designations"]["nodes"]
    assert entry == {"designation": "CHAIN_LEADER", "enterprise": {"id": FIRM}}


def test_a_firm_that_is_taken_off_the_roster_is_held_against_no_policy(city: LiveCity) -> None:
    policy = published(city, "city", LEADER)
    assert {FIRM, OTHER} <= checks(city, "city", policy).keys()
    city.done("city", "takeOffRoster", "", year=2024, enterprise=OTHER, reason="年中注销")
    left = checks(city, "city", policy)
    assert (FIRM in left, OTHER in left) == (True, False)
    drafted = str(city.done("city", "draftPolicy", "policy { id }", **drafting(LEADER))["policy"]["id"])
    compute(city)
    told = city.data("city", ONE, id=drafted)["policy"]["simulation"]["districts"]
    assert sum(one["evidenceMissing"] for one in told) == len(left)


def test_who_meets_policies_of_city_and_district_that_do_not_combine_is_told_of_the_other(city: LiveCity) -> None:
    everybody = {"title": "大中小微", "anyOf": [{"size": {"oneOf": ["LARGE", "MEDIUM", "SMALL", "MICRO"]}}]}
    whole = published(city, "city", everybody)
    own = published(city, "district", everybody, district="organisation/310117")
    found = checks(city, "enterprise", own)[FIRM]
    assert (found["verdict"], found["overlapping"], len(found["clauses"])) == ("MEETS", [whole], 2)
    assert checks(city, "city", own)[OTHER]["verdict"] == "FAILS", "it lies in another district"
    city.done("district", "endPolicy", "", policy=own, reason="到期")
    assert checks(city, "enterprise", own) == {}
    assert checks(city, "enterprise", whole)[FIRM]["overlapping"] == []


def test_a_grade_on_record_is_met_once_a_report_is_issued(city: LiveCity) -> None:
    policy = published(city, "city", GRADE)
    assert checks(city, "city", policy)[OTHER]["verdict"] == "EVIDENCE_MISSING"
    city.issued()
    found = checks(city, "city", policy)
    assert (found[FIRM]["verdict"], found[OTHER]["verdict"]) == ("MEETS", "EVIDENCE_MISSING")


def test_a_tree_that_cannot_be_decided_is_told_with_the_field_as_the_client_wrote_it(city: LiveCity) -> None:
    odd = {"title": "得分", "anyOf": [{"score": {"dimension": "D9", "atLeast": "40"}}]}
    answer = city.ask(
        "city",
        "mutation($input: DraftPolicyInput!) { draftPolicy(input: $input) { userErrors { code field } } }",
        input=drafting(GRADE, odd),
    )
    [error] = answer["data"]["draftPolicy"]["userErrors"]
    assert error == {"code": "POLICY_DIMENSION_UNKNOWN", "field": "terms.clauses.1.anyOf.0.dimension"}


def test_a_contested_report_meets_no_policy_until_it_is_decided(city: LiveCity) -> None:
    policy = published(city, "city", GRADE)
    reported(city)
    [case] = city.data("city", "{ diagnoses { nodes { id } } }")["diagnoses"]["nodes"]

    def stands() -> tuple[str, bool]:
        found = checks(city, "enterprise", policy)[FIRM]
        return found["verdict"], found["contested"]

    assert stands() == ("MEETS", False)
    city.done("enterprise", "objectToReport", diagnosis=case["id"], items=[{"indicator": "Z01", "reason": "证据未计"}])
    assert stands() == ("EVIDENCE_MISSING", True)
    answers = [{"indicator": "Z01", "upheld": False, "reason": "与现场一致"}]
    city.done("reviewer", "answerObjections", diagnosis=case["id"], answers=answers)
    assert stands() == ("MEETS", False)


def test_a_renewal_that_is_recorded_ahead_takes_no_designation_away_today(city: LiveCity) -> None:
    policy = published(city, "city", LEADER)
    today = date.fromisoformat(city.today)
    told = {"enterprise": FIRM, "designation": "CHAIN_LEADER", "source": "名单", "mark": "I"}
    last, first = today + timedelta(days=30), today + timedelta(days=31)
    city.done("city", "recordDesignation", "", **told, since=city.today, until=last.isoformat())
    thing = "designation { since until }"
    renewed = city.done("city", "recordDesignation", thing, **told, since=first.isoformat())["designation"]
    assert renewed == {"since": first.isoformat(), "until": None}
    assert checks(city, "enterprise", policy)[FIRM]["verdict"] == "MEETS"
    terms = city.data("city", "{ designations { totalCount nodes { since until } } }")["designations"]
    assert terms["nodes"] == [{"since": city.today, "until": last.isoformat()}, renewed]


def test_a_draft_is_stated_anew_by_its_administration_and_what_is_in_force_stays_until_it_is_published(city: LiveCity) -> None:
    policy = published(city, "city", LEADER)
    stated = {name: said for name, said in drafting(GRADE, title="改造补贴（二）").items() if name != "district"}
    assert city.refused("district", "revisePolicy", policy=policy, **stated) == "NOT_FOUND"
    assert city.refused("enterprise", "revisePolicy", policy=policy, **stated) == "ROLE_NOT_ALLOWED"
    odd = {**stated, "terms": stated["terms"] | {"edition": "2099"}}
    assert city.refused("city", "revisePolicy", policy=policy, **odd) == "POLICY_EDITION_UNKNOWN"
    city.done("city", "revisePolicy", "policy { id }", policy=policy, **stated)
    found = city.data("city", ONE, id=policy)["policy"]
    assert (found["draft"]["title"], found["inForce"]["title"]) == ("改造补贴（二）", "改造补贴")
    assert city.refused("city", "publishPolicy", policy=policy) == "POLICY_NOT_SIMULATED", "the new draft is simulated anew"
