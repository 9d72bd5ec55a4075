"""Numbers of an agreement study 一致性数值: kappa, alpha and its interval for each indicator, and the table behind them. Method f.

Exact up to the interval. What rests on fewer cases than the rule asks for is not told, and cells of few cases are hidden so that no
margin tells them. plan S5, P3.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from pydantic import Field, TypeAdapter

from domain.governance.rule_bodies.agreement import AgreementRule
from domain.kernel import Count, Identifier, Part
from methods.agreement import agreement, is_low, share_within, weighted_kappa
from methods.digests import digest_of_lines
from methods.rounding import CARRIED_PLACES, SCORE_PLACES, rounded
from methods.small_cells import CannotBeHidden, hidden_cells
from standards.described import DescribedEnum

METHOD = "f/1"
"""Id and version of the method, as results cite it."""
ONE_STEP = 1
Pairs = Sequence[tuple[int, int]]
"""Two assessments of one indicator in each case, as places among the steps of the edition."""


class AssessmentPair(DescribedEnum):
    """Which two assessments are compared · 比较对象."""

    SELF_VERIFIED = "self_verified", "The firm's own with what the provider verified · 自评与核验"
    VERIFIED_SAMPLED = "verified_sampled", "What the provider verified with the first blind assessment · 核验与盲评"


class ConfusionCell(Part):
    """Cases with one level in the first and one in the second assessment · 对照单元.

    cases: None = hidden, since it or another would tell of too few.
    """

    first: Decimal
    second: Decimal
    cases: Count | None


class IndicatorOutcome(Part):
    """Agreement on one indicator · 指标一致性结果.

    cases: None = so few that their number tells too much. The rest is None where there are fewer cases than the rule asks for,
    and kappa or alpha where all is one level. within: share within one step. table: cells with cases.
    """

    comparison: AssessmentPair
    indicator: Identifier
    cases: Count | None
    kappa: Decimal | None = None
    alpha: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    within: Decimal | None = None
    queued: bool = False
    table: Annotated[tuple[ConfusionCell, ...], Field(max_length=200)] = ()


class AgreementInputs(NamedTuple):
    """What a study rests on 一致性输入. steps: levels of the edition, rising. pairs: comparison -> indicator -> pairs.

    former: what the study before it told of the same year and edition.
    """

    steps: tuple[Decimal, ...]
    pairs: Mapping[AssessmentPair, Mapping[str, tuple[tuple[int, int], ...]]]
    former: Sequence[IndicatorOutcome] = ()


class StudyOutcome(NamedTuple):
    """What a study comes to 一致性测算结果: every indicator of the edition under every comparison."""

    indicators: tuple[IndicatorOutcome, ...]
    input_digest: str


STUDY_OUTCOME: TypeAdapter[StudyOutcome] = TypeAdapter(StudyOutcome)


def study_bytes(inputs: AgreementInputs, rule: AgreementRule) -> bytes:
    """`study` as JSON, for a process of its own."""
    return STUDY_OUTCOME.dump_json(study(inputs, rule))


def study(inputs: AgreementInputs, rule: AgreementRule) -> StudyOutcome:
    """Every indicator under every comparison, in order; one that few cases have come to since stays as it was told.

    Else two studies together would tell what one case came to.
    """
    former = {(one.comparison, one.indicator): one for one in inputs.former if one.within is not None}
    found = [
        former[comparison, indicator]
        if (comparison, indicator) in former and _is_near(former[comparison, indicator], pairs, rule)
        else _indicator(comparison, indicator, pairs, inputs.steps, rule)
        for comparison in AssessmentPair
        for indicator, pairs in sorted(inputs.pairs.get(comparison, {}).items())
    ]
    return StudyOutcome(tuple(found), digest_of(inputs))


def _is_near(told: IndicatorOutcome, pairs: Pairs, rule: AgreementRule) -> bool:
    """Whether fewer cases have come to an indicator since it was told than a cell is shown of."""
    return len(pairs) - (told.cases or 0) < rule.cell_from


def _indicator(
    comparison: AssessmentPair, indicator: str, pairs: Pairs, steps: Sequence[Decimal], rule: AgreementRule
) -> IndicatorOutcome:
    named: dict[str, Any] = {"comparison": comparison, "indicator": indicator}
    if len(pairs) < rule.shown_from:
        return IndicatorOutcome(**named, cases=len(pairs) if not 0 < len(pairs) < rule.cell_from else None)
    kappa, found, share = weighted_kappa(pairs, range(len(steps))), agreement(pairs), share_within(pairs, ONE_STEP)
    assert share is not None, "there are pairs"  # noqa: S101 - as many as the rule asks for, five at least
    low = found is not None and is_low(found, share, rule.low_alpha, rule.within_step)
    return IndicatorOutcome(
        **named,
        cases=len(pairs),
        kappa=rounded(kappa, CARRIED_PLACES) if kappa is not None else None,
        alpha=found.alpha if found is not None else None,
        low=found.low if found is not None else None,
        high=found.high if found is not None else None,
        within=rounded(share, SCORE_PLACES),
        queued=low and len(pairs) >= rule.queued_from,
        table=_table(pairs, steps, rule.cell_from),
    )


def _table(pairs: Pairs, steps: Sequence[Decimal], least: int) -> tuple[ConfusionCell, ...]:
    """Cells with cases, small ones hidden and others with them; empty where hiding them is not possible."""
    names = [str(step) for step in steps]
    counts = {one: dict.fromkeys(names, 0) for one in names}
    for first, second in pairs:
        counts[names[first]][names[second]] += 1
    try:
        hidden = set(hidden_cells(counts, least))
    except CannotBeHidden:
        return ()
    return tuple(
        ConfusionCell(first=Decimal(one), second=Decimal(other), cases=None if (one, other) in hidden else count)
        for one, row in counts.items()
        for other, count in row.items()
        if count
    )


def digest_of(inputs: AgreementInputs) -> str:
    """SHA-256 of what a study rests on 输入摘要: steps, each comparison and indicator with its pairs in order, what was told."""
    return digest_of_lines(_lines(inputs))


def _lines(inputs: AgreementInputs) -> Iterator[str]:
    yield " ".join(map(str, inputs.steps))
    for comparison in AssessmentPair:
        for indicator, pairs in sorted(inputs.pairs.get(comparison, {}).items()):
            yield f"{comparison.value} {indicator} {' '.join(f'{one}/{other}' for one, other in sorted(pairs))}"
    yield from (one.model_dump_json() for one in inputs.former)
