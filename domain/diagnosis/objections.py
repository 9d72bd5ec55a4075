"""Objections 异议: what the firm objects to in its report, item by item, and what becomes of each. plan P6."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Mask
from domain.command_rights import CONFIRMERS, DIAGNOSTICIANS, REVIEWERS
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.provider import require_own_work
from domain.diagnosis.state import (
    PROCEEDINGS_READERS,
    SECTION_LENGTH,
    Diagnosis,
    DiagnosisCommand,
    Status,
    pinned_edition,
    require_status,
)
from domain.kernel import DecisionContext, Event, Facts, Identifier, Part, Rule, Text, refuse_together
from standards.described import DescribedEnum

# Rules

OBJECTION_REPEATED = Rule(
    "OBJECTION_REPEATED",
    "plan P6",
    "同一指标只能提出一次异议：{indicators}",
    "One objection an indicator: {indicators}",
)
OBJECTION_UNANSWERED = Rule(
    "OBJECTION_UNANSWERED",
    "plan P6",
    "须逐项答复异议，尚未答复的指标：{indicators}",
    "Answer every objection; still without an answer: {indicators}",
)
OBJECTION_NOT_OPEN = Rule(
    "OBJECTION_NOT_OPEN",
    "plan P6",
    "指标 {indicator} 没有待答复的异议或重复答复，请删去该项",
    "There is no open objection to {indicator}, or it is answered twice; leave that item out",
)


class ObjectionStatus(DescribedEnum):
    """What became of an objection: it waits for an answer, has one, or its case was withdrawn before · 异议状态."""

    OPEN = "open", "Waits for an answer · 待答复"
    ANSWERED = "answered", "Has been answered · 已答复"
    LAPSED = "lapsed", "The case was withdrawn before an answer · 已失效"


# Commands


class ObjectionItem(Part):
    """An objection to one indicator · 单项异议."""

    indicator: Identifier = Field(description="Indicator id, such as Z01 · 指标编号")
    reason: Text = Field(description="Why · 理由")


class ObjectToReport(DiagnosisCommand):
    """Object item by item · 逐项提出异议."""

    roles: ClassVar = CONFIRMERS

    items: Annotated[tuple[ObjectionItem, ...], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="One item an indicator · 逐项异议"
    )


class ObjectionAnswer(Part):
    """What became of one objection: upheld means the indicator is verified again · 异议处理."""

    indicator: Identifier = Field(description="Indicator id, such as Z01 · 指标编号")
    upheld: bool = Field(description="Whether the objection is upheld; then the indicator is verified again · 异议是否成立")
    reason: Text = Field(description="Why · 理由")


class AnswerObjections(DiagnosisCommand):
    """Answer all objections · 答复异议."""

    roles: ClassVar = DIAGNOSTICIANS | REVIEWERS

    answers: Annotated[tuple[ObjectionAnswer, ...], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="One item an indicator · 各指标的答案或答复"
    )


# Events


class ReportObjectedTo(Event):
    """The firm objects to items 已提出异议."""

    type: Literal["diagnosis.report_objected_to.v1"] = "diagnosis.report_objected_to.v1"
    told_to: ClassVar = PROCEEDINGS_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "对 {indicators:listed} 提出了异议"
    says_in_english: ClassVar = "objected to {indicators:listed}"
    items: tuple[ObjectionItem, ...]

    @property
    def indicators(self) -> tuple[str, ...]:
        """Indicators objected to 异议指标."""
        return tuple(item.indicator for item in self.items)


class ObjectionsAnswered(Event):
    """Every objection has an answer 异议已答复."""

    type: Literal["diagnosis.objections_answered.v1"] = "diagnosis.objections_answered.v1"
    told_to: ClassVar = PROCEEDINGS_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "答复了异议：采纳 {upheld:count} 项，维持 {dismissed:count} 项"
    says_in_english: ClassVar = "answered the objections: {upheld:count} upheld, {dismissed:count} dismissed"
    answers: tuple[ObjectionAnswer, ...]

    @property
    def upheld(self) -> tuple[ObjectionAnswer, ...]:
        """Answers that uphold the objection 采纳."""
        return tuple(answer for answer in self.answers if answer.upheld)

    @property
    def dismissed(self) -> tuple[ObjectionAnswer, ...]:
        """Answers that do not 维持."""
        return tuple(answer for answer in self.answers if not answer.upheld)


# Decide: what may happen


def object_to_report(command: ObjectToReport, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Once an indicator: what was not upheld is closed for good 提出异议."""
    require_status(diagnosis, Status.ISSUED)
    known = {item.id for item in pinned_edition(diagnosis, context).of(diagnosis.form)}
    problems = []
    named: set[str] = set()
    for place, item in enumerate(command.items):
        path = f"items.{place}.indicator"
        if item.indicator not in known:
            problems.append(INDICATOR_UNKNOWN.refuse(path=path, indicator=item.indicator))
        elif item.indicator in named or item.indicator in diagnosis.dismissed:
            problems.append(OBJECTION_REPEATED.refuse(path=path, indicators=item.indicator))
        named.add(item.indicator)
    refuse_together(problems)
    return (ReportObjectedTo(items=command.items),)


def answer_objections(command: AnswerObjections, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """All of them at once 答复异议; what is missing is missing from the list, what is one too many has its place in it."""
    require_status(diagnosis, Status.OBJECTED)
    require_own_work(diagnosis, context)
    left, allowed = set(diagnosis.objections), tuple(sorted(diagnosis.objections))
    missing = sorted(left - {answer.indicator for answer in command.answers})
    problems = [OBJECTION_UNANSWERED.refuse(path="answers", indicators="、".join(missing))] if missing else []
    for place, answer in enumerate(command.answers):
        if answer.indicator not in left:
            path = f"answers.{place}.indicator"
            problems.append(OBJECTION_NOT_OPEN.refuse(path=path, indicator=answer.indicator, allowed=allowed))
        left.discard(answer.indicator)
    refuse_together(problems)
    return (ObjectionsAnswered(answers=command.answers),)
