"""Method f: agreement, held also to the library that the field uses."""

from decimal import Decimal
from fractions import Fraction

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from methods.agreement import Agreement, agreement, is_low, ordinal_alpha, share_within, student_95, weighted_kappa
from methods.rounding import rounded
from tests.methods.worked_cases import cases


@pytest.mark.parametrize("case", cases("f", "quadratic kappa") + cases("f", "kappa undefined"), ids=lambda case: case["name"])
def test_kappa_weighs_a_difference_by_its_square(case: dict) -> None:
    found = weighted_kappa([(a, b) for a, b in case["given"]["pairs"]], case["given"]["categories"])
    assert (found if found is None else str(rounded(found, 6))) == case["expect"]["kappa"]


@pytest.mark.parametrize("case", cases("f", "ordinal alpha"), ids=lambda case: case["name"])
def test_alpha_takes_units_of_any_number_of_values(case: dict) -> None:
    found = agreement([tuple(unit) for unit in case["given"]["units"]])
    assert found is not None
    assert str(found.alpha) == case["expect"]["alpha"]
    if "interval90" in case["expect"]:
        assert [str(found.low), str(found.high)] == case["expect"]["interval90"]


UNITS = st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=3).map(tuple), min_size=1, max_size=12)


@given(UNITS)
def test_alpha_is_the_librarys(units: list[tuple[int, ...]]) -> None:
    found = ordinal_alpha(units)
    assume(found is not None)
    table = np.array([[unit[at] if at < len(unit) else np.nan for unit in units] for at in range(3)], dtype=float)
    assert krippendorff.alpha(table, level_of_measurement="ordinal") == pytest.approx(float(found), abs=1e-12)


@given(UNITS, st.randoms(use_true_random=False))
def test_neither_the_order_of_units_nor_that_of_values_changes_the_agreement(units: list[tuple[int, ...]], chance: object) -> None:
    mixed = [tuple(reversed(unit)) for unit in units]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert agreement(mixed) == agreement(units)


@given(UNITS)
def test_leaving_out_each_kind_once_is_leaving_out_each_unit(units: list[tuple[int, ...]]) -> None:
    """The interval counts units of the same values together; here every one is left out by itself."""
    pairs = [unit for unit in units if len(unit) > 1]
    found = agreement(units)
    rest = [ordinal_alpha(pairs[:at] + pairs[at + 1 :]) for at in range(len(pairs))]
    if found is None or found.low is None:
        return
    assert all(one is not None for one in rest)
    mean = sum(rest) / len(rest)  # type: ignore[arg-type]
    squares = sum((one - mean) ** 2 for one in rest) * Fraction(len(rest) - 1, len(rest))  # type: ignore[operator]
    half = student_95(len(rest) - 1) * float(squares) ** 0.5
    assert float(found.low) == pytest.approx(float(ordinal_alpha(pairs) or 0) - half, abs=1e-4)


def test_a_single_value_throughout_says_nothing_of_agreement() -> None:
    assert ordinal_alpha([(2, 2), (2, 2)]) is None
    assert ordinal_alpha([(1,), (2,)]) is None
    assert agreement([(1, 1), (1, 2)]) == Agreement(Decimal(0), 2, None, None)


def test_students_t_is_near_its_table() -> None:
    for degrees, table in ((9, 1.8331), (29, 1.6991), (99, 1.6604)):
        assert student_95(degrees) == pytest.approx(table, abs=2e-3)


def test_low_agreement_needs_both_a_low_alpha_and_far_values() -> None:
    found = Agreement(Decimal("0.4"), 60, Decimal("0.2"), Decimal("0.6"))
    assert is_low(found, Fraction(7, 10), Decimal("0.667"), Decimal("0.8"))
    assert not is_low(found, Fraction(8, 10), Decimal("0.667"), Decimal("0.8"))
    assert share_within([(1, 2), (1, 4)], 1) == Fraction(1, 2)
    assert share_within([], 1) is None
