"""Methods p and q: payments to the fen, and which counts are hidden."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from methods.payments import Claim, clawback, due, payments
from methods.small_cells import CannotBeHidden, differs_too_little, hidden_cells, is_dominated, may_publish_again
from tests.methods.worked_cases import cases


def claims(given: dict[str, list[list]]) -> dict[str, list[Claim]]:
    return {provider: [Claim(base, Decimal(factor), jobs) for base, factor, jobs in rows] for provider, rows in given.items()}


@pytest.mark.parametrize("case", cases("p", "subsidy"), ids=lambda case: str(case["given"]["budget"]))
def test_payments_add_up_to_the_budget_to_the_fen(case: dict) -> None:
    found = payments(claims(case["given"]["claims"]), case["given"]["cap"], case["given"]["budget"])
    assert found.paid == case["expect"]["pay"]
    assert str(found.ratio) == case["expect"]["ratio"]


def test_a_capped_provider_pays_back_too() -> None:
    (case,) = cases("p", "clawback")
    paid, jobs, expect = case["given"]["paid"], case["given"]["jobs"], case["expect"]
    for provider in ("p1", "p5"):
        own, lost = [Claim(600000, Decimal("1.2"), jobs[provider])], [Claim(600000, Decimal("1.2"), 1)]
        assert clawback(paid[provider], own, lost, 0) == expect[provider]
    own = [Claim(600000, Decimal("1.2"), 150)]
    assert clawback(paid["p1"], own, [Claim(600000, Decimal("1.2"), 2)], expect["p1"]) == expect["p1 second job"]
    assert clawback(paid["p1"], own, own, 0) == paid["p1"]
    assert clawback(0, [], [], 0) == 0


COEFFICIENTS = st.sampled_from([Decimal(one) for one in ("0", "0.7", "1", "1.2")])
CLAIM = st.builds(Claim, st.integers(0, 10**6), COEFFICIENTS, st.integers(0, 99))
YEARS = st.dictionaries(st.text("pqr0123", min_size=1, max_size=3), st.lists(CLAIM, max_size=3), max_size=6)


@given(YEARS, st.integers(0, 10**8), st.integers(0, 10**9))
def test_the_budget_is_never_exceeded_and_nobody_gets_more_than_is_due(
    year: dict[str, list[Claim]], cap: int, budget: int
) -> None:
    found = payments(year, cap, budget)
    assert sum(found.paid.values()) == min(budget, sum(found.due.values()))
    for provider, paid in found.paid.items():
        assert 0 <= paid <= found.due[provider] <= min(cap, due(year[provider]) + Fraction(1, 2))
    assert payments(dict(reversed(year.items())), cap, budget).paid == found.paid


@given(st.lists(CLAIM, min_size=1, max_size=4), st.integers(0, 10**9))
def test_taken_back_job_by_job_is_what_is_taken_back_at_once(own: list[Claim], paid: int) -> None:
    back = 0
    for at in range(len(own)):
        more = clawback(paid, own, own[: at + 1], back)
        assert more >= 0
        back += more
    assert back == (paid if due(own) else 0)


def test_no_claim_is_below_zero() -> None:
    with pytest.raises(ValueError, match="no claim"):
        Claim(1, Decimal(1), -1)


def test_small_cells_are_hidden_with_partners() -> None:
    (case,) = cases("q", "hidden cells")
    assert [list(cell) for cell in hidden_cells(case["given"]["cells"], 5)] == case["expect"]["hidden"]
    with pytest.raises(CannotBeHidden, match="merge"):
        hidden_cells({"east": {"steel": 3, "glass": 9}}, 5)


COUNTS = st.integers(2, 4).flatmap(
    lambda columns: st.lists(st.lists(st.integers(0, 30), min_size=columns, max_size=columns), min_size=2, max_size=4)
)


@given(COUNTS)
def test_no_row_or_column_has_a_single_hidden_cell_that_its_margin_tells(rows: list[list[int]]) -> None:
    table = {f"r{at}": {f"c{to}": count for to, count in enumerate(row)} for at, row in enumerate(rows)}
    try:
        hidden = hidden_cells(table, 5)
    except CannotBeHidden:
        return
    assert {(row, column) for row in table for column, count in table[row].items() if 0 < count < 5} <= set(hidden)
    for side in (0, 1):
        for name in {cell[side] for cell in hidden}:
            assert sum(cell[side] == name for cell in hidden) > 1


def test_what_is_published_once_is_guarded_against_differences() -> None:
    published = [{"a", "b", "c", "d", "e", "f"}]
    assert differs_too_little({"a", "b", "c", "d", "e"}, published, 5)
    assert not differs_too_little(published[0], published, 5)
    assert not differs_too_little({"a"}, published, 5)
    assert is_dominated([90, 5, 5], Fraction(4, 5))
    assert not is_dominated([80, 10, 10], Fraction(4, 5))
    assert not is_dominated([], Fraction(4, 5))
    assert may_publish_again(5, 5)
    assert not may_publish_again(4, 5)
