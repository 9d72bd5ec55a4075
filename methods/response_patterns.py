"""Response patterns 作答与到访异常: straight-lining and overlapping visits. Method k. plan P6.

Signals, never verdicts. Of honest records an overlap of more than half an hour finds none, "no time to travel" would find one
of ten; Benford's law fails on honest percentages and is not used.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import groupby


def longest_run(answers: Sequence[Hashable]) -> int:
    """Longest run 最长连续相同作答 of one and the same answer; 0 of none."""
    return max((len(list(run)) for _, run in groupby(answers)), default=0)


@dataclass(frozen=True)
class Stay:
    """A person's recorded stay at a firm 到访时段, in whole minutes of one clock; end after start."""

    name: str
    start: int
    end: int


def overlaps(stays: Sequence[Stay], tolerance: int) -> Sequence[tuple[str, str]]:
    """Pairs of one person's stays that overlap by more than so many minutes, in order of their start."""
    order = sorted(stays, key=lambda stay: (stay.start, stay.end, stay.name))
    return [
        (one.name, other.name)
        for at, one in enumerate(order)
        for other in order[at + 1 :]
        if min(one.end, other.end) - other.start > tolerance
    ]
