"""Connections 连接 of the journal to PostgreSQL, each of which knows the statements that it has prepared."""

import time
from typing import Any

import psycopg2
import psycopg2.extensions

SETTINGS = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan"
"""There is an index for all that is asked of a journal: no plan made while it was small may read it whole for ever. And a plan is
made once: planning what finds three rows takes three times as long as finding them."""


class _Cursor(psycopg2.extensions.cursor):
    """A cursor whose messages begin with how long each of their statements may take, so that it costs no round trip."""

    connection: "JournalConnection"

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002, ANN401 - the driver's own; a text or its bytes
        """Send a message; raises QueryCanceled where the server stopped it at the deadline."""
        limit = self.connection.limit()
        super().execute(limit.encode() + query if isinstance(query, bytes) else limit + query, vars)


class JournalConnection(psycopg2.extensions.connection):
    """A connection that commits each message by itself, unless a transaction was begun in it.

    until: deadline of what is sent from now on, on the monotonic clock; None = none.
    """

    def __init__(self, *arguments: Any, **rest: Any) -> None:  # noqa: ANN401 - the driver's own
        super().__init__(*arguments, **rest)
        self.cursor_factory = _Cursor
        self.until: float | None = None
        self._was_limited = False
        self._prepared: set[str] = set()

    def limit(self) -> str:
        """What the next message begins with. Once there was a limit it is said each time: a rollback takes the setting back."""
        if self.until is None:
            return "SET statement_timeout = 0; " if self._was_limited else ""
        self._was_limited = True
        return f"SET statement_timeout = {max(int((self.until - time.monotonic()) * 1000), 1)}; "

    def prepare(self, name: str, statement: str) -> None:
        """Prepare a statement, once."""
        if name not in self._prepared:
            with self.cursor() as cursor:
                cursor.execute(statement)
            self._prepared.add(name)


def connect(dsn: str) -> JournalConnection:
    """A connection to the database at an address.

    Raises:
        psycopg2.OperationalError: it is not to be reached.
    """
    connection: JournalConnection = psycopg2.connect(dsn, connection_factory=JournalConnection)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
    return connection
