"""What a reader may believe in a proved file is covered by the proof, or said not to be (plan P5)."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from interop.proof import verify_dossier as verifier
from tests.interop.proving_city import Proving, still
from tests.journal.ways_of_carrying import WAYS

__all__ = ["still"]
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
    file.write_bytes(content)
    assert verifier.main([str(file), "--log-key", proving.key]) == 0
    said = capsys.readouterr().out
    assert "of a final diagnosis too" in said
    assert all(stream in said for stream in verdict.last_statements)


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
        assert verifier.main([str(file), "--log-key", str(key), "--known", str(known)]) == 0, capsys.readouterr().err
