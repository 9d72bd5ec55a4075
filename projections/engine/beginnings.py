"""Beginnings 快照的开启与结束: how a connection begins to show the rows of one moment, and lets go of them."""

import sqlite3
import time
from collections.abc import Mapping
from typing import Any

import psycopg2
import psycopg2.extensions
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2

from journal.deadlines import milliseconds_left
from journal.engines.prepared_statements import Rows, run
from projections.engine import row_security
from projections.engine.generations import GENERATIONS
from projections.engine.preconditions import Beginning, ReadingConnection

STANDING = select(GENERATIONS.c.desk, GENERATIONS.c.generation, GENERATIONS.c.position).where(GENERATIONS.c.current)
STANDING_NOW = str(STANDING.compile())
BEGIN_READING = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {STANDING.compile(dialect=PGDialect_psycopg2())}"  # type: ignore[no-untyped-call]
"""One way to the server and back instead of two, for every operation."""
BEGIN_IN_TIME = BEGIN_READING.replace("; ", "; SET LOCAL statement_timeout = {milliseconds}; ", 1)
STEPS_BETWEEN_LOOKS = 20_000
"""Steps of SQLite's machine after which it looks at the clock: about a millisecond."""


def _sqlite(connection: Connection) -> sqlite3.Connection | None:
    """SQLite's own connection; None on PostgreSQL."""
    found = connection.connection.dbapi_connection
    return found if isinstance(found, sqlite3.Connection) else None


def now(connection: Connection, until: float | None, entering: Mapping[str, str] | None) -> Rows:
    """Begin a snapshot, through a scope 开启快照; (read model, generation, position) as it shows them, all in one message.

    until: deadline of its statements, on the monotonic clock; None = none. A lost connection is made anew.
    """
    if (driver := _sqlite(connection)) is not None:
        if until is not None:
            driver.set_progress_handler(lambda: time.monotonic() >= until, STEPS_BETWEEN_LOOKS)
        driver.execute("BEGIN")
        return driver.execute(STANDING_NOW).fetchall()
    begin = BEGIN_READING
    if until is not None:
        begin = BEGIN_IN_TIME.format(milliseconds=milliseconds_left(until))
    if entering is not None:
        begin = begin.replace("; ", f"; {row_security.ENTER}; ", 1)
    try:
        return run(connection, begin, entering)
    except psycopg2.OperationalError:
        connection.invalidate()
        return run(connection, begin, entering)


def later(connection: Connection, beginning: Beginning) -> Beginning:
    """Let a snapshot begin with the first statement on a connection to PostgreSQL 随首条语句开启."""
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, ReadingConnection)  # noqa: S101 - asked on PostgreSQL alone
    driver.beginning = beginning
    return beginning


def end(connection: Connection) -> None:
    """Let go of the rows 结束快照, also where they could not be shown: the driver ends no transaction that it did not begin."""
    if connection.invalidated:
        return
    if (driver := _sqlite(connection)) is not None:
        driver.set_progress_handler(None, 0)
        connection.rollback()  # of what SQLAlchemy began by itself
        driver.rollback()
        return
    reading: Any = connection.connection.dbapi_connection
    reading.beginning = None
    if reading.closed:
        connection.invalidate()
    elif reading.get_transaction_status() != psycopg2.extensions.TRANSACTION_STATUS_IDLE:
        run(connection, "ROLLBACK")
