"""Witness 见证方: whoever does not trust the server signs only what extends what it saw before. c2sp.org/tlog-cosignature, plan P5.

A witness remembers one checkpoint. Two districts that were shown two histories cannot both have cosigned checkpoints of the
same log that fit together, and a checkpoint cosigned by several is therefore one that all of them saw. What it refuses
although the log signed it, it keeps: two signatures of one log over two histories are the proof of the deed.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from journal.atomic_files import write_whole
from journal.text_normalisation import carried_text
from journal.transparency.checkpoints import Checkpoint, digest_of, read_checkpoint
from journal.transparency.log_key import one_at_a_time
from journal.transparency.merkle import consistent
from journal.transparency.signed_notes import Note, NoteRefused, SigningKey, SigningKind, VerifierKey

Consistency = Callable[[int, int], Sequence[bytes]]
"""Asks the server for the proof that its tree of the second size extends that of the first."""

LARGEST_DRIFT_SECONDS = 300
"""A clock may be corrected by so much; further back, and it states a time before what it has stated already."""


class WitnessRefused(Exception):  # noqa: N818 - an answer, and the reason for having a witness
    """The witness does not sign 拒绝见证, and says why."""


class Witness:
    """One witness of one log 见证方. It signs with a key of its own and remembers in a file of its own."""

    def __init__(
        self, key: SigningKey, log_keys: Sequence[VerifierKey], memory: Path, clock: Callable[[], float] = time.time
    ) -> None:
        """log_keys: of the log, told by other ways than the server; several while a key is being changed.

        Raises:
            NoteRefused: the key is none for cosignatures, or the log's keys are those of several logs.
        """
        if key.kind is not SigningKind.COSIGNATURE:
            raise NoteRefused("见证须用见证密钥 a witness signs with a key for cosignatures")
        if len({known.name for known in log_keys}) != 1:
            raise NoteRefused("须给出同一日志的验证密钥 give the verifier keys of one log")
        self.key = key
        self._log_keys = log_keys
        self._memory = memory
        self._clock = clock

    def remembered(self) -> Note | None:
        """The last checkpoint cosigned, as the log signed it 所持检查点; None before the first. Raises as `last`."""
        return Note.parse(carried_text(self._memory.read_bytes())) if self.last() is not None else None

    def last(self) -> tuple[Checkpoint, int] | None:
        """The last checkpoint cosigned, and when; None before the first.

        Raises:
            WitnessRefused: the memory is not what this witness wrote.
        """
        try:
            note = Note.parse(carried_text(self._memory.read_bytes()))
            seconds = note.signed_by([self.key.verifier])[self.key.verifier]
            checkpoint = Checkpoint.parse(note.text)
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise WitnessRefused(
                f"{self._memory}: 见证记录损坏 the memory of the witness is damaged: {error}"
            ) from error
        if checkpoint.origin != self._log_keys[0].name:
            raise WitnessRefused(f"{self._memory}: 属于另一日志 it is the memory of {checkpoint.origin}")
        return checkpoint, seconds

    def cosign(self, given: str, consistency: Consistency) -> Note:
        """Sign a checkpoint that extends the last one seen 见证签名, once it is remembered on disk.

        Args:
            given: the checkpoint as the server shows it.
            consistency: asked for the proof, where the log has grown.

        Returns:
            The checkpoint with the log's signatures and this witness's.

        Raises:
            WitnessRefused: another log or key, a history set back, a split view, a proof that does not hold, a clock set back.
        """
        with one_at_a_time(self._memory):
            try:
                note = Note.parse(given)
                checkpoint = read_checkpoint(note, self._log_keys)
            except NoteRefused as error:
                raise WitnessRefused(f"检查点不可信 the checkpoint cannot be trusted: {error}") from error
            before, seconds = self.last() or (_nothing(checkpoint.origin), 0)
            now = int(self._clock())
            if now < seconds - LARGEST_DRIFT_SECONDS:
                raise WitnessRefused(f"时钟被回拨 the clock was set back: {seconds} was stated before, it is {now}")
            self._judge(note, checkpoint, before, consistency)
            signature = self.key.sign(note.text, max(now, seconds))
            own = [line for line in note.signatures if line.name in {key.name for key in self._log_keys}]
            signed = Note(note.text, (*own, signature))
            write_whole(self._memory, str(signed))
            return signed

    def _judge(self, note: Note, shown: Checkpoint, before: Checkpoint, consistency: Consistency) -> None:
        if shown.size < before.size:
            raise WitnessRefused(
                f"日志被回退 the log was set back: {before.size} entries were seen before, {shown.size} are shown now"
            )
        if shown.size == before.size and shown.root != before.root:
            raise WitnessRefused(
                f"日志分叉 split view: another history of the same {shown.size} entries; kept in {self._keep(note, shown)}"
            )
        if before.size in (0, shown.size):
            return
        proof = consistency(before.size, shown.size)
        if not consistent(shown.digest, before.root, before.size, shown.root, shown.size, proof):
            raise WitnessRefused(
                f"日志分叉 split view: the {shown.size} entries shown do not extend the {before.size} seen before, "
                f"or the proof is wrong; kept in {self._keep(note, shown)}"
            )

    def _keep(self, note: Note, shown: Checkpoint) -> Path:
        """The evidence: a checkpoint that the log has signed and that contradicts the one remembered."""
        path = self._memory.with_suffix(f".conflict-{shown.size}-{shown.root.hex()[:8]}")
        write_whole(path, str(note))
        return path


def _nothing(origin: str) -> Checkpoint:
    """What is known of a log before its first checkpoint was seen."""
    return Checkpoint(origin, 0, digest_of(origin).empty)
