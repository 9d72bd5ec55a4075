"""Dossier 卷宗: what proves a grade without us, any byte of it that was changed, and the exported trail (plan P5)."""

import ast
import base64
import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.diagnosis.report import ConfirmReport
from domain.kernel import Refused
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from interop.proof import verify_dossier as verifier
from interop.proof.audit_export import Proved
from interop.proof.dossier import dossier, path_of
from journal import Journal, NewEntry, open_journal
from journal.blobs import Blobs
from journal.transparency.checkpoints import Checkpoint
from journal.transparency.subtrees import Unprovable
from journal.transparency.transparency_log import open_log
from standards import Answer, Form, Process
from tests.interop.proving_city import ORIGIN, WITNESS, Proving, fault, forged, proving, still
from tests.journal.test_tampering import Intruder
from tests.journal.writers import now
from tests.rules.firms import EDITION, firms
from tests.small_city import CITY, FILE, FILLER, City

__all__ = ["proving", "still"]


def test_a_dossier_proves_the_grade_with_no_server_and_no_database(proving: Proving) -> None:
    content = proving.dossier()
    verdict = proving.verify(content)
    assert verdict.faults == ()
    assert verdict.result["grade"] == 5
    assert verdict.result["name"] == "示例精密机械有限公司"
    assert verdict.result["reports"] == [{"version": 1, "kind": "issued", "sha256": FILE.pdf}]
    assert verdict.result["evidence"][0]["sha256"] == "e" * 64
    assert verdict.witnessed == {WITNESS.name: datetime.fromtimestamp(1_750_000_000, UTC)}


def test_a_dossier_holds_exactly_the_entries_the_grade_rests_on(proving: Proving) -> None:
    read = [verifier.parse_entry(base64.b64decode(e["content"]), "") for e in json.loads(proving.dossier())["entries"]]
    streams = {entry.stream.split("/")[0] for entry in read}
    assert streams == {"diagnosis", "edition", "enterprise", "organisation"}
    assert len([e for e in read if e.stream == "diagnosis/d1"]) == len(proving.city.journal.read("diagnosis/d1"))
    assert len(read) < proving.city.journal.head().size


def test_the_same_dossier_has_the_same_bytes_while_the_journal_grows(proving: Proving) -> None:
    first = proving.dossier()
    proving.city.send(CITY, RegisterOrganisation(organisation="p2", kind=OrganisationKind.PROVIDER, name="服务二所"))
    assert proving.dossier() == first


def test_a_confirmed_grade_after_an_objection_is_worked_out_again(still: tuple[Proving, bytes]) -> None:
    proving, content = still
    verdict = proving.verify(content)
    assert verdict.faults == ()
    assert verdict.result["status"] == "confirmed"
    assert [report["kind"] for report in verdict.result["reports"]] == ["issued", "issued", "confirmed"]


def test_nothing_is_proved_of_what_is_not_decided(proving: Proving) -> None:
    proving.city.send(FILLER, ConfirmReport(diagnosis="d1"))
    proving.city.opened("d2")
    for subject, code in (("diagnosis/d2", "NOTHING_DECIDED"), ("diagnosis/none", "NOT_FOUND"), ("edition/2023", "NOT_FOUND")):
        with pytest.raises(Refused) as refused:
            dossier(proving.city.journal, proving.log, subject)
        assert refused.value.rule.code == code


def test_files_ride_along_and_are_checked(tmp_path: Path, journal: Journal, url: str) -> None:
    blobs = Blobs(tmp_path / "files")
    pdf = blobs.put(b"%PDF-1.7 report")
    city = City(journal)
    log = open_log(journal, url, tmp_path / "log.key", ORIGIN)
    proving = Proving(city, log)
    city.issued()
    city.send(FILLER, ConfirmReport(diagnosis="d1"), finish=lambda _: {"file": FILE.model_copy(update={"pdf": pdf})})
    content = proving.dossier(kept=blobs)
    assert json.loads(content)["files"] == {pdf: base64.b64encode(b"%PDF-1.7 report").decode()}
    assert proving.verify(content, witness_keys=()).holds
    other = base64.b64encode(b"%PDF-1.7 another").decode()
    for files, code in (({pdf: other}, "FILE_DIFFERS"), ({"0" * 64: other}, "FILE_FOREIGN")):
        assert fault(proving, forged(content, files=files), witness_keys=()) == code
    log.close()


# Every byte


@settings(max_examples=400)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found_and_named(still: tuple[Proving, bytes], where: float, bit: int) -> None:
    proving, content = still
    place = int(where * len(content))
    changed = bytearray(content)
    changed[place] ^= 1 << bit
    undone = verifier.carried(bytes(changed)) == content  # such as a last line end that became an end mark
    assert fault(proving, bytes(changed)) or undone, place


@settings(max_examples=150)
@given(data=st.data())
def test_a_flipped_byte_of_any_entry_is_found_even_when_the_digest_is_made_right(
    still: tuple[Proving, bytes], data: st.DataObject
) -> None:
    proving, content = still
    entries = json.loads(content)["entries"]
    item = data.draw(st.sampled_from(entries))
    raw = bytearray(base64.b64decode(item["content"]))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    item["content"] = base64.b64encode(raw).decode()
    assert fault(proving, forged(content, entries=entries)) in {"NOT_IN_LOG", "ENTRY_MALFORMED", "PLACE_DIFFERS"}


@settings(max_examples=150)
@given(data=st.data())
def test_a_flipped_byte_of_any_proof_is_found_even_when_the_digest_is_made_right(
    still: tuple[Proving, bytes], data: st.DataObject
) -> None:
    proving, content = still
    entries = json.loads(content)["entries"]
    item = data.draw(st.sampled_from(entries))
    proof = item["proof"]
    place = data.draw(st.integers(0, len(proof) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda found: found != proof[place]))
    item["proof"] = proof[:place] + letter + proof[place + 1 :]
    assert fault(proving, forged(content, entries=entries))


