"""Relaxation 松弛 of a covering: a lower bound on every cover, and a cover close to it.

Multipliers are prices for what a cover is worth (Lagrange): whatever they are, they give a bound that is true. Good ones come
from the continuous relaxation, in which an item may lie between two choices; they are rounded to integers, which may weaken a
bound and never makes it wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from standards.improvement.cover_problem import Choice, Covering, Picks

NARROWINGS = 12
"""How often the price of a count is narrowed down by a third: a better one is seldom worth another round."""
ROUNDED = 8
"""Bits that multipliers have beyond the largest value they are taken times."""


@dataclass(frozen=True)
class Prices:
    """Multipliers 乘子, times 2 ** shift: of a count, of a value towards the total, and of one towards its block's need."""

    count: int
    total: int
    block: tuple[int, ...]


@dataclass(frozen=True)
class Relaxation:
    """A covering under one alternative of its needs, with the best prices found 松弛. bound: no cover of it costs less."""

    problem: Covering
    needs: tuple[int, ...]
    shift: int
    prices: Prices
    bound: int


def relaxed(problem: Covering, needs: tuple[int, ...]) -> Relaxation | None:
    """The relaxation under some needs, None when they cannot be covered."""
    tops = [sum(item[-1].value for item in block) for block in problem.blocks]
    counted = sum(item[-1].counts for block in problem.blocks for item in block)
    short = any(top < need for top, need in zip(tops, needs, strict=True))
    if short or sum(tops) < problem.total or counted < problem.count:
        return None
    shift = sum(tops).bit_length() + ROUNDED
    best, prices = _best_prices(problem, needs, shift)
    return Relaxation(problem, needs, shift, prices, max(-(-best >> shift), 0))


def items_of(problem: Covering) -> Iterator[tuple[int, tuple[Choice, ...]]]:
    """Every item, beside the index of its block."""
    return ((index, item) for index, block in enumerate(problem.blocks) for item in block)


def reduced(choice: Choice, shift: int, per_value: int, per_count: int) -> int:
    """What a choice costs beyond what its value and count are worth at some prices."""
    return (choice.cost << shift) - per_value * choice.value - per_count * choice.counts


def _best_prices(problem: Covering, needs: tuple[int, ...], shift: int) -> tuple[int, Prices]:
    """The bound is concave in the price of a count, so that price is narrowed down; the others follow from it."""
    tried: dict[int, tuple[int, Prices]] = {}

    def bound_at(price: int) -> int:
        if price not in tried:
            total, block, _ = _filled(problem, needs, shift, price)
            prices = Prices(price << shift, total, block)
            tried[price] = (_bound(problem, needs, shift, prices), prices)
        return tried[price][0]

    low, high = 0, max((choice.cost for _, item in items_of(problem) for choice in item), default=0)
    bound_at(0)
    for _ in range(NARROWINGS if problem.count else 0):
        third = (high - low) // 3
        if not third:
            break
        if bound_at(low + third) < bound_at(high - third):
            low += third
        else:
            high -= third
    return max(tried.values(), key=lambda found: found[0])


def _bound(problem: Covering, needs: tuple[int, ...], shift: int, prices: Prices) -> int:
    """The lower bound on the cost of every cover that prices give, times 2 ** shift."""
    found = prices.count * problem.count + prices.total * problem.total
    found += sum(price * need for price, need in zip(prices.block, needs, strict=True))
    for index, item in items_of(problem):
        found += min(reduced(choice, shift, prices.total + prices.block[index], prices.count) for choice in item)
    return found


