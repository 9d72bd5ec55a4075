"""Subtrees 子树: roots of complete runs of 256, 65,536 … leaves, kept so that a proof reads a few hundred hashes. plan P5.

The head keeps no more of the tree than its right edge. What lies inside is written here outside of the append's lock, when a
checkpoint is made or a proof is asked for, and is never believed: a proof leaves this file only after it has been checked
against the root that it is for.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, delete, func, select

from journal.digests import Digest
from journal.transparency.log_tables import ENTRIES, SUBTREES, LogTables
from journal.transparency.merkle import (
    consistency_ranges,
    consistent,
    includes,
    inclusion_ranges,
    joined,
    perfect_root,
    perfect_subtrees,
)

Made = TypeVar("Made")

TILE_HEIGHT = 8
TILE = 1 << TILE_HEIGHT
MOST_TILES = 1_000
"""Tiles kept in memory, 17 MB at most."""
BATCH_TILES = 64
"""Tiles read, hashed and written at a time: 16,384 leaves."""


class Unprovable(Exception):  # noqa: N818 - says what is wrong with the record
    """The stored entries do not give the root that is to be proven 无法证明: they were changed; `verify` says where."""


Tiles = dict[tuple[int, int], Sequence[bytes]]
"""Level and number -> the hashes of a tile of subtrees, as far as they were there when it was read. Leaves are read anew."""


class _Nodes:
    """Roots of perfect subtrees, read tile by tile through one connection."""

    def __init__(self, connection: Connection, tiles: Tiles, digest: Digest) -> None:
        self._digest = digest
        self._connection = connection
        self._tiles = tiles
        self._leaves: Tiles = {}

    def tile(self, level: int, number: int, tiles: int = 1) -> Sequence[bytes]:
        """The hashes of some tiles of a level, as far as they are there."""
        first, beyond = number * TILE, (number + tiles) * TILE
        if level == 0:
            positions = ENTRIES.c.position
            query = select(ENTRIES.c.leaf).where(positions > first, positions <= beyond).order_by(positions)
        else:
            t = SUBTREES.c
            wanted = (t.algorithm == self._digest.name, t.level == level, t.number >= first, t.number < beyond)
            query = select(t.hash).where(*wanted).order_by(t.number)
        return self._connection.execute(query).scalars().all()

    def root(self, start: int, stop: int) -> bytes:
        """Root over the leaves [start, stop)."""
        return joined(self._digest, [self._perfect(height, number) for height, number in perfect_subtrees(start, stop)])

    def _perfect(self, height: int, number: int) -> bytes:
        level, within = divmod(height, TILE_HEIGHT)
        tile, offset = divmod(number << within, TILE)
        beyond = offset + (1 << within)
        tiles = self._tiles if level else self._leaves
        known = tiles.get((level, tile), ())
        if len(known) < beyond:
            known = self.tile(level, tile)
            if len(known) < beyond:
                raise Unprovable(f"the tree has no node {number} of height {height}: entries or subtrees are missing")
            tiles[level, tile] = known
        return perfect_root(self._digest, known[offset:beyond])


class Subtrees:
    """The inner nodes of the journal's tree 子树库, and the proofs that are made of them."""

    def __init__(self, tables: LogTables, digest: Digest) -> None:
        self._tables = tables
        self._digest = digest
        self._grown = 0
        self._tiles: Tiles = {}

    def grow(self, size: int, progress: Callable[[int], None] | None = None) -> None:
        """Write the subtrees that the first `size` entries complete and that are not there yet.

        Several processes may do so at once: all write the same rows in the same order, so none leaves a gap.
        """
        if size // TILE <= self._grown:
            return
        level, complete = 1, size // TILE
        while complete:
            with self._tables.reading() as connection:
                own = (SUBTREES.c.algorithm == self._digest.name, SUBTREES.c.level == level)
                last = connection.execute(select(func.max(SUBTREES.c.number)).where(*own)).scalar()
            for start in range(0 if last is None else last + 1, complete, BATCH_TILES):
                self._write(level, start, min(start + BATCH_TILES, complete))
                if progress is not None and level == 1:
                    progress(min(start + BATCH_TILES, complete) * TILE)
            level, complete = level + 1, complete // TILE
        self._grown = size // TILE

    def _write(self, level: int, start: int, stop: int) -> None:
        with self._tables.reading() as connection:
            hashes = _Nodes(connection, {}, self._digest).tile(level - 1, start, stop - start)
        if len(hashes) != (stop - start) * TILE:
            raise Unprovable(f"entries are missing below position {stop * TILE**level}")
        rows = [
            {
                "algorithm": self._digest.name,
                "level": level,
                "number": start + place,
                "hash": perfect_root(self._digest, hashes[place * TILE : (place + 1) * TILE]),
            }
            for place in range(stop - start)
        ]
        with self._tables.writing() as connection:
            self._tables.add(connection, SUBTREES, rows)

    def root(self, size: int) -> bytes:
        """Root over the first `size` entries.

        Raises:
            Unprovable: entries are missing.
        """
        return self._roots(size, [(0, size)])[0]

    def agrees(self, size: int, root: bytes) -> bool:
        """Whether the first `size` entries have this root, as far as the subtrees over them tell; `verify` reads them all."""

        def attempt() -> bool:
            return self.root(size) == root

        return self._twice(attempt, bool) or False

    def inclusion(self, index: int, leaf: bytes, size: int, root: bytes) -> list[bytes]:
        """Audit path of a leaf in the tree of the first `size` entries 包含证明, from its sibling up.

        Args:
            index: of the leaf, from 0; the entry's position less one.
            leaf: hash of the entry as it is to be shown.
            size: of the tree, above `index`.
            root: of the tree, as it was signed.

        Raises:
            Unprovable: entries and root do not fit together.
        """

        def attempt() -> list[bytes]:
            return self._roots(size, inclusion_ranges(index, size))

        found = self._twice(attempt, lambda proof: includes(self._digest, root, size, index, leaf, proof))
        if found is None:
            raise Unprovable(f"entry {index + 1} is not what the root of size {size} was made over")
        return found

    def consistency(self, old_size: int, size: int, root: bytes, old_root: bytes | None = None) -> list[bytes]:
        """Proof that the tree of the first `size` entries extends that of the first `old_size` 一致性证明.

        Args:
            old_size: at most `size`.
            size: of the later tree.
            root: of the later tree, as it was signed.
            old_root: of the earlier tree; None = as the subtrees tell.

        Raises:
            Unprovable: entries and roots do not fit together.
        """

        def attempt() -> tuple[bytes, list[bytes]]:
            before = self.root(old_size) if old_root is None else old_root
            return before, self._roots(size, consistency_ranges(old_size, size))

        found = self._twice(attempt, lambda made: consistent(self._digest, made[0], old_size, root, size, made[1]))
        if found is None:
            raise Unprovable(f"the entries up to {old_size} are not those that the root of size {size} was made over")
        return found[1]

    def _roots(self, size: int, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        self.grow(size)
        if len(self._tiles) > MOST_TILES:
            self._tiles = {}
        with self._tables.reading() as connection:
            nodes = _Nodes(connection, self._tiles, self._digest)
            return [nodes.root(start, stop) for start, stop in ranges]

    def _twice(self, attempt: Callable[[], Made], holds: Callable[[Made], bool]) -> Made | None:
        """What holds, if need be of subtrees made anew: a damaged one must not stop all proofs."""
        for again in (False, True):
            if again:
                self._grown = 0
                self._tiles = {}
                with self._tables.writing() as connection:
                    connection.execute(delete(SUBTREES))
            try:
                made = attempt()
            except Unprovable:
                if again:
                    raise
                continue
            if holds(made):
                return made
        return None
