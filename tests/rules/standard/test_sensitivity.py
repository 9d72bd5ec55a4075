"""Sensitivity (plan S4, S5): the step that is told moves a firm and no nearer one does; held against brute force."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standards import Answer, Edition, Form, Process
from standards.edition.text import Dimension, Indicator
from standards.scoring.scorecard import Scale
from standards.shadow.sensitivity import Sensitivity, SensitivityTally
from standards.shadow.sensitivity_of_firm import Ladder, first_from_zero
from tests.rules.firms import EDITION, answer_at

Case = tuple[dict[str, Answer], Process]
COARSE = Decimal(4)
"""A step of weights that brute force can walk through."""


@st.composite
def small_editions(draw: st.DrawFn) -> Edition:
    """Three dimensions, the third no base one, of up to three indicators in one or two sub-dimensions."""
    indicators: list[dict[str, Any]] = []
    for letter, dimension in zip("ABC", ("D1", "D2", "F"), strict=True):
        parts = draw(st.sampled_from([(100,), (40, 60), (20, 30, 50), (25, 25, 50)]))
        for number, weight in enumerate(parts):
            like = draw(st.sampled_from(["Z01", "X03", "B08"]))
            indicators.append(
                EDITION.by_id[like].model_dump()
                | {
                    "id": f"{letter}{number:02d}",
                    "dimension": dimension,
                    "subdimension": f"{dimension}.{draw(st.integers(1, 2))}",
                    "weight_in_dimension": Decimal(weight),
                    "in_brief": number == 0 or draw(st.booleans()),
                    "key": draw(st.booleans()),
                }
            )
    weights = draw(st.sampled_from([(40, 40, 20), (52, 28, 20), (60, 30, 10)]))
    dimensions = [
        Dimension(id=identity, name=identity, weight=Decimal(weight), base=identity != "F")
        for identity, weight in zip(("D1", "D2", "F"), weights, strict=True)
    ]
    gates = EDITION.gates
    first, second = (gate.model_copy(update={"indicator": i}) for gate, i in zip(gates.security, ("A00", "C00"), strict=True))
    return EDITION.model_copy(
        update={
            "dimensions": dimensions,
            "indicators": indicators,
            "gates": gates.model_copy(
                update={"breadth": gates.breadth.model_copy(update={"at_least": 2}), "security": (first, second)}
            ),
        }
    )


@st.composite
def cities(draw: st.DrawFn) -> tuple[Edition, Form, list[Case]]:
    """A small edition and a few firms of it, each indicator at any level or, the first of a dimension aside, not applicable."""
    edition, form = draw(small_editions()), draw(st.sampled_from(Form))
    firms = []
    for _ in range(draw(st.integers(1, 3))):
        answers = {}
        for item in edition.of(form):
            absent = not item.id.endswith("00") and draw(st.integers(0, 3)) == 0
            answers[item.id] = (
                Answer(not_applicable=True, reason="无") if absent else answer_at(item, draw(st.integers(1, 5)))
            )
        firms.append((answers, Process(site_visit=draw(st.booleans()), expert_review=draw(st.booleans()))))
    return edition, form, firms


def told(edition: Edition, form: Form, firms: list[Case], step: Decimal) -> dict[str, Sensitivity]:
    tally, scale = SensitivityTally(edition, step), Scale(edition, form)
    for number, (answers, process) in enumerate(firms):
        tally.add(str(number), form, scale.card(answers), process)
    return {one.clause: one for one in tally.result("2023").parameters}


def unchecked(thing: Any, **fields: Any) -> Any:
    """A copy with other fields, exact fractions among them, that no validator looks at."""
    return type(thing).model_construct(**({name: getattr(thing, name) for name in type(thing).model_fields} | fields))


def with_value(edition: Edition, clause: str, value: Decimal) -> Edition:
    """The edition with one parameter otherwise, its siblings sharing the rest in proportion, exactly."""
    match clause.split("."):
        case ["dimensions", identity, "weight"]:
            old = next(d.weight for d in edition.dimensions if d.id == identity)
            shrink = Fraction(100 - value) / Fraction(100 - old)
            return unchecked(  # type: ignore[no-any-return]
                edition,
                dimensions=tuple(
                    unchecked(d, weight=Fraction(value) if d.id == identity else Fraction(d.weight) * shrink)
                    for d in edition.dimensions
                ),
            )
        case ["indicators", identity, _]:
            mine = edition.by_id[identity]
            shrink = Fraction(100 - value) / Fraction(100 - mine.weight_in_dimension)

            def other(item: Indicator) -> Indicator:
                if item.dimension != mine.dimension:
                    return item
                weight = Fraction(value) if item.id == identity else Fraction(item.weight_in_dimension) * shrink
                return unchecked(item, weight_in_dimension=weight)  # type: ignore[no-any-return]

            return unchecked(edition, indicators=tuple(map(other, edition.indicators)))  # type: ignore[no-any-return]
        case ["bands", grade]:
            bands = [value if str(number) == grade else bound for number, bound in enumerate(edition.bands, 1)]
            return unchecked(edition, bands=tuple(bands))  # type: ignore[no-any-return]
        case ["gates", "security", code, name]:
            floors = tuple(
                unchecked(gate, **{name: int(value) if name == "from_level" else value}) if gate.code == code else gate
                for gate in edition.gates.security
            )
            return unchecked(edition, gates=unchecked(edition.gates, security=floors))  # type: ignore[no-any-return]
        case [_, gate, name]:
            other_gate = unchecked(getattr(edition.gates, gate), **{name: int(value)})
            return unchecked(edition, gates=unchecked(edition.gates, **{gate: other_gate}))  # type: ignore[no-any-return]
    raise AssertionError(clause)


def grades(edition: Edition, form: Form, firms: list[Case]) -> list[int]:
    return [edition.issue(edition.measure(form, answers), process).grade for answers, process in firms]


def values(one: Sensitivity, edition: Edition, direction: int, step: Decimal) -> Iterator[Decimal]:
    """Every value a parameter may take in one direction, nearest first."""
    if one.clause.endswith("at_least") and "security" in one.clause:
        rungs = sorted({*edition.points, one.value})
        yield from rungs[rungs.index(one.value) + 1 :] if direction > 0 else reversed(rungs[: rungs.index(one.value)])
        return
    if one.clause.startswith("bands"):
        place = int(one.clause.split(".")[1])
        bounds = (Decimal("-0.01"), *edition.bands, Decimal("100.01"))
        low, high, size = bounds[place - 1], bounds[place + 1], Decimal("0.01")
    elif "weight" in one.clause:
        low, high, size = Decimal(0), Decimal(100), step
    else:
        lowest, highest = {
            "gates.breadth.at_least": (1, 2),
            "gates.key_indicators.share_percent": (0, 100),
        }.get(one.clause, (2, 5) if one.clause.endswith("from_level") else (0, 4))
        low, high, size = Decimal(lowest - 1), Decimal(highest + 1), Decimal(1)
    value = one.value + direction * size
    while low < value < high:
        yield value
        value += direction * size


@settings(max_examples=12)
@given(cities(), st.sampled_from(["dimensions", "indicators", "gates"]))
def test_brute_force_over_every_step_finds_the_same_nearest_move(city: tuple[Edition, Form, list[Case]], kind: str) -> None:
    edition, form, firms = city
    now = grades(edition, form, firms)
    for clause, one in told(edition, form, firms, COARSE).items():
        if not clause.startswith(kind):
            continue
        for direction, nearest in ((-1, one.less), (1, one.more)):
            found = None
            for value in values(one, edition, direction, COARSE):
                there = grades(with_value(edition, clause, value), form, firms)
                if there != now:
                    found = (value, sum(a != b for a, b in zip(there, now, strict=True)))
                    break
            assert found == (None if nearest is None else (nearest.value, nearest.firms)), (clause, direction)


@settings(max_examples=25)
@given(cities(), st.data())
def test_at_the_step_told_a_firm_moves_and_just_below_it_nobody_does(
    city: tuple[Edition, Form, list[Case]], data: st.DataObject
) -> None:
    edition, form, firms = city
    step = Decimal("0.0001")
    now = grades(edition, form, firms)
    found = told(edition, form, firms, step)
    clauses = [clause for clause in found if clause.startswith(("dimensions", "indicators", "bands"))]
    for clause in data.draw(st.sets(st.sampled_from(clauses), min_size=3, max_size=3)):
        one = found[clause]
        size = Decimal("0.01") if clause.startswith("bands") else step
        for direction, nearest in ((-1, one.less), (1, one.more)):
            if nearest is not None:
                there = grades(with_value(edition, clause, nearest.value), form, firms)
                assert sum(a != b for a, b in zip(there, now, strict=True)) == nearest.firms
                assert there[int(nearest.example)] != now[int(nearest.example)]
                last = int(abs(nearest.change) / size) - 1
            else:
                last = sum(1 for _ in values(one, edition, direction, size))
            for steps in {last, last // 2, data.draw(st.integers(0, max(last, 0)))} - {0, -1}:
                value = one.value + direction * steps * size
                assert grades(with_value(edition, clause, value), form, firms) == now, (clause, value)


def test_a_city_without_firms_is_moved_by_nothing() -> None:
    found = told(EDITION, Form.FULL, [], Decimal("0.0001"))
    assert {(one.less, one.more) for one in found.values()} == {(None, None)}
    assert len(found) == len(EDITION.dimensions) + len(EDITION.indicators) + 10 + 4 + 2 * 2 + 2


def test_the_firms_that_move_first_are_counted_and_one_is_named() -> None:
    firm: Case = ({i.id: answer_at(i, 3) for i in EDITION.indicators}, Process(site_visit=True, expert_review=False))
    found = told(EDITION, Form.FULL, [firm, firm], Decimal("0.0001"))["gates.site_visit.from_level"]
    assert (found.less, found.more) == (None, None)
    without: Case = (firm[0], Process(site_visit=False, expert_review=False))
    found = told(EDITION, Form.FULL, [firm, without, without], Decimal("0.0001"))["gates.site_visit.from_level"]
    assert found.less is not None
    assert found.more is not None
    assert (found.less.value, found.more.value, found.more.firms, found.more.example) == (2, 4, 2, "1")


@settings(max_examples=300)
@given(st.integers(-50, 50), st.integers(-400, 400), st.integers(-2000, -1))
def test_the_first_whole_root_is_the_first(a: int, b: int, c: int) -> None:
    walked = next((k for k in range(1, 3000) if a * k * k + b * k + c >= 0), None)
    assert first_from_zero(a, b, c) == walked


@pytest.mark.parametrize(("direction", "steps"), [(1, [1, 2]), (-1, [-1])])
def test_a_ladder_is_climbed_from_where_one_stands(direction: int, steps: list[int]) -> None:
    ladder = Ladder(Decimal(2), Decimal(1), 1, 2, (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(3)))
    assert list(ladder.towards(direction)) == steps
    assert [ladder.at(step) for step in steps] == [ladder.rungs[1 + step] for step in steps]


def halves(*, of_one_dimension: bool) -> tuple[Edition, list[Case]]:
    """Two indicators, or two dimensions of one each, of half the weight; a firm with 100 points of one, 0 of the other."""
    like = EDITION.by_id["Z01"].model_dump() | {"in_brief": True, "key": False}
    weight = Decimal(50 if of_one_dimension else 100)
    places = ("D1", "D1") if of_one_dimension else ("D1", "D2")
    indicators = [
        like | {"id": identity, "dimension": place, "subdimension": place, "weight_in_dimension": weight}
        for identity, place in zip(("A00", "B00"), places, strict=True)
    ]
    dimensions = [
        Dimension(id=place, name=place, weight=Decimal(100 // len(set(places))), base=place == "D1")
        for place in dict.fromkeys(places)
    ]
    gates = EDITION.gates.model_copy(
        update={
            "breadth": EDITION.gates.breadth.model_copy(update={"at_least": 1, "including": "D1"}),
            "weakest_dimension": EDITION.gates.weakest_dimension.model_copy(update={"levels_below": 4}),
            "security": (),
        }
    )
    edition = EDITION.model_copy(update={"dimensions": dimensions, "indicators": indicators, "gates": gates})
    answers = {"A00": Answer(level=Decimal(5)), "B00": Answer(level=Decimal(0))}
    return edition, [(answers, Process(site_visit=True, expert_review=True))]


@pytest.mark.parametrize(
    ("of_one_dimension", "clause"), [(True, "indicators.A00.weight_in_dimension"), (False, "dimensions.D1.weight")]
)
def test_a_score_that_is_rounded_up_to_its_bound_keeps_the_grade(of_one_dimension: bool, clause: str) -> None:  # noqa: FBT001 - a case of the test
    """The total equals the weight: 44.9950 is judged as 45.00 and keeps grade 3, 44.9949 is not; 52.4950 reaches grade 4."""
    edition, firms = halves(of_one_dimension=of_one_dimension)
    assert grades(edition, Form.FULL, firms) == [3]
    found = told(edition, Form.FULL, firms, Decimal("0.0001"))[clause]
    assert found.less is not None
    assert found.more is not None
    assert (found.less.value, found.more.value) == (Decimal("44.9949"), Decimal("52.4950"))
    assert grades(with_value(edition, clause, Decimal("44.9950")), Form.FULL, firms) == [3]
