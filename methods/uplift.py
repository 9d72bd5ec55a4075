"""Uplift 提升幅度 from first to second diagnosis: before–after, in strata, and matched to firms without an action. Method l.

Plan G4, R2.

All of one edition, verified scores. Before–after alone says twice the truth, because who is low rises anyway; difference in
strata and matching bracket it. Never per provider or firm.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from methods.normal import Z_90
from methods.rounding import SCORE_PLACES, rounded


@dataclass(frozen=True)
class Twice:
    """A firm diagnosed twice 两次诊断的企业: totals of both under one edition. stratum: industry and size."""

    firm: str
    stratum: str
    first: Decimal
    second: Decimal

    @property
    def change(self) -> Fraction:
        """Second − first."""
        return Fraction(self.second) - Fraction(self.first)


def before_after(treated: Sequence[Twice]) -> Decimal | None:
    """Mean change of those with an action; never to be shown alone. None of none."""
    return rounded(_mean([one.change for one in treated]), SCORE_PLACES) if treated else None


def difference_in_strata(treated: Sequence[Twice], controls: Sequence[Twice]) -> Decimal | None:
    """Mean change less that of the controls of the same stratum, by the treated of each; strata without either are left out."""
    own, others = _by_stratum(treated), _by_stratum(controls)
    both = sorted(own.keys() & others.keys())
    if not both:
        return None
    whole = sum(len(own[stratum]) for stratum in both)
    gains = (
        len(own[stratum]) * (_mean([one.change for one in own[stratum]]) - _mean([one.change for one in others[stratum]]))
        for stratum in both
    )
    return rounded(sum(gains, Fraction(0)) / whole, SCORE_PLACES)


@dataclass(frozen=True)
class Matched:
    """Average effect on the treated 匹配估计, in points, four decimals. error: None with too few controls to tell their noise.

    matched, unmatched: firms, in order. uses: control -> how many matched firms it stands for.
    """

    effect: Decimal | None
    error: Decimal | None
    matched: Sequence[str]
    unmatched: Sequence[str]
    uses: Mapping[str, Fraction]


def matched_effect(treated: Sequence[Twice], controls: Sequence[Twice], caliper: Fraction, most: int) -> Matched:
    """Own change less the mean change of the nearest controls in the first total: same stratum, within the caliper, up to `most`.

    With replacement; ties by id. SE² = s²(m + Σuse²)/m², s² the residual variance of the controls' change on their first total.
    """
    others = _by_stratum(controls)
    gains, matched, uses = list[Fraction](), list[str](), defaultdict[str, Fraction](Fraction)
    for own in sorted(treated, key=lambda one: one.firm):
        distances = sorted(
            (abs(Fraction(one.first) - Fraction(own.first)), one.firm, one.change) for one in others.get(own.stratum, [])
        )
        near = [one for one in distances if one[0] <= caliper][:most]
        if near:
            gains.append(own.change - _mean([change for _, _, change in near]))
            matched.append(own.firm)
            for _, firm, _ in near:
                uses[firm] += Fraction(1, len(near))
    unmatched = sorted({one.firm for one in treated} - set(matched))
    noise = _residual_variance(controls)
    error = None
    if gains and noise is not None:
        error = rounded(math.sqrt(noise * (len(gains) + sum(use**2 for use in uses.values()))) / len(gains), SCORE_PLACES)
    effect = rounded(_mean(gains), SCORE_PLACES) if gains else None
    return Matched(effect, error, matched, unmatched, dict(sorted(uses.items())))


def _residual_variance(controls: Sequence[Twice]) -> Fraction | None:
    """Of the controls' change about its straight line on the first total; None where three firms do not tell a line."""
    count, firsts = len(controls), [Fraction(one.first) for one in controls]
    if len(set(firsts)) <= 1 or count <= 2:  # noqa: PLR2004 - a line takes two
        return None
    changes = [one.change for one in controls]
    x, y = _mean(firsts), _mean(changes)
    along = sum(((a - x) * (b - y) for a, b in zip(firsts, changes, strict=True)), Fraction(0))
    slope = along / sum(((a - x) ** 2 for a in firsts), Fraction(0))
    squares = ((b - y - slope * (a - x)) ** 2 for a, b in zip(firsts, changes, strict=True))
    return sum(squares, Fraction(0)) / (count - 2)


def _by_stratum(firms: Sequence[Twice]) -> Mapping[str, list[Twice]]:
    found: defaultdict[str, list[Twice]] = defaultdict(list)
    for one in firms:
        found[one.stratum].append(one)
    return found


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def strata_error(treated: Sequence[Twice], controls: Sequence[Twice]) -> Decimal | None:
    """Standard error of the difference in strata: s² of changes within the strata, by the treated of each.

    SE² = s² Σ (n/N)² (1/n + 1/m), n and m the firms of a stratum with an action and without. None where no spread is to be had.
    """
    own, others = _by_stratum(treated), _by_stratum(controls)
    both = sorted(own.keys() & others.keys())
    groups = [[one.change for one in of[stratum]] for stratum in both for of in (own, others)]
    free = sum(len(group) for group in groups) - len(groups)
    if not both or free <= 0:
        return None
    squares = sum(((change - _mean(group)) ** 2 for group in groups for change in group), Fraction(0))
    whole = sum(len(own[stratum]) for stratum in both)
    weight = sum(
        (
            Fraction(len(own[stratum]), whole) ** 2 * (Fraction(1, len(own[stratum])) + Fraction(1, len(others[stratum])))
            for stratum in both
        ),
        Fraction(0),
    )
    return rounded(math.sqrt(squares / free * weight), SCORE_PLACES)


def interval_90(effect: Decimal, error: Decimal) -> tuple[Decimal, Decimal]:
    """The 90 percent interval of a recorded effect with its recorded error."""
    half = Fraction(error) * Fraction(str(Z_90))
    return rounded(Fraction(effect) - half, SCORE_PLACES), rounded(Fraction(effect) + half, SCORE_PLACES)
