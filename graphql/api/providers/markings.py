"""Markings 评分 in the schema: a marker's own applications by number, and for the city every mark once marking is closed. plan V1.

Before that nobody but its marker is shown a mark: what the read model holds is ciphertext, and the program opens it for the marker.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import PersonID, id_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.kit.years import require_year
from api.participants.places import Industry, industry_of
from api.providers.applications import ProviderRecord, records_of
from domain.access import Role
from domain.governance.qualification import CertificateGrade
from domain.kernel import Command, IdOf
from domain.masks import MARKINGS, SELECTION_OFFICE
from domain.providers.applications.state import Application, SelectionDimension
from domain.providers.marking import marking as state
from domain.providers.marking.marking import KEPT_AWAY, MarkingStage
from domain.providers.marking.marking import Mark as MarkGiven
from journal.secrets.sealed_marks import SealedMarks
from projections.providers import selection
from projections.providers.certificates import held_by
from projections.providers.selection import MarkingFilter, MarkingRow

enum_type(MarkingStage)


@published(MARKINGS)
class AnonymousDocument:
    """File of an application without its name; read it at /files/{sha256} · 匿名材料"""

    dimension: SelectionDimension = field("Dimension that it supports · 遴选维度")
    sha256: str = field("SHA-256 of the file · 文件散列")
    media_type: str = field("Media type · 文件类型")
    size: int = field("Bytes · 字节数")


@published(MARKINGS)
class StaffOfIndustry:
    """How many people know a division · 行业人员数"""

    industry: Industry = field("GB/T 4754 division · 行业大类")
    people: int = field("People · 人数")


@published(MARKINGS)
class AnonymousApplication:
    """An application as its markers see it: by number, without names · 匿名申报. plan V1"""

    number: int = field("Anonymous number · 匿名编号")
    industries: list[Industry] = field("Divisions that a tag is asked for · 申请行业标签")
    staff: int = field("People who are to diagnose firms · 诊断人员数")
    certified: int = field("Of these, those who held a certificate on the day of `record`, not suspended · 持证人数")
    senior: int = field("Of these, senior ones · 高级诊断师人数")
    staff_by_industry: list[StaffOfIndustry] = field("Of these, those who know each division · 各行业人员数")
    statement: str | None = field("What the applicant adds · 补充说明")
    documents: list[AnonymousDocument] = field("Files · 申报材料")
    record: ProviderRecord = field("What the record tells of the applicant · 记录可查事实")


@published(MARKINGS, row=state.DimensionMark)
class DimensionMark:
    """What a marker gave one dimension · 维度评分"""

    dimension: SelectionDimension = field("Dimension · 遴选维度", made=True)
    points: int = field("Points · 分数")
    reason: str = field("Why so many · 评分理由")


@published(MARKINGS, row=state.IndustryMark)
class IndustryMark:
    """What a marker gave one industry · 行业评分"""

    industry: Industry = field("GB/T 4754 division · 行业大类")
    points: int = field("Points · 分数")


@published(MARKINGS)
class Mark:
    """A mark: five dimensions and every industry applied for · 评分内容"""

    total: int = field("Points of the five dimensions together · 总分")
    dimensions: list[DimensionMark] = field("Each dimension · 各维度评分")
    industries: list[IndustryMark] = field("Each industry · 各行业评分")


@published(MARKINGS, row=MarkingRow)
class Marking:
    """One marker's marking of one application · 评分. plan V1"""

    id: Annotated[strawberry.ID, IdOf("marking")] = field("Id; pass it to `sealMark` · 评分标识")
    year: int = field("Year of the call · 年度")
    number: int = field("Anonymous number of the application · 匿名编号")
    stage: MarkingStage = field("How far it has come · 状态", made=True)
    application: AnonymousApplication | None = field("What is to be marked; null once another marks it · 匿名申报")
    mark: Mark | None = field("The mark: to its marker at once, to the city once marking is closed · 评分内容")
    digest: str | None = field("SHA-256 that it was sealed under · 封存摘要", made=True)
    marker: PersonID | None = field("Person who marks · 评分专家", roles=SELECTION_OFFICE, made=True)


