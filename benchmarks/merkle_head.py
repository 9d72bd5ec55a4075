"""Merkle head's share 树头开销: our own recorder with its head against the same recorder without, in turn in one process.

    python -m benchmarks.merkle_head [--seconds 0.4] [--rounds 9] [--entries 1]

Without: no leaf is hashed, no tree extended, no head row read or written; the next position and the clock come from the last entry.
Everything else is the same code and the same statements: lock, checks, guards, one round trip, NOTIFY, group commit. These
recorders live here alone; the product has no such switch. With the head the journal must keep 80 % of the appends of one writer and
60 % of those of eight. Eight threads append through the group commit, and once more each for itself.
"""

import argparse
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2

from benchmarks import measuring
from benchmarks.append import STATE, by_threads
from journal import Entry, Journal, NewEntry
from journal.engines.postgres import PostgresRecorder, _Append
from journal.engines.postgres_schema import EDITION, FUNCTION
from journal.engines.sqlite import INSERT, SQLiteRecorder

WITH, WITHOUT = "with the Merkle head", "without it"
GOALS = {1: 0.8, 8: 0.6}
"""Writers -> share of the appends that has to be left."""

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


def measure(engine: str, journals: dict[str, PostgresRecorder | SQLiteRecorder], given: argparse.Namespace) -> None:
    """Both recorders in turn, and print."""
    for count, how, maker in ((1, "", appending), (8, ", group commit", appending), (8, ", each for itself", alone)):
        made = {name: (lambda one=one, maker=maker: maker(one, given.entries)) for name, one in journals.items()}
        rates = by_threads(made, count, given.seconds, given.rounds)
        title = f"{engine}, {count} writer{'s' if count > 1 else ''}{how}, {given.entries} a commit"
        measuring.table(title, "commits/s", rates, {(WITH, WITHOUT): GOALS[count]})


def second_database(url: str) -> str:
    """Address of another database on the same server."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE headless")
    return urlsplit(url)._replace(path="/headless").geturl()


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=0.4)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--entries", type=int, default=1)
    given = options.parse_args()
    with (
        measuring.postgres() as url,
        closing(PostgresRecorder(url)) as ours,
        closing(HeadlessPostgres(second_database(url))) as bare,
    ):
        measure("PostgreSQL", {WITH: ours, WITHOUT: bare}, given)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        ours_in_file = SQLiteRecorder(folder / f"{uuid4().hex}.db")
        bare_in_file = HeadlessSQLite(folder / f"{uuid4().hex}.db")
        with closing(ours_in_file), closing(bare_in_file):
            measure("SQLite, sync FULL", {WITH: ours_in_file, WITHOUT: bare_in_file}, given)


if __name__ == "__main__":
    main()
