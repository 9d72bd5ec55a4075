"""Whole files 完整文件: a file appears when all of it is on disk and is its owner's alone; what a killed writer left is removed.

A draft is locked by whoever writes it for as long as it lives, so that a later run knows which drafts are nobody's any more.
"""

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

DRAFT = re.compile(r".\.zhenduan-[a-z0-9_]{8}\.part", re.ASCII)
OLDER_DRAFT = b"PK\x03\x04", b"entries/000000000001"
"""How a backup begins, and the name of its first member: drafts of earlier versions bore no mark in their names."""
NAME_AT = 30
"""Where the name of the first member stands in a zip archive."""


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a rename or link survives a power cut only then."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def draft_of(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A draft beside a file that is to be, open and locked, and its path; it is gone after the block unless it was renamed.

    Its name is one that nobody can guess: where others write too, a link laid in wait would lead what is written elsewhere.
    """
    while True:
        descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.zhenduan-", suffix=".part", dir=path.parent)
        with suppress(OSError):  # a file system that knows no locks: no run can take it for abandoned there
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:  # else another run took it for abandoned before it was locked
            break
        os.close(descriptor)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file, draft
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write into 写入完整文件 (0600): at the end of the block it takes its name, and before that there is none of it.

    What exists under the name is replaced. A terminal or pipe is written to as it comes.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            yield stream
        return
    remove_abandoned(path.parent)
    with draft_of(path) as (file, draft):
        yield file
        file.flush()
        os.fsync(file.fileno())
        draft.replace(path)
    sync_folder(path.parent)


def write_whole(path: Path, text: str) -> None:
    """Write a file of its owner's alone (0600), the old one or the new one whole whatever happens."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with whole_file(path) as file:
        file.write(text.encode())


def remove_abandoned(folder: Path) -> None:
    """Remove the drafts in a folder that nobody writes any more 清除残留; those of files that are not ours stay."""
    for draft in folder.glob("*.part"):
        if not draft.is_file():
            continue
        with suppress(OSError), draft.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # whoever lives holds it
            if DRAFT.search(draft.name) or _is_older_draft(file.read(NAME_AT + len(OLDER_DRAFT[1]))):
                draft.unlink()


def _is_older_draft(begin: bytes) -> bool:
    return begin.startswith(OLDER_DRAFT[0]) and begin.endswith(OLDER_DRAFT[1])
