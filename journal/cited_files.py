"""Cited files 被引用的文件: the hashes that entries cite, as far as a journal was read. plan P5.

What only the return of a roster file cites is cited for a time (`RETURNED_KEPT`): the file, and what was found of it. The entry
keeps both hashes and the counts for ever.
"""

import re
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from domain.instants import microseconds
from domain.participants.rosters.bringing_in import RosterBlocked
from domain.participants.rosters.findings import RETURNED_KEPT
from journal.codec import stored_names
from journal.journal import Journal

CITED = re.compile(rb'"([0-9a-f]{64})"')
"""Whatever in an entry looks like a hash; it is a file's where a file of that hash is kept."""
SEGMENT = 2_000
"""Entries read at a time."""
PAUSE_SECONDS = 0.02
"""Between two segments: whoever asks the program meanwhile comes first."""
RETURNED = stored_names({RosterBlocked})
"""Entries that cite for a time."""
LAST_DAY = timedelta(days=1)
"""A day in the city is over everywhere a day later."""


class CitedFiles:
    """Tells which files entries cite 引用判定. The journal is read once, and from there on what has come since.

    clock: what entries are dated by.
    """

    def __init__(self, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._clock = clock
        self._position = 0
        self._found: set[bytes] = set()
        self._returned: dict[bytes, int] = {}

    def read(self, stop: threading.Event) -> bool:
        """Read up to the present; False where it was told to stop before."""
        while entries := self._journal.since(self._position, SEGMENT):
            for entry in entries:
                hashes = [bytes.fromhex(found.decode()) for found in CITED.findall(entry.state)]
                if entry.type in RETURNED:
                    self._returned |= dict.fromkeys(hashes, entry.at)
                else:
                    self._found.update(hashes)
            self._position = entries[-1].position
            if stop.wait(PAUSE_SECONDS):
                return False
        return True

    def among(self, digests: Collection[str]) -> set[str]:
        """Those of some hashes that an entry cites today, as far as was read."""
        returned = self._kept_since()
        hashes = {digest: bytes.fromhex(digest) for digest in digests}
        return {digest for digest, one in hashes.items() if one in self._found or one in returned}

    def no_longer(self) -> set[str]:
        """What was cited for a time that is over, and by nothing else 到期文件, as far as was read."""
        return {one.hex() for one in self._returned.keys() - self._kept_since().keys() - self._found}

    def _kept_since(self) -> Mapping[bytes, int]:
        """What the return of a file still cites."""
        since = microseconds(self._clock() - RETURNED_KEPT - LAST_DAY)
        return {one: at for one, at in self._returned.items() if at > since}
