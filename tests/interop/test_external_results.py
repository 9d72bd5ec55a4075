"""Files with others' assessments (plan P8): as offices make them, in three formats, each row told what is wrong with it."""

import io
from datetime import date
from decimal import Decimal

import orjson
import pytest
from openpyxl import Workbook

from domain.diagnosis.external.rows import ROWS_AT_MOST
from interop.external_results.batch_reading import BatchReading
from interop.external_results.reading import read_results, seen_results

USCC = "91310000132260250X"
HEADER = "统一社会信用代码,获证企业,证书编号,等级,发证日期,有效期至,得分"
DAY = date(2025, 3, 5)


def of_rows(*rows: str, encoding: str = "utf-8-sig") -> BatchReading:
    return read_results("\r\n".join((HEADER, *rows)).encode(encoding), "证书.csv", "dcmm")


def package(results: object, **rest: object) -> BatchReading:
    return read_results(orjson.dumps({"results": results, **rest}), "包.json", "sme")


def codes(read: BatchReading) -> list[tuple[int, str]]:
    return [(one.row, one.code) for one in read.findings]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
@pytest.mark.parametrize("day", ["2025-03-05", "2025/3/5", "2025.3.5", "2025年3月5日", "20250305", "２０２５-03-05"])
def test_a_day_is_read_in_the_usual_forms_and_both_encodings(encoding: str, day: str) -> None:
    read = of_rows(f"{USCC},示例,DCMM-1,受管理级,{day},长期,", encoding=encoding)
    [row] = read.rows
    assert (row.uscc, row.number, row.level, row.assessed_on, row.valid_until) == (USCC, "DCMM-1", "受管理级", DAY, None)


def test_each_row_is_told_all_that_is_wrong_and_the_others_are_read() -> None:
    rows = ("A1,3,2025-13-05,,一百", "A2,3,2025-03-05,,88.5")
    read = of_rows(*(f"{USCC},,{one}" for one in rows), f"{USCC[:-1]},,A3,,2025-03-05,,", "合计,,,,,,")
    assert codes(read) == [
        (2, "RESULT_DAY_MALFORMED"),
        (2, "RESULT_SCORE_MALFORMED"),
        (4, "USCC_LENGTH"),
        (4, "CELL_MISSING"),
        (5, "ROW_SKIPPED"),
    ]
    assert (read.refused_rows, [(row.row, row.score) for row in read.rows]) == (2, [(3, Decimal("88.5"))])


def test_a_workbook_is_read_with_its_dates_and_numbers_and_shown_again() -> None:
    book, held = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for row in (["获证企业名单"], ["统一社会信用代码", "等级", "评估日期", "备注"], [USCC, 2, DAY, "无"]):
        sheet.append(row)
    book.save(held)
    read = read_results(held.getvalue(), "名单.xlsx", "sme")
    assert [(row.row, row.level, row.assessed_on) for row in read.rows] == [(3, "2", DAY)]
    assert codes(read) == [(2, "RESULT_COLUMNS_IGNORED")]
    seen = seen_results(held.getvalue(), "名单.xlsx")
    assert seen is not None
    assert seen.columns == {"统一社会信用代码": 1, "等级": 2, "评估日期": 3}


def test_a_package_is_read_without_the_noise_of_floating_point() -> None:
    sheet = {"uscc": USCC, "level": "2", "score": 71.80000000000001, "assessed_on": "2025-03-05"}
    assert [row.score for row in package([sheet], model="sme").rows] == [Decimal("71.8")]
    assert codes(package([{**sheet, "level": ["2"]}, sheet])) == [(1, "RESULT_VALUE_NOT_PLAIN")]
    assert codes(package([sheet], model="dcmm")) == [(0, "RESULT_PACKAGE_MODEL")]
    assert codes(package([sheet] * (ROWS_AT_MOST + 1))) == [(0, "RESULT_ROWS_TOO_MANY")]


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"[" * 100_000, "a.json", "RESULT_PACKAGE_MALFORMED"),
        (b'{"results": {}}', "a.json", "RESULT_PACKAGE_MALFORMED"),
        (b" ", "a.json", "FILE_EMPTY"),
        (b"a,b\n1,2\n", "a.csv", "RESULT_COLUMNS_MISSING"),
        ("信用代码,等级\n1,2\n".encode(), "a.csv", "RESULT_COLUMNS_MISSING"),
        ("信用代码,uscc,等级,评估日期\n".encode(), "a.csv", "RESULT_COLUMN_REPEATED"),
        (b"PK\x03\x04 nothing", "a.xlsx", "FILE_DAMAGED"),
        (b"x", "a.docx", "RESULT_FILE_TYPE"),
    ],
)
def test_what_is_no_such_file_is_refused_as_a_whole(content: bytes, filename: str, code: str) -> None:
    read = read_results(content, filename, "sme")
    assert ([one.code for one in read.findings], read.rows) == ([code], ())


def test_fields_without_end_make_no_sentence_without_end() -> None:
    record = {"uscc": USCC, "level": "受管理级", "assessed_on": "2024-03-05", "number": "DCMM-1"}
    [ignored] = package([record | {f"field{at}": 1 for at in range(20_000)}]).findings
    assert ignored.code == "RESULT_COLUMNS_IGNORED"
    assert len(ignored.says) < 10_000


def test_an_empty_cell_says_nothing_and_a_written_none_says_none() -> None:
    head = "统一社会信用代码,等级,评估日期,证书编号,有效期至,评估机构"
    rows = (f"{USCC},受管理级,2024-03-05,N1,,\u200b", f"{USCC},受管理级,2024-03-05,N2,长期,无")
    empty, none = read_results("\n".join((head, *rows)).encode(), "名单.csv", "dcmm").rows
    assert (empty.valid_until, empty.body, set(empty.silent)) == (None, None, {"valid_until", "body", "score", "variant"})
    assert (none.valid_until, none.body, set(none.silent)) == (None, None, {"score", "variant"})
