"""Template 名单模板: an empty roster with drop-downs and help in its cells, which `read_roster` reads once filled in. plan P1."""

from functools import cache
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from interop.code_lists import districts, industries, roster_columns

ROWS = 5_000
"""So many rows have the drop-downs; a city's roster has no more."""
ROSTER, HELP, CODES = "名单", "填写说明", "代码表"
SIZES = ("大型", "中型", "小型", "微型")
REQUIRED, OPTIONAL = PatternFill("solid", fgColor="FDE9D9"), PatternFill("solid", fgColor="EEF3FA")

SAYS = {
    "uscc": ("营业执照上的 18 位代码，按文本填写。", "18 signs as on the business licence, entered as text."),
    "name": ("营业执照上的全称。", "The full name as on the business licence."),
    "district": ("从下拉列表选择本市的区。", "A district of the city, from the list."),
    "industry": (
        "从下拉列表选择制造业大类，或填两至四位代码，如 C3411。",
        "A division of manufacturing from the list, or a code of two to four digits, such as C3411.",
    ),
    "employees": ("年末从业人员，整数。", "Employees at the end of the year, a whole number."),
    "revenue_wan": ("上年营业收入，单位为万元，只填数字。", "Revenue of the year before in ten thousand yuan, digits alone."),
    "size_class": ("可不填，由从业人员和营业收入计算。", "May be left empty; it is computed."),
    "subdistrict": ("街镇名称或九位代码。留空表示不变。", "Name or nine-digit code. Empty = as on record."),
    "park": ("园区名称。留空表示不变，没有请写“无”。", "Name of the park. Empty = as on record; write 无 for none."),
    "reporting_unit": ("申报单位名称。留空表示不变，没有请写“无”。", "Reporting unit. Empty = as on record; 无 for none."),
    "group": ("企业集团名称。留空表示不变，没有请写“无”。", "Enterprise group. Empty = as on record; write 无 for none."),
}
"""Field -> what its column asks for, in both languages."""


@cache
def template() -> bytes:
    """The template as .xlsx 名单模板: the sheet to fill in, the explanations, and the code lists behind the drop-downs."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = ROSTER
    listed = _codes(book.create_sheet(CODES))
    for place, column in enumerate(roster_columns().columns, start=1):
        letter = get_column_letter(place)
        head = sheet.cell(1, place, f"{column.name}（万元）" if column.field == "revenue_wan" else column.name)
        head.font = Font(bold=True)
        head.fill = REQUIRED if column.required else OPTIONAL
        sheet.column_dimensions[letter].width = 24
        if column.field in ("uscc", "subdistrict"):
            for row in range(2, ROWS + 2):
                sheet.cell(row, place).number_format = "@"
        check = DataValidation(type="list" if column.field in listed else "custom", formula1=listed.get(column.field, "TRUE"))
        chinese, english = SAYS[column.field]
        check.promptTitle, check.prompt, check.showInputMessage = column.name, f"{chinese}\n{english}", True
        check.showErrorMessage = column.field == "district"
        check.error = "请从列表中选择 choose from the list"
        check.add(f"{letter}2:{letter}{ROWS + 1}")
        sheet.add_data_validation(check)
    sheet.freeze_panes = "A2"
    _help(book.create_sheet(HELP, 1))
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def _codes(sheet: Worksheet) -> dict[str, str]:
    """Write the code lists; field -> where its list stands."""
    lists = {
        "district": [one.name for one in districts().districts],
        "industry": [one.name for one in industries().values()],
        "size_class": list(SIZES),
    }
    for place, (field, values) in enumerate(lists.items(), start=1):
        for row, value in enumerate((SAYS[field][0].rstrip("。"), *values), start=1):
            sheet.cell(row, place, value)
        sheet.column_dimensions[get_column_letter(place)].width = 44
    return {
        field: f"{CODES}!${get_column_letter(place)}$2:${get_column_letter(place)}${len(values) + 1}"
        for place, (field, values) in enumerate(lists.items(), start=1)
    }


def _help(sheet: Worksheet) -> None:
    sheet.append(["列 column", "是否必填 required", "填写要求", "what is right"])
    for column in roster_columns().columns:
        sheet.append([f"列“{column.name}”", "必填 required" if column.required else "选填 optional", *SAYS[column.field]])
    for letter, width in (("A", 28), ("B", 18), ("C", 60), ("D", 70)):
        sheet.column_dimensions[letter].width = width
