"""A forger 伪造者 with the full rights of the database, who knows the code: every hash and the head come out right again."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg2

from journal import Journal, NewEntry
from journal.digests import DIGESTS, Digest
from journal.entries import COLUMNS, Entry, canonical
from journal.transparency.merkle import Tree
from tests.journal.test_tampering import Intruder
from tests.journal.writers import now


def fill(journal: Journal, count: int, stream: str = "thing/a", after: int = 0) -> list[Entry]:
    """Entries appended as everyone does it."""
    numbered = range(after + 1, after + count + 1)
    given = [NewEntry(stream, v, "thing.happened.v1", f"{v}".encode(), actor="li", role="city") for v in numbered]
    return journal.append(given, now())


def renumbered(entries: Sequence[Entry], digest: Digest) -> list[Entry]:
    """Entries as a history of their own: positions, versions and leaf hashes as they should be."""
    versions: dict[str, int] = {}
    forged = []
    for position, entry in enumerate(entries, start=1):
        versions[entry.stream] = versions.get(entry.stream, 0) + 1
        placed = replace(entry, position=position, version=versions[entry.stream])
        forged.append(replace(placed, leaf=digest.leaf(canonical(position, placed.at, placed))))
    return forged


def rewrite(url: str, entries: Sequence[Entry]) -> None:
    """Put another history into the database, whole and consistent, and leave the checkpoints alone."""
    with closing(Intruder(url)) as intruder:
        digest = DIGESTS[bytes(intruder.bytes_of("head", "algorithm", "true")).decode()]
        forged = renumbered(entries, digest)
        tree = Tree(digest)

        def binary(value: Any) -> Any:
            return value if intruder.sqlite or not isinstance(value, bytes) else psycopg2.Binary(value)

        intruder.run("DELETE FROM entries")
        intruder.run("DELETE FROM subtrees")
        for entry in forged:
            tree.add(entry.leaf)
            values = tuple(binary(getattr(entry, column)) for column in COLUMNS)
            intruder.run(f"INSERT INTO entries VALUES ({', '.join('?' * len(COLUMNS))})", values)
        last = forged[-1].at if forged else 0
        intruder.run(
            "UPDATE head SET size = ?, at = ?, frontier = ?, root = ?",
            (tree.size, last, binary(tree.frontier), binary(tree.root)),
        )
