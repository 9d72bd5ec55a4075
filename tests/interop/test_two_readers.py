"""Two readers of one format 两套读法: ours and the auditor's script share no line, and must take the same notes. plan P5."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interop.proof import verify_dossier as verifier
from journal.digests import SHA256
from journal.transparency.checkpoints import read_checkpoint
from journal.transparency.merkle import inclusion_proof, root_of
from journal.transparency.proof_files import ProofFile, ProofRefused
from journal.transparency.signed_notes import Note, NoteRefused, SigningKey, SigningKind

LOG = SigningKey.generate("log.example/city", SigningKind.ED25519)
DISTRICT = SigningKey.generate("310117.example/witness", SigningKind.COSIGNATURE)
LEAVES = [SHA256.leaf(bytes([number])) for number in range(11)]
TEXT = f"{LOG.name}\n11\n{base64.b64encode(root_of(SHA256, LEAVES)).decode()}\n"
GOOD = str(Note(TEXT, (LOG.sign(TEXT), DISTRICT.sign(TEXT, 1_700_000_000))))
PROOF = str(ProofFile(4, tuple(inclusion_proof(SHA256, 4, LEAVES)), Note.parse(GOOD)))


def ours(note: str) -> bool:
    try:
        parsed = Note.parse(note)
        read_checkpoint(parsed, [LOG.verifier])
        parsed.signed_by([DISTRICT.verifier])
    except NoteRefused:
        return False
    return True


def the_scripts(note: str) -> bool:
    try:
        verifier.open_checkpoint(note, str(LOG.verifier), [str(DISTRICT.verifier)], None)
    except verifier.Fault:
        return False
    return True


@st.composite
def changed(draw: st.DrawFn, text: str) -> str:
    """A text with a few letters put in, taken out, doubled or turned: what a forger, a mailer or a bad disk makes of it."""
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(text)))
        piece = draw(st.sampled_from(["", "\n", "\n\n", "—", " ", "+", "=", "A", "0", "\r", "\t", "\0", "\u2028", "\ufeff", "é"]))
        gone = draw(st.integers(0, 40))
        text = text[:place] + piece + text[place + gone :]
    return text


def test_the_note_itself_is_taken_by_both() -> None:
    assert ours(GOOD)
    assert the_scripts(GOOD)


@settings(max_examples=600)
@given(note=st.one_of(changed(GOOD), st.text(max_size=200), changed(GOOD + GOOD), changed(PROOF)))
def test_what_one_reader_refuses_the_other_refuses_and_neither_breaks(note: str) -> None:
    assert ours(note) == the_scripts(note)


@settings(max_examples=300)
@given(text=st.one_of(changed(PROOF), st.text(max_size=200)))
def test_a_changed_proof_shows_the_entry_or_is_refused(text: str) -> None:
    """And what it shows is never another place, entry or log."""
    try:
        proof = ProofFile.parse(text)
        proven = proof.verified(bytes([4]), [LOG.verifier], [DISTRICT.verifier])
    except ProofRefused:
        return
    assert (proof.index, proven.checkpoint.origin, proven.checkpoint.size) == (4, LOG.name, 11)
    with pytest.raises(ProofRefused):
        proof.verified(bytes([5]), [LOG.verifier])
