"""What-if over the API (plan S4, R2): for who may read the detailed result, in the firm's scope, costs with their marks."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.kit.context import Context
from journal.deadlines import DEADLINE_EXCEEDED
from standards import Form, Process, StepCost, cheapest_improvement, cost_tables
from standards.improvement.cover_search import Work
from tests.api.record.logged_reads import held, rows
from tests.live_city import EDITION, LiveCity
from tests.rules.firms import answer_at, uniform

PLAN = """query($id: ID!, $grade: Int!, $costs: [StepCostInput!], $keep: [String!]) {
  cheapestImprovement(diagnosis: $id, grade: $grade, costs: $costs, keep: $keep) {
    diagnosis edition standardStatus wantedGrade wantedGradeName summary summaryInEnglish reachable cost lowerBound proven
    costs { edition unit source mark singles { indicator } overridden { indicator toLevel option cost } setAt }
    improvements { indicator name fromLevel toLevel fromDescriptor toDescriptor needed numbers { name value } evidence steps
      cost totalAfter gates sentence sentenceInEnglish neededInEnglish }
    conditions { code says } obstacles { code says saysInEnglish }
    before { total measuredGrade issuedGrade gates { code holds } } after { total measuredGrade issuedGrade } } }"""
OURS = cost_tables().tables[0]
READERS = ("city", "district", "group", "enterprise", "provider", "auditor")


def plan(city: LiveCity, who: str, diagnosis: str, grade: int = 7, **given: Any) -> Any:
    return city.data(who, PLAN, id=diagnosis, grade=grade, **given)["cheapestImprovement"]


def test_a_plan_is_the_cheapest_from_the_verified_answers_and_says_what_it_rests_on(city: LiveCity) -> None:
    case = city.issued()
    shown = plan(city, "enterprise", case)
    visited = Process(site_visit=True, expert_review=False)
    found = cheapest_improvement(EDITION, Form.BRIEF, uniform(3, Form.BRIEF), visited, 7, OURS)
    assert (shown["cost"], shown["lowerBound"], shown["proven"]) == (str(found.cost), str(found.cost), True)
    assert (shown["before"]["total"], shown["after"]["measuredGrade"]) == ("65.00", found.after.grade)
    assert [one["indicator"] for one in shown["improvements"]] == [one.indicator.id for one in found.improvements]
    assert shown["improvements"][-1]["totalAfter"] == shown["after"]["total"] == str(found.after.total)
    assert sum(Decimal(one["cost"]) for one in shown["improvements"]) == found.cost
    assert (shown["costs"]["edition"], shown["costs"]["unit"], shown["costs"]["mark"]) == (None, "EFFORT", "I")
    assert "非官方" in shown["costs"]["source"]
    assert shown["standardStatus"] == EDITION.status
    assert "已证明没有成本更低的方案" in shown["summary"]


def test_a_line_says_from_where_to_where_what_to_fill_in_and_which_evidence(city: LiveCity) -> None:
    shown = plan(city, "enterprise", city.issued())
    for one in shown["improvements"]:
        item = EDITION.by_id[one["indicator"]]
        assert one["fromDescriptor"] == item.levels[int(Decimal(one["fromLevel"])) - 1]
        assert one["toDescriptor"] == item.levels[int(Decimal(one["toLevel"])) - 1]
        assert one["evidence"] == EDITION.evidence_of(item.id)
        english = one["sentenceInEnglish"]
        assert all(text in english for text in (one["indicator"], one["neededInEnglish"], f"rises to {one['totalAfter']}"))
        assert all(text in one["sentence"] for text in (item.name, one["needed"], one["evidence"], f"总分升至 {one['totalAfter']}"))
        assert bool(one["numbers"]) == (item.kind in ("ratio", "count"))


def test_a_search_that_comes_too_late_is_stopped_and_said_to_be(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    """plan P5: the request's deadline holds for what is worked out as for what is read."""
    given = {"id": city.issued(), "grade": 7}
    assert city.data("enterprise", PLAN, **{**given, "grade": 6})["cheapestImprovement"], "another one: an answer is kept"
    began = Work.spend

    def late(work: Work, units: int) -> None:
        monkeypatch.setattr(Context, "is_late", True)  # the deadline passes as the search begins
        began(work, units)

    monkeypatch.setattr(Work, "spend", late)
    [error] = city.ask("enterprise", PLAN, **given)["errors"]
    assert error["extensions"]["code"] == DEADLINE_EXCEEDED.code


def test_steps_of_the_process_are_conditions(city: LiveCity) -> None:
    shown = plan(city, "provider", city.issued())
    assert [gate["code"] for gate in shown["conditions"]] == ["GATE_EXPERT_REVIEW"]
    assert shown["after"]["measuredGrade"] >= 7
    assert shown["after"]["issuedGrade"] == 6
    assert "尚未进行" in shown["summary"]


