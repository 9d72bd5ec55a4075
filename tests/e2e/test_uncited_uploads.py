"""Uncited uploads 未引用的上传文件: what nobody cites in time is removed, and nothing else ever is. plan P5."""

import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest

from domain.instants import microseconds
from domain.kernel import name_of
from domain.participants.rosters.bringing_in import RosterBlocked
from domain.participants.rosters.findings import RETURNED_KEPT
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

    def returned(self, *digests: str) -> None:
        """A roster file is returned whole: the file, and what was found of it."""
        number = len(self.journal.read("roster/2026")) + 1
        state = orjson.dumps(dict(zip(("digest", "report"), digests, strict=False)))
        entry = NewEntry("roster/2026", number, name_of(RosterBlocked), state)
        self.journal.append([entry], at=max(microseconds(self.clock.now), self.journal.head().at + 1))

    def pass_days(self, days: timedelta) -> None:
        """Let time pass, for what is dated by our clock and for files, which are dated by the machine's."""
        self.clock.now += days
        for path in self.blobs.folder.rglob("*"):
            if path.is_file():
                then = path.stat().st_mtime - days.total_seconds()
                os.utime(path, (then, then))

    def sweep(self) -> tuple[int, int]:
        assert self.cited.read(NEVER)
        expired, removed = self.uncited.expire(self.cited.among), self.uncited.remove(self.cited.among)
        return expired, removed + self.uncited.remove_made(self.cited.no_longer())


@pytest.fixture
def swept(url: str, tmp_path: Path) -> Iterator[Swept]:
    journal = open_journal(url, demo=True)
    vault, clock = open_vault(url if not url.startswith("sqlite") else f"sqlite:///{tmp_path / 'vault.db'}"), Clock()
    blobs = Blobs(tmp_path / "blobs")
    uploads = SignedUploads(vault, blobs, SECRET, clock)
    yield Swept(journal, blobs, uploads, UncitedUploads(vault, blobs, clock), clock, CitedFiles(journal, clock))
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


def test_a_returned_roster_and_what_was_found_of_it_go_when_their_time_is_over(swept: Swept) -> None:
    file, report, also = swept.send(PDF), swept.blobs.put(b"findings"), swept.blobs.put(b"findings that an import cites too")
    swept.returned(file, report)
    swept.returned(file, also)
    swept.cite(also)
    swept.pass_days(RETURNED_KEPT)
    assert swept.sweep() == (0, 0), "their last day is not over everywhere"
    assert (swept.blobs.get(file), swept.blobs.get(report)) == (PDF, b"findings")
    swept.pass_days(DAY + timedelta(minutes=1))
    assert swept.sweep() == (1, 1), "the file may be cited no more, the report is gone"
    assert swept.blobs.get(report) is None
    swept.pass_days(DAY)
    assert swept.sweep() == (0, 1)
    assert swept.blobs.get(file) is None
    assert swept.blobs.get(also) is not None
    assert swept.sweep() == (0, 0)


def test_what_is_found_again_of_a_returned_roster_is_kept_anew(swept: Swept) -> None:
    report = swept.blobs.put(b"findings")
    swept.returned("0" * 64, report)
    swept.pass_days(RETURNED_KEPT + DAY)
    swept.blobs.put(b"findings")
    assert swept.sweep() == (0, 0), "the command that cites it may be under way"
    swept.returned("1" * 64, report)
    swept.pass_days(RETURNED_KEPT)
    assert swept.sweep() == (0, 0)
    swept.pass_days(DAY)
    assert swept.sweep() == (0, 1)


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
