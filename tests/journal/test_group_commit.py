"""Group commit 组提交: appends of one process share a transaction, and nothing of one another's fate (plan P5)."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest

from journal import Journal, KeyReused, NewEntry, Verified, VersionTaken, verify
from journal.engines.group_commit import LARGEST_GROUP, GroupCommit, _Waiting
from journal.engines.postgres_schema import APPEND_LOCK
from journal.engines.sqlite import SQLiteRecorder
from tests.journal.writers import entry, now


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call gave or raised, in order, each from a thread of its own."""
    outcomes: list[Any] = [None] * len(calls)

    def one(number: int) -> None:
        try:
            outcomes[number] = calls[number]()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            outcomes[number] = error

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


class Gate:
    """A commit that waits at a gate and tells which groups it was given."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.reached = threading.Event()
        self.open = threading.Event()

    def commit(self, batches: Sequence[int]) -> list[int | BaseException]:
        self.groups.append(list(batches))
        self.reached.set()
        self.open.wait(10)
        return [ValueError(batch) if batch < 0 else batch * 10 for batch in batches]


def test_a_lone_batch_waits_for_nobody() -> None:
    gate = Gate()
    gate.open.set()
    assert GroupCommit(gate.commit).submit(4) == 40
    assert gate.groups == [[4]]


def test_those_who_come_while_a_group_is_on_its_way_make_the_next_group() -> None:
    gate = Gate()
    group = GroupCommit(gate.commit)
    outcomes: list[int] = []
    threads = [threading.Thread(target=lambda n=n: outcomes.append(group.submit(n))) for n in range(1, 7)]
    threads[0].start()
    assert gate.reached.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(group._queue) < 5:  # noqa: SLF001 - nothing else tells that the others have come
        threading.Event().wait(0.005)
    gate.open.set()
    for thread in threads:
        thread.join()
    assert [sorted(g) for g in gate.groups] == [[1], [2, 3, 4, 5, 6]]
    assert sorted(outcomes) == [10, 20, 30, 40, 50, 60]


def test_the_failure_of_one_is_raised_by_that_one_alone() -> None:
    gate = Gate()
    gate.open.set()
    group = GroupCommit(gate.commit)
    outcomes = at_once([lambda n=n: group.submit(n) for n in (1, -2, 3, -4)])
    assert [o if isinstance(o, int) else type(o) for o in outcomes] == [10, ValueError, 30, ValueError]


def test_a_broken_commit_is_everyones_failure_and_the_next_group_goes_on() -> None:
    broken = [OSError("disk full")]

    def commit(batches: Sequence[int]) -> list[int | BaseException]:
        if broken:
            raise broken.pop()
        return list(batches)

    group = GroupCommit(commit)
    with pytest.raises(OSError, match="disk full"):
        group.submit(1)
    assert group.submit(2) == 2


def test_an_interrupted_leader_leaves_the_way_free() -> None:
    interrupts: list[BaseException] = [KeyboardInterrupt()]

    def commit(batches: Sequence[int]) -> list[int | BaseException]:
        if interrupts:
            raise interrupts.pop()
        return list(batches)

    group = GroupCommit(commit)
    with pytest.raises(KeyboardInterrupt):
        group.submit(1)
    assert group.submit(2) == 2


def test_a_thread_that_is_interrupted_as_it_waits_takes_its_batch_along_and_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate()
    group = GroupCommit(gate.commit)
    leading = threading.Thread(target=group.submit, args=(1,))
    leading.start()
    assert gate.reached.wait(10)
    sleeping, interrupted = _Waiting.sleep, list[int]()

    def sleep(waiting: _Waiting[int, int], until: float | None = None) -> bool:
        if waiting.item == 2:
            gate.open.set()
            while not waiting.woken:  # its turn comes, and the interrupt with it
                threading.Event().wait(0.005)
            interrupted.append(waiting.item)
            raise KeyboardInterrupt
        return sleeping(waiting, until)

    monkeypatch.setattr(_Waiting, "sleep", sleep)
    with pytest.raises(KeyboardInterrupt):
        group.submit(2)
    leading.join()
    assert group.submit(3) == 30
    assert (gate.groups, interrupted) == ([[1], [3]], [2])


def test_more_than_one_group_holds_is_split() -> None:
    gate = Gate()
    group = GroupCommit(gate.commit)
    threads = [threading.Thread(target=group.submit, args=(n,)) for n in range(2 * LARGEST_GROUP + 1)]
    for thread in threads:
        thread.start()
    assert gate.reached.wait(10)
    while len(group._queue) < 2 * LARGEST_GROUP:  # noqa: SLF001 - as above
        threading.Event().wait(0.005)
    gate.open.set()
    for thread in threads:
        thread.join()
    assert [len(g) for g in gate.groups] == [1, LARGEST_GROUP, LARGEST_GROUP]


@contextmanager
def held_up(journal: Journal, url: str) -> Iterator[None]:
    """While it lasts no append gets through, so that those who come pile up."""
    if isinstance(journal, SQLiteRecorder):
        with closing(SQLiteRecorder(journal.path)) as other, other.transaction():
            yield
    else:
        with closing(psycopg2.connect(url)) as other, other, other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))
            yield


def piled_up(
    journal: Journal, url: str, batches: Sequence[tuple[list[NewEntry], tuple[str, str, str, str] | None]]
) -> tuple[list[Any], list[int]]:
    """What became of batches that came while the journal was held up, and the sizes of the groups that they went in."""
    group = journal._group  # type: ignore[attr-defined] # noqa: SLF001 - both recorders have one
    commit, sizes = group._commit, []  # noqa: SLF001 - the queue is held still from within

    def counted(given: Sequence[Any]) -> Any:
        sizes.append(len(given))
        return commit(given)

    group._commit = counted  # noqa: SLF001 - the queue is held still from within
    outcomes: list[Any] = []
    calls = [lambda w=w: journal.append(w[0], now(), w[1]) for w in batches]
    with held_up(journal, url):
        running = threading.Thread(target=lambda: outcomes.extend(at_once(calls)))
        running.start()
        while len(group._queue) < len(batches) - 1:  # noqa: SLF001 - the queue is held still from within
            threading.Event().wait(0.005)
    running.join()
    return outcomes, sizes


def test_appends_that_wait_together_are_committed_together(journal: Journal, url: str) -> None:
    outcomes, sizes = piled_up(journal, url, [([entry(f"thing/{n}", 1), entry(f"thing/{n}", 2)], None) for n in range(8)])
    assert sizes == [1, 7]
    assert sorted(e.position for written in outcomes for e in written) == list(range(1, 17))
    for number, written in enumerate(outcomes):
        assert [(e.stream, e.version) for e in written] == [(f"thing/{number}", 1), (f"thing/{number}", 2)]
        assert journal.read(f"thing/{number}") == written
    assert verify(journal) == Verified(16, journal.head().root, journal.head().algorithm)


def test_a_refused_append_fails_no_other_of_its_group(journal: Journal, url: str) -> None:
    journal.append([entry("thing/taken", 1)], now())
    batches: list[Any] = [([entry(f"thing/{n}", 1)], ("li", f"k{n}", "d", "o")) for n in range(4)]
    batches += [
        ([entry("thing/half", 1), entry("thing/taken", 1)], None),
        ([entry("thing/one", 1)], ("wang", "same", "d", "o")),
        ([entry("thing/two", 1)], ("wang", "same", "d", "o")),
    ]
    outcomes, _ = piled_up(journal, url, batches)
    assert [type(o) for o in outcomes[:5]] == [list] * 4 + [VersionTaken]
    assert sorted(type(o).__name__ for o in outcomes[5:]) == ["KeyReused", "list"]
    assert journal.read("thing/half") == []
    assert len(journal.read("thing/one")) + len(journal.read("thing/two")) == 1
    assert [journal.outcome("li", f"k{n}") for n in range(4)] == [("d", "o")] * 4
    assert verify(journal) == Verified(6, journal.head().root, journal.head().algorithm)


@pytest.mark.parametrize("odd", ["\ud800", "a\0b"], ids=["surrogate", "NUL"])
def test_what_no_database_can_hold_fails_no_other_of_its_group(journal: Journal, url: str, odd: str) -> None:
    def tried(*given: Any) -> Any:
        try:
            return journal.append(*given)
        except ValueError as error:
            return error

    def both() -> list[Any]:
        size = journal.head().size
        calls: list[Callable[[], Any]] = [
            *(lambda n=n: tried([entry(f"thing/{size}-{n}", 1)], now()) for n in range(6)),
            lambda: tried([entry("thing/odd", 1, reason=odd)], now()),
            lambda: tried([], now(), ("li", odd, "d", "o")),
        ]
        outcomes: list[Any] = []
        running = threading.Thread(target=lambda: outcomes.extend(at_once(calls)))
        with held_up(journal, url):
            running.start()
            while len(journal._group._queue) < 5:  # type: ignore[attr-defined] # noqa: SLF001 - both recorders have one
                threading.Event().wait(0.005)
            threading.Event().wait(0.05)  # and the two that are at fault have come as well
        running.join()
        return outcomes

    for _ in range(3):
        assert [isinstance(outcome, ValueError) for outcome in both()] == [False] * 6 + [True] * 2
    assert verify(journal) == Verified(18, journal.head().root, journal.head().algorithm)


def test_of_threads_that_race_for_versions_one_wins_each_version(journal: Journal) -> None:
    def race(name: str) -> int:
        won = 0
        while (version := len(journal.read("thing/raced")) + 1) <= 40:
            try:
                journal.append([entry("thing/raced", version), entry(f"thing/{name}", won + 1)], now())
                won += 1
            except VersionTaken:
                pass
        return won

    wins = at_once([lambda n=n: race(f"t{n}") for n in range(6)])
    assert sum(wins) == 40
    assert [len(journal.read(f"thing/t{n}")) for n in range(6)] == wins
    assert verify(journal) == Verified(80, journal.head().root, journal.head().algorithm)


def test_of_threads_that_race_with_one_key_one_is_done(journal: Journal) -> None:
    calls = [lambda n=n: journal.append([entry(f"thing/{n}", 1)], now(), ("li", "k", "d", "o")) for n in range(8)]
    outcomes = at_once(calls)
    assert sorted(type(o).__name__ for o in outcomes) == ["KeyReused"] * 7 + ["list"]
    assert all(isinstance(o, (list, KeyReused)) for o in outcomes)
    assert journal.head().size == 1
