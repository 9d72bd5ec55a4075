"""Roster file 名单文件 (plan P1): Excel and CSV in every dress, columns in any order; damaged and hostile files refused."""

import io
import re
import struct
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from domain.participants.rosters.comparison import ImportRoster
from interop.rosters import files
from interop.rosters.roster import roster_command
from interop.rosters.roster_reading import read_roster
from tests.firm_ids import SALT
from tests.interop.sample_rosters import HEADERS, Cells, csv_of, row, table, xlsx

ROWS = [row(number, **{"从业人员": 20 * number, "营业收入（万元）": 1000 * number}) for number in range(1, 6)]
ENGLISH = ("USCC", "Enterprise name", "district", "Industry_Code", "EMPLOYEES", "Revenue (万元)")


def command_of(data: bytes, filename: str) -> ImportRoster:
    return roster_command(read_roster(data, filename), 2024, SALT)


def firms_of(data: bytes, filename: str) -> Any:
    command = command_of(data, filename)
    assert command.rows, command.findings
    return command.rows


def refusal_of(data: bytes, filename: str) -> tuple[int, str]:
    command = command_of(data, filename)
    assert command.rows == ()
    (finding,) = [each for each in command.findings if each.severity == "refused"]
    assert finding.says
    assert finding.says_in_english
    return finding.row, finding.code


# The same reading, whatever the dress


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_excel_and_csv_of_every_encoding_and_delimiter_read_alike(encoding: str, delimiter: str) -> None:
    lines = table(ROWS)
    assert firms_of(csv_of(lines, encoding, delimiter), "名单.csv") == firms_of(xlsx(lines), "名单.XLSX")


@given(order=st.permutations(range(len(HEADERS) + 2)))
@settings(max_examples=30)
def test_the_order_of_columns_does_not_matter(order: list[int]) -> None:
    rows = [each | {"序号": number, "备注": "无"} for number, each in enumerate(ROWS)]
    columns = [*HEADERS, "序号", "备注"]
    shuffled = table(rows, [columns[place] for place in order])
    assert firms_of(csv_of(shuffled), "a.csv") == firms_of(csv_of(table(ROWS)), "b.csv")


def test_english_headers_mean_the_same() -> None:
    lines = table(ROWS)
    assert firms_of(csv_of([list(ENGLISH), *lines[1:]]), "a.csv") == firms_of(csv_of(lines), "b.csv")


@pytest.mark.parametrize(
    "header",
    [
        "2023年营业收入（万元）",
        "营业收入(单位：万元)",
        "营业收入\n（万元）",
        "* 营业收入［万元］",
        "营业收入万元",
        "主营业务收入【万元】",
    ],
)
def test_a_header_is_known_with_year_unit_marks_and_line_breaks(header: str) -> None:
    lines = table(ROWS)
    lines[0][5] = header
    command = command_of(xlsx(lines), "a.xlsx")
    assert len(command.rows) == 5
    assert {f.code for f in command.findings} == {"BELOW_SCALE"}


@pytest.mark.parametrize("blank_rows", [0, 1, 5])
def test_the_header_is_found_below_a_title_and_rows_keep_their_numbers(blank_rows: int) -> None:
    top: list[list[Any]] = [["上海市规上制造业企业名单"], *([[None]] * blank_rows), ["填报单位：", "示例"]]
    lines = [*top, *table(ROWS[:1]), [None, "  "], *table(ROWS[1:2])[1:]]
    expected = [len(top) + 2, len(top) + 4]
    assert [number for number, _ in firms_of(xlsx(lines), "a.xlsx")] == expected
    assert [number for number, _ in firms_of(csv_of(lines), "a.csv")] == expected


def test_unknown_columns_are_ignored_with_one_note_on_the_header() -> None:
    command = command_of(xlsx(table([each | {"联系人": "某", "备注": 1} for each in ROWS])), "a.xlsx")
    (note,) = [f for f in command.findings if f.code == "COLUMNS_IGNORED"]
    assert (note.row, note.column, note.severity) == (1, "联系人、备注", "warned")


