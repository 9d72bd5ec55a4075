"""Follow-up 跟踪回访: after the filing the firm plans what it will do and reports, month by month, what it brought. plan R2.

It begins in the transaction of the filing, on a stream beside the case's own, as a stage does. A round opens when its month is over
and lasts as many working days as the rule says; later is late, and taken. Numbers before and after are shown as they are stated:
nothing counts them.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, assert_never

from pydantic import Field

from domain.access import Place, Role
from domain.command_rights import BY_THE_PROGRAM, CONFIRMERS, GOVERNMENT, require_right
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.campaign_limits import campaign_limits_stream
from domain.diagnosis.filing import ReportFiled
from domain.diagnosis.follow_up_facts import (
    FOLLOW_UP_CLOSED,
    FollowUp,
    FollowUpBegan,
    FollowUpClosed,
    FollowUpEscalated,
    FollowUpEvent,
    FollowUpPlanned,
    FollowUpReminded,
    FollowUpReported,
    FollowUpRound,
    MeasuredChange,
    PlannedMeasure,
    RoundState,
    follow_up_stream,
)
from domain.diagnosis.readings import NOT_FILED
from domain.diagnosis.stages import STAGE_RULE, Parties, limits_of_case, remind_day
from domain.diagnosis.state import Diagnosis, DiagnosisCommand, Status, diagnosis_stream, pinned_edition, require_status
from domain.governance.proceedings.hearing import TIME_NOT_OVER
from domain.governance.proceedings.state import calendar_of
from domain.governance.working_calendar import CALENDAR_STREAM, deadline, due_on
from domain.instants import months_after
from domain.kernel import (
    NOT_FOUND,
    NOWHERE,
    Capability,
    DecisionContext,
    Facts,
    OnStream,
    Refused,
    Rule,
    Stream,
    Text,
    refuse_together,
    repeated,
)
from domain.participants.enterprises import Firm, enterprise_stream, place_of
from domain.standard.editions import edition_stream
from domain.stated_dates import DateName, require_not_too_far_ahead

SPEAKERS = CONFIRMERS | {Role.FILLER}
MEASURES_AT_MOST = 50
CHANGES_AT_MOST = 50

# Rules

FOLLOW_UP_NOT_PLANNED = Rule(
    "FOLLOW_UP_NOT_PLANNED",
    "plan R2",
    "尚未提交改进计划；请先写明将采取的措施",
    "Nothing is planned yet; say first what is to be done",
)
FOLLOW_UP_PLAN_FIXED = Rule(
    "FOLLOW_UP_PLAN_FIXED",
    "plan R2",
    "已按该计划报告过改进情况，计划不再更改；新的措施请写入下一期报告",
    "Its first report is given, so the plan stands; say what is new in the next report",
)
MEASURE_DAY_PAST = Rule(
    "MEASURE_DAY_PAST",
    "plan R2",
    "措施的完成日最早为今天（{earliest}）",
    "A measure is to be done today, {earliest}, or later",
)
RECOMMENDATION_UNKNOWN = Rule(
    "RECOMMENDATION_UNKNOWN",
    "plan R2",
    "专家解读没有就指标 {indicator} 提出第 {number} 条建议；请核对序号，或不填",
    "The reading has no recommendation {number} on {indicator}; check the number, or leave it out",
)
FOLLOW_UP_MONTH_UNKNOWN = Rule(
    "FOLLOW_UP_MONTH_UNKNOWN",
    "plan R2",
    "没有第 {month} 个月的回访；可报告的为第 {months} 个月",
    "There is no follow-up at {month} months; there are those at {months}",
)
FOLLOW_UP_NOT_YET = Rule(
    "FOLLOW_UP_NOT_YET",
    "plan R2",
    "第 {month} 个月的改进情况自 {earliest} 起报告，现在尚早；请届时再报告",
    "What was done by month {month} is reported from {earliest} on; it is too early, report it then",
)
FOLLOW_UP_REPORTED = Rule(
    "FOLLOW_UP_REPORTED",
    "plan R2",
    "第 {month} 个月的改进情况已经报告，每期只报告一次",
    "Month {month} is reported already; each is reported once",
)
CHANGE_EVIDENCE_UNKNOWN = Rule(
    "CHANGE_EVIDENCE_UNKNOWN",
    "plan R2",
    "所引佐证不是该诊断所附的文件；请引用该诊断的佐证，或不填",
    "The evidence is no file of the case; cite one that is attached to it, or leave it out",
)
FOLLOW_UP_UNFINISHED = Rule(
    "FOLLOW_UP_UNFINISHED",
    "plan R2",
    "第 {months} 个月的改进情况尚未报告且未逾期，暂不能结束；请待企业报告，或逾期后再结束",
    "Months {months} are neither reported nor over; wait for the firm's report, or until its time is over",
)

# Commands


class PlanFollowUp(DiagnosisCommand):
    """Say what the firm will do, by when; again, until its first report is given · 提交改进计划."""

    roles: ClassVar = SPEAKERS

    measures: Annotated[tuple[PlannedMeasure, ...], Field(min_length=1, max_length=MEASURES_AT_MOST)] = Field(
        description="What is to be done · 改进措施"
    )


class ReportFollowUp(DiagnosisCommand):
    """Report what was done by a month of the rule and what it brought, once it is over; later is late · 报告改进情况."""

    roles: ClassVar = SPEAKERS

    month: Annotated[int, Field(ge=0, le=120)] = Field(description="Month after the filing, such as 6 · 回访月数")
    done: Text = Field(description="What was done · 已采取的措施")
    changes: Annotated[tuple[MeasuredChange, ...], Field(max_length=CHANGES_AT_MOST)] = Field(
        default=(), description="What was measured before and after · 前后对比"
    )


class CloseFollowUp(DiagnosisCommand):
    """Close the follow-up with a conclusion, once each month is reported or over · 结束跟踪回访."""

    roles: ClassVar = GOVERNMENT

    conclusion: Text = Field(description="What came of it · 回访结论")


class RemindOfFollowUp(DiagnosisCommand):
    """Remind of a month that ends soon 回访临期提醒."""

    roles: ClassVar = BY_THE_PROGRAM

    month: Annotated[int, Field(ge=0, le=120)]


class EscalateFollowUp(DiagnosisCommand):
    """Take note that a month is over without a report 回访逾期上报."""

    roles: ClassVar = BY_THE_PROGRAM

    month: Annotated[int, Field(ge=0, le=120)]


FollowUpCommand = PlanFollowUp | ReportFollowUp | CloseFollowUp | RemindOfFollowUp | EscalateFollowUp


# How it begins


def follow_up_after(facts: Facts, diagnosis: str, parties: Parties, context: DecisionContext) -> Iterator[OnStream]:
    """The follow-up that begins with a filing, as a fact beside it 后续回访. context: with the case's limits and calendar read."""
    if any(isinstance(fact, ReportFiled) for fact in facts):
        yield OnStream(follow_up_stream(diagnosis), _begun(diagnosis, parties, context))


