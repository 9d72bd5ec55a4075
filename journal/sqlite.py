"""Recorder on SQLite 嵌入式日志: one writer at a time, the write lock taken before anything is read."""

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, local

from journal.entries import COLUMNS, DEMO_TYPE, Entry, Head, KeyReused, NewEntry, VersionTaken, extend
from journal.merkle import EMPTY_ROOT

SELECT = f"SELECT {', '.join(COLUMNS)} FROM entries "  # noqa: S608 - our own column names
INSERT = f"INSERT INTO entries ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
BUSY_SECONDS = 30.0

DDL = (
    """CREATE TABLE IF NOT EXISTS entries (
        position INTEGER PRIMARY KEY, at INTEGER NOT NULL, stream TEXT NOT NULL, version INTEGER NOT NULL,
        type TEXT NOT NULL, state BLOB NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL, organisation TEXT NOT NULL,
        reason TEXT NOT NULL, correlation TEXT NOT NULL, causation TEXT NOT NULL, idempotency_key TEXT NOT NULL,
        leaf BLOB NOT NULL, UNIQUE (stream, version)) STRICT""",
    "CREATE INDEX IF NOT EXISTS entries_at ON entries (at)",
    """CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL,
        at INTEGER NOT NULL, frontier BLOB NOT NULL, root BLOB NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS outcomes (actor TEXT NOT NULL, idempotency_key TEXT NOT NULL, digest TEXT NOT NULL,
        outcome TEXT NOT NULL, PRIMARY KEY (actor, idempotency_key)) STRICT""",
    "CREATE TRIGGER IF NOT EXISTS entries_keep BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    # INSERT OR REPLACE deletes without firing the DELETE trigger: refuse a position or version that is already there
    """CREATE TRIGGER IF NOT EXISTS entries_once BEFORE INSERT ON entries
        WHEN EXISTS (SELECT 1 FROM entries WHERE position = NEW.position)
        BEGIN SELECT RAISE(ABORT, 'append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS entries_version_once BEFORE INSERT ON entries
        WHEN EXISTS (SELECT 1 FROM entries WHERE stream = NEW.stream AND version = NEW.version)
        BEGIN SELECT RAISE(ABORT, 'version taken'); END""",
)


class SQLiteRecorder:
    """The journal in one SQLite file 嵌入式日志. Threads each have a connection; writers wait for one another."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._local = local()
        self._opened: list[sqlite3.Connection] = []
        self._appended = Condition()
        with self._writing() as connection:
            for statement in DDL:
                connection.execute(statement)
            connection.execute("INSERT OR IGNORE INTO head VALUES (1, 0, 0, x'', ?)", (EMPTY_ROOT,))

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self.path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False, cached_statements=64
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
            self._opened.append(connection)
        return connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """One moment for every read of this thread inside the block."""
        connection = self._connection()
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")

    def append(
        self, entries: Sequence[NewEntry], at: int, remember: tuple[str, str, str, str] | None = None
    ) -> list[Entry]:
        """Append all or none; see `Journal.append`."""
        with self._writing() as connection:
            head = self._head(connection)
            first = connection.execute("SELECT type FROM entries WHERE position = 1").fetchone()
            demo = (first[0] if first else entries[0].type if entries else "") == DEMO_TYPE
            after, rows = extend(head, entries, at, time.time_ns() // 1000, demo=demo)
            try:
                connection.executemany(INSERT, rows)
            except sqlite3.IntegrityError as error:
                if "version" in str(error):
                    raise VersionTaken(str(error)) from error
                raise
            if rows:
                connection.execute(
                    "UPDATE head SET size = ?, at = ?, frontier = ?, root = ?",
                    (after.size, after.at, after.frontier, after.root),
                )
            if remember is not None:
                try:
                    connection.execute("INSERT INTO outcomes VALUES (?, ?, ?, ?)", remember)
                except sqlite3.IntegrityError as error:
                    raise KeyReused(remember[1]) from error
        with self._appended:
            self._appended.notify_all()
        return [Entry(*row) for row in rows]

    def outcome(self, actor: str, key: str) -> tuple[str, str] | None:
        """(digest of the input, stored outcome) of an idempotency key."""
        row = self._connection().execute(
            "SELECT digest, outcome FROM outcomes WHERE actor = ? AND idempotency_key = ?", (actor, key)
        )
        found: tuple[str, str] | None = row.fetchone()
        return found

    @staticmethod
    def _head(connection: sqlite3.Connection) -> Head:
        return Head(*connection.execute("SELECT size, at, frontier, root FROM head").fetchone())

    def head(self) -> Head:
        """The head as committed."""
        return self._head(self._connection())

    def read(self, stream: str, after: int = 0) -> list[Entry]:
        """Entries of a stream beyond a version, in order."""
        rows = self._connection().execute(SELECT + "WHERE stream = ? AND version > ? ORDER BY version", (stream, after))
        return [Entry(*row) for row in rows]

    def read_many(self, streams: Sequence[str]) -> Mapping[str, list[Entry]]:
        """Histories of many streams."""
        found: dict[str, list[Entry]] = {stream: [] for stream in streams}
        wanted = list(found)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ", ".join("?" * len(part))
            for row in self._connection().execute(
                SELECT + f"WHERE stream IN ({marks}) ORDER BY stream, version", part
            ):
                entry = Entry(*row)
                found[entry.stream].append(entry)
        return found

    def since(self, position: int, limit: int) -> list[Entry]:
        """Entries beyond a position, in order."""
        rows = self._connection().execute(SELECT + "WHERE position > ? ORDER BY position LIMIT ?", (position, limit))
        return [Entry(*row) for row in rows]

    def wait_beyond(self, position: int, timeout: float) -> int:
        """Size of the journal, as soon as it exceeds a position or time is up. Other processes are seen by polling."""
        deadline = time.monotonic() + timeout
        while True:
            size = self.head().size
            left = deadline - time.monotonic()
            if size > position or left <= 0:
                return size
            with self._appended:
                self._appended.wait(min(left, 0.1))

    def close(self) -> None:
        """Close every connection."""
        for connection in self._opened:
            connection.close()
        self._opened.clear()
        self._local = local()
