"""Backing up 制作备份: the whole record written to one file while everyone goes on writing. plan P5."""

import json
import re
import sqlite3
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from domain.programme.packages.events import PackageMade
from journal.atomic_files import whole_file
from journal.backup.disclosures import DISCLOSURES, as_line
from journal.backup.format import (
    ACCOUNTS,
    CHECKPOINTS,
    COSIGNATURES,
    FILES,
    FORMAT,
    MANIFEST,
    OUTCOME_COLUMNS,
    OUTCOMES,
    SEGMENT,
    SIGNED,
    BackupRefused,
    Manifest,
    Progress,
    digest_of_names,
    signed_text,
)
from journal.blobs import BlobDamaged, Blobs
from journal.cited_files import CITED
from journal.codec import stored_names
from journal.disclosure_log.disclosure_log import Written
from journal.entries import Entry, canonical
from journal.journal import Journal
from journal.transparency.merkle import Tree
from journal.transparency.signed_notes import Note
from journal.transparency.transparency_log import TransparencyLog

FILE_FIELD = re.compile(rb'"(?:sha256|pdf|movers)":"([0-9a-f]{64})"')
"""A hash that is a file's for certain, but for what lies inside a file (`HOLDING_OTHERS`)."""
HOLDING_OTHERS = stored_names({PackageMade})
"""Entries that cite one file and name beside it the hashes of what lies inside it, which is nowhere by itself."""


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


def _lines(archive: zipfile.ZipFile, name: str, rows: Iterator[Mapping[str, Any]]) -> tuple[int, str]:
    """(number, SHA-256) of the lines of one table."""
    count, hashed = 0, sha256()
    with archive.open(name, "w", force_zip64=True) as member:
        for row in rows:
            line = json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n"
            hashed.update(line)
            member.write(line)
            count += 1
    return count, hashed.hexdigest()


def back_up(
    path: Path,
    journal: Journal,
    log: TransparencyLog,
    blobs: Blobs,
    now: datetime,
    progress: Progress | None = None,
    accounts: Iterable[str] = (),
    disclosures: Iterable[Written] = (),
) -> Manifest:
    """Write everything to one file 备份, as of one moment; its owner's alone (0600), it appears when it is whole and on disk.

    Args:
        path: of the file; it must not exist.
        journal: read in one snapshot, while others go on appending.
        log: its checkpoints and cosignatures.
        blobs: the files; those that entries cite are taken.
        now: stated in the manifest.
        progress: told the number of entries written.
        accounts: persons who can sign in, so that a restore knows whether its vault is whole.
        disclosures: the rows of the disclosure log, which are taken as they are, whole or not.

    Raises:
        BackupRefused: the file exists, or the entries are not those of the head, so that a backup would be worthless.
    """
    if path.exists():
        raise BackupRefused(f"文件已存在 there already: {path}")
    with (
        whole_file(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        journal.snapshot() as cursor,
    ):
        return _written(archive, cursor, journal, log, blobs, now, progress, accounts, disclosures)


def _written(
    archive: zipfile.ZipFile,
    cursor: Any,  # noqa: ANN401 - of the driver in use
    journal: Journal,
    log: TransparencyLog,
    blobs: Blobs,
    now: datetime,
    progress: Progress | None,
    accounts: Iterable[str],
    disclosures: Iterable[Written],
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
                certain.update(_files_of(entry))
        if progress is not None:
            progress(tree.size)
    if (tree.size, tree.root) != (head.size, head.root):
        raise BackupRefused("日志已被改动，先运行 verify the journal was changed; run verify first")
    query = f"SELECT {', '.join(OUTCOME_COLUMNS)} FROM outcomes ORDER BY actor, idempotency_key"  # noqa: S608 - our own
    remembered = (dict(zip(OUTCOME_COLUMNS, row, strict=True)) for row in _rows(cursor, query))
    outcomes, digest_of_outcomes = _lines(archive, OUTCOMES, remembered)
    checkpoints, cosignatures = log.exported(head.size)
    tables = {OUTCOMES: digest_of_outcomes}
    tables[CHECKPOINTS] = _lines(archive, CHECKPOINTS, iter(checkpoints))[1]
    tables[COSIGNATURES] = _lines(archive, COSIGNATURES, iter(cosignatures))[1]
    tables[ACCOUNTS] = _lines(archive, ACCOUNTS, ({"person": person} for person in sorted(accounts)))[1]
    disclosed, tables[DISCLOSURES] = _lines(archive, DISCLOSURES, map(as_line, disclosures))
    kept = _files(archive, sorted(cited), blobs)
    keys = log.keys()
    manifest = Manifest(
        format=FORMAT,
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        size=head.size,
        at=head.at,
        root=head.root.hex(),
        log_keys=tuple(str(key) for key in keys.verifiers),
        outcomes=outcomes,
        files=len(kept),
        missing=tuple(sorted(certain - kept)),
        algorithm=head.algorithm,
        tables=tables | {FILES: digest_of_names(kept)},
        disclosures=disclosed,
    )
    raw = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
    text = signed_text(raw, keys.signing.name)
    archive.writestr(MANIFEST, raw)
    archive.writestr(SIGNED, str(Note(text, (keys.signing.sign(text),))))
    return manifest


def _files_of(entry: Entry) -> Iterable[str]:
    """Hashes of the files that an entry certainly cites, each kept by itself."""
    if entry.type in HOLDING_OTHERS:
        return (json.loads(entry.state)["sha256"],)
    return (found.decode() for found in FILE_FIELD.findall(entry.state))


def _files(archive: zipfile.ZipFile, cited: Sequence[str], blobs: Blobs) -> set[str]:
    kept = set()
    for digest in cited:
        try:
            data = blobs.get(digest)
        except BlobDamaged:
            continue  # said in the manifest as missing: the rest must be saved all the more
        if data is not None:
            archive.writestr(zipfile.ZipInfo(f"{FILES}{digest}"), data)
            kept.add(digest)
    return kept
