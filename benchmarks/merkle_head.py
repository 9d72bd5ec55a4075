"""Merkle head's share 树头开销: our own recorder with its head against the same recorder without, in turn in one process.

Without: no leaf is hashed, no tree extended, no head row read or written; the next position and the clock come from the last entry.
Everything else is the same code and the same statements: lock, checks, guards, one round trip, NOTIFY, group commit. These
recorders live here alone; the product has no such switch. Eight threads append through the group commit, and once more each for
itself.
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
from journal.engines.postgres import PostgresRecorder, _Append
from journal.engines.postgres_schema import EDITION, FUNCTION
from journal.engines.sqlite import INSERT, SQLiteRecorder

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

Remember = tuple[str, str, str, str] | None


def _cut(text: str, first: str, last: str, put: str) -> str:
    """A text with what stands between two marks, the first one included, replaced."""
    found, count = re.subn(re.escape(first) + r".*?(?=" + re.escape(last) + ")", lambda _: put, text, flags=re.DOTALL)
    if count != 1:
        raise LookupError(f"the stored function has {count} places that begin with {first!r}")
    return found


def headless_function() -> str:
    """The journal's own stored function, the head and the tree cut out of it."""
    text = _cut(
        FUNCTION,
        "SELECT h.size, h.at,",
        "IF coalesce(first",
        "SELECT coalesce(max(e.position), 0) INTO size FROM entries e;\n"
        "    SELECT coalesce((SELECT e.at FROM entries e WHERE e.position = size), 0) INTO last;\n"
        "    SELECT (SELECT e.type FROM entries e WHERE e.position = 1) INTO first;\n    ",
    )
    text = _cut(text, "node := sha256('\\x00", "-- a plain INSERT", "node := '\\x'::bytea;\n        ")
    text = _cut(text, "k := n;\n", "n := n + 1;", "")
    return _cut(text, "node := substr(f", "PERFORM pg_notify", "")


class _Bare(_Append):
    """An append whose entries bear no leaf."""

    __slots__ = ()

    def placed(self, before: int, at: int) -> list[Entry]:
        return [Entry(*row) for row in _rows(self.entries, before, at)]


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

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn)
        with self.transaction() as cursor:
            cursor.execute(headless_function())
            cursor.execute(f"COMMENT ON FUNCTION journal_append IS '{EDITION}'")

    def append(self, entries: Sequence[NewEntry], at: int, remember: Remember = None) -> list[Entry]:
        """As the journal's own, of appends without leaves."""
        written = self._group.submit(_Bare(entries, at, remember))
        self.listener.tell(written[-1].position)
        return written


class HeadlessSQLite(SQLiteRecorder):
    """The recorder on SQLite without a Merkle head."""

    def _write(
        self, connection: sqlite3.Connection, entries: Sequence[NewEntry], at: int, remember: Remember
    ) -> list[Entry]:
        size, last, _ = connection.execute(
            "SELECT position, at, (SELECT type FROM entries WHERE position = 1) FROM entries ORDER BY position DESC LIMIT 1"
        ).fetchone() or (0, 0, None)
        rows = _rows(entries, size, max(at, last))
        connection.executemany(INSERT, rows)
        if remember is not None:
            connection.execute("INSERT INTO outcomes VALUES (?, ?, ?, ?)", remember)
        return [Entry(*row) for row in rows]


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
        if isinstance(journal, SQLiteRecorder):
            (outcome,) = journal._commit([(made, at, None)])  # noqa: SLF001 - what the group commit itself calls
        else:
            wish = _Bare if isinstance(journal, HeadlessPostgres) else _Append
            (outcome,) = journal._commit([wish(made, at, None)])  # noqa: SLF001 - as above
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
