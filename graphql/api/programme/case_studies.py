"""Case studies 典型案例 in the schema: published ones open to all, the others where their firm lies. plan R5."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from api.diagnosis.diagnoses import Diagnosis, load_diagnoses
from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.filter_values import require_values
from api.kit.ids import EditionID, id_of, key_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast, wanted_fields
from api.kit.parts import parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.kit.years import require_year
from api.participants.enterprises import Enterprise, load_enterprises
from domain.access import Nothing, Scope
from domain.kernel import Cause, Command, IdOf
from domain.masks import ANYONE, AUDIT, OF_THE_FIRM
from domain.programme.case_studies.commands import DraftCaseStudy
from domain.programme.case_studies.state import CASE_STUDY_READERS, CaseStudyStatus, CaseStudyText
from projections.participants.enterprises import enterprises_by_id
from projections.programme.case_studies import read_model as rows
from projections.programme.case_studies.read_model import CaseStudyFilter, CaseStudyRow

CaseStudyID = Annotated[strawberry.ID, IdOf("casestudy")]
CASE_STUDY_DRAFTS = CASE_STUDY_READERS
"""Case studies before they are published 未发布案例: editors of the place, the auditor, the firm once it is reviewed. plan R5."""
enum_type(CaseStudyStatus)


@published(ANYONE, placed=False)
class CaseStudyChange:
    """What the firm measured before and after, as it reported it · 前后对比. plan R5"""

    name: str = field("What was measured · 测量项目")
    unit: str = field("Unit of both numbers · 计量单位")
    before: Decimal = field("Before the measures · 改进前")
    after: Decimal = field("After them · 改进后")


@published(ANYONE, placed=False)
class CaseStudyTotals:
    """Verified totals of two diagnoses of the firm under one edition · 两次得分. plan R5"""

    edition: EditionID = field("Edition of both · 标准版本")
    first: Decimal = field("Total of the first · 首次得分")
    later: Decimal = field("Total of the later one · 复诊得分")


@published(ANYONE, placed=False)
class CaseStudyUplift:
    """The city's uplift that a case study cites, as it was established · 全市提升幅度. plan R5"""

    first_year: int = field("Year by whose end the first diagnosis was reported · 前一年度")
    second_year: int = field("Year by whose end the second one was reported · 后一年度")
    edition: EditionID = field("Edition that both are scored under · 标准版本")
    points: Decimal = field("Change less that of controls that began alike, in points · 匹配对照之差")
    low: Decimal = field("Lower end of its 90 percent interval · 下限")
    high: Decimal = field("Upper end of the interval · 上限")
    cause: Cause = field("Request behind it · 依据")


@published(ANYONE, row=CaseStudyRow, placed=False)
class CaseStudy(Node):
    """What a diagnosed firm improved and what it brought, in a text that the firm consents to · 典型案例. plan R5"""

    id: CaseStudyID = field("Its id · 案例标识")
    status: CaseStudyStatus = field("How far it has come · 案例状态")
    title: str = field("Title · 标题")
    situation: str = field("Where the firm started from · 改进前情况", made=True)
    done: str = field("What was done · 改进措施", made=True)
    brought: str = field("What it brought · 改进成效", made=True)
    changes: list[CaseStudyChange] = parts(CaseStudyChange, "What was measured before and after · 前后对比", made=True)
    totals: CaseStudyTotals | None = field("Totals of two diagnoses; null where none are shown · 两次得分", made=True)
    uplift: CaseStudyUplift | None = field("Uplift of the city that it cites; null of none · 全市提升幅度", made=True)
    firm: str | None = field("Name of the firm, where it agreed to be named; else null · 企业名称", made=True)
    text_sha256: str = field("SHA-256 of the whole text, which review and consent name · 文稿摘要")
    published_on: date | None = field("Day on which it was published; null before · 发布日")
    changed_at: datetime = field("When it was published; before, of its latest step, UTC · 变更时间")
    position: int | None = field(
        "Place in the journal at which it was published; null before · 日志位置", roles=AUDIT
    )
    enterprise: Enterprise | None = field(
        "The firm, where the caller sees it · 企业", by="enterprise", roles=CASE_STUDY_DRAFTS
    )
    diagnosis: Diagnosis | None = field(
        "The diagnosis that it rests on, where the caller sees it · 所依诊断", by="diagnosis", roles=CASE_STUDY_DRAFTS
    )
    remark: str | None = field(
        "Why its reviewer returned it; null where it is not returned · 审核意见", roles=CASE_STUDY_DRAFTS - OF_THE_FIRM, made=True
    )
    reason: str | None = field(
        "Why the firm declined or took its consent back, or the city took it down · 理由", roles=CASE_STUDY_DRAFTS, made=True
    )
    version: int | None = field(
        "Version of its stream, null to who does not see its firm; pass it as `expectedVersion` · 版本",
        roles=CASE_STUDY_DRAFTS,
        made=True,
    )