def test_a_grade_that_is_reached_needs_nothing_and_one_out_of_reach_names_what_stands_in_the_way(city: LiveCity) -> None:
    case = city.issued()
    reached = plan(city, "enterprise", case, 5)
    assert (reached["cost"], reached["improvements"], reached["reachable"]) == ("0", [], True)
    stars = [item.id for item in EDITION.of(Form.BRIEF) if item.key]
    out = plan(city, "enterprise", case, 7, keep=stars)
    assert (out["cost"], out["reachable"], out["improvements"]) == (None, False, [])
    assert "GATE_KEY_INDICATORS" in {obstacle["code"] for obstacle in out["obstacles"]}
    assert "无法达到" in out["summary"]


def test_a_caller_may_price_single_steps_and_the_plan_shows_which(city: LiveCity) -> None:
    case = city.issued()
    [first, *_] = plan(city, "enterprise", case)["improvements"]
    dear = {"indicator": first["indicator"], "toLevel": int(Decimal(first["toLevel"])), "cost": 1_000_000}
    shown = plan(city, "enterprise", case, costs=[dear])
    assert shown["costs"]["overridden"] == [{**dear, "option": None}]
    answers = uniform(3, Form.BRIEF)
    costs = OURS.with_singles([StepCost(indicator=dear["indicator"], to_level=dear["toLevel"], cost=dear["cost"])])
    found = cheapest_improvement(EDITION, Form.BRIEF, answers, Process(site_visit=True, expert_review=False), 7, costs)
    assert shown["cost"] == str(found.cost)


GOOD = {"indicator": "Z01", "toLevel": 4, "cost": 1}
MALFORMED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"grade": 0}, "grade"),
    ({"grade": 11}, "grade"),
    ({"costs": [GOOD, {**GOOD, "indicator": "Q99"}]}, "costs.1.indicator"),
    ({"costs": [{**GOOD, "toLevel": 9}]}, "costs.0.toLevel"),
    ({"costs": [{**GOOD, "cost": -1}]}, "costs.0.cost"),
    ({"costs": [{"indicator": "Z01", "cost": 1}]}, "costs.0.toLevel"),
    ({"costs": [{"indicator": "G06", "option": "colour", "cost": 1}]}, "costs.0.option"),
    ({"costs": [GOOD, GOOD]}, "costs.1.indicator"),
    ({"costs": [GOOD] * 401}, "costs"),
    ({"keep": ["Z01", "Q99"]}, "keep.1"),
)


def test_malformed_input_names_its_field(city: LiveCity) -> None:
    case = city.issued()
    for given, field in MALFORMED:
        [error] = city.ask("enterprise", PLAN, **{"id": case, "grade": 7, **given})["errors"]
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("MALFORMED_INPUT", field)


def test_a_plan_starts_from_verified_answers_only(city: LiveCity) -> None:
    [error] = city.ask("enterprise", PLAN, id=city.submitted(), grade=7)["errors"]
    assert error["extensions"]["code"] == "NOT_VERIFIED_YET"


