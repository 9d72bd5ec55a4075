"""Whole files 完整文件: all of a file or none of it, and a killed writer's draft is removed by a later run (plan P5)."""

import os
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from journal.atomic_files import draft_of, remove_abandoned, whole_file, write_whole
from journal.secrets.vault import master_key

HALF = """
import sys
from pathlib import Path
from journal.atomic_files import whole_file
with whole_file(Path(sys.argv[1])) as file:
    file.write(b"firms' data")
    file.flush()
    print("half", flush=True)
    sys.stdin.read()
"""


def half_written(path: Path) -> "subprocess.Popen[bytes]":
    """A process that is writing a file and does not come to its end."""
    writer = subprocess.Popen([sys.executable, "-c", HALF, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own words
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"half\n"
    return writer


def killed(writer: "subprocess.Popen[bytes]") -> None:
    writer.send_signal(signal.SIGKILL)
    writer.communicate()


def test_the_draft_of_a_killed_writer_is_removed_by_a_later_run_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    dead, alive = half_written(tmp_path / "2026-11-24.zip"), half_written(tmp_path / "2026-11-25.zip")
    try:
        killed(dead)
        assert len(list(tmp_path.iterdir())) == 2
        with whole_file(tmp_path / "2026-11-26.zip") as file:
            file.write(b"whole")
        left = sorted(path.name.split(".zhenduan-")[0] for path in tmp_path.iterdir())
        assert left == ["2026-11-25.zip", "2026-11-26.zip"]
    finally:
        killed(alive)
    write_whole(tmp_path / "log.signed", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-11-26.zip", "log.signed"]


def test_a_backup_that_an_earlier_version_left_half_is_removed_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    older = b"PK\x03\x04" + bytes(26) + b"entries/000000000001" + b"firms"
    (tmp_path / "2025.zip.k3j2h1g0.part").write_bytes(older)
    (tmp_path / "film.mkv.part").write_bytes(b"PK\x03\x04" + bytes(26) + b"somebody's own member")
    (tmp_path / "folder.part").mkdir()
    os.mkfifo(tmp_path / "pipe.part")
    remove_abandoned(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mkv.part", "folder.part", "pipe.part"]


def test_a_file_is_its_owners_alone_and_what_it_replaces_stays_until_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "made"
    path.write_text("old", "utf-8")
    with suppress(ValueError), whole_file(path) as file:
        file.write(b"ne")
        raise ValueError("broke off")
    assert path.read_text("utf-8") == "old"
    with whole_file(path) as file:
        file.write(b"new")
        assert path.read_text("utf-8") == "old"
    assert path.read_text("utf-8") == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_file_is_written_to_as_it_comes() -> None:
    with whole_file(Path(os.devnull)) as stream:
        stream.write(b"lines")
    assert not Path(os.devnull).is_file()


def test_a_draft_that_was_taken_for_abandoned_before_it_was_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Path] = []
    lock = __import__("fcntl").flock

    def late(descriptor: int, how: int) -> None:
        if not taken:
            [draft] = tmp_path.iterdir()
            draft.unlink()
            taken.append(draft)
        lock(descriptor, how)

    monkeypatch.setattr("fcntl.flock", late)
    with draft_of(tmp_path / "made") as (_, draft):
        assert draft.exists()
        assert draft != taken[0]


def test_a_master_key_half_made_leaves_no_copy_of_itself(tmp_path: Path) -> None:
    killed(half_written(tmp_path / "master.key"))
    assert not (tmp_path / "master.key").exists()
    key = master_key(tmp_path / "master.key")
    remove_abandoned(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["master.key"]
    assert master_key(tmp_path / "master.key") == key
