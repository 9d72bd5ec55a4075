"""Training of diagnosticians 诊断师培训: the text of courses, question bank and gold cases, and sessions with attendance. plan T1.

A text is authored in files (`standards/training/text.py`) and published whole; an examination keeps to the one it began with.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import Field

from domain.command_rights import CITY, CITY_AND_SYSTEM, require_right
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    EditionRef,
    Event,
    Facts,
    Label,
    Part,
    PartRef,
    PersonRef,
    Rule,
    Stream,
    refuse_together,
    stream_of,
)
from domain.participants.people.state import Person, person_stream
from domain.person_id_fields import PersonId
from domain.standard.editions import EDITION_UNKNOWN, PublishedEdition, edition_stream
from domain.stated_dates import DateName, require_programme_date
from standards import TrainingText, training_problems

# Rules

TRAINING_MALFORMED = Rule(
    "TRAINING_MALFORMED",
    "plan T1",
    "培训教材 {where} 有误（{problem}）：{detail}；请改正后再发布",
    "The training text is wrong at {where} ({problem}): {detail}; mend it, then publish it",
)
TRAINING_UNKNOWN = Rule(
    "TRAINING_UNKNOWN",
    "plan T1",
    "标准版本 {edition} 尚无已发布的培训教材，请先发布",
    "No training is published for edition {edition}; publish one first",
)
TRAINING_MODULE_UNKNOWN = Rule(
    "TRAINING_MODULE_UNKNOWN",
    "plan T1",
    "培训教材没有模块 {module}，请从其模块中选取",
    "The training has no module {module}; take one of those it has",
)
SESSION_EXISTS = Rule(
    "SESSION_EXISTS", "plan T1", "该标识的培训班已登记，请另取标识", "A session of this id is on record already; take another"
)
SESSION_UNKNOWN = Rule(
    "SESSION_UNKNOWN",
    "plan T1",
    "没有这一培训班，请从已登记的培训班中选取",
    "There is no such session; take one of those on record",
)
SESSION_AHEAD = Rule(
    "SESSION_AHEAD",
    "plan T1",
    "培训班定于 {on} 举办，最早在当日登记出席",
    "The session is held on {on}; attendance is recorded that day at the earliest",
)

# Commands


class PublishTraining(Command):
    """Publish the training for an edition, whole; a later text takes the place of the one before · 发布培训教材."""

    roles: ClassVar = CITY_AND_SYSTEM

    text: TrainingText


class PlanTrainingSession(Command):
    """Plan a session of a course · 登记培训班."""

    roles: ClassVar = CITY

    training: EditionRef = Field(description="Edition that the training is for · 标准版本")
    session: PartRef = Field(description="Id of the session · 培训班标识")
    title: Label = Field(description="What it is called · 名称")
    on: date = Field(description="Day it is held · 举办日期")
    modules: Annotated[tuple[Annotated[str, Field(max_length=20)], ...], Field(min_length=1, max_length=40)] = Field(
        description="Modules that it covers · 培训模块"
    )


class RecordAttendance(Command):
    """Record who attended a session; those recorded before stay · 登记出席."""

    roles: ClassVar = CITY

    training: EditionRef = Field(description="Edition that the training is for · 标准版本")
    session: PartRef = Field(description="Id of the session · 培训班标识")
    people: Annotated[tuple[PersonRef, ...], Field(min_length=1, max_length=500)] = Field(description="Who attended · 出席人员")


TrainingCommand = PublishTraining | PlanTrainingSession | RecordAttendance

# Events

class TrainingPublished(Event):
    """A training text is in use 培训教材已发布."""

    type: Literal["training.published.v1"] = "training.published.v1"
    says: ClassVar = "发布了培训教材“{text.title}”：题库 {text.questions:count} 题，标准案例 {text.gold_cases:count} 个"
    says_in_english: ClassVar = (
        "published the training text “{text.title}”; questions: {text.questions:count}, gold cases: "
        "{text.gold_cases:count}"
    )
    text: TrainingText
    digest: str


class TrainingSessionPlanned(Event):
    """A session of a course is on record 培训班已登记."""

    type: Literal["training.session_planned.v1"] = "training.session_planned.v1"
    says: ClassVar = "登记了 {on} 的培训班“{title}”"
    says_in_english: ClassVar = "recorded the training session “{title}” of {on}"
    session: str
    title: str
    on: date
    modules: tuple[str, ...]


class AttendanceRecorded(Event):
    """People attended a session 出席已登记."""

    type: Literal["training.attendance_recorded.v1"] = "training.attendance_recorded.v1"
    says: ClassVar = "登记了 {people:count} 人出席培训班"
    says_in_english: ClassVar = "recorded people who attended the training: {people:count}"
    session: str
    people: tuple[PersonId, ...]


TrainingEvent = TrainingPublished | TrainingSessionPlanned | AttendanceRecorded

# State


class TrainingSession(Part):
    """A session of a course 培训班. people: who attended."""

    title: str
    on: date
    modules: tuple[str, ...]
    people: tuple[str, ...] = ()


class Training(Part):
    """The training for an edition 培训: every text by digest, the one in use, and the sessions by id."""

    texts: dict[str, TrainingText] = Field(default_factory=dict)
    digest: str = ""
    sessions: dict[str, TrainingSession] = Field(default_factory=dict)

    @property
    def text(self) -> TrainingText:
        """The text in use."""
        return self.texts[self.digest]


def training_stream(edition: str) -> Stream:
    """Stream of the training for one edition."""
    return stream_of("training", edition)


# Decide: what may happen


def decide(command: TrainingCommand, training: Training | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, EDITION_UNKNOWN, NOT_FOUND, or those of stated dates."""
    require_right(command, context.role)
    if isinstance(command, PublishTraining):
        return _publish(command.text, training, context)
    if training is None:
        raise TRAINING_UNKNOWN.refuse(path="training", edition=command.training)
    match command:
        case PlanTrainingSession(session=session, on=on, modules=modules):
            if session in training.sessions:
                raise SESSION_EXISTS.refuse(path="session")
            known = {module.id for module in training.text.modules}
            refuse_together(
                TRAINING_MODULE_UNKNOWN.refuse(path=f"modules.{at}", module=one, allowed=tuple(sorted(known)))
                for at, one in enumerate(modules)
                if one not in known
            )
            require_programme_date("on", on, context, DateName("举办日", "day of the session"))
            return (TrainingSessionPlanned(**command.model_dump(exclude={"training"})),)
        case RecordAttendance(session=session, people=people):
            found = training.sessions.get(session)
            if found is None:
                raise SESSION_UNKNOWN.refuse(path="session")
            if context.day < found.on:
                raise SESSION_AHEAD.refuse(path="session", on=found.on)
            if any(not isinstance(context.read.get(person_stream(one)), Person) for one in people):
                raise NOT_FOUND.refuse()
            new = tuple(one for one in dict.fromkeys(people) if one not in found.people)
            return (AttendanceRecorded(session=session, people=new),) if new else ()
        case never:
            assert_never(never)


