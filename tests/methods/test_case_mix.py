"""Method c: case mix from comparisons inside providers."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from methods.case_mix import OTHER, Scored, adjusted, cells_of, effects, not_comparable, small_levels_joined
from methods.ridge import ridge_solution
from methods.rounding import rounded
from tests.methods.worked_cases import cases


def test_effects_come_from_inside_providers() -> None:
    (case,) = cases("c", "two industries")
    cells = cells_of(Scored(provider, (level,), Decimal(score)) for provider, level, score in case["given"]["rows"])
    found = effects(cells, case["given"]["lambda"])
    assert {level: str(effect) for (_, level), effect in found.items()} == case["expect"]["beta"]
    assert {name: str(one.mean) for name, one in adjusted(cells, found).items()} == case["expect"]["adjusted_mean"]


def test_without_effects_means_and_variances_are_those_of_the_jobs() -> None:
    found = adjusted(cells_of(Scored("p", ("a",), Decimal(score)) for score in (70, 80, 90)), {})["p"]
    assert (found.jobs, found.mean, found.variance, found.spread) == (3, 80, 100, Fraction(1, 3))


def test_a_drawn_job_stands_for_those_that_were_not() -> None:
    jobs = [Scored("p", ("a",), Decimal(100), 20), Scored("p", ("a",), Decimal(0), 4)]
    found = adjusted(cells_of(jobs), {})["p"]
    assert found.mean == Decimal("83.3333")
    assert found.spread == Fraction(416, 576)


def test_a_level_of_few_jobs_or_few_providers_joins_other() -> None:
    jobs = [Scored(provider, ("steel", "large"), Decimal(80)) for provider in "xyz" for _ in range(10)]
    jobs += [Scored("x", ("glass", "large"), Decimal(80)) for _ in range(30)]
    joined = small_levels_joined(cells_of(jobs), 30, 3)
    assert set(joined) == {(provider, ("steel", "large")) for provider in "xyz"} | {("x", (OTHER, "large"))}
    assert joined["x", (OTHER, "large")].jobs == 30


def test_who_serves_mostly_what_nobody_else_serves_is_not_comparable() -> None:
    jobs = [Scored("x", ("glass",), Decimal(80))] * 9 + [Scored("x", ("steel",), Decimal(80))]
    jobs += [Scored("y", ("steel",), Decimal(80))]
    assert not_comparable(cells_of(jobs), Decimal("0.8")) == {"x"}
    assert not_comparable(cells_of(jobs), Decimal("0.9")) == set()


ROWS = st.lists(
    st.builds(
        Scored,
        st.sampled_from("pqr"),
        st.tuples(st.sampled_from("abc"), st.sampled_from("xy")),
        st.decimals(0, 100, places=4),
        st.sampled_from([1, 20, Fraction(10, 3)]),
    ),
    min_size=2,
    max_size=40,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_jobs_changes_no_effect_and_no_mean(jobs: list[Scored], chance: object) -> None:
    mixed = list(jobs)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    one, two = cells_of(jobs), cells_of(mixed)
    assert effects(one, 1) == effects(two, 1)
    assert adjusted(one, effects(one, 1)) == adjusted(two, effects(two, 1))


WHOLE = st.integers(-9, 9).map(Fraction)


@given(st.lists(st.lists(WHOLE, min_size=3, max_size=3), min_size=1, max_size=4), st.lists(WHOLE, min_size=3, max_size=3))
def test_the_solution_solves_the_equations_to_its_last_decimal(rows: list[list[Fraction]], vector: list[Fraction]) -> None:
    """M = X'X is positive semidefinite; its exact solution is checked through the equations themselves."""
    matrix = [[sum((row[i] * row[j] for row in rows), Fraction(0)) for j in range(3)] for i in range(3)]
    found = ridge_solution(matrix, vector, 1, 12)
    for i in range(3):
        left = sum((matrix[i][j] * Fraction(found[j]) for j in range(3)), Fraction(found[i]))
        size = 1 + sum(abs(value) for value in matrix[i])
        assert abs(left - vector[i]) <= size * Fraction(1, 10**12)


def test_an_exact_tie_is_rounded_up_by_the_fractions() -> None:
    assert ridge_solution([[Fraction(1)]], [Fraction(1, 1000)], 1, 3) == [Decimal("0.001")]
    assert rounded(Fraction(-1, 2000), 3) == Decimal("-0.001")
