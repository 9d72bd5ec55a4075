"""Files as offices send them: what a person sees is what is read, or it is said what is wrong and what to do (plan P1)."""

import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from interop.rosters.roster import RosterReading, roster_command
from interop.rosters.roster_reading import read_roster
from interop.rosters.text_encodings import decoded
from tests.firm_ids import SALT
from tests.interop.sample_rosters import HEADERS, csv_of, row, table, xlsx

FILES = Path(__file__).parent / "fixtures"
CODES = ("91310000XX0000019X", "91310000XX0000027Q", "91310000XX0000035K")


def read(name: str) -> RosterReading:
    (file,) = FILES.glob(f"{name}-*")
    return read_roster(file.read_bytes(), file.name)


def codes(reading: RosterReading, severity: str | None = None) -> list[tuple[int, str]]:
    return [(found.row, found.code) for found in reading.findings if severity in (None, found.severity)]


@pytest.mark.parametrize(
    ("name", "firms", "noted"),
    [
        ("01", 3, [(2, "CELL_NORMALISED"), (3, "CELL_NORMALISED"), (4, "CELL_NORMALISED")]),
        ("01b", 1, []),
        ("02", 2, [(3, "REVENUE_UNIT_CONVERTED")]),
        ("03a", 1, [(1, "REVENUE_UNIT_CONVERTED")]),
        ("03h", 1, []),
        ("04", 3, []),
        ("05", 2, []),
        ("06", 2, [(0, "SHEETS_HIDDEN")]),
        ("07", 3, [(3, "ROW_HIDDEN")]),
        ("08b", 0, [(2, "CELL_FORMULA")]),
        ("09b", 0, [(4, "FILE_ENCODINGS_MIXED")]),
        ("10", 1, []),
        ("11", 1, []),
        ("13", 1, [(2, "CELL_QUOTE")]),
        ("15", 2, [(4, "ROW_SKIPPED"), (7, "ROW_SKIPPED"), (8, "ROW_SKIPPED"), (9, "ROW_SKIPPED")]),
        ("16", 1, []),
        ("17", 1, []),
        ("18b", 0, [(2, "CELL_IS_DATE"), (2, "CELL_IS_DATE")]),
        ("19", 1, []),
        ("26", 1, []),
        ("27", 0, [(2, "TEXT_LOST")]),
        ("31", 1, []),
        ("40", 0, [(0, "SHEETS_SEVERAL")]),
    ],
)
def test_a_file_of_the_field_is_read_as_it_is_seen_or_said_to_be_otherwise(
    name: str, firms: int, noted: list[tuple[int, str]]
) -> None:
    reading = read(name)
    assert (len(reading.firms), codes(reading)) == (firms, noted)
    for found in reading.findings:
        assert found.says
        assert found.says_in_english
        assert "{" not in found.says + found.says_in_english


def test_the_escapes_of_the_file_format_are_undone_in_every_text() -> None:
    reading = read("01")
    assert [firm.uscc for firm in reading.firms] == list(CODES)
    assert reading.firms[0].name == "示例精密 机械有限公司"


@pytest.mark.parametrize(("name", "first"), [("02", "45000"), ("03a", "45000"), ("03h", "4500")])
def test_a_unit_that_is_there_is_understood(name: str, first: str) -> None:
    assert read(name).firms[0].revenue_wan == Decimal(first)


def test_the_visible_sheet_is_read_and_not_last_years_hidden_one() -> None:
    assert [firm.name for firm in read("06").firms] == ["现名称有限公司", "示例企业2有限公司"]


def test_the_same_sign_has_one_name_in_two_and_in_four_bytes() -> None:
    assert read("26").firms[0].name == read("26b").firms[0].name == "上海\u9fb4龙机械有限公司"


REVENUE = HEADERS[-1]
FIRST = row(1)


def with_revenue(header: str, *above: str) -> RosterReading:
    lines = [[text] for text in above]
    return read_roster(xlsx([*lines, [*HEADERS[:-1], header], list(FIRST.values())]), "名单.xlsx")


