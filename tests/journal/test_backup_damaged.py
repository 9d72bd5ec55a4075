"""Damaged backups 损坏的备份: whatever was changed in the file, nothing of it is restored (plan P5)."""

import io
import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from journal import open_journal
from journal.backup.format import LARGEST_FILE, BackupRefused, digest_of_names, from_canonical, open_backup
from journal.blobs import Blobs
from journal.digests import SHA256
from journal.entries import canonical
from journal.transparency.checkpoints import read_checkpoint
from journal.transparency.merkle import root_of
from journal.transparency.signed_notes import Note, NoteRefused, VerifierKey
from journal.transparency.transparency_log import open_log
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
    parts["manifest.json"] = parts["manifest.json"].replace(b"backup.v2", b"backup.v9")


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


def disclosure_changed(parts: dict[str, bytes]) -> None:
    parts["disclosures.jsonl"] = parts["disclosures.jsonl"].replace(b"district", b"provider", 1)


def last_disclosure_gone(parts: dict[str, bytes]) -> None:
    parts["disclosures.jsonl"] = b"".join(parts["disclosures.jsonl"].splitlines(keepends=True)[:-1])


def disclosures_gone(parts: dict[str, bytes]) -> None:
    del parts["disclosures.jsonl"]


def as_if_of_before_disclosures(parts: dict[str, bytes]) -> None:
    stated = json.loads(parts["manifest.json"])
    parts["manifest.json"] = json.dumps(stated | {"format": "zhenduan.backup.v1", "disclosures": None}).encode()
    disclosures_gone(parts)


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
    disclosure_changed,
    last_disclosure_gone,
    disclosures_gone,
    as_if_of_before_disclosures,
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


@pytest.mark.parametrize("unsigned", [False, True], ids=["signed", "unsigned"])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_backup_is_refused_and_leaves_the_journal_empty(
    whole: tuple[Path, Path], tmp_path: Path, damage: Callable[[dict[str, bytes]], None], *, unsigned: bool
) -> None:
    """Also where nobody looks at the signature: the parts must fit together by themselves."""
    path, key = whole
    parts = members(path)
    damage(parts)
    repacked(tmp_path / "b.zip", parts)
    url = f"sqlite:///{tmp_path / 'there' / 'journal.db'}"
    with pytest.raises(BackupRefused):
        elsewhere(tmp_path / "b.zip", url, tmp_path / "there", key, unsigned=unsigned)
    with closing(open_journal(url)) as journal:
        assert journal.head().size == 0


# Forged backups: whole in themselves, and not what the log wrote


def _stated(parts: dict[str, bytes], **changes: Any) -> None:
    parts["manifest.json"] = json.dumps(json.loads(parts["manifest.json"]) | changes, ensure_ascii=False, indent=1).encode()


def tail_forged(parts: dict[str, bytes]) -> None:
    """One more entry than the newest checkpoint covers, which no checkpoint contradicts."""
    entries = [from_canonical(piece, SHA256) for piece in pieces(parts["entries/000000000001"])]
    forged = replace(entries[-1], position=10, stream="thing/forged", version=1)
    raw = canonical(10, forged.at, forged)
    parts["entries/000000000001"] += len(raw).to_bytes(4) + raw
    _stated(parts, size=10, root=root_of(SHA256, [*(entry.leaf for entry in entries), SHA256.leaf(raw)]).hex())


def all_forged(parts: dict[str, bytes]) -> None:
    """Another history and no checkpoint at all, so that none contradicts it."""
    rewritten(parts)
    parts["checkpoints.jsonl"] = parts["cosignatures.jsonl"] = b""


def cosignature_forged(parts: dict[str, bytes]) -> None:
    """Kept under the witness's name for good, it would spoil every dossier of that checkpoint."""
    row = json.loads(parts["cosignatures.jsonl"])
    row["line"] = row["line"][:-8] + "AAAAAAA="
    parts["cosignatures.jsonl"] = json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def outcome_forged(parts: dict[str, bytes]) -> None:
    parts["outcomes.jsonl"] = parts["outcomes.jsonl"].replace(b"digest", b"digesx", 1)


