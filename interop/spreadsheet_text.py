"""Spreadsheet text 表格文本: what a sheet holds is text to whoever opens it in a spreadsheet, whatever it begins with.

A firm is named by whoever registers it, and a name such as =HYPERLINK(…) is a formula to the program of the office that opens the
file. CSV has no way to say that a cell is text, so that such a one bears an apostrophe there. A workbook says it twice: what kind
a cell is of counts when it is opened, and that it is quoted when somebody corrects it and presses Enter.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

STRIPPED = " \u3000\u00a0"
"""Blanks that some programs pass over before they look."""
BEGINNINGS = tuple("=+-@\t\r\n＝＋－＠")
"""Of what a spreadsheet takes for a formula, in letters of either width."""


def begins_a_formula(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula 是否形如公式."""
    return text.lstrip(STRIPPED).startswith(BEGINNINGS)


def spreadsheet_text(text: str) -> str:
    """A text as a cell of CSV, with an apostrophe before what would be a formula 防公式文本."""
    return f"'{text}" if begins_a_formula(text) else text


def put_text(cell: "Cell", text: str) -> None:
    """Write a text into a cell of a workbook, as a text 写入文本单元格."""
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = begins_a_formula(text)


def put_texts(sheet: "Worksheet") -> None:
    """Write every text that a sheet holds by now as a text, what was meant for a formula too 整表文本."""
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                put_text(cell, cell.value)
