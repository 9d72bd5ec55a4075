"""The vault is saved whole and brought along 密库备份, on each engine and across them; what is missing is said (plan P5, P7)."""

import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import MetaData

from journal.secrets.vault import PROBES, SCHEMA
from journal.secrets.vault_copy import tables_of
from tests.live_city import PEOPLE, live_city
from zhenduan.__main__ import main
from zhenduan.settings import DATABASE, Settings
from zhenduan.wiring import opened

INVITED = ("--name", "王示例", "--role", "city", "--organisation", "city", "--password", "correct horse battery")
PAIRS = [("sqlite", "sqlite"), ("sqlite", "postgres"), ("postgres", "sqlite"), ("postgres", "postgres")]


@dataclass(frozen=True)
class Drill:
    """One city to be lost and one place to bring it back to; each on its own engine."""

    data: Path
    database: str | None
    there: Path
    other: str | None
    files: Path
    use: Callable[[str | None], None]

    def run(self, *arguments: str) -> int:
        self.use(self.database)
        return main(["--data", str(self.data), *arguments])

    def run_there(self, *arguments: str) -> int:
        self.use(self.other)
        return main(["--data", str(self.there), *arguments])

    def saved(self) -> tuple[str, str]:
        backup, vault = str(self.files / "city.zip"), str(self.files / "city.vault")
        assert self.run("backup", backup) == 0
        assert self.run("backup-vault", vault) == 0
        return backup, vault

    def keys_put_back(self, *names: str) -> None:
        self.there.mkdir(mode=0o700, exist_ok=True)
        for name in names or ("log.key", "master.key"):
            shutil.copy(self.data / name, self.there / name)

    def signs_in(self) -> bool:
        with opened(Settings(self.there, self.other)) as installation:
            return installation.accounts.sign_in("wang", INVITED[-1]) is not None


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[..., str]) -> Callable[[str], tuple[Path, str]]:
    """The city of an engine with somebody invited, built once: its folder, and the name of its database; a drill has a copy."""

    @cache
    def of(engine: str) -> tuple[Path, str]:
        folder, database = tmp_path_factory.mktemp("built") / "city", new_database() if engine == "postgres" else ""
        with live_city(folder, database or "sqlite"):
            pass
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(DATABASE, database)
            assert main(["--data", str(folder), "invite", "wang", *INVITED]) == 0
        return folder, urlsplit(database).path.strip("/")

    return of


