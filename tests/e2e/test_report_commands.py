"""Reports of a district at the command line (plan P4): written into a folder on every core, and gone on with where it stopped."""

import json
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
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


MANY = """
import sys
from pathlib import Path
from zhenduan.cli import reports
from zhenduan.__main__ import main
known = reports._reports
def many(*asked):
    (one,) = known(*asked)
    for number in range(50):
        yield type(one)(one.diagnosis, one.version, f"{number:03d}.pdf", one.file)
reports._reports = many
if __name__ == "__main__":
    sys.exit(main(["--data", sys.argv[1], "reports", "310117", "--out", sys.argv[2], "--anew", "--processes", "2", "--json"]))
"""
"""The command, for which the one report of the city stands fifty times."""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_batch_that_is_ended_leaves_whole_files_and_no_process(city: Path, tmp_path: Path, how: signal.Signals) -> None:
    """plan P4: a batch takes hours, and machines are turned off."""
    program, out = tmp_path / "many.py", tmp_path / "out"
    program.write_text(MANY)
    command = [sys.executable, str(program), str(city), str(out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as batch:  # noqa: S603 - our own
        assert batch.stderr is not None
        told = [batch.stderr.readline() for _ in range(3)]
        assert [line.split(b"/")[0] for line in told] == [b"1", b"2", b"3"]
        below = psutil.Process(batch.pid).children(recursive=True)
        batch.send_signal(how)
        batch.stderr.close()
        _, alive = psutil.wait_procs(below, timeout=30)
        assert alive == []
    written = {file.name: file.read_bytes() for file in out.glob("*.pdf")}
    assert 3 <= len(written) < 50
    assert len(set(written.values())) == 1, "each is whole"
