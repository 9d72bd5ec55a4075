"""Rows beside the firms 非企业行: totals, remarks, signatures and rows of column numbers that office tables carry."""

import re
from collections.abc import Mapping, Sequence
from math import inf
from unicodedata import normalize, numeric

from interop.rosters.grid import Cell, is_blank

NUMBERED = frozenset("甲乙丙丁戊己庚辛壬癸")
COLUMN_NUMBER = re.compile(r"\(?([0-9]{1,3})[).]?", re.ASCII)
CODE_LIKE = re.compile(r"[0-9A-Za-z]{15,}")
"""A row with such a code is a firm's, whatever else it says."""
TOTAL = re.compile(r"(合计|总计|小计|共计|累计|total)")
REMARK = re.compile(
    r"(注|备注|说明|填表|制表|填报|审核|复核|单位负责人|负责人|统计负责人|联系人|联系电话|电话|报出日期|日期|附)[人员:说日].*|(注|备注|说明)\d*:.*"
)


def _column_number(text: str) -> float:
    """The number that a text is, in brackets, in a circle or as it is; beyond every column where it is none."""
    found = COLUMN_NUMBER.fullmatch(text)
    if found is not None:
        return int(found[1])
    value = numeric(text, inf) if len(text) == 1 else inf
    return value if value.is_integer() else inf


def kind_of(row: Sequence[Cell], values: Mapping[str, Cell]) -> tuple[str, str] | None:
    """What a row is when it is no firm's: (中文, English); None = it is read as a firm's.

    Args:
        row: all its cells, at least one of which holds something.
        values: those of the roster's columns, by field.
    """
    code = values.get("uscc")
    if isinstance(code, str) and CODE_LIKE.search(normalize("NFKC", code)):
        return None
    texts = ["".join(normalize("NFKC", str(cell)).split()) for cell in row if not is_blank(cell)]
    if all(text in NUMBERED or _column_number(text) <= len(row) for text in texts):
        return ("栏次行", "a row of column numbers")
    if TOTAL.match(texts[0].casefold()):
        return ("合计行", "a row of totals")
    if REMARK.match(texts[0]):
        return ("说明或签署行", "a remark or a signature")
    return None
