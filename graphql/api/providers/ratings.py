"""Yearly ratings 年度评价 in the schema: the city's from the start, each provider's own once it is published. plan V5."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.mutations import Payload, ServerFields
from api.kit.paging import wanted_fields
from api.kit.parts import parts, wanted_parts
from api.kit.published import argument, field, published
from api.participants.organisations import Organisation, load_organisations
from domain.access import Role
from domain.kernel import Command
from domain.masks import RATING_INPUTS, RATINGS_READ
from domain.providers import rating_numbers as numbers
from domain.providers.rating import (
    RATED_YEARS,
    AnyRatingCommand,
    FixRatingInputs,
    RatingComputed,
    RatingStatus,
    YearOfRating,
)
from domain.providers.rating_numbers import RatingComponent, Tier
from projections.providers import ratings as rows

enum_type(RatingComponent)
enum_type(RatingStatus)
enum_type(Tier)


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


@published(RATINGS_READ, row=numbers.ProviderRating)
class ProviderRating:
    """Rating of one provider · 服务商年度评价. plan V5

    To another provider: who, the tier and the interval of ranks alone.
    """

    provider: Organisation | None = field("Who is rated, within the reader's scope · 服务商", by="provider")
    tier: Tier | None = field("Tier; null while unrated · 评价档次")
    rank_best: int | None = field("Best rank of the 90 percent interval; null of those that are not ranked · 最好名次")
    rank_worst: int | None = field("Worst rank of it · 最差名次")
    last_tier: Tier | None = field("Tier of the year before · 上年档次")
    score: Decimal | None = field("Composite score, 0 to 100 · 综合得分")
    variance: Decimal | None = field("Its variance, in squared points · 方差")
    reliability: Decimal | None = field("Its reliability, 0 to 1 · 信度")
    chances: list[Decimal] | None = field("Probability of each tier, best first · 各档概率")
    parts: list[ComponentEstimate] | None = field("The components that it is made of · 分项", made=True)


@published(RATINGS_READ)
class YearRating:
    """Rating of a year · 年度评价. plan V5

    To a provider it is there once it is published.
    """

    year: int = field("Year · 年度")
    status: RatingStatus = field("How far it has come · 状态")
    version: int = field("Version of the stream; to a provider that of the publication, which it cites · 版本")
    round: int = field("Round of computation, from 1 · 轮次")
    method: str = field("Method and version · 方法")
    rule: str | None = field("Rating rule as stream and version; null = the default on file · 规则")
    rule_since: date = field("First day of the rule · 规则起始日")
    rests_on: Decimal = field("Share of the weight whose components are on record, 0 to 1 · 依据占比")
    objections_until: date | None = field("Last day to object, as it was counted; null before publication · 异议截止日")
    objections: int | None = field("How many objected · 异议数", roles=RATING_INPUTS)
    position: int | None = field("Journal position up to which facts were read · 截止位置", roles=RATING_INPUTS)
    input_digest: str | None = field("SHA-256 of the table of inputs · 输入摘要", roles=RATING_INPUTS)
    components: list[CityComponent] | None = field("Components over the whole city · 全市分项", roles=RATING_INPUTS)
    providers: list[ProviderRating] = parts(ProviderRating, "Every provider's rating, in order of id · 各服务商评价")


def build_rating(context: Context, year: int, wanted: frozenset[str]) -> YearRating | None:
    """The rating as the caller is shown it."""
    rating = rows.rating_of(context.snapshot, year)
    office = context.caller.role in RATING_INPUTS
    if rating is None or rating.computed is None or (rating.status is RatingStatus.COMPUTED and not office):
        return None
    computed = rating.computed
    return YearRating(
        year=year,
        status=rating.status,
        version=rating.version if office else rating.published,  # every objection moves it, and how many there are is not told
        round=computed.round,
        method=computed.method,
        rule=computed.rule,
        rule_since=computed.rule_since,
        rests_on=computed.rests_on,
        objections_until=rating.period.due if rating.period else None,
        objections=len(rating.objections) if office else None,
        position=rating.position if office else None,
        input_digest=computed.input_digest if office else None,
        components=_components(computed) if office else None,
        providers=_providers(context, rating, wanted_parts(wanted, "providers")),
    )


def _components(computed: RatingComputed) -> list[CityComponent]:
    return [
        CityComponent(component=one.component, mean=one.mean, between=one.between, within=one.within) for one in computed.components
    ]


def _providers(context: Context, rating: YearOfRating, wanted: frozenset[str]) -> list[ProviderRating]:
    found = rating.computed.providers if rating.computed else ()
    provider = led_to(context, (ProviderRating, "provider"), found, wanted)
    office, own = context.caller.role in RATING_INPUTS, context.caller.organisation
    shown = []
    for one in found:
        whole = office or (context.caller.role == Role.PROVIDER and one.provider == own)
        parts = [
            ComponentEstimate(component=part.component, score=part.score, error=part.error, reliability=part.reliability)
            for part in one.parts
        ]
        shown.append(
            ProviderRating(
                provider=provider(one.provider),
                tier=one.tier,
                rank_best=one.rank_best,
                rank_worst=one.rank_worst,
                last_tier=one.last_tier if whole else None,
                score=one.score if whole else None,
                variance=one.variance if whole else None,
                reliability=one.reliability if whole else None,
                chances=list(one.chances) if whole else None,
                parts=parts if whole else None,
            )
        )
    return shown


@strawberry.type
class RatingQueries:
    """Query fields: ratings."""

    @field("Rating of the providers for a year; null where there is none to see · 年度评价. plan V5", roles=RATINGS_READ)
    def rating(
        self, info: strawberry.Info[Context, None], year: Annotated[int, argument("Year · 年度")]
    ) -> YearRating | None:
        """The year's rating."""
        return build_rating(info.context, year, wanted_fields(info))


def _fixed(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """The inputs as they stand in the read models, and how far those are; of a year that cannot be rated none."""
    if int(data["year"]) not in RATED_YEARS:
        return {**data, "position": 0, "inputs": []}
    with context.services.models.reading() as snapshot:
        found = rows.rating_inputs(snapshot, context.caller.scope, int(data["year"]))
        return {**data, "position": snapshot.position, "inputs": [one.model_dump(mode="json") for one in found]}


def _find_rating(context: Context, key: str, command: Command, wanted: frozenset[str]) -> YearRating | None:
    assert isinstance(command, AnyRatingCommand)  # noqa: S101 - the table below names it
    return build_rating(context, int(key), wanted)


QUERIES = RatingQueries
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    FixRatingInputs: ServerFields(frozenset({"position", "inputs"}), fill=_fixed),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"rating": Payload("rating", YearRating, _find_rating)}
"""Capability -> what its payloads carry 返回对象."""
EDGES: Mapping[Edge, Loader] = {(ProviderRating, "provider"): load_organisations}
