"""A grade is proved by the edition that it pinned, whatever becomes of that edition afterwards (plan S5, P5)."""

import base64
import json

from domain.diagnosis.report import ConfirmReport
from domain.instants import city_day
from domain.standard.editions import RetireEdition
from interop.proof import verify_dossier as verifier
from tests.interop.proving_city import Proving, fault, proving
from tests.small_city import CITY, FILLER

__all__ = ["proving"]


def test_a_diagnosis_goes_on_under_an_edition_that_is_retired_and_its_dossier_holds(proving: Proving) -> None:
    today = city_day(proving.city.clock())
    proving.city.send(CITY, RetireEdition(edition="2023", since=today, reason="由新版代替"))
    proving.city.send(FILLER, ConfirmReport(diagnosis="d1"))
    proving.witnessed()
    content = proving.dossier()
    assert fault(proving, content) == ""
    entries = [verifier.parse_entry(base64.b64decode(one["content"]), "") for one in json.loads(content)["entries"]]
    assert [entry.type for entry in entries if entry.stream == "edition/2023"] == ["edition.published.v1"]
