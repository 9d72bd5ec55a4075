"""The journal 日志 (plan P5): gapless, in commit order, append-only, provable; on both engines."""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from journal import ClockRefused, Journal, KeyReused, NewEntry, Verified, VersionTaken, open_journal, verify
from journal.digests import SHA256
from journal.entries import COLUMNS, DAY
from journal.transparency.merkle import Tree, consistency_proof, consistent, includes, inclusion_proof, root_of

NOW = time.time_ns() // 1000


def entry(stream: str, version: int, **rest: Any) -> NewEntry:
    return NewEntry(stream, version, "thing.happened.v1", b'{"a":1}', actor="li", role="city", **rest)


def filled(journal: Journal, count: int = 5) -> None:
    for number in range(1, count + 1):
        journal.append([entry("thing/a", number), entry(f"thing/b{number}", 1)], NOW)


def test_positions_are_gapless_and_streams_keep_their_order(journal: Journal) -> None:
    filled(journal)
    assert [e.position for e in journal.since(0, 100)] == list(range(1, 11))
    assert [e.version for e in journal.read("thing/a")] == [1, 2, 3, 4, 5]
    assert [e.version for e in journal.read("thing/a", after=3)] == [4, 5]
    assert journal.read_many(["thing/b1", "thing/none"]).keys() == {"thing/b1", "thing/none"}


def test_a_taken_version_leaves_nothing_half_written(journal: Journal) -> None:
    filled(journal)
    head = journal.head()
    with pytest.raises(VersionTaken):
        journal.append([entry("thing/new", 1), entry("thing/a", 5)], NOW)
    assert journal.head() == head
    assert journal.read("thing/new") == []


def test_the_head_carries_the_root_over_all_entries(journal: Journal) -> None:
    filled(journal)
    leaves = [e.leaf for e in journal.since(0, 100)]
    head = journal.head()
    assert (head.size, head.root) == (10, root_of(head.digest, leaves))
    assert verify(journal) == Verified(10, head.root, head.algorithm)


def test_time_never_runs_backwards(journal: Journal) -> None:
    journal.append([entry("thing/a", 1)], NOW)
    journal.append([entry("thing/a", 2)], NOW - 1_000_000)
    assert [e.at for e in journal.since(0, 10)] == [NOW, NOW]


@pytest.mark.parametrize("days", [-2, 2, 400])
def test_a_clock_far_from_the_machines_is_refused(journal: Journal, days: int) -> None:
    with pytest.raises(ClockRefused):
        journal.append([entry("thing/a", 1)], NOW + days * DAY)
    assert journal.head().size == 0


def test_only_a_journal_marked_as_demo_while_empty_takes_clocks_of_the_past(url: str) -> None:
    demo = open_journal(url, demo=True)
    demo.append([entry("thing/a", 1)], NOW - 900 * DAY)
    with pytest.raises(ClockRefused, match="ahead of the last entry"):
        demo.append([entry("thing/a", 2)], NOW)
    assert [e.at for e in demo.read("thing/a")] == [NOW - 900 * DAY]
    demo.close()


def test_a_journal_in_use_cannot_become_a_demo(url: str) -> None:
    used = open_journal(url)
    used.append([entry("thing/a", 1)], NOW)
    used.close()
    with pytest.raises(ValueError, match="not marked as demo"):
        open_journal(url, demo=True)


def test_an_idempotency_key_is_kept_with_the_entries_or_not_at_all(journal: Journal) -> None:
    journal.append([entry("thing/a", 1)], NOW, ("li", "k1", "digest", "outcome"))
    assert journal.outcome("li", "k1") == ("digest", "outcome")
    with pytest.raises(KeyReused):
        journal.append([entry("thing/a", 2)], NOW, ("li", "k1", "other", "outcome"))
    assert len(journal.read("thing/a")) == 1
    assert journal.outcome("li", "k2") is None


