"""Splitting of a target 目标分解 in the schema: whole firms over districts or subdistricts, the sum kept exactly. plan G4."""

from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.ids import OrganisationID, id_of
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.years import require_year
from domain.kernel import Rule
from domain.masks import TARGET_SPLITS
from methods.largest_remainder import largest_remainder
from projections.programme import coverage

SPLIT_OUT_OF_RANGE = Rule(
    "SPLIT_OUT_OF_RANGE",
    "plan G4",
    "待分解的家数须在 0 与名单企业数 {at_most} 之间",
    "What is split lies between 0 and the {at_most} firms on the roster",
)

NOTHING_TO_SPLIT_OVER = Rule(
    "NOTHING_TO_SPLIT_OVER",
    "plan G4",
    "{year} 年度没有可见范围内的企业名单，无从分解；请改用已导入名单的年度",
    "No firm of the scope is on a roster of {year}, so there is nothing to split over; take a year whose roster is imported",
)


@published(TARGET_SPLITS)
class TargetShare:
    """Share of a target that falls to one unit by its firms on the year's roster · 目标分解. plan G4"""

    unit: OrganisationID | None = field("District or subdistrict; null: firms without a subdistrict · 单位")
    firms: int = field("Its firms on the roster, by which it is weighed · 名单企业数")
    share: int = field("Its share in whole firms, by largest remainder · 分解数")


@strawberry.type
class TargetSplitQueries:
    """Query fields: splits of targets."""

    @field(
        "What if so many firms were split over the units of the scope by their firms on the roster · 目标分解测算. plan G4",
        roles=TARGET_SPLITS,
    )
    def target_split(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year of the roster · 年度")],
        total: Annotated[int, argument("Firms to split, at most those on the roster · 待分解家数")],
        by_subdistrict: Annotated[bool, argument("By subdistrict instead of by district · 是否按街镇")] = False,  # noqa: FBT002 - of the schema
        at_least: AtLeast = None,
    ) -> list[TargetShare]:
        """Shares in order of unit.

        Raises:
            Refused: YEAR_OUT_OF_RANGE, NOTHING_TO_SPLIT_OVER, SPLIT_OUT_OF_RANGE.
        """
        require_year(year)
        snapshot = info.context.at_least(at_least)
        weights = coverage.firms_by_unit(snapshot, info.context.scope, year, "subdistrict" if by_subdistrict else "district")
        if total and not weights:
            raise NOTHING_TO_SPLIT_OVER.refuse(path="year", year=year)
        if not 0 <= total <= sum(weights.values()):
            raise SPLIT_OUT_OF_RANGE.refuse(path="total", at_most=sum(weights.values()))
        shares = largest_remainder(total, weights) if weights else {}
        return [
            TargetShare(unit=id_of("organisation", unit) if unit else None, firms=weights[unit], share=shares[unit])
            for unit in sorted(weights)
        ]


QUERIES = TargetSplitQueries
