"""The salt of the enterprises' ids (plan P1, P7): one an installation, whoever comes first, and told by nothing that leaves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from domain.kernel import Refused
from domain.participants.firm_ids import salt_stream
from journal import Journal, open_journal
from journal.secrets.firm_salt import FirmSalt

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def now() -> datetime:
    return datetime.now(UTC)


def test_processes_that_import_at_once_agree_on_one_salt(journal: Journal, url: str) -> None:
    together = Barrier(4)

    def process(_number: int) -> str:
        own = open_journal(url)
        try:
            together.wait()
            return FirmSalt(own, KEY).known_or_drawn(now)
        finally:
            own.close()

    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(process, range(4)))
    assert len(found) == 1
    [entry] = journal.read(salt_stream())
    assert found.pop().encode() not in entry.state


def test_two_installations_have_two_salts(journal: Journal, tmp_path: Path) -> None:
    other = open_journal(f"sqlite:///{tmp_path / 'other.db'}")
    assert FirmSalt(journal, KEY).known_or_drawn(now) != FirmSalt(other, KEY).known_or_drawn(now)
    other.close()


def test_a_salt_is_read_again_with_journal_and_master_key_alone(journal: Journal) -> None:
    drawn = FirmSalt(journal, KEY).known_or_drawn(now)
    assert FirmSalt(journal, KEY).known_or_drawn(now, "00" * 32) == drawn


def test_under_another_master_key_no_id_is_made_up(journal: Journal) -> None:
    FirmSalt(journal, KEY).known_or_drawn(now)
    with pytest.raises(Refused) as refused:
        FirmSalt(journal, OTHER_KEY).known_or_drawn(now)
    assert refused.value.rule.code == "FIRM_SALT_SEALED"
    assert len(journal.read(salt_stream())) == 1
