"""Merkle head's share 树头开销: our own recorder with its head against the same recorder without, in turn in one process.

Without: no leaf is hashed, no tree extended, no head row read or written; the next position and the clock come from the last entry.
Everything else is the same: lock, guards, one round trip, NOTIFY, group commit. On PostgreSQL one process appends, which knows
where its entries stand, with the head and without. These recorders live here alone; the product has no such switch. Eight threads
append through the group commit, and once more each for itself.
"""

import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.append import STATE, another_database, by_threads
from benchmarks.measuring import Bench, Compared, compared
from journal import Entry, Journal, NewEntry
from journal.digests import SHA256
from journal.engines.heads import KnownHead, Placed
from journal.engines.postgres import PostgresRecorder
from journal.engines.postgres_hashing import PREPARED, send
from journal.engines.sqlite import SQLiteRecorder
from journal.entries import Batch, Head

WITH, WITHOUT = "with the Merkle head", "without it"
GOAL = 0.85
"""Share of the appends that has to be left."""


@dataclass(frozen=True)
class Sizes:
    """entries: a commit. seconds: of one contender in one round."""

    seconds: float = 0.4
    rounds: int = 9
    entries: tuple[int, ...] = (1, 10)
    writers: int = 8


SIZES = Sizes()
SMOKE = Sizes(seconds=0.02, rounds=1, entries=(2,), writers=2)


def bare(name: str) -> str:
    """One of the recorder's own statements, the head cut out of it."""
    found, count = re.subn(
        r"UPDATE head AS h .*? RETURNING 1",
        "SELECT 1 WHERE $1 = (SELECT coalesce(max(e.position), 0) FROM entries e)"
        " AND ($3 IS NULL OR $4 IS NULL OR $5 > 0 OR $6 IS NULL OR $7 IS NULL OR $8 IS NULL)",
        PREPARED[name],
        flags=re.DOTALL,
    )
    if count != 1:
        raise LookupError(f"the statement {name} names its head in another way")
    return found


def _rows(entries: Sequence[NewEntry], before: int, at: int) -> list[tuple[Any, ...]]:
    return [
        (
            position,
            at,
            one.stream,
            one.version,
            one.type,
            one.state,
            one.actor,
            one.role,
            one.organisation,
            one.reason,
            one.correlation,
            one.causation,
            one.idempotency_key,
            b"",
        )
        for position, one in enumerate(entries, before + 1)
    ]


class HeadlessPostgres(PostgresRecorder):
    """The recorder on PostgreSQL without a Merkle head."""

    last = (0, 0)

    def _together(self, batches: Sequence[Batch]) -> list[list[Entry]]:
        with self._growing, self._borrowed() as connection:
            before = Head(*self.last, b"", b"", SHA256.name)
            placed, moment = [], before.at
            for entries, at, _ in batches:
                moment = max(at, moment)
                placed.append([Entry(*row) for row in _rows(entries, before.size + sum(map(len, placed)), moment)])
            after = Head(before.size + sum(map(len, placed)), moment, b"", b"", SHA256.name)
            if not send(connection, before, after, batches, placed, bare):
                raise LookupError("somebody else appends")
            self.last = (after.size, moment)
            return placed


class HeadlessSQLite(SQLiteRecorder):
    """The recorder on SQLite without a Merkle head."""

    last = (0, 0)

    def _grown_by(self, connection: sqlite3.Connection, batches: Sequence[Batch]) -> Placed:
        size, moment = self.last
        placed: list[list[Entry]] = []
        for entries, at, _ in batches:
            moment = max(at, moment)
            placed.append([Entry(*row) for row in _rows(entries, size, moment)])
            size += len(entries)
        self._insert(connection, batches, placed)
        self.last = (size, moment)
        return KnownHead(Head(size, moment, b"", b"", SHA256.name), ""), placed


def appending(journal: Journal, size: int) -> Callable[[str], object]:
    """One commit of some entries, each to a stream of its own."""
    return lambda name: journal.append(
        [NewEntry(f"thing/{name}-{n}", 1, "thing.happened.v1", STATE, "li", "city", "city") for n in range(size)],
        time.time_ns() // 1000,
    )


def alone(journal: PostgresRecorder | SQLiteRecorder, size: int) -> Callable[[str], object]:
    """The same, past the group commit: every thread's commit is its own."""

    def append(name: str) -> object:
        made = [NewEntry(f"thing/{name}-{n}", 1, "thing.happened.v1", STATE, "li", "city", "city") for n in range(size)]
        at = time.time_ns() // 1000
        (outcome,) = journal._commit([(made, at, None)])  # noqa: SLF001 - what the group commit itself calls
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return append


def measured(
    engine: str, url: str, journals: dict[str, PostgresRecorder | SQLiteRecorder], sizes: Sizes
) -> Iterator[Compared]:
    """Both recorders in turn."""
    for entries in sizes.entries:
        for count, how, maker in (
            (1, "1 writer", appending),
            (sizes.writers, f"{sizes.writers} writers in group commit", appending),
            (sizes.writers, f"{sizes.writers} writers each for itself", alone),
        ):
            made = {
                name: (lambda one=one, maker=maker, entries=entries: maker(one, entries)) for name, one in journals.items()
            }
            done = by_threads(url, made, count, sizes.seconds, sizes.rounds)
            yield from compared(f"{engine}, {how}, {entries} a commit", "commits/s", done, {(WITH, WITHOUT): GOAL})


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Measure both engines."""
    if "postgres" in bench.engines:
        with (
            bench.postgres() as url,
            closing(PostgresRecorder(url)) as ours,
            closing(HeadlessPostgres(another_database(url, "headless"))) as bare,
        ):
            yield from measured("PostgreSQL", url, {WITH: ours, WITHOUT: bare}, sizes)
    if "sqlite" in bench.engines:
        with (
            tempfile.TemporaryDirectory() as place,
            closing(SQLiteRecorder(Path(place) / f"{uuid4().hex}.db")) as in_file,
            closing(HeadlessSQLite(Path(place) / f"{uuid4().hex}.db")) as bare_in_file,
        ):
            yield from measured("SQLite", f"sqlite:///{place}", {WITH: in_file, WITHOUT: bare_in_file}, sizes)
