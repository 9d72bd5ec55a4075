"""Connections 连接: those that listen, are cut, lose an answer or outlive their thread (plan P5)."""

import gc
import statistics
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from domain.diagnosis.self_assessment import PledgeTruth
from journal import Journal, Verified, open_journal, verify
from journal.engines.postgres_listener import Listener
from journal.engines.sqlite import SQLiteRecorder
from tests.journal.writers import entry, now, statement
from tests.small_city import FILLER, City


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


def test_a_reader_of_another_process_is_woken_and_waits_for_no_time_to_be_up(url: str) -> None:
    writer, reader = open_journal(url), open_journal(url)
    delays = []
    reader.wait_beyond(0, 0.2)
    for version in range(1, 16):
        woken: list[float] = []
        waiting = threading.Thread(
            target=lambda version=version, woken=woken: woken.append(
                time.monotonic() if reader.wait_beyond(version - 1, 60) == version else 0.0
            )
        )
        waiting.start()
        time.sleep(0.01)
        writer.append([entry("thing/a", version)], now())
        begun = time.monotonic()
        waiting.join()
        delays.append(woken[0] - begun)
    assert statistics.median(delays) < 5  # of a minute
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
    append = recorder.append_all

    def cut(self: Any, *given: Any) -> Any:
        written = append(self, *given)
        if lost:
            raise psycopg2.OperationalError("server closed the connection unexpectedly")
        return written

    monkeypatch.setattr(recorder, "append_all", cut)
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
