"""Backup 备份: the whole record in one file, taken while everyone goes on writing, and checked without a database. plan P5.

A zip archive. `entries/` holds the canonical bytes that the tree is built over, each behind its length (big-endian, 32 bits),
so whoever reads it can compute the root; then every checkpoint and cosignature, the remembered outcomes, and the files that
entries cite by hash. Of secrets there is nothing: no key, no account, no session. What it says of people is ciphertext, and
stays unreadable where the person was erased.
"""

import io
import json
import re
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from journal.blobs import BlobDamaged, Blobs
from journal.checkpoints import Checkpoint, digest_of, read_checkpoint
from journal.digests import DIGESTS, SHA256, Digest
from journal.entries import MAGIC, Entry, Head, canonical
from journal.log import Journal
from journal.merkle import Tree
from journal.notes import Note, NoteRefused, Signature, VerifierKey
from journal.transparency import TransparencyLog

FORMAT = "zhenduan.backup.v1"
SEGMENT = 2_000
"""Entries in one member of the archive."""
LARGEST_ENTRY = 64 * 1024 * 1024
MANIFEST, CHECKPOINTS, COSIGNATURES, OUTCOMES = (
    "manifest.json",
    "checkpoints.jsonl",
    "cosignatures.jsonl",
    "outcomes.jsonl",
)
OUTCOME_COLUMNS = ("actor", "idempotency_key", "digest", "outcome")
CITED = re.compile(rb'"([0-9a-f]{64})"')
"""Whatever in an entry looks like a hash; it is a file's where a file of that hash is kept."""
FILE_FIELD = re.compile(rb'"(?:sha256|pdf)":"([0-9a-f]{64})"')
"""A hash that is a file's for certain."""

Progress = Callable[[int], None]


class BackupRefused(ValueError):  # noqa: N818 - says what is wrong with the file
    """The backup cannot be taken or believed 备份不可用."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds 备份清单. at: microseconds of UTC. missing: files that entries cite and that were not there.

    algorithm: what the tree is hashed with; a backup of before there was a choice states none and is SHA-256's. The names of
    files are SHA-256 always.
    """

    format: str
    made_at: str
    size: int
    at: int
    root: str
    log_keys: tuple[str, ...]
    outcomes: int
    files: int
    missing: tuple[str, ...]
    algorithm: str = SHA256.name


def from_canonical(raw: bytes, digest: Digest) -> Entry:
    """The entry behind its canonical bytes, its leaf by `digest`; see `canonical`.

    Raises:
        BackupRefused: they are not the canonical bytes of any entry.
    """
    try:
        position, at, version = struct.unpack_from(">qqq", raw, len(MAGIC))
        parts, place = [], len(MAGIC) + 24
        for _ in range(10):
            (length,) = struct.unpack_from(">I", raw, place)
            parts.append(raw[place + 4 : place + 4 + length])
            place += 4 + length
        stream, type_, state, *others = parts
        actor, role, organisation, reason, correlation, causation, key = (part.decode() for part in others)
        entry = Entry(
            position,
            at,
            stream.decode(),
            version,
            type_.decode(),
            state,
            actor,
            role,
            organisation,
            reason,
            correlation,
            causation,
            key,
            digest.leaf(raw),
        )
    except (struct.error, UnicodeDecodeError) as error:
        raise BackupRefused(f"条目格式错误 malformed entry: {error}") from error
    if canonical(position, at, entry) != raw:
        raise BackupRefused("条目格式错误 malformed entry: not in its one canonical form")
    return entry


def _rows(cursor: Any, query: str) -> Iterator[Sequence[Any]]:  # noqa: ANN401 - of the driver in use
    """Rows of a query at the snapshot's moment, a batch at a time."""
    if isinstance(cursor, sqlite3.Connection):
        yield from cursor.execute(query)
        return
    cursor.execute(f"DECLARE backup_rows NO SCROLL CURSOR FOR {query}")
    while True:
        cursor.execute(f"FETCH {SEGMENT} FROM backup_rows")
        rows = cursor.fetchall()
        if not rows:
            break
        yield from rows
    cursor.execute("CLOSE backup_rows")


