"""The disclosure log (plan P5, P7): durable when `wait` returns, append-only on both engines, chained, many processes at once."""

import json
import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import func, select

from domain.access import Attribute, Is
from domain.disclosures import Disclosed, Disclosure
from journal.disclosure_log.disclosure_log import DISCLOSURES, DisclosureLog, DisclosureNotWritten, Written, broken
from journal.disclosure_log.index import BY_FIRM, SEGMENT, disclosed_of
from journal.disclosure_log.stores import open_disclosures
from journal.engines.group_commit import LARGEST_GROUP

FIRMS = [f"firm-{number:02}" for number in range(5)]
FORKSERVER = multiprocessing.get_context("forkserver")


def disclosure(number: int = 1, firms: Sequence[str] = FIRMS) -> Disclosure:
    held = [Disclosed(firm, f"enterprise/{firm}", ("revenue",)) for firm in firms]
    held.append(Disclosed(firms[0], "diagnosis/d1", ("outcome", "process secrets")))
    return Disclosure(number, "li", "district", "310117", "Query.enterprises", Is(Attribute.DISTRICT, "310117"), held)


@pytest.fixture
def log(url: str) -> Iterator[DisclosureLog]:
    opened = open_disclosures(url)
    yield opened
    opened.close()


def size(log: DisclosureLog) -> tuple[int, int]:
    """How many rows, and how many readings of a firm the index has."""
    with log.reading() as connection:
        rows = connection.execute(select(func.count()).select_from(DISCLOSURES)).scalar_one()
        return rows, sum(len(json.loads(reads)) for (reads,) in connection.execute(select(BY_FIRM.c.reads)))


def faults(log: DisclosureLog) -> list[str]:
    with log.reading() as connection:
        return list(broken(connection))


def raw(url: str) -> sqlite3.Connection:
    """A connection of someone with the file or the password."""
    if url.startswith("sqlite"):
        return sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection  # type: ignore[no-any-return]


def run(url: str, *statements: str) -> None:
    connection = raw(url)
    try:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
    finally:
        connection.close()


def test_a_row_is_there_for_every_other_reader_once_it_is_told(log: DisclosureLog, url: str) -> None:
    log.write(disclosure())
    other = open_disclosures(url)
    with other.reading() as connection:
        (row,) = connection.execute(select(DISCLOSURES)).all()
        index = {firm: json.loads(reads) for firm, reads in connection.execute(select(BY_FIRM.c.firm, BY_FIRM.c.reads))}
    other.close()
    assert (row.at, row.person, row.role, row.organisation, row.door) == (1, "li", "district", "310117", "Query.enterprises")
    assert sorted(disclosed_of(row.disclosed)) == sorted(disclosure().disclosed)
    assert index == {"firm-00": [[row.id, 2 | 4 | 8]], **{firm: [[row.id, 2]] for firm in FIRMS[1:]}}
    assert row.masks == 2 | 4 | 8


