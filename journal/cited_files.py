"""Cited files 被引用的文件: the hashes that entries cite, as far as a journal was read. plan P5."""

import re
import threading
from collections.abc import Collection

from journal.journal import Journal

CITED = re.compile(rb'"([0-9a-f]{64})"')
"""Whatever in an entry looks like a hash; it is a file's where a file of that hash is kept."""
SEGMENT = 2_000
"""Entries read at a time."""
PAUSE_SECONDS = 0.02
"""Between two segments: whoever asks the program meanwhile comes first."""


class CitedFiles:
    """Tells which files entries cite 引用判定. The journal is read once, and from there on what has come since."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._position = 0
        self._found: set[bytes] = set()

    def read(self, stop: threading.Event) -> bool:
        """Read up to the present; False where it was told to stop before."""
        while entries := self._journal.since(self._position, SEGMENT):
            for entry in entries:
                self._found.update(bytes.fromhex(found.decode()) for found in CITED.findall(entry.state))
            self._position = entries[-1].position
            if stop.wait(PAUSE_SECONDS):
                return False
        return True

    def among(self, digests: Collection[str]) -> set[str]:
        """Those of some hashes that an entry cites, as far as was read."""
        return {digest for digest in digests if bytes.fromhex(digest) in self._found}
