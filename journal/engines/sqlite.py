"""Recorder on SQLite 嵌入式日志: one writer at a time, the write lock taken before anything is read.

Threads that append at the same time share one transaction, and so one flush of the disk (`group_commit`).
"""

import os
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from threading import Condition, local
from typing import Any
from urllib.parse import quote
from weakref import WeakSet

from domain.kernel import kind_of
from journal.deadlines import late, milliseconds_left
from journal.digests import SHA256, Digest
from journal.engines.group_commit import GroupCommit
from journal.engines.heads import KnownHead, Placed, extended
from journal.entries import (
    COLUMNS,
    Batch,
    Entry,
    Head,
    HeadBroken,
    KeyReused,
    Looked,
    NewEntry,
    Remember,
    Unreadable,
    VersionTaken,
    check_algorithm,
    check_texts,
    row_of,
)

SELECT = f"SELECT {', '.join(COLUMNS)} FROM entries "  # noqa: S608 - our own column names
INSERT = f"INSERT INTO entries ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - names of our own columns
BUSY_SECONDS = 30.0
POLL_SECONDS = 0.02
"""How often a waiting reader looks for what other processes appended."""
STEPS_BETWEEN_LOOKS = 20_000
"""Steps of SQLite's machine after which it looks at the clock: about a millisecond."""
LOG_BYTES = 16 * 2**20
"""What the write-ahead log shrinks back to after a long reader made it grow."""

APPEND_ONLY = "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
DDL = (
    """CREATE TABLE IF NOT EXISTS entries (
        position INTEGER PRIMARY KEY, at INTEGER NOT NULL, stream TEXT NOT NULL, version INTEGER NOT NULL,
        type TEXT NOT NULL, state BLOB NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL, organisation TEXT NOT NULL,
        reason TEXT NOT NULL, correlation TEXT NOT NULL, causation TEXT NOT NULL, idempotency_key TEXT NOT NULL,
        leaf BLOB NOT NULL, UNIQUE (stream, version)) STRICT""",
    "CREATE INDEX IF NOT EXISTS entries_at ON entries (at)",
    """CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL,
        at INTEGER NOT NULL, frontier BLOB NOT NULL, root BLOB NOT NULL,
        algorithm TEXT NOT NULL DEFAULT 'sha256') STRICT""",
    """CREATE TABLE IF NOT EXISTS outcomes (actor TEXT NOT NULL, idempotency_key TEXT NOT NULL, digest TEXT NOT NULL,
        outcome TEXT NOT NULL, PRIMARY KEY (actor, idempotency_key)) STRICT, WITHOUT ROWID""",
    f"CREATE TRIGGER IF NOT EXISTS entries_keep BEFORE UPDATE ON entries {APPEND_ONLY}",
    f"CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE DELETE ON entries {APPEND_ONLY}",
    # INSERT OR REPLACE deletes without firing the DELETE trigger: refuse what is already there
    f"""CREATE TRIGGER IF NOT EXISTS entries_once BEFORE INSERT ON entries
        WHEN EXISTS (SELECT 1 FROM entries WHERE position = NEW.position) {APPEND_ONLY}""",  # noqa: S608 - our own constant
    """CREATE TRIGGER IF NOT EXISTS entries_version_once BEFORE INSERT ON entries
        WHEN EXISTS (SELECT 1 FROM entries WHERE stream = NEW.stream AND version = NEW.version)
        BEGIN SELECT RAISE(ABORT, 'version taken'); END""",
    f"CREATE TRIGGER IF NOT EXISTS outcomes_keep BEFORE UPDATE ON outcomes {APPEND_ONLY}",
    f"CREATE TRIGGER IF NOT EXISTS outcomes_stay BEFORE DELETE ON outcomes {APPEND_ONLY}",
    """CREATE TRIGGER IF NOT EXISTS outcomes_once BEFORE INSERT ON outcomes
        WHEN EXISTS (SELECT 1 FROM outcomes WHERE actor = NEW.actor AND idempotency_key = NEW.idempotency_key)
        BEGIN SELECT RAISE(ABORT, 'key used'); END""",
    f"CREATE TRIGGER IF NOT EXISTS head_stays BEFORE DELETE ON head {APPEND_ONLY}",
    f"""CREATE TRIGGER IF NOT EXISTS head_once BEFORE INSERT ON head
        WHEN EXISTS (SELECT 1 FROM head) {APPEND_ONLY}""",  # noqa: S608 - as above
    f"""CREATE TRIGGER IF NOT EXISTS head_grows BEFORE UPDATE ON head
        WHEN NEW.size <= OLD.size OR NEW.at < OLD.at {APPEND_ONLY}""",
    f"""CREATE TRIGGER IF NOT EXISTS head_keeps_algorithm BEFORE UPDATE OF algorithm ON head
        WHEN NEW.algorithm <> OLD.algorithm {APPEND_ONLY}""",
)
OLDER_HEAD = "ALTER TABLE head ADD COLUMN algorithm TEXT NOT NULL DEFAULT 'sha256'"
"""Of a journal made before there was a choice, which was SHA-256."""
FIRST_HEAD = "INSERT INTO head SELECT 1, 0, 0, x'', ?, ? WHERE NOT EXISTS (SELECT 1 FROM head)"
NEIGHBOUR = """SELECT coalesce(
    (SELECT stream FROM entries WHERE stream > ? AND stream < ? ORDER BY stream LIMIT 1),
    (SELECT stream FROM entries WHERE stream >= ? AND stream < ? ORDER BY stream LIMIT 1))"""
