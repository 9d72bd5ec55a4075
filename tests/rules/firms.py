"""Firms as the tests of scoring need them: uniform at a level, or drawn by hypothesis."""

from decimal import Decimal

from hypothesis import strategies as st

from standards import Answer, Edition, Form, Indicator, load

EDITION = load("2023")
BEFORE, AFTER = Decimal(10), {"higher": Decimal(12), "lower": Decimal(8)}


def answer_at(indicator: Indicator, level: int) -> Answer:
    """The answer of a firm that stands exactly at a level 1–5."""
    if indicator.kind == "choice":
        return Answer(level=Decimal(level))
    if indicator.kind == "outcome":
        assert indicator.better is not None
        return Answer(level=Decimal(level), numbers={"before": BEFORE, "after": AFTER[indicator.better]})
    if indicator.kind == "multi":
        return Answer(choices=tuple(option.name for option in indicator.options[: level - 1]))
    first = indicator.numbers[0]
    if indicator.kind == "ratio":
        part = [*indicator.upper_bounds, Decimal(100)][level - 1]
        return Answer(numbers={first.name: part, indicator.numbers[1].name: Decimal(100)})
    assert first.at_most is not None
    return Answer(numbers={first.name: [*indicator.upper_bounds, Decimal(first.at_most)][level - 1]})


def uniform(level: int, form: Form = Form.FULL, edition: Edition = EDITION) -> dict[str, Answer]:
    """All answers of a firm that stands at one level everywhere."""
    return {item.id: answer_at(item, level) for item in edition.of(form)}


@st.composite
def firms(
    draw: st.DrawFn, form: Form = Form.FULL, *, absent: bool = True, edition: Edition = EDITION
) -> dict[str, Answer]:
    """A firm with any level at any indicator; a few indicators not applicable, never a whole dimension."""
    asked = edition.of(form)
    levels = draw(st.lists(st.integers(1, 5), min_size=len(asked), max_size=len(asked)))
    firm = {item.id: answer_at(item, level) for item, level in zip(asked, levels, strict=True)}
    if absent:
        for dimension in edition.dimensions:
            mine = [item.id for item in asked if item.dimension == dimension.id]
            for identity in draw(st.sets(st.sampled_from(mine[1:]), max_size=2)) if mine[1:] else ():
                firm[identity] = Answer(not_applicable=True, reason="无此业务")
    return firm
