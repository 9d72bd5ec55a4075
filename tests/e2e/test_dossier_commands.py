"""Dossiers at the command line 卷宗命令: made by the operator, checked by whoever has the file and the key (plan P5)."""

import json
from pathlib import Path

import pytest

from tests.live_city import followed, live_city
from zhenduan.__main__ import main


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A city with an issued report: its data folder and the diagnosis."""
    data = tmp_path_factory.mktemp("city") / "data"
    with live_city(data, "sqlite:///") as opened, followed(opened):
        diagnosis = opened.issued()
    return data, diagnosis


def run(city: tuple[Path, str], *arguments: str) -> int:
    return main(["--data", str(city[0]), *arguments])


@pytest.fixture
def key(city: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> str:
    assert run(city, "log-key") == 0
    return capsys.readouterr().out.splitlines()[0]


def test_a_dossier_is_made_and_checked_with_nothing_but_file_and_key(
    city: tuple[Path, str], key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, nowhere = tmp_path / "grade.dossier.json", tmp_path / "nowhere"
    assert run(city, "dossier", city[1].partition("/")[2], "--files", "--out", str(file)) == 0
    bare = file.read_bytes()
    assert run(city, "dossier", city[1], "--files", "--out", str(file)) == 0
    assert file.read_bytes() == bare
    check = ["--data", str(nowhere), "verify-dossier", str(file), "--log-key", key]
    assert main([*check, "--extract", str(tmp_path / "out")]) == 0
    assert '"grade": 5' in capsys.readouterr().out
    assert not nowhere.exists()
    (pdf,) = [found for found in (tmp_path / "out").iterdir() if len(found.name) == 64]
    assert pdf.read_bytes().startswith(b"%PDF")
    assert run(city, "verify-proof", str(tmp_path / "out" / "0001.tlog-proof"), "--log-key", key,
               "--entry", str(tmp_path / "out" / "0001.entry")) == 0  # fmt: skip
    known = tmp_path / "known"
    capsys.readouterr()
    assert run(city, "checkpoint") == 0
    known.write_text(capsys.readouterr().out, "utf-8")
    assert main([*check, "--known", str(known)]) == 0
    capsys.readouterr()
    assert main([*check, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["holds"], told["result"]["grade"], set(told["stated"]) & set(told["result"])) == (True, 5, set())
    file.write_bytes(file.read_bytes().replace(b'"grade": 5', b'"grade": 6'))
    assert main([*check, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["holds"] is False
    assert main(check) == 1
    assert "DIGEST_DIFFERS" in capsys.readouterr().err


def test_what_has_no_decision_leaves_no_file(
    city: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["dossier", "diagnosis/none"], ["provenance", "none"]):
        assert run(city, *command, "--out", str(tmp_path / "x")) == 1
        assert "NOT_FOUND" in capsys.readouterr().err
        assert not (tmp_path / "x").exists()


def test_the_trail_is_exported_and_checked(
    city: tuple[Path, str], key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "trail.jsonl"
    assert run(city, "export-trail", "--of-kind", "diagnosis.", "--from", "2024-01-01", "--out", str(file)) == 0
    assert main(["--data", str(tmp_path), "verify-dossier", str(file), "--log-key", key]) == 0
    assert "holds" in capsys.readouterr().out
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([lines[0], lines[1].replace(b'"proof":["', b'"proof":["AAAA', 1), *lines[2:]]))
    assert main(["--data", str(tmp_path), "verify-dossier", str(file), "--log-key", key]) == 1
    assert "does not hold" in capsys.readouterr().err
    assert run(city, "export-trail", "--from", "yesterday", "--out", str(file)) == 1


def test_provenance_is_written(city: tuple[Path, str], tmp_path: Path) -> None:
    file = tmp_path / "d.prov.json"
    assert run(city, "provenance", city[1], "--out", str(file)) == 0
    assert f"zd:{city[1]}" in json.loads(file.read_bytes())["entity"]
