"""Header 表头 of a roster: found below any title, in any order, by Chinese or English names; units of revenue. plan P1."""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import chain, islice
from unicodedata import normalize

from domain.kernel import Refused, Rule
from interop.code_lists import roster_columns
from interop.rosters.cells import shown
from interop.rosters.grid import Cell, Row, Worksheet

SEARCHED_ROWS = 30
"""A header is looked for in so many rows of a sheet that hold anything."""
FEWEST_RECOGNISED = 2
"""A row with fewer known headers is a title or a remark."""

BRACKETS = re.compile(r"[(\[【〔](.*?)[)\]】〕]")
YEAR = re.compile(r"^\d{4}年度?")
MONEY = re.compile(r"元|亿|万|千|百万|¥|\$|€|yuan|rmb|cny|usd|eur")
STATED_BEFORE = re.compile(r"^(\d{4}年度?|本年|上年|当年|单位|计量单位|金额单位|人民币|为|:|,|，)+")
UNIT_LINE = re.compile(r"单位[:为]?(?:人民币)?([美欧日港]?[十百千万亿]*元|[百千]?万|亿)(?=$|[,;、/)\]】])")
"""A unit of money stated for a whole table; 填报单位 is followed by a name."""
REVENUE = "revenue_wan"

# Rules

HEADER_MISSING = Rule(
    "HEADER_MISSING",
    "plan P1",
    "前 {rows} 个非空行内未找到表头，表头须包含：{columns}",
    "No header within the first {rows} rows that hold anything; it must hold: {columns}",
)
COLUMNS_MISSING = Rule(
    "COLUMNS_MISSING",
    "plan P1",
    "第 {row} 行的表头缺少必填列：{columns}；请补上，或改用下载的名单模板",
    "The header in row {row} lacks required columns: {columns}; add them, or use the template",
)
COLUMN_REPEATED = Rule(
    "COLUMN_REPEATED",
    "plan P1",
    "“{column}”与“{first}”含义相同，请只保留一列",
    "“{column}” and “{first}” mean the same; keep one of them",
)
COLUMNS_IGNORED = Rule(
    "COLUMNS_IGNORED", "plan P1", "以下列不属于名单，已忽略：{columns}", "These columns are no part of a roster: {columns}"
)
SHEETS_HIDDEN = Rule(
    "SHEETS_HIDDEN",
    "plan P1",
    "只读取可见的工作表“{sheet}”；隐藏的工作表也含名单，未读取：{others}",
    "Only the visible worksheet “{sheet}” was read; hidden ones hold a roster too and were not: {others}",
)
SHEETS_SEVERAL = Rule(
    "SHEETS_SEVERAL",
    "plan P1",
    "有多张可见的工作表含名单：{sheets}；请合并为一张，或分别另存后逐个导入，不需要的请删除或隐藏",
    "Several visible worksheets hold a roster: {sheets}; join them in one, or import each as a file; delete or hide the others",
)
COLUMN_HIDDEN = Rule(
    "COLUMN_HIDDEN",
    "plan P1",
    "“{column}”是隐藏的列，已读取；不需要的请删除",
    "“{column}” is a hidden column and was read; delete it if it is not meant",
)
REVENUE_UNIT_UNKNOWN = Rule(
    "REVENUE_UNIT_UNKNOWN",
    "plan P1",
    "第 {row} 行注明的营业收入单位“{unit}”不可用，可用单位：{units}；请换算后在表头写明",
    "Row {row} gives revenue in “{unit}”, which it cannot be in; convert it to one of these and say so in the header: {units}",
)
REVENUE_UNIT_CONVERTED = Rule(
    "REVENUE_UNIT_CONVERTED",
    "plan P1",
    "营业收入的单位为“{unit}”，已换算为万元",
    "Revenue is in “{unit}” and was converted to ten thousand yuan",
)
REVENUE_UNIT_ASSUMED = Rule(
    "REVENUE_UNIT_ASSUMED",
    "plan P1",
    "未注明营业收入的单位：若为万元请确认，否则请在表头注明，如“营业收入（千元）”",
    "No unit of revenue is named: confirm if it is ten thousand yuan, else name it in brackets in the header",
)
REVENUE_UNITS_DIFFER = Rule(
    "REVENUE_UNITS_DIFFER",
    "plan P1",
    "表头注明营业收入的单位为“{unit}”，第 {row} 行又注明单位为“{other}”，请改成一致",
    "The header gives revenue in “{unit}”, row {row} in “{other}”; make them agree",
)


@dataclass(frozen=True)
class Header:
    """Header of a roster 表头.

    row: where it stands. places: field -> index of its column. titles: field -> header as written. in_wan: one unit of
    the revenue column in ten thousand yuan. unit: as written, empty where the header names none. ignored: headers that
    are no part of a roster. width: number of its cells up to the last one that holds something.
    """

    row: int
    places: Mapping[str, int]
    titles: Mapping[str, str]
    in_wan: Decimal
    unit: str
    ignored: tuple[str, ...]
    width: int


@dataclass(frozen=True)
class Table:
    """A sheet whose header was found 已识别表格: the rows below it, what of it is hidden, and hidden sheets that hold a roster.

    place: of the sheet among all of the file, from 0.
    """

    place: int
    name: str
    header: Header
    rows: Iterator[Row]
    delimited: bool
    hidden: tuple[str, ...]
    hidden_rows: AbstractSet[int]
    hidden_columns: AbstractSet[int]


