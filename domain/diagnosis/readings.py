"""Reading 专家解读: an expert reads the filed report with the firm, and says what is to be done first. plan R2.

Appointed by the firm's district or by the city, for a term in which the case is open to the expert; who ever held a role for either
side is not. What is recommended names an indicator of the case's edition, so that the follow-up can answer it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Mask, Role, Term
from domain.command_rights import GOVERNMENT
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.arbitration import is_conflicted
from domain.diagnosis.assignments import ASSIGNMENT_OVER, AssignExpert, Assignments, ExpertReleased, expert_assigned
from domain.diagnosis.state import (
    PROCEEDINGS_READERS,
    AppointedReader,
    Diagnosis,
    DiagnosisCommand,
    ExpertRecommendation,
    Status,
    assignment_stream,
    pinned_edition,
    require_status,
)
from domain.kernel import (
    DecisionContext,
    Event,
    Facts,
    OnStream,
    PartRef,
    PersonRef,
    Refused,
    Rule,
    Text,
    refuse_together,
    repeated,
)
from domain.participants.people.state import person_stream
from domain.person_id_fields import PersonId

RECOMMENDATIONS_AT_MOST = 50

# Rules

NOT_FILED = Rule(
    "REPORT_NOT_FILED",
    "plan R2",
    "该诊断报告尚未备案；请先由所在区备案",
    "The report is not filed yet; the firm's district files it first",
)
ALREADY_READ = Rule(
    "REPORT_ALREADY_READ",
    "plan R2",
    "该诊断报告已于 {held_on} 由专家解读，每份报告只解读一次",
    "An expert read the report with the firm on {held_on}; a report is read once",
)
READER_CONFLICTED = Rule(
    "READER_CONFLICTED",
    "plan R2",
    "该专家曾在该企业或该服务商任职，或现任职于其他服务商，须回避；请另请专家",
    "The expert has held a role for the firm or the provider, or holds one for another provider, and steps aside; name another",
)
READER_APPOINTED = Rule(
    "READER_ALREADY_APPOINTED",
    "plan R2",
    "该专家已受指派解读该报告，截至 {until}；延期请改截止日，换人请另选专家",
    "The expert is appointed already, until {until}; say another last day, or another expert",
)
READER_NOT_APPOINTED = Rule(
    "READER_NOT_APPOINTED",
    "plan R2",
    "您未受指派解读该报告；请由所在区或市级部门指派",
    "You are not appointed to read the report; the firm's district or the city appoints the reader",
)
READING_TOO_EARLY = Rule(
    "READING_TOO_EARLY",
    "plan R2",
    "解读日期 {given} 早于备案后指派专家之日 {earliest}；请填 {earliest} 或以后",
    "The reading on {given} lies before the expert was appointed, after the filing, on {earliest}; say that day or later",
)
READING_IN_FUTURE = Rule(
    "READING_IN_FUTURE",
    "plan R2",
    "解读日期最晚为今天（{latest}）；请在解读之后记录",
    "A reading lies on {latest}, today, at the latest; record it once it was held",
)

# Commands


class AppointReader(DiagnosisCommand):
    """Appoint the expert who reads the filed report with the firm, from today on; another takes his place · 指派解读专家."""

    roles: ClassVar = GOVERNMENT

    assignment: PartRef = Field(description="Id of the assignment · 指派标识")
    expert: PersonRef = Field(description="Person who is the expert · 专家标识")
    until: date = Field(description="Last day, itself included · 截止日")


class RecordReading(DiagnosisCommand):
    """Record that the report was read with the firm, and what came of it, once · 记录专家解读."""

    roles: ClassVar = frozenset({Role.READER})

    held_on: date = Field(description="Day of the reading in the city's calendar · 解读日期")
    findings: Text = Field(description="What was found, in plain words · 解读意见")
    recommendations: Annotated[tuple[ExpertRecommendation, ...], Field(min_length=1, max_length=RECOMMENDATIONS_AT_MOST)] = Field(
        description="What is to be done, the most important first · 改进建议"
    )


# Events


class ReaderAppointed(Event):
    """An expert is to read the report with the firm 解读专家已指派, from the first day to the last, both included."""

    type: Literal["diagnosis.reader_appointed.v1"] = "diagnosis.reader_appointed.v1"
    told_to: ClassVar = PROCEEDINGS_READERS
    says: ClassVar = "指派了解读专家，自 {since} 至 {until}"
    says_in_english: ClassVar = "appointed an expert to read the report with the firm, from {since} to {until}"
    assignment: str
    expert: PersonId
    since: date
    until: date


class ReadingHeld(Event):
    """The report was read with the firm 专家解读已完成."""

    type: Literal["diagnosis.reading_held.v1"] = "diagnosis.reading_held.v1"
    told_to: ClassVar = PROCEEDINGS_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "于 {held_on} 与企业解读了报告，改进建议 {recommendations:count} 条"
    says_in_english: ClassVar = "read the report with the firm on {held_on}; recommendations: {recommendations:count}"
    held_on: date
    expert: PersonId
    findings: str
    recommendations: tuple[ExpertRecommendation, ...]


# Decide: what may happen


def _require_to_be_read(diagnosis: Diagnosis) -> None:
    require_status(diagnosis, Status.CONFIRMED)
    if diagnosis.filed is None:
        raise NOT_FILED.refuse()
    if diagnosis.read_on is not None:
        raise ALREADY_READ.refuse(held_on=diagnosis.read_on)


def appoint_reader(command: AppointReader, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Of a filed report that was not read yet 指派解读专家; the case opens to the expert, and closes to whose place is taken.

    Raises:
        Refused: any rule above, and those of an assignment: EXPERT_UNKNOWN, ASSIGNMENT_OVER … (plan V5).
    """
    _require_to_be_read(diagnosis)
    before, stream = diagnosis.reader, assignment_stream(command.diagnosis)
    if command.until < context.day:
        raise ASSIGNMENT_OVER.refuse(path="until", until=command.until, earliest=context.day)
    if before is not None and (before.expert, before.until) == (command.expert, command.until):
        raise READER_APPOINTED.refuse(until=before.until)
    if is_conflicted(context.read.get(person_stream(command.expert)), diagnosis, context.day):
        raise READER_CONFLICTED.refuse(path="expert")
    known: Assignments | None = context.read.get(stream)
    terms = dict(known.terms) if known is not None else {}
    released = tuple(_released(before, terms, context))
    for one in released:
        terms[one.assignment] = replace(terms[one.assignment], until=one.last)
    term = {"since": context.day, "until": command.until}
    of = {"diagnosis": command.diagnosis, "assignment": command.assignment, "expert": command.expert}
    made = expert_assigned(AssignExpert(**of, role=Role.READER, **term), terms, context)
    told = ReaderAppointed(assignment=command.assignment, expert=command.expert, **term)
    return (told, *(OnStream(stream, one) for one in (*released, made)))


