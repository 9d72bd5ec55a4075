"""SFTP 安全文件传送: a package put into a counterpart's folder over SSH, laid out as a folder that both sides see. plan P8.

Below the path: `out/<package>.note`, then `out/<package>.zip`, each under its name once it is whole;
`receipts/<package>/<any>.json`; `results/<batch>.<day>.<json|csv|xlsx>`, which go to `results/taken` or, with why, to
`results/refused`. The counterpart's host is known by its key, we are by ours; nothing else is tried.
"""

import logging
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Timer
from typing import BinaryIO
from urllib.parse import urlsplit

from paramiko import HostKeys, PKey, SFTPClient, SSHClient, SSHException

from domain.programme.packages.terms import SendingFault, SendingStatus, TransportKind
from interop.exchange.receipt_form import LARGEST_RECEIPT
from zhenduan.exchange.folder import MOST_FILES, RESTS_SECONDS
from zhenduan.exchange.transport import LARGEST_RESULTS, LONGEST_SECONDS, Carried, Outgoing

PORT = 22
CONNECTING_SECONDS = 20.0
ASKING_SECONDS = 30.0
"""Of an answer; what waits for no answer has `LONGEST_SECONDS` in all."""
BLOCK = 1 << 20
FAULTS = (OSError, EOFError, SSHException)
"""How the library says that something did not go."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SftpFile:
    """A file of results on the counterpart's server 报送文件."""

    name: str
    content: bytes
    place: str
    files: SFTPClient

    def over(self, why: str) -> None:
        """Lay it aside there, with why where it was refused."""
        aside = f"{self.place}/{'refused' if why else 'taken'}"
        _made(self.files, aside)
        if why:
            self.files.putfo(BytesIO(f"{why}\n".encode()), f"{aside}/{self.name}.txt")
        _renamed(self.files, f"{self.place}/{self.name}", f"{aside}/{self.name}")