def _filled(
    problem: Covering, needs: tuple[int, ...], shift: int, price: int
) -> tuple[int, tuple[int, ...], Picks]:
    """Multipliers of total and blocks, at a price for each count, and the relaxed cover rounded up.

    The needs are nested (blocks within the total), so filling each block and then the total by the least slope first
    is the best of the relaxation in which an item may lie between two choices.
    """
    picks: list[list[int]] = []
    slopes: list[int] = []
    rest: list[tuple[int, int, int, int, int]] = []
    filled = 0
    for index, block in enumerate(problem.blocks):
        mine: list[tuple[int, int, int, int, int]] = []
        start, value = [], 0
        for position, item in enumerate(block):
            hull = _hull(item, price)
            start.append(hull[0])
            value += item[hull[0]].value
            for one, other in pairwise(hull):
                rise = item[other].value - item[one].value
                dearer = item[other].cost - item[one].cost - price * (item[other].counts - item[one].counts)
                mine.append(((dearer << shift) // rise, index, position, other, rise))
        mine.sort()
        taken, slope = 0, 0
        while value < needs[index]:
            slope, _, position, choice, rise = mine[taken]
            start[position] = choice
            value += rise
            taken += 1
        picks.append(start)
        slopes.append(slope)
        filled += value
        rest += mine[taken:]
    rest.sort()
    last = 0
    for slope, index, position, choice, rise in rest:
        if filled >= problem.total:
            break
        picks[index][position] = choice
        filled += rise
        last = slope
    return last, tuple(max(slope - last, 0) for slope in slopes), tuple(map(tuple, picks))


def rounded_up(relaxation: Relaxation) -> tuple[Picks, int]:
    """A cover and its cost, from the relaxed one: raised until it counts enough, then lowered where nothing is lost."""
    problem, needs, shift = relaxation.problem, relaxation.needs, relaxation.shift
    blocks = problem.blocks
    picks = [list(found) for found in _filled(problem, needs, shift, relaxation.prices.count >> shift)[2]]
    places = [(i, j) for i, block in enumerate(blocks) for j in range(len(block))]
    missing = problem.count - sum(blocks[i][j][picks[i][j]].counts for i, j in places)
    raises = sorted(
        (choice.cost - blocks[i][j][picks[i][j]].cost, i, j, index)
        for i, j in places
        if not blocks[i][j][picks[i][j]].counts
        for index, choice in enumerate(blocks[i][j])
        if choice.counts and choice.value >= blocks[i][j][picks[i][j]].value
    )
    raised: set[tuple[int, int]] = set()
    for _, i, j, index in raises:
        if missing > 0 and (i, j) not in raised:
            picks[i][j] = index
            raised.add((i, j))
            missing -= 1
    if missing > 0:
        picks = [[len(item) - 1 for item in block] for block in blocks]
    for i, j in sorted(places, key=lambda place: -blocks[place[0]][place[1]][picks[place[0]][place[1]]].cost):
        kept = picks[i][j]
        for index in sorted(range(len(blocks[i][j])), key=lambda index: blocks[i][j][index].cost):
            picks[i][j] = index
            if blocks[i][j][index].cost >= blocks[i][j][kept].cost or _covers(problem, needs, picks):
                break
        if not _covers(problem, needs, picks):
            picks[i][j] = kept
    return tuple(map(tuple, picks)), sum(blocks[i][j][picks[i][j]].cost for i, j in places)


def _covers(problem: Covering, needs: tuple[int, ...], picks: Sequence[Sequence[int]]) -> bool:
    values, count = [], 0
    for block, mine in zip(problem.blocks, picks, strict=True):
        chosen = [item[index] for item, index in zip(block, mine, strict=True)]
        values.append(sum(choice.value for choice in chosen))
        count += sum(choice.counts for choice in chosen)
    reached = all(value >= need for value, need in zip(values, needs, strict=True))
    return reached and sum(values) >= problem.total and count >= problem.count


def _hull(item: tuple[Choice, ...], price: int) -> list[int]:
    """Choices on the lower convex hull of cost over value, at a price for a count, from the cheapest upwards."""
    cost = [choice.cost - price * choice.counts for choice in item]
    order = sorted(range(len(item)), key=lambda index: (item[index].value, cost[index]))
    start = min(order, key=lambda index: (cost[index], -item[index].value))
    hull = [start]
    for index in order:
        if item[index].value <= item[hull[-1]].value:
            continue
        while len(hull) > 1:
            one, two = hull[-2], hull[-1]
            left = (cost[two] - cost[one]) * (item[index].value - item[one].value)
            right = (cost[index] - cost[one]) * (item[two].value - item[one].value)
            if left < right:
                break
            hull.pop()
        hull.append(index)
    return hull
