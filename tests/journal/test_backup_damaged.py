"""Damaged backups 损坏的备份: whatever was changed in the file, nothing of it is restored (plan P5)."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from journal import open_journal
from journal.backup import BackupRefused, from_canonical, open_backup
from journal.blobs import Blobs
from journal.digests import SHA256
from journal.entries import canonical
from journal.merkle import root_of
from journal.transparency import open_log
from tests.journal.test_backup import backed_up, elsewhere, lived_in


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repacked(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def entry_changed(parts: dict[str, bytes]) -> None:
    parts["entries/000000000001"] = parts["entries/000000000001"].replace(b"thing.happened", b"thing.occurred")


def entries_cut(parts: dict[str, bytes]) -> None:
    parts["entries/000000000001"] = parts["entries/000000000001"][:-3]


def entries_gone(parts: dict[str, bytes]) -> None:
    del parts["entries/000000000001"]


def entry_gone(parts: dict[str, bytes]) -> None:
    raw = parts["entries/000000000001"]
    parts["entries/000000000001"] = raw[4 + int.from_bytes(raw[:4]) :]


def endless_entry(parts: dict[str, bytes]) -> None:
    parts["entries/000000000001"] = b"\xff\xff\xff\xff"


def manifest_changed(parts: dict[str, bytes]) -> None:
    parts["manifest.json"] = parts["manifest.json"].replace(b'"size": 9', b'"size": 8')


def manifest_of_another_time(parts: dict[str, bytes]) -> None:
    parts["manifest.json"] = parts["manifest.json"].replace(b"backup.v1", b"backup.v9")


def manifest_gone(parts: dict[str, bytes]) -> None:
    del parts["manifest.json"]


def file_changed(parts: dict[str, bytes]) -> None:
    [name] = [name for name in parts if name.startswith("files/")]
    parts[name] = b"another"


def file_gone(parts: dict[str, bytes]) -> None:
    [name] = [name for name in parts if name.startswith("files/")]
    del parts[name]


def outcome_gone(parts: dict[str, bytes]) -> None:
    parts["outcomes.jsonl"] = b""


def outcomes_gone(parts: dict[str, bytes]) -> None:
    del parts["outcomes.jsonl"]


def checkpoint_changed(parts: dict[str, bytes]) -> None:
    parts["checkpoints.jsonl"] = parts["checkpoints.jsonl"].replace(b"\\n9\\n", b"\\n8\\n")


def checkpoint_beyond(parts: dict[str, bytes]) -> None:
    raw = parts["entries/000000000001"]
    place = 0
    for _ in range(8):
        place += 4 + int.from_bytes(raw[place : place + 4])
    parts["entries/000000000001"] = raw[:place]
    forged = [from_canonical(piece, SHA256) for piece in pieces(raw[:place])]
    stated = json.loads(parts["manifest.json"])
    stated |= {"size": 8, "at": forged[-1].at, "root": root_of(SHA256, [entry.leaf for entry in forged]).hex()}
    parts["manifest.json"] = json.dumps(stated).encode()


def rewritten(parts: dict[str, bytes]) -> None:
    """Another history, whole in itself; only the signed checkpoints say otherwise."""
    entries = [from_canonical(piece, SHA256) for piece in pieces(parts["entries/000000000001"])]
    entries[2] = replace(entries[2], actor="wang")
    raws = [canonical(entry.position, entry.at, entry) for entry in entries]
    parts["entries/000000000001"] = b"".join(len(raw).to_bytes(4) + raw for raw in raws)
    stated = json.loads(parts["manifest.json"])
    stated["root"] = root_of(SHA256, [from_canonical(raw, SHA256).leaf for raw in raws]).hex()
    parts["manifest.json"] = json.dumps(stated).encode()


def pieces(raw: bytes) -> Iterator[bytes]:
    stream = io.BytesIO(raw)
    while prefix := stream.read(4):
        yield stream.read(int.from_bytes(prefix))


DAMAGES = (
    entry_changed,
    entries_cut,
    entries_gone,
    entry_gone,
    endless_entry,
    manifest_changed,
    manifest_of_another_time,
    manifest_gone,
    file_changed,
    file_gone,
    outcome_gone,
    outcomes_gone,
    checkpoint_changed,
    checkpoint_beyond,
    rewritten,
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A backup, and the log key that goes with it; the file is the same whatever engine wrote it."""
    folder = tmp_path_factory.mktemp("whole")
    url = f"sqlite:///{folder / 'journal.db'}"
    with closing(open_journal(url)) as journal, closing(open_log(journal, url, folder / "log.key")) as log:
        blobs = Blobs(folder / "files")
        lived_in(journal, log, blobs)
        backed_up(folder / "b.zip", journal, log, blobs)
    return folder / "b.zip", folder / "log.key"


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_backup_is_refused_and_leaves_the_journal_empty(
    whole: tuple[Path, Path], tmp_path: Path, damage: Callable[[dict[str, bytes]], None]
) -> None:
    path, key = whole
    parts = members(path)
    damage(parts)
    repacked(tmp_path / "b.zip", parts)
    url = f"sqlite:///{tmp_path / 'there' / 'journal.db'}"
    with pytest.raises(BackupRefused):
        elsewhere(tmp_path / "b.zip", url, tmp_path / "there", key)
    with closing(open_journal(url)) as journal:
        assert journal.head().size == 0


def test_a_file_cut_short_or_turned_anywhere_is_refused(whole: tuple[Path, Path], tmp_path: Path) -> None:
    raw = whole[0].read_bytes()
    damaged = [raw[: len(raw) // 2], raw[:-1], b"", b"no archive"]
    damaged += [bytes([*raw[:place], raw[place] ^ 0x55, *raw[place + 1 :]]) for place in range(60, len(raw), 97)]
    refused = 0
    for number, data in enumerate(damaged):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(data)
        try:
            with open_backup(path) as backup:
                head = backup.checked()
        except BackupRefused:
            refused += 1
        else:  # what an archive says twice, or says of itself only, may be turned without harm
            assert head.size == 9
    assert refused > len(damaged) * 2 // 3
