"""Recorder on PostgreSQL 城市级日志: one advisory lock, one round trip for all the appends that wait in a process.

As long as no other process appends, this one knows the head and sends what stands after it, hashed (`postgres_hashing.grow`).
Where others do, a lone append is one stored function (`postgres_schema`), so that the lock is held for no longer than the server
works; it can do so for SHA-256. What is left asks for the head under the lock first.
"""

import select
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock, local
from typing import Any

import psycopg2
import psycopg2.extensions
from psycopg2.errors import QueryCanceled

from domain.kernel import kind_of
from journal.deadlines import DEADLINE_EXCEEDED, late, milliseconds_left
from journal.digests import DIGESTS, SHA256, Digest
from journal.engines import heads, postgres_hashing, postgres_look
from journal.engines.group_commit import GroupCommit
from journal.engines.postgres_connection import JournalConnection, connect
from journal.engines.postgres_listener import Listener
from journal.engines.postgres_schema import CLOCK_REFUSED, HEAD_BROKEN, prepare
from journal.entries import (
    COLUMNS,
    Batch,
    ClockRefused,
    Entry,
    Head,
    HeadBroken,
    KeyReused,
    Looked,
    NewEntry,
    Remember,
    VersionTaken,
    canonical,
    check_texts,
)

UNDISTURBED = 3
"""Appends in a row that met the head as this process had left it, after which it is taken for the only one that appends."""

SELECT = f"SELECT {', '.join(COLUMNS)} FROM entries "  # noqa: S608 - our own column names
NEIGHBOUR = """SELECT coalesce(
    (SELECT stream FROM entries WHERE stream > %s AND stream < %s ORDER BY stream LIMIT 1),
    (SELECT stream FROM entries WHERE stream >= %s AND stream < %s ORDER BY stream LIMIT 1))"""
APPEND = (
    "SELECT journal_append(%s, %s, %s::text[], %s::bigint[], %s::text[], %s::bytea[], "
    "%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
)


def _values(batch: Batch) -> tuple[Any, ...]:
    """Arguments of the stored function."""
    entries, at, remember = batch
    return (
        at,
        time.time_ns() // 1000,
        [entry.stream for entry in entries],
        [entry.version for entry in entries],
        [entry.type for entry in entries],
        [psycopg2.Binary(entry.state) for entry in entries],
        [entry.actor for entry in entries],
        [entry.role for entry in entries],
        [entry.organisation for entry in entries],
        [entry.reason for entry in entries],
        [entry.correlation for entry in entries],
        [entry.causation for entry in entries],
        [entry.idempotency_key for entry in entries],
        list(remember) if remember is not None else None,
    )


def _placed(entries: Sequence[NewEntry], before: int, at: int) -> list[Entry]:
    """The entries as they were written, after `before` others and at one moment."""
    return [
        Entry(
            position,
            at,
            entry.stream,
            entry.version,
            entry.type,
            entry.state,
            entry.actor,
            entry.role,
            entry.organisation,
            entry.reason,
            entry.correlation,
            entry.causation,
            entry.idempotency_key,
            SHA256.leaf(canonical(position, at, entry)),
        )
        for position, entry in enumerate(entries, before + 1)
    ]


def _refusal(error: psycopg2.Error) -> Exception:
    """What the server's refusal of an append means."""
    if error.diag.constraint_name == "entries_version":
        return VersionTaken(error.diag.message_detail)
    if error.diag.constraint_name == "outcomes_pkey":
        return KeyReused(error.diag.message_detail)
    if error.pgcode == CLOCK_REFUSED:
        return ClockRefused(error.diag.message_primary)
    if error.pgcode == HEAD_BROKEN or error.diag.constraint_name == "entries_pkey":
        return HeadBroken(error.diag.message_primary)
    return error


def _undone(error: psycopg2.Error) -> bool:
    """Whether the server has said that it wrote nothing; when the line broke, it may have."""
    return error.pgcode is not None and not error.pgcode.startswith(("08", "57P"))


