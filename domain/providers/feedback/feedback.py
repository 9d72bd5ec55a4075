"""Feedback 企业反馈: given after a milestone, taken up, replied to, looked at again where asked, closed with its outcome. plan P6.

Anonymous where the firm asks for it: the stream's key tells nothing, its entries are there for the auditor alone, and the page
shows who wrote to the firm itself, the handler and the auditor (decision 0060). Each step stands in a file of its own.
"""

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from domain.access import Place
from domain.command_rights import require_right
from domain.diagnosis.state import Diagnosis, diagnosis_stream
from domain.governance.proceedings.state import proceeding_stream
from domain.governance.working_calendar import CALENDAR_STREAM
from domain.kernel import NOT_FOUND, NOWHERE, Capability, Command, DecisionContext, Facts, Stream, cited, kind_of
from domain.providers.feedback.giving import FeedbackCounted, FeedbackGiven, GiveFeedback, give
from domain.providers.feedback.handling import (
    AnswerFeedback,
    AskSecondInstance,
    CloseFeedback,
    FeedbackAnswered,
    FeedbackClosed,
    FeedbackTakenUp,
    SecondInstanceAsked,
    TakeUpFeedback,
    answer,
    ask_second_instance,
    close,
    take_up,
)
from domain.providers.feedback.state import (
    FEEDBACK_RULE,
    Feedback,
    FeedbackCommand,
    FeedbackStatus,
    Quota,
    feedback_stream,
    quota_stream,
)
from domain.standard.editions import edition_stream

FeedbackStep = Callable[[Any, Feedback, DecisionContext], Facts]

FEEDBACK_STEPS: Mapping[type[Command], FeedbackStep] = {
    TakeUpFeedback: take_up,
    AnswerFeedback: answer,
    AskSecondInstance: ask_second_instance,
    CloseFeedback: close,
}
"""Command -> what decides it, once feedback is given 办理步骤."""


def decide(command: FeedbackCommand, feedback: Feedback | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule of the steps."""
    require_right(command, context.role)
    if isinstance(command, GiveFeedback):
        return give(command, feedback, context)
    if feedback is None:
        raise NOT_FOUND.refuse()
    return FEEDBACK_STEPS[type(command)](command, feedback, context)


# Evolve: what has happened

FeedbackEvent = FeedbackGiven | FeedbackTakenUp | FeedbackAnswered | SecondInstanceAsked | FeedbackClosed


def evolve(feedback: Feedback | None, event: FeedbackEvent) -> Feedback:
    """The feedback after one more fact."""
    if isinstance(event, FeedbackGiven):
        stated = ("kind", "enterprise", "author", "anonymous", "given_on")
        return Feedback(**{name: getattr(event, name) for name in stated})
    assert feedback is not None, "a history starts with FeedbackGiven"  # noqa: S101 - guards replay, not input
    return feedback.model_copy(update={"version": feedback.version + 1, **_changes(feedback, event)})


def _changes(feedback: Feedback, event: FeedbackEvent) -> dict[str, object]:
    match event:
        case FeedbackGiven():
            raise AssertionError("feedback is given once")
        case FeedbackTakenUp(handler=handler):
            return {"status": FeedbackStatus.TAKEN_UP, "handlers": (*feedback.handlers, handler)}
        case FeedbackAnswered(ask_by=ask_by):
            status = FeedbackStatus.REVIEWED if feedback.second else FeedbackStatus.ANSWERED
            return {"status": status, "ask_by": ask_by}
        case SecondInstanceAsked(proceeding=proceeding):
            return {"status": FeedbackStatus.SECOND_INSTANCE, "second": True, "proceeding": proceeding}
        case FeedbackClosed():
            return {"status": FeedbackStatus.CLOSED}
        case never:
            assert_never(never)


# What the decider reads, and where its subject lies


def _reads(command: FeedbackCommand, feedback: Feedback | None) -> tuple[Stream, ...]:
    streams = [FEEDBACK_RULE, CALENDAR_STREAM]
    match command:
        case GiveFeedback():
            streams.append(diagnosis_stream(command.diagnosis))
        case AskSecondInstance() if command.proceeding is not None:
            streams.append(proceeding_stream(command.proceeding))
        case CloseFeedback():
            streams += [stream for stream, _ in map(cited, command.causes) if kind_of(stream) in CITED_BY_FEEDBACK]
            if feedback is not None and feedback.proceeding is not None:
                streams.append(proceeding_stream(feedback.proceeding))
    return tuple(dict.fromkeys(streams))


CITED_BY_FEEDBACK = frozenset({"listing", "proceeding", "revision", "rating", "rule", "draw", "diagnosis", "certificate"})
"""Kinds of streams in which that lies what a feedback may have led to 可引事实类别."""


def _reads_further(command: FeedbackCommand, _feedback: Feedback | None, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    if not isinstance(command, GiveFeedback):
        return ()
    diagnosis: Diagnosis | None = read.get(diagnosis_stream(command.diagnosis))
    return () if diagnosis is None else (quota_stream(diagnosis.enterprise), edition_stream(diagnosis.edition))


def _place(command: FeedbackCommand, feedback: Feedback | None, read: Mapping[str, Any]) -> Place:
    """With the firm that wrote: whoever is of no such firm, nor the city, learns nothing of it."""
    if isinstance(command, GiveFeedback):
        diagnosis: Diagnosis | None = read.get(diagnosis_stream(command.diagnosis))
        return NOWHERE if diagnosis is None else Place(enterprise=diagnosis.enterprise)
    return NOWHERE if feedback is None else Place(enterprise=feedback.enterprise)


FEEDBACKS = Capability(
    name="feedback",
    commands=(GiveFeedback, *FEEDBACK_STEPS),
    events=tuple(FeedbackEvent.__args__),
    stream=lambda command: feedback_stream(command.feedback),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)


# What one firm has sent


def _no_command(_command: Command, _quota: Quota | None, _context: DecisionContext) -> Facts:
    """No command addresses what a firm has sent."""
    raise NOT_FOUND.refuse()


def evolve_quota(quota: Quota | None, event: FeedbackCounted) -> Quota:
    """What a firm has sent after one more."""
    before = quota or Quota()
    about = before.about if event.about is None else before.about | {event.about}
    sent = before.sent + 1 if before.day == event.on else 1
    return Quota(about=about, day=event.on, sent=sent)


QUOTAS = Capability(
    name="quota",
    commands=(),
    events=(FeedbackCounted,),
    stream=lambda _command: Stream(""),
    decide=_no_command,
    evolve=evolve_quota,
)
