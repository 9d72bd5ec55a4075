"""Misgrade rate 误评率 from a sample of unequal probabilities: share, variance, interval. Method e. plan P6.

Every drawn job counts for 1/π jobs (Horvitz and Thompson, Hájek); unweighted, the suspected would speak for the city. The
interval is Wilson's at the effective size: Wald's covers 58 % instead of 90 where errors are rare.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from methods.normal import Z_90
from methods.rounding import PERCENT_PLACES, SCORE_PLACES, rounded

_SHARE_PLACES = 6
_VARIANCE_PLACES = 8
_HALVINGS = 60


@dataclass(frozen=True)
class Drawn:
    """A drawn job 样本单位: what was found, 0 or 1 for a share, and its inclusion probability."""

    value: Fraction
    probability: Fraction


@dataclass(frozen=True)
class Interval:
    """A 90 % equal-tailed interval 置信区间 of a share, both ends within 0–1, four decimals."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class WeightedShare:
    """A share of all jobs, told from the drawn ones 加权比例.

    share: six decimals. variance: eight. kish: effective size by the weights alone; effective: by the variance; both four decimals.
    """

    share: Decimal
    variance: Decimal
    kish: Decimal
    effective: Decimal
    interval: Interval


def weighted_total(sample: Sequence[Drawn]) -> Fraction:
    """Horvitz–Thompson total: unbiased for the sum over all jobs."""
    return sum((one.value / one.probability for one in sample), Fraction(0))


def weighted_share(sample: Sequence[Drawn]) -> WeightedShare | None:
    """Hájek share of values 0 or 1, with its interval; None of an empty sample."""
    if not sample:
        return None
    size = len(sample)
    whole = sum((1 / one.probability for one in sample), Fraction(0))
    share = weighted_total(sample) / whole
    squares = ((1 - one.probability) * ((one.value - share) / one.probability) ** 2 for one in sample)
    variance = sum(squares, Fraction(0)) / whole**2 * (Fraction(size, size - 1) if size > 1 else 1)
    kish = whole**2 / sum((1 / one.probability**2 for one in sample), Fraction(0))
    effective = min(Fraction(size), share * (1 - share) / variance) if variance and 0 < share < 1 else kish
    return WeightedShare(
        rounded(share, _SHARE_PLACES),
        rounded(variance, _VARIANCE_PLACES),
        rounded(kish, SCORE_PLACES),
        rounded(effective, SCORE_PLACES),
        wilson(share * effective, effective),
    )


def wilson(found: Fraction, size: Fraction) -> Interval:
    """Wilson's interval of `found` of `size`, neither of which need be whole; size above 0."""
    share, count, square = float(found / size), float(size), Z_90 * Z_90
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = Z_90 / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    return Interval(rounded(max(0.0, middle - half), SCORE_PLACES), rounded(min(1.0, middle + half), SCORE_PLACES))


def in_percent(interval: Interval) -> Interval:
    """An interval of a share in percent, to the two decimals that a percentage is shown with."""
    low, high = (rounded(Fraction(end) * 100, PERCENT_PLACES) for end in (interval.low, interval.high))
    return Interval(low, high)


def clopper_pearson(found: int, size: int) -> Interval:
    """The interval that never covers too little, of `found` of `size` equal draws."""
    tail = 0.05

    def end(at: int, *, rising: bool) -> float:
        """The share at which the tail from 0 to `at`, or what lies above it, has the tail's probability."""
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            below = _binomial(at, size, middle)
            if (1 - below < tail) if rising else (below > tail):
                low = middle
            else:
                high = middle
        return (low + high) / 2

    low = 0.0 if not found else end(found - 1, rising=True)
    high = 1.0 if found == size else end(found, rising=False)
    return Interval(rounded(low, SCORE_PLACES), rounded(high, SCORE_PLACES))


def _binomial(most: int, size: int, share: float) -> float:
    """Probability of at most so many of `size`, at a share within (0, 1)."""
    log_share, log_rest = math.log(share), math.log1p(-share)
    terms = (
        math.exp(
            math.lgamma(size + 1) - math.lgamma(at + 1) - math.lgamma(size - at + 1) + at * log_share + (size - at) * log_rest
        )
        for at in range(most + 1)
    )
    return min(1.0, math.fsum(terms))


def most_bad(frame: int, size: int, found: int, doubt: Fraction) -> int:
    """Upper bound 上限 of bad jobs in a frame, one-sided.

    The most of which `found` or fewer among `size` draws has more than `doubt` probability.

    Exact, by the hypergeometric distribution, without replacement.
    """
    ways = math.comb(frame, size)

    def is_possible(bad: int) -> bool:
        least = max(0, size - (frame - bad))
        tail = sum(math.comb(bad, at) * math.comb(frame - bad, size - at) for at in range(least, found + 1))
        return Fraction(tail, ways) > doubt

    low, high = found, frame - size + found
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if is_possible(middle) else (low, middle - 1)
    return low


@dataclass(frozen=True)
class Stopped:
    """How far a sequential test came 序贯检验结果.

    The draw that confirmed the limit, None if none did, and its evidence (four decimals).
    """

    confirmed_at: int | None
    evidence: Decimal
    refuted: bool


def stop_rule(is_bad: Sequence[bool], frame: int, limit: Fraction, tilt: Fraction, doubt: Fraction) -> Stopped:
    """Whether at most `limit` of all jobs are bad, told as early as may be.

    A test supermartingale without replacement (ALPHA, Stark 2023).

    Args:
        is_bad: the base sample's jobs, of equal chance, in ticket order. What was drawn for risk has no place here.
        frame: jobs in all, drawn or not.
        limit: share that is to be excluded.
        tilt: share that the test bets on, below the limit.
        doubt: chance of a false confirmation, at most (Ville's inequality).
    """
    allowed, evidence, bad = limit * frame, Fraction(1), 0
    for draw, found in enumerate(is_bad, 1):
        expected = (allowed - bad) / (frame - draw + 1)
        if expected <= 0:
            return Stopped(None, rounded(Fraction(0), SCORE_PLACES), refuted=True)
        bet = min(tilt, expected / 2)
        evidence *= bet / expected if found else (1 - bet) / (1 - expected)
        bad += found
        if evidence >= 1 / doubt:
            return Stopped(draw, rounded(evidence, SCORE_PLACES), refuted=False)
    return Stopped(None, rounded(evidence, SCORE_PLACES), refuted=bad > allowed)

