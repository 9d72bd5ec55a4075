"""Search 搜索 of a covering: every cover that may cost no more than a cutoff, block by block.

Within a block and over the blocks, partial covers are kept as long as the bound on whatever completes them stays within the
cutoff, and only those that no other beats. The bound of a whole takes the best of every block by itself, which leaves little
between it and the cheapest cover.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from standards.improvement.cover_problem import Picks
from standards.improvement.cover_relaxation import Relaxation, reduced

FIRST_SLACK = 12
"""Bits by which the first slack that a block is searched with is smaller than the bound; it doubles until something is found."""


InTime = Callable[[], None]
"""Raises where the answer would come too late; it changes no answer."""


def whenever() -> None:
    """Nobody waits, so no answer is late."""


class WorkDone(Exception):  # noqa: N818 - ends a search
    """The work that was allowed is done 计算量已用尽."""


class Work:
    """Partial covers that may be examined 计算量, and that were. in_time: raises where whoever asked waits no longer."""

    def __init__(self, allowed: int, in_time: InTime = whenever) -> None:
        self.allowed = allowed
        self.in_time = in_time
        self.examined = 0

    def spend(self, units: int) -> None:
        """Count what is about to be examined.

        Raises:
            WorkDone: it is more than allowed.
        """
        self.in_time()
        self.examined += units
        if self.examined > self.allowed:
            raise WorkDone


class Search:
    """The search under one alternative of the needs 单一情形的求解. bound: no cover of it costs less."""

    def __init__(self, relaxation: Relaxation) -> None:
        self.problem, self.needs, self.shift = relaxation.problem, relaxation.needs, relaxation.shift
        prices = relaxation.prices
        self.for_count, self.for_total, self.for_block = prices.count, prices.total, prices.block
        self.least_of_block: tuple[int, ...] = ()
        self.least = 0
        self.bound = relaxation.bound

    def strengthen(self, work: Work) -> None:
        """Raise the bound: the best of every block by itself, its own need kept and nothing lying between two choices."""
        if self.least_of_block:
            return
        found = []
        for index, block in enumerate(self.problem.blocks):
            price = self.for_total + self.for_block[index]
            least = self.for_block[index] * self.needs[index]
            least += sum(min(reduced(choice, self.shift, price, self.for_count) for choice in item) for item in block)
            slack = max(self.bound >> FIRST_SLACK, 1) << self.shift
            while not (partial := self._of_block(index, least + slack, work)):
                slack *= 2
            found.append(min(self._worth(part) for part in partial))
        self.least_of_block = tuple(found)
        self.least = sum(found) + self.for_total * self.problem.total + self.for_count * self.problem.count
        self.bound = max(self.bound, -(-self.least >> self.shift))

    def _worth(self, part: "_Part") -> int:
        return (part.cost << self.shift) - self.for_total * part.value - self.for_count * part.counts

    def _of_block(self, index: int, limit: int, work: Work) -> "list[_Part]":
        """Partial covers of one block that meet its need at a reduced cost of at most a limit, but for those that others beat."""
        block, need, extra = self.problem.blocks[index], self.needs[index], self.for_block[index]
        for_total, for_count, shift = self.for_total, self.for_count, self.shift
        costs_of = [[reduced(choice, shift, for_total + extra, for_count) for choice in item] for item in block]
        ahead = sum(map(min, costs_of))
        slack = limit - ahead - extra * need
        value_behind = sum(item[-1].value for item in block)
        parts = [_Part(0, 0, 0, 0, None)]
        for item, costs in zip(block, costs_of, strict=True):
            least = min(costs)
            ahead -= least
            value_behind -= item[-1].value
            allowed, needed = limit - ahead - extra * need, need - value_behind
            left = [(number, item[number]) for number, cost in enumerate(costs) if cost - least <= slack]
            work.spend(len(parts) * len(left))
            grown = []
            for part in parts:
                spent, had, counted = part[:3]
                for number, choice in left:
                    value = had + choice.value
                    if value < needed:
                        continue
                    cost, counts = spent + choice.cost, counted + choice.counts
                    met = min(value, need)  # what goes beyond a need is worth nothing more to it
                    if (cost << shift) - for_total * value - extra * met - for_count * counts <= allowed:
                        grown.append(_Part(cost, value, counts, number, part))
            parts = _unbeaten(grown)
        return parts

    def within(self, cutoff: int, work: Work) -> tuple[Picks, int] | None:
        """The cheapest cover that costs at most a cutoff, None when there is none; exact."""
        total, count, shift = self.problem.total, self.problem.count, self.shift
        for_total, for_count = self.for_total, self.for_count
        limit = cutoff << shift
        ahead, slack = self.least, limit - self.least
        if slack < 0:
            return None
        tables = []
        for index, least in enumerate(self.least_of_block):
            parts = self._of_block(index, least + slack, work)
            tables.append(sorted(((self._worth(part) - least, part) for part in parts), key=lambda found: found[0]))
        value_behind = sum(max(part.value for _, part in table) for table in tables)
        count_behind = sum(max(part.counts for _, part in table) for table in tables)
        wholes = [_Whole(0, 0, 0, None, None)]
        for table, least in zip(tables, self.least_of_block, strict=True):
            value_behind -= max(part.value for _, part in table)
            count_behind -= max(part.counts for _, part in table)
            ahead -= least
            allowed = limit - ahead
            needed_value, needed_count = total - value_behind, count - count_behind
            grown = []
            for whole in wholes:
                spent, had, counted = whole[:3]
                room = allowed - ((spent << shift) - for_total * had - for_count * counted) - least
                looked_at = 0
                for beyond, part in table:
                    looked_at += 1
                    if beyond > room:
                        break
                    value, counts = had + part.value, counted + part.counts
                    if value < needed_value or counts < needed_count:
                        continue
                    value, counts, cost = min(value, total), min(counts, count), spent + part.cost
                    if (cost << shift) - for_total * value - for_count * counts <= allowed:
                        grown.append(_Whole(cost, value, counts, part, whole))
                work.spend(looked_at)
            wholes = _unbeaten(grown)
        if not wholes:
            return None
        best = min(wholes, key=lambda whole: whole.cost)
        return _picks(best), best.cost


class _Part(NamedTuple):
    """A partial cover within a block 块内部分方案: what it adds up to, the choice taken last, and what was before it."""

    cost: int
    value: int
    counts: int
    choice: int
    before: "_Part | None"


class _Whole(NamedTuple):
    """A cover of the first blocks 前若干块方案: what it adds up to, what the last block took, and what was before it."""

    cost: int
    value: int
    counts: int
    part: _Part | None
    before: "_Whole | None"


P = TypeVar("P", _Part, _Whole)


def _unbeaten(found: list[P]) -> list[P]:
    """Partial covers but for those that another beats: no dearer, no less value, counts no less. The cheapest first."""
    found.sort(key=lambda one: (one[0], -one[1], -one[2]))
    most: list[int] = []  # the most value of those kept that count so many or more
    kept = []
    for one in found:
        value, counts = one[1], one[2]
        if counts < len(most):
            if value <= most[counts]:
                continue
        else:
            most.extend([-1] * (counts + 1 - len(most)))
        kept.append(one)
        for fewer in range(counts, -1, -1):
            if most[fewer] >= value:
                break
            most[fewer] = value
    return kept


def _picks(whole: _Whole) -> Picks:
    """The choices that a complete cover took, block by block."""
    blocks: list[tuple[int, ...]] = []
    at: _Whole | None = whole
    while at is not None and at.part is not None:
        taken: list[int] = []
        part: _Part | None = at.part
        while part is not None and part.before is not None:
            taken.append(part.choice)
            part = part.before
        blocks.append(tuple(reversed(taken)))
        at = at.before
    return tuple(reversed(blocks))
