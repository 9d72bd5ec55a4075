"""Mean with its interval 均值及区间: 90 percent, by Student's t, where there are values enough for one. Method q. plan R1."""

from collections.abc import Sequence
from decimal import Decimal
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


def mean_interval(values: Sequence[Decimal], places: int, *, mean_from: int, interval_from: int) -> MeanInterval:
    """The mean of some values, to so many decimals: none below `mean_from` of them, no interval below `interval_from`.

    values: in an order that does not depend on the order of facts. interval_from: 11 or more, where Student's t is good enough.
    """
    count = len(values)
    if count < max(mean_from, 1):
        return MeanInterval(None, None, None)
    mean = sum(map(Fraction, values), Fraction(0)) / count
    if count < max(interval_from, 2):
        return MeanInterval(rounded(mean, places), None, None)
    spread = sum((Fraction(one) - mean) ** 2 for one in values) / (count - 1)
    half = Fraction(student_95(count - 1) * sqrt(spread / count))
    return MeanInterval(*(rounded(one, places) for one in (mean, mean - half, mean + half)))
