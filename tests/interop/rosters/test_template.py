"""A template to fill in, and a file's findings in its own cells (plan P1)."""

import io

from openpyxl import Workbook, load_workbook

from domain.participants.rosters.findings import LeftOut, RosterReport
from interop.rosters.annotated import annotated, seen_sheet
from interop.rosters.roster_reading import read_roster
from interop.rosters.template import template
from tests.interop.sample_rosters import HEADERS, csv_of, row, table, xlsx

DISTRICT = HEADERS[2]


def opened(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def test_the_template_filled_in_is_read_without_a_finding() -> None:
    book = opened(template())
    sheet = book["名单"]
    headers = [cell.value for cell in sheet[1]]
    filled = row(1)
    for header, value in filled.items():
        sheet.cell(2, headers.index(header) + 1, value)
    held = io.BytesIO()
    book.save(held)
    reading = read_roster(held.getvalue(), "名单模板.xlsx")
    assert reading.findings == ()
    assert [firm.uscc for firm in reading.firms] == [filled["统一社会信用代码"]]


def test_every_value_of_the_drop_downs_is_one_that_a_roster_takes() -> None:
    book = opened(template())
    districts, industries, _ = ([cell.value for cell in column[1:] if cell.value] for column in book["代码表"].columns)
    assert (len(districts), len(industries)) == (16, 31)
    rows = [row(number, 所属区=name) for number, name in enumerate(districts)]
    rows += [row(number, 行业代码=name) for number, name in enumerate(industries, start=20)]
    assert [found for found in read_roster(xlsx(table(rows)), "a.xlsx").findings if found.severity == "refused"] == []
    ranges = {str(check.formula1) for check in book["名单"].data_validations.dataValidation if check.type == "list"}
    assert ranges == {"代码表!$A$2:$A$17", "代码表!$B$2:$B$32", "代码表!$C$2:$C$5"}
    assert all(check.prompt for check in book["名单"].data_validations.dataValidation)


def test_an_empty_template_says_that_it_holds_no_row() -> None:
    assert [found.code for found in read_roster(template(), "名单模板.xlsx").findings] == ["ROWS_MISSING"]


def test_findings_stand_as_comments_in_the_cells_of_the_same_sheet() -> None:
    lines = [["某区名单"], *table([row(1), row(2, **{DISTRICT: "火星"}), row(3, 从业人员=0, 企业名称="=1+1有限公司")])]
    for data, name in ((xlsx(lines), "名单.xlsx"), (csv_of(lines), "名单.csv")):
        reading = read_roster(data, name)
        book = opened(annotated(seen_sheet(data, name), RosterReport(findings=reading.findings)))
        sheet = book["名单"]
        assert [cell.value for cell in sheet[2]] == list(HEADERS)
        refused, asked = sheet.cell(4, 3), sheet.cell(5, 5)
        assert refused.value == "火星"
        assert refused.comment is not None
        assert "DISTRICT_UNKNOWN" in refused.comment.text
        assert asked.comment is not None
        assert "EMPLOYEES_NONE" in asked.comment.text
        if name.endswith(".csv"):  # text is text, whatever it begins with
            assert (sheet.cell(5, 2).value, sheet.cell(5, 2).data_type) == ("=1+1有限公司", "s")
        assert sheet.cell(3, 3).comment is None
        assert {line[3].value for line in book["校验结果"].iter_rows(min_row=2)} == {found.code for found in reading.findings}


def test_a_file_that_cannot_be_read_or_is_not_kept_leaves_the_list() -> None:
    left = LeftOut(enterprise="e1", uscc="91310000XX0000019X", name="示例乙")
    report = RosterReport(findings=read_roster(b"no workbook", "a.xlsx").findings, left_out=(left,))
    for seen in (seen_sheet(b"no workbook", "a.xlsx"), None):
        book = opened(annotated(seen, report))
        assert book.sheetnames == ["校验结果"]
        assert [line[4].value for line in book["校验结果"].iter_rows(min_row=3)] == ["91310000XX0000019X 示例乙"]
