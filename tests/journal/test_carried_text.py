"""A file that people carried 经手文本: what its way did to it is undone or called damage, and never forgery (plan P5)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from journal.secrets.vault import master_key
from journal.text_normalisation import TransportDamaged, carried_text
from journal.transparency.checkpoints import Checkpoint, read_checkpoint
from journal.transparency.log_key import LogKeyFile
from journal.transparency.signed_notes import Note, NoteRefused, SigningKey, SigningKind, VerifierKey
from journal.transparency.witness import Witness
from tests.journal.ways_of_carrying import WAYS
from zhenduan.__main__ import main
from zhenduan.cli.witnessing import read_key

LOG = SigningKey.generate("zhenduan.example/log", SigningKind.ED25519)
WITNESS = SigningKey.generate("310117.example/witness", SigningKind.COSIGNATURE)


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def way(request: pytest.FixtureRequest) -> Callable[[bytes], bytes]:
    found: Callable[[bytes], bytes] = request.param
    return found


def carry(path: Path, way: Callable[[bytes], bytes]) -> None:
    path.write_bytes(way(path.read_bytes()))


def run(data: Path, *arguments: str) -> int:
    return main(["--data", str(data), *arguments])


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("carried") / "city"
    assert run(data, "init") == 0
    return data


def test_a_checkpoint_and_a_proof_hold_however_they_were_carried(
    city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], way: Callable[[bytes], bytes]
) -> None:
    kept, proof = tmp_path / "kept.checkpoint", tmp_path / "3.tlog-proof"
    capsys.readouterr()
    assert run(city, "log-key") == 0
    key = capsys.readouterr().out
    assert run(city, "checkpoint") == 0
    kept.write_text(capsys.readouterr().out, "utf-8")
    assert run(city, "prove", "3", "--with-entry", "--output", str(proof)) == 0
    carry(kept, way)
    carry(proof, way)
    assert run(city, "verify", "--against", str(kept)) == 0
    assert "agrees with 2 checkpoints" in capsys.readouterr().out
    assert run(city, "verify-proof", str(proof), "--log-key", f"\ufeff{key}\r\n") == 0


def test_keys_and_a_witnesss_memory_are_read_however_they_were_carried(
    tmp_path: Path, way: Callable[[bytes], bytes]
) -> None:
    log, master, witness = tmp_path / "log.key", tmp_path / "master.key", tmp_path / "w.key"
    keys, secret = LogKeyFile(log).keys("zhenduan.example/log"), master_key(master)
    LogKeyFile(log).remember(Note("zhenduan.example/log\n0\nx\n", (LOG.sign("x"),)))
    witness.write_text(WITNESS.secret_text() + "\n", "utf-8")
    witness.chmod(0o600)
    text = Checkpoint(LOG.name, 1, bytes(32)).text
    memory = tmp_path / "w.seen"
    memory.write_text(str(Note(text, (WITNESS.sign(text, 7),))), "utf-8")
    for path in (log, master, witness, memory, tmp_path / "log.signed"):
        carry(path, way)
    assert LogKeyFile(log).keys() == keys
    assert LogKeyFile(log).last_signed() is not None
    assert master_key(master) == secret
    assert read_key(witness) == WITNESS
    assert Witness(WITNESS, [LOG.verifier], memory).last() == (Checkpoint(LOG.name, 1, bytes(32)), 7)
    assert VerifierKey.parse(carried_text(way(str(LOG.verifier).encode()))) == LOG.verifier


def test_what_its_way_destroyed_is_called_damage_and_not_another_logs(
    city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    for content in (b"\xff\xfe\x00", b"\xff\xff\xff", b"a half of a checkpoint\n12\n", b""):
        kept.write_bytes(content)
        capsys.readouterr()
        assert run(city, "verify", "--against", str(kept)) == 2
        said = capsys.readouterr().err
        assert "damaged on its way" in said
        assert "codec" not in said, "none of Python's own words"
        assert run(city, "verify-proof", str(kept), "--log-key", str(LOG.verifier)) in (1, 2)
        assert "damaged on its way" in capsys.readouterr().err


def test_a_name_that_only_looks_like_the_logs_is_damage_and_a_forgery_stays_one() -> None:
    text = Checkpoint("zhenduan.example/\u200blog", 1, bytes(32)).text
    with pytest.raises(NoteRefused, match="damaged on its way"):
        read_checkpoint(Note(text, (LOG.sign(text),)), [LOG.verifier])
    other = Checkpoint(LOG.name, 2, bytes(32)).text
    with pytest.raises(NoteRefused, match="does not hold"):
        read_checkpoint(Note.parse(carried_text(str(Note(other, (LOG.sign("x"),))).encode("utf-16"))), [LOG.verifier])
    foreign = Checkpoint("elsewhere.example/log", 1, bytes(32)).text
    with pytest.raises(NoteRefused, match="not the log that is trusted"):
        read_checkpoint(Note(foreign, (LOG.sign(foreign),)), [LOG.verifier])
    with pytest.raises(TransportDamaged):
        carried_text(b"\xff\xff\xff")
