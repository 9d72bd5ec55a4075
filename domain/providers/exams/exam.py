"""Examination of a diagnostician 诊断师考试: enrolled, begun, answered, closed, marked; then a practical part. plan T1.

The paper follows from a seed: its hash is in the journal from the enrolment on, the seed itself only once the paper is over. So
nobody knows the paper before it begins, and anyone can draw it again afterwards.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import Field

from domain.command_rights import BY_THE_PROGRAM, EXAMINEES, require_right
from domain.governance.dated_rules import dated_rule_on, rule_in_force
from domain.governance.qualification import QUALIFICATION_RULE
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.exam import ExamRule
from domain.instants import SHANGHAI
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Cause,
    Command,
    DecisionContext,
    Event,
    Facts,
    Part,
    Rule,
    Stream,
    Unscoped,
    refuse_together,
    repeated,
)
from domain.participants.people.granting_rights import is_person_known, unit_stream
from domain.participants.people.state import PERSON_ERASED, Person, person_stream
from domain.providers.exams.enrolment import EnrolForExam, ExamEnrolled, enrol
from domain.providers.exams.paper import case_drawn, commitment_of, correct, drawn, points_of
from domain.providers.exams.practical_part import PracticalPartMarked, SubmitPracticalPart, submit_practical_part
from domain.providers.exams.state import Exam, ExamCommand, ExamStatus, ExamTry, exam_stream, require_status
from domain.providers.training import TRAINING_UNKNOWN, Training, training_stream

# Rules

EXAM_TIME_OVER = Rule(
    "EXAM_TIME_OVER",
    "plan T1",
    "考试已于 {ended} 截止（以服务器时间为准），此后不再接受作答；截止前保存的答案照常评分",
    "The time for the paper was over at {ended_in_english}, by the server's clock; what was saved before is marked",
)
EXAM_TIME_LEFT = Rule(
    "EXAM_TIME_LEFT",
    "plan T1",
    "考试到 {ended} 才截止，不能提前按超时处理",
    "The time for the paper runs until {ended_in_english}; it is not timed out before",
)
SEED_DIFFERS = Rule(
    "SEED_DIFFERS",
    "plan T1",
    "所用的抽题种子与报名时公布的承诺不符，试卷不成立；请联系平台运维",
    "The seed is not the one that was committed to at the enrolment, so there is no paper; tell the platform's operator",
)
QUESTION_NOT_ON_PAPER = Rule(
    "QUESTION_NOT_ON_PAPER",
    "plan T1",
    "试题 {asked} 不在本次试卷上，或没有选项“{option}”；请按试卷作答",
    "Question {asked} is not on this paper, or has no option “{option}”; answer what the paper asks",
)

# Commands


Seed = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class BeginExam(ExamCommand):
    """Begin the paper; its time runs from here on, by the server's clock · 开始考试."""

    roles: ClassVar = EXAMINEES

    seed: Seed


class ExamAnswer(Part):
    """Answer to one question: the letters of all options that are right · 作答."""

    question: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")] = Field(description="Question of the paper · 试题编号")
    options: Annotated[tuple[Annotated[str, Field(pattern=r"^[A-F]$")], ...], Field(max_length=6)] = Field(
        description="Letters of the options chosen · 所选选项"
    )


class SaveExamAnswers(ExamCommand):
    """Save answers; a later one to a question takes the place of the earlier · 保存作答."""

    roles: ClassVar = EXAMINEES

    given: Annotated[tuple[ExamAnswer, ...], Field(min_length=1, max_length=500)] = Field(description="Answers · 作答")


class HandInExam(ExamCommand):
    """Hand the paper in; it is marked at once · 交卷."""

    roles: ClassVar = EXAMINEES

    seed: Seed


class TimeOutExam(ExamCommand):
    """Close a paper whose time is over; what was saved is marked · 超时收卷."""

    roles: ClassVar = BY_THE_PROGRAM

    seed: Seed


AnyExamCommand = EnrolForExam | BeginExam | SaveExamAnswers | HandInExam | TimeOutExam | SubmitPracticalPart

# Events


class ExamBegun(Event):
    """A paper was drawn and its time runs 考试已开始; training: digest of the text, rule: None = the default one."""

    type: Literal["exam.begun.v1"] = "exam.begun.v1"
    says: ClassVar = "开始了诊断师考试，试卷 {paper:count} 题"
    says_in_english: ClassVar = "began the diagnosticians' examination; questions: {paper:count}"
    training: str
    pass_mark: int
    agreement_at_least: Decimal
    rule: Cause | None
    paper: tuple[str, ...]
    case: str
    ends_at: datetime