def mark_shown(mark: MarkGiven) -> Mark:
    """A mark as the schema shows it."""
    return Mark(
        total=mark.total,
        dimensions=[DimensionMark(**shown(DimensionMark, one), dimension=one.dimension) for one in mark.dimensions],
        industries=[IndustryMark(**shown(IndustryMark, one)) for one in mark.industries],
    )


def _anonymous(
    number: int, application: Application, record: ProviderRecord, grades: Sequence[CertificateGrade]
) -> AnonymousApplication:
    return AnonymousApplication(
        number=number,
        industries=list(map(industry_of, application.industries)),
        staff=len(application.staff),
        certified=len(grades),
        senior=grades.count(CertificateGrade.SENIOR),
        staff_by_industry=[
            StaffOfIndustry(industry=industry_of(one), people=sum(one in member.industries for member in application.staff))
            for one in application.industries
        ],
        statement=application.statement,
        documents=[
            AnonymousDocument(dimension=one.dimension, sha256=one.sha256, media_type=one.media_type, size=one.size)
            for one in application.documents
        ],
        record=record,
    )


def _build(context: Context, rows: Sequence[MarkingRow], wanted: frozenset[str]) -> list[Marking]:
    """Markings of rows; whose application it is, is looked up by the program and told to nobody here."""
    applications: dict[tuple[int, int], AnonymousApplication] = {}
    if "application" in wanted:
        shown_rows = [row for row in rows if row.stage not in KEPT_AWAY]
        for year in sorted({row.year for row in shown_rows}):
            applications |= _applications(context, year, {row.number for row in shown_rows if row.year == year})
    sealed = SealedMarks(context.services.keys)
    return [_marking(context, row, applications.get((row.year, row.number)), sealed) for row in rows]


def _applications(context: Context, year: int, numbers: set[int]) -> dict[tuple[int, int], AnonymousApplication]:
    found = selection.numbered_applications(context.snapshot, year, numbers)
    records = records_of(context, year, [one.provider for one in found.values()])
    shown_records = {name: ProviderRecord(**shown(ProviderRecord, record)) for name, record in records.items()}
    held = held_by(context.whole, [member.person for one in found.values() for member in one.staff])

    def grades(application: Application) -> list[CertificateGrade]:
        day = shown_records[application.provider].until or context.today
        told = (held[member.person].grade_on(day) for member in application.staff if member.person in held)
        return [grade for grade in told if grade is not None]

    return {(year, number): _anonymous(number, one, shown_records[one.provider], grades(one)) for number, one in found.items()}


def _marking(
    context: Context, row: MarkingRow, application: AnonymousApplication | None, sealed: SealedMarks
) -> Marking:
    told = row.state()
    mark = told.mark
    if mark is None and told.sealed is not None and context.role == Role.MARKER and told.marker == context.caller.actor:
        mark = sealed.opened(row.year, row.id, told.sealed).mark
    return Marking(
        **shown(Marking, row),
        stage=told.stage,
        application=application,
        mark=mark_shown(mark) if mark is not None else None,
        digest=told.digest,
        marker=id_of("person", told.marker),
    )


MARKING_LIST: Listed[MarkingFilter, MarkingRow, Marking] = Listed(
    name="markings",
    node=Marking,
    rows=selection.markings,
    count=selection.marking_count,
    by_id=selection.markings_by_id,
    build=_build,
)


@strawberry.type
class MarkingQueries:
    """Query fields: markings."""

    @listing(
        MARKING_LIST,
        "Markings in the scope, in order of id: a marker's own, for the city all; what another gave is shown once marking is "
        "closed · 评分列表. plan V1",
        roles=MARKINGS,
    )
    def markings(
        self,
        year: Annotated[int | None, argument("Year of the call; none = every year · 年度")] = None,
        number: Annotated[int | None, argument("Anonymous number; none = every application · 匿名编号")] = None,
    ) -> MarkingFilter:
        """A page of markings.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        return MarkingFilter(year, number)


def _find_marking(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Marking | None:
    return MARKING_LIST.of_ids(context, [key], wanted).get(key) if context.role in MARKINGS else None


QUERIES = MarkingQueries
PAYLOADS: Mapping[str, Payload] = {"marking": Payload("marking", Marking, _find_marking, MARKINGS)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