@dataclass(frozen=True)
class Sftp:
    """Transport by SFTP. path: folder on the server. known_hosts: the server's keys, as OpenSSH writes them. key_file: our own.

    rests_seconds: how long a file must not have changed.
    """

    host: str
    port: int
    user: str
    path: str
    key_file: Path
    known_hosts: Path
    rests_seconds: float = RESTS_SECONDS
    kind: TransportKind = TransportKind.SFTP

    def carry(self, outgoing: Outgoing) -> Carried:
        """Lay it down, the signature first. Only of the last step, which gives the package its name, may it be unknown."""
        named = False
        out = f"{self.path}/out"
        arriving, there = f"{out}/.arriving-{outgoing.package}", f"{out}/{outgoing.package}.zip"
        try:
            with self._files() as files:
                try:
                    _made(files, out)
                    self._lay(files, f"{out}/{outgoing.package}.note", BytesIO(outgoing.note))
                    files.putfo(outgoing.file, arriving)
                except OSError:
                    return Carried(SendingStatus.FAILED, SendingFault.FOLDER_UNUSABLE)
                named = True
                _renamed(files, arriving, there)
        except FAULTS:
            if not named:
                return Carried(SendingStatus.FAILED)
            return Carried(SendingStatus.SENT if self.is_there(outgoing.package, outgoing.sha256) else SendingStatus.UNKNOWN)
        return Carried(SendingStatus.SENT)

    def _lay(self, files: SFTPClient, there: str, content: BinaryIO) -> None:
        folder, _, name = there.rpartition("/")
        files.putfo(content, f"{folder}/.arriving-{name}")
        _renamed(files, f"{folder}/.arriving-{name}", there)

    def is_there(self, package: str, sha256: str) -> bool:
        """Whether it lies there; one that was fetched meanwhile cannot be told from one that never came."""
        try:
            with self._files() as files:
                return _digest(files, f"{self.path}/out/{package}.zip") == sha256
        except FAULTS:
            return False

    def receipts(self, packages: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """What lies under each package's name."""
        try:
            with self._files() as files:
                for package in packages:
                    place = f"{self.path}/receipts/{package}"
                    for name in self._resting(files, place):
                        if name.endswith(".json"):
                            yield package, _read(files, f"{place}/{name}", LARGEST_RECEIPT)
        except FAULTS as fault:
            log.info("未能查询回执 receipts could not be asked for: %s", fault)

    def results(self) -> Iterator[SftpFile]:
        """What lies under results."""
        place = f"{self.path}/results"
        try:
            with self._files() as files:
                for name in self._resting(files, place):
                    yield SftpFile(name, _read(files, f"{place}/{name}", LARGEST_RESULTS), place, files)
        except FAULTS as fault:
            log.info("未能查询报送文件 results could not be asked for: %s", fault)

    @contextmanager
    def _files(self) -> Iterator[SFTPClient]:
        """The server's files, for so long at most; the host must be known, and no other key or password is offered."""
        client = SSHClient()
        client.load_system_host_keys(str(self.known_hosts))
        ending = Timer(LONGEST_SECONDS, client.close)
        ending.daemon = True
        ending.start()
        try:
            client.connect(
                self.host,
                self.port,
                self.user,
                key_filename=str(self.key_file),
                allow_agent=False,
                look_for_keys=False,
                timeout=CONNECTING_SECONDS,
                banner_timeout=CONNECTING_SECONDS,
                auth_timeout=CONNECTING_SECONDS,
                channel_timeout=CONNECTING_SECONDS,
            )
            with client.open_sftp() as files:
                channel = files.get_channel()
                if channel is not None:
                    channel.settimeout(ASKING_SECONDS)
                yield files
        finally:
            ending.cancel()
            client.close()

    def _resting(self, files: SFTPClient, place: str) -> list[str]:
        """Names of plain files that rest, in order; none of a folder that is not there."""
        try:
            listed = files.listdir_attr(place)
        except FileNotFoundError:
            return []
        rested = time.time() - self.rests_seconds
        found = sorted(
            one.filename
            for one in listed
            if stat.S_ISREG(one.st_mode or 0) and (one.st_mtime or 0) <= rested and _is_plain(one.filename)
        )
        return found[:MOST_FILES]


def sftp_at(address: str, key_file: Path, known_hosts: Path) -> Sftp:
    """The transport to an address, "sftp://USER@HOST[:PORT]/FOLDER".

    Raises:
        ValueError: no such address, a file that cannot be read, or a host whose key is not in it; in both languages.
    """
    parts = urlsplit(address)
    host, port = parts.hostname, parts.port or PORT
    if host is None or parts.scheme != "sftp" or not parts.username or parts.password is not None or len(parts.path) < 2:  # noqa: PLR2004 - "/" and a name
        raise ValueError("须为 sftp://用户@主机/目录 no address of SFTP, sftp://USER@HOST/FOLDER")
    try:
        PKey.from_path(key_file)
        known = HostKeys(str(known_hosts))
    except (OSError, ValueError, SSHException) as error:
        raise ValueError(f"密钥文件无法读取 a file of keys cannot be read: {error}") from None
    if known.lookup(host if port == PORT else f"[{host}]:{port}") is None:
        raise ValueError(f"主机密钥文件中没有该主机 the hosts' keys have none of: {host}")
    return Sftp(host, port, parts.username, parts.path.rstrip("/"), key_file, known_hosts)


def _is_plain(name: str) -> bool:
    """Whether it names a file beside the others, as no server must but may."""
    return not name.startswith(".") and "/" not in name


def _made(files: SFTPClient, place: str) -> None:
    try:
        files.stat(place)
    except FileNotFoundError:
        files.mkdir(place)


def _renamed(files: SFTPClient, one: str, other: str) -> None:
    """Give it its name, in place of what has it; on a server that cannot replace, after that was removed."""
    try:
        files.posix_rename(one, other)
    except OSError as fault:
        if fault.errno is not None:  # not there, or not allowed
            raise
        with suppress(FileNotFoundError):
            files.remove(other)
        files.rename(one, other)


def _read(files: SFTPClient, path: str, largest: int) -> bytes:
    """The beginning of a file, one byte beyond the largest at most, so that it is seen to be too large."""
    with files.open(path, "rb") as file:
        return file.read(largest + 1)


def _digest(files: SFTPClient, path: str) -> str:
    made = sha256()
    with files.open(path, "rb") as file:
        file.prefetch()
        while block := file.read(BLOCK):
            made.update(block)
    return made.hexdigest()