@pytest.mark.parametrize(
    ("header", "amount", "codes"),
    [
        ("营业收入（千元）", "100", ["REVENUE_UNIT_CONVERTED"]),
        ("营业收入(元)", "0.1", ["REVENUE_UNIT_CONVERTED"]),
        ("营业收入（亿元）", "10000000", ["REVENUE_UNIT_CONVERTED"]),
        ("营业收入", "1000", ["REVENUE_UNIT_ASSUMED"]),
        ("营业收入（人民币万元）", "1000", []),
    ],
)
def test_a_unit_named_in_the_header_is_converted_exactly_and_said(header: str, amount: str, codes: list[str]) -> None:
    lines = table(ROWS)
    lines[0][5] = header
    command = command_of(xlsx(lines), "a.xlsx")
    assert str(command.rows[0][1].revenue_wan) == amount
    assert [f.code for f in command.findings if f.row == 1] == codes


def test_a_foreign_unit_is_refused() -> None:
    lines = table(ROWS)
    lines[0][5] = "营业收入（万美元）"
    assert refusal_of(xlsx(lines), "a.xlsx") == (1, "REVENUE_UNIT_UNKNOWN")


def test_missing_required_columns_are_all_named() -> None:
    lines = table(ROWS, HEADERS[:3])
    command = command_of(xlsx(lines), "a.xlsx")
    (finding,) = command.findings
    assert (finding.row, finding.severity, finding.code) == (1, "refused", "COLUMNS_MISSING")
    assert all(name in finding.says for name in ("行业代码", "从业人员", "营业收入"))
    assert not any(name in finding.says for name in HEADERS[:3])


def test_two_columns_that_mean_the_same_are_refused_naming_both() -> None:
    command = command_of(xlsx(table([each | {"单位名称": "某"} for each in ROWS])), "a.xlsx")
    (finding,) = command.findings
    assert finding.code == "COLUMN_REPEATED"
    assert "单位名称" in finding.says
    assert "企业名称" in finding.says


def test_the_sheet_that_holds_the_roster_is_read_and_two_rosters_are_refused() -> None:
    notes = [["填报说明"], ["请勿修改表头"]]
    assert len(firms_of(xlsx(notes, table(ROWS)), "a.xlsx")) == 5
    assert [f.code for f in command_of(xlsx(notes, table(ROWS)), "a.xlsx").findings if f.row == 0] == []
    two = command_of(xlsx(table(ROWS[:2]), table(ROWS[2:])), "a.xlsx")
    assert two.rows == ()
    (note,) = two.findings
    assert (note.code, "表1、表2" in note.says) == ("SHEETS_SEVERAL", True)


def test_a_formula_counts_by_the_value_saved_with_it() -> None:
    data = xlsx(table(ROWS[:1]))
    cell = '<c r="F2" t="n"><v>1000</v></c>'
    formula = changed_member(data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(cell, with_formula("<v>4321.5</v>")))
    assert formula != data
    assert str(firms_of(formula, "a.xlsx")[0][1].revenue_wan) == "4321.5"
    unsaved = changed_member(data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(cell, with_formula("")))
    assert refusal_of(unsaved, "a.xlsx") == (2, "CELL_FORMULA")


def with_formula(value: str) -> str:
    return f'<c r="F2"><f>SUM(1,2)</f>{value}</c>'