HEAD = "SELECT size, at, frontier, root, algorithm FROM head"
HEAD_AND_ENDS = """SELECT size, at, frontier, root, algorithm, (SELECT type FROM entries WHERE position = 1),
    (SELECT at FROM entries WHERE position = size) FROM head"""
UPDATE = "UPDATE head SET size = ?, at = ?, frontier = ?, root = ?"
GROW = f"""{UPDATE} WHERE size = ? AND at = ? AND frontier = ? AND algorithm = ?
    AND (? = 0 OR EXISTS (SELECT 1 FROM entries WHERE position = ? AND at = ?))"""  # noqa: S608 - our own constant
AT_ONCE = 16
"""Histories and outcomes that one statement looks for."""
ENDLESS = 2**63 - 1
OF_HEAD, OF_OUTCOME = -1, -2


@cache
def look_at_once(streams: int, keys: int) -> str:
    """One statement for the head, so many histories and so many outcomes, each row in the columns of an entry."""
    head = f"SELECT {OF_HEAD}, at, '', size, '', x'', '', '', '', '', '', '', '', x'' FROM head"  # noqa: S608 - our own numbers
    entries = f"SELECT * FROM ({SELECT}WHERE stream = ? AND version >= ? AND position <= ? ORDER BY version)"  # noqa: S608 - our columns
    outcome = (
        f"SELECT {OF_OUTCOME}, 0, actor, 0, idempotency_key, x'', digest, outcome, '', '', '', '', '', x'' "  # noqa: S608 - our own numbers
        "FROM outcomes WHERE actor = ? AND idempotency_key = ?"
    )
    return " UNION ALL ".join((head, *[entries] * streams, *[outcome] * keys))


class _Connection(sqlite3.Connection):
    """A connection that ends with the thread it belongs to: only a subclass can be held weakly."""


