"""Proving 出证: checkpoints, proof files and witnesses at the command line. plan P5."""

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

from journal.atomic_files import whole_file
from journal.text_normalisation import carried_text
from journal.transparency.checkpoints import Checkpoint, read_checkpoint
from journal.transparency.signed_notes import Note, NoteRefused, VerifierKey
from journal.transparency.subtrees import Unprovable
from journal.transparency.transparency_log import NotSigned, SigningRefused, contradicted
from zhenduan.accounts.witnesses import Witnesses
from zhenduan.cli.output import answer
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, now, opened


class JournalFault(StrEnum):
    """What is wrong with a journal, as `verify --json` names it 核验结论."""

    BROKEN = "JOURNAL_BROKEN"
    REWRITTEN = "JOURNAL_REWRITTEN"
    SET_BACK = "JOURNAL_SET_BACK"
    OF_ANOTHER_LOG = "CHECKPOINT_OF_ANOTHER_LOG"
    NO_CHECKPOINT = "CHECKPOINT_UNREADABLE"


def not_intact(fault: JournalFault, chinese: str, english: str, **data: object) -> None:
    """Say what a journal, or a checkpoint that it should be compared with, is found to be; to a program also by its code."""
    told = {"code": fault, "message": chinese, "messageInEnglish": english}
    answer("", intact=False, fault=told, **data)
    sys.stderr.write(f"{chinese} {english}\n")


def _says(error: Exception) -> int:
    sys.stderr.write(f"{error}\n")
    return 1


def checkpoint(settings: Settings) -> int:
    """Sign the journal as it is, and print it: to be kept elsewhere."""
    with opened(settings) as installation:
        try:
            sys.stdout.write(str(installation.log.checkpoint()))
        except SigningRefused as refused:
            return _says(refused)
    return 0


def log_key(settings: Settings, *, rotate: bool) -> int:
    """What the log's checkpoints are verified with, the key in force first; `rotate` puts another in its place."""
    with opened(settings) as installation:
        if rotate:
            try:
                sys.stderr.write(f"{installation.log.rotate()}")
            except SigningRefused as refused:
                return _says(refused)
        for key in installation.log.keys().verifiers:
            answer(str(key), keys=[str(key)])
    return 0


def prove(settings: Settings, position: int, output: Path | None, *, with_entry: bool) -> int:
    """The proof file of an entry; a checkpoint is signed where none covers it yet."""
    with opened(settings) as installation:
        log = installation.log
        try:
            try:
                file = log.prove(position, with_entry=with_entry)
            except NotSigned:
                log.checkpoint()
                file = log.prove(position, with_entry=with_entry)
        except (NotSigned, SigningRefused, Unprovable) as error:
            return _says(error)
    if output is None:
        sys.stdout.write(str(file))
    else:
        with whole_file(output) as made:
            made.write(str(file).encode())
    return 0


def register_witness(settings: Settings, verifier_key: str) -> int:
    """Take on a witness by its verifier key, and print its token, once."""
    try:
        key = VerifierKey.parse(verifier_key)
        with opened(settings) as installation:
            identity, token = installation.witnesses.register(key, now())
    except NoteRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    answer(f"{identity}\t{key.name}\t{token}", id=identity, name=key.name, token=token)
    return 0


def end_witness(settings: Settings, identity: str) -> int:
    """End a witness's token at once; its cosignatures stay."""
    with opened(settings) as installation:
        if not installation.witnesses.end(identity, now()):
            sys.stderr.write(f"没有在册见证方 no witness {identity}：{_names(installation.witnesses)}\n")
            return 1
    return 0


def _names(witnesses: Witnesses) -> str:
    return "、".join(f"{one.id} {one.verifier_key.partition('+')[0]}" for one in witnesses.listing() if not one.ended)


def against_checkpoints(installation: Installation, files: Sequence[Path], progress: Callable[[int], None]) -> int:
    """Compare a journal that verifies with every checkpoint signed here and with those that were kept elsewhere.

    Returns:
        0; 1 when the journal contradicts one, whoever rewrote it; 2 when a file is no checkpoint of this log.
    """
    log = installation.log
    elsewhere: list[Checkpoint] = []
    for file in files:
        try:
            elsewhere.append(read_checkpoint(Note.parse(carried_text(file.read_bytes())), log.keys().verifiers))
        except (OSError, ValueError) as error:
            not_intact(JournalFault.NO_CHECKPOINT, f"{file} 不是本日志的检查点：", f"is no checkpoint of this log: {error}")
            return 2
    try:
        checkpoints = [*log.checkpoints(), *elsewhere]
    except NoteRefused as refused:
        says = "此前的检查点不是本日志所签，请核对 log.key 与 log.signed："
        told = f"an earlier checkpoint is not this log's; look at log.key and log.signed: {refused}"
        not_intact(JournalFault.OF_ANOTHER_LOG, says, told)
        return 1
    broken = contradicted(installation.services.journal, checkpoints, progress)
    if broken is not None:
        size = installation.services.journal.head().size
        if size < broken.size:
            says = f"已被回退：曾签署 {broken.size} 条，现有 {size} 条。"
            told = f"set back: {broken.size} entries were signed for, {size} are there"
            not_intact(JournalFault.SET_BACK, says, told, contradicted=broken.size)
        else:
            says = f"已被改写：与大小为 {broken.size} 的检查点不符。"
            told = f"rewritten: a checkpoint of {broken.size} entries says otherwise"
            not_intact(JournalFault.REWRITTEN, says, told, contradicted=broken.size)
        return 1
    agrees = f"与 {len(checkpoints)} 个检查点相符 agrees with {len(checkpoints)} checkpoints"
    answer(agrees if checkpoints else "没有可比对的检查点 there is no checkpoint to compare with", checkpoints=len(checkpoints))
    return 0
