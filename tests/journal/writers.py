"""What other processes do to a journal while a test looks on; in a module of its own, so that a process can import it."""

import sqlite3
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import psycopg2

from domain.events import CAPABILITIES
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from journal import Journal, NewEntry, handle, open_journal
from tests.forkserver import FORKSERVER
from tests.small_city import CITY


def entry(stream: str, version: int, **rest: Any) -> NewEntry:
    return NewEntry(stream, version, "thing.happened.v1", b'{"a":1}', actor="li", role="city", **rest)


def now() -> int:
    return time.time_ns() // 1000


def opens(url: str, start: Any, told: Any) -> None:
    """Opens the journal at the same moment as others and closes it again."""
    try:
        start.wait(60)
        open_journal(url).close()
        told.put("")
    except BaseException:  # noqa: BLE001 - shown by the test
        told.put(traceback.format_exc())


def appends(url: str, start: Any, told: Any, name: str, count: int) -> None:
    """Appends to a stream of its own, as fast as it can."""
    try:
        journal = open_journal(url)
        start.wait(60)
        for version in range(1, count + 1):
            journal.append([entry(f"thing/{name}", version)], now())
        journal.close()
        told.put("")
    except BaseException:  # noqa: BLE001 - shown by the test
        told.put(traceback.format_exc())


def handles(url: str, start: Any, told: Any, names: list[str], threads: int) -> None:
    """Sends the same commands as others do, by some threads, each under a key of its own."""
    failures: list[str] = []

    def send(journal: Journal) -> None:
        try:
            for name in names:
                command = RegisterOrganisation(organisation=name, kind=OrganisationKind.BANK, name="示例银行")
                handle(journal, CAPABILITIES, command, CITY, clock=lambda: datetime.now(UTC), idempotency_key=name)
        except BaseException:  # noqa: BLE001 - shown by the test
            failures.append(traceback.format_exc())

    with closing(open_journal(url)) as journal:
        start.wait(60)
        sending = [Thread(target=send, args=(journal,)) for _ in range(threads)]
        for thread in sending:
            thread.start()
        for thread in sending:
            thread.join()
    told.put("\n".join(failures))


@contextmanager
def processes(target: Callable[..., None], url: str, arguments: list[tuple[Any, ...]]) -> Iterator[Callable[[], list[str]]]:
    """Processes that start work at one moment; the function given waits for them and gives what went wrong, if anything."""
    start, told = FORKSERVER.Barrier(len(arguments)), FORKSERVER.Queue()
    started = [FORKSERVER.Process(target=target, args=(url, start, told, *rest), daemon=True) for rest in arguments]
    for one in started:
        one.start()
    try:
        yield lambda: [failure for failure in (told.get(timeout=60) for _ in started) if failure]
    finally:
        for one in started:
            one.join(10)
            one.kill()
            one.join()
            one.close()


def statement(url: str, *statements: str) -> None:
    """Statements sent past the recorder."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            for one in statements:
                connection.execute(one)
    else:
        with closing(psycopg2.connect(url)) as other, other, other.cursor() as cursor:
            for one in statements:
                cursor.execute(one)
