"""Statements 语句: SQLAlchemy's, run by the driver itself on PostgreSQL.

SQLAlchemy takes about 0.4 ms to execute a page's statement, of which the driver needs 0.1: the rest makes result objects that
a reader of plain tuples never looks at. So a statement is compiled once for its shape, under the key that SQLAlchemy's own
cache uses, and run on the driver's cursor. What needs more than text and plain parameters is left to SQLAlchemy.
"""

import itertools
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Connection, Dialect, Integer, Select
from sqlalchemy.sql.compiler import FROM_LINTING, SQLCompiler
from sqlalchemy.types import TypeEngine

KEPT_STATEMENTS = 512
KEPT_NAMES = 4_096
Rows = Sequence[tuple[Any, ...]]

_numbers = itertools.count(1)
"""No two statements of a process have one name, whoever's connections they are prepared on."""


def run(connection: Connection, text: str, parameters: Mapping[str, Any] | None = None) -> Rows:
    """The rows of a text, by the driver of a connection itself."""
    driver: Any = connection.connection
    with driver.cursor() as cursor:
        cursor.execute(text, parameters)
        found: Rows = cursor.fetchall() if cursor.description is not None else ()
    return found


@dataclass(frozen=True)
class PreparedStatement:
    """A statement as the server keeps it 预备语句: its name, what makes it, what runs it, and the compiled original.

    named: its parameters that have no value of their own.
    """

    name: str
    prepare: str
    execute: str
    compiled: SQLCompiler
    named: frozenset[str]


class Kept(NamedTuple):
    """A query under its name 常用查询, its statement where it has one, and the values that it always has."""

    query: Select[Any]
    prepared: PreparedStatement | None
    constants: Mapping[str, Any]


class Statements:
    """Statements of one engine by shape 语句缓存; once there are too many, all are made anew.

    Each connection prepares a statement when it first meets it, so that the server parses and plans it once. Connections must
    be sessions of their own: a pooler that changes the server's session between transactions would lose what is prepared.
    """

    def __init__(self) -> None:
        self._by_shape: dict[object, PreparedStatement | None] = {}
        self._by_name: dict[Hashable, Kept] = {}

    def rows(self, connection: Connection, query: Select[Any], values: Mapping[str, Any] | None = None) -> Rows:
        """The rows of a query as plain tuples, on a PostgreSQL connection.

        values: of its named parameters, as the driver takes them.
        """
        given = values or {}
        prepared, constants = self._looked_up(connection.dialect, query)
        if prepared is None:
            return _by_sqlalchemy(connection, query, given)
        return self._executed(connection, prepared, constants, given)

    def prepared(
        self, connection: Connection, name: Hashable, build: Callable[[], Select[Any]], values: Mapping[str, Any]
    ) -> Rows:
        """The rows of a query that is built once for its name.

        Args:
            connection: to a PostgreSQL server.
            name: all that the query depends on, except for `values`.
            build: makes the query, with named parameters in place of the values.
            values: name -> value of those parameters, as the driver takes them.
        """
        found = self._kept(connection.dialect, name, build)
        if found.prepared is None:
            return _by_sqlalchemy(connection, found.query, values)
        return self._executed(connection, found.prepared, found.constants, values)

    def found(
        self, dialect: Dialect, name: Hashable | None, build: Callable[[], Select[Any]], values: Mapping[str, Any]
    ) -> tuple[PreparedStatement, Mapping[str, Any]] | None:
        """A statement and all its values, not run; None where it is left to SQLAlchemy. name, build, values: as `prepared`."""
        if name is not None:
            kept = self._kept(dialect, name, build)
        else:
            query = build()
            kept = Kept(query, *self._looked_up(dialect, query))
        if kept.prepared is None:
            return None
        _require_all(kept.prepared, values)
        return kept.prepared, {**kept.constants, **values}

    def _kept(self, dialect: Dialect, name: Hashable, build: Callable[[], Select[Any]]) -> Kept:
        found = self._by_name.get(name)
        if found is None:
            if len(self._by_name) >= KEPT_NAMES:
                self._by_name.clear()
            query = build()
            found = self._by_name[name] = Kept(query, *self._looked_up(dialect, query))
        return found

    def _looked_up(self, dialect: Dialect, query: Select[Any]) -> tuple[PreparedStatement | None, Mapping[str, Any]]:
        """The statement of a query's shape, and the query's own values."""
        key = query._generate_cache_key()  # noqa: SLF001 - the key of SQLAlchemy's own cache has no public name
        if key is None:
            return None, {}
        if key.key not in self._by_shape:
            if len(self._by_shape) >= KEPT_STATEMENTS:
                self._by_shape.clear()
            self._by_shape[key.key] = _prepared(
                query.compile(dialect=dialect, cache_key=key, linting=FROM_LINTING)  # as SQLAlchemy itself does
            )
        prepared = self._by_shape[key.key]
        return prepared, _parameters(prepared.compiled, key.bindparams) if prepared is not None else {}

    def _executed(
        self, connection: Connection, prepared: PreparedStatement, constants: Mapping[str, Any], values: Mapping[str, Any]
    ) -> Rows:
        _require_all(prepared, values)
        known: set[str] = connection.info.setdefault("prepared", set())
        if prepared.name not in known:
            if len(known) >= KEPT_STATEMENTS:
                run(connection, "; ".join(f"DEALLOCATE {name}" for name in known))  # what others prepared there stays
                known.clear()
            run(connection, prepared.prepare)
            known.add(prepared.name)
        return run(connection, prepared.execute, {**constants, **values})


