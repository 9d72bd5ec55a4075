"""State of one feedback 反馈现状: what a firm said about which step, who handles it, and what came of it. plan P6."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.access import POSITIONS, Role
from domain.diagnosis.objections import ObjectionsAnswered
from domain.diagnosis.on_site import SiteVisitRecorded
from domain.diagnosis.provider import DiagnosisAccepted
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.self_assessment import SelfAssessmentSubmitted
from domain.governance.dated_rules import DatedRules, dated_rule_on, rule_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.feedback import FeedbackRule
from domain.governance.working_calendar import Deadline
from domain.kernel import Command, DecisionContext, Event, Identifier, IdOf, Part, Rule, Stream, refuse_step, stream_of
from standards.described import DescribedEnum

FEEDBACK_RULE = rule_stream(RuleKind.FEEDBACK)
FIRMS_PEOPLE = POSITIONS[Role.ENTERPRISE]
"""Who may speak: everyone who acts for the firm 反馈人."""
TOLD_OF_FEEDBACK = frozenset({Role.AUDITOR, Role.SYSTEM})
"""To whom the entries of these streams are there at all 反馈轨迹知情角色: an entry names its actor and the unit acted for, and so
who wrote. Everybody else reads a feedback as itself, its handler included."""

FeedbackRef = Annotated[Identifier, IdOf("feedback")]


class FeedbackKind(DescribedEnum):
    """What a firm's word is · 反馈类别."""

    FEEDBACK = "feedback", "Feedback: scores, and what was good or bad · 反馈"
    COMPLAINT = "complaint", "Complaint: to be replied to in time · 投诉"


class FeedbackMilestone(DescribedEnum):
    """The step of a diagnosis that it is about · 反馈环节."""

    SELF_ASSESSMENT = "self_assessment", "Self-assessment submitted · 提交自评"
    ACCEPTANCE = "acceptance", "Accepted by the provider · 受理诊断"
    SITE_VISIT = "site_visit", "Visited on site · 现场诊断"
    REPORT = "report", "Report issued · 出具报告"
    OBJECTION_ANSWERED = "objection_answered", "Objection answered · 答复异议"
    CONFIRMATION = "confirmation", "Report confirmed · 确认报告"


MILESTONES: Mapping[FeedbackMilestone, type[Event]] = {
    FeedbackMilestone.SELF_ASSESSMENT: SelfAssessmentSubmitted,
    FeedbackMilestone.ACCEPTANCE: DiagnosisAccepted,
    FeedbackMilestone.SITE_VISIT: SiteVisitRecorded,
    FeedbackMilestone.REPORT: ReportIssued,
    FeedbackMilestone.OBJECTION_ANSWERED: ObjectionsAnswered,
    FeedbackMilestone.CONFIRMATION: ReportConfirmed,
}
"""Milestone -> the fact with which it is reached."""


class FeedbackSubject(DescribedEnum):
    """What a score is given to · 评价对象."""

    PROVIDER = "provider", "The provider and its people · 服务商"
    PROCESS = "process", "How the diagnosis was run · 诊断过程"
    INDICATOR = "indicator", "An indicator of the standard · 指标"
    PLATFORM = "platform", "The platform · 平台"


RATED_SUBJECTS = frozenset({FeedbackSubject.PROVIDER, FeedbackSubject.PROCESS})
"""What a provider is rated by 计入评价的对象: neither the standard nor the platform is its work."""


class FeedbackStatus(DescribedEnum):
    """How far a feedback has come · 反馈状态."""

    GIVEN = "given", "Given; nobody has taken it up · 待受理"
    TAKEN_UP = "taken_up", "Taken up by its handler · 办理中"
    ANSWERED = "answered", "Replied to · 已答复"
    SECOND_INSTANCE = "second_instance", "A second instance was asked for, by another handler · 待复核"
    REVIEWED = "reviewed", "Replied to in the second instance · 已复核"
    CLOSED = "closed", "Closed, with what came of it · 已办结"


