"""Backup 备份: the whole record in one file, as it is read and checked without a database. plan P5.

A zip archive. `entries/` holds the canonical bytes that the tree is built over, each behind its length (big-endian, 32 bits),
so whoever reads it can compute the root; then every checkpoint and cosignature, the remembered outcomes, the disclosure
log, and the files that entries cite by hash. Of secrets there is nothing: no key, no account, no session. What it says of
people is ciphertext, and stays unreadable where the person was erased.

`manifest.json` states root, counts and the digest of every table, and `manifest.note` is the log's signature over it: the signed
checkpoints reach only as far as the last of them, and say nothing of outcomes, cosignatures and what came after.
"""

import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from journal.backup.disclosures import DISCLOSURES, of_line
from journal.digests import DIGESTS, SHA256, Digest
from journal.disclosure_log.disclosure_log import Chains, Written
from journal.entries import MAGIC, Entry, Head, canonical
from journal.transparency.checkpoints import Checkpoint, digest_of, read_checkpoint
from journal.transparency.merkle import Tree
from journal.transparency.signed_notes import Note, NoteRefused, Signature, VerifierKey

FORMAT, BEFORE_DISCLOSURES = "zhenduan.backup.v2", "zhenduan.backup.v1"
"""As it is written, and as it was before the disclosure log was part of it."""
SEGMENT = 2_000
"""Entries in one member of the archive."""
LARGEST_ENTRY = 64 * 1024 * 1024
LARGEST_MANIFEST = 64 * 1024 * 1024
LARGEST_NOTE = 1024 * 1024
LARGEST_LINE = 64 * 1024 * 1024
"""Of what is held at a time, whatever its sender says that it unpacks to: a backup that was brought from elsewhere is read by the
command line, a process of its own, as a stream that never holds more than one entry, line or file."""
LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one file; uploads are smaller by far, and what unpacks to more was put there to fill our memory."""
MANIFEST, SIGNED = "manifest.json", "manifest.note"
CHECKPOINTS, COSIGNATURES, OUTCOMES, FILES = "checkpoints.jsonl", "cosignatures.jsonl", "outcomes.jsonl", "files/"
ACCOUNTS = "accounts.jsonl"
"""Whom the vault held an account for when the backup was made: ids of persons, and nothing that opens one."""
OUTCOME_COLUMNS = ("actor", "idempotency_key", "digest", "outcome")
FAULTS_SHOWN = 20
Progress = Callable[[int], None]


class BackupRefused(ValueError):  # noqa: N818 - says what is wrong with the file
    """The backup cannot be taken or believed 备份不可用."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds 备份清单. at: microseconds of UTC. missing: files that entries cite and that were not there.

    algorithm: what the tree is hashed with; a backup of before there was a choice states none and is SHA-256's. The names of
    files are SHA-256 always. tables: name of a member -> SHA-256 of its lines; of "files/", of the names in order.
    disclosures: rows of the disclosure log; None = a backup of before it was part of it.
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
    tables: Mapping[str, str] = field(default_factory=dict)
    disclosures: int | None = None


def signed_text(manifest: bytes, origin: str, form: str = FORMAT) -> str:
    """The text that the log signs for a manifest; its first line is no name of any log, so it passes for no checkpoint."""
    return f"{form}\n{origin}\n{sha256(manifest).hexdigest()}\n"


def digest_of_names(names: Iterable[str]) -> str:
    """SHA-256 over the names of files, a line each, in order."""
    return sha256("".join(f"{name}\n" for name in sorted(names)).encode()).hexdigest()


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


