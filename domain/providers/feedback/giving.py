"""Giving 给予反馈: a firm says after a milestone how it went, by name or anonymous to the provider, or complains. plan P6."""

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from domain.access import Mask
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.state import Diagnosis, diagnosis_stream, pinned_edition
from domain.governance.proceedings.state import calendar_of
from domain.governance.working_calendar import Deadline, deadline
from domain.kernel import (
    NOT_FOUND,
    Cause,
    DecisionContext,
    DiagnosisRef,
    Event,
    Facts,
    OnStream,
    Rule,
    Text,
    Unfinished,
    cited,
)
from domain.person_id_fields import PersonId
from domain.providers.feedback.state import (
    FIRMS_PEOPLE,
    TOLD_OF_FEEDBACK,
    Feedback,
    FeedbackCommand,
    FeedbackKind,
    FeedbackMilestone,
    FeedbackScore,
    FeedbackSubject,
    Quota,
    feedback_rule,
    quota_stream,
)

# Rules

FEEDBACK_EXISTS = Rule(
    "FEEDBACK_EXISTS",
    "plan P6",
    "该反馈已提交，无须再次提交",
    "The feedback was given already; it need not be given again",
)
FEEDBACK_EMPTY = Rule(
    "FEEDBACK_EMPTY",
    "plan P6",
    "投诉须写明情况；反馈至少评一项或写一段文字",
    "A complaint says in words what happened; feedback has at least one score or a text",
)
MILESTONE_NOT_REACHED = Rule(
    "MILESTONE_NOT_REACHED",
    "plan P6",
    "该诊断尚未到“{step}”环节，请就已完成的环节反馈",
    "The diagnosis has not come to this step ({step_in_english}); say how a step went that is done",
)
FEEDBACK_GIVEN_ALREADY = Rule(
    "FEEDBACK_GIVEN_ALREADY",
    "plan P6",
    "本企业已就这一环节反馈过，每个环节一次；如有新情况，请以投诉提出",
    "The firm gave feedback about this step already, once for each; complain where something new has come up",
)
FEEDBACK_TOO_MUCH = Rule(
    "FEEDBACK_TOO_MUCH",
    "plan P6",
    "本企业今日已提交 {at_most} 件反馈，请明日再提",
    "The firm has sent {at_most} today; send the next one tomorrow",
)

# Commands


class GiveFeedback(FeedbackCommand):
    """Say how a step of one's own diagnosis went: scores, a text sealed under one's own key; or complain · 提交反馈.

    anonymous: the provider never sees it by itself, only in the mean of at least so many firms; nobody but the handler and the
    auditor sees who wrote.
    """

    roles: ClassVar = FIRMS_PEOPLE

    diagnosis: DiagnosisRef = Field(description="Diagnosis of one's own firm · 诊断标识")
    milestone: FeedbackMilestone = Field(description="Step that it is about · 反馈环节")
    about: Cause | None = Field(default=None, description="Fact of that step, stream and version · 所涉步骤")
    kind: FeedbackKind = Field(description="Feedback or complaint · 反馈类别")
    scores: Annotated[tuple[FeedbackScore, ...], Field(max_length=50)] = Field(default=(), description="Scores · 各项评分")
    text: Text | None = Field(default=None, repr=False, description="In words; sealed before it is written · 文字说明")
    anonymous: bool = Field(description="Whether the provider is not to know who wrote · 是否匿名")

    @model_validator(mode="after")
    def _scores_each_once(self) -> Self:
        of = [(one.subject, one.indicator) for one in self.scores]
        if len(set(of)) < len(of):
            raise ValueError("a subject is scored twice")
        if any((one.subject is FeedbackSubject.INDICATOR) is (one.indicator is None) for one in self.scores):
            raise ValueError("an indicator is named where an indicator is scored, and nowhere else")
        return self


# Events