def raw(url: str, statement: str) -> None:
    """A statement sent past the recorder, as an intruder with the database's password would."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            connection.execute(statement)
            connection.commit()
        finally:
            connection.close()
    else:
        other = psycopg2.connect(url)
        try:
            with other, other.cursor() as cursor:
                cursor.execute(statement)
        finally:
            other.close()


REST = ", ".join(COLUMNS[4:])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET actor = 'someone' WHERE position = 1",
        "DELETE FROM entries WHERE position = 1",
        "TRUNCATE entries",
        f"INSERT OR REPLACE INTO entries SELECT 1, at, stream, 99, {REST} FROM entries WHERE position = 2",
        f"INSERT OR REPLACE INTO entries SELECT 99, at, stream, version, {REST} FROM entries WHERE position = 2",
    ],
)
def test_a_stored_entry_cannot_be_changed_removed_or_replaced(journal: Journal, url: str, statement: str) -> None:
    filled(journal)
    before = journal.since(0, 100)
    with pytest.raises((sqlite3.Error, psycopg2.Error)):
        raw(url, statement)
    assert journal.since(0, 100) == before


def test_writers_at_once_leave_no_gap_and_lose_no_entry(url: str) -> None:
    journal = open_journal(url)
    failures: list[BaseException] = []

    def write(name: int) -> None:
        try:
            for version in range(1, 21):
                journal.append([entry(f"thing/{name}", version)], NOW)
        except BaseException as failure:  # noqa: BLE001 - shown by the assertion below
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert verify(journal) == Verified(160, journal.head().root)
    journal.close()


def test_many_openings_at_once_of_a_fresh_store_all_succeed(url: str) -> None:
    opened: list[Journal] = []
    threads = [threading.Thread(target=lambda: opened.append(open_journal(url))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 8
    for journal in opened:
        journal.close()


def test_a_waiting_reader_is_woken_by_an_append(journal: Journal) -> None:
    sizes: list[int] = []
    waiting = threading.Thread(target=lambda: sizes.append(journal.wait_beyond(0, 10)))
    waiting.start()
    time.sleep(0.1)
    begun = time.monotonic()
    journal.append([entry("thing/a", 1)], NOW)
    waiting.join()
    assert sizes == [1]
    assert time.monotonic() - begun < 5
    assert journal.wait_beyond(1, 0.05) == 1


def test_whoever_waits_is_woken_to_look_whether_to_end(journal: Journal) -> None:
    sizes: list[int] = []
    waiting = threading.Thread(target=lambda: sizes.append(journal.wait_beyond(0, 60)))
    waiting.start()
    while waiting.is_alive():
        journal.wake()
        waiting.join(0.05)
    assert sizes == [0]


def test_a_snapshot_does_not_move_while_others_append(journal: Journal) -> None:
    filled(journal, 1)
    with journal.snapshot():
        assert journal.head().size == 2
        other = threading.Thread(target=lambda: journal.append([entry("thing/late", 1)], NOW))
        other.start()
        other.join()
        assert journal.read("thing/late") == []
        assert journal.head().size == 2
    assert journal.head().size == 3


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 31])
def test_merkle_proofs_hold_for_the_truth_and_for_nothing_else(size: int) -> None:
    leaves = [SHA256.leaf(bytes([number])) for number in range(size)]
    tree = Tree(SHA256)
    for grown, leaf in enumerate(leaves, 1):
        tree.add(leaf)
        assert tree.root == root_of(SHA256, leaves[:grown])
        assert Tree(SHA256, tree.size, tree.frontier).root == tree.root
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(SHA256, index, leaves)
        assert includes(SHA256, tree.root, size, index, leaf, proof)
        assert not includes(SHA256, tree.root, size, index, SHA256.leaf(b"other"), proof)
        assert not includes(SHA256, tree.root, size, size, leaf, proof)
    for old in range(1, size + 1):
        old_root = root_of(SHA256, leaves[:old])
        assert consistent(SHA256, old_root, old, tree.root, size, consistency_proof(SHA256, old, leaves))
        assert not consistent(SHA256, SHA256.leaf(b"other"), old, tree.root, size, consistency_proof(SHA256, old, leaves))


def test_a_frontier_that_does_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Tree(SHA256, 3, b"x" * 32)


def test_the_sqlite_file_keeps_its_entries_over_a_restart(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'kept.db'}"
    first = open_journal(address)
    filled(first)
    head = first.head()
    first.close()
    second = open_journal(address)
    assert second.head() == head
    second.close()
