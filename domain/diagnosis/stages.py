"""Stages 诊断环节: each stage of a case has its last day, in working days by the limits of the day it was opened. plan P3–P6.

A stage begins in the transaction of the step that leads to it, on a stream beside the case's own: no step's fact changed its
shape, and a case that was opened before there were stages has one from its next step on. Time reminds and escalates, it never
confirms: what a stage waits for is done by those it waits for, however late.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place, Role
from domain.command_rights import BY_THE_PROGRAM, GOVERNMENT, require_right
from domain.diagnosis.arbitration import ArbitrationRequested, ArbitrationSettled
from domain.diagnosis.campaign_limits import LimitsInForce, campaign_limits_stream, limits_in_force
from domain.diagnosis.filing import ReportFiled
from domain.diagnosis.objections import ObjectionsAnswered, ReportObjectedTo
from domain.diagnosis.on_site import PROCESS_RULE, SiteVisitRecorded
from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.provider import DiagnosisAccepted
from domain.diagnosis.readings import ReadingHeld
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.review import ReportHandedIn, ReportReviewed
from domain.diagnosis.self_assessment import SelfAssessmentSubmitted
from domain.diagnosis.state import PROCEEDINGS_READERS, Diagnosis, DiagnosisCommand, diagnosis_stream
from domain.diagnosis.withdrawal import DiagnosisWithdrawn
from domain.governance.dated_rules import rule_in_force, rule_stream
from domain.governance.proceedings.hearing import DEADLINE_NOT_LATER, TIME_NOT_OVER
from domain.governance.proceedings.state import calendar_of
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.process import ProcessRule
from domain.governance.rule_bodies.stages import StageLimits
from domain.governance.working_calendar import (
    CALENDAR_STREAM,
    DAY,
    Deadline,
    WorkingCalendar,
    deadline,
    due_on,
    working_days_between,
)
from domain.kernel import (
    NOT_FOUND,
    NOWHERE,
    Capability,
    DecisionContext,
    Event,
    Facts,
    OnStream,
    Rule,
    Stream,
    Text,
    Unfinished,
    stream_of,
)
from domain.participants.enterprises import Firm, enterprise_stream, place_of
from domain.stated_dates import require_not_too_far_ahead
from standards.described import DescribedEnum


class Stage(DescribedEnum):
    """Stage of a case that waits for somebody · 诊断环节."""

    SELF_ASSESSMENT = "self_assessment", "The firm fills in and submits its self-assessment · 自评"
    EVIDENCE_CHECK = "evidence_check", "The provider checks what was submitted and accepts it · 资料核验"
    SITE_VISIT = "site_visit", "The provider visits the firm · 现场诊断"
    REPORT = "report", "The provider verifies, scores and issues the report · 报告编制"
    INTERNAL_REVIEW = "internal_review", "The provider's reviewer reads the report · 机构内审"
    CONFIRMATION = "confirmation", "The firm confirms the report or objects · 企业确认"
    OBJECTION = "objection", "The objections are answered · 异议处理"
    FILING = "filing", "The district files the confirmed diagnosis · 区级备案"
    READING = "reading", "Experts read the report with the firm · 专家解读"


STAGE_RULE = rule_stream(RuleKind.STAGES)
"""Stream of the rule that says how long each stage takes."""

# Rules

STAGE_NOT_RUNNING = Rule(
    "STAGE_NOT_RUNNING",
    "plan P5",
    "该诊断当前没有计时的环节，无须延期",
    "No stage of the diagnosis runs now; there is nothing to extend",
)

# Commands


class ExtendStage(DiagnosisCommand):
    """Give the stage that runs more time, also one that is over, with the reason · 环节延期."""

    roles: ClassVar = GOVERNMENT

    until: date = Field(description="Last day from now on, later than before · 新的截止日")
    reason: Text = Field(description="Why · 理由")


class RemindOfStage(DiagnosisCommand):
    """Remind of a stage that ends soon 环节临期提醒."""

    roles: ClassVar = BY_THE_PROGRAM


class EscalateStage(DiagnosisCommand):
    """Take note that the time of a stage is over, for the district to look into 环节逾期上报."""

    roles: ClassVar = BY_THE_PROGRAM


StageCommand = ExtendStage | RemindOfStage | EscalateStage

# Events


class StageFact(Event):
    """A fact of a case's stages 环节事实."""

    told_to: ClassVar = PROCEEDINGS_READERS


