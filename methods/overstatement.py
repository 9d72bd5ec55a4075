"""Over-statement 自评偏高 of a firm, a provider, a district: self-assessed − verified, in points.

Method h, which is b and c on gaps. plan P3, G4.

The gap is boasting minus leniency: a small one may be a rubber stamp. So a provider's is shown only beside its severity
(method g), and never rated.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from methods.case_mix import Scored, adjusted, cells_of, effects
from methods.rounding import SCORE_PLACES, rounded
from methods.shrinkage import Sample, Shrinkage, sampling_variances, shrunk


@dataclass(frozen=True)
class Gap:
    """One firm's gap 自评差 under one edition, both totals complete. levels: its industry, size and district."""

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


def overstatement(gaps: Iterable[Gap], ridge: int, prior_degrees: int) -> Shrinkage | None:
    """Mean gap of every provider, adjusted for its firms and shrunk; None when nobody has two firms."""
    cells = cells_of(Scored(gap.provider, gap.levels, gap.self_assessed - gap.verified) for gap in gaps)
    if not cells:
        return None
    means = adjusted(cells, effects(cells, ridge))
    samples = {provider: Sample(one.jobs, one.mean, one.variance, one.spread) for provider, one in means.items()}
    noise = sampling_variances(samples, prior_degrees)
    return shrunk({provider: one.mean for provider, one in means.items()}, noise.of) if noise else None


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

