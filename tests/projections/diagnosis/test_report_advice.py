"""Findings and recommendations of the report, by rule from the scores. plan R2, I4."""

from decimal import Decimal

from hypothesis import given, settings

from projections.report.advice import obstacles, overstatements, recommendations, weaknesses
from standards import Answer, Form, Process
from tests.rules.firms import EDITION, answer_at, firms, uniform

REASON = "现场核对台账，少于所填。"


@settings(max_examples=40, deadline=None)
@given(answers=firms(Form.BRIEF))
def test_a_recommended_level_raises_the_total_by_what_the_report_promises(answers: dict[str, Answer]) -> None:
    measured = EDITION.measure(Form.BRIEF, answers)
    issued = EDITION.issue(measured, Process(site_visit=True, expert_review=True))
    found = recommendations(EDITION, measured, issued)
    assert len(found) <= 8
    assert [bool(step.gates) for step in found] == sorted((bool(step.gates) for step in found), reverse=True)
    for step in found:
        if step.indicator.kind == "choice":
            better = answers | {step.indicator.id: Answer(level=Decimal(step.goal))}
            rise = EDITION.measure(Form.BRIEF, better).total - measured.total
            assert abs(rise - step.gain) <= Decimal("0.02")


@settings(max_examples=40, deadline=None)
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
