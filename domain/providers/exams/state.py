"""State of an examination 考试现状: the tries of one person at the training for one edition. plan T1."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from domain.kernel import Command, EditionRef, Part, PersonRef, Rule, Stream, stream_of
from standards.described import DescribedEnum

# Rules

EXAM_WRONG_STATUS = Rule(
    "EXAM_WRONG_STATUS",
    "plan T1",
    "考试当前为“{now}”，该操作只能在“{wanted}”时进行",
    "The examination is at “{now_in_english}”; this is done only at “{wanted_in_english}”",
)

# Commands


class ExamCommand(Command):
    """A command about one person's examination for one edition 考试命令."""

    training: EditionRef = Field(description="Edition that the training is for · 标准版本")
    person: PersonRef = Field(description="Who is examined · 应试人员")


# State


class ExamStatus(DescribedEnum):
    """How far a try has come · 考试状态."""

    ENROLLED = "enrolled", "Enrolled, not begun · 已报名"
    RUNNING = "running", "The paper is being answered · 答卷中"
    PRACTICAL_DUE = "practical_due", "The paper is passed, the practical part is due · 待实操"
    PASSED = "passed", "Both parts are passed · 已通过"
    FAILED = "failed", "Not passed · 未通过"


class ExamTry(Part):
    """One try 一次考试.

    nonce, commitment: what its seed is drawn by, and its SHA-256. training: digest of the text that it keeps to. paper, case: ids
    of its questions and its gold case. answers: question -> options. correct: None until it is marked. agreement: with the case.
    marked: version of the stream at which it was passed or failed; on: that day. seed: None until the paper is over.
    """

    nonce: str
    commitment: str
    enrolled_on: date
    training: str = ""
    pass_mark: int = 0
    agreement_at_least: Decimal = Decimal(0)
    paper: tuple[str, ...] = ()
    case: str = ""
    ends_at: datetime | None = None
    answers: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    correct: int | None = None
    paper_passed: bool | None = None
    agreement: Decimal | None = None
    passed: bool | None = None
    marked: int | None = None
    on: date | None = None
    seed: str | None = None

    @property
    def status(self) -> ExamStatus:
        """How far it has come."""
        if self.passed is not None:
            return ExamStatus.PASSED if self.passed else ExamStatus.FAILED
        if self.paper_passed:
            return ExamStatus.PRACTICAL_DUE
        return ExamStatus.RUNNING if self.ends_at is not None else ExamStatus.ENROLLED


class Exam(Part):
    """All tries of a person at one training 考试, in order. version: of the stream."""

    version: int = 0
    tries: tuple[ExamTry, ...] = ()

    @property
    def current(self) -> ExamTry | None:
        """The latest try, where it is not over."""
        return self.tries[-1] if self.tries and self.tries[-1].passed is None else None

    @property
    def failed_in_a_row(self) -> tuple[ExamTry, ...]:
        """The tries since the last one that was passed."""
        found: list[ExamTry] = []
        for one in self.tries:
            found = [] if one.passed else [*found, one]
        return tuple(found)

    def passed_after(self, version: int) -> ExamTry | None:
        """A passed try that was marked after a version of the stream; the latest."""
        return next((one for one in reversed(self.tries) if one.passed and (one.marked or 0) > version), None)


def exam_stream(training: str, person: str) -> Stream:
    """Stream of one person's examination for one edition."""
    return stream_of("exam", f"{training}.{person}")


def require_status(current: ExamTry, wanted: ExamStatus) -> None:
    """Refuse a step that does not follow from how far a try has come 环节不符.

    Raises:
        Refused: EXAM_WRONG_STATUS (plan T1).
    """
    if current.status is not wanted:
        (now_en, _, now), (wanted_en, _, wanted_zh) = (
            one.description.partition(" · ") for one in (current.status, wanted)
        )
        raise EXAM_WRONG_STATUS.refuse(now=now, wanted=wanted_zh, now_in_english=now_en, wanted_in_english=wanted_en)
