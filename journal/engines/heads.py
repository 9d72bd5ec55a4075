"""Heads 头部推进: how a head that is known grows by what is to be appended after it; the same on both engines."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from journal.entries import DEMO_TYPE, Entry, Head, Wish, extend


@dataclass(frozen=True, slots=True)
class KnownHead:
    """The head as somebody saw it 所知头部. first: type of the first entry, empty while there is none."""

    head: Head
    first: str


Placed = tuple[KnownHead, list[list[Entry]]]
"""The head afterwards, and the entries of each wish."""


def extended(known: KnownHead, wishes: Sequence[Wish]) -> Placed:
    """The head after all wishes, and what each of them writes.

    Raises:
        ClockRefused: see `extend`.
        HeadBroken: likewise.
    """
    head, first = known.head, known.first
    placed: list[list[Entry]] = []
    now = time.time_ns() // 1000
    for entries, at, _ in wishes:
        opening = first or (entries[0].type if entries else "")
        head, rows = extend(head, entries, at, now, demo=opening == DEMO_TYPE)
        first = opening if rows else first
        placed.append([Entry(*row) for row in rows])
    return KnownHead(head, first), placed
