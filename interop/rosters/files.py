"""Roster file 名单文件: the bytes of an Excel or CSV file as rows of plain cells, hostile and damaged files refused. plan P1."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import PurePath

from domain.kernel import Refused
from interop.rosters.csv_text import csv_rows
from interop.rosters.file_rules import (
    FILE_DAMAGED,
    FILE_EMPTY,
    FILE_NOT_CSV,
    FILE_NOT_XLSX,
    FILE_TOO_LARGE,
    FILE_TYPE,
)
from interop.rosters.grid import Row, Worksheet
from interop.rosters.text_encodings import UTF_16, decoded
from interop.rosters.worksheets import MOST_COLUMNS, worksheets

MEBIBYTE = 1 << 20
LARGEST_FILE = 32 * MEBIBYTE
LARGEST_UNPACKED = 64 * MEBIBYTE
"""A city's whole roster unpacks to about 10 MiB; what unpacks to much more is not a roster."""
MOST_MEMBERS = 1_000
ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
DELIMITERS = ",;\t"

@contextmanager
def open_sheets(data: bytes, filename: str) -> Iterator[list[Worksheet]]:
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
        if data.startswith((ZIP_MAGIC, OLE_MAGIC)) or (b"\0" in data and not data.startswith(UTF_16)):
            raise FILE_NOT_CSV.refuse()
        text = decoded(data)
        yield [Worksheet("", _guarded(csv_rows(text, delimiter, MOST_COLUMNS)), delimited=True) for delimiter in DELIMITERS]
        return
    require_workbook(data)
    with ExitStack() as opened:
        try:
            sheets = opened.enter_context(worksheets(data))
        except Exception as error:
            raise FILE_DAMAGED.refuse(after=0) from error
        yield [replace(each, rows=_guarded(each.rows)) for each in sheets]


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
    if "xl/workbook.xml" not in {member.filename.replace("\\", "/") for member in members}:
        raise FILE_NOT_XLSX.refuse()


def _guarded(rows: Iterator[Row]) -> Iterator[Row]:
    after = 0
    while True:
        try:
            number, cells = next(rows)
        except StopIteration:
            return
        except Refused:
            raise
        except Exception as error:
            # a damaged file makes the libraries raise whatever their parts raise; all of it means the same here
            raise FILE_DAMAGED.refuse(after=after) from error
        yield number, cells
        after = number
