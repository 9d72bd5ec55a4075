"""Question about an outreach session 提问: a firm asks, the organiser answers it, and publishes both without who asked. plan T2."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place
from domain.command_rights import require_right
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    Count,
    DecisionContext,
    EnterpriseRef,
    Event,
    Facts,
    Identifier,
    IdOf,
    Rule,
    Stream,
    Text,
    Unscoped,
    stream_of,
)
from domain.participants.enterprises import enterprise_stream, place_of_named
from domain.programme.sessions.state import (
    FIRMS_PEOPLE,
    ORGANISERS,
    SESSION_READERS,
    OutreachSession,
    SessionRef,
    attendance_stream,
    require_announced,
    session_stream,
)
from standards.described import DescribedEnum

QuestionRef = Annotated[Identifier, IdOf("question")]


class QuestionStatus(DescribedEnum):
    """How far a question has come · 提问状态."""

    ASKED = "asked", "Asked; waits for its answer · 待答复"
    ANSWERED = "answered", "Answered to whoever asked · 已答复"
    PUBLISHED = "published", "Published with its answer, without who asked · 已公开"


MOST_QUESTIONS = 50
"""Of one firm about one session: beyond what anyone asks, and few enough to be read."""

# Rules

QUESTIONS_AT_MOST = Rule(
    "QUESTIONS_AT_MOST",
    "plan T2",
    "本企业就该场次已提问 {at_most} 次，达到上限；请待答复，或在会上提出",
    "The enterprise has asked {at_most} questions about this session, which is the most; wait for the answers or ask in the room",
)
QUESTION_UNANSWERED = Rule(
    "QUESTION_UNANSWERED",
    "plan T2",
    "该提问尚未答复，请先答复再公开",
    "The question is not answered yet; answer it before it is published",
)
QUESTION_PUBLISHED = Rule(
    "QUESTION_PUBLISHED",
    "plan T2",
    "该提问及答复已经公开，不能再改；需要补充的请另行答复新的提问",
    "Question and answer are published and stay as they are; say more in answer to another question",
)
ANSWER_UNCHANGED = Rule(
    "ANSWER_UNCHANGED",
    "plan T2",
    "所填答复与已有答复一致，没有需要变更的内容",
    "This is the answer on record; there is nothing to change",
)

# Commands


class QuestionCommand(Command):
    """A command about one question 提问命令."""

    outreach_question: QuestionRef = Field(description="Question · 提问标识")


class AskOutreachQuestion(QuestionCommand):
    """Ask about a session that the firm is invited to; other firms never learn who asked · 提问.

    others: questions that the firm has asked about it, which the server says.
    """

    roles: ClassVar = FIRMS_PEOPLE

    outreach_session: SessionRef = Field(description="Outreach session · 场次标识")
    enterprise: EnterpriseRef = Field(description="Enterprise · 企业标识")
    text: Text = Field(description="What is asked · 问题")
    others: Count = 0


class AnswerOutreachQuestion(QuestionCommand):
    """Answer a question about an own session, or answer it anew before it is published · 答复提问."""

    roles: ClassVar = ORGANISERS

    answer: Text = Field(description="Answer · 答复")


class PublishOutreachAnswer(QuestionCommand):
    """Publish an answered question to all who are signed in, worded so that nobody tells who asked · 公开答复."""

    roles: ClassVar = ORGANISERS

    wording: Text = Field(description="The question as it is published, without whoever asked · 公开的问题")


# Events


class OutreachQuestionAsked(Event):
    """A firm asked 企业已提问."""

    type: Literal["question.asked.v1"] = "question.asked.v1"
    told_to: ClassVar = SESSION_READERS
    concerns: ClassVar = ("enterprise",)
    says: ClassVar = "提问：{text}"
    says_in_english: ClassVar = "asked: {text}"
    session: str
    enterprise: str
    text: str


class OutreachQuestionAnswered(Event):
    """The organiser answered 已答复."""

    type: Literal["question.answered.v1"] = "question.answered.v1"
    told_to: ClassVar = SESSION_READERS
    says: ClassVar = "答复：{answer}"
    says_in_english: ClassVar = "answered: {answer}"
    answer: str


class OutreachAnswerPublished(Event):
    """Question and answer were published 已公开."""

    type: Literal["question.published.v1"] = "question.published.v1"
    told_to: ClassVar = SESSION_READERS
    says: ClassVar = "公开了提问及答复：{wording}"
    says_in_english: ClassVar = "published question and answer: {wording}"
    wording: str


QuestionEvent = OutreachQuestionAsked | OutreachQuestionAnswered | OutreachAnswerPublished


class OutreachQuestion(BaseModel):
    """A question as it stands 提问. answer: None before there is one."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    session: str
    answer: str | None = None
    published: bool = False


