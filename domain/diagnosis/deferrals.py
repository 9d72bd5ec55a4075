"""Deferrals 待填标记: questions that are not answered yet, because the answer is not known or because they come later. plan P3.

A mark stands beside an answer's absence and is none: it counts in no score, and an answer takes it off.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Mask
from domain.command_rights import FILLERS
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.sections import is_open_section, section_not_yours
from domain.diagnosis.state import (
    SECTION_LENGTH,
    Deferral,
    Diagnosis,
    DiagnosisCommand,
    Status,
    pinned_edition,
    require_status,
)
from domain.kernel import EVERYONE, DecisionContext, Event, Facts, Identifier, Refused, Rule, refuse_together
from standards import Edition

# Rules

QUESTION_ANSWERED = Rule(
    "QUESTION_ANSWERED",
    "plan P3",
    "指标 {indicator} 已有答案，不能标记待填；如须改动，请直接修改答案",
    "{indicator} is answered already and cannot be deferred; change the answer itself where it is wrong",
)


# Commands

Marked = Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=SECTION_LENGTH)]
"""Indicators whose questions are marked 所标指标."""


class DeferQuestions(DiagnosisCommand):
    """Mark questions that are not answered yet: the answer is not known, or they come later · 标记待填."""

    roles: ClassVar = FILLERS

    indicators: Marked = Field(description="Indicators whose questions are deferred · 标记待填的指标")
    deferral: Deferral = Field(description="Why they are not answered yet · 待填原因")


class ResumeQuestions(DiagnosisCommand):
    """Take the marks off questions that were deferred · 取消待填标记."""

    roles: ClassVar = FILLERS

    indicators: Marked = Field(description="Indicators whose marks are taken off · 取消标记的指标")


# Events


class QuestionsDeferred(Event):
    """Questions were deferred 已标记待填; those alone that were not so already."""

    type: Literal["diagnosis.questions_deferred.v1"] = "diagnosis.questions_deferred.v1"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "将自评 {indicators:count} 项标记为“{deferral:term}”"
    says_in_english: ClassVar = "marked {indicators:count} of the questions as “{deferral:term}”"
    indicators: tuple[str, ...]
    deferral: Deferral


class QuestionsResumed(Event):
    """Marks were taken off questions 待填标记已取消."""

    type: Literal["diagnosis.questions_resumed.v1"] = "diagnosis.questions_resumed.v1"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "取消了自评 {indicators:count} 项的待填标记"
    says_in_english: ClassVar = "took the mark off {indicators:count} of the deferred questions"
    indicators: tuple[str, ...]


# Decide: what may happen


def defer(command: DeferQuestions, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Each in a section of the actor's own, and none that is answered 标记待填; what is marked so already stays.

    Raises:
        Refused: QUESTION_ANSWERED, INDICATOR_UNKNOWN, SECTION_NOT_YOURS, WRONG_STATUS.
    """
    named = _named(command.indicators, diagnosis, context)
    refuse_together(
        QUESTION_ANSWERED.refuse(path=f"indicators.{place}", indicator=indicator)
        for place, indicator in enumerate(command.indicators)
        if indicator in diagnosis.answers
    )
    new = tuple(one for one in named if diagnosis.deferred.get(one) is not command.deferral)
    return (QuestionsDeferred(indicators=new, deferral=command.deferral),) if new else ()


def resume(command: ResumeQuestions, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Each in a section of the actor's own 取消待填标记; what bears no mark stays as it is.

    Raises:
        Refused: INDICATOR_UNKNOWN, SECTION_NOT_YOURS, WRONG_STATUS.
    """
    marked = tuple(one for one in _named(command.indicators, diagnosis, context) if one in diagnosis.deferred)
    return (QuestionsResumed(indicators=marked),) if marked else ()


def _named(indicators: tuple[str, ...], diagnosis: Diagnosis, context: DecisionContext) -> tuple[str, ...]:
    """What a command names, each once; refused before anything is told of another's section."""
    require_status(diagnosis, Status.OPEN)
    edition = pinned_edition(diagnosis, context)
    refuse_together(_not_theirs(edition, indicators, diagnosis, context))
    return tuple(dict.fromkeys(indicators))


def _not_theirs(
    edition: Edition, indicators: tuple[str, ...], diagnosis: Diagnosis, context: DecisionContext
) -> Iterator[Refused]:
    known = {item.id: item.dimension for item in edition.of(diagnosis.form)}
    for place, indicator in enumerate(indicators):
        path = f"indicators.{place}"
        if indicator not in known:
            yield INDICATOR_UNKNOWN.refuse(path=path, indicator=indicator)
        elif not is_open_section(known[indicator], context.role, context.sections):
            yield section_not_yours(edition, known[indicator], path=path)


def after(diagnosis: Diagnosis, event: QuestionsDeferred | QuestionsResumed) -> dict[str, Deferral]:
    """Marks once some are set or taken off 待填标记变更."""
    others = {one: mark for one, mark in diagnosis.deferred.items() if one not in event.indicators}
    return others | dict.fromkeys(event.indicators, event.deferral) if isinstance(event, QuestionsDeferred) else others
