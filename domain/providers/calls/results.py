"""Results 遴选结果 of a call: exact sub-scores from the marks, the tags they earn, and who enters under a rule. plan V1, V2.

Scores are exact decimals: the mean of two marks, or the middle one of three that lie evenly. Where they decide, nothing is rounded.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from domain.governance.rule_bodies.selection import SelectionRule
from domain.kernel import Part
from domain.providers.applications.state import (
    IndustryScore,
    SelectionDimension,
    SelectionResult,
    SelectionScore,
    Shortfall,
    StaffMember,
)
from domain.providers.marking.marking import Mark

MARKERS_OF_A_DISPUTE = 3


class StaffCertificates(Part):
    """Certificates of an applicant's people on the day of the result 持证情况. certified: who holds any; senior: who a senior."""

    certified: frozenset[str]
    senior: frozenset[str]


class Assessed(Part):
    """All that a result is made of 评定依据. certificates: None = no certificates are on record, so nothing is judged by them."""

    provider: str
    industries: tuple[str, ...]
    staff: tuple[StaffMember, ...]
    marks: tuple[Mark, ...]
    certificates: StaffCertificates | None = None


def differ_too_much(marks: Sequence[Mark], rule: SelectionRule) -> bool:
    """Whether two marks differ by more than the rule's gap, so that a third is asked 分差是否过大."""
    return len(marks) == MARKERS_OF_A_DISPUTE - 1 and abs(marks[0].total - marks[1].total) > rule.marker_gap


def marks_that_count(marks: Sequence[Mark]) -> tuple[int, ...]:
    """Which of an application's marks count 有效评分, by place.

    Of three the two whose totals lie nearest, or the middle one alone where they lie evenly; else all.
    """
    if len(marks) != MARKERS_OF_A_DISPUTE:
        return tuple(range(len(marks)))
    low, middle, high = sorted(range(len(marks)), key=lambda place: (marks[place].total, place))
    below, above = marks[middle].total - marks[low].total, marks[high].total - marks[middle].total
    if below == above:
        return (middle,)
    return tuple(sorted((low, middle) if below < above else (middle, high)))


def results_of(
    assessed: Sequence[Assessed], rule: SelectionRule, rule_of_marks: SelectionRule | None = None
) -> dict[str, SelectionResult]:
    """Provider -> its result under a rule 遴选结果, whatever order they come in.

    Args:
        assessed: every application that was marked.
        rule: that decides.
        rule_of_marks: whose weights the marks were given under, where it is another: points are then scaled, exactly.
    """
    given = rule_of_marks or rule
    return within_places({one.provider: _result(one, rule, given) for one in assessed}, rule)


def results_under(
    results: Mapping[str, SelectionResult], rule: SelectionRule, rule_of_points: SelectionRule
) -> dict[str, SelectionResult]:
    """Provider -> its result under another rule 另一规则下的结果: from the outcome as it stands, whatever decisions changed in it.

    Under the rule that the points were given under it is the outcome itself. People are judged by the certificates that were
    counted on the day of the outcome; where none were, by none. Which marks count is not judged anew.
    """
    return within_places({one: _judged(found, rule, rule_of_points) for one, found in results.items()}, rule)


def within_places(results: Mapping[str, SelectionResult], rule: SelectionRule) -> dict[str, SelectionResult]:
    """Provider -> its result once the places of the year are given to the highest totals 名额; others keep theirs.

    results: as they are by themselves, or as the places were given by totals that were others then.
    """
    found = {
        provider: one.model_copy(update={"shortfalls": tuple(why for why in one.shortfalls if why is not Shortfall.QUOTA)})
        for provider, one in results.items()
    }
    if rule.listed_at_most is None:
        return found
    entering = sorted((_standing(one, found[one]) for one in found if found[one].is_listed), reverse=True)
    for _, _, provider in _beyond(entering, rule.listed_at_most):
        found[provider] = found[provider].model_copy(update={"shortfalls": (Shortfall.QUOTA,)})
    return found


def _standing(provider: str, result: SelectionResult) -> tuple[Decimal, tuple[Decimal, ...], str]:
    """By total, then by the dimensions in the order of the rule."""
    return result.total, tuple(one.points for one in result.scores), provider


