"""Asked together · 合并执行: those who ask the same are answered by one job in one thread. decision 0118.

A job that has begun is joined by nobody: each answer rests on what was so after it was asked for. Whom it judges first is answered
with the last of them, so that a job is of no more than are answered in a moment, by the time that the one before it took for each.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

A = TypeVar("A")
T = TypeVar("T")
Answer = Callable[[Sequence[A]], Sequence[T | Exception]]
"""Answers several who ask, in their order; a fault is theirs alone to whom it is given."""
AT_ONCE = 2
"""Jobs of one kind; threads share one interpreter."""
AT_LEAST, MOST = 64, 512
"""Who ask in one job; the rest come after the others that wait."""
MOMENT_SECONDS = 0.02


@dataclass
class _Job:
    """What is asked for, by whom, and where each waits for it. at_once: how many are answered in a moment, as far as is known."""

    answer: Answer[Any, Any]
    asked: deque[tuple[Any, asyncio.Future[Any]]] = field(default_factory=deque)
    at_once: int = AT_LEAST

    def took(self, count: int, seconds: float) -> None:
        """So many were answered within so many seconds."""
        self.at_once = min(max(int(count * MOMENT_SECONDS / max(seconds, 1e-6)), AT_LEAST), MOST)

    def taken(self) -> list[tuple[Any, asyncio.Future[Any]]]:
        """The first of those who still wait, as many as are answered in a moment."""
        found = list[tuple[Any, asyncio.Future[Any]]]()
        while self.asked and len(found) < self.at_once:
            one = self.asked.popleft()
            if not one[1].done():  # the others have left
                found.append(one)
        return found


class AskedTogether:
    """What waits to be answered in one process 待合并任务; made for one event loop. in_thread: runs what blocks."""

    def __init__(self, in_thread: Callable[..., Awaitable[Any]]) -> None:
        self._in_thread = in_thread
        self._jobs: dict[Hashable, _Job] = {}
        self._working: set[asyncio.Task[None] | None] = set()

    async def ask(self, key: Hashable, answer: Answer[A, T], asked: A) -> T:
        """The answer to one who asks, by a job that answers those who ask by an equal key until it begins.

        Raises:
            Exception: what `answer` gave for this one, or what became of the whole job.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        job = self._jobs.setdefault(key, _Job(answer))
        job.asked.append((asked, future))
        if len(self._working) < AT_ONCE and len(job.asked) == 1:
            self._working.add(asyncio.create_task(self._work()))
        return await future

    async def _work(self) -> None:
        """Do what waits, the longest first, until nothing does."""
        try:
            while self._jobs:
                key = next(iter(self._jobs))
                job = self._jobs.pop(key)
                waiting = job.taken()
                if job.asked:
                    self._jobs[key] = job
                if waiting:
                    began = time.monotonic()
                    await self._do(job.answer, waiting)
                    job.took(len(waiting), time.monotonic() - began)
        finally:
            self._working.discard(asyncio.current_task())  # before anybody else asks, who else would wait for it

    async def _do(self, answer: Answer[Any, Any], waiting: Sequence[tuple[Any, asyncio.Future[Any]]]) -> None:
        try:
            found: Sequence[Any] = await self._in_thread(answer, [asked for asked, _ in waiting])
        except Exception as fault:  # noqa: BLE001 - told to each who asked
            found = [fault] * len(waiting)
        for (_, future), one in zip(waiting, found, strict=True):
            if future.done():  # who asked has left
                continue
            if isinstance(one, Exception):
                future.set_exception(one)
            else:
                future.set_result(one)