def _released(before: AppointedReader | None, terms: dict[str, Term], context: DecisionContext) -> Iterator[ExpertReleased]:
    """The term of the reader whose place is taken ends yesterday, where it still runs."""
    last = context.day - timedelta(days=1)
    term = terms.get(before.assignment) if before is not None else None
    if before is not None and term is not None and (term.until is None or term.until > last):
        yield ExpertReleased(assignment=before.assignment, last=last)


def record_reading(command: RecordReading, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Once, by the expert who is appointed and free of conflict, not before the appointment and not ahead 记录专家解读."""
    _require_to_be_read(diagnosis)
    reader = diagnosis.reader
    if reader is None or reader.expert != context.by:
        raise READER_NOT_APPOINTED.refuse()
    if is_conflicted(context.read.get(person_stream(context.by)), diagnosis, context.day):
        raise READER_CONFLICTED.refuse()
    problems: list[Refused] = []
    if command.held_on < reader.since:
        problems.append(READING_TOO_EARLY.refuse(path="held_on", given=command.held_on, earliest=reader.since))
    if command.held_on > context.day:
        problems.append(READING_IN_FUTURE.refuse(path="held_on", latest=context.day))
    known = {item.id for item in pinned_edition(diagnosis, context).of(diagnosis.form)}
    problems += repeated("recommendations", command.recommendations)
    for place, one in enumerate(command.recommendations):
        if one.indicator not in known:
            path = f"recommendations.{place}.indicator"
            problems.append(INDICATOR_UNKNOWN.refuse(path=path, indicator=one.indicator))
    refuse_together(problems)
    stated = command.model_dump(exclude={"diagnosis", "recommendations"})
    return (ReadingHeld(expert=context.by, recommendations=command.recommendations, **stated),)
