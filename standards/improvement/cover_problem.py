"""Covering problem 覆盖问题: the items, their choices, and what these must cover. plan S4, R2."""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple


class Choice(NamedTuple):
    """One choice of an item 候选. All three are integers, none negative."""

    cost: int
    value: int
    counts: int


Block = tuple[tuple[Choice, ...], ...]
"""Items whose values add up together 分块, each with its choices."""
Picks = tuple[tuple[int, ...], ...]
"""Index of the choice taken 选取, item by item, block by block."""


@dataclass(frozen=True)
class Covering:
    """What must be covered 覆盖问题. The choices of an item rise: none has less value than the one before it or counts less.

    needs: alternatives, each with the value that every block must reach; one of them must hold. total: value that all blocks
    must reach together. count: items that must take a choice that counts.
    """

    blocks: tuple[Block, ...]
    needs: tuple[tuple[int, ...], ...]
    total: int
    count: int

    def __post_init__(self) -> None:
        for block in self.blocks:
            for item in block:
                if any(two.value < one.value or two.counts < one.counts for one, two in pairwise(item)):
                    raise ValueError("the choices of an item do not rise")
