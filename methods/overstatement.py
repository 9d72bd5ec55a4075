"""Over-statement 自评偏高 of a firm, a provider, a district: self-assessed − verified, in points.

Method h, which is b and c on gaps. plan P3, G4.

The gap is boasting minus leniency: a small one may be a rubber stamp. So a provider's is shown only beside its severity
(method g), and never rated.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from methods.case_mix import Adjusted, Scored, adjusted, cells_of, effects, small_levels_joined
from methods.rounding import SCORE_PLACES, rounded
from methods.shrinkage import Estimate, Sample, Shrinkage, sampling_variances, shrunk


@dataclass(frozen=True)
class Gap:
    """One firm's gap 自评差 under one edition, both totals complete. levels: its industry, size and district.

    provider: the unit that it is counted in; of an index of districts its district.
    """

    provider: str
    levels: tuple[str, ...]
    self_assessed: Decimal
    verified: Decimal


@dataclass(frozen=True)
class Quartiles:
    """Lower quartile, median, upper quartile 四分位数, in points; by linear interpolation."""

    lower: Decimal
    median: Decimal
    upper: Decimal


@dataclass(frozen=True)
class GapParameters:
    """How gaps are adjusted and shrunk 自评差参数. cell_firms, cell_units: below which a level joins the others.

    shrunk_from: units from which means are shrunk; of fewer each keeps its own with its noise.
    """

    ridge: int
    prior_degrees: int
    cell_firms: int = 1
    cell_units: int = 1
    shrunk_from: int = 1


def overstatement(gaps: Iterable[Gap], ridge: int, prior_degrees: int) -> Shrinkage | None:
    """Mean gap of every provider, adjusted for its firms and shrunk; None when nobody has two firms."""
    means = _means(gaps, GapParameters(ridge, prior_degrees))
    noise = _noise(means, prior_degrees)
    return shrunk({provider: one.mean for provider, one in means.items()}, noise) if noise else None


def gap_estimates(gaps: Iterable[Gap], by: GapParameters) -> Mapping[str, Estimate]:
    """Mean gap of every unit with its error; empty when nobody has two firms. A unit is a provider or a district."""
    means = _means(gaps, by)
    noise = _noise(means, by.prior_degrees)
    if not noise:
        return {}
    if len(means) < by.shrunk_from:
        return {unit: _own(one, noise[unit]) for unit, one in means.items()}
    found = shrunk({unit: one.mean for unit, one in means.items()}, noise)
    assert found is not None, "somebody has a mean"  # noqa: S101
    return found.of


def _own(one: Adjusted, variance: Decimal) -> Estimate:
    return Estimate(rounded(Fraction(one.mean), SCORE_PLACES), rounded(math.sqrt(float(variance)), SCORE_PLACES), Decimal(1))


def _means(gaps: Iterable[Gap], by: GapParameters) -> Mapping[str, Adjusted]:
    cells = cells_of(Scored(gap.provider, gap.levels, gap.self_assessed - gap.verified) for gap in gaps)
    cells = small_levels_joined(cells, by.cell_firms, by.cell_units)
    return adjusted(cells, effects(cells, by.ridge)) if cells else {}


def _noise(means: Mapping[str, Adjusted], prior_degrees: int) -> Mapping[str, Decimal]:
    samples = {unit: Sample(one.jobs, one.mean, one.variance, one.spread) for unit, one in means.items()}
    noise = sampling_variances(samples, prior_degrees)
    return noise.of if noise is not None else {}


def quartiles(gaps: Sequence[Decimal]) -> Quartiles | None:
    """Robust beside the mean; None of nobody."""
    if not gaps:
        return None
    order = sorted(Fraction(gap) for gap in gaps)

    def at(share: Fraction) -> Decimal:
        place = share * (len(order) - 1)
        below = place.numerator // place.denominator
        above = min(below + 1, len(order) - 1)
        return rounded(order[below] + (place - below) * (order[above] - order[below]), SCORE_PLACES)

    return Quartiles(at(Fraction(1, 4)), at(Fraction(1, 2)), at(Fraction(3, 4)))

