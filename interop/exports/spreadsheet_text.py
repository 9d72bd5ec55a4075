"""Spreadsheet text 表格文本: what a CSV file holds is text to whoever opens it in a spreadsheet, whatever it begins with.

A firm is named by whoever registers it, and a name such as =HYPERLINK(…) is a formula to the program of the office that opens the
file. CSV has no way to say that a cell is text, so that such a one bears an apostrophe; other formats say it themselves.
"""

BEGINNINGS = tuple("=+-@\t\r＝＋－＠")
"""Of what a spreadsheet takes for a formula, in letters of either width."""


def spreadsheet_text(text: str) -> str:
    """A text as a cell of CSV, with an apostrophe before what would be a formula 防公式文本."""
    return f"'{text}" if text.startswith(BEGINNINGS) else text
