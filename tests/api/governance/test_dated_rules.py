"""Dated rules over the API (plan V1–V5, I1): set by the city, told to every signed-in role, compared as data."""

import threading
from datetime import date, timedelta
from typing import Any

from tests.live_city import LiveCity
from zhenduan.background.computing import compute_waiting

RULE = """kind kindName clause since until source mark isDefault cause needsSimulation
  body { selection { passMark listedAtMost weights { staff products } } ladder { appealDays }
    subsidy { budget bases { work fen } } }"""
ON = f"query($kind: RuleKind!, $on: Date) {{ datedRule(kind: $kind, on: $on) {{ {RULE} }} }}"
HISTORY = f"query($kind: RuleKind!) {{ datedRules(kind: $kind) {{ {RULE} }} }}"
DIFFERENCES = """query($kind: RuleKind!, $before: Date!, $after: Date, $proposal: Int) {
  ruleDifferences(kind: $kind, before: $before, after: $after, proposal: $proposal) { path label before after } }"""
PROPOSALS = """query($kind: RuleKind!) { ruleProposals(kind: $kind) {
  number method outcomes { name title now then } rule { since isDefault cause body { subsidy { budget } } } } }"""
OUTCOMES = "outcomes { name title now then }"
SELECTION: dict[str, Any] = {
    "weights": {"basicCapability": 20, "standardsWork": 15, "staff": 30, "industryExperience": 25, "products": 10},
    "passMark": 75,
    "industryShare": 60,
    "certifiedAtLeast": 8,
    "seniorAtLeast": 2,
    "certifiedPerIndustry": 2,
    "markerGap": 15,
    "listedAtMost": 40,
    "mendingDays": 5,
    "objectionDays": 7,
}
SUBSIDY: dict[str, Any] = {
    "bases": [{"work": "FULL", "fen": "600000"}],
    "coefficients": {"a": "1.2", "b": "1.0", "c": "0.7", "d": "0", "unrated": "1.0"},
    "cap": "150000000",
    "budget": "9000000000",
}


def stated(body: dict[str, Any], since: str) -> dict[str, Any]:
    return {"since": since, "body": body, "source": "市经信委遴选通知", "mark": "V"}


def test_the_default_holds_until_the_city_sets_a_rule_and_says_so(city: LiveCity) -> None:
    before = city.data("bank", ON, kind="SELECTION", on=None)["datedRule"]
    assert (before["isDefault"], before["mark"], before["cause"], before["until"]) == (True, "I", None, None)
    assert (before["kindName"], before["clause"], before["body"]["selection"]["passMark"]) == ("遴选规则", "plan V1", 70)
    assert before["body"]["ladder"] is before["body"]["subsidy"] is None
    sent = city.done("city", "setRule", f"rule {{ {RULE} }}", **stated({"selection": SELECTION}, city.today))
    assert sent["rule"] == city.data("provider", ON, kind="SELECTION", on=city.today)["datedRule"]
    assert (sent["rule"]["isDefault"], sent["rule"]["mark"], sent["rule"]["cause"]) == (False, "V", "rule/selection/1")
    assert sent["rule"]["body"]["selection"] == {"passMark": 75, "listedAtMost": 40, "weights": {"staff": 30, "products": 10}}
    yesterday = str(date.fromisoformat(city.today) - timedelta(days=1))
    earlier = city.data("bank", ON, kind="SELECTION", on=yesterday)["datedRule"]
    assert (earlier["body"]["selection"]["passMark"], earlier["until"]) == (70, yesterday)
    assert [one["since"] for one in city.data("bank", HISTORY, kind="SELECTION")["datedRules"]] == ["2023-07-28", city.today]


