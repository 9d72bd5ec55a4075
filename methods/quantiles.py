"""Quantiles 分位数 of durations, and an interval that holds without any assumption on how they are spread. plan P5.

Whole numbers in, whole numbers out: a quantile is the value of a rank, and so are the ends of its interval (order statistics).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil

TAIL = Fraction(1, 20)
"""Chance at most beyond each end: a 90 % interval."""
HALF = Fraction(1, 2)
NINE_TENTHS = Fraction(9, 10)


@dataclass(frozen=True)
class Quantile:
    """A quantile and its 90 % interval 分位数. low, high: None = so few values that no end can be told."""

    value: int
    low: int | None
    high: int | None


def quantile(values: Sequence[int], share: Fraction) -> Quantile | None:
    """The least value that a share of the values does not exceed; None of no values. share: within (0, 1)."""
    if not values:
        return None
    ordered = sorted(values)
    low, high = _ranks(len(ordered), share)
    return Quantile(
        ordered[ceil(share * len(ordered)) - 1],
        ordered[low - 1] if low else None,
        ordered[high - 1] if high <= len(ordered) else None,
    )


@cache
def _ranks(size: int, share: Fraction) -> tuple[int, int]:
    """Ranks of both ends, from 1; a low of 0 and a high of size + 1 mean that there is none.

    So many of the values lie below the quantile as a binomial count says, whatever their distribution: the low end is the last rank
    with at most `TAIL` chance that fewer values lie below, the high end the first with at most `TAIL` chance that as many do.
    """
    return _last_rank(size, share), size + 1 - _last_rank(size, 1 - share)


def _last_rank(size: int, share: Fraction) -> int:
    """Most ranks k with P(count < k) <= TAIL, of a binomial count; exact."""
    yes, no = share.numerator, share.denominator - share.numerator
    term, below, most = no**size, 0, TAIL * share.denominator**size
    for rank in range(size + 1):
        below += term
        if below > most:
            return rank
        term = term * (size - rank) * yes // ((rank + 1) * no)
    return size
