"""Blobs 文件库: what is kept under a hash has that hash, and no name leads out of the folder. plan P5."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal.blobs import BlobDamaged, Blobs

PROPERTY = settings(max_examples=40)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@PROPERTY
@given(data=st.binary(max_size=4096))
def test_bytes_come_back_under_their_hash(blobs: Blobs, data: bytes) -> None:
    digest = blobs.put(data)
    assert digest == sha256(data).hexdigest()
    assert blobs.get(digest) == data
    assert blobs.size(digest) == len(data)


def test_the_same_bytes_are_kept_once_at_two_levels_of_folders(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"x")
    assert blobs.put(b"x") == digest
    assert files(tmp_path) == [tmp_path / digest[:2] / digest[2:4] / digest]


def test_nothing_is_found_under_a_hash_that_was_never_put(blobs: Blobs) -> None:
    assert blobs.get("0" * 64) is None
    assert blobs.size("0" * 64) is None


@pytest.mark.parametrize(
    "name", ["", "..", "../secret", "../../etc/passwd", "/etc/passwd", "a" * 63, "A" * 64, "0" * 64 + "\n", "٠" * 64]
)
def test_no_name_but_a_hash_is_looked_up(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    blobs = Blobs(tmp_path / "blobs")
    assert blobs.get(name) is None
    assert blobs.size(name) is None


def test_a_damaged_file_is_reported_and_repaired_by_the_same_bytes(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"report")
    (path,) = files(tmp_path)
    path.chmod(0o600)
    path.write_bytes(b"repork")
    with pytest.raises(BlobDamaged):
        blobs.get(digest)
    blobs.put(b"report")
    assert blobs.get(digest) == b"report"


def test_threads_that_put_the_same_bytes_agree(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(blobs.put, [b"x" * 100_000] * 16))) == 1
    assert len(files(tmp_path)) == 1


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = Blobs(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr("journal.secrets.vault.sync_folder", lambda _folder: None)
        broken.setattr(os, "fsync", full)
        broken.setattr("journal.blobs.sync_folder", lambda _folder: None)
        with pytest.raises(OSError, match="no space"):
            blobs.put(b"x")
    assert files(tmp_path) == []
    assert blobs.get(sha256(b"x").hexdigest()) is None


def test_bytes_and_names_are_synced_before_put_returns(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def synced(descriptor: int) -> None:
        order.append("folder" if Path(f"/proc/self/fd/{descriptor}").is_dir() else "file")
        fsync(descriptor)

    def renamed(path: Path, target: Path) -> Path:
        order.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    blobs.put(b"durable")
    assert order == ["file", "folder", "folder", "rename", "folder"]


def test_what_a_dead_process_left_is_cleared_and_what_still_arrives_is_not(tmp_path: Path) -> None:
    arriving = tmp_path / "arriving"
    arriving.mkdir()
    (arriving / "old").write_bytes(b"x")
    (arriving / "new").write_bytes(b"x")
    os.utime(arriving / "old", (time.time() - 90_000,) * 2)
    Blobs(tmp_path)
    assert files(tmp_path) == [arriving / "new"]


@PROPERTY
@given(parts=st.lists(st.binary(max_size=64), max_size=20))
def test_bytes_that_come_in_parts_are_kept_under_the_hash_of_them_all(blobs: Blobs, parts: list[bytes]) -> None:
    digest = blobs.keep(iter(parts))
    assert digest == sha256(b"".join(parts)).hexdigest()
    assert blobs.get(digest) == b"".join(parts)


def test_parts_that_end_in_a_fault_leave_nothing_behind(tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"first"
        raise LookupError

    blobs = Blobs(tmp_path)
    with pytest.raises(LookupError):
        blobs.keep(parts())
    assert files(tmp_path) == []
