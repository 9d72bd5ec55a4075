"""Appraisal sheet of districts 区考核表 in the schema: each number with its parts, opened to its firms. plan I5, G3."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from api.diagnosis.diagnoses import overdue_before
from api.kit.context import Context
from api.kit.edges import Loader, led_to
from api.kit.enums import enum_type
from api.kit.filter_values import districts_in
from api.kit.ids import EnterpriseID
from api.kit.lists import Listed, listing
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.row_mapping import CONVERSIONS, shown
from api.kit.row_plans import Holds
from api.kit.years import require_year
from api.participants.enterprises import Enterprise, load_enterprises
from api.participants.places import District
from api.programme.clusters import ClusterInput, cluster_named
from domain.access import Mask
from domain.governance.dated_rules import DatedRule
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.transformation import TransformationRule
from domain.masks import APPRAISALS
from projections.engine.snapshot import Snapshot
from projections.governance.dated_rules import rule_on
from projections.programme import appraisal, coverage, pace
from projections.programme.appraisal import AppraisalFilter, AppraisalNumber, AppraisedRow, percent
from projections.programme.pace import PaceRow
from standards.edition.text import SourceMark

enum_type(AppraisalNumber)


@published(APPRAISALS)
class DistrictAppraisal:
    """Numbers of a district's year; each opens to its firms by `appraisalFirms` · 区考核. plan I5"""

    district: District | None = field("District; null: the whole scope · 区")
    on_roster: int = field("Firms on the roster of the year · 名单企业数")
    diagnosed: int = field("Firms with an issued report · 已诊断企业数")
    not_diagnosed: int = field("Firms without one · 未诊断企业数")
    diagnosed_percent: Decimal | None = field("`diagnosed` over `onRoster`, rounded down; null over nothing · 诊断覆盖率")
    target: int | None = field("Firms to be diagnosed by the end of the year; null where no target says so · 目标数")
    per_week: Decimal | None = field("Firms in five ordinary working days at present; null: not established · 当前周进度")
    needed: Decimal | None = field("Firms in five ordinary working days that reach the target, as `pace` has it · 所需周进度")
    transforming: int = field("Firms that count as digitally transforming by the formula · 数字化转型企业数")
    result_unknown: int = field("Diagnosed firms whose result lies outside the scope today · 结果不在范围内企业数")
    of_diagnosed: Decimal | None = field("`transforming` over `diagnosed`, percent rounded down; null over nothing · 占已诊断比例")
    of_all: Decimal | None = field("`transforming` over `onRoster`, percent rounded down; null over nothing · 占名单比例")
    overdue: int = field("Firms with a case opened in that year and past the last day of its stage today · 有超期案件企业数")


@published(APPRAISALS)
class AppraisalSheet:
    """Appraisal of the districts of a scope for a year, by the formula in force · 区考核表. plan I5, G3"""

    year: int = field("Year of the roster · 年度")
    grade_at_least: int = field("Issued grade from which on a firm counts as transforming · 最低档")
    percent_at_least: int = field("Share of transforming firms that is asked for, in percent · 比例要求")
    formula_since: date = field("First day of the formula, which is its version · 口径起始日")
    mark: SourceMark = field("Mark of the formula's source · 来源标记")
    districts: list[DistrictAppraisal] = field("By district, as the year's roster states each firm · 分区")
    whole: DistrictAppraisal = field("The scope as a whole · 合计")


@published(APPRAISALS, row=AppraisedRow)
class AppraisedFirm:
    """Firm that a number of the appraisal sheet counts · 考核企业. plan I5"""

    id: EnterpriseID = field("Id of the firm · 企业标识")
    enterprise: Enterprise | None = field("Firm; null where it lies outside the scope today · 企业", by="id")
    district: District = field("District by that year's roster · 区")
    diagnosed: bool = field("Whether it has an issued report · 是否已诊断")
    grade: int | None = field("Issued grade; null: none is known within the scope · 出具档", mask=Mask.OUTCOME)
    overdue: bool = field("Whether a case of it opened in that year is past the last day of its stage today · 是否超期")


def _formula(context: Context, snapshot: Snapshot, year: int) -> tuple[DatedRule, TransformationRule]:
    """The formula in force on the last day of a year, or today in a year that runs."""
    rule = rule_on(snapshot, RuleKind.TRANSFORMATION, min(context.today, date(year, 12, 31))).rule
    assert isinstance(rule.body, TransformationRule)  # noqa: S101 - of its kind
    return rule, rule.body


