"""Yearly ratings 年度评价 in the schema: the city's from the start, each provider's own once it is published. plan V5."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, assert_never

import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.ids import OrganisationID, key_of
from api.kit.mutations import Payload, ServerFields
from api.kit.paging import wanted_fields
from api.kit.parts import parts, wanted_parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from api.participants.organisations import Organisation, load_organisations
from domain.access import Role
from domain.governance.proceedings.state import ProceedingKind
from domain.governance.rule_bodies.publication import PublicationRule
from domain.governance.rule_bodies.rating import RatingRule
from domain.kernel import Command
from domain.masks import ANYONE, AUDIT, RATING_INPUTS, RATINGS_READ, RATINGS_SEEN
from domain.participants.organisations import OrganisationKind
from domain.participants.ownership import OWNERSHIPS, Ownership, ownership_on
from domain.providers.ratings import fairness, numbers
from domain.providers.ratings.awaited import RatingStep, rating_waits_for
from domain.providers.ratings.events import RatingComputed
from domain.providers.ratings.fairness import FairnessDivision, FairnessFinding
from domain.providers.ratings.numbers import CaseFactor, RatingComponent, Tier, UnrankedReason
from domain.providers.ratings.rating import RATED_YEARS, AnyRatingCommand, FinishRating, FixRatingInputs, ObjectToRating
from domain.providers.ratings.state import YearOfRating, rating_stream
from domain.providers.ratings.status import RatingStatus
from domain.providers.ratings.tier_reasons import tier_reason
from projections.as_of import replay
from projections.governance.dated_rules import body_on
from projections.governance.proceedings import about
from projections.participants.organisations import ORGANISATION_READ_MODEL, OrganisationRow, organisations_by_id
from projections.providers import ratings as rows
from projections.providers.rating_inputs import facts_of, rating_inputs
from projections.providers.year_jobs import providers_at_work
from standards.described import DescribedEnum

enum_type(CaseFactor)
enum_type(FairnessDivision)
enum_type(FairnessFinding)
enum_type(RatingComponent)
enum_type(RatingStatus)
enum_type(RatingStep)
enum_type(Tier)
enum_type(UnrankedReason)


@published(RATINGS_READ)
class ComponentEstimate:
    """One component of a provider's rating, drawn to the city's mean as its noise demands · 分项得分. plan V5"""

    component: RatingComponent = field("Which component · 评价项目")
    score: Decimal = field("Score, 0 to 100 · 得分")
    error: Decimal = field("Standard error, in points · 标准误")
    reliability: Decimal = field("How much of its own mean it keeps, 0 to 1 · 信度")


@published(RATING_INPUTS)
class CityComponent:
    """One component over the whole city · 全市分项. plan V5"""

    component: RatingComponent = field("Which component · 评价项目")
    mean: Decimal = field("Mean of the city · 全市均值")
    between: Decimal = field("Variance between providers · 服务商间方差")
    within: Decimal = field("Variance of one job within providers · 服务商内方差")


@published(RATINGS_READ, row=numbers.LevelEffect)
class CaseMixEffect:
    """What a level of a factor adds to the scores of a component, from comparisons inside providers · 个案组合效应. plan V5"""

    component: RatingComponent = field("Which component · 评价项目")
    factor: CaseFactor = field("Which factor · 个案因素")
    level: str = field("Code of the level; other = those of too few jobs or providers · 层级")
    points: Decimal = field("Points that it adds, taken off against the average job · 效应分值")


@published(RATINGS_READ, row=numbers.ComponentSample)
class ComponentInput:
    """What a provider's jobs said of one component, before it was drawn to the city's mean · 分项输入. plan V5"""

    component: RatingComponent = field("Which component · 评价项目")
    jobs: int = field("Jobs that said something · 项目数")
    mean: Decimal = field("Their mean, 0 to 100, without the case mix where the rule says so · 均值")
    variance: Decimal = field("Variance of one job · 方差")


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


@published(RATINGS_SEEN, row=numbers.ProviderRating)
class ProviderRating:
    """Rating of one provider · 服务商年度评价. plan V5

    To another provider, and to a district: who, the tier and the interval of ranks alone.
    """

    provider: Organisation | None = field("Who is rated, within the reader's scope · 服务商", by="provider")
    tier: Tier | None = field("Tier; null while unrated · 评价档次")
    rank_best: int | None = field("Best rank of the 90 percent interval; null of those that are not ranked · 最好名次")
    rank_worst: int | None = field("Worst rank of it · 最差名次")
    last_tier: Tier | None = field("Tier of the year before · 上年档次")
    unranked: UnrankedReason | None = field(
        "Why it is not ranked and keeps its tier; null of who is ranked, and of a year computed before it was kept · 未排名原因"
    )
    tier_reason: str | None = field("Why the tier is this one, as a Chinese sentence · 定档理由", made=True)
    tier_reason_in_english: str | None = field("The same as an English sentence · 英文定档理由", made=True)
    score: Decimal | None = field("Composite score, 0 to 100; null where no score is known, see unranked · 综合得分")
    variance: Decimal | None = field("Its variance, in squared points · 方差")
    reliability: Decimal | None = field("Its reliability, 0 to 1 · 信度")
    chances: list[Decimal] | None = field("Probability of each tier, best first · 各档概率")
    parts: list[ComponentEstimate] | None = field("The components that it is made of · 分项", roles=RATINGS_READ, made=True)
    jobs: int | None = field("Jobs of the year · 项目数", made=True)
    inputs: list[ComponentInput] | None = field("What its jobs said, by component · 分项输入", roles=RATINGS_READ, made=True)
    cause: str | None = field("Fact that holds its row of inputs, stream and version · 输入出处", made=True)


@published(RATINGS_SEEN)
class YearRating:
    """Rating of a year · 年度评价. plan V5

    To a provider and a district it is there once it is published; to a district of who had work in it that year.
    """

    year: int = field("Year · 年度")
    status: RatingStatus = field("How far it has come · 状态")
    version: int = field("Version of the stream; to a provider that of the publication, which it cites · 版本")
    round: int = field("Round that is shown, from 1; of what is published the published one · 轮次")
    latest_round: int | None = field("Round whose inputs were fixed last; it holds once published · 最近轮次", roles=RATING_INPUTS)
    method: str | None = field("Method and version; null until it is computed · 方法")
    rule: str | None = field("Rating rule as stream and version; null = the default on file · 规则")
    rule_since: date | None = field("First day of the rule; null until it is computed · 规则起始日")
    rests_on: Decimal | None = field(
        "Share of the weight whose components are on record, 0 to 1; null until it is computed · 依据占比"
    )
    objections_until: date | None = field("Last day to object, as it was counted; null before publication · 异议截止日")
    objections: int | None = field("How many objected · 异议数", roles=RATING_INPUTS)
    position: int | None = field("Journal position up to which facts were read · 截止位置", roles=AUDIT)
    input_digest: str | None = field("SHA-256 of the table of inputs · 输入摘要", roles=RATING_INPUTS)
    components: list[CityComponent] | None = field("Components over the whole city · 全市分项", roles=RATING_INPUTS)
    case_mix: list[CaseMixEffect] | None = field(
        "Effects of the case mix that were taken off the inputs; null until it is computed · 个案组合效应", roles=RATINGS_READ
    )
    fairness: RatingFairness | None = field("Report on fairness; null until it is computed · 公平性报告")
    providers: list[ProviderRating] = parts(
        ProviderRating, "Every provider that had a job, in order of id; empty until it is computed · 各服务商评价"
    )


def build_rating(context: Context, year: int, wanted: frozenset[str], number: int | None = None) -> YearRating | None:
    """The rating as the caller is shown it: the published round; to the city and the auditor by its number also the next."""
    rating = rows.rating_of(context.snapshot, year)
    office = context.caller.role in RATING_INPUTS
    if rating is None or (rating.published is None and not office):
        return None
    computed = rating.published or rating.computed
    if number is not None:
        known = (rating.published, rating.computed if office else None)
        computed = next((one for one in known if one is not None and one.round == number), None)
        if computed is None:
            return None
    return YearRating(
        year=year,
        status=rating.status,
        version=rating.version if office else rating.published_at,  # objections move it, and how many there are is not told
        round=computed.round if computed else rating.round,
        latest_round=rating.round if office else None,
        method=computed.method if computed else None,
        rule=computed.rule if computed else None,
        rule_since=computed.rule_since if computed else None,
        rests_on=computed.rests_on if computed else None,
        objections_until=rating.period.due if rating.period else None,
        objections=len(rating.objections) if office else None,
        position=rating.position if office else None,
        input_digest=(computed.input_digest if computed else rating.input_digest) if office else None,
        components=_components(computed) if office and computed else None,
        case_mix=all_shown(CaseMixEffect, rating.effects.get(computed.round, ())) if computed else None,
        fairness=_fairness(context, year, rating, computed) if computed and "fairness" in wanted else None,
        providers=_providers(context, year, computed, wanted_parts(wanted, "providers")),
    )


def _components(computed: RatingComputed) -> list[CityComponent]:
    return [
        CityComponent(component=one.component, mean=one.mean, between=one.between, within=one.within) for one in computed.components
    ]


def _fairness(context: Context, year: int, rating: YearOfRating, computed: RatingComputed) -> RatingFairness:
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


def _inputs(found: rows.FixedInputs | None) -> dict[str, Any]:
    if found is None:
        return {"jobs": None, "inputs": None, "cause": None}
    return {"jobs": found.inputs.jobs, "inputs": all_shown(ComponentInput, found.inputs.components), "cause": found.cause}


OWN_ALONE = ("last_tier", "unranked", "score", "variance", "reliability")
"""What of its rating a provider reads of its own alone 仅本机构可见项."""


def _providers(context: Context, year: int, computed: RatingComputed | None, wanted: frozenset[str]) -> list[ProviderRating]:
    found = computed.providers if computed else ()
    if context.role == Role.DISTRICT:
        at_work = providers_at_work(context.snapshot, context.scope, year)
        found = tuple(one for one in found if one.provider in at_work)
    opened = computed is not None and wanted & {"jobs", "inputs", "cause"}
    known = rows.inputs_of(context.snapshot, year, computed.round) if computed and opened else {}
    rule = body_on(context.snapshot, RatingRule, date(year, 12, 31)) if wanted & {"tierReason", "tierReasonInEnglish"} else None
    provider = led_to(context, (ProviderRating, "provider"), found, wanted)
    office, own = context.caller.role in RATING_INPUTS, context.caller.organisation
    listed = []
    for one in found:
        whole = office or (context.caller.role == Role.PROVIDER and one.provider == own)
        parts = [
            ComponentEstimate(component=part.component, score=part.score, error=part.error, reliability=part.reliability)
            for part in one.parts
        ]
        why = tier_reason(one, rule) if whole and rule is not None else None
        listed.append(
            ProviderRating(
                provider=provider(one.provider),
                tier=one.tier,
                rank_best=one.rank_best,
                rank_worst=one.rank_worst,
                tier_reason=why.chinese if why is not None else None,
                tier_reason_in_english=why.english if why is not None else None,
                **{name: getattr(one, name) if whole else None for name in OWN_ALONE},
                chances=list(one.chances) if whole else None,
                parts=parts if whole else None,
                **_inputs(known.get(one.provider) if whole else None),
            )
        )
    return listed


@strawberry.type
class RatingQueries:
    """Query fields: ratings."""

    @field(
        "Rating of the providers for a year; null until its inputs are fixed, to a provider and a district until it is published: "
        "`ratingWaitsFor` says what is waited for · 年度评价. plan V5",
        roles=RATINGS_SEEN,
    )
    def rating(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year · 年度")],
        round: Annotated[  # noqa: A002 - the word of the domain, which the schema shows
            int | None, argument("Round, for the city and the auditor also one that is not published; none = as it stands · 轮次")
        ] = None,
    ) -> YearRating | None:
        """The year's rating."""
        return build_rating(info.context, year, wanted_fields(info), round)

    @field(
        "What must happen next to the rating of a year; to a provider nothing tells what was done before it is published; null "
        "once it is final, and of a year that cannot be rated · 评价待办. plan V5",
        roles=RATINGS_SEEN,
    )
    def rating_waits_for(
        self, info: strawberry.Info[Context, None], year: Annotated[int, argument("Year · 年度")]
    ) -> RatingStep | None:
        """Why there is no rating to see, or no final one."""
        context = info.context
        if year not in RATED_YEARS:
            return None
        return rating_waits_for(
            rows.rating_of(context.snapshot, year), year, context.today, whole=context.caller.role in RATING_INPUTS
        )

    @field(
        "Report on the fairness of a year's final rating; null until it is final · 公平性公开报告. plan V5",
        roles=ANYONE,
    )
    def rating_fairness(
        self, info: strawberry.Info[Context, None], year: Annotated[int, argument("Year · 年度")]
    ) -> RatingFairness | None:
        """What everybody may see of it."""
        rating = rows.rating_of(info.context.snapshot, year)
        if rating is None or rating.status is not RatingStatus.FINAL or rating.published is None:
            return None
        return _fairness(info.context, year, rating, rating.published)

    @field(
        "Facts that a provider's rating rests on: its jobs and what firms said of them, at their versions by the cut-off, as "
        "stream and version; to a provider its own, once published, without what has no name · 评价所依事实. plan V5",
        roles=RATINGS_READ,
    )
    def rating_facts(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year · 年度")],
        provider: Annotated[OrganisationID, argument("Provider · 服务商标识")],
    ) -> list[str]:
        """Where the numbers come from."""
        context, key = info.context, key_of(provider, "organisation")
        rating, office = rows.rating_of(context.snapshot, year), context.caller.role in RATING_INPUTS
        own = key == context.caller.organisation and rating is not None and rating.published is not None
        if rating is None or not (office or own):
            return []
        cut_off = rating.position if office or rating.published is None else rating.positions[rating.published.round]
        return facts_of(context.snapshot, year, key, cut_off, unnamed=office)


