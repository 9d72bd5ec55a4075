"""Statements 语句: SQLAlchemy's, run by the driver itself on PostgreSQL.

SQLAlchemy takes about 0.4 ms to execute a page's statement, of which the driver needs 0.1: the rest makes result objects that
a reader of plain tuples never looks at. So a statement is compiled once for its shape, under the key that SQLAlchemy's own
cache uses, and run on the driver's cursor. What needs more than text and plain parameters is left to SQLAlchemy.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.sql.compiler import SQLCompiler

KEPT_STATEMENTS = 512
Rows = Sequence[tuple[Any, ...]]


def run(connection: Connection, text: str, parameters: Mapping[str, Any] | None = None) -> Rows:
    """The rows of a text, by the driver of a connection itself."""
    driver: Any = connection.connection
    with driver.cursor() as cursor:
        cursor.execute(text, parameters)
        found: Rows = cursor.fetchall() if cursor.description is not None else ()
    return found


class Statements:
    """Compiled statements of one engine by shape 语句缓存; once there are too many, all are made anew."""

    def __init__(self) -> None:
        self._kept: dict[object, SQLCompiler | None] = {}

    def rows(self, connection: Connection, query: Select[Any]) -> Rows:
        """The rows of a query as plain tuples, on a PostgreSQL connection."""
        key = query._generate_cache_key()  # noqa: SLF001 - the key of SQLAlchemy's own cache has no public name
        if key is None:
            return _by_sqlalchemy(connection, query)
        if key.key not in self._kept:
            if len(self._kept) >= KEPT_STATEMENTS:
                self._kept.clear()
            self._kept[key.key] = _plain(query.compile(dialect=connection.dialect, cache_key=key))
        compiled = self._kept[key.key]
        if compiled is None:
            return _by_sqlalchemy(connection, query)
        parameters = compiled.construct_params(extracted_parameters=key.bindparams)
        processors: Mapping[str, Any] = compiled._bind_processors  # noqa: SLF001 - as above
        for name, process in processors.items():
            parameters[name] = process(parameters[name])
        return run(connection, compiled.string, parameters)


def _by_sqlalchemy(connection: Connection, query: Select[Any]) -> Rows:
    return [tuple(row) for row in connection.execute(query)]


def _plain(compiled: Any) -> SQLCompiler | None:  # noqa: ANN401 - SQLAlchemy types it as any compiled element
    """A compiled statement that text and parameters say all about; None for any other.

    Such as IN lists, written out anew for each length, and columns whose values are worked on after they were read.
    """
    dialect = compiled.dialect
    columns = [column.type for column in compiled._result_columns]  # noqa: SLF001 - as above
    worked_on = any(kind._cached_result_processor(dialect, None) is not None for kind in columns)  # noqa: SLF001 - as above
    written_out = compiled.post_compile_params or compiled.literal_execute_params
    return None if worked_on or written_out else compiled
