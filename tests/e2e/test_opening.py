"""Opening an installation 打开系统: what is not one is refused and left as it is; what is one is its owner's alone (plan P5)."""

import argparse
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from tests.e2e.accounts_house import CHEAP
from zhenduan.__main__ import main, parser
from zhenduan.settings import DATABASE, Settings
from zhenduan.wiring import opened

BEGIN = {"init", "demo", "restore"}
"""The only commands that may make an installation."""


def commands() -> dict[str, argparse.ArgumentParser]:
    """Every command of the program by the words that call it, its act among them where it has several."""
    found: dict[str, argparse.ArgumentParser] = {}
    waiting = {"": parser()}
    while waiting:
        words, command = waiting.popitem()
        for action in command._actions:  # noqa: SLF001 - argparse has no public list of what it knows
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
                found.pop(words, None)
                inner = {f"{words} {name}".strip(): one for name, one in action.choices.items()}
                found |= inner
                waiting |= inner
    return found


NEED_NONE = {name for name, command in commands().items() if command.get_default("alone") is not None}
"""They are given no installation; everything else must refuse to begin without one."""


def arguments_for(command: argparse.ArgumentParser, elsewhere: Path) -> Iterator[str]:
    """What a command must be given, each of the kind that it takes; files exist, and lie elsewhere."""
    for action in command._actions:  # noqa: SLF001 - as above
        if action.option_strings and not action.required:
            continue
        file = elsewhere / f"{action.dest}.csv"
        if action.dest in ("out", "output"):
            file = elsewhere / f"{command.prog.split()[-1]}.made"
        elif action.type is Path:
            file.write_text("企业名称\n", "utf-8")
        value = str(
            action.choices[0]
            if action.choices
            else file
            if action.type is Path
            else 2024
            if action.type is int
            else "2023"
        )
        yield from (action.option_strings[0], value) if action.option_strings else (value,)


def made(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that asks for a password is answered, instead of waiting at a terminal that is not there."""
    monkeypatch.setattr("getpass.getpass", lambda _says: "a password long enough")


@pytest.mark.usefixtures("unasked")
@pytest.mark.parametrize("name", sorted(commands().keys() - BEGIN))
@pytest.mark.parametrize("there", [(), ("journal.db", "master.key", "notes.txt")], ids=("empty", "foreign"))
def test_no_command_makes_anything_where_there_is_no_installation(
    tmp_path: Path, name: str, there: tuple[str, ...]
) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    for folder in (data, elsewhere):
        folder.mkdir(mode=0o755)
    for file in there:
        (data / file).write_text("something of somebody else's\n", "utf-8")
        (data / file).chmod(0o644)
    code = main(["--data", str(data), *name.split(), *arguments_for(commands()[name], elsewhere)])
    assert made(data) == sorted(there)
    assert stat.S_IMODE(data.stat().st_mode) == 0o755, "a folder of somebody else's is not touched"
    assert code == 2 or name in NEED_NONE


@pytest.mark.usefixtures("unasked")
@pytest.mark.parametrize("name", sorted(commands().keys() - BEGIN - NEED_NONE))
def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    assert (
        main(["--data", str(tmp_path / "wrong"), *name.split(), *arguments_for(commands()[name], tmp_path / "elsewhere")]) == 2
    )
    assert not (tmp_path / "wrong").exists()


@pytest.mark.parametrize("name", ["verify", "checkpoint", "log-key", "serve", "project", "rebuild", "disclosures"])
def test_an_empty_database_stays_empty(
    tmp_path: Path, name: str, new_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE, address := new_database())
    data = tmp_path / "data"
    data.mkdir()
    assert main(["--data", str(data), name]) == 2
    for key in ("master.key", "log.key"):
        (data / key).write_text("x\n", "utf-8")
    assert main(["--data", str(data), name]) == 2
    assert made(data) == ["log.key", "master.key"]
    connection = psycopg2.connect(address)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('public', 'secrets')"
        )
        assert cursor.fetchone() == (0,)
    connection.close()


def test_a_wrong_folder_for_a_database_in_use_makes_no_other_keys(
    tmp_path: Path,
    new_database: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(DATABASE, new_database())
    assert main(["--data", str(tmp_path / "right"), "init"]) == 0
    (tmp_path / "wrong").mkdir()
    assert main(["--data", str(tmp_path / "wrong"), "verify"]) == 2
    assert "master.key" in capsys.readouterr().err
    assert made(tmp_path / "wrong") == []


@pytest.mark.parametrize("lost", ["vault.db", "master.key", "log.key"])
def test_what_was_lost_is_not_made_anew_in_silence(
    tmp_path: Path, lost: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "city"
    assert main(["--data", str(data), "init"]) == 0
    (data / lost).unlink()
    assert main(["--data", str(data), "verify"]) == 2
    assert lost in capsys.readouterr().err
    assert not (data / lost).exists()


def test_a_folder_that_holds_other_things_is_not_taken_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.docx").write_text("mine", "utf-8")
    tmp_path.chmod(0o755)
    assert main(["--data", str(tmp_path), "init"]) == 2
    assert "thesis.docx" in capsys.readouterr().err
    assert made(tmp_path) == ["thesis.docx"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_the_folder_is_its_owners_alone_and_one_that_was_not_is_closed_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = tmp_path / "deeper" / "city"
    assert main(["--data", str(data), "init"]) == 0
    open_to_others = [path.name for path in (data, *data.iterdir()) if path.stat().st_mode & 0o077]
    assert open_to_others == []
    data.chmod(0o755)
    (data / "journal.db").chmod(0o644)
    assert main(["--data", str(data), "verify"]) == 0
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "journal.db").stat().st_mode) == 0o600
    assert "journal.db" in caplog.text
    caplog.clear()
    assert main(["--data", str(data), "verify"]) == 0
    assert caplog.text == ""


@pytest.mark.parametrize("begun_as", [True, False], ids=["a demo", "a city"])
def test_what_was_made_up_is_marked_whichever_command_serves_it(*, begun_as: bool, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "city")
    with opened(settings, demo=begun_as, create=True, hasher=CHEAP):
        pass
    with opened(settings, hasher=CHEAP) as again:
        assert again.services.demo is begun_as


def test_a_port_that_is_taken_is_told_before_a_city_is_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as another:
        assert main(["--data", str(tmp_path / "demo"), "demo", "--port", str(another.getsockname()[1])]) == 2
    assert "--port" in capsys.readouterr().err
    assert made(tmp_path) == []