def test_who_may_read_the_detailed_result_may_ask_and_nobody_else(city: LiveCity) -> None:
    case = city.issued()
    for who in READERS:
        assert plan(city, who, case)["cost"]
    for who in ("subdistrict", "park", "unit", "bank", "operator", "department", "support"):
        [error] = city.ask(who, PLAN, id=case, grade=7)["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
    assert "errors" in city.ask(None, PLAN, id=case, grade=7)


def test_a_diagnosis_outside_the_scope_answers_as_one_that_does_not_exist(city: LiveCity) -> None:
    case = city.issued()
    for who in ("stranger", "rival"):
        for identity in (case, "nothing"):
            assert city.ask(who, PLAN, id=identity, grade=99) == {"data": {"cheapestImprovement": None}}


def test_reading_a_plan_is_written_down_as_reading_answers_and_result(city: LiveCity) -> None:
    case = city.issued()
    plan(city, "district", case)
    [row] = [row for row in rows(city) if row.entry_point == "Query.cheapestImprovement"]
    assert held(row) == {case: {"process secrets", "result and report"}}
    plan(city, "stranger", case)
    assert len([row for row in rows(city) if row.entry_point == "Query.cheapestImprovement"]) == 1


def test_a_document_may_ask_for_two_plans_and_not_for_three(city: LiveCity) -> None:
    case = city.issued()
    asked = [f'p{n}: cheapestImprovement(diagnosis: "{case}", grade: {n}) {{ cost }}' for n in range(5, 8)]
    assert set(city.ask("enterprise", "{" + " ".join(asked[:2]) + "}")["data"]) == {"p5", "p6"}
    [error] = city.ask("enterprise", "{" + " ".join(asked) + "}")["errors"]
    assert (error["extensions"]["code"], error["extensions"]["measure"]) == ("QUERY_TOO_COMPLEX", "cost")


SENT = {
    "edition": "2023",
    "since": "2024-01-01",
    "unit": "FEN",
    "source": "市级调研均价",
    "mark": "P",
    **{kind: [100_000, 200_000, 300_000, 400_000, 500_000] for kind in ("choice", "ratio", "count", "outcome")},
    "option": 150_000,
    "singles": [{"indicator": "F08", "toLevel": 4, "cost": 0}],
}
COSTS = """{ improvementCosts(edition: "2023-energy") { edition since unit mark choice setAt
    singles { indicator toLevel cost } }
  improvementCostTables(edition: "2023") { since } }"""


def test_the_city_sets_costs_that_every_role_reads_and_industry_editions_fall_back_on(city: LiveCity) -> None:
    before = city.data("bank", COSTS)
    assert (before["improvementCosts"]["edition"], before["improvementCosts"]["setAt"]) == (None, None)
    assert before["improvementCostTables"] == []
    assert city.refused("district", "setImprovementCosts", **SENT) == "ROLE_NOT_ALLOWED"
    thing = "improvementCosts { edition unit source mark option }"
    sent = city.done("city", "setImprovementCosts", thing, **SENT)["improvementCosts"]
    assert sent == {"edition": "2023", "unit": "FEN", "source": "市级调研均价", "mark": "P", "option": 150_000}
    after = city.data("bank", COSTS)
    assert after["improvementCosts"]["edition"] == "2023"
    assert after["improvementCosts"]["singles"] == [{"indicator": "F08", "toLevel": 4, "cost": 0}]
    assert after["improvementCostTables"] == [{"since": "2024-01-01"}]
    case = city.issued()
    shown = plan(city, "enterprise", case)
    assert (shown["costs"]["mark"], shown["costs"]["unit"]) == ("P", "FEN")
    assert f"成本 {int(shown['cost']) // 100:,}.00 元" in shown["summary"]


def test_costs_that_begin_later_do_not_hold_yet(city: LiveCity) -> None:
    city.done("city", "setImprovementCosts", "", **SENT)
    later = (date.fromisoformat(city.today) + timedelta(days=400)).isoformat()
    city.done("city", "setImprovementCosts", "", **{**SENT, "since": later, "option": 1})
    shown = city.data("city", COSTS)
    assert shown["improvementCosts"]["since"] == "2024-01-01"
    assert [one["since"] for one in shown["improvementCostTables"]] == ["2024-01-01", later]


def test_malformed_costs_name_their_field_and_unknown_steps_their_rule(city: LiveCity) -> None:
    errors = city.do("city", "setImprovementCosts", "", **{**SENT, "choice": [1, 2, 3, 4, -5], "source": ""})["userErrors"]
    assert {(error["code"], error["field"]) for error in errors} == {
        ("MALFORMED_INPUT", "choice.4"),
        ("MALFORMED_INPUT", "source"),
    }
    unknown = {**SENT, "singles": [{"indicator": "Q99", "toLevel": 2, "cost": 1}]}
    assert city.refused("city", "setImprovementCosts", **unknown) == "COSTS_INDICATOR_UNKNOWN"
    assert city.refused("city", "setImprovementCosts", **{**SENT, "edition": "2031"}) == "EDITION_UNKNOWN"


GATES = """query($id: ID!) { diagnosis(id: $id) { result { gates { code holds fallsShort lift liftProven } } }
  cheapestImprovement(diagnosis: $id, grade: 5) { improvements { indicator gates }
    before { gates { code level holds lift } } } }"""


def test_what_lifts_a_gate_is_no_more_than_the_what_if_needs(city: LiveCity) -> None:
    """Several key indicators fall short of level 3; what is shown as lifting the gate are only as many as must rise."""
    stars = [item.id for item in EDITION.of(Form.BRIEF) if item.key]
    low = stars[: len(stars) - -(-EDITION.gates.key_indicators.share_percent * len(stars) // 100) + 2]
    case = city.issued(4, {identity: answer_at(EDITION.by_id[identity], 2) for identity in low})
    shown = city.data("enterprise", GATES, id=case)
    [gate] = [gate for gate in shown["diagnosis"]["result"]["gates"] if not gate["holds"]]
    assert (gate["code"], len(gate["fallsShort"]), len(gate["lift"])) == ("GATE_KEY_INDICATORS", len(low), 2)
    assert gate["liftProven"] is True
    assert {said.split(" ", 1)[0] for said in gate["lift"]} <= set(low)
    plan = shown["cheapestImprovement"]
    assert len(gate["lift"]) <= len(plan["improvements"])
    assert [one["lift"] for one in plan["before"]["gates"] if not one["holds"]] == [gate["lift"]]
    assert [one["gates"] for one in plan["improvements"]] == [["GATE_KEY_INDICATORS"]] * 2
