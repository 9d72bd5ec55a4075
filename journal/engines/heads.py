"""Heads 头部推进: how a head that is known grows by what is to be appended after it; the same on both engines."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from journal.entries import DEMO_TYPE, Batch, Entry, Head, place


@dataclass(frozen=True, slots=True)
class KnownHead:
    """The head as somebody saw it 所知头部. first: type of the first entry, empty while there is none."""

    head: Head
    first: str


Placed = tuple[KnownHead, list[list[Entry]]]
"""The head afterwards, and the entries of each batch."""


def extended(known: KnownHead, batches: Sequence[Batch]) -> Placed:
    """The head after all batches, and what each of them writes.

    Raises:
        ClockRefused: see `extend`.
        HeadBroken: likewise.
    """
    tree, at, first = known.head.tree, known.head.at, known.first
    placed: list[list[Entry]] = []
    now = time.time_ns() // 1000
    for entries, told, _ in batches:
        opening = first or (entries[0].type if entries else "")
        written = place(tree, at, entries, told, now, demo=opening == DEMO_TYPE)
        if written:  # what is only remembered moves no time
            first, at = opening, written[-1].at
        placed.append(written)
    if tree.size == known.head.size:
        return known, placed
    return KnownHead(Head(tree.size, at, tree.frontier, tree.root, tree.digest.name), first), placed
