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
class SheetColumn:
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
    columns: tuple[SheetColumn, ...]
    frozen: int = 1


HEAD = SheetLayout("说明", (SheetColumn("项目", width=16), SheetColumn("内容", width=90)))
HEAD_ROWS: tuple[SheetColumn, ...] = (
    SheetColumn("版本号", "key"),
    SheetColumn("标题", "title"),
    SheetColumn("性质", "status"),
    SheetColumn("来源文件", "document"),
    SheetColumn("来源标记", "mark"),
    SheetColumn("未达级名称", "below_grade_name"),
    SheetColumn("多选起始分", "multi_base_points", "number"),
)
"""Rows of the first sheet that make up the edition; the others explain."""

DIMENSIONS = SheetLayout(
    "维度",
    (
        SheetColumn("编号", "id"),
        SheetColumn("名称", "name", width=26),
        SheetColumn("权重（%）", "weight", "number"),
        SheetColumn("基本维度", "base", "flag"),
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
        SheetColumn("编号", "id", width=8),
        SheetColumn("名称", "name", width=32),
        SheetColumn("维度", "dimension", width=8),
        SheetColumn("子维度", "subdimension", width=18),
        SheetColumn("维度内权重（%）", "weight_in_dimension", "number", width=16),
        SheetColumn("简版", "in_brief", "flag", width=8),
        SheetColumn("关键指标", "key", "flag", width=10),
        SheetColumn("填报方式", "kind", words={str(kind): word for kind, word in KINDS.items()}),
        *(
            SheetColumn(f"数值{number} {title}", f"{number}.{field}", holds, width, optional=True)
            for number in range(1, NUMBERS + 1)
            for title, field, holds, width in ASKED
        ),
        *(SheetColumn(f"分级上限{level}", f"bound.{level}", "number", optional=True) for level in range(1, 5)),
        SheetColumn("向好方向", "better", optional=True, words=BETTER),
        SheetColumn("佐证要求", "evidence", width=40),
        SheetColumn("对应模型", "maps_to", width=30, optional=True),
        SheetColumn("来源文件", "document", width=32),
        SheetColumn("来源标记", "mark", width=10),
    ),
    frozen=2,
)
LEVELS = SheetLayout(
    "等级描述",
    (
        SheetColumn("指标", "indicator", width=8),
        SheetColumn("名称", width=28),
        *(SheetColumn(f"{level} 级", f"level.{level}", width=36) for level in range(1, 6)),
    ),
    frozen=2,
)
OPTIONS = SheetLayout(
    "选项",
    (
        SheetColumn("指标", "indicator", width=8),
        SheetColumn("代码", "name", width=20),
        SheetColumn("名称", "label", width=40),
        SheetColumn("加分", "points", "number"),
    ),
)
POINTS = SheetLayout(
    "分值", (SheetColumn("指标等级", "level", "number"), SheetColumn("分值", "points", "number"))
)
BANDS = SheetLayout(
    "分档",
    (
        SheetColumn("档", "grade", "whole", width=8),
        SheetColumn("档名称", "name"),
        SheetColumn("最低总分", "lowest", "number"),
        SheetColumn("等级", "level", "whole", width=8),
        SheetColumn("等级名称", "level_name"),
    ),
)
GATES = SheetLayout(
    "门槛",
    (
        SheetColumn("代码", "code", width=30),
        SheetColumn("门槛", "gate", width=16),
        SheetColumn("条文", width=70),
        SheetColumn("低于等级数", "levels_below", "whole", optional=True),
        SheetColumn("维度数", "count", "whole", optional=True),
        SheetColumn("须含维度", "including", optional=True),
        SheetColumn("比例（%）", "share_percent", "whole", optional=True),
        SheetColumn("指标", "indicator", optional=True),
        SheetColumn("起始等级", "from_level", "whole", optional=True),
        SheetColumn("至少等级", "at_least", "number", optional=True),
    ),
)
ORIGINS = SheetLayout(
    "来历",
    (
        SheetColumn("指标", width=8),
        SheetColumn("名称", width=32),
        SheetColumn("组成"),
        SheetColumn("处理"),
        SheetColumn("改动项", width=14),
        SheetColumn("原值", width=24),
        SheetColumn("现值", width=24),
        SheetColumn("理由", width=50),
    ),
    frozen=2,
)
CHANGED_FIELDS: Mapping[str, str] = {"weight_in_dimension": "维度内权重", "upper_bounds": "分级上限"}
