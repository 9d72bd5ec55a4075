"""Dated rules (plan V1–V5, I1, T1): set by the city from a day on, with source and mark; what applied before stays as it was."""

import json
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.governance.dated_rules import (
    DATED_RULES,
    RULE_BACKDATED,
    RULE_NOT_SIMULATED,
    RULE_PROPOSAL_UNKNOWN,
    RULE_SIMULATION_RUNNING,
    DatedRules,
    ProposeRule,
    RecordRuleSimulation,
    RuleProposed,
    RuleSet,
    SetRule,
    dated_rule_on,
    defaults_of,
    rule_difference,
    rule_in_force,
    title_of,
)
from domain.governance.rule_bodies import BODIES, AnyRuleBody
from domain.governance.rule_bodies.body import RuleBody, RuleKind
from domain.governance.rule_bodies.ladder import LadderRule
from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.rule_bodies.selection import SelectionRule
from domain.governance.rule_bodies.subsidy import SubsidyRule
from domain.instants import city_day
from domain.stated_dates import DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD
from tests.rules.given import AT, given
from tests.test_registry import shape

GOLDEN = Path(__file__).parents[2] / "golden" / "events.json"
KEPT: dict[str, dict[str, Any]] = json.loads(GOLDEN.read_text("utf-8"))["rule_bodies"]
TODAY = city_day(AT)
SELECTION = rule_in_force(None, SelectionRule, TODAY)
RATING = rule_in_force(None, RatingRule, TODAY)


def body(of: RuleBody, **changes: Any) -> dict[str, Any]:
    return of.model_dump() | changes


def set_rule(of: RuleBody = SELECTION, since: date = TODAY, source: str = "市经信委 2024 年遴选通知", **changes: Any) -> SetRule:
    return SetRule.model_validate({"since": since, "body": body(of, **changes), "source": source, "mark": "V"})


def propose(of: RuleBody = RATING, since: date = TODAY, **changes: Any) -> ProposeRule:
    stated = {"since": since, "body": body(of, **changes), "source": "市经信委 2024 年遴选通知", "mark": "V"}
    return ProposeRule.model_validate(stated)


def simulation(proposal: int = 1, kind: RuleKind = RuleKind.RATING, then: str = "5") -> RecordRuleSimulation:
    return RecordRuleSimulation.model_validate(
        {
            "kind": kind,
            "proposal": proposal,
            "method": "d/1",
            "position": 4711,
            "input_digest": "a" * 64,
            "outcomes": [{"name": "A 档家数", "now": "3", "then": then}, {"name": "D 档家数", "now": None, "then": "0"}],
        }
    )


def test_a_rule_is_a_fact_with_source_and_mark_and_the_same_again_changes_nothing() -> None:
    case = given(DATED_RULES).when(set_rule(pass_mark=75), "city").happened("rule.set.v1")
    [fact] = case.facts
    assert isinstance(fact, RuleSet)
    assert isinstance(fact.body, SelectionRule)
    assert (fact.body.pass_mark, fact.source.document, fact.source.mark) == (75, "市经信委 2024 年遴选通知", "V")
    assert fact.title == "遴选规则"
    case.when(set_rule(pass_mark=75), "city").then()


@pytest.mark.parametrize("role", ["district", "provider", "enterprise", "auditor", "system"])
def test_only_the_city_sets_and_proposes_rules(role: str) -> None:
    given(DATED_RULES).when(set_rule(), role).refused(ROLE_NOT_ALLOWED, role=role)
    given(DATED_RULES).when(propose(), role).refused(ROLE_NOT_ALLOWED, role=role)


def test_only_the_program_records_what_a_proposal_would_have_done() -> None:
    given(DATED_RULES).when(propose(), "city").when(simulation(), "city").refused(ROLE_NOT_ALLOWED, role="city")