def _fixed(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """The inputs as they stand in the read models, and how far those are; of a year that cannot be rated none."""
    if int(data["year"]) not in RATED_YEARS:
        return {**data, "position": 0, "inputs": [], "effects": []}
    year, today = int(data["year"]), context.today
    snapshot = context.whole
    rule = body_on(snapshot, RatingRule, date(year, 12, 31))
    found = rating_inputs(snapshot, context.caller.scope, year, rule, today)
    inputs, effects = ([one.model_dump(mode="json") for one in part] for part in found)
    return {**data, "position": snapshot.position, "inputs": inputs, "effects": effects}


def _opened(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Every objection to the rating that was opened as a proceeding, whether or not it was made known by `objectToRating`."""
    return {**data, "proceedings": about(context.whole, ProceedingKind.RATING_OBJECTION, rating_stream(int(data["year"])))}


def _find_rating(context: Context, key: str, command: Command, wanted: frozenset[str]) -> YearRating | None:
    assert isinstance(command, AnyRatingCommand)  # noqa: S101 - the table below names it
    return build_rating(context, int(key), wanted)


QUERIES = RatingQueries
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    FixRatingInputs: ServerFields(frozenset({"position", "inputs", "effects"}), fill=_fixed),
    FinishRating: ServerFields(frozenset({"proceedings"}), fill=_opened),
    ObjectToRating: ServerFields(frozenset(), shows_version=False),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"rating": Payload("rating", YearRating, _find_rating)}
"""Capability -> what its payloads carry 返回对象."""
EDGES: Mapping[Edge, Loader] = {(ProviderRating, "provider"): load_organisations}
