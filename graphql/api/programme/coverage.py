"""Coverage 覆盖情况 in the schema: diagnosed over the year's roster, against the plan's city targets. plan G1–G4."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.as_of import AsOf, AsOfMoment, position_of
from api.kit.context import Context
from api.kit.ids import EnterpriseID
from api.kit.paging import AtLeast, wanted_fields
from api.kit.parts import parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from api.kit.years import require_year
from api.participants.places import District
from domain.access import sees_the_city
from domain.masks import DISTRICT_TOTALS, ROSTERS, TOTALS
from domain.programme.targets import Measure
from projections.programme import coverage
from projections.programme.coverage import CoverageRow, RemovalRow, TargetRow
from standards.edition.text import SourceMark


@published(TOTALS, row=TargetRow)
class CityTarget:
    """City target of a year, with its clause and mark · 市级目标. plan G1–G3"""

    measure: Measure = field("What it counts · 口径")
    at_least: Decimal = field("Enterprises, or percent 0–100 · 目标值")
    reached: Decimal = field("In the same unit, percent to two decimals, rounded down · 完成值")
    holds: bool = field("Whether it is reached · 是否达成")
    clause: str = field("Clause of the work plan · 条款")
    mark: SourceMark = field("Mark of the source · 来源标记")


@published(DISTRICT_TOTALS, row=CoverageRow)
class DistrictCoverage:
    """Coverage of a district: firms with an issued report over the year's roster · 区覆盖. plan G4"""

    district: District = field("District · 区")
    diagnosed: int = field("Firms with an issued report · 已出具报告企业数")
    confirmed: int = field("Firms with a confirmed report · 已确认报告企业数")
    total: int = field("Firms on the roster of the year · 名单企业数")
    taken_off: int = field("Firms taken off the roster of the year, each with a reason · 移出企业数")


@published(ROSTERS, row=RemovalRow)
class RosterRemoval:
    """Firm taken off a year's roster · 移出名单的企业. plan G4"""

    enterprise: EnterpriseID = field("Id of the enterprise · 企业标识")
    name: str = field("Name by that year's roster · 企业名称")
    district: District = field("District by that year's roster · 区")
    reason: str = field("Why · 理由")
    at: datetime = field("When it was taken off, UTC · 移出时间")


@published(TOTALS)
class Coverage:
    """Coverage of a year, within the caller's scope · 覆盖情况. plan G1–G4"""

    year: int = field("Year of the roster snapshot · 年度")
    diagnosed: int = field("Firms with an issued report · 已出具报告企业数")
    confirmed: int = field("Firms with a confirmed report · 已确认报告企业数")
    total: int = field("Firms on the roster of the year · 名单企业数")
    taken_off: int = field("Firms taken off the roster of the year · 移出企业数")
    removals: list[RosterRemoval] | None = parts(
        RosterRemoval,
        "Those of them that lie in the scope today, with the reasons, in order of id · 移出名单的企业",
        place=lambda one: (one.enterprise,),
        nullable=True,
        roles=ROSTERS,
    )
    synthetic: bool = field("The firms are synthetic, of a demo city · 示例数据")
    targets: list[CityTarget] = field("City targets of the year; empty for a narrower scope · 市级目标")
    districts: list[DistrictCoverage] | None = field(
        "By district, each firm where the year's roster states it, wherever it moved later · 分区", roles=DISTRICT_TOTALS
    )
    as_of: AsOf | None = field("Whether it changed after the moment asked for; null for now · 事后变更")


def _reached(measure: str, diagnosed: int, total: int) -> Decimal:
    if measure == Measure.ENTERPRISES_DIAGNOSED:
        return Decimal(diagnosed)
    return Decimal(diagnosed * 10_000 // total if total else 0).scaleb(-2)


def _target(row: TargetRow, diagnosed: int, total: int) -> CityTarget:
    reached = _reached(row.measure, diagnosed, total)
    return CityTarget(
        **shown(CityTarget, row),
        reached=reached,
        holds=reached >= row.at_least,
    )


@strawberry.type
class CoverageQueries:
    """Query fields: coverage."""

    @field("Coverage of a year, over the roster snapshot of that year · 覆盖情况. plan G1–G4", roles=TOTALS)
    def coverage(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year of the roster snapshot · 年度")],
        at_least: AtLeast = None,
        as_of: AsOfMoment = None,
    ) -> Coverage:
        """Diagnosed and total within the scope, now or as it was known then.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        context, wanted = info.context, wanted_fields(info)
        snapshot = context.at_least(at_least)
        position = then = asked = None
        if as_of is not None:
            position, asked = position_of(context, as_of)
            snapshot = context.snapshot
        rows = coverage.by_district(snapshot, context.scope, year, position)
        if position is not None:
            changed = rows != coverage.by_district(snapshot, context.scope, year)
            then = AsOf(moment=asked, changed_later=changed, changed_later_at=None, changes=None)
        diagnosed, total = sum(row.diagnosed for row in rows), sum(row.total for row in rows)
        targets: list[TargetRow] = []
        if sees_the_city(context.scope):
            targets = coverage.targets(snapshot, year, position)
        removed: list[RosterRemoval] = []
        if "removals" in wanted:
            removed = all_shown(RosterRemoval, coverage.removals(snapshot, context.scope, year, position))
        return Coverage(
            year=year,
            diagnosed=diagnosed,
            confirmed=sum(row.confirmed for row in rows),
            total=total,
            taken_off=sum(row.taken_off for row in rows),
            removals=removed,
            synthetic=context.demo,
            targets=[_target(target, diagnosed, total) for target in targets],
            districts=all_shown(DistrictCoverage, rows),
            as_of=then,
        )


QUERIES = CoverageQueries