class FeedbackGiven(Event):
    """A firm gave feedback 企业已反馈. about: the step, as stream/version. rule: that its periods follow from; None = the default.

    sealed_text: ciphertext under the author's own key. due: of a complaint, until when it is to be replied to.
    """

    type: Literal["feedback.given.v1"] = "feedback.given.v1"
    told_to: ClassVar = TOLD_OF_FEEDBACK
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "就“{milestone_name}”环节提交了{kind_name}，评分 {scores:count} 项"
    says_in_english: ClassVar = "gave feedback ({kind:term}) on the step “{milestone:term}”; scores: {scores:count}"
    kind: FeedbackKind
    milestone: FeedbackMilestone
    about: str
    diagnosis: str
    enterprise: str
    provider: str | None
    author: PersonId
    anonymous: bool
    scores: tuple[FeedbackScore, ...]
    sealed_text: str | None
    due: Deadline | None
    given_on: date
    rule: str | None
    rule_since: date

    @property
    def milestone_name(self) -> str:
        """What the step is called 环节名称."""
        return self.milestone.description.rpartition(" · ")[2]

    @property
    def kind_name(self) -> str:
        """What it is called 类别名称."""
        return self.kind.description.rpartition(" · ")[2]


class FeedbackCounted(Event):
    """One more of a firm's feedback counts against its bounds 反馈已计数. about: the step; None of a complaint."""

    type: Literal["quota.feedback_counted.v1"] = "quota.feedback_counted.v1"
    told_to: ClassVar = TOLD_OF_FEEDBACK
    says: ClassVar = "于 {on} 提交了一件反馈"
    says_in_english: ClassVar = "handed in one feedback on {on}"
    on: date
    about: str | None


# Decide: what may happen


def give(command: GiveFeedback, known: Feedback | None, context: DecisionContext) -> Facts:
    """By the firm's own people, about a step of its own diagnosis, within its bounds 给予反馈."""
    diagnosis: Diagnosis | None = context.read.get(diagnosis_stream(command.diagnosis))
    if diagnosis is None:
        raise NOT_FOUND.refuse()
    if known is not None:
        raise FEEDBACK_EXISTS.refuse()
    about = command.about
    if about is None or cited(about)[0] != diagnosis_stream(command.diagnosis) or not context.has(about):
        english, chinese = command.milestone.description.split(" · ")
        raise MILESTONE_NOT_REACHED.refuse(path="milestone", step=chinese, step_in_english=english)
    is_complaint = command.kind is FeedbackKind.COMPLAINT
    if command.text is None and (is_complaint or not command.scores):
        raise FEEDBACK_EMPTY.refuse(path="text")
    known_indicators = pinned_edition(diagnosis, context).by_id
    for place, one in enumerate(command.scores):
        if one.indicator is not None and one.indicator not in known_indicators:
            raise INDICATOR_UNKNOWN.refuse(path=f"scores.{place}.indicator", indicator=one.indicator)
    cause, since, rule = feedback_rule(context.day, context)
    sent: Quota = context.read.get(quota_stream(diagnosis.enterprise)) or Quota()
    if not is_complaint and about in sent.about:
        raise FEEDBACK_GIVEN_ALREADY.refuse(path="milestone")
    if sent.day == context.day and sent.sent >= rule.most_a_day:
        raise FEEDBACK_TOO_MUCH.refuse(at_most=rule.most_a_day)
    stated = command.model_dump(include={"kind", "milestone", "diagnosis", "anonymous"})
    stated |= {"about": about, "scores": command.scores, "enterprise": diagnosis.enterprise, "provider": diagnosis.provider}
    stated |= {"author": context.by, "given_on": context.day, "rule": cause, "rule_since": since}
    stated["due"] = deadline(context.day, rule.complaint_days, calendar_of(context)) if is_complaint else None
    counted = FeedbackCounted(on=context.day, about=None if is_complaint else about)
    return (Unfinished(FeedbackGiven, stated), OnStream(quota_stream(diagnosis.enterprise), counted))
