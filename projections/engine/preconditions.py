"""Preconditions 前提: a snapshot begins with its first read, in one message, which fails unless its caller is known. decision 0117.

Who a caller is was found out before, by messages of its own. What must still hold for that is one condition, which the database
looks at in the same transaction as the rows. Where it does not hold nothing is read: the caller is forgotten and found out anew.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from functools import cached_property
from typing import Any, Self

import psycopg2
import psycopg2.extensions
from sqlalchemy import Connection

from projections.engine.generations import GENERATIONS

STAND = "read_models_stand"
FUNCTION = f"""
CREATE TABLE IF NOT EXISTS {STAND} (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), version bigint NOT NULL);
INSERT INTO {STAND} (version) VALUES ((extract(epoch FROM clock_timestamp()) * 1000000)::bigint) ON CONFLICT DO NOTHING;
CREATE OR REPLACE FUNCTION read_models_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE {STAND} SET version = version + 1;
    RETURN NULL;
END $$;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = '{GENERATIONS.name}'::regclass AND tgname = 'read_models_move') THEN
        CREATE TRIGGER read_models_move AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {GENERATIONS.name}
            FOR EACH STATEMENT EXECUTE FUNCTION read_models_move();
    END IF;
END $$;
CREATE OR REPLACE FUNCTION begin_where_known(known boolean, stood text, milliseconds text, scope text, reader text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE stand text := (SELECT version FROM {STAND});
BEGIN
    IF known IS NOT TRUE THEN RAISE EXCEPTION 'the caller is not as known any more' USING ERRCODE = 'ZD117'; END IF;
    IF stand IS DISTINCT FROM stood THEN
        RAISE INFO USING MESSAGE = 'read models stand at: ' || stand || '=' || (
            SELECT string_agg(desk || ' ' || generation || ' ' || position, ',' ORDER BY desk COLLATE "C")
            FROM {GENERATIONS.name} WHERE current);
    END IF;
    IF milliseconds IS NOT NULL THEN PERFORM set_config('statement_timeout', milliseconds, true); END IF;
    IF reader IS NOT NULL THEN
        PERFORM set_config('zhenduan.scope', scope, true), set_config('role', reader, true);
    END IF;
END $$
"""  # noqa: S608 - our own names
"""It begins to read through a scope, in time, and tells where the read models stand if that is elsewhere than the process knows.

Whether it is, one number says, which every change of the table of generations counts up in its own transaction: to put that table
into words took longer than to read a page of firms from it.
"""
TOLD = "read models stand at: "
READ_NOTHING = ("PREPARE ", "DEALLOCATE ")
"""Beginnings of what is sent to a server and shows nothing; no snapshot begins with it."""
StandsAt = tuple[tuple[int, ...], tuple[int, ...]]
"""Generation and position of every read model."""
BEGIN = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "


@dataclass(frozen=True)
class CurrentGenerations:
    """Where the read models stand 读模型位置: (generation, position) of every one that the database has.

    names: those of the program, in its order. version: by which the database says that they stand there; empty = not told yet.
    """

    names: Sequence[str]
    of: Mapping[str, tuple[int, int]]
    version: str = ""

    def moved(self, text: str) -> Self:
        """As the database has said it since."""
        version, _, every = text.strip().partition("=")
        parts = (one.rsplit(" ", 2) for one in every.split(","))
        stands = {name: (int(generation), int(position)) for name, generation, position in parts}
        return replace(self, of=stands, version=version)

    @cached_property
    def generations(self) -> tuple[int, ...]:
        """In which tables the rows of the program's stand."""
        return tuple(self.of[name][0] for name in self.names)

    @cached_property
    def positions(self) -> tuple[int, ...]:
        """As of which entries they stand there."""
        return tuple(self.of[name][1] for name in self.names)

    @property
    def stands_at(self) -> StandsAt:
        """Both; two snapshots that stand at the same show the same rows."""
        return self.generations, self.positions


class NotAsKnown(Exception):  # noqa: N818 - a signal: find out who asks, and read anew
    """What was known of a caller does not hold, or could not be asked 前提不成立: nothing of the answer may leave."""


@dataclass(frozen=True)
class Precondition:
    """What must still hold for a caller to be who they were found to be 前提, and how long that may be asked instead.

    condition: in SQL over the database of the read models, `{}` for each of `values`. since, until: from the moment the caller was
    found out to that at which time alone changes it, UTC. stands_here: what this process alone can tell of it.
    """

    condition: str
    values: tuple[str, ...]
    since: datetime
    until: datetime
    stands_here: Callable[[], bool] = field(default=lambda: True, compare=False)

    def may_be_asked(self, now: datetime) -> bool:
        """Whether it may be asked at a moment in place of finding out anew who the caller is."""
        return self.since <= now < self.until and self.stands_here()


KNOWN_FOR = timedelta(minutes=1)
"""So long a precondition may be asked in place of finding out anew who asks."""
ANYONE = Precondition("true", (), datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
"""Of the public, of whom nothing has to hold: what they read begins with it, and that is all."""


class State(Enum):
    """PENDING: no transaction is open. HELD: the condition held, and one is. FAILED: it did not hold, or could not be asked."""

    PENDING = auto()
    HELD = auto()
    FAILED = auto()


class Beginning:
    """The beginning of one snapshot, sent with its first statement 随首条语句开启.

    alone: that statement is thought to be the only one, and is a transaction of its own; one that comes after it begins anew, and
    what stands elsewhere by then is not read. statements: how many there were.

    stands: where the read models stand, as the process knows and then as the message tells. milliseconds: how long a statement may
    still take, asked when it is sent; None = for ever. entering: as `row_security.entering`.
    """

    def __init__(
        self,
        precondition: Precondition,
        stands: CurrentGenerations,
        milliseconds: Callable[[], int] | None,
        entering: Mapping[str, str] | None,
        *,
        alone: bool = False,
    ) -> None:
        self.stands = stands
        self.statements = 0
        self._alone = alone
        self._precondition = precondition
        self._milliseconds = milliseconds
        self._entering = entering
        self.state = State.PENDING
        self._was_told = False

    def send(self, cursor: "_Cursor", query: str | bytes, values: Any) -> None:  # noqa: ANN401 - the driver's own
        """Run a statement, with the beginning in the same message where it was not sent yet.

        Raises:
            NotAsKnown: it was not run, or nothing of what it found may be used.
        """
        if isinstance(query, str) and query.startswith(READ_NOTHING):
            self._require_hope()
            try:
                cursor.run(query, values)
            except psycopg2.Error as error:
                self.state = State.FAILED
                raise NotAsKnown from error
            return
        self.statements += 1
        if self.state is State.PENDING:
            alone, self._alone = self._alone, False
            begin = b"" if alone else BEGIN
            self._check(cursor, lambda check: begin + check + b"; " + cursor.mogrify(query, values))
            self._was_told |= alone
            self.state = State.PENDING if alone else State.HELD
        else:
            self._require_hope()
            cursor.run(query, values)

    def keep(self) -> None:
        """What comes next changes what follows it: it is never alone, since its transaction is theirs."""
        self._alone = False

    def begin(self, connection: Connection) -> CurrentGenerations:
        """Where the read models stand in the snapshot, which begins if it has not yet and that was not told either.

        Raises:
            NotAsKnown: as `send`.
        """
        self._require_hope()
        if self.state is State.PENDING and not self._was_told:
            with _driver(connection).cursor() as cursor:
                self._check(cursor, lambda check: BEGIN + check)
            self.state = State.HELD
        return self.stands

    def hold(self, connection: Connection) -> CurrentGenerations:
        """Where the read models stand, once it is known that the precondition holds 核对前提; nothing begins by that.

        Raises:
            NotAsKnown: as `send`.
        """
        self._require_hope()
        if self.state is State.PENDING and not self._was_told:
            with _driver(connection).cursor() as cursor:
                self._check(cursor, lambda check: check)
            self._was_told = True
        return self.stands

    def _require_hope(self) -> None:
        if self.state is State.FAILED:
            raise NotAsKnown

    def _check(self, cursor: "_Cursor", message: Callable[[bytes], bytes]) -> None:
        connection = cursor.connection
        try:
            name = connection.check(cursor, self._precondition)
            milliseconds = str(self._milliseconds()) if self._milliseconds is not None else None
            given = self._entering or {}
            values = (*self._precondition.values, self.stands.version, milliseconds, given.get("scope"), given.get("reader"))
            connection.notices.clear()
            cursor.run(message(cursor.mogrify(f"EXECUTE {name} ({', '.join(['%s'] * len(values))})", values)), None)
            self._take(connection.notices)
        except BaseException as fault:
            self.state = State.FAILED
            if isinstance(fault, psycopg2.Error):
                raise NotAsKnown from fault
            raise

    def _take(self, notices: list[str]) -> None:
        """Where the read models stand meanwhile, if that was told.

        In other generations the rows are of the wrong tables; and of two positions in one answer the first has been used.
        """
        stands = told(notices, self.stands)
        if stands is not self.stands and (self._was_told or stands.generations != self.stands.generations):
            raise NotAsKnown
        self.stands = stands


def told(notices: Sequence[str], stands: CurrentGenerations) -> CurrentGenerations:
    """Where the read models stand by what a server has said beside its rows; as they stood where it said nothing."""
    for notice in notices:
        _, is_told, text = notice.partition(TOLD)
        if is_told:
            stands = stands.moved(text)
    return stands


def _driver(connection: Connection) -> Any:  # noqa: ANN401 - as SQLAlchemy lends it
    return connection.connection


class _Cursor(psycopg2.extensions.cursor):
    """A cursor whose first message begins a snapshot, where one is to be begun."""

    connection: "ReadingConnection"

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002, ANN401 - the driver's own
        """Send a statement; raises as `Beginning.send`."""
        beginning = self.connection.beginning
        if beginning is None:
            super().execute(query, vars)
        else:
            beginning.send(self, query, vars)

    def run(self, query: str | bytes, values: Any) -> None:  # noqa: ANN401 - as above
        """Send a statement and nothing else."""
        super().execute(query, values)


class ReadingConnection(psycopg2.extensions.connection):
    """A connection that reads 读取连接. beginning: of a snapshot that begins with its first message; None = of none such."""

    def __init__(self, *arguments: Any, **rest: Any) -> None:  # noqa: ANN401 - the driver's own
        super().__init__(*arguments, **rest)
        self.cursor_factory = _Cursor
        self.beginning: Beginning | None = None
        self._checks: dict[str, str] = {}

    def check(self, cursor: _Cursor, precondition: Precondition) -> str:
        """Name of the statement that looks at a precondition, prepared once a connection."""
        condition = precondition.condition
        name = self._checks.get(condition)
        if name is None:
            name, statement = checking(precondition, f"check_{len(self._checks)}")
            cursor.run(statement, None)
            self._checks[condition] = name
        return name


def checking(precondition: Precondition, name: str) -> tuple[str, str]:
    """Name of the statement that looks at a precondition, and what prepares it."""
    count = len(precondition.values)
    places = [f"${place}" for place in range(1, count + 5)]
    asked = f"begin_where_known({precondition.condition.format(*places)}, {', '.join(places[count:])})"
    return name, f"PREPARE {name} ({', '.join(['text'] * len(places))}) AS SELECT {asked}"
