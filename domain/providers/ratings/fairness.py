"""Fairness of a rating 评价公平性: whether good tiers tilt by district, ownership or size, or nobody can tell. Method j. plan V5.

A function of the rating that is shown, its inputs and where providers stood when those were fixed; reported, never a correction of
scores.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from domain.governance.rule_bodies.rating import FairnessLimits
from domain.kernel import Part
from domain.participants.ownership import Ownership
from domain.providers.ratings.numbers import ProviderRating, Tier
from methods.fairness import FairnessRule, Finding, GroupCount, expected_false_accusations, report
from standards.described import DescribedEnum

METHOD = "j/2"
"""Id and version of the method, as results cite it."""
GOOD = frozenset({Tier.A, Tier.B})
"""Tiers that count as good 良好档次."""


class FairnessDivision(DescribedEnum):
    """By what providers are divided · 比较维度."""

    DISTRICT = "district", "Home district, where they are registered below one · 所在区"
    OWNERSHIP = "ownership", "Who controls it, as declared · 控股情况"
    SIZE = "size", "Jobs of the year, below the median or not · 项目规模"


class JobsOfYear(DescribedEnum):
    """How many jobs of the year a provider has · 项目规模."""

    FEW = "few", "Fewer jobs than the median provider · 项目数低于中位数"
    MANY = "many", "As many jobs as the median provider or more · 项目数不低于中位数"


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


class DividedProviders(NamedTuple):
    """What one division comes to 维度结论. placed: rated providers whose group is known; finding: of all its comparisons together.

    It is "cannot tell" where nobody can be compared.
    """

    division: FairnessDivision
    placed: int
    finding: FairnessFinding


class RatingFairness(NamedTuple):
    """The report beside a rating 公平性报告. by_chance: how many of so many fair comparisons would look unfair uncorrected.

    rated: how many providers have a tier, and good: how many of them a good one.
    """

    comparisons: tuple[FairnessComparison, ...]
    by_chance: Decimal
    rated: int
    good: int
    divisions: tuple[DividedProviders, ...]


def fairness_of(
    providers: Iterable[ProviderRating],
    homes: Mapping[str, str],
    owners: Mapping[str, Ownership],
    jobs: Mapping[str, int],
    limits: FairnessLimits,
) -> RatingFairness:
    """The report of a rating.

    Args:
        providers: as rated; whoever has no tier is in no group.
        homes: provider -> its district, of those that have one.
        owners: provider -> who controlled it at the end of the year, of those that declared it.
        jobs: provider -> its jobs of the year.
        limits: what counts as a tilt.
    """
    tiers = {one.provider: one.tier for one in providers if one.tier is not None}
    listed = sorted(jobs[one] for one in tiers)
    median = listed[len(listed) // 2] if listed else 0
    divided = {
        FairnessDivision.DISTRICT: {one: homes[one] for one in tiers if one in homes},
        FairnessDivision.OWNERSHIP: {one: owners[one].value for one in tiers if one in owners},
        FairnessDivision.SIZE: {one: (JobsOfYear.FEW if jobs[one] < median else JobsOfYear.MANY).value for one in tiers},
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
    return RatingFairness(
        comparisons,
        expected_false_accusations(len(comparisons), limits.significance),
        rated=len(tiers),
        good=sum(tier in GOOD for tier in tiers.values()),
        divisions=tuple(
            DividedProviders(division, len(of), _of_all([one.finding for one in comparisons if one.division is division]))
            for division, of in divided.items()
        ),
    )


def _of_all(findings: Sequence[FairnessFinding]) -> FairnessFinding:
    """A tilt where any comparison shows one; none only where every comparison can tell."""
    if FairnessFinding.TILT in findings:
        return FairnessFinding.TILT
    return FairnessFinding.NO_TILT if set(findings) == {FairnessFinding.NO_TILT} else FairnessFinding.CANNOT_TELL


def open_comparisons(report: RatingFairness, at_least: int) -> tuple[FairnessComparison, ...]:
    """Those that everybody may see 可公开的对比: no cell of theirs, and none that they leave to be told by subtraction, is small.

    A cell is how many providers of a group are in a good tier, or are not. Also a cell of nobody tells of each provider of the
    group. What a division withholds, the providers without a group included, is told together by what it shows; so it
    shows fewer until that is large enough, or nothing is withheld.
    """
    shown: list[FairnessComparison] = []
    for division in FairnessDivision:
        of = [one for one in report.comparisons if one.division is division]
        kept = [one for one in of if min(one.good, one.of - one.good) >= at_least]
        kept.sort(key=lambda one: (one.of, one.group))
        while kept and not _rest_is_large(report, kept, at_least):
            kept.pop(0)
        shown.extend(one for one in of if one in kept)
    return tuple(shown)


def _rest_is_large(report: RatingFairness, kept: Sequence[FairnessComparison], at_least: int) -> bool:
    """Whether nobody is left untold by what is shown of a division, or enough on either side 未公开部分是否足够大."""
    one = kept[0]
    of_no_group = (report.good - one.good - one.others_good, report.rated - one.of - one.others_of)
    left = (report.good - sum(each.good for each in kept), report.rated - sum(each.of for each in kept))
    return all(of == 0 or min(good, of - good) >= at_least for good, of in (of_no_group, left))


def _counted(groups: Mapping[str, str], tiers: Mapping[str, Tier]) -> Mapping[str, GroupCount]:
    good: Counter[str] = Counter()
    everyone: defaultdict[str, int] = defaultdict(int)
    for provider, group in groups.items():
        everyone[group] += 1
        good[group] += tiers[provider] in GOOD
    return {group: GroupCount(good[group], number) for group, number in everyone.items()}


def _finding(found: Finding) -> FairnessFinding:
    return FairnessFinding(found.value)
