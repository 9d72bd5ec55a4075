"""Yearly ratings 年度评价 in the schema: the city's from the start, each provider's own once it is published. plan V5."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.ids import OrganisationID, key_of
from api.kit.mutations import Payload, ServerFields
from api.kit.paging import wanted_fields
from api.kit.parts import parts, wanted_parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown
from api.kit.years import require_year
from api.participants.organisations import Organisation, load_organisations
from api.providers.rating_fairness import RatingFairness, fairness_shown
from domain.access import Role
from domain.governance.proceedings.state import ProceedingKind
from domain.governance.rule_bodies.rating import RatingRule
from domain.kernel import Command
from domain.masks import ANYONE, AUDIT, RATING_INPUTS, RATINGS_READ, RATINGS_SEEN
from domain.providers.ratings import numbers
from domain.providers.ratings.awaited import RatingStep, rating_waits_for
from domain.providers.ratings.events import RatingComputed
from domain.providers.ratings.numbers import CaseFactor, RatingComponent, Tier, UnrankedReason
from domain.providers.ratings.rating import (
    AnyRatingCommand,
    FinishRating,
    FixRatingInputs,
    ObjectToRating,
    PublishRating,
)
from domain.providers.ratings.state import rating_stream
from domain.providers.ratings.status import RatingStatus
from domain.providers.ratings.tier_reasons import tier_reason
from domain.stated_dates import PROGRAMME_YEARS
from projections.governance.dated_rules import body_on
from projections.governance.proceedings import about
from projections.providers import ratings as rows
from projections.providers.rating_inputs import facts_of, rating_inputs
from projections.providers.year_jobs import providers_at_work

enum_type(CaseFactor)
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
        fairness=fairness_shown(context, year, rating, computed) if computed and "fairness" in wanted else None,
        providers=_providers(context, year, computed, wanted_parts(wanted, "providers")),
    )


def _components(computed: RatingComputed) -> list[CityComponent]:
    return [
        CityComponent(component=one.component, mean=one.mean, between=one.between, within=one.within) for one in computed.components
    ]


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


OfYear = Annotated[int, argument("Year · 年度")]


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
        year: OfYear,
        round: Annotated[  # noqa: A002 - the word of the domain, which the schema shows
            int | None, argument("Round, for the city and the auditor also one that is not published; none = as it stands · 轮次")
        ] = None,
    ) -> YearRating | None:
        """The year's rating. Here as below YEAR_OUT_OF_RANGE is refused."""
        require_year(year)
        return build_rating(info.context, year, wanted_fields(info), round)

    @field(
        "What must happen next to the rating of a year; to a provider nothing tells what was done before it is published; null "
        "once it is final · 评价待办. plan V5",
        roles=RATINGS_SEEN,
    )
    def rating_waits_for(self, info: strawberry.Info[Context, None], year: OfYear) -> RatingStep | None:
        """Why there is no rating to see, or no final one."""
        require_year(year)
        context = info.context
        return rating_waits_for(
            rows.rating_of(context.snapshot, year), year, context.today, whole=context.caller.role in RATING_INPUTS
        )

    @field(
        "Report on the fairness of a year's final rating; null until it is final · 公平性公开报告. plan V5",
        roles=ANYONE,
    )
    def rating_fairness(self, info: strawberry.Info[Context, None], year: OfYear) -> RatingFairness | None:
        """What everybody may see of it."""
        require_year(year)
        rating = rows.rating_of(info.context.snapshot, year)
        if rating is None or rating.status is not RatingStatus.FINAL or rating.published is None:
            return None
        return fairness_shown(info.context, year, rating, rating.published)

    @field(
        "Facts that a provider's rating rests on: its jobs and what firms said of them, at their versions by the cut-off, as "
        "stream and version; to a provider its own, once published, without what has no name · 评价所依事实. plan V5",
        roles=RATINGS_READ,
    )
    def rating_facts(
        self,
        info: strawberry.Info[Context, None],
        year: OfYear,
        provider: Annotated[OrganisationID, argument("Provider · 服务商标识")],
    ) -> list[str]:
        """Where the numbers come from."""
        require_year(year)
        context, key = info.context, key_of(provider, "organisation")
        rating, office = rows.rating_of(context.snapshot, year), context.caller.role in RATING_INPUTS
        own = key == context.caller.organisation and rating is not None and rating.published is not None
        if rating is None or not (office or own):
            return []
        cut_off = rating.position if office or rating.published is None else rating.positions[rating.published.round]
        return facts_of(context.snapshot, year, key, cut_off, unnamed=office)


def _fixed(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """The inputs as they stand in the read models, and how far those are; of a year that cannot be rated none."""
    if int(data["year"]) not in PROGRAMME_YEARS:
        return {**data, "position": 0, "inputs": [], "effects": []}
    year, today = int(data["year"]), context.today
    snapshot = context.whole
    rule = body_on(snapshot, RatingRule, date(year, 12, 31))
    found = rating_inputs(snapshot, context.caller.scope, year, rule, today)
    inputs, effects = ([one.model_dump(mode="json") for one in part] for part in found)
    return {**_opened(context, data), "position": snapshot.position, "inputs": inputs, "effects": effects}


def _opened(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Every objection to the rating that was opened as a proceeding, whether or not it was made known by `objectToRating`."""
    return {**data, "proceedings": about(context.whole, ProceedingKind.RATING_OBJECTION, rating_stream(int(data["year"])))}


def _find_rating(context: Context, key: str, command: Command, wanted: frozenset[str]) -> YearRating | None:
    assert isinstance(command, AnyRatingCommand)  # noqa: S101 - the table below names it
    return build_rating(context, int(key), wanted)


QUERIES = RatingQueries
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    FixRatingInputs: ServerFields(frozenset({"position", "inputs", "effects", "proceedings"}), fill=_fixed),
    PublishRating: ServerFields(frozenset({"proceedings"}), fill=_opened),
    FinishRating: ServerFields(frozenset({"proceedings"}), fill=_opened),
    ObjectToRating: ServerFields(frozenset(), shows_version=False),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"rating": Payload("rating", YearRating, _find_rating)}
"""Capability -> what its payloads carry 返回对象."""
EDGES: Mapping[Edge, Loader] = {(ProviderRating, "provider"): load_organisations}
