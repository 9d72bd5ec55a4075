"""Turns 排队: who may begin costly work now, who waits, who is told to come back; and what one holder may take in a while."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from domain.kernel import Rule

WORK_BUSY = Rule(
    "WORK_BUSY",
    "plan P5",
    "同类处理正在排队，请 {seconds} 秒后重试",
    "Others are waiting for the same kind of work; try again in {seconds} seconds",
)
WORK_SHARE_USED = Rule(
    "WORK_SHARE_USED",
    "plan P5",
    "本单位近期占用的处理时间已达上限，请 {seconds} 秒后重试",
    "Your organisation has used its share of processing time for now; try again in {seconds} seconds",
)


class Turns:
    """Turns at one kind of work 轮次, for threads.

    at_once: begun at a time. waiting: more that may wait, each holding a thread; beyond, one is told to come back. of_holder: begun
    or waiting for one holder. wait_seconds: the longest wait. share_seconds, every_seconds: seconds of the processor that one
    holder may take in such a span, given back evenly.
    """

    def __init__(
        self,
        *,
        at_once: int,
        waiting: int,
        of_holder: int,
        wait_seconds: float,
        share_seconds: float = float("inf"),
        every_seconds: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once = at_once
        self._most = at_once + waiting
        self._of_holder = of_holder
        self._wait_seconds = wait_seconds
        self._share = share_seconds
        self._rate = share_seconds / every_seconds
        self._clock = clock
        self._free = threading.Condition()
        self._holders: Counter[str] = Counter()
        self._begun = 0
        self._spent: dict[str, tuple[float, float]] = {}

    @contextmanager
    def turn(self, holder: str) -> Iterator[Callable[[float], None]]:
        """One turn of a holder 一个轮次; gives what is to be told the seconds of the processor that it took.

        Raises:
            Refused: WORK_BUSY, WORK_SHARE_USED.
        """
        with self._free:
            self._admit(holder)
            self._holders[holder] += 1
            began = False
            try:
                began = self._free.wait_for(lambda: self._begun < self._at_once, self._wait_seconds)
                if not began:
                    raise WORK_BUSY.refuse(seconds=self._retry())
                self._begun += 1
            finally:
                if not began:
                    self._leave(holder)
        try:
            yield lambda seconds: self._charge(holder, seconds)
        finally:
            with self._free:
                self._begun -= 1
                self._leave(holder)
                self._free.notify()

    def _admit(self, holder: str) -> None:
        spent = self._spent_by(holder)
        if spent >= self._share:
            raise WORK_SHARE_USED.refuse(seconds=int((spent - self._share) / self._rate) + 1)
        if self._holders.total() >= self._most or self._holders[holder] >= self._of_holder:
            raise WORK_BUSY.refuse(seconds=self._retry())

    def _leave(self, holder: str) -> None:
        self._holders[holder] -= 1
        if not self._holders[holder]:
            del self._holders[holder]

    def _retry(self) -> int:
        return max(int(self._wait_seconds), 1)

    def _spent_by(self, holder: str) -> float:
        """What a holder has taken and not been given back."""
        seconds, at = self._spent.get(holder, (0.0, 0.0))
        left = seconds - (self._clock() - at) * self._rate if seconds else 0.0
        return max(left, 0.0)

    def _charge(self, holder: str, seconds: float) -> None:
        if self._share == float("inf"):
            return
        with self._free:
            now = self._clock()
            self._spent = {one: kept for one, kept in self._spent.items() if self._spent_by(one) > 0}
            self._spent[holder] = (self._spent_by(holder) + seconds, now)
