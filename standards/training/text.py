"""Training text 培训教材: modules, question bank and gold cases of one edition, as they are authored. plan T1.

Authored in YAML as the standard is: `training.yaml`, `questions/*.yaml` by module, `gold_cases.yaml`. Whether a text can be
published is said by `training_problems`, all of it at once.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from standards.described import DescribedEnum
from standards.edition.edition import Edition
from standards.edition.text import Source

Words = Annotated[str, Field(min_length=1, max_length=2000)]
Id = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")]


class Difficulty(DescribedEnum):
    """How much a question asks for · 试题难度."""

    BASIC = "basic", "Knows what is written · 基础题"
    APPLIED = "applied", "Applies it to a case · 应用题"
    ADVANCED = "advanced", "Weighs several rules at once · 综合题"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class TrainingModule(_Part):
    """A module of the training 培训模块. hours: of its course."""

    id: Id
    title: Annotated[str, Field(min_length=1, max_length=200)]
    hours: Annotated[int, Field(ge=1, le=100)]


class Question(_Part):
    """A question of the bank 试题. options: two or more, by letter; answer: the letters of those that are right, all of them."""

    id: Id
    module: Id
    difficulty: Difficulty
    text: Words
    options: Annotated[dict[Annotated[str, Field(pattern=r"^[A-F]$")], Words], Field(min_length=2, max_length=6)]
    answer: Annotated[tuple[str, ...], Field(min_length=1, max_length=6)]
    clause: Annotated[str, Field(min_length=1, max_length=100)]


class GoldCase(_Part):
    """A described firm whose right levels are agreed 标准案例. levels: indicator -> step 0, 1, 1.5 … 5 as exact text."""

    id: Id
    title: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    levels: Annotated[dict[str, Annotated[str, Field(pattern=r"^(0|[1-4](\.5)?|5)$")]], Field(min_length=1, max_length=200)]


class TrainingText(_Part):
    """Training for one edition 培训教材: its modules, question bank and gold cases, with the source they come from."""

    edition: Annotated[str, Field(pattern=r"^\d{4}(\.\d+)?(-[a-z]+)*$")]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    source: Source
    modules: Annotated[tuple[TrainingModule, ...], Field(min_length=1, max_length=40)]
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=5000)]
    gold_cases: Annotated[tuple[GoldCase, ...], Field(min_length=1, max_length=200)]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the text as canonical JSON 教材摘要, which examinations are pinned to."""
        return sha256(self.model_dump_json().encode()).hexdigest()

    @cached_property
    def by_id(self) -> dict[str, Question]:
        """Questions by id."""
        return {question.id: question for question in self.questions}

    def gold_case(self, identity: str) -> GoldCase:
        """The gold case of an id."""
        return next(case for case in self.gold_cases if case.id == identity)


class TrainingProblem(_Part):
    """Why a training text cannot be published 教材问题: published code, where, and what is wrong there."""

    code: str
    path: str
    detail: str


def training_problems(text: TrainingText, edition: Edition) -> Iterator[TrainingProblem]:
    """Everything that is wrong with a text 全部教材问题: against itself, and against the edition that it trains for."""
    if text.edition != edition.key:
        yield TrainingProblem(code="EDITION_DIFFERS", path="edition", detail=text.edition)
    modules = {module.id for module in text.modules}
    for path, many in (("modules", text.modules), ("questions", text.questions), ("gold_cases", text.gold_cases)):
        counted = Counter(one.id for one in many)
        yield from (TrainingProblem(code="ID_REPEATED", path=path, detail=one) for one, times in counted.items() if times > 1)
    asked = Counter(question.text for question in text.questions)
    for question in text.questions:
        path = f"questions.{question.id}"
        if question.module not in modules:
            yield TrainingProblem(code="MODULE_UNKNOWN", path=path, detail=question.module)
        if not set(question.answer) <= set(question.options) or len(set(question.answer)) < len(question.answer):
            yield TrainingProblem(code="ANSWER_NOT_AN_OPTION", path=path, detail="".join(question.answer))
        if len(set(question.options.values())) < len(question.options):
            yield TrainingProblem(code="OPTION_REPEATED", path=path, detail=question.id)
        if asked[question.text] > 1:
            yield TrainingProblem(code="QUESTION_REPEATED", path=path, detail=question.text[:40])
    unasked = modules - {question.module for question in text.questions}
    yield from (TrainingProblem(code="MODULE_WITHOUT_QUESTIONS", path=f"modules.{one}", detail=one) for one in sorted(unasked))
    for case in text.gold_cases:
        for unknown in sorted(case.levels.keys() - edition.by_id.keys()):
            yield TrainingProblem(code="INDICATOR_UNKNOWN", path=f"gold_cases.{case.id}", detail=unknown)
        if len(set(case.levels.values())) == 1:
            yield TrainingProblem(code="CASE_OF_ONE_LEVEL", path=f"gold_cases.{case.id}", detail=case.id)
