"""Practical part of an examination 实操部分: levels given to a case, marked by their agreement with the gold case. plan T1."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.command_rights import EXAMINEES
from domain.kernel import DecisionContext, Event, Facts, Part, Rule, refuse_together, repeated
from domain.providers.exams.paper import agreement_with
from domain.providers.exams.state import ExamCommand, ExamStatus, ExamTry, require_status
from domain.providers.training import Training

# Rules

CASE_INCOMPLETE = Rule(
    "CASE_INCOMPLETE",
    "plan T1",
    "案例须逐项评定，且只评案例所列的指标；有出入的指标：{indicators}",
    "Every indicator of the case is scored, and no other; these differ: {indicators}",
)

# Commands


class CaseLevel(Part):
    """Level that is given to an indicator of the case · 案例评级."""

    indicator: Annotated[str, Field(min_length=1, max_length=40)] = Field(description="Indicator id, such as Z01 · 指标编号")
    level: Annotated[str, Field(pattern=r"^(0|[1-4](\.5)?|5)$")] = Field(description="0, 1, 1.5 … 5 · 等级")


class SubmitPracticalPart(ExamCommand):
    """Submit the levels given to the case of the practical part, all of them; it is marked at once · 提交实操."""

    roles: ClassVar = EXAMINEES

    levels: Annotated[tuple[CaseLevel, ...], Field(min_length=1, max_length=200)] = Field(description="Levels · 各指标等级")


# Events


class PracticalPartMarked(Event):
    """The practical part was marked by agreement with the gold case 实操已评分; agreement: weighted kappa, None = none."""

    type: Literal["exam.practical_marked.v1"] = "exam.practical_marked.v1"
    says: ClassVar = "完成了实操部分，与标准案例的一致性系数为 {agreement:?@|无}"
    says_in_english: ClassVar = "completed the practical part; agreement with the gold cases: {agreement:?@|none}"
    levels: tuple[CaseLevel, ...]
    agreement: Decimal | None
    passed: bool
    on: date


# Decide: what may happen


def submit_practical_part(command: SubmitPracticalPart, current: ExamTry, training: Training, context: DecisionContext) -> Facts:
    """The case marked, once the paper is passed 实操评分.

    Raises:
        Refused: EXAM_WRONG_STATUS, LISTED_TWICE, CASE_INCOMPLETE (plan T1).
    """
    require_status(current, ExamStatus.PRACTICAL_DUE)
    refuse_together(repeated("levels", [one.indicator for one in command.levels]))
    case, given = training.texts[current.training].gold_case(current.case), {one.indicator: one.level for one in command.levels}
    if differing := sorted(given.keys() ^ case.levels.keys()):
        raise CASE_INCOMPLETE.refuse(path="levels", indicators="、".join(differing))
    agreement = agreement_with(case, given)
    passed = agreement is not None and agreement >= current.agreement_at_least
    return (PracticalPartMarked(levels=command.levels, agreement=agreement, passed=passed, on=context.day),)
