"""SM3 at the command line 国密选项: chosen once by ZHENDUAN_DIGEST, kept for good, told by everything that leaves (plan P5)."""

import shutil
from pathlib import Path

import pytest

from journal.digests import SHA256, SM3
from zhenduan.__main__ import main
from zhenduan.settings import DIGEST, Settings, from_environment
from zhenduan.wiring import opened


def run(data: Path, *arguments: str) -> int:
    return main(["--data", str(data), *arguments])


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """An installation made with SM3, and then used without the setting."""
    data = tmp_path / "city"
    monkeypatch.setenv(DIGEST, "sm3")
    assert run(data, "init") == 0
    monkeypatch.delenv(DIGEST)
    capsys.readouterr()
    return data


def test_the_setting_names_an_algorithm_or_nothing() -> None:
    assert from_environment(environment={}).digest is None
    assert from_environment(environment={DIGEST: "sm3"}).digest == SM3
    assert from_environment(environment={DIGEST: "sha256"}).digest == SHA256


def test_what_was_chosen_once_is_kept_and_another_setting_is_refused(
    city: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(city, "verify") == 0
    assert "(sm3)" in capsys.readouterr().out
    for setting, says in (("sha256", "made with sm3, sha256 is asked for"), ("md5", "no such algorithm: md5")):
        monkeypatch.setenv(DIGEST, setting)
        assert run(city, "verify") == 2
        assert says in capsys.readouterr().err


def test_a_proof_of_an_sm3_log_is_verified_offline(city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(city, "log-key") == 0
    key = capsys.readouterr().out.strip()
    assert key.partition("+")[0].endswith("/sm3")
    proof = tmp_path / "3.proof"
    assert run(city, "prove", "3", "--with-entry", "--output", str(proof)) == 0
    assert run(tmp_path / "nowhere", "verify-proof", str(proof), "--log-key", key) == 0
    proof.write_text(proof.read_text("utf-8").replace("zhenduan.tlog-proof-sm3.v1", "c2sp.org/tlog-proof@v1"), "utf-8")
    assert run(tmp_path / "nowhere", "verify-proof", str(proof), "--log-key", key) == 1
    assert "another algorithm" in capsys.readouterr().err


def test_a_backup_of_an_sm3_city_comes_back_as_one_and_under_no_other_setting(
    city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, there = tmp_path / "city.backup", tmp_path / "there"
    assert run(city, "checkpoint") == 0
    assert run(city, "backup", str(file)) == 0
    assert run(tmp_path / "nowhere", "check-backup", str(file)) == 0
    there.mkdir()
    shutil.copy(city / "log.key", there / "log.key")
    monkeypatch.setenv(DIGEST, "sha256")
    assert run(there, "restore", str(file)) == 1
    assert "hashed with sm3" in capsys.readouterr().err
    monkeypatch.delenv(DIGEST)
    assert run(there, "restore", str(file)) == 0
    assert run(there, "verify") == 0
    with opened(Settings(city)) as old, opened(Settings(there)) as new:
        assert new.services.journal.head() == old.services.journal.head()
        assert new.services.journal.head().algorithm == "sm3"
        assert new.log.checkpoint() == old.log.checkpoint()
