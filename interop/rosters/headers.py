"""Header 表头 of a roster: found below any title, in any order, by Chinese or English names; units of revenue. plan P1."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import chain, islice
from unicodedata import normalize

from domain.kernel import Refused, Rule
from interop.code_lists import roster_columns
from interop.rosters.cells import shown
from interop.rosters.files import Cell, Row, Sheet

SEARCHED_ROWS = 30
"""A header is looked for in so many rows of a sheet that hold anything."""
FEWEST_RECOGNISED = 2
"""A row with fewer known headers is a title or a remark."""

BRACKETS = re.compile(r"[(\[【〔](.*?)[)\]】〕]")
YEAR = re.compile(r"^\d{4}年度?")
MONEY = re.compile(r"\w*元")
REVENUE = "revenue_wan"

# Rules

HEADER_MISSING = Rule(
    "HEADER_MISSING",
    "plan P1",
    "前 {rows} 个非空行内未找到表头，表头须包含：{columns}",
    "No header within the first {rows} rows that hold anything; it must hold: {columns}",
)
COLUMNS_MISSING = Rule("COLUMNS_MISSING", "plan P1", "缺少必填列：{columns}", "Required columns are missing: {columns}")
COLUMN_REPEATED = Rule(
    "COLUMN_REPEATED",
    "plan P1",
    "“{column}”与“{first}”含义相同，请只保留一列",
    "“{column}” and “{first}” mean the same; keep one of them",
)
COLUMNS_IGNORED = Rule(
    "COLUMNS_IGNORED", "plan P1", "以下列不属于名单，已忽略：{columns}", "These columns are no part of a roster: {columns}"
)
SHEETS_IGNORED = Rule(
    "SHEETS_IGNORED",
    "plan P1",
    "只读取工作表“{sheet}”，以下工作表也含名单但未读取：{others}",
    "Only the worksheet “{sheet}” was read; these hold a roster too and were not: {others}",
)
REVENUE_UNIT_UNKNOWN = Rule(
    "REVENUE_UNIT_UNKNOWN",
    "plan P1",
    "营业收入的单位“{unit}”不可用，可用单位：{units}",
    "Revenue cannot be in “{unit}”; it may be in: {units}",
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
    "表头未注明营业收入的单位，按万元计",
    "The header names no unit of revenue; ten thousand yuan is assumed",
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
    """A sheet whose header was found 已识别表格: the rows below it, and the other sheets that hold a roster as well."""

    name: str
    header: Header
    rows: Iterator[Row]
    delimited: bool
    others: tuple[str, ...]


@cache
def _fields() -> Mapping[str, str]:
    return {_plain(header)[0]: column.field for column in roster_columns().columns for header in column.headers}


def required_columns() -> tuple[str, ...]:
    """Recommended headers of the required columns 必填列."""
    return tuple(column.name for column in roster_columns().columns if column.required)


def _plain(header: str) -> tuple[str, str]:
    """A header without white space, case, year, marks and bracketed remarks; and the remarks."""
    text = re.sub(r"[\s_*:]", "", normalize("NFKC", header)).lower()
    return YEAR.sub("", BRACKETS.sub("", text)), "".join(BRACKETS.findall(text))


def _recognise(cell: Cell) -> tuple[str, str] | None:
    """Field of a header cell and the unit it names, empty where it names none; None when it is no column of a roster."""
    if not isinstance(cell, str):
        return None
    name, remark = _plain(cell)
    if (field := _fields().get(name)) is not None:
        unit = MONEY.search(remark)
        return field, unit.group().removeprefix("单位").removeprefix("人民币") if unit and field == REVENUE else ""
    for each in sorted(roster_columns().revenue_units, key=lambda each: -len(each.unit)):
        if name.endswith(each.unit) and _fields().get(name.removesuffix(each.unit)) == REVENUE:
            return REVENUE, each.unit
    return None


def _count(cells: Sequence[Cell]) -> int:
    return len({found[0] for cell in cells if (found := _recognise(cell)) is not None})


def find_table(sheets: Sequence[Sheet]) -> Table:
    """The table that a file means 查找名单表: the sheet, and in it the row, with the most columns of a roster.

    Raises:
        Refused: HEADER_MISSING, COLUMN_REPEATED, COLUMNS_MISSING, REVENUE_UNIT_UNKNOWN; FILE_DAMAGED when no sheet can
            be read.
    """
    tops: list[tuple[Sheet, list[Row]]] = []
    damage: Refused | None = None
    for sheet in sheets:
        try:
            tops.append((sheet, list(islice(sheet.rows, SEARCHED_ROWS))))
        except Refused as refused:
            damage = refused
    counts = [max((_count(cells) for _, cells in top), default=0) for _, top in tops]
    best = max(counts, default=0)
    if best < FEWEST_RECOGNISED:
        raise damage or HEADER_MISSING.refuse(rows=SEARCHED_ROWS, columns="、".join(required_columns()))
    chosen = counts.index(best)
    sheet, top = tops[chosen]
    place = next(i for i, (_, cells) in enumerate(top) if _count(cells) == best)
    others = tuple(
        shown(each.name)
        for i, (each, _) in enumerate(tops)
        if i != chosen and counts[i] >= len(required_columns()) and not each.delimited
    )
    rows = chain(top[place + 1 :], sheet.rows)
    return Table(shown(sheet.name), _header(*top[place]), rows, sheet.delimited, others)


def _header(row: int, cells: Sequence[Cell]) -> Header:
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
    if unit and unit not in units:
        raise REVENUE_UNIT_UNKNOWN.refuse(row=row, unit=unit, units="、".join(units), column=titles[REVENUE])
    return Header(row, places, titles, units.get(unit, Decimal(1)), unit, tuple(ignored), width)
