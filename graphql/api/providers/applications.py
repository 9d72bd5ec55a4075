"""Applications 申报 in the schema: what a provider states of itself, what the record adds, and what became of it. plan V1, V6."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import OrganisationID, PersonID, id_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from api.kit.uploaded_files import named_by_upload
from api.kit.years import require_year
from api.participants.places import Industry, industry_of
from domain.access import Role
from domain.kernel import Command, IdOf
from domain.masks import APPLICANTS, MARKINGS
from domain.providers.applications import state
from domain.providers.applications.commands import AttachApplicationDocument, ObjectToResult
from domain.providers.applications.state import ApplicationStage, SelectionDimension, Shortfall
from projections.providers import record_of_provider, selection
from projections.providers.selection import ApplicationFilter, ApplicationRow

APPLICATION_CONTENTS = APPLICANTS - {Role.DISTRICT}
"""What an application holds: people, ties, documents. A marker is shown what tells no name (graphql/api/providers/markings.py)."""
for _kind in (ApplicationStage, SelectionDimension, Shortfall):
    enum_type(_kind)


@published(APPLICATION_CONTENTS, row=state.StaffMember)
class StaffMember:
    """Person of the provider who is to diagnose firms · 诊断人员"""

    person: PersonID = field("Id of the person · 人员标识", made=True)
    industries: list[Industry] = field("Divisions that the person knows · 熟悉行业", made=True)


@published(APPLICATION_CONTENTS, row=state.LinkedParty)
class LinkedParty:
    """Who is tied to the provider, as it declares · 关联方"""

    name: str = field("Name · 名称")
    organisation: OrganisationID | None = field("Id, where it is on record · 单位标识")
    person: PersonID | None = field("Id, where it is a person on record · 人员标识")
    tie: str = field("What ties it · 关联关系")


@published(APPLICATION_CONTENTS, row=state.MendItem)
class MendItem:
    """Something to mend · 补正事项"""

    part: str = field("Part of the application · 材料部分")
    what: str = field("How it is put right · 补正要求")


@published(APPLICATION_CONTENTS, row=state.ApplicationDocument)
class ApplicationDocument:
    """File that supports a dimension; read it at /files/{sha256} · 申报材料"""

    dimension: SelectionDimension = field("Dimension that it supports · 遴选维度", made=True)
    sha256: str = field("SHA-256 of the file · 文件散列")
    filename: str = field("Name of the file · 文件名")
    media_type: str = field("Media type · 文件类型")
    size: int = field("Bytes · 字节数")


@published(APPLICANTS, row=state.SelectionScore)
class SelectionScore:
    """Points of a dimension · 维度得分"""

    dimension: SelectionDimension = field("Dimension · 遴选维度", made=True)
    points: Decimal = field("Points, exact: the mean of the marks that count · 得分", made=True)


@published(APPLICANTS, row=state.IndustryScore)
class IndustryScore:
    """What the applicant got for an industry · 行业得分"""

    industry: Industry = field("GB/T 4754 division · 行业大类")
    points: Decimal = field("Points, exact · 得分", made=True)
    staff: int = field("Its people who know the division · 熟悉该行业的人数")
    certified: int | None = field("Of these with a certificate; null = none were on record then · 其中持证人数")
    earned: bool = field("Whether it gets the tag · 是否获得标签")


@published(APPLICANTS)
class SelectionResult:
    """What became of an application, every sub-score beside it · 遴选结果. plan V1, V2"""

    total: Decimal = field("Total, exact · 总分")
    listed: bool = field("Whether it enters the directory · 是否入选")
    scores: list[SelectionScore] = field("Points of each dimension · 各维度得分")
    industries: list[IndustryScore] = field("Points of each industry, and the tags earned · 行业得分")
    certified: int | None = field("Certified people; null = no certificates were on record then · 持证人数")
    senior: int | None = field("Senior ones; null likewise · 高级诊断师人数")
    shortfalls: list[Shortfall] = field("Why it is not listed; empty where it is · 未入选原因")


@published(APPLICATION_CONTENTS | MARKINGS, row=record_of_provider.ProviderRecord)
class ProviderRecord:
    """What the record itself tells of a provider; nobody is asked for it · 记录可查事实. plan V1

    As it stands while applications are taken, then as it was at the end of their last day.
    """

    until: date | None = field("Day at whose end it was so; null: as it stands now · 计算截止日")

    confirmed: int = field("Diagnoses whose report the firm confirmed · 已确认诊断数")
    issued: int = field("Diagnoses with a report, confirmed ones included · 已出具报告数")
    withdrawn: int = field("Diagnoses that were withdrawn after it was named · 已撤销诊断数")
    comments: int = field("Comments on drafts of the standard · 标准意见数")
    comments_adopted: int = field("Of these adopted, in whole or in part · 采纳意见数")


@published(APPLICANTS, row=ApplicationRow)
class Application:
    """A provider's application for a year · 服务商申报. plan V1, V6"""

    id: Annotated[strawberry.ID, IdOf("application")] = field("Id: year and provider · 申报标识")
    year: int = field("Year · 年度")
    provider: OrganisationID = field("Provider · 服务商标识", made=True)
    stage: ApplicationStage = field("How far it has come · 状态", made=True)
    put_forward_by: OrganisationID | None = field("District that put it forward; null = it came by itself · 推荐区. plan V6")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本", made=True)
    industries: list[Industry] = field("Divisions that a tag is asked for · 申请行业标签", made=True)
    staff: list[StaffMember] | None = field("People who are to diagnose firms · 诊断人员", roles=APPLICATION_CONTENTS)
    links: list[LinkedParty] | None = field(
        "Ties declared; null = nothing declared yet, empty = none · 关联方申明", roles=APPLICATION_CONTENTS
    )
    statement: str | None = field("What else the markers should know · 补充说明", roles=APPLICATION_CONTENTS)
    documents: list[ApplicationDocument] | None = field("Files · 申报材料", roles=APPLICATION_CONTENTS)
    to_mend: list[MendItem] | None = field("What is to be mended · 补正事项", roles=APPLICATION_CONTENTS)
    mend_until: date | None = field("Last day to mend · 补正截止日", roles=APPLICATION_CONTENTS)
    record: ProviderRecord | None = field("What the record tells of the provider · 记录可查事实", roles=APPLICATION_CONTENTS)
    result: SelectionResult | None = field("What became of it, once published · 遴选结果")
    objections: list[strawberry.ID] | None = field(
        "Proceedings that the provider opened about the result · 评分异议程序", roles=APPLICATION_CONTENTS
    )