def test_whoever_is_not_signed_in_reads_the_rules_that_providers_are_chosen_by_and_sets_none(city: LiveCity) -> None:
    """The directory, its rule and its history are public (plan V4)."""
    city.done("city", "setRule", "", **stated({"selection": SELECTION}, city.today))
    assert city.data(None, ON, kind="SELECTION", on=None)["datedRule"]["body"]["selection"]["passMark"] == 75
    assert len(city.data(None, HISTORY, kind="SELECTION")["datedRules"]) == 2
    assert city.data(None, PROPOSALS.replace(OUTCOMES, ""), kind="RATING") == {"ruleProposals": []}
    query = "mutation($input: SetRuleInput!) { setRule(input: $input) { userErrors { code } } }"
    answer = city.ask(None, query, input=stated({"selection": SELECTION}, city.today))
    assert "errors" in answer or answer["data"]["setRule"]["userErrors"]


def test_only_the_city_sets_a_rule_of_one_kind_that_holds_together(city: LiveCity) -> None:
    given = stated({"selection": SELECTION}, city.today)
    assert city.refused("district", "setRule", **given) == "ROLE_NOT_ALLOWED"
    wrong = stated({"selection": {**SELECTION, "passMark": 101}}, city.today)
    [error] = city.do("city", "setRule", "", **wrong)["userErrors"]
    assert (error["code"], error["field"]) == ("MALFORMED_INPUT", "body.selection.passMark")
    query = "mutation($input: SetRuleInput!) { setRule(input: $input) { userErrors { code } } }"
    for body in ({}, {"selection": SELECTION, "ladder": None}):
        assert "errors" in city.ask("city", query, input=given | {"body": body})


def test_two_rules_differ_as_data(city: LiveCity) -> None:
    city.done("city", "setRule", "", **stated({"selection": SELECTION}, city.today))
    found = city.data("district", DIFFERENCES, kind="SELECTION", before="2023-07-28", after=None, proposal=None)["ruleDifferences"]
    assert {one["path"]: (one["before"], one["after"]) for one in found} == {
        "weights.staff": ("25", "30"),
        "weights.products": ("15", "10"),
        "pass_mark": ("70", "75"),
        "listed_at_most": (None, "40"),
        "objection_days": ("5", "7"),
    }


def test_a_subsidy_rule_is_proposed_and_simulated_first_and_its_budget_may_exceed_32_bits(city: LiveCity) -> None:
    given = stated({"subsidy": SUBSIDY}, city.today)
    assert city.refused("city", "setRule", **given) == "RULE_NOT_SIMULATED"
    sent = city.done("city", "proposeRule", "proposal { number outcomes { name } }", **given)
    assert sent["proposal"] == {"number": 1, "outcomes": None}
    assert city.refused("city", "setRule", **given) == "RULE_SIMULATION_RUNNING"
    assert compute_waiting(city.installation.services, threading.Event()) == 1
    city.installation.services.models.catch_up()
    [shown] = city.data("auditor", PROPOSALS, kind="SUBSIDY")["ruleProposals"]
    assert {one["name"]: one["title"] for one in shown["outcomes"]}["due_fen"] == "应付总额（分）"
    assert shown["rule"]["body"]["subsidy"]["budget"] == "9000000000"
    assert (shown["rule"]["isDefault"], shown["rule"]["cause"]) == (True, None)
    found = city.data("city", DIFFERENCES, kind="SUBSIDY", before=city.today, after=None, proposal=1)["ruleDifferences"]
    assert ("budget", "3000000000", "9000000000") in {(one["path"], one["before"], one["after"]) for one in found}
    assert city.data("city", DIFFERENCES, kind="SUBSIDY", before=city.today, after=None, proposal=2) == {"ruleDifferences": []}
    [withheld] = city.ask("provider", PROPOSALS, kind="SUBSIDY")["data"]["ruleProposals"]
    assert (withheld["number"], withheld["outcomes"]) == (1, None)
    city.done("city", "setRule", "rule { since }", **given)


def test_the_trail_says_which_rule_was_set(city: LiveCity) -> None:
    city.done("city", "setRule", "", **stated({"selection": SELECTION}, city.today))
    trail = city.data("auditor", '{ auditTrail(subject: "rule/selection") { nodes { sentence } } }')
    [entry] = trail["auditTrail"]["nodes"]
    assert f"设定了自 {city.today} 起的遴选规则（市经信委遴选通知，标记 V）" in entry["sentence"]