NEXT_STEPS: Mapping[FeedbackStatus, tuple[str, str]] = {
    FeedbackStatus.GIVEN: ("须先由经办人受理", "first its handler takes it up"),
    FeedbackStatus.TAKEN_UP: ("须先由经办人答复", "first its handler replies"),
    FeedbackStatus.ANSWERED: (
        "企业可申请复核，否则由经办人办结",
        "the firm may ask for a second instance, else its handler closes it",
    ),
    FeedbackStatus.SECOND_INSTANCE: ("须先由另一经办人复核答复", "first another handler replies in the second instance"),
    FeedbackStatus.REVIEWED: ("须由经办人办结", "its handler closes it"),
    FeedbackStatus.CLOSED: ("该反馈已办结；有新情况请另行反馈", "it is closed; give another where there is something new"),
}
class FeedbackOutcome(DescribedEnum):
    """What came of a feedback · 办理结果."""

    NOTED = "noted", "Taken note of; nothing was to be done · 知悉"
    RECTIFIED = "rectified", "Put right with the firm · 已整改"
    DIRECTORY = "directory", "Led to a step in the directory · 进入名录程序"
    STANDARD = "standard", "Taken into the revision of the standard · 纳入标准修订"
    PLATFORM = "platform", "Taken into the work on the platform · 纳入平台改进"
    UNFOUNDED = "unfounded", "Not borne out by the record · 未予认定"


class FeedbackScore(Part):
    """A score from 1 to 5 of one subject · 评分项."""

    subject: FeedbackSubject = Field(description="What is scored · 评价对象")
    indicator: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")] | None = Field(
        default=None, description="Which indicator; of an indicator alone · 指标编号"
    )
    score: Annotated[int, Field(ge=1, le=5)] = Field(description="From 1, bad, to 5, good · 评分")


# Rules

FEEDBACK_STATUS = Rule(
    "FEEDBACK_STATUS",
    "plan P6",
    "该反馈目前为“{status_name}”，此时不能办理这一步；{next_step}",
    "The feedback is {status}; this step does not follow from there; {next_step_in_english}",
)

# Commands


class FeedbackCommand(Command):
    """A command about one feedback 反馈命令."""

    feedback: FeedbackRef = Field(description="Feedback, by its id · 反馈标识")


# State


class Feedback(BaseModel):
    """A feedback as it stands 反馈. handlers: first, then second instance. ask_by: last day to ask for the second."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    kind: FeedbackKind
    enterprise: str
    author: str
    anonymous: bool
    given_on: date
    status: FeedbackStatus = FeedbackStatus.GIVEN
    handlers: tuple[str, ...] = ()
    ask_by: Deadline | None = None
    second: bool = False
    proceeding: str | None = None
    version: int = 1


class Quota(BaseModel):
    """What one firm has sent 反馈额度: the steps that it gave feedback about, and how much on its latest day."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    about: frozenset[str] = frozenset()
    day: date | None = None
    sent: int = 0


def feedback_stream(feedback: str) -> Stream:
    """Stream of one feedback; its key tells nothing."""
    return stream_of("feedback", feedback)


def quota_stream(enterprise: str) -> Stream:
    """Stream of what one firm has sent."""
    return stream_of("quota", enterprise)


def feedback_rule(day: date, context: DecisionContext) -> tuple[str | None, date, FeedbackRule]:
    """The rule in force on a day: as stream/version, None of the default; its first day; what it says."""
    rules: DatedRules | None = context.read.get(FEEDBACK_RULE)
    found = dated_rule_on(rules, RuleKind.FEEDBACK, day)
    assert isinstance(found.body, FeedbackRule)  # noqa: S101 - of its kind
    return found.cause, found.since, found.body


def require_feedback_status(feedback: Feedback, *allowed: FeedbackStatus) -> None:
    """Raises Refused: FEEDBACK_STATUS (plan P6)."""
    if feedback.status not in allowed:
        raise refuse_step(FEEDBACK_STATUS, feedback.status, NEXT_STEPS)
