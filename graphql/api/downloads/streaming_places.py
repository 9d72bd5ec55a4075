"""Streaming places 流式下载占位: how many long answers one caller is being sent at a time, from when each is promised. plan P5."""

from threading import Lock
from weakref import WeakSet


class StreamingPlace:
    """One long answer of a caller 占位; it is taken as long as whatever sends the answer holds it."""

    def __init__(self, holder: str) -> None:
        self.holder = holder


class StreamingPlaces:
    """Places for long answers: so many for each caller. One that is never begun gives its place back as one that is sent does."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: WeakSet[StreamingPlace] = WeakSet()
        self._lock = Lock()

    def take(self, holder: str) -> StreamingPlace | None:
        """A place for one more answer to a caller; None where it is being sent as many as one may be."""
        with self._lock:
            if sum(one.holder == holder for one in self._taken) >= self._most:
                return None
            place = StreamingPlace(holder)
            self._taken.add(place)
            return place