@pytest.mark.parametrize("header", ["营业收入（万美元）", "营业收入（百）元万", "营业收入(USD)", "营业收入（百亿）"])
def test_a_unit_that_is_not_understood_is_refused_and_never_a_default(header: str) -> None:
    assert codes(with_revenue(header), "refused")[0][1] in ("REVENUE_UNIT_UNKNOWN", "COLUMNS_MISSING")


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("营业收入（万）", 1),
        ("营业收入(千元)", Decimal("0.1")),
        ("营业收入（单位：千元）", Decimal("0.1")),
        ("2024年营业收入（人民币，万元）", 1),
        ("营业收入（万元，不含税）", 1),
        ("营业收入亿元", 10000),
    ],
)
def test_a_unit_is_understood_however_it_is_written(header: str, unit: Decimal | int) -> None:
    reading = with_revenue(header)
    assert codes(reading, "refused") == []
    assert reading.firms[0].revenue_wan == FIRST[REVENUE] * unit


def test_a_unit_above_the_table_that_contradicts_the_header_is_refused() -> None:
    assert codes(with_revenue("营业收入（万元）", "单位：千元")) == [(1, "REVENUE_UNITS_DIFFER")]
    assert codes(with_revenue("营业收入（万元）", "单位：万元"), "refused") == []
    assert codes(with_revenue("营业收入（万元）", "填报单位：千元山机械厂"), "refused") == []


def test_without_any_unit_a_person_is_asked_and_nothing_is_taken_in() -> None:
    reading = with_revenue("营业收入")
    assert codes(reading, "confirm") == [(1, "REVENUE_UNIT_ASSUMED")]


def test_a_merged_cell_fills_texts_and_no_number() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in table([row(1), row(2)]):
        sheet.append(line)
    district, revenue = HEADERS.index("所属区") + 1, len(HEADERS)
    for column in (district, revenue):
        sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
    held = io.BytesIO()
    book.save(held)
    reading = read_roster(held.getvalue(), "名单.xlsx")
    assert codes(reading) == [(3, "CELL_MERGED")]


def test_formatted_blank_rows_down_to_the_last_cost_no_minutes() -> None:
    data = xlsx(table([FIRST]))
    blank = b"".join(b'<row r="%d" ht="14"><c r="A%d" s="1"/><c r="B%d" s="1"/></row>' % (n, n, n) for n in range(3, 400_000))
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</sheetData>", blank + b"</sheetData>")
            new.writestr(name, content)
    assert len(read_roster(written.getvalue(), "名单.xlsx").firms) == 1


def test_a_value_over_several_lines_stays_one_beside_a_stray_quote() -> None:
    text = csv_of(table([row(1), row(2), row(3)]), "utf-8").decode()
    lines = text.split("\r\n")
    name = row(2)["企业名称"]
    lines[1] = lines[1].replace(row(1)["企业名称"], '"示例"一有限公司')
    lines[2] = lines[2].replace(name, '"示例\n二有限公司"')
    reading = read_roster("\r\n".join(lines).encode(), "名单.csv")
    assert [firm.row for firm in reading.firms] == [3, 4]
    assert reading.firms[0].name == "示例 二有限公司"
    assert codes(reading, "refused") == [(2, "CELL_QUOTE")]


def test_a_row_that_reads_like_a_total_is_a_firms_where_it_has_a_code() -> None:
    reading = read_roster(xlsx(table([row(1, 企业名称="合计电子有限公司"), row(2, 企业名称="注塑机械有限公司")])), "名单.xlsx")
    assert [firm.name for firm in reading.firms] == ["合计电子有限公司", "注塑机械有限公司"]


