"""Examinations 诊断师考试 in the schema: results, and the paper for the examinee while it lasts. plan T1."""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.ids import EditionID, key_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload, ServerFields
from api.kit.paging import wanted_fields
from api.kit.published import argument, field, published
from api.participants.people import PERSONS, Person
from domain.kernel import Command
from domain.masks import CERTIFICATES, CERTIFICATES_READ, OWN_CERTIFICATES
from domain.providers.exams.enrolment import EnrolForExam
from domain.providers.exams.exam import BeginExam, HandInExam
from domain.providers.exams.paper import commitment_of, points_of
from domain.providers.exams.state import ExamCommand, ExamStatus
from domain.providers.exams.state import ExamTry as Attempt
from projections.providers import exams as rows
from projections.providers import training as trainings
from projections.providers.exams import ExamRow

enum_type(ExamStatus)

SEED = b"seed of an examination\n"
NO_SEED = "0" * 64
"""Where there is no try, the rules say so."""


def seed_of(secret: bytes, nonce: str) -> str:
    """The seed of a paper 抽题种子: known to the installation alone until the paper is over."""
    return hmac.digest(secret, SEED + nonce.encode(), "sha256").hex()


@published(CERTIFICATES)
class ExamTry:
    """One try at an examination · 考试经过. plan T1"""

    enrolled_on: date = field("Day of the enrolment · 报名日期")
    commitment: str = field("SHA-256 of the seed that the paper is drawn by, known before it begins · 抽题承诺")
    status: ExamStatus = field("How far it has come · 考试状态")
    ends_at: datetime | None = field("When the time for the paper is over, UTC; null before it begins · 截止时间")
    correct: int | None = field("Questions answered right; null before it is marked · 答对题数")
    points: Decimal | None = field("Points of one hundred; null before it is marked · 得分")
    agreement: Decimal | None = field("Weighted kappa with the gold case; null before the practical part · 实操一致性")
    over_on: date | None = field("Day it was passed or failed; null before · 结束日期")
    seed: str | None = field("What the paper was drawn by, SHA-256 the commitment; null until it is over · 抽题种子")


@published(CERTIFICATES, row=ExamRow)
class Exam:
    """Examination of a person for one edition: every try · 诊断师考试. plan T1"""

    edition: str = field("Key of the edition · 标准版本", made=True)
    status: ExamStatus = field("How far the latest try has come · 考试状态", made=True)
    tries: list[ExamTry] = field("Its tries, in order · 历次考试", made=True)
    person: Person | None = field("Who is examined · 应试人员", by="person", roles=CERTIFICATES_READ)


@published(OWN_CERTIFICATES)
class ExamOption:
    """Option of a question · 选项. plan T1"""

    letter: str = field("Letter that it is chosen by · 选项字母")
    text: str = field("What it says · 选项内容")


@published(OWN_CERTIFICATES)
class ExamQuestion:
    """Question of the paper, as the examinee sees it · 试题. plan T1"""

    id: strawberry.ID = field("Id of the question · 试题编号")
    text: str = field("What is asked; several options may be right · 题目")
    options: list[ExamOption] = field("Its options · 选项")
    chosen: list[str] = field("Letters saved so far · 已选")


@published(OWN_CERTIFICATES)
class PracticalCase:
    """Case of the practical part · 实操案例. plan T1"""

    title: str = field("What it is called · 名称")
    text: str = field("The firm as it is described · 案例内容")
    indicators: list[str] = field("Indicators to give levels to · 待评指标")


@published(OWN_CERTIFICATES)
class ExamPaper:
    """What the examinee works on at this moment, and nobody else sees · 试卷. plan T1"""

    ends_at: datetime | None = field("When the time for the paper is over, UTC; the practical part has none · 截止时间")
    questions: list[ExamQuestion] = field("Questions, in the order they are asked; none once the paper is over · 试题")
    practical_case: PracticalCase | None = field("The case, once the paper is passed; else null · 实操案例")


def build_exams(context: Context, found: Sequence[ExamRow], wanted: frozenset[str]) -> list[Exam]:
    """Examinations of rows."""
    person = led_to(context, (Exam, "person"), found, wanted)
    return [
        Exam(
            edition=row.training,
            status=row.exam.tries[-1].status,
            tries=list(map(_shown_try, row.exam.tries)),
            person=person(row.person),
        )
        for row in found
    ]


