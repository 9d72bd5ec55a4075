"""Witnessing 见证: a district or an auditor looks after a server that it need not trust, with a key and a memory of its own.

It runs on the witness's own machine, opens no installation, and reaches the server by plain HTTP. plan P5.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from journal.atomic_files import write_whole
from journal.text_normalisation import carried_text
from journal.transparency.checkpoints import Checkpoint
from journal.transparency.signed_notes import Note, NoteRefused, SigningKey, SigningKind, VerifierKey
from journal.transparency.witness import Witness, WitnessRefused
from zhenduan.background.log_client import LogServer, NotAdmitted, ServerUnreachable, printable
from zhenduan.cli.output import answer


def witness_once(server: LogServer, witness: Witness) -> Note:
    """Look once: fetch, check, sign, hand in 见证一次.

    Raises:
        WitnessRefused: the log must not be signed for, or was set back to before it knew this witness.
        ServerUnreachable: the server gave no answer.
    """
    try:
        shown = server.checkpoint()
    except NotAdmitted as refused:
        if (before := witness.remembered()) is None:
            raise
        size = Checkpoint.parse(before.text).size
        if server.was_set_back_behind(before):
            raise WitnessRefused(
                f"日志被回退 the log was set back to before this witness was registered: {size} entries were cosigned"
            ) from refused
        raise NotAdmitted(
            f"{refused}。此前见证过 {size} 条：见证方被注销，或日志被回退到登记之前，或另起了日志，请另行向市级核实 "
            f"{size} entries were cosigned before: the witness was ended, or the log was set back to before it was registered, "
            "or begun anew; ask the city by another way"
        ) from refused
    note = witness.cosign(shown, server.consistency)
    server.hand_in(note)
    return note


def make_key(file: Path, name: str) -> int:
    """Make a witness's key 生成见证密钥 in a file of its owner's alone, and print what others verify with."""
    if file.exists():
        sys.stderr.write(f"文件已存在 there already: {file}\n")
        return 2
    try:
        key = SigningKey.generate(name, SigningKind.COSIGNATURE)
    except NoteRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    write_whole(file, key.secret_text() + "\n")
    answer(str(key.verifier), verifierKey=str(key.verifier))
    return 0


def read_key(file: Path) -> SigningKey:
    """A witness's key from its file.

    Raises:
        ValueError: others may read it, or it is none.
    """
    if file.stat().st_mode & 0o077:
        raise ValueError(f"{file}: 他人可读 others may read the key; chmod 600")
    return SigningKey.parse(carried_text(file.read_bytes()))


def run(
    address: str, token: str, key: Path, origin_keys: Sequence[str], memory: Path | None, every: float | None
) -> int:
    """Look after a server, once or at an interval 运行见证.

    Returns:
        0 cosigned; 1 refused, which a person must look at; 2 not to be reached or called wrongly.
    """
    try:
        known = [VerifierKey.parse(text) for text in origin_keys]
        witness = Witness(read_key(key), known, memory or key.with_suffix(".seen"))
        server = LogServer(address, token)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    while True:
        try:
            origin, size, *_ = witness_once(server, witness).text.split("\n")
        except WitnessRefused as refused:
            sys.stderr.write(f"拒绝见证 REFUSED: {printable(str(refused))}\n")
            return 1
        except ServerUnreachable as unreachable:
            sys.stderr.write(f"{printable(str(unreachable))}\n")
            if every is None:
                return 2
        else:
            answer(f"已见证 cosigned: {printable(origin)} {size} 条 entries")
            sys.stdout.flush()
        if every is None:
            return 0
        time.sleep(every)
