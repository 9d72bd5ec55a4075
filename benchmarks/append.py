"""Appends per second 追加吞吐: the journal with its Merkle head against the `eventsourcing` library's recorder without any proof.

One event of 687 bytes a commit, fsync on. Contenders: the library's PostgreSQL recorder (psycopg 3); a plain psycopg2 INSERT of the
same columns with NOTIFY, in one round trip under the same advisory lock; `journal.append`; the whole of `handle()` (read, scope,
decide, append, outcome remembered under an idempotency key), by one process, by eight, and by many threads of one. Then the same on
SQLite, sync FULL. Last, a journal that hashes with SM3 beside one of SHA-256.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2
from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from psycopg.conninfo import conninfo_to_dict

from benchmarks.measuring import NAMES, Bench, Compared, Processor, Work, compared, in_turn
from domain.access import Everything, Role
from domain.events import CAPABILITIES
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from journal import Caller, Journal, NewEntry, handle, open_journal
from journal.digests import SM3
from journal.engines.postgres_schema import APPEND_LOCK, CHANNEL

STATE = b'{"answers":"' + b"x" * 673 + b'"}'
LIBRARY, RAW, JOURNAL, HANDLE = "library recorder, no proof", "raw INSERT, one round trip", "journal.append", "handle()"
JOURNAL_SM3 = "journal.append, SM3"
RAW_INSERT = (
    "INSERT INTO raw_entries (at, stream, version, type, state, actor, role, organisation, reason, correlation, causation, "
    "idempotency_key, leaf) VALUES (%s, %s, 1, 'thing.happened.v1', %s, 'li', 'city', 'city', '', '', '', '', '') "
    "RETURNING position"
)
CALLER = Caller("li", Role.CITY, "city", Everything())
SPAWN = multiprocessing.get_context("spawn")
Makers = dict[str, Callable[[], Callable[[str], object]]]
"""Contender -> what makes its append, once a thread."""


@dataclass(frozen=True)
class Sizes:
    """seconds: of one contender in one round."""

    seconds: float = 0.3
    rounds: int = 9
    processes: tuple[int, ...] = (1, 8)
    threads: tuple[int, ...] = (8, 32)


SIZES = Sizes()
SMOKE = Sizes(seconds=0.02, rounds=1, processes=(2,), threads=(2,))
GOALS = {
    ("process", 1): (1.5, 1.0),
    ("process", 8): (1.5, 1.5),
    ("thread", 8): (3.0, 2.5),
    ("thread", 32): (None, 5.0),
}
"""How many of what append at once -> goals of `append` and of `handle()`."""


def library_environment(url: str) -> dict[str, str]:
    """Where the library's own recorders find the database of an address."""
    if url.startswith("sqlite"):
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": url.removeprefix("sqlite:///") + ".library"}
    parts = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port", "5432")),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts.get("password") or ""),
    }


