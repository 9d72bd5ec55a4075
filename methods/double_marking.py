"""Double marking 双人评阅: two blind marks make one, or call for a third. Method n. plan V2, T1.

The median of three is closer to the truth, among those sent to a third, than their mean or the nearest pair.
"""

from fractions import Fraction
from statistics import median


def third_is_needed(first: Fraction, second: Fraction, most_apart: Fraction) -> bool:
    """Whether two marks lie further apart than the rule allows."""
    return abs(first - second) > most_apart


def settled_mark(first: Fraction, second: Fraction, third: Fraction | None, most_apart: Fraction) -> Fraction | None:
    """The mark 评定分: mean of two that are near, else the median of three; None while the third is missing. Exact."""
    if not third_is_needed(first, second, most_apart):
        return (first + second) / 2
    return None if third is None else median((first, second, third))