def _require_all(prepared: PreparedStatement, values: Mapping[str, Any]) -> None:
    if prepared.named != values.keys():  # a value left out would be NULL, and find nothing without a word
        raise LookupError(f"{sorted(prepared.named)} are to be given, not {sorted(values)}")


def _prepared(compiled: Any) -> PreparedStatement | None:  # noqa: ANN401 - SQLAlchemy types it as any compiled element
    """A compiled statement that text and parameters say all about, as the server prepares it; None for any other.

    Such as IN lists, written out anew for each length, and columns whose values are worked on after they were read.
    """
    dialect = compiled.dialect
    columns = [column.type for column in compiled._result_columns]  # noqa: SLF001 - as above
    worked_on = any(kind._cached_result_processor(dialect, None) is not None for kind in columns)  # noqa: SLF001 - as above
    if worked_on or compiled.post_compile_params or compiled.literal_execute_params:
        return None
    name = f"statement_{next(_numbers)}"
    names = list(dict.fromkeys(compiled.bind_names.values()))  # a parameter used twice has two entries of one name
    text = compiled.string % {each: f"${place}" for place, each in enumerate(names, 1)}
    types = ", ".join(_server_type(compiled.binds[each].type) for each in names)
    given = ", ".join(f"%({each})s" for each in names)
    listed = [f" ({part})" if names else "" for part in (types, given)]
    named = frozenset(each for each in names if compiled.binds[each].required)
    return PreparedStatement(name, f"PREPARE {name}{listed[0]} AS {text}", f"EXECUTE {name}{listed[1]}", compiled, named)


def _server_type(kind: TypeEngine[Any]) -> str:
    """Type of a parameter as PREPARE wants it; what only the place decides would else be read as text."""
    if isinstance(kind, Boolean):
        return "boolean"
    return "bigint" if isinstance(kind, Integer) else "unknown"


def _parameters(compiled: SQLCompiler, values: Any) -> Mapping[str, Any]:  # noqa: ANN401 - SQLAlchemy's own list
    parameters = compiled.construct_params(extracted_parameters=values, _check=False)  # named ones come at each run
    processors: Mapping[str, Any] = compiled._bind_processors  # noqa: SLF001 - as above
    for name, process in processors.items():
        parameters[name] = process(parameters[name])
    return parameters


def _by_sqlalchemy(connection: Connection, query: Select[Any], values: Mapping[str, Any]) -> Rows:
    return [tuple(row) for row in connection.execute(query, values)]
