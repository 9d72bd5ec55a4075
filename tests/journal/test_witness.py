"""Witness 见证方: two histories, a history set back, a swapped key, a clock set back — each refused in clear words (plan P5)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from journal import Journal, open_journal
from journal.transparency.checkpoints import Checkpoint, read_checkpoint
from journal.transparency.merkle import consistency_proof
from journal.transparency.signed_notes import Note, NoteRefused, SigningKey, SigningKind
from journal.transparency.transparency_log import TransparencyLog, open_log
from journal.transparency.witness import Witness, WitnessRefused
from tests.journal.forging import fill, renumbered, rewrite

ORIGIN = "log.example/city"
NOW = 1_700_000_000


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def log(journal: Journal, url: str, tmp_path: Path) -> Iterator[TransparencyLog]:
    opened = open_log(journal, url, tmp_path / "log.key", ORIGIN)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def district(log: TransparencyLog, tmp_path: Path, clock: Clock) -> Witness:
    return witness(log, tmp_path / "310117.seen", "310117.example/witness", clock)


def witness(log: TransparencyLog, memory: Path, name: str, clock: Clock) -> Witness:
    key = SigningKey.generate(name, SigningKind.COSIGNATURE)
    return Witness(key, [log.keys().signing.verifier], memory, clock)


def unasked(old: int, new: int) -> Sequence[bytes]:
    raise AssertionError(f"no proof is needed from {old} to {new}")


def test_a_witness_signs_what_extends_what_it_saw(
    journal: Journal, log: TransparencyLog, district: Witness, clock: Clock
) -> None:
    fill(journal, 3)
    first = district.cosign(str(log.checkpoint()), unasked)
    log.accept(str(first), district.key.verifier)
    fill(journal, 4, after=3)
    clock.now += 60
    second = district.cosign(str(log.checkpoint()), log.consistency)
    log.accept(str(second), district.key.verifier)
    keys = [district.key.verifier, log.keys().signing.verifier]
    for note, size, at in ((log.signed(3), 3, NOW), (log.signed(7), 7, NOW + 60)):
        assert note is not None
        assert read_checkpoint(note, log.keys().verifiers).size == size
        assert note.signed_by(keys)[district.key.verifier] == at
    assert district.last() == (Checkpoint.parse(second.text), NOW + 60)


def test_a_witness_remembers_over_its_own_restarts(
    journal: Journal, log: TransparencyLog, district: Witness, tmp_path: Path, clock: Clock
) -> None:
    fill(journal, 3)
    district.cosign(str(log.checkpoint()), unasked)
    again = Witness(district.key, log.keys().verifiers, tmp_path / "310117.seen", clock)
    assert again.last() == district.last()
    clock.now += 5
    assert again.cosign(str(log.checkpoint()), unasked).signed_by([district.key.verifier])


def test_two_histories_shown_to_two_districts_are_not_both_cosigned(
    journal: Journal, log: TransparencyLog, url: str, tmp_path: Path, clock: Clock
) -> None:
    """The city's own key signs both histories: it is the witnesses who notice."""
    entries = fill(journal, 6)
    honest, other = (witness(log, tmp_path / f"{name}.seen", f"{name}.example/w", clock) for name in ("a", "b"))
    shown_to_both = log.checkpoint()
    for one in (honest, other):
        one.cosign(str(shown_to_both), unasked)
    fill(journal, 2, after=6)
    honest.cosign(str(log.checkpoint()), log.consistency)
    everything = journal.since(0, 100)

    forged = renumbered([*entries[:2], replace(entries[2], state=b"forged"), *everything[3:]], journal.head().digest)
    signer = log.keys().signing
    rewrite(url, forged)
    text = Checkpoint(signer.name, 8, journal.head().root).text
    split = Note(text, (signer.sign(text),))
    leaves = [entry.leaf for entry in forged]
    with pytest.raises(WitnessRefused, match="split view: the 8 entries shown do not extend the 6 seen before"):
        other.cosign(str(split), lambda old, new: consistency_proof(journal.head().digest, old, leaves[:new]))
    with pytest.raises(WitnessRefused, match="split view: another history of the same 8 entries"):
        honest.cosign(str(split), unasked)
    for name in ("a", "b"):
        [kept] = tmp_path.glob(f"{name}.conflict-8-*")
        evidence = Note.parse(kept.read_text("utf-8"))
        assert read_checkpoint(evidence, log.keys().verifiers).root == journal.head().root
        assert evidence == split
    assert other.last() == (Checkpoint.parse(shown_to_both.text), NOW)


def test_a_log_set_back_is_refused(journal: Journal, log: TransparencyLog, district: Witness) -> None:
    fill(journal, 3)
    old = log.checkpoint()
    fill(journal, 4, after=3)
    district.cosign(str(log.checkpoint()), unasked)
    with pytest.raises(WitnessRefused, match="set back: 7 entries were seen before, 3 are shown now"):
        district.cosign(str(old), unasked)


