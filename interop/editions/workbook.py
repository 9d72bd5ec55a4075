"""Workbook 标准工作簿: an edition as Excel, numbers typed and exact, the same bytes for the same edition. plan S1–S4.

Text is text, whatever it begins with: no cell is ever a formula. It is punctuated as Chinese is; `as_stated` undoes that.
"""

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from interop.editions import sheets
from interop.editions.sheets import SheetColumn, SheetLayout
from interop.spreadsheet_text import put_text
from projections.report.wording import MARKS
from standards import Edition, Indicator, Origin
from standards.edition.punctuation import punctuated
from standards.edition.terms_zh import FATES, PARTS, gates_in_words

LONGEST_TEXT = 32_767
"""Characters that a cell holds; the library would cut the rest off in silence."""
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""The first moment that a zip archive can tell; that of every member, and of a draft."""
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")

Value = str | int | bool | Decimal | None


class TextTooLong(ValueError):  # noqa: N818 - says what cannot be written
    """A text is longer than a cell holds 文字超过单元格上限."""


def workbook_of(edition: Edition, origins: Iterable[Origin], published_at: datetime | None) -> bytes:
    """The workbook of an edition 标准工作簿.

    Args:
        edition: plain or for an industry.
        origins: of every indicator, those dropped included.
        published_at: when it was published; None for a draft.

    Returns:
        The bytes of an .xlsx file, the same ones for the same arguments.

    Raises:
        TextTooLong: a text has more than 32,767 characters.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    _fill(book, sheets.HEAD, _head(edition, published_at))
    _fill(book, sheets.DIMENSIONS, [item.model_dump() for item in edition.dimensions])
    _fill(book, sheets.INDICATORS, [_indicator(item) for item in edition.indicators])
    _fill(
        book,
        sheets.LEVELS,
        [
            {"indicator": item.id, "名称": item.name} | {f"level.{n}": said for n, said in enumerate(item.levels, 1)}
            for item in edition.indicators
        ],
    )
    _fill(
        book,
        sheets.OPTIONS,
        [{"indicator": item.id, **option.model_dump()} for item in edition.indicators for option in item.options],
    )
    _fill(book, sheets.POINTS, [{"level": level, "points": points} for level, points in edition.points.items()])
    _fill(
        book,
        sheets.BANDS,
        [
            {
                "grade": grade,
                "name": edition.grade_names[grade - 1],
                "lowest": lowest,
                "level": (level := (grade + 1) // 2),
                "level_name": edition.level_names[level - 1],
            }
            for grade, lowest in enumerate(edition.bands, 1)
        ],
    )
    _fill(book, sheets.GATES, _gates(edition))
    _fill(book, sheets.ORIGINS, _origins(origins))
    at = published_at or EARLIEST
    book.properties.creator = "诊断 Zhenduan"
    book.properties.title = edition.title
    book.properties.created = at.astimezone(UTC).replace(tzinfo=None)
    saved = BytesIO()
    book.save(saved)
    return _settled(saved, at)


def _head(edition: Edition, published_at: datetime | None) -> list[Mapping[str, Value]]:
    said: Mapping[str, Value] = {**dict(edition), "document": edition.source.document, "mark": edition.source.mark}
    rows: list[tuple[str, Value]] = [(row.title, said[row.field]) for row in sheets.HEAD_ROWS]
    rows += [
        ("发布时间", published_at.astimezone(UTC).isoformat() if published_at else "未发布"),
        ("摘要 SHA-256", edition.digest),
        ("", None),
        ("数据标记", "每个数值的来源标记见各表；标记不是 V 的数值未经核对，不作为官方数值。"),
        *((mark, meaning) for mark, meaning in MARKS.items()),
        ("填写", "以上七项与各表（“来历”除外）即标准全文；“条文”“来历”等说明列由系统写出，读入时不看。"),
    ]
    return [{"项目": label, "内容": value} for label, value in rows]


def _indicator(item: Indicator) -> Mapping[str, Value]:
    numbers = {
        f"{place}.{field}": value
        for place, number in enumerate(item.numbers, 1)
        for field, value in number.model_dump().items()
    }
    bounds = {f"bound.{level}": bound for level, bound in enumerate(item.upper_bounds, 1)}
    return {**item.model_dump(), **numbers, **bounds, "document": item.source.document, "mark": item.source.mark}


def _gates(edition: Edition) -> list[Mapping[str, Value]]:
    """Rows of the gates, in the order of their sentences."""
    gates = edition.gates
    breadth = gates.breadth
    stated: list[Mapping[str, Value]] = [
        gates.weakest_dimension.model_dump(),
        {"code": breadth.code, "count": breadth.at_least, "including": breadth.including},
        gates.key_indicators.model_dump(),
        *(floor.model_dump() for floor in gates.security),
        gates.site_visit.model_dump(),
        gates.expert_review.model_dump(),
    ]
    return [
        {**row, "gate": name, "条文": sentence}
        for row, (_, name, sentence) in zip(stated, gates_in_words(edition), strict=True)
    ]


def _origins(origins: Iterable[Origin]) -> list[Mapping[str, Value]]:
    rows: list[Mapping[str, Value]] = []
    for origin in origins:
        line: Mapping[str, Value] = {
            "指标": origin.indicator,
            "名称": origin.name,
            "组成": PARTS[origin.part],
            "处理": FATES[origin.fate],
            "理由": origin.reason,
        }
        changes = [
            {"改动项": sheets.CHANGED_FIELDS[one.field], "原值": one.before, "现值": one.after, "理由": one.reason}
            for one in origin.changes
        ]
        rows += [{**line, **change} for change in changes] or [line]
    return rows


def _fill(book: Workbook, layout: SheetLayout, rows: Sequence[Mapping[str, Value]]) -> None:
    """A sheet with its header in sight, filters, and the rows by field, or by title where a column only explains."""
    sheet: Worksheet = book.create_sheet(layout.name)
    for place, column in enumerate(layout.columns, 1):
        cell = _cell(sheet, 1, place)
        _put(cell, column.title)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="14365D")
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    for number, row in enumerate(rows, 2):
        for place, column in enumerate(layout.columns, 1):
            value = row.get(column.field or column.title)
            if value is not None and value != "":
                _put(_cell(sheet, number, place), _shown(column, value))
    sheet.freeze_panes = f"{get_column_letter(layout.frozen + 1)}2"
    if layout is not sheets.HEAD:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(layout.columns))}{len(rows) + 1}"