class ExamAnswersSaved(Event):
    """Answers were saved 作答已保存."""

    type: Literal["exam.answers_saved.v1"] = "exam.answers_saved.v1"
    says: ClassVar = "保存了 {given:count} 题的作答"
    says_in_english: ClassVar = "saved answers to questions: {given:count}"
    given: tuple[ExamAnswer, ...]


class ExamHandedIn(Event):
    """The paper was handed in 已交卷, and its seed is revealed."""

    type: Literal["exam.handed_in.v1"] = "exam.handed_in.v1"
    says: ClassVar = "交卷，抽题种子为 {seed}"
    says_in_english: ClassVar = "handed the paper in; seed of the draw: {seed}"
    seed: str


class ExamTimedOut(Event):
    """The time was over 已超时收卷, and the seed is revealed."""

    type: Literal["exam.timed_out.v1"] = "exam.timed_out.v1"
    says: ClassVar = "在考试时间届满时收卷，抽题种子为 {seed}"
    says_in_english: ClassVar = "took the paper in when its time was over; seed of the draw: {seed}"
    seed: str


class ExamMarked(Event):
    """The paper was marked 试卷已评分; points: of one hundred, two decimals. on: the day."""

    type: Literal["exam.marked.v1"] = "exam.marked.v1"
    says: ClassVar = "结束了考试，试卷得分 {points}，答对 {correct} 题"
    says_in_english: ClassVar = "marked the paper: points {points}, questions right {correct}"
    correct: int
    points: Decimal
    passed: bool
    on: date


ExamEvent = (
    ExamEnrolled | ExamBegun | ExamAnswersSaved | ExamHandedIn | ExamTimedOut | ExamMarked | PracticalPartMarked
)

# Decide: what may happen