class StageBegan(StageFact):
    """A stage runs from now on 环节已开始, the one before it is done.

    remind_on: from which day on it is reminded of. rule: what set its limit, the dated rule or the campaign, as stream/version;
    None = the default on file.
    """

    type: Literal["stage.began.v2"] = "stage.began.v2"
    concerns: ClassVar = ("enterprise", "provider")
    says: ClassVar = "开始了“{title}”环节，截止 {deadline.due}"
    says_in_english: ClassVar = "began the stage “{stage:term}”, due {deadline.due}"
    stage: Stage
    enterprise: str
    provider: str | None
    deadline: Deadline
    remind_on: date
    rule: str | None
    rule_since: date

    @property
    def title(self) -> str:
        """What the stage is called 环节名称."""
        return self.stage.names[0]


class StageReminded(StageFact):
    """A stage ends soon 环节临期已提醒."""

    type: Literal["stage.reminded.v2"] = "stage.reminded.v2"
    says: ClassVar = "提醒：“{title}”环节将于 {due} 截止"
    says_in_english: ClassVar = "reminded that the stage “{stage:term}” is due {due}"
    stage: Stage
    due: date

    @property
    def title(self) -> str:
        """What the stage is called 环节名称."""
        return self.stage.names[0]


class StageEscalated(StageFact):
    """The time of a stage is over 环节逾期已上报. due: its last day."""

    type: Literal["stage.escalated.v2"] = "stage.escalated.v2"
    says: ClassVar = "上报：“{title}”环节已于 {due} 逾期"
    says_in_english: ClassVar = "escalated that the stage “{stage:term}” was due {due}"
    stage: Stage
    due: date

    @property
    def title(self) -> str:
        """What the stage is called 环节名称."""
        return self.stage.names[0]


class StageExtended(StageFact):
    """A stage has more time 环节已延期. before: its last day until then; remind_on: from which day on it is reminded of."""

    type: Literal["stage.extended.v2"] = "stage.extended.v2"
    says: ClassVar = "将“{title}”环节由 {before} 延至 {until}：{reason}"
    says_in_english: ClassVar = "moved the end of the stage “{stage:term}” from {before} to {until}: {reason}"
    stage: Stage
    before: date
    until: date
    remind_on: date
    reason: str

    @property
    def title(self) -> str:
        """What the stage is called 环节名称."""
        return self.stage.names[0]


class StagesEnded(StageFact):
    """No stage runs any more 环节已全部结束: the case is confirmed or withdrawn."""

    type: Literal["stage.ended.v1"] = "stage.ended.v1"
    says: ClassVar = "结束了全部环节"
    says_in_english: ClassVar = "ended all stages"


StageEvent = StageBegan | StageReminded | StageEscalated | StageExtended | StagesEnded

# State


class Stages(BaseModel):
    """The stage that runs 现行环节; None = none does. until: its last day where it was extended. remind_on: None once reminded."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    enterprise: str
    provider: str | None
    stage: Stage | None = None
    deadline: Deadline | None = None
    until: date | None = None
    remind_on: date | None = None
    escalated: bool = False

    def due(self, calendar: WorkingCalendar) -> date:
        """Last day of the stage that runs 截止日."""
        assert self.deadline is not None, "a stage that runs has its last day"  # noqa: S101 - guards replay, not input
        return self.until or due_on(self.deadline, calendar)


def stage_stream(diagnosis: str) -> Stream:
    """Stream of one case's stages."""
    return stream_of("stage", diagnosis)


