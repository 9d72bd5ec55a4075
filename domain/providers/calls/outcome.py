"""Outcome of a call 遴选结果公示: every result, open to objection, and final once the objections are over. plan V1, V2."""

from collections.abc import Mapping
from functools import partial

from domain.governance.dated_rules import rule_in_force
from domain.governance.proceedings.state import (
    ENDED,
    Proceeding,
    ProceedingOutcome,
    ProceedingStatus,
    calendar_of,
    proceeding_stream,
)
from domain.governance.qualification import QUALIFICATION_RULE, Certificate, CertificateGrade, certificate_stream
from domain.governance.rule_bodies.exam import ExamRule
from domain.governance.working_calendar import add_working_days
from domain.kernel import DecisionContext, Facts, OnStream, Rule, cause_of
from domain.providers.applications.events import ApplicationAssessed
from domain.providers.applications.state import Application, ApplicationStage, application_stream
from domain.providers.calls.commands import EndObjections, PublishOutcome
from domain.providers.calls.events import ObjectionsOver, OutcomePublished
from domain.providers.calls.results import Assessed, StaffCertificates, marks_that_count, results_of, within_places
from domain.providers.calls.stages import require_stage
from domain.providers.calls.state import Call, CallStage
from domain.providers.marking.marking import marking_id, marking_stream
from domain.providers.marking.rounds import applications, markings, names_of

# Rules

OBJECTION_TIME_TOO_SHORT = Rule(
    "OBJECTION_TIME_TOO_SHORT",
    "plan V1",
    "公示须至少 {days} 个工作日，异议截止日 {until} 过早，最早为 {earliest}；请先办理延期",
    "The outcome is open to objection for {days} working days at least; {until} is too early, extend it to {earliest} or later",
)
OBJECTIONS_NOT_OVER = Rule(
    "OBJECTIONS_NOT_OVER",
    "plan V1",
    "异议至 {until} 截止，此后方可结束公示",
    "Objections are taken until {until}; end the time for them after that day",
)

OBJECTIONS_OPEN = Rule(
    "OBJECTIONS_OPEN",
    "plan V1",
    "尚有 {count} 家服务商的评分异议未终结（{names}），请先作出决定并待申诉期满",
    "Objections of {count} providers are not final yet ({names}); decide them, and wait until the time to appeal is over",
)
OBJECTIONS_NOT_CARRIED_OUT = Rule(
    "OBJECTIONS_NOT_CARRIED_OUT",
    "plan V1",
    "有 {count} 项评分异议已成立，结果尚未更正：{names}；请依各程序更正结果后再结束公示",
    "{count} objections were granted and the results not put right yet: {names}; revise each by its proceeding, then end the time",
)


def publish_outcome(_command: PublishOutcome, call: Call, context: DecisionContext) -> Facts:
    """Every result with its sub-scores and the marks it rests on 公示.

    Raises:
        Refused: CALL_OUT_OF_ORDER, OBJECTION_TIME_TOO_SHORT.
    """
    require_stage(call, CallStage.MARKED)
    days, until = call.rule.objection_days, call.dates.objections_until
    earliest = add_working_days(context.day, days, calendar_of(context)).day
    if until < earliest:
        raise OBJECTION_TIME_TOO_SHORT.refuse(days=days, until=until, earliest=earliest)
    known = applications(call, context)
    assessed, causes = [], {}
    for drawn in call.drawn:
        found = markings(call, drawn, context)
        marks = tuple(one.mark for one in found if one.mark is not None)
        counted = marks_that_count(marks)
        causes[drawn.provider] = tuple(
            cause_of(marking_stream(marking_id(call.year, drawn.number, found[at].marker)), found[at].version) for at in counted
        )
        application = known[drawn.provider]
        assessed.append(
            Assessed(
                provider=drawn.provider,
                industries=application.industries,
                staff=application.staff,
                marks=marks,
                certificates=_certificates(application, context),
            )
        )
    results = results_of(assessed, call.rule)
    facts = [
        OnStream(
            application_stream(call.year, provider),
            ApplicationAssessed(result=result, marks=causes[provider], rule=call.rule_cause, causes=()),
        )
        for provider, result in results.items()
    ]
    listed = sum(result.is_listed for result in results.values())
    return (*facts, OutcomePublished(assessed=len(results), listed=listed))


