"""Objection to a result 评分异议: the provider objects while the outcome is open, the city puts right what is granted. plan V1, V4.

The objection is a proceeding; what it decides reaches the result through a command that cites it.
"""

from decimal import Decimal

from domain.governance.proceedings.opening import OpenProceeding, open_proceeding
from domain.governance.proceedings.state import Proceeding, ProceedingKind, proceeding_stream, require_concluded
from domain.governance.rule_bodies.selection import SelectionRule
from domain.kernel import DecisionContext, Event, Facts, OnStream, Rule, cause_of, refuse_together, repeated
from domain.providers.applications.commands import ObjectToResult, ReviseResult
from domain.providers.applications.events import ApplicationAssessed, ResultObjectedTo
from domain.providers.applications.state import (
    Application,
    IndustryScore,
    SelectionDimension,
    SelectionResult,
    Shortfall,
    application_stream,
)
from domain.providers.calls.stages import require_stage
from domain.providers.calls.state import Call, CallStage
from domain.providers.marking.marking import DIMENSION_NAMES, MARK_OUT_OF_RANGE

# Rules

OBJECTION_LATE = Rule(
    "OBJECTION_LATE", "plan V1", "异议已于 {until} 截止，不再受理", "Objections were taken until {until}; no more are"
)
NO_RESULT_YET = Rule(
    "NO_RESULT_YET",
    "plan V1",
    "该申报没有公示的结果，无从提出异议或更正；请待公示",
    "The application has no published result to object to or put right; wait until it is published",
)


INDUSTRY_NOT_APPLIED_FOR = Rule(
    "INDUSTRY_NOT_APPLIED_FOR",
    "plan V2",
    "该申报没有申请行业 {division} 的标签，可更正的为 {applied}",
    "The application asked for no tag of {division}; those that can be put right are {applied}",
)


def object_to_result(command: ObjectToResult, application: Application, call: Call, context: DecisionContext) -> Facts:
    """While the outcome is open 提出异议.

    Raises:
        Refused: CALL_OUT_OF_ORDER, NO_RESULT_YET, OBJECTION_LATE, those of a proceeding.
    """
    version = _result_version(application, call)
    until = call.dates.objections_until
    if context.day > until:
        raise OBJECTION_LATE.refuse(until=until, latest=until)
    about = application_stream(application.year, application.provider)
    asked = OpenProceeding(
        proceeding=command.proceeding,
        kind=ProceedingKind.MARK_OBJECTION,
        provider=application.provider,
        about=about,
        cause=cause_of(about, version),
        asked=command.asked,
        grounds=command.grounds,
    )
    stream = proceeding_stream(command.proceeding)
    opened = open_proceeding(asked, context.read.get(stream), context)
    facts = [OnStream(stream, fact) if isinstance(fact, Event) else fact for fact in opened]
    return (ResultObjectedTo(proceeding=command.proceeding), *facts)


def _result_version(application: Application, call: Call) -> int:
    require_stage(call, CallStage.PUBLISHED)
    if application.result_version is None:
        raise NO_RESULT_YET.refuse()
    return application.result_version


def revise_result(command: ReviseResult, application: Application, call: Call, context: DecisionContext) -> Facts:
    """As a concluded proceeding granted it; the tags and whether it is listed follow from the points 更正结果.

    What was granted and leaves every point as it is, is recorded all the same: by it the objection is carried out.

    Raises:
        Refused: CALL_OUT_OF_ORDER, NO_RESULT_YET, PROCEEDING_NOT_CONCLUDED, MARK_OUT_OF_RANGE, LISTED_TWICE.
    """
    _result_version(application, call)
    result = application.result
    assert result is not None  # noqa: S101 - it has a version
    stream = proceeding_stream(command.proceeding)
    known: Proceeding | None = context.read.get(stream)
    about = application_stream(application.year, application.provider)
    granted = require_concluded(known, ProceedingKind.MARK_OBJECTION, about)
    revised = _revised(command, result, call.rule)
    if revised == result and stream in application.carried_out:
        return ()
    causes = (cause_of(stream, granted.version),)
    return (ApplicationAssessed(result=revised, marks=application.marks, rule=call.rule_cause, causes=causes),)


def _revised(command: ReviseResult, result: SelectionResult, rule: SelectionRule) -> SelectionResult:
    for place, one in enumerate(command.scores):
        _require_within(one.dimension, one.points, getattr(rule.weights, one.dimension.value), f"scores.{place}.points")
    at_most = rule.weights.industry_experience
    for place, of in enumerate(command.industries):
        applied = [score.industry for score in result.industries]
        if of.industry not in applied:
            raise INDUSTRY_NOT_APPLIED_FOR.refuse(
                path=f"industries.{place}.industry", division=of.industry, applied="、".join(applied)
            )
        _require_within(SelectionDimension.INDUSTRY_EXPERIENCE, of.points, at_most, f"industries.{place}.points")
    twice = repeated("scores", [one.dimension for one in command.scores])
    refuse_together((*twice, *repeated("industries", [one.industry for one in command.industries])))
    points = {one.dimension: one.points for one in command.scores}
    scores = tuple(one.model_copy(update={"points": points.get(one.dimension, one.points)}) for one in result.scores)
    given = {one.industry: one.points for one in command.industries}
    industries = tuple(_revised_industry(one, given.get(one.industry, one.points), rule) for one in result.industries)
    total = sum((one.points for one in scores), Decimal(0)).normalize() + Decimal(0)
    kept = [one for one in result.shortfalls if one not in (Shortfall.PASS_MARK, Shortfall.NO_TAG)]
    shortfalls = [Shortfall.PASS_MARK] if total < rule.pass_mark else []
    shortfalls += kept
    if not any(one.earned for one in industries):
        shortfalls.append(Shortfall.NO_TAG)
    changed = {"scores": scores, "total": total, "industries": industries, "shortfalls": tuple(shortfalls)}
    return result.model_copy(update=changed)


def _require_within(dimension: SelectionDimension, points: Decimal, at_most: int, path: str) -> None:
    if points > at_most:
        name, english = DIMENSION_NAMES[dimension]
        raise MARK_OUT_OF_RANGE.refuse(path=path, name=name, name_in_english=english, at_most=at_most, given=points)


def _revised_industry(score: IndustryScore, points: Decimal, rule: SelectionRule) -> IndustryScore:
    people = score.staff if score.certified is None else score.certified
    reached = points * 100 >= rule.industry_share * rule.weights.industry_experience
    earned = reached and people >= rule.certified_per_industry
    return score.model_copy(update={"points": points, "earned": earned})
