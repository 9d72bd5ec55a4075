"""Stores of the disclosure log 披露日志存储: a SQLite file of its own, or two tables in PostgreSQL; append-only on both.

The guards stop mistakes and every ordinary role, as those of the journal do (`postgres_schema`, `sqlite`); what the owner of
the tables changes, `disclosures.broken` finds.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy import create_engine

from journal.disclosure_log.disclosure_log import DisclosureLog, DisclosuresInUse, Written
from journal.engines.postgres_engine import postgres_engine
from journal.engines.sqlite import APPEND_ONLY, BUSY_SECONDS, owners_file, to_wal
from journal.secrets.vault import SQLITE

SCHEMA_LOCK = 7_239_006

SQLITE_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS disclosures (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL, organisation TEXT NOT NULL,
        door TEXT NOT NULL, scope TEXT NOT NULL, disclosed TEXT NOT NULL, masks INTEGER NOT NULL,
        writer TEXT NOT NULL, number INTEGER NOT NULL, chain BLOB NOT NULL, UNIQUE (writer, number)) STRICT""",
    "CREATE INDEX IF NOT EXISTS disclosures_at ON disclosures (at)",
    """CREATE TABLE IF NOT EXISTS disclosed_firms (
        firm TEXT NOT NULL, segment INTEGER NOT NULL, reads TEXT NOT NULL,
        PRIMARY KEY (firm, segment)) STRICT, WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS disclosure_writers (writer TEXT PRIMARY KEY, indexed INTEGER NOT NULL) STRICT",
    f"CREATE TRIGGER IF NOT EXISTS disclosures_keep BEFORE UPDATE ON disclosures {APPEND_ONLY}",
    f"CREATE TRIGGER IF NOT EXISTS disclosures_stay BEFORE DELETE ON disclosures {APPEND_ONLY}",
    f"CREATE TRIGGER IF NOT EXISTS disclosed_firms_keep BEFORE UPDATE ON disclosed_firms {APPEND_ONLY}",
    f"CREATE TRIGGER IF NOT EXISTS disclosed_firms_stay BEFORE DELETE ON disclosed_firms {APPEND_ONLY}",
    # INSERT OR REPLACE deletes without firing the DELETE trigger: refuse what is already there
    f"""CREATE TRIGGER IF NOT EXISTS disclosures_once BEFORE INSERT ON disclosures
        WHEN EXISTS (SELECT 1 FROM disclosures WHERE id = NEW.id)
        OR EXISTS (SELECT 1 FROM disclosures WHERE writer = NEW.writer AND number = NEW.number) {APPEND_ONLY}""",  # noqa: S608 - our own constant
    f"""CREATE TRIGGER IF NOT EXISTS disclosed_firms_once BEFORE INSERT ON disclosed_firms
        WHEN EXISTS (SELECT 1 FROM disclosed_firms WHERE firm = NEW.firm AND segment = NEW.segment)
        {APPEND_ONLY}""",  # noqa: S608 - as above
)

INSERT = f"INSERT INTO disclosures VALUES ({', '.join('?' * 12)})"  # noqa: S608 - a mark for each of our own columns

POSTGRES_SCHEMA = """
CREATE TABLE IF NOT EXISTS disclosures (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint NOT NULL, person text NOT NULL, role text NOT NULL,
    organisation text NOT NULL, door text NOT NULL, scope text NOT NULL, disclosed text NOT NULL, masks integer NOT NULL,
    writer text NOT NULL, number bigint NOT NULL, chain bytea NOT NULL,
    CONSTRAINT disclosures_once UNIQUE (writer, number));
CREATE INDEX IF NOT EXISTS disclosures_at ON disclosures (at);
CREATE TABLE IF NOT EXISTS disclosed_firms (
    firm text COLLATE "C" NOT NULL, segment bigint NOT NULL, reads text NOT NULL, PRIMARY KEY (firm, segment));
CREATE TABLE IF NOT EXISTS disclosure_writers (writer text PRIMARY KEY, indexed bigint NOT NULL);
CREATE OR REPLACE FUNCTION disclosures_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'append-only'; END $$;
CREATE OR REPLACE TRIGGER disclosures_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON disclosures
    FOR EACH STATEMENT EXECUTE FUNCTION disclosures_refuse_change();
CREATE OR REPLACE TRIGGER disclosed_firms_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON disclosed_firms
    FOR EACH STATEMENT EXECUTE FUNCTION disclosures_refuse_change();
