"""Handling 反馈办理: a person of the city takes it up, replies, another replies again where asked, and it is closed. plan P6."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Mask
from domain.command_rights import CITY
from domain.governance.proceedings.state import ENDED, Proceeding, ProceedingKind, calendar_of, proceeding_stream
from domain.governance.proceedings.subjects import CAUSE_UNKNOWN
from domain.governance.working_calendar import Deadline, deadline, due_on
from domain.kernel import Cause, DecisionContext, Event, Facts, ProceedingRef, Rule, Text, Unfinished
from domain.person_id_fields import PersonId
from domain.providers.feedback.state import (
    FIRMS_PEOPLE,
    TOLD_OF_FEEDBACK,
    Feedback,
    FeedbackCommand,
    FeedbackKind,
    FeedbackOutcome,
    FeedbackStatus,
    feedback_rule,
    feedback_stream,
    require_feedback_status,
)

# Rules

NOT_ITS_HANDLER = Rule(
    "NOT_ITS_HANDLER",
    "plan P6",
    "该反馈由受理人办理；请由受理人办理这一步",
    "Whoever has taken the feedback up handles it; leave this step to that person",
)
SECOND_HANDLER_TO_BE_ANOTHER = Rule(
    "SECOND_HANDLER_TO_BE_ANOTHER",
    "plan P6",
    "复核须由另一人受理，您已办理过第一次答复",
    "The second instance is handled by another person; you gave the first reply",
)
SECOND_INSTANCE_OF_COMPLAINTS = Rule(
    "SECOND_INSTANCE_OF_COMPLAINTS",
    "plan P6",
    "只有投诉可以申请复核；其他反馈请另提投诉",
    "A second instance is there for complaints; complain where feedback was not enough",
)
SECOND_INSTANCE_LATE = Rule(
    "SECOND_INSTANCE_LATE",
    "plan P6",
    "申请复核的期限已于 {latest} 届满",
    "The time to ask for a second instance ended on {latest}",
)
SECOND_INSTANCE_RUNNING = Rule(
    "SECOND_INSTANCE_RUNNING",
    "plan P6",
    "企业可在 {latest} 前申请复核，期满后方可办结",
    "The firm may ask for a second instance until {latest}; close it after that day",
)
PROCEEDING_OF_COMPLAINT_UNFIT = Rule(
    "PROCEEDING_OF_COMPLAINT_UNFIT",
    "plan P6",
    "请填写本企业就该投诉提起的投诉程序；匿名投诉不经程序复核，由另一人复核",
    "Name the proceeding of complaint that your firm opened about this one; an anonymous complaint has none but another handler",
)
PROCEEDING_OF_COMPLAINT_RUNNING = Rule(
    "PROCEEDING_OF_COMPLAINT_RUNNING",
    "plan P6",
    "该投诉的程序尚未终结，请在终结后办结",
    "The proceeding about this complaint has not ended; close it once it has",
)

# Commands


class TakeUpFeedback(FeedbackCommand):
    """Take a feedback up: from then on one handles it, and reads who wrote · 受理反馈."""

    roles: ClassVar = CITY


class AnswerFeedback(FeedbackCommand):
    """Reply to who wrote; by the handler · 答复反馈."""

    roles: ClassVar = CITY

    reply: Text = Field(description="Reply, which the firm reads · 答复")


class AskSecondInstance(FeedbackCommand):
    """Ask that another person look at one's complaint again, within the time for it · 申请复核.

    proceeding: of one's own about this complaint, where it is to be heard with the provider; a named complaint alone has one.
    """

    roles: ClassVar = FIRMS_PEOPLE

    grounds: Text = Field(repr=False, description="Why the reply is not enough; sealed before it is written · 复核理由")
    proceeding: ProceedingRef | None = Field(default=None, description="Proceeding that was opened about it · 程序标识")


class CloseFeedback(FeedbackCommand):
    """Close a feedback with what came of it, which who wrote reads; by the handler · 办结反馈."""

    roles: ClassVar = CITY

    outcome: FeedbackOutcome = Field(description="What came of it · 办理结果")
    causes: Annotated[tuple[Cause, ...], Field(max_length=20)] = Field(
        default=(), description="Facts that it led to, stream and version, such as listing/p7/12 · 所引事实"
    )
    reason: Text = Field(description="Why, which the firm reads · 办结说明")


# Events


class FeedbackTakenUp(Event):
    """A person handles it 反馈已受理."""

    type: Literal["feedback.taken_up.v1"] = "feedback.taken_up.v1"
    told_to: ClassVar = TOLD_OF_FEEDBACK
    says: ClassVar = "受理了一件反馈"
    says_in_english: ClassVar = "took up a feedback"
    handler: PersonId


class FeedbackAnswered(Event):
    """It was replied to 反馈已答复. ask_by: until when a second instance may be asked for; None = no longer, or no complaint."""

    type: Literal["feedback.answered.v1"] = "feedback.answered.v1"
    told_to: ClassVar = TOLD_OF_FEEDBACK
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "答复了一件反馈：{reply}"
    says_in_english: ClassVar = "replied to a feedback: {reply}"
    reply: str
    ask_by: Deadline | None


class SecondInstanceAsked(Event):
    """The firm asks for a second instance 企业已申请复核. due: until when it is to be replied to."""

    type: Literal["feedback.second_instance_asked.v1"] = "feedback.second_instance_asked.v1"
    told_to: ClassVar = TOLD_OF_FEEDBACK
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "申请对一件投诉复核，答复期限 {due.due}"
    says_in_english: ClassVar = "asked for a second look at a complaint, to be replied to by {due.due}"
    sealed_grounds: str
    author: PersonId
    proceeding: str | None
    due: Deadline


class FeedbackClosed(Event):
    """It is closed 反馈已办结. causes: facts that it led to, as stream/version."""

    type: Literal["feedback.closed.v1"] = "feedback.closed.v1"
    told_to: ClassVar = TOLD_OF_FEEDBACK
    says: ClassVar = "办结了一件反馈（{outcome_name}）：{reason}"
    says_in_english: ClassVar = "closed a feedback ({outcome:term}): {reason}"
    outcome: FeedbackOutcome
    causes: tuple[str, ...]
    reason: str

    @property
    def outcome_name(self) -> str:
        """What came of it, in Chinese 结果名称."""
        return self.outcome.description.rpartition(" · ")[2]


# Decide: what may happen


def take_up(_command: TakeUpFeedback, feedback: Feedback, context: DecisionContext) -> Facts:
    """Once an instance, the second by another person 受理."""
    require_feedback_status(feedback, FeedbackStatus.GIVEN, FeedbackStatus.SECOND_INSTANCE)
    if context.by in feedback.handlers:
        raise SECOND_HANDLER_TO_BE_ANOTHER.refuse()
    return (FeedbackTakenUp(handler=context.by),)


def _require_handler(feedback: Feedback, context: DecisionContext) -> None:
    if not feedback.handlers or feedback.handlers[-1] != context.by:
        raise NOT_ITS_HANDLER.refuse()


def answer(command: AnswerFeedback, feedback: Feedback, context: DecisionContext) -> Facts:
    """By its handler, once an instance 答复."""
    require_feedback_status(feedback, FeedbackStatus.TAKEN_UP)
    _require_handler(feedback, context)
    days = feedback_rule(feedback.given_on, context)[2].second_instance_days
    may_ask = feedback.kind is FeedbackKind.COMPLAINT and not feedback.second
    ask_by = deadline(context.day, days, calendar_of(context)) if may_ask else None
    return (FeedbackAnswered(reply=command.reply, ask_by=ask_by),)


def ask_second_instance(command: AskSecondInstance, feedback: Feedback, context: DecisionContext) -> Facts:
    """Of a complaint that was replied to, within its time 申请复核."""
    if feedback.kind is not FeedbackKind.COMPLAINT:
        raise SECOND_INSTANCE_OF_COMPLAINTS.refuse()
    require_feedback_status(feedback, FeedbackStatus.ANSWERED)
    assert feedback.ask_by is not None, "a complaint is answered with its time"  # noqa: S101 - guards replay, not input
    last = due_on(feedback.ask_by, calendar_of(context))
    if context.day > last:
        raise SECOND_INSTANCE_LATE.refuse(latest=last)
    if command.proceeding is not None:
        opened: Proceeding | None = context.read.get(proceeding_stream(command.proceeding))
        wanted = (ProceedingKind.COMPLAINT, feedback_stream(command.feedback), feedback.enterprise)
        if feedback.anonymous or opened is None or (opened.kind, opened.about, opened.enterprise) != wanted:
            raise PROCEEDING_OF_COMPLAINT_UNFIT.refuse(path="proceeding")
    days = feedback_rule(feedback.given_on, context)[2].second_reply_days
    due = deadline(context.day, days, calendar_of(context))
    return (Unfinished(SecondInstanceAsked, {"author": context.by, "proceeding": command.proceeding, "due": due}),)


def close(command: CloseFeedback, feedback: Feedback, context: DecisionContext) -> Facts:
    """By its handler, once no second instance can be asked for and its proceeding has ended 办结."""
    open_to = (FeedbackStatus.TAKEN_UP, FeedbackStatus.ANSWERED, FeedbackStatus.REVIEWED)
    answered = (FeedbackStatus.ANSWERED, FeedbackStatus.REVIEWED)
    require_feedback_status(feedback, *(answered if feedback.kind is FeedbackKind.COMPLAINT else open_to))
    _require_handler(feedback, context)
    if feedback.ask_by is not None and not feedback.second:
        last = due_on(feedback.ask_by, calendar_of(context))
        if context.day <= last:
            raise SECOND_INSTANCE_RUNNING.refuse(latest=last)
    if feedback.proceeding is not None:
        opened: Proceeding | None = context.read.get(proceeding_stream(feedback.proceeding))
        if opened is None or opened.status not in ENDED:
            raise PROCEEDING_OF_COMPLAINT_RUNNING.refuse()
    for place, cause in enumerate(command.causes):
        if not context.has(cause):
            raise CAUSE_UNKNOWN.refuse(path=f"causes.{place}", cause=cause)
    return (FeedbackClosed(outcome=command.outcome, causes=command.causes, reason=command.reason),)
