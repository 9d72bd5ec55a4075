"""What-if for one firm (plan S4, R2): the cheapest improvement is the cheapest there is, and the real scoring confirms it."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from standards import (
    Answer,
    CheapestImprovement,
    CostTables,
    CostUnit,
    Edition,
    EditionMalformed,
    Form,
    Indicator,
    NoCostsYet,
    Process,
    StepCost,
    StepCosts,
    cheapest_improvement,
    check_steps,
    cost_tables,
    costs_on,
    load,
    published_editions,
)
from standards.edition.edition import Source
from standards.edition.reader import read_model
from standards.improvement.steps import rungs
from standards.scoring.measure import effective_weights, level_and_points, rounded
from tests.rules.firms import EDITION, answer_at, firms, uniform
from tests.rules.small_editions import small_editions, small_firms

DEFAULT = cost_tables().tables[0]
EVERYTHING_DONE = Process(site_visit=True, expert_review=True)
NOTHING_DONE = Process(site_visit=False, expert_review=False)


def asked(
    answers: Mapping[str, Answer], wanted: int, edition: Edition = EDITION, costs: StepCosts = DEFAULT, **rest: object
) -> CheapestImprovement:
    return cheapest_improvement(edition, Form.FULL, answers, EVERYTHING_DONE, wanted, costs, **rest)  # type: ignore[arg-type]


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


prices = st.integers(0, 9)
kinds = st.tuples(prices, prices, prices, prices, prices)


@st.composite
def tables(draw: st.DrawFn) -> StepCosts:
    """Small prices, so that many plans cost the same."""
    return StepCosts(
        since=date(2023, 1, 1),
        unit=CostUnit.FEN,
        source=Source(document="试验", mark="I"),
        choice=draw(kinds),
        ratio=draw(kinds),
        count=draw(kinds),
        outcome=draw(kinds),
        option=draw(prices),
        singles=tuple(StepCost(indicator=name, to_level=4, cost=draw(prices)) for name in ("A01", "B02")),
    )


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


def numbers_that_do(identity: str, answer: Answer) -> dict[int, Decimal]:
    """Level -> the first raw number that reaches it, from an answer upwards."""
    item = EDITION.by_id[identity]
    found = rungs(EDITION, item, answer, DEFAULT)[1:]
    for rung in found:
        assert EDITION.check(Form.FULL, identity, rung.answer) is None
        assert level_and_points(EDITION, item, rung.answer) == (rung.level, rung.points)
    return {int(rung.level): (rung.answer.numbers or {})[item.numbers[0].name] for rung in found}


def test_a_ratio_says_which_raw_number_would_do() -> None:
    answer = {"devices_digital": Decimal(8), "devices_total": Decimal(40)}  # 20 %, still level 2
    assert numbers_that_do("X03", Answer(numbers=answer)) == {3: 9, 4: 17, 5: 25}
    small = {"devices_digital": Decimal(0), "devices_total": Decimal("0.5")}  # no whole number lies between: the fewest decimals
    assert numbers_that_do("X03", Answer(numbers=small)) == {
        2: Decimal("0.1"),
        3: Decimal("0.2"),
        4: Decimal("0.3"),
        5: Decimal("0.4"),
    }


def test_a_share_of_revenue_is_never_told_a_whole_number_that_would_be_another_level() -> None:
    """1 of 100 is level 3 of Z06 (0.3, 0.8, 1.5, 3 %), and was once told for level 2."""
    answer = Answer(numbers={"digital_spend_wan": Decimal("0.3"), "revenue_wan": Decimal(100)})
    assert numbers_that_do("Z06", answer) == {2: Decimal("0.4"), 3: 1, 4: 2, 5: 4}


def test_a_level_that_no_number_reaches_is_passed_over_and_the_next_costs_both_steps() -> None:
    """Of 0.000004 only 0, 25, 50, 75 and 100 % can be stated: nothing lies within level 2 (10–20 %)."""
    item = EDITION.by_id["X03"]
    answer = Answer(numbers={"devices_digital": Decimal(0), "devices_total": Decimal("0.000004")})
    found = rungs(EDITION, item, answer, DEFAULT)
    assert [(rung.level, rung.steps) for rung in found] == [(1, 0), (3, 2), (4, 3), (5, 4)]
    assert found[1].cost == DEFAULT.ratio[1] + DEFAULT.ratio[2]


numbers = st.one_of(
    st.decimals(0, Decimal("0.001"), places=6),
    st.decimals(0, 200, places=2),
    st.integers(0, 10**6).map(Decimal),
    st.decimals(Decimal(10) ** 13, Decimal("99999999999999.999999"), places=6),
)
"""Raw numbers at every size that an answer takes."""


@st.composite
def stated(draw: st.DrawFn) -> tuple[Edition, Indicator, Answer]:
    """An indicator of any kind, with bounds that lie close or far apart, and any answer to it that can be taken."""
    bounds = draw(st.sets(st.decimals("0.001", 99, places=3), min_size=4, max_size=4).map(sorted))
    template = EDITION.by_id[draw(st.sampled_from(("Z01", "X03", "X02", "G06", "B08", "B09")))]
    item = template
    if template.upper_bounds:
        at_most = draw(st.sampled_from((None, 3, 120))) if template.kind == "count" else None
        raw = tuple(found.model_copy(update={"at_most": at_most}) for found in template.numbers)
        item = template.model_copy(update={"upper_bounds": tuple(bounds), "numbers": raw})
    if item.kind == "choice":
        answer = Answer(level=draw(st.sampled_from(sorted(EDITION.points))))
    elif item.kind == "multi":
        answer = Answer(choices=tuple(draw(st.sets(st.sampled_from([option.name for option in item.options])))))
    else:
        given_numbers = {raw.name: draw(numbers) for raw in item.numbers}
        level = draw(st.sampled_from(sorted(EDITION.points))) if item.kind == "outcome" else None
        none = item.kind == "outcome" and draw(st.booleans())
        answer = Answer(level=level, numbers=None if none else given_numbers)
    edition = EDITION.model_copy(
        update={"indicators": tuple(item if each.id == item.id else each for each in EDITION.indicators)}
    )
    assume(edition.check(Form.FULL, item.id, answer) is None)
    return edition, item, answer


@settings(max_examples=400)
@given(stated(), tables())
def test_the_answer_shown_for_a_step_can_be_taken_and_scores_as_that_step(
    asked_of: tuple[Edition, Indicator, Answer], costs: StepCosts
) -> None:
    edition, item, answer = asked_of
    found = rungs(edition, item, answer, costs)
    for rung in found:
        assert edition.check(Form.FULL, item.id, rung.answer) is None
        assert level_and_points(edition, item, rung.answer) == (rung.level, rung.points)
    steps = [(rung.points, rung.cost, rung.steps) for rung in found]
    assert steps == sorted(steps)
    if item.kind not in ("multi", "outcome"):
        here = found[0].level
        assert [rung.steps for rung in found] == [0, *(int(rung.level) - int(here) for rung in found[1:])]


@settings(max_examples=40)
@given(st.data(), firms(), st.integers(1, 10))
def test_each_total_of_a_plan_is_the_scorings_at_any_raw_numbers(
    data: st.DataObject, answers: dict[str, Answer], wanted: int
) -> None:
    for name in ("Z06", "X03", "X04"):
        item = EDITION.by_id[name]
        part, whole = (raw.name for raw in item.numbers)
        answer = Answer(numbers={part: data.draw(numbers), whole: data.draw(numbers)})
        if EDITION.check(Form.FULL, name, answer) is None:
            answers[name] = answer
    found, done = asked(answers, wanted), dict(answers)
    for one in found.improvements:
        done[one.indicator.id] = one.after.answer
        assert one.total_after == EDITION.measure(Form.FULL, done).total


def test_a_count_says_which_raw_number_would_do() -> None:
    assert numbers_that_do("B01", Answer(numbers={"scenes_covered": Decimal(0)})) == {1: 1, 2: 4, 3: 7, 4: 10, 5: 13}


def test_a_count_that_may_not_be_so_high_has_no_such_step() -> None:
    item = EDITION.by_id["B01"].model_copy(update={"upper_bounds": tuple(map(Decimal, (3, 6, 9, 16)))})
    found = rungs(EDITION, item, Answer(numbers={"scenes_covered": Decimal(8)}), DEFAULT)
    assert [rung.level for rung in found] == [3, 4]


def test_an_outcome_that_did_not_get_better_counts_as_1_and_its_step_says_better_numbers() -> None:
    item = EDITION.by_id["B08"]
    claimed = Answer(level=Decimal(4), numbers={"before": Decimal(0), "after": Decimal(0)})
    here, *higher = rungs(EDITION, item, claimed, DEFAULT)
    assert here.level == 1
    assert [rung.level for rung in higher] == [2, 3, 4, 5]
    for rung in higher:
        assert EDITION.check(Form.FULL, "B08", rung.answer) is None
        assert level_and_points(EDITION, item, rung.answer)[0] == rung.level


def test_of_a_multiple_choice_the_cheapest_options_for_as_many_points_are_added() -> None:
    item = EDITION.by_id["G06"]
    dear = DEFAULT.with_singles([StepCost(indicator="G06", option="unit", cost=9)])
    found = rungs(EDITION, item, Answer(choices=("staff",)), dear)
    by_points = {rung.points: rung for rung in found}
    assert by_points[Decimal(65)].options == ("training",)  # 50 and 15: “unit” gives as much for more
    assert by_points[Decimal(100)].options == ("unit", "training", "pipeline")
    assert by_points[Decimal(100)].cost == 9 + 2 * DEFAULT.option


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


def test_the_default_costs_are_dated_and_marked_as_ours() -> None:
    tables = cost_tables().tables
    assert {table.source.mark for table in tables} <= {"I", "P"}
    assert {table.unit for table in tables} == {CostUnit.EFFORT}
    assert costs_on(tables, tables[0].since) == tables[0]
    with pytest.raises(NoCostsYet):
        costs_on(tables, date(2023, 7, 27))


def test_the_table_of_the_latest_day_that_has_begun_is_in_force() -> None:
    later = DEFAULT.model_copy(update={"since": date(2025, 1, 1), "option": 7})
    assert costs_on((later, DEFAULT), date(2024, 12, 31)) == DEFAULT
    assert costs_on((later, DEFAULT), date(2025, 1, 1)) == later


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tables: []", "tables"),
        ("tables: [{since: 2023-07-28, unit: yuan}]", "unit"),
        ("tables: [{since: 2023-07-28, choice: [1, 2, 3, 4, -5]}]", "choice.4"),
        ("tables: [{since: 2023-07-28, ratio: [1, 2, 3, 4]}]", "ratio"),
        ("tables:\n  - since: 2023-07-28\n    option: 1.5", "costs.yaml:3"),
        ("tables:\n  - option: 1\n    option: 2", "costs.yaml:3"),
    ],
)
def test_a_malformed_table_is_refused_with_file_and_line_or_field(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "costs.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(EditionMalformed) as refused:
        read_model(path, CostTables)
    assert told in str(refused.value) or told in str(refused.value.__cause__)


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"indicator": "Q99", "to_level": 2}, "INDICATOR_UNKNOWN", "indicator"),
        ({"indicator": "Z01"}, "STEP_UNKNOWN", "to_level"),
        ({"indicator": "Z01", "to_level": 2, "option": "unit"}, "STEP_UNKNOWN", "to_level"),
        ({"indicator": "Z01", "option": "unit"}, "STEP_UNKNOWN", "option"),
        ({"indicator": "G06", "to_level": 2}, "STEP_UNKNOWN", "option"),
        ({"indicator": "G06", "option": "colour"}, "STEP_UNKNOWN", "option"),
        ({"indicator": "C01", "to_level": 3}, "STEP_REPEATED", "indicator"),
    ],
)
def test_a_cost_of_no_step_of_the_edition_is_a_problem_with_its_place(wrong: dict[str, Any], code: str, field: str) -> None:
    good = StepCost(indicator="C01", to_level=3, cost=1)
    assert check_steps(EDITION, [good, StepCost(indicator="G06", option="unit", cost=0)]) is None
    problem = check_steps(EDITION, [good, StepCost(**wrong, cost=1)])
    assert problem is not None
    assert (problem.code, problem.index, problem.field) == (code, 1, field)