def _publish(text: TrainingText, training: Training | None, context: DecisionContext) -> Facts:
    published = context.read.get(edition_stream(text.edition))
    if not isinstance(published, PublishedEdition):
        raise EDITION_UNKNOWN.refuse(path="edition", edition=text.edition)
    refuse_together(
        TRAINING_MALFORMED.refuse(path=f"text.{one.path}", where=one.path, problem=one.code, detail=one.detail)
        for one in training_problems(text, published.edition)
    )
    if training is not None and training.digest == text.digest:
        return ()
    return (TrainingPublished(text=text, digest=text.digest),)


# Evolve: what has happened


def evolve(training: Training | None, event: TrainingEvent) -> Training:
    """The training after one more fact."""
    known = training or Training()
    match event:
        case TrainingPublished(text=text, digest=digest):
            return known.model_copy(update={"texts": {**known.texts, digest: text}, "digest": digest})
        case TrainingSessionPlanned(session=session, title=title, on=on, modules=modules):
            planned = TrainingSession(title=title, on=on, modules=modules)
            return known.model_copy(update={"sessions": {**known.sessions, session: planned}})
        case AttendanceRecorded(session=session, people=people):
            found = known.sessions[session]
            attended = found.model_copy(update={"people": (*found.people, *people)})
            return known.model_copy(update={"sessions": {**known.sessions, session: attended}})
        case never:
            assert_never(never)


def _reads(command: TrainingCommand, _training: Training | None) -> tuple[Stream, ...]:
    match command:
        case PublishTraining(text=text):
            return (edition_stream(text.edition),)
        case RecordAttendance(people=people):
            return tuple(person_stream(one) for one in dict.fromkeys(people))
        case _:
            return ()


def _stream(command: TrainingCommand) -> Stream:
    return training_stream(command.text.edition if isinstance(command, PublishTraining) else command.training)


TRAININGS = Capability(
    name="training",
    commands=(PublishTraining, PlanTrainingSession, RecordAttendance),
    events=(TrainingPublished, TrainingSessionPlanned, AttendanceRecorded),
    stream=_stream,
    reads=_reads,
    decide=decide,
    evolve=evolve,
)