@cache
def _fields() -> Mapping[str, str]:
    return {plain_header(header)[0]: column.field for column in roster_columns().columns for header in column.headers}


def required_columns() -> tuple[str, ...]:
    """Recommended headers of the required columns 必填列."""
    return tuple(column.name for column in roster_columns().columns if column.required)


def plain_header(header: str) -> tuple[str, str]:
    """A header without white space, case, year, marks and bracketed remarks; and the remarks."""
    text = re.sub(r"[_*:]", "", _tight(header))
    return YEAR.sub("", BRACKETS.sub("", text)), "".join(BRACKETS.findall(text))


def _tight(text: str) -> str:
    return re.sub(r"\s", "", normalize("NFKC", text)).lower()


def _recognise(cell: Cell) -> tuple[str, str] | None:
    """Field of a header cell and the unit it names, empty where it names none; None when it is no column of a roster."""
    if not isinstance(cell, str):
        return None
    name, remark = plain_header(cell)
    if (field := _fields().get(name)) is not None:
        return field, unit_in(remark) if field == REVENUE else ""
    for each in sorted(roster_columns().revenue_units, key=lambda each: -len(each.unit)):
        if name.endswith(each.unit) and _fields().get(name.removesuffix(each.unit)) == REVENUE:
            return REVENUE, each.unit
    return None


def unit_in(remark: str) -> str:
    """The unit of money that a remark names 备注中的金额单位, as written; empty where it names none."""
    text = STATED_BEFORE.sub("", _tight(remark))
    if not MONEY.search(text):
        return ""
    said = re.split(r"[,;、。/]", text)[0]
    return said if any(said == each.unit for each in roster_columns().revenue_units) else text


def _unit_above(above: Sequence[Row]) -> tuple[int, str] | None:
    """Row and unit of money that a line above the header states for the table: 单位：千元."""
    for number, cells in reversed(above):
        for cell in cells:
            if isinstance(cell, str) and (said := UNIT_LINE.search(_tight(cell))):
                return number, said.group(1)
    return None


def _count(cells: Sequence[Cell]) -> int:
    return len({found[0] for cell in cells if (found := _recognise(cell)) is not None})


def find_table(sheets: Sequence[Worksheet]) -> Table:
    """The table that a file means 查找名单表: the sheet, and in it the row, with the most columns of a roster.

    Raises:
        Refused: HEADER_MISSING, COLUMN_REPEATED, COLUMNS_MISSING, REVENUE_UNIT_UNKNOWN; FILE_DAMAGED when no sheet can
            be read.
    """
    tops: list[tuple[Worksheet, list[Row]]] = []
    damage: Refused | None = None
    for sheet in sheets:
        try:
            tops.append((sheet, list(islice(sheet.rows, SEARCHED_ROWS))))
        except Refused as refused:
            damage = refused
    counts = [max((_count(cells) for _, cells in top), default=0) for _, top in tops]
    enough = len(required_columns())
    seen = [i for i, (each, _) in enumerate(tops) if not each.hidden]
    whole = [shown(tops[i][0].name) for i in seen if counts[i] >= enough and not tops[i][0].delimited]
    if len(whole) > 1:
        raise SHEETS_SEVERAL.refuse(sheets="、".join(whole))
    best = max((counts[i] for i in seen), default=0)
    if best < FEWEST_RECOGNISED:
        raise damage or HEADER_MISSING.refuse(rows=SEARCHED_ROWS, columns="、".join(required_columns()))
    chosen = next(i for i in seen if counts[i] == best)
    sheet, top = tops[chosen]
    place = next(i for i, (_, cells) in enumerate(top) if _count(cells) == best)
    hidden = tuple(shown(each.name) for i, (each, _) in enumerate(tops) if each.hidden and counts[i] >= enough)
    rows = chain(top[place + 1 :], sheet.rows)
    header = _header(*top[place], _unit_above(top[:place]))
    return Table(
        chosen, shown(sheet.name), header, rows, sheet.delimited, hidden, sheet.hidden_rows, sheet.hidden_columns
    )


def _header(row: int, cells: Sequence[Cell], above: tuple[int, str] | None) -> Header:
    places: dict[str, int] = {}
    titles: dict[str, str] = {}
    ignored = []
    unit = ""
    width = 0
    for index, cell in enumerate(cells):
        title = shown(" ".join(str(cell).split())) if cell is not None else ""
        if not title:
            continue
        width = index + 1
        found = _recognise(cell)
        if found is None:
            ignored.append(title)
            continue
        field, named = found
        if field in places:
            raise COLUMN_REPEATED.refuse(row=row, column=title, first=titles[field])
        places[field], titles[field] = index, title
        unit = named or unit
    missing = [column.name for column in roster_columns().columns if column.required and column.field not in places]
    if missing:
        raise COLUMNS_MISSING.refuse(row=row, columns="、".join(missing))
    units = {each.unit: each.in_wan for each in roster_columns().revenue_units}
    said = row
    if above is not None:
        if unit and units.get(unit) != units.get(above[1]):
            raise REVENUE_UNITS_DIFFER.refuse(row=above[0], unit=shown(unit), other=shown(above[1]))
        said, unit = (row, unit) if unit else above
    if unit and unit not in units:
        known = "、".join(units)
        raise REVENUE_UNIT_UNKNOWN.refuse(row=said, unit=shown(unit), units=known, column=titles[REVENUE])
    return Header(row, places, titles, units.get(unit, Decimal(1)), unit, tuple(ignored), width)
