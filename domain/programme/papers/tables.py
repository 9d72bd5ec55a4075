"""Published tables 公开数据表: their cells, each shown or withheld for a reason. plan R1, R5.

What a cell holds is fixed once it is computed; the bytes of a table follow from it alone, and so does its digest.
"""

from typing import Annotated, NamedTuple

from pydantic import Field

from domain.kernel import Count, Label, Part, Sha256
from standards.described import DescribedEnum

TOTAL = "total"
"""Row or column of the sums of a table 合计."""
MOST_CELLS = 5000


class PaperTableName(DescribedEnum):
    """Table of a paper · 数据表."""

    COVERAGE = "coverage", "Firms on the year's roster by district, diagnosed or not · 分区诊断覆盖"
    TARGETS = "targets", "The city's targets of the year, and what was reached · 目标完成情况"
    GRADES = "grades", "Firms with a result by district and issued grade · 分区档次分布"
    HEAT = "heat", "Firms with a result and mean of their totals by district and division of industry · 区与行业得分"
    INDICATORS = "indicators", "Weakest indicators of each edition, mean of points 0–100 · 薄弱指标"
    MOVEMENT = "movement", "Firms by how their grade moved since the year before, by district · 同比变动"
    MEMBERS = "members", "Firms of groups by district and division of industry · 集团成员企业分布"
    SUPPLIERS = "suppliers", "Firms that supply a chain leader, by their consent, by district and industry · 链上供应企业分布"
    BUYERS = "buyers", "Firms that agreed on a solution, by district and division of industry · 供需成交企业分布"
    UPLIFT = "uplift", "Uplift from first to second diagnosis, by three estimates · 提升幅度"
    CASES = "cases", "Case studies published in the year, by the digests of their texts · 案例目录"


COUNTED = tuple(name for name in PaperTableName if name is not PaperTableName.CASES)
"""Tables that count firms 统计数据表, in order."""
ECOSYSTEM = (PaperTableName.MEMBERS, PaperTableName.SUPPLIERS, PaperTableName.BUYERS)
"""Tables of the ecosystem 生态分布: who is linked to others. Whom providers diagnosed is `HEAT`, which counts the results."""


class Movement(NamedTuple):
    """Columns of the table of movement 同比变动, in order: what became of a roster's firms since the year before.

    other_edition: of two editions, not compared.
    """

    risen: int
    same: int
    fallen: int
    other_edition: int
    new: int


class Withheld(DescribedEnum):
    """Why a cell is not shown; from method q/5 on always the first, for which it is may tell of a firm · 不公开原因."""

    TOO_FEW = (
        "too_few",
        "It would tell of too few firms, or of each, also beside other cells or papers · 单独或合看将推知过少企业或每一家的情况",
    )
    DIFFERENCE = (
        "difference",
        "Too few firms apart from what an earlier paper shows, by methods up to q/4 · 与已公布数相差企业过少（旧方法）",
    )
    PROTECTS = (
        "protects",
        "Shown, it would tell a cell that is withheld, by methods up to q/4 · 公开将推出其他单元（旧方法）",
    )


Exact = Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$")]
"""An exact number as text 精确数值."""


class PaperCell(Part):
    """Cell of a published table 单元格. firms: behind it. value, low, high: a mean or an estimate with its 90 percent interval.

    `withheld` says why what is None is not shown; a sum may have its firms shown and its mean withheld.
    """

    row: Label
    column: Label
    firms: Count | None = None
    value: Exact | None = None
    low: Exact | None = None
    high: Exact | None = None
    withheld: Withheld | None = None


class PaperTable(Part):
    """Table of a paper 数据表. table: which it is. digest: SHA-256 of its bytes as CSV."""

    table: PaperTableName
    cells: Annotated[tuple[PaperCell, ...], Field(max_length=MOST_CELLS)]
    digest: Sha256
