"""Dossiers of both shapes of the opening (plan S3, S5): before and since it says what applied, and why it is another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from domain.instants import microseconds
from domain.standard.edition_mapping import mapping_command
from domain.standard.editions import PublishEdition
from journal import Journal, NewEntry, open_journal
from journal.transparency.transparency_log import open_log
from projections.report.sheet import Case, sheet
from standards import edition_mappings, load, load_composition, published_editions
from tests.interop.proving_city import ORIGIN, Proving
from tests.small_city import CITY, EDITION, ENTERPRISE, FIRM, City, opening

FIRST_SHAPE = {
    "campaign": "2024",
    "edition": "2023",
    "edition_digest": EDITION.digest,
    "enterprise": ENTERPRISE,
    "form": "brief",
    "provider": "p1",
    "purpose": "initial",
}
REASON = "试点企业，按通用版简版先行自评"


@dataclass
class Opened(City):
    """A small city whose diagnosis is opened in one way."""

    journal: Journal
    way: Callable[[City], None]

    def __post_init__(self) -> None:
        City.__init__(self, self.journal)

    def opened(self, name: str = "d1") -> str:
        self.way(self)
        return name


def written(type_: str, **data: Any) -> Callable[[City], None]:
    """An opening as its bytes lie in a journal, whatever the rules of today say."""

    def write(city: City) -> None:
        state = orjson.dumps(FIRST_SHAPE | data, option=orjson.OPT_SORT_KEYS)
        reservation = orjson.dumps({"holder": "d1"})
        who = {"actor": CITY.actor, "role": CITY.role, "organisation": CITY.organisation, "reason": ""}
        rest: dict[str, Any] = who | {"version": 1, "correlation": "", "causation": "", "idempotency_key": ""}
        opened = NewEntry(stream="diagnosis/d1", type=type_, state=state, **rest)
        taken = NewEntry(
            stream=f"slot/active-diagnosis/{ENTERPRISE}/2024/initial", type="slot.taken.v1", state=reservation, **rest
        )
        city.journal.append([opened, taken], microseconds(datetime.now(UTC)))

    return write


def with_reason(city: City) -> None:
    for key in (one for one in published_editions() if one != EDITION.key):
        city.send(CITY, PublishEdition(**dict(load_composition(key))))
    city.send(CITY, mapping_command(edition_mappings().mappings[0]))
    city.send(CITY, opening("d1").model_copy(update={"reason": REASON}))


APPLIED = {
    "edition": "2023-energy",
    "form": "full",
    "basis": "group",
    "code": "C341",
    "since": "2023-07-28",
    "source": {"document": "x", "mark": "P"},
    "form_source": {"document": "x", "mark": "I"},
}


@pytest.mark.parametrize(
    ("way", "fault"),
    [
        (written("diagnosis.opened.v1"), ""),
        (written("diagnosis.opened.v2", applicable=None, reason=None), ""),
        (with_reason, ""),
        (written("diagnosis.opened.v2", applicable=APPLIED, reason=None), "REASON_MISSING"),
    ],
    ids=["first shape", "no mapping", "with a reason", "another without a reason"],
)
def test_a_dossier_of_every_shape_of_opening_is_verified(way: Callable[[City], None], fault: str, tmp_path: Path) -> None:
    journal = open_journal(f"sqlite:///{tmp_path / 'journal.db'}")
    log = open_log(journal, f"sqlite:///{tmp_path / 'journal.db'}", tmp_path / "log.key", ORIGIN)
    made = Proving(Opened(journal, way), log)
    made.city.issued()
    made.witnessed()
    verdict = made.verify(made.dossier())
    assert [one.code for one in verdict.faults] == ([fault] if fault else [])
    assert fault or verdict.result["grade"] == 5
    log.close()
    journal.close()


def test_the_report_prints_what_applied_and_why_it_is_another(tmp_path: Path) -> None:
    said, applying = {}, load("2023-major-equipment")
    for name, way in (("old", written("diagnosis.opened.v1")), ("new", with_reason)):
        journal = open_journal(f"sqlite:///{tmp_path / name}.db")
        city = Opened(journal, way)
        city.issued()
        case = Case(
            diagnosis="d1",
            position=journal.head().size,
            history=journal.read("diagnosis/d1"),
            firm=FIRM,
            edition=EDITION,
            at=datetime.now(UTC),
            confirmed=False,
            demo=False,
            names={},
            titles={applying.key: applying.title},
        )
        made = sheet(case)
        said[name] = (made.applicability, made.steps[0].detail)
        journal.close()
    assert said["old"] == ("", "首次诊断，简版，规上制造业数字化诊断标准（2023 版）")
    applied, step = said["new"]
    assert f"适用《{applying.title}》" in applied
    assert "按行业代码 C34（大类）与企业规模适用" in applied
    assert applied.endswith(f"本诊断另选《规上制造业数字化诊断标准（2023 版）》（简版），理由：{REASON}")
    assert step == f"首次诊断，简版，规上制造业数字化诊断标准（2023 版）（另选，理由：{REASON}）"
