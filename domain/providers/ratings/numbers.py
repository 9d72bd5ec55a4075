"""Numbers of a yearly rating 年度评价数值.

What goes in, a row a provider, and what the methods make of it, as facts keep both. plan V5.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, NamedTuple

from pydantic import Field, TypeAdapter

from domain.governance.rule_bodies.rating import RatingRule
from domain.kernel import Count, Label, Part
from methods.digests import digest_of_lines
from methods.shrinkage import Sample, Shrinkage
from methods.tiers import TierRule
from methods.yearly_rating import ProviderYear, RatedProvider, RatingParameters, rate, share_rested_on
from standards.described import DescribedEnum


class RatingComponent(DescribedEnum):
    """One of the five components of a rating · 评价项目."""

    WORK = "work", "Work done · 工作成果"
    FEEDBACK = "feedback", "Feedback of the firms · 企业反馈"
    RECORDS = "records", "Records of the process · 过程记录"
    REPORT = "report", "Quality of the reports · 报告质量"
    SAMPLED = "sampled", "Sampled re-assessment · 抽样评估"


class CaseFactor(DescribedEnum):
    """What lies outside a provider's power and moves its scores · 个案因素."""

    INDUSTRY = "industry", "Industry of the firm, its division · 行业"
    SIZE = "size", "Size class of the firm · 规模"
    DISTRICT = "district", "District of the firm · 所在区"


class Tier(DescribedEnum):
    """Tier of a provider, best first · 评价档次."""

    A = "A", "Tier A, the best · 甲档"
    B = "B", "Tier B, the second · 乙档"
    C = "C", "Tier C, the third · 丙档"
    D = "D", "Tier D, the lowest · 丁档"


TIERS = tuple(Tier)


class UnrankedReason(DescribedEnum):
    """Why a provider stands in no rank, and keeps its tier · 未排名原因."""

    NO_SCORE = (
        "no_score",
        "No provider has two jobs to compare, so that nobody has a score · 各家均不足两件可比任务，全市无从计分",
    )
    FEW_PROVIDERS = "few_providers", "Fewer providers than the rule ranks · 服务商家数不足，全市不排名"
    NOT_COMPARABLE = "not_comparable", "Most of its jobs are such as no other provider has · 多数任务无其他服务商可比"
    FEW_JOBS = "few_jobs", "Fewer jobs than the rule asks for · 任务数不足"
    UNRELIABLE = "unreliable", "Its score is less reliable than the rule asks for · 得分信度不足"


class ComponentSample(Part):
    """What a provider's jobs say of one component 分项样本: how many, mean 0–100 (four decimals), variance of one job (six).

    spread: variance of the mean over that of one job, as numerator and denominator: 1/jobs, or Σw²/(Σw)² of drawn jobs.
    """

    component: RatingComponent
    jobs: Annotated[int, Field(ge=1, le=10**9)]
    mean: Annotated[Decimal, Field(ge=0, le=100, max_digits=7, decimal_places=4)]
    variance: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]
    spread: tuple[Count, Annotated[int, Field(ge=1, le=2**53 - 1)]]

    def sample(self) -> Sample:
        """As the method takes it."""
        return Sample(self.jobs, self.mean, self.variance, Fraction(*self.spread))


class LevelEffect(Part):
    """What a level of a factor adds to the scores of a component 个案组合效应, told from comparisons inside providers.

    level: a code, or `OTHER` for those of too few jobs or providers. points: taken off each such job's score, against the average.
    """

    component: RatingComponent
    factor: CaseFactor
    level: Label
    points: Annotated[Decimal, Field(ge=-1000, le=1000, max_digits=10, decimal_places=6)]


class ProviderInputs(Part):
    """A provider's row of inputs 服务商评价输入. jobs: of the year. comparable: others serve such firms too.

    A component of no job is not there.
    """

    provider: Label
    jobs: Count
    comparable: bool
    components: Annotated[tuple[ComponentSample, ...], Field(max_length=5)]


class ComponentEstimate(Part):
    """A provider's shrunk score of one component 分项估计; reliability 0–1, 0 where no job of its own said anything."""

    component: RatingComponent
    score: Decimal
    error: Decimal
    reliability: Decimal


class CityComponent(Part):
    """A component over the whole city 全市分项: its mean, the variance between providers, and the pooled one within."""

    component: RatingComponent
    mean: Decimal
    between: Decimal
    within: Decimal


