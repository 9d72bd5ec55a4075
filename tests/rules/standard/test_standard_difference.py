"""Difference of two editions (plan S5): every clause that differs, none that does not, in words a reader of the standard knows."""

import itertools
import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standards import difference, load, load_composition, published_editions
from standards.edition.difference import clauses_of, label_of
from tests.rules.firms import EDITION

PAIRS = list(itertools.permutations(published_editions(), 2))


def changed(**update: object) -> dict[str, tuple[str | None, str | None]]:
    return {one.clause: (one.before, one.after) for one in difference(EDITION, EDITION.model_copy(update=update))}


@pytest.mark.parametrize("key", published_editions())
def test_an_edition_does_not_differ_from_itself(key: str) -> None:
    assert difference(load(key), load(key).model_copy()) == ()


def test_the_order_of_indicators_and_the_writing_of_a_number_are_no_clauses() -> None:
    first, *rest = EDITION.indicators
    again = first.model_copy(update={"weight_in_dimension": Decimal("20.00")})
    assert changed(indicators=(*rest, again)) == {}


def test_each_kind_of_clause_is_told_where_it_stands() -> None:
    assert changed(title="修订稿") == {"title": (EDITION.title, "修订稿")}
    points = {level: value + 1 if level == 3 else value for level, value in EDITION.points.items()}
    assert changed(points=points) == {"points.3": ("65", "66")}
    bands = (*EDITION.bands[:1], Decimal(30), *EDITION.bands[2:])
    assert changed(bands=bands) == {"bands.2": ("32.5", "30")}
    breadth = EDITION.gates.breadth.model_copy(update={"at_least": 4})
    assert changed(gates=EDITION.gates.model_copy(update={"breadth": breadth})) == {"gates.breadth.at_least": ("3", "4")}
    floor = EDITION.gates.security[1].model_copy(update={"at_least": Decimal(4)})
    gates = EDITION.gates.model_copy(update={"security": (EDITION.gates.security[0], floor)})
    assert changed(gates=gates) == {"gates.security.GATE_SECURITY_GOVERNANCE.at_least": ("3", "4")}


def test_a_descriptor_and_a_star_are_clauses_of_their_indicator() -> None:
    first, *rest = EDITION.indicators
    levels = (*first.levels[:4], "以生态共创为目标")
    other = first.model_copy(update={"levels": levels, "key": False})
    told = difference(EDITION, EDITION.model_copy(update={"indicators": (other, *rest)}))
    assert [one.sentence for one in told] == [
        "指标 Z01“数字化战略与规划”的关键指标 ★：是 → 否",
        f"指标 Z01“数字化战略与规划”的第 5 级描述：{first.levels[4]} → 以生态共创为目标",
    ]


def test_a_line_that_is_new_or_gone_is_one_difference() -> None:
    told = {one.clause: one for one in difference(EDITION, load("2023-major-equipment"))}
    assert told["indicators.H01"].sentence == "新增指标 H01：MBD/MBSE 多专业协同（D2，维度内权重 8）"
    assert told["indicators.C12"].sentence == "删去指标 C12：售后与远程服务（D2，维度内权重 5）"
    assert not [clause for clause in told if clause.startswith(("indicators.H01.", "indicators.C12."))]


@pytest.mark.parametrize("key", [key for key in published_editions() if "-" in key])
def test_an_industry_edition_differs_from_the_plain_one_as_its_origins_say(key: str) -> None:
    found = load_composition(key)
    told = {one.clause: (one.before, one.after) for one in difference(EDITION, found.edition)}
    for origin in found.origins:
        line = f"indicators.{origin.indicator}"
        mine = {clause for clause in told if clause == line or clause.startswith(line + ".")}
        if origin.fate in ("added", "dropped"):
            assert mine == {line}
        elif origin.fate == "kept":
            assert mine == set()
        else:
            assert {clause.split(".")[2] for clause in mine} == {change.field for change in origin.changes}


@settings(max_examples=20)
@given(st.sampled_from(PAIRS))
def test_the_way_back_tells_the_same_with_before_and_after_exchanged(pair: tuple[str, str]) -> None:
    one, other = map(load, pair)
    there = {(found.clause, found.before, found.after) for found in difference(one, other)}
    back = {(found.clause, found.after, found.before) for found in difference(other, one)}
    assert there == back


@settings(max_examples=20)
@given(st.sampled_from(PAIRS))
def test_every_difference_reads_in_chinese_and_shows_no_name_of_a_field(pair: tuple[str, str]) -> None:
    for found in difference(*map(load, pair)):
        assert re.search(r"[一-鿿]", found.label)
        assert "_" not in found.label


def test_floors_are_called_by_their_indicator_and_places_by_their_level() -> None:
    floor = EDITION.gates.security[0]
    name = EDITION.by_id[floor.indicator].name
    path = ("gates", "security", floor.code, "at_least")
    assert label_of(path, EDITION) == f"单项门槛（{floor.indicator} {name}）的最低等级"
    assert floor.code not in label_of(path)
    assert label_of(("indicators", "X03", "upper_bounds", "1"), EDITION).endswith("的第 1 级上限")
    assert label_of(("bands", "2"), EDITION) == "第 2 档最低分"
    assert label_of(("points", "1.5"), EDITION) == "1.5 级分值"
    assert label_of(("gates", "breadth", "at_least"), EDITION) == "广度门槛的最低值"


def test_no_clause_of_any_edition_is_called_by_a_code_or_a_bare_number() -> None:
    for path in clauses_of(EDITION):
        assert not re.search(r"[A-Z]+_[A-Z]|·|的\d|^\d+$", label_of(path, EDITION)), path