WAITS_FOR: Mapping[Stage, Role] = {
    Stage.SELF_ASSESSMENT: Role.ENTERPRISE,
    Stage.EVIDENCE_CHECK: Role.PROVIDER,
    Stage.SITE_VISIT: Role.PROVIDER,
    Stage.REPORT: Role.PROVIDER,
    Stage.INTERNAL_REVIEW: Role.REVIEWER,
    Stage.CONFIRMATION: Role.ENTERPRISE,
    Stage.OBJECTION: Role.PROVIDER,
    Stage.FILING: Role.DISTRICT,
    Stage.READING: Role.READER,
}
"""Stage -> the role whose step ends it 等待角色; an objection that went to arbitration waits for the arbiters too."""

# Which stage follows

BEGUN_BY: Mapping[type[Event], Stage | None] = {
    DiagnosisOpened: Stage.SELF_ASSESSMENT,
    SelfAssessmentSubmitted: Stage.EVIDENCE_CHECK,
    DiagnosisAccepted: Stage.SITE_VISIT,
    SiteVisitRecorded: Stage.REPORT,
    ReportHandedIn: Stage.INTERNAL_REVIEW,
    ReportIssued: Stage.CONFIRMATION,
    ReportObjectedTo: Stage.OBJECTION,
    ArbitrationRequested: Stage.OBJECTION,
    ReportConfirmed: None,
    ReportFiled: None,
    ReadingHeld: None,
    DiagnosisWithdrawn: None,
}
"""Fact of a case -> the stage that begins with it; None = none runs from then on. Answered objections: what became of them
says. Confirmed, filed: where the rule of the process asks for it, the filing, the reading follows."""


Parties = tuple[str, str | None, str]
"""Firm of a case, its provider if there is one, and the campaign that it was opened in 案件归属."""


def stages_after(facts: Facts, diagnosis: str, parties: Parties, context: DecisionContext) -> Iterator[OnStream]:
    """The stage that begins with a step 后续环节, as a fact beside it; nothing where the stage goes on.

    context: with the stage's stream, its rule, the campaign's limits and the calendar read.
    """
    stream = stage_stream(diagnosis)
    known: Stages | None = context.read.get(stream)
    for fact in facts:
        if isinstance(fact, OnStream):
            continue
        kind = fact.event if isinstance(fact, Unfinished) else type(fact)
        if isinstance(fact, ObjectionsAnswered | ArbitrationSettled):
            stage: Stage | None = Stage.REPORT if fact.upheld else Stage.CONFIRMATION
        elif isinstance(fact, ReportReviewed):
            if fact.passed:
                continue
            stage = Stage.REPORT
        elif kind in (ReportConfirmed, ReportFiled):
            rule = rule_in_force(context.read.get(PROCESS_RULE), ProcessRule, context.day)
            asked, follows = (rule.filed, Stage.FILING) if kind is ReportConfirmed else (rule.read, Stage.READING)
            stage = follows if asked else BEGUN_BY[kind]
        elif kind in BEGUN_BY:
            stage = BEGUN_BY[kind]
        else:
            continue
        if stage is None:
            if known is not None and known.stage is not None:
                yield OnStream(stream, StagesEnded())
        elif kind is not SiteVisitRecorded or known is None or known.stage is Stage.SITE_VISIT:
            yield OnStream(stream, _begun(stage, diagnosis, parties, context))


def _begun(stage: Stage, diagnosis: str, parties: Parties, context: DecisionContext) -> StageBegan:
    enterprise, provider, campaign = parties
    opened, calendar = context.first_day_of(diagnosis_stream(diagnosis)), calendar_of(context)
    found = limits_of_case(campaign, opened, opened, context)
    given = deadline(context.day, getattr(found.limits, stage.value), calendar)
    return StageBegan(
        stage=stage,
        enterprise=enterprise,
        provider=provider,
        deadline=given,
        remind_on=remind_day(given.due, found.limits, calendar),
        rule=found.cause,
        rule_since=found.since,
    )


