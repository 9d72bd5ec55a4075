"""Numbers of an equating 等值数值: which levels of another body's model firms with like totals hold, with firms and error. plan P8.

Isotonic regression per edition, exact; the error is that of firms left out of what they are compared with. It awards nothing: of a
firm it says between which levels nine of ten firms like it lie, and of fewer firms than the rule asks for nothing at all.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Annotated, NamedTuple

from pydantic import Field, TypeAdapter

from domain.governance.rule_bodies.equating import EquatingRule
from domain.kernel import Count, Part
from methods.isotonic import isotonic_steps, joined_steps, left_out_errors, levels_within, margin_of
from methods.mean_interval import mean_interval
from methods.rounding import SCORE_PLACES, rounded
from standards.described import DescribedEnum

METHOD = "isotonic/1"
"""Id and version of the method, as results cite it."""
INTERVAL_FROM = 11
"""Errors from which on Student's t gives their mean an interval; the least that a rule may ask for."""


class EquatingVerdict(DescribedEnum):
    """What an equating comes to · 等值结论."""

    TOO_FEW = "too_few", "Fewer firms with both than the rule asks for; nothing is equated · 配对企业不足"
    EQUATED = "equated", "Equated, for orientation only · 已等值，仅供参考"


class EquatingStep(Part):
    """Totals, in whole points, of which the levels are told together 等值台阶. fitted: their mean level after the regression.

    lowest, highest: ranks that nine of ten firms with such totals lie between.
    """

    first: Annotated[int, Field(ge=0, le=100)]
    last: Annotated[int, Field(ge=0, le=100)]
    firms: Count
    fitted: Decimal
    lowest: Count
    highest: Count


class EquatingResult(Part):
    """What an equating comes to 等值结果. firms: with both. needed: that the rule asks for. The rest is empty where they are fewer.

    error: mean distance in levels of a firm that is left out, with its 90 percent interval. margin: that nine of ten keep within.
    """

    verdict: EquatingVerdict
    firms: Count
    needed: Count
    error: Decimal | None = None
    error_low: Decimal | None = None
    error_high: Decimal | None = None
    margin: Decimal | None = None
    steps: Annotated[tuple[EquatingStep, ...], Field(max_length=101)] = ()


class EquatingPair(NamedTuple):
    """A firm with both 配对企业. total: verified. level: rank in the other model."""

    enterprise: str
    total: Decimal
    level: int


class EquatingNumbers(NamedTuple):
    """What an equating comes to, and what it was worked out from 等值数值."""

    result: EquatingResult
    input_digest: str


DIGESTED: TypeAdapter[tuple[list[EquatingPair], list[int], EquatingRule, EquatingResult | None]] = TypeAdapter(
    tuple[list[EquatingPair], list[int], EquatingRule, EquatingResult | None]
)


def whole_points(total: Decimal) -> int:
    """A total in whole points, half up."""
    return int(total.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def compute_equating(
    pairs: Sequence[EquatingPair], ranks: Sequence[int], rule: EquatingRule, former: EquatingResult | None
) -> EquatingNumbers:
    """The equating of totals with levels; what was told stays while fewer firms have come or gone than a step needs.

    Else two results together would tell what one firm holds.
    """
    ordered = sorted(pairs)
    told = former if former is not None and _stands(former, len(ordered), rule) else _equated(ordered, ranks, rule)
    digest = sha256(DIGESTED.dump_json((ordered, list(ranks), rule.whole(), former))).hexdigest()
    return EquatingNumbers(told, digest)


def _stands(former: EquatingResult, firms: int, rule: EquatingRule) -> bool:
    enough = firms >= rule.pairs_at_least and former.verdict is EquatingVerdict.EQUATED
    return enough and abs(firms - former.firms) < rule.step_at_least


def _equated(pairs: Sequence[EquatingPair], ranks: Sequence[int], rule: EquatingRule) -> EquatingResult:
    counts = {"firms": len(pairs), "needed": rule.pairs_at_least}
    if len(pairs) < rule.pairs_at_least:
        return EquatingResult(verdict=EquatingVerdict.TOO_FEW, **counts)
    known = [(whole_points(one.total), one.level) for one in pairs]
    errors = left_out_errors(known, rule.step_at_least)
    margin = rounded(margin_of(errors), SCORE_PLACES)
    mean = mean_interval(
        [rounded(one, SCORE_PLACES) for one in errors], SCORE_PLACES, mean_from=1, interval_from=INTERVAL_FROM
    )
    steps = []
    for one in joined_steps(isotonic_steps(known), rule.step_at_least):
        fitted = rounded(one.fitted, SCORE_PLACES)
        lowest, highest = levels_within(one.fitted, margin_of(errors), ranks)
        steps.append(
            EquatingStep(first=one.first, last=one.last, firms=one.pairs, fitted=fitted, lowest=lowest, highest=highest)
        )
    return EquatingResult(
        verdict=EquatingVerdict.EQUATED,
        **counts,
        error=mean.mean,
        error_low=max(mean.low, Decimal(0)) if mean.low is not None else None,
        error_high=mean.high,
        margin=margin,
        steps=tuple(steps),
    )


def step_of(result: EquatingResult, total: Decimal) -> EquatingStep | None:
    """The step that a total lies on; None outside the totals that were seen, of which nothing is told."""
    points = whole_points(total)
    if not result.steps or not result.steps[0].first <= points <= result.steps[-1].last:
        return None
    return next(one for one in reversed(result.steps) if one.first <= points)