@settings(max_examples=100)
@given(data=st.data())
def test_no_stated_result_differs_from_the_one_worked_out(still: tuple[Proving, bytes], data: st.DataObject) -> None:
    proving, content = still
    result = json.loads(content)["result"]
    name = data.draw(st.sampled_from(sorted(result)))
    result[name] = data.draw(st.one_of(st.integers(), st.text(), st.none(), st.just([])).filter(lambda v: v != result[name]))
    assert fault(proving, forged(content, result=result)) == "RESULT_DIFFERS"


# The verifier's own copy of the standard


@settings(max_examples=60)
@given(firm=firms(), form=st.sampled_from(Form), visited=st.booleans(), reviewed=st.booleans())
def test_the_verifier_scores_every_firm_as_the_standard_does(
    firm: dict[str, Answer], form: Form, visited: bool, reviewed: bool  # noqa: FBT001 - drawn
) -> None:
    edition = json.loads(EDITION.model_dump_json())
    assert verifier.edition_digest(edition) == EDITION.digest
    asked = {item.id for item in EDITION.of(form)}
    answers = {name: answer for name, answer in firm.items() if name in asked}
    if any(all(answers[i.id].not_applicable for i in EDITION.of(form) if i.dimension == x.id) for x in EDITION.dimensions):
        return
    measured = EDITION.measure(form, answers)
    issued = EDITION.issue(measured, Process(site_visit=visited, expert_review=reviewed))
    found = verifier.measure(edition, form.value, {n: json.loads(a.model_dump_json()) for n, a in answers.items()})
    assert found == said(json.loads(measured.model_dump_json()), found)
    given_out = verifier.issue(edition, found, visited, reviewed)
    assert given_out == said(json.loads(issued.model_dump_json()), given_out)


def said(stored: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Of a stored result what the verifier works out."""
    gates = [{name: gate[name] for name in ("code", "level", "holds")} for gate in stored["gates"]]
    return {name: gates if name == "gates" else stored[name] for name in found}


# Alone


def run_alone(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The verifier copied out and run by itself, nothing of ours in reach."""
    script = folder / "verify_dossier.py"
    script.write_bytes(Path(verifier.__file__).read_bytes())
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-P", "-W", "error", str(script), *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )


def test_the_script_runs_alone(still: tuple[Proving, bytes], tmp_path: Path) -> None:
    proving, content = still
    file = tmp_path / "d1.dossier.json"
    file.write_bytes(content)
    (tmp_path / "log.pub").write_text(proving.key)
    keys = ("--log-key", str(tmp_path / "log.pub"), "--witness-key", str(WITNESS.verifier))
    done = run_alone(tmp_path, str(file), *keys, "--extract", str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "核验通过" in done.stdout
    proof = (tmp_path / "out" / "0001.tlog-proof").read_text()
    assert proof.startswith("c2sp.org/tlog-proof@v1\nindex ")
    file.write_bytes(content.replace(b'"grade": ', b'"grade":  ', 1))
    done = run_alone(tmp_path, str(file), *keys)
    assert done.returncode == 1
    assert "NOT_CANONICAL" in done.stderr
    assert run_alone(tmp_path, str(tmp_path / "none"), *keys).returncode == 2


def test_the_verifier_imports_the_standard_library_and_cryptography_only() -> None:
    tree = ast.parse(Path(verifier.__file__).read_text("utf-8"))
    modules = {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    modules |= {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert modules <= sys.stdlib_module_names | {"cryptography"}


# The exported trail


@pytest.mark.parametrize("size", [255, 256, 257, 700])
def test_every_entry_of_a_trail_of_any_length_is_proved(tmp_path: Path, size: int) -> None:
    journal = open_journal(f"sqlite:///{tmp_path / 'journal.db'}")
    log = open_log(journal, f"sqlite:///{tmp_path / 'journal.db'}", tmp_path / "log.key", ORIGIN)
    journal.append([NewEntry("thing/a", v, "thing.happened.v1", b"{}") for v in range(1, size + 1)], now())
    checkpoint = Checkpoint.parse(log.checkpoint().text)
    proved = Proved(journal, log.subtrees, checkpoint)
    for entry in journal.since(0, size):
        assert proved.at(entry.position) == (entry, path_of(log.subtrees, entry, checkpoint))
    log.close()
    journal.close()


def test_a_trail_is_not_exported_from_a_journal_that_was_changed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    journal = open_journal(url)
    log = open_log(journal, url, tmp_path / "log.key", ORIGIN)
    journal.append([NewEntry("thing/a", v, "thing.happened.v1", b"{}") for v in range(1, 301)], now())
    checkpoint = Checkpoint.parse(log.checkpoint().text)
    with closing(Intruder(url)) as intruder:
        intruder.run("UPDATE entries SET reason = 'x' WHERE position IN (7, 290)")
    for position in (7, 290):
        with pytest.raises(Unprovable):
            Proved(journal, log.subtrees, checkpoint).at(position)
    log.close()
    journal.close()


def test_a_reader_that_goes_away_before_the_end_is_no_fault(still: tuple[Proving, bytes], tmp_path: Path) -> None:
    proving, content = still
    file = tmp_path / "d1.json"
    file.write_bytes(content)
    reading, writing = os.pipe()
    os.close(reading)
    program = [sys.executable, verifier.__file__, str(file), "--log-key", proving.key]
    told = subprocess.run(program, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own program
    os.close(writing)
    assert told.returncode == 2
    assert told.stderr == ""
