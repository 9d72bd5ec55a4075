"""Connections 连接 of the journal to PostgreSQL, each of which knows the statements that it has prepared."""

from typing import Any

import psycopg2
import psycopg2.extensions

SETTINGS = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan"
"""There is an index for all that is asked of a journal: no plan made while it was small may read it whole for ever. And a plan is
made once: planning what finds three rows takes three times as long as finding them."""


class JournalConnection(psycopg2.extensions.connection):
    """A connection that commits each message by itself, unless a transaction was begun in it."""

    def __init__(self, *arguments: Any, **rest: Any) -> None:  # noqa: ANN401 - the driver's own
        super().__init__(*arguments, **rest)
        self._prepared: set[str] = set()

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
