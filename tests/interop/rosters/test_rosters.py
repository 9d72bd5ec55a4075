"""Roster 名单 rows (plan P1): what is accepted, warned of and refused, with row, column and reason."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel import Refused
from domain.participants.rosters.comparison import ImportRoster
from domain.participants.rosters.findings import RosterFinding
from interop.rosters.classification import NO_RULE_YET
from interop.rosters.roster import roster_command
from interop.rosters.roster_reading import read_roster
from interop.rosters.uscc import valid_uscc
from tests.firm_ids import SALT
from tests.interop.sample_rosters import HEADERS, Cells, csv_of, row, table, xlsx

USCC, NAME, DISTRICT, INDUSTRY, EMPLOYEES, REVENUE = HEADERS


def imported(*rows: Cells, year: int = 2024) -> ImportRoster:
    return roster_command(read_roster(xlsx(table(rows)), "名单.xlsx"), year, SALT)


def found(*rows: Cells) -> list[tuple[int, str, str, str]]:
    return [(each.row, each.column, each.severity, each.code) for each in imported(*rows).findings]


def in_csv(lines: Sequence[Sequence[Any]]) -> list[tuple[int, str, str]]:
    command = roster_command(read_roster(csv_of(lines), "名单.csv"), 2024, SALT)
    return [(each.row, each.severity, each.code) for each in command.findings]


def test_a_row_without_fault_becomes_a_firm_without_a_finding() -> None:
    command = imported(row(7))
    assert command.findings == ()
    ((number, firm),) = command.rows
    assert number == 2
    assert (firm.uscc, firm.name, firm.district, firm.industry) == (valid_uscc(7), "示例企业7", "310117", "C3411")
    assert (firm.employees, firm.revenue_wan, firm.size_class, firm.above_scale) == (320, Decimal(21000), "medium", True)
    assert (firm.subdistrict, firm.park, firm.group) == (None, None, None)


def test_every_finding_speaks_both_languages_and_names_row_and_column_as_in_the_file() -> None:
    command = imported(row(1), row(2, **{USCC: "123", DISTRICT: "火星", INDUSTRY: None, EMPLOYEES: -3, REVENUE: "约百万"}))
    assert [(f.row, f.column, f.code) for f in command.findings] == [
        (3, USCC, "USCC_LENGTH"),
        (3, DISTRICT, "DISTRICT_UNKNOWN"),
        (3, INDUSTRY, "CELL_MISSING"),
        (3, EMPLOYEES, "NUMBER_NEGATIVE"),
        (3, REVENUE, "NUMBER_MALFORMED"),
    ]
    assert command.refused_rows == 1
    assert [number for number, _ in command.rows] == [2]
    assert all(_is_chinese(f.says) and not _is_template(f) for f in command.findings)


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def _is_template(finding: RosterFinding) -> bool:
    return "{" in finding.says + finding.says_in_english


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("91350100M0001TGQXM", [(2, USCC, "warned", "USCC_CHECK_DIGIT")]),
        ("91310000132260251X", [(2, USCC, "refused", "USCC_ORGANISATION_CODE")]),
        ("9131000013226025OX", [(2, USCC, "refused", "USCC_ALPHABET")]),
        ("9131000013226025", [(2, USCC, "refused", "USCC_LENGTH")]),
        (None, [(2, USCC, "refused", "CELL_MISSING")]),
        ("  ", [(2, USCC, "refused", "CELL_MISSING")]),
        (913100001322602500, [(2, USCC, "refused", "USCC_AS_NUMBER")]),
        (9.13100001322602e17, [(2, USCC, "refused", "USCC_AS_NUMBER")]),
        ("9.131E+17", [(2, USCC, "refused", "USCC_AS_NUMBER")]),
        (True, [(2, USCC, "refused", "CELL_NOT_TEXT")]),
        ("#N/A", [(2, USCC, "refused", "CELL_ERROR")]),
        ("9" * 65, [(2, USCC, "refused", "CELL_TOO_LONG")]),
    ],
)
def test_a_code_is_refused_unless_only_its_whole_check_digit_is_in_doubt(
    code: Any, expected: list[tuple[int, str, str, str]]
) -> None:
    assert found(row(**{USCC: code})) == expected


@pytest.mark.parametrize(
    "written",
    [
        "９１３１００００１３２２６０２５０Ｘ",
        " 91310000132260250X",
        "9131 0000 1322 6025 0X",
        "91310000132260250x",
        "91310000132260250X\u200b",
        "'91310000132260250X",
        '="91310000132260250X"',
        "\u300091310000132260250X\xa0",
    ],
)
def test_full_width_spaces_and_invisible_signs_are_put_right_with_a_warning(written: str) -> None:
    command = roster_command(read_roster(csv_of(table([row(**{USCC: written})])), "名单.csv"), 2024, SALT)
    assert [firm.uscc for _, firm in command.rows] == ["91310000132260250X"]
    assert [(f.severity, f.code) for f in command.findings] == [("warned", "CELL_NORMALISED")]


def test_an_enterprise_stated_twice_is_refused_naming_the_first_row() -> None:
    command = imported(row(1), row(2), row(1, **{NAME: "另一名称"}), row(1))
    repeats = [f for f in command.findings if f.code == "USCC_REPEATED"]
    assert [f.row for f in repeats] == [4, 5]
    assert all("第 2 行" in f.says for f in repeats)
    assert command.refused_rows == 2


def test_a_name_keeps_its_full_width_brackets() -> None:
    command = imported(row(**{NAME: "示例（集团）有限公司"}))
    assert command.findings == ()
    assert command.rows[0][1].name == "示例（集团）有限公司"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (" 示例有限公司", " 示例有限公司"),
        ("示例有限公司\r\n", "示例有限公司⏎"),
        ("\u2028示例有限公司\t", "⏎示例有限公司⇥"),
        ("\ufeff示例有限公司", "⟨U+FEFF⟩示例有限公司"),
    ],
)
def test_white_space_around_a_name_is_put_right_with_a_warning_that_shows_what_was_there(written: str, told: str) -> None:
    command = roster_command(read_roster(csv_of(table([row(**{NAME: written})])), "名单.csv"), 2024, SALT)
    assert command.rows[0][1].name == "示例有限公司"
    [found] = command.findings
    assert found.code == "CELL_NORMALISED"
    assert told in found.says
    assert told in found.says_in_english


@pytest.mark.parametrize(
    ("said", "code", "findings"),
    [
        (310117, "310117", []),
        ("310117", "310117", []),
        ("松江", "310117", []),
        ("上海市松江区", "310117", []),
        ("３１０１１７", "310117", ["CELL_NORMALISED"]),
        ("南汇区", "310115", ["DISTRICT_RETIRED"]),
        ("310230", "310151", ["DISTRICT_RETIRED"]),
        ("310108", "310106", ["DISTRICT_RETIRED"]),
    ],
)
def test_a_district_is_read_by_code_or_name_and_retired_ones_are_mapped(said: Any, code: str, findings: list[str]) -> None:
    command = imported(row(**{DISTRICT: said}))
    assert command.rows[0][1].district == code
    assert [f.code for f in command.findings] == findings


@pytest.mark.parametrize("said", ["330100", "杭州市", "310100", "Songjiang", "1"])
def test_what_is_no_district_of_the_city_is_refused(said: str) -> None:
    assert found(row(**{DISTRICT: said})) == [(2, DISTRICT, "refused", "DISTRICT_UNKNOWN")]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("C34", "C34"),
        ("34", "C34"),
        (34, "C34"),
        (3411.0, "C3411"),
        ("C341", "C341"),
        ("C13", "C13"),
        ("4390", "C4390"),
        ("汽车制造业", "C36"),
    ],
)
def test_an_industry_is_two_to_four_digits_with_or_without_its_letter_or_a_divisions_name(said: Any, code: str) -> None:
    command = imported(row(**{INDUSTRY: said}))
    assert (command.rows[0][1].industry, command.findings) == (code, ())


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("C12", "INDUSTRY_NOT_MANUFACTURING"),
        ("44", "INDUSTRY_NOT_MANUFACTURING"),
        ("7211", "INDUSTRY_NOT_MANUFACTURING"),
        ("F51", "INDUSTRY_NOT_MANUFACTURING"),
        ("C3", "INDUSTRY_MALFORMED"),
        ("C34111", "INDUSTRY_MALFORMED"),
        ("汽车", "INDUSTRY_MALFORMED"),
        ("C34.1", "INDUSTRY_MALFORMED"),
    ],
)
def test_what_is_not_manufacturing_is_refused(said: str, code: str) -> None:
    assert found(row(**{INDUSTRY: said})) == [(2, INDUSTRY, "refused", code)]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (20000.1, "20000.1"),
        (0.1 + 0.2, "0.3"),
        ("21,000.50", "21000.5"),
        ("1234567.891", "1234567.891"),
        (0, "0"),
        ("-0", "0"),
        (1e15, "1000000000000000"),
    ],
)
def test_an_amount_is_kept_exactly_as_the_spreadsheet_shows_it(written: Any, amount: str) -> None:
    assert str(imported(row(**{REVENUE: written})).rows[0][1].revenue_wan) == amount


@pytest.mark.parametrize("written", ["1,23", "1_000", "NaN", "Infinity", "1e5", "一百", "--", True, "12万", "٣"])
def test_what_is_no_plain_number_is_refused(written: Any) -> None:
    assert found(row(**{REVENUE: written})) == [(2, REVENUE, "refused", "NUMBER_MALFORMED")]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (1.5, "NUMBER_NOT_WHOLE"),
        (-1, "NUMBER_NEGATIVE"),
        (10**9, "NUMBER_TOO_LONG"),
        (None, "CELL_MISSING"),
        ("#REF!", "CELL_ERROR"),
    ],
)
def test_employees_are_a_whole_number_from_zero(written: Any, code: str) -> None:
    assert found(row(**{EMPLOYEES: written})) == [(2, EMPLOYEES, "refused", code)]


def test_the_size_class_is_computed_and_a_stated_one_that_differs_is_a_warning() -> None:
    command = imported(row(1, 企业规模="大型"), row(2, 企业规模="中型"), row(3, 企业规模="巨型"), row(4, 企业规模=None))
    assert {firm.size_class for _, firm in command.rows} == {"medium"}
    assert [(f.row, f.column, f.severity, f.code) for f in command.findings] == [
        (2, "企业规模", "warned", "SIZE_DIFFERS"),
        (4, "企业规模", "warned", "SIZE_UNKNOWN"),
    ]


@pytest.mark.parametrize(("revenue", "above"), [(1999.99, False), (2000, True), (0, False)])
def test_a_revenue_below_the_threshold_of_the_year_is_a_warning_and_no_refusal(revenue: float, above: bool) -> None:  # noqa: FBT001 - a table of cases
    command = imported(row(**{REVENUE: revenue}))
    assert command.rows[0][1].above_scale is above
    assert [f.code for f in command.findings] == ([] if above else ["BELOW_SCALE"])


def test_optional_columns_are_taken_and_what_means_none_is_none() -> None:
    reading = read_roster(xlsx(table([row(1, 园区="park-1", 企业集团="group-1"), row(2, 园区="无", 企业集团="/")])), "名单.xlsx")
    registered = {"park": {"park-1": "park-1"}, "group": {"group-1": "group-1"}}
    command = roster_command(reading, 2024, SALT, organisations=registered)
    (_, first), (_, second) = command.rows
    assert (first.park, first.group) == ("park-1", "group-1")
    assert (second.park, second.group) == (None, None)
    assert command.findings == ()


def test_a_park_or_group_is_known_by_id_or_registered_name_and_else_left_out_with_a_warning() -> None:
    reading = read_roster(xlsx(table([row(1, 园区="示例东部园区", 企业集团="某集团")])), "名单.xlsx")
    registered = {"park": {"示例东部园区": "park-east"}, "group": {"示例东部园区": "group-x"}}
    command = roster_command(reading, 2024, SALT, organisations=registered)
    (_, firm), *_ = command.rows
    assert (firm.park, firm.group) == ("park-east", None)
    assert [(f.row, f.column, f.severity, f.code) for f in command.findings] == [
        (2, "企业集团", "warned", "ORGANISATION_UNKNOWN")
    ]
    assert roster_command(reading, 2024, SALT).rows[0][1].park is None


def test_an_id_that_no_organisation_of_the_kind_bears_is_left_out_with_a_warning() -> None:
    """It would take the firm out of everybody's sight, or into that of whoever is registered under it later. plan P7"""
    rows = [row(1, 园区="park-esat", 企业集团="park-east", 申报单位="310117"), row(2, 园区="park-east")]
    reading = read_roster(xlsx(table(rows)), "名单.xlsx")
    registered = {"park": {"示例东部园区": "park-east", "park-east": "park-east"}, "group": {}, "reporting_unit": {}}
    command = roster_command(reading, 2024, SALT, organisations=registered)
    (_, mistyped), (_, right) = command.rows
    assert (mistyped.park, mistyped.group, mistyped.reporting_unit, right.park) == (None, None, None, "park-east")
    assert {(f.row, f.column, f.code) for f in command.findings} == {
        (2, column, "ORGANISATION_UNKNOWN") for column in ("园区", "企业集团", "申报单位")
    }
    assert {"park", "group", "reporting_unit"} <= command.silent[2]


