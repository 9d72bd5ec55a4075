"""Results 遴选结果 of a call: exact sub-scores from the marks, the tags they earn, and who enters under a rule. plan V1, V2.

Scores are exact decimals: the mean of two marks, or the middle one of three that lie evenly. Where they decide, nothing is rounded.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

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
    weights = {one: getattr(rule.weights, one.value) for one in SelectionDimension}
    scales = {
        one: Fraction(weights[one], getattr(given.weights, one.value)) if getattr(given.weights, one.value) else Fraction(0)
        for one in SelectionDimension
    }
    exact = {one: _mean([mark.of(one) for mark in marks]) * scales[one] for one in SelectionDimension}
    total = sum(exact.values(), Fraction(0))
    scale = scales[SelectionDimension.INDUSTRY_EXPERIENCE]
    industries = tuple(_industry(name, assessed, marks, scale, rule) for name in assessed.industries)
    certified = senior = None
    if assessed.certificates is not None:
        people = {one.person for one in assessed.staff}
        certified, senior = len(people & assessed.certificates.certified), len(people & assessed.certificates.senior)
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


def _industry(name: str, assessed: Assessed, marks: Sequence[Mark], scale: Fraction, rule: SelectionRule) -> IndustryScore:
    points = _mean([mark.of_industry(name) for mark in marks]) * scale
    knowing = {one.person for one in assessed.staff if name in one.industries}
    certified = len(knowing & assessed.certificates.certified) if assessed.certificates is not None else None
    able = (len(knowing) if certified is None else certified) >= rule.certified_per_industry
    reached = points * 100 >= rule.industry_share * rule.weights.industry_experience
    return IndustryScore(
        industry=name, points=_decimal(points), staff=len(knowing), certified=certified, earned=able and reached
    )


def _mean(points: Sequence[int]) -> Fraction:
    return Fraction(sum(points), len(points))


CENT = Decimal("0.01")


def _decimal(value: Fraction) -> Decimal:
    """A score as a decimal: exact where the marks are of the same rule; under another's weights to the hundredth, halves up."""
    hundredths = (value.numerator * 200 + value.denominator) // (2 * value.denominator)
    return (Decimal(hundredths) * CENT).normalize() + Decimal(0)

