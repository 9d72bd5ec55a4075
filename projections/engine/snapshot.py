"""Snapshot · 读取快照: one connection and one snapshot, which every read of an operation goes through."""

import sqlite3
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg2
from psycopg2.errors import QueryCanceled
from sqlalchemy import Connection, Select, String, Table, any_, bindparam, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import OperationalError, SAWarning
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from journal.deadlines import late, milliseconds_left
from journal.engines.prepared_statements import Rows, Statements, run
from journal.engines.sqlite_statements import SQLiteStatements
from projections.engine import row_security
from projections.engine.preconditions import Beginning, StandsAt, State

warnings.filterwarnings("error", message="SELECT statement has a cartesian product", category=SAWarning)
"""A read that forgot a join answers with what nobody asked for: it is a fault, not a line in the log."""

JOINED_AT_MOST = 101
"""Rows that edges are joined to: the largest page, and the one more that tells whether any follow. The planner is told the number,
for of a limit that it does not know it takes a tenth of the city."""
LISTED_AT_MOST = 500
"""Texts that stand in a statement of SQLite one by one."""


@dataclass(frozen=True)
class Edge:
    """What one column of rows leads to, to be read beside them 关联. read: of things by their ids, as `Snapshot.listed` takes them.

    columns: of the thing, its id first. by: the column that leads to it. of: number of the edge whose thing has that; None = the
    rows themselves.
    """

    read: Callable[["Snapshot"], object]
    columns: tuple[str, ...]
    of: int | None
    by: str


def narrowed(query: Select[Any], columns: Sequence[str]) -> Select[Any]:
    """Some columns of a query, in that order."""
    chosen = query.selected_columns
    return query.with_only_columns(*(chosen[column] for column in columns))


def with_edges(snapshot: "Snapshot", query: Select[Any], columns: Sequence[str], edges: Sequence[Edge]) -> Select[Any]:
    """A query of rows in their order, each with what its edges lead to, which nobody is shown who may not read it by itself.

    The page is cut before anything is joined to it, so that a large city joins no more than a small one.
    """
    page = narrowed(query, columns).subquery("page")
    numbered = select(page, func.row_number().over().label("place_of_row"))
    rows = numbered.limit(literal_column(str(JOINED_AT_MOST))).subquery("listed")
    shown: list[ColumnElement[Any]] = [rows.c[column] for column in columns]
    sources: list[Any] = []
    whole: Any = rows
    for number, edge in enumerate(edges):
        source = rows if edge.of is None else sources[edge.of]
        _, build, _ = _Listener(snapshot, of_all=True).heard(edge.read)
        led = narrowed(build(), edge.columns).subquery(f"edge_{number}")
        sources.append(led)
        shown += [led.c[column] for column in edge.columns]
        whole = whole.join(led, led.c[edge.columns[0]] == source.c[edge.by], isouter=True)
    return select(*shown).select_from(whole).order_by(rows.c.place_of_row)


