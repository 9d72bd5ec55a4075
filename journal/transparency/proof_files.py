"""Proof file 证明文件 as in c2sp.org/tlog-proof, `.tlog-proof`: that an entry is in the journal, to be checked offline. plan P5.

Of an SM3 log it is the same file under another first line, which tools of the open format refuse.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from journal.digests import HASH_SIZE, SHA256, SM3
from journal.transparency.checkpoints import DECIMAL, Checkpoint, digest_of, read_checkpoint
from journal.transparency.merkle import includes
from journal.transparency.signed_notes import Note, NoteRefused, SigningKind, VerifierKey, from_base64, to_base64

FIRST_LINES = {SHA256: "c2sp.org/tlog-proof@v1", SM3: "zhenduan.tlog-proof-sm3.v1"}
"""Algorithm -> first line. The open format is SHA-256's; what is hashed otherwise says so where a reader looks first."""
LONGEST_PATH = 63


class ProofRefused(ValueError):  # noqa: N818 - says what is wrong with the proof
    """The proof does not show what it is to show 证明不成立."""


@dataclass(frozen=True)
class Proven:
    """What a proof file shows 已证明: the checkpoint that the entry is under, and who cosigned it, when (seconds since 1970)."""

    checkpoint: Checkpoint
    witnesses: dict[VerifierKey, int]


@dataclass(frozen=True)
class ProofFile:
    """That the entry at an index (from 0) stands under a checkpoint 证明文件.

    path: from the leaf's sibling up. extra: not vouched for by the file itself; ours is the entry, which its hash vouches for.
    """

    index: int
    path: tuple[bytes, ...]
    note: Note
    extra: bytes | None = None

    def __str__(self) -> str:
        extra = "" if self.extra is None else f"extra {to_base64(self.extra)}\n"
        steps = "".join(f"{to_base64(step)}\n" for step in self.path)
        return f"{self._first_line()}\n{extra}index {self.index}\n{steps}\n{self.note}"

    def _first_line(self) -> str:
        return FIRST_LINES[digest_of(self.note.text.partition("\n")[0])]

    @staticmethod
    def parse(text: str) -> "ProofFile":
        """The proof in a file's text.

        Raises:
            ProofRefused: it is none.
        """
        head, gap, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        if first not in FIRST_LINES.values() or not gap:
            raise ProofRefused("不是证明文件，或在传送中受损 not a proof file, or damaged on its way")
        try:
            extra = from_base64(lines.pop(0).removeprefix("extra ")) if lines[0].startswith("extra ") else None
            index, *steps = lines
            path = tuple(from_base64(step) for step in steps)
            if DECIMAL.fullmatch(index.removeprefix("index ")) is None or not index.startswith("index "):
                raise ProofRefused("序号格式错误 no index")
            if len(path) > LONGEST_PATH or any(len(step) != HASH_SIZE for step in path):
                raise ProofRefused("证明路径格式错误 the path is malformed")
            found = ProofFile(int(index.removeprefix("index ")), path, Note.parse(note), extra)
        except (NoteRefused, IndexError, ValueError) as error:
            raise ProofRefused(f"证明文件格式错误 the proof file is malformed: {error}") from error
        if first != found._first_line():
            raise ProofRefused("杂凑算法与日志不符 the file states another algorithm than its log")
        return found

    def verified(
        self, entry: bytes, log_keys: Sequence[VerifierKey], witnesses: Sequence[VerifierKey] = (), needed: int = 0
    ) -> Proven:
        """What the file shows of an entry 核验, with no server and no database.

        Args:
            entry: its canonical bytes.
            log_keys: of the log that is trusted.
            witnesses: keys of cosigners that are trusted.
            needed: how many of them must have cosigned; each name counts once.

        Raises:
            ProofRefused: the entry is another, the path leads elsewhere, or a signature is missing or fails.
        """
        if any(key.kind is not SigningKind.COSIGNATURE for key in witnesses):
            raise ProofRefused("见证密钥类型不符 a witness's key is of another kind")
        try:
            checkpoint = read_checkpoint(self.note, log_keys)
            cosigned = self.note.signed_by([*log_keys, *witnesses])
        except NoteRefused as error:
            raise ProofRefused(str(error)) from error
        digest = checkpoint.digest
        if not includes(digest, checkpoint.root, checkpoint.size, self.index, digest.leaf(entry), self.path):
            raise ProofRefused("条目不在检查点之下 the entry is not under this checkpoint")
        found = {key: at for key, at in cosigned.items() if key in witnesses}
        if len({key.name for key in found}) < needed:
            raise ProofRefused(f"见证签名不足 cosigned by {len(found)} of {needed} witnesses")
        return Proven(checkpoint, found)