def decide(command: AnyExamCommand, exam: Exam | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, EXAM_WRONG_STATUS, LISTED_TWICE, NOT_FOUND, PERSON_ERASED, TRAINING_UNKNOWN, BANK_TOO_SMALL.

    Only the examinee acts in an examination: to anyone else it is not there.
    """
    require_right(command, context.role)
    person: Person | None = context.read.get(person_stream(command.person))
    if person is None or not is_person_known(command.person, person, context):
        raise NOT_FOUND.refuse()
    if not isinstance(command, EnrolForExam | TimeOutExam) and command.person != context.by:
        raise NOT_FOUND.refuse()
    if person.erased:
        raise PERSON_ERASED.refuse()
    training: Training | None = context.read.get(training_stream(command.training))
    if training is None or not training.digest:
        raise TRAINING_UNKNOWN.refuse(path="training", edition=command.training)
    known = exam or Exam()
    if isinstance(command, EnrolForExam):
        return enrol(command, known, context)
    if not known.tries:
        raise NOT_FOUND.refuse()
    return STEPS[type(command)](command, known.tries[-1], training, context)


def _begin(command: BeginExam, current: ExamTry, training: Training, context: DecisionContext) -> Facts:
    require_status(current, ExamStatus.ENROLLED)
    _require_seed(command.seed, current)
    rules = context.read.get(QUALIFICATION_RULE)
    rule = rule_in_force(rules, ExamRule, context.day)
    begun = ExamBegun(
        training=training.digest,
        pass_mark=rule.pass_mark,
        agreement_at_least=rule.agreement_at_least,
        rule=dated_rule_on(rules, RuleKind.EXAM, context.day).cause,
        paper=drawn(training.text, rule, command.seed),
        case=case_drawn(training.text, command.seed),
        ends_at=context.at + timedelta(minutes=rule.minutes),
    )
    return (begun,)


def _answer(command: SaveExamAnswers, current: ExamTry, training: Training, context: DecisionContext) -> Facts:
    require_status(current, ExamStatus.RUNNING)
    _require_time_left(current, context)
    text = training.texts[current.training]
    wrong = list(repeated("given", [one.question for one in command.given]))
    for at, one in enumerate(command.given):
        options = text.by_id[one.question].options if one.question in current.paper else {}
        unknown = next((option for option in one.options if option not in options), None)
        if not options or unknown is not None:
            wrong.append(QUESTION_NOT_ON_PAPER.refuse(path=f"given.{at}.question", asked=one.question, option=unknown or ""))
    refuse_together(wrong)
    new = {one.question: one for one in command.given if current.answers.get(one.question) != one.options}
    return (ExamAnswersSaved(given=tuple(new.values())),) if new else ()


def _hand_in(command: HandInExam, current: ExamTry, training: Training, context: DecisionContext) -> Facts:
    """After its time it counts as timed out: what was saved before is marked either way."""
    require_status(current, ExamStatus.RUNNING)
    _require_seed(command.seed, current)
    closed = ExamTimedOut(seed=command.seed) if _is_over(current, context) else ExamHandedIn(seed=command.seed)
    return (closed, _marked(current, training, context))


def _time_out(command: TimeOutExam, current: ExamTry, training: Training, context: DecisionContext) -> Facts:
    require_status(current, ExamStatus.RUNNING)
    if not _is_over(current, context):
        raise EXAM_TIME_LEFT.refuse(**_ended(current))
    _require_seed(command.seed, current)
    return (ExamTimedOut(seed=command.seed), _marked(current, training, context))


Step = Callable[[Any, ExamTry, Training, DecisionContext], Facts]
STEPS: Mapping[type[Command], Step] = {
    BeginExam: _begin,
    SaveExamAnswers: _answer,
    HandInExam: _hand_in,
    TimeOutExam: _time_out,
    SubmitPracticalPart: submit_practical_part,
}
"""Command -> what decides it of the latest try, once there is one 各步骤; each refuses a try that is not at its step."""


def _marked(current: ExamTry, training: Training, context: DecisionContext) -> ExamMarked:
    right, asked = correct(training.texts[current.training], current.paper, current.answers), len(current.paper)
    passed = 100 * right >= current.pass_mark * asked
    return ExamMarked(correct=right, points=points_of(right, asked), passed=passed, on=context.day)


def _require_seed(seed: str, current: ExamTry) -> None:
    if commitment_of(seed) != current.commitment:
        raise SEED_DIFFERS.refuse()


def _is_over(current: ExamTry, context: DecisionContext) -> bool:
    return current.ends_at is not None and context.at >= current.ends_at


def _require_time_left(current: ExamTry, context: DecisionContext) -> None:
    if _is_over(current, context):
        raise EXAM_TIME_OVER.refuse(**_ended(current))


def _ended(current: ExamTry) -> dict[str, str]:
    assert current.ends_at is not None, "a paper that runs has an end"  # noqa: S101 - as above
    in_the_city = current.ends_at.astimezone(SHANGHAI)
    return {"ended": f"{in_the_city:%Y-%m-%d %H:%M}", "ended_in_english": f"{in_the_city:%Y-%m-%d %H:%M} in Shanghai"}


# Evolve: what has happened


def evolve(exam: Exam | None, event: ExamEvent) -> Exam:
    """The examination after one more fact."""
    known = exam or Exam()
    version = known.version + 1
    if isinstance(event, ExamEnrolled):
        enrolled = ExamTry(nonce=event.nonce, commitment=event.commitment, enrolled_on=event.on)
        return Exam(version=version, tries=(*known.tries, enrolled))
    *before, current = known.tries
    changed = current.model_copy(update=_changes(current, event, version))
    return Exam(version=version, tries=(*before, changed))


def _changes(current: ExamTry, event: ExamEvent, version: int) -> dict[str, object]:
    match event:
        case ExamBegun():
            kept = ("training", "pass_mark", "agreement_at_least", "paper", "case", "ends_at")
            return {name: getattr(event, name) for name in kept}
        case ExamAnswersSaved(given=given):
            return {"answers": current.answers | {one.question: one.options for one in given}}
        case ExamMarked(correct=right, passed=passed, on=on):
            over = {} if passed else {"passed": False, "marked": version, "on": on}
            return {"correct": right, "paper_passed": passed, **over}
        case PracticalPartMarked(agreement=agreement, passed=passed, on=on):
            return {"agreement": agreement, "passed": passed, "marked": version, "on": on}
        case ExamHandedIn(seed=seed) | ExamTimedOut(seed=seed):
            return {"seed": seed}
        case ExamEnrolled():
            return {}
        case never:
            assert_never(never)


# What the decider reads


def _reads(command: AnyExamCommand, _exam: Exam | None) -> tuple[Stream, ...]:
    return (person_stream(command.person), training_stream(command.training), QUALIFICATION_RULE)


def _reads_further(_command: AnyExamCommand, _exam: Exam | None, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    """The units that the person serves, by which a manager may know of it."""
    person = next((one for one in read.values() if isinstance(one, Person)), None)
    held = person.memberships.values() if person is not None else ()
    return tuple(dict.fromkeys(unit_stream(one.role, one.organisation) for one in held))


EXAMS = Capability(
    name="exam",
    commands=(EnrolForExam, *STEPS),
    events=tuple(ExamEvent.__args__),
    stream=lambda command: exam_stream(command.training, command.person),
    reads=_reads,
    reads_further=_reads_further,
    place=lambda _command, _exam, _read: Unscoped.KNOWN_BY_RULES,
    decide=decide,
    evolve=evolve,
)