@pytest.fixture
def drill(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    built: Callable[[str], tuple[Path, str]],
    new_database: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> Drill:
    def use(database: str | None) -> None:
        monkeypatch.setenv(DATABASE, database or "")

    engine, other = getattr(request, "param", PAIRS[0])
    folder, name = built(engine)
    shutil.copytree(folder, tmp_path / "before")
    (tmp_path / "files").mkdir()
    here, there = new_database(name) if name else None, new_database() if other == "postgres" else None
    return Drill(tmp_path / "before", here, tmp_path / "there", there, tmp_path / "files", use)


@pytest.mark.parametrize("drill", PAIRS, indirect=True, ids="-to-".join)
def test_accounts_and_names_come_along_on_and_across_engines(drill: Drill) -> None:
    backup, vault = drill.saved()
    drill.keys_put_back()
    assert drill.run_there("restore", backup, "--vault", vault) == 0
    assert drill.signs_in()
    with opened(Settings(drill.data, drill.database)) as old, opened(Settings(drill.there, drill.other)) as new:
        assert tables_of(new.vault).keys() == tables_of(old.vault).keys()
        assert sorted(map(str, tables_of(new.vault)["person_keys"])) == sorted(map(str, tables_of(old.vault)["person_keys"]))
        assert new.services.journal.head() == old.services.journal.head()
    assert drill.run_there("verify") == 0


@pytest.mark.parametrize("drill", PAIRS, indirect=True, ids="-to-".join)
def test_a_vault_that_was_asked_whether_it_takes_writes_comes_along_too(drill: Drill) -> None:
    with opened(Settings(drill.data, drill.database)) as installation:
        installation.vault.require_writable()
    backup, vault = drill.saved()
    drill.keys_put_back()
    with opened(Settings(drill.there, drill.other), create=True) as installation:
        installation.vault.require_writable()
    assert drill.run_there("restore", backup, "--vault", vault) == 0
    assert drill.signs_in()


def test_an_installation_makes_every_table_of_the_vault_at_its_start(drill: Drill) -> None:
    declared = {
        table
        for module in tuple(sys.modules.values())
        for found in vars(module).values()
        if isinstance(found, MetaData) and found.schema == SCHEMA and PROBES.key not in found.tables
        for table in found.tables
    }
    with opened(Settings(drill.data, drill.database)) as installation:
        assert {f"{SCHEMA}.{name}" for name in tables_of(installation.vault)} == declared


def test_a_copy_with_a_table_that_is_not_known_is_refused_before_anything_is_made(
    drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(Settings(drill.data, drill.database)) as installation, installation.vault.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE of_tomorrow (one INTEGER)")
        connection.exec_driver_sql("INSERT INTO of_tomorrow VALUES (1)")
    backup, vault = drill.saved()
    drill.keys_put_back()
    capsys.readouterr()
    assert drill.run_there("restore", backup, "--vault", vault) == 1
    assert "of_tomorrow" in capsys.readouterr().err
    with opened(Settings(drill.there, drill.other)) as installation:
        assert installation.services.journal.head().size == 0


@pytest.mark.parametrize("drill", PAIRS, indirect=True, ids="-to-".join)
def test_a_restore_without_the_vault_is_refused_with_what_is_missing_and_makes_nothing(
    drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, vault = drill.saved()
    drill.keys_put_back("log.key")
    capsys.readouterr()
    assert drill.run_there("restore", backup) == 1
    said = capsys.readouterr().err
    everybody = len(PEOPLE) + 1
    assert f"lacks the keys of {everybody} of {everybody} persons" in said
    assert "will not be able to sign in" in said
    assert [path.name for path in drill.there.iterdir()] == ["log.key"]
    assert drill.run_there("restore", backup, "--vault", vault) == 2
    assert "master key" in capsys.readouterr().err
    assert drill.run_there("restore", backup, "--accept-missing") == 0
    assert not drill.signs_in()


def test_one_lost_key_and_one_lost_account_are_named(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    backup, _ = drill.saved()
    drill.keys_put_back()
    shutil.copy(drill.data / "vault.db", drill.there / "vault.db")
    with closing(sqlite3.connect(drill.there / "vault.db")) as database:
        database.execute("DELETE FROM person_keys WHERE person = 'filler'")
        database.execute("DELETE FROM logins WHERE login = 'wang'")
        database.commit()
    assert drill.run_there("restore", backup) == 1
    said = capsys.readouterr().err
    assert f"the keys of 1 of {len(PEOPLE) + 1} persons, whose names will be unreadable: filler." in said
    assert "the accounts of 1 of" in said
    assert drill.run_there("restore", backup, "--accept-missing") == 0


def test_who_was_erased_after_the_backup_is_not_missed_and_stays_erased(drill: Drill) -> None:
    backup, _ = drill.saved()
    with opened(Settings(drill.data)) as installation:
        installation.services.keys.destroy("filler")
        installation.accounts.remove("filler")
    drill.keys_put_back("log.key", "master.key", "vault.db")
    assert drill.run_there("restore", backup) == 0
    with opened(Settings(drill.there)) as installation:
        assert installation.services.keys.open("filler", "name", "p1.x") is None


@pytest.mark.parametrize("drill", [("sqlite", "postgres")], indirect=True)
def test_a_vault_file_of_sqlite_with_its_log_is_brought_into_postgres(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    backup, _ = drill.saved()
    drill.keys_put_back()
    with opened(Settings(drill.data)) as installation:  # in use, so that what was written last stands in its log
        installation.accounts.change_password("wang", "another horse battery")
        for suffix in ("", "-wal"):
            shutil.copy(drill.data / f"vault.db{suffix}", drill.there / f"vault.db{suffix}")
    assert (drill.there / "vault.db-wal").stat().st_size
    assert drill.run_there("restore", backup) == 1
    assert "--vault" in capsys.readouterr().err
    assert drill.run_there("restore", backup, "--vault", str(drill.there / "vault.db")) == 0
    with opened(Settings(drill.there, drill.other)) as installation:
        assert installation.accounts.sign_in("wang", "another horse battery") is not None


def test_the_copy_is_sealed_its_owners_alone_and_opens_with_its_own_master_key_only(
    drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, vault = drill.saved()
    content = Path(vault).read_bytes()
    assert stat.S_IMODE(Path(vault).stat().st_mode) == 0o600
    assert not any(secret in content for secret in (b"wang", b"argon2", b"logins", b"person"))
    assert drill.run("backup-vault", vault) == 1, "it is there already"
    drill.keys_put_back()
    (drill.there / "master.key").write_text("00" * 32 + "\n", "utf-8")
    assert drill.run_there("restore", backup, "--vault", vault) == 2
    assert "another master key" in capsys.readouterr().err
    drill.keys_put_back()
    Path(vault).write_bytes(content[:-1])
    assert drill.run_there("restore", backup, "--vault", vault) == 2
    Path(vault).write_bytes(b"something else")
    assert drill.run_there("restore", backup, "--vault", vault) == 1
    assert "not a copy of a vault" in capsys.readouterr().err
    assert sorted(path.name for path in drill.there.iterdir()) == ["log.key", "master.key"]


def test_two_vaults_are_never_mixed(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    backup, vault = drill.saved()
    drill.keys_put_back("log.key", "master.key", "vault.db")
    assert drill.run_there("restore", backup, "--vault", vault) == 1
    assert "holds something already" in capsys.readouterr().err
    assert drill.run_there("restore", backup) == 0