class PostgresRecorder:
    """The journal in PostgreSQL 城市级日志, through a small pool of psycopg2 connections."""

    def __init__(self, dsn: str, pool_size: int = 8, digest: Digest | None = None) -> None:
        """digest: see `open_journal`.

        Raises:
            DigestDiffers: the journal was made with another one.
        """
        self.dsn = dsn
        self._idle: deque[JournalConnection] = deque()
        self._slots = BoundedSemaphore(pool_size)
        self._local = local()
        self._group: GroupCommit[Batch, list[Entry]] = GroupCommit(self._commit)
        self._growing = Lock()
        self._known: heads.KnownHead | None = None
        self._left = -1
        self._undisturbed = UNDISTURBED
        self.listener = Listener(dsn)
        try:
            with self.transaction() as cursor:
                self._algorithm = prepare(cursor, digest)
        except BaseException:
            self.close()
            raise

    def _connection(self) -> JournalConnection:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return connect(self.dsn)
            # An idle connection has nothing to read, unless the server has ended it meanwhile.
            ready = select.poll()
            ready.register(connection, select.POLLIN)
            if not ready.poll(0):
                return connection
            connection.close()

    @contextmanager
    def _borrowed(self) -> Iterator[Any]:
        held = getattr(self._local, "held", None)
        if held is not None:
            yield held
            return
        until = getattr(self._local, "until", None)
        if not self._slots.acquire(timeout=None if until is None else milliseconds_left(until) / 1000):
            raise DEADLINE_EXCEEDED.refuse()
        try:
            connection = self._connection()
            connection.until = until
            try:
                yield connection
            finally:
                connection.until = None
                idle = psycopg2.extensions.TRANSACTION_STATUS_IDLE
                if connection.closed or connection.get_transaction_status() != idle:
                    connection.close()
                else:
                    self._idle.append(connection)
        finally:
            self._slots.release()

    @contextmanager
    def within(self, until: float | None) -> Iterator[None]:
        """A deadline for this thread's statements inside the block; see `Journal.within`."""
        if until is None:
            yield
            return
        milliseconds_left(until)
        self._local.until = until
        try:
            yield
        except psycopg2.OperationalError as error:
            if isinstance(error, QueryCanceled) and (refused := late(until)) is not None:
                raise refused from error
            raise
        finally:
            self._local.until = None

    @contextmanager
    def _within(self, begin: str) -> Iterator[Any]:
        """A transaction that everything this thread does inside the block takes part in."""
        with self._borrowed() as connection, connection.cursor() as cursor:
            cursor.execute(begin)
            self._local.held = connection
            try:
                yield cursor
            except BaseException:
                if not connection.closed:
                    cursor.execute("ROLLBACK")
                raise
            else:
                cursor.execute("COMMIT")
            finally:
                self._local.held = None

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        """One moment for every read of this thread inside the block; see `Journal.snapshot`."""
        held = getattr(self._local, "held", None)
        if held is not None:
            with held.cursor() as cursor:
                yield cursor
            return
        with self._within("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as cursor:
            yield cursor

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A cursor whose statements, and this thread's appends inside the block, commit together or not at all."""
        with self._within("BEGIN") as cursor:
            yield cursor

    def append(
        self, entries: Sequence[NewEntry], at: int, remember: Remember = None
    ) -> list[Entry]:
        """Append all or none; see `Journal.append`."""
        check_texts(entries, remember)
        batch = (entries, at, remember)
        if self.in_block:
            return self._alone(batch)
        written = self._group.submit(batch)
        if written:
            self.listener.notify(written[-1].position)
        return written

    def append_all(self, batches: Sequence[Batch]) -> list[list[Entry]]:
        """Append every batch or none; see `Journal.append_all`."""
        placed = self._refusing(batches)
        if placed[-1] and not self.in_block:
            self.listener.notify(placed[-1][-1].position)
        return placed

    @property
    def in_block(self) -> bool:
        """Whether this thread is inside a transaction of its own."""
        return getattr(self._local, "held", None) is not None

    def look(
        self, streams: Mapping[str, int], keys: Collection[tuple[str, str]] = (), until: int | None = None
    ) -> Looked:
        """Histories, outcomes and the head in one round trip; see `Journal.look`."""
        with self._borrowed() as connection:
            return postgres_look.look(connection, streams, keys, until)

    def _commit(self, batches: Sequence[Batch]) -> Sequence[list[Entry] | BaseException]:
        if len(batches) > 1:
            try:
                return self._together(batches)
            except psycopg2.Error as error:
                if not _undone(error):
                    raise
            except (ClockRefused, HeadBroken):
                pass  # refused before anything was written
        # one of them is refused: one by one, so that none fails for another
        outcomes: list[list[Entry] | BaseException] = []
        for batch in batches:
            try:
                outcomes.append(self._alone(batch))
            except Exception as error:  # noqa: BLE001 - raised by the thread that it belongs to
                outcomes.append(error)
        return outcomes

    def _alone(self, batch: Batch) -> list[Entry]:
        return self._refusing([batch])[0]

    def _refusing(self, batches: Sequence[Batch]) -> list[list[Entry]]:
        """Append all of them or none; what the server refuses is raised as the journal's own."""
        try:
            return self._together(batches)
        except psycopg2.Error as error:
            refusal = _refusal(error)
            if refusal is error:
                raise
            raise refusal from error

    def _together(self, batches: Sequence[Batch]) -> list[list[Entry]]:
        """Append all of them or none."""
        digest = DIGESTS.get(self._algorithm)
        if digest is None:
            raise HeadBroken("杂凑算法不明，请运行 verify the head names no algorithm that is known; run verify")
        if self.in_block:
            with self._borrowed() as connection:
                return self._under_lock(connection, batches, digest)[1]
        with self._growing, self._borrowed() as connection:
            if not any(entries for entries, _, _ in batches):  # outcomes alone leave the head as it is
                return self._under_lock(connection, batches, digest)[1]
            if self._known is None and self._undisturbed >= UNDISTURBED:
                self._known = postgres_hashing.read_head(connection, digest)
            known, self._known = self._known, None  # whatever fails, the head is asked for again
            grown = postgres_hashing.grow(connection, known, batches) if known is not None else None
            if grown is not None:
                self._known, placed = grown
                self._left = self._known.head.size
                return placed
            before, placed = self._under_lock(connection, batches, digest)
            self._undisturbed = self._undisturbed + 1 if known is None and before == self._left else 0
            self._left = before + sum(map(len, placed))
            return placed

    def _under_lock(
        self, connection: JournalConnection, batches: Sequence[Batch], digest: Digest
    ) -> tuple[int, list[list[Entry]]]:
        """Append after whatever head there is; how many entries stood before, and those of each batch."""
        if len(batches) == 1 and digest is SHA256:
            (batch,) = batches
            with connection.cursor() as cursor:
                cursor.execute(APPEND, _values(batch))
                (((before, at),),) = cursor.fetchall()
            return before, [_placed(batch[0], before, at)]
        after, placed = postgres_hashing.append(connection, batches, digest)
        return after.head.size - sum(map(len, placed)), placed

    def _rows(self, query: str, values: Sequence[Any]) -> list[Any]:
        with self._borrowed() as connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            found: list[Any] = cursor.fetchall()
            return found

    def _entries(self, query: str, values: Sequence[Any]) -> list[Entry]:
        return [
            Entry(p, at, stream, v, name, bytes(state), actor, role, org, reason, corr, cause, key, bytes(leaf))
            for p, at, stream, v, name, state, actor, role, org, reason, corr, cause, key, leaf in self._rows(
                SELECT + query, values
            )
        ]

    def outcome(self, actor: str, key: str) -> tuple[str, str] | None:
        """(digest of the input, stored outcome) of an idempotency key."""
        rows = self._rows(
            "SELECT digest, outcome FROM outcomes WHERE actor = %s AND idempotency_key = %s", (actor, key)
        )
        return rows[0] if rows else None

    def head(self) -> Head:
        """The head as committed."""
        size, at, frontier, root, algorithm = self._rows("SELECT size, at, frontier, root, algorithm FROM head", ())[0]
        return Head(size, at, bytes(frontier), bytes(root), algorithm)

    def read(self, stream: str, after: int = 0) -> list[Entry]:
        """Entries of a stream beyond a version, in order."""
        return self._entries("WHERE stream = %s AND version > %s ORDER BY version", (stream, after))

    def read_many(self, streams: Sequence[str]) -> Mapping[str, list[Entry]]:
        """Histories of many streams."""
        found: dict[str, list[Entry]] = {stream: [] for stream in streams}
        for entry in self._entries("WHERE stream = ANY(%s) ORDER BY stream, version", (list(found),)):
            found[entry.stream].append(entry)
        return found

    def neighbour(self, stream: str) -> str | None:
        """The next stream of the same kind by name, else the first; None where there is no other."""
        kind = kind_of(stream)
        ((found,),) = self._rows(NEIGHBOUR, (stream, f"{kind}0", f"{kind}/", stream))
        return str(found) if found is not None else None

    def since(self, position: int, limit: int, types: Sequence[str] = ()) -> list[Entry]:
        """Entries beyond a position, in order; of some types only, where any are named."""
        among, values = ("AND type = ANY(%s) ", (list(types),)) if types else ("", ())
        return self._entries(f"WHERE position > %s {among}ORDER BY position LIMIT %s", (position, *values, limit))

    def wait_beyond(self, position: int, timeout: float) -> int:
        """Size of the journal, as soon as it exceeds a position or time is up."""
        size = self.listener.wait_beyond(position, timeout)
        return size if size > position else self.head().size

    def wake(self) -> None:
        """Let whoever waits in this process look at once."""
        self.listener.wake()

    def close(self) -> None:
        """Close the pool and stop listening."""
        self.listener.close()
        while True:
            try:
                self._idle.pop().close()
            except IndexError:
                break
