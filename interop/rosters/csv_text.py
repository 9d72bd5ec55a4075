"""Text 文本 of a CSV file: its encoding found out, mixtures refused, and its rows, each on its own where a quote is astray."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from interop.rosters.file_rules import FILE_ENCODING, FILE_ENCODINGS_MIXED
from interop.rosters.grid import Cell, Row, Unread

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How Excel's “Unicode text” begins."""
END_OF_TEXT = b"\x1a"
"""Ctrl-Z, with which DOS programs end a text."""
CHINESE_IN_UTF_8 = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
FEWEST_IN_UTF_8 = 2
"""Three-byte signs in a line that make it UTF-8: two of them by chance in a line of GB18030 are no Chinese that anyone writes."""
MOST_LINES_QUOTED = 20
"""Lines that one quoted value may run over; beyond that the quote was never closed."""

NEW_IN_2022 = {
    ord(bytes.fromhex(code).decode("gb18030")): sign
    for code, sign in {
        "a6d9": "\ufe10", "a6da": "\ufe12", "a6db": "\ufe11", "a6dc": "\ufe13", "a6dd": "\ufe14", "a6de": "\ufe15",
        "a6df": "\ufe16", "a6ec": "\ufe17", "a6ed": "\ufe18", "a6f3": "\ufe19", "fe59": "\u9fb4", "fe61": "\u9fb5",
        "fe66": "\u9fb6", "fe67": "\u9fb7", "fe6d": "\u9fb8", "fe7e": "\u9fb9", "fe90": "\u9fba", "fea0": "\u9fbb",
    }.items()
}
"""What Python's codec gives for two bytes -> the sign of GB 18030-2022, which has private-use signs in their place no more."""


def decoded(data: bytes) -> str:
    """The text of a CSV file 解码: UTF-8, UTF-16 with its mark, or GB 18030-2022; a DOS end mark is no part of it.

    Raises:
        Refused: FILE_ENCODING, FILE_ENCODINGS_MIXED.
    """
    if data.startswith(UTF_16):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise FILE_ENCODING.refuse(row=data[: error.start].count(b"\n") + 1) from None
    data = data.rstrip(END_OF_TEXT)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if data.startswith(codecs.BOM_UTF8):
            raise FILE_ENCODING.refuse(row=data.count(b"\n", 0, error.start) + 1) from None
    _require_one_encoding(data)
    try:
        return data.decode("gb18030").translate(NEW_IN_2022)
    except UnicodeDecodeError as error:
        raise FILE_ENCODING.refuse(row=data.count(b"\n", 0, error.start) + 1) from None


def _require_one_encoding(data: bytes) -> None:
    first = None
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            in_utf_8 = len(CHINESE_IN_UTF_8.findall(line)) >= FEWEST_IN_UTF_8
        except UnicodeDecodeError:
            in_utf_8 = False
        if first is None:
            first = in_utf_8
        elif in_utf_8 != first:
            raise FILE_ENCODINGS_MIXED.refuse(row=number)


def csv_rows(text: str, delimiter: str, most_columns: int) -> Iterator[Row]:
    """The rows of a CSV text by a delimiter 逐行读取. A row with a stray quote keeps the rest readable; see `Unread`."""
    number = 0
    try:
        # strict: a stray or unclosed quote would otherwise swallow rows in silence
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            number += 1
            if row:
                yield number, tuple(row[:most_columns])
    except csv.Error:
        yield from ((other, cells) for other, cells in _row_by_row(text, delimiter, most_columns) if other > number)


def _row_by_row(text: str, delimiter: str, most_columns: int) -> Iterator[Row]:
    lines = io.StringIO(text, newline="").readlines()
    place = number = 0
    while place < len(lines):
        number += 1
        taken, cells = _record(lines[place : place + MOST_LINES_QUOTED], delimiter)
        place += taken
        if cells:
            yield number, cells[:most_columns]


def _record(lines: list[str], delimiter: str) -> tuple[int, tuple[Cell, ...]]:
    """(lines taken, cells) of the record that some lines begin with; a quoted value may run over several of them."""
    for taken in range(1, len(lines) + 1):
        try:
            (row,) = csv.reader(lines[:taken], delimiter=delimiter, strict=True)
        except csv.Error as error:
            if "unexpected end" not in str(error):
                break
        else:
            return taken, tuple(row)
    return 1, tuple(map(_astray, lines[0].rstrip("\r\n").split(delimiter)))


def _astray(value: str) -> Cell:
    """A value of a row that cannot be read as a whole: one with a quote is not read, the others are."""
    return Unread("quote", value) if '"' in value else value
