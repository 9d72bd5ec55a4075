"""Ranks and tiers 排名区间与评级: intervals of ranks, the probability of each tier, and who moves. Method d. plan V5.

Ranks by Goldstein and Spiegelhalter (1996): a rank is published as an interval, never bare. A tier moves only on strong
evidence, and down by one step a year; decisions are taken on the rounded numbers as they are recorded.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from methods.normal import below_limit, quantile
from methods.rounding import SCORE_PLACES, rounded

NODES = 64
"""Points of equal probability by which a provider's own noise is averaged out."""
_EQUAL = 1e-9


@dataclass(frozen=True)
class Placed:
    """A composite score with its standard error, both in points 得分与误差."""

    score: Decimal
    error: Decimal


@dataclass(frozen=True)
class Rank:
    """Rank 排名区间: 1 is best. expected: four decimals; from best to worst: the 90 % interval, both ends included."""

    expected: Decimal
    best: int
    worst: int


def ranks(placed: Mapping[str, Placed], level: Decimal) -> Mapping[str, Rank]:
    """Expected rank and equal-tailed interval of each, at a level such as 0.90.

    For each node of its own distribution the number of better ones is Poisson-binomial; the average is cut at both tails.
    """
    order = sorted(placed, key=lambda one: (placed[one].score, placed[one].error, one))
    scores = [float(placed[one].score) for one in order]
    errors = [float(placed[one].error) for one in order]
    nodes = [quantile((node + 0.5) / NODES) for node in range(NODES)]
    tail = (1 - float(level)) / 2
    found = {}
    for own, name in enumerate(order):
        others = [(score, error) for at, (score, error) in enumerate(zip(scores, errors, strict=True)) if at != own]
        better = math.fsum(1 - below_limit(scores[own], score, math.hypot(error, errors[own])) for score, error in others)
        counts = [0.0] * len(order)
        for z in nodes:
            here = scores[own] + errors[own] * z
            for count, chance in enumerate(_number_above([1 - below_limit(here, score, error) for score, error in others])):
                counts[count] += chance / NODES
        reached = 0.0
        cumulative = [reached := reached + chance for chance in counts]
        best = next((at for at, chance in enumerate(cumulative, 1) if chance >= tail - _EQUAL), len(order))
        worst = next((at for at, chance in enumerate(cumulative, 1) if chance >= 1 - tail - _EQUAL), len(order))
        found[name] = Rank(rounded(1 + better, SCORE_PLACES), best, worst)
    return {name: found[name] for name in placed}


def _number_above(chances: Sequence[float]) -> list[float]:
    """Poisson-binomial distribution: probability of 0, 1, 2 … of independent events."""
    found = [1.0]
    for chance in chances:
        missed = 1 - chance
        found = [a * missed + b * chance for a, b in zip([*found, 0.0], [0.0, *found], strict=True)]
    return found


@dataclass(frozen=True)
class TierRule:
    """How tiers are cut and moved 评级规则, from a dated rule.

    names: best first. floors: points of each but the last, falling. up, down: probability that a move needs.
    reliability, jobs: what a rank needs at least.
    """

    names: tuple[str, ...]
    floors: tuple[Decimal, ...]
    up: Decimal
    down: Decimal
    reliability: Decimal
    jobs: int

    def __post_init__(self) -> None:
        if len(self.floors) != len(self.names) - 1 or list(self.floors) != sorted(set(self.floors), reverse=True):
            raise ValueError("a floor for each tier but the last, falling")


@dataclass(frozen=True)
class TierChances:
    """Probability of each tier 各级概率, best first; or_better: of that tier or a better one. Four decimals."""

    of: tuple[Decimal, ...]
    or_better: tuple[Decimal, ...]


def tier_chances(one: Placed, floors: Sequence[Decimal]) -> TierChances:
    """Where a score lies, tier by tier."""
    mean, error = float(one.score), float(one.error)
    at_least = [*(1 - below_limit(float(floor), mean, error) for floor in floors), 1.0]
    single = [at - before for before, at in zip([0.0, *at_least], at_least, strict=False)]
    return TierChances(
        tuple(rounded(chance, SCORE_PLACES) for chance in single), tuple(rounded(chance, SCORE_PLACES) for chance in at_least)
    )


def tier_of(last: str | None, chances: TierChances, rule: TierRule, *, ranked: bool) -> str | None:
    """The tier of the year 年度评级, or None for unrated.

    Who is not ranked keeps last year's tier. Up where that tier or a better one is likely enough, over several steps if so;
    down one step, if lying below the present floor is. A newcomer gets the most probable tier, but the last one only by the
    proof that a move down needs.
    """
    if not ranked:
        return last
    lowest = len(rule.names) - 1
    if last is None:
        likeliest = max(range(len(rule.names)), key=lambda tier: (chances.of[tier], -tier))
        if likeliest == lowest and chances.of[lowest] < rule.down:
            likeliest -= 1
        return rule.names[likeliest]
    tier = rule.names.index(last)
    moved = next((better for better in range(tier) if chances.or_better[better] >= rule.up), tier)
    if moved == tier < lowest and 1 - chances.or_better[tier] >= rule.down:
        moved += 1
    return rule.names[moved]


class Unranked(Enum):
    """Why a provider is not ranked 未排名原因, what concerns everybody first.

    NO_SCORE: nobody has two jobs that say something of one component, so that nothing tells how jobs differ.
    """

    NO_SCORE = "no_score"
    FEW_PROVIDERS = "few_providers"
    NOT_COMPARABLE = "not_comparable"
    FEW_JOBS = "few_jobs"
    UNRELIABLE = "unreliable"


def why_unranked(reliability: Decimal, jobs: int, rule: TierRule, *, comparable: bool) -> Unranked | None:
    """Why a score is not ranked 未排名原因; None of one that is comparable with the others', of enough jobs and reliable enough."""
    if not comparable:
        return Unranked.NOT_COMPARABLE
    if jobs < rule.jobs:
        return Unranked.FEW_JOBS
    return Unranked.UNRELIABLE if reliability < rule.reliability else None


def expected_counts(chances: Sequence[TierChances]) -> tuple[Decimal, ...]:
    """How many to expect in each tier 各级预期数, best first: shown beside a rule before it is approved."""
    return tuple(sum(of, Decimal(0)) for of in zip(*(one.of for one in chances), strict=True))