def result_shown(result: state.SelectionResult) -> SelectionResult:
    """A result as the schema shows it."""
    return SelectionResult(
        total=result.total,
        listed=result.is_listed,
        scores=[SelectionScore(dimension=one.dimension, points=one.points) for one in result.scores],
        industries=[IndustryScore(**shown(IndustryScore, one), points=one.points) for one in result.industries],
        certified=result.certified,
        senior=result.senior,
        shortfalls=list(result.shortfalls),
    )


def _build(context: Context, rows: Sequence[ApplicationRow], wanted: frozenset[str]) -> list[Application]:
    records = dict[tuple[int, str], record_of_provider.ProviderRecord]()
    if "record" in wanted:
        for year in sorted({row.year for row in rows}):
            found = records_of(context, year, [row.provider for row in rows if row.year == year])
            records |= {(year, provider): record for provider, record in found.items()}
    return [_application(row, records.get((row.year, row.provider), record_of_provider.NOTHING)) for row in rows]


def records_of(context: Context, year: int, providers: Sequence[str]) -> Mapping[str, record_of_provider.ProviderRecord]:
    """What is on record of a call's applicants in the whole city, whoever asks: counts alone, which name no firm.

    Once the last day for applications is over, as it was at its end: what a mark rested on does not move.
    """
    call = selection.call_of(context.whole, year)
    until = call.state().dates.applications_until if call is not None else None
    return record_of_provider.records(context.whole, providers, until if until is not None and until < context.today else None)


def _application(row: ApplicationRow, record: record_of_provider.ProviderRecord) -> Application:
    told = row.state()
    return Application(
        **shown(Application, row),
        provider=id_of("organisation", row.provider),
        stage=told.stage,
        version=told.version,
        industries=list(map(industry_of, told.industries)),
        staff=[
            StaffMember(person=id_of("person", one.person), industries=list(map(industry_of, one.industries)))
            for one in told.staff
        ],
        links=all_shown(LinkedParty, told.links) if told.links is not None else None,
        statement=told.statement,
        documents=[
            ApplicationDocument(**shown(ApplicationDocument, one), dimension=one.dimension) for one in told.documents
        ],
        to_mend=all_shown(MendItem, told.to_mend),
        mend_until=told.mend_until,
        record=ProviderRecord(**shown(ProviderRecord, record)),
        result=result_shown(told.result) if told.result is not None else None,
        objections=[id_of("proceeding", one) for one in told.objections],
    )


APPLICATIONS: Listed[ApplicationFilter, ApplicationRow, Application] = Listed(
    name="applications",
    node=Application,
    rows=selection.applications,
    count=selection.application_count,
    by_id=selection.applications_by_id,
    build=_build,
)


@strawberry.type
class ApplicationQueries:
    """Query fields: applications."""

    @listing(
        APPLICATIONS,
        "Applications in the scope: a provider's own, a district's those that it put forward · 申报列表. plan V1, V6",
        roles=APPLICANTS,
    )
    def applications(
        self,
        year: Annotated[int | None, argument("Year; none = every year · 年度")] = None,
        stage: Annotated[ApplicationStage | None, argument("How far it has come; none = any · 状态")] = None,
    ) -> ApplicationFilter:
        """A page of applications.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        return ApplicationFilter(year, stage.value if stage is not None else None)


def _find_application(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Application | None:
    if context.role not in APPLICANTS:
        return None
    return APPLICATIONS.of_ids(context, [key], wanted).get(key)


QUERIES = ApplicationQueries
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    ObjectToResult: ServerFields(frozenset({"proceeding"}), fill=new_id("proceeding")),
    AttachApplicationDocument: ServerFields(frozenset({"filename", "media_type", "size"}), fill=named_by_upload),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"application": Payload("application", Application, _find_application, APPLICANTS)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
