"""Method o: firms to providers at the least cost, with a proof."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from methods.matching import AssignmentPlan, Costs, moves, plan, price_of_moving, tie_break, weight
from tests.methods.worked_cases import cases


def table(flat: dict[str, int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for pair, cost in flat.items():
        firm, provider = pair.split("|")
        found.setdefault(firm, {})[provider] = cost
    return found


def test_the_one_place_goes_to_the_firm_that_has_no_other() -> None:
    (case,) = cases("o", "f2 can go")
    costs = table(case["given"]["cost"])
    found = plan(costs, case["given"]["capacity"])
    assert found.assigned == case["expect"]["assignment"]
    assert {pair: tie_break(*pair.split("|")) for pair in case["given"]["cost"]} == case["expect"]["tie"]
    assert found.cost == 22
    prices = moves(costs, case["given"]["capacity"], found)
    assert prices.is_optimal
    assert price_of_moving("f1", "p2", costs, found, prices) is None, "f2 would be left out"
    assert price_of_moving("f2", "p1", costs, found, prices) is None


CITIES = st.integers(1, 4).flatmap(
    lambda providers: st.tuples(
        st.dictionaries(
            st.sampled_from([f"f{at}" for at in range(6)]),
            st.dictionaries(st.sampled_from([f"p{at}" for at in range(providers)]), st.integers(0, 9)),
            max_size=5,
        ),
        st.fixed_dictionaries({f"p{at}": st.integers(0, 3) for at in range(providers)}),
    )
)


def best(costs: Costs, capacities: dict[str, int]) -> tuple[int, int]:
    """Every assignment tried: fewest left out, then least weight."""
    found = []
    firms = sorted(costs)
    for choice in product(*([*costs[firm], ""] for firm in firms)):
        if all(choice.count(provider) <= places for provider, places in capacities.items()):
            pairs = zip(firms, choice, strict=True)
            taken = [weight(firm, provider, costs[firm][provider]) for firm, provider in pairs if provider]
            found.append((len(firms) - len(taken), sum(taken)))
    return min(found)


@given(CITIES)
def test_a_plan_is_the_best_of_all_and_proves_it(city: tuple[dict[str, dict[str, int]], dict[str, int]]) -> None:
    costs, capacities = city
    found = plan(costs, capacities)
    taken = sum(weight(firm, provider, costs[firm][provider]) for firm, provider in found.assigned.items())
    assert (len(found.unassigned), taken) == best(costs, capacities)
    assert moves(costs, capacities, found).is_optimal


@given(CITIES, st.randoms(use_true_random=False))
def test_the_plan_is_one_and_the_same_in_whatever_order_firms_and_providers_come(
    city: tuple[dict[str, dict[str, int]], dict[str, int]], chance: object
) -> None:
    costs, capacities = city
    firms, places = list(costs), list(capacities)
    chance.shuffle(firms)  # type: ignore[attr-defined]
    chance.shuffle(places)  # type: ignore[attr-defined]
    mixed = {firm: dict(reversed(costs[firm].items())) for firm in firms}
    assert plan(mixed, {place: capacities[place] for place in places}) == plan(costs, capacities)


def test_the_certificate_sees_a_plan_that_could_be_cheaper() -> None:
    costs = {"f1": {"p1": 1, "p2": 5}, "f2": {"p1": 5, "p2": 1}}
    worse = AssignmentPlan({"f1": "p2", "f2": "p1"}, (), 10)
    assert not moves(costs, {"p1": 1, "p2": 1}, worse).is_optimal
    left_out = AssignmentPlan({"f1": "p1"}, ("f2",), 1)
    assert not moves(costs, {"p1": 1, "p2": 1}, left_out).is_optimal


def test_a_move_is_priced_with_everybody_who_has_to_move_for_it() -> None:
    costs = {"f1": {"p1": 0, "p2": 3}, "f2": {"p2": 0, "p3": 7}, "f3": {"p3": 0}}
    capacities = {"p1": 1, "p2": 1, "p3": 2}
    found = plan(costs, capacities)
    assert found.assigned == {"f1": "p1", "f2": "p2", "f3": "p3"}
    prices = moves(costs, capacities, found)
    assert price_of_moving("f1", "p2", costs, found, prices) == 10
    assert price_of_moving("f1", "p1", costs, found, prices) == 0
    assert price_of_moving("f3", "p1", costs, found, prices) is None


@pytest.mark.parametrize("capacities", [{}, {"p1": 0}])
def test_firms_that_nobody_can_take_are_told(capacities: dict[str, int]) -> None:
    found = plan({"f1": {"p1": 3}, "f2": {}}, capacities)
    assert (found.assigned, found.unassigned, found.cost) == ({}, ("f1", "f2"), 0)
    assert moves({"f1": {"p1": 3}, "f2": {}}, capacities, found).is_optimal
