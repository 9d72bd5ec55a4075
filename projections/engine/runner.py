"""Runner 运行器 of the read models: exactly once, resumable at any moment, rebuilt beside the old tables and swapped.

Rows and position are written in one transaction, so a kill between two batches loses and repeats nothing. Each read model has a
position of its own: a read model that never ran does not believe it stands where another does.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, event, select, text

from domain.access import Scope
from journal import Entry, Journal
from journal.codec import current
from journal.deadlines import milliseconds_left
from journal.engines.loop_connections import LoopConnections
from journal.engines.postgres_engine import postgres_engine
from journal.engines.prepared_statements import Statements
from journal.engines.sqlite import owners_file, to_wal
from journal.engines.sqlite_statements import SQLiteStatements
from journal.outages import say_failed
from projections.engine import beginnings, row_security
from projections.engine.generations import GENERATIONS, PROGRESS, make, tables_of
from projections.engine.loop_reads import LoopReads, Noting
from projections.engine.preconditions import FUNCTION, Beginning, CurrentGenerations, Precondition, ReadingConnection
from projections.engine.read_model import ReadModel, Tables
from projections.engine.snapshot import Snapshot

BATCH = 2_000
FAR_BEHIND = 2 * BATCH
"""Entries from which another process folds; fewer are folded sooner than it begins."""
PROJECTOR_LOCK = 7_239_003
SCHEMA_LOCK = 7_239_004
RECONNECT_SECONDS = 1.0
FOLLOW_SECONDS = 0.25
"""How soon a follower hears that it is to stop, while nothing is appended."""
LOG_BYTES = 16 * 2**20
"""What SQLite's write-ahead log shrinks back to after a long reader or a rebuild made it grow."""

MOVE = (
    GENERATIONS.update()
    .where(GENERATIONS.c.generation == bindparam("of"), GENERATIONS.c.desk.in_(bindparam("desks", expanding=True)))
    .values(position=bindparam("to"))
)
READERS_AT_ONCE = 8
"""Connections on which a process reads; whoever comes when all are in use waits, and is then told to come back."""
WAIT_SECONDS = 2.0
READING = """SET plan_cache_mode = force_generic_plan; SET jit = off;
SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on"""
"""A page's statement is planned once a connection: planned anew for its values it costs more than it takes to run."""
COUNTED_FROM = BATCH
"""So many entries folded in one go, and SQLite counts its rows anew: without that it reads a district through the whole city."""
COUNTED_ROWS = 1_000
"""Rows of an index that it looks at for that."""
Apart = Callable[[threading.Event, Callable[[], None]], None]
"""Folds in another process until it is done or told to stop, and tells whenever rows have moved: in a process that serves, folding
takes the interpreter from whoever reads, and they take it from the folding."""

log = logging.getLogger(__name__)


def _count_rows(connection: Connection) -> None:
    """Let SQLite count what was just written, by which it chooses its ways; PostgreSQL sees to that by itself."""
    connection.exec_driver_sql(f"PRAGMA analysis_limit = {COUNTED_ROWS}")
    connection.exec_driver_sql("ANALYZE")


class RebuildOvertaken(Exception):  # noqa: N818 - a lost race, not a fault
    """Another rebuild is at work on the same tables 重建已被取代."""


