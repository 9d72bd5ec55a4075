"""Agreement 一致性 of two or more assessments on ordered steps: weighted kappa, Krippendorff's alpha, jackknife interval.

Method f. plan P6, T1.

Exact fractions up to the interval. Publish from 30 units on, act from 50; never rank persons by it.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product

from methods.normal import Z_90
from methods.rounding import SCORE_PLACES, rounded

Unit = tuple[int, ...]
"""Values that one unit, such as an indicator of a case, got: numbers of steps, two or more, else it is left out."""


def weighted_kappa(pairs: Sequence[tuple[Hashable, Hashable]], categories: Sequence[Hashable]) -> Fraction | None:
    """Cohen's kappa with quadratic weights 加权卡帕 on the place of each value among the categories, 1 when all agree.

    None when both used one and the same category throughout, or there is no pair.
    """
    place = {category: at for at, category in enumerate(categories)}
    first, second = [place[one] for one, _ in pairs], [place[other] for _, other in pairs]
    by_chance = sum((a - b) ** 2 * m * n for (a, m), (b, n) in product(Counter(first).items(), Counter(second).items()))
    observed = sum((a - b) ** 2 for a, b in zip(first, second, strict=True))
    return 1 - Fraction(len(pairs) * observed, by_chance) if by_chance else None


def ordinal_alpha(units: Sequence[Unit]) -> Fraction | None:
    """Krippendorff's alpha for ordered values: distances are differences of mid-ranks among all values.

    None when there is one value only.
    """
    return _alpha(Counter(tuple(sorted(unit)) for unit in units if len(unit) > 1))


def _alpha(kinds: Counter[Unit]) -> Fraction | None:
    """The same of units counted by their values, of which ten steps make few."""
    values: Counter[int] = Counter()
    for unit, times in kinds.items():
        for value in unit:
            values[value] += times
    if len(values) <= 1:
        return None
    mid_rank, reached = dict[int, Fraction](), 0
    for value in sorted(values):
        mid_rank[value] = reached + Fraction(values[value], 2)
        reached += values[value]
    observed = sum(
        (
            times * sum(((mid_rank[a] - mid_rank[b]) ** 2 for a, b in product(unit, repeat=2)), Fraction(0)) / (len(unit) - 1)
            for unit, times in kinds.items()
        ),
        Fraction(0),
    )
    pairs = product(values.items(), repeat=2)
    expected = sum((m * n * (mid_rank[a] - mid_rank[b]) ** 2 for (a, m), (b, n) in pairs), Fraction(0))
    return 1 - observed * (reached - 1) / expected


@dataclass(frozen=True)
class Agreement:
    """Agreement of some units 一致性系数: alpha with six decimals, its 90 % interval with four.

    low is None where leaving one unit out leaves a single value: then nothing can be said of its noise.
    """

    alpha: Decimal
    units: int
    low: Decimal | None
    high: Decimal | None


def agreement(units: Sequence[Unit]) -> Agreement | None:
    """Alpha with its interval, without a random number: each unit left out in turn (jackknife), Student's t.

    None where alpha is none.
    """
    kinds = Counter(tuple(sorted(unit)) for unit in units if len(unit) > 1)
    size, whole = kinds.total(), _alpha(kinds)
    if whole is None:
        return None
    found = []
    for unit, times in kinds.items():
        rest = _alpha(kinds - Counter([unit]))
        if rest is None or size <= 1:
            return Agreement(rounded(whole, 6), size, None, None)
        found.append((times, rest))
    mean = sum((times * rest for times, rest in found), Fraction(0)) / size
    squares = sum((times * (rest - mean) ** 2 for times, rest in found), Fraction(0))
    half = student_95(size - 1) * math.sqrt(float(squares * Fraction(size - 1, size)))
    low, high = float(whole) - half, min(1.0, float(whole) + half)
    return Agreement(rounded(whole, 6), size, rounded(low, SCORE_PLACES), rounded(high, SCORE_PLACES))


def student_95(degrees: int) -> float:
    """Upper 5 % point of Student's t, by Cornish and Fisher to the third order; off by less than 0.002 from 10 degrees on."""
    z = Z_90
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / degrees + second / degrees**2 + third / degrees**3


def share_within(pairs: Sequence[tuple[int, int]], steps: int) -> Fraction | None:
    """Share of pairs no further apart than so many steps; None without a pair."""
    return Fraction(sum(abs(a - b) <= steps for a, b in pairs), len(pairs)) if pairs else None


def is_low(found: Agreement, within: Fraction, alpha: Decimal, share: Decimal) -> bool:
    """Whether an indicator is to be looked at 一致性偏低.

    Both the interval's upper end below `alpha` and too few within one step.
    """
    return found.high is not None and found.high < alpha and within < Fraction(share)
