"""Proof at the command line 出证命令: signed, proven, verified offline, compared with what was kept elsewhere (plan P5)."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from journal import open_journal
from journal.entries import canonical
from journal.transparency.checkpoints import Checkpoint
from journal.transparency.log_key import LogKeyFile, LogKeys
from journal.transparency.proof_files import ProofFile
from journal.transparency.signed_notes import Note, SigningKey, SigningKind, VerifierKey
from journal.transparency.transparency_log import SigningRefused
from tests.journal.forging import rewrite
from zhenduan.__main__ import main
from zhenduan.settings import Settings
from zhenduan.wiring import opened

WITNESS = SigningKey.generate("310117.example/witness", SigningKind.COSIGNATURE)


def run(data: Path, *arguments: str) -> int:
    return main(["--data", str(data), *arguments])


@pytest.fixture
def city(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    data = tmp_path / "city"
    assert run(data, "init") == 0
    capsys.readouterr()
    return data


def verifier(data: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert run(data, "log-key") == 0
    return capsys.readouterr().out.splitlines()[0]


def test_an_entry_is_proven_and_the_proof_verified_with_nothing_but_the_file_and_the_key(
    city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, proof = verifier(city, capsys), tmp_path / "3.tlog-proof"
    assert run(city, "prove", "3", "--with-entry", "--output", str(proof)) == 0
    nowhere = tmp_path / "nowhere"
    assert run(nowhere, "verify-proof", str(proof), "--log-key", key) == 0
    assert "holds" in capsys.readouterr().out
    assert not nowhere.exists()
    other = SigningKey.generate(VerifierKey.parse(key).name, SigningKind.ED25519)
    assert run(nowhere, "verify-proof", str(proof), "--log-key", str(other.verifier)) == 1
    assert run(nowhere, "verify-proof", str(proof), "--log-key", key, "--witness-key", str(WITNESS.verifier)) == 0
    needed = ("--log-key", key, "--witness-key", str(WITNESS.verifier), "--needed", "1")
    assert run(nowhere, "verify-proof", str(proof), *needed) == 1
    assert "0 of 1 witnesses" in capsys.readouterr().err
    file = ProofFile.parse(proof.read_text("utf-8"))
    cosigned = Note(file.note.text, (*file.note.signatures, WITNESS.sign(file.note.text, 1_700_000_000)))
    proof.write_text(str(ProofFile(file.index, file.path, cosigned, file.extra)), "utf-8")
    assert run(nowhere, "verify-proof", str(proof), *needed) == 0
    assert "cosigned by 310117.example/witness, 2023-11-14 22:13:20 UTC" in capsys.readouterr().out


def test_the_entry_may_come_beside_the_proof(city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, proof, entry = verifier(city, capsys), tmp_path / "3.tlog-proof", tmp_path / "3.entry"
    assert run(city, "prove", "3") == 0
    proof.write_text(capsys.readouterr().out, "utf-8")
    given = ("verify-proof", str(proof), "--log-key", key)
    assert run(city, *given) == 2
    assert "--entry" in capsys.readouterr().err
    with closing(open_journal(f"sqlite:///{city / 'journal.db'}")) as journal:
        [third] = journal.since(2, 1)
    entry.write_bytes(canonical(3, third.at, third))
    assert run(city, *given, "--entry", str(entry)) == 0
    entry.write_bytes(canonical(3, third.at + 1, third))
    assert run(city, *given, "--entry", str(entry)) == 1
    assert run(city, *given, "--entry", str(tmp_path / "none")) == 2
    assert run(city, "verify-proof", str(entry), "--log-key", key) in (1, 2)
    assert run(city, "prove", "999") == 1
    assert run(city, "prove", "0") == 1


def test_a_rewrite_is_found_against_a_checkpoint_that_was_kept_elsewhere(
    city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(city, "checkpoint") == 0
    kept = tmp_path / "2026.checkpoint"
    kept.write_text(capsys.readouterr().out, "utf-8")
    assert run(city, "verify", "--against", str(kept)) == 0
    assert "agrees with 2 checkpoints" in capsys.readouterr().out
    url = f"sqlite:///{city / 'journal.db'}"
    with closing(open_journal(url)) as journal:
        entries = journal.since(0, 100)
    rewrite(url, [*entries[:4], replace(entries[4], reason="其他"), *entries[5:]])
    assert run(city, "verify") == 1
    assert "says otherwise" in capsys.readouterr().err
    assert run(city, "checkpoint") == 1
    assert run(city, "log-key", "--rotate") == 1
    assert "rewritten" in capsys.readouterr().err
    # he who also removes what was signed here is caught by what was kept elsewhere
    (city / "log.signed").unlink()
    with closing(sqlite3.connect(city / "journal.db")) as database:
        database.execute("DROP TABLE checkpoints")
    assert run(city, "verify") == 0
    assert run(city, "verify", "--against", str(kept)) == 1
    kept.write_text("nothing", "utf-8")
    assert run(city, "verify", "--against", str(kept)) == 2


def test_the_key_is_changed_and_the_old_one_is_still_known(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = verifier(city, capsys)
    assert run(city, "log-key", "--rotate") == 0
    told = capsys.readouterr()
    new, retired = told.out.splitlines()
    assert retired == old != new
    assert Note.parse(told.err[told.err.index(VerifierKey.parse(old).name) :]).signed_by(
        [VerifierKey.parse(old), VerifierKey.parse(new)]
    )
    assert run(city, "verify") == 0


def test_a_witness_is_registered_and_ended(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(city, "register-witness", str(WITNESS.verifier)) == 0
    identity, name, token = capsys.readouterr().out.split()
    assert name == WITNESS.name
    assert token.startswith(f"zdw_{identity}_")
    assert run(city, "end-witness", "0000") == 1
    assert identity in capsys.readouterr().err
    assert run(city, "end-witness", identity) == 0
    assert run(city, "end-witness", identity) == 1
    assert run(city, "register-witness", verifier(city, capsys)) == 2
    assert run(city, "register-witness", "x") == 2


@pytest.mark.parametrize("key", ["log.key", "master.key"])
def test_a_key_that_others_may_read_or_that_is_none_is_told_in_both_languages_with_what_to_do(
    city: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    (city / key).chmod(0o644)
    assert run(city, "verify") == 2
    chinese, english = capsys.readouterr().err.splitlines()
    assert "他人可读" in chinese
    assert "others may read" in english
    assert "chmod 600" in chinese
    assert "chmod 600" in english
    (city / key).chmod(0o600)
    (city / key).write_text("nothing", "utf-8")
    assert run(city, "verify") == 2
    chinese, english = capsys.readouterr().err.splitlines()
    assert "请放回" in chinese
    assert "back in place" in english


def promise(data: Path, more: int) -> None:
    """Have the log sign for the journal and entries beyond it, as one did whose database was put back."""
    file = LogKeyFile(data / "log.key")
    note = file.last_signed()
    assert note is not None
    last = Checkpoint.parse(note.text)
    signing = file.keys().signing
    text = Checkpoint(last.origin, last.size + more, last.root).text
    file.remember(Note(text, (signing.sign(text),)))


def test_what_is_wrong_is_named_by_a_code_and_intact_is_what_ends_with_0(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def verified() -> tuple[int, bool, str | None]:
        capsys.readouterr()
        ended = run(city, "verify", "--json")
        told = json.loads(capsys.readouterr().out)
        return ended, told["intact"], told.get("fault", {}).get("code")

    assert run(city, "checkpoint") == 0
    assert verified() == (0, True, None)
    assert run(city, "verify", "--against", str(city / "log.key"), "--json") == 2
    assert json.loads(capsys.readouterr().out)["intact"] is False
    promise(city, 1)
    assert verified() == (1, False, "JOURNAL_SET_BACK")
    kept = (city / "log.key").read_bytes()
    LogKeyFile(city / "log.key").write(LogKeys(SigningKey.generate("other.example/log", SigningKind.ED25519)))
    assert verified() == (1, False, "CHECKPOINT_OF_ANOTHER_LOG")
    (city / "log.key").write_bytes(kept)
    (city / "log.signed").unlink()
    url = f"sqlite:///{city / 'journal.db'}"
    with closing(open_journal(url)) as journal:
        entries = journal.since(0, 100)
    rewrite(url, [*entries[:4], replace(entries[4], reason="其他"), *entries[5:]])
    assert verified() == (1, False, "JOURNAL_REWRITTEN")
    with closing(sqlite3.connect(city / "journal.db")) as database:
        database.execute("DROP TRIGGER entries_keep")
        database.execute("UPDATE entries SET reason = 'x' WHERE position = 3")
        database.commit()
    assert verified() == (1, False, "JOURNAL_BROKEN")


def test_a_backup_older_than_what_its_log_signed_is_a_rollback_and_never_ready(
    city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, there = str(tmp_path / "move.zip"), tmp_path / "there"
    assert run(city, "checkpoint") == 0
    assert run(city, "backup", file) == 0
    with opened(Settings(city)) as installation:
        installation.services.checks["SIGNED"]()
    promise(city, 1)
    there.mkdir()
    for name in ("log.key", "log.signed", "master.key"):
        shutil.copy(city / name, there / name)
    capsys.readouterr()
    assert run(there, "restore", file) == 1
    told = capsys.readouterr().err
    assert "回退" in told
    assert "rollback" in told
    assert not (there / "journal.db").exists()
    assert run(there, "restore", file, "--accept-older") == 0
    with opened(Settings(there)) as installation, pytest.raises(SigningRefused):
        installation.services.checks["SIGNED"]()
