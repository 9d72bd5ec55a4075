"""A small city whose log signs and is witnessed, and a dossier of it to read, to change and to pass something else off as."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.on_site import VerifyAnswers
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.scoring import RecordExpertReview, ScoreDiagnosis
from domain.diagnosis.state import VerifiedAnswer
from interop.proof import verify_dossier as verifier
from interop.proof.dossier import dossier
from journal import Journal, open_journal
from journal.transparency.signed_notes import SigningKey, SigningKind
from journal.transparency.transparency_log import TransparencyLog, open_log
from tests.small_city import CITY, FILLER, PROVIDER, City, sections

ORIGIN = "log.example/city"
WITNESS = SigningKey.generate("witness.example/songjiang", SigningKind.COSIGNATURE)


@dataclass
class Proving:
    """A small city whose log signs and is witnessed."""

    city: City
    log: TransparencyLog

    @property
    def key(self) -> str:
        return str(self.log.keys().signing.verifier)

    def witnessed(self) -> str:
        note = self.log.checkpoint()
        signed = replace(note, signatures=(*note.signatures, WITNESS.sign(note.text, 1_750_000_000)))
        self.log.accept(str(signed), WITNESS.verifier)
        return str(self.log.signed())

    def dossier(self, name: str = "d1", **rest: Any) -> bytes:
        return dossier(self.city.journal, self.log, f"diagnosis/{name}", **rest)

    def verify(self, content: bytes, **rest: Any) -> verifier.Verdict:
        return verifier.verify(content, **({"log_key": self.key, "witness_keys": (str(WITNESS.verifier),)} | rest))


@pytest.fixture
def proving(journal: Journal, url: str, tmp_path: Path) -> Iterator[Proving]:
    log = open_log(journal, url, tmp_path / "keys" / "log.key", ORIGIN)
    made = Proving(City(journal), log)
    made.city.issued()
    made.witnessed()
    yield made
    log.close()


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proving, bytes]]:
    """One dossier for all the tests that only read it: objected to once, verified again, confirmed."""
    folder = tmp_path_factory.mktemp("still")
    journal = open_journal(f"sqlite:///{folder / 'journal.db'}")
    log = open_log(journal, f"sqlite:///{folder / 'journal.db'}", folder / "log.key", ORIGIN)
    made = Proving(City(journal), log)
    made.city.issued(4)
    one, other = ObjectionItem(indicator="Z01", reason="证据未计"), ObjectionItem(indicator="Z04", reason="口径")
    made.city.send(FILLER, ObjectToReport(diagnosis="d1", items=(one, other)))
    replies = (
        ObjectionAnswer(indicator="Z01", upheld=True, reason="采纳"),
        ObjectionAnswer(indicator="Z04", upheld=False, reason="维持"),
    )
    made.city.send(PROVIDER, AnswerObjections(diagnosis="d1", answers=replies))
    better = {"Z01": VerifiedAnswer(answer=sections(5)["D1"]["Z01"], reason="补充证据")}
    made.city.send(PROVIDER, VerifyAnswers(diagnosis="d1", section="D1", answers=better))
    made.city.send(CITY, RecordExpertReview(diagnosis="d1", conclusion="同意"))
    made.city.send(PROVIDER, ScoreDiagnosis(diagnosis="d1"))
    made.city.send(PROVIDER, IssueReport(diagnosis="d1"))
    made.city.send(FILLER, ConfirmReport(diagnosis="d1"))
    made.witnessed()
    yield made, made.dossier()
    log.close()
    journal.close()


def fault(proving: Proving, content: bytes, **rest: Any) -> str:
    """Code of what the verifier finds; empty when it finds nothing."""
    verdict = proving.verify(content, **rest)
    assert all(found.where and found.says for found in verdict.faults)
    return verdict.faults[0].code if verdict.faults else ""


def of_first_format(content: bytes) -> bytes:
    """A dossier as versions before the signed heads wrote it, or as a forger makes one of today's to be rid of them."""
    made = json.loads(content)
    del made["heads"]
    made |= {"format": verifier.OLDER_FORMAT}
    made["digest"] = verifier.digest_of(made)
    return verifier.as_text(made)


def forged(content: bytes, **changes: Any) -> bytes:
    """A dossier with other members, written as it should be and with its digest right again."""
    made = json.loads(content) | changes
    made["digest"] = verifier.digest_of(made)
    return verifier.as_text(made)
