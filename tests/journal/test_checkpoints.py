"""Checkpoints 检查点 and what they are for: a rewrite that leaves every hash right is found, and the log signs no two histories."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from journal import Journal, Verified, verify
from journal.digests import SHA256
from journal.entries import Entry
from journal.transparency.checkpoints import Checkpoint, read_checkpoint
from journal.transparency.log_key import LogKeyUnusable
from journal.transparency.merkle import consistent
from journal.transparency.signed_notes import Note, NoteRefused, SigningKey, SigningKind
from journal.transparency.transparency_log import NotSigned, SigningRefused, TransparencyLog, contradicted, open_log
from tests.journal.forging import fill, rewrite
from tests.journal.test_tampering import Intruder

ORIGIN = "log.example/city"
Forge = Callable[[Sequence[Entry]], Sequence[Entry]]


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "log.key"


@pytest.fixture
def log(journal: Journal, url: str, key_file: Path) -> Iterator[TransparencyLog]:
    opened = open_log(journal, url, key_file, ORIGIN)
    yield opened
    opened.close()


def test_a_checkpoint_says_size_and_root_and_is_signed_by_the_log(journal: Journal, log: TransparencyLog) -> None:
    fill(journal, 5)
    note = log.checkpoint()
    head = journal.head()
    assert read_checkpoint(note, log.keys().verifiers) == Checkpoint(ORIGIN, 5, head.root)
    assert note.text.startswith("log.example/city\n5\n")
    assert Note.parse(str(note)) == note


def test_the_empty_journal_has_a_checkpoint_too(log: TransparencyLog) -> None:
    assert Checkpoint.parse(log.checkpoint().text) == Checkpoint(ORIGIN, 0, SHA256.empty)


def test_nothing_new_is_signed_while_nothing_was_appended(journal: Journal, log: TransparencyLog) -> None:
    fill(journal, 5)
    assert log.checkpoint() == log.checkpoint()
    assert [one.size for one in log.checkpoints()] == [5]
    fill(journal, 2, after=5)
    assert log.signed() == log.signed(5)
    log.checkpoint()
    assert [one.size for one in log.checkpoints()] == [5, 7]
    assert log.signed() == log.signed(7)
    assert log.signed(6) is None


def test_checkpoints_extend_each_other(journal: Journal, log: TransparencyLog) -> None:
    for batch in range(4):
        fill(journal, 3, f"thing/{batch}")
        log.checkpoint()
    kept = log.checkpoints()
    for old in kept:
        for new in kept[kept.index(old) :]:
            proof = log.consistency(old.size, new.size)
            assert consistent(new.digest, old.root, old.size, new.root, new.size, proof)
    for old_size, size in ((3, 5), (13, 12), (-1, 12)):
        with pytest.raises(NotSigned):
            log.consistency(old_size, size)


def test_the_key_is_the_owners_alone_and_outlives_the_process(
    journal: Journal, log: TransparencyLog, url: str, key_file: Path
) -> None:
    assert key_file.stat().st_mode & 0o777 == 0o600
    again = open_log(journal, url, key_file, "another.example/name")
    assert again.keys() == log.keys()
    again.close()
    key_file.chmod(0o640)
    with pytest.raises(LogKeyUnusable, match="chmod 600"):
        open_log(journal, url, key_file)
    key_file.chmod(0o600)
    for damaged in ("", "x\n", str(SigningKey.generate("w", SigningKind.COSIGNATURE).secret_text()) + "\n"):
        key_file.write_text(damaged, "utf-8")
        with pytest.raises(LogKeyUnusable):
            open_log(journal, url, key_file)


def test_a_log_without_a_name_is_given_one_that_no_other_has(journal: Journal, url: str, tmp_path: Path) -> None:
    names = set()
    for number in range(2):
        opened = open_log(journal, url, tmp_path / f"{number}" / "log.key")
        names.add(opened.keys().signing.name)
        opened.close()
    assert len(names) == 2


def test_a_changed_key_goes_on_where_the_old_one_stopped(journal: Journal, log: TransparencyLog) -> None:
    fill(journal, 4)
    old = log.keys().signing.verifier
    before = log.checkpoint()
    handover = log.rotate()
    new = log.keys().signing.verifier
    assert new != old
    assert new.name == old.name
    assert set(handover.signed_by([old, new])) == {old, new}
    assert log.signed() == handover
    assert log.checkpoint() == handover
    fill(journal, 1, "thing/b")
    after = log.checkpoint()
    assert set(after.signed_by([old, new])) == {new}
    assert log.keys().retired == (old,)
    assert {one.size for one in log.checkpoints()} == {4, 5}
    with pytest.raises(NoteRefused):
        read_checkpoint(after, [old])
    assert read_checkpoint(before, log.keys().verifiers).size == 4


def test_many_signers_at_once_sign_one_history(
    journal: Journal, url: str, key_file: Path, log: TransparencyLog
) -> None:
    logs = [log, open_log(journal, url, key_file)]
    failed = []

    def sign(number: int) -> None:
        try:
            for batch in range(5):
                fill(journal, 1, f"thing/{number}-{batch}")
                logs[number % 2].checkpoint()
        except Exception as error:  # noqa: BLE001 - shown below
            failed.append(error)

    threads = [threading.Thread(target=sign, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    kept = log.checkpoints()
    assert len({one.size for one in kept}) == len(kept)
    assert log.checkpoint() == log.signed(20)
    assert contradicted(journal, kept) is None
    logs[1].close()


def changed(entries: Sequence[Entry]) -> Sequence[Entry]:
    return [*entries[:4], replace(entries[4], state=b"forged"), *entries[5:]]


def removed(entries: Sequence[Entry]) -> Sequence[Entry]:
    return [*entries[:4], *entries[5:]]


def inserted(entries: Sequence[Entry]) -> Sequence[Entry]:
    return [*entries[:4], replace(entries[4], actor="wang"), *entries[4:]]


def reordered(entries: Sequence[Entry]) -> Sequence[Entry]:
    return [*entries[:4], entries[5], entries[4], *entries[6:]]


def truncated(entries: Sequence[Entry]) -> Sequence[Entry]:
    return entries[:-1]


def truncated_and_grown(entries: Sequence[Entry]) -> Sequence[Entry]:
    return [*entries[:-1], replace(entries[-1], reason="其他"), replace(entries[-1], reason="再加一条")]


def set_back_in_time(entries: Sequence[Entry]) -> Sequence[Entry]:
    return [replace(entry, at=entry.at - 86_400_000_000) for entry in entries]


def emptied(_entries: Sequence[Entry]) -> Sequence[Entry]:
    return []


FORGERIES = (changed, removed, inserted, reordered, truncated, truncated_and_grown, set_back_in_time, emptied)


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_rewrite_with_every_hash_right_is_signed_by_nobody_and_found_by_any_checkpoint(
    journal: Journal, log: TransparencyLog, url: str, forge: Forge
) -> None:
    entries = fill(journal, 9)
    kept_elsewhere = Checkpoint.parse(log.checkpoint().text)
    assert contradicted(journal, log.checkpoints()) is None
    rewrite(url, forge(entries))
    assert isinstance(verify(journal), Verified), "the forgery is a whole journal of its own"
    with pytest.raises(SigningRefused):
        log.checkpoint()
    with pytest.raises(SigningRefused):
        log.rotate()
    assert contradicted(journal, [kept_elsewhere]) == kept_elsewhere
    assert contradicted(journal, log.checkpoints()) == kept_elsewhere


def test_a_forged_head_is_not_signed(journal: Journal, log: TransparencyLog, url: str) -> None:

    fill(journal, 9)
    with closing(Intruder(url)) as intruder:
        intruder.write("head", "root", "true", b"\x07" * 32)
    with pytest.raises(SigningRefused, match="head does not match"):
        log.checkpoint()


def test_a_database_set_back_to_a_backup_with_its_checkpoints_is_known_by_the_file_beside_the_key(
    journal: Journal, log: TransparencyLog, url: str
) -> None:
    entries = fill(journal, 5)
    log.checkpoint()
    fill(journal, 4, after=5)
    log.checkpoint()
    rewrite(url, entries)

    with closing(Intruder(url)) as intruder:
        if not intruder.sqlite:
            intruder.run("ALTER TABLE checkpoints DISABLE TRIGGER USER")
        intruder.run("DELETE FROM checkpoints WHERE size > 5")
    assert log.signed() == log.signed(5)
    with pytest.raises(SigningRefused, match="set back: 9 entries were signed for, 5 are there"):
        log.checkpoint()


def test_a_checkpoint_signed_but_not_yet_kept_when_the_power_went_is_kept_next_time(
    journal: Journal, log: TransparencyLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(journal, 5)

    class Cut(Exception):  # noqa: N818 - not a fault of ours
        pass

    def cut(*_: object) -> None:
        raise Cut

    with monkeypatch.context() as broken:
        broken.setattr(log, "_keep", cut)
        with pytest.raises(Cut):
            log.checkpoint()
    assert log.signed() is None
    note = log.checkpoint()
    assert log.signed(5) == note


def test_a_checkpoint_slipped_into_the_database_is_not_taken_for_ours(
    journal: Journal, log: TransparencyLog, url: str
) -> None:

    fill(journal, 5)
    forger = SigningKey.generate(ORIGIN, SigningKind.ED25519)
    text = Checkpoint(ORIGIN, 3, b"\x07" * 32).text
    note = str(Note(text, (forger.sign(text),)))
    connection: Any = (
        sqlite3.connect(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else psycopg2.connect(url)
    )
    with closing(connection):
        mark = "?" if url.startswith("sqlite") else "%s"
        connection.cursor().execute(f"INSERT INTO checkpoints VALUES (3, 'k', 1, {mark})", (note,))
        connection.commit()
    with pytest.raises(SigningRefused, match="not this log's"):
        log.checkpoint()
    with pytest.raises(NoteRefused):
        log.checkpoints()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log.example/city\n5\n",
        "log.example/city\n05\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log.example/city\n-5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log.example/city\n５\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log.example/city\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
        "log.example/city\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
        "\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log.example/city\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
        "log.example/city\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\nmore\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        Checkpoint.parse(text)


def test_a_checkpoint_of_another_log_is_read_with_its_extensions() -> None:
    text = "log.example/city\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nmore\n"
    assert Checkpoint.parse(text).size == 5


def test_a_key_vouches_for_the_origin_of_its_own_name_only() -> None:
    other = SigningKey.generate("other.example/log", SigningKind.ED25519)
    text = Checkpoint(ORIGIN, 5, b"\x07" * 32).text
    with pytest.raises(NoteRefused, match="not the log that is trusted"):
        read_checkpoint(Note(text, (other.sign(text),)), [other.verifier])
    witness = SigningKey.generate(ORIGIN, SigningKind.COSIGNATURE)
    with pytest.raises(NoteRefused, match="not the log that is trusted"):
        read_checkpoint(Note(text, (witness.sign(text, 1),)), [witness.verifier])
