"""The normal distribution 正态分布: its cumulative probabilities and quantiles, from `math.erfc` alone."""

import math

Z_90 = 1.644854
"""Half width of a 90 % equal-tailed interval in standard errors, as every method of this edition writes it."""
_HALVINGS = 80
_FARTHEST = 9.0


def below(z: float) -> float:
    """Probability that a standard normal variable is at most z."""
    return math.erfc(-z / math.sqrt(2)) / 2


def below_limit(limit: float, mean: float, deviation: float) -> float:
    """Probability that a normal variable lies below a limit; with no deviation at all, whether its mean does."""
    if deviation == 0:
        return 1.0 if mean < limit else 0.0
    return below((limit - mean) / deviation)


def quantile(probability: float) -> float:
    """The z below which a standard normal variable lies with a probability within (0, 1)."""
    low, high = -_FARTHEST, _FARTHEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if below(middle) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2
