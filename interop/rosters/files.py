"""Roster file 名单文件: the bytes of an Excel or CSV file as rows of plain cells, hostile and damaged files refused. plan P1."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from typing import cast

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from domain.kernel import Rule

# What an office adds to a workbook (validation lists, print settings) is nothing a roster needs to be warned about.
warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Row = tuple[int, tuple[Cell, ...]]
"""Number of the row as a spreadsheet counts, from 1, and its cells; a row without any cell is left out."""

MEBIBYTE = 1 << 20
LARGEST_FILE = 32 * MEBIBYTE
LARGEST_UNPACKED = 64 * MEBIBYTE
"""A city's whole roster unpacks to about 10 MiB; what unpacks to much more is not a roster."""
MOST_MEMBERS = 1_000
MOST_COLUMNS = 100
"""What lies beyond is not looked at: one line of nine million commas took half a minute to be found no header."""
LAST_ROW = 1 << 20
"""Excel's own last row: a file that claims a later one would have us count blank rows for ever."""
ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
DELIMITERS = ",;\t"

# Rules

FILE_TYPE = Rule(
    "FILE_TYPE", "plan P1", "只接受 .xlsx 和 .csv 文件", "Only .xlsx and .csv files are accepted"
)
FILE_EMPTY = Rule("FILE_EMPTY", "plan P1", "文件为空", "The file is empty")
FILE_TOO_LARGE = Rule(
    "FILE_TOO_LARGE",
    "plan P1",
    "文件（或解压后内容）超过 {limit} MiB",
    "The file, or what it unpacks to, exceeds {limit} MiB",
)
FILE_NOT_XLSX = Rule(
    "FILE_NOT_XLSX",
    "plan P1",
    "内容不是 .xlsx 工作簿（旧版 .xls 或加密文件请另存为未加密的 .xlsx）",
    "The content is no .xlsx workbook (save an old .xls or an encrypted file as a plain .xlsx)",
)
FILE_NOT_CSV = Rule(
    "FILE_NOT_CSV",
    "plan P1",
    "内容不是文本，扩展名与内容不符",
    "The content is not text; the name's extension does not fit it",
)
FILE_ENCODING = Rule(
    "FILE_ENCODING",
    "plan P1",
    "文字编码既不是 UTF-8 也不是 GB18030",
    "The text is encoded neither in UTF-8 nor in GB18030",
)
FILE_DAMAGED = Rule(
    "FILE_DAMAGED",
    "plan P1",
    "文件已损坏，第 {after} 行之后无法读取",
    "The file is damaged and cannot be read beyond row {after}",
)


@dataclass(frozen=True)
class Sheet:
    """One way to see a file as a table 工作表; its rows can be read once, and raise Refused where the file is damaged.

    name: of the worksheet, empty for CSV. delimited: a surplus cell means that a delimiter stands inside a value.
    """

    name: str
    rows: Iterator[Row]
    delimited: bool


@contextmanager
def open_sheets(data: bytes, filename: str) -> Iterator[list[Sheet]]:
    """The tables that a file may hold 打开名单文件.

    Args:
        data: the file's bytes.
        filename: its extension decides how the bytes are read, and they must agree with it.

    Yields:
        The worksheets of a workbook in order; for CSV the same text by each delimiter in turn.

    Raises:
        Refused: FILE_TYPE, FILE_EMPTY, FILE_TOO_LARGE, FILE_NOT_XLSX, FILE_NOT_CSV, FILE_ENCODING, FILE_DAMAGED.
    """
    extension = PurePath(filename).suffix.lower()
    if extension not in (".xlsx", ".csv"):
        raise FILE_TYPE.refuse()
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise FILE_EMPTY.refuse()
    if len(data) > LARGEST_FILE:
        raise FILE_TOO_LARGE.refuse(limit=LARGEST_FILE // MEBIBYTE)
    if extension == ".csv":
        text = _text(data)
        yield [Sheet("", _guarded(_csv_rows(text, delimiter)), delimited=True) for delimiter in DELIMITERS]
        return
    require_workbook(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise FILE_DAMAGED.refuse(after=0) from error
    try:
        yield [Sheet(each.title, _guarded(_xlsx_rows(each)), delimited=False) for each in book.worksheets]
    finally:
        book.close()


def require_workbook(data: bytes) -> None:
    """Refuse what is no workbook, or unpacks to more than one may hold 工作簿检查, before any of it is parsed.

    Raises:
        Refused: FILE_NOT_XLSX, FILE_TOO_LARGE, FILE_DAMAGED.
    """
    if not data.startswith(ZIP_MAGIC):
        raise FILE_NOT_XLSX.refuse()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FILE_DAMAGED.refuse(after=0) from error
    # zipfile never unpacks a member beyond its declared size, so the declared sizes bound the real ones
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise FILE_TOO_LARGE.refuse(limit=LARGEST_UNPACKED // MEBIBYTE)
    if "xl/workbook.xml" not in {member.filename for member in members}:
        raise FILE_NOT_XLSX.refuse()


def _xlsx_rows(sheet: ReadOnlyWorksheet) -> Iterator[Row]:
    # many writers leave a wrong dimension behind, and openpyxl would cut the rows off there
    sheet.reset_dimensions()
    # the stubs borrow iter_rows from the writable sheet, whose cells may be more than values
    rows = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)  # type: ignore[misc]
    for number, row in enumerate(cast("Iterator[tuple[Cell, ...]]", rows), start=1):
        if number > LAST_ROW:
            raise ValueError("rows beyond the last one of Excel")
        if row.count(None) < len(row):  # a sheet may be formatted, and so hold blank rows, down to its last one
            yield number, row


def _text(data: bytes) -> str:
    if data.startswith((ZIP_MAGIC, OLE_MAGIC)) or b"\0" in data:
        raise FILE_NOT_CSV.refuse()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if data.startswith(b"\xef\xbb\xbf"):
            raise FILE_ENCODING.refuse() from None
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        raise FILE_ENCODING.refuse() from None


def _csv_rows(text: str, delimiter: str) -> Iterator[Row]:
    # strict: a stray or unclosed quote would otherwise swallow rows in silence
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for number, row in enumerate(reader, start=1):
        if row:
            yield number, tuple(row[:MOST_COLUMNS])


def _guarded(rows: Iterator[Row]) -> Iterator[Row]:
    after = 0
    while True:
        try:
            number, cells = next(rows)
        except StopIteration:
            return
        except Exception as error:
            # a damaged file makes the libraries raise whatever their parts raise; all of it means the same here
            raise FILE_DAMAGED.refuse(after=after) from error
        yield number, cells
        after = number


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing 空单元格; white space is nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


