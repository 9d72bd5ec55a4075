"""Methods m and n: forecast, pace, splitting, double marking."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from methods.double_marking import settled_mark, third_is_needed
from methods.forecast import Week, forecast, needed_pace
from methods.largest_remainder import largest_remainder
from methods.rounding import rounded
from tests.methods.worked_cases import cases

APART = Fraction(15)


def test_a_year_is_forecast_from_its_weeks_and_the_calendar() -> None:
    (case,) = cases("m", "forecast")
    facts, expect = case["given"], case["expect"]
    weeks = [Week(count, Decimal(days)) for count, days in zip(facts["weekly"], facts["working_days"], strict=True)]
    left = Decimal(facts["working_days_left"])
    found = forecast(facts["done"], weeks, left, facts["total"])
    pace = needed_pace(facts["done"], facts["total"], left)
    assert found is not None
    assert pace is not None
    assert {
        "mean": str(found.mean),
        "interval90": [str(found.low), str(found.high)],
        "dispersion": str(found.dispersion),
        "sd": str(found.deviation),
        "needed_per_day": str(rounded(pace, 2)),
        "needed_per_5_days": str(rounded(5 * pace, 2)),
    } == expect


def test_a_pace_is_not_told_from_one_week_nor_needed_once_the_target_is_reached() -> None:
    assert forecast(0, [Week(3, Decimal(5))], Decimal(10), 100) is None
    standing = forecast(7, [Week(0, Decimal(5)), Week(0, Decimal(5))], Decimal(10), 100)
    assert standing is not None
    assert (standing.low, standing.mean, standing.high) == (7, 7, 7)
    assert needed_pace(9, 9, Decimal(0)) == 0
    assert needed_pace(8, 9, Decimal(0)) is None


@pytest.mark.parametrize("case", cases("m", "largest remainder"), ids=lambda case: str(case["given"]["total"]))
def test_a_target_is_split_so_that_its_parts_add_up(case: dict) -> None:
    assert largest_remainder(case["given"]["total"], case["given"]["weights"]) == case["expect"]["parts"]


WEIGHTS = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 10**12), min_size=1, max_size=8)


@given(st.integers(0, 10**13), WEIGHTS)
def test_parts_add_up_and_each_is_its_share_to_the_next_whole(total: int, weights: dict[str, int]) -> None:
    if not any(weights.values()):
        with pytest.raises(ValueError, match="weights"):
            largest_remainder(total, weights)
        return
    parts = largest_remainder(total, weights)
    assert sum(parts.values()) == total
    assert all(abs(part - Fraction(total * weights[name], sum(weights.values()))) < 1 for name, part in parts.items())
    assert largest_remainder(total, dict(sorted(weights.items(), reverse=True))) == parts


@pytest.mark.parametrize("case", cases("n", "double marking"), ids=lambda case: "-".join(map(str, case["given"].values())))
def test_marks_far_apart_call_for_a_third_and_the_median_counts(case: dict) -> None:
    first, second = Fraction(case["given"]["first"]), Fraction(case["given"]["second"])
    third = Fraction(case["given"]["third"]) if case["given"]["third"] else None
    mark = settled_mark(first, second, third, APART)
    assert (mark if mark is None else str(rounded(mark, 2))) == case["expect"]["mark"]
    assert (third_is_needed(first, second, APART) and third is None) == case["expect"]["third_needed"]
