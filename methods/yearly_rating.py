"""Yearly rating 年度评价: methods b to d over a year's inputs, from one row of sufficient statistics a provider. plan V5.

Whoever has the table of inputs and the rule gets every number again; a provider's own row follows from its own jobs.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from methods.composite import Composite, composites
from methods.rounding import SCORE_PLACES, rounded
from methods.shrinkage import Sample, SamplingVariances, Shrinkage, sampling_variances, shrunk
from methods.tiers import Placed, Rank, TierChances, TierRule, Unranked, ranks, tier_chances, tier_of, why_unranked

METHOD = "b-c-d/2"
"""Id and version of what is computed here, as results cite it."""


@dataclass(frozen=True)
class RatingParameters:
    """What a rating rule says 评价参数.

    weights: component -> its weight. prior_degrees: how far a provider's own variance is drawn to the pooled one.
    unseen_variance: see `composites`. level: of the rank intervals, such as 0.90. providers: fewer than this are not ranked at all.
    """

    weights: Mapping[str, Decimal]
    prior_degrees: int
    unseen_variance: Decimal
    level: Decimal
    providers: int
    tiers: TierRule


@dataclass(frozen=True)
class ProviderYear:
    """A provider's row of inputs 服务商年度输入.

    jobs: finished in the year. comparable: not served mostly by itself (method c). last_tier: None for unrated or new.
    samples: component -> what its jobs say, without those of which none does.
    """

    jobs: int
    comparable: bool
    last_tier: str | None
    samples: Mapping[str, Sample]


@dataclass(frozen=True)
class RatedProvider:
    """A provider's rating 服务商评价. composite, chances: None in a year of which no score is known.

    rank: None of those that are not ranked, whose tier stays as it was, and `unranked` says why; tier None: unrated.
    """

    composite: Composite | None
    chances: TierChances | None
    rank: Rank | None
    unranked: Unranked | None
    tier: str | None


@dataclass(frozen=True)
class YearRating:
    """The rating of a year 年度评价结果. components: None where nobody's jobs say anything; noise likewise."""

    noise: Mapping[str, SamplingVariances | None]
    components: Mapping[str, Shrinkage | None]
    of: Mapping[str, RatedProvider]


def rate(inputs: Mapping[str, ProviderYear], parameters: RatingParameters) -> YearRating:
    """Every provider's rating; in a year of which nothing is known each stands without a score and keeps its tier."""
    noise, components = dict[str, SamplingVariances | None](), dict[str, Shrinkage | None]()
    for name in parameters.weights:
        samples = {provider: one.samples[name] for provider, one in inputs.items() if name in one.samples}
        noise[name] = found = sampling_variances(samples, parameters.prior_degrees)
        means = {provider: samples[provider].mean if provider in samples else None for provider in inputs}
        components[name] = shrunk(means, found.of) if found else None
    whole = composites(components, parameters.weights, parameters.unseen_variance)
    if not whole:
        unscored = {
            provider: RatedProvider(None, None, None, Unranked.NO_SCORE, one.last_tier)
            for provider, one in inputs.items()
        }
        return YearRating(noise, components, unscored)
    places = {provider: Placed(one.score, standard_error(one.variance)) for provider, one in whole.items()}
    why = {provider: _why_unranked(one, inputs[provider], len(whole), parameters) for provider, one in whole.items()}
    found_ranks = ranks(
        {provider: place for provider, place in places.items() if why[provider] is None}, parameters.level
    )
    rated = {}
    for provider, one in whole.items():
        chances = tier_chances(places[provider], parameters.tiers.floors)
        tier = tier_of(inputs[provider].last_tier, chances, parameters.tiers, ranked=why[provider] is None)
        rated[provider] = RatedProvider(one, chances, found_ranks.get(provider), why[provider], tier)
    return YearRating(noise, components, rated)


def _why_unranked(one: Composite, year: ProviderYear, providers: int, parameters: RatingParameters) -> Unranked | None:
    if providers < parameters.providers:
        return Unranked.FEW_PROVIDERS
    return why_unranked(one.reliability, year.jobs, parameters.tiers, comparable=year.comparable)


def standard_error(variance: Decimal) -> Decimal:
    """Of a composite score, by its variance 标准误; four decimals, as decisions take it."""
    return rounded(math.sqrt(variance), SCORE_PLACES)


def share_rested_on(components: Mapping[str, Shrinkage | None], weights: Mapping[str, Decimal]) -> Decimal:
    """Of all weight, the part whose components were seen of anybody: what the year's rating rests on; 0–1, four decimals."""
    seen = sum((Fraction(weight) for name, weight in weights.items() if components[name] is not None), Fraction(0))
    return rounded(seen / sum((Fraction(weight) for weight in weights.values()), Fraction(0)), SCORE_PLACES)
