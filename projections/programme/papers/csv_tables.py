"""Tables of papers as CSV 公开数据文件, with their dictionary: bytes that follow from the cells alone. plan R1, R5."""

import csv
from collections.abc import Iterable, Sequence
from hashlib import sha256
from io import StringIO

from domain.governance.rule_bodies.publication import PublishedGroup
from domain.programme.papers.tables import PaperCell, PaperTable, PaperTableName, Withheld

FIELDS = tuple(PaperCell.model_fields)
DICTIONARY = (
    (
        "row",
        "Row of the table: district (GB/T 2260) or group of districts, grade, indicator, measure or estimate; total = the sum",
        "行：区代码或分组、指标、口径或估计；total 为合计",
    ),
    (
        "column",
        "Column of the table: state, grade or division of industry, or a group of them, or edition; total = the sum",
        "列：状态、档或行业大类及其分组、标准版本；total 为合计",
    ),
    (
        "firms",
        "Firms behind the cell; empty = withheld or not counted in firms",
        "单元格所含企业数；空为不公开或不以企业计",
    ),
    ("value", "Mean, estimate, target or percent; empty = not shown", "均值、估计、目标或百分比；空为不公布"),
    (
        "low",
        "Lower end of the 90 percent interval; empty = too few firms for one",
        "百分之九十区间下限；空为企业数不足",
    ),
    (
        "high",
        "Upper end of the 90 percent interval; empty = too few firms for one",
        "百分之九十区间上限；空为企业数不足",
    ),
    (
        "withheld",
        "Why nothing is shown: "
        + "; ".join(f"{one.value} = {one.description.partition(' · ')[0]}" for one in Withheld),
        "不公开原因：" + "；".join(f"{one.value} 为{one.description.partition(' · ')[2]}" for one in Withheld),
    ),
)
"""Field of the tables, what it holds in English and in Chinese 数据字典."""


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV: UTF-8, comma, quotes where needed, line feed."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def cells_as_csv(cells: Iterable[PaperCell]) -> bytes:
    """Cells as CSV, in their order 数据表字节."""
    return _csv([FIELDS, *([_text(getattr(cell, name)) for name in FIELDS] for cell in cells)])


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.value if isinstance(value, Withheld) else str(value)


def table_of(name: PaperTableName, cells: Sequence[PaperCell]) -> PaperTable:
    """A table with the digest of its bytes 带摘要的数据表."""
    return PaperTable(table=name, cells=tuple(cells), digest=sha256(cells_as_csv(cells)).hexdigest())


def dictionary_as_csv(groups: Sequence[PublishedGroup] = ()) -> bytes:
    """The data dictionary 数据字典: fields, tables, and what the tables count together, in English and Chinese."""
    tables = ((f"table {one.value}", *one.description.split(" · ")) for one in PaperTableName)
    together = (
        (f"group {one.id}", f"{one.name_in_english}: {', '.join(one.members)}", f"{one.name}：{'、'.join(one.members)}")
        for one in groups
    )
    return _csv([("field", "english", "chinese"), *DICTIONARY, *tables, *together])