def _lines(archive: zipfile.ZipFile, name: str, rows: Iterator[Mapping[str, Any]]) -> int:
    count = 0
    with archive.open(name, "w", force_zip64=True) as member:
        for row in rows:
            member.write(json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n")
            count += 1
    return count


def back_up(
    path: Path,
    journal: Journal,
    log: TransparencyLog,
    blobs: Blobs,
    now: datetime,
    progress: Progress | None = None,
) -> Manifest:
    """Write everything to one file 备份, as of one moment; the file appears when it is whole.

    Args:
        path: of the file; it must not exist.
        journal: read in one snapshot, while others go on appending.
        log: its checkpoints and cosignatures.
        blobs: the files; those that entries cite are taken.
        now: stated in the manifest.
        progress: told the number of entries written.

    Raises:
        BackupRefused: the file exists, or the entries are not those of the head, so that a backup would be worthless.
    """
    if path.exists():
        raise BackupRefused(f"文件已存在 there already: {path}")
    draft = path.with_name(path.name + ".part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive, journal.snapshot() as cursor:
            manifest = _written(archive, cursor, journal, log, blobs, now, progress)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _written(
    archive: zipfile.ZipFile,
    cursor: Any,  # noqa: ANN401 - of the driver in use
    journal: Journal,
    log: TransparencyLog,
    blobs: Blobs,
    now: datetime,
    progress: Progress | None,
) -> Manifest:
    head = journal.head()
    tree = Tree(head.digest)
    cited: set[str] = set()
    certain: set[str] = set()
    while tree.size < head.size:
        entries = journal.since(tree.size, min(SEGMENT, head.size - tree.size))
        if not entries:
            break
        with archive.open(f"entries/{tree.size + 1:012d}", "w") as member:
            for entry in entries:
                raw = canonical(entry.position, entry.at, entry)
                member.write(struct.pack(">I", len(raw)) + raw)
                tree.add(tree.digest.leaf(raw))
                cited.update(found.decode() for found in CITED.findall(entry.state))
                certain.update(found.decode() for found in FILE_FIELD.findall(entry.state))
        if progress is not None:
            progress(tree.size)
    if (tree.size, tree.root) != (head.size, head.root):
        raise BackupRefused("日志已被改动，先运行 verify the journal was changed; run verify first")
    query = f"SELECT {', '.join(OUTCOME_COLUMNS)} FROM outcomes ORDER BY actor, idempotency_key"  # noqa: S608 - our own
    remembered = (dict(zip(OUTCOME_COLUMNS, row, strict=True)) for row in _rows(cursor, query))
    outcomes = _lines(archive, OUTCOMES, remembered)
    checkpoints, cosignatures = log.exported(head.size)
    _lines(archive, CHECKPOINTS, iter(checkpoints))
    _lines(archive, COSIGNATURES, iter(cosignatures))
    kept = _files(archive, sorted(cited), blobs)
    manifest = Manifest(
        format=FORMAT,
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        size=head.size,
        at=head.at,
        root=head.root.hex(),
        log_keys=tuple(str(key) for key in log.keys().verifiers),
        outcomes=outcomes,
        files=len(kept),
        missing=tuple(sorted(certain - kept)),
        algorithm=head.algorithm,
    )
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    return manifest


def _files(archive: zipfile.ZipFile, cited: Sequence[str], blobs: Blobs) -> set[str]:
    kept = set()
    for digest in cited:
        try:
            data = blobs.get(digest)
        except BlobDamaged:
            continue  # said in the manifest as missing: the rest must be saved all the more
        if data is not None:
            archive.writestr(zipfile.ZipInfo(f"files/{digest}"), data)
            kept.add(digest)
    return kept


class Backup:
    """A backup file, open to be read 备份文件. Nothing of it is to be believed before `checked`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        try:
            stated = json.loads(archive.read(MANIFEST))
            lists = {name: tuple(stated[name]) for name in ("log_keys", "missing")}
            self.manifest = Manifest(**stated | lists)
        except (KeyError, ValueError, TypeError) as error:
            raise BackupRefused(f"不是备份文件 not a backup: {error}") from error
        if self.manifest.format != FORMAT:
            raise BackupRefused(f"备份格式不受支持 a format of another time: {self.manifest.format}")
        if self.manifest.algorithm not in tuple(DIGESTS):
            raise BackupRefused(f"杂凑算法不明 an algorithm that is not known: {str(self.manifest.algorithm)[:40]}")

    @property
    def digest(self) -> Digest:
        """What its tree is hashed with, as the manifest states."""
        return DIGESTS[self.manifest.algorithm]

    def entries(self) -> Iterator[Entry]:
        """Every entry in order, as its canonical bytes say."""
        for name in sorted(name for name in self._archive.namelist() if name.startswith("entries/")):
            with self._archive.open(name) as member:
                while prefix := member.read(4):
                    (length,) = struct.unpack(">I", prefix) if len(prefix) == 4 else (LARGEST_ENTRY + 1,)  # noqa: PLR2004
                    raw = member.read(length) if length <= LARGEST_ENTRY else b""
                    if len(raw) != length:
                        raise BackupRefused(f"{name}: 文件被截断 the file is cut short")
                    yield from_canonical(raw, self.digest)

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of one of the tables."""
        try:
            with self._archive.open(name) as member:
                for line in io.TextIOWrapper(member, encoding="utf-8"):
                    yield json.loads(line)
        except (KeyError, ValueError) as error:
            raise BackupRefused(f"{name}: {error}") from error

    def files(self) -> Iterator[bytes]:
        """The files, each compared with its hash."""
        for name in self._archive.namelist():
            if name.startswith("files/"):
                data = self._archive.read(name)
                if sha256(data).hexdigest() != name.removeprefix("files/"):
                    raise BackupRefused(f"{name}: 内容与散列不符 the content does not match its hash")
                yield data

    def checked(self, log_keys: Sequence[VerifierKey] = (), progress: Progress | None = None) -> Head:
        """The head that the entries give 核验备份, once everything in the file fits together.

        Args:
            log_keys: of the log, told by other ways than the file; none = the file's own, which then vouch for nothing but
                that the file is whole.
            progress: told the number of entries read.

        Raises:
            BackupRefused: an entry is missing or malformed, the root is another, a checkpoint says otherwise, a file is
                damaged.
        """
        keys = list(log_keys) or [VerifierKey.parse(text) for text in self.manifest.log_keys]
        if any(digest_of(key.name) != self.digest for key in keys):
            raise BackupRefused(f"杂凑算法与日志不符 the log of these keys does not hash with {self.digest.name}")
        checkpoints = self._checkpoints(keys)
        tree, at, versions = Tree(self.digest), 0, dict[str, int]()
        self._compare(checkpoints, tree)
        for entry in self.entries():
            wanted = tree.size + 1
            before = versions.get(entry.stream, -1 if entry.version == 0 else 0)
            if entry.position != wanted or entry.at < at or entry.version != before + 1:
                raise BackupRefused(f"第 {wanted} 条缺失或次序不符 entry {wanted} is missing or out of order")
            versions[entry.stream], at = entry.version, entry.at
            tree.add(entry.leaf)
            self._compare(checkpoints, tree)
            if progress is not None and wanted % SEGMENT == 0:
                progress(wanted)
        if (tree.size, at, tree.root.hex()) != (self.manifest.size, self.manifest.at, self.manifest.root):
            raise BackupRefused("条目与清单不符 the entries are not those that the manifest states")
        if checkpoints:
            raise BackupRefused(f"检查点超出条目 a checkpoint of {min(checkpoints)} entries is beyond them")
        counted = sum(1 for _ in self.rows(OUTCOMES)), sum(1 for _ in self.files())
        if counted != (self.manifest.outcomes, self.manifest.files):
            raise BackupRefused("文件或结果数与清单不符 files or outcomes are missing")
        return Head(tree.size, at, tree.frontier, tree.root, self.digest.name)

    def _checkpoints(self, keys: Sequence[VerifierKey]) -> dict[int, set[bytes]]:
        """Size -> roots that were signed for."""
        found: dict[int, set[bytes]] = {}
        texts: dict[int, str] = {}
        try:
            for row in self.rows(CHECKPOINTS):
                note = Note.parse(row["note"])
                checkpoint: Checkpoint = read_checkpoint(note, keys)
                found.setdefault(checkpoint.size, set()).add(checkpoint.root)
                texts[checkpoint.size] = note.text
                if row["size"] != checkpoint.size:
                    raise BackupRefused("检查点大小不符 a checkpoint is kept under another size")
            for row in self.rows(COSIGNATURES):
                if row["size"] not in texts or Signature.parse(row["line"]).name != row["witness"]:
                    raise BackupRefused("见证签名没有检查点 a cosignature without its checkpoint")
        except (NoteRefused, KeyError, TypeError) as error:
            raise BackupRefused(f"检查点不可信 a checkpoint cannot be trusted: {error}") from error
        return found

    def _compare(self, checkpoints: dict[int, set[bytes]], tree: Tree) -> None:
        if checkpoints.pop(tree.size, set()) - {tree.root}:
            raise BackupRefused(f"与大小为 {tree.size} 的检查点不符 a checkpoint of {tree.size} entries says otherwise")


@contextmanager
def open_backup(path: Path) -> Iterator[Backup]:
    """A backup file 打开备份.

    Raises:
        BackupRefused: it is none, or damaged, also where that comes out only while it is read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield Backup(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BackupRefused(f"备份文件损坏 the backup is damaged: {error}") from error