def _totals(text: CaseStudyText) -> CaseStudyTotals | None:
    said = text.totals
    if said is None:
        return None
    return CaseStudyTotals(edition=id_of("edition", said.edition), first=said.first, later=said.later)


def _uplift(text: CaseStudyText) -> CaseStudyUplift | None:
    said = text.uplift
    return CaseStudyUplift(**{**said.model_dump(), "edition": id_of("edition", said.edition)}) if said is not None else None


def _build(context: Context, found: Sequence[CaseStudyRow], wanted: frozenset[str]) -> list[CaseStudy]:
    enterprise, diagnosis = (led_to(context, (CaseStudy, name), found, wanted) for name in ("enterprise", "diagnosis"))
    firms = list({row.enterprise for row in found}) if "version" in wanted else []
    seen = enterprises_by_id(context.snapshot, _scope(context), firms)
    made = []
    for row in found:
        state = row.state()
        text = state.text
        told = CaseStudy(
            **shown(CaseStudy, row),
            situation=text.situation,
            done=text.done,
            brought=text.brought,
            changes=[CaseStudyChange(**one.model_dump()) for one in text.changes],
            totals=_totals(text),
            uplift=_uplift(text),
            firm=text.firm,
            enterprise=enterprise(row.enterprise),
            diagnosis=diagnosis(row.diagnosis),
            remark=state.remark,
            reason=state.reason,
            version=row.version if row.enterprise in seen else None,
        )
        made.append(told)
    return made


def _scope(context: Context) -> Scope:
    """Where case studies that are not published are seen: by nobody who does not read those at all."""
    return context.scope if context.role in CASE_STUDY_DRAFTS else Nothing()


def _where(context: Context) -> CaseStudyFilter:
    return CaseStudyFilter(context.role in OF_THE_FIRM)


CASE_STUDIES: Listed[CaseStudyFilter, CaseStudyRow, CaseStudy] = Listed(
    name="caseStudies",
    node=CaseStudy,
    order=rows.NEWEST_FIRST,
    rows=rows.case_studies,
    count=rows.case_study_count,
    build=_build,
    scope=_scope,
)


def _of_ids(context: Context, keys: Sequence[str], wanted: frozenset[str]) -> dict[str, CaseStudy]:
    found = rows.case_studies_by_id(context.snapshot, _scope(context), _where(context), keys)
    return dict(zip(found, _build(context, list(found.values()), wanted), strict=True))


@strawberry.type
class CaseStudyQueries:
    """Query fields: case studies."""

    @field(
        "One case study, open to all once it is published, without signing in; null where there is none · 典型案例. plan R5",
        roles=ANYONE,
    )
    def case_study(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 案例标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> CaseStudy | None:
        """A case study."""
        info.context.at_least(at_least)
        key = key_of(id, "casestudy")
        return _of_ids(info.context, [key], wanted_fields(info)).get(key)

    @listing(
        CASE_STUDIES,
        "Case studies, the latest first: open to all once published, without signing in; before, to editors of the firm's place, "
        "and to the firm once they are reviewed · 案例列表. plan R5",
        roles=ANYONE,
    )
    def case_studies(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int | None, argument("Year of publication; none = any · 发布年度")] = None,
        status: Annotated[list[CaseStudyStatus] | None, argument("In any of these states; none = any · 案例状态")] = None,
    ) -> CaseStudyFilter:
        """A page of case studies.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        require_values(status=status)
        return CaseStudyFilter(info.context.role in OF_THE_FIRM, year, status)


def _find(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> CaseStudy | None:
    return _of_ids(context, [key], wanted).get(key)


QUERIES = CaseStudyQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"casestudy": NodeKind(CaseStudy, _of_ids)}
EDGES: Mapping[Edge, Loader] = {
    (CaseStudy, "enterprise"): load_enterprises,
    (CaseStudy, "diagnosis"): load_diagnoses,
}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    DraftCaseStudy: ServerFields(frozenset({"case_study"}), fill=new_id("case_study"))
}
PAYLOADS: Mapping[str, Payload] = {"casestudy": Payload("case_study", CaseStudy, _find)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