def limits_of_case(campaign: str, opened: date, day: date, context: DecisionContext) -> LimitsInForce:
    """Limits that a case keeps to 案件时限: those of its campaign on the day it was opened, else those of the rule on a day.

    context: with the rule of stages and the campaign's limits read.
    """
    return limits_in_force(context.read.get(campaign_limits_stream(campaign)), opened, context.read.get(STAGE_RULE), day)


def remind_day(due: date, limits: StageLimits, calendar: WorkingCalendar) -> date:
    """The day so many working days before the last one."""
    found = due
    while working_days_between(found, due, calendar) < limits.remind_before:
        found -= timedelta(days=1)
    return found


# Decide: what may happen


def decide(command: StageCommand, stages: Stages | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, those of stated dates, DEADLINE_NOT_LATER and TIME_NOT_OVER (plan P5)."""
    require_right(command, context.role)
    if stages is None:
        raise NOT_FOUND.refuse()
    if stages.stage is None:
        if isinstance(command, ExtendStage):
            raise STAGE_NOT_RUNNING.refuse()
        return ()
    due = stages.due(calendar_of(context))
    match command:
        case ExtendStage(until=until, reason=reason):
            require_not_too_far_ahead("until", until, context)
            if until <= due or until < context.day:
                raise DEADLINE_NOT_LATER.refuse(path="until", present=due, earliest=max(due + DAY, context.day))
            case: Diagnosis = context.read[diagnosis_stream(command.diagnosis)]
            opened = context.first_day_of(diagnosis_stream(command.diagnosis))
            limits = limits_of_case(case.campaign, opened, opened, context).limits
            remind_on = remind_day(until, limits, calendar_of(context))
            return (StageExtended(stage=stages.stage, before=due, until=until, remind_on=remind_on, reason=reason),)
        case RemindOfStage():
            if stages.remind_on is None or context.day > due:
                return ()
            if context.day < stages.remind_on:
                raise TIME_NOT_OVER.refuse(latest=stages.remind_on)
            return (StageReminded(stage=stages.stage, due=due),)
        case EscalateStage():
            if stages.escalated:
                return ()
            if context.day <= due:
                raise TIME_NOT_OVER.refuse(latest=due)
            return (StageEscalated(stage=stages.stage, due=due),)
        case never:
            assert_never(never)


# Evolve: what has happened


def evolve(stages: Stages | None, event: StageEvent) -> Stages:
    """The stages after one more fact."""
    if isinstance(event, StageBegan):
        stated = event.model_dump(include={"enterprise", "provider", "stage", "remind_on"})
        return Stages(**stated, deadline=event.deadline)
    assert stages is not None, "a history starts with StageBegan"  # noqa: S101 - guards replay, not input
    match event:
        case StageReminded():
            return stages.model_copy(update={"remind_on": None})
        case StageEscalated():
            return stages.model_copy(update={"escalated": True})
        case StageExtended(until=until, remind_on=remind_on):
            return stages.model_copy(update={"until": until, "remind_on": remind_on, "escalated": False})
        case StagesEnded():
            return Stages(enterprise=stages.enterprise, provider=stages.provider)
        case never:
            assert_never(never)


def _reads(command: StageCommand, stages: Stages | None) -> tuple[Stream, ...]:
    firm = (enterprise_stream(stages.enterprise),) if stages is not None else ()
    return (CALENDAR_STREAM, STAGE_RULE, diagnosis_stream(command.diagnosis), *firm)


def _reads_further(_command: StageCommand, _stages: Stages | None, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    cases = (one for one in read.values() if isinstance(one, Diagnosis))
    return tuple(campaign_limits_stream(one.campaign) for one in cases)


def _place(_command: StageCommand, stages: Stages | None, read: Mapping[str, Any]) -> Place:
    firm: Firm | None = read.get(enterprise_stream(stages.enterprise)) if stages is not None else None
    return NOWHERE if stages is None or firm is None else place_of(stages.enterprise, firm, stages.provider)


STAGES = Capability(
    name="stage",
    key_names=("diagnosis",),
    commands=tuple(StageCommand.__args__),
    events=tuple(StageEvent.__args__),
    stream=lambda command: stage_stream(command.diagnosis),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)
