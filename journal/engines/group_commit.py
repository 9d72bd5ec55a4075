"""Group commit 组提交: the appends that wait in a process share one transaction, and so one flush of the disk.

The first to come leads: it commits for everyone who came while the last group was on its way, and hands on. A lone append
leads itself and waits for nobody. Each append is still all or nothing on its own: the outcome of one never is another's.
"""

from collections.abc import Callable, Sequence
from threading import Condition
from typing import Generic, TypeVar

Wish = TypeVar("Wish")
Outcome = TypeVar("Outcome")

LARGEST_GROUP = 64
"""Appends in one transaction at most: the lock is not held for longer than a few milliseconds."""


class _Waiting(Generic[Wish, Outcome]):
    __slots__ = ("done", "error", "outcome", "wish")

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.done = False
        self.outcome: Outcome | None = None
        self.error: BaseException | None = None


class GroupCommit(Generic[Wish, Outcome]):
    """Threads of one process that commit together 组提交.

    commit: takes wishes in order of arrival, answers with as many outcomes; an exception among them is raised by the one it
    belongs to. An exception raised by `commit` itself is everyone's: nothing is known of any wish.
    """

    def __init__(self, commit: Callable[[Sequence[Wish]], Sequence[Outcome | BaseException]]) -> None:
        self._commit = commit
        self._turn = Condition()
        self._led = False
        self._queue: list[_Waiting[Wish, Outcome]] = []

    def submit(self, wish: Wish) -> Outcome:
        """The outcome of a wish, committed.

        Raises:
            Exception: whatever its commit failed with.
        """
        mine: _Waiting[Wish, Outcome] = _Waiting(wish)
        with self._turn:
            self._queue.append(mine)
        while not mine.done:
            with self._turn:
                while self._led and not mine.done:
                    self._turn.wait()
                if mine.done:
                    break
                self._led = True
                group, self._queue = self._queue[:LARGEST_GROUP], self._queue[LARGEST_GROUP:]
            self._lead(group)
        if mine.error is not None:
            raise mine.error
        return mine.outcome  # type: ignore[return-value] # a wish that is done without error has its outcome

    def _lead(self, group: list[_Waiting[Wish, Outcome]]) -> None:
        try:
            for one, outcome in zip(group, self._commit([one.wish for one in group]), strict=True):
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
            with self._turn:
                for one in group:
                    one.done = True
                self._led = False
                self._turn.notify_all()
