"""Portrait of manufacturers 画像 in the schema: for the administration, of its scope, each mean with its interval. plan R1."""

from collections import Counter
from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.ids import EditionID
from api.kit.paging import AtLeast, wanted_fields
from api.kit.parts import parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from api.kit.years import require_year
from api.participants.places import District, Industry
from domain.masks import TARGET_SPLITS
from domain.programme.papers.tables import Movement as MovementRow
from projections.programme import coverage, portrait
from projections.programme.portrait import PortraitCell as CellRow
from projections.programme.portrait import WeakIndicator as IndicatorRow

PORTRAITS = TARGET_SPLITS
"""Portrait of the manufacturers of the scope 画像: the administration's; nothing of it is published. plan R1."""


@published(PORTRAITS)
class GradeShare:
    """Firms of one issued grade · 档次分布. plan R1"""

    grade: int = field("Issued grade, 0–10 · 出具档")
    firms: int = field("Firms whose latest result it is · 企业数")


@published(PORTRAITS, row=CellRow)
class PortraitCell:
    """Firms with a result of one industry in one district · 区与行业. plan R1"""

    district: District = field("District by the year's roster · 区")
    industry: Industry = field("Division of industry by the year's roster · 行业大类")
    firms: int = field("Firms with a result · 有结果企业数")
    mean: Decimal | None = field("Mean of their totals; null: fewer than five firms · 平均得分")
    low: Decimal | None = field("Lower end of its 90 percent interval; null: fewer than eleven firms · 下限")
    high: Decimal | None = field("Upper end of the interval · 上限")


@published(PORTRAITS, row=IndicatorRow)
class WeakIndicator:
    """Indicator by what five firms or more reach in it, under one edition · 薄弱指标. plan R1"""

    edition: EditionID = field("Edition of the standard · 标准版本")
    indicator: str = field("Id of the indicator · 指标")
    firms: int = field("Firms that it applies to · 企业数")
    mean: Decimal | None = field("Mean of their points, 0–100 · 平均得分")
    low: Decimal | None = field("Lower end of its 90 percent interval; null: fewer than eleven firms · 下限")
    high: Decimal | None = field("Upper end of the interval · 上限")


@published(PORTRAITS, row=MovementRow)
class GradeMovement:
    """Firms by how their grade moved since the end of the year before · 同比变动. plan R1

    A firm's grade is that of its latest report by the end of each year, carried over where none is newer: so it is the same.
    """

    risen: int = field("To a higher grade · 上升")
    same: int = field("Of the same grade, also where an earlier result was carried over for want of a newer · 持平")
    fallen: int = field("To a lower grade · 下降")
    other_edition: int = field("Diagnosed under another edition, so not compared · 版本不同")
    new: int = field("Without a result a year before · 新增")


@published(PORTRAITS)
class Portrait:
    """Portrait of the manufacturers on a year's roster, within the caller's scope · 画像. plan R1"""

    year: int = field("Year of the roster · 年度")
    on_roster: int = field("Firms on the roster · 名单企业数")
    with_result: int = field("Firms with a result by the end of the year that the scope sees today · 有结果企业数")
    grades: list[GradeShare] = field("By issued grade · 档次分布")
    cells: list[PortraitCell] = parts(
        PortraitCell,
        "By district and division of industry · 热力图",
        place=lambda one: (one.district.code, one.industry.code),
    )
    weakest: list[WeakIndicator] = parts(WeakIndicator, "Indicators, of each edition the weakest first · 薄弱指标")
    movement: GradeMovement = field("Since the end of the year before · 同比变动")


@strawberry.type
class PortraitQueries:
    """Query fields: portraits."""

    @field("Portrait of the manufacturers of the scope for a year, as it stands today · 画像. plan R1", roles=PORTRAITS)
    def portrait(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year of the roster · 年度")],
        at_least: AtLeast = None,
    ) -> Portrait:
        """Portrait within the scope.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        context, wanted = info.context, wanted_fields(info)
        snapshot, scope = context.at_least(at_least), context.scope
        before, found = portrait.portrayed_firms(snapshot, scope, year, former="movement" in wanted)
        weakest = portrait.weakest(found, portrait.reached(snapshot, found)) if "weakest" in wanted else []
        grades = Counter(one.grade for one in found)
        return Portrait(
            year=year,
            on_roster=sum(coverage.firms_by_unit(snapshot, scope, year, "district").values()) if "onRoster" in wanted else 0,
            with_result=len(found),
            grades=[GradeShare(grade=grade, firms=grades[grade]) for grade in sorted(grades)],
            cells=all_shown(PortraitCell, portrait.cells(found) if "cells" in wanted else []),
            weakest=all_shown(WeakIndicator, weakest),
            movement=GradeMovement(**shown(GradeMovement, portrait.movement(before, found))),
        )


QUERIES = PortraitQueries
