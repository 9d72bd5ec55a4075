"""Isotonic regression (plan P8): a higher total never means a lower level, of all such rules the nearest, whatever the order."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from methods.isotonic import (
    fitted_at,
    isotonic_steps,
    joined_steps,
    left_out_errors,
    levels_within,
    margin_of,
)

PAIRS = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 5)), min_size=1, max_size=9)


def squares(pairs: Sequence[tuple[int, int]], level_of: dict[int, Fraction]) -> Fraction:
    return sum(((level - level_of[total]) ** 2 for total, level in pairs), Fraction(0))


def every_rising_rule(pairs: Sequence[tuple[int, int]]) -> Iterator[dict[int, Fraction]]:
    """Each way of cutting the totals into blocks with one mean a block, as far as it rises: the least squares are among them."""
    totals = sorted({total for total, _ in pairs})
    for cuts in range(len(totals)):
        for places in combinations(range(1, len(totals)), cuts):
            ends = (0, *places, len(totals))
            blocks = [totals[a:b] for a, b in pairwise(ends)]
            means = []
            for block in blocks:
                levels = [level for total, level in pairs if total in block]
                means.append(Fraction(sum(levels), len(levels)))
            if means == sorted(means):
                yield {total: mean for block, mean in zip(blocks, means, strict=True) for total in block}


@given(PAIRS)
def test_it_is_the_nearest_of_all_rules_that_never_fall(pairs: list[tuple[int, int]]) -> None:
    steps = isotonic_steps(pairs)
    found = {total: fitted_at(steps, total) for total, _ in pairs}
    assert squares(pairs, found) == min(squares(pairs, rule) for rule in every_rising_rule(pairs))


@given(PAIRS, st.integers(1, 5), st.randoms())
def test_a_higher_total_never_means_a_lower_level_and_no_step_has_few_pairs(
    pairs: list[tuple[int, int]], least: int, chance: Random
) -> None:
    steps = joined_steps(isotonic_steps(pairs), least)
    fitted = [fitted_at(steps, total) for total in range(-1, 8)]
    assert fitted == sorted(fitted)
    assert len(steps) == 1 or min(one.pairs for one in steps) >= least
    assert sum(one.pairs for one in steps) == len(pairs)
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    assert joined_steps(isotonic_steps(shuffled), least) == steps


@given(PAIRS.filter(lambda pairs: len(pairs) > 1))
def test_a_pair_is_left_out_of_what_it_is_compared_with(pairs: list[tuple[int, int]]) -> None:
    errors = left_out_errors(pairs, 1)
    for at, (total, level) in enumerate(pairs):
        assert errors[at] == abs(fitted_at(isotonic_steps(pairs[:at] + pairs[at + 1 :]), total) - level)


def test_violators_are_pooled_and_small_steps_join_the_nearer_neighbour() -> None:
    steps = isotonic_steps([(10, 1), (20, 3), (30, 2), (40, 5)])
    assert [(one.first, one.last, one.fitted) for one in steps] == [(10, 10, 1), (20, 30, Fraction(5, 2)), (40, 40, 5)]
    assert [(one.first, one.last) for one in joined_steps(steps, 2)] == [(10, 40)]


def test_nine_of_ten_lie_within_the_margin_and_an_empty_one_takes_both_neighbours() -> None:
    assert margin_of([Fraction(at, 10) for at in range(20)]) == Fraction(18, 10)
    assert margin_of([Fraction(1)]) == 1
    ranks = range(1, 6)
    assert levels_within(Fraction(5, 2), Fraction(1, 10), ranks) == (2, 3)
    assert levels_within(Fraction(2), Fraction(0), ranks) == (2, 2)
    assert levels_within(Fraction(2), Fraction(1), ranks) == (1, 3)
    assert levels_within(Fraction(11, 10), Fraction(1), ranks) == (1, 2)
