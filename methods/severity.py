"""Severity and drift 宽严度与漂移 of assessors, from cases whose true total is known. Method g. plan T1, P6.

Method b on differences (given − gold), not many-facet Rasch: on data made by a Rasch model the plain mean is as close to the
truth, and can be explained to whom it concerns. For training and for adjusting expert marks; never to change an issued score.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from methods.rounding import CARRIED_PLACES, SCORE_PLACES, rounded
from methods.shrinkage import Sample, SamplingVariances, Shrinkage, sampling_variances, shrunk


@dataclass(frozen=True)
class Severity:
    """Severity of every assessor 宽严度: shrunk mean difference in points, above 0 for lenient; and the noise that went in."""

    noise: SamplingVariances
    of: Shrinkage


def severities(differences: Mapping[str, Sequence[Decimal]], prior_degrees: int) -> Severity | None:
    """From each assessor's differences, at least one each; None when nobody has two."""
    samples = {assessor: sample_of(values) for assessor, values in differences.items()}
    noise = sampling_variances(samples, prior_degrees)
    if noise is None:
        return None
    found = shrunk({assessor: sample.mean for assessor, sample in samples.items()}, noise.of)
    assert found is not None, "somebody has a mean"  # noqa: S101
    return Severity(noise, found)


def sample_of(values: Sequence[Decimal]) -> Sample:
    """Mean and variance of equal values, exact, six decimals."""
    exact = [Fraction(value) for value in values]
    mean = sum(exact, Fraction(0)) / len(exact)
    squares = sum(((value - mean) ** 2 for value in exact), Fraction(0))
    variance = squares / (len(exact) - 1) if len(exact) > 1 else Fraction(0)
    return Sample.of(len(exact), rounded(mean, CARRIED_PLACES), rounded(variance, CARRIED_PLACES))


@dataclass(frozen=True)
class Drift:
    """Drift by one quarter 漂移: smoothed distance from the quarters before, and the same in its standard errors; four decimals."""

    distance: Decimal
    z: Decimal


def drift(before: Sequence[Decimal], since: Sequence[Decimal], deviation: Decimal, weight: Decimal) -> Sequence[Drift]:
    """Exponentially weighted mean of each quarter's difference from the mean of the quarters before, quarter by quarter.

    Args:
        before: mean differences of the quarters that are the measure, at least one.
        since: those of the quarters after, in order.
        deviation: standard deviation of one quarter's mean, above 0.
        weight: of the newest quarter, above 0, at most 1.
    """
    base = math.fsum(map(float, before)) / len(before)
    new, noise, smoothed = float(weight), float(deviation) ** 2, 0.0
    found = []
    for quarter, mean in enumerate(since, 1):
        smoothed = new * (float(mean) - base) + (1 - new) * smoothed
        left = (1 - new) ** quarter
        variance = noise * (new / (2 - new) * (1 - left**2) + (1 - left) ** 2 / len(before))
        found.append(Drift(rounded(smoothed, SCORE_PLACES), rounded(smoothed / math.sqrt(variance), SCORE_PLACES)))
    return found
