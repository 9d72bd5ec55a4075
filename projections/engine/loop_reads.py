"""Loop reads 循环内读取: one statement of a caller who is known, sent and read on the event loop. decision 0132.

What is asked is noted by a snapshot that reads nothing (`Noting`). The message is that of a snapshot that begins with its first
read and ends with it (`preconditions`): the precondition, the deadline, the scope and the reader's role, and then the statement,
all in one transaction of the server. Whatever is other than expected raises, and is asked for the usual way.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

import psycopg2
from sqlalchemy import Select, Table

from domain.access import Scope
from journal.engines.loop_connections import LoopConnection, LoopConnections
from journal.engines.prepared_statements import KEPT_STATEMENTS, PreparedStatement, Rows, Statements
from projections.engine.preconditions import CurrentGenerations, NotAsKnown, Precondition, StandsAt, checking, told
from projections.engine.snapshot import Snapshot


class NotNoted(Exception):  # noqa: N818 - a signal: read the usual way
    """More is asked than one statement whose text is kept 非单条语句."""


class Statement(NamedTuple):
    """A statement as the server keeps it, and its values 待发语句."""

    prepared: PreparedStatement
    values: Mapping[str, Any]


class StatementNoted(Exception):  # noqa: N818 - carries what was asked
    """The statement that a read would have sent 所问语句."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(statement.prepared.name)
        self.statement = statement


class Noting(Snapshot):
    """A snapshot that reads nothing and tells its first statement 只记不读.

    Raises:
        StatementNoted: by every read that is one statement.
        NotNoted: by every other, and by whatever would ask the database first.
    """

    def __init__(self, dialect: Any, tables: Mapping[str, Table], statements: Statements, stands: CurrentGenerations) -> None:  # noqa: ANN401 - as SQLAlchemy has it
        nobody: Any = None
        super().__init__(nobody, tables, 0, statements, stands.stands_at)
        self._dialect = dialect
        self._kept = statements

    @property
    def stands_at(self) -> StandsAt:
        """Not known before it is asked."""
        raise NotNoted

    @property
    def position(self) -> int:
        """As `stands_at`."""
        raise NotNoted

    def held(self) -> StandsAt:
        """As `stands_at`."""
        raise NotNoted

    def through(self, _scope: Scope) -> None:
        """It would be a message of its own."""
        raise NotNoted

    def whole(self) -> Snapshot:
        """As `through`."""
        raise NotNoted

    def rows(self, query: Select[Any]) -> Rows:
        """As `prepared`, of a query that has no name."""
        return self.prepared(None, lambda: query)

    def prepared(self, name: tuple[Hashable, ...] | None, build: Callable[[], Select[Any]], **values: Any) -> Rows:  # noqa: ANN401 - as there
        """Tell the statement; see the class."""
        named = None if name is None else (self._generations, *name)
        found = self._kept.found(self._dialect, named, build, values)
        if found is None:
            raise NotNoted
        raise StatementNoted(Statement(*found))


class RowsRead(NamedTuple):
    """What was read 读到的行, and where the read models stand there."""

    rows: Rows
    stands_at: StandsAt


class LoopReads:
    """The reads of one process's event loop 循环内读取.

    stands: where the read models stand as far as the process knows; tell: takes up what is heard of that.
    """

    def __init__(
        self,
        connections: LoopConnections,
        stands: Callable[[], CurrentGenerations | None],
        tell: Callable[[CurrentGenerations], None],
        noting: Callable[[CurrentGenerations], Noting],
    ) -> None:
        self._connections = connections
        self._stands = stands
        self._tell = tell
        self._noting = noting
        self._checks: dict[str, tuple[str, str]] = {}

    def noting(self) -> tuple[Noting, tuple[int, ...]] | None:
        """What notes a statement, and in which generations of the tables; None before anything was read."""
        stands = self._stands()
        return None if stands is None else (self._noting(stands), stands.generations)

    async def read(
        self, precondition: Precondition, entering: Mapping[str, str] | None, milliseconds: int, asked: Statement | None
    ) -> RowsRead:
        """The rows of a statement under a precondition; of none where the read models stand.

        entering: as `row_security.entering`. milliseconds: how long a statement may take.

        Raises:
            NotAsKnown: it does not hold, or could not be asked, or the tables are others by now: nothing was read.
        """
        stands = self._stands()
        if stands is None:
            raise NotAsKnown
        try:
            connection = await self._connections.lend()
            try:
                rows = await connection.run(await self._message(connection, precondition, entering, milliseconds, stands, asked))
                now = told(connection.notices, stands)
            finally:
                self._connections.give_back(connection)
        except psycopg2.Error as fault:
            raise NotAsKnown from fault
        if now is not stands:
            if now.generations != stands.generations:
                raise NotAsKnown
            self._tell(now)
        return RowsRead(rows, now.stands_at)

    async def _message(
        self,
        connection: LoopConnection,
        precondition: Precondition,
        entering: Mapping[str, str] | None,
        milliseconds: int,
        stands: CurrentGenerations,
        asked: Statement | None,
    ) -> bytes:
        name = await self._check(connection, precondition)
        given = entering or {}
        values = (*precondition.values, stands.version, str(milliseconds), given.get("scope"), given.get("reader"))
        check = connection.written(f"EXECUTE {name} ({', '.join(['%s'] * len(values))})", values)
        if asked is None:
            return check
        await self._prepare(connection, asked.prepared.name, asked.prepared.prepare)
        return check + b"; " + connection.written(asked.prepared.execute, asked.values)

    async def _check(self, connection: LoopConnection, precondition: Precondition) -> str:
        found = self._checks.get(precondition.condition)
        if found is None:
            found = self._checks[precondition.condition] = checking(precondition, f"check_{len(self._checks)}")
        await self._prepare(connection, *found)
        return found[0]

    async def _prepare(self, connection: LoopConnection, name: str, statement: str) -> None:
        """Prepare a statement, once a connection."""
        if name in connection.known:
            return
        if len(connection.known) >= KEPT_STATEMENTS:
            await connection.run("DEALLOCATE ALL")
            connection.known.clear()
        await connection.run(statement)
        connection.known.add(name)

    def close(self) -> None:
        """Let go of every connection that nobody uses."""
        self._connections.close()
