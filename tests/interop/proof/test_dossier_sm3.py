"""Dossier of an SM3 log 国密卷宗: verified by what the file states and the log's name binds, never by the other (plan P5)."""

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.access import Everything, Role
from interop.proof import verify_dossier as verifier
from interop.proof.audit_export import lines
from journal import Journal, open_journal
from journal.digests import SM3
from journal.transparency.signed_notes import Note, SigningKey
from journal.transparency.transparency_log import open_log
from projections import open_read_models
from projections.record.audit_trail import EntryFilter
from tests.interop.proof.test_dossier import (
    test_a_dossier_holds_exactly_the_entries_the_grade_rests_on,
    test_a_dossier_proves_the_grade_with_no_server_and_no_database,
    test_the_same_dossier_has_the_same_bytes_while_the_journal_grows,
)
from tests.interop.proving_city import ORIGIN, Proving, fault, forged, proving
from tests.small_city import City

__all__ = [
    "proving",
    "test_a_dossier_holds_exactly_the_entries_the_grade_rests_on",
    "test_a_dossier_proves_the_grade_with_no_server_and_no_database",
    "test_the_same_dossier_has_the_same_bytes_while_the_journal_grows",
]


@pytest.fixture
def journal(url: str) -> Iterator[Journal]:
    """An empty SM3 journal on each engine in turn."""
    opened = open_journal(url, digest=SM3)
    yield opened
    opened.close()


def test_a_dossier_states_what_its_log_hashes_with(proving: Proving) -> None:
    made = json.loads(proving.dossier())
    assert made["algorithm"] == "sm3"
    assert made["checkpoint"].startswith(f"{ORIGIN}/sm3\n")
    assert all(item["proof"].startswith("zhenduan.tlog-proof-sm3.v1\n") for item in made["entries"])


@pytest.mark.parametrize(
    ("algorithm", "code"),
    [("sha256", "ALGORITHM_DIFFERS"), ("md5", "ALGORITHM_UNKNOWN"), (None, "ALGORITHM_UNKNOWN"), (["sm3"], "ALGORITHM_UNKNOWN")],
)
def test_the_algorithm_cannot_be_swapped_in_the_file(proving: Proving, algorithm: object, code: str) -> None:
    assert fault(proving, forged(proving.dossier(), algorithm=algorithm)) == code


def test_the_algorithm_cannot_be_left_out_of_the_file(proving: Proving) -> None:
    made = json.loads(proving.dossier())
    del made["algorithm"], made["digest"]
    made["digest"] = verifier.digest_of(made)
    assert fault(proving, verifier.as_text(made)) == "ALGORITHM_UNKNOWN"


def test_the_algorithm_cannot_be_swapped_with_the_name_of_the_log(proving: Proving) -> None:
    """Even the log's own secret, under the name without its mark, makes no SHA-256 log of it."""
    made = json.loads(proving.dossier())
    note = Note.parse(made["checkpoint"])
    signing = proving.log.keys().signing
    plain = SigningKey(ORIGIN, signing.kind, signing.seed)
    text = note.text.replace("/sm3", "", 1)
    swapped = str(Note(text, (plain.sign(text),)))
    assert fault(proving, forged(proving.dossier(), checkpoint=swapped), witness_keys=()) == "OTHER_LOG"
    steps = [item["proof"].partition("\n\n")[0].partition("\n")[2] for item in made["entries"]]
    proofs = [{"proof": f"c2sp.org/tlog-proof@v1\n{step}\n\n{swapped}"} for step in steps]
    entries = [item | proof for item, proof in zip(made["entries"], proofs, strict=True)]
    whole = forged(proving.dossier(), checkpoint=swapped, algorithm="sha256", entries=entries)
    assert fault(proving, whole, log_key=str(plain.verifier), witness_keys=()) == "NOT_IN_LOG"


def test_a_proof_under_the_first_line_of_the_other_algorithm_is_refused(proving: Proving) -> None:
    made = json.loads(proving.dossier())
    made["entries"][0]["proof"] = made["entries"][0]["proof"].replace("zhenduan.tlog-proof-sm3.v1", "c2sp.org/tlog-proof@v1")
    assert fault(proving, forged(proving.dossier(), entries=made["entries"])) == "PROOF_MALFORMED"


def test_a_changed_entry_is_not_in_an_sm3_log(proving: Proving) -> None:
    made = json.loads(proving.dossier())
    content = base64.b64decode(made["entries"][-1]["content"])
    made["entries"][-1]["content"] = base64.b64encode(content.replace(b"provider", b"providex", 1)).decode()
    assert fault(proving, forged(proving.dossier(), entries=made["entries"])) == "NOT_IN_LOG"


def test_a_dossier_from_before_there_was_a_choice_is_read_as_sha256s(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'plain.db'}"
    with closing(open_journal(url)) as plain, closing(open_log(plain, url, tmp_path / "log.key", ORIGIN)) as log:
        older = Proving(City(plain), log)
        older.city.issued()
        older.witnessed()
        made = json.loads(older.dossier())
        assert made.pop("algorithm") == "sha256"
        for heads in (made.pop("heads"), None):
            before = made | ({"heads": heads} if heads is not None else {"format": verifier.OLDER_FORMAT})
            del before["digest"]
            before["digest"] = verifier.digest_of(before)
            said = [one.code for one in older.verify(verifier.as_text(before)).faults]
            assert said == (["ALGORITHM_UNKNOWN"] if heads is not None else []), "today's format always states it"
        assert fault(older, forged(older.dossier(), algorithm="sm3")) == "ALGORITHM_DIFFERS"


def test_an_exported_trail_of_an_sm3_log_is_proved_line_by_line(proving: Proving, url: str) -> None:
    with closing(open_read_models(url.replace("journal.db", "models.db"), proving.city.journal)) as models:
        models.catch_up()
        whole = lines(proving.city.journal, models, proving.log, Everything(), Role.AUDITOR, EntryFilter())
        made = b"".join(whole).splitlines(keepends=True)
    first = json.loads(made[0])
    assert first["algorithm"] == "sm3"
    size = proving.city.journal.head().size
    assert len(list(verifier.verify_trail(made, proving.key))) == len(made) - 1 == size
    del first["algorithm"]
    with pytest.raises(verifier.Fault, match="MALFORMED"):
        list(verifier.verify_trail([json.dumps(first).encode(), *made[1:]], proving.key))
    swapped = [json.dumps(first | {"algorithm": "sha256"}).encode(), *made[1:]]
    with pytest.raises(verifier.Fault, match="ALGORITHM_DIFFERS"):
        list(verifier.verify_trail(swapped, proving.key))
