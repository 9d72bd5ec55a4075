"""Transparency log 透明日志: the journal as others can hold it to account — signed checkpoints, cosignatures, proofs. plan P5.

A log never signs two checkpoints that contradict each other. Before it signs, the last one it signed is compared with the
entries as they are stored now, and the last one is known from two places: the database, and the file beside the key.
"""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import func, select

from journal.entries import Entry, canonical
from journal.journal import Journal
from journal.transparency.checkpoints import Checkpoint, digest_of, read_checkpoint
from journal.transparency.log_key import LogKeyFile, LogKeys, LogKeyUnusable
from journal.transparency.log_tables import CHECKPOINTS, COSIGNATURES, LogTables
from journal.transparency.merkle import Tree
from journal.transparency.proof_files import ProofFile
from journal.transparency.signed_notes import Note, NoteRefused, Signature, SigningKey, SigningKind, VerifierKey
from journal.transparency.subtrees import Subtrees, Unprovable
from journal.transparency.verifying import BATCH


class SigningRefused(Exception):  # noqa: N818 - an answer that the operator must act on
    """The log does not sign 拒绝签署: the journal contradicts what was signed before, or itself."""


class NotSigned(LookupError):  # noqa: N818 - as the name says
    """No checkpoint covers this yet 尚无检查点."""