def _begun(diagnosis: str, parties: Parties, context: DecisionContext) -> FollowUpBegan:
    enterprise, provider, campaign = parties
    opened, calendar = context.first_day_of(diagnosis_stream(diagnosis)), calendar_of(context)
    found = limits_of_case(campaign, opened, context.day, context)
    limits = found.limits
    rounds = []
    for month in sorted(set(limits.follow_up_months)):
        opens = months_after(context.day, month)
        given = deadline(opens, limits.follow_up, calendar)
        remind_on = max(opens, remind_day(given.due, limits, calendar))
        rounds.append(FollowUpRound(month=month, opens=opens, deadline=given, remind_on=remind_on))
    stated = {"enterprise": enterprise, "provider": provider, "counted_from": context.day}
    return FollowUpBegan(**stated, rounds=tuple(rounds), rule=found.cause, rule_since=found.since)


# Decide: what may happen


def decide(command: FollowUpCommand, known: FollowUp | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, DIAGNOSIS_WRONG_STATUS (plan P3) and REPORT_NOT_FILED before the filing."""
    require_right(command, context.role)
    diagnosis: Diagnosis | None = context.read.get(diagnosis_stream(command.diagnosis))
    if diagnosis is None:
        raise NOT_FOUND.refuse()
    if isinstance(command, RemindOfFollowUp | EscalateFollowUp):
        return _due_act(command, known, context)
    require_status(diagnosis, Status.CONFIRMED)
    if diagnosis.filed is None:
        raise NOT_FILED.refuse()
    begun: Facts = ()
    if known is None:  # it was filed before filings began a follow-up: its months are counted from now
        beginning = _begun(command.diagnosis, (diagnosis.enterprise, diagnosis.provider, diagnosis.campaign), context)
        begun, known = (beginning,), evolve(None, beginning)
    if known.closed:
        raise FOLLOW_UP_CLOSED.refuse()
    match command:
        case PlanFollowUp():
            return (*begun, *_planned(command, known, diagnosis, context))
        case ReportFollowUp():
            return (*begun, _reported(command, known, diagnosis, context))
        case CloseFollowUp():
            return (*begun, _closed(command, known, context))
        case never:
            assert_never(never)


def _planned(command: PlanFollowUp, known: FollowUp, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """What is planned names indicators of the edition, recommendations of the reading, and days ahead; the same again is none."""
    if any(one.reported for one in known.rounds.values()):
        raise FOLLOW_UP_PLAN_FIXED.refuse()
    problems = list(_unknown(diagnosis, context, "measures", [one.indicator for one in command.measures]))
    problems += repeated("measures", command.measures)
    for place, one in enumerate(command.measures):
        number = one.recommendation
        said = diagnosis.recommended[number - 1 : number] if number is not None else ()
        if number is not None and (not said or said[0].indicator != one.indicator):
            path = f"measures.{place}.recommendation"
            problems.append(RECOMMENDATION_UNKNOWN.refuse(path=path, indicator=one.indicator, number=number))
        if one.by < context.day:
            problems.append(MEASURE_DAY_PAST.refuse(path=f"measures.{place}.by", earliest=context.day))
    refuse_together(problems)
    for place, one in enumerate(command.measures):
        require_not_too_far_ahead("by", one.by, context, DateName("完成日", "day to be done by"), within=f"measures.{place}.")
    return () if known.measures == command.measures else (FollowUpPlanned(measures=command.measures),)


def _reported(command: ReportFollowUp, known: FollowUp, diagnosis: Diagnosis, context: DecisionContext) -> FollowUpReported:
    """Of a month that is over, once; after its last day it is late."""
    if not known.measures:
        raise FOLLOW_UP_NOT_PLANNED.refuse()
    found = known.rounds.get(command.month)
    if found is None:
        months = "、".join(map(str, known.rounds))
        raise FOLLOW_UP_MONTH_UNKNOWN.refuse(path="month", month=command.month, months=months, allowed=tuple(known.rounds))
    if found.reported:
        raise FOLLOW_UP_REPORTED.refuse(path="month", month=command.month)
    if context.day < found.round.opens:
        raise FOLLOW_UP_NOT_YET.refuse(path="month", month=command.month, earliest=found.round.opens)
    problems = list(_unknown(diagnosis, context, "changes", [one.indicator for one in command.changes]))
    problems += repeated("changes", command.changes)
    files = {sha256 for sha256, _ in diagnosis.evidence}
    for place, one in enumerate(command.changes):
        if one.evidence is not None and one.evidence not in files:
            problems.append(CHANGE_EVIDENCE_UNKNOWN.refuse(path=f"changes.{place}.evidence"))
    refuse_together(problems)
    due = due_on(found.round.deadline, calendar_of(context))
    told = {"month": command.month, "done": command.done, "changes": command.changes}
    return FollowUpReported(**told, due=due, late=context.day > due)


def _unknown(diagnosis: Diagnosis, context: DecisionContext, where: str, named: list[str]) -> Iterator[Refused]:
    known = {item.id for item in pinned_edition(diagnosis, context).of(diagnosis.form)}
    for place, indicator in enumerate(named):
        if indicator not in known:
            yield INDICATOR_UNKNOWN.refuse(path=f"{where}.{place}.indicator", indicator=indicator)


def _closed(command: CloseFollowUp, known: FollowUp, context: DecisionContext) -> FollowUpClosed:
    """With the months that nobody reported, whose time is over."""
    calendar = calendar_of(context)
    missing = tuple(month for month, one in known.rounds.items() if not one.reported)
    running = [month for month in missing if context.day <= due_on(known.rounds[month].round.deadline, calendar)]
    if running:
        raise FOLLOW_UP_UNFINISHED.refuse(months="、".join(map(str, running)))
    return FollowUpClosed(conclusion=command.conclusion, missing=missing)


def _due_act(command: RemindOfFollowUp | EscalateFollowUp, known: FollowUp | None, context: DecisionContext) -> Facts:
    """Each once, of a month that is not reported, while the follow-up runs."""
    found = known.rounds.get(command.month) if known is not None and not known.closed else None
    if found is None or found.reported:
        return ()
    due = due_on(found.round.deadline, calendar_of(context))
    if isinstance(command, EscalateFollowUp):
        if context.day <= due:
            raise TIME_NOT_OVER.refuse(latest=due)
        return () if found.escalated else (FollowUpEscalated(month=command.month, due=due),)
    if context.day < found.round.remind_on:
        raise TIME_NOT_OVER.refuse(latest=found.round.remind_on)
    return () if found.reminded or context.day > due else (FollowUpReminded(month=command.month, due=due),)


# Evolve: what has happened


def evolve(known: FollowUp | None, event: FollowUpEvent) -> FollowUp:
    """The follow-up after one more fact."""
    if isinstance(event, FollowUpBegan):
        rounds = {one.month: RoundState(round=one) for one in event.rounds}
        return FollowUp(enterprise=event.enterprise, provider=event.provider, rounds=rounds)
    assert known is not None, "a history starts with FollowUpBegan"  # noqa: S101 - guards replay, not input
    match event:
        case FollowUpPlanned(measures=measures):
            return known.model_copy(update={"measures": measures})
        case FollowUpReported(month=month, changes=changes):
            return _marked(known, month, "reported").model_copy(update={"changes": (*known.changes, *changes)})
        case FollowUpReminded(month=month):
            return _marked(known, month, "reminded")
        case FollowUpEscalated(month=month):
            return _marked(known, month, "escalated")
        case FollowUpClosed():
            return known.model_copy(update={"closed": True})
        case never:
            assert_never(never)


def _marked(known: FollowUp, month: int, what: str) -> FollowUp:
    changed = known.rounds[month].model_copy(update={what: True})
    return known.model_copy(update={"rounds": {**known.rounds, month: changed}})


# What the decider reads, and where its subject lies


def _reads(command: FollowUpCommand, _known: FollowUp | None) -> tuple[Stream, ...]:
    return (diagnosis_stream(command.diagnosis), STAGE_RULE, CALENDAR_STREAM)


def _reads_further(command: FollowUpCommand, _known: FollowUp | None, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    case: Diagnosis | None = read.get(diagnosis_stream(command.diagnosis))
    if case is None:
        return ()
    return (enterprise_stream(case.enterprise), edition_stream(case.edition), campaign_limits_stream(case.campaign))


def _place(command: FollowUpCommand, _known: FollowUp | None, read: Mapping[str, Any]) -> Place:
    case: Diagnosis | None = read.get(diagnosis_stream(command.diagnosis))
    firm: Firm | None = read.get(enterprise_stream(case.enterprise)) if case is not None else None
    return NOWHERE if case is None or firm is None else place_of(case.enterprise, firm, case.provider)


FOLLOW_UPS = Capability(
    name="followup",
    key_names=("diagnosis",),
    commands=tuple(FollowUpCommand.__args__),
    events=tuple(FollowUpEvent.__args__),
    stream=lambda command: follow_up_stream(command.diagnosis),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)
