"""Recorder on PostgreSQL 城市级日志: one advisory lock, one round trip an append.

The numbering, the clock, the Merkle head and the entries are one stored function, so that the lock is held for no longer
than the server works. The client sends the part of the canonical bytes that it knows (`entries.body`).
"""

import select
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import Empty, LifoQueue
from threading import BoundedSemaphore, local
from typing import Any

import psycopg2
import psycopg2.extensions

from journal.entries import (
    CLOCK_DRIFT,
    COLUMNS,
    DEMO_TYPE,
    LARGEST_JUMP,
    MAGIC,
    ClockRefused,
    Entry,
    Head,
    KeyReused,
    NewEntry,
    VersionTaken,
    body,
)
from journal.merkle import EMPTY_ROOT

SELECT = f"SELECT {', '.join(COLUMNS)} FROM entries "  # noqa: S608 - our own column names
CHANNEL = "journal"
SCHEMA_LOCK = 7_239_001
APPEND_LOCK = 7_239_002
HEARTBEAT_SECONDS = 1.0
"""A NOTIFY may be lost; so a waiting reader looks again this often."""

DDL = f"""
SELECT pg_advisory_xact_lock({SCHEMA_LOCK});
CREATE TABLE IF NOT EXISTS entries (
    position bigint PRIMARY KEY, at bigint NOT NULL, stream text COLLATE "C" NOT NULL, version bigint NOT NULL,
    type text NOT NULL, state bytea NOT NULL, actor text NOT NULL, role text NOT NULL, organisation text NOT NULL,
    reason text NOT NULL, correlation text NOT NULL, causation text NOT NULL, idempotency_key text NOT NULL,
    leaf bytea NOT NULL, CONSTRAINT entries_version UNIQUE (stream, version));
CREATE INDEX IF NOT EXISTS entries_at ON entries (at);
CREATE TABLE IF NOT EXISTS head (one boolean PRIMARY KEY DEFAULT true CHECK (one), size bigint NOT NULL,
    at bigint NOT NULL, frontier bytea NOT NULL, root bytea NOT NULL) WITH (fillfactor = 10);
INSERT INTO head VALUES (true, 0, 0, '', '\\x{EMPTY_ROOT.hex()}') ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS outcomes (actor text NOT NULL, idempotency_key text NOT NULL, digest text NOT NULL,
    outcome text NOT NULL, PRIMARY KEY (actor, idempotency_key));

CREATE OR REPLACE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'append-only'; END $$;
DROP TRIGGER IF EXISTS entries_keep ON entries;
CREATE TRIGGER entries_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();

CREATE OR REPLACE FUNCTION journal_append(
    p_at bigint, p_now bigint, streams text[], versions bigint[], types text[], states bytea[], actors text[],
    roles text[], organisations text[], reasons text[], correlations text[], causations text[], keys text[],
    bodies bytea[], remember text[]) RETURNS TABLE (r_position bigint, r_at bigint, r_leaf bytea)
LANGUAGE plpgsql AS $$
DECLARE
    h head%ROWTYPE; n bigint; k bigint; f bytea; node bytea; top bytea; demo boolean; positions bigint[] := '{{}}';
    leaves bytea[] := '{{}}';
BEGIN
    PERFORM pg_advisory_xact_lock({APPEND_LOCK});
    SELECT * INTO h FROM head;
    SELECT coalesce((SELECT e.type FROM entries e WHERE e.position = 1), types[1]) = '{DEMO_TYPE}' INTO demo;
    IF NOT coalesce(demo, false) AND abs(p_at - p_now) > {CLOCK_DRIFT} THEN
        RAISE EXCEPTION USING ERRCODE = 'ZD001', MESSAGE = 'the clock differs from the machine''s by more than a day';
    END IF;
    IF h.at > 0 AND p_at - h.at > {LARGEST_JUMP} THEN
        RAISE EXCEPTION USING ERRCODE = 'ZD001', MESSAGE = 'the clock is more than a year ahead of the last entry';
    END IF;
    p_at := greatest(p_at, h.at);
    f := h.frontier; n := h.size;
    FOR i IN 1 .. coalesce(array_length(bodies, 1), 0) LOOP
        node := sha256('\\x00'::bytea || '\\x{MAGIC.hex()}'::bytea || int8send(n + 1) || int8send(p_at) || bodies[i]);
        positions := positions || (n + 1); leaves := leaves || node; k := n;
        WHILE k & 1 = 1 LOOP
            node := sha256('\\x01'::bytea || substr(f, length(f) - 31) || node);
            f := substr(f, 1, length(f) - 32); k := k >> 1;
        END LOOP;
        f := f || node; n := n + 1;
    END LOOP;
    IF n > h.size THEN
        INSERT INTO entries
            SELECT u.p, p_at, u.s, u.v, u.t, u.st, u.ac, u.ro, u.og, u.re, u.co, u.ca, u.ke, u.le
            FROM unnest(positions, streams, versions, types, states, actors, roles, organisations, reasons,
                correlations, causations, keys, leaves)
                AS u (p, s, v, t, st, ac, ro, og, re, co, ca, ke, le);
        top := substr(f, length(f) - 31); k := length(f) / 32 - 1;
        WHILE k > 0 LOOP
            top := sha256('\\x01'::bytea || substr(f, (k::int - 1) * 32 + 1, 32) || top); k := k - 1;
        END LOOP;
        UPDATE head SET size = n, at = p_at, frontier = f, root = top;
        PERFORM pg_notify('{CHANNEL}', '');
    END IF;
    IF remember IS NOT NULL THEN
        INSERT INTO outcomes VALUES (remember[1], remember[2], remember[3], remember[4]);
    END IF;
    RETURN QUERY SELECT u.p, p_at, u.l FROM unnest(positions, leaves) AS u (p, l);
END $$;
"""  # noqa: S608 - our own constants only

