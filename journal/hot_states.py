"""Hot states 热状态: streams lately used, folded, so that the next command on one reads only what is new.

A state belongs to a version whose leaf is known. It is believed only where the same look into the journal that reads what is new
finds that very leaf at that version: the leaf covers the entry, its place and its time, and so no other history has it.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from threading import Lock
from typing import Any

from domain.kernel import Capability
from journal.codec import decode
from journal.entries import Entry, NewEntry

MOST_STREAMS = 4_096
MOST_BYTES = 32 * 2**20
"""Of the entries that the kept states were folded from: a measure of what the states take."""


@dataclass(slots=True)
class Stream:
    """A stream as it stands at a version 流现状. leaf: of its last entry; began: time of its first; both empty without any.

    capability: None of a kind that there is not, which has no entries. weight: bytes of those that its state is folded from.
    """

    capability: Capability | None
    version: int = 0
    leaf: bytes = b""
    began: int | None = None
    weight: int = 0
    _folded: tuple[Any, tuple[Entry | NewEntry, ...]] = (None, ())

    def after(self, entries: Sequence[Entry | NewEntry], at: int, leaf: bytes) -> "Stream":
        """The stream with more entries at its end. at: when they were or are written, if it begins with them."""
        if not entries:
            return self
        state, unfolded = self._folded
        return Stream(
            self.capability,
            self.version + len(entries),
            leaf,
            at if self.began is None else self.began,
            self.weight + sum(len(entry.state) for entry in entries),
            (state, (*unfolded, *entries)),
        )

    @property
    def state(self) -> Any:  # noqa: ANN401 - each capability's own state
        """The state, folded when it is first asked for; None before the first entry."""
        state, unfolded = self._folded
        if unfolded and self.capability is not None:
            events = (decode(self.capability, entry.type, entry.state) for entry in unfolded)
            state = reduce(self.capability.evolve, events, state)
            self._folded = (state, ())
        return state


class HotStates:
    """States kept in bounded memory, the longest unused going first 有界缓存. Threads may share it."""

    def __init__(self) -> None:
        self._streams: OrderedDict[str, Stream] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, name: str) -> Stream | None:
        """A stream as it was last seen."""
        with self._lock:
            found = self._streams.get(name)
            if found is not None:
                self._streams.move_to_end(name)
            return found

    def keep(self, name: str, stream: Stream) -> None:
        """Keep a stream as it stands in the journal; one without entries has nothing to keep."""
        with self._lock:
            old = self._streams.pop(name, None)
            self._weight -= old.weight if old is not None else 0
            if not stream.version or stream.weight > MOST_BYTES // 4:
                return
            self._streams[name] = stream
            self._weight += stream.weight
            while self._weight > MOST_BYTES or len(self._streams) > MOST_STREAMS:
                _, gone = self._streams.popitem(last=False)
                self._weight -= gone.weight