class ProviderRating(Part):
    """A provider's rating 服务商年度评价.

    score, variance, reliability: None in a year that no score is known of, and then there are neither parts nor chances.
    chances: probability of each tier, best first. rank_best, rank_worst: the interval, None of those that are not ranked, whose
    tier stays. unranked: why; None of who is ranked, and of what was computed before it was kept. tier None: unrated.
    """

    provider: str
    score: Decimal | None
    variance: Decimal | None
    reliability: Decimal | None
    parts: tuple[ComponentEstimate, ...]
    chances: tuple[Decimal, ...]
    expected_rank: Decimal | None
    rank_best: int | None
    rank_worst: int | None
    unranked: UnrankedReason | None
    last_tier: Tier | None
    tier: Tier | None


class ComputedYear(NamedTuple):
    """All that a year's rating says 年度评价结果. rests_on: share of the weight whose components were seen of anybody."""

    components: tuple[CityComponent, ...]
    rests_on: Decimal
    providers: tuple[ProviderRating, ...]


COMPUTED_YEAR: TypeAdapter[ComputedYear] = TypeAdapter(ComputedYear)


def parameters_of(rule: RatingRule) -> RatingParameters:
    """The rule as the methods take it."""
    floors = (Decimal(rule.floors.a), Decimal(rule.floors.b), Decimal(rule.floors.c))
    tiers = TierRule(
        names=tuple(tier.value for tier in TIERS),
        floors=floors,
        up=rule.up_at_least,
        down=rule.down_at_least,
        reliability=rule.reliability_at_least,
        jobs=rule.jobs_at_least,
    )
    weights = {one.value: Decimal(getattr(rule.weights, one.value)) for one in RatingComponent}
    return RatingParameters(
        weights, rule.prior_degrees, rule.unseen_variance, rule.interval_level, rule.providers_at_least, tiers
    )


def compute(inputs: Iterable[ProviderInputs], last: Mapping[str, Tier], rule: RatingRule) -> ComputedYear:
    """The rating of a year: a function of its table of inputs, last year's tiers and the rule."""
    rows = {
        one.provider: ProviderYear(
            jobs=one.jobs,
            comparable=one.comparable,
            last_tier=last[one.provider].value if one.provider in last else None,
            samples={part.component.value: part.sample() for part in one.components},
        )
        for one in sorted(inputs, key=lambda one: one.provider)
    }
    parameters = parameters_of(rule)
    found = rate(rows, parameters)
    city = tuple(
        CityComponent(component=one, mean=seen.mean, between=seen.between, within=noise.pooled)
        for one in RatingComponent
        if (seen := found.components[one.value]) is not None and (noise := found.noise[one.value]) is not None
    )
    rated = tuple(_rated(name, one, found.components, last.get(name)) for name, one in found.of.items())
    return ComputedYear(city, share_rested_on(found.components, parameters.weights), rated)


def rating_bytes(*given: object) -> bytes:
    """`compute` as JSON, for a process of its own."""
    return COMPUTED_YEAR.dump_json(compute(*given))  # type: ignore[arg-type] # as that takes them


def _rated(provider: str, one: RatedProvider, components: Mapping[str, Shrinkage | None], last: Tier | None) -> ProviderRating:
    seen = [(name, part.of[provider]) for name in RatingComponent if (part := components[name.value]) is not None]
    whole = one.composite
    return ProviderRating(
        provider=provider,
        score=whole.score if whole else None,
        variance=whole.variance if whole else None,
        reliability=whole.reliability if whole else None,
        parts=tuple(
            ComponentEstimate(component=name, score=part.score, error=part.error, reliability=part.reliability)
            for name, part in seen
        ),
        chances=one.chances.of if one.chances else (),
        expected_rank=one.rank.expected if one.rank else None,
        rank_best=one.rank.best if one.rank else None,
        rank_worst=one.rank.worst if one.rank else None,
        unranked=UnrankedReason(one.unranked.value) if one.unranked else None,
        last_tier=last,
        tier=Tier(one.tier) if one.tier else None,
    )


def digest_of(inputs: Iterable[ProviderInputs]) -> str:
    """SHA-256 of the table of inputs 输入摘要: its rows as JSON, a line each, in order of provider."""
    return digest_of_lines(one.model_dump_json() for one in sorted(inputs, key=lambda one: one.provider))
