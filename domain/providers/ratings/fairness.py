"""Fairness of a rating 评价公平性: whether good tiers tilt by home district or by size, or nobody can tell. Method j. plan V5.

A function of the rating that is shown, its inputs and where providers stand; reported, never a correction of scores.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from domain.governance.rule_bodies.rating import FairnessLimits
from domain.kernel import Part
from domain.providers.ratings.numbers import ProviderRating, Tier
from methods.fairness import FairnessRule, Finding, GroupCount, expected_false_accusations, report
from standards.described import DescribedEnum

METHOD = "j/1"
"""Id and version of the method, as results cite it."""
GOOD = frozenset({Tier.A, Tier.B})
"""Tiers that count as good 良好档次."""


class FairnessDivision(DescribedEnum):
    """By what providers are divided · 比较维度."""

    DISTRICT = "district", "Home district, where they are registered below one · 所在区"
    SIZE = "size", "Jobs of the year, below the median or not · 项目规模"


class FairnessFinding(DescribedEnum):
    """What a comparison shows · 比较结论."""

    NO_TILT = "no_tilt", "No tilt · 未见倾斜"
    TILT = "tilt", "A tilt that is both sure and large · 存在倾斜"
    CANNOT_TELL = "cannot_tell", "Too few to judge · 无法判断"


class FairnessComparison(Part):
    """A group of providers against all others 群组对比.

    good, of: how many of the group are in a good tier, of how many. ratio: of the two shares, with its 90 % interval; None where
    the others have none. p: of Fisher's exact test; corrected: by Holm over the whole report.
    """

    division: FairnessDivision
    group: str
    good: int
    of: int
    others_good: int
    others_of: int
    ratio: Decimal | None
    low: Decimal
    high: Decimal
    p: Decimal
    corrected: Decimal
    finding: FairnessFinding


class RatingFairness(NamedTuple):
    """The report beside a rating 公平性报告. by_chance: how many of so many fair comparisons would look unfair uncorrected."""

    comparisons: tuple[FairnessComparison, ...]
    by_chance: Decimal


def fairness_of(
    providers: Iterable[ProviderRating], homes: Mapping[str, str], jobs: Mapping[str, int], limits: FairnessLimits
) -> RatingFairness:
    """The report of a rating.

    Args:
        providers: as rated; whoever has no tier is in no group.
        homes: provider -> its district, of those that have one.
        jobs: provider -> its jobs of the year.
        limits: what counts as a tilt.
    """
    tiers = {one.provider: one.tier for one in providers if one.tier is not None}
    listed = sorted(jobs[one] for one in tiers)
    median = listed[len(listed) // 2] if listed else 0
    divided = {
        FairnessDivision.DISTRICT: {one: homes[one] for one in tiers if one in homes},
        FairnessDivision.SIZE: {one: "few" if jobs[one] < median else "many" for one in tiers},
    }
    groups = {division.value: _counted(of, tiers) for division, of in divided.items()}
    found = report(groups, FairnessRule(limits.significance, limits.least_ratio))
    comparisons = tuple(
        FairnessComparison(
            division=FairnessDivision(division),
            group=group,
            good=one.one.good,
            of=one.one.of,
            others_good=one.other.good,
            others_of=one.other.of,
            ratio=one.ratio.ratio,
            low=one.ratio.low,
            high=one.ratio.high,
            p=one.p,
            corrected=one.corrected,
            finding=_finding(one.finding),
        )
        for (division, group), one in found.items()
    )
    return RatingFairness(comparisons, expected_false_accusations(len(comparisons), limits.significance))


def _counted(groups: Mapping[str, str], tiers: Mapping[str, Tier]) -> Mapping[str, GroupCount]:
    good: Counter[str] = Counter()
    everyone: defaultdict[str, int] = defaultdict(int)
    for provider, group in groups.items():
        everyone[group] += 1
        good[group] += tiers[provider] in GOOD
    return {group: GroupCount(good[group], number) for group, number in everyone.items()}


def _finding(found: Finding) -> FairnessFinding:
    return FairnessFinding(found.value)
