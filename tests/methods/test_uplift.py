"""Method l: what an action brought."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from methods.uplift import Twice, before_after, difference_in_strata, matched_effect
from tests.methods.worked_cases import cases


def firms(rows: list[list[str]]) -> list[Twice]:
    return [Twice(firm, stratum, Decimal(first), Decimal(second)) for firm, stratum, first, second in rows]


def test_a_change_is_measured_against_the_nearest_without_an_action() -> None:
    (case,) = cases("l", "matched")
    found = matched_effect(firms(case["given"]["treated"]), firms(case["given"]["controls"]), Fraction("2.5"), 3)
    expect = case["expect"]
    assert str(found.effect) == expect["att"]
    assert (list(found.matched), list(found.unmatched)) == (expect["matched"], expect["unmatched"])
    assert {firm: str(use) for firm, use in found.uses.items()} == expect["control_use"]
    assert found.error is not None


ONE = st.builds(Twice, st.uuids().map(str), st.sampled_from("sl"), st.decimals(40, 45, places=1), st.decimals(40, 60, places=1))


@given(st.lists(ONE, max_size=6), st.lists(ONE, max_size=8), st.randoms(use_true_random=False))
def test_every_use_is_counted_and_the_order_of_firms_changes_nothing(
    treated: list[Twice], controls: list[Twice], chance: object
) -> None:
    found = matched_effect(treated, controls, Fraction("2.5"), 3)
    assert sum(found.uses.values()) == len(found.matched)
    mixed = list(treated), list(controls)
    for one in mixed:
        chance.shuffle(one)  # type: ignore[attr-defined]
    assert matched_effect(*mixed, Fraction("2.5"), 3) == found
    assert difference_in_strata(*mixed) == difference_in_strata(treated, controls)


def test_who_is_low_rises_anyway_and_the_strata_take_that_away() -> None:
    treated = firms([["t1", "s", "40", "46"], ["t2", "l", "60", "64"]])
    controls = firms([["c1", "s", "40", "43"], ["c2", "m", "40", "80"]])
    assert before_after(treated) == 5
    assert difference_in_strata(treated, controls) == 3
    assert before_after([]) is None
    assert difference_in_strata(treated, []) is None


def test_two_controls_do_not_tell_their_noise() -> None:
    found = matched_effect(firms([["t", "s", "40", "46"]]), firms([["a", "s", "40", "41"], ["b", "s", "41", "41"]]), Fraction(3), 3)
    assert (found.effect, found.error) == (Decimal("5.5"), None)
    assert matched_effect([], [], Fraction(3), 3).effect is None