def _shown_try(one: Attempt) -> ExamTry:
    return ExamTry(
        enrolled_on=one.enrolled_on,
        commitment=one.commitment,
        status=one.status,
        ends_at=one.ends_at,
        correct=one.correct,
        points=points_of(one.correct, len(one.paper)) if one.correct is not None else None,
        agreement=one.agreement,
        over_on=one.on,
        seed=one.seed,
    )


SAT_EXAMS: Listed[str, ExamRow, Exam] = Listed(
    name="exams",
    node=Exam,
    rows=rows.exams,
    count=rows.exam_count,
    build=build_exams,
)
"""What is looked for: the day on which who serves a unit is asked."""


@strawberry.type
class ExamQueries:
    """Query fields: examinations."""

    @listing(
        SAT_EXAMS, "Examinations of the people who serve a unit within the scope today · 考试列表. plan T1", roles=CERTIFICATES_READ
    )
    def exams(self, info: strawberry.Info[Context, None]) -> str:
        """A page of examinations."""
        return info.context.today.isoformat()

    @field("Examinations of one's own, by edition · 本人考试. plan T1", roles=OWN_CERTIFICATES)
    def own_exams(self, info: strawberry.Info[Context, None]) -> list[Exam]:
        """What the caller sits or sat."""
        context = info.context
        return build_exams(context, rows.exams_of(context.snapshot, context.caller.actor), wanted_fields(info))

    @field(
        "The examinee's own paper while its time lasts, then the case of the practical part; null else · 本人试卷. plan T1",
        roles=OWN_CERTIFICATES,
    )
    def own_exam_paper(
        self,
        info: strawberry.Info[Context, None],
        edition: Annotated[EditionID, argument("Edition that the examination is for · 标准版本")],
    ) -> ExamPaper | None:
        """What the caller works on."""
        context, key = info.context, key_of(edition, "edition")
        row = rows.exam_of(context.snapshot, key, context.caller.actor)
        known = trainings.training(context.snapshot, key)
        current = row.exam.current if row is not None else None
        if current is None or known is None or current.ends_at is None:
            return None
        text = known.texts[current.training]
        if current.status is ExamStatus.PRACTICAL_DUE:
            case = text.gold_case(current.case)
            shown = PracticalCase(title=case.title, text=case.text, indicators=sorted(case.levels))
            return ExamPaper(ends_at=None, questions=[], practical_case=shown)
        if context.services.clock() >= current.ends_at:
            return None
        questions = [
            ExamQuestion(
                id=strawberry.ID(one),
                text=text.by_id[one].text,
                options=[ExamOption(letter=letter, text=said) for letter, said in sorted(text.by_id[one].options.items())],
                chosen=list(current.answers.get(one, ())),
            )
            for one in current.paper
        ]
        return ExamPaper(ends_at=current.ends_at, questions=questions, practical_case=None)


def _committed(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    nonce = secrets.token_hex(16)
    return {**data, "nonce": nonce, "commitment": commitment_of(seed_of(context.services.secret, nonce))}


def _seeded(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """With the seed of the caller's own try; of anybody else's none is looked up."""
    row = rows.exam_of(context.snapshot, key_of(data["training"], "edition"), context.caller.actor)
    current = row.exam.current if row is not None else None
    return {**data, "seed": seed_of(context.services.secret, current.nonce) if current is not None else NO_SEED}


def _find_exam(context: Context, _key: str, command: Command, wanted: frozenset[str]) -> Exam | None:
    assert isinstance(command, ExamCommand)  # noqa: S101 - the table below names it
    row = rows.exam_of(context.snapshot, command.training, command.person)
    return build_exams(context, [row], wanted)[0] if row is not None else None


QUERIES = ExamQueries
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    EnrolForExam: ServerFields(frozenset({"nonce", "commitment"}), fill=_committed),
    BeginExam: ServerFields(frozenset({"seed"}), fill=_seeded),
    HandInExam: ServerFields(frozenset({"seed"}), fill=_seeded),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"exam": Payload("exam", Exam, _find_exam)}
"""Capability -> what its payloads carry 返回对象."""
EDGES: Mapping[Edge, Loader] = {(Exam, "person"): PERSONS.of_ids}
