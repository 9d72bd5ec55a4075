"""Signed notes 签名文本: read as elsewhere, and refused where anything about them is doubtful (plan P5)."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from journal.transparency.signed_notes import Note, NoteRefused, SigningKey, SigningKind, VerifierKey, from_base64

# the example of Go's package golang.org/x/mod/sumdb/note
SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
# the example of c2sp.org/tlog-cosignature
COSIGNED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""

LOG = SigningKey.generate("log.example/city", SigningKind.ED25519)
WITNESS = SigningKey.generate("310117.example/witness", SigningKind.COSIGNATURE)


def signed(text: str = "a\nb\n") -> Note:
    return Note(text, (LOG.sign(text), WITNESS.sign(text, 1_700_000_000)))


def test_keys_and_signatures_are_those_of_gos_note_package() -> None:
    key, verifier = SigningKey.parse(SECRET), VerifierKey.parse(PUBLIC)
    assert key.verifier == verifier
    assert (str(verifier), key.secret_text()) == (PUBLIC, SECRET)
    assert str(key.sign(TEXT)) == LINE
    assert Note.parse(f"{TEXT}\n{LINE}\n").signed_by([verifier]) == {verifier: 0}


def test_a_checkpoint_of_another_log_is_read_with_its_cosignature() -> None:
    note = Note.parse(COSIGNED)
    assert str(note) == COSIGNED
    assert note.text.splitlines()[:2] == ["example.com/behind-the-sofa", "20852163"]
    assert [signature.name for signature in note.signatures] == [
        "example.com/behind-the-sofa",
        "witness.example.com/w1",
    ]
    assert int.from_bytes(note.signatures[1].raw[:8]) == 1679315147


def test_a_cosignature_signs_version_time_and_text() -> None:
    signature = WITNESS.sign("a\n", 1_700_000_000)
    assert signature.raw[:8] == (1_700_000_000).to_bytes(8)
    public = Ed25519PublicKey.from_public_bytes(WITNESS.verifier.public)
    public.verify(signature.raw[8:], b"cosignature/v1\ntime 1700000000\na\n")


def test_a_note_comes_back_as_it_was_written() -> None:
    note = Note.parse(str(signed()))
    assert note.signed_by([LOG.verifier]) == {LOG.verifier: 0}
    assert note.signed_by([WITNESS.verifier, LOG.verifier]) == {LOG.verifier: 0, WITNESS.verifier: 1_700_000_000}


def test_empty_lines_in_the_text_are_the_texts_own() -> None:
    assert Note.parse(str(signed("a\n\nb\n"))).text == "a\n\nb\n"


@pytest.mark.parametrize("key", [LOG, WITNESS])
def test_a_signature_over_other_text_or_by_a_swapped_key_fails(key: SigningKey) -> None:
    note = signed()
    with pytest.raises(NoteRefused, match="does not hold"):
        Note("a\nc\n", note.signatures).signed_by([key.verifier])
    swapped = SigningKey.generate(key.name, key.kind)
    with pytest.raises(NoteRefused, match="no key that is trusted"):
        note.signed_by([swapped.verifier])
    colliding = swapped.sign(note.text)
    forged = type(colliding)(colliding.name, key.verifier.id, colliding.raw)
    with pytest.raises(NoteRefused, match="does not hold"):
        Note(note.text, (*note.signatures, forged)).signed_by([key.verifier])


def test_one_key_signs_in_two_ways_that_are_not_mistaken_for_each_other() -> None:
    other_way = SigningKey(LOG.name, SigningKind.COSIGNATURE, LOG.seed)
    assert other_way.verifier.id != LOG.verifier.id
    note = Note("a\n", (LOG.sign("a\n"),))
    with pytest.raises(NoteRefused, match="no key that is trusted"):
        note.signed_by([other_way.verifier])


def test_a_cosignature_whose_time_was_changed_fails() -> None:
    signature = WITNESS.sign("a\n", 1_700_000_000)
    later = type(signature)(signature.name, signature.key_id, (1_700_000_001).to_bytes(8) + signature.raw[8:])
    with pytest.raises(NoteRefused, match="does not hold"):
        Note("a\n", (later,)).signed_by([WITNESS.verifier])


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "a\nb\n",
        "a\nb\n\n",
        f"{TEXT}\n{LINE}",
        f"{TEXT}{LINE}\n",
        f"{TEXT}\n{LINE}\n\n",
        f"{TEXT}\n{LINE}\nmore\n",
        f"{TEXT}\n{LINE.removeprefix('— ')}\n",
        f"{TEXT}\n{LINE[:-1]}\n",
        f"{TEXT}\n{LINE} \n",
        f"{TEXT}\n— PeterNeumann x08gow==\n",
        f"{TEXT}\n—  x08go/ZJkuBS\n",
        f"{TEXT}\r\n\n{LINE}\n",
        f"{TEXT}\x00\n\n{LINE}\n",
        f"{TEXT}\n" + f"{LINE}\n" * 65,
        "a" * 70_000 + f"\n\n{LINE}\n",
    ],
)
def test_what_is_no_note_is_refused(damaged: str) -> None:
    with pytest.raises(NoteRefused):
        Note.parse(damaged)


def test_sixteen_signatures_and_more_are_taken() -> None:
    assert len(Note.parse(f"{TEXT}\n" + f"{LINE}\n" * 16).signatures) == 16


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "PeterNeumann",
        PUBLIC.replace("c74f20a3", "c74f20a4"),
        PUBLIC.replace("PeterNeumann", "Peter Neumann"),
        PUBLIC.replace("PeterNeumann", ""),
        PUBLIC[:-4],
        PUBLIC + "=",
        PUBLIC.replace("+ARpc", "+AhpC"),
        SECRET,
    ],
)
def test_what_is_no_verifier_key_is_refused(damaged: str) -> None:
    with pytest.raises(NoteRefused):
        VerifierKey.parse(damaged)


@pytest.mark.parametrize("damaged", [PUBLIC, SECRET.replace("c74f20a3", "c74f20a4"), SECRET[:-4], ""])
def test_what_is_no_signing_key_is_refused(damaged: str) -> None:
    with pytest.raises(NoteRefused):
        SigningKey.parse(damaged)


def test_a_signing_key_does_not_show_its_secret_where_it_is_printed() -> None:
    assert base64.b64encode(LOG.seed).decode() not in f"{LOG!r} {LOG}"
    assert LOG.seed.hex() not in f"{LOG!r} {LOG}"


@given(st.binary(max_size=40))
def test_base64_has_one_spelling(raw: bytes) -> None:
    text = base64.b64encode(raw).decode()
    assert from_base64(text) == raw
    for other in (text + "\n", " " + text, text.replace("=", ""), text.replace("A=", "B="), text + "="):
        if other != text:
            with pytest.raises(NoteRefused):
                from_base64(other)