def _beyond(
    entering: Sequence[tuple[Decimal, tuple[Decimal, ...], str]], places: int
) -> Sequence[tuple[Decimal, tuple[Decimal, ...], str]]:
    """Those beyond the places; who is equal to one beyond in every score is beyond too, so that no name decides."""
    if len(entering) <= places:
        return ()
    first_out = entering[places][:2]
    return [one for place, one in enumerate(entering) if place >= places or one[:2] == first_out]


def _result(assessed: Assessed, rule: SelectionRule, given: SelectionRule) -> SelectionResult:
    marks = [assessed.marks[place] for place in marks_that_count(assessed.marks)]
    exact = {one: _mean([mark.of(one) for mark in marks]) for one in SelectionDimension}
    certified = senior = None
    if assessed.certificates is not None:
        people = {one.person for one in assessed.staff}
        certified, senior = len(people & assessed.certificates.certified), len(people & assessed.certificates.senior)
    counts = [
        _Counted(name, _mean([mark.of_industry(name) for mark in marks]), *_knowing(name, assessed))
        for name in assessed.industries
    ]
    return _found(exact, counts, certified, senior, rule, given)


def _judged(result: SelectionResult, rule: SelectionRule, given: SelectionRule) -> SelectionResult:
    exact = {one.dimension: Fraction(one.points) for one in result.scores}
    counts = [_Counted(one.industry, Fraction(one.points), one.staff, one.certified) for one in result.industries]
    return _found(exact, counts, result.certified, result.senior, rule, given)


class _Counted(NamedTuple):
    """Points and people of one industry applied for, before any rule judges them."""

    industry: str
    points: Fraction
    staff: int
    certified: int | None


def _found(
    points: Mapping[SelectionDimension, Fraction],
    counted: Sequence[_Counted],
    certified: int | None,
    senior: int | None,
    rule: SelectionRule,
    given: SelectionRule,
) -> SelectionResult:
    scales = {one: _scale(getattr(rule.weights, one.value), getattr(given.weights, one.value)) for one in SelectionDimension}
    exact = {one: points[one] * scales[one] for one in SelectionDimension}
    total = sum(exact.values(), Fraction(0))
    scale = scales[SelectionDimension.INDUSTRY_EXPERIENCE]
    industries = tuple(_industry(one, scale, rule) for one in counted)
    shortfalls = [Shortfall.PASS_MARK] if total < rule.pass_mark else []
    if certified is not None and certified < rule.certified_at_least:
        shortfalls.append(Shortfall.CERTIFIED)
    if senior is not None and senior < rule.senior_at_least:
        shortfalls.append(Shortfall.SENIOR)
    if not any(one.earned for one in industries):
        shortfalls.append(Shortfall.NO_TAG)
    return SelectionResult(
        scores=tuple(SelectionScore(dimension=one, points=_decimal(points)) for one, points in exact.items()),
        total=_decimal(total),
        industries=industries,
        certified=certified,
        senior=senior,
        shortfalls=tuple(shortfalls),
    )


def _scale(weight: int, given: int) -> Fraction:
    return Fraction(weight, given) if given else Fraction(0)


def _knowing(industry: str, assessed: Assessed) -> tuple[int, int | None]:
    """How many of an applicant's people know a division, and of these how many are certified; None = none on record."""
    knowing = {one.person for one in assessed.staff if industry in one.industries}
    return len(knowing), len(knowing & assessed.certificates.certified) if assessed.certificates is not None else None


def _industry(counted: _Counted, scale: Fraction, rule: SelectionRule) -> IndustryScore:
    points = counted.points * scale
    able = (counted.staff if counted.certified is None else counted.certified) >= rule.certified_per_industry
    reached = points * 100 >= rule.industry_share * rule.weights.industry_experience
    return IndustryScore(
        industry=counted.industry,
        points=_decimal(points),
        staff=counted.staff,
        certified=counted.certified,
        earned=able and reached,
    )


def _mean(points: Sequence[int]) -> Fraction:
    return Fraction(sum(points), len(points))


CENT = Decimal("0.01")


def _decimal(value: Fraction) -> Decimal:
    """A score as a decimal: exact where the marks are of the same rule; under another's weights to the hundredth, halves up."""
    hundredths = (value.numerator * 200 + value.denominator) // (2 * value.denominator)
    return (Decimal(hundredths) * CENT).normalize() + Decimal(0)

