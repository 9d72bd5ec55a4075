"""Fairness 公平性: whether ratings tilt by home district, ownership or size, or nobody can tell. Method j. plan V5.

Fisher's exact test and the ratio of shares with its interval, Holm's correction over the whole report. The four-fifths rule
alone accuses a fair city of forty providers in two years of three, so it never stands alone. Reported, never a correction of
scores.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from methods.normal import Z_90
from methods.rounding import CARRIED_PLACES, SCORE_PLACES, rounded


@dataclass(frozen=True)
class GroupCount:
    """A group of providers 群组: how many are of a good tier, of how many; at least one."""

    good: int
    of: int


class Finding(Enum):
    """What a comparison shows 结论: no tilt, a tilt that is both sure and large, or that the cases are too few."""

    NO_TILT = "no_tilt"
    TILT = "tilt"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class ShareRatio:
    """Share of one group against that of another 比例之比, with its 90 % interval; four decimals.

    None where the other has no good one.
    """

    ratio: Decimal | None
    low: Decimal
    high: Decimal


def fisher(one: GroupCount, other: GroupCount) -> Fraction:
    """Fisher's exact test, two-sided: probability of a table no likelier than this one, its margins given."""
    good, whole = one.good + other.good, one.of + other.of
    least, most = max(0, good - other.of), min(good, one.of)
    ways = {at: math.comb(one.of, at) * math.comb(other.of, good - at) for at in range(least, most + 1)}
    return Fraction(sum(way for way in ways.values() if way <= ways[one.good]), math.comb(whole, good))


def share_ratio(one: GroupCount, other: GroupCount) -> ShareRatio:
    """The ratio of two shares; where a count is 0, or all of both are good, half a provider is added to each for the interval.

    Else one good provider against another would be an interval of no width: no tilt, and for sure.
    """
    a, n, b, m = (Fraction(value) for value in (one.good, one.of, other.good, other.of))
    plain = (a / n) / (b / m) if b else None
    if not one.good or not other.good or (a, b) == (n, m):
        a, b, n, m = a + Fraction(1, 2), b + Fraction(1, 2), n + 1, m + 1
    logarithm = math.log((a / n) / (b / m))
    half = Z_90 * math.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return ShareRatio(
        rounded(plain, SCORE_PLACES) if plain is not None else None,
        rounded(math.exp(logarithm - half), SCORE_PLACES),
        rounded(math.exp(logarithm + half), SCORE_PLACES),
    )


def holm(probabilities: Sequence[Decimal]) -> Sequence[Decimal]:
    """Holm's step-down correction of all comparisons of one report, in their order; at most 1."""
    order = sorted(range(len(probabilities)), key=lambda at: probabilities[at])
    found, reached = [Decimal(0)] * len(probabilities), Decimal(0)
    for rank, at in enumerate(order):
        reached = max(reached, min(Decimal(1), (len(probabilities) - rank) * probabilities[at]))
        found[at] = reached
    return [rounded(Fraction(one), SCORE_PLACES) for one in found]


@dataclass(frozen=True)
class Comparison:
    """A group against all others 对比, as it is reported. p: six decimals, corrected: by Holm over the report, four."""

    one: GroupCount
    other: GroupCount
    ratio: ShareRatio
    p: Decimal
    corrected: Decimal
    finding: Finding


@dataclass(frozen=True)
class FairnessRule:
    """What counts as a tilt 倾斜标准: significance after correction, the least ratio that is fair."""

    significance: Decimal
    least_ratio: Decimal


def comparisons(groups: Mapping[str, GroupCount], rule: FairnessRule) -> Mapping[str, Comparison]:
    """Each group against all others together, corrected over them all; a group that is everybody or nobody is left out."""
    return {name: one for (_, name), one in report({"": groups}, rule).items()}


def report(
    divisions: Mapping[str, Mapping[str, GroupCount]], rule: FairnessRule
) -> Mapping[tuple[str, str], Comparison]:
    """A whole report: by each division, such as by district, each group against all others; corrected over all of them together."""
    pairs = {
        (division, name): pair for division, groups in sorted(divisions.items()) for name, pair in _against_others(groups).items()
    }
    chances = [rounded(fisher(*pair), CARRIED_PLACES) for pair in pairs.values()]
    corrected = holm(chances)
    return {
        name: _judged(one, other, p, after, rule)
        for (name, (one, other)), p, after in zip(pairs.items(), chances, corrected, strict=True)
    }


def _against_others(groups: Mapping[str, GroupCount]) -> Mapping[str, tuple[GroupCount, GroupCount]]:
    whole = GroupCount(sum(one.good for one in groups.values()), sum(one.of for one in groups.values()))
    return {
        name: (one, GroupCount(whole.good - one.good, whole.of - one.of))
        for name, one in sorted(groups.items())
        if 0 < one.of < whole.of
    }


def _judged(one: GroupCount, other: GroupCount, p: Decimal, corrected: Decimal, rule: FairnessRule) -> Comparison:
    ratio = share_ratio(one, other)
    finding = Finding.NO_TILT
    if corrected < rule.significance and ratio.ratio is not None and ratio.ratio < rule.least_ratio:
        finding = Finding.TILT
    elif ratio.low <= rule.least_ratio and ratio.high >= 1:
        finding = Finding.CANNOT_TELL
    return Comparison(one, other, ratio, p, corrected, finding)


def expected_false_accusations(comparisons_made: int, significance: Decimal) -> Decimal:
    """How many of so many fair comparisons would look unfair before correction, on average."""
    return rounded(comparisons_made * Fraction(significance), SCORE_PLACES)
