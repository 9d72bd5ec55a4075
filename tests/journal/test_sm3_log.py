"""SM3 log 国密日志: names, proofs, witnesses, subtrees and backups of the two algorithms are never mistaken (plan P5)."""

import json
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from journal import Journal, open_journal
from journal.backup.format import BackupRefused, open_backup
from journal.backup.restore import restore
from journal.blobs import Blobs
from journal.digests import SHA256, SM3
from journal.entries import canonical
from journal.transparency.checkpoints import Checkpoint, digest_of, origin_for, read_checkpoint
from journal.transparency.log_key import LogKeyUnusable
from journal.transparency.log_tables import SUBTREES, LogTables
from journal.transparency.merkle import includes
from journal.transparency.proof_files import ProofFile, ProofRefused
from journal.transparency.signed_notes import Note, NoteRefused, SigningKey, SigningKind
from journal.transparency.subtrees import TILE
from journal.transparency.transparency_log import TransparencyLog, contradicted, open_log
from journal.transparency.witness import Witness, WitnessRefused
from tests.journal.forging import fill
from tests.journal.test_backup import backed_up, blobs, lived_in
from tests.journal.test_proof_files import independently
from tests.journal.test_sm3 import ORIGIN, journal, log
from tests.journal.test_witness import unasked
from tests.journal.writers import statement

__all__ = ["blobs", "journal", "log"]


@pytest.mark.parametrize(
    ("origin", "digest", "named"),
    [
        ("log.example/city", SM3, "log.example/city/sm3"),
        ("log.example/city/sm3", SM3, "log.example/city/sm3"),
        ("log.example/city", SHA256, "log.example/city"),
        ("sm3", SM3, "sm3/sm3"),
    ],
)
def test_the_name_of_a_log_says_what_it_hashes_with(origin: str, digest: object, named: str) -> None:
    assert isinstance(digest, type(SM3))
    assert origin_for(origin, digest) == named
    assert digest_of(named) == digest


def test_a_checkpoint_of_sm3_is_another_logs_to_whoever_knows_the_name_without_it(
    journal: Journal, log: TransparencyLog
) -> None:
    fill(journal, 4)
    note = log.checkpoint()
    signing = log.keys().signing
    assert read_checkpoint(note, log.keys().verifiers) == Checkpoint(f"{ORIGIN}/sm3", 4, journal.head().root)
    plain = replace(signing, name=ORIGIN)
    assert plain.verifier.id != signing.verifier.id
    with pytest.raises(NoteRefused, match="not the log that is trusted"):
        read_checkpoint(note, [plain.verifier])
    renamed = Note(note.text.replace("/sm3", "", 1), note.signatures)
    with pytest.raises(NoteRefused, match="no key that is trusted"):
        read_checkpoint(renamed, [plain.verifier])


def test_a_proof_of_sm3_is_taken_here_and_by_no_tool_of_the_open_format(journal: Journal, log: TransparencyLog) -> None:
    entries = fill(journal, 7)
    log.checkpoint()
    keys = log.keys().verifiers
    for one in entries:
        file = str(log.prove(one.position))
        shown = canonical(one.position, one.at, one)
        assert ProofFile.parse(file).verified(shown, keys).checkpoint.size == 7
        assert str(ProofFile.parse(file)) == file
        assert not file.startswith("c2sp.org/")
        assert not independently(file, shown, str(keys[0]), [])
        with pytest.raises(ProofRefused, match="another algorithm than its log"):
            ProofFile.parse(file.replace("zhenduan.tlog-proof-sm3.v1", "c2sp.org/tlog-proof@v1"))


def test_a_proof_of_sha256_does_not_pass_for_one_of_sm3(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'plain.db'}"
    with closing(open_journal(url)) as plain, closing(open_log(plain, url, tmp_path / "plain.key", ORIGIN)) as log:
        [one] = fill(plain, 1)
        log.checkpoint()
        file = log.prove(1)
        text = Checkpoint(f"{ORIGIN}/sm3", 1, plain.head().root).text
        signer = SigningKey(f"{ORIGIN}/sm3", SigningKind.ED25519, log.keys().signing.seed)
        swapped = replace(file, note=Note(text, (signer.sign(text),)))
        with pytest.raises(ProofRefused, match="not under this checkpoint"):
            swapped.verified(canonical(1, one.at, one), [signer.verifier])
        with pytest.raises(ProofRefused, match="another algorithm than its log"):
            ProofFile.parse(str(file).replace("c2sp.org/tlog-proof@v1", "zhenduan.tlog-proof-sm3.v1"))


def test_a_journal_is_not_signed_for_under_the_name_of_the_other_algorithm(tmp_path: Path) -> None:
    for number, (digest, origin) in enumerate([(SM3, ORIGIN), (SHA256, f"{ORIGIN}/sm3")]):
        key = tmp_path / f"{number}.key"
        key.write_text(f"{SigningKey.generate(origin, SigningKind.ED25519).secret_text()}\n", "utf-8")
        key.chmod(0o600)
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        says = f"no name of a log that hashes with {digest.name}"
        with closing(open_journal(url, digest=digest)) as made, pytest.raises(LogKeyUnusable, match=says):
            open_log(made, url, key)


