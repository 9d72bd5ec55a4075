"""Matching measured: a district's batch of firms to providers, the best plan and its proof, against first come, first served."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.measuring import Bench, Compared, say
from methods.matching import moves, plan

GOAL = 10.0
"""Seconds."""


@dataclass(frozen=True)
class Sizes:
    """firms, providers; tags: industries that each provider holds, of 20."""

    firms: int = 1000
    providers: int = 60
    tags: int = 6


SIZES = Sizes()
SMOKE = Sizes(firms=40, providers=6)


def batch(sizes: Sizes) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Costs and capacities: a third more places than firms, so that the near ones are short."""
    chance = Random("matching")  # noqa: S311 - a benchmark repeats
    names = [f"p{at}" for at in range(sizes.providers)]
    tags = {name: set(chance.sample(range(20), sizes.tags)) for name in names}
    own = {name: chance.randrange(20) for name in names}
    home = {name: set(chance.sample(range(16), 5)) for name in names}
    costs = {}
    for at in range(sizes.firms):
        industry, district = chance.randrange(20), chance.randrange(16)
        costs[f"f{at}"] = {
            name: own[name] + (0 if district in home[name] else 30)
            for name in names
            if industry in tags[name] and chance.randrange(50)
        }
    return costs, dict.fromkeys(names, sizes.firms * 4 // (sizes.providers * 3) + 1)


def first_come(costs: dict[str, dict[str, int]], capacities: dict[str, int]) -> int:
    """What it costs when each firm takes the cheapest that is left."""
    left, paid = dict(capacities), 0
    for own in costs.values():
        offers = [(cost, provider) for provider, cost in own.items() if left[provider]]
        if offers:
            cost, provider = min(offers)
            left[provider] -= 1
            paid += cost
    return paid


def compare(_: Bench, sizes: Sizes) -> Iterator[Compared]:
    """No database has a part in it."""
    costs, capacities = batch(sizes)
    begun = time.perf_counter()
    found = plan(costs, capacities)
    solved = time.perf_counter() - begun
    begun = time.perf_counter()
    proven = moves(costs, capacities, found).is_optimal
    checked = time.perf_counter() - begun
    if not proven:
        raise AssertionError("the plan is not the best")
    greedy = first_come(costs, capacities)
    say(
        f"{sizes.firms} firms × {sizes.providers} providers: solved in {solved:.2f} s, proven in {checked:.2f} s, "
        f"{len(found.unassigned)} left out; cost {found.cost}, first come first served {greedy}"
    )
    yield Compared(
        f"plan of {sizes.firms} firms × {sizes.providers} providers",
        "cost of first come, first served",
        greedy / max(found.cost, 1),
        note=f"{solved + checked:.1f} s with its proof (goal {GOAL:g})",
    )
