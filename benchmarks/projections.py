"""Read models per second 读模型吞吐: catch-up and full rebuild against the `eventsourcing` library's own projection runner.

Ours: every read model of the house over a journal of whole diagnoses. The peer: the library's runner, with its own recorder and a
view that upserts one row an event, which is far less work than ours; as it takes one transaction an event, it is given fewer
of them. COPY: the finished rows of all read models, written once more to empty tables of the same shape and indexes.
PostgreSQL with fsync on, then SQLite, whose recorder the library cannot follow. Every rate is over a fresh set of tables.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

import psycopg2
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL
from sqlalchemy import select

from benchmarks.append import another_database, library_environment
from benchmarks.diagnoses import fill
from benchmarks.measuring import NAMES, Bench, Compared, Processor, Work, compared, in_turn, say
from journal import open_journal
from projections import READ_MODELS, ReadModels, open_read_models
from projections.engine.bulk_write import copy_rows

LIBRARY, CATCH_UP, REBUILD, COPY = "library runner, one row an event", "catch-up of all desks", "rebuild of all desks", "COPY"


@dataclass(frozen=True)
class Sizes:
    """entries: of our journal. library_events: that the peer is given, as it takes one transaction for each."""

    entries: int = 20_000
    library_events: int = 1_000
    rounds: int = 3


SIZES = Sizes()
SMOKE = Sizes(entries=60, library_events=20, rounds=1)
TABLE = "CREATE TABLE IF NOT EXISTS library_rows (id text PRIMARY KEY, version bigint NOT NULL, said text NOT NULL)"
UPSERT = "INSERT INTO library_rows VALUES ({0}, {0}, {0}) ON CONFLICT (id) DO UPDATE SET version = excluded.version"


class Case(Aggregate):
    """What the library's application writes: events of about the size of ours."""

    def __init__(self) -> None:
        self.said = ""

    @event("Answered")
    def answer(self, said: str) -> None:
        """One event."""
        self.said = said


class OnPostgres(PostgresTrackingRecorder):
    """The peer's view on PostgreSQL: one row an aggregate, one transaction an event."""

    def __init__(self, datastore: Any, **rest: Any) -> None:  # noqa: ANN401 - the library's own
        super().__init__(datastore, **rest)
        self.sql_create_statements.append(SQL(TABLE))

    def say(self, identity: UUID, version: int, said: str, tracking: Tracking) -> None:
        """Row and position in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(SQL(UPSERT.format("%s")), (str(identity), version, said), prepare=True)


class Sayings(Projection[Any]):
    """The peer's projection."""

    name = "sayings"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:  # noqa: ANN401 - any event
        """Every event gives its aggregate's row."""
        said = getattr(domain_event, "said", "")
        self.view.say(domain_event.originator_id, domain_event.originator_version, said, tracking)


def library_work(url: str, events: int, processor: Processor) -> Work:
    """What the library's runner did over events that were there when it started."""
    environment = library_environment(url)
    application = Application[UUID](environment)
    last = 0
    for _ in range(events // 20):
        case = Case()
        for _ in range(19):
            case.answer("x" * 600)
        last = application.save(case)[-1].notification.id
    application.close()

    def followed() -> float:
        with ProjectionRunner(
            application_class=Application[UUID], projection_class=Sayings, view_class=OnPostgres, env=environment
        ) as runner:
            while not runner.view.has_tracking_id("Application", last):
                time.sleep(0.005)
        return events

    return processor.measured(followed)


@contextmanager
def fresh(engine: str, url: str) -> Iterator[str]:
    """Where read models are made that nothing was folded into: a database or a file of their own."""
    if engine == "postgres":
        yield another_database(url, "fresh")
        return
    with tempfile.TemporaryDirectory() as place:
        yield f"sqlite:///{place}/read.db"


def copied(url: str, models: ReadModels, size: int, processor: Processor) -> Work:
    """What it takes when their finished rows are all there is to write."""
    with models.reading() as snapshot:
        tables = [snapshot[table] for read_model in READ_MODELS for table in read_model.tables]
        finished = {table: snapshot.rows(select(table)) for table in tables}
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        for table in finished:
            cursor.execute(f"DROP TABLE IF EXISTS copied_{table.name}")
            cursor.execute(f"CREATE TABLE copied_{table.name} (LIKE {table.name} INCLUDING INDEXES INCLUDING CONSTRAINTS)")
        connection.commit()

        def written() -> float:
            for table, rows in finished.items():
                copy_rows(cursor, f"copied_{table.name}", rows)
            connection.commit()
            return size

        return processor.measured(written)


def measured(engine: str, url: str, models_url: str, sizes: Sizes) -> Iterator[Compared]:
    """All contenders on one engine."""
    processor = Processor().of_database(url)
    with ExitStack() as stack:
        journal = stack.enter_context(closing(open_journal(url)))
        size = fill(journal, sizes.entries)
        models = stack.enter_context(closing(open_read_models(models_url, journal)))
        models.catch_up()

        def caught_up() -> Work:
            with fresh(engine, url) as place, closing(open_read_models(place, journal)) as anew:
                return processor.measured(lambda: anew.catch_up() and size)

        def rebuilt() -> Work:
            return processor.measured(lambda: models.rebuild() or size)

        contenders: dict[str, Callable[[], Work]] = {CATCH_UP: caught_up, REBUILD: rebuilt}
        goals: dict[tuple[str, str], float | None] = {(REBUILD, CATCH_UP): None}
        if engine == "postgres":
            contenders[LIBRARY] = lambda: library_work(url, sizes.library_events, processor)
            contenders[COPY] = lambda: copied(models_url, models, size, processor)
            goals = {(CATCH_UP, LIBRARY): 20.0, (REBUILD, LIBRARY): 15.0, (REBUILD, COPY): None}
        done = in_turn(contenders, sizes.rounds)
        yield from compared(f"{NAMES[engine]}, {size:,} entries", "entries/s", done, goals)
        say(f"  a million entries would be rebuilt in {1e6 / median(one.rate for one in done[REBUILD]):,.0f} s")


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Measure both engines."""
    if "postgres" in bench.engines:
        with bench.postgres() as url:
            yield from measured("postgres", url, url, sizes)
    if "sqlite" in bench.engines:
        with tempfile.TemporaryDirectory() as place:
            yield from measured("sqlite", f"sqlite:///{place}/journal.db", f"sqlite:///{place}/read.db", sizes)
