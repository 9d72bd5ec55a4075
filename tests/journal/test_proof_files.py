"""Proof files 证明文件: checked by ours and by a reader of forty lines that shares no code with it (plan P5)."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from journal import Journal
from journal.digests import SHA256
from journal.entries import canonical
from journal.transparency.checkpoints import Checkpoint
from journal.transparency.merkle import inclusion_proof, root_of
from journal.transparency.proof_files import ProofFile, ProofRefused
from journal.transparency.signed_notes import Note, NoteRefused, Signature, SigningKey, SigningKind
from journal.transparency.subtrees import Unprovable
from journal.transparency.transparency_log import NotSigned, TransparencyLog, open_log
from tests.journal.forging import fill, rewrite

ORIGIN = "log.example/city"
DISTRICT = SigningKey.generate("310117.example/witness", SigningKind.COSIGNATURE)
AUDITOR = SigningKey.generate("auditor.example/witness", SigningKind.COSIGNATURE)


@pytest.fixture
def log(journal: Journal, url: str, tmp_path: Path) -> Iterator[TransparencyLog]:
    opened = open_log(journal, url, tmp_path / "log.key", ORIGIN)
    yield opened
    opened.close()


def cosigned(note: Note, *keys: SigningKey, at: int = 1_700_000_000) -> Note:
    return Note(note.text, (*note.signatures, *(key.sign(note.text, at) for key in keys)))


def independently(file: str, entry: bytes, log_vkey: str, witness_vkeys: list[str]) -> bool:
    """A verifier of its own, after the specifications and nothing else."""

    def key(text: str) -> tuple[str, bytes, bytes]:
        name, _, rest = text.partition("+")
        raw = base64.b64decode(rest.partition("+")[2])
        return name, hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4], raw[1:]

    proof, _, note = file.partition("\n\n")
    body, _, signatures = note.rpartition("\n\n")
    body += "\n"
    lines = [line for line in proof.split("\n")[1:] if not line.startswith("extra ")]
    index, path = int(lines[0].split(" ")[1]), [base64.b64decode(line) for line in lines[1:]]
    origin, size, root = body.split("\n")[:3]
    valid = set()
    for line in signatures.strip("\n").split("\n"):
        _, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded)
        for known, identity, public in map(key, [log_vkey, *witness_vkeys]):
            if (name, raw[:4]) == (known, identity):
                signed, signature = body.encode(), raw[4:]
                if len(signature) == 72:
                    signed = b"cosignature/v1\ntime %d\n" % int.from_bytes(signature[:8]) + signed
                try:
                    Ed25519PublicKey.from_public_bytes(public).verify(signature[-64:], signed)
                except InvalidSignature:
                    return False
                valid.add(name)
    found, at, width = hashlib.sha256(b"\0" + entry).digest(), index, int(size)
    for step in path:
        while width > 1 and at == width - 1 and at % 2 == 0:
            at, width = at // 2, (width + 1) // 2
        left, right = (step, found) if at % 2 else (found, step)
        found = hashlib.sha256(b"\1" + left + right).digest()
        at, width = at // 2, (width + 1) // 2
    while width > 1 and at == width - 1 and at % 2 == 0:
        at, width = at // 2, (width + 1) // 2
    names = {key(text)[0] for text in [log_vkey, *witness_vkeys]}
    return origin == key(log_vkey)[0] and valid == names and width == 1 and base64.b64decode(root) == found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 21])
def test_every_entry_is_proven_to_ours_and_to_a_reader_that_shares_no_code(
    journal: Journal, log: TransparencyLog, size: int
) -> None:
    entries = fill(journal, size)
    log.checkpoint()
    keys = log.keys().verifiers
    for entry in entries:
        file = str(log.prove(entry.position))
        shown = canonical(entry.position, entry.at, entry)
        assert ProofFile.parse(file).verified(shown, keys).checkpoint.size == size
        assert independently(file, shown, str(keys[0]), [])
        assert not independently(file, shown + b"x", str(keys[0]), [])
        assert str(ProofFile.parse(file)) == file


def test_a_cosigned_proof_says_who_cosigned_and_when(journal: Journal, log: TransparencyLog) -> None:
    entry = fill(journal, 6)[2]
    note = log.checkpoint()
    log.accept(str(cosigned(note, DISTRICT)), DISTRICT.verifier)
    log.accept(str(cosigned(note, AUDITOR, at=1_700_000_009)), AUDITOR.verifier)
    file, shown = log.prove(3), canonical(3, entry.at, entry)
    both = [DISTRICT.verifier, AUDITOR.verifier]
    proven = file.verified(shown, log.keys().verifiers, both, needed=2)
    assert proven.witnesses == {DISTRICT.verifier: 1_700_000_000, AUDITOR.verifier: 1_700_000_009}
    assert independently(str(file), shown, str(log.keys().verifiers[0]), [str(key) for key in both])
    with pytest.raises(ProofRefused, match="cosigned by 1 of 2"):
        file.verified(shown, log.keys().verifiers, [DISTRICT.verifier], needed=2)
    stranger = SigningKey.generate(AUDITOR.name, SigningKind.COSIGNATURE).verifier
    with pytest.raises(ProofRefused, match="cosigned by 1 of 2"):
        file.verified(shown, log.keys().verifiers, [DISTRICT.verifier, stranger], needed=2)
    with pytest.raises(ProofRefused, match="another kind"):
        file.verified(shown, log.keys().verifiers, [log.keys().signing.verifier], needed=1)


def test_one_witness_counts_once_however_often_it_signed(journal: Journal, log: TransparencyLog) -> None:
    entry = fill(journal, 2)[0]
    log.checkpoint()
    file = log.prove(1)
    twice = SigningKey.generate(DISTRICT.name, SigningKind.COSIGNATURE)
    file = replace(file, note=cosigned(file.note, DISTRICT, twice))
    with pytest.raises(ProofRefused, match="of 2 witnesses"):
        file.verified(
            canonical(1, entry.at, entry), log.keys().verifiers, [DISTRICT.verifier, twice.verifier], needed=2
        )


def test_the_cosigned_checkpoint_is_preferred_where_it_covers_the_entry(journal: Journal, log: TransparencyLog) -> None:
    fill(journal, 4)
    log.accept(str(cosigned(log.checkpoint(), DISTRICT)), DISTRICT.verifier)
    fill(journal, 4, after=4)
    log.checkpoint()
    assert [log.prove(position).note.text.split("\n")[1] for position in (4, 5)] == ["4", "8"]
    assert log.prove(2, 8).note.text.split("\n")[1] == "8"


def test_what_is_not_signed_yet_is_not_proven(journal: Journal, log: TransparencyLog) -> None:
    fill(journal, 4)
    for position, size in ((1, None), (0, None), (-1, None), (5, None)):
        with pytest.raises(NotSigned):
            log.prove(position, size)
    log.checkpoint()
    for position, size in ((5, 4), (1, 3), (1, 0)):
        with pytest.raises(NotSigned):
            log.prove(position, size)
    fill(journal, 1, "thing/b")
    with pytest.raises(NotSigned):
        log.prove(5)


def test_the_entry_may_travel_in_the_file(journal: Journal, log: TransparencyLog) -> None:
    entry = fill(journal, 4)[1]
    log.checkpoint()
    file = ProofFile.parse(str(log.prove(2, with_entry=True)))
    assert file.extra == canonical(2, entry.at, entry)
    assert file.verified(file.extra, log.keys().verifiers)
    assert independently(str(file), file.extra, str(log.keys().verifiers[0]), [])


def test_a_proof_of_another_journal_or_by_a_swapped_key_is_refused(journal: Journal, log: TransparencyLog) -> None:
    entry = fill(journal, 4)[1]
    log.checkpoint()
    shown, file = canonical(2, entry.at, entry), log.prove(2)
    for origin, says in (("other.example/log", "not the log that is trusted"), (ORIGIN, "no key that is trusted")):
        stranger = SigningKey.generate(origin, SigningKind.ED25519)
        with pytest.raises(ProofRefused, match=says):
            file.verified(shown, [stranger.verifier])
        forged = Note(file.note.text, (stranger.sign(file.note.text),))
        with pytest.raises(ProofRefused, match="no key that is trusted"):
            replace(file, note=forged).verified(shown, log.keys().verifiers)


def test_an_entry_changed_after_it_was_signed_for_is_not_proven(
    journal: Journal, log: TransparencyLog, url: str
) -> None:
    entries = fill(journal, 9)
    log.checkpoint()
    rewrite(url, [*entries[:4], replace(entries[4], state=b"forged"), *entries[5:]])
    for position in range(1, 10):
        with pytest.raises(Unprovable):
            log.prove(position)
    with pytest.raises(Unprovable):
        log.consistency(5, 9)


def test_any_change_to_the_file_is_refused() -> None:
    signer = SigningKey.generate(ORIGIN, SigningKind.ED25519)
    leaves = [SHA256.leaf(bytes([number])) for number in range(5)]
    text = Checkpoint(ORIGIN, 5, root_of(SHA256, leaves)).text
    note = cosigned(Note(text, (signer.sign(text),)), DISTRICT)
    raw = str(ProofFile(2, tuple(inclusion_proof(SHA256, 2, leaves)), note)).encode()
    keys, witnesses = [signer.verifier], [DISTRICT.verifier]
    assert ProofFile.parse(raw.decode()).verified(b"\2", keys, witnesses, needed=1)
    for place in range(len(raw)):
        changed = bytes([*raw[:place], raw[place] ^ (1 << place % 7), *raw[place + 1 :]])
        with pytest.raises((ProofRefused, UnicodeDecodeError)):
            ProofFile.parse(changed.decode()).verified(b"\2", keys, witnesses, needed=1)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:0],
        lambda text: text.replace("@v1", "@v2"),
        lambda text: text.replace("index 2", "index 02"),
        lambda text: text.replace("index 2", "index -2"),
        lambda text: text.replace("index 2\n", ""),
        lambda text: text.replace("index 2", "index 2\nindex 2"),
        lambda text: text.replace("index 2", "extra AA==\nextra AA==\nindex 2"),
        lambda text: text.replace("index 2", "index 2\nAA=="),
        lambda text: text.replace("\n\n", "\n", 1),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + "\n",
    ],
)
def test_what_is_no_proof_file_is_refused(journal: Journal, log: TransparencyLog, change: object) -> None:
    fill(journal, 5)
    log.checkpoint()
    text = str(log.prove(3))
    assert callable(change)
    with pytest.raises(ProofRefused):
        ProofFile.parse(change(text))


def test_a_cosignature_is_taken_over_our_own_checkpoints_only(journal: Journal, log: TransparencyLog) -> None:
    fill(journal, 4)
    note = log.checkpoint()
    other = Note(note.text.replace("\n4\n", "\n3\n"), note.signatures)
    for given, witness in (
        (cosigned(other, DISTRICT), DISTRICT.verifier),
        (cosigned(note, DISTRICT), AUDITOR.verifier),
        (cosigned(note, SigningKey.generate(DISTRICT.name, SigningKind.COSIGNATURE)), DISTRICT.verifier),
        (note, log.keys().signing.verifier),
        (Note(note.text, (Signature(DISTRICT.name, DISTRICT.verifier.id, b"\0" * 72),)), DISTRICT.verifier),
    ):
        with pytest.raises(NoteRefused):
            log.accept(str(given), witness)
    assert log.signed() == note
    log.accept(str(cosigned(note, DISTRICT)), DISTRICT.verifier)
    log.accept(str(cosigned(note, DISTRICT, at=1_800_000_000)), DISTRICT.verifier)
    assert log.signed() == cosigned(note, DISTRICT)