def test_control_characters_in_a_file_reach_neither_firms_nor_findings() -> None:
    lines = table([row(1, **{NAME: "示例\x07有限公司", USCC: "\x019131", DISTRICT: "火\x02星", "备\x03注": "\x04"}), row(2)])
    lines[2][1] = "示例\x7f乙"
    command = roster_command(read_roster(csv_of(lines), "名单.csv"), 2024, SALT)
    assert [firm.name for _, firm in command.rows] == ["示例乙"]
    assert {f.code for f in command.findings if f.severity == "refused"} == {"USCC_LENGTH", "DISTRICT_UNKNOWN"}


@pytest.mark.parametrize(
    ("said", "code", "findings"),
    [
        ("310117107", "310117107", []),
        (310117107, "310117107", []),
        ("九亭镇", "310117107", []),
        ("九亭", "310117107", []),
        ("310117107000", "310117107", ["CELL_NORMALISED"]),
        ("310117999", "310117999", ["SUBDISTRICT_UNLISTED"]),
        ("某某镇", None, ["SUBDISTRICT_UNKNOWN"]),
        ("无", None, []),
    ],
)
def test_a_subdistrict_is_read_by_code_or_name_within_the_district(
    said: Any, code: str | None, findings: list[str]
) -> None:
    command = imported(row(街镇=said))
    assert command.rows[0][1].subdistrict == code
    assert [f.code for f in command.findings] == findings


