"""What-if for one firm (plan S4, R2): the cheapest improvement is the cheapest there is, and the real scoring confirms it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standards import (
    Answer,
    CheapestImprovement,
    Edition,
    Form,
    Indicator,
    Process,
    StepCost,
    StepCosts,
    cheapest_improvement,
    load,
    published_editions,
)
from standards.scoring.measure import effective_weights, level_and_points, rounded
from tests.rules.firms import EDITION, answer_at, firms, uniform
from tests.rules.improvement import DEFAULT, EVERYTHING_DONE, asked, tables
from tests.rules.small_editions import small_editions, small_firms

NOTHING_DONE = Process(site_visit=False, expert_review=False)


def improved(found: CheapestImprovement, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    return {**answers, **{one.indicator.id: one.after.answer for one in found.improvements}}

# against trying everything, written without a word of the search: what a step is and what it costs is said here once more

Way = tuple[Answer, int, int]
"""An answer, what it costs to get there, and in how many steps."""


def ways(edition: Edition, item: Indicator, answer: Answer, costs: StepCosts) -> Iterator[Way]:
    yield answer, 0, 0
    if answer.not_applicable:
        return
    if item.kind == "multi":
        had = set(answer.choices or ())
        free = [option.name for option in item.options if option.name not in had]
        for added in chain.from_iterable(combinations(free, size) for size in range(1, len(free) + 1)):
            price = sum(costs.of_option(item, name) for name in added)
            yield Answer(choices=(*had, *added)), price, len(added)
        return
    here, price, steps = level_and_points(edition, item, answer)[0], 0, 0
    better = {"before": Decimal(5), "after": Decimal(6 if item.better == "higher" else 4)}
    for goal in range(1, 6):
        if goal <= here:
            continue
        whole = costs.to_level(item, goal)
        halved = here > goal - 1
        price += (whole + 1) // 2 if halved else whole
        steps += 1
        match item.kind:
            case "choice":
                yield Answer(level=goal), price, steps
            case "outcome":
                yield Answer(level=goal, numbers=better), price, steps
            case "ratio":
                yield Answer(numbers={"part": ["0", "0.2", "0.3", "0.5", "0.7"][goal - 1], "whole": 1}), price, steps
            case _:
                yield Answer(numbers={"items": [1, 3, 5, 7, 9][goal - 1]}), price, steps


def cheapest_of_all(edition: Edition, answers: Mapping[str, Answer], wanted: int, costs: StepCosts) -> tuple[int, int] | None:
    """Cost and steps of the cheapest plan, by measuring every plan whose total is enough, the cheapest first."""
    every = [list(ways(edition, item, answers[item.id], costs)) for item in edition.indicators]
    weights = effective_weights(edition, Form.FULL, frozenset(i for i, answer in answers.items() if not answer.not_applicable))
    gained = [
        [weights[item.id] * Fraction(level_and_points(edition, item, way[0])[1]) / 100 for way in found]
        if item.id in weights
        else [Fraction(0)]
        for item, found in zip(edition.indicators, every, strict=True)
    ]
    plans = []
    for picks in product(*(range(len(found)) for found in every)):
        total = sum((gained[i][pick] for i, pick in enumerate(picks)), Fraction(0))
        if rounded(total) >= edition.bands[wanted - 1]:
            plan = [every[i][pick] for i, pick in enumerate(picks)]
            plans.append((sum(way[1] for way in plan), sum(way[2] for way in plan), picks))
    for cost, steps, picks in sorted(plans):
        plan = [every[i][pick] for i, pick in enumerate(picks)]
        answered = {item.id: way[0] for item, way in zip(edition.indicators, plan, strict=True)}
        if edition.measure(Form.FULL, answered).grade >= wanted:
            return cost, steps
    return None


@settings(max_examples=300)
@given(st.data(), small_editions(), tables(), st.integers(1, 10))
def test_no_plan_at_all_is_cheaper_or_as_cheap_in_fewer_steps(
    data: st.DataObject, edition: Edition, costs: StepCosts, wanted: int
) -> None:
    answers = data.draw(small_firms(edition))
    found = asked(answers, wanted, edition, costs)
    best = cheapest_of_all(edition, answers, wanted, costs)
    if found.cost is None:
        assert best is None
        assert found.obstacles
        return
    steps = sum(one.after.steps for one in found.improvements)
    assert (found.cost, steps) == best
    assert (found.bound, found.proven) == (found.cost, True)
    measured = edition.measure(Form.FULL, improved(found, answers))
    assert measured == found.after
    assert measured.grade >= wanted
    assert all(edition.check(Form.FULL, i, answer) is None for i, answer in improved(found, answers).items())


@settings(max_examples=25)
@given(firms(), st.integers(1, 10))
def test_on_the_real_questionnaire_a_plan_is_proven_and_confirmed_by_the_scoring(
    answers: dict[str, Answer], wanted: int
) -> None:
    found = asked(answers, wanted)
    assert found.proven
    assert found.cost == found.bound == sum(one.after.cost for one in found.improvements)
    assert EDITION.measure(Form.FULL, improved(found, answers)).grade == found.after.grade >= wanted
    done = dict(answers)
    for one in found.improvements:
        done[one.indicator.id] = one.after.answer
        assert one.total_after == EDITION.measure(Form.FULL, done).total


@settings(max_examples=15)
@given(firms(), st.integers(2, 9))
def test_a_higher_grade_never_costs_less(answers: dict[str, Answer], wanted: int) -> None:
    lower, higher = asked(answers, wanted).cost, asked(answers, wanted + 1).cost
    assert lower is not None
    assert higher is not None
    assert lower <= higher


@settings(max_examples=15)
@given(firms(), st.integers(2, 10), st.randoms(use_true_random=False))
def test_the_order_of_answers_changes_nothing_in_the_plan(answers: dict[str, Answer], wanted: int, chance: object) -> None:
    shuffled = list(answers.items())
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert asked(dict(shuffled), wanted) == asked(answers, wanted)


@pytest.mark.parametrize("key", published_editions())
@pytest.mark.parametrize("form", Form)
def test_every_published_edition_can_be_climbed_in_either_form(key: str, form: Form) -> None:
    edition = load(key)
    found = cheapest_improvement(edition, form, uniform(2, form, edition), EVERYTHING_DONE, 7, DEFAULT)
    assert found.proven
    assert found.after.grade >= 7


def test_a_grade_that_is_reached_needs_nothing() -> None:
    found = asked(uniform(3), 5)
    assert (found.improvements, found.cost, found.bound, found.proven) == ((), 0, 0, True)
    assert found.after == found.before


def test_one_point_below_a_band_the_one_cheapest_step_that_suffices_is_taken() -> None:
    answers = uniform(3) | {"Z01": answer_at(EDITION.by_id["Z01"], 2)}  # 64.55, and grade 5 needs 60
    answers |= {item.id: answer_at(item, 2) for item in EDITION.indicators if item.dimension == "F" and item.id != "F08"}
    measured = EDITION.measure(Form.FULL, answers)
    assert measured.grade == 5
    free = DEFAULT.with_singles([StepCost(indicator="C08", to_level=4, cost=1)])
    found = asked(answers, 5, costs=free)
    assert found.cost == 0


def test_a_total_that_is_rounded_up_to_a_band_reaches_it() -> None:
    bands = tuple(map(Decimal, ("20", "32.5", "45", "52.5", "60", "64.72", "75", "82.5", "90", "95")))
    edition = EDITION.model_copy(update={"bands": bands})
    half = Answer(level=Decimal("2.5"))
    answers = uniform(3) | {"Z02": half, "C07": half, "Z05": answer_at(EDITION.by_id["Z05"], 2)}
    kept = [item.id for item in EDITION.indicators if item.id != "Z05"]
    found = asked(answers, 6, edition, kept=kept)
    assert [(one.indicator.id, one.after.level) for one in found.improvements] == [("Z05", 3)]
    assert found.after.total == Decimal("64.72")  # 64.71875 exactly
    assert found.after.grade == 6


def test_a_gate_is_lifted_though_points_elsewhere_would_be_cheaper() -> None:
    answers = uniform(4) | {"F08": answer_at(EDITION.by_id["F08"], 1)}
    measured = EDITION.measure(Form.FULL, answers)
    assert (measured.band_grade, measured.grade) == (7, 2)
    found = asked(answers, 7)
    assert found.improvements[0].indicator.id == "F08"
    assert "GATE_SECURITY_GRADING" in found.improvements[0].gates
    assert found.after.grade == 7


def test_what_must_stay_as_it_is_can_make_a_grade_unreachable_and_the_gate_is_named() -> None:
    answers = uniform(4) | {"F08": answer_at(EDITION.by_id["F08"], 1)}
    found = asked(answers, 7, kept=("F08",))
    assert (found.cost, found.bound, found.improvements) == (None, None, ())
    codes = {obstacle.code for obstacle in found.obstacles}
    assert "GATE_SECURITY_GRADING" in codes
    assert "BAND" not in codes
    assert found.after.grade == 2


def test_a_band_that_the_rest_cannot_reach_is_named() -> None:
    kept = tuple(item.id for item in EDITION.indicators if item.dimension == "D2")
    found = asked(uniform(3), 10, kept=kept)
    assert found.cost is None
    assert found.obstacles[0].code == "BAND"


def test_an_indicator_that_is_not_applicable_stays_so() -> None:
    answers = uniform(2) | {"Z02": Answer(not_applicable=True, reason="无此业务")}
    found = asked(answers, 6)
    assert "Z02" not in {one.indicator.id for one in found.improvements}
    assert found.after.grade >= 6


def test_steps_of_the_process_are_told_as_conditions_and_cost_nothing() -> None:
    found = cheapest_improvement(EDITION, Form.FULL, uniform(3), NOTHING_DONE, 7, DEFAULT)
    assert [gate.code for gate in found.conditions] == ["GATE_SITE_VISIT", "GATE_EXPERT_REVIEW"]
    assert found.cost == asked(uniform(3), 7).cost
    assert found.issued_after.grade == 4
    assert EDITION.issue(found.after, EVERYTHING_DONE).grade >= 7
    low = cheapest_improvement(EDITION, Form.FULL, uniform(1), NOTHING_DONE, 3, DEFAULT)
    assert low.conditions == ()


def test_from_a_half_step_the_first_step_costs_its_share_rounded_up() -> None:
    only = [item.id for item in EDITION.indicators if item.id != "Z01"]
    answers = uniform(4) | {"Z01": Answer(level=Decimal("1.5"))}
    found = asked(answers, 7, costs=DEFAULT.with_singles([StepCost(indicator="Z01", to_level=2, cost=5)]), kept=only)
    [one] = found.improvements
    assert (one.before.level, one.after.level) == (Decimal("1.5"), 3)
    assert one.after.cost == 3 + DEFAULT.choice[2]


def test_too_little_work_is_said_with_the_best_found_and_what_it_could_cost_at_least() -> None:
    answers = {item.id: answer_at(item, 1 + index % 4) for index, item in enumerate(EDITION.indicators)}
    found = asked(answers, 7, work=10)
    whole = asked(answers, 7)
    assert whole.proven
    assert not found.proven
    assert found.bound is not None
    assert found.cost is not None
    assert whole.cost is not None
    assert found.bound <= whole.cost <= found.cost
    assert EDITION.measure(Form.FULL, improved(found, answers)).grade >= 7


@pytest.mark.parametrize("wanted", [0, 11, -1])
def test_there_are_ten_grades_to_want(wanted: int) -> None:
    with pytest.raises(ValueError, match="no grade"):
        asked(uniform(3), wanted)