def test_many_threads_share_few_transactions_and_each_waits_for_its_own(
    log: DisclosureLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    write = log._store.write  # noqa: SLF001 - counted here

    def counted(rows: Sequence[Written]) -> None:
        write(rows)
        written.append(len(rows))

    monkeypatch.setattr(log._store, "write", counted)  # noqa: SLF001 - as above
    together = threading.Barrier(8)

    def tell() -> None:
        together.wait()
        for number in range(20):
            log.write(disclosure(number))

    threads = [threading.Thread(target=tell) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(written) == 160
    assert len(written) < 160, "some were written together"
    assert max(written) <= LARGEST_GROUP
    assert size(log) == (160, 800)
    assert faults(log) == []


@pytest.mark.parametrize("table", ["disclosures", "disclosed_firms"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table}", "INSERT OR REPLACE"]
)
def test_what_was_written_can_be_neither_changed_nor_taken_out(
    log: DisclosureLog, url: str, table: str, statement: str
) -> None:
    log.write(disclosure())
    log.index()
    only = {"TRUNCATE {table}": "postgres", "INSERT OR REPLACE": "sqlite"}.get(statement, "")
    if only and url.startswith("sqlite") != (only == "sqlite"):
        return
    if only == "sqlite":
        statement = "INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    with pytest.raises((sqlite3.IntegrityError, psycopg2.errors.RaiseException), match="append-only"):
        run(url, statement.format(table=table, column="at" if table == "disclosures" else "reads"))
    assert size(log) == (1, 5)


def test_a_row_of_the_same_chain_and_number_is_not_put_in_under_another_id(log: DisclosureLog, url: str) -> None:
    log.write(disclosure())
    columns = "at, person, role, organisation, door, scope, disclosed, masks, writer, number, chain"
    replace, place = ("OR REPLACE ", "99") if url.startswith("sqlite") else ("", "DEFAULT")
    statement = f"INSERT {replace}INTO disclosures (id, {columns}) SELECT {place}, {columns} FROM disclosures"
    if not replace:
        statement = f"INSERT INTO disclosures ({columns}) SELECT {columns} FROM disclosures"
    with pytest.raises((sqlite3.IntegrityError, psycopg2.errors.UniqueViolation)):
        run(url, statement)
    assert size(log) == (1, 5)


def unguarded(url: str) -> list[str]:
    """What the tables' owner does first."""
    if url.startswith("sqlite"):
        names = ("disclosures_keep", "disclosures_stay", "disclosed_firms_keep", "disclosed_firms_stay")
        return [f"DROP TRIGGER {name}" for name in names]
    return [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in ("disclosures", "disclosed_firms")]


@pytest.mark.parametrize(
    ("forgery", "told"),
    [
        ("UPDATE disclosures SET person = 'wang' WHERE number = 2", "the row is not what was written"),
        ("UPDATE disclosures SET at = at + 1 WHERE number = 3", "the row is not what was written"),
        ("DELETE FROM disclosures WHERE number = 2", "row 2 is missing before 3"),
        ("UPDATE disclosed_firms SET firm = 'firm-99' WHERE firm = 'firm-02'", "the index by firm differs"),
        ("DELETE FROM disclosed_firms WHERE firm = 'firm-02'", "the index by firm differs"),
        ("DELETE FROM disclosures WHERE number = 4", "the index by firm differs"),
    ],
)
def test_what_the_owner_of_the_tables_changes_is_found(log: DisclosureLog, url: str, forgery: str, told: str) -> None:
    for number in range(1, 5):
        log.write(disclosure(number))
    assert faults(log) == []
    run(url, *unguarded(url), forgery)
    assert any(told in fault for fault in faults(log))


def test_a_failed_write_is_told_to_all_that_wait_and_the_next_one_goes_on(
    log: DisclosureLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write(disclosure())

    def full(_rows: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as trouble:
        trouble.setattr(log._store, "write", full)  # noqa: SLF001 - the disk
        with pytest.raises(DisclosureNotWritten) as failed:
            log.write(disclosure())
        assert isinstance(failed.value.__cause__, OSError)
    log.write(disclosure())
    assert size(log)[0] == 2
    assert faults(log) == []


def test_a_lost_connection_is_made_anew_and_nothing_fails(log: DisclosureLog, url: str) -> None:
    log.write(disclosure())
    if not url.startswith("sqlite"):
        run(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                 "AND datname = current_database()")  # fmt: skip
    log.write(disclosure())
    assert size(log)[0] == 2


def test_the_index_follows_by_itself_and_takes_up_what_a_killed_process_left(log: DisclosureLog, url: str) -> None:
    killed = open_disclosures(url)
    for number in range(3):
        killed.write(disclosure(number, [f"left-{number}"]))
    log.index()
    killed.write(disclosure(9, ["left-9"]))
    for number in range(SEGMENT):
        log.write(disclosure(number, [f"firm-{number % 7}"]))
    deadline = time.monotonic() + 20
    engine = log._engine  # noqa: SLF001 - a look that does not index first
    while True:
        with engine.connect() as connection:
            found = dict(tuple(row) for row in connection.execute(select(BY_FIRM.c.firm, BY_FIRM.c.segment)))
        if {"left-9", *(f"firm-{number}" for number in range(7))} <= set(found):
            break
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    assert size(log) == (SEGMENT + 4, SEGMENT + 4)
    assert faults(log) == []
    killed.close()


def write_many(url: str, start: str) -> None:
    """A process that opens the log at the same moment as others and writes."""
    log = open_disclosures(url)
    for number in range(25):
        log.write(disclosure(number, [f"{start}-{number}"]))
    log.close()


def test_many_processes_open_and_write_at_once(url: str) -> None:
    processes = [FORKSERVER.Process(target=write_many, args=(url, f"p{number}")) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    log = open_disclosures(url)
    assert size(log) == (100, 100)
    assert faults(log) == []
    log.close()


def test_the_file_of_the_log_is_its_owners_alone(tmp_path: Path) -> None:
    open_disclosures(f"sqlite:///{tmp_path / 'disclosures.db'}").close()
    assert (tmp_path / "disclosures.db").stat().st_mode & 0o077 == 0
