"""Needs 提升要求 of a grade or of single gates, as a covering problem in integers: a block a dimension, a choice a rung.

Each of them is a bound on sums of points, on levels, or on a number of key indicators. plan S4, R2.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from itertools import combinations

from standards.edition.edition import Edition
from standards.edition.text import Form
from standards.improvement.cover import Cover, NoCover, cheapest_cover
from standards.improvement.cover_problem import Choice, Covering
from standards.improvement.cover_search import InTime, whenever
from standards.improvement.steps import Rung
from standards.scoring.measure import effective_weights, level_of

PERCENT = 100
WORK = 400_000
"""Partial plans looked at before the search gives up its claim: about a second, where the hardest known need a ninth."""

Ladders = Mapping[str, tuple[Rung, ...]]
"""Applicable indicator -> every place that it may be taken to, from where it stands upwards."""


@dataclass(frozen=True)
class Goal:
    """What is to be reached 目标: gates of a level, by code, and a total of 0–100 points, as it is shown."""

    level: int
    total: Decimal
    gates: frozenset[str]


def goal_of(edition: Edition, grade: int) -> Goal:
    """What a measured grade asks for: its band, and every gate of its level; the first level has none."""
    level, gates = level_of(grade), edition.gates
    codes = {gates.weakest_dimension.code, gates.breadth.code, gates.key_indicators.code}
    codes |= {gate.code for gate in gates.security}
    return Goal(level, edition.bands[grade - 1], frozenset(codes) if level > 1 else frozenset())


@dataclass(frozen=True)
class CheapestSteps:
    """What a search found 求解结果. taken: of indicators that move; cost, bound: in what steps cost, proven from below."""

    taken: Mapping[str, Rung]
    cost: int
    bound: int
    proven: bool
    examined: int


def cheapest(
    edition: Edition, form: Form, goal: Goal, ladders: Ladders, work: int = WORK, in_time: InTime = whenever
) -> CheapestSteps | None:
    """The rungs that reach a goal at the least cost, of those in the fewest steps; None when nothing reaches it.

    proven: nothing costs less, and nothing of that cost has fewer steps.
    """
    allowed = above_floors(edition, form, goal, ladders)
    if not all(allowed.values()):
        return None
    try:
        cover = cheapest_cover(covering_of(edition, form, goal, allowed), work, in_time)
    except NoCover:
        return None
    unit = steps_unit(allowed)
    taken = _taken(edition, form, allowed, cover)
    return CheapestSteps(taken, cover.cost // unit, cover.bound // unit, cover.is_cheapest, cover.examined)


def needed_for_gates(
    edition: Edition, form: Form, goal: Goal, ladders: Ladders, taken: Mapping[str, Rung]
) -> dict[str, tuple[str, ...]]:
    """Indicator that a plan moves -> codes of the goal's gates that need it 所涉门槛, in order of code.

    Of each gate, the fewest that lift it by themselves: nothing where it holds as it is.
    """
    within = {
        identity: (found[0], replace(taken[identity], cost=1)) if identity in taken else found[:1]
        for identity, found in ladders.items()
    }
    needed: dict[str, list[str]] = {identity: [] for identity in taken}
    for code in sorted(goal.gates):
        found = cheapest(edition, form, Goal(goal.level, Decimal(0), frozenset({code})), within)
        for identity in found.taken if found is not None else ():
            needed[identity].append(code)
    return {identity: tuple(codes) for identity, codes in needed.items()}


def steps_unit(ladders: Ladders) -> int:
    """What one unit of cost counts in, so that plans of one cost are told apart by their number of steps."""
    return 1 + sum(max(rung.steps for rung in found) for found in ladders.values())


def above_floors(edition: Edition, form: Form, goal: Goal, ladders: Ladders) -> dict[str, tuple[Rung, ...]]:
    """The rungs that the floors of the goal's gates leave: of key indicators, and of the security gates."""
    floors = dict.fromkeys(ladders, Decimal(0))
    stars = edition.gates.key_indicators
    if stars.code in goal.gates:
        for item in edition.of(form):
            if item.key and item.id in floors:
                floors[item.id] = Decimal(goal.level - stars.levels_below)
    for gate in edition.gates.security:
        if gate.code in goal.gates and goal.level >= gate.from_level and gate.indicator in floors:
            floors[gate.indicator] = max(floors[gate.indicator], gate.at_least)
    return {identity: tuple(r for r in found if r.level >= floors[identity]) for identity, found in ladders.items()}


