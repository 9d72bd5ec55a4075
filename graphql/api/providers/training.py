"""Training 诊断师培训 in the schema: modules, sessions, and how large the bank is; never a question. plan T1."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry

from api.kit.context import Context
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.parts import parts
from api.kit.published import field, published
from domain.kernel import Command
from domain.masks import SIGNED_IN
from domain.providers.training import TRAINING_UNKNOWN, PlanTrainingSession, PublishTraining
from domain.providers.training import Training as TrainingState
from projections.providers import training as rows
from standards import Difficulty, training_text, trainings_on_file
from standards.edition.text import SourceMark


@published(SIGNED_IN)
class TrainingModule:
    """Module of a training · 培训模块. plan T1"""

    id: strawberry.ID = field("Id of the module, such as POLICY · 模块编号")
    title: str = field("What it is about · 模块名称")
    hours: int = field("Hours of its course · 学时")
    questions: int = field("Questions of it in the bank · 题数")


@published(SIGNED_IN)
class TrainingSession:
    """Session of a course · 培训班. plan T1"""

    id: strawberry.ID = field("Id of the session · 培训班标识")
    title: str = field("What it is called · 名称")
    on: date = field("Day it is held · 举办日期")
    modules: list[str] = field("Modules that it covers · 培训模块")
    attended: int = field("How many attended · 出席人数")


@published(SIGNED_IN, placed=False)
class Training:
    """Training of diagnosticians for one edition · 诊断师培训. plan T1"""

    edition: str = field("Key of the edition · 标准版本")
    title: str = field("What the text is called · 教材名称")
    source: str = field("Where the text comes from · 来源")
    mark: SourceMark = field("Mark of the source · 来源标记")
    digest: str = field("SHA-256 of the text that examinations keep to from now on · 教材摘要")
    modules: list[TrainingModule] = field("Its modules · 培训模块")
    basic_questions: int = field("Basic questions in the bank · 基础题数")
    applied_questions: int = field("Applied questions in the bank · 应用题数")
    advanced_questions: int = field("Advanced questions in the bank · 综合题数")
    gold_cases: int = field("Gold cases for the practical part · 标准案例数")
    sessions: list[TrainingSession] = parts(
        TrainingSession, "Sessions of its courses, in order of their day · 培训班", place=lambda one: (one.on.isoformat(), one.id)
    )


def build_training(edition: str, known: TrainingState) -> Training:
    """The training of an edition, without a question of it."""
    text = known.text
    of_difficulty = {one: sum(question.difficulty is one for question in text.questions) for one in Difficulty}
    return Training(
        edition=edition,
        title=text.title,
        source=text.source.document,
        mark=text.source.mark,
        digest=known.digest,
        modules=[
            TrainingModule(
                id=strawberry.ID(module.id),
                title=module.title,
                hours=module.hours,
                questions=sum(question.module == module.id for question in text.questions),
            )
            for module in text.modules
        ],
        basic_questions=of_difficulty[Difficulty.BASIC],
        applied_questions=of_difficulty[Difficulty.APPLIED],
        advanced_questions=of_difficulty[Difficulty.ADVANCED],
        gold_cases=len(text.gold_cases),
        sessions=[
            TrainingSession(
                id=strawberry.ID(key), title=one.title, on=one.on, modules=list(one.modules), attended=len(one.people)
            )
            for key, one in sorted(known.sessions.items(), key=lambda pair: (pair[1].on, pair[0]))
        ],
    )


@strawberry.type
class TrainingQueries:
    """Query fields: training."""

    @field("Training of diagnosticians, by edition · 诊断师培训. plan T1", roles=SIGNED_IN)
    def trainings(self, info: strawberry.Info[Context, None]) -> list[Training]:
        """Every training that is published."""
        return [build_training(edition, known) for edition, known in rows.trainings(info.context.snapshot).items()]


def _text(_context: Context, data: dict[str, Any]) -> dict[str, Any]:
    if data["key"] not in trainings_on_file():
        raise TRAINING_UNKNOWN.refuse(path="key", edition=data["key"])
    return {"text": training_text(data["key"])}


def _find_training(context: Context, key: str, _command: Command, _wanted: frozenset[str]) -> Training | None:
    known = rows.training(context.snapshot, key)
    return build_training(key, known) if known is not None else None


QUERIES = TrainingQueries
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    PublishTraining: ServerFields(
        frozenset({"text"}), (("key", str, "Edition whose training is on file, such as 2023 · 标准版本号"),), _text
    ),
    PlanTrainingSession: ServerFields(frozenset({"session"}), fill=new_id("session")),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"training": Payload("training", Training, _find_training)}
"""Capability -> what its payloads carry 返回对象."""
