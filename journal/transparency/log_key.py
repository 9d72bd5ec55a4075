"""Key of the log 日志签名密钥: what the journal's checkpoints are signed with, in a file beside the master key. plan P5.

The file's first line is the secret key in force; the lines below are the verifier keys that it replaced. Beside it lies the
last checkpoint that was signed: the database may be set back to a backup, and then this says that the log has promised more.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from journal.atomic_files import write_whole
from journal.digests import SHA256, Digest
from journal.secrets.vault import OWNER_ONLY
from journal.text_normalisation import carried_text
from journal.transparency.checkpoints import digest_of, origin_for
from journal.transparency.signed_notes import Note, NoteRefused, SigningKey, SigningKind, VerifierKey


class LogKeyUnusable(ValueError):  # noqa: N818 - says what is wrong with the file
    """The log's key cannot be taken 日志签名密钥不可用: its file is open to others, or malformed."""


@dataclass(frozen=True)
class LogKeys:
    """The keys of one log 日志密钥: the one in force, and those that it replaced, newest first."""

    signing: SigningKey
    retired: tuple[VerifierKey, ...] = ()

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        """What checkpoints of all times are verified with."""
        return (self.signing.verifier, *self.retired)

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in (self.signing.secret_text(), *self.retired))


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """The block of one process or thread at a time, by a lock beside a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class LogKeyFile:
    """The file of the log's key 密钥文件, and the last checkpoint signed with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._signed = path.with_suffix(".signed")

    @contextmanager
    def held(self) -> Iterator[None]:
        """One signer at a time, in all processes that share the file."""
        with one_at_a_time(self.path):
            yield

    def keys(self, origin: str = "", digest: Digest = SHA256) -> LogKeys:
        """The keys on file; made at first start.

        origin: name of the log where it is made: a URL without scheme; else one is drawn that no other log has.
        digest: what the log hashes with; its name says so, see `digest_of`.

        Raises:
            LogKeyUnusable: others may read the file, or it is malformed; the name is one of another algorithm's.
        """
        if not self.path.exists():
            with self.held():
                if not self.path.exists():
                    name = origin_for(origin or f"zhenduan.local/{secrets.token_hex(4)}", digest)
                    if digest_of(name) != digest:
                        raise LogKeyUnusable(f"日志名称与杂凑算法不符 {name} is no name of a log of {digest.name}")
                    self.write(LogKeys(SigningKey.generate(name, SigningKind.ED25519)))
        if self.path.stat().st_mode & 0o077:
            raise LogKeyUnusable(
                f"{self.path} 他人可读。可能已为他人所知：chmod 600 {self.path}，再用 zhenduan log-key --rotate 更换。\n"
                f"{self.path}: others may read the key of the log, and may know it by now: chmod 600 {self.path}, "
                "then change it by zhenduan log-key --rotate."
            )
        try:
            first, *others = carried_text(self.path.read_bytes()).splitlines()
            keys = LogKeys(SigningKey.parse(first), tuple(VerifierKey.parse(line) for line in others))
        except ValueError as error:
            raise LogKeyUnusable(
                f"{self.path} 无法读取，请放回妥善保管的日志签名密钥。\n"
                f"{self.path} cannot be read; put the copy that was kept back in place: {error}"
            ) from error
        if any(key.kind is not SigningKind.ED25519 or key.name != keys.signing.name for key in keys.verifiers):
            raise LogKeyUnusable(f"{self.path}: 密钥类型或名称不符 keys of another kind or of several logs")
        return keys

    def write(self, keys: LogKeys) -> None:
        """Put other keys in place."""
        write_whole(self.path, str(keys))

    def last_signed(self) -> Note | None:
        """The last checkpoint that was signed here; None before the first."""
        try:
            return Note.parse(carried_text(self._signed.read_bytes()))
        except FileNotFoundError:
            return None
        except NoteRefused as error:
            raise LogKeyUnusable(
                f"{self._signed} 不是检查点，请放回备份中的一份。\n"
                f"{self._signed} is no checkpoint; put back one that was kept: {error}"
            ) from error

    def remember(self, note: Note) -> None:
        """Keep the last checkpoint that was signed."""
        write_whole(self._signed, str(note))
