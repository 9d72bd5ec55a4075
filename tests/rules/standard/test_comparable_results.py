"""Comparable results 可比结果 (plan P8): intervals with coverage, never a bare number, never lowered by a better answer."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from standards import comparison_on, external_edition, external_editions
from standards.edition.text import SourceMark
from standards.external.comparison import (
    UNVERIFIED,
    ComparableResult,
    ComparisonRule,
    ComparisonRules,
    IndicativeReason,
    comparable_result,
)
from standards.external.crosswalk import CrosswalkRow, MappingRelation
from standards.external.model import ExternalEdition

RULE = comparison_on(date(2026, 11, 1))
INDICATORS = tuple(f"X{number:02}" for number in range(6))
COMPARED = [one for one in external_editions() if one.maturity and one.nodes]


def model(key: str) -> ExternalEdition:
    found = external_edition(key)
    assert found is not None
    return found


def row(indicator: str, node: str, relation: MappingRelation = MappingRelation.EXACT, confidence: str = "1") -> CrosswalkRow:
    return CrosswalkRow(indicator=indicator, node=node, relation=relation, rationale="示例", confidence=Decimal(confidence))


def compared(key: str, rows: tuple[CrosswalkRow, ...], maturity: Mapping[str, str]) -> ComparableResult:
    found = comparable_result(model(key), rows, {name: Decimal(value) for name, value in maturity.items()}, RULE)
    assert found is not None
    return found


WHOLE_2022 = tuple(row(f"X0{number}", node.id) for number, node in enumerate(model("sme-2022").nodes))


def test_a_model_that_is_covered_whole_has_an_interval_without_width() -> None:
    found = compared("sme-2022", WHOLE_2022, dict.fromkeys(("X00", "X01", "X02", "X03"), "3.5"))
    assert (found.lower, found.upper, found.coverage) == (Decimal("70.00"), Decimal("70.00"), Decimal("1.00"))
    assert (found.lower_rank, found.upper_rank) == (3, 3)


def test_what_no_row_covers_may_be_anything() -> None:
    found = compared("sme-2022", WHOLE_2022[:2], {"X00": "4", "X01": "4"})
    assert (found.lower, found.upper, found.coverage) == (Decimal("40.00"), Decimal("90.00"), Decimal("0.50"))
    assert {IndicativeReason.LEVELS_DIFFER, IndicativeReason.COVERAGE_LOW} <= set(found.why_indicative)


def test_an_indicator_that_does_not_apply_covers_nothing() -> None:
    found = compared("sme-2022", WHOLE_2022, {"X00": "3"})
    assert found.coverage == Decimal("0.25")


def test_a_row_covers_what_its_relation_and_its_confidence_say() -> None:
    broad = compared("sme-2022", (row("X00", "foundation", MappingRelation.BROAD, "0.8"),), {"X00": "5"})
    [foundation] = [one for one in broad.nodes if one.node == "foundation"]
    assert foundation.coverage == Decimal("0.40")
    assert (foundation.lower, foundation.upper) == (Decimal("40.00"), Decimal("100.00"))
    assert foundation.indicators == ("X00",)


def test_related_rows_alone_say_nothing() -> None:
    rows = (row("X00", "foundation", MappingRelation.RELATED),)
    assert comparable_result(model("sme-2022"), rows, {"X00": Decimal(5)}, RULE) is None


@pytest.mark.parametrize("key", ["internet-security-2024", "state-owned-firms-1", "integration-management-2017"])
def test_a_class_of_risk_and_a_model_without_nodes_are_compared_with_nothing(key: str) -> None:
    edition = model(key)
    rows = tuple(row("X00", node.id) for node in edition.nodes)
    assert comparable_result(edition, rows, {"X00": Decimal(5)}, RULE) is None


def sme_2024() -> tuple[CrosswalkRow, ...]:
    return tuple(row("X00", node) for node in sorted(model("sme-2024").leaves))


def test_a_level_of_a_small_firm_needs_scenes_beside_its_points() -> None:
    scored = tuple(one for one in sme_2024() if not model("sme-2024").by_id[one.node].scene)
    without = compared("sme-2024", scored, {"X00": "5"})
    assert without.lower == Decimal("100.00")
    assert (without.lower_rank, without.upper_rank) == (0, 4)
    assert compared("sme-2024", sme_2024(), {"X00": "5"}).lower_rank == 4


def test_only_what_is_covered_lies_in_one_level_and_stands_in_a_source_is_more_than_indicative() -> None:
    found = compared("sme-2024", sme_2024(), {"X00": "3.2"})
    assert not found.indicative
    assert found.marks == (SourceMark.V_2,)


def test_cut_offs_that_were_not_found_keep_a_result_indicative() -> None:
    rows = tuple(row("X00", node) for node in sorted(model("dcmm-2025").leaves))
    found = compared("dcmm-2025", rows, {"X00": "3"})
    assert (found.lower_rank, found.upper_rank, found.coverage) == (3, 3, Decimal("1.00"))
    assert found.why_indicative == (IndicativeReason.UNVERIFIED,)
    assert SourceMark.P in found.marks


def test_an_interval_spans_every_variant_since_no_one_knows_which_applies() -> None:
    rows = tuple(row("X00" if node.id == "resources" else "X01", node.id) for node in model("cmmm-2020").nodes if not node.parent)
    found = compared("cmmm-2020", rows, {"X00": "5", "X01": "0"})
    assert (found.lower, found.upper) == (Decimal("0.30"), Decimal("0.75"))


RELATIONS = st.sampled_from([one for one in MappingRelation if one is not MappingRelation.RELATED])
CONFIDENCES = st.integers(1, 1000).map(lambda thousandths: Decimal(thousandths) / 1000)
MATURITY = st.dictionaries(st.sampled_from(INDICATORS), st.integers(0, 10).map(lambda half: Decimal(half) / 2), min_size=1)


@st.composite
def crosswalks(draw: st.DrawFn) -> tuple[ExternalEdition, tuple[CrosswalkRow, ...]]:
    edition = draw(st.sampled_from(COMPARED))
    ends = st.tuples(st.sampled_from(INDICATORS), st.sampled_from([node.id for node in edition.nodes]))
    pairs = draw(st.lists(ends, min_size=1, max_size=12, unique=True))
    rows = [
        CrosswalkRow(indicator=indicator, node=node, relation=draw(RELATIONS), rationale="示例", confidence=draw(CONFIDENCES))
        for indicator, node in pairs
    ]
    return edition, tuple(rows)


@settings(deadline=None, max_examples=60)
@drawn(crosswalks(), MATURITY, st.data())
def test_a_better_answer_never_lowers_an_end_of_any_interval(
    crosswalk: tuple[ExternalEdition, tuple[CrosswalkRow, ...]], maturity: dict[str, Decimal], data: st.DataObject
) -> None:
    edition, rows = crosswalk
    raised = data.draw(st.sampled_from(sorted(maturity)))
    better = maturity | {raised: data.draw(st.integers(int(maturity[raised] * 2), 10)) / Decimal(2)}
    before, after = (comparable_result(edition, rows, one, RULE) for one in (maturity, better))
    assert before is not None
    assert after is not None
    for low, high in zip((before, *before.nodes), (after, *after.nodes), strict=True):
        assert low.lower <= high.lower
        assert low.upper <= high.upper
        assert low.lower_rank <= high.lower_rank
        assert low.upper_rank <= high.upper_rank
        assert low.coverage == high.coverage


@settings(deadline=None, max_examples=60)
@drawn(crosswalks(), MATURITY)
def test_an_interval_lies_on_the_scale_and_nothing_unverified_is_more_than_indicative(
    crosswalk: tuple[ExternalEdition, tuple[CrosswalkRow, ...]], maturity: dict[str, Decimal]
) -> None:
    edition, rows = crosswalk
    found = comparable_result(edition, rows, maturity, RULE)
    assert found is not None
    for one in (found, *found.nodes):
        assert 0 <= one.lower <= one.upper <= found.scale
        assert one.lower_rank <= one.upper_rank
        assert 0 <= one.coverage <= 1
    if not found.indicative:
        assert not set(found.marks) & UNVERIFIED
        assert found.lower_rank == found.upper_rank
        assert found.coverage >= RULE.coverage


def test_the_rule_of_the_day_decides() -> None:
    later = RULE.model_copy(update={"since": date(2027, 1, 1), "coverage": Decimal("0.9")})
    rules = ComparisonRules(rules=(RULE, later))
    assert rules.on(date(2020, 1, 1)) == rules.on(date(2026, 12, 31)) == RULE
    assert rules.on(date(2027, 1, 1)) == later


def test_a_rule_says_of_each_relation_how_much_it_covers() -> None:
    with pytest.raises(ValueError, match="each relation"):
        ComparisonRule.model_validate(RULE.model_dump() | {"covers": {"exact": "1"}})