ALTER TABLE disclosures ENABLE ALWAYS TRIGGER disclosures_keep;
ALTER TABLE disclosed_firms ENABLE ALWAYS TRIGGER disclosed_firms_keep;
"""

PREPARE = """
SET synchronous_commit = on;
PREPARE disclose (bigint[], text[], text[], text[], text[], text[], text[], int[], text[], bigint[], bytea[]) AS
INSERT INTO disclosures (at, person, role, organisation, door, scope, disclosed, masks, writer, number, chain)
SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
EXECUTE = f"EXECUTE disclose ({', '.join(['%s'] * 11)})"
BEGIN_CHAIN = "INSERT INTO disclosure_writers VALUES ({}, 0) ON CONFLICT DO NOTHING"


ANY = "SELECT 1 FROM disclosures LIMIT 1"


def _require_none(found: object) -> None:
    if found is not None:
        raise DisclosuresInUse


def _writers(rows: Sequence[Written]) -> list[str]:
    return sorted({row.writer for row in rows})


def _columns(rows: Sequence[Written]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


class SQLiteStore:
    """Rows in a SQLite file of their own, so that they never wait for the journal 嵌入式存储."""

    address = None

    def __init__(self, path: Path) -> None:
        owners_file(path)
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False)
        to_wal(self._connection)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("BEGIN IMMEDIATE")
        for statement in SQLITE_SCHEMA:
            self._connection.execute(statement)
        self._connection.execute("COMMIT")

    def write(self, rows: Sequence[Written]) -> None:
        """Make rows durable, all or none."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM disclosures").fetchone()
            if rows[0].number == 1:
                connection.execute(BEGIN_CHAIN.format("?"), (rows[0].writer,))
            connection.executemany(INSERT, [(place, *row) for place, row in enumerate(rows, last + 1)])
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def load(self, batches: Iterable[Sequence[Written]]) -> int:
        """Make the rows of a backup durable where there are none, all or none; see `Store.load`."""
        connection, loaded = self._connection, 0
        connection.execute("BEGIN IMMEDIATE")
        try:
            _require_none(connection.execute(ANY).fetchone())
            for rows in batches:
                connection.executemany(BEGIN_CHAIN.format("?"), [(writer,) for writer in _writers(rows)])
                connection.executemany(INSERT, [(place, *row) for place, row in enumerate(rows, loaded + 1)])
                loaded += len(rows)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        return loaded

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class PostgresStore:
    """Rows in PostgreSQL 城市级存储: one connection, one statement a batch."""

    def __init__(self, address: str) -> None:
        self.address: str | None = address
        self._connection: Any = None
        connection = psycopg2.connect(address)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
                cursor.execute(POSTGRES_SCHEMA)
        finally:
            connection.close()

    def write(self, rows: Sequence[Written]) -> None:
        """Make rows durable, all or none; a connection that failed is given up, and the next write makes another."""
        try:
            if self._connection is None:
                self._connection = psycopg2.connect(self.address)
                self._connection.autocommit = True
                self._run(PREPARE, None)
            if rows[0].number == 1:
                self._run(BEGIN_CHAIN.format("%s"), [rows[0].writer])
            self._run(EXECUTE, _columns(rows))
        except BaseException:
            self.close()
            raise

    def load(self, batches: Iterable[Sequence[Written]]) -> int:
        """Make the rows of a backup durable where there are none, all or none; see `Store.load`."""
        loaded = 0
        connection = psycopg2.connect(self.address)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
                cursor.execute(ANY)
                _require_none(cursor.fetchone())
                cursor.execute(PREPARE)
                for rows in batches:
                    for writer in _writers(rows):
                        cursor.execute(BEGIN_CHAIN.format("%s"), (writer,))
                    cursor.execute(EXECUTE, _columns(rows))
                    loaded += len(rows)
        finally:
            connection.close()
        return loaded

    def _run(self, statement: str, values: Sequence[Any] | None) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def open_disclosures(url: str) -> DisclosureLog:
    """The disclosure log at an address 打开披露日志: "sqlite:///PATH", a file of its own, or a PostgreSQL address."""
    if not url.startswith(SQLITE):
        return DisclosureLog(PostgresStore(url), postgres_engine(url, pool_size=2, pool_pre_ping=True))
    store = SQLiteStore(Path(url.removeprefix(SQLITE)))
    arguments = {"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False}
    return DisclosureLog(store, create_engine(url, connect_args=arguments))
