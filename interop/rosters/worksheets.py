"""Worksheets 工作表 of an .xlsx as a person sees them: merged cells filled, hidden rows known, formulas without a value told apart.

The parser is openpyxl's; around it stands what it leaves out in its streaming mode, and what other programs write otherwise.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from interop.rosters.grid import Cell, Row, Unread, Worksheet

# What an office adds to a workbook (validation lists, print settings) is nothing a roster needs to be warned about.
warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")

MOST_COLUMNS = 100
"""What lies beyond is not looked at: one line of nine million commas took half a minute to be found no header."""
LAST_ROW = 1 << 20
"""Excel's own last row: a file that claims a later one would have us count blank rows for ever."""
MOST_MERGED = 10_000
"""Merged ranges that are filled; a sheet with more is no list."""
TALLEST_MERGED = 50_000
BLANK_CELL = re.compile(rb"<c\b[^>]*/>|<c\b[^>]*></c>")
BLANK_ROW = re.compile(rb"<row\b[^>]*/>|<row\b[^>]*>\s*</row>")
MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
STRICT = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/": b"http://schemas.openxmlformats.org/officeDocument/2006/",
}
"""Names of Strict Open XML -> those of the common form; openpyxl knows the latter alone."""


@contextmanager
def worksheets(data: bytes) -> Iterator[list[Worksheet]]:
    """The worksheets of a workbook in order 读取工作表. Damage makes the library raise whatever its parts raise."""
    book = load_workbook(io.BytesIO(common_form(data)), read_only=True, data_only=True, keep_links=False)
    try:
        yield [_sheet(each) for each in book.worksheets if isinstance(each, ReadOnlyWorksheet)]
    finally:
        book.close()


def common_form(data: bytes) -> bytes:
    """A workbook in the form that the library reads 规范化: Strict Open XML and names with backslashes are written anew."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        main = next((name for name in names if name.replace("\\", "/") == "xl/workbook.xml"), "")
        if not any("\\" in name for name in names) and not (main and b"purl.oclc.org/ooxml" in archive.read(main)):
            return data
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as common:
            for name in names:
                content = archive.read(name)
                for strict, usual in STRICT.items():
                    content = content.replace(strict, usual)
                common.writestr(name.replace("\\", "/"), content)
    return written.getvalue()


class _Parser(WorkSheetParser):
    """The library's parser, which also tells why a cell has no usable value. dates: styles that show a number as a date."""

    dates: Collection[int] = ()

    def parse_cell(self, element: Any) -> dict[str, Any]:  # noqa: ANN401 - an element of the library's XML reader
        found: dict[str, Any] = super().parse_cell(element)
        value = found["value"]
        if value is None and element.find(FORMULA_TAG) is not None:
            found["value"] = Unread("formula")
        elif isinstance(value, str) and "_x" in value:
            found["value"] = unescape(value)
        elif found["style_id"] in self.dates and isinstance(value, int | float) and not isinstance(value, bool):
            found["value"] = Unread("date", str(value), self._day(value))
        return found

    def _day(self, value: float) -> date | None:
        """The day that a number stands for by the workbook's own count of days; None where it is none."""
        try:
            found = from_excel(value, self.epoch)
        except (ValueError, OverflowError):
            return None
        return found.date() if isinstance(found, datetime) else None


def _sheet(sheet: ReadOnlyWorksheet) -> Worksheet:
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    rows = _rows(sheet, hidden_rows, hidden_columns)
    return Worksheet(sheet.title, rows, False, sheet.sheet_state != "visible", hidden_rows, hidden_columns)


def _rows(sheet: Any, hidden_rows: set[int], hidden_columns: set[int]) -> Iterator[Row]:  # noqa: ANN401 - the library's parts are private
    with sheet._get_source() as source:  # noqa: SLF001 - the library has no other way to the bytes of a sheet
        content: bytes = source.read()
    fills = _fills(content)
    # a sheet may be formatted, and so hold blank rows, down to its last one: a million of them took a minute to parse
    content = BLANK_ROW.sub(b"", BLANK_CELL.sub(b"", content))
    book = sheet.parent
    parser = _Parser(io.BytesIO(content), sheet._shared_strings, data_only=True, epoch=book.epoch)  # noqa: SLF001 - as above
    parser.dates = book._date_formats  # noqa: SLF001 - as above
    merged: dict[tuple[int, int], Cell] = {}
    for number, found in parser.parse():
        if number > LAST_ROW:
            raise ValueError("rows beyond the last one of Excel")
        places = {cell["column"] - 1: cell["value"] for cell in found if cell["column"] <= MOST_COLUMNS}
        for column, (first, value_at) in fills.get(number, {}).items():
            if first:
                merged[value_at] = places.get(value_at[1])
            elif places.get(column) is None:
                value = merged.get(value_at)
                places[column] = value if value is None or isinstance(value, str) else Unread("merged", str(value))
        if _is_true(parser.row_dimensions.get(str(number), {}).get("hidden")):
            hidden_rows.add(number)
        if not hidden_columns:
            hidden_columns |= set(_hidden(parser.column_dimensions))
        if any(value is not None for value in places.values()):
            yield number, tuple(places.get(column) for column in range(max(places) + 1))


def _fills(content: bytes) -> dict[int, dict[int, tuple[bool, tuple[int, int]]]]:
    """Row -> column from 0 -> (whether it is the first of its merged range, row and column of that first one)."""
    found: dict[int, dict[int, tuple[bool, tuple[int, int]]]] = {}
    for ref in MERGED.findall(content)[:MOST_MERGED]:
        left, top, right, bottom = (place or 0 for place in range_boundaries(ref.decode()))
        if bottom - top > TALLEST_MERGED or left > MOST_COLUMNS:
            continue
        for row in range(top, bottom + 1):
            for column in range(left - 1, min(right, MOST_COLUMNS)):
                found.setdefault(row, {})[column] = ((row, column) == (top, left - 1), (top, left - 1))
    return found


def _is_true(value: str | None) -> bool:
    return value in ("1", "true")


def _hidden(columns: Mapping[str, Mapping[str, str]]) -> Iterator[int]:
    for attributes in columns.values():
        if _is_true(attributes.get("hidden")):
            yield from range(int(attributes["min"]) - 1, min(int(attributes["max"]), MOST_COLUMNS))
