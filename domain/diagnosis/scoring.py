"""Scoring 评分: the experts' review, and the result of what was verified. plan P3, P5, S4."""

from typing import ClassVar, Literal

from pydantic import Field

from domain.access import Mask, Role
from domain.command_rights import CITY, DIAGNOSTICIANS
from domain.diagnosis.answers import measured, named_by_dimension
from domain.diagnosis.provider import require_own_work
from domain.diagnosis.state import (
    PROCEEDINGS_READERS,
    Diagnosis,
    DiagnosisCommand,
    Status,
    pinned_edition,
    require_status,
)
from domain.kernel import EVERYONE, DecisionContext, Event, Facts, Rule, Text
from standards import Issued, Measured, Process

# Rules

VERIFICATION_MISSING = Rule(
    "VERIFICATION_MISSING",
    "plan P3",
    "尚有 {count} 项指标未核验：{listed}。请核验后再评分",
    "{count} indicators are not verified yet: {listed_in_english}. Verify them, then score",
)


# Commands


class RecordExpertReview(DiagnosisCommand):
    """Record that experts reviewed the case, a gate of the upper levels · 记录专家评审."""

    roles: ClassVar = CITY | {Role.READER}

    conclusion: Text = Field(description="Conclusion of the experts · 评审结论")


class ScoreDiagnosis(DiagnosisCommand):
    """Score the self-assessment and the verified answers; again where a fact came after the last scoring · 评分."""

    roles: ClassVar = DIAGNOSTICIANS


# Events


class ExpertReviewRecorded(Event):
    """Experts reviewed the case 专家评审已记录."""

    type: Literal["diagnosis.expert_review_recorded.v1"] = "diagnosis.expert_review_recorded.v1"
    told_to: ClassVar = PROCEEDINGS_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "记录了专家评审"
    says_in_english: ClassVar = "recorded an expert's review"
    conclusion: str


class DiagnosisScored(Event):
    """The result 评分结果: self and verified measurement apart, measured and issued grade apart (decision 0004)."""

    type: Literal["diagnosis.scored.v1"] = "diagnosis.scored.v1"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.OUTCOME, Mask.RESULT_AND_REPORT})
    says: ClassVar = "完成评分：核验总分 {verified.total}，{issued.grade_name}"
    says_in_english: ClassVar = "scored the diagnosis: verified total {verified.total}, grade {issued.grade}"
    self_measured: Measured
    verified: Measured
    issued: Issued


# Decide: what may happen


def record_expert_review(command: RecordExpertReview, diagnosis: Diagnosis, _context: DecisionContext) -> Facts:
    """Before the report is issued 记录专家评审."""
    require_status(diagnosis, Status.ACCEPTED, Status.SCORED)
    return (ExpertReviewRecorded(conclusion=command.conclusion),)


def score(_command: ScoreDiagnosis, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Measure what was verified, and issue a grade by what took place 评分."""
    require_status(diagnosis, Status.ACCEPTED, Status.SCORED)
    require_own_work(diagnosis, context)
    edition = pinned_edition(diagnosis, context)
    if missing := edition.missing(diagnosis.form, diagnosis.verified.keys()):
        raise VERIFICATION_MISSING.refuse(indicators=list(missing), **named_by_dimension(edition, missing))
    assert diagnosis.self_measured is not None  # noqa: S101 - ACCEPTED implies submitted
    verified = measured(edition, diagnosis, {i: found.answer for i, found in diagnosis.verified.items()})
    process = Process(site_visit=diagnosis.visits > 0, expert_review=diagnosis.expert_review)
    return (
        DiagnosisScored(
            self_measured=diagnosis.self_measured, verified=verified, issued=edition.issue(verified, process)
        ),
    )
