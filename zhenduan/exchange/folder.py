"""Folder 共享目录: a package laid where a counterpart fetches it, whatever carries the folder between the two. plan P8.

`out/<package>.note`, then `out/<package>.zip`, each whole under its name or not there; `receipts/<package>/<any>.json`;
`results/<batch>.<day>.<json|csv|xlsx>`, which go to `results/taken` or, with why, to `results/refused`. What is still being written
is left alone until it rests; what is no plain file is no file.
"""

import os
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

from domain.programme.packages.terms import SendingFault, SendingStatus, TransportKind
from interop.exchange.receipt_form import LARGEST_RECEIPT
from zhenduan.exchange.transport import LARGEST_RESULTS, Carried, Outgoing

RESTS_SECONDS = 10.0
MOST_FILES = 1_000
"""Of one look into a folder: what lies beyond comes with the next."""


@dataclass(frozen=True)
class FolderFile:
    """A file of results in the folder 目录中的报送文件."""

    name: str
    content: bytes
    path: Path

    def over(self, why: str) -> None:
        """Lay it aside, with why where it was refused."""
        place = self.path.parent / ("refused" if why else "taken")
        place.mkdir(exist_ok=True)
        if why:
            (place / f"{self.name}.txt").write_text(f"{why}\n", "utf-8")
        self.path.replace(place / self.name)


@dataclass(frozen=True)
class Folder:
    """Transport by a folder. rests_seconds: how long a file must not have changed."""

    place: Path
    rests_seconds: float = RESTS_SECONDS
    kind: TransportKind = TransportKind.FOLDER

    def carry(self, outgoing: Outgoing) -> Carried:
        """Lay it down, the signature first: who sees the package has both."""
        out = self.place / "out"
        try:
            out.mkdir(exist_ok=True)
            self._lay(out / f"{outgoing.package}.note", outgoing.note)
            self._lay(out / f"{outgoing.package}.zip", outgoing.file)
        except OSError:
            return Carried(SendingStatus.FAILED, SendingFault.FOLDER_UNUSABLE)
        return Carried(SendingStatus.SENT)

    def _lay(self, path: Path, content: bytes | BinaryIO) -> None:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".arriving-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                if isinstance(content, bytes):
                    file.write(content)
                else:
                    copyfileobj(content, file, 1 << 20)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o640)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def is_there(self, package: str, sha256: str) -> bool:
        """Whether it lies there; one that was fetched meanwhile cannot be told from one that never came."""
        try:
            with _opened(self.place / "out" / f"{package}.zip") as file:
                return file_digest(file, "sha256").hexdigest() == sha256
        except OSError:
            return False

    def receipts(self, packages: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """What lies under each package's name."""
        for package in packages:
            for path in self._files(self.place / "receipts" / package):
                content = _read(path, LARGEST_RECEIPT) if path.suffix == ".json" else None
                if content is not None:
                    yield package, content

    def results(self) -> Iterator[FolderFile]:
        """What lies under results."""
        for path in self._files(self.place / "results"):
            content = _read(path, LARGEST_RESULTS)
            if content is not None:
                yield FolderFile(path.name, content, path)

    def _files(self, place: Path) -> list[Path]:
        """Plain files that rest, in order of their names; none of a folder that is not there or leads elsewhere."""
        if place.is_symlink() or not place.is_dir():
            return []
        rested = time.time() - self.rests_seconds
        found = []
        for path in sorted(place.iterdir())[: 2 * MOST_FILES]:
            with suppress(OSError):
                about = path.lstat()
                if stat.S_ISREG(about.st_mode) and about.st_mtime <= rested and not path.name.startswith("."):
                    found.append(path)
        return found[:MOST_FILES]


def _opened(path: Path) -> BufferedReader:
    """A plain file; whoever put a link there leads nowhere."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def _read(path: Path, largest: int) -> bytes | None:
    """The beginning of a file, one byte beyond the largest at most, so that it is seen to be too large; None where it is gone."""
    try:
        with _opened(path) as file:
            return file.read(largest + 1)
    except OSError:
        return None
