"""Help of indicators (plan S1): each of every edition is explained in plain words, in both languages, by a true example."""

import re
from decimal import Decimal

import pytest

from standards import Answer, Edition, Indicator, load, published_editions
from standards.edition.indicator_help import EXAMPLE_LEVEL, help_of
from standards.edition.text import SourceMark
from standards.scoring.measure import level_and_points

EDITIONS = tuple(map(load, published_editions()))
EVERY = [pytest.param(edition, item, id=f"{edition.key} {item.id}") for edition in EDITIONS for item in edition.indicators]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(("edition", "item"), EVERY)
def test_every_indicator_has_help_and_an_example_whole_in_each_language(edition: Edition, item: Indicator) -> None:
    found = help_of(item)
    assert found.example.startswith("例：")
    assert found.mark is SourceMark.I, edition.key
    assert all(CHINESE.search(said) for said in (found.says, found.example))
    assert not any(CHINESE.search(said) for said in (found.says_in_english, found.example_in_english))


COMPUTED = [one for one in EVERY if one.values[1].kind in ("ratio", "count")]  # type: ignore[union-attr] # an indicator


@pytest.mark.parametrize(("edition", "item"), COMPUTED)
def test_the_example_of_a_number_comes_to_the_level_that_it_says(edition: Edition, item: Indicator) -> None:
    found = help_of(item).example
    stated = [Decimal(one) for one in re.findall(r"填 (\d+(?:\.\d+)?) ", found)]
    numbers = {raw.name: value for raw, value in zip(item.numbers, stated, strict=True)}
    level, _ = level_and_points(edition, item, Answer(numbers=numbers))
    assert level == EXAMPLE_LEVEL
    assert f"为 {EXAMPLE_LEVEL} 级" in found
