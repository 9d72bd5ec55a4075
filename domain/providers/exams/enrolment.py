"""Enrolment for an examination 考试报名: the seed of the paper is committed to, and who failed in a row waits. plan T1."""

from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Role
from domain.governance.dated_rules import rule_in_force
from domain.governance.qualification import QUALIFICATION_RULE
from domain.governance.rule_bodies.exam import ExamRule
from domain.kernel import DecisionContext, Event, Facts, Rule, Sha256
from domain.providers.exams.state import Exam, ExamCommand

# Rules

EXAM_UNDER_WAY = Rule(
    "EXAM_UNDER_WAY",
    "plan T1",
    "该人员已报名这一考试且尚未结束，请先完成",
    "The person is enrolled for this examination and it is not over; finish it first",
)
EXAM_TOO_SOON = Rule(
    "EXAM_TOO_SOON",
    "plan T1",
    "连续 {failed} 次未通过，最早可于 {earliest} 再次报名",
    "Not passed {failed} times in a row; enrol again on {earliest} at the earliest",
)

# Commands


class EnrolForExam(ExamCommand):
    """Enrol a person for an examination, by the city or the manager of whom it serves · 报名考试."""

    roles: ClassVar = frozenset({Role.CITY, Role.PROVIDER})

    nonce: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    commitment: Sha256


# Events


class ExamEnrolled(Event):
    """A person is enrolled 考试已报名; commitment: SHA-256 of the seed that the paper will be drawn by."""

    type: Literal["exam.enrolled.v1"] = "exam.enrolled.v1"
    says: ClassVar = "报名了诊断师考试，抽题种子的承诺为 {commitment}"
    says_in_english: ClassVar = (
        "enrolled for the diagnosticians' examination; commitment to the seed of the draw: {commitment}"
    )
    nonce: str
    commitment: str
    on: date


# Decide: what may happen


def enrol(command: EnrolForExam, exam: Exam, context: DecisionContext) -> Facts:
    """The person enrolled 报名.

    Raises:
        Refused: EXAM_UNDER_WAY, EXAM_TOO_SOON (plan T1).
    """
    if exam.current is not None:
        raise EXAM_UNDER_WAY.refuse()
    rule = rule_in_force(context.read.get(QUALIFICATION_RULE), ExamRule, context.day)
    failed = exam.failed_in_a_row
    if failed and len(failed) % (1 + rule.retries) == 0 and (last := failed[-1].on) is not None:
        earliest = last + timedelta(days=rule.wait_days)
        if context.day < earliest:
            raise EXAM_TOO_SOON.refuse(failed=len(failed), earliest=earliest)
    return (ExamEnrolled(nonce=command.nonce, commitment=command.commitment, on=context.day),)
