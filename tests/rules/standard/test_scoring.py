"""Scoring 评分 (plan S4): properties over any firm, and every gate seen to bite and to let pass."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standards import Answer, DimensionScore, Form, Measured, NothingToScore, Process
from standards.scoring.measure import apportioned, gates_at, grade_of, rounded
from tests.rules.firms import EDITION, answer_at, firms, uniform


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize(("level", "grade"), [(1, 1), (2, 3), (3, 5), (4, 7), (5, 10)])
def test_a_uniform_firm_lands_in_the_grade_of_its_level(form: Form, level: int, grade: int) -> None:
    measured = EDITION.measure(form, uniform(level, form))
    assert (measured.level, measured.grade) == (level, grade)


def test_a_firm_that_has_nothing_is_below_grade_1() -> None:
    nothing = {
        item.id: Answer(level=Decimal(0)) if item.kind == "choice" else answer_at(item, 1)
        for item in EDITION.indicators
    }
    assert EDITION.measure(Form.FULL, nothing).grade == 0


@settings(max_examples=60)
@given(firms())
def test_weights_add_up_to_100_and_contributions_to_the_total(firm: dict[str, Answer]) -> None:
    measured = EDITION.measure(Form.FULL, firm)
    assert sum(item.weight for item in measured.indicators) == 100
    assert sum(item.contribution for item in measured.indicators) == measured.total


@settings(max_examples=80)
@given(firms(), st.integers(0, 56), st.integers(1, 5))
def test_a_better_answer_never_lowers_the_measured_grade(firm: dict[str, Answer], index: int, level: int) -> None:
    item = EDITION.indicators[index]
    if firm[item.id].not_applicable:
        return
    one, other = ({**firm, item.id: answer_at(item, at)} for at in sorted((level, 5)))
    worse, better = EDITION.measure(Form.FULL, one), EDITION.measure(Form.FULL, other)
    assert (worse.total, worse.grade) <= (better.total, better.grade)
    assert worse.grade <= better.grade


@settings(max_examples=30)
@given(firms(), st.randoms(use_true_random=False))
def test_the_order_of_answers_changes_nothing(firm: dict[str, Answer], chance: object) -> None:
    shuffled = list(firm.items())
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert EDITION.measure(Form.FULL, dict(shuffled)) == EDITION.measure(Form.FULL, firm)


@settings(max_examples=30)
@given(firms())
def test_a_result_survives_being_written_down(firm: dict[str, Answer]) -> None:
    measured = EDITION.measure(Form.FULL, firm)
    assert Measured.model_validate_json(measured.model_dump_json()) == measured


def test_the_weight_of_an_absent_indicator_spreads_over_its_subdimension_first() -> None:
    firm = uniform(3) | {"Z02": Answer(not_applicable=True, reason="无")}
    weights = {item.id: item.weight for item in EDITION.measure(Form.FULL, firm).indicators}
    assert weights["Z02"] == 0
    assert weights["Z01"] == Decimal("5.25")  # 15 % of the total x (20 + 15) %
    assert weights["Z03"] == Decimal("2.25")


def test_the_weight_of_an_empty_subdimension_spreads_over_the_dimension() -> None:
    firm = uniform(3) | {"Z03": Answer(not_applicable=True, reason="无")}
    weights = {item.id: item.weight for item in EDITION.measure(Form.FULL, firm).indicators}
    assert weights["Z01"] == Decimal("3.5294")  # 20 of the 85 % that remain, x 15


def test_a_dimension_without_any_applicable_indicator_cannot_be_scored() -> None:
    absent = {identity: Answer(not_applicable=True, reason="无") for identity in dimension("D1")}
    with pytest.raises(NothingToScore):
        EDITION.measure(Form.FULL, uniform(3) | absent)


@pytest.mark.parametrize(
    ("part", "whole", "level"), [(10, 100, 1), (101, 1000, 2), (20, 100, 2), (40, 100, 3), (60, 100, 4), (61, 100, 5)]
)
def test_a_rate_is_recomputed_from_its_raw_numbers(part: int, whole: int, level: int) -> None:
    answer = Answer(numbers={"devices_digital": Decimal(part), "devices_total": Decimal(whole)})
    measured = EDITION.measure(Form.FULL, uniform(3) | {"X03": answer})
    assert next(item.level for item in measured.indicators if item.id == "X03") == level


@pytest.mark.parametrize("numbers", [None, {"before": Decimal(5), "after": Decimal(5)}])
def test_an_outcome_without_better_numbers_counts_as_level_1(numbers: dict[str, Decimal] | None) -> None:
    measured = EDITION.measure(Form.FULL, uniform(4) | {"B08": Answer(level=Decimal(4), numbers=numbers)})
    assert next(item.level for item in measured.indicators if item.id == "B08") == 1


def failed(measured: Measured) -> set[str]:
    return {gate.code for gate in measured.gates if not gate.holds}


def at(level: int, ids: set[str]) -> dict[str, Answer]:
    return {item.id: answer_at(item, level) for item in EDITION.indicators if item.id in ids}


def dimension(identity: str) -> set[str]:
    return {item.id for item in EDITION.indicators if item.dimension == identity}


@pytest.mark.parametrize(
    ("code", "base", "worse"),
    [
        ("GATE_WEAKEST_DIMENSION", 4, at(1, dimension("D5"))),
        ("GATE_BREADTH", 4, at(3, dimension("D2"))),
        ("GATE_KEY_INDICATORS", 3, at(1, {"Z01"})),
        ("GATE_SECURITY_GRADING", 3, at(1, {"F08"})),
        ("GATE_SECURITY_GOVERNANCE", 4, at(2, {"G03"})),
    ],
)
def test_every_gate_bites_with_its_own_code_and_lets_the_uniform_firm_pass(
    code: str, base: int, worse: dict[str, Answer]
) -> None:
    assert code not in failed(EDITION.measure(Form.FULL, uniform(base)))
    held_back = EDITION.measure(Form.FULL, uniform(5) | uniform(base) | worse)
    assert code in failed(held_back)
    assert all(gate.lift for gate in held_back.gates if not gate.holds)


def test_a_failed_gate_drops_to_the_upper_grade_of_the_next_lower_level() -> None:
    measured = EDITION.measure(Form.FULL, uniform(3) | at(1, {"F08"}))
    assert (measured.band_grade, measured.grade) == (5, 2)


@pytest.mark.parametrize(
    ("visit", "review", "grade"), [(False, False, 4), (True, False, 6), (True, True, 10), (False, True, 4)]
)
def test_the_issued_grade_is_capped_by_what_took_place(visit: bool, review: bool, grade: int) -> None:  # noqa: FBT001 - a case of the test
    measured = EDITION.measure(Form.FULL, uniform(5))
    issued = EDITION.issue(measured, Process(site_visit=visit, expert_review=review))
    assert (measured.grade, issued.grade) == (10, grade)
    assert issued.grade_name == EDITION.grade_names[grade - 1]


@pytest.mark.parametrize(("grade", "bound"), list(enumerate(EDITION.bands, 1)))
def test_a_score_on_a_bound_is_in_the_upper_grade(grade: int, bound: Decimal) -> None:
    assert [grade_of(EDITION, score) for score in (bound - Decimal("0.01"), bound)] == [grade - 1, grade]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("0.005", "0.01"), ("0.0049999", "0.00"), ("67.495", "67.50"), ("67.494", "67.49"), ("100", "100.00")],
)
def test_a_score_is_rounded_half_up_to_two_decimals(value: str, shown: str) -> None:
    assert rounded(Fraction(value)) == Decimal(shown)


@pytest.mark.parametrize(("reached", "holds"), [(7, True), (6, False)])
def test_seven_of_ten_key_indicators_are_enough(reached: int, holds: bool) -> None:  # noqa: FBT001 - a case of the test
    stars = [item.id for item in EDITION.indicators if item.key][:10]
    levels = {identity: Decimal(3 if index < reached else 2) for index, identity in enumerate(stars)}
    strong = [DimensionScore(id=d.id, score=Decimal(100), level=5) for d in EDITION.dimensions]
    [gate] = [g for g in gates_at(EDITION, Form.FULL, 3, strong, levels) if g.code == "GATE_KEY_INDICATORS"]
    assert gate.holds is holds
    assert len(gate.lift) == (0 if holds else 4)


@pytest.mark.parametrize(
    ("at_floor", "holds"),
    [({"D1", "D2", "D3"}, True), ({"D2", "D3"}, False), ({"D1", "D3", "D4", "D5"}, False)],
)
def test_breadth_asks_three_base_dimensions_at_the_floor_digital_capability_among_them(
    at_floor: set[str],
    holds: bool,  # noqa: FBT001 - a case of the test
) -> None:
    floor = EDITION.bands[4]  # of level 3
    scores = [
        DimensionScore(id=d.id, score=floor if d.id in at_floor else floor - Decimal("0.01"), level=3)
        for d in EDITION.dimensions
    ]
    [gate] = [g for g in gates_at(EDITION, Form.FULL, 3, scores, {}) if g.code == "GATE_BREADTH"]
    assert gate.holds is holds


@pytest.mark.parametrize(("count", "level"), [(0, 0), (1, 1)])
def test_a_count_of_nothing_is_level_0(count: int, level: int) -> None:
    item = EDITION.by_id["B01"]
    answer = Answer(numbers={item.numbers[0].name: Decimal(count)})
    measured = EDITION.measure(Form.FULL, uniform(3) | {"B01": answer})
    assert next(score.level for score in measured.indicators if score.id == "B01") == level


def test_what_rounding_leaves_over_goes_to_the_largest_remainders() -> None:
    parts = {"a": Fraction(14, 100_000), "b": Fraction(16, 100_000)}
    assert apportioned(parts, Decimal("0.0003")) == {"a": Decimal("0.0001"), "b": Decimal("0.0002")}
    assert apportioned({"b": Fraction(1, 2), "a": Fraction(1, 2)}, Decimal("1.0001")) == {
        "a": Decimal("0.5001"),
        "b": Decimal("0.5000"),
    }