def test_a_log_set_back_and_grown_again_is_refused(
    journal: Journal, log: TransparencyLog, url: str, district: Witness, tmp_path: Path
) -> None:
    entries = fill(journal, 5)
    district.cosign(str(log.checkpoint()), unasked)
    rewrite(url, entries[:3])
    (tmp_path / "log.signed").unlink()
    fill(journal, 9, "thing/b")
    signer, head = log.keys().signing, journal.head()
    text = Checkpoint(signer.name, head.size, head.root).text
    leaves = [entry.leaf for entry in journal.since(0, 100)]
    with pytest.raises(WitnessRefused, match="do not extend the 5 seen before"):
        district.cosign(
            str(Note(text, (signer.sign(text),))), lambda old, new: consistency_proof(head.digest, old, leaves[:new])
        )


def test_another_journals_log_or_a_swapped_key_is_refused(
    journal: Journal, log: TransparencyLog, district: Witness, tmp_path: Path
) -> None:
    fill(journal, 3)
    other_url = f"sqlite:///{tmp_path / 'other.db'}"
    for origin in ("other.example/log", ORIGIN):
        others = open_journal(other_url)
        other = open_log(others, other_url, tmp_path / f"{len(origin)}" / "log.key", origin)
        fill(others, 3, f"thing/{origin}")
        with pytest.raises(WitnessRefused, match="cannot be trusted"):
            district.cosign(str(other.checkpoint()), other.consistency)
        other.close()
        others.close()
        (tmp_path / "other.db").unlink()
    assert district.last() is None
    for damaged in ("", "no note", str(log.checkpoint()).replace("\n3\n", "\n4\n")):
        with pytest.raises(WitnessRefused, match="cannot be trusted"):
            district.cosign(damaged, unasked)


def test_a_changed_key_is_followed_by_whoever_was_told_of_it(
    journal: Journal, log: TransparencyLog, district: Witness, tmp_path: Path, clock: Clock
) -> None:
    fill(journal, 3)
    old = log.keys().signing.verifier
    district.cosign(str(log.checkpoint()), unasked)
    district.cosign(str(log.rotate()), unasked)
    fill(journal, 3, "thing/b")
    after = str(log.checkpoint())
    with pytest.raises(WitnessRefused, match="no key that is trusted"):
        district.cosign(after, log.consistency)
    told = Witness(district.key, [old, log.keys().signing.verifier], tmp_path / "310117.seen", clock)
    assert told.cosign(after, log.consistency)


@pytest.mark.parametrize("proof", [[], [b"\x07" * 32], [b"\x07" * 32] * 3, [b"short"]])
def test_a_proof_that_does_not_hold_is_refused(
    journal: Journal, log: TransparencyLog, district: Witness, proof: Sequence[bytes]
) -> None:
    fill(journal, 3)
    district.cosign(str(log.checkpoint()), unasked)
    fill(journal, 4, after=3)
    with pytest.raises(WitnessRefused, match="split view"):
        district.cosign(str(log.checkpoint()), lambda _old, _new: proof)


def test_a_clock_set_back_signs_nothing_and_a_corrected_one_states_no_earlier_time(
    journal: Journal, log: TransparencyLog, district: Witness, clock: Clock
) -> None:
    fill(journal, 3)
    district.cosign(str(log.checkpoint()), unasked)
    clock.now = NOW - 200
    note = district.cosign(str(log.checkpoint()), unasked)
    assert note.signed_by([district.key.verifier]) == {district.key.verifier: NOW}
    clock.now = NOW - 301
    with pytest.raises(WitnessRefused, match="clock was set back"):
        district.cosign(str(log.checkpoint()), unasked)


@pytest.mark.parametrize("damage", ["", "x", "another"])
def test_a_damaged_memory_signs_nothing(
    journal: Journal, log: TransparencyLog, district: Witness, tmp_path: Path, damage: str
) -> None:
    fill(journal, 3)
    signed = district.cosign(str(log.checkpoint()), unasked)
    text = damage
    if damage == "another":  # written with another key than the witness's own
        stranger = SigningKey.generate(district.key.name, SigningKind.COSIGNATURE)
        text = str(Note(signed.text, (stranger.sign(signed.text, NOW),)))
    (tmp_path / "310117.seen").write_text(text, "utf-8")
    with pytest.raises(WitnessRefused, match="memory of the witness is damaged"):
        district.cosign(str(log.checkpoint()), unasked)


def test_the_memory_of_one_log_is_not_used_for_another(
    journal: Journal, log: TransparencyLog, district: Witness, tmp_path: Path
) -> None:
    fill(journal, 3)
    district.cosign(str(log.checkpoint()), unasked)
    stranger = SigningKey.generate("other.example/log", SigningKind.ED25519)
    other = Witness(district.key, [stranger.verifier], tmp_path / "310117.seen")
    with pytest.raises(WitnessRefused, match=r"memory of log\.example/city"):
        other.last()


def test_a_witness_needs_a_witness_key_and_one_log(log: TransparencyLog, tmp_path: Path) -> None:
    own = log.keys().signing
    with pytest.raises(NoteRefused, match="key for cosignatures"):
        Witness(own, [own.verifier], tmp_path / "seen")
    key = SigningKey.generate("w.example", SigningKind.COSIGNATURE)
    other = SigningKey.generate("other.example/log", SigningKind.ED25519)
    for keys in ([], [own.verifier, other.verifier]):
        with pytest.raises(NoteRefused, match="keys of one log"):
            Witness(key, keys, tmp_path / "seen")