def raw_insert(url: str, stack: ExitStack) -> Callable[[str], None]:
    """One INSERT and NOTIFY a commit, in one round trip under one advisory lock; a connection a thread that calls."""
    connection = stack.enter_context(closing(psycopg2.connect(url)))
    connection.autocommit = True
    cursor = connection.cursor()

    statement = f"SELECT pg_advisory_xact_lock({APPEND_LOCK}); NOTIFY {CHANNEL}; " + RAW_INSERT

    def insert(name: str) -> None:
        cursor.execute(statement, (time.time_ns() // 1000, name, psycopg2.Binary(STATE)))
        cursor.fetchall()

    return insert


def contenders(url: str, stack: ExitStack) -> Makers:
    """Contender -> what makes its append; made once a thread."""
    library = InfrastructureFactory.construct(library_environment(url))
    stack.callback(library.close)
    recorder = library.application_recorder()
    journal = stack.enter_context(closing(open_journal(url)))

    def by_handle(name: str) -> object:
        command = RegisterOrganisation(organisation=name, kind=OrganisationKind.PROVIDER, name="示例服务商" * 12)
        return handle(journal, CAPABILITIES, command, CALLER, clock=lambda: datetime.now(UTC), idempotency_key=name)

    made: Makers = {
        LIBRARY: lambda: lambda _: recorder.insert_events([StoredEvent(uuid4(), 1, "thing.happened.v1", STATE)]),
        RAW: lambda: raw_insert(url, stack),
        JOURNAL: lambda: (
            lambda name: journal.append(
                [NewEntry(f"thing/{name}", 1, "thing.happened.v1", STATE, "li", "city", "city")], time.time_ns() // 1000
            )
        ),
        HANDLE: lambda: by_handle,
    }
    return {name: one for name, one in made.items() if name != RAW or not url.startswith("sqlite")}


def for_a_while(append: Callable[[str], object], seconds: float) -> int:
    """Appends within a time, each to a stream of its own."""
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        append(uuid4().hex)
        count += 1
    return count


def worker(url: str, orders: Any, start: Any) -> None:  # noqa: ANN401 - a pipe's end and a barrier
    """A process that appends when told to."""
    with ExitStack() as stack:
        appends = {name: make() for name, make in contenders(url, stack).items()}
        orders.send(None)
        while (order := orders.recv()) is not None:
            name, seconds = order
            start.wait()
            orders.send(for_a_while(appends[name], seconds))


def by_processes(url: str, count: int, sizes: Sizes) -> dict[str, list[Work]]:
    """What many processes did."""
    start, pipes, processes = SPAWN.Barrier(count), [], []
    for _ in range(count):
        ours, theirs = SPAWN.Pipe()
        pipes.append(ours)
        processes.append(SPAWN.Process(target=worker, args=(url, theirs, start), daemon=True))
        processes[-1].start()
        theirs.close()  # so that a process that dies ends the measurement
        ours.recv()  # one after the other: the library's recorder cannot make its table twice at once
    processor = Processor().of_database(url)

    def work(name: str, length: float) -> Work:
        spent = processor.seconds()
        for pipe in pipes:
            pipe.send((name, length))
        done = sum(pipe.recv() for pipe in pipes)
        return Work(done, length, processor.seconds() - spent)

    names = [LIBRARY, RAW, JOURNAL, HANDLE]
    for name in names:
        work(name, sizes.seconds)  # first calls open connections and compile
    found = in_turn({name: lambda name=name: work(name, sizes.seconds) for name in names}, sizes.rounds)
    for pipe in pipes:
        pipe.send(None)
    for process in processes:
        process.join()
    return found


def algorithms(url: str, other_url: str, stack: ExitStack) -> Makers:
    """The same append to a journal of each algorithm."""
    journals = {JOURNAL: open_journal(url), JOURNAL_SM3: open_journal(other_url, digest=SM3)}
    for journal in journals.values():
        stack.enter_context(closing(journal))

    def appending(journal: Journal) -> Callable[[str], object]:
        return lambda name: journal.append(
            [NewEntry(f"thing/{name}", 1, "thing.happened.v1", STATE, "li", "city", "city")], time.time_ns() // 1000
        )

    return {name: lambda journal=journal: appending(journal) for name, journal in journals.items()}


def by_threads(url: str, makers: Makers, count: int, seconds: float, rounds: int) -> dict[str, list[Work]]:
    """What many threads of one process did."""
    made = {name: [make() for _ in range(count)] for name, make in makers.items()}
    processor = Processor().of_database(url)

    def work(name: str) -> Work:
        counts = [0] * count

        def one(number: int) -> None:
            counts[number] = for_a_while(made[name][number], seconds)

        threads = [Thread(target=one, args=(number,)) for number in range(count)]
        spent = processor.seconds()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return Work(sum(counts), seconds, processor.seconds() - spent)

    for name in made:
        work(name)
    return in_turn({name: lambda name=name: work(name) for name in made}, rounds)


def another_database(url: str, name: str) -> str:
    """Address of one more database on the same server, made anew."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def beside(engine: str, url: str, other_url: str, sizes: Sizes) -> Iterator[Compared]:
    """The two algorithms in turn."""
    for count in (1, max(sizes.threads[0], 2)):
        with ExitStack() as stack:
            done = by_threads(url, algorithms(url, other_url, stack), count, sizes.seconds, sizes.rounds)
        yield from compared(f"{NAMES[engine]}, {_many(count, 'thread')}", "commits/s", done, {(JOURNAL_SM3, JOURNAL): None})


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 'es' if what.endswith('s') else 's'}"


def _goals(what: str, count: int) -> dict[tuple[str, str], float | None]:
    of_append, of_handle = GOALS.get((what, count), (None, None))
    return {(JOURNAL, LIBRARY): of_append, (HANDLE, LIBRARY): of_handle}


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Measure both engines."""
    if "postgres" in bench.engines:
        with bench.postgres() as url:
            open_journal(url).close()
            with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
                cursor.execute("CREATE TABLE raw_entries (LIKE entries INCLUDING ALL)")
                cursor.execute("CREATE SEQUENCE raw_position")
                cursor.execute("ALTER TABLE raw_entries ALTER position SET DEFAULT nextval('raw_position')")
            for count in sizes.processes:
                done = by_processes(url, count, sizes)
                goals = _goals("process", count) | {(JOURNAL, RAW): None}
                yield from compared(f"PostgreSQL, {_many(count, 'process')}", "commits/s", done, goals)
            for count in sizes.threads:
                with ExitStack() as stack:
                    done = by_threads(url, contenders(url, stack), count, sizes.seconds, sizes.rounds)
                yield from compared(f"PostgreSQL, {_many(count, 'thread')}", "commits/s", done, _goals("thread", count))
            yield from beside("postgres", url, another_database(url, "of_sm3"), sizes)
    if "sqlite" in bench.engines:
        with tempfile.TemporaryDirectory() as place:
            url = f"sqlite:///{Path(place) / 'journal.db'}"
            for count in (1, *sizes.threads):
                with ExitStack() as stack:
                    done = by_threads(url, contenders(url, stack), count, sizes.seconds, sizes.rounds)
                goals = {(JOURNAL, LIBRARY): None, (HANDLE, LIBRARY): None}
                yield from compared(f"SQLite, {_many(count, 'thread')}", "commits/s", done, goals)
            yield from beside("sqlite", url, f"{url}.sm3", sizes)
