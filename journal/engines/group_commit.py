"""Group commit 组提交: what waits in a process to be written shares one transaction, and so one flush of the disk.

The first to come leads: it commits for everyone who came while the last group was on its way, and hands on. A lone item
leads itself and waits for nobody. Each is still all or nothing on its own: the outcome of one never is another's.
"""

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

LARGEST_GROUP = 64
"""Items in one transaction at most: the lock is not held for longer than a few milliseconds."""


class _Waiting(Generic[Item, Outcome]):
    """An item and the thread that waits for it, woken once: with the outcome, or to lead the group that the item is first of."""

    __slots__ = ("_asleep", "done", "error", "item", "outcome", "woken")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.done = self.woken = False
        self.outcome: Outcome | None = None
        self.error: BaseException | None = None
        self._asleep = Lock()
        self._asleep.acquire()

    def sleep(self, until: float | None = None) -> bool:
        """Wait to be woken; False where a deadline on the monotonic clock came first."""
        return self._asleep.acquire(timeout=-1 if until is None else max(until - time.monotonic(), 0))

    def wake(self) -> None:
        self.woken = True
        self._asleep.release()


class WaitedTooLong(Exception):  # noqa: N818 - what became of it, not a fault
    """An item that was taken back before anybody was at it 排队超时: nothing of it was done."""


class GroupCommit(Generic[Item, Outcome]):
    """Threads of one process that commit together 组提交.

    commit: takes items in order of arrival, answers with as many outcomes; an exception among them is raised by the one it
    belongs to. An exception raised by `commit` itself is everyone's: nothing is known of any item.
    """

    def __init__(self, commit: Callable[[Sequence[Item]], Sequence[Outcome | BaseException]]) -> None:
        self._commit = commit
        self._turn = Lock()
        self._led = False
        self._queue: list[_Waiting[Item, Outcome]] = []

    def submit(self, item: Item, until: float | None = None) -> Outcome:
        """The outcome of an item, committed. until: deadline of waiting for others, on the monotonic clock; None = none.

        Raises:
            WaitedTooLong: the deadline came before the item's turn.
            Exception: whatever its commit failed with.
        """
        mine: _Waiting[Item, Outcome] = _Waiting(item)
        with self._turn:
            self._queue.append(mine)
            waits, self._led = self._led, True
        if waits:
            try:
                in_time = mine.sleep(until)
            except BaseException:
                self._withdraw(mine)
                raise
            if not in_time:
                if self._withdraw(mine):
                    raise WaitedTooLong
                mine.sleep()  # somebody is at it, and tells what became of it
        if not mine.done:
            self._lead(mine)
        if mine.error is not None:
            raise mine.error
        return mine.outcome  # type: ignore[return-value] # an item that is done without error has its outcome

    def _withdraw(self, mine: _Waiting[Item, Outcome]) -> bool:
        """Take back the item of a thread that waits no longer, whose turn it may have been; False where somebody is at it."""
        with self._turn:
            if mine not in self._queue:
                return False
            self._queue.remove(mine)
        if mine.woken:
            self._hand_on()
        return True

    def _lead(self, mine: _Waiting[Item, Outcome]) -> None:
        """Commit for everyone who waits, from the first on, which is the leader's own; then wake them, and the next leader."""
        with self._turn:
            group, self._queue = self._queue[:LARGEST_GROUP], self._queue[LARGEST_GROUP:]
        try:
            for one, outcome in zip(group, self._commit([one.item for one in group]), strict=True):
                if isinstance(outcome, BaseException):
                    one.error = outcome
                else:
                    one.outcome = outcome
        except BaseException as error:
            for one in group:
                one.error = error
            if not isinstance(error, Exception):
                raise  # an interrupt is the leader's own to end on
        finally:
            for one in group:
                one.done = True
                if one is not mine:
                    one.wake()
            self._hand_on()

    def _hand_on(self) -> None:
        with self._turn:
            if self._queue:
                self._queue[0].wake()
            else:
                self._led = False
