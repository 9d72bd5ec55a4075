"""Tables of the transparency log 透明日志表: subtrees, signed checkpoints, cosignatures, in the journal's own database. plan P5.

Checkpoints and cosignatures are append-only by trigger, as the entries are. Subtrees are not guarded: they are derived from
the entries, every proof made with them is checked before it is given, and they are made anew when one fails.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

from journal.engines.postgres_engine import postgres_engine
from journal.engines.postgres_schema import SCHEMA_LOCK

SQLITE = "sqlite:///"

META = MetaData()
SUBTREES = Table(
    "subtrees",
    META,
    Column("algorithm", Text, primary_key=True),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Root of the 256^level leaves that begin at number × 256^level, and what it is hashed with."""
CHECKPOINTS = Table(
    "checkpoints",
    META,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)
"""Every checkpoint that the log signed. key: the hexadecimal id of the key in force; at: microseconds of UTC."""
COSIGNATURES = Table(
    "cosignatures",
    META,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("witness", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("line", Text, nullable=False),
)
"""The first cosignature of each witness's key over each checkpoint. line: as it stands in the note."""

ENTRIES = Table("entries", MetaData(), Column("position", BigInteger, primary_key=True), Column("leaf", LargeBinary))
"""What proofs read of the entries; the table is the recorder's own."""

KEPT = (CHECKPOINTS, COSIGNATURES)


class LogTables:
    """The tables of the transparency log on either engine 透明日志表, made where they are missing."""

    def __init__(self, url: str) -> None:
        """url: the journal's address; its own tables are there already."""
        self._sqlite = url.startswith(SQLITE)
        self._engine = _engine(url, embedded=self._sqlite)
        # an engine of its own: to switch a connection to single statements and back costs two round trips
        self._reads = self._engine if self._sqlite else _engine(url, embedded=False, isolation_level="AUTOCOMMIT")
        self._local = local()
        with self.writing() as connection:
            if not self._sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
            found = inspect(connection)
            if found.has_table(SUBTREES.name) and SUBTREES.c.keys() != [c["name"] for c in found.get_columns(SUBTREES.name)]:
                SUBTREES.drop(connection)  # of before there was a choice; they are made anew
            META.create_all(connection)
            for table in KEPT:
                for statement in _sqlite_guards(table) if self._sqlite else _postgres_guards(table):
                    connection.exec_driver_sql(statement)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read from, each statement by itself: what is read here never changes.

        A block inside a block of the same thread reads through the connection of the outer one.
        """
        held = getattr(self._local, "held", None)
        if held is not None:
            yield held
            return
        with self._reads.connect() as connection:
            self._local.held = connection
            try:
                yield connection
            finally:
                self._local.held = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed at the end of the block."""
        with self._engine.connect() as connection:
            if self._sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def add(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert the rows that are not there yet."""
        if rows:
            insert = (sqlite if self._sqlite else postgresql).insert(table).on_conflict_do_nothing()
            connection.execute(insert, rows)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()
        self._reads.dispose()


def _engine(url: str, *, embedded: bool, **rest: Any) -> Engine:  # noqa: ANN401 - as the library takes them
    if not embedded:
        return postgres_engine(url, pool_pre_ping=True, **rest)
    engine = create_engine(url, connect_args={"timeout": 30, "isolation_level": None, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own types
        connection.execute("PRAGMA synchronous = FULL")

    return engine


def _postgres_guards(table: Table) -> list[str]:
    name = table.name
    return [
        f"""CREATE OR REPLACE TRIGGER {name}_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}
            FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()""",
        f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER {name}_keep",
    ]


def _sqlite_guards(table: Table) -> list[str]:
    name = table.name
    same = " AND ".join(f"{column.name} = NEW.{column.name}" for column in table.primary_key)
    refuse = "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    return [
        f"CREATE TRIGGER IF NOT EXISTS {name}_keep BEFORE UPDATE ON {name} {refuse}",
        f"CREATE TRIGGER IF NOT EXISTS {name}_stay BEFORE DELETE ON {name} {refuse}",
        # INSERT OR REPLACE deletes without firing the DELETE trigger: what is there already stays
        f"""CREATE TRIGGER IF NOT EXISTS {name}_once BEFORE INSERT ON {name}
            WHEN EXISTS (SELECT 1 FROM {name} WHERE {same}) BEGIN SELECT RAISE(IGNORE); END""",  # noqa: S608 - our own names
    ]
