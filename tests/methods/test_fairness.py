"""Method j: whether ratings tilt."""

from decimal import Decimal
from fractions import Fraction
from math import comb

from hypothesis import given
from hypothesis import strategies as st

from methods.fairness import (
    FairnessRule,
    Finding,
    GroupCount,
    comparisons,
    expected_false_accusations,
    fisher,
    holm,
    share_ratio,
)
from methods.rounding import rounded
from tests.methods.worked_cases import cases, texts

RULE = FairnessRule(Decimal("0.05"), Decimal("0.8"))


def test_two_groups_are_compared_exactly() -> None:
    (case,) = cases("j", "Fisher")
    one, other = (GroupCount(good, good + rest) for good, rest in case["given"]["table"])
    ratio = share_ratio(one, other)
    assert str(rounded(fisher(one, other), 6)) == case["expect"]["p"]
    assert str(ratio.ratio) == case["expect"]["ratio"]
    assert [str(ratio.low), str(ratio.high)] == case["expect"]["ratio_interval90"]


def test_many_comparisons_are_corrected_together() -> None:
    (case,) = cases("j", "Holm")
    assert texts(holm([Decimal(one) for one in case["given"]["p"]])) == case["expect"]["adjusted"]


GROUPS = st.integers(1, 12).flatmap(lambda size: st.builds(GroupCount, st.integers(0, size), st.just(size)))


@given(GROUPS, GROUPS)
def test_the_test_is_a_probability_and_does_not_care_which_group_is_first(one: GroupCount, other: GroupCount) -> None:
    assert 0 < fisher(one, other) <= 1
    assert fisher(one, other) == fisher(other, one)
    turned = GroupCount(one.of - one.good, one.of), GroupCount(other.of - other.good, other.of)
    assert fisher(*turned) == fisher(one, other)


def test_tables_of_given_margins_have_probability_one_in_all() -> None:
    ways = [comb(7, at) * comb(9, 6 - at) for at in range(7)]
    assert sum(ways) == comb(16, 6)
    assert fisher(GroupCount(0, 7), GroupCount(6, 9)) == Fraction(sum(way for way in ways if way <= ways[0]), comb(16, 6))


def test_a_tilt_is_sure_and_large_and_what_cannot_be_told_is_said() -> None:
    found = comparisons({"east": GroupCount(2, 40), "west": GroupCount(36, 40)}, RULE)
    assert found["east"].finding is Finding.TILT
    assert found["west"].finding is Finding.NO_TILT
    few = comparisons({"east": GroupCount(2, 4), "west": GroupCount(3, 4)}, RULE)
    assert few["east"].finding is Finding.CANNOT_TELL
    alike = comparisons({"east": GroupCount(380, 400), "west": GroupCount(382, 400)}, RULE)
    assert alike["east"].finding is Finding.NO_TILT


def test_of_one_good_provider_against_another_nobody_can_tell_and_of_many_there_is_no_tilt() -> None:
    """All of both are good: the interval of the ratio has a width, which many make small."""
    few = comparisons({"east": GroupCount(1, 1), "west": GroupCount(1, 1)}, RULE)["east"]
    many = comparisons({"east": GroupCount(30, 30), "west": GroupCount(30, 30)}, RULE)["east"]
    assert (few.ratio.ratio, few.finding, many.finding) == (Decimal("1.0000"), Finding.CANNOT_TELL, Finding.NO_TILT)
    assert few.ratio.low < many.ratio.low < 1 < many.ratio.high < few.ratio.high


def test_a_group_that_is_everybody_or_nobody_is_not_compared() -> None:
    assert comparisons({"east": GroupCount(3, 4), "west": GroupCount(0, 0)}, RULE) == {}


def test_no_good_one_elsewhere_leaves_no_ratio_but_an_interval() -> None:
    ratio = share_ratio(GroupCount(3, 4), GroupCount(0, 4))
    assert ratio.ratio is None
    assert ratio.low < ratio.high


def test_the_expected_false_accusations_stand_beside_a_report() -> None:
    assert expected_false_accusations(30, Decimal("0.05")) == Decimal("1.5")
