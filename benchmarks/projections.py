"""Read models per second 读模型吞吐: catch-up and full rebuild against the `eventsourcing` library's own projection runner.

    python -m benchmarks.projections [--entries 20000] [--rounds 3]

Ours: every read model of the house over a journal of whole diagnoses. The peer: the library's runner, with its own recorder and a
view that upserts one row an event, which is far less work than ours; as it takes one transaction an event, it is given fewer
of them. COPY: the finished rows of all read models, written once more to empty tables of the same shape and indexes.
PostgreSQL with fsync on, then SQLite, whose recorder the library cannot follow. Every rate is over a fresh set of tables.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
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

from benchmarks import measuring
from benchmarks.append import library_environment
from benchmarks.diagnoses import fill
from journal import Journal, open_journal
from projections import READ_MODELS, ReadModels, open_read_models
from projections.engine.bulk_write import copy_rows

LIBRARY, CATCH_UP, REBUILD, COPY = "library runner, one row an event", "catch-up of all desks", "rebuild of all desks", "COPY"
LIBRARY_EVENTS = 1_000
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


def per_second(size: int, work: Callable[[], object]) -> float:
    """Entries per second of some work."""
    begun = time.monotonic()
    work()
    return size / (time.monotonic() - begun)


def library_rate(environment: dict[str, str]) -> float:
    """Events per second of the library's runner over events that are there when it starts."""
    application = Application[UUID](environment)
    last = 0
    for _ in range(LIBRARY_EVENTS // 20):
        case = Case()
        for _ in range(19):
            case.answer("x" * 600)
        last = application.save(case)[-1].notification.id
    application.close()

    def followed() -> None:
        with ProjectionRunner(
            application_class=Application[UUID], projection_class=Sayings, view_class=OnPostgres, env=environment
        ) as runner:
            while not runner.view.has_tracking_id("Application", last):
                time.sleep(0.005)

    return per_second(LIBRARY_EVENTS, followed)


def caught_up(url: str, journal: Journal, size: int) -> float:
    """Entries per second of a first catch-up, in tables that have just been made."""
    if url.startswith("sqlite"):
        for file in Path(url.removeprefix("sqlite:///")).parent.glob("read.db*"):
            file.unlink()
    else:
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS desk_generations")
    with closing(open_read_models(url, journal)) as models:
        return per_second(size, models.catch_up)


def copied(url: str, models: ReadModels, size: int) -> float:
    """Entries per second if their finished rows were all there is to write."""
    with models.reading() as snapshot:
        tables = [snapshot[table] for read_model in READ_MODELS for table in read_model.tables]
        finished = {table: snapshot.rows(select(table)) for table in tables}
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        for table in finished:
            cursor.execute(f"DROP TABLE IF EXISTS copied_{table.name}")
            cursor.execute(f"CREATE TABLE copied_{table.name} (LIKE {table.name} INCLUDING INDEXES INCLUDING CONSTRAINTS)")
        connection.commit()

        def written() -> None:
            for table, rows in finished.items():
                copy_rows(cursor, f"copied_{table.name}", rows)
            connection.commit()

        return per_second(size, written)


def measured(url: str, models_url: str, size: int, rounds: int) -> dict[str, list[float]]:
    """Rates of all contenders on one engine."""
    with closing(open_journal(url)) as journal:
        size = fill(journal, size)
        print(f"  {size:,} entries")

        def rebuilt() -> float:
            with closing(open_read_models(models_url, journal)) as models:
                return per_second(size, models.rebuild)

        def copied_again() -> float:
            with closing(open_read_models(models_url, journal)) as models:
                return copied(url, models, size)

        caught_up(models_url, journal, size)
        contenders = {CATCH_UP: lambda: caught_up(models_url, journal, size), REBUILD: rebuilt}
        if not url.startswith("sqlite"):
            contenders |= {LIBRARY: lambda: library_rate(library_environment(url)), COPY: copied_again}
        return measuring.in_turn(contenders, rounds)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entries", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    goals = {(CATCH_UP, LIBRARY): 10.0, (REBUILD, LIBRARY): 10.0}
    with measuring.postgres() as url:
        rates = measured(url, url, given.entries, given.rounds)
        measuring.table("PostgreSQL", "entries/s", rates, goals | {(REBUILD, COPY): 0})
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{place}/journal.db"
        rates = measured(url, f"sqlite:///{place}/read.db", given.entries, given.rounds)
        measuring.table("SQLite, where the library follows nothing", "entries/s", rates, {})


if __name__ == "__main__":
    main()
