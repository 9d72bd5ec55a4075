"""Mean with its interval (method q): of values counted and of values listed alike, exactly by its definition."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from math import sqrt

from hypothesis import given
from hypothesis import strategies as st

from methods.agreement import student_95
from methods.mean_interval import MeanInterval, counted_mean_interval, mean_interval
from methods.rounding import rounded

values = st.lists(st.decimals(-1_000, 1_000, places=12) | st.sampled_from([Decimal(40), Decimal("62.5")]), max_size=30)


@given(values)
def test_mean_and_interval_are_those_of_the_definition_in_whatever_order_and_however_often_a_value_comes(
    listed: list[Decimal],
) -> None:
    told = mean_interval(listed, 4, mean_from=5, interval_from=11)
    assert told == counted_mean_interval(Counter(reversed(listed)), 4, mean_from=5, interval_from=11)
    if len(listed) < 5:
        assert told == MeanInterval(None, None, None)
        return
    count, exact = len(listed), list(map(Fraction, listed))
    mean = sum(exact, Fraction(0)) / count
    spread = sum((one - mean) ** 2 for one in exact) / (count - 1)
    half = Fraction(student_95(count - 1) * sqrt(spread / count))
    bounds = [rounded(one, 4) for one in (mean - half, mean + half)] if count >= 11 else [None, None]
    assert told == (rounded(mean, 4), *bounds)
