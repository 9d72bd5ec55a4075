"""Questionnaire workbook 离线问卷工作簿: what a firm fills in without a network. plan P3, P5.

A sheet a section, only the cells to fill in open; lists where a list is meant; what is computed is a formula nobody can change.
The hidden sheet says which case, edition and moment it is of, under the installation's seal.
"""

from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from interop.questionnaires.layout import (
    COMPUTED,
    FIRST_ROW,
    GIVEN,
    HEADER_ROW,
    HEADERS,
    HELP,
    NO,
    STAMP_SHEET,
    YES,
    InputLine,
    lines_of,
    title_of,
)
from interop.spreadsheet_text import put_text
from standards import Answer, Edition, Form
from standards.edition.punctuation import punctuated

WIDTHS = (8, 30, 34, 18, 10, 70)
EXACT_DIGITS = 15
"""Digits of a number that a workbook keeps exactly; a longer one is written as text."""
HEAD, OPEN, DONE = (PatternFill("solid", fgColor=colour) for colour in ("14365D", "FFF8DC", "EEEEEE"))
HOW = (
    "只填黄色单元格：有下拉列表的请从列表选，其余按说明填数值或文字；空白表示暂不填，不会清除已填答案。"
    "填好后保存为 .xlsx 送回，不要增删行列、改名或改公式；灰色单元格由公式算出。"
)


def workbook_of(
    edition: Edition, form: Form, sections: tuple[str, ...], answers: Mapping[str, Answer], stamp: str, seal: str
) -> bytes:
    """The workbook of a case 离线问卷.

    Args:
        edition: that the case is pinned to.
        form: of the questionnaire.
        sections: ids of the dimensions that whoever asks for it fills in; a sheet each.
        answers: indicator -> what is answered so far; it stands in the cells.
        stamp: what it is of, as JSON.
        seal: of the stamp, by the installation.

    Returns:
        The bytes of an .xlsx file.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    for section in sections:
        _fill(book.create_sheet(title_of(edition, section)), edition, form, section, answers)
    hidden = book.create_sheet(STAMP_SHEET)
    hidden.sheet_state = "veryHidden"
    _put(hidden, 1, 1, stamp)
    _put(hidden, 2, 1, seal)
    hidden.protection.sheet = True
    book.security = WorkbookProtection(lockStructure=True)
    book.properties.creator = "诊断 Zhenduan"
    book.properties.title = f"{edition.title} 离线问卷"
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def _fill(sheet: Worksheet, edition: Edition, form: Form, section: str, answers: Mapping[str, Answer]) -> None:
    _put(sheet, 1, 1, f"{punctuated(edition.title)}　{sheet.title}").font = Font(bold=True, size=14)
    _put(sheet, 2, 1, HOW).alignment = Alignment(vertical="top", wrap_text=True)
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=len(HEADERS))
    sheet.row_dimensions[2].height = 36
    for place, (header, width) in enumerate(zip(HEADERS, WIDTHS, strict=True), 1):
        cell = _put(sheet, HEADER_ROW, place, header)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), HEAD
        sheet.column_dimensions[cell.column_letter].width = width
    lines = lines_of(edition, form, section)
    lists: dict[tuple[str, ...], DataValidation] = {}
    for line in lines:
        item = edition.by_id[line.indicator]
        star = "★ " if item.key else ""
        for place, text in enumerate((line.indicator, star + punctuated(item.name), line.label), 1):
            _put(sheet, line.row, place, text)
        _put(sheet, line.row, HELP - 1, line.unit)
        _put(sheet, line.row, HELP, punctuated(line.help))
        cell = _put(sheet, line.row, GIVEN, _stated(line, answers.get(line.indicator)))
        if line.field == COMPUTED:
            cell.value, cell.fill = line.formula, DONE
            continue
        cell.fill, cell.protection = OPEN, Protection(locked=False)
        rule = _validation(line)
        if line.allowed:
            rule = lists.setdefault(line.allowed, rule)
        if rule not in sheet.data_validations.dataValidation:
            sheet.add_data_validation(rule)
        rule.add(line.cell)
    sheet.freeze_panes = f"D{FIRST_ROW}"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _validation(line: InputLine) -> DataValidation:
    if line.allowed:
        rule = DataValidation(type="list", formula1=f'"{",".join(line.allowed)}"', allow_blank=True)
        rule.error = "请从列表中选择"
    elif line.field == "reason":
        rule = DataValidation(type="textLength", operator="lessThanOrEqual", formula1="2000", allow_blank=True)
        rule.error = "不超过 2000 字"
    elif line.at_most is not None:
        rule = DataValidation(type="whole", operator="between", formula1="0", formula2=str(line.at_most), allow_blank=True)
        rule.error = f"请填 0–{line.at_most} 的整数"
    else:
        rule = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
        rule.error = "请填不小于 0 的数"
    rule.errorTitle, rule.showErrorMessage = "填写不符", True
    return rule


def _stated(line: InputLine, answer: Answer | None) -> str | Decimal | None:
    """What stands in an input of an answer so far."""
    if answer is None:
        return None
    kind, _, name = line.field.partition(".")
    if kind == "level" and answer.level is not None:
        return answer.level.normalize()
    if kind == "numbers":
        number = (answer.numbers or {}).get(name)
        return number if number is None or len(number.normalize().as_tuple().digits) <= EXACT_DIGITS else f"{number:f}"
    if kind == "choices" and answer.choices is not None:
        return YES if name in answer.choices else NO
    return answer.reason if kind == "reason" and answer.not_applicable else None


def _put(sheet: Worksheet, row: int, place: int, value: str | Decimal | None) -> Cell:
    """Write a value: a text as text, whatever it begins with."""
    cell = sheet.cell(row, place)
    assert isinstance(cell, Cell)  # noqa: S101 - nothing is merged before it is written
    if isinstance(value, str):
        put_text(cell, value)
    elif value is not None:
        cell.value = value
    cell.alignment = Alignment(vertical="top", wrap_text=place in (2, 3, GIVEN, HELP) and row > HEADER_ROW)
    return cell
