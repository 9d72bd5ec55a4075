"""The standard as Excel (plan S1–S4): an edition written and read back is the same; a wrong cell is named."""

import io
import re
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from domain.kernel import Refused
from interop.editions.workbook import TextTooLong, workbook_of
from interop.editions.workbook_reading import as_stated, read_workbook
from standards import Edition, EditionMalformed, difference, load_composition, plain_origins, published_editions
from tests.rules.firms import EDITION

AT = datetime(2023, 9, 1, 2, tzinfo=UTC)
HOSTILE = ("=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "是", "2023", "多\n行", " 两端空格 ", "#N/A")


def written(edition: Edition = EDITION) -> bytes:
    return workbook_of(edition, plain_origins(edition), AT)


def edited(sheet: str, cell: str, value: Any) -> bytes:
    """The plain edition's workbook with one cell changed, as an office program would save it."""
    book = load_workbook(io.BytesIO(written()))
    book[sheet][cell] = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize("key", published_editions())
def test_an_edition_is_read_back_from_its_workbook_to_the_digest(key: str) -> None:
    found = load_composition(key)
    data = workbook_of(found.edition, found.origins, AT)
    again = as_stated(read_workbook(data), found.edition)
    assert again == found.edition
    assert again.digest == found.edition.digest
    assert data == workbook_of(found.edition, found.origins, AT)


TEXTS = st.sampled_from(HOSTILE) | st.text(st.characters(codec="gb18030", categories=["L", "N", "P", "S"]), min_size=1)


@settings(max_examples=30)
@given(
    st.lists(TEXTS, min_size=7, max_size=7),
    st.integers(0, 4),
    st.integers(0, 56),
)
def test_whatever_an_edition_says_and_however_its_numbers_are_written_it_comes_back(
    texts: list[str], decimals: int, place: int
) -> None:
    exact = Decimal(1).scaleb(-decimals)
    item = EDITION.indicators[place]
    changed = item.model_copy(
        update={
            "name": texts[0],
            "levels": tuple(texts[1:6]),
            "evidence": texts[6],
            "weight_in_dimension": item.weight_in_dimension.quantize(exact),
        }
    )
    edition = EDITION.model_copy(
        update={
            "title": texts[0],
            "indicators": (*EDITION.indicators[:place], changed, *EDITION.indicators[place + 1 :]),
            "bands": tuple(band.quantize(Decimal("0.1")) for band in EDITION.bands),
        }
    )
    assert as_stated(read_workbook(written(edition)), edition).digest == edition.digest


WRONG = re.compile(r"[\u3400-\u9fff）”]\s?[,;:()]|[,;:()]\s?[\u3400-\u9fff（“]")
"""A mark of English beside a Chinese letter."""


@pytest.mark.parametrize("key", published_editions())
def test_no_cell_sets_chinese_with_marks_of_english(key: str) -> None:
    found = load_composition(key)
    book = load_workbook(io.BytesIO(workbook_of(found.edition, found.origins, AT)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert [(cell.parent.title, cell.coordinate, cell.value) for cell in cells if WRONG.search(cell.value)] == []


def test_only_what_a_person_changed_differs_once_it_is_read_back() -> None:
    changed = as_stated(read_workbook(edited("等级描述", "C2", "有书面的数字化计划,另附")), EDITION)
    assert [one.clause for one in difference(EDITION, changed)] == ["indicators.Z01.levels.1"]
    assert changed.indicators[0].levels[0] == "有书面的数字化计划,另附"


def test_no_cell_is_a_formula_whatever_a_text_begins_with() -> None:
    first, *rest = EDITION.indicators
    hostile = first.model_copy(update={"name": HOSTILE[1], "levels": HOSTILE[:5], "evidence": "@SUM(A1)"})
    data = written(EDITION.model_copy(update={"indicators": (hostile, *rest), "status": "=cmd|' /C calc'!A0"}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        assert not [name for name in sheets if re.search(rb"<f[ />]", archive.read(name))]
    book = load_workbook(io.BytesIO(data))
    assert book["指标"]["B2"].value == HOSTILE[1]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not (isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@"))) or cell.quotePrefix


def test_a_number_is_a_number_with_its_decimals_and_headers_stay_in_sight() -> None:
    found = load_composition("2023-automotive")
    book = load_workbook(io.BytesIO(workbook_of(found.edition, found.origins, AT)))
    assert book.sheetnames == ["说明", "维度", "指标", "等级描述", "选项", "分值", "分档", "门槛", "来历"]
    sheet = book["指标"]
    weights = {sheet.cell(row, 1).value: sheet.cell(row, 5) for row in range(2, sheet.max_row + 1)}
    for item in found.edition.indicators:
        assert Decimal(repr(weights[item.id].value)) == item.weight_in_dimension
    assert (weights["C01"].value, weights["C01"].number_format) == (6.1505, "0.0000")
    for sheet in book.worksheets:
        assert sheet.freeze_panes in ("B2", "C2")
        assert sheet["A1"].font.b
        if sheet.title != "说明":
            assert sheet.auto_filter.ref == sheet.dimensions


def test_origins_and_marks_are_told_beside_the_numbers() -> None:
    found = load_composition("2023-major-equipment")
    book = load_workbook(io.BytesIO(workbook_of(found.edition, found.origins, AT)))
    rows = {row[0]: row for row in book["来历"].iter_rows(min_row=2, values_only=True)}
    assert rows.keys() == {origin.indicator for origin in found.origins}
    assert rows["C12"][2:4] == ("基本（1）", "删减")
    assert rows["H01"][2:4] == ("行业（Y）", "新增")
    head = dict(book["说明"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert head["性质"] == found.edition.status
    assert head["来源标记"] == "I"
    assert head["摘要 SHA-256"] == found.edition.digest
    titles = [cell.value for cell in book["指标"][1]]
    assert {row[titles.index("来源标记")] for row in book["指标"].iter_rows(min_row=2, values_only=True)} == {"I"}


def test_what_is_edited_in_the_workbook_is_what_changes() -> None:
    again = as_stated(read_workbook(edited("等级描述", "C2", "有书面的数字化计划")), EDITION)
    assert [(one.clause, one.after) for one in difference(EDITION, again)] == [
        ("indicators.Z01.levels.1", "有书面的数字化计划")
    ]
    finer = as_stated(read_workbook(edited("分档", "C3", 31.25)), EDITION)
    assert [(one.clause, one.after) for one in difference(EDITION, finer)] == [("bands.2", "31.25")]


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "says"),
    [
        ("说明", "B2", None, "说明!B2"),
        ("说明", "B2", 2023, "说明!B2.*文字"),
        ("说明", "B2", "二〇二三", "说明!B2"),
        ("说明", "B6", "X", "说明!B6"),
        ("说明", "A3", "题名", "缺少“标题”"),
        ("说明", "A9", "标题", "说明!B9.*重复"),
        ("维度", "C3", 24, "add up to 99"),
        ("维度", "C3", "25%", "维度!C3.*数值"),
        ("维度", "D2", "yes", "维度!D2"),
        ("维度", "A1", "番号", "维度!A1"),
        ("维度", "E1", "权重（%）", "维度!E1.*重复"),
        ("指标", "E2", "=10+10", "指标!E2.*公式"),
        ("指标", "E2", -20, "指标!E2"),
        ("指标", "A3", "Z01", "指标!A3.*重复"),
        ("指标", "A3", "Z1", "等级描述!A3.*没有这项指标"),
        ("指标", "C2", "D9", "unknown dimensions"),
        ("指标", "H2", "填空", "指标!H2"),
        ("指标", "H2", "多项选择", "指标!2"),
        ("指标", "B2", None, "指标!B2.*未填"),
        ("等级描述", "G5", None, "等级描述!G5.*未填"),
        ("等级描述", "A5", "Z03", "等级描述!A5.*重复"),
        ("等级描述", "A5", "Q99", "等级描述!A5.*没有这项指标"),
        ("选项", "D2", 99, "not 100"),
        ("选项", "A2", "Q99", "选项!A2"),
        ("分值", "A3", 0, "分值!A3.*重复"),
        ("分档", "A3", 3, "分档!A3"),
        ("分档", "D3", 2, "分档!D3"),
        ("分档", "E3", "另一级", "分档!E3"),
        ("分档", "C3", 10, "bands do not rise"),
        ("分档", "C11", 101, "分档!C11"),
        ("门槛", "B2", "高门槛", "门槛!B2"),
        ("门槛", "B3", "短板门槛", "门槛!B3"),
        ("门槛", "D2", 1.5, "门槛!D2.*整数"),
        ("门槛", "D2", None, "门槛!D2.*未填"),
        ("门槛", "H2", "Z01", "门槛!H2.*没有这一项"),
        ("门槛", "H5", "Q99", "unknown indicator Q99"),
        ("门槛", "I5", 9, "门槛!I5"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_sheet_column_and_row(sheet: str, cell: str, value: Any, says: str) -> None:
    with pytest.raises(EditionMalformed, match=says):
        read_workbook(edited(sheet, cell, value))


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "cells", "chinese", "english"),
    [
        ("指标", "{weight}2", 150, "指标!{weight}2", "“150”不得大于 100", "150 must not be greater than 100"),
        ("指标", "{weight}2", 0, "指标!{weight}2", "“0”应大于 0", "0 must be greater than 0"),
        ("指标", "{weight}2", 21, "指标!{weight}2:{weight}7", "维度 D1 内指标权重合计 101", "add up to 101, not 100"),
        ("维度", "C2", 16, "维度!C2:C7", "各维度权重合计 101，应为 100", "add up to 101, not 100"),
        ("分档", "C3", 19, "分档!C2:C11", "各档最低分未逐档上升", "bands do not rise"),
        ("选项", "D2", 16, "选项!D2:D5", "的选项全选得", "all options together give"),
        ("指标", "C2", "D9", "指标!C2", "指标所属维度不存在：D9", "unknown dimensions"),
        ("门槛", "F3", "D9", "门槛!F3", "广度门槛所指基本维度不存在", "unknown base dimension"),
    ],
)
def test_a_value_or_sum_that_does_not_hold_is_told_by_its_cells_in_both_languages(
    sheet: str, cell: str, value: Any, cells: str, chinese: str, english: str
) -> None:
    titles = [found.value for found in load_workbook(io.BytesIO(written()))["指标"][1]]
    weight = get_column_letter(titles.index("维度内权重（%）") + 1)
    with pytest.raises(EditionMalformed) as refused:
        read_workbook(edited(sheet, cell.format(weight=weight), value))
    first = str(refused.value).splitlines()[0]
    assert first.startswith(f"{cells.format(weight=weight)}：")
    said, in_english = first.split(" / ", 1)
    assert chinese in said
    assert english in in_english


@pytest.mark.parametrize("sheet", ["说明", "维度", "指标", "等级描述", "选项", "分值", "分档", "门槛"])
def test_a_sheet_that_is_missing_is_named(sheet: str) -> None:
    book = load_workbook(io.BytesIO(written()))
    book.remove(book[sheet])
    saved = io.BytesIO()
    book.save(saved)
    with pytest.raises(EditionMalformed, match=sheet):
        read_workbook(saved.getvalue())


def test_blank_rows_and_other_column_orders_do_not_matter() -> None:
    book = load_workbook(io.BytesIO(written()))
    book["指标"].insert_rows(4)
    book["维度"].move_range("A1:A7", cols=6)
    saved = io.BytesIO()
    book.save(saved)
    assert as_stated(read_workbook(saved.getvalue()), EDITION).digest == EDITION.digest


def test_what_is_no_workbook_or_a_damaged_one_is_refused() -> None:
    with pytest.raises(Refused):
        read_workbook(b"key: 2023")
    with pytest.raises((Refused, EditionMalformed)):
        read_workbook(written()[:4000])
    damaged = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written())) as whole, zipfile.ZipFile(damaged, "w") as kept:
        for name in whole.namelist():
            kept.writestr(name, b"<broken" if name == "xl/worksheets/sheet3.xml" else whole.read(name))
    with pytest.raises(EditionMalformed, match="无法读取"):
        read_workbook(damaged.getvalue())


def test_a_text_that_no_cell_holds_is_refused_and_never_cut() -> None:
    with pytest.raises(TextTooLong, match="说明!B3"):
        written(EDITION.model_copy(update={"title": "长" * 32_768}))
    assert read_workbook(written(EDITION.model_copy(update={"title": "长" * 32_767}))).title == "长" * 32_767