@pytest.mark.parametrize(
    "numbered",
    [
        ("1", "2", "3"),
        ("１", "２", "３"),
        ("❶", "❷", "❸"),
        ("①", "②", "③"),
        ("⑴", "⑵", "⑶"),
        ("⒈", "⒉", "⒊"),
        ("(1)", "(2)", "(3)"),
        ("一", "二", "三"),
        ("甲", "1", "2"),
        ("\u1369", "\u136a", "\u136b"),
    ],
)
def test_a_row_of_column_numbers_is_no_firm_however_they_are_written(numbered: tuple[str, ...]) -> None:
    given = dict.fromkeys(HEADERS) | dict(zip(HEADERS, numbered, strict=False))
    reading = read_roster(xlsx(table([given, row(1)])), "名单.xlsx")
    assert [firm.name for firm in reading.firms] == [row(1)["企业名称"]]
    assert codes(reading) == [(2, "ROW_SKIPPED")]


@pytest.mark.parametrize("odd", ["9" * 5_000, "亿", "½", "１" * 4_000, "10000", "\u136b\u136b"])
def test_a_row_of_odd_numbers_is_read_as_a_firms_and_told(odd: str) -> None:
    given = dict.fromkeys(HEADERS) | {HEADERS[0]: odd}
    reading = read_roster(xlsx(table([given, row(1)])), "名单.xlsx")
    assert [firm.name for firm in reading.firms] == [row(1)["企业名称"]]
    assert codes(reading, "refused")


@pytest.mark.parametrize("text", ["联通电子,松江区\r\n", "示例\r\n联通\r\n"])
def test_a_short_line_that_happens_to_be_utf_8_makes_no_mixture(text: str) -> None:
    assert decoded(text.encode("gb18030")) == text


def test_a_sign_of_the_private_use_area_is_asked_of_a_person() -> None:
    reading = read_roster(csv_of(table([row(1, 企业名称="上海\ue815有限公司")]), "utf-8"), "名单.csv")
    assert codes(reading) == [(2, "TEXT_PRIVATE")]
    assert reading.findings[0].severity == "confirm"


def test_no_employees_and_a_revenue_beyond_the_city_are_asked_of_a_person() -> None:
    reading = read_roster(xlsx(table([row(1, 从业人员=0), row(2, **{REVENUE: 612_000_000})])), "名单.xlsx")
    assert codes(reading, "confirm") == [(2, "EMPLOYEES_NONE"), (3, "REVENUE_IMPLAUSIBLE")]


def test_what_a_refused_row_would_ask_is_told_alone() -> None:
    reading = read_roster(xlsx(table([row(1, 从业人员=0, 所属区="火星")])), "名单.xlsx")
    assert codes(reading, "confirm") == []


def test_an_optional_formula_without_a_value_says_nothing() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in table([row(1, 企业集团="=A1")]):
        sheet.append(line)
    held = io.BytesIO()
    book.save(held)
    reading = read_roster(held.getvalue(), "名单.xlsx")
    assert codes(reading) == [(2, "CELL_FORMULA")]
    assert "group" in reading.firms[0].silent


def test_an_empty_cell_is_silent_and_a_written_none_is_not() -> None:
    empty = row(1, 企业集团="", 园区=None, 街镇=" ", 申报单位="-")
    none = row(2, 企业集团="无", 园区="/", 街镇="无", 申报单位="无")
    reading = read_roster(xlsx(table([empty, none])), "名单.xlsx")
    command = roster_command(reading, 2024, SALT)
    assert command.silent == {2: {"group", "park", "subdistrict"}, 3: set()}


def test_an_organisation_under_another_division_is_refused_as_the_one_on_record() -> None:
    right, wrong = read("29a"), read("29b")
    code = right.firms[0].uscc
    command = roster_command(wrong, 2024, SALT, registered={code[8:17]: {code: code}})
    assert (command.rows, command.refused_rows) == ((), 1)
    (found,) = [one for one in command.findings if one.severity == "refused"]
    assert (found.code, code in found.says) == ("USCC_OTHER_DIVISION", True)
    assert roster_command(right, 2024, SALT, registered={code[8:17]: {code: code}}).refused_rows == 0