@pytest.mark.parametrize("kind", RuleKind)
def test_where_the_city_has_set_none_the_default_on_file_holds_with_its_mark(kind: RuleKind) -> None:
    """Also before the first day of the first default: a rule is never missing."""
    for day in (date(2020, 1, 1), TODAY, date(2040, 1, 1)):
        rule = dated_rule_on(None, kind, day)
        assert type(rule.body) is BODIES[kind]
        assert rule.source.mark in {"V", "V-2", "K", "I", "M", "P"}
        assert rule.version is rule.cause is None
        assert rule == dated_rule_on(DatedRules(), kind, day)
    days = [rule.since for rule in defaults_of(kind)]
    assert days == sorted(set(days))


def test_a_rule_holds_from_its_day_on_until_the_next_and_is_cited_by_stream_and_version() -> None:
    case = given(DATED_RULES).when(set_rule(since=date(2024, 1, 1), pass_mark=71), "city").accepted
    case = case.when(set_rule(since=date(2025, 1, 1), pass_mark=72), "city").accepted
    marks = {
        day: rule_in_force(case.state, SelectionRule, day).pass_mark
        for day in (date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1))
    }
    assert list(marks.values()) == [70, 71, 71, 72]
    assert dated_rule_on(case.state, RuleKind.SELECTION, date(2025, 1, 1)).cause == "rule/selection/2"


def test_a_rule_for_the_same_day_takes_the_place_of_the_first() -> None:
    later = TODAY + timedelta(days=30)
    case = given(DATED_RULES).when(set_rule(since=later, pass_mark=71), "city").when(set_rule(since=later, pass_mark=72), "city")
    assert {day: rule.body.pass_mark for day, rule in case.state.rules.items()} == {later: 72}
    assert case.state.rules[later].cause == "rule/selection/2"


def test_what_applied_before_today_is_changed_no_more() -> None:
    """The first rule of a kind may say what held before the city kept it here; after that none begins in the past."""
    case = given(DATED_RULES).when(set_rule(since=date(2023, 8, 1)), "city").accepted
    case.when(set_rule(since=TODAY - timedelta(days=1)), "city").refused(RULE_BACKDATED, path="since", earliest=TODAY)
    case.when(set_rule(since=date(2023, 8, 1), pass_mark=60), "city").refused(RULE_BACKDATED)
    case.when(set_rule(since=TODAY), "city").happened("rule.set.v1")


def test_the_day_of_a_rule_lies_within_the_programme() -> None:
    for since, rule in ((date(2023, 7, 27), DATE_BEFORE_PROGRAMME), (date(2124, 1, 1), DATE_TOO_FAR_AHEAD)):
        given(DATED_RULES).when(set_rule(since=since), "city").refused(rule, path="since")
        given(DATED_RULES).when(propose(since=since), "city").refused(rule, path="since")


@pytest.mark.parametrize("kind", [kind for kind in RuleKind if BODIES[kind].needs_simulation])
def test_ratings_and_subsidies_change_only_once_the_effect_is_known(kind: RuleKind) -> None:
    """Tiers of fixed floors may be empty: simulate them on the facts on record before the rule is approved (plan V5, I1)."""
    default = defaults_of(kind)[0].body
    case = given(DATED_RULES).when(set_rule(default), "city")
    case.refused(RULE_NOT_SIMULATED, path="body", title=title_of(kind))
    case = case.when(propose(default), "city").happened("rule.proposed.v1")
    case.when(set_rule(default), "city").refused(RULE_SIMULATION_RUNNING, path="body", title=title_of(kind), proposal=1)
    case = case.when(simulation(kind=kind), "system").happened("rule.simulated.v1")
    case.when(set_rule(default, since=TODAY + timedelta(days=1)), "city").refused(RULE_NOT_SIMULATED)
    case.when(set_rule(default, source="另一来源"), "city").refused(RULE_NOT_SIMULATED)
    case.when(set_rule(default), "city").happened("rule.set.v1")