def _cell(sheet: Worksheet, row: int, place: int) -> Cell:
    cell = sheet.cell(row, place)
    assert isinstance(cell, Cell)  # noqa: S101 - nothing here is merged
    return cell


def _shown(column: SheetColumn, value: Value) -> Value:
    if column.holds == "flag":
        return sheets.YES if value else sheets.NO
    if column.words:
        return column.words.get(str(value), value)
    return punctuated(value) if isinstance(value, str) else value


def _put(cell: Cell, value: Value) -> None:
    """Write a value as what it is: a number with the decimals that it was stated with, a text as text."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise TextTooLong(f"{cell.parent.title}!{cell.coordinate}: {len(value)} characters, {LONGEST_TEXT} at most")
        put_text(cell, value)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        return
    cell.value = value
    cell.alignment = Alignment(vertical="top")
    if isinstance(value, Decimal):
        decimals = max(0, -int(value.as_tuple().exponent))
        cell.number_format = f"0.{'0' * decimals}" if decimals else "0"


def _settled(saved: BytesIO, at: datetime) -> bytes:
    """The same workbook without a trace of when it was written: the library stamps it with the clock twice."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    settled = BytesIO()
    with zipfile.ZipFile(saved) as written, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as kept:
        for member in written.infolist():
            content = written.read(member)
            if member.filename == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + moment + rb"\g<2>", content)
            info = zipfile.ZipInfo(member.filename, EARLIEST.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(info, content)
    return settled.getvalue()