def _asked(context: Context, where: AppraisalFilter) -> AppraisalFilter:
    _, body = _formula(context, context.snapshot, where.year)
    return replace(
        where, grade_at_least=body.grade_at_least, late=overdue_before(context), day=context.today.isoformat()
    )


def _district(row: PaceRow, counts: Counter[AppraisalNumber]) -> DistrictAppraisal:
    told = {one.value: counts[one] for one in AppraisalNumber}
    return DistrictAppraisal(
        **told,
        district=CONVERSIONS[str, District](row.district) if row.district is not None else None,
        diagnosed_percent=percent(counts[AppraisalNumber.DIAGNOSED], counts[AppraisalNumber.ON_ROSTER]),
        target=row.target,
        per_week=row.per_week,
        needed=row.needed,
        of_diagnosed=percent(counts[AppraisalNumber.TRANSFORMING], counts[AppraisalNumber.DIAGNOSED]),
        of_all=percent(counts[AppraisalNumber.TRANSFORMING], counts[AppraisalNumber.ON_ROSTER]),
    )


def _build(context: Context, found: Sequence[AppraisedRow], wanted: frozenset[str]) -> list[AppraisedFirm]:
    enterprise = led_to(context, (AppraisedFirm, "enterprise"), found, wanted)
    context.disclosure_notes.note(frozenset({Mask.OUTCOME}), HOLDS.held(found))
    return [AppraisedFirm(**shown(AppraisedFirm, row), enterprise=enterprise(row.id)) for row in found]


HOLDS = Holds("enterprise")
FIRMS: Listed[AppraisalFilter, AppraisedRow, AppraisedFirm] = Listed(
    name="appraisalFirms",
    node=AppraisedFirm,
    rows=appraisal.appraised_firms,
    count=appraisal.appraised_count,
    build=_build,
    on=lambda where, then: _asked(then.context, where),
    holds=HOLDS,
)


@strawberry.type
class AppraisalQueries:
    """Query fields: the appraisal sheet of districts."""

    @field("Appraisal of the districts of the scope for a year, as it stands today · 区考核表. plan I5, G3", roles=APPRAISALS)
    def appraisal(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year of the roster · 年度")],
        at_least: AtLeast = None,
    ) -> AppraisalSheet:
        """The sheet within the scope.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        context = info.context
        snapshot = context.at_least(at_least)
        rule, body = _formula(context, snapshot, year)
        targets = coverage.targets(snapshot, year)
        *paces, whole = pace.paces_of_year(snapshot, context.scope, year, context.today, targets).paces
        counts = appraisal.sheet(snapshot, context.scope, _asked(context, AppraisalFilter(year)))
        nothing = Counter[AppraisalNumber]()
        return AppraisalSheet(
            year=year,
            grade_at_least=body.grade_at_least,
            percent_at_least=body.percent_at_least,
            formula_since=rule.since,
            mark=rule.source.mark,
            districts=[_district(row, counts.get(str(row.district), nothing)) for row in paces],
            whole=_district(whole, sum(counts.values(), nothing)),
        )

    @listing(
        FIRMS,
        "Firms that a number of the appraisal sheet counts, in order of id · 考核企业列表. plan I5",
        roles=APPRAISALS,
    )
    def appraisal_firms(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year of the roster · 年度")],
        district: Annotated[str | None, argument("District, GB/T 2260 code; none = all of the scope · 区代码")] = None,
        counted_as: Annotated[AppraisalNumber | None, argument("Number that counts them; none = all · 考核指标")] = None,
        cluster: Annotated[ClusterInput | None, argument("Cluster that they are of; none = any · 集群")] = None,
    ) -> AppraisalFilter:
        """A page of the firms that a number counts.

        Raises:
            Refused: YEAR_OUT_OF_RANGE, FILTER_VALUE_UNKNOWN, CHAIN_NOT_TOLD.
        """
        require_year(year)
        named = districts_in("district", None if district is None else [district])
        number = counted_as or AppraisalNumber.ON_ROSTER
        return AppraisalFilter(year, named[0] if named else None, number, cluster=cluster_named(info.context, cluster))


QUERIES = AppraisalQueries
EDGES: Mapping[tuple[type, str], Loader] = {(AppraisedFirm, "enterprise"): load_enterprises}