def changed_member(data: bytes, name: str, change: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            text = old.read(member).decode()
            new.writestr(member, change(text) if member == name else text)
    return out.getvalue()


def test_rows_beyond_a_wrong_dimension_are_read_too() -> None:
    data = changed_member(
        xlsx(table(ROWS)), "xl/worksheets/sheet1.xml", lambda xml: re.sub('<dimension ref="[^"]*"', '<dimension ref="A1"', xml)
    )
    assert len(firms_of(data, "a.xlsx")) == 5


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")  # as interop.rosters.files says outside the tests
def test_a_validation_list_made_by_an_office_program_is_no_fault() -> None:
    extension = '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
    data = changed_member(
        xlsx(table(ROWS)), "xl/worksheets/sheet1.xml", lambda xml: xml.replace("</worksheet>", extension)
    )
    assert len(firms_of(data, "a.xlsx")) == 5


# Files that are no roster


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"", "a.xlsx", "FILE_EMPTY"),
        (b"", "a.csv", "FILE_EMPTY"),
        (b"\xef\xbb\xbf\r\n", "a.csv", "FILE_EMPTY"),
        (b"not a zip", "a.xlsx", "FILE_NOT_XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xlsx", "FILE_NOT_XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.csv", "FILE_NOT_CSV"),
        (b"PK\x03\x04 and nothing more", "a.xlsx", "FILE_DAMAGED"),
        (csv_of(table(ROWS)), "a.xlsx", "FILE_NOT_XLSX"),
        (xlsx(table(ROWS)), "a.csv", "FILE_NOT_CSV"),
        (xlsx(table(ROWS)), "a.xls", "FILE_TYPE"),
        (xlsx(table(ROWS)), "a.xlsm", "FILE_TYPE"),
        (csv_of(table(ROWS)), "a", "FILE_TYPE"),
        (bytes(range(256)), "a.csv", "FILE_NOT_CSV"),
        ("只有一段话\n没有表格".encode(), "a.csv", "HEADER_MISSING"),
        (xlsx([["只有一段话"]]), "a.xlsx", "HEADER_MISSING"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_as_a_whole_with_its_reason(data: bytes, filename: str, code: str) -> None:
    assert refusal_of(data, filename) == (0, code)


@pytest.mark.parametrize("data", [b"\xff\xfe\xff\xff\xff", b"\xef\xbb\xbf\xb5\xa5\xce\xbb", b"a\n\xff"])
def test_bytes_of_no_encoding_are_refused_with_the_row_that_holds_them(data: bytes) -> None:
    assert refusal_of(data, "a.csv") == (data.count(b"\n") + 1, "FILE_ENCODING")


def test_a_header_without_rows_is_refused() -> None:
    assert refusal_of(xlsx([list(HEADERS)]), "a.xlsx") == (1, "ROWS_MISSING")
    assert refusal_of(csv_of([[], list(HEADERS), [None] * 6]), "a.csv") == (2, "ROWS_MISSING")


def test_another_zip_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "a")
    assert refusal_of(out.getvalue(), "a.xlsx") == (0, "FILE_NOT_XLSX")


WORKBOOK = xlsx(table(ROWS))


@given(length=st.integers(5, len(WORKBOOK) - 1))
@settings(max_examples=40)
def test_a_workbook_cut_off_anywhere_is_refused_and_never_read_in_part(length: int) -> None:
    assert refusal_of(WORKBOOK[:length], "a.xlsx")[1] in ("FILE_DAMAGED", "FILE_NOT_XLSX")


@given(place=st.integers(0, len(WORKBOOK) - 1), value=st.integers(0, 255))
@settings(max_examples=60)
def test_a_workbook_with_a_changed_byte_never_stops_the_program(place: int, value: int) -> None:
    changed = bytearray(WORKBOOK)
    changed[place] = value
    reading = read_roster(bytes(changed), "a.xlsx")
    assert reading.firms or reading.findings


@given(data=st.binary(max_size=300), extension=st.sampled_from(["csv", "xlsx"]))
def test_arbitrary_bytes_never_stop_the_program_and_never_give_a_firm(data: bytes, extension: str) -> None:
    reading = read_roster(data, f"a.{extension}")
    assert reading.firms == ()
    assert [f.severity for f in reading.findings] == ["refused"]


