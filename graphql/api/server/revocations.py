"""Revocations · 任职终止. One thread a process watches the journal for roles that end, and closes the open streams of whose it was.

It looks into the journal itself: a projector that stands still keeps nobody's socket open. plan P7.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from weakref import WeakValueDictionary

from domain.kernel import key_of
from domain.participants.people.memberships import MembershipEnded
from domain.participants.people.registration import PersonErased
from journal import Journal
from journal.codec import stored_names

LOOK_SECONDS = 1.0
"""A notification can be lost; the journal is looked at this often anyway."""
RECONNECT_SECONDS = 1.0
BATCH = 1_000
ENDINGS = tuple(sorted(stored_names([MembershipEnded, PersonErased])))

log = logging.getLogger(__name__)


class Revocations:
    """Tells open streams that a role has ended · 任职终止通知. Made for one event loop; `start` and `stop` are the app's."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="revocations", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()
        self._watching: dict[str, set[Callable[[], None]]] = {}

    async def start(self) -> None:
        """Begin to follow, on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._journal.wake()
        await asyncio.to_thread(self._thread.join)

    def revoked(self, person: str) -> asyncio.Event:
        """What is set when a role of a person ends. Take it before looking whether one has: then none is missed."""
        return self._waiting.setdefault(person, asyncio.Event())

    def watch(self, person: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Have `wake` called whenever a role of a person ends, until what is given is called 持续通知. Begin before looking."""
        self._watching.setdefault(person, set()).add(wake)

        def unwatch() -> None:
            waking = self._watching[person]
            waking.discard(wake)
            if not waking:
                self._watching.pop(person, None)

        return unwatch

    def session_changed(self, person: str) -> None:
        """Let the streams of a person look at once whether their session goes on: it was ended or changed in this process."""
        if self._loop is not None and not self._stop.is_set():
            self._loop.call_soon_threadsafe(self._wake, frozenset({person}))

    def _wake(self, people: frozenset[str]) -> None:
        for person in people:
            revoked = self._waiting.pop(person, None)  # whoever comes later waits for the next one
            if revoked is not None:
                revoked.set()
            for wake in tuple(self._watching.get(person, ())):
                wake()

    def _follow(self) -> None:
        loop, position = self._loop, -1
        while loop is not None and not self._stop.is_set():
            try:
                if position < 0:
                    position = self._journal.head().size
                size = self._journal.wait_beyond(position, LOOK_SECONDS)
                if size <= position:
                    continue
                found = self._journal.since(position, BATCH, ENDINGS)
                position = found[-1].position if len(found) == BATCH else size
                people = frozenset(key_of(entry.stream) for entry in found)
                if people:
                    loop.call_soon_threadsafe(self._wake, people)
            except Exception:
                if self._stop.is_set():
                    return
                log.exception("the journal could not be followed; trying again")
                self._stop.wait(RECONNECT_SECONDS)
