"""Roster files as tests need them: rows by header, written as Excel or CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from interop.rosters.uscc import valid_uscc

HEADERS = ("统一社会信用代码", "企业名称", "所属区", "行业代码", "从业人员", "营业收入（万元）")

Cells = Mapping[str, Any]


def row(number: int = 0, **changed: Any) -> dict[str, Any]:
    """A row that nothing is to be said against; changed: by header."""
    values = (valid_uscc(number), f"示例企业{number}", "松江区", "C3411", 320, 21000)
    return dict(zip(HEADERS, values, strict=True)) | changed


def table(rows: Sequence[Cells], headers: Sequence[str] | None = None) -> list[list[Any]]:
    """Header and rows, by default with all headers that any row has."""
    columns = list(headers or dict.fromkeys(name for each in rows for name in each)) or list(HEADERS)
    return [columns, *([each.get(name) for name in columns] for each in rows)]


def xlsx(*tables: Sequence[Sequence[Any]]) -> bytes:
    """A workbook with a worksheet for each table."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, lines in enumerate(tables, start=1):
        sheet = book.create_sheet(f"表{number}")
        for line in lines:
            sheet.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_of(lines: Sequence[Sequence[Any]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """A CSV file in an encoding."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(lines)
    return out.getvalue().encode(encoding)
