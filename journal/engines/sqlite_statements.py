"""Statements on SQLite 嵌入式语句: SQLAlchemy's, put into words once and run by the driver itself. decision 0127.

Putting a page's query together anew, and making result objects row by row, took half of a page. So a query is compiled
once for its name or its shape, as on PostgreSQL (`prepared_statements`); the driver keeps the statement of each text. What needs
more than text, plain parameters and lists of them is left to SQLAlchemy.

A list is written out, its last value again until it is as long as the next of `LENGTHS`: so there are few statements, and SQLite
knows that the list is short. Of a list in JSON it does not, and goes through the whole district for the cases of one page.
"""

import sqlite3
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select
from sqlalchemy.sql.compiler import FROM_LINTING

from journal.engines.prepared_statements import KEPT_NAMES, KEPT_STATEMENTS, Rows

LENGTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
"""Of lists in a statement; a longer one is SQLAlchemy's to write."""
WRITTEN_OUT = "__[POSTCOMPILE_{}]"
"""Where SQLAlchemy writes a list into a statement."""
Process = Callable[[Any], Any]
"""How a value is written into a parameter, or read out of a column."""


@dataclass(frozen=True)
class WrittenStatement:
    """A query as SQLite takes it 成文语句. places: its parameters in order. read: its rows, each column as its type has it.

    listed: those parameters that are lists, in order. texts: by their lengths. named: parameters that have no value of their own.
    """

    compiled: Any
    places: tuple[str, ...]
    listed: tuple[str, ...]
    named: frozenset[str]
    read: Callable[[list[tuple[Any, ...]]], Rows]
    texts: dict[tuple[int, ...], str] = field(default_factory=dict)

    def constants(self, extracted: Any) -> dict[str, Any]:  # noqa: ANN401 - SQLAlchemy's own list
        """The values that a query of this shape has by itself, from the parameters of its cache key."""
        values = self.compiled.construct_params(extracted_parameters=extracted, _check=False)
        return {name: self.processed(name, values[name]) for name in self.places if name not in self.named}

    def processed(self, name: str, value: Any) -> Any:  # noqa: ANN401 - of any column
        """A value as the driver takes it."""
        process: Process | None = self.compiled._bind_processors.get(name)  # noqa: SLF001 - SQLAlchemy has no public name for it
        if name in self.listed:
            return list(value) if process is None else [process(one) for one in value]
        return value if process is None else process(value)

    def text(self, lengths: tuple[int, ...]) -> str:
        """The statement for lists of these lengths."""
        found = self.texts.get(lengths)
        if found is None:
            found = str(self.compiled.string)
            for name, length in zip(self.listed, lengths, strict=True):
                found = found.replace(WRITTEN_OUT.format(name), ", ".join("?" * length))
            self.texts[lengths] = found
        return found


class NamedQuery(NamedTuple):
    """A query under its name 常用查询, as SQLite takes it where it can be, and the values that it always has."""

    query: Select[Any]
    written: WrittenStatement | None
    constants: Mapping[str, Any]


