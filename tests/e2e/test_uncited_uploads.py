"""Uncited uploads 未引用的上传文件: what nobody cites in time is removed, and nothing else ever is. plan P5."""

import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from journal import NewEntry, open_journal
from journal.blobs import Blobs
from journal.cited_files import CitedFiles
from journal.journal import Journal
from journal.secrets.vault import open_vault
from tests.e2e.test_uploads import PDF, SECRET, Clock, ticket
from tests.small_city import FILLER, PROVIDER
from zhenduan.accounts.uncited_uploads import UncitedUploads
from zhenduan.accounts.uploads import SignedUploads

DAY = timedelta(days=1)
NEVER = threading.Event()
SEVEN_DAYS = timedelta(days=7)


class Swept(NamedTuple):
    """An installation's uploads, and what removes them."""

    journal: Journal
    blobs: Blobs
    uploads: SignedUploads
    uncited: UncitedUploads
    clock: Clock
    cited: CitedFiles

    def send(self, data: bytes) -> str:
        return self.uploads.receive(ticket(self.uploads), data).sha256

    def cite(self, digest: str) -> None:
        number = len(self.journal.read("evidence/1")) + 1
        entry = NewEntry("evidence/1", number, "evidence.attached.v1", b'{"sha256":"%s"}' % digest.encode())
        self.journal.append([entry], at=self.journal.head().at + 1)

    def pass_days(self, days: timedelta) -> None:
        """Let time pass, for what is dated by our clock and for files, which are dated by the machine's."""
        self.clock.now += days
        for path in self.blobs.folder.rglob("*"):
            if path.is_file():
                then = path.stat().st_mtime - days.total_seconds()
                os.utime(path, (then, then))

    def sweep(self) -> tuple[int, int]:
        assert self.cited.read(NEVER)
        return self.uncited.expire(self.cited.among), self.uncited.remove(self.cited.among)


@pytest.fixture
def swept(url: str, tmp_path: Path) -> Iterator[Swept]:
    journal = open_journal(url, demo=True)
    vault, clock = open_vault(url if not url.startswith("sqlite") else f"sqlite:///{tmp_path / 'vault.db'}"), Clock()
    blobs = Blobs(tmp_path / "blobs")
    uploads = SignedUploads(vault, blobs, SECRET, clock)
    yield Swept(journal, blobs, uploads, UncitedUploads(vault, blobs, clock), clock, CitedFiles(journal))
    vault.close()
    journal.close()


def test_what_nobody_cites_for_a_week_may_be_cited_no_more_and_is_gone_a_day_later(swept: Swept) -> None:
    digest = swept.send(PDF)
    swept.pass_days(SEVEN_DAYS - timedelta(minutes=1))
    assert swept.sweep() == (0, 0)
    assert swept.uploads.find(FILLER, digest) is not None
    swept.pass_days(timedelta(minutes=1))
    assert swept.sweep() == (1, 0)
    assert swept.uploads.find(FILLER, digest) is None
    assert swept.blobs.get(digest) == PDF
    swept.pass_days(DAY)
    assert swept.sweep() == (0, 1)
    assert swept.blobs.get(digest) is None
    assert swept.sweep() == (0, 0)


def test_what_an_entry_cites_is_its_units_to_cite_again_for_ever(swept: Swept) -> None:
    digest = swept.send(PDF)
    swept.cite(digest)
    for _ in range(5):
        swept.pass_days(SEVEN_DAYS)
        assert swept.sweep() == (0, 0)
    assert swept.uploads.find(FILLER, digest) is not None
    assert swept.blobs.get(digest) == PDF


def test_a_command_that_was_under_way_as_its_file_expired_keeps_it(swept: Swept) -> None:
    digest = swept.send(PDF)
    swept.pass_days(SEVEN_DAYS)
    assert swept.sweep() == (1, 0)
    swept.cite(digest)
    for _ in range(3):
        swept.pass_days(DAY)
        assert swept.sweep() == (0, 0)
    assert swept.blobs.get(digest) == PDF


def test_a_file_that_is_sent_again_waits_anew_whichever_unit_sends_it(swept: Swept) -> None:
    digest = swept.send(PDF)
    swept.pass_days(SEVEN_DAYS)
    assert swept.sweep() == (1, 0)
    swept.uploads.receive(ticket(swept.uploads, PROVIDER), PDF)
    swept.pass_days(DAY)
    assert swept.sweep() == (0, 0)
    assert (swept.uploads.find(FILLER, digest), swept.blobs.get(digest)) == (None, PDF)
    assert swept.uploads.find(PROVIDER, digest) is not None


def test_a_file_whose_taking_in_was_cut_off_is_removed_too(swept: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Blobs.put

    def killed(blobs: Blobs, data: bytes) -> str:
        kept(blobs, data)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Blobs, "put", killed)
        with pytest.raises(KeyboardInterrupt):
            swept.send(PDF)
    assert len([one for one in swept.blobs.folder.rglob("*") if one.is_file()]) == 1
    swept.pass_days(DAY)
    assert swept.sweep() == (0, 1)
    assert [one for one in swept.blobs.folder.rglob("*") if one.is_file()] == []


def test_of_what_no_unit_sent_nothing_is_removed(swept: Swept) -> None:
    """A report that was set, and every file of a database that another has been put in place of."""
    digest = swept.blobs.put(b"%PDF of our own")
    swept.pass_days(10 * SEVEN_DAYS)
    assert swept.sweep() == (0, 0)
    assert swept.blobs.get(digest) is not None


def test_a_file_that_is_put_while_it_is_taken_away_is_there_afterwards(tmp_path: Path) -> None:
    """Whoever put it either made it young before it was judged, or finds none and keeps it anew."""
    blobs, rounds = Blobs(tmp_path), 300
    digest = blobs.put(PDF)
    path = next(tmp_path.rglob(digest))
    start, done = threading.Barrier(2), threading.Barrier(2)

    def putting() -> None:
        for _ in range(rounds):
            start.wait()
            blobs.put(PDF)
            done.wait()

    thread = threading.Thread(target=putting)
    thread.start()
    taken = 0
    for _ in range(rounds):
        os.utime(path, (0, 0))
        start.wait()
        taken += blobs.remove(digest, time.time() - 60)
        done.wait()
        assert blobs.get(digest) == PDF
    thread.join()
    assert 0 <= taken <= rounds
    assert [one.name for one in (tmp_path / "arriving").iterdir()] == []