class TransparencyLog:
    """One journal's log 透明日志, on either engine. May be shared by threads and opened by several processes."""

    def __init__(
        self,
        journal: Journal,
        tables: LogTables,
        key_file: LogKeyFile,
        origin: str = "",
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """origin: see `LogKeyFile.keys`. clock: nanoseconds since 1970, noted beside a checkpoint and never signed.

        Raises:
            LogKeyUnusable: the key's file cannot be taken, or its log is one of another algorithm than the journal.
        """
        self.digest = journal.head().digest
        name = key_file.keys(origin, self.digest).signing.name
        if digest_of(name) != self.digest:
            raise LogKeyUnusable(
                f"{key_file.path}: 日志名称与杂凑算法不符 {name} is no name of a log that hashes with {self.digest.name}"
            )
        self._journal = journal
        self._tables = tables
        self._key_file = key_file
        self._clock = clock
        self._signing = Lock()
        self._borne_out: Checkpoint | None = None
        self.subtrees = Subtrees(tables, self.digest)

    def keys(self) -> LogKeys:
        """The log's keys, as they are on file now."""
        return self._key_file.keys()

    def checkpoint(self) -> Note:
        """The journal as it is, signed 签署检查点; the last one again while nothing was appended.

        Raises:
            SigningRefused: the journal was set back or rewritten, or its head does not fit its entries.
        """
        with self._signing, self._key_file.held():
            keys = self.keys()
            last, head = self._last(keys), self._checked(keys)
            if last is None or head.size > last[1].size or keys.signing.verifier.id not in _ids(last[0]):
                note = Note(head.text, (keys.signing.sign(head.text),))
                self._key_file.remember(note)
                last = (note, head)
            self._keep(keys, *last)
            return self.signed(last[1].size) or last[0]

    def rotate(self) -> Note:
        """Change the key 更换密钥: the old one signs once more, together with the new one, and is then destroyed.

        Whoever knows the old key sees by that checkpoint which key goes on, and over which history.

        Raises:
            SigningRefused: as `checkpoint`.
        """
        with self._signing, self._key_file.held():
            keys = self.keys()
            head = self._checked(keys)
            fresh = LogKeys(SigningKey.generate(keys.signing.name, SigningKind.ED25519), keys.verifiers)
            note = Note(head.text, (keys.signing.sign(head.text), fresh.signing.sign(head.text)))
            self._key_file.remember(note)
            self._keep(fresh, note, head)
            self._key_file.write(fresh)
            return note

    def attested(self, text: str) -> Note:
        """A text of ours under the log's key 签署文本; whoever knows the key sees that it is this installation's.

        Raises:
            ValueError: it begins as a checkpoint of this log does, and so could be taken for one.
        """
        keys = self.keys()
        if text.split("\n", 1)[0] == keys.signing.name or not text.endswith("\n"):
            raise ValueError("a checkpoint, or no whole lines")
        return Note(text, (keys.signing.sign(text),))

    def _checked(self, keys: LogKeys) -> Checkpoint:
        """The journal's state, once it is known to extend what was signed before."""
        last = self._last(keys)
        head = self._journal.head()
        if not self._agrees(head.size, head.root):
            raise SigningRefused("日志头与条目不符 the head does not match the entries")
        if last is not None:
            before = last[1]
            if head.size < before.size:
                raise SigningRefused(
                    f"日志被回退 the journal was set back: {before.size} entries were signed for, {head.size} are there"
                )
            try:
                # stored subtrees are anyone's who has the database; a proof that holds is nobody's to forge
                self.subtrees.consistency(before.size, head.size, head.root, before.root)
            except Unprovable as error:
                raise SigningRefused(
                    f"日志被改写 the journal was rewritten: its first {before.size} entries are not those signed for"
                ) from error
        return Checkpoint(keys.signing.name, head.size, head.root)

    def require_borne_out(self) -> None:
        """Whether the journal still holds what this log signed last 已签署核对; each checkpoint is compared once a process.

        Raises:
            SigningRefused: it was set back or rewritten, or an earlier checkpoint is another log's.
        """
        last = self._last(self.keys())
        if last is None:
            return
        signed, size = last[1], self._journal.head().size
        if size < signed.size:
            raise SigningRefused(
                f"日志被回退 the journal was set back: {signed.size} entries were signed for, {size} are there"
            )
        if signed != self._borne_out:
            if not self._agrees(signed.size, signed.root):
                raise SigningRefused(
                    f"日志被改写 the journal was rewritten: its first {signed.size} entries are not those signed for"
                )
            self._borne_out = signed

    def _agrees(self, size: int, root: bytes) -> bool:
        try:
            return self.subtrees.agrees(size, root)
        except Unprovable:
            return False

    def _last(self, keys: LogKeys) -> tuple[Note, Checkpoint] | None:
        """The last checkpoint signed, by what the file and the database say of it."""
        found = [note for note in (self._key_file.last_signed(), self.signed()) if note is not None]
        try:
            read = [(note, read_checkpoint(note, keys.verifiers)) for note in found]
        except NoteRefused as error:
            raise SigningRefused(
                f"此前的检查点不是本日志所签 an earlier checkpoint is not this log's: {error}"
            ) from error
        # of two over one size the file's own: it is the first to be written
        return max(read, key=lambda one: one[1].size, default=None)

    def _keep(self, keys: LogKeys, note: Note, checkpoint: Checkpoint) -> None:
        row = {
            "size": checkpoint.size,
            "key": keys.signing.verifier.id.hex(),
            "at": self._clock() // 1000,
            "note": str(note),
        }
        with self._tables.writing() as connection:
            self._tables.add(connection, CHECKPOINTS, [row])

    def signed(self, size: int | None = None) -> Note | None:
        """A signed checkpoint with every cosignature it has 检查点; the newest where no size is named, None if there is none."""
        c, s = CHECKPOINTS.c, COSIGNATURES.c
        query = select(c.size, c.note).order_by(c.size.desc(), c.at.desc()).limit(1)
        with self._tables.reading() as connection:
            row = connection.execute(query if size is None else query.where(c.size == size)).one_or_none()
            if row is None:
                return None
            lines = (
                connection.execute(select(s.line).where(s.size == row.size).order_by(s.witness, s.key)).scalars().all()
            )
        note = Note.parse(row.note)
        return Note(note.text, (*note.signatures, *(Signature.parse(line) for line in lines)))

    def covering(self, position: int) -> Note:
        """The newest checkpoint over a position that a witness has cosigned, else the newest over it 所属检查点.

        Raises:
            NotSigned: there is none.
        """
        with self._tables.reading() as connection:
            cosigned = connection.execute(select(func.max(COSIGNATURES.c.size))).scalar()
        for size in (cosigned, None):
            if size is None or size >= position:
                note = self.signed(size)
                if note is not None and Checkpoint.parse(note.text).size >= position:
                    return note
        raise NotSigned(f"尚无检查点覆盖第 {position} 条 no checkpoint covers entry {position} yet")

    def accept(self, given: str, witness: VerifierKey) -> Checkpoint:
        """Keep a cosignature 收下见证签名. given: a checkpoint of ours as the witness signed it.

        Raises:
            NoteRefused: not a checkpoint of ours, or not signed by this witness.
        """
        note = Note.parse(given)
        checkpoint = Checkpoint.parse(note.text)
        ours = self.signed(checkpoint.size)
        if ours is None or ours.text != note.text:
            raise NoteRefused("不是本日志签署的检查点 not a checkpoint that this log has signed")
        if witness.kind is not SigningKind.COSIGNATURE:
            raise NoteRefused("见证密钥类型不符 a witness's key is of another kind")
        note.signed_by([witness])
        line = next(s for s in note.signatures if (s.name, s.key_id) == (witness.name, witness.id))
        row = {"size": checkpoint.size, "witness": witness.name, "key": witness.id.hex(), "line": str(line)}
        with self._tables.writing() as connection:
            self._tables.add(connection, COSIGNATURES, [row])
        return checkpoint

    def broken_promise(self, given: str) -> Checkpoint | None:
        """A checkpoint of ours that the journal no longer bears out, such as one that was set back 未兑现的检查点; else None.

        given: what someone holds from before. Only what this log has signed itself is looked at, so that whoever shows it
        learns nothing but that it is not so any more.
        """
        try:
            checkpoint = read_checkpoint(Note.parse(given), self.keys().verifiers)
        except NoteRefused:
            return None
        is_borne_out = checkpoint.size <= self._journal.head().size and self._agrees(checkpoint.size, checkpoint.root)
        return None if is_borne_out else checkpoint

    def prove(self, position: int, size: int | None = None, *, with_entry: bool = False) -> ProofFile:
        """The proof file of an entry 证明文件.

        Args:
            position: of the entry, from 1.
            size: of the checkpoint to prove it under; None = see `covering`.
            with_entry: put the entry's canonical bytes into the file too.

        Raises:
            NotSigned: no such entry or checkpoint.
            Unprovable: the entry is not what was signed for.
        """
        with self._tables.reading():
            return self._proven(self.entry(position), size, with_entry=with_entry)

    def _proven(self, entry: Entry, size: int | None, *, with_entry: bool) -> ProofFile:
        position = entry.position
        note = self.covering(position) if size is None else self.signed(size)
        if note is None or Checkpoint.parse(note.text).size < position:
            raise NotSigned(
                f"该大小没有覆盖第 {position} 条的检查点 no checkpoint of size {size} covers entry {position}"
            )
        checkpoint = read_checkpoint(note, self.keys().verifiers)
        shown = canonical(position, entry.at, entry)
        path = self.subtrees.inclusion(position - 1, checkpoint.digest.leaf(shown), checkpoint.size, checkpoint.root)
        return ProofFile(position - 1, tuple(path), note, shown if with_entry else None)

    def entry(self, position: int) -> Entry:
        """The entry at a position.

        Raises:
            NotSigned: there is none.
        """
        found = self._journal.since(position - 1, 1) if position > 0 else []
        if not found or found[0].position != position:
            raise NotSigned(f"没有第 {position} 条 there is no entry {position}")
        return found[0]

    def consistency(self, old_size: int, size: int) -> list[bytes]:
        """Proof that one of our checkpoints extends a tree of `old_size` 一致性证明.

        Raises:
            NotSigned: no checkpoint of that size, or `old_size` lies beyond it.
            Unprovable: the entries are not what was signed for.
        """
        note = self.signed(size)
        if note is None or not 0 <= old_size <= size:
            raise NotSigned(
                f"没有大小为 {size} 的检查点可与 {old_size} 相比 no checkpoint of size {size} extends {old_size}"
            )
        return self.subtrees.consistency(old_size, size, read_checkpoint(note, self.keys().verifiers).root)

    def checkpoints(self) -> list[Checkpoint]:
        """Every checkpoint that this log is known to have signed, smallest first.

        Raises:
            NoteRefused: one of them is not this log's.
        """
        with self._tables.reading() as connection:
            notes = [Note.parse(row.note) for row in connection.execute(select(CHECKPOINTS.c.note))]
        last = self._key_file.last_signed()
        keys = self.keys().verifiers
        found = {read_checkpoint(note, keys) for note in (*notes, *([] if last is None else [last]))}
        return sorted(found, key=lambda one: (one.size, one.root))

    def exported(self, size: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rows of the checkpoints up to a size, and of their cosignatures, for a backup."""
        with self._tables.reading() as connection:
            checkpoints = connection.execute(
                select(CHECKPOINTS).where(CHECKPOINTS.c.size <= size).order_by(CHECKPOINTS.c.size, CHECKPOINTS.c.at)
            ).mappings()
            cosignatures = connection.execute(
                select(COSIGNATURES).where(COSIGNATURES.c.size <= size).order_by(*COSIGNATURES.primary_key)
            ).mappings()
            return [dict(row) for row in checkpoints], [dict(row) for row in cosignatures]

    def close(self) -> None:
        """Let go of every connection."""
        self._tables.close()


def _ids(note: Note) -> set[bytes]:
    return {signature.key_id for signature in note.signatures}


def contradicted(
    journal: Journal, checkpoints: Iterable[Checkpoint], progress: Callable[[int], None] | None = None
) -> Checkpoint | None:
    """The first of some checkpoints that the journal does not bear out 与检查点不符, None when it bears out all.

    It compares leaf hashes as stored; `verify` says whether the entries are theirs. Together they find a consistent rewrite.
    """
    wanted = sorted(checkpoints, key=lambda one: one.size)
    with journal.snapshot():
        tree = Tree(journal.head().digest)
        for checkpoint in wanted:
            if checkpoint.digest != tree.digest:
                return checkpoint
            while tree.size < checkpoint.size:
                entries = journal.since(tree.size, min(BATCH, checkpoint.size - tree.size))
                for entry in entries:
                    tree.add(entry.leaf)
                if not entries:
                    return checkpoint
                if progress is not None:
                    progress(tree.size)
            if tree.root != checkpoint.root:
                return checkpoint
    return None


def open_log(journal: Journal, url: str, key: Path, origin: str = "") -> TransparencyLog:
    """The log of a journal 打开透明日志. url: the journal's address. key: file of the log's key, made at first start.

    Raises:
        LogKeyUnusable: the key's file cannot be taken.
    """
    tables = LogTables(url)
    try:
        return TransparencyLog(journal, tables, LogKeyFile(key), origin)
    except BaseException:
        tables.close()
        raise
