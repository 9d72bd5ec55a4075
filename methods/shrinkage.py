"""Shrinkage 收缩估计: a mean of few jobs is drawn to the city's mean as far as its noise demands. Method b. plan V5.

Empirical Bayes with known sampling variances: variance between providers by Paule and Mandel (1982), standard errors with
Morris's (1983) term for its being estimated. Bare means of small samples lead a table by luck; here 3 lucky jobs do not.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from methods.rounding import CARRIED_PLACES, SCORE_PLACES, rounded

LEAST_VARIANCE = Decimal(1).scaleb(-CARRIED_PLACES)
"""Of a mean: the last decimal that is carried."""
_HALVINGS = 80
_MORRIS_NEEDS = 3


@dataclass(frozen=True)
class Sample:
    """A provider's jobs in one component 样本: how many, their mean, and their variance within (unused for a single job).

    spread: variance of the mean, divided by that of one job: 1/n, or Σw²/(Σw)² for a weighted mean.
    """

    jobs: int
    mean: Decimal
    variance: Decimal
    spread: Fraction

    @classmethod
    def of(cls, jobs: int, mean: Decimal, variance: Decimal) -> "Sample":
        """A sample of jobs of equal weight; at least one."""
        return cls(jobs, mean, variance, Fraction(1, jobs))


@dataclass(frozen=True)
class SamplingVariances:
    """Noise of each mean 抽样方差. pooled: variance of one job within providers. of: provider -> variance of its mean.

    Six decimals.
    """

    pooled: Decimal
    of: Mapping[str, Decimal]


def sampling_variances(samples: Mapping[str, Sample], prior_degrees: int) -> SamplingVariances | None:
    """The noise of each provider's mean, its own variance drawn to the pooled one with so many degrees of freedom.

    None when nobody has two jobs: then nothing tells how jobs differ. Never 0: jobs that were all alike are no certainty.
    """
    degrees = sum(one.jobs - 1 for one in samples.values())
    if not degrees:
        return None
    pooled = math.fsum((one.jobs - 1) * float(one.variance) for one in samples.values() if one.jobs > 1) / degrees
    found = {}
    for provider, one in samples.items():
        own = float(one.variance) if one.jobs > 1 else 0.0
        drawn = (prior_degrees * pooled + (one.jobs - 1) * own) / (prior_degrees + one.jobs - 1)
        found[provider] = max(rounded(drawn * float(one.spread), CARRIED_PLACES), LEAST_VARIANCE)
    return SamplingVariances(rounded(pooled, CARRIED_PLACES), found)


@dataclass(frozen=True)
class Estimate:
    """A provider's shrunk score 收缩得分, 0–100, with its standard error and reliability (0–1); four decimals each.

    reliability: how much of its own mean the estimate keeps; 0 when it has none and takes the city's.
    """

    score: Decimal
    error: Decimal
    reliability: Decimal


@dataclass(frozen=True)
class Shrinkage:
    """A component of one year, shrunk 收缩结果. between: variance between providers; mean: the city's. Six decimals."""

    between: Decimal
    mean: Decimal
    of: Mapping[str, Estimate]


def _mean(scores: Sequence[float], variances: Sequence[float], between: float) -> tuple[float, float]:
    """The mean weighted by 1/(noise + between), and its variance."""
    weights = [1 / (variance + between) for variance in variances]
    whole = math.fsum(weights)
    return math.fsum(weight * score for weight, score in zip(weights, scores, strict=True)) / whole, 1 / whole


def between_variance(scores: Sequence[float], variances: Sequence[float]) -> float:
    """Variance between providers by Paule and Mandel: that by which the weighted squares add up to k − 1.

    0 if noise explains all.
    """

    def excess(between: float) -> float:
        mean, _ = _mean(scores, variances, between)
        squares = ((score - mean) ** 2 / (noise + between) for score, noise in zip(scores, variances, strict=True))
        return math.fsum(squares) - (len(scores) - 1)

    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, 1.0
    while excess(high) > 0:
        high *= 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if excess(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def shrunk(means: Mapping[str, Decimal | None], variances: Mapping[str, Decimal]) -> Shrinkage | None:
    """Every provider's shrunk score in one component.

    Args:
        means: provider -> its mean 0–100, None when it had no job.
        variances: provider -> noise of that mean, above 0; of those without a mean it is not read.

    Returns:
        None when nobody has a mean. A provider without one gets the city's mean with the whole uncertainty.
    """
    known = {provider: float(mean) for provider, mean in means.items() if mean is not None}
    if not known:
        return None
    noise = {provider: float(variances[provider]) for provider in known}
    between = rounded(between_variance(list(known.values()), list(noise.values())), CARRIED_PLACES)
    center, center_variance = _mean(list(known.values()), list(noise.values()), float(between))
    mean = rounded(center, CARRIED_PLACES)
    found = {}
    for provider in means:
        if provider not in known:
            found[provider] = _estimate(0.0, float(mean), float(between) + center_variance)
            continue
        kept = float(between) / (float(between) + noise[provider])
        left, away = 1 - kept, known[provider] - float(mean)
        variance = kept * noise[provider] + left**2 * center_variance
        if len(known) > _MORRIS_NEEDS:
            variance += 2 / (len(known) - _MORRIS_NEEDS) * left**2 * away**2
        found[provider] = _estimate(kept, kept * known[provider] + left * float(mean), variance)
    return Shrinkage(between, mean, found)


def _estimate(reliability: float, score: float, variance: float) -> Estimate:
    return Estimate(
        score=rounded(score, SCORE_PLACES),
        error=rounded(math.sqrt(variance), SCORE_PLACES),
        reliability=rounded(reliability, SCORE_PLACES),
    )


def jobs_needed(within: Decimal, between: Decimal, reliability: Decimal) -> int | None:
    """Jobs that a mean needs for a wanted reliability, below 1; None when providers do not differ, so that none would do."""
    if not between:
        return None
    exact = Fraction(reliability) / (1 - Fraction(reliability)) * Fraction(within) / Fraction(between)
    return math.ceil(exact)