def _certificates(application: Application, context: DecisionContext) -> StaffCertificates | None:
    """Who of an applicant's people is certified today 持证情况; None while the city asks for no certificates."""
    if not rule_in_force(context.read.get(QUALIFICATION_RULE), ExamRule, context.day).certified_only:
        return None
    grades: dict[str, CertificateGrade] = {}
    for member in application.staff:
        held: Certificate | None = context.read.get(certificate_stream(member.person))
        grade = held.grade_on(context.day) if held is not None else None
        if grade is not None:
            grades[member.person] = grade
    senior = frozenset(one for one, grade in grades.items() if grade is CertificateGrade.SENIOR)
    return StaffCertificates(certified=frozenset(grades), senior=senior)


def end_objections(_command: EndObjections, call: Call, context: DecisionContext) -> Facts:
    """After the last day for them 结束公示.

    Raises:
        Refused: CALL_OUT_OF_ORDER, OBJECTIONS_NOT_OVER, OBJECTIONS_OPEN, OBJECTIONS_NOT_CARRIED_OUT.
    """
    require_stage(call, CallStage.PUBLISHED)
    until = call.dates.objections_until
    if context.day <= until:
        raise OBJECTIONS_NOT_OVER.refuse(until=until)
    known = applications(call, context)
    open_still = sorted(one.provider for one in known.values() if any(map(partial(_is_open, context), one.objections)))
    if open_still:
        raise OBJECTIONS_OPEN.refuse(count=len(open_still), names=names_of(open_still, context))
    granted = sorted(
        (provider, objection)
        for provider, one in known.items()
        for objection in one.objections
        if _is_granted(context, objection) and proceeding_stream(objection) not in one.carried_out
    )
    if granted:
        names = "、".join(f"{names_of([provider], context)}（{objection}）" for provider, objection in granted)
        raise OBJECTIONS_NOT_CARRIED_OUT.refuse(count=len(granted), names=names)
    moved = _moved(known, call)
    facts = [OnStream(application_stream(call.year, provider), fact) for provider, fact in moved.items()]
    changed = sum(provider in moved or _is_changed(one) for provider, one in known.items())
    return (*facts, ObjectionsOver(changed=changed))


def _moved(known: Mapping[str, Application], call: Call) -> dict[str, ApplicationAssessed]:
    """Who gains or loses one of the year's places because decisions changed totals 名额调整; each cites those results."""
    before = {one.provider: one.result for one in known.values() if one.result is not None}
    causes = tuple(
        cause_of(application_stream(call.year, provider), one.result_version)
        for provider, one in sorted(known.items())
        if _is_changed(one) and one.result_version is not None
    )
    return {
        provider: ApplicationAssessed(result=result, marks=known[provider].marks, rule=call.rule_cause, causes=causes)
        for provider, result in within_places(before, call.rule).items()
        if result != before[provider]
    }


def _is_open(context: DecisionContext, proceeding: str) -> bool:
    found: Proceeding | None = context.read.get(proceeding_stream(proceeding))
    return found is not None and found.status not in ENDED


def _is_granted(context: DecisionContext, proceeding: str) -> bool:
    found: Proceeding | None = context.read.get(proceeding_stream(proceeding))
    if found is None or found.status is not ProceedingStatus.FINAL:
        return False
    return found.outcome in (ProceedingOutcome.UPHELD, ProceedingOutcome.PARTLY)


def _is_changed(application: Application) -> bool:
    """Whether a decision changed its result."""
    return application.stage is ApplicationStage.ASSESSED and application.revised
