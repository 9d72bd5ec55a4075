"""Desk 读模型单元: the tables one desk serves, the facts it listens to, and its fold."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, Table, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from journal import Entry

Row = dict[str, Any]
Key = tuple[Any, ...]
CHUNK = 400
"""Keys looked up in one statement: SQLite takes a limited number of parameters."""


@dataclass(frozen=True)
class Desk:
    """One desk 单元. listens: published names it folds; None = every one. fold(tables, entries): see `Tables`."""

    name: str
    tables: tuple[Table, ...]
    fold: Callable[["Tables", Sequence[Entry]], None]
    listens: frozenset[str] | None = None


@dataclass
class Rows:
    """Rows of one table as a fold works on them 行缓存: read at most once, written back in one go."""

    connection: Connection
    table: Table
    fresh: bool
    known: dict[Key, Row | None] = field(default_factory=dict)
    changed: set[Key] = field(default_factory=set)
    removed: set[Key] = field(default_factory=set)

    @property
    def _keys(self) -> list[str]:
        return [column.name for column in self.table.primary_key]

    def load(self, keys: Iterable[Key]) -> None:
        """Read the rows of many keys at once."""
        wanted = [key for key in dict.fromkeys(keys) if key not in self.known]
        for key in wanted:
            self.known[key] = None
        if self.fresh:
            return
        columns = [self.table.c[name] for name in self._keys]
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            condition = columns[0].in_([k[0] for k in part]) if len(columns) == 1 else tuple_(*columns).in_(part)
            for row in self.connection.execute(select(self.table).where(condition)).mappings():
                self.known[tuple(row[name] for name in self._keys)] = dict(row)

    def get(self, *key: Any) -> Row | None:  # noqa: ANN401 - keys are of the table's own types
        """The row of a key, None when there is none."""
        if key not in self.known:
            self.load([key])
        return self.known[key]

    def put(self, row: Row) -> None:
        """Write a whole row."""
        key = tuple(row[name] for name in self._keys)
        self.known[key] = row
        self.changed.add(key)
        self.removed.discard(key)

    def change(self, *key: Any, **values: Any) -> None:  # noqa: ANN401 - as `get`
        """Change columns of a row that exists."""
        row = self.get(*key)
        if row is None:
            raise LookupError(f"{self.table.name} has no row {key}")
        row.update(values)
        self.changed.add(key)

    def remove(self, *key: Any) -> None:  # noqa: ANN401 - as `get`
        """Take a row away."""
        self.known[key] = None
        self.changed.discard(key)
        self.removed.add(key)

    def flush(self) -> None:
        """Write back what changed."""
        columns = [self.table.c[name] for name in self._keys]
        gone = list(self.removed)
        for start in range(0, len(gone), CHUNK):
            part = gone[start : start + CHUNK]
            condition = columns[0].in_([k[0] for k in part]) if len(columns) == 1 else tuple_(*columns).in_(part)
            self.connection.execute(self.table.delete().where(condition))
        rows = [row for key in self.changed if (row := self.known[key]) is not None]
        if not rows:
            return
        insert = (sqlite if self.connection.dialect.name == "sqlite" else postgresql).insert(self.table)
        rest = {c.name: insert.excluded[c.name] for c in self.table.columns if c.name not in self._keys}
        statement = (
            insert.on_conflict_do_update(index_elements=self._keys, set_=rest)
            if rest
            else insert.on_conflict_do_nothing(index_elements=self._keys)
        )
        self.connection.execute(statement, rows)


class Tables:
    """The tables of one desk while a batch is folded 批次."""

    def __init__(self, connection: Connection, tables: Mapping[str, Table], *, fresh: bool) -> None:
        self._rows = {name: Rows(connection, table, fresh) for name, table in tables.items()}

    def __getitem__(self, table: Table) -> Rows:
        return self._rows[table.name]

    def flush(self) -> None:
        """Write back what changed in every table."""
        for rows in self._rows.values():
            rows.flush()


def data(entry: Entry) -> dict[str, Any]:
    """The stored data of an entry, as plain JSON values."""
    found: dict[str, Any] = orjson.loads(entry.state)
    return found


def key(entry: Entry) -> str:
    """The part of the stream's name behind its kind."""
    return entry.stream.split("/", 1)[1]
