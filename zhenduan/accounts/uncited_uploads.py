"""Uncited uploads 未引用的上传文件: what was sent and nobody cites in time is nobody's to cite, and gone a day later. plan P5.

Two steps, so that no file is lost to a command that is under way: whoever looked it up before the first step has a day to be done.
"""

import time
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from domain.instants import microseconds
from journal.blobs import Blobs
from journal.secrets.vault import Vault
from zhenduan.accounts.uploads import A_DAY, UNCITED, UPLOADS, upsert

KEPT = timedelta(days=7)
"""So long a file waits to be cited."""
AT_ONCE = 500
"""Files that one statement names."""
Cited = Callable[[Collection[str]], set[str]]
"""Those of some hashes that an entry of the journal cites."""


class UncitedUploads:
    """Removes what nobody cites 未引用文件清理. blobs: where the files lie. clock: as uploads are dated by."""

    def __init__(self, vault: Vault, blobs: Blobs, clock: Callable[[], datetime]) -> None:
        self._vault = vault
        self._blobs = blobs
        self._clock = clock

    def expire(self, cited: Cited) -> int:
        """Let nobody cite any more what was not cited in time; how many files."""
        now = self._clock()
        sent_before = UPLOADS.c.received_at <= microseconds(now - KEPT)
        with self._vault.reading() as connection:
            sent = set(connection.execute(select(UPLOADS.c.sha256).where(sent_before)).scalars())
        uncited = sorted(sent - cited(sent))
        for first in range(0, len(uncited), AT_ONCE):
            with self._vault.writing() as connection:
                for digest in uncited[first : first + AT_ONCE]:
                    connection.execute(delete(UPLOADS).where(UPLOADS.c.sha256 == digest, sent_before))
                    upsert(connection, UNCITED, {"sha256": digest, "since": microseconds(now)}, ("sha256",), ("since",))
        return len(uncited)

    def remove_made(self, digests: Iterable[str]) -> int:
        """Remove what the program itself made and need keep no longer; how many files.

        What a unit has sent too goes its own way, and what was put within a day stays: a command may be about to cite it anew.
        """
        with self._vault.reading() as connection:
            sent = set(connection.execute(select(UPLOADS.c.sha256).union(select(UNCITED.c.sha256))).scalars())
        put_before = time.time() - A_DAY.total_seconds()
        return sum(self._blobs.remove(digest, put_before) for digest in digests if digest not in sent)

    def remove(self, cited: Cited) -> int:
        """Remove what for a day nobody might cite and nobody has cited or sent again; how many files."""
        before = microseconds(self._clock() - A_DAY)
        with self._vault.reading() as connection:
            waiting = set(connection.execute(select(UNCITED.c.sha256).where(UNCITED.c.since <= before)).scalars())
            in_use = cited(waiting)
            for digest in waiting - in_use:
                if connection.execute(select(UPLOADS.c.sha256).where(UPLOADS.c.sha256 == digest)).first() is not None:
                    in_use.add(digest)
        put_before = time.time() - A_DAY.total_seconds()
        removed = {digest for digest in waiting - in_use if self._blobs.remove(digest, put_before)}
        gone = {digest for digest in waiting - in_use - removed if self._blobs.size(digest) is None}
        with self._vault.writing() as connection:
            for digest in in_use | removed | gone:
                connection.execute(delete(UNCITED).where(UNCITED.c.sha256 == digest, UNCITED.c.since <= before))
        return len(removed)
