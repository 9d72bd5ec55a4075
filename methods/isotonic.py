"""Isotonic regression 保序回归 of levels on totals: pool adjacent violators, exact. No library of ours has it. plan P8.

Of all rules by which a higher total never means a lower level, the one with the least sum of squares. Totals are whole points: so
there are a hundred groups at most however many pairs, and no end of a step tells a firm's total exactly.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import NamedTuple

Pair = tuple[int, int]
"""A total in whole points, and a level."""
COVERED = Fraction(9, 10)


class IsotonicStep(NamedTuple):
    """Totals from `first` to `last` that have one fitted level 保序台阶. levels: sum of the levels of its pairs."""

    first: int
    last: int
    pairs: int
    levels: int

    @property
    def fitted(self) -> Fraction:
        """Mean level of the step."""
        return Fraction(self.levels, self.pairs)

    def joined(self, after: "IsotonicStep") -> "IsotonicStep":
        """This step and the next as one."""
        return IsotonicStep(self.first, after.last, self.pairs + after.pairs, self.levels + after.levels)


def isotonic_steps(pairs: Iterable[Pair]) -> list[IsotonicStep]:
    """The steps of the regression, rising strictly; each ends at the highest total that it was fitted from."""
    steps: list[IsotonicStep] = []
    for total, (count, levels) in sorted(_grouped(pairs).items()):
        steps.append(IsotonicStep(total, total, count, levels))
        while len(steps) > 1 and steps[-2].fitted >= steps[-1].fitted:
            after = steps.pop()
            steps[-1] = steps[-1].joined(after)
    return steps


def _grouped(pairs: Iterable[Pair]) -> Mapping[int, Pair]:
    """Total -> how many pairs it has, and the sum of their levels."""
    found: dict[int, Pair] = {}
    for total, level in pairs:
        count, levels = found.get(total, (0, 0))
        found[total] = (count + 1, levels + level)
    return found


def joined_steps(steps: Sequence[IsotonicStep], least: int) -> list[IsotonicStep]:
    """The same with every step of fewer pairs joined to the neighbour whose level is nearer, the lower one of two; still rising."""
    found = list(steps)
    while len(found) > 1 and (small := next((at for at, one in enumerate(found) if one.pairs < least), None)) is not None:
        below = found[small].fitted - found[small - 1].fitted if small else None
        above = found[small + 1].fitted - found[small].fitted if small + 1 < len(found) else None
        first = small - 1 if above is None or (below is not None and below <= above) else small
        found[first : first + 2] = [found[first].joined(found[first + 1])]
    return found


def fitted_at(steps: Sequence[IsotonicStep], total: int) -> Fraction:
    """Fitted level at a total: of the last step that begins at or below it, of the first below all."""
    return next((one.fitted for one in reversed(steps) if one.first <= total), steps[0].fitted)


def left_out_errors(pairs: Sequence[Pair], least: int) -> list[Fraction]:
    """How far each pair's level lies from what all others alone fit at its total, in order of the pairs; two pairs at least."""
    known: dict[Pair, Fraction] = {}
    for one in pairs:
        if one not in known:
            others = list(pairs)
            others.remove(one)
            known[one] = abs(fitted_at(joined_steps(isotonic_steps(others), least), one[0]) - one[1])
    return [known[one] for one in pairs]


def margin_of(errors: Sequence[Fraction]) -> Fraction:
    """Distance that nine of ten left-out levels lie within, of one more pair too (split conformal's rank); the largest of few."""
    ordered = sorted(errors)
    return ordered[min(ceil(COVERED * (len(ordered) + 1)), len(ordered)) - 1]


def levels_within(fitted: Fraction, margin: Fraction, ranks: Sequence[int]) -> tuple[int, int]:
    """Lowest and highest of some rising levels no further than a margin from a fitted one; its neighbours where none is."""
    near = [rank for rank in ranks if abs(rank - fitted) <= margin]
    if near:
        return near[0], near[-1]
    return max(rank for rank in ranks if rank <= fitted), min(rank for rank in ranks if rank >= fitted)