class Snapshot:
    """One snapshot of the read models 快照. Two of one installation that stand at the same show the same rows.

    until: deadline of its statements, on the monotonic clock; None = none.
    Indexing with a read model's table gives that table in the generation of this snapshot.
    """

    def __init__(
        self,
        connection: Connection,
        tables: Mapping[str, Table],
        position: int,
        statements: Statements | SQLiteStatements | None = None,
        stands_at: StandsAt = ((), ()),
        *,
        row_secured: bool = False,
        eyes: Mapping[str, str] | None = None,
        until: float | None = None,
        beginning: Beginning | None = None,
    ) -> None:
        """statements: by which reads are run; None = by SQLAlchemy, of an engine in memory.

        eyes: whose row policies it is read through, as `row_security.entering` says; None = past them.

        beginning: of one that begins with its first read.
        """
        self._until = until
        self._asked = 0
        self._eyes = eyes
        self._connection = connection
        self._tables = tables
        self._statements = statements
        self._generations = stands_at[0]
        self._stands_at = stands_at
        self._row_secured = row_secured
        self._position = position
        self._beginning = beginning

    @property
    def stands_at(self) -> StandsAt:
        """Generation and position of every read model.

        Raises:
            NotAsKnown: it begins with that, and who reads is not as known.
        """
        return self._stands_at if self._beginning is None else self._beginning.begin(self._connection).stands_at

    @property
    def position(self) -> int:
        """The journal position the rows stand at; raises as `stands_at`."""
        return self._position if self._beginning is None else min(self.stands_at[1])

    @property
    def has_begun(self) -> bool:
        """Whether anything was read from it, or may have been."""
        return self._beginning is None or self._beginning.statements > 0 or self._beginning.state is State.HELD

    @property
    def was_alone(self) -> bool:
        """Whether one statement was all that was read."""
        return self._asked == 1 and (self._beginning is None or self._beginning.statements == 1)

    @property
    def has_failed(self) -> bool:
        """Whether it could not begin."""
        return self._beginning is not None and self._beginning.state is State.FAILED

    def held(self) -> StandsAt:
        """As `stands_at`, whether or not anything will be read 核对前提: by one message, and nothing begins by it."""
        return self._stands_at if self._beginning is None else self._beginning.hold(self._connection).stands_at

    def __getitem__(self, table: Table) -> Table:
        return self._tables[table.name]

    def through(self, scope: Scope) -> None:
        """Let PostgreSQL itself refuse what lies outside a scope, from here to the snapshot's end (`row_security`)."""
        if self._row_secured and (given := row_security.entering(scope)) is not None:
            self._eyes = given
            self._keep()
            run(self._connection, row_security.ENTER, given)

    def _keep(self) -> None:
        """Let what comes next and what follows it be one transaction."""
        if self._beginning is not None:
            self._beginning.keep()

    def whole(self) -> "Snapshot":
        """The same rows, read by the program itself 程序自身的读取: what a caller is told of the whole city, such as a count.

        The same connection and the same position. Each read alone goes past the row policies; what is read from this snapshot
        stays behind them. A second snapshot would take a second connection while the first is held: as many operations as there
        are connections would then wait for one another.
        """
        return _Whole(self)

    def rows(self, query: Select[Any]) -> Rows:
        """The rows of a query, as plain tuples.

        Raises:
            Refused: DEADLINE_EXCEEDED.
        """
        with self._in_time():
            if self._statements is not None:
                return self._statements.rows(self._connection, query)
            return list(map(tuple, self._connection.execute(query).fetchall()))

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """A statement within the deadline, by which the database itself stops it."""
        self._asked += 1
        if self._until is None:
            yield
            return
        milliseconds_left(self._until)
        try:
            yield
        except (OperationalError, QueryCanceled, sqlite3.OperationalError):
            if (refused := late(self._until)) is not None:
                raise refused from None
            raise

    def prepared(self, name: tuple[Hashable, ...] | None, build: Callable[[], Select[Any]], **values: Any) -> Rows:  # noqa: ANN401 - values of any column
        """The rows of a query that is built once for its name 常用查询: building one takes longer than running it.

        Args:
            name: all that the query depends on besides this snapshot's tables and `values`; such as the scope. None = it
                depends on what a client may vary at will, and is not kept.
            build: makes the query, with `bindparam(NAME)` in place of each value.
            values: of those parameters.

        Raises:
            Refused: DEADLINE_EXCEEDED.
        """
        with self._in_time():
            if self._statements is None:
                return [tuple(row) for row in self._connection.execute(build(), values)]
            if name is None:
                return self._statements.rows(self._connection, build(), values)
            return self._statements.prepared(self._connection, (self._generations, *name), build, values)

    def narrowed(self, read: Callable[["Snapshot"], object], columns: tuple[str, ...]) -> Rows:
        """The rows of a read that is one query, of some of its columns alone, as they stand 取部分列.

        read: reads from the snapshot that it is given, which only listens to what is asked.

        Raises:
            LookupError: it is another number of queries, or has no such column.
            Refused: DEADLINE_EXCEEDED.
        """
        name, build, values = _Listener(self).heard(read)
        return self.prepared(None if name is None else (*name, columns), lambda: narrowed(build(), columns), **values)

    def joined(
        self, read: Callable[["Snapshot"], object], columns: tuple[str, ...], edges: Sequence[Edge]
    ) -> Rows | None:
        """As `narrowed`, each row with what its edges lead to beside it, the columns of one after another 连同关联.

        None where it is not to be read at once: on SQLite, where a statement costs no message, and where a query has no name, so
        that putting a larger one together would take longer than the messages do, or would be kept for another's scope.

        Raises:
            LookupError: as `narrowed`, of any of them.
            Refused: DEADLINE_EXCEEDED.
        """
        name, build, values = _Listener(self).heard(read)
        if not isinstance(self._statements, Statements) or name is None:
            return None
        listener = _Listener(self)
        led = [listener.heard(edge.read)[0] for edge in edges]
        if None in led:
            return None
        names = tuple((led_to, edge.columns, edge.of, edge.by) for led_to, edge in zip(led, edges, strict=True))
        return self.prepared((*name, columns, names), lambda: with_edges(self, build(), columns, edges), **values)

    def listed(self, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        """As `among`, of a list that is given by name."""
        if not isinstance(self._statements, Statements):
            return column.in_(bindparam(name, expanding=True))
        return column == any_(bindparam(name, type_=ARRAY(String)))

    def among(self, column: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[bool]:
        """The condition that a column has one of several texts 属于.

        One array on PostgreSQL: a list in the statement would make another statement of each length. On SQLite, of many, one text
        of JSON: writing them all into the statement takes as long as finding what they name.
        """
        if not isinstance(self._statements, Statements):
            if len(values) <= LISTED_AT_MOST:
                return column.in_(list(values))
            each = func.json_each(orjson.dumps(list(values)).decode()).table_valued("value")
            return column.in_(select(each.c.value))
        return column == any_(bindparam(None, list(values), type_=ARRAY(String)))


class _Whole(Snapshot):
    """A snapshot past the row policies 不经行级安全的快照, read by read."""

    def __init__(self, of: Snapshot) -> None:
        self.__dict__.update(of.__dict__)

    def through(self, _scope: Scope) -> None:
        raise TypeError("the program's own reading has no scope")

    def rows(self, query: Select[Any]) -> Rows:
        with self._past_policies():
            return super().rows(query)

    def prepared(self, name: tuple[Hashable, ...] | None, build: Callable[[], Select[Any]], **values: Any) -> Rows:  # noqa: ANN401 - as there
        with self._past_policies():
            return super().prepared(name, build, **values)

    @contextmanager
    def _past_policies(self) -> Iterator[None]:
        if self._eyes is None:
            yield
            return
        self._keep()
        run(self._connection, row_security.LEAVE)
        try:
            yield
        except BaseException:
            with suppress(psycopg2.Error):  # after a fault of the database the transaction reads nothing more, in any role
                run(self._connection, row_security.ENTER, self._eyes)
            raise
        run(self._connection, row_security.ENTER, self._eyes)


Asked = tuple[tuple[Hashable, ...] | None, Callable[[], Select[Any]], dict[str, Any]]
"""Name, query and values, as `Snapshot.prepared` takes them."""


class _Listener(Snapshot):
    """A snapshot that notes what is asked of it and answers with nothing 只听不答.

    of_all: what is asked is not narrowed to lists that are given by name, since it is joined to the rows that name it.
    """

    def __init__(self, of: Snapshot, *, of_all: bool = False) -> None:
        self.__dict__.update(of.__dict__)
        self.asked: list[Asked] = []
        self._of_all = of_all

    def heard(self, read: Callable[[Snapshot], object]) -> Asked:
        """The one query that a read is.

        Raises:
            LookupError: it is another number of them.
        """
        self.asked.clear()
        read(self)
        if len(self.asked) != 1:
            raise LookupError(f"{len(self.asked)} queries, where one is to be narrowed")
        return self.asked[0]

    def listed(self, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        """As there, or every one."""
        return true() if self._of_all else super().listed(column, name)

    def prepared(self, name: tuple[Hashable, ...] | None, build: Callable[[], Select[Any]], **values: Any) -> Rows:  # noqa: ANN401 - as there
        self.asked.append((name, build, values))
        return ()

    def rows(self, query: Select[Any]) -> Rows:
        self.asked.append((None, lambda: query, {}))
        return ()
