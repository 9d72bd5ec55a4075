"""Sheets 工作表 of an edition's workbook: which there are, and what each column holds. plan S1–S4.

Written by `edition_workbook`, read back by `edition_workbook_reading`; a column that only explains is not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from standards.edition.terms_zh import BETTER, KINDS

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""Of a workbook."""

Holds = Literal["text", "number", "whole", "flag"]
"""What a column holds: text, an exact number, a whole number, 是 or 否."""

YES, NO = "是", "否"


@dataclass(frozen=True, slots=True)
class Column:
    """A column 列. title: its header. field: the member it fills; empty when it only explains. words: code -> word shown."""

    title: str
    field: str = ""
    holds: Holds = "text"
    width: int = 12
    optional: bool = False
    words: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """A sheet 工作表: its name, its columns, and the column left of which all stays in sight."""

    name: str
    columns: tuple[Column, ...]
    frozen: int = 1


HEAD = SheetLayout("说明", (Column("项目", width=16), Column("内容", width=90)))
HEAD_ROWS: tuple[Column, ...] = (
    Column("版本号", "key"),
    Column("标题", "title"),
    Column("性质", "status"),
    Column("来源文件", "document"),
    Column("来源标记", "mark"),
    Column("未达级名称", "below_grade_name"),
    Column("多选起始分", "multi_base_points", "number"),
)
"""Rows of the first sheet that make up the edition; the others explain."""

DIMENSIONS = SheetLayout(
    "维度",
    (
        Column("编号", "id"),
        Column("名称", "name", width=26),
        Column("权重（%）", "weight", "number"),
        Column("基本维度", "base", "flag"),
    ),
)
NUMBERS = 2
"""Raw numbers that an indicator has at most."""
ASKED: tuple[tuple[str, str, Holds, int], ...] = (
    ("代码", "name", "text", 18),
    ("名称", "label", "text", 24),
    ("单位", "unit", "text", 11),
    ("上限", "at_most", "whole", 11),
)
"""What each of them says: title, member, what it holds, width."""
INDICATORS = SheetLayout(
    "指标",
    (
        Column("编号", "id", width=8),
        Column("名称", "name", width=32),
        Column("维度", "dimension", width=8),
        Column("子维度", "subdimension", width=18),
        Column("维度内权重（%）", "weight_in_dimension", "number", width=16),
        Column("简版", "in_brief", "flag", width=8),
        Column("关键指标", "key", "flag", width=10),
        Column("填报方式", "kind", words={str(kind): word for kind, word in KINDS.items()}),
        *(
            Column(f"数值{number} {title}", f"{number}.{field}", holds, width, optional=True)
            for number in range(1, NUMBERS + 1)
            for title, field, holds, width in ASKED
        ),
        *(Column(f"分级上限{level}", f"bound.{level}", "number", optional=True) for level in range(1, 5)),
        Column("向好方向", "better", optional=True, words=BETTER),
        Column("佐证要求", "evidence", width=40),
        Column("对应模型", "maps_to", width=30, optional=True),
        Column("来源文件", "document", width=32),
        Column("来源标记", "mark", width=10),
    ),
    frozen=2,
)
LEVELS = SheetLayout(
    "等级描述",
    (
        Column("指标", "indicator", width=8),
        Column("名称", width=28),
        *(Column(f"{level} 级", f"level.{level}", width=36) for level in range(1, 6)),
    ),
    frozen=2,
)
OPTIONS = SheetLayout(
    "选项",
    (
        Column("指标", "indicator", width=8),
        Column("代码", "name", width=20),
        Column("名称", "label", width=40),
        Column("加分", "points", "number"),
    ),
)
POINTS = SheetLayout(
    "分值", (Column("指标等级", "level", "number"), Column("分值", "points", "number"))
)
BANDS = SheetLayout(
    "分档",
    (
        Column("档", "grade", "whole", width=8),
        Column("档名称", "name"),
        Column("最低总分", "lowest", "number"),
        Column("等级", "level", "whole", width=8),
        Column("等级名称", "level_name"),
    ),
)
GATES = SheetLayout(
    "门槛",
    (
        Column("代码", "code", width=30),
        Column("门槛", "gate", width=16),
        Column("条文", width=70),
        Column("低于等级数", "levels_below", "whole", optional=True),
        Column("维度数", "count", "whole", optional=True),
        Column("须含维度", "including", optional=True),
        Column("比例（%）", "share_percent", "whole", optional=True),
        Column("指标", "indicator", optional=True),
        Column("起始等级", "from_level", "whole", optional=True),
        Column("至少等级", "at_least", "number", optional=True),
    ),
)
ORIGINS = SheetLayout(
    "来历",
    (
        Column("指标", width=8),
        Column("名称", width=32),
        Column("组成"),
        Column("处理"),
        Column("改动项", width=14),
        Column("原值", width=24),
        Column("现值", width=24),
        Column("理由", width=50),
    ),
    frozen=2,
)
CHANGED_FIELDS: Mapping[str, str] = {"weight_in_dimension": "维度内权重", "upper_bounds": "分级上限"}
