"""Appends per second 追加吞吐: the journal with its Merkle head against the `eventsourcing` library's recorder without any proof.

    python -m benchmarks.append [--seconds 0.3] [--rounds 9]

One event of 687 bytes a commit, fsync on. Contenders run in turn in the same processes; ratios are medians of the ratios of
each round. Contenders: the library's PostgreSQL recorder (psycopg 3); a plain psycopg2 INSERT of the same columns with NOTIFY,
in one round trip under the same advisory lock; `journal.append`; the whole of `handle()` (read, scope, decide, append, outcome
remembered under an idempotency key). Then the same on SQLite, sync FULL. Last, a journal that hashes with SM3 beside one of
SHA-256: on PostgreSQL the second round trip is what it costs.
"""

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2
from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from psycopg.conninfo import conninfo_to_dict

from benchmarks import measuring
from domain.access import Everything, Role
from domain.events import CAPABILITIES
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from journal import Caller, Journal, NewEntry, handle, open_journal
from journal.engines.postgres_schema import APPEND_LOCK, CHANNEL
from journal.transparency.digests import SM3

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


def raw_insert(url: str) -> Callable[[str], None]:
    """One INSERT and NOTIFY a commit, in one round trip under one advisory lock; a connection a thread that calls."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    cursor = connection.cursor()

    statement = f"SELECT pg_advisory_xact_lock({APPEND_LOCK}); NOTIFY {CHANNEL}; " + RAW_INSERT

    def insert(name: str) -> None:
        cursor.execute(statement, (time.time_ns() // 1000, name, psycopg2.Binary(STATE)))
        cursor.fetchall()

    return insert


def contenders(url: str) -> dict[str, Callable[[], Callable[[str], object]]]:
    """Contender -> what makes its append; made once a thread."""
    recorder = InfrastructureFactory.construct(library_environment(url)).application_recorder()
    journal = open_journal(url)

    def by_handle(name: str) -> object:
        command = RegisterOrganisation(organisation=name, kind=OrganisationKind.PROVIDER, name="示例服务商" * 12)
        return handle(journal, CAPABILITIES, command, CALLER, clock=lambda: datetime.now(UTC), idempotency_key=name)

    made: dict[str, Callable[[], Callable[[str], object]]] = {
        LIBRARY: lambda: lambda _: recorder.insert_events([StoredEvent(uuid4(), 1, "thing.happened.v1", STATE)]),
        RAW: lambda: raw_insert(url),
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
    appends = {name: make() for name, make in contenders(url).items()}
    orders.send(None)
    while (order := orders.recv()) is not None:
        name, seconds = order
        start.wait()
        orders.send(for_a_while(appends[name], seconds))


def by_processes(url: str, count: int, seconds: float, rounds: int) -> dict[str, list[float]]:
    """Commits per second of many processes."""
    start, pipes, processes = SPAWN.Barrier(count), [], []
    for _ in range(count):
        ours, theirs = SPAWN.Pipe()
        pipes.append(ours)
        processes.append(SPAWN.Process(target=worker, args=(url, theirs, start), daemon=True))
        processes[-1].start()
        theirs.close()  # so that a process that dies ends the measurement
        ours.recv()  # one after the other: the library's recorder cannot make its table twice at once

    def rate(name: str, length: float) -> float:
        for pipe in pipes:
            pipe.send((name, length))
        return sum(pipe.recv() for pipe in pipes) / length

    names = [LIBRARY, RAW, JOURNAL, HANDLE]
    for name in names:
        rate(name, 0.2)  # first calls open connections and compile
    rates = measuring.in_turn({name: lambda name=name: rate(name, seconds) for name in names}, rounds)
    for pipe in pipes:
        pipe.send(None)
    for process in processes:
        process.join()
    return rates


def algorithms(url: str, other_url: str) -> dict[str, Callable[[], Callable[[str], object]]]:
    """The same append to a journal of each algorithm."""
    journals = {JOURNAL: open_journal(url), JOURNAL_SM3: open_journal(other_url, digest=SM3)}

    def appending(journal: Journal) -> Callable[[str], object]:
        return lambda name: journal.append(
            [NewEntry(f"thing/{name}", 1, "thing.happened.v1", STATE, "li", "city", "city")], time.time_ns() // 1000
        )

    return {name: lambda journal=journal: appending(journal) for name, journal in journals.items()}


def by_threads(
    makers: dict[str, Callable[[], Callable[[str], object]]], count: int, seconds: float, rounds: int
) -> dict[str, list[float]]:
    """Commits per second of many threads of one process."""
    made = {name: [make() for _ in range(count)] for name, make in makers.items()}

    def rate(name: str, length: float) -> float:
        counts = [0] * count

        def one(number: int) -> None:
            counts[number] = for_a_while(made[name][number], length)

        threads = [Thread(target=one, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / length

    for name in made:
        rate(name, 0.2)
    return measuring.in_turn({name: lambda name=name: rate(name, seconds) for name in made}, rounds)


def of_sm3(url: str) -> str:
    """Address of a second database on the same server."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE of_sm3")
    return urlsplit(url)._replace(path="/of_sm3").geturl()


def beside(url: str, other_url: str, engine: str, given: argparse.Namespace) -> None:
    """Measure the two algorithms in turn, and print."""
    makers = algorithms(url, other_url)
    for count in (1, 8):
        rates = by_threads(makers, count, given.seconds, given.rounds)
        title = f"{engine}, SM3 beside SHA-256, {count} thread{'s' if count > 1 else ''}"
        measuring.table(title, "commits/s", rates, {(JOURNAL_SM3, JOURNAL): 0.0})


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=0.3)
    options.add_argument("--rounds", type=int, default=9)
    given = options.parse_args()
    goals = {(JOURNAL, LIBRARY): 1.5, (JOURNAL, RAW): 0.6, (HANDLE, LIBRARY): 0}
    with measuring.postgres() as url:
        open_journal(url).close()
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE raw_entries (LIKE entries INCLUDING ALL)")
            cursor.execute("CREATE SEQUENCE raw_position")
            cursor.execute("ALTER TABLE raw_entries ALTER position SET DEFAULT nextval('raw_position')")
        for count in (1, 8):
            rates = by_processes(url, count, given.seconds, given.rounds)
            measuring.table(f"PostgreSQL, {count} process{'es' if count > 1 else ''}", "commits/s", rates, goals)
        rates = by_threads(contenders(url), 8, given.seconds, given.rounds)
        measuring.table("PostgreSQL, 8 threads of one process (group commit)", "commits/s", rates, goals)
        beside(url, of_sm3(url), "PostgreSQL", given)
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{Path(place) / 'journal.db'}"
        for count in (1, 8):
            rates = by_threads(contenders(url), count, given.seconds, given.rounds)
            ratios = {(JOURNAL, LIBRARY): 0.0, (HANDLE, LIBRARY): 0.0}
            measuring.table(f"SQLite, {count} thread{'s' if count > 1 else ''}", "commits/s", rates, ratios)
        beside(url, f"{url}.sm3", "SQLite", given)


if __name__ == "__main__":
    main()
