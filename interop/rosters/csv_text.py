"""Text 文本 of a CSV file: its rows, each on its own where a quote is astray."""

import csv
import io
from collections.abc import Iterator

from interop.rosters.grid import Cell, Row, Unread

MOST_LINES_QUOTED = 20
"""Lines that one quoted value may run over; beyond that the quote was never closed."""


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