def _exact_floor(score: Decimal) -> Fraction:
    """The least exact score that is shown as at least this: shown scores are rounded to two decimals, half up."""
    return (Fraction((score * PERCENT).to_integral_value(ROUND_CEILING)) - Fraction(1, 2)) / PERCENT


def covering_of(edition: Edition, form: Form, goal: Goal, allowed: Ladders) -> Covering:
    """Total and gates of a goal as a covering problem in integers, a block a dimension."""
    level, gates = goal.level, edition.gates
    weights = effective_weights(edition, form, frozenset(allowed))
    floor = _exact_floor(goal.total)
    floors, wide = _of_dimensions(edition, goal)
    values = {
        identity: [weights[identity] * Fraction(rung.points) / PERCENT for rung in found]
        for identity, found in allowed.items()
    }
    scale = _common_denominator(
        [*(value for found in values.values() for value in found), floor, *floors.values(), *wide.values()]
    )
    unit = steps_unit(allowed)
    counted = gates.key_indicators.code in goal.gates
    stars = {item.id for item in edition.of(form) if item.key and item.id in allowed and counted}
    blocks = tuple(
        tuple(
            tuple(
                Choice(rung.cost * unit + rung.steps, int(value * scale), int(item.id in stars and rung.level >= level))
                for rung, value in zip(allowed[item.id], values[item.id], strict=True)
            )
            for item in edition.of(form)
            if item.dimension == dimension.id and item.id in allowed
        )
        for dimension in edition.dimensions
    )
    needs = [
        tuple(max(int(max(floors[d.id], wide[d.id] if d.id in broad else 0) * scale), 0) for d in edition.dimensions)
        for broad in _broad(edition, goal)
    ]
    count = -(-gates.key_indicators.share_percent * len(stars) // PERCENT)
    return Covering(blocks, tuple(needs), max(int(floor * scale), 0), count)


def _of_dimensions(edition: Edition, goal: Goal) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Points of the total that each dimension must give: whatever else, and where it is among those that must be broad."""
    gates = edition.gates
    floors = {dimension.id: Fraction(0) for dimension in edition.dimensions}
    wide: dict[str, Fraction] = {}
    lowest = goal.level - gates.weakest_dimension.levels_below
    for dimension in edition.dimensions:
        share = Fraction(dimension.weight) / PERCENT
        if not dimension.base:
            continue
        if lowest > 0 and gates.weakest_dimension.code in goal.gates:
            floors[dimension.id] = _exact_floor(edition.bands[2 * lowest - 2]) * share
        if gates.breadth.code in goal.gates:
            wide[dimension.id] = _exact_floor(edition.bands[2 * goal.level - 2]) * share
    return floors, wide


def _broad(edition: Edition, goal: Goal) -> Iterator[frozenset[str]]:
    """Every least set of base dimensions that satisfies the breadth gate; one empty set where it does not stand."""
    rule = edition.gates.breadth
    if rule.code not in goal.gates:
        yield frozenset()
        return
    others = [d.id for d in edition.dimensions if d.base and d.id != rule.including]
    for chosen in combinations(others, max(rule.at_least - 1, 0)):
        yield frozenset({rule.including, *chosen})


def _common_denominator(values: Sequence[Fraction]) -> int:
    found = 1
    for value in values:
        found *= Fraction(value.denominator, found).numerator
    return found


def _taken(edition: Edition, form: Form, allowed: Ladders, cover: Cover) -> dict[str, Rung]:
    """The rungs that a cover took, of indicators that move."""
    found: dict[str, Rung] = {}
    for dimension, picks in zip(edition.dimensions, cover.picks, strict=True):
        mine = [item.id for item in edition.of(form) if item.dimension == dimension.id and item.id in allowed]
        for identity, pick in zip(mine, picks, strict=True):
            if allowed[identity][pick].steps:
                found[identity] = allowed[identity][pick]
    return found
