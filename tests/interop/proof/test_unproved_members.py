"""What a reader may believe in a proved file is covered by the proof, or said not to be (plan P5)."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.diagnosis.report import ConfirmReport
from interop.proof import verify_dossier as verifier
from journal.transparency.signed_notes import SigningKey, SigningKind
from tests.interop.proving_city import Proving, fault, forged, of_first_format, proving, still
from tests.journal.ways_of_carrying import WAYS
from tests.small_city import CITY, FILLER, roster

__all__ = ["proving", "still"]
OLDER = "zhenduan.audit-trail.v1"


Proved = tuple[Proving, bytes, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def proved(still: tuple[Proving, bytes]) -> Proved:
    """A confirmed diagnosis, its dossier, and the whole log as a trail with everything that a line may show."""
    proving, content = still
    note = proving.log.checkpoint()
    lines: list[dict[str, Any]] = [{"format": verifier.TRAIL_FORMAT, "algorithm": "sha256", "checkpoint": str(note)}]
    for number in range(1, proving.city.journal.head().size + 1):
        file = proving.log.prove(number, with_entry=True)
        entry = verifier.parse_entry(file.extra or b"", "")
        shown = {key: getattr(entry, key) for key in ("position", "at", "version", "type", "actor", "role", "organisation")}
        shown |= {"subject": entry.stream, "reason": entry.reason, "data": entry.data}
        proof = [base64.b64encode(step).decode() for step in file.path]
        line = {"content": base64.b64encode(file.extra or b"").decode(), "proof": proof, "entry": shown}
        lines.append(line | {"stated": {"sentence": "某人做了某事"}})
    return proving, content, lines


def checked(proving: Proving, lines: list[dict[str, Any]]) -> str:
    """The code of the fault that is found; empty when the trail holds."""
    try:
        list(verifier.verify_trail([json.dumps(line).encode() for line in lines], proving.key))
    except verifier.Fault as fault:
        return fault.code
    return ""


def test_no_member_of_a_shown_entry_can_be_forged(proved: Proved) -> None:
    proving, _, lines = proved
    assert checked(proving, lines) == ""
    for name, value in lines[3]["entry"].items():
        for other in (f"{value}x", None, True, 7.0) if name != "data" else ({}, {**value, "more": 1}, "x"):
            forged = [*lines[:3], lines[3] | {"entry": lines[3]["entry"] | {name: other}}, *lines[4:]]
            assert checked(proving, forged) == "ENTRY_DIFFERS", name
        without = {key: kept for key, kept in lines[3]["entry"].items() if key != name}
        assert checked(proving, [*lines[:3], lines[3] | {"entry": without}, *lines[4:]]) == "ENTRY_DIFFERS"
    for odd in ({"entry": lines[3]["entry"] | {"grade": 9}}, {"entry": "any"}):
        assert checked(proving, [*lines[:3], lines[3] | odd, *lines[4:]]) == "ENTRY_DIFFERS"


def test_a_member_that_nothing_proves_is_refused_unless_it_says_so(proved: Proved) -> None:
    proving, _, lines = proved
    assert checked(proving, [lines[0] | {"grade": "9"}, *lines[1:]]) == "MALFORMED"
    for member in ("sentence", "grade"):
        assert checked(proving, [*lines[:3], lines[3] | {member: "第 9 档"}, *lines[4:]]) == "MALFORMED"
    twice = [json.dumps(line) for line in lines]
    twice[3] = '{"entry": {"type": "forged"}, ' + twice[3][1:]
    with pytest.raises(verifier.Fault, match="MALFORMED"):
        list(verifier.verify_trail([line.encode() for line in twice], proving.key))


def test_sentences_are_said_not_to_be_proved_in_trails_of_both_versions(
    proved: Proved, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proving, _, lines = proved
    older = [lines[0] | {"format": OLDER}]
    older += [{key: line[key] for key in ("content", "proof", "entry")} | {"sentence": "第 9 档"} for line in lines[1:]]
    bare = [lines[0] | {"format": OLDER}, *({key: line[key] for key in ("content", "proof")} for line in lines[1:])]
    for shown, says in ((lines, True), (older, True), (bare, False)):
        assert checked(proving, shown) == ""
        file = tmp_path / "trail.jsonl"
        file.write_text("\n".join(map(json.dumps, shown)), "utf-8")
        capsys.readouterr()
        assert verifier.main([str(file), "--log-key", proving.key]) == 0
        assert ("stated and not proved" in capsys.readouterr().out) is says
    older[3]["entry"] = older[3]["entry"] | {"actor": "somebody else"}
    assert checked(proving, older) == "ENTRY_DIFFERS"


def test_a_final_dossier_says_as_of_which_statement_of_the_firm_it_is(
    proved: Proved, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proving, content, _ = proved
    verdict = proving.verify(content)
    assert verdict.final
    entries = [verifier.parse_entry(base64.b64decode(item["content"]), "") for item in json.loads(content)["entries"]]
    for stream, (number, at) in verdict.last_statements.items():
        mine = [entry for entry in entries if entry.stream == stream]
        assert (number, at) == (len(mine), verifier.EPOCH + timedelta(microseconds=mine[-1].at))
    assert {stream.partition("/")[0] for stream in verdict.last_statements} == {"enterprise", "organisation"}
    file = tmp_path / "d.json"
    for shown, complete in ((content, True), (of_first_format(content), False)):
        file.write_bytes(shown)
        assert proving.verify(shown).complete is complete
        assert verifier.main([str(file), "--log-key", proving.key]) == 0
        said = capsys.readouterr().out
        assert ("of a final diagnosis too" in said) is not complete
        assert all(stream in said for stream in verdict.last_statements)
        assert verifier.main([str(file), "--log-key", proving.key, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["complete"] is complete


def test_the_last_statement_of_a_firm_cannot_be_cut_off_a_final_dossier(proving: Proving) -> None:
    firm = roster().rows[0][1]
    proving.city.send(CITY, roster(year=2025, digest="1" * 64, rows=((2, firm.model_copy(update={"name": "示例更名有限公司"})),)))
    proving.city.send(FILLER, ConfirmReport(diagnosis="d1"))
    proving.witnessed()
    content = proving.dossier()
    verdict = proving.verify(content)
    assert (verdict.final, verdict.result["name"]) == (True, "示例更名有限公司")
    made = json.loads(content)
    streams = [verifier.parse_entry(base64.b64decode(item["content"]), "").stream for item in made["entries"]]
    stated = [item for item, stream in zip(made["entries"], streams, strict=True) if stream.startswith("enterprise/")]
    assert len(stated) == 2
    entries = [item for item in made["entries"] if item != stated[-1]]
    shorter = forged(content, entries=entries, result=made["result"] | {"name": firm.name})
    assert fault(proving, shorter) == "HEADS_DIFFER"
    older = proving.verify(of_first_format(shorter))
    assert (older.holds, older.complete) == (True, False), "what it cannot show, it says"
    other = SigningKey.generate("log.example/city", SigningKind.ED25519)
    heads = made["heads"].partition("\n\n")[0] + "\n"
    for note in (f"{heads}\n{other.sign(heads)}\n", made["checkpoint"], "x"):
        assert fault(proving, forged(content, heads=note)) in ("LOG_SIGNATURE_MISSING", "HEADS_DIFFER", "CHECKPOINT_MALFORMED")


def test_after_a_change_of_the_logs_key_a_dossier_is_signed_by_the_one_in_force(proving: Proving) -> None:
    proving.log.rotate()
    verdict = proving.verify(proving.dossier(), witness_keys=())
    assert verdict.holds
    assert verdict.complete


def test_a_dossier_of_before_a_change_of_key_holds_for_whoever_gives_both_keys(
    proving: Proving, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older, before = proving.key, tmp_path / "before.json"
    before.write_bytes(proving.dossier())
    proving.log.rotate()
    newer = str(SigningKey.generate(older.split("+", 1)[0], SigningKind.ED25519).verifier)
    both = tmp_path / "log.pub"
    both.write_text(f"{newer}\n{older}\n")
    for given in (["--log-key", newer, "--log-key", older], ["--log-key", str(both)]):
        assert verifier.main([str(before), *given]) == 0, capsys.readouterr().err
    assert verifier.main([str(before), "--log-key", newer]) == 1
    assert "LOG_SIGNATURE_MISSING" in capsys.readouterr().err
    stranger = str(SigningKey.generate("log.example/another", SigningKind.ED25519).verifier)
    assert verifier.main([str(before), "--log-key", older, "--log-key", stranger]) == 1


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_dossier_trail_key_and_checkpoint_hold_however_they_were_carried(
    proved: Proved, tmp_path: Path, way: Callable[[bytes], bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    proving, content, lines = proved
    dossier, trail, key, known = (tmp_path / name for name in ("d.json", "t.jsonl", "log.pub", "known"))
    dossier.write_bytes(way(content))
    trail.write_bytes(way("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()))
    key.write_bytes(way(f"{proving.key}\n".encode()))
    known.write_bytes(way(lines[0]["checkpoint"].encode()))
    for file in (dossier, trail):
        given = [str(file), "--log-key", str(key), "--known", str(known), "--extract", str(tmp_path / "out")]
        assert verifier.main(given) == 0, capsys.readouterr().err
    assert (tmp_path / "out" / "checkpoint.txt").exists()
