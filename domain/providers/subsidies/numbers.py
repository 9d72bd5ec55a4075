"""Numbers of a yearly subsidy 年度补贴数值: confirmed jobs by kind and size, and what the rule pays for them. plan I1.

Exact: whole fen and fractions, by `methods.payments`. Nobody gets more than is due; all together no more than the budget.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, NamedTuple

from pydantic import Field

from domain.governance.rule_bodies.subsidy import SubsidisedWork, SubsidyRule
from domain.kernel import Count, Label, Part
from domain.providers.ratings.numbers import Tier
from methods.digests import digest_of_lines
from methods.payments import Claim, due, payments
from methods.rounding import SCORE_PLACES, rounded


class JobCount(Part):
    """Confirmed jobs of one kind and size 确认任务数. size_class: of the firm."""

    work: SubsidisedWork
    size_class: Annotated[str, Field(pattern=r"^[a-z]{1,20}$")]
    jobs: Annotated[int, Field(ge=1, le=10**9)]


class ProviderJobs(Part):
    """A provider's confirmed jobs of a year 服务商确认任务."""

    provider: Label
    counts: Annotated[tuple[JobCount, ...], Field(min_length=1, max_length=100)]


class ProviderSubsidy(Part):
    """What a provider gets for a year 服务商补贴, in fen.

    tier: None = unrated. worth: of its jobs before the cap, exact or with a fraction of a fen; due: after the cap, half up to the
    fen; paid: within the budget.
    """

    provider: str
    tier: Tier | None
    coefficient: Decimal
    jobs: int
    worth: Decimal
    due: Count
    paid: Count


class ComputedSubsidy(NamedTuple):
    """All that a year's subsidy says 年度补贴结果. ratio: of what is due, the share that the budget pays; four decimals."""

    due: int
    paid: int
    ratio: Decimal
    providers: tuple[ProviderSubsidy, ...]


def base_of(rule: SubsidyRule, work: SubsidisedWork, size_class: str) -> int:
    """Base amount of one job 补贴基数, in fen: of its kind and size, else of its kind for any size, else nothing."""
    bases = {(base.work, base.size_class): base.fen for base in rule.bases}
    return bases.get((work, size_class), bases.get((work, None), 0))


def coefficient_of(rule: SubsidyRule, tier: Tier | None) -> Decimal:
    """Factor of a tier 系数; of no tier that of the unrated."""
    factor: Decimal = getattr(rule.coefficients, tier.value.lower() if tier is not None else "unrated")
    return factor


def claims_of(jobs: ProviderJobs, tier: Tier | None, rule: SubsidyRule) -> tuple[Claim, ...]:
    """A provider's jobs as the method takes them."""
    factor = coefficient_of(rule, tier)
    return tuple(Claim(base_of(rule, one.work, one.size_class), factor, one.jobs) for one in jobs.counts)


def compute_subsidy(rows: Iterable[ProviderJobs], tiers: Mapping[str, Tier], rule: SubsidyRule) -> ComputedSubsidy:
    """The subsidy of a year: a function of its confirmed jobs, the tiers that hold and the rule."""
    listed = sorted(rows, key=lambda one: one.provider)
    claims = {one.provider: claims_of(one, tiers.get(one.provider), rule) for one in listed}
    found = payments(claims, rule.cap, rule.budget)
    providers = tuple(
        ProviderSubsidy(
            provider=one.provider,
            tier=tiers.get(one.provider),
            coefficient=coefficient_of(rule, tiers.get(one.provider)),
            jobs=sum(count.jobs for count in one.counts),
            worth=rounded(due(claims[one.provider]), SCORE_PLACES),
            due=found.due[one.provider],
            paid=found.paid[one.provider],
        )
        for one in listed
    )
    ratio = rounded(Fraction(found.ratio), SCORE_PLACES)
    return ComputedSubsidy(sum(found.due.values()), sum(found.paid.values()), ratio, providers)


def digest_of_jobs(rows: Iterable[ProviderJobs]) -> str:
    """SHA-256 of the table of jobs 输入摘要: its rows as JSON, a line each, in order of provider."""
    return digest_of_lines(one.model_dump_json() for one in sorted(rows, key=lambda one: one.provider))
