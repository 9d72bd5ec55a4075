"""Backup and restore at the command line 备份与恢复: a lived-in city, lost and brought back (plan P5)."""

import json
import shutil
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from api.kit.ids import key_of
from api.kit.published import declared
from api.schema import build_schema
from api.server.operations import Operations
from tests.live_city import LiveCity, followed, live_city
from zhenduan.__main__ import main
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened

EVIDENCE = b"%PDF-1.7 evidence of the firm\n%%EOF\n"
PASSWORD = "correct horse battery"
PEOPLE = "{ people(first: 50) { nodes { id name erased } } }"


def run(data: Path, *arguments: str) -> int:
    return main(["--data", str(data), *arguments])


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The folder of a city with evidence and an erased person; `copy` beside it is from before the erasure."""
    data = tmp_path / "before"
    with live_city(data, "sqlite") as city:
        with followed(city):
            diagnosis = city.submitted()
            city.done("provider", "acceptDiagnosis", diagnosis=diagnosis)
            digest = city.uploaded("provider", "规划.pdf", EVIDENCE)
            city.done("provider", "attachEvidence", diagnosis=diagnosis, sha256=digest, indicators=["Z01"])
        (data / "token").write_text(city.tokens["city"], "utf-8")
        shutil.copytree(data, tmp_path / "copy")
        with followed(city):
            city.done("city", "erasePerson", "", person="stranger")
    return data


def people(installation: Installation, token: str) -> dict[str, tuple[str, bool]]:
    city = LiveCity(installation, Operations(installation.services, build_schema(), declared(build_schema())), {"city": token})
    nodes = city.data("city", PEOPLE)["people"]["nodes"]
    return {key_of(node["id"], "person"): (node["name"], node["erased"]) for node in nodes}


def brought_back(before: Path, there: Path, file: Path) -> None:
    there.mkdir(exist_ok=True)
    shutil.copy(before / "log.key", there / "log.key")
    assert run(there, "restore", str(file), "--accept-missing") == 0


def test_a_city_is_lost_and_brought_back(before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, there = tmp_path / "city.backup", tmp_path / "there"
    assert run(before, "checkpoint") == 0
    assert run(before, "backup", str(file)) == 0
    assert run(before, "backup", str(file)) == 1
    capsys.readouterr()
    assert run(before, "log-key") == 0
    key = capsys.readouterr().out.strip()
    assert run(tmp_path / "nowhere", "check-backup", str(file), "--log-key", key) == 0
    assert run(tmp_path / "nowhere", "check-backup", str(file)) == 0
    assert run(tmp_path / "nowhere", "check-backup", str(file), "--log-key", "x") == 1
    assert not (tmp_path / "nowhere").exists()
    assert run(there, "restore", str(file)) == 2
    assert "--new-log" in capsys.readouterr().err
    assert not there.exists()

    brought_back(before, there, file)
    assert run(there, "restore", str(file), "--accept-missing") == 1
    assert "not empty" in capsys.readouterr().err
    assert run(there, "verify") == 0
    with opened(Settings(before)) as old, opened(Settings(there)) as new:
        assert new.services.journal.head() == old.services.journal.head()
        assert new.log.checkpoint() == old.log.checkpoint()
        assert new.services.blobs.get(sha256(EVIDENCE).hexdigest()) == EVIDENCE


def test_a_broken_disclosure_log_is_told_by_every_step_and_comes_back_as_it_was_on_the_operators_word(
    before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("1.jsonl", "2.jsonl"):
        assert run(before, "export-trail", "--out", str(tmp_path / name)) == 0
    with opened(Settings(before)) as installation:
        kept = list(installation.services.disclosures.rows())
    assert len(kept) == 2
    assert run(before, "backup", str(tmp_path / "whole.backup")) == 0
    assert f"{len(kept)} 行" in capsys.readouterr().out
    forger = sqlite3.connect(before / "disclosures.db", isolation_level=None)
    forger.execute("DROP TRIGGER disclosures_keep")
    forger.execute("UPDATE disclosures SET person = 'nobody' WHERE id = 1")
    forger.close()
    file, there = str(tmp_path / "city.backup"), tmp_path / "there"
    assert run(before, "backup", file) == 1
    there.mkdir()
    for name in ("log.key", "master.key"):
        shutil.copy(before / name, there / name)
    vault = str(tmp_path / "city.vault")
    capsys.readouterr()
    assert run(before, "backup-vault", vault, "--json") == 0
    with closing(sqlite3.connect(before / "vault.db")) as database:
        [(kept_keys, destroyed)] = database.execute("SELECT count(wrapped), count(*) - count(wrapped) FROM person_keys")
    assert (json.loads(capsys.readouterr().out)["keys"], destroyed) == (kept_keys - 1, 1)
    for arguments in (["check-backup", file], ["restore", file, "--vault", vault]):
        capsys.readouterr()
        assert run(there, *arguments) == 1
        assert f"{kept[0].writer}/1: " in capsys.readouterr().err
    assert not (there / "journal.db").exists()
    assert run(there, "restore", file, "--vault", vault, "--accept-missing") == 0
    with opened(Settings(there)) as installation:
        assert list(installation.services.disclosures.rows()) == [kept[0]._replace(person="nobody"), *kept[1:]]


def test_without_the_vault_names_are_unreadable_and_with_an_older_one_the_erased_stay_erased(
    before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "city.backup"
    token = (before / "token").read_text("utf-8")
    assert run(before, "backup", str(file)) == 0

    bare = tmp_path / "bare"
    brought_back(before, bare, file)
    capsys.readouterr()
    given = ("--name", "王示例", "--role", "city", "--organisation", "city", "--password", PASSWORD)
    assert run(bare, "invite", "wang", *given) == 0
    with opened(Settings(bare)) as installation:
        signed_in = installation.accounts.sign_in("wang", PASSWORD)
        assert signed_in is not None
        names = people(installation, signed_in.token)
    assert names["stranger"] == ("已删除", True)
    assert names["city"] == ("密钥缺失", False)
    assert ("王示例", False) in names.values()

    older = tmp_path / "older"
    older.mkdir()
    for name in ("vault.db", "vault.db-wal", "master.key"):
        if (tmp_path / "copy" / name).exists():
            shutil.copy(tmp_path / "copy" / name, older / name)
    with opened(Settings(tmp_path / "copy")) as installation:
        assert people(installation, token)["stranger"] == ("示例人员stranger", False), "the older vault holds the key"
    brought_back(before, older, file)
    with opened(Settings(older)) as installation:
        names = people(installation, token)
    assert names["stranger"] == ("已删除", True)
    assert names["city"] == ("示例人员city", False)


def test_a_key_that_is_not_the_logs_own_does_not_go_on_with_it(
    before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, there = tmp_path / "city.backup", tmp_path / "there"
    assert run(before, "checkpoint") == 0
    assert run(before, "backup", str(file)) == 0
    capsys.readouterr()
    assert run(before, "log-key") == 0
    key = capsys.readouterr().out.strip()
    assert run(tmp_path / "other", "init") == 0
    there.mkdir()
    shutil.copy(tmp_path / "other" / "log.key", there / "log.key")
    assert run(there, "restore", str(file), "--log-key", key, "--accept-missing") == 1
    assert "not the log's key" in capsys.readouterr().err
    assert [path.name for path in there.iterdir()] == ["log.key"], "nothing is made for a backup that is refused"
    brought_back(before, there, file)


def test_a_new_log_begins_where_the_key_is_lost(before: Path, tmp_path: Path) -> None:
    file, there = tmp_path / "city.backup", tmp_path / "there"
    assert run(before, "checkpoint") == 0
    assert run(before, "backup", str(file)) == 0
    assert run(before, "restore", str(file), "--new-log") == 2, "the old key must not sign for another history"
    assert run(there, "restore", str(file), "--new-log", "--accept-missing") == 0
    assert run(there, "checkpoint") == 0
    assert run(there, "verify") == 0
    assert run(before, "restore", str(file)) == 1


def test_a_damaged_backup_is_told_in_one_line(before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "city.backup"
    assert run(before, "backup", str(file)) == 0
    file.write_bytes(file.read_bytes()[:-100])
    assert run(tmp_path / "there", "check-backup", str(file)) == 1
    assert run(tmp_path / "there", "restore", str(file), "--new-log") == 1
    assert "damaged" in capsys.readouterr().err
    assert run(tmp_path / "there", "check-backup", str(tmp_path / "none")) == 2
