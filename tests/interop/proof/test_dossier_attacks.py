"""Attacks on dossiers 卷宗攻击: another journal, key, entry, order, history or shape passed off as the real one (plan P5)."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.diagnosis.objections import ObjectionItem, ObjectToReport
from domain.diagnosis.report import ConfirmReport
from interop.proof import verify_dossier as verifier
from journal import open_journal
from journal.entries import canonical
from journal.transparency.signed_notes import SigningKey, SigningKind
from journal.transparency.transparency_log import open_log
from tests.interop.proving_city import ORIGIN, WITNESS, Proving, fault, forged, proving, still
from tests.small_city import FILLER, City

__all__ = ["proving", "still"]


def test_a_dossier_of_another_journal_is_refused(proving: Proving, tmp_path: Path) -> None:
    elsewhere = open_journal(f"sqlite:///{tmp_path / 'other.db'}")
    log = open_log(elsewhere, f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "other.key", "log.example/other")
    other = Proving(City(elsewhere), log)
    other.city.issued(5)
    other.witnessed()
    assert fault(proving, other.dossier()) == "OTHER_LOG"
    log.close()
    elsewhere.close()


def test_a_dossier_signed_with_another_key_of_the_same_name_is_refused(proving: Proving) -> None:
    content = proving.dossier()
    stranger = SigningKey.generate(ORIGIN, SigningKind.ED25519)
    text = json.loads(content)["checkpoint"].partition("\n\n")[0] + "\n"
    note = f"{text}\n{stranger.sign(text)}\n{WITNESS.sign(text, 1)}\n"
    entries = [
        entry | {"proof": entry["proof"].partition("\n\n")[0] + "\n\n" + note} for entry in json.loads(content)["entries"]
    ]
    heads = json.loads(content)["heads"].partition("\n\n")[0] + "\n"
    swapped = forged(content, checkpoint=note, entries=entries, heads=f"{heads}\n{stranger.sign(heads)}\n")
    assert fault(proving, swapped) == "LOG_SIGNATURE_MISSING"
    assert fault(proving, swapped, log_key=str(stranger.verifier)) == ""  # whoever brings the forger's key believes the forger
    named = proving.log.keys().signing.verifier
    pretending = note.replace(str(stranger.sign(text)), str(replace(stranger.sign(text), key_id=named.id)))
    assert fault(proving, forged(content, checkpoint=pretending)) == "SIGNATURE_INVALID"


def test_a_key_that_is_none_is_refused(proving: Proving) -> None:
    good = proving.key
    for key in ("", "x", good[:-4], good.replace("city+", "city2+"), good.replace("+", "+0", 1)):
        assert fault(proving, proving.dossier(), log_key=key) == "KEY_MALFORMED"


def test_the_key_of_a_log_is_no_witness_nor_that_of_a_witness_a_log(proving: Proving) -> None:
    """Who is told to bring two keys and brings one twice must not read "witnessed by"."""
    content = proving.dossier()
    assert fault(proving, content, witness_keys=(proving.key,)) == "KEY_MALFORMED"
    assert fault(proving, content, log_key=str(WITNESS.verifier)) == "KEY_MALFORMED"


def test_a_checkpoint_without_the_witness_is_refused(proving: Proving) -> None:
    stranger = SigningKey.generate("witness.example/pudong", SigningKind.COSIGNATURE)
    assert fault(proving, proving.dossier(), witness_keys=(str(stranger.verifier),)) == "WITNESS_MISSING"


def test_an_entry_left_out_is_named(still: tuple[Proving, bytes]) -> None:
    proving, content = still
    entries = json.loads(content)["entries"]
    for number in range(len(entries) - 1):
        rest = entries[:number] + entries[number + 1 :]
        assert fault(proving, forged(content, entries=rest)) in {"ENTRY_MISSING", "ENTRY_UNEXPECTED"}, number
    assert fault(proving, forged(content, entries=entries[:-1])) == "RESULT_DIFFERS"  # the last: the confirmation


def test_an_entry_twice_or_in_another_order_is_refused(still: tuple[Proving, bytes]) -> None:
    proving, content = still
    entries = json.loads(content)["entries"]
    for number in range(len(entries) - 1):
        swapped = [*entries[:number], entries[number + 1], entries[number], *entries[number + 2 :]]
        doubled = [*entries[: number + 1], entries[number], *entries[number + 1 :]]
        for changed in (swapped, doubled):
            assert fault(proving, forged(content, entries=changed)) in {"ORDER_WRONG", "ENTRY_MISSING", "MALFORMED"}


def test_an_entry_of_another_diagnosis_is_refused(proving: Proving) -> None:
    proving.city.send(FILLER, ConfirmReport(diagnosis="d1"))
    proving.witnessed()
    content = proving.dossier()
    proving.city.opened("d2")
    proving.witnessed()
    other = proving.city.journal.read("diagnosis/d2")[0]
    proof = proving.log.prove(other.position)
    foreign = {"content": base64.b64encode(canonical(other.position, other.at, other)).decode(), "proof": str(proof)}
    newer = json.loads(proving.dossier())
    assert newer["checkpoint"] == str(proof.note)
    assert fault(proving, forged(json.dumps(newer).encode(), entries=[*newer["entries"], foreign])) == "ENTRY_FOREIGN"
    assert fault(proving, forged(content, entries=[*json.loads(content)["entries"], foreign])) == "PROOF_FOREIGN"


def test_a_changed_answer_whose_hash_is_made_right_is_not_in_the_log(proving: Proving) -> None:
    content = proving.dossier()
    entries = json.loads(content)["entries"]
    for item in entries:
        raw = base64.b64decode(item["content"])
        if b"answers_verified" in raw and b'"level":"3"' in raw:
            item["content"] = base64.b64encode(raw.replace(b'"level":"3"', b'"level":"5"', 1)).decode()
            break
    assert fault(proving, forged(content, entries=entries)) == "NOT_IN_LOG"


def test_an_older_checkpoint_than_the_one_held_is_refused(proving: Proving) -> None:
    content = proving.dossier()
    proving.city.send(FILLER, ObjectToReport(diagnosis="d1", items=(ObjectionItem(indicator="Z01", reason="不符"),)))
    held = proving.witnessed()
    assert fault(proving, content, known=held) == "ROLLED_BACK"
    assert fault(proving, proving.dossier(), known=held) == ""


def test_another_history_of_the_same_length_is_a_split_view(proving: Proving) -> None:
    content = proving.dossier()
    size = json.loads(content)["checkpoint"].split("\n")[1]
    text = f"{ORIGIN}\n{size}\n{base64.b64encode(b'x' * 32).decode()}\n"
    held = f"{text}\n{proving.log.keys().signing.sign(text)}\n"
    assert fault(proving, content, known=held) == "SPLIT_VIEW"
    assert fault(proving, content, known=held.replace("city", "town")) == "KNOWN_CHECKPOINT_FOREIGN"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: made.pop("rules"),
        lambda made: made.update(more=1),
        lambda made: made.update(entries=[]),
        lambda made: made.update(entries=[{}]),
        lambda made: made.update(entries=[{"content": "", "proof": ""}]),
        lambda made: made.update(entries=["x"]),
        lambda made: made.update(kind="rating"),
        lambda made: made.update(format="zhenduan.dossier.v9"),
        lambda made: made.update(subject="edition/2023"),
        lambda made: made.update(subject="diagnosis/other"),
        lambda made: made.update(checkpoint=""),
        lambda made: made.update(checkpoint="log.example/city\n01\nAAAA\n\n— x AAAA\n"),
        lambda made: made.update(checkpoint=made["checkpoint"].rpartition("\n\n")[0]),
    ],
)
def test_a_dossier_out_of_shape_is_refused_and_never_breaks_the_verifier(
    still: tuple[Proving, bytes], spoil: Callable[[dict[str, Any]], object]
) -> None:
    proving, content = still
    made = json.loads(content)
    spoil(made)
    made["digest"] = verifier.digest_of(made)
    assert fault(proving, verifier.as_text(made))


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b"null", b'{"format": "zhenduan.dossier.v1"}'])
def test_what_is_no_dossier_is_refused(still: tuple[Proving, bytes], content: bytes) -> None:
    assert fault(still[0], content)


def test_what_a_forger_writes_steers_no_terminal(still: tuple[Proving, bytes]) -> None:
    proving, content = still
    (found,) = proving.verify(forged(content, checkpoint="\x1b[2Jx\n1\nAAAA\n\n— x AAAA\n")).faults
    assert str(found).isprintable()
    (found,) = proving.verify(content, log_key="\x1b[2J").faults
    assert str(found).isprintable()
