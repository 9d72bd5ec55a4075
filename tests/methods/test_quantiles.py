"""Quantiles: values of ranks, with an interval by order statistics that is told only where it can be."""

from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from methods.quantiles import HALF, NINE_TENTHS, Quantile, quantile

DAYS = st.lists(st.integers(0, 400), min_size=1, max_size=120)


def test_known_ranks_of_tables_of_order_statistics() -> None:
    """For the median: 1 to 5 of 5, 6 to 15 of 20 (95.9 and 90 % at least); for nine tenths no upper end below 29 values."""
    assert quantile([], HALF) is None
    assert quantile([3], HALF) == Quantile(3, None, None)
    assert quantile(range(1, 5), HALF) == Quantile(2, None, None)
    assert quantile(range(1, 6), HALF) == Quantile(3, 1, 5)
    assert quantile(range(1, 21), HALF) == Quantile(10, 6, 15)
    assert quantile(range(1, 29), NINE_TENTHS) == Quantile(26, 22, None)
    assert quantile(range(1, 30), NINE_TENTHS) == Quantile(27, 23, 29)


@given(DAYS)
def test_an_interval_holds_its_quantile_and_no_order_matters(days: list[int]) -> None:
    for share in (HALF, NINE_TENTHS):
        found = quantile(days, share)
        assert found is not None
        assert found == quantile(sorted(days, reverse=True), share)
        assert sum(day <= found.value for day in days) >= share * len(days)
        assert found.low is None or found.low <= found.value
        assert found.high is None or found.high >= found.value


def test_the_interval_covers_at_least_nine_tenths_of_all_samples() -> None:
    """Every sample of seven throws of a fair die with values 1 to 4: its median is 2 (half do not exceed it)."""
    covered = total = 0
    for sample in product(range(1, 5), repeat=7):
        found = quantile(sample, HALF)
        assert found is not None
        covered += (found.low is None or found.low <= 2) and (found.high is None or found.high >= 2)
        total += 1
    assert Fraction(covered, total) >= NINE_TENTHS
