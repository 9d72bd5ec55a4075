"""Blobs 文件库: evidence and reports kept by the hash of their bytes, which is what the journal cites. plan P5."""

import errno
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from hashlib import file_digest, sha256
from io import BufferedReader
from pathlib import Path

from journal.atomic_files import sync_folder

HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
ARRIVING = "arriving"
ABANDONED_SECONDS = 86_400
"""A file still arriving after a day belongs to a process that died."""
LEAST_FREE = 64 * 2**20
"""Bytes: with fewer left, the next upload or the database's own log finds no room."""


class BlobDamaged(Exception):  # noqa: N818 - the disk is at fault, and the operator must hear of it
    """The bytes on disk are not those of their hash 文件已损坏; sending the same file again repairs it."""


class Blobs:
    """Files by content 内容寻址文件, `ab/cd/abcd…` under one folder. What is kept is never changed. folder: where."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._arriving = folder / ARRIVING
        for mine in (folder, self._arriving):
            mine.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder)
        for left in self._arriving.iterdir():
            if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                left.unlink(missing_ok=True)

    def require_room(self) -> None:
        """Whether files can be kept now 可写检查.

        Raises:
            OSError: the folder takes no file, or less than `LEAST_FREE` bytes are left.
        """
        with tempfile.TemporaryFile(dir=self._arriving) as file:
            file.write(b"1")
        if shutil.disk_usage(self.folder).free < LEAST_FREE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.folder))

    def _path(self, digest: str) -> Path | None:
        """Where a hash's bytes lie; None for anything but 64 hexadecimal digits, so that no name leaves the folder."""
        if not HASH.fullmatch(digest):
            return None
        return self.folder / digest[:2] / digest[2:4] / digest

    def put(self, data: bytes) -> str:
        """Keep bytes and give their SHA-256 in hexadecimal 存入; once it returns they survive a power cut.

        The same bytes again change nothing, except that they repair a copy that was damaged, and that the file is as young as
        if it had come now.
        """
        digest = sha256(data).hexdigest()
        path = self._path(digest)
        assert path is not None, "a digest is a digest"  # noqa: S101
        with suppress(FileNotFoundError):  # it may be taken away at this moment, see `remove`
            if path.read_bytes() == data:
                os.utime(path)
                for folder in (path.parent.parent, path.parent, path):
                    sync_folder(folder.parent)  # who put it first may not have come so far yet
                return digest
        return self.keep((data,))

    def keep(self, parts: Iterable[bytes]) -> str:
        """Keep bytes as they come and give the SHA-256 of them all 逐段存入, without ever holding them together."""
        digest = sha256()
        descriptor, name = tempfile.mkstemp(dir=self._arriving)
        draft = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for part in parts:
                    digest.update(part)
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
            path = self._path(digest.hexdigest())
            assert path is not None, "a digest is a digest"  # noqa: S101
            for folder in (path.parent.parent, path.parent):
                folder.mkdir(mode=0o700, exist_ok=True)
                sync_folder(folder.parent)
            draft.chmod(0o400)
            draft.rename(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
        return digest.hexdigest()

    def get(self, digest: str) -> bytes | None:
        """The bytes of a hash 取出, checked again; None when they are not kept here.

        Raises:
            BlobDamaged: the disk gives other bytes.
        """
        path = self._path(digest)
        if path is None:
            return None
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        if sha256(data).hexdigest() != digest:
            raise BlobDamaged(digest)
        return data

    def opened(self, digest: str) -> BufferedReader | None:
        """The bytes of a hash as a file at its beginning 打开, checked again block by block; None when they are not kept here.

        Raises:
            BlobDamaged: the disk gives other bytes.
        """
        path = self._path(digest)
        if path is None:
            return None
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return None
        if file_digest(file, "sha256").hexdigest() != digest:
            file.close()
            raise BlobDamaged(digest)
        file.seek(0)
        return file

    def remove(self, digest: str, put_before: float) -> bool:
        """Take away a file that nobody cites 移除; False where there is none, or somebody has put it since.

        It is moved aside before it is judged: whoever puts it meanwhile has made it young before, or finds none and keeps it anew.

        put_before: seconds of the machine's clock.
        """
        path = self._path(digest)
        if path is None:
            return False
        aside = self._arriving / f"{digest}.{secrets.token_hex(8)}"
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < put_before:
                path.rename(aside)
                if is_old := aside.stat().st_mtime < put_before:
                    sync_folder(path.parent)
                else:
                    with suppress(FileExistsError):
                        path.hardlink_to(aside)
                aside.unlink()
                return is_old
        return False

    def size(self, digest: str) -> int | None:
        """How many bytes a hash has 大小; None when they are not kept here."""
        path = self._path(digest)
        try:
            return None if path is None else path.stat().st_size
        except FileNotFoundError:
            return None