def _whole(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    """A member that is held whole.

    Raises:
        BackupRefused: it unpacks to more than it may.
        KeyError: there is none.
    """
    with archive.open(name) as member:
        data = member.read(largest + 1)
    if len(data) > largest:
        raise BackupRefused(f"{name}: 过大 too large")
    return data


def _require_known(form: object) -> None:
    if form not in (FORMAT, BEFORE_DISCLOSURES):
        raise BackupRefused(f"备份格式不受支持 a format of another time: {str(form)[:40]}")


class Backup:
    """A backup file, open to be read 备份文件. Nothing of it is to be believed before `checked`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        try:
            self._raw = _whole(archive, MANIFEST, LARGEST_MANIFEST)
            stated = json.loads(self._raw)
            _require_known(stated["format"])
            lists = {name: tuple(stated[name]) for name in ("log_keys", "missing")}
            self.manifest = Manifest(**stated | lists)
        except BackupRefused:
            raise
        except (KeyError, ValueError, TypeError) as error:
            raise BackupRefused(f"不是备份文件 not a backup: {error}") from error
        has_disclosures = (self.manifest.disclosures is not None, DISCLOSURES in self.manifest.tables)
        if set(has_disclosures) != {self.manifest.format == FORMAT}:
            raise BackupRefused("清单与格式不符 the manifest is not of its format: disclosures")
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
                    (length,) = struct.unpack(">I", prefix) if len(prefix) == 4 else (LARGEST_ENTRY + 1,)  # noqa: PLR2004 - a length is written in four bytes
                    raw = member.read(length) if length <= LARGEST_ENTRY else b""
                    if len(raw) != length:
                        raise BackupRefused(f"{name}: 文件被截断 the file is cut short")
                    yield from_canonical(raw, self.digest)

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of one of the tables, refused at its end where they are not those that the manifest states."""
        hashed = sha256()
        try:
            with self._archive.open(name) as member:
                while line := member.readline(LARGEST_LINE + 1):
                    if len(line) > LARGEST_LINE:
                        raise BackupRefused(f"{name}: 行过长 a line is too long")
                    hashed.update(line)
                    yield json.loads(line)
        except (KeyError, ValueError) as error:
            raise BackupRefused(f"{name}: {error}") from error
        self._require(name, hashed.hexdigest())

    def accounts(self) -> frozenset[str] | None:
        """Persons who could sign in when it was made; None where a backup of an older version does not say."""
        if ACCOUNTS not in self.manifest.tables:
            return None
        return frozenset(str(row["person"]) for row in self.rows(ACCOUNTS))

    def disclosures(self) -> Iterator[Written]:
        """The rows of the disclosure log, in the order they were written; none in a backup of before it was part of it."""
        if self.manifest.disclosures is None:
            return
        found = 0
        for line in self.rows(DISCLOSURES):
            try:
                yield of_line(line)
            except ValueError as error:
                raise BackupRefused(f"{DISCLOSURES}: {error}") from error
            found += 1
        if found != self.manifest.disclosures:
            raise BackupRefused("披露日志行数与清单不符 rows of the disclosure log are missing")

    def broken_disclosures(self) -> tuple[int, Sequence[str]]:
        """How much is wrong with the chains of the disclosure log as it was when the backup was made, and the first lines of it."""
        chains, shown, faults = Chains(), list[str](), 0
        for row in self.disclosures():
            if fault := chains.fault(row):
                faults += 1
                shown += [fault] if len(shown) < FAULTS_SHOWN else []
        return faults, shown

    def files(self) -> Iterator[bytes]:
        """The files, each compared with its hash."""
        names = []
        for info in self._archive.infolist():
            if info.filename.startswith(FILES):
                if info.file_size > LARGEST_FILE:
                    raise BackupRefused(f"{info.filename}: 文件过大 the file is too large")
                data, digest = self._archive.read(info), info.filename.removeprefix(FILES)
                if sha256(data).hexdigest() != digest:
                    raise BackupRefused(f"{info.filename}: 内容与散列不符 the content does not match its hash")
                names.append(digest)
                yield data
        self._require(FILES, digest_of_names(names))

    def _require(self, name: str, found: str) -> None:
        """Refuse a member that is not what the manifest states; one of an older version states nothing of it."""
        unstated = found if self.manifest.format == BEFORE_DISCLOSURES else ""
        if self.manifest.tables.get(name, unstated) != found:
            raise BackupRefused(f"{name}: 与清单不符 not what the manifest states")

    def _signed_by(self, keys: Sequence[VerifierKey]) -> None:
        """Refuse a manifest that no key of the log signed."""
        try:
            note = Note.parse(_whole(self._archive, SIGNED, LARGEST_NOTE).decode())
            note.signed_by([key for key in keys if note.text == signed_text(self._raw, key.name, self.manifest.format)])
        except KeyError:
            raise BackupRefused("清单没有签名 the manifest is not signed; one of an older version: --unsigned") from None
        except ValueError as error:
            raise BackupRefused(f"清单签名不成立 the manifest is not signed by this log: {error}") from error

    def checked(
        self, log_keys: Sequence[VerifierKey] = (), progress: Progress | None = None, *, unsigned: bool = False
    ) -> Head:
        """The head that the entries give 核验备份, once everything in the file fits together.

        Args:
            log_keys: of the log, told by other ways than the file; none = the file's own, which then vouch for nothing but
                that the file is whole.
            progress: told the number of entries read.
            unsigned: take a backup of a version that did not sign; what is beyond its last checkpoint, its outcomes and its
                cosignatures are then vouched for by nobody.

        Raises:
            BackupRefused: the manifest is not signed by the log, an entry is missing or malformed, the root is another, a
                checkpoint says otherwise, a table is not the one stated, a file is damaged.
        """
        keys = list(log_keys) or [VerifierKey.parse(text) for text in self.manifest.log_keys]
        if any(digest_of(key.name) != self.digest for key in keys):
            raise BackupRefused(f"杂凑算法与日志不符 the log of these keys does not hash with {self.digest.name}")
        if not unsigned:
            self._signed_by(keys)
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
        for _ in self.disclosures():
            pass
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