def test_an_unclosed_quote_is_refused_in_its_row_and_swallows_no_other() -> None:
    data = csv_of(table(ROWS)) + b'"open,1,2\n3,4,5\n'
    command = command_of(data, "a.csv")
    assert len(command.rows) == 5
    assert (7, "CELL_QUOTE") in [(f.row, f.code) for f in command.findings]
    assert {f.row for f in command.findings if f.severity == "refused"} == {7, 8}


# Files that mean harm


def bomb(size: int, declared: int | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * size)
    data = out.getvalue()
    if declared is None:
        return data
    entry = data.index(b"PK\x01\x02")
    return data[: entry + 24] + struct.pack("<I", declared) + data[entry + 28 :]


def test_a_file_that_unpacks_to_far_more_than_a_roster_is_refused_before_it_is_unpacked() -> None:
    assert len(bomb(files.LARGEST_UNPACKED + 1)) < 100_000
    assert refusal_of(bomb(files.LARGEST_UNPACKED + 1), "a.xlsx") == (0, "FILE_TOO_LARGE")


def test_a_file_that_lies_about_what_it_unpacks_to_is_refused_as_damaged() -> None:
    assert refusal_of(bomb(files.LARGEST_UNPACKED + 1, declared=100), "a.xlsx") == (0, "FILE_DAMAGED")


def test_a_file_of_very_many_members_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(files.MOST_MEMBERS + 1):
            archive.writestr(f"xl/{number}", "")
    assert refusal_of(out.getvalue(), "a.xlsx") == (0, "FILE_TOO_LARGE")


@pytest.mark.parametrize("filename", ["a.csv", "a.xlsx"])
def test_a_file_beyond_the_size_limit_is_refused(monkeypatch: pytest.MonkeyPatch, filename: str) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 10)
    assert refusal_of(WORKBOOK, filename) == (0, "FILE_TOO_LARGE")


def test_entities_that_expand_without_end_are_refused() -> None:
    entities = '<!ENTITY a0 "' + "ha" * 1000 + '">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 30}">' for n in range(1, 8)
    )
    data = changed_member(
        WORKBOOK,
        "xl/worksheets/sheet1.xml",
        lambda xml: f"<!DOCTYPE worksheet [{entities}]>" + xml.replace("<v>20</v>", "<v>&a7;</v>"),
    )
    assert refusal_of(data, "a.xlsx")[1] == "FILE_DAMAGED"


def test_a_row_number_beyond_the_last_of_excel_is_refused() -> None:
    data = changed_member(
        WORKBOOK, "xl/worksheets/sheet1.xml", lambda xml: xml.replace('<row r="5"', '<row r="99999999999"')
    )
    assert refusal_of(data, "a.xlsx")[1] == "FILE_DAMAGED"


def test_more_rows_than_any_citys_roster_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interop.rosters.roster_reading.MOST_ROWS", 4)
    assert refusal_of(csv_of(table(ROWS)), "a.csv") == (0, "ROWS_TOO_MANY")


def test_dates_are_no_numbers() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for line in table(ROWS[:1]):
        sheet.append(line)
    sheet["E2"].number_format = "yyyy-mm-dd"
    out = io.BytesIO()
    book.save(out)
    assert refusal_of(out.getvalue(), "a.xlsx") == (2, "CELL_IS_DATE")


def test_a_row_may_be_shorter_than_its_header() -> None:
    cells: Cells = ROWS[0]
    lines = [["园区", *HEADERS][::-1], [*cells.values()][::-1]]
    assert len(firms_of(csv_of(lines), "a.csv")) == 1


def test_a_line_of_a_hundred_thousand_cells_is_looked_at_no_further_than_a_table_is_wide() -> None:
    for data, filename in ((b"," * 100_000 + b"\r\n", "a.csv"), (xlsx([["x"] * 500]), "a.xlsx")):
        with files.open_sheets(data, filename) as sheets:
            widths = [len(cells) for sheet in sheets for _, cells in sheet.rows]
        assert widths
        assert max(widths) <= files.MOST_COLUMNS