APPEND = (
    "SELECT r_position, r_at, r_leaf FROM journal_append(%s, %s, %s::text[], %s::bigint[], %s::text[], %s::bytea[], "
    "%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::text[])"
)


class PostgresRecorder:
    """The journal in PostgreSQL 城市级日志, through a small pool of psycopg2 connections."""

    def __init__(self, dsn: str, pool_size: int = 8) -> None:
        self.dsn = dsn
        self._idle: LifoQueue[Any] = LifoQueue()
        self._slots = BoundedSemaphore(pool_size)
        self._local = local()
        with self._borrowed() as connection, connection.cursor() as cursor:
            cursor.execute(DDL)

    @contextmanager
    def _borrowed(self) -> Iterator[Any]:
        held = getattr(self._local, "held", None)
        if held is not None:
            yield held
            return
        with self._slots:
            try:
                connection = self._idle.get_nowait()
            except Empty:
                connection = psycopg2.connect(self.dsn)
                connection.autocommit = True
            try:
                yield connection
            finally:
                idle = psycopg2.extensions.TRANSACTION_STATUS_IDLE
                if connection.closed or connection.get_transaction_status() != idle:
                    connection.close()
                else:
                    self._idle.put(connection)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """One moment for every read of this thread inside the block."""
        with self._borrowed() as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            self._local.held = connection
            try:
                yield
            finally:
                self._local.held = None
                if not connection.closed:
                    cursor.execute("COMMIT")

    def append(
        self, entries: Sequence[NewEntry], at: int, remember: tuple[str, str, str, str] | None = None
    ) -> list[Entry]:
        """Append all or none; see `Journal.append`."""
        columns = (
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
            [psycopg2.Binary(body(entry)) for entry in entries],
        )
        now = time.time_ns() // 1000
        try:
            with self._borrowed() as connection, connection.cursor() as cursor:
                cursor.execute(APPEND, (at, now, *columns, list(remember) if remember is not None else None))
                placed = cursor.fetchall()
        except psycopg2.errors.UniqueViolation as error:
            if "outcomes" in str(error) and remember is not None:
                raise KeyReused(remember[1]) from error
            raise VersionTaken(str(error)) from error
        except psycopg2.Error as error:
            if error.pgcode == "ZD001":
                raise ClockRefused(error.diag.message_primary) from error
            raise
        return [
            Entry(
                position,
                moment,
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
                bytes(leaf),
            )
            for (position, moment, leaf), entry in zip(placed, entries, strict=True)
        ]

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
        size, at, frontier, root = self._rows("SELECT size, at, frontier, root FROM head", ())[0]
        return Head(size, at, bytes(frontier), bytes(root))

    def read(self, stream: str, after: int = 0) -> list[Entry]:
        """Entries of a stream beyond a version, in order."""
        return self._entries("WHERE stream = %s AND version > %s ORDER BY version", (stream, after))

    def read_many(self, streams: Sequence[str]) -> Mapping[str, list[Entry]]:
        """Histories of many streams."""
        found: dict[str, list[Entry]] = {stream: [] for stream in streams}
        for entry in self._entries("WHERE stream = ANY(%s) ORDER BY stream, version", (list(found),)):
            found[entry.stream].append(entry)
        return found

    def since(self, position: int, limit: int) -> list[Entry]:
        """Entries beyond a position, in order."""
        return self._entries("WHERE position > %s ORDER BY position LIMIT %s", (position, limit))

    def wait_beyond(self, position: int, timeout: float) -> int:
        """Size of the journal, as soon as it exceeds a position or time is up: listen first, then look."""
        deadline = time.monotonic() + timeout
        listener = getattr(self._local, "listener", None)
        if listener is None or listener.closed:
            listener = psycopg2.connect(self.dsn)
            listener.autocommit = True
            self._local.listener = listener
            with listener.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
        while True:
            with listener.cursor() as cursor:
                cursor.execute("SELECT size FROM head")
                ((size,),) = cursor.fetchall()
            left = deadline - time.monotonic()
            if size > position or left <= 0:
                return int(size)
            if select.select([listener], [], [], min(left, HEARTBEAT_SECONDS))[0]:
                listener.poll()
                listener.notifies.clear()

    def close(self) -> None:
        """Close the pool."""
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                break
        listener = getattr(self._local, "listener", None)
        if listener is not None:
            listener.close()
