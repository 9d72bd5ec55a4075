"""What lifts a gate (plan S4, R2): a smallest set of indicators, proven, and no more than the what-if needs for the grade."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standards import Answer, Edition, Form, Indicator, Lifting, Process, cheapest_improvement, cost_tables, lifting
from standards.improvement.lifting import ALIKE
from standards.improvement.steps import rungs
from standards.scoring.measure import gates_at
from tests.rules.firms import EDITION, answer_at, firms, uniform
from tests.rules.small_editions import small_editions, small_firms

EVERYTHING_DONE = Process(site_visit=True, expert_review=True)
DEFAULT = cost_tables().tables[0]


def failing(edition: Edition, answers: Mapping[str, Answer], level: int) -> set[str]:
    """Codes of the gates of a level that do not hold, by the scoring's own judgement."""
    measured = edition.measure(Form.FULL, answers)
    levels = {score.id: score.level for score in measured.indicators if score.level is not None}
    gates = gates_at(edition, Form.FULL, level, measured.dimensions, levels)
    return {gate.code for gate in gates if not gate.holds}


def raised(answers: Mapping[str, Answer], found: Lifting, gate: str | None = None) -> dict[str, Answer]:
    """The answers with a set raised: all of it, or what one gate needs."""
    assert found.raises is not None
    chosen = found.raises if gate is None else found.of(gate)
    return {**answers, **{one.indicator.id: one.after.answer for one in chosen}}


def at_best(edition: Edition, item: Indicator, answer: Answer) -> Answer:
    return rungs(edition, item, answer, ALIKE)[-1].answer


def fewest(edition: Edition, answers: Mapping[str, Answer], level: int, among: Collection[str]) -> int | None:
    """How many indicators must move at least, by trying every set, each of it as far up as it goes."""
    movable = [edition.by_id[identity] for identity in among if not answers[identity].not_applicable]
    for size in range(len(movable) + 1):
        for chosen in combinations(movable, size):
            moved = {item.id: at_best(edition, item, answers[item.id]) for item in chosen}
            if not failing(edition, {**answers, **moved}, level):
                return size
    return None


@settings(max_examples=150)
@given(st.data(), small_editions(), st.integers(2, 5))
def test_no_smaller_set_at_all_lifts_every_gate_of_the_level(data: st.DataObject, edition: Edition, level: int) -> None:
    answers = data.draw(small_firms(edition))
    found = lifting(edition, Form.FULL, answers, level)
    best = fewest(edition, answers, level, [item.id for item in edition.indicators])
    assert found.proven
    if found.raises is None:
        assert best is None
        return
    assert len(found.raises) == best
    assert failing(edition, raised(answers, found), level) == set()
    for code in failing(edition, answers, level):
        assert code not in failing(edition, raised(answers, found, code), level)
        for one in found.of(code):
            rest = {other.indicator.id: other.after.answer for other in found.of(code) if other is not one}
            assert code in failing(edition, {**answers, **rest}, level), "a smaller part of the set would do"


@settings(max_examples=40)
@given(firms(), st.integers(2, 5))
def test_what_is_said_to_lift_the_gates_does_and_the_what_if_never_needs_fewer(answers: dict[str, Answer], level: int) -> None:
    found = lifting(EDITION, Form.FULL, answers, level)
    assert found.proven
    assert found.raises is not None
    assert failing(EDITION, raised(answers, found), level) == set()
    plan = cheapest_improvement(EDITION, Form.FULL, answers, EVERYTHING_DONE, 2 * level - 1, DEFAULT)
    assert len(found.raises) <= max(len(plan.improvements), 0) or plan.before.level >= level
    holding = {gate for one in found.raises for gate in one.gates}
    assert holding == failing(EDITION, answers, level)


def held_back() -> dict[str, Answer]:
    """Six key indicators are below level 3, and seven of ten at it are asked for."""
    stars = [item.id for item in EDITION.indicators if item.key]
    enough = -(-EDITION.gates.key_indicators.share_percent * len(stars) // 100)
    below = len(stars) - enough + 2
    return uniform(4) | {identity: answer_at(EDITION.by_id[identity], 2) for identity in stars[:below]}


def test_of_the_key_indicators_that_fall_short_only_as_many_are_named_as_must_rise() -> None:
    answers = held_back()
    measured = EDITION.measure(Form.FULL, answers)
    [gate] = [gate for gate in measured.gates if gate.level == 3 and not gate.holds]
    found = lifting(EDITION, Form.FULL, answers, 3)
    assert gate.code == "GATE_KEY_INDICATORS"
    assert len(gate.lift) > 2
    assert len(found.of(gate.code)) == 2
    assert failing(EDITION, raised(answers, found), 3) == set()


def test_where_a_gate_names_dimensions_the_indicators_to_raise_are_found() -> None:
    weak = {item.id: answer_at(item, 1) for item in EDITION.indicators if item.dimension == "D5"}
    answers = uniform(4) | weak
    found = lifting(EDITION, Form.FULL, answers, 4)
    assert found.of("GATE_WEAKEST_DIMENSION")
    assert {one.indicator.dimension for one in found.of("GATE_WEAKEST_DIMENSION")} == {"D5"}


def test_gates_that_hold_ask_for_nothing() -> None:
    assert lifting(EDITION, Form.FULL, uniform(4), 3) == Lifting(3, (), proven=True)


def test_where_nothing_lifts_a_level_that_is_said() -> None:
    items = tuple(
        item.model_copy(update={"upper_bounds": tuple(map(Decimal, (2, 5, 8, 14)))}) if item.id == "X02" else item
        for item in EDITION.indicators
    )
    star = tuple(item.model_copy(update={"key": True}) if item.id == "X02" else item for item in items)
    gates = EDITION.gates.model_copy(
        update={"key_indicators": EDITION.gates.key_indicators.model_copy(update={"levels_below": 0})}
    )
    edition = EDITION.model_copy(update={"indicators": star, "gates": gates})
    found = lifting(edition, Form.FULL, uniform(4, edition=EDITION), 5)
    assert (found.raises, found.proven, found.of("GATE_KEY_INDICATORS")) == (None, True, ())


def test_the_same_answers_in_any_order_have_the_same_set() -> None:
    answers = held_back()
    backwards: Iterator[tuple[str, Answer]] = reversed(answers.items())
    assert lifting(EDITION, Form.FULL, dict(backwards), 3) == lifting(EDITION, Form.FULL, answers, 3)


@pytest.mark.parametrize("work", [1, 10])
def test_a_search_that_is_cut_short_says_that_it_has_no_proof_and_still_lifts(work: int) -> None:
    answers = {item.id: answer_at(item, 1 + index % 3) for index, item in enumerate(EDITION.indicators)}
    found = lifting(EDITION, Form.FULL, answers, 4, work)
    assert not found.proven
    assert failing(EDITION, raised(answers, found), 4) == set()
