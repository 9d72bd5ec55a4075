"""Covering (plan S4, R2): whatever the search answers, trying everything finds nothing cheaper."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standards.improvement.cover import Cover, NoCover, cheapest_cover
from standards.improvement.cover_problem import Choice, Covering

PLENTY = 10**6


def rising(costs: list[int], values: list[int], counts: list[int]) -> tuple[Choice, ...]:
    return tuple(map(Choice, costs, sorted(values), sorted(counts)))


def of_size(size: int) -> st.SearchStrategy[tuple[Choice, ...]]:
    some = {"min_size": size, "max_size": size}
    return st.builds(
        rising,
        st.lists(st.integers(0, 12), **some),
        st.lists(st.integers(0, 9), **some),
        st.lists(st.integers(0, 1), **some),
    )


items = st.integers(1, 4).flatmap(of_size)
blocks = st.lists(st.lists(items, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple)


@st.composite
def coverings(draw: st.DrawFn) -> Covering:
    found = draw(blocks)
    need = st.integers(0, 14)
    needs = draw(st.lists(st.tuples(*(need for _ in found)), min_size=1, max_size=3))
    return Covering(found, tuple(needs), draw(st.integers(0, 30)), draw(st.integers(0, 5)))


def covers(problem: Covering, chosen: tuple[tuple[Choice, ...], ...]) -> bool:
    values = [sum(choice.value for choice in block) for block in chosen]
    enough = any(all(v >= n for v, n in zip(values, needs, strict=True)) for needs in problem.needs)
    counted = sum(choice.counts for block in chosen for choice in block)
    return enough and sum(values) >= problem.total and counted >= problem.count


def cheapest_of_all(problem: Covering) -> int | None:
    """By trying every choice there is."""
    every = product(*(product(*block) for block in problem.blocks))
    costs = [sum(o.cost for block in chosen for o in block) for chosen in every if covers(problem, chosen)]
    return min(costs, default=None)


def chosen(problem: Covering, cover: Cover) -> tuple[tuple[Choice, ...], ...]:
    return tuple(
        tuple(item[pick] for item, pick in zip(block, picks, strict=True))
        for block, picks in zip(problem.blocks, cover.picks, strict=True)
    )


def answer(problem: Covering, work: int = PLENTY) -> Cover | None:
    try:
        return cheapest_cover(problem, work)
    except NoCover:
        return None


@settings(max_examples=600)
@given(coverings())
def test_the_answer_covers_and_nothing_that_covers_is_cheaper(problem: Covering) -> None:
    cover, best = answer(problem), cheapest_of_all(problem)
    if cover is None:
        assert best is None
        return
    taken = chosen(problem, cover)
    assert covers(problem, taken)
    assert cover.cost == sum(choice.cost for block in taken for choice in block)
    assert (cover.cost, cover.bound, cover.is_cheapest) == (best, best, True)


@settings(max_examples=300)
@given(coverings(), st.integers(0, 40))
def test_cut_short_it_still_covers_and_its_bound_is_still_true(problem: Covering, work: int) -> None:
    cover, best = answer(problem, work), cheapest_of_all(problem)
    if cover is None or best is None:
        assert cover is None
        assert best is None
        return
    assert covers(problem, chosen(problem, cover))
    assert cover.bound <= best <= cover.cost
    assert cover.is_cheapest == (cover.bound == cover.cost)


def knapsack(size: int) -> Covering:
    """Nearly equal prices a value, so that the bound alone decides little."""
    item = [(Choice(0, 0, 0), Choice(1000 + 7 * n % 97, 100 + n * n % 89, 0)) for n in range(size)]
    return Covering((tuple(item),), ((0,),), sum(found[1].value for found in item) // 2, 0)


def test_too_little_work_is_said_and_never_called_the_cheapest() -> None:
    problem = knapsack(40)
    short, whole = cheapest_cover(problem, 50), cheapest_cover(problem, PLENTY)
    assert not short.is_cheapest
    assert short.bound < short.cost
    assert short.bound <= whole.bound == whole.cost <= short.cost


def test_the_same_problem_has_the_same_answer() -> None:
    assert cheapest_cover(knapsack(30), PLENTY) == cheapest_cover(knapsack(30), PLENTY)


def test_what_no_choice_covers_is_refused() -> None:
    one = ((Choice(0, 0, 0), Choice(5, 3, 0)),)
    for needs, total, count in (((4,), 0, 0), ((0,), 4, 0), ((0,), 0, 1)):
        with pytest.raises(NoCover):
            cheapest_cover(Covering((one,), (needs,), total, count), PLENTY)


def test_choices_that_do_not_rise_are_no_such_problem() -> None:
    for other in (Choice(5, 2, 1), Choice(5, 4, 0)):
        with pytest.raises(ValueError, match="rise"):
            Covering((((Choice(0, 3, 1), other),),), ((0,),), 0, 0)


def test_an_alternative_that_cannot_be_met_leaves_the_others() -> None:
    one = ((Choice(0, 0, 0), Choice(5, 3, 0)),)
    assert cheapest_cover(Covering((one,), ((4,), (3,)), 0, 0), PLENTY).cost == 5


class Late(Exception):  # noqa: N818 - what is late
    pass


def test_a_search_that_nobody_waits_for_any_more_stops_at_the_next_step_and_asking_changes_no_answer() -> None:
    """plan P5: the what-if is bounded by the request's deadline, as every statement is."""
    asked = 0

    def in_time() -> None:
        nonlocal asked
        asked += 1
        if asked == until:
            raise Late

    until = -1
    whole = cheapest_cover(knapsack(30), PLENTY, in_time)
    assert whole == cheapest_cover(knapsack(30), PLENTY)
    steps, asked, until = asked, 0, 2
    assert steps > 2
    with pytest.raises(Late):
        cheapest_cover(knapsack(30), PLENTY, in_time)
    assert asked == 2
