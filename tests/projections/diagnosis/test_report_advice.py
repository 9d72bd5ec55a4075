"""Findings and recommendations of the report, by rule from the scores. plan R2, I4."""

from decimal import Decimal

from hypothesis import given, settings

from projections.report.advice import (
    Recommendation,
    lifting_of,
    obstacles,
    overstatements,
    recommendations,
    weaknesses,
)
from standards import Answer, Form, Measured, Process, cheapest_improvement, cost_tables
from tests.rules.firms import EDITION, answer_at, firms, uniform

DONE = Process(site_visit=True, expert_review=True)
REASON = "现场核对台账，少于所填。"


def advised(answers: dict[str, Answer]) -> tuple[Measured, tuple[Recommendation, ...]]:
    """The result of some answers and what a report recommends, where only the answers hold it back."""
    measured = EDITION.measure(Form.BRIEF, answers)
    lifted = lifting_of(EDITION, Form.BRIEF, answers, measured, EDITION.issue(measured, DONE))
    return measured, recommendations(EDITION, Form.BRIEF, answers, measured, lifted)


@settings(max_examples=40)
@given(answers=firms(Form.BRIEF))
def test_a_recommended_level_raises_the_total_by_what_the_report_promises(answers: dict[str, Answer]) -> None:
    measured, found = advised(answers)
    assert len(found) <= 8 or all(step.gates for step in found)
    assert [bool(step.gates) for step in found] == sorted((bool(step.gates) for step in found), reverse=True)
    for step in found:
        rise = EDITION.measure(Form.BRIEF, answers | {step.indicator.id: step.after.answer}).total - measured.total
        assert abs(rise - step.gain) <= Decimal("0.01")


@settings(max_examples=40)
@given(answers=firms(Form.BRIEF))
def test_the_first_actions_lift_every_gate_in_the_way_and_no_more_are_named_than_that_takes(answers: dict[str, Answer]) -> None:
    measured, found = advised(answers)
    stands = obstacles(measured, EDITION.issue(measured, DONE))
    first = [step for step in found if step.gates]
    after = EDITION.measure(Form.BRIEF, {**answers, **{step.indicator.id: step.after.answer for step in first}})
    if not stands:
        assert first == []
        return
    level = stands[0].level
    assert after.grade >= min(measured.band_grade, 2 * level)
    plan = cheapest_improvement(EDITION, Form.BRIEF, answers, DONE, 2 * level - 1, cost_tables().tables[0])
    assert len(first) <= len(plan.improvements)
    assert {code for step in first for code in step.gates} == {gate.code for gate in stands}


def test_two_of_six_key_indicators_that_fall_short_are_the_first_actions_where_two_suffice() -> None:
    stars = [item.id for item in EDITION.of(Form.BRIEF) if item.key]
    enough = -(-EDITION.gates.key_indicators.share_percent * len(stars) // 100)
    low = stars[: len(stars) - enough + 2]
    answers = uniform(4, Form.BRIEF) | {identity: answer_at(EDITION.by_id[identity], 2) for identity in low}
    measured, found = advised(answers)
    [gate] = obstacles(measured, EDITION.issue(measured, DONE))
    assert (gate.code, len(gate.lift)) == ("GATE_KEY_INDICATORS", len(low))
    assert [bool(step.gates) for step in found[:3]] == [True, True, False]
    assert {step.indicator.id for step in found[:2]} <= set(low)


def test_of_a_multiple_choice_the_next_option_is_recommended_and_brings_what_it_scores() -> None:
    answers = uniform(5, Form.BRIEF) | {"G06": Answer(choices=("staff",))}
    measured, [step] = advised(answers)
    rise = EDITION.measure(Form.BRIEF, answers | {"G06": step.after.answer}).total - measured.total
    assert step.gain == rise
    assert step.asks.startswith("补齐")


@settings(max_examples=40)
@given(answers=firms(Form.BRIEF))
def test_obstacles_are_the_failed_gates_of_the_next_step_and_lifting_needs_are_named(answers: dict[str, Answer]) -> None:
    measured = EDITION.measure(Form.BRIEF, answers)
    issued = EDITION.issue(measured, Process(site_visit=False, expert_review=False))
    found = obstacles(measured, issued)
    assert bool(found) == (issued.grade < measured.band_grade)
    assert all(not gate.holds and gate.lift for gate in found)
    assert len({gate.level for gate in found}) <= 1


def test_the_weakest_come_by_points_then_by_loss() -> None:
    answers = uniform(4, Form.BRIEF) | {i: answer_at(EDITION.by_id[i], 2) for i in ("Z01", "F06")}
    found = weaknesses(EDITION, EDITION.measure(Form.BRIEF, answers))
    assert [weak.indicator.id for weak in found[:2]] == ["Z01", "F06"]
    assert found[0].loss > found[1].loss
    assert weaknesses(EDITION, EDITION.measure(Form.BRIEF, uniform(5, Form.BRIEF))) == ()


def test_only_a_level_seen_higher_by_the_firm_counts_as_overstated() -> None:
    own = EDITION.measure(Form.BRIEF, uniform(3, Form.BRIEF))
    found = uniform(3, Form.BRIEF) | {
        "Z01": answer_at(EDITION.by_id["Z01"], 2),
        "Z04": answer_at(EDITION.by_id["Z04"], 4),
        "B05": Answer(not_applicable=True, reason="无此业务"),
    }
    (over,) = overstatements(EDITION, own, EDITION.measure(Form.BRIEF, found), {"Z01": REASON})
    assert (over.indicator.id, over.gap, over.reason) == ("Z01", Decimal(15), REASON)