def test_a_proposal_holds_for_nobody_and_the_same_again_is_none() -> None:
    case = given(DATED_RULES).when(propose(floors={"a": 90, "b": 70, "c": 60}), "city").accepted
    assert rule_in_force(case.state, RatingRule, TODAY).floors.a == 85
    case = case.when(propose(floors={"a": 90, "b": 70, "c": 60}), "city").then()
    case = case.when(propose(floors={"a": 80, "b": 70, "c": 60}), "city").accepted
    assert {number: one.rule.body.floors.a for number, one in case.state.proposals.items()} == {1: 90, 2: 80}
    case = case.when(simulation(2), "system").accepted
    assert [one.outcomes is not None for one in case.state.proposals.values()] == [False, True]


def test_a_proposal_is_simulated_once() -> None:
    case = given(DATED_RULES).when(propose(), "city").when(simulation(), "system").accepted
    case.when(simulation(then="6"), "system").then()


def test_what_was_not_proposed_is_not_simulated() -> None:
    given(DATED_RULES).when(simulation(), "system").refused(RULE_PROPOSAL_UNKNOWN, proposal=1)


def test_rules_that_need_no_simulation_may_be_proposed_and_simulated_too() -> None:
    case = given(DATED_RULES).when(propose(SELECTION), "city").when(simulation(kind=RuleKind.SELECTION), "system").accepted
    case.when(set_rule(), "city").happened("rule.set.v1")


def test_the_difference_of_two_rules_is_data() -> None:
    after = SelectionRule.model_validate(
        body(SELECTION, pass_mark=75, listed_at_most=40, weights=SELECTION.weights.model_dump() | {"staff": 30, "products": 10})
    )
    assert [(one.path, one.label, one.before, one.after) for one in rule_difference(SELECTION, after)] == [
        ("weights.staff", "各项分值·人员资质及数量", "25", "30"),
        ("weights.products", "各项分值·产品成果", "15", "10"),
        ("pass_mark", "入选分数线", "70", "75"),
        ("listed_at_most", "入选名额", None, "40"),
    ]
    assert rule_difference(after, after) == ()


def test_the_difference_tells_lists_item_by_item_and_numbers_exactly() -> None:
    before = rule_in_force(None, SubsidyRule, TODAY)
    more = [*before.model_dump()["bases"], {"work": "full", "size_class": "large", "fen": 900_000}]
    after = SubsidyRule.model_validate(body(before, bases=more, coefficients=before.coefficients.model_dump() | {"a": "1.25"}))
    assert [(one.path, one.before, one.after) for one in rule_difference(before, after)] == [
        ("bases.3.work", None, "full"),
        ("bases.3.size_class", None, "large"),
        ("bases.3.fen", None, "900000"),
        ("coefficients.a", "1.2", "1.25"),
    ]