def file_swapped(parts: dict[str, bytes]) -> None:
    [name] = [name for name in parts if name.startswith("files/")]
    del parts[name]
    parts[f"files/{sha256(b'another').hexdigest()}"] = b"another"


FORGERIES = (tail_forged, all_forged, cosignature_forged, outcome_forged, file_swapped)


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_forged_backup_is_refused_by_the_signature_of_the_log(
    whole: tuple[Path, Path], tmp_path: Path, forge: Callable[[dict[str, bytes]], None]
) -> None:
    path, key = whole
    parts = members(path)
    forge(parts)
    for stated in (False, True):
        if stated:  # the forger makes the digests right, too, and cannot sign
            files = [name.removeprefix("files/") for name in parts if name.startswith("files/")]
            tables = {name: sha256(data).hexdigest() for name, data in parts.items() if name.endswith(".jsonl")}
            _stated(parts, tables=tables | {"files/": digest_of_names(files)})
        repacked(tmp_path / f"{stated}.zip", parts)
        url = f"sqlite:///{tmp_path / f'there{stated}' / 'journal.db'}"
        with pytest.raises(BackupRefused):
            elsewhere(tmp_path / f"{stated}.zip", url, tmp_path / f"there{stated}", key)
        with closing(open_journal(url)) as journal:
            assert journal.head().size == 0
    with open_backup(tmp_path / "True.zip") as backup:  # whoever takes an unsigned one takes it on the word of the file
        assert backup.checked(unsigned=True).size in (9, 10)


def test_a_backup_whose_signature_was_taken_off_is_taken_only_by_whoever_says_so(
    whole: tuple[Path, Path], tmp_path: Path
) -> None:
    parts = members(whole[0])
    del parts["manifest.note"]
    repacked(tmp_path / "b.zip", parts)
    with open_backup(tmp_path / "b.zip") as backup:
        with pytest.raises(BackupRefused, match="--unsigned"):
            backup.checked()
        assert backup.checked(unsigned=True).size == 9


def test_the_signature_of_a_backup_is_no_checkpoint(whole: tuple[Path, Path]) -> None:
    note = Note.parse(members(whole[0])["manifest.note"].decode())
    keys = [VerifierKey.parse(text) for text in json.loads(members(whole[0])["manifest.json"])["log_keys"]]
    assert note.signed_by(keys)
    with pytest.raises(NoteRefused):
        read_checkpoint(note, keys)


def test_what_unpacks_to_more_than_a_file_may_have_is_refused_unread(whole: tuple[Path, Path], tmp_path: Path) -> None:
    bomb = tmp_path / "b.zip"
    repacked(bomb, members(whole[0]))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"files/{'0' * 64}", bytes(LARGEST_FILE + 1))
    with open_backup(bomb) as backup, pytest.raises(BackupRefused, match="too large"):
        backup.checked()


def test_a_backup_is_its_owners_alone_and_leads_nowhere_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    prey = tmp_path / "prey"
    prey.write_text("kept")
    (tmp_path / "b.zip.part").symlink_to(prey)
    with closing(open_journal(url)) as journal, closing(open_log(journal, url, tmp_path / "log.key")) as log:
        lived_in(journal, log, Blobs(tmp_path / "files"))
        backed_up(tmp_path / "b.zip", journal, log, Blobs(tmp_path / "files"))
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
    assert prey.read_text() == "kept"


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


@pytest.mark.parametrize("name", ["manifest.json", "manifest.note", "outcomes.jsonl", "checkpoints.jsonl"])
def test_no_member_is_held_that_unpacks_to_more_than_it_may(
    name: str, whole: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bound in ("LARGEST_MANIFEST", "LARGEST_NOTE", "LARGEST_LINE"):
        monkeypatch.setattr(f"journal.backup.format.{bound}", 1 << 20)
    bomb = tmp_path / "b.zip"
    parts = members(whole[0]) | {name: b" " * (2 << 20)}
    repacked(bomb, parts)
    unsigned = name != "manifest.note"
    with pytest.raises(BackupRefused, match=r"too l(arge|ong)"), open_backup(bomb) as backup:
        backup.checked(unsigned=unsigned)
