"""Composite score 综合得分: the components of method b put together by the rule's weights, with what is known of its noise.

Plan V5.

Exact, from the rounded estimates: whoever has the published parts gets the published whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from methods.rounding import CARRIED_PLACES, SCORE_PLACES, rounded
from methods.shrinkage import Shrinkage


@dataclass(frozen=True)
class Composite:
    """A provider's whole 综合得分, 0–100, and its variance (six decimals); reliability 0–1, four decimals."""

    score: Decimal
    variance: Decimal
    reliability: Decimal


def composites(
    components: Mapping[str, Shrinkage | None], weights: Mapping[str, Decimal], unseen_variance: Decimal
) -> Mapping[str, Composite]:
    """Every provider's composite.

    Args:
        components: name -> the component, None when it was seen of nobody in the whole city this year.
        weights: name -> weight, of all components.
        unseen_variance: how far a component that was seen of nobody may lie from the others, as a variance in squared points.
        It takes
            the mean of the others for its score, and adds this to the noise: the absence is in the error, not in silence.

    Returns:
        provider -> composite, of the providers that the components hold; empty when no component was seen.
    """
    seen = {name: component for name, component in components.items() if component is not None}
    if not seen:
        return {}
    whole = sum((Fraction(weight) for weight in weights.values()), Fraction(0))
    present = sum((Fraction(weights[name]) for name in seen), Fraction(0))
    missing = sum((Fraction(weight) ** 2 for name, weight in weights.items() if name not in seen), Fraction(0))
    scores, variances = dict[str, Fraction](), dict[str, Fraction]()
    for provider in next(iter(seen.values())).of:
        parts = [(Fraction(weights[name]) / present, component.of[provider]) for name, component in seen.items()]
        scores[provider] = sum((weight * Fraction(part.score) for weight, part in parts), Fraction(0))
        noise = sum((weight**2 * Fraction(part.error) ** 2 for weight, part in parts), Fraction(0))
        variances[provider] = noise + missing / whole**2 * Fraction(unseen_variance)
    spread = _variance(list(scores.values())) + sum(variances.values(), Fraction(0)) / len(variances)
    return {
        provider: Composite(
            score=rounded(score, SCORE_PLACES),
            variance=rounded(variances[provider], CARRIED_PLACES),
            reliability=rounded(max(Fraction(0), 1 - variances[provider] / spread) if spread else Fraction(0), SCORE_PLACES),
        )
        for provider, score in scores.items()
    }


def _variance(values: list[Fraction]) -> Fraction:
    """Sample variance; 0 of a single value."""
    if len(values) == 1:
        return Fraction(0)
    mean = sum(values, Fraction(0)) / len(values)
    return sum(((value - mean) ** 2 for value in values), Fraction(0)) / (len(values) - 1)
