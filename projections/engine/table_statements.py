"""Making of tables 建表. SQLAlchemy sets a statement anew each time, which takes longer than to run it; here once."""

from functools import lru_cache

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

DIALECTS = {"sqlite": SQLiteDialect_pysqlite(), "postgresql": PGDialect_psycopg2()}  # type: ignore[no-untyped-call]


@lru_cache(1_024)
def _statements(table: Table, dialect: str, *, anew: bool) -> tuple[str, ...]:
    dropped = (DropTable(table, if_exists=True),) if anew else ()
    indexes = (CreateIndex(index) for index in sorted(table.indexes, key=lambda index: str(index.name)))
    return tuple(str(one.compile(dialect=DIALECTS[dialect])) for one in (*dropped, CreateTable(table), *indexes))


def make(connection: Connection, table: Table, *, anew: bool = False) -> None:
    """Make a table and its indexes; anew: in place of the one of its name, if there is one."""
    dialect = connection.dialect.name
    found = _statements(table, dialect, anew=anew)
    for one in found if dialect == "sqlite" else ("; ".join(found),):  # in one way to the server and back
        connection.exec_driver_sql(one)