class SQLiteStatements:
    """Statements of one engine by shape 语句缓存; once there are too many, all are made anew. schemas: as the engine translates."""

    def __init__(self, schemas: Mapping[str, None] | None = None) -> None:
        self._schemas = schemas
        self._by_shape: dict[object, WrittenStatement | None] = {}
        self._by_name: dict[Hashable, NamedQuery] = {}

    def rows(self, connection: Connection, query: Select[Any], values: Mapping[str, Any] | None = None) -> Rows:
        """The rows of a query as plain tuples. values: of its named parameters."""
        return _executed(connection, NamedQuery(query, *self._looked_up(connection, query)), values or {})

    def prepared(
        self, connection: Connection, name: Hashable, build: Callable[[], Select[Any]], values: Mapping[str, Any]
    ) -> Rows:
        """The rows of a query that is built once for its name; see `prepared_statements.Statements.prepared`."""
        found = self._by_name.get(name)
        if found is None:
            if len(self._by_name) >= KEPT_NAMES:
                self._by_name.clear()
            query = build()
            found = self._by_name[name] = NamedQuery(query, *self._looked_up(connection, query))
        return _executed(connection, found, values)

    def _looked_up(self, connection: Connection, query: Select[Any]) -> tuple[WrittenStatement | None, Mapping[str, Any]]:
        """The statement of a query's shape, and the query's own values."""
        key = query._generate_cache_key()  # noqa: SLF001 - the key of SQLAlchemy's own cache has no public name
        if key is None:
            return None, {}
        if key.key not in self._by_shape:
            if len(self._by_shape) >= KEPT_STATEMENTS:
                self._by_shape.clear()
            translated: dict[str, Any] = {}
            if self._schemas is not None:
                translated = {"schema_translate_map": self._schemas, "render_schema_translate": True}
            compiled = query.compile(dialect=connection.dialect, cache_key=key, linting=FROM_LINTING, **translated)
            self._by_shape[key.key] = _written(compiled)
        written = self._by_shape[key.key]
        return written, written.constants(key.bindparams) if written is not None else {}


def _written(compiled: Any) -> WrittenStatement | None:  # noqa: ANN401 - SQLAlchemy types it as any compiled element
    """A compiled statement that text, parameters and lists of them say all about; None for any other, such as lists of pairs."""
    places, lists = tuple(compiled.positiontup or ()), {one.key for one in compiled.post_compile_params}
    plain = all(compiled.string.count(WRITTEN_OUT.format(name)) == places.count(name) == 1 for name in lists)
    pairs = any(compiled.binds[name].type._is_tuple_type for name in lists)  # noqa: SLF001 - as above
    if compiled.literal_execute_params or not plain or pairs:
        return None
    kinds = [column.type for column in compiled._result_columns]  # noqa: SLF001 - as above
    readers = [kind._cached_result_processor(compiled.dialect, None) for kind in kinds]  # noqa: SLF001 - as above
    listed = tuple(name for name in places if name in lists)
    return WrittenStatement(
        compiled, places, listed, frozenset(name for name in places if compiled.binds[name].required), _reader(readers)
    )


def _reader(readers: Sequence[Process | None]) -> Callable[[list[tuple[Any, ...]]], Rows]:
    """One function for all rows: only the columns whose values are worked on cost anything."""
    if not any(readers):
        return lambda rows: rows
    names = {f"read_{place}": one for place, one in enumerate(readers) if one is not None}
    items = [f"read_{place}(row[{place}])" if one is not None else f"row[{place}]" for place, one in enumerate(readers)]
    made: Callable[[list[tuple[Any, ...]]], Rows] = eval(f"lambda rows: [({', '.join(items)},) for row in rows]", names)  # noqa: S307 - of numbers
    return made


def _executed(connection: Connection, kept: NamedQuery, values: Mapping[str, Any]) -> Rows:
    written = kept.written
    if written is None:
        return [tuple(row) for row in connection.execute(kept.query, values)]
    if written.named != values.keys():  # as on PostgreSQL
        raise LookupError(f"{sorted(written.named)} are to be given, not {sorted(values)}")
    every = {**kept.constants, **{name: written.processed(name, value) for name, value in values.items()}}
    lengths = {name: next((one for one in LENGTHS if one >= len(every[name]) > 0), 0) for name in written.listed}
    if not all(lengths.values()):
        return [tuple(row) for row in connection.execute(kept.query, values)]
    given: list[Any] = []
    for name in written.places:
        value = every[name]
        if name in lengths:
            given += value
            given += value[-1:] * (lengths[name] - len(value))
        else:
            given.append(value)
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - asked on SQLite alone
    return written.read(driver.execute(written.text(tuple(lengths.values())), given).fetchall())