def test_a_name_with_the_mark_of_sm3_is_not_given_to_a_log_of_sha256(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'plain.db'}"
    with closing(open_journal(url)) as plain, pytest.raises(LogKeyUnusable, match="no name of a log of sha256"):
        open_log(plain, url, tmp_path / "plain.key", f"{ORIGIN}/sm3")
    with closing(open_journal(url)) as plain, closing(open_log(plain, url, tmp_path / "plain.key", ORIGIN)) as log:
        assert log.keys().signing.name == ORIGIN, "the refused name left no key behind"


def test_a_checkpoint_of_the_other_algorithm_contradicts_a_journal(journal: Journal, log: TransparencyLog) -> None:
    fill(journal, 3)
    kept = Checkpoint.parse(log.checkpoint().text)
    other = Checkpoint(ORIGIN, 3, kept.root)
    assert contradicted(journal, [kept]) is None
    assert contradicted(journal, [other]) == other


def test_a_witness_checks_the_growth_with_the_algorithm_that_the_name_binds(
    journal: Journal, log: TransparencyLog, tmp_path: Path
) -> None:
    """One who is told the name without its mark, as a tool of the open formats would be, signs nothing."""
    key = SigningKey.generate("310117.example/witness", SigningKind.COSIGNATURE)
    fill(journal, 3)
    plain = replace(log.keys().signing, name=ORIGIN).verifier
    with pytest.raises(WitnessRefused, match="cannot be trusted"):
        Witness(key, [plain], tmp_path / "plain.seen").cosign(str(log.checkpoint()), unasked)
    own = Witness(key, [log.keys().signing.verifier], tmp_path / "own.seen")
    own.cosign(str(log.checkpoint()), unasked)
    fill(journal, 2, after=3)
    assert own.cosign(str(log.checkpoint()), log.consistency)


def test_subtrees_say_what_they_are_hashed_with_and_those_of_the_other_are_not_read(
    journal: Journal, log: TransparencyLog, url: str
) -> None:
    entries = fill(journal, TILE + 5)
    with closing(LogTables(url)) as tables:
        with tables.writing() as connection:
            tables.add(connection, SUBTREES, [{"algorithm": "sha256", "level": 1, "number": 0, "hash": b"\x07" * 32}])
        log.checkpoint()
        path = log.subtrees.inclusion(0, entries[0].leaf, TILE + 5, journal.head().root)
        assert includes(SM3, journal.head().root, TILE + 5, 0, entries[0].leaf, path)
        with tables.reading() as connection:
            counted = select(SUBTREES.c.algorithm, func.count()).group_by(SUBTREES.c.algorithm)
            assert sorted(map(tuple, connection.execute(counted))) == [("sha256", 1), ("sm3", 1)]


def test_subtrees_from_before_there_was_a_choice_are_made_anew(url: str, tmp_path: Path) -> None:
    with closing(open_journal(url)) as plain:
        entries = fill(plain, TILE)
        statement(url, "CREATE TABLE subtrees (level int, number bigint, hash text, PRIMARY KEY (level, number))")
        with closing(open_log(plain, url, tmp_path / "plain.key", ORIGIN)) as log:
            log.checkpoint()
            assert log.subtrees.inclusion(0, entries[0].leaf, TILE, plain.head().root)


# Backup


def test_a_backup_states_its_algorithm_and_goes_into_no_journal_of_the_other(
    journal: Journal, log: TransparencyLog, blobs: Blobs, tmp_path: Path
) -> None:
    lived_in(journal, log, blobs)
    assert backed_up(tmp_path / "b.zip", journal, log, blobs).algorithm == "sm3"
    with closing(open_journal(f"sqlite:///{tmp_path / 'plain.db'}")) as plain, open_backup(tmp_path / "b.zip") as backup:
        assert backup.checked(log.keys().verifiers).algorithm == "sm3"
        with pytest.raises(BackupRefused, match="hashed with sm3, the journal was made with sha256"):
            restore(backup, plain, blobs, log.keys().verifiers)
        assert plain.head().size == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"algorithm": "sha256"}, "does not hash with sha256"),
        ({"algorithm": "md5"}, "not known"),
        ({"algorithm": ["sm3"]}, "not known"),
        ({"algorithm": None}, "does not hash with sha256"),
    ],
)
def test_a_backup_whose_algorithm_was_changed_is_refused(
    journal: Journal, log: TransparencyLog, blobs: Blobs, tmp_path: Path, change: dict[str, object], says: str
) -> None:
    lived_in(journal, log, blobs)
    backed_up(tmp_path / "b.zip", journal, log, blobs)
    with zipfile.ZipFile(tmp_path / "b.zip") as whole, zipfile.ZipFile(tmp_path / "c.zip", "w") as changed:
        for name in whole.namelist():
            data = whole.read(name)
            if name == "manifest.json":
                stated = json.loads(data) | change
                data = json.dumps({key: value for key, value in stated.items() if value is not None}).encode()
            changed.writestr(name, data)
    with pytest.raises(BackupRefused, match=says), open_backup(tmp_path / "c.zip") as backup:
        backup.checked()