class SQLiteRecorder:
    """The journal in one SQLite file 嵌入式日志. Threads each have a connection; writers wait for one another."""

    def __init__(self, path: Path, digest: Digest | None = None) -> None:
        """digest: see `open_journal`.

        Raises:
            DigestDiffers: the journal was made with another one.
        """
        self.path = path
        owners_file(path)
        self._local = local()
        self._opened: WeakSet[_Connection] = WeakSet()
        self._grown = Condition()
        self._wakes = 0
        self._known: KnownHead | None = None
        self._group: GroupCommit[Batch, list[Entry]] = GroupCommit(self._commit)
        with self.transaction() as connection:
            heads = {name for _, name, *_ in connection.execute("PRAGMA table_info(head)")}
            if heads and "algorithm" not in heads:
                connection.execute(OLDER_HEAD)
            for statement in DDL:
                connection.execute(statement)
            first = digest or SHA256
            connection.execute(FIRST_HEAD, (first.empty, first.name))
            (made_with,) = connection.execute("SELECT algorithm FROM head").fetchone()
            check_algorithm(made_with, digest)

    def _connection(self) -> sqlite3.Connection:
        connection: _Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self.path,
                isolation_level=None,
                timeout=BUSY_SECONDS,
                check_same_thread=False,
                cached_statements=64,
                factory=_Connection,
            )
            to_wal(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
            self._local.connection = connection
            self._opened.add(connection)
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection whose statements, and this thread's appends inside the block, commit together or not at all."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")  # a deferred one fails at once when another writer was faster
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    @contextmanager
    def within(self, until: float | None) -> Iterator[None]:
        """A deadline for this thread's statements inside the block; see `Journal.within`."""
        if until is None:
            yield
            return
        connection = self._connection()
        connection.execute(f"PRAGMA busy_timeout = {milliseconds_left(until)}")  # how long another writer is waited for
        connection.set_progress_handler(lambda: time.monotonic() >= until, STEPS_BETWEEN_LOOKS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if (refused := late(until)) is not None:
                raise refused from error
            raise
        finally:
            connection.set_progress_handler(None, 0)
            connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """One moment for every read of this thread inside the block; see `Journal.snapshot`."""
        connection = self._connection()
        if connection.in_transaction:
            yield connection
            return
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")

    def append(
        self, entries: Sequence[NewEntry], at: int, remember: Remember = None
    ) -> list[Entry]:
        """Append all or none; see `Journal.append`."""
        check_texts(entries, remember)
        if self.in_block:
            return self._write(self._connection(), entries, at, remember)
        return self._group.submit((entries, at, remember))

    def append_all(self, batches: Sequence[Batch]) -> list[list[Entry]]:
        """Append every batch or none; see `Journal.append_all`."""
        if self.in_block:
            return [self._write(self._connection(), *batch) for batch in batches]
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            known, placed = self._grown_by(connection, batches)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._known = known
        with self._grown:
            self._grown.notify_all()
        return placed

    @property
    def in_block(self) -> bool:
        """Whether this thread is inside a transaction of its own."""
        return self._connection().in_transaction

    def look(
        self, streams: Mapping[str, int], keys: Collection[tuple[str, str]] = (), until: int | None = None
    ) -> Looked:
        """Histories, outcomes and the head at one moment; see `Journal.look`."""
        if len(streams) + len(keys) <= AT_ONCE:
            return self._look_at_once(streams, keys, until)
        with self.snapshot() as connection:
            size, at = connection.execute("SELECT size, at FROM head").fetchone()
            last = size if until is None else until
            entries = {
                stream: self._entries("WHERE stream = ? AND version >= ? AND position <= ? ORDER BY version", (stream, known, last))
                for stream, known in streams.items()
            }
            outcomes = {key: found for key in keys if (found := self.outcome(*key)) is not None}
        return Looked(last, at, entries, outcomes)

    def _look_at_once(self, streams: Mapping[str, int], keys: Collection[tuple[str, str]], until: int | None) -> Looked:
        """The same in one statement, which has one moment by itself: each costs more to begin than to run."""
        values: list[object] = []
        for stream, known in streams.items():
            values += (stream, known, ENDLESS if until is None else until)
        for key in keys:
            values += key
        entries: dict[str, list[Entry]] = {stream: [] for stream in streams}
        outcomes: dict[tuple[str, str], tuple[str, str]] = {}
        size, at = 0, 0
        for row in self._rows(look_at_once(len(streams), len(keys)), values):
            if row[0] == OF_HEAD:
                size, at = row[3], row[1]
            elif row[0] == OF_OUTCOME:
                outcomes[row[2], row[4]] = (row[6], row[7])
            else:
                entries[row[2]].append(Entry(*row))
        return Looked(size if until is None else until, at, entries, outcomes)

    def _commit(self, batches: Sequence[Batch]) -> Sequence[list[Entry] | BaseException]:
        try:
            return self.append_all(batches)
        except Exception as error:
            if len(batches) == 1:
                return [error]
            if isinstance(error, sqlite3.OperationalError):
                raise  # a full disk undoes the whole transaction, and so everyone's append
        # one of them is refused: one by one, so that none fails for another
        return [outcome for batch in batches for outcome in self._commit([batch])]

    def _grown_by(self, connection: sqlite3.Connection, batches: Sequence[Batch]) -> Placed:
        """Write all batches in the connection's transaction, after the head that this process left, or whatever it is by now."""
        if self._known is not None and any(entries for entries, _, _ in batches):
            before = self._known.head
            after, placed = extended(self._known, batches)
            self._known = None
            values = (after.head.size, after.head.at, after.head.frontier, after.head.root)
            expected = (before.size, before.at, before.frontier, before.algorithm, before.size, before.size, before.at)
            if connection.execute(GROW, (*values, *expected)).rowcount:
                self._insert(connection, batches, placed)
                return after, placed
        size, moment, frontier, root, algorithm, first, last = connection.execute(HEAD_AND_ENDS).fetchone()
        if size and last != moment:
            raise HeadBroken("日志头与条目不符，请运行 verify the head does not fit the last entry; run verify")
        after, placed = extended(KnownHead(Head(size, moment, frontier, root, algorithm), first or ""), batches)
        if any(placed):
            connection.execute(UPDATE, (after.head.size, after.head.at, after.head.frontier, after.head.root))
        self._insert(connection, batches, placed)
        return after, placed

    def _insert(self, connection: sqlite3.Connection, batches: Sequence[Batch], placed: Sequence[Sequence[Entry]]) -> None:
        try:
            connection.executemany(INSERT, [row_of(entry) for entries in placed for entry in entries])
        except sqlite3.IntegrityError as error:
            if "version" in str(error):
                raise VersionTaken(str(error)) from error
            if "append-only" in str(error):
                raise HeadBroken("日志头之后另有条目，请运行 verify an entry stands beyond the head; run verify") from error
            raise
        for _, _, remember in batches:
            if remember is not None:
                try:
                    connection.execute("INSERT INTO outcomes VALUES (?, ?, ?, ?)", remember)
                except sqlite3.IntegrityError as error:
                    raise KeyReused(remember[1]) from error

    def _write(self, connection: sqlite3.Connection, entries: Sequence[NewEntry], at: int, remember: Remember) -> list[Entry]:
        """Write in a transaction that somebody else may undo."""
        self._known = None
        (written,) = self._grown_by(connection, [(entries, at, remember)])[1]
        return written

    def outcome(self, actor: str, key: str) -> tuple[str, str] | None:
        """(digest of the input, stored outcome) of an idempotency key."""
        row = self._connection().execute(
            "SELECT digest, outcome FROM outcomes WHERE actor = ? AND idempotency_key = ?", (actor, key)
        )
        found: tuple[str, str] | None = row.fetchone()
        return found

    def head(self) -> Head:
        """The head as committed."""
        try:
            return Head(*self._connection().execute(HEAD).fetchone())
        except sqlite3.OperationalError as error:
            if "decode" in str(error):
                raise Unreadable(str(error)) from error
            raise

    def _entries(self, query: str, values: Sequence[object]) -> list[Entry]:
        return [Entry(*row) for row in self._rows(SELECT + query, values)]

    def _rows(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        try:
            return self._connection().execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            if "decode" in str(error):
                raise Unreadable(str(error)) from error
            raise

    def read(self, stream: str, after: int = 0) -> list[Entry]:
        """Entries of a stream beyond a version, in order."""
        return self._entries("WHERE stream = ? AND version > ? ORDER BY version", (stream, after))

    def read_many(self, streams: Sequence[str]) -> Mapping[str, list[Entry]]:
        """Histories of many streams."""
        found: dict[str, list[Entry]] = {stream: [] for stream in streams}
        wanted = list(found)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ", ".join("?" * len(part))
            for entry in self._entries(f"WHERE stream IN ({marks}) ORDER BY stream, version", part):
                found[entry.stream].append(entry)
        return found

    def neighbour(self, stream: str) -> str | None:
        """The next stream of the same kind by name, else the first; None where there is no other."""
        kind = kind_of(stream)
        found = self._connection().execute(NEIGHBOUR, (stream, f"{kind}0", f"{kind}/", stream)).fetchone()
        return str(found[0]) if found[0] is not None else None

    def since(self, position: int, limit: int, types: Sequence[str] = ()) -> list[Entry]:
        """Entries beyond a position, in order; of some types only, where any are named."""
        among = f"AND type IN ({', '.join('?' * len(types))}) " if types else ""
        return self._entries(f"WHERE position > ? {among}ORDER BY position LIMIT ?", (position, *types, limit))

    def wait_beyond(self, position: int, timeout: float) -> int:
        """Size of the journal, as soon as it exceeds a position or time is up. Other processes are seen by polling."""
        deadline = time.monotonic() + timeout
        wakes = self._wakes
        while True:
            size = self.head().size
            left = deadline - time.monotonic()
            if size > position or left <= 0 or wakes != self._wakes:
                return size
            with self._grown:
                self._grown.wait(min(left, POLL_SECONDS))

    def wake(self) -> None:
        """Let whoever waits in this process look at once."""
        with self._grown:
            self._wakes += 1
            self._grown.notify_all()

    def close(self) -> None:
        """Close every connection."""
        for connection in list(self._opened):
            connection.close()
        self._opened.clear()
        self._local = local()


def owners_file(path: Path) -> None:
    """Make a file of its owner's alone (0600) where there is none 私有文件; what SQLite keeps beside it takes after it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def is_journal(path: Path) -> bool:
    """Whether a file is a journal's database; it is only looked at."""
    address = f"file:{quote(str(path))}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError:
        return False
    return {"entries", "head"} <= tables


def to_wal(connection: sqlite3.Connection) -> None:
    """Write-ahead logging 预写日志. The switch does not wait for a busy file by itself, so it is tried until it is free."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
