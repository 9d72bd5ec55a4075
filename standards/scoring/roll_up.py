"""Roll-up 汇总 of a group from the results of its member firms: weighted mean, coverage, weakest quartile. plan S3, O3.

Exact to the last rounding. What is missing is told and never guessed: a member without a result, or without a revenue to weigh it
by, has no part in a mean.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from standards.scoring.measure import rounded

QUARTERS = 4


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Member(_Part):
    """A member firm as a roll-up reads it 成员企业.

    revenue_wan: yearly revenue as the latest roster states it, ten thousand yuan; None: it is not on that roster. total: of its
    current result, 0–100; None: it has none. dimensions: dimension id -> score of that result.
    """

    id: str
    revenue_wan: Annotated[Decimal, Field(ge=0)] | None
    total: Decimal | None = None
    dimensions: Mapping[str, Decimal] = {}


class RolledScore(_Part):
    """One score over a group's members 汇总得分.

    mean: weighted by revenue, two decimals, half up; None where no weight is left. weighed: members in the mean. counted: members
    that have the score. first_quartile: the lowest score that at least a quarter of them do not exceed (nearest rank), None where
    none has it. weakest: ids of the members at or below it, the weakest first, equals by id.
    """

    mean: Decimal | None
    weighed: int
    counted: int
    first_quartile: Decimal | None
    weakest: tuple[str, ...]


class RollUp(_Part):
    """A group from its member firms 集团汇总.

    members: on the latest roster, above scale as the plan counts. with_result: those of them that have one. coverage: percent,
    two decimals, rounded down; None without members. without_result: ids of members on the roster that have none.
    without_revenue: ids of members that have a result and are on no latest roster, so that nothing weighs them. total,
    dimensions: over all that have a result.
    """

    members: int
    with_result: int
    coverage: Decimal | None
    without_result: tuple[str, ...]
    without_revenue: tuple[str, ...]
    total: RolledScore
    dimensions: Mapping[str, RolledScore]


def roll_up(members: Sequence[Member]) -> RollUp:
    """A group from its members, its headquarters apart 集团汇总; in whatever order they come. plan S3.

    Args:
        members: each once.
    """
    rostered = [one for one in members if one.revenue_wan is not None]
    measured = [one for one in members if one.total is not None]
    reached = [one for one in rostered if one.total is not None]
    ids = dict.fromkeys(sorted({dimension for one in measured for dimension in one.dimensions}))
    return RollUp(
        members=len(rostered),
        with_result=len(reached),
        coverage=_percent(len(reached), len(rostered)) if rostered else None,
        without_result=_ids(one for one in rostered if one.total is None),
        without_revenue=_ids(one for one in measured if one.revenue_wan is None),
        total=_rolled([(one, one.total) for one in measured if one.total is not None]),
        dimensions={
            dimension: _rolled([(one, one.dimensions[dimension]) for one in measured if dimension in one.dimensions])
            for dimension in ids
        },
    )


def _rolled(scores: Sequence[tuple[Member, Decimal]]) -> RolledScore:
    weighed = [(one.revenue_wan, score) for one, score in scores if one.revenue_wan is not None]
    whole = sum((Fraction(weight) for weight, _ in weighed), Fraction(0))
    products = sum((Fraction(weight) * Fraction(score) for weight, score in weighed), Fraction(0))
    ordered = sorted((score, one.id) for one, score in scores)
    quartile = ordered[-(-len(ordered) // QUARTERS) - 1][0] if ordered else None
    return RolledScore(
        mean=rounded(products / whole) if whole else None,
        weighed=len(weighed),
        counted=len(ordered),
        first_quartile=quartile,
        weakest=tuple(identity for score, identity in ordered if quartile is not None and score <= quartile),
    )


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(part * 100) / whole).quantize(Decimal("0.01"), ROUND_DOWN)


def _ids(members: Iterable[Member]) -> tuple[str, ...]:
    return tuple(sorted(one.id for one in members))