@pytest.mark.parametrize("said", ["张江镇", "310115125", "310115999"])
def test_a_subdistrict_of_another_district_is_refused_since_it_decides_who_sees_the_firm(said: str) -> None:
    assert found(row(街镇=said)) == [(2, "街镇", "refused", "SUBDISTRICT_ELSEWHERE")]


def test_an_unquoted_delimiter_inside_a_value_is_refused_and_not_taken_for_the_next_column() -> None:
    lines = table([row(1), row(2)])
    lines[2].insert(2, "Ltd.")
    assert (3, "refused", "CELLS_SURPLUS") in in_csv(lines)


def test_a_year_without_rules_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        imported(row(1), year=2005)
    assert caught.value.rule is NO_RULE_YET


def test_progress_is_told_in_rows_and_ends_with_all_of_them() -> None:
    told: list[int] = []
    read_roster(csv_of(table([row(number) for number in range(250)])), "名单.csv", progress=told.append)
    assert told == [100, 200, 250]


def test_a_report_too_long_for_anyone_to_read_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interop.rosters.roster.MOST_FINDINGS", 3)
    command = imported(*(row(number, **{REVENUE: 1}) for number in range(10)))
    assert [f.code for f in command.findings] == ["FINDINGS_CUT", *["BELOW_SCALE"] * 3]
    assert "7" in command.findings[0].says


CELL = st.one_of(st.none(), st.text(max_size=8), st.integers(-(10**12), 10**12), st.floats(allow_nan=False), st.booleans())


@given(st.lists(st.lists(CELL, min_size=6, max_size=7), max_size=4))
def test_whatever_stands_in_the_cells_every_row_is_accepted_or_refused_with_a_reason(rows: list[list[Any]]) -> None:
    reading = read_roster(csv_of([list(HEADERS), *rows]), "名单.csv")
    roster_command(reading, 2024, SALT)
    refused = {f.row for f in reading.findings if f.severity == "refused" and f.row > 1}
    assert len(refused) == reading.refused_rows or reading.read_rows == 0
    assert len(reading.firms) + reading.refused_rows == reading.read_rows
    assert not refused & {firm.row for firm in reading.firms}
