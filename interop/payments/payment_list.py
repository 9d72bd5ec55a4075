"""Payment list 付款清单 of a year's approved subsidy, for the treasury: a line a provider, in yuan. plan I1."""

from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font

from domain.providers.subsidies.events import SubsidyComputed
from interop.spreadsheet_text import put_texts

HEAD = ("序号", "服务商标识", "服务商名称", "评价档次", "确认任务数", "应付金额（元）", "实付金额（元）", "已追回（元）")
YUAN = Decimal(100)
MONEY = "#,##0.00"


def payment_list(year: int, computed: SubsidyComputed, names: Mapping[str, str], taken_back: Mapping[str, int]) -> bytes:
    """The list as .xlsx 付款清单: amounts in yuan, exact to the fen; whoever is paid nothing is not on it.

    names: id of a provider -> its name. taken_back: what was taken back of it since, in fen.
    """
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = f"{year}年补贴"
    sheet.append(HEAD)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    paid = [one for one in computed.providers if one.paid]
    for number, one in enumerate(paid, 1):
        fen = (one.due, one.paid, taken_back.get(one.provider, 0))
        tier = one.tier.description.rpartition(" · ")[2] if one.tier is not None else "未评档"
        named = (one.provider, names.get(one.provider, one.provider), tier)
        sheet.append((number, *named, one.jobs, *(Decimal(amount) / YUAN for amount in fen)))
    total = (sum(one.due for one in paid), sum(one.paid for one in paid), sum(taken_back.values()))
    sheet.append(("合计", None, None, None, sum(one.jobs for one in paid), *(Decimal(amount) / YUAN for amount in total)))
    for row in sheet.iter_rows(min_row=2, min_col=6, max_col=8):
        for cell in row:
            cell.number_format = MONEY
    made_by = ("计算方法", computed.method, "规则", computed.rule or "默认规则", "评价", computed.rating)
    sheet.append((*made_by, "输入摘要", computed.input_digest))
    put_texts(sheet)
    for letter, width in zip("ABCDEFGH", (8, 28, 36, 10, 12, 18, 18, 18), strict=True):
        sheet.column_dimensions[letter].width = width
    held = BytesIO()
    book.save(held)
    return held.getvalue()
