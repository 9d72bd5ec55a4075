"""Generations 代 of a read model's tables: one is read while the next is built; and how the tables are made."""

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, MetaData, String, Table
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable
from sqlalchemy.sql import quoted_name

from projections.engine.read_model import ReadModel

PROGRESS = MetaData()
GENERATIONS = Table(
    "desk_generations",
    PROGRESS,
    Column("desk", String, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("shape", String, nullable=False),
)
DIALECTS = {"sqlite": SQLiteDialect_pysqlite(), "postgresql": PGDialect_psycopg2()}  # type: ignore[no-untyped-call]


@lru_cache(256)
def tables_of(read_model: ReadModel, generation: int) -> Mapping[str, Table]:
    """A read model's tables under the names of one generation."""
    metadata = MetaData()
    named = {}
    for table in read_model.tables:
        copy = table.to_metadata(metadata, name=f"{table.name}_{generation}")
        for index in copy.indexes:
            index.name = quoted_name(f"{index.name}_{table.name}_{generation}", quote=None)
        named[table.name] = copy
    return named


@lru_cache(1_024)
def _statements(table: Table, dialect: str, *, anew: bool) -> tuple[str, ...]:
    """Set once a table: SQLAlchemy sets them anew each time, which takes longer than to run them."""
    dropped = (DropTable(table, if_exists=True),) if anew else ()
    indexes = (CreateIndex(index) for index in sorted(table.indexes, key=lambda index: str(index.name)))
    return tuple(str(one.compile(dialect=DIALECTS[dialect])) for one in (*dropped, CreateTable(table), *indexes))


def make(connection: Connection, table: Table, *, anew: bool = False) -> None:
    """Make a table and its indexes; anew: in place of the one of its name, if there is one."""
    dialect = connection.dialect.name
    found = _statements(table, dialect, anew=anew)
    for one in found if dialect == "sqlite" else ("; ".join(found),):  # in one way to the server and back
        connection.exec_driver_sql(one)
