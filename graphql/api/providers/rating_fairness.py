"""Fairness of a rating 公平性报告 in the schema: whether good tiers tilt, as far as the data show, to each reader his. plan V5."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import assert_never

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.published import field, published
from api.kit.row_mapping import all_shown, shown
from domain.governance.rule_bodies.publication import PublicationRule
from domain.governance.rule_bodies.rating import RatingRule
from domain.masks import ANYONE, RATING_INPUTS
from domain.participants.organisations import OrganisationKind
from domain.participants.ownership import OWNERSHIPS, Ownership, ownership_on
from domain.providers.ratings import fairness
from domain.providers.ratings.events import RatingComputed
from domain.providers.ratings.fairness import FairnessDivision, FairnessFinding
from domain.providers.ratings.state import YearOfRating
from projections.as_of import replay
from projections.governance.dated_rules import body_on
from projections.participants.organisations import ORGANISATION_READ_MODEL, OrganisationRow, organisations_by_id
from projections.providers import ratings as rows
from standards.described import DescribedEnum

enum_type(FairnessDivision)
enum_type(FairnessFinding)


@published(ANYONE, row=fairness.FairnessComparison)
class FairnessComparison:
    """A group of providers against all others, by how many are in tier A or B · 公平性对比. plan V5"""

    division: FairnessDivision = field("By what providers are divided · 比较维度")
    group: str = field("Code of the district, who controls them, or few or many jobs · 群组代码")
    group_title: str = field("What the group is called in Chinese; of a district its name · 群组名称", made=True)
    group_title_in_english: str = field(
        "The same in English; a district's name is not translated · 群组英文名称", made=True
    )
    group_name: str = field(
        "What the group is called in both languages at once; of a district its name · 群组双语名称",
        made=True,
        deprecation_reason="One text in two languages; use groupTitle and groupTitleInEnglish",
    )
    good: int = field("Of the group, in tier A or B · 群组良好数")
    of: int = field("Of the group, rated · 群组数")
    others_good: int = field("Of all others, in tier A or B · 其他良好数")
    others_of: int = field("Of all others, rated · 其他数")
    ratio: Decimal | None = field("Ratio of the two shares; null where the others have none · 比例之比")
    low: Decimal = field("Lower end of its 90 percent interval · 下限")
    high: Decimal = field("Upper end of it · 上限")
    p: Decimal = field("Probability of a table no likelier, were there no difference · 显著性")
    corrected: Decimal = field("The same, corrected over the whole report · 校正后显著性")
    finding: FairnessFinding = field("What it shows · 比较结论")


@published(ANYONE, row=fairness.DividedProviders)
class FairnessOfDivision:
    """What the comparisons of one division show together; cannot tell where nobody can be compared · 维度结论. plan V5"""

    division: FairnessDivision = field("By what providers are divided · 比较维度")
    placed: int = field("Rated providers whose group is on record · 已知群组数")
    finding: FairnessFinding = field("What it shows · 比较结论")


@published(ANYONE)
class RatingFairness:
    """Whether good tiers tilt, as far as the data show; reported, never a correction · 公平性报告. plan V5"""

    method: str = field("Method and version · 方法")
    rated: int = field("How many providers have a tier · 已定档数")
    compared: int = field("How many comparisons were made · 对比数")
    tilts: int = field("How many show a tilt that is both sure and large · 倾斜数")
    untold: int = field("How many comparisons have too few to judge · 无法判断数")
    by_chance: Decimal = field("How many would look unfair by chance alone, were none corrected · 偶然预期数")
    divisions: list[FairnessOfDivision] = field("What each division shows · 各维度结论")
    comparisons: list[FairnessComparison] = field(
        "Each of them; to others than the city and the auditor those that give no small number away · 各项对比"
    )
    withheld: int = field("How many of them are not shown · 未公开对比数")


def fairness_shown(context: Context, year: int, rating: YearOfRating, computed: RatingComputed) -> RatingFairness:
    """Of the round that is shown, by the rule that the year was lived under and by where providers stood when inputs were fixed."""
    known, last = rows.inputs_of(context.snapshot, year, computed.round), date(year, 12, 31)
    stood = replay.of_kind(context.snapshot, "organisation", ORGANISATION_READ_MODEL, rating.positions[computed.round])
    with replay.replayed(stood) as then:
        providers = organisations_by_id(then, list(known))
        above = organisations_by_id(then, sorted({row.parent for row in providers.values() if row.parent is not None}))
    districts = {one for one, row in above.items() if row.kind == OrganisationKind.DISTRICT}
    declared = {one: ownership_on(OWNERSHIPS.validate_json(row.ownerships), last) for one, row in providers.items()}
    found = fairness.fairness_of(
        computed.providers,
        homes={one: row.parent for one, row in providers.items() if row.parent in districts},
        owners={one: told.ownership for one, told in declared.items() if told is not None},
        jobs={one.provider: known[one.provider].inputs.jobs if one.provider in known else 0 for one in computed.providers},
        limits=body_on(context.snapshot, RatingRule, last).fairness,
    )
    told = found.comparisons
    if context.caller.role not in RATING_INPUTS:
        told = fairness.open_comparisons(found, body_on(context.snapshot, PublicationRule, last).firms_at_least)
    findings = Counter(one.finding for one in found.comparisons)
    return RatingFairness(
        method=fairness.METHOD,
        rated=found.rated,
        compared=len(found.comparisons),
        tilts=findings[FairnessFinding.TILT],
        untold=findings[FairnessFinding.CANNOT_TELL],
        by_chance=found.by_chance,
        divisions=all_shown(FairnessOfDivision, found.divisions),
        comparisons=[_comparison(one, above) for one in told],
        withheld=len(found.comparisons) - len(told),
    )


def _comparison(one: fairness.FairnessComparison, districts: Mapping[str, OrganisationRow]) -> FairnessComparison:
    group: DescribedEnum
    match one.division:
        case FairnessDivision.DISTRICT:
            name = districts[one.group].name
            return _named(one, (name, name), name)
        case FairnessDivision.OWNERSHIP:
            group = Ownership(one.group)
        case FairnessDivision.SIZE:
            group = fairness.JobsOfYear(one.group)
        case never:
            assert_never(never)
    return _named(one, group.names, group.description)


def _named(one: fairness.FairnessComparison, titles: tuple[str, str], both: str) -> FairnessComparison:
    chinese, english = titles
    return FairnessComparison(
        **shown(FairnessComparison, one), group_title=chinese, group_title_in_english=english, group_name=both
    )
