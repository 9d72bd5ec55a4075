"""Code lists 代码表 (plan P1): strict, dated, marked; districts, industries, size classes and the above-scale threshold."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel import Refused
from interop.code_lists import (
    HERE,
    CodesMalformed,
    Districts,
    district_codes,
    districts,
    industries,
    read_codes,
    roster_columns,
    subdistrict_codes,
)
from interop.rosters.classification import NO_RULE_YET, SizeRules, size_class, size_names, threshold


def test_the_city_has_sixteen_districts_and_every_retired_one_leads_to_one_of_them() -> None:
    present = {district.code for district in districts().districts}
    assert len(present) == 16
    assert {district.now for district in districts().retired} <= present
    assert not present & {district.code for district in districts().retired}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("310117", "310117"),
        ("松江区", "310117"),
        ("松江", "310117"),
        ("上海市松江区", "310117"),
        ("浦东新区", "310115"),
        ("浦东", "310115"),
        ("崇明", "310151"),
        ("崇明县", "310230"),
        ("南汇", "310119"),
    ],
)
def test_a_district_is_known_by_code_and_by_name(said: str, code: str) -> None:
    assert district_codes()[said].code == code


def test_every_subdistrict_lies_in_a_present_district_and_no_name_is_twice_in_one() -> None:
    present = {district.code for district in districts().districts}
    assert {code[:6] for codes in subdistrict_codes().values() for code in codes} == present
    for called, codes in subdistrict_codes().items():
        assert len({code[:6] for code in codes}) == len(codes), called


def test_manufacturing_has_its_31_divisions() -> None:
    assert list(industries()) == [f"C{number}" for number in range(13, 44)]
    assert len({division.name for division in industries().values()}) == 31


def test_no_header_means_two_columns() -> None:
    headers = [header.replace(" ", "") for column in roster_columns().columns for header in column.headers]
    assert len(headers) == len(set(headers))


@pytest.mark.parametrize(
    ("employees", "revenue_wan", "expected"),
    [
        (1000, 40000, "large"),
        (999, 40000, "medium"),
        (1000, 39999, "medium"),
        (300, 2000, "medium"),
        (299, 2000, "small"),
        (5000, 1999, "small"),
        (20, 300, "small"),
        (19, 1_000_000, "micro"),
        (5000, 299, "micro"),
        (0, 0, "micro"),
    ],
)
def test_a_size_class_needs_both_bounds_else_the_next_smaller_one(employees: int, revenue_wan: int, expected: str) -> None:
    assert size_class(employees, Decimal(revenue_wan), 2024).key == expected


@given(st.integers(0, 10_000), st.decimals(0, 10**6, places=2), st.integers(0, 500), st.decimals(0, 10**5, places=2))
def test_growing_never_lowers_the_size_class(people: int, revenue: Decimal, more: int, higher: Decimal) -> None:
    order = ["micro", "small", "medium", "large"]
    before, after = size_class(people, revenue, 2024), size_class(people + more, revenue + higher, 2024)
    assert order.index(before.key) <= order.index(after.key)


@pytest.mark.parametrize("said", ["medium", "中型", "中", "中型企业"])
def test_a_size_class_is_known_by_its_names(said: str) -> None:
    assert size_names(2024)[said].key == "medium"


@pytest.mark.parametrize(("year", "revenue_wan"), [(2007, 500), (2010, 500), (2011, 2000), (2024, 2000)])
def test_the_above_scale_threshold_is_that_of_the_rosters_year(year: int, revenue_wan: int) -> None:
    assert threshold(year).revenue_wan == revenue_wan


def test_a_year_before_every_rule_has_none() -> None:
    for ask in (lambda: threshold(2006), lambda: size_class(1, Decimal(1), 2010)):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.rule is NO_RULE_YET


def test_every_bound_of_a_size_class_carries_its_mark() -> None:
    rules = read_codes(HERE / "size_classes.yaml", SizeRules)
    marks = {(each.key, each.employees.mark) for rule in rules.editions for each in rule.classes}
    assert ("small", "M") in marks
    assert ("large", "V") in marks


STATED = "source: a\nmark: V\nenglish_source: a\nenglish_mark: M\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("source: a\nsource: b\n", "repeated key"),
        (f"{STATED}districts: []\nretired: []\nmore: 1\n", "more"),
        ("source: a\nmark: certain\ndistricts: []\nretired: []\n", "mark"),
        (f'{STATED}districts: [{{code: "44", name: b}}]\nretired: []\n', "code"),
        ("- a\n", "not a mapping"),
        ("source: [\n", "districts.yaml"),
    ],
)
def test_a_code_list_is_read_strictly(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "districts.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CodesMalformed, match=says):
        read_codes(path, Districts)


def test_each_district_and_division_has_an_english_name_of_its_own() -> None:
    for named in ([*districts().districts, *districts().retired], list(industries().values())):
        english = [one.name_in_english for one in named]
        assert len(set(english)) == len(named)
        assert all(one.isascii() and one[0].isupper() for one in english)
