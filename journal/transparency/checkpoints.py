"""Checkpoint 检查点 as in c2sp.org/tlog-checkpoint: the size and root of the journal, signed, to be kept elsewhere. plan P5."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from journal.digests import DIGESTS, HASH_SIZE, SHA256, Digest
from journal.text_normalisation import is_same_but_for_invisible
from journal.transparency.signed_notes import Note, NoteRefused, SigningKind, VerifierKey, from_base64, to_base64

DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def digest_of(origin: str) -> Digest:
    """What a log of this name hashes with 日志的杂凑算法: SM3 where the name ends in "/sm3", else SHA-256.

    The open formats know SHA-256 only and state no algorithm. The name is in the signed text and in the id of the key, so
    an SM3 log is another log to every tool, and nobody can give its signature another meaning.
    """
    name = origin.rpartition("/")[2] if "/" in origin else ""
    return DIGESTS[name] if name in DIGESTS and name != SHA256.name else SHA256


def origin_for(origin: str, digest: Digest) -> str:
    """The name of a log that hashes with this algorithm 日志名称."""
    return origin if digest == SHA256 or digest_of(origin) == digest else f"{origin}/{digest.name}"


@dataclass(frozen=True)
class Checkpoint:
    """What a journal was at one moment 检查点: origin names the journal, root is that of its first `size` entries."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @property
    def digest(self) -> Digest:
        """What the root is hashed with, as the origin says."""
        return digest_of(self.origin)

    @staticmethod
    def parse(text: str) -> "Checkpoint":
        """The checkpoint in a note's text; lines after the third are others' extensions and are passed over.

        Raises:
            NoteRefused: it is none.
        """
        origin, size, root, *extensions = [*text[:-1].split("\n"), "", ""]
        if not text.endswith("\n") or not origin or DECIMAL.fullmatch(size) is None or "" in extensions[:-2]:
            raise NoteRefused("不是检查点 not a checkpoint")
        raw = from_base64(root)
        if len(raw) != HASH_SIZE:
            raise NoteRefused("根散列长度不符 the root has another length")
        return Checkpoint(origin, int(size), raw)


def read_checkpoint(note: Note, log_keys: Sequence[VerifierKey]) -> Checkpoint:
    """The checkpoint that a note is, once one of the log's keys is known to have signed it 读取检查点.

    log_keys: of one or several logs; a key vouches for the origin of its own name only.

    Raises:
        NoteRefused: no checkpoint, of another origin, or not signed by its log.
    """
    checkpoint = Checkpoint.parse(note.text)
    own = [key for key in log_keys if key.kind is SigningKind.ED25519 and key.name == checkpoint.origin]
    if not own:
        if any(is_same_but_for_invisible(checkpoint.origin, key.name) for key in log_keys):
            raise NoteRefused("日志名称中混入不可见字符，传送受损 invisible letters in the log's name: it was damaged on its way")
        raise NoteRefused(f"来源不是所信任的日志 {checkpoint.origin} is not the log that is trusted")
    note.signed_by(own)
    return checkpoint
