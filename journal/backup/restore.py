"""Restoring 恢复: a backup into an empty installation, usable only once everything in it has been checked. plan P5."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import islice
from typing import Any, TypeVar

import psycopg2.extras

from journal.backup.format import CHECKPOINTS, COSIGNATURES, OUTCOME_COLUMNS, OUTCOMES, SEGMENT, Backup, BackupRefused
from journal.blobs import Blobs
from journal.engines.postgres_schema import APPEND_LOCK
from journal.entries import COLUMNS, Head
from journal.journal import Journal
from journal.transparency.merkle import Tree
from journal.transparency.signed_notes import VerifierKey

Progress = Callable[[int], None]
Row = TypeVar("Row")
CHECKPOINT_COLUMNS = ("size", "key", "at", "note")
COSIGNATURE_COLUMNS = ("size", "witness", "key", "line")


class NotEmpty(Exception):  # noqa: N818 - as the name says
    """The installation holds something already 目标不为空; a backup is never mixed with another history."""


@dataclass(frozen=True)
class Restored:
    """What was restored 恢复结果."""

    head: Head
    files: int


def restore(
    backup: Backup,
    journal: Journal,
    blobs: Blobs,
    log_keys: Sequence[VerifierKey] = (),
    progress: Progress | None = None,
    *,
    with_checkpoints: bool = True,
    unsigned: bool = False,
) -> Restored:
    """Bring a backup back 恢复. It is read twice: once to be checked, once to be written, in one transaction.

    Args:
        backup: open, not yet believed.
        journal: empty, with the tables of its log.
        blobs: where the files go, which may be there already.
        log_keys: see `Backup.checked`.
        progress: told the number of entries checked, then of those written.
        with_checkpoints: False = a new log begins, which has signed nothing yet.
        unsigned: see `Backup.checked`.

    Raises:
        BackupRefused: something in the file does not fit, or is hashed otherwise than the journal; nothing was written but files.
        NotEmpty: the journal has entries.
    """
    before = journal.head()
    if before.size:
        raise NotEmpty("目标日志不为空 the journal that it should go into is not empty")
    if before.digest != backup.digest:
        raise BackupRefused(
            f"杂凑算法不符 the backup is hashed with {backup.digest.name}, the journal was made with {before.algorithm}"
        )
    checked = backup.checked(log_keys, progress, unsigned=unsigned)
    files = sum(1 for data in backup.files() if blobs.put(data))
    with journal.transaction() as cursor:
        if not isinstance(cursor, sqlite3.Connection):  # there the write lock is taken already
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))
        if journal.head().size:
            raise NotEmpty("目标日志不为空 the journal that it should go into is not empty")
        tree = Tree(backup.digest)
        for batch in _batches(backup.entries()):
            _insert(cursor, "entries", COLUMNS, [astuple(entry) for entry in batch])
            for entry in batch:
                tree.add(entry.leaf)
            if progress is not None:
                progress(tree.size)
        if tree.root != checked.root:
            raise BackupRefused("备份文件在读取中变化 the file changed while it was read")
        if checked.size:
            mark = "?" if isinstance(cursor, sqlite3.Connection) else "%s"
            head = ", ".join(f"{name} = {mark}" for name in ("size", "at", "frontier", "root"))
            values = (checked.size, checked.at, checked.frontier, checked.root)
            cursor.execute(f"UPDATE head SET {head}", values)  # noqa: S608 - our own names
        tables = [("outcomes", OUTCOMES, OUTCOME_COLUMNS)]
        if with_checkpoints:
            tables += [
                ("checkpoints", CHECKPOINTS, CHECKPOINT_COLUMNS),
                ("cosignatures", COSIGNATURES, COSIGNATURE_COLUMNS),
            ]
        for table, name, columns in tables:
            for rows in _batches(backup.rows(name)):
                _insert(cursor, table, columns, [tuple(row[column] for column in columns) for row in rows])
    return Restored(checked, files)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while batch := list(islice(source, SEGMENT)):
        yield batch


def _insert(cursor: Any, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:  # noqa: ANN401 - of the driver in use
    into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608 - our own names
    if isinstance(cursor, sqlite3.Connection):
        cursor.executemany(f"{into}({', '.join('?' * len(columns))})", rows)
    else:
        psycopg2.extras.execute_values(cursor, f"{into}%s", rows)
