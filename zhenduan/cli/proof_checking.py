"""Checking a proof 核验证明 with no server and no database; whoever does it loads nothing of these. plan P5."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from journal.text_normalisation import TransportDamaged, carried_text
from journal.transparency.proof_files import ProofFile, ProofRefused
from journal.transparency.signed_notes import NoteRefused, VerifierKey
from zhenduan.cli.output import answer


def verifier_keys(given: Sequence[str]) -> list[VerifierKey]:
    """Verifier keys 验证密钥: each as its text, or a file with one a line, such as `zhenduan log-key` prints.

    Raises:
        NoteRefused: one of them is none.
    """
    texts: list[str] = []
    for text in given:
        file = Path(text)
        texts += carried_text(file.read_bytes()).splitlines() if file.is_file() else [text]
    return [VerifierKey.parse(text) for text in texts]


def verify_proof(
    file: Path, entry: Path | None, log_keys: Sequence[str], witness_keys: Sequence[str], needed: int
) -> int:
    """Check a proof file with no server and no database; 1 when it does not hold."""
    try:
        proof = ProofFile.parse(carried_text(file.read_bytes()))
        shown = entry.read_bytes() if entry is not None else proof.extra
        if shown is None:
            sys.stderr.write("文件不含条目，请用 --entry 给出 the file holds no entry; give it by --entry\n")
            return 2
        proven = proof.verified(shown, verifier_keys(log_keys), verifier_keys(witness_keys), needed)
    except (ProofRefused, NoteRefused) as error:
        sys.stderr.write(f"{error}\n")
        answer("", holds=False)
        return 1
    except (OSError, TransportDamaged) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    origin, position, size = proven.checkpoint.origin, proof.index + 1, proven.checkpoint.size
    said = f"证明成立 holds: {origin} 第 {position} 条，共 {size} 条 entries"
    answer(said, holds=True, origin=origin, position=position, size=size, witnesses=[])
    for key, at in proven.witnesses.items():
        answer(f"  见证 cosigned by {key.name}, {_moment(at)}", witnesses=[{"name": key.name, "at": _moment(at)}])
    return 0


def _moment(seconds: int) -> str:
    """A time of a cosignature in words; a witness may state one that no calendar has."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return str(seconds)
