"""Agreement 一致性 in the schema: how far assessments agree on each indicator, and which are to be revised. plan S5, P3."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

import orjson
import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import EditionID, id_of, key_of
from api.kit.lists import Listed, listing, single
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.kit.years import require_year
from domain.kernel import Command, IdOf
from domain.masks import AGREEMENTS_READ, AUDIT
from domain.providers.agreement.numbers import AssessmentPair
from domain.providers.agreement.study import AgreementStatus, RequestAgreement
from projections.providers import agreement as rows_of
from projections.providers.agreement import (
    AgreementStudyFilter,
    AgreementStudyRow,
    IndicatorAgreementFilter,
    IndicatorAgreementRow,
)

AgreementID = Annotated[strawberry.ID, IdOf("agreement")]
for _enum in (AgreementStatus, AssessmentPair):
    enum_type(_enum)


@published(AGREEMENTS_READ, row=AgreementStudyRow)
class AgreementStudy(Node):
    """Study of how far assessments of a year agree on each indicator of an edition · 一致性测算. plan S5"""

    id: AgreementID = field("Its id · 一致性测算标识")
    year: int = field("Year in which the cases were opened · 年度")
    edition: EditionID = field("Edition that they follow · 标准版本", made=True)
    status: AgreementStatus = field("How far it has come · 一致性测算状态")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本")
    requested_at: datetime = field("When it was asked for, UTC · 申请时间")
    method: str | None = field("Method and its version; null until it is worked out · 方法")
    rule_since: date | None = field("First day of the rule that it was worked out by · 规则起始日")
    position: int | None = field("Journal position up to which facts were looked at · 截止位置", roles=AUDIT, made=True)
    input_digest: str | None = field("SHA-256 of what it rests on · 输入摘要")
    queued: int | None = field("Indicators queued for revision · 列入修订指标数")


@published(AGREEMENTS_READ)
class ConfusionCell:
    """Cases with one level in the first and one in the second assessment · 对照单元. plan S5"""

    first: Decimal = field("Level in the first assessment · 先评等级")
    second: Decimal = field("Level in the second assessment · 后评等级")
    cases: int | None = field("How many cases; null: hidden, since it would tell of too few · 案件数")


@published(AGREEMENTS_READ, row=IndicatorAgreementRow)
class IndicatorAgreement:
    """Agreement on one indicator, as the latest study of its year and edition found it; never of a person · 指标一致性. plan S5"""

    study: AgreementID = field("Study that found it · 一致性测算标识", made=True)
    year: int = field("Year in which the cases were opened · 年度")
    edition: EditionID = field("Edition that has the indicator · 标准版本", made=True)
    comparison: AssessmentPair = field("Which two assessments are compared · 比较对象")
    indicator: str = field("Indicator id, such as Z01 · 指标编号")
    cases: int | None = field("Cases that both assessed by level; null: too few to tell how many · 案件数")
    kappa: Decimal | None = field("Weighted kappa, quadratic, to two decimals; null: too few cases, or one level · 加权卡帕")
    alpha: Decimal | None = field("Krippendorff's alpha, ordinal, to two decimals; null likewise · 克里彭多夫阿尔法")
    low: Decimal | None = field("Lower end of alpha's 90 percent interval; null likewise · 下限")
    high: Decimal | None = field("Upper end of alpha's 90 percent interval; null likewise · 上限")
    within: Decimal | None = field("Share of pairs within one step; null where too few cases · 一档以内比例")
    queued: bool = field("Whether it is queued for revision: interval and share both low, of enough cases · 是否列入修订")
    table: list[ConfusionCell] = field("Cells with cases; none where too few, or where hiding is not possible · 对照表", made=True)


def _build_studies(_context: Context, found: Sequence[AgreementStudyRow], _wanted: frozenset[str]) -> list[AgreementStudy]:
    return [
        AgreementStudy(**shown(AgreementStudy, row), edition=id_of("edition", row.edition), position=row.position) for row in found
    ]


COEFFICIENTS = ("kappa", "alpha", "low", "high", "within")


def _in_hundredths(coefficient: Decimal | str | None) -> Decimal | None:
    """To two decimals: with six, the cells that are hidden could be counted back from it."""
    return None if coefficient is None else Decimal(coefficient).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _build_indicators(
    _context: Context, found: Sequence[IndicatorAgreementRow], _wanted: frozenset[str]
) -> list[IndicatorAgreement]:
    return [
        IndicatorAgreement(
            **shown(IndicatorAgreement, row) | {name: _in_hundredths(getattr(row, name)) for name in COEFFICIENTS},
            study=id_of("agreement", row.study),
            edition=id_of("edition", row.edition),
            table=[
                ConfusionCell(first=Decimal(one["first"]), second=Decimal(one["second"]), cases=one["cases"])
                for one in orjson.loads(row.table)
            ],
        )
        for row in found
    ]


STUDIES: Listed[AgreementStudyFilter, AgreementStudyRow, AgreementStudy] = Listed(
    name="agreementStudies",
    node=AgreementStudy,
    order=rows_of.NEWEST_FIRST,
    rows=rows_of.studies,
    count=rows_of.study_count,
    by_id=rows_of.studies_by_id,
    build=_build_studies,
)
INDICATORS: Listed[IndicatorAgreementFilter, IndicatorAgreementRow, IndicatorAgreement] = Listed(
    name="indicatorAgreement",
    node=IndicatorAgreement,
    rows=rows_of.indicator_agreements,
    count=rows_of.indicator_agreement_count,
    build=_build_indicators,
)


@strawberry.type
class AgreementQueries:
    """Query fields: agreement."""

    @field("One agreement study; null when it does not exist · 一致性测算. plan S5", roles=AGREEMENTS_READ)
    def agreement_study(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, argument("Its id · 一致性测算标识")],  # noqa: A002 - the argument's published name
        at_least: AtLeast = None,
    ) -> AgreementStudy | None:
        """A study."""
        return single(info, STUDIES, key_of(id, "agreement"), at_least=at_least)

    @listing(STUDIES, "Agreement studies, the newest first · 一致性测算列表. plan S5", roles=AGREEMENTS_READ)
    def agreement_studies(
        self,
        status: Annotated[AgreementStatus | None, argument("How far it has come; none = any · 一致性测算状态")] = None,
    ) -> AgreementStudyFilter:
        """A page of studies."""
        return AgreementStudyFilter(status)

    @listing(INDICATORS, "Agreement on each indicator, by the latest study · 指标一致性列表. plan S5", roles=AGREEMENTS_READ)
    def indicator_agreement(
        self,
        year: Annotated[int | None, argument("Year in which the cases were opened; none = any · 年度")] = None,
        edition: Annotated[strawberry.ID | None, argument("Edition; none = any · 标准版本")] = None,
        comparison: Annotated[AssessmentPair | None, argument("Which two assessments; none = any · 比较对象")] = None,
        queued: Annotated[bool | None, argument("Whether queued for revision; none = either · 是否列入修订")] = None,
    ) -> IndicatorAgreementFilter:
        """A page of indicators.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        return IndicatorAgreementFilter(year, key_of(edition, "edition"), comparison, queued)


def _find_study(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> AgreementStudy | None:
    return STUDIES.of_ids(context, [key], wanted).get(key)


QUERIES = AgreementQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"agreement": NodeKind(AgreementStudy, STUDIES.of_ids)}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    RequestAgreement: ServerFields(frozenset({"agreement"}), fill=new_id("agreement")),
}
PAYLOADS: Mapping[str, Payload] = {"agreement": Payload("study", AgreementStudy, _find_study)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
