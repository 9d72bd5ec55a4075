"""Grid 表格: a file as sheets of rows of plain cells, whatever format it came in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal


@dataclass(frozen=True)
class Unread:
    """A cell whose value is not what it seems 不能按所见读取的单元格, so it is read as nothing and said to be so.

    why: "formula" without a saved value; number formatted as "date"; part of a "merged" cell that is not its first; stray "quote"
    in CSV. shown: what stands there, where anything does. day: that a number formatted as a date stands for.
    """

    why: Literal["formula", "date", "merged", "quote"]
    shown: str = ""
    day: date | None = None


Cell = str | int | float | bool | date | datetime | time | timedelta | Unread | None
Row = tuple[int, tuple[Cell, ...]]
"""Number of the row as a spreadsheet counts, from 1, and its cells; a row without any cell is left out."""


@dataclass(frozen=True)
class Worksheet:
    """One way to see a file as a table 工作表; its rows can be read once, and raise Refused where the file is damaged.

    name: of the worksheet, empty for CSV. delimited: a surplus cell means that a delimiter stands inside a value. hidden: the
    person who opens the file doesn't see it. hidden_rows, hidden_columns: those of the rows read so far that a filter or a hand
    hides; columns from 0.
    """

    name: str
    rows: Iterator[Row]
    delimited: bool
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing 空单元格; white space is nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())
