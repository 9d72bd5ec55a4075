"""Read model · 读模型: the tables one read model serves, the facts it listens to, and its fold."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import islice
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Column, ColumnElement, Connection, Table, select, tuple_

from domain.kernel import Event, key_of
from journal import Entry
from journal.codec import EVENT_OF, stored_names
from projections.engine.bulk_write import delete, upsert

Row = dict[str, Any]
Key = tuple[Any, ...]
CHUNK = 400
"""Keys looked up in one statement: SQLite takes a limited number of parameters."""
WITHIN = 4
"""How many times as many rows as keys may be looked at, where the columns of the keys are looked for one by one."""
KEPT = 100_000
"""Rows of one table kept in memory from batch to batch."""


@dataclass(frozen=True)
class ReadModel:
    """One read model 单元. listens: events it folds; None = every entry. fold(tables, entries): see `Tables`.

    version: counts up when the fold gives other rows than before, so that rows of the old fold are folded anew. as_stored: the
    fold sees entries under the name and in the shape they are stored in, former ones too; else under today's alone.
    """

    name: str
    tables: tuple[Table, ...]
    fold: Callable[["Tables", Sequence[Entry]], None]
    listens: frozenset[type[Event]] | None = None
    version: int = 1
    as_stored: bool = False

    def heard(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Those of some entries that it folds."""
        return entries if self.listens is None else [entry for entry in entries if entry.type in self._names]

    @cached_property
    def _names(self) -> frozenset[str]:
        return stored_names(self.listens or ())

    @cached_property
    def shape(self) -> str:
        """Digest of what the rows look like 结构摘要: the version, and every table's columns and indexes."""
        parts: list[object] = [self.version]
        for table in self.tables:
            columns = [(c.name, str(c.type), c.primary_key, c.nullable) for c in table.columns]
            indexes = sorted((str(i.name), [c.name for c in i.columns], i.unique) for i in table.indexes)
            parts.append((table.name, columns, indexes))
        return sha256(repr(parts).encode()).hexdigest()


class Rows:
    """Rows of one table as a fold works on them 行缓存: read at most once, written back in one go.

    fresh: the table was empty when this began, so what is not known here is not there. Rows stay known from batch to batch for
    as long as nobody else wrote the table (`runner` sees to it), the latest `KEPT` of a table that is ever read.
    """

    def __init__(self, table: Table, *, fresh: bool) -> None:
        self.table = table
        self.connection: Connection | None = None
        self._fresh = fresh
        self._read = False
        self._known: dict[Key, Row | None] = {}
        self._changed: set[Key] = set()
        self._removed: set[Key] = set()
        self._names = [column.name for column in table.columns]
        self._keys = [column.name for column in table.primary_key]
        self._key_of = _tuple_of(self._keys)
        self._values_of = _tuple_of(self._names)

    def load(self, keys: Iterable[Key]) -> None:
        """Read the rows of many keys at once."""
        self._read = True
        wanted = [key for key in dict.fromkeys(keys) if key not in self._known]
        if self._fresh or not wanted:
            return
        for key in wanted:
            self._known[key] = None
        columns = [self.table.c[name] for name in self._keys]
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            conditions = _each_by_itself(columns, part)
            conditions += [tuple_(*columns).in_(part)] if len(columns) > 1 else []
            for row in self._connected.execute(select(self.table).where(*conditions)).mappings():
                self._known[tuple(row[name] for name in self._keys)] = dict(row)

    @property
    def _connected(self) -> Connection:
        if self.connection is None:
            raise RuntimeError("rows are read and written inside a batch only")
        return self.connection

    def get(self, *key: Any) -> Row | None:  # noqa: ANN401 - keys are of the table's own types
        """The row of a key, None when there is none."""
        self._read = True
        if key not in self._known and not self._fresh:
            self.load([key])
        return self._known.get(key)

    def put(self, row: Row) -> None:
        """Write a whole row."""
        key = self._key_of(row)
        self._known[key] = row
        self._changed.add(key)
        self._removed.discard(key)

    def change(self, *key: Any, **values: Any) -> None:  # noqa: ANN401 - as `get`
        """Change columns of a row that exists."""
        row = self.get(*key)
        if row is None:
            raise LookupError(f"{self.table.name} has no row {key}")
        row.update(values)
        self._changed.add(key)

    def remove(self, *key: Any) -> None:  # noqa: ANN401 - as `get`
        """Take a row away."""
        self._known[key] = None
        self._changed.discard(key)
        self._removed.add(key)

    def flush(self) -> None:
        """Write back what changed."""
        if self._removed:
            delete(self._connected, self.table, self._removed)
        if self._changed:
            rows = [row for key in self._changed if (row := self._known[key]) is not None]
            width = len(self._names)
            if odd := next((row for row in rows if len(row) != width), None):
                raise LookupError(f"{self.table.name} has no columns {sorted(odd.keys() - set(self._names))}")
            upsert(self._connected, self.table, list(map(self._values_of, rows)))
        self._changed.clear()
        self._removed.clear()
        self._forget(len(self._known) if not self._read else len(self._known) - KEPT // 2 if len(self._known) > KEPT else 0)

    def _forget(self, count: int) -> None:
        """Drop the rows known for longest; what is not known may be there from now on."""
        if count:
            self._fresh = False
            for key in list(islice(self._known, count)):
                del self._known[key]


def _each_by_itself(columns: Sequence[Column[Any]], keys: Sequence[Key]) -> list[ColumnElement[bool]]:
    """The columns of keys one by one, as far as they reach not many more rows than there are keys.

    Several keys of more than one column SQLite looks for through the whole table, and a column by itself in its index.
    """
    conditions: list[ColumnElement[bool]] = []
    reached = 1
    for column, values in zip(columns, map(set, zip(*keys, strict=True)), strict=True):
        reached *= len(values)
        if conditions and reached > WITHIN * len(keys):
            break
        conditions.append(column.in_(sorted(values)))
    return conditions


def _tuple_of(names: Sequence[str]) -> Callable[[Row], Key]:
    """Reads the values of some names out of a row, always as a tuple."""
    if len(names) == 1:
        (name,) = names
        return lambda row: (row[name],)
    return itemgetter(*names)


class Tables:
    """The tables of one read model while batches are folded 批次."""

    def __init__(self, tables: Mapping[str, Table], *, fresh: bool) -> None:
        self._rows = {name: Rows(table, fresh=fresh) for name, table in tables.items()}

    def __getitem__(self, table: Table) -> Rows:
        return self._rows[table.name]

    @contextmanager
    def within(self, connection: Connection) -> Iterator[None]:
        """Read and write through the connection of one batch."""
        for rows in self._rows.values():
            rows.connection = connection
        yield
        for rows in self._rows.values():
            rows.connection = None

    def flush(self) -> None:
        """Write back what changed in every table."""
        for rows in self._rows.values():
            rows.flush()


def data(entry: Entry) -> dict[str, Any]:
    """The stored data of an entry, as plain JSON values."""
    found: dict[str, Any] = orjson.loads(entry.state)
    return found


def event_of(entry: Entry) -> type[Event]:
    """The event that an entry is one of, whichever of its names it is stored under."""
    return EVENT_OF[entry.type]


def key(entry: Entry) -> str:
    """The part of the stream's name behind its kind."""
    return key_of(entry.stream)
