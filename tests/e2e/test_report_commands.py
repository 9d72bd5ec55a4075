"""Reports of a district at the command line (plan P4): written into a folder on every core, and gone on with where it stopped."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.live_city import ENTERPRISE, followed, live_city
from zhenduan.__main__ import main

DISTRICT = "310117"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city with one reported case: its data folder."""
    data = tmp_path_factory.mktemp("city") / "data"
    with live_city(data, "sqlite:///") as opened, followed(opened):
        opened.issued()
    return data


def told(city: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert main(["--data", str(city), "reports", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def counted(**numbers: int) -> dict[str, int]:
    return {"reports": 1, "there": 0, "kept": 0, "made": 0, "failed": 0} | numbers


def test_what_went_out_is_written_and_a_second_run_writes_nothing(
    city: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert told(city, capsys, DISTRICT, "--out", str(tmp_path / "new")) == counted(kept=1)
    (file,) = (tmp_path / "new").iterdir()
    assert file.name.endswith(".v1.pdf")
    assert file.read_bytes().startswith(b"%PDF")
    assert told(city, capsys, DISTRICT, "--out", str(tmp_path / "new")) == counted(there=1)
    assert main(["--data", str(city), "disclosures"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[1])
    assert (first["door"], [one["firm"] for one in first["firms"]]) == ("zhenduan reports", [ENTERPRISE])


def test_made_again_in_processes_apart_it_has_the_bytes_that_went_out(
    city: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told(city, capsys, DISTRICT, "--out", str(tmp_path / "kept"))
    capsys.readouterr()
    given = [DISTRICT, "--out", str(tmp_path / "anew"), "--anew", "--processes", "2", "--json"]
    assert main(["--data", str(city), "reports", *given]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == counted(made=1)
    assert said.err.startswith("1/1 ")
    assert "与原件排版不同" not in said.err
    (kept,), (anew,) = (list((tmp_path / name).iterdir()) for name in ("kept", "anew"))
    assert sha256(kept.read_bytes()).digest() == sha256(anew.read_bytes()).digest()


def test_a_district_without_reports_is_told(city: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--data", str(city), "reports", "310115", "--out", str(tmp_path / "none")]) == 2
    assert "no report was issued in 310115" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
