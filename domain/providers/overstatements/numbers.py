"""Numbers of over-statement 自评偏高数值: self-assessed less verified, in points, by city, district, provider. Method h. plan P3.

A gap is boasting less leniency: a small one may be a rubber stamp. So a provider's is told only beside its severity, and never
rated. What rests on too few firms is not told, nor what one more firm would be told by.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, NamedTuple

from pydantic import Field, TypeAdapter

from domain.governance.rule_bodies.agreement import AgreementRule
from domain.governance.rule_bodies.exam import ExamRule
from domain.governance.rule_bodies.rating import RatingRule
from domain.kernel import Count, Identifier, Part
from methods.mean_interval import mean_interval
from methods.overstatement import Gap, GapParameters, gap_estimates, quartiles
from methods.rounding import SCORE_PLACES
from methods.severity import severities
from methods.shrinkage import Estimate
from methods.uplift import interval_90
from standards.described import DescribedEnum

METHOD = "h/1"
"""Id and version of the method, as results cite it."""
INTERVAL_FROM = 2
"""Gaps from which on their mean has an interval; the rule asks for more firms than that before it is told."""


class OverstatementSubject(DescribedEnum):
    """Whose self-assessments an index is of · 自评偏高指数对象."""

    CITY = "city", "Of the whole city's firms · 全市"
    DISTRICT = "district", "Of a district's firms · 区"
    PROVIDER = "provider", "Of the firms that a provider verified · 服务商"


class OverstatementVerdict(DescribedEnum):
    """Whether an index of over-statement can be worked out · 自评偏高结论."""

    ESTIMATED = "estimated", "Estimated, with its interval · 可判断"
    TOO_FEW = "too_few", "Cannot tell: too few firms · 企业不足，无法判断"
    SEVERITY_UNKNOWN = "severity_unknown", "Cannot tell: the provider's severity is not known · 宽严度不明，无法判断"


class OverstatedIndicator(Part):
    """An indicator that firms over-state 偏高指标. gap: mean of self-assessed less verified level."""

    indicator: Identifier
    firms: Count
    gap: Decimal


class OverstatementShare(Part):
    """Over-statement of the city, a district or a provider 自评偏高指数. In points; None where it cannot be estimated.

    firms: None = so few that their number tells too much. index: mean gap, adjusted for the firms and shrunk, with its 90 percent
    interval. Quartiles are of the bare gaps. severity: of a provider, in points above those of later assessors and gold cases.
    """

    subject: OverstatementSubject
    key: Identifier | None
    firms: Count | None
    verdict: OverstatementVerdict
    index: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    lower_quartile: Decimal | None = None
    median: Decimal | None = None
    upper_quartile: Decimal | None = None
    severity: Decimal | None = None
    severity_error: Decimal | None = None
    severity_cases: Count | None = None
    indicators: Annotated[tuple[OverstatedIndicator, ...], Field(max_length=50)] = ()


class OverstatementFirm(NamedTuple):
    """A firm with a report 已出报告企业. gaps: by indicator, of those that both assessments state a level of."""

    enterprise: str
    provider: str
    district: str
    division: str
    size: str
    self_total: Decimal
    verified_total: Decimal
    gaps: Mapping[str, Decimal]


class OverstatementParameters(NamedTuple):
    """Parameters of the rules that an index is worked out by 自评偏高参数. severity_degrees: of the qualification rule."""

    agreement: AgreementRule
    rating: RatingRule
    severity_degrees: int


class OverstatementInputs(NamedTuple):
    """What an index rests on 自评偏高输入. differences: provider -> its totals less the true ones. former: as told last."""

    firms: Sequence[OverstatementFirm]
    differences: Mapping[str, Sequence[Decimal]]
    former: Sequence[OverstatementShare]


class OverstatementNumbers(NamedTuple):
    """What over-statement comes to 自评偏高结果: the city first, then districts and providers in order."""

    shares: tuple[OverstatementShare, ...]
    input_digest: str


DIGESTED: TypeAdapter[Any] = TypeAdapter(tuple[OverstatementInputs, AgreementRule, RatingRule, int])


def parameters(agreement: AgreementRule, rating: RatingRule, exam: ExamRule) -> OverstatementParameters:
    """Of the rules in force 现行参数."""
    return OverstatementParameters(agreement, rating, exam.severity_degrees)


def compute_overstatement(inputs: OverstatementInputs, by: OverstatementParameters) -> OverstatementNumbers:
    """The index of the city, of each district and of each provider."""
    ordered = OverstatementInputs(
        sorted(inputs.firms, key=lambda one: one.enterprise),
        {provider: sorted(found) for provider, found in sorted(inputs.differences.items())},
        inputs.former,
    )
    digested = (ordered, by.agreement.whole(), by.rating.whole(), by.severity_degrees)
    return OverstatementNumbers(tuple(_shares(ordered, by)), sha256(DIGESTED.dump_json(digested)).hexdigest())


def _shares(inputs: OverstatementInputs, by: OverstatementParameters) -> Iterator[OverstatementShare]:
    former = {(one.subject, one.key): one for one in inputs.former if one.verdict is OverstatementVerdict.ESTIMATED}
    severity = _severities(inputs.differences, by)

    def share(
        subject: OverstatementSubject, key: str | None, firms: Sequence[OverstatementFirm], estimate: Estimate | None
    ) -> OverstatementShare:
        told = former.get((subject, key))
        if told is not None and _stands(told, len(firms), by.agreement):
            return told
        return _share(subject, key, firms, estimate, severity.get(key or "", {}), by.agreement)

    yield share(OverstatementSubject.CITY, None, inputs.firms, None)
    for subject, unit, levels in (
        (OverstatementSubject.DISTRICT, "district", ("division", "size")),
        (OverstatementSubject.PROVIDER, "provider", ("division", "size", "district")),
    ):
        of: defaultdict[str, list[OverstatementFirm]] = defaultdict(list)
        for one in inputs.firms:
            of[getattr(one, unit)].append(one)
        gaps = [
            Gap(getattr(one, unit), tuple(getattr(one, name) for name in levels), one.self_total, one.verified_total)
            for one in inputs.firms
        ]
        found = gap_estimates(gaps, _gap_parameters(by.rating))
        for key, firms in sorted(of.items()):
            yield share(subject, key, firms, found.get(key))


def _gap_parameters(rule: RatingRule) -> GapParameters:
    """As the rating adjusts and shrinks: the methods are the same."""
    return GapParameters(
        rule.case_mix_ridge, rule.prior_degrees, rule.cell_jobs, rule.cell_providers, rule.providers_at_least
    )


def _stands(told: OverstatementShare, firms: int, rule: AgreementRule) -> bool:
    """Whether fewer firms have come or gone since it was told than a number is shown of."""
    return firms >= rule.overstatement_from and abs(firms - (told.firms or 0)) < rule.cell_from


def _severities(differences: Mapping[str, Sequence[Decimal]], by: OverstatementParameters) -> Mapping[str, Mapping[str, Any]]:
    """Severity of each provider of whom enough cases are known."""
    found = severities({provider: values for provider, values in differences.items() if values}, by.severity_degrees)
    if found is None:
        return {}
    return {
        provider: {"severity": one.score, "severity_error": one.error, "severity_cases": len(differences[provider])}
        for provider, one in found.of.of.items()
        if len(differences[provider]) >= by.agreement.cell_from
    }


def _share(
    subject: OverstatementSubject,
    key: str | None,
    firms: Sequence[OverstatementFirm],
    estimate: Estimate | None,
    severity: Mapping[str, Any],
    rule: AgreementRule,
) -> OverstatementShare:
    named: dict[str, Any] = {"subject": subject, "key": key}
    named["firms"] = None if 0 < len(firms) < rule.cell_from else len(firms)
    if len(firms) < rule.overstatement_from:
        return OverstatementShare(**named, verdict=OverstatementVerdict.TOO_FEW)
    if subject is OverstatementSubject.PROVIDER and not severity:
        return OverstatementShare(**named, verdict=OverstatementVerdict.SEVERITY_UNKNOWN)
    gaps = [one.self_total - one.verified_total for one in firms]
    middle = quartiles(gaps)
    assert middle is not None, "as many as the rule asks for"  # noqa: S101
    index, low, high = _index(gaps, estimate)
    return OverstatementShare(
        **named,
        verdict=OverstatementVerdict.ESTIMATED,
        index=index,
        low=low,
        high=high,
        lower_quartile=middle.lower,
        median=middle.median,
        upper_quartile=middle.upper,
        **(severity if subject is OverstatementSubject.PROVIDER else {}),
        indicators=_overstated(firms, rule),
    )


def _index(gaps: Sequence[Decimal], estimate: Estimate | None) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """The estimate with its interval; of the whole city, which is adjusted to nothing, the mean with its own."""
    if estimate is None:
        found = mean_interval(sorted(gaps), SCORE_PLACES, mean_from=1, interval_from=INTERVAL_FROM)
        return found.mean, found.low, found.high
    return estimate.score, *interval_90(estimate.score, estimate.error)


def _overstated(firms: Sequence[OverstatementFirm], rule: AgreementRule) -> tuple[OverstatedIndicator, ...]:
    """The indicators over-stated most, of those that enough firms answered by level."""
    of: defaultdict[str, list[Decimal]] = defaultdict(list)
    for one in firms:
        for indicator, gap in one.gaps.items():
            of[indicator].append(gap)
    found = []
    for indicator, gaps in sorted(of.items()):
        mean = mean_interval(sorted(gaps), SCORE_PLACES, mean_from=rule.overstatement_from, interval_from=len(gaps) + 1).mean
        if mean is not None and mean > 0:
            found.append(OverstatedIndicator(indicator=indicator, firms=len(gaps), gap=mean))
    found.sort(key=lambda one: (-one.gap, one.indicator))
    return tuple(found[: rule.overstated_at_most])
