"""Table 表格 of others' assessments: the sheet and the header, found below any title; or the records of a JSON package. plan P8."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice

from domain.kernel import Refused
from interop.code_lists import result_columns
from interop.external_results import rules
from interop.json_reading import JSONUnreadable, read_json
from interop.rosters.cells import shown
from interop.rosters.file_rules import FILE_EMPTY, FILE_TOO_LARGE
from interop.rosters.files import LARGEST_FILE, MEBIBYTE
from interop.rosters.grid import Cell, Row, Worksheet
from interop.rosters.headers import FEWEST_RECOGNISED, SEARCHED_ROWS, plain_header
from interop.rosters.text_encodings import decoded
from interop.rosters.worksheets import MOST_COLUMNS

NO_PACKAGE = {"says": "须为对象，其 results 是由对象组成的数组", "what": "an object whose `results` is an array of objects"}
"""What a text that can be read lacks, in both languages."""


@dataclass(frozen=True)
class ResultTable:
    """Where a file's results stand 已识别表格. place: of the sheet. header: its row; 0 = a package has none.

    places: field -> index of its column. titles: field -> header as written. width: cells of the header. ignored: headers that mean
    nothing here. hidden: rows read so far that a filter or a hand hides.
    """

    place: int
    header: int
    places: Mapping[str, int]
    titles: Mapping[str, str]
    rows: Iterator[Row]
    width: int
    delimited: bool
    ignored: tuple[str, ...] = ()
    hidden: AbstractSet[int] = frozenset()


@cache
def _fields() -> Mapping[str, str]:
    return {plain_header(header)[0]: column.field for column in result_columns().columns for header in column.headers}


def _field(cell: Cell) -> str | None:
    return _fields().get(plain_header(cell)[0]) if isinstance(cell, str) else None


def _count(cells: Sequence[Cell]) -> int:
    return len({field for cell in cells if (field := _field(cell)) is not None})


def find_results(sheets: Sequence[Worksheet]) -> ResultTable:
    """The table that a file means 查找结果表: the visible sheet, and in it the row, with the most columns that are known.

    Raises:
        Refused: RESULT_COLUMNS_MISSING, RESULT_COLUMN_REPEATED, RESULT_SHEETS_SEVERAL; FILE_DAMAGED where no sheet can be read.
    """
    tops: list[tuple[Worksheet, list[Row]]] = []
    damage: Refused | None = None
    for sheet in sheets:
        try:
            tops.append((sheet, list(islice(sheet.rows, SEARCHED_ROWS))))
        except Refused as refused:
            damage = refused
    counts = [0 if sheet.hidden else max((_count(cells) for _, cells in top), default=0) for sheet, top in tops]
    required = [column for column in result_columns().columns if column.required]
    found = zip(tops, counts, strict=True)
    whole = [shown(sheet.name) for (sheet, _), count in found if count >= len(required) and not sheet.delimited]
    if len(whole) > 1:
        raise rules.RESULT_SHEETS_SEVERAL.refuse(sheets="、".join(whole))
    best = max(counts, default=0)
    if best < FEWEST_RECOGNISED:
        names = "、".join(column.name for column in required)
        raise damage or rules.RESULT_COLUMNS_MISSING.refuse(rows=SEARCHED_ROWS, columns=names)
    place = counts.index(best)
    sheet, top = tops[place]
    at = next(i for i, (_, cells) in enumerate(top) if _count(cells) == best)
    number, cells = top[at]
    places, titles, ignored = _header(number, cells)
    if missing := [column.name for column in required if column.field not in places]:
        raise rules.RESULT_COLUMNS_MISSING.refuse(row=number, rows=SEARCHED_ROWS, columns="、".join(missing))
    width = max(i for i, cell in enumerate(cells) if cell is not None) + 1
    rows = chain(top[at + 1 :], sheet.rows)
    return ResultTable(place, number, places, titles, rows, width, sheet.delimited, ignored, sheet.hidden_rows)


def _header(row: int, cells: Sequence[Cell]) -> tuple[dict[str, int], dict[str, str], tuple[str, ...]]:
    places: dict[str, int] = {}
    titles: dict[str, str] = {}
    ignored = []
    for index, cell in enumerate(cells):
        title = shown(" ".join(str(cell).split())) if cell is not None else ""
        field = _field(cell)
        if field in places:
            raise rules.RESULT_COLUMN_REPEATED.refuse(row=row, column=title, first=titles[field])
        if field is not None:
            places[field], titles[field] = index, title
        elif title:
            ignored.append(title)
    return places, titles, tuple(ignored)


def package_table(data: bytes, model: str) -> ResultTable:
    """The records of a JSON package 数据包 as a table, a column a field; its rows are counted from 1.

    Raises:
        Refused: RESULT_PACKAGE_MALFORMED, RESULT_PACKAGE_MODEL, RESULT_PACKAGE_COUNT, FILE_EMPTY, FILE_TOO_LARGE; as `decoded`.
    """
    if not data.strip():
        raise FILE_EMPTY.refuse()
    if len(data) > LARGEST_FILE:
        raise FILE_TOO_LARGE.refuse(limit=LARGEST_FILE // MEBIBYTE)
    try:
        said = read_json(decoded(data))
    except JSONUnreadable as problem:
        raise rules.RESULT_PACKAGE_MALFORMED.refuse(says=problem.chinese, what=problem.english) from None
    records = said.get("results") if isinstance(said, dict) else None
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise rules.RESULT_PACKAGE_MALFORMED.refuse(**NO_PACKAGE)
    if (stated := said.get("model", model)) != model:
        raise rules.RESULT_PACKAGE_MODEL.refuse(stated=shown(str(stated)), model=model)
    if (count := said.get("count", len(records))) != len(records):
        raise rules.RESULT_PACKAGE_COUNT.refuse(stated=shown(str(count)), count=len(records))
    fields = [column.field for column in result_columns().columns]
    known = {name for record in records for name in record}
    ignored = tuple(shown(name) for name in sorted(known - set(fields))[:MOST_COLUMNS])
    rows = ((number, tuple(_plain(record.get(field)) for field in fields)) for number, record in enumerate(records, start=1))
    places = {field: place for place, field in enumerate(fields)}
    return ResultTable(0, 0, places, {field: field for field in fields}, rows, len(fields), False, ignored)


def _plain(value: object) -> Cell:
    """A value of a package as a cell; what is neither text nor number is a truth value, which no field takes."""
    return value if value is None or isinstance(value, str | int | float) else True
