"""Decision and appeal 决定与申诉: by another person than before, with reasons, open to appeal until its day. plan P6, V4."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from domain.access import Mask, Role
from domain.command_rights import BY_THE_PROGRAM, CITY
from domain.governance.proceedings.hearing import TIME_NOT_OVER
from domain.governance.proceedings.state import (
    OFFICE,
    PROCEEDING_READERS,
    Proceeding,
    ProceedingCommand,
    ProceedingOutcome,
    ProceedingStatus,
    Side,
    calendar_of,
    periods_of,
    require_proceeding_status,
)
from domain.governance.working_calendar import Deadline, deadline, due_on
from domain.kernel import DecisionContext, Event, Facts, Rule, Text
from domain.person_id_fields import PersonId

# Rules

DECIDED_BY_THE_SAME = Rule(
    "DECIDED_BY_THE_SAME",
    "plan V4",
    "提起程序、送达告知书、代为陈述或已作出决定的人不能作此决定，请由他人办理",
    "Whoever opened the proceeding, served its notice, answered it or decided before does not decide here; let someone else",
)
HEARING_COMES_FIRST = Rule(
    "HEARING_COMES_FIRST",
    "plan V4",
    "须先举行听证再作此决定：依职权处理服务商，或当事人要求听证",
    "A hearing comes before this decision: the administration moves against a provider, or a side asked for it",
)
ARBITERS_DECIDE = Rule(
    "ARBITERS_DECIDE",
    "plan P6",
    "该程序由仲裁专家的意见决定，请在诊断中作出仲裁决定",
    "The opinions of arbiters decide this proceeding; decide the arbitration within its diagnosis",
)
APPEAL_NOT_YOURS = Rule(
    "APPEAL_NOT_YOURS",
    "plan V4",
    "只有决定对其不利的企业或服务商可以申诉",
    "Only the firm or provider that the decision went against appeals",
)
TIME_TO_APPEAL_OVER = Rule(
    "TIME_TO_APPEAL_OVER",
    "plan V4",
    "申诉期限已于 {latest} 届满，决定即将生效或已生效，不再受理申诉",
    "The time to appeal ended on {latest}; the decision is final and no appeal is taken",
)

# Commands


class DecideProceeding(ProceedingCommand):
    """Decide a proceeding, with reasons, by another person than opened it, served its notice or answered it · 作出决定."""

    roles: ClassVar = CITY

    outcome: ProceedingOutcome = Field(description="Whether what is asked is granted · 处理结果")
    reasons: Text = Field(description="Why · 决定理由")


class AppealDecision(ProceedingCommand):
    """Appeal against a decision, within its time · 提出申诉."""

    roles: ClassVar = frozenset({Role.PROVIDER, Role.ENTERPRISE, Role.CONFIRMER})

    grounds: Text = Field(description="Why · 申诉理由")


class DecideAppeal(ProceedingCommand):
    """Decide an appeal, by a person who had no part in it before; the proceeding is final then · 作出申诉决定."""

    roles: ClassVar = CITY

    outcome: ProceedingOutcome = Field(
        description="Whether what was asked at first, not the appeal, is granted in the end · 原请求（不是申诉）的最终处理结果"
    )
    reasons: Text = Field(description="Why · 决定理由")


class EndTimeToAppeal(ProceedingCommand):
    """Take note that the time to appeal is over and the decision final 申诉期限届满."""

    roles: ClassVar = BY_THE_PROGRAM


# Events


class ProceedingDecided(Event):
    """A decision with its reasons 已作出决定. appeal: until when it is open to appeal."""

    type: Literal["proceeding.decided.v1"] = "proceeding.decided.v1"
    told_to: ClassVar = PROCEEDING_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "决定所提请求{title}：{reasons}，申诉至 {appeal.due}"
    says_in_english: ClassVar = (
        "decided on what was asked, “{outcome:term}”: {reasons}; open to appeal until {appeal.due}"
    )
    outcome: ProceedingOutcome
    reasons: str
    decided_by: PersonId
    appeal: Deadline

    @property
    def title(self) -> str:
        """What the outcome is called 结果名称."""
        return self.outcome.description.rpartition(" · ")[2]


class DecisionAppealed(Event):
    """An appeal was made 已提出申诉. decision: until when the office is to decide it."""

    type: Literal["proceeding.appealed.v1"] = "proceeding.appealed.v1"
    told_to: ClassVar = PROCEEDING_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "提出了申诉：{grounds}"
    says_in_english: ClassVar = "appealed against the decision: {grounds}"
    side: Side
    grounds: str
    decision: Deadline


class AppealDecided(Event):
    """The appeal was decided, and the proceeding is final 申诉已决定."""

    type: Literal["proceeding.appeal_decided.v1"] = "proceeding.appeal_decided.v1"
    told_to: ClassVar = PROCEEDING_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "就申诉作出最终决定，原请求{title}：{reasons}"
    says_in_english: ClassVar = "decided the appeal for good, on what was first asked “{outcome:term}”: {reasons}"
    outcome: ProceedingOutcome
    reasons: str
    decided_by: PersonId

    @property
    def title(self) -> str:
        """What the outcome is called 结果名称."""
        return self.outcome.description.rpartition(" · ")[2]


class DecisionBecameFinal(Event):
    """Nobody appealed in time 决定已生效. due: the last day to appeal."""

    type: Literal["proceeding.became_final.v1"] = "proceeding.became_final.v1"
    told_to: ClassVar = PROCEEDING_READERS
    says: ClassVar = "记录了申诉期限于 {due} 届满，决定生效"
    says_in_english: ClassVar = "recorded that the time to appeal ended on {due} and the decision is in force"
    due: date


# Decide: what may happen

CONTENT = {ProceedingOutcome.UPHELD: Side.APPLICANT, ProceedingOutcome.DISMISSED: Side.RESPONDENT}
"""Outcome -> the side that got all it asked 无可申诉的一方."""


def decide_proceeding(command: DecideProceeding, proceeding: Proceeding, context: DecisionContext) -> Facts:
    """A request may be dismissed without a hearing; against a provider nothing is granted before one 作出决定."""
    require_proceeding_status(proceeding, ProceedingStatus.ANSWERED, ProceedingStatus.HEARD)
    if context.by in proceeding.took_part:
        raise DECIDED_BY_THE_SAME.refuse()
    needs_hearing = proceeding.asks_hearing or proceeding.kind in OFFICE
    if needs_hearing and command.outcome is not ProceedingOutcome.DISMISSED and proceeding.status is not ProceedingStatus.HEARD:
        raise HEARING_COMES_FIRST.refuse(path="outcome")
    periods = periods_of(proceeding.kind, proceeding.opened_on, context)
    appeal = deadline(context.day, periods.appeal_days, calendar_of(context))
    told = {"outcome": command.outcome, "reasons": command.reasons}
    return (ProceedingDecided(**told, decided_by=context.by, appeal=appeal),)


def appeal_decision(command: AppealDecision, proceeding: Proceeding, context: DecisionContext) -> Facts:
    """By a firm or a provider that did not get all it asked, or against whom something was granted 提出申诉."""
    side = proceeding.side_of(context.role, context.organisation)
    if proceeding.status is ProceedingStatus.FINAL and proceeding.appeal is not None and side is not None:
        raise TIME_TO_APPEAL_OVER.refuse(latest=due_on(proceeding.appeal, calendar_of(context)))
    require_proceeding_status(proceeding, ProceedingStatus.DECIDED)
    if side is None or side is CONTENT.get(proceeding.outcome or ProceedingOutcome.PARTLY):
        raise APPEAL_NOT_YOURS.refuse()
    if context.day > (last := _appeal_due(proceeding, context)):
        raise TIME_TO_APPEAL_OVER.refuse(latest=last)
    periods = periods_of(proceeding.kind, proceeding.opened_on, context)
    decision = deadline(context.day, periods.appeal_decision_days, calendar_of(context))
    return (DecisionAppealed(side=side, grounds=command.grounds, decision=decision),)


def decide_appeal(command: DecideAppeal, proceeding: Proceeding, context: DecisionContext) -> Facts:
    """By a third person 作出申诉决定."""
    require_proceeding_status(proceeding, ProceedingStatus.APPEALED)
    if context.by in (*proceeding.took_part, proceeding.decided_by):
        raise DECIDED_BY_THE_SAME.refuse()
    return (AppealDecided(outcome=command.outcome, reasons=command.reasons, decided_by=context.by),)


def end_time_to_appeal(_command: EndTimeToAppeal, proceeding: Proceeding, context: DecisionContext) -> Facts:
    """Nothing where it went on by itself meanwhile; refused before the time is over 申诉期限届满."""
    if proceeding.status is not ProceedingStatus.DECIDED:
        return ()
    if context.day <= (last := _appeal_due(proceeding, context)):
        raise TIME_NOT_OVER.refuse(latest=last)
    return (DecisionBecameFinal(due=last),)


def _appeal_due(proceeding: Proceeding, context: DecisionContext) -> date:
    assert proceeding.appeal is not None, "a decision has its time to appeal"  # noqa: S101 - guards replay, not input
    return due_on(proceeding.appeal, calendar_of(context))