def question_stream(question: str) -> Stream:
    """Stream of one question."""
    return stream_of("question", question)


# Decide: what may happen


def decide(command: QuestionCommand, known: OutreachQuestion | None, context: DecisionContext) -> Facts:
    """A question of a session that is not the sender's is hidden from it.

    Raises:
        Refused: any rule above, SESSION_NOT_ANNOUNCED.
    """
    require_right(command, context.role)
    if isinstance(command, AskOutreachQuestion):
        if known is not None or context.read.get(attendance_stream(command.outreach_session, command.enterprise)) is None:
            raise NOT_FOUND.refuse()
        require_announced(context.read.get(session_stream(command.outreach_session)))
        if command.others >= MOST_QUESTIONS:
            raise QUESTIONS_AT_MOST.refuse(at_most=MOST_QUESTIONS)
        return (OutreachQuestionAsked(session=command.outreach_session, enterprise=command.enterprise, text=command.text),)
    session: OutreachSession | None = context.read.get(session_stream(known.session)) if known is not None else None
    if known is None or session is None or not session.is_of(context.role, context.organisation):
        raise NOT_FOUND.refuse()
    if known.published:
        raise QUESTION_PUBLISHED.refuse(path="outreach_question")
    match command:
        case AnswerOutreachQuestion(answer=answer):
            if answer == known.answer:
                raise ANSWER_UNCHANGED.refuse(path="answer")
            return (OutreachQuestionAnswered(answer=answer),)
        case PublishOutreachAnswer(wording=wording):
            if known.answer is None:
                raise QUESTION_UNANSWERED.refuse(path="outreach_question")
            return (OutreachAnswerPublished(wording=wording),)
        case _:
            raise AssertionError(command)


# Evolve: what has happened


def evolve(known: OutreachQuestion | None, event: QuestionEvent) -> OutreachQuestion:
    """The question after one more fact."""
    if isinstance(event, OutreachQuestionAsked):
        return OutreachQuestion(session=event.session)
    assert known is not None, "a history starts with OutreachQuestionAsked"  # noqa: S101 - guards replay, not input
    match event:
        case OutreachQuestionAnswered(answer=answer):
            return known.model_copy(update={"answer": answer})
        case OutreachAnswerPublished():
            return known.model_copy(update={"published": True})
        case never:
            assert_never(never)


def _reads(command: QuestionCommand, known: OutreachQuestion | None) -> tuple[Stream, ...]:
    if isinstance(command, AskOutreachQuestion):
        part = attendance_stream(command.outreach_session, command.enterprise)
        return (enterprise_stream(command.enterprise), session_stream(command.outreach_session), part)
    return (session_stream(known.session),) if known is not None else ()


def _place(command: QuestionCommand, _known: OutreachQuestion | None, read: Mapping[str, Any]) -> Place | Unscoped:
    if not isinstance(command, AskOutreachQuestion):
        return Unscoped.KNOWN_BY_RULES
    return place_of_named(command, None, read)


QUESTIONS = Capability(
    name="question",
    commands=(AskOutreachQuestion, AnswerOutreachQuestion, PublishOutreachAnswer),
    events=tuple(QuestionEvent.__args__),
    stream=lambda command: question_stream(command.outreach_question),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)