class ReadModels:
    """The read models over one journal 读模型. row_secured: whether PostgreSQL refuses rows outside a caller's scope."""

    def __init__(
        self, engine: Engine, journal: Journal | None, read_models: Sequence[ReadModel], reads: Engine | None = None
    ) -> None:
        """Over an engine that writes; on PostgreSQL another one reads, whose transactions are begun by hand.

        Without a journal they are read alone: no table is made and nothing is folded.
        """
        self._engine = engine
        self._source = journal
        self._read_models = read_models
        self._names = tuple(read_model.name for read_model in read_models)
        self._tables: dict[tuple[str, int], Mapping[str, Table]] = {}
        self._kept: dict[tuple[str, int], tuple[int, Tables]] = {}
        self._moved = threading.Condition()
        self._sqlite = engine.dialect.name == "sqlite"
        self._reads = reads or engine
        self._statements = SQLiteStatements() if self._sqlite else Statements()
        self._latest: tuple[tuple[int, ...], Mapping[str, Table]] = ((), {})
        self.row_secured = self._can_begin = False
        self._stands: CurrentGenerations | None = None
        if journal is None:
            return
        with self._writing(SCHEMA_LOCK) as connection:
            PROGRESS.create_all(connection)
            known = {row.desk: row for row in connection.execute(select(GENERATIONS).where(GENERATIONS.c.current))}
            shapes = {name: row.shape for name, row in known.items()}
            changed = [read_model for read_model in read_models if shapes.get(read_model.name) != read_model.shape]
            if changed and not self._sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": PROJECTOR_LOCK})
            for read_model in changed:
                self._begin_anew(connection, read_model, known[read_model.name].generation if read_model.name in known else 0)
            if not self._sqlite:
                self.row_secured = self._create_policies(connection)
                connection.exec_driver_sql(FUNCTION)
                self._can_begin = True

    @property
    def address(self) -> str:
        """Where they are, for a process apart that reads them 读模型地址; with the password, where it has one."""
        return self._engine.url.render_as_string(hide_password=False)

    def _journal(self) -> Journal:
        if self._source is None:
            raise RuntimeError("these read models are read alone")
        return self._source

    def _create_policies(self, connection: Connection) -> bool:
        """Put the row policies on the current tables; False where these read models or this user cannot have it."""
        standing = self._standing(connection)
        tables: dict[str, Table] = {}
        for read_model in self._read_models:
            tables |= self._named(read_model, standing[read_model.name][0])
        secured = set(row_security.ROW_SECURED) <= tables.keys()
        return secured and row_security.create_policies(connection, tables, GENERATIONS.name)

    def _begin_anew(self, connection: Connection, read_model: ReadModel, old: int) -> None:
        """Start a read model over in tables of its present shape: it is new, or a release has changed what its rows look like."""
        if old:
            log.warning("read model %s has changed with this release: its rows are folded anew", read_model.name)
            connection.execute(GENERATIONS.delete().where(GENERATIONS.c.desk == read_model.name))
        self._begin_generation(connection, read_model, old + 1, current=True)

    def _begin_generation(self, connection: Connection, read_model: ReadModel, generation: int, *, current: bool) -> None:
        if not self._sqlite:
            row_security.drop_policies(connection, self._named(read_model, generation))
        for table in self._named(read_model, generation).values():
            make(connection, table, anew=True)
        connection.execute(
            GENERATIONS.insert().values(
                desk=read_model.name, generation=generation, position=0, current=current, shape=read_model.shape
            )
        )

    def _named(self, read_model: ReadModel, generation: int) -> Mapping[str, Table]:
        found = self._tables.get((read_model.name, generation))
        if found is None:
            found = self._tables[read_model.name, generation] = tables_of(read_model, generation)
        return found

    @contextmanager
    def _writing(self, lock: int = PROJECTOR_LOCK) -> Iterator[Connection]:
        """A write transaction that only one projector at a time can be in."""
        with self._engine.connect() as connection:
            if self._sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def catch_up(self, limit: int | None = None, progress: Callable[[int], None] | None = None) -> int:
        """Fold what the journal holds beyond the rows 追赶, batch by batch.

        Args:
            limit: entries to fold at most; None = all there are now.
            progress: told the position reached after each batch.

        Returns:
            The position that every read model has reached.
        """
        done = 0
        while True:
            size = BATCH if limit is None else min(BATCH, limit - done)
            with self._writing() as connection:
                standing = self._standing(connection)
                lowest = min(position for _, position in standing.values())
                entries = self._journal().since(lowest, size) if size else []
                self._fold_all(connection, standing, entries)
            reached = entries[-1].position if entries else lowest
            done += len(entries)
            self._has_moved()
            if progress is not None:
                progress(reached)
            if len(entries) < BATCH:
                if self._sqlite and done >= COUNTED_FROM:
                    with self._engine.connect() as connection:
                        _count_rows(connection)
                return reached

    def _standing(self, connection: Connection, *, current: bool = True) -> dict[str, tuple[int, int]]:
        """Read model -> (generation, position), of those current or being built; those that are no more are passed over."""
        found = connection.execute(select(GENERATIONS).where(GENERATIONS.c.current == current))
        ours = {read_model.name for read_model in self._read_models}
        return {row.desk: (row.generation, row.position) for row in found if row.desk in ours}

    def _fold_all(
        self, connection: Connection, standing: Mapping[str, tuple[int, int]], entries: Sequence[Entry]
    ) -> None:
        """One batch, brought into today's shape once for all read models; their positions move together, in one statement."""
        today = [current(entry) for entry in entries]
        moved: dict[int, list[str]] = {}
        for read_model in self._read_models:
            generation, position = standing[read_model.name]
            if entries and position < entries[-1].position:
                self._fold(connection, read_model, generation, position, entries if read_model.as_stored else today)
                moved.setdefault(generation, []).append(read_model.name)
        for generation, names in moved.items():
            connection.execute(MOVE, {"to": entries[-1].position, "of": generation, "desks": names})

    def _fold(
        self, connection: Connection, read_model: ReadModel, generation: int, position: int, entries: Sequence[Entry]
    ) -> None:
        new = entries if entries[0].position > position else [e for e in entries if e.position > position]
        # Rows in memory are those in the tables as long as the position there is the one this process left.
        left, tables = self._kept.pop((read_model.name, generation), (-1, None))
        if tables is None or left != position:
            tables = Tables(self._named(read_model, generation), fresh=position == 0)
        if heard := read_model.heard(new):
            with tables.within(connection):
                read_model.fold(tables, heard)
                tables.flush()
        self._kept[read_model.name, generation] = (new[-1].position, tables)

    def run(self, stop: threading.Event, apart: Apart | None = None) -> None:
        """Follow the journal until told to stop 持续运行; a lost connection is taken up again.

        apart: folds elsewhere what lies far behind; what it leaves is folded here.
        """
        while not stop.is_set():
            try:
                if apart is not None and self._lacking() > FAR_BEHIND:
                    apart(stop, self._has_moved)
                position = self.catch_up(None if apart is None else BATCH)
                self._journal().wait_beyond(position, FOLLOW_SECONDS)
            except Exception as fault:  # noqa: BLE001 - the log has it, and the next look comes
                say_failed(log, fault, "the projector stumbled and tries again")
                stop.wait(RECONNECT_SECONDS)

    def _lacking(self) -> int:
        """How many entries are not folded yet."""
        return self._journal().head().size - self.position()

    def _has_moved(self) -> None:
        """Wake whoever waits for a position."""
        with self._moved:
            self._moved.notify_all()

    def wait_for(self, position: int, timeout: float = 2.0) -> bool:
        """Wait until the rows have reached a position 读己之写; False when time is up first."""
        deadline = time.monotonic() + timeout
        while self.position() < position:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            with self._moved:
                self._moved.wait(min(left, 0.05))  # another process may be the projector: look again soon
        return True

    def position(self) -> int:
        """The position that every read model has reached."""
        with self._engine.connect() as connection:
            return min(position for _, position in self._standing(connection).values())

    @contextmanager
    def reading(
        self,
        scope: Scope | None = None,
        until: float | None = None,
        precondition: Precondition | None = None,
        *,
        alone: bool = False,
    ) -> Iterator[Snapshot]:
        """One snapshot to read from; a swap of generations never tears it.

        scope: whose eyes it is read with, where PostgreSQL is to refuse what lies outside (`row_security`); None = the
        program's own. until: deadline of its statements, on the monotonic clock, by which the database stops them; None = none.
        precondition: under which it may be read at all; it is asked with the first read, as `asks_preconditions` says. alone: that
        read is thought to be the only one, as of another such answer; it is wrong about nothing but time.

        Raises:
            Refused: DEADLINE_EXCEEDED.
        """
        if until is not None:
            milliseconds_left(until)
        with self._reads.connect() as connection:
            entering = self.eyes(scope)
            beginning, known = None, self._stands
            try:
                if precondition is not None and known is not None:
                    milliseconds = None if until is None else partial(milliseconds_left, until)
                    beginning = beginnings.later(connection, Beginning(precondition, known, milliseconds, entering, alone=alone))
                else:
                    rows = beginnings.now(connection, until, entering)
                    known = CurrentGenerations(self._names, {name: (generation, position) for name, generation, position in rows})
                yield Snapshot(
                    connection,
                    self._shown(known.generations),
                    min(known.positions),
                    self._statements,
                    known.stands_at,
                    row_secured=self.row_secured,
                    eyes=entering,
                    until=until,
                    beginning=beginning,
                )
            finally:
                self._stands = beginning.stands if beginning is not None else known
                beginnings.end(connection)

    @property
    def asks_preconditions(self) -> bool:
        """Whether a snapshot may be begun under a precondition 可否带前提读取: on PostgreSQL, once it is known where it stands."""
        return self._can_begin and self._stands is not None

    def eyes(self, scope: Scope | None) -> Mapping[str, str] | None:
        """As `row_security.entering`, where PostgreSQL refuses rows at all."""
        return row_security.entering(scope) if scope is not None and self.row_secured else None

    def loop_reads(self, connections: int) -> LoopReads | None:
        """Reads from an event loop on so many connections at most 循环内读取; None where nothing is asked beforehand."""
        statements = self._statements
        if not self._can_begin or not isinstance(statements, Statements):
            return None
        dialect = self._reads.dialect

        def noting(stands: CurrentGenerations) -> Noting:
            return Noting(dialect, self._shown(stands.generations), statements, stands)

        def tell(stands: CurrentGenerations) -> None:
            self._stands = stands

        address = self.address.replace("postgresql+psycopg2://", "postgresql://", 1)
        return LoopReads(LoopConnections(address, connections, READING), lambda: self._stands, tell, noting)

    def _shown(self, generations: tuple[int, ...]) -> Mapping[str, Table]:
        """The tables by name, given the generation of each read model; those of the latest snapshot are kept."""
        known, tables = self._latest
        if known != generations:
            named = (self._named(read_model, number) for read_model, number in zip(self._read_models, generations, strict=True))
            tables = {name: table for shown in named for name, table in shown.items()}
            self._latest = generations, tables
        return tables

    def rebuild(self, progress: Callable[[int], None] | None = None) -> None:
        """Fold everything anew beside the old tables, then swap 重建; readers keep the old rows until the swap.

        Of two rebuilds at once one goes on; one that was killed leaves tables that nobody reads, and the next makes them anew.

        Args:
            progress: told the position reached so far.

        Raises:
            RebuildOvertaken: another rebuild is at work on the same tables.
        """
        with self._writing() as connection:
            connection.execute(GENERATIONS.delete().where(~GENERATIONS.c.current))
            building = {name: (generation + 1, 0) for name, (generation, _) in self._standing(connection).items()}
            for read_model in self._read_models:
                self._begin_generation(connection, read_model, building[read_model.name][0], current=False)
        position = 0
        while True:
            with self._writing() as connection:
                if self._standing(connection, current=False) != building:
                    raise RebuildOvertaken
                entries = self._journal().since(position, BATCH)
                self._fold_all(connection, building, entries)
                position = entries[-1].position if entries else position
                building = {name: (generation, position) for name, (generation, _) in building.items()}
                if len(entries) < BATCH:
                    if self._sqlite:
                        _count_rows(connection)
                    self._swap(connection)
            if progress is not None:
                progress(position)
            if len(entries) < BATCH:
                return

    def _swap(self, connection: Connection) -> None:
        standing = self._standing(connection)
        if not self._sqlite:  # of every read model first: a policy looks into the tables of others
            for read_model in self._read_models:
                row_security.drop_policies(connection, self._named(read_model, standing[read_model.name][0] - 1))
        for read_model in self._read_models:
            old = standing[read_model.name][0]
            connection.execute(
                GENERATIONS.delete().where(GENERATIONS.c.desk == read_model.name, GENERATIONS.c.generation == old)
            )
            connection.execute(GENERATIONS.update().where(GENERATIONS.c.desk == read_model.name).values(current=True))
            self._kept.pop((read_model.name, old), None)
            for table in self._named(read_model, old - 1).values():
                table.drop(connection, checkfirst=True)  # the generation before the old one: no reader holds it any more
        if self.row_secured:
            self._create_policies(connection)

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every current table, sorted: what drop and replay must give again."""
        with self.reading() as snapshot:
            return {
                table.name: sorted((tuple(row) for row in snapshot.rows(select(snapshot[table]))), key=repr)
                for read_model in self._read_models
                for table in read_model.tables
            }

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()
        self._reads.dispose()


def open_read_models(url: str, journal: Journal | None, read_models: Sequence[ReadModel]) -> ReadModels:
    """The read models at an address 打开读模型: "sqlite:///PATH", a file of their own, or a PostgreSQL address.

    journal: that they are folded from; None = they are read alone.
    """
    if not url.startswith("sqlite:///"):
        writes = postgres_engine(url, pool_size=2, max_overflow=8)
        bounds: Any = {"pool_size": READERS_AT_ONCE, "max_overflow": 0, "pool_timeout": WAIT_SECONDS}
        how: Any = {"connect_args": {"connection_factory": ReadingConnection}}
        reads = postgres_engine(url, isolation_level="AUTOCOMMIT", **how, **bounds)

        @event.listens_for(reads, "connect")
        def _ready(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own types
            with connection.cursor() as cursor:
                cursor.execute(READING)

        return ReadModels(writes, journal, read_models, reads)
    owners_file(Path(url.removeprefix("sqlite:///")))
    engine = create_engine(url, connect_args={"timeout": 30, "isolation_level": None, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own types
        to_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")

    return ReadModels(engine, journal, read_models)
