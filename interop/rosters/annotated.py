"""Annotated roster 批注名单: the sheet that was sent with its findings as comments in the cells, and in a list. plan P1."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import islice

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from domain.kernel import Refused
from domain.participants.rosters.findings import RosterFinding, RosterReport
from interop.rosters.files import open_sheets
from interop.rosters.grid import Cell, Unread
from interop.rosters.headers import find_table
from interop.rosters.source_sheet import Plain, SeenSheet
from interop.spreadsheet_text import put_text, put_texts

COLOURS = {"refused": "F8CBAD", "confirm": "FFE699", "confirmed": "C6E0B4", "warned": "DDEBF7"}
SEVERITIES = {
    "refused": ("退回", "refused"),
    "confirm": ("待确认", "to confirm"),
    "confirmed": ("已确认", "confirmed"),
    "warned": ("提示", "warned"),
}
FINDINGS = "校验结果"
LONGEST_COMMENT = 2_000
MOST_ROWS = 50_000
AUTHOR = "诊断 Zhenduan"


def seen_sheet(data: bytes, filename: str) -> SeenSheet | None:
    """The sheet that a file's roster stands in 读取原表; None where it cannot be told. Nothing else of the file is carried over."""
    try:
        with open_sheets(data, filename) as sheets:
            table = find_table(sheets)
        with open_sheets(data, filename) as sheets:
            rows = tuple((number, tuple(map(plain_cell, cells))) for number, cells in islice(sheets[table.place].rows, MOST_ROWS))
    except Refused:
        return None
    columns = {title: table.header.places[name] + 1 for name, title in table.header.titles.items()}
    return SeenSheet(rows=rows, columns=columns)


def annotated(seen: SeenSheet | None, report: RosterReport, title: str = "名单") -> bytes:
    """A roster's sheet with its findings as comments, and the list of them 批注名单, as .xlsx.

    Args:
        seen: the sheet as it was sent; None = it is not kept or cannot be read, and only the list is written.
        report: of the file.
        title: of the sheet that it is shown on.
    """
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = FINDINGS
    _listed(sheet, report)
    if seen is not None:
        _copied(book.create_sheet(title, 0), seen, report.findings)
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def plain_cell(cell: Cell) -> Plain:
    """A cell as it is shown again 单元格原样."""
    if isinstance(cell, Unread):
        return _clean(cell.shown) or None
    return _clean(str(cell)) if isinstance(cell, str | date | datetime | time | timedelta) else cell


def _copied(sheet: Worksheet, seen: SeenSheet, findings: Sequence[RosterFinding]) -> None:
    for number, cells in seen.rows:
        for place, value in enumerate(cells, start=1):
            if isinstance(value, str):
                put_text(sheet.cell(number, place), value)  # type: ignore[arg-type] # nothing is merged here
            elif value is not None:
                sheet.cell(number, place, value)
    for (row, column), found in _by_cell(findings, seen.columns).items():
        said = "\n".join(f"{SEVERITIES[one.severity][0]} {one.code}：{one.says}\n{one.says_in_english}" for one in found)
        commented = sheet.cell(row, column)
        commented.comment = Comment(_clean(said)[:LONGEST_COMMENT], AUTHOR, width=420, height=160)
        worst = next(name for name in COLOURS if any(one.severity == name for one in found))
        commented.fill = PatternFill("solid", fgColor=COLOURS[worst])


def _by_cell(
    findings: Sequence[RosterFinding], columns: Mapping[str, int]
) -> dict[tuple[int, int], list[RosterFinding]]:
    found: dict[tuple[int, int], list[RosterFinding]] = {}
    for one in findings:
        if one.row:
            found.setdefault((one.row, columns.get(one.column, 1)), []).append(one)
    return found


def _listed(sheet: Worksheet, report: RosterReport) -> None:
    sheet.append(["行 row", "列 column", "结果 result", "代码 code", "说明", "what is wrong"])
    for one in report.findings:
        chinese, english = SEVERITIES[one.severity]
        where = [one.row or "文件 file", _clean(one.column), f"{chinese} {english}"]
        sheet.append([*where, one.code, _clean(one.says), _clean(one.says_in_english)])
    for left in report.left_out:
        sheet.append(["", "", "文件未列 left out", "", f"{left.uscc} {_clean(left.name)}", "on the roster, not in the file"])
    put_texts(sheet)
    for letter, width in zip("ABCDEF", (10, 24, 20, 28, 80, 80), strict=True):
        sheet.column_dimensions[letter].width = width


def _clean(text: str) -> str:
    """A text without what no workbook may hold."""
    return ILLEGAL_CHARACTERS_RE.sub("\ufffd", text).encode("utf-8", "replace").decode()
