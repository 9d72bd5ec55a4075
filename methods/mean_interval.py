"""Mean with its interval 均值及区间: 90 percent, by Student's t, where there are values enough for one. Method q. plan R1."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, Inexact, localcontext
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

from methods.agreement import student_95
from methods.rounding import rounded


class MeanInterval(NamedTuple):
    """A mean with its 90 percent interval 均值及区间; None where too few values tell it."""

    mean: Decimal | None
    low: Decimal | None
    high: Decimal | None


EXACT = Context(prec=1_000, traps=[Inexact])
"""Sums of decimals as they are: one that would have to be rounded is an error."""


def mean_interval(values: Iterable[Decimal], places: int, *, mean_from: int, interval_from: int) -> MeanInterval:
    """The mean of some values, to so many decimals: none below `mean_from` of them, no interval below `interval_from`.

    interval_from: 11 or more, where Student's t is good enough.
    """
    return counted_mean_interval(Counter(values), places, mean_from=mean_from, interval_from=interval_from)


def counted_mean_interval(
    counts: Mapping[Decimal, int], places: int, *, mean_from: int, interval_from: int
) -> MeanInterval:
    """As `mean_interval`, of values that come so many times each: ten thousand of some few cost as much as some few."""
    count = sum(counts.values())
    if count < max(mean_from, 1):
        return MeanInterval(None, None, None)
    with localcontext(EXACT):
        total = Fraction(sum((value * times for value, times in counts.items()), Decimal(0)))
        squares = Fraction(sum((value * value * times for value, times in counts.items()), Decimal(0)))
    mean = total / count
    if count < max(interval_from, 2):
        return MeanInterval(rounded(mean, places), None, None)
    spread = (squares - total * mean) / (count - 1)
    half = Fraction(student_95(count - 1) * sqrt(spread / count))
    return MeanInterval(*(rounded(one, places) for one in (mean, mean - half, mean + half)))
