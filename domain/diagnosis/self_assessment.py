"""Self-assessment 自评: what the firm answers, its pledge, and handing it in. plan P3, P5, S4."""

from collections.abc import Collection, Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Mask, Role
from domain.command_rights import CONFIRMERS, FILLERS
from domain.diagnosis.answers import IndicatorKey, measured, named_by_dimension, refusal_of, wrong_with
from domain.diagnosis.sections import require_section, require_section_of
from domain.diagnosis.state import SECTION_LENGTH, Diagnosis, DiagnosisCommand, Status, pinned_edition, require_status
from domain.kernel import (
    EVERYONE,
    Count,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    Part,
    Refused,
    Rule,
    refuse_together,
)
from domain.person_id_fields import PersonId
from standards import Answer, Edition, Measured

# Rules

ANSWER_CHANGED_MEANWHILE = Rule(
    "ANSWER_CHANGED_MEANWHILE",
    "plan P5",
    "指标 {indicator} 的答案在您读取之后已有改动，请刷新核对后再填",
    "The answer to {indicator} has changed since you read it; load it again, look at it, then send yours",
)
ANSWERS_MISSING = Rule(
    "ANSWERS_MISSING",
    "plan P3",
    "尚有 {count} 项指标未填写：{listed}。请填写后再提交",
    "{count} indicators are still unanswered: {listed_in_english}. Fill them in, then submit",
)
QUESTIONS_DEFERRED = Rule(
    "QUESTIONS_DEFERRED",
    "plan P3",
    "其中 {count} 项仍标记为待填：{listed}。请逐项填写，或确认不适用并说明理由",
    "{count} of them are still deferred: {listed_in_english}. Answer each, or say why it does not apply",
)
PLEDGE_MISSING = Rule(
    "PLEDGE_MISSING", "plan P3", "提交前须作出真实性承诺", "Pledge the truth of the answers before submitting"
)


# Commands


class AnswerGiven(Part):
    """One answer as sent; `replaces` is the stream version of the answer the author saw (0 = none) · 所填答案."""

    answer: Answer = Field(description="What is said of the indicator · 填报内容")
    replaces: Count = Field(default=0, description="Version of the answer that was seen, 0 for none · 所替换答案的版本")


class SaveAnswers(DiagnosisCommand):
    """Save a section of the self-assessment: a whole section is one command · 保存自评."""

    roles: ClassVar = FILLERS

    section: Identifier = Field(description="Dimension whose answers these are · 维度编号")
    answers: Annotated[dict[IndicatorKey, AnswerGiven], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="One item an indicator · 各指标的答案或答复"
    )


class PledgeTruth(DiagnosisCommand):
    """Pledge that the answers are true · 真实性承诺."""

    roles: ClassVar = CONFIRMERS


class SubmitSelfAssessment(DiagnosisCommand):
    """Hand the self-assessment in · 提交自评."""

    roles: ClassVar = FILLERS - {Role.DEPARTMENT_FILLER} | CONFIRMERS


# Events


class AnswerRecorded(Part):
    """An answer with its author and the version of the answer it replaces 已记录答案. source: self = by the firm."""

    answer: Answer
    author: PersonId
    source: Literal["self"] = "self"
    replaces: int


class AnswersSaved(Event):
    """Answers of a section changed 自评已保存; only the changed ones."""

    type: Literal["diagnosis.answers_saved.v1"] = "diagnosis.answers_saved.v1"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "保存了 {section:section} 的自评 {answers:count} 项"
    says_in_english: ClassVar = "saved {answers:count} of the answers of {section:section}"
    section: str
    answers: dict[str, AnswerRecorded]


class TruthPledged(Event):
    """The firm pledged 已作真实性承诺."""

    type: Literal["diagnosis.truth_pledged.v1"] = "diagnosis.truth_pledged.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "作出了真实性承诺"
    says_in_english: ClassVar = "pledged that the answers are true"


class SelfAssessmentSubmitted(Event):
    """The self-assessment was handed in 自评已提交, with its measurement."""

    type: Literal["diagnosis.self_assessment_submitted.v1"] = "diagnosis.self_assessment_submitted.v1"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.OUTCOME, Mask.RESULT_AND_REPORT})
    says: ClassVar = "提交了自评，自评总分 {measured.total}"
    says_in_english: ClassVar = "submitted the self-assessment, total {measured.total}"
    measured: Measured


# Decide: what may happen


def save_answers(command: SaveAnswers, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Keep the changed answers of a section 保存; an answer that somebody else changed meanwhile is refused.

    All that is wrong is told at once. An outcome whose level its numbers do not show would count as level 1 in silence, so it is
    refused where it is new; what was kept before stays as it was scored.
    """
    require_status(diagnosis, Status.OPEN)
    edition = pinned_edition(diagnosis, context)
    require_section(edition, command.section, context)
    require_section_of(edition, command.section)
    changed: dict[str, AnswerRecorded] = {}
    problems: list[Refused | None] = []
    for indicator, given in sorted(command.answers.items()):
        if wrong := wrong_with(edition, diagnosis, command.section, indicator, given.answer):
            problems.append(wrong)
        elif diagnosis.answers.get(indicator) != given.answer:
            problems.append(refusal_of(indicator, edition.unshown(indicator, given.answer)))
            if given.replaces != (version := diagnosis.recorded_in.get(indicator, 0)):
                path = f"answers.{indicator}.replaces"
                problems.append(ANSWER_CHANGED_MEANWHILE.refuse(path=path, indicator=indicator, allowed=(version,)))
            changed[indicator] = AnswerRecorded(answer=given.answer, author=context.by, replaces=given.replaces)
    refuse_together(filter(None, problems))
    return (AnswersSaved(section=command.section, answers=changed),) if changed else ()


def pledge(_command: PledgeTruth, diagnosis: Diagnosis, _context: DecisionContext) -> Facts:
    """Once, until an answer changes again 真实性承诺."""
    require_status(diagnosis, Status.OPEN)
    return () if diagnosis.pledged else (TruthPledged(),)


def submit(_command: SubmitSelfAssessment, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Close the self-assessment 提交: complete, pledged, and measured."""
    require_status(diagnosis, Status.OPEN)
    edition = pinned_edition(diagnosis, context)
    if missing := edition.missing(diagnosis.form, diagnosis.answers):
        refuse_together(_unanswered(edition, diagnosis, missing))
    if not diagnosis.pledged:
        raise PLEDGE_MISSING.refuse()
    return (SelfAssessmentSubmitted(measured=measured(edition, diagnosis, diagnosis.answers)),)


def _unanswered(edition: Edition, diagnosis: Diagnosis, missing: Collection[str]) -> Iterator[Refused]:
    """That answers are missing, and which of them are still deferred."""
    yield ANSWERS_MISSING.refuse(indicators=list(missing), **named_by_dimension(edition, missing))
    if deferred := [one for one in missing if one in diagnosis.deferred]:
        yield QUESTIONS_DEFERRED.refuse(indicators=deferred, **named_by_dimension(edition, deferred))