@pytest.mark.parametrize(
    ("of", "changes"),
    [
        (SelectionRule, {"weights": SELECTION.weights.model_dump() | {"products": 16}}),
        (SelectionRule, {"pass_mark": 101}),
        (SelectionRule, {"objection_days": -1}),
        (SelectionRule, {"colour": "red"}),
        (LadderRule, {"appeal_days": 251}),
        (RatingRule, {"weights": {"work": 31, "feedback": 20, "records": 15, "report": 20, "sampled": 15}}),
        (RatingRule, {"floors": {"a": 70, "b": 70, "c": 60}}),
        (RatingRule, {"up_at_least": "1.01"}),
        (SubsidyRule, {"bases": [{"work": "full", "fen": 1}, {"work": "full", "fen": 2}]}),
        (SubsidyRule, {"budget": -1}),
    ],
)
def test_a_rule_that_does_not_hold_together_is_malformed(of: type[RuleBody], changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        set_rule(rule_in_force(None, of, TODAY), **changes)


def test_a_base_of_a_size_that_no_firm_is_of_is_malformed_where_it_is_stated_and_read_where_it_is_stored() -> None:
    bases = [{"work": "full", "size_class": "huge", "fen": 1}]
    odd = SubsidyRule.model_validate(body(rule_in_force(None, SubsidyRule, TODAY), bases=bases))
    for make in (set_rule, propose):
        with pytest.raises(ValidationError, match="a size class that does not exist"):
            make(odd)


def test_amounts_are_whole_fen_and_probabilities_exact() -> None:
    subsidy, rating = rule_in_force(None, SubsidyRule, TODAY), rule_in_force(None, RatingRule, TODAY)
    assert {type(base.fen) for base in subsidy.bases} == {int}
    assert (subsidy.cap, subsidy.coefficients.a) == (150_000_000, Decimal("1.2"))
    assert (rating.up_at_least, rating.down_at_least) == (Decimal("0.80"), Decimal("0.90"))


def digest_of(of: type[BaseModel]) -> str:
    return sha256(orjson.dumps(shape(of.model_json_schema()), option=orjson.OPT_SORT_KEYS)).hexdigest()


def test_every_kind_has_its_class_and_says_what_it_is() -> None:
    assert set(BODIES) == set(RuleKind)
    for kind, of in BODIES.items():
        assert of.model_fields["kind"].default is kind
        assert of.clause.startswith("plan ")
        assert (of.__doc__ or "").strip().endswith(f" · {title_of(kind)}.")


def test_every_kind_is_kept_here_with_its_digest_and_a_stored_example() -> None:
    new = {kind.value: {"digest": digest_of(of)} for kind, of in BODIES.items() if kind not in KEPT}
    assert new == {}, "add the new kind with its digest and a stored example to golden/events.json"
    assert set(KEPT) == set(RuleKind)


@pytest.mark.parametrize("kind", RuleKind)
def test_the_shape_of_a_kind_has_not_changed_and_its_stored_bytes_are_read_and_written_alike(kind: RuleKind) -> None:
    """A new shape is a new name of the event that holds it, with an upcaster (decision 0025)."""
    kept = KEPT[kind.value]
    assert digest_of(BODIES[kind]) == kept["digest"]
    read: RuleBody = TypeAdapter(AnyRuleBody).validate_json(orjson.dumps(kept["example"]))
    assert type(read) is BODIES[kind]
    assert read.model_dump(mode="json") == kept["example"]
    for former in kept.get("former", []):
        before: RuleBody = TypeAdapter(AnyRuleBody).validate_json(orjson.dumps(former))
        assert before.model_dump(mode="json") == former
        assert set(former) < set(before.whole().model_dump(mode="json")) == set(kept["example"])


def test_a_body_stored_before_a_member_was_there_means_what_it_meant() -> None:
    """What was a constant of the method then is said by the rule now (plan V5): prior 20, level 0.90, unseen 100, work 50/30/20."""
    former, second, third = KEPT["rating"]["former"]
    assert RatingRule.model_validate_json(orjson.dumps(third)).case_mix is False
    later = RatingRule.model_validate_json(orjson.dumps(second))
    assert (later.feedback_counts, later.sampled_counts) == (False, False)
    before = RatingRule.model_validate_json(orjson.dumps(former))
    said = (before.prior_degrees, before.interval_level, before.unseen_variance, *before.work_parts.model_dump().values())
    assert said == (20, Decimal("0.90"), 100, 50, 30, 20)
    assert before == RatingRule.model_validate(before.model_dump())


def test_a_rule_that_is_set_says_every_member_so_that_no_later_default_speaks_for_it() -> None:
    bare = {name: value for name, value in RATING.model_dump().items() if name in KEPT["rating"]["former"][0]}
    stated = {"since": TODAY, "body": bare, "source": "市经信委 2024 年遴选通知", "mark": "V"}
    [fact] = given(DATED_RULES).when(ProposeRule.model_validate(stated), "city").facts
    assert isinstance(fact, RuleProposed)
    assert set(fact.body.model_dump()) == set(RatingRule.model_fields)
