"""Change notifications · 变更通知. One thread a process follows the journal and wakes every subscription once the read models have
moved.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

from journal import Journal
from projections import ReadModels

LOOK_SECONDS = 1.0
"""A notification can be lost; the journal is looked at this often anyway."""
RECONNECT_SECONDS = 1.0

T = TypeVar("T")

log = logging.getLogger(__name__)


class Followed:
    """What several follow together 共同跟读的内容."""


@dataclass(eq=False)
class _Look:
    """A look that has not begun 待查看: who waits for it, and what they wait for, from the first of them on."""

    waiting: set[asyncio.Future[Any]] = field(default_factory=set)
    found: asyncio.Task[Any] | None = None


class ChangeNotifications:
    """Wakes subscriptions · 订阅唤醒. Made for one event loop; `start` and `stop` belong to the app's lifespan.

    position: where the read models stand, as far as this process has seen.
    """

    def __init__(self, journal: Journal, models: ReadModels) -> None:
        self.position = 0
        self._journal = journal
        self._models = models
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="change notifications", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._moved = asyncio.Event()
        self._looks: dict[Hashable, _Look] = {}
        self._followed: WeakValueDictionary[Hashable, Followed] = WeakValueDictionary()

    async def start(self) -> None:
        """Begin to follow, on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """End the thread and wake everyone a last time."""
        self._stop.set()
        self._journal.wake()
        await asyncio.to_thread(self._thread.join)
        self._wake(self.position)

    async def beyond(self, position: int, timeout: float | None) -> bool:  # noqa: ASYNC109 - a heartbeat, not a deadline
        """Wait until the read models stand beyond a position; False when `timeout` seconds are up first, or the app ends."""
        try:
            async with asyncio.timeout(timeout):
                while self.position <= position:
                    if self._stop.is_set():
                        return False
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    def followed(self, what: Hashable) -> "Followed":
        """One and the same of all who follow what is equal, as long as anybody does: found again at each look by being the same."""
        return self._followed.setdefault(what, Followed())

    async def looked(self, what: Hashable, position: int, look: Callable[[int], T], *, waits: bool) -> T:
        """What a look finds beyond a position, by one look for all who ask for the same before it begins. decision 0118.

        what: all that the look depends on besides the position. waits: not before the read models stand beyond it.
        """
        key = (what, position, waits)
        one = self._looks.setdefault(key, _Look())
        if one.found is None:
            one.found = asyncio.ensure_future(self._look(key, one, position, look, waits=waits))
            one.found.add_done_callback(partial(self._tell, key, one))
        mine = asyncio.get_running_loop().create_future()
        one.waiting.add(mine)
        try:
            return cast("T", await mine)  # its own: who leaves takes nothing from the others
        finally:
            one.waiting.discard(mine)
            if not one.waiting and self._looks.get(key) is one:  # nobody is left for whom it would begin
                self._begins(key, one)
                one.found.cancel()

    async def _look(self, key: Hashable, one: _Look, position: int, look: Callable[[int], T], *, waits: bool) -> T:
        def begun() -> T:
            self._begins(key, one)
            return look(position)

        if waits and not await self.beyond(position, None):
            raise asyncio.CancelledError  # the app ends, and with it whoever waited
        return await asyncio.to_thread(begun)

    def _tell(self, key: Hashable, one: _Look, found: asyncio.Task[Any]) -> None:
        """Give what was found to everyone who still waits for it."""
        self._begins(key, one)
        fault = None if found.cancelled() else found.exception()
        for each in [waiting for waiting in one.waiting if not waiting.done()]:
            if found.cancelled():
                each.cancel()
            elif fault is not None:
                each.set_exception(fault)
            else:
                each.set_result(found.result())

    def _begins(self, key: Hashable, one: _Look) -> None:
        """Whoever asks from here on is told what a later snapshot shows."""
        if self._looks.get(key) is one:
            self._looks.pop(key, None)

    def _wake(self, position: int) -> None:
        self.position = max(self.position, position)
        self._moved.set()  # wakes everyone who waits now; whoever comes later waits for the next change
        self._moved = asyncio.Event()

    def _follow(self) -> None:
        loop = self._loop
        seen = 0
        while loop is not None and not self._stop.is_set():
            try:
                size = self._journal.wait_beyond(seen, LOOK_SECONDS)
                if size <= seen:
                    continue
                self._models.wait_for(size, LOOK_SECONDS)
                reached = self._models.position()
                if reached > seen:
                    seen = reached
                    loop.call_soon_threadsafe(self._wake, reached)
            except Exception:
                if self._stop.is_set():
                    return
                log.exception("the journal could not be followed; trying again")
                self._stop.wait(RECONNECT_SECONDS)
