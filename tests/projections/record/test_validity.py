"""Lists of the past 往期列表: a list at any position is the list that a replay to that position gives. plan P5."""

import itertools
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.access import AnyOf, Attribute, Everything, Is, Nothing, Outside, Scope, sees_only_issued
from domain.diagnosis.state import IN_PROGRESS, DiagnosisStatus, Purpose
from journal import Journal, NewEntry, open_journal
from projections import ReadModels, Snapshot, open_read_models
from projections.as_of import replay as replayed
from projections.as_of import validity
from projections.as_of.validity import VALIDITY
from projections.diagnosis import diagnoses
from projections.diagnosis.assignments import TERMS
from projections.diagnosis.diagnoses import DiagnosisFilter
from projections.diagnosis.diagnoses_fold import DIAGNOSIS_READ_MODEL
from projections.diagnosis.firms import ENTERPRISE_READ_MODEL
from projections.engine.filters import GradeRange
from projections.engine.pages import BY_ID, By, Order, Page, Place
from projections.participants import enterprises
from projections.participants.enterprises import EnterpriseFilter
from projections.participants.headquarters import HEADQUARTERS_READ_MODEL
from projections.record.audit_trail import AUDIT_TRAIL
from projections.standard.edition_mapping import EDITION_MAPPING_READ_MODEL
from projections.standard.editions import EDITIONS_READ_MODEL
from tests.small_city import FIRM

FIRMS, CASES = ("f0", "f1", "f2"), ("c0", "c1", "c2", "c3")
NAMES = ("示例临港材料", "示例精密机械", "Beispiel 材料 100%")
DISTRICTS, INDUSTRIES, SIZES = ("310115", "310117"), ("C34", "C3411", "C26"), ("medium", "small")
PROVIDERS = ("p1", "p2")
GRADES = (0, 3, 7)

LOOKED_INTO = (
    ENTERPRISE_READ_MODEL,
    DIAGNOSIS_READ_MODEL,
    TERMS,
    EDITIONS_READ_MODEL,
    EDITION_MAPPING_READ_MODEL,
    HEADQUARTERS_READ_MODEL,
    AUDIT_TRAIL,
    VALIDITY,
)
"""Read models of these reads; others look at more of a fact than the facts here have."""

stated = st.tuples(*(st.sampled_from(values) for values in (NAMES, DISTRICTS, INDUSTRIES, SIZES)))
happenings = st.one_of(
    st.tuples(st.just("stated"), st.sampled_from(FIRMS), stated),
    st.tuples(st.just("opened"), st.sampled_from(CASES), st.sampled_from((*PROVIDERS, None))),
    st.tuples(st.sampled_from(("provider_assigned", "accepted")), st.sampled_from(CASES), st.sampled_from(PROVIDERS)),
    st.tuples(st.just("scored"), st.sampled_from(CASES), st.sampled_from(GRADES)),
    st.tuples(st.just("objections_answered"), st.sampled_from(CASES), st.booleans()),
    st.tuples(
        st.sampled_from(
            (
                "self_assessment_submitted",
                "report_issued",
                "report_confirmed",
                "report_objected_to",
                "withdrawn",
                "truth_pledged",
            )
        ),
        st.sampled_from(CASES),
        st.none(),
    ),
)
Happening = tuple[str, str, Any]

FACTS = {
    "provider_assigned": lambda value: {"provider": value},
    "accepted": lambda value: {"provider": value},
    "scored": lambda value: {
        "verified": {"total": "50.00", "grade": value, "band_grade": 10, "indicators": []},
        "issued": {"grade": value, "level": 1, "grade_name": "档", "level_name": "级"},
    },
    "objections_answered": lambda value: {"answers": [{"indicator": "Z01", "upheld": value, "reason": "r"}]},
    "self_assessment_submitted": lambda _: {"measured": {"total": "40.00"}},
    "report_issued": lambda _: {"version": 1, "file": {"pdf": "a" * 64, "rendered_at": 1, "number": None, "check_code": None}},
    "report_confirmed": lambda _: {"version": 2, "file": {"pdf": "b" * 64, "rendered_at": 1, "number": None, "check_code": None}},
    "report_objected_to": lambda _: {"items": [{"indicator": "Z01", "reason": "r"}]},
    "withdrawn": lambda _: {"reason": "r"},
    "truth_pledged": lambda _: {},
}
"""What the read models look at of each fact of a diagnosis."""


@dataclass
class Writer:
    """Appends facts in any order that the folds allow: the rules' own order would leave most of the orders untried."""

    journal: Journal
    versions: dict[str, int] = field(default_factory=dict)
    entries: list[NewEntry] = field(default_factory=list)
    issued: set[str] = field(default_factory=set)
    objected: set[str] = field(default_factory=set)

    def write(self, happenings: Sequence[Happening]) -> None:
        for what, subject, value in happenings:
            if what == "stated":
                name, district, industry, size = value
                revised = "revised" if f"enterprise/{subject}" in self.versions else "registered"
                firm = FIRM.model_dump(mode="json") | {
                    "name": name, "district": district, "industry": industry, "size_class": size, "uscc": f"USCC-{subject}",
                }  # fmt: skip
                self._append(f"enterprise/{subject}", f"enterprise.{revised}.v2", {"firm": firm})
            elif what == "opened":
                of = FIRMS[int(subject[1]) % len(FIRMS)]
                if f"enterprise/{of}" in self.versions and f"diagnosis/{subject}" not in self.versions:
                    opened = {"enterprise": of, "campaign": "2024" if subject < "c2" else "2025", "purpose": "initial"}
                    rest = {"form": "brief", "edition": "2023", "edition_digest": "x", "provider": value}
                    self._append(f"diagnosis/{subject}", "diagnosis.opened.v1", opened | rest)
                    saved = {"section": "D1", "answers": {"Z01": {"answer": {"kind": "choice", "option": "A"}}}}
                    self._append(f"diagnosis/{subject}", "diagnosis.answers_saved.v1", saved)
            elif f"diagnosis/{subject}" in self.versions and self._may_follow(what, subject):
                self._append(f"diagnosis/{subject}", f"diagnosis.{what}.v1", FACTS[what](value))
        self.journal.append(self.entries, time.time_ns() // 1000)
        self.entries.clear()

    def _may_follow(self, what: str, case: str) -> bool:
        """An objection is to an issued report, which stays the one objected to until it is answered."""
        match what:
            case "report_issued" | "report_confirmed":
                may = case not in self.objected
                self.issued |= {case} if may else set()
            case "report_objected_to":
                may = case in self.issued and case not in self.objected
                self.objected |= {case} if may else set()
            case "objections_answered":
                may = case in self.objected
                self.objected.discard(case)
            case _:
                may = True
        return may

    def _append(self, stream: str, name: str, found: dict[str, Any]) -> None:
        self.versions[stream] = self.versions.get(stream, 0) + 1
        self.entries.append(NewEntry(stream, self.versions[stream], name, orjson.dumps(found), "li", "city", "city"))


def everything_of(snapshot: Snapshot, scope: Scope) -> tuple[set[str], set[str]]:
    """Firms and diagnoses that a scope admits today."""
    firms = enterprises.enterprises(snapshot, scope, EnterpriseFilter(), Page(100))
    cases = diagnoses.diagnoses(snapshot, scope, DiagnosisFilter(), Page(100))
    return {row.id for row in firms}, {row.id for row in cases}


def paged(page: Any, size: int, order: Order) -> list[str]:
    """All ids, page by page, forwards; backwards they are the same."""

    def walked(*, backwards: bool) -> list[str]:
        found: list[Place] = []
        while one := page(Page(size, order, found[-1] if found else None, backwards)):
            found += one
        return [str(place[-1]) for place in found]

    forwards = walked(backwards=False)
    assert walked(backwards=True) == forwards[::-1]
    return forwards


def check(
    models: ReadModels,
    replay: ReadModels,
    scope: Scope,
    firms: EnterpriseFilter,
    cases: DiagnosisFilter,
    size: int,
    orders: tuple[Order, Order] = (BY_ID, BY_ID),
) -> int:
    """Hold every list at every position against a replay to there; how many rows were found in all."""
    shown = 0
    if "PROVIDER" in repr(scope):  # it sees of a firm its own cases alone, where the replay here sees all
        firms = replace(firms, diagnosed=None, provider=None)
    whole_city = Outside(Everything()) if sees_only_issued(scope) else Everything()
    with models.reading(scope) as today, models.reading() as whole:
        mine, my_cases = everything_of(today, scope)
        for position in range(1, whole.position + 1):
            replay.catch_up(limit=1)
            with replay.reading() as then:
                wanted = [r for r in enterprises.enterprises(then, whole_city, firms, Page(100, orders[0])) if r.id in mine]
                ids = paged(lambda page, p=position: validity.enterprise_places(today, scope, firms, p, page), size, orders[0])
                assert ids == [row.id for row in wanted], position
                assert validity.enterprise_count(today, scope, firms, position) == len(wanted)
                with replayed.replayed(replayed.of_enterprises(today, scope, ids, position, diagnoses=False)) as told:
                    found = enterprises.enterprises_by_id(told, Everything(), ids)
                    for row in wanted:  # without its diagnoses there is no latest one
                        assert found[row.id] == row._replace(latest_diagnosis=None), position
                wanted_cases = [r for r in diagnoses.diagnoses(then, whole_city, cases, Page(100, orders[1])) if r.id in my_cases]
                ids = paged(lambda page, p=position: validity.diagnosis_places(today, scope, cases, p, page), size, orders[1])
                assert ids == [row.id for row in wanted_cases], position
                assert validity.diagnosis_count(today, scope, cases, position) == len(wanted_cases)
                with replayed.replayed(replayed.of_diagnoses(today, scope, ids, position)) as told:
                    told_cases = diagnoses.diagnoses_by_id(told, whole_city, ids)
                    assert [told_cases[identity] for identity in ids] == wanted_cases, position
                shown += len(wanted) + len(wanted_cases)
    return shown


def maybe(values: Sequence[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


def orders_by(*names: str) -> st.SearchStrategy[Order]:
    """By any of some columns, either way, the id last."""
    named = st.lists(st.builds(By, st.sampled_from(names), st.booleans()), max_size=2, unique_by=lambda by: by.name)
    return named.map(lambda asked: (*asked, By("id", asked[-1].descending if asked else False)))


def some(values: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Any, or one or two of the values."""
    return st.none() | st.lists(st.sampled_from(values), min_size=1, max_size=2)


PLACED = (Is(Attribute.DISTRICT, "310117"), Is(Attribute.PROVIDER, "p2"))
scopes = st.sampled_from(
    (
        Everything(),
        Nothing(),
        Is(Attribute.DISTRICT, "310115"),
        Is(Attribute.PROVIDER, "p1"),
        Is(Attribute.ENTERPRISE, "f1"),
        AnyOf((Is(Attribute.PROVIDER, "p2"), Is(Attribute.DISTRICT, "310117"))),
        Outside(Everything()),
        Outside(Is(Attribute.DISTRICT, "310115")),
    )
)
texts = maybe(("临港", "材料", "材", "100%", "精密 机械", "usCC-f1", "无此名"))
firm_filters = st.builds(
    EnterpriseFilter,
    district=some(DISTRICTS),
    industry=some(("C", "C34", "C26", "%")),
    size_class=some(SIZES),
    text=texts,
    above_scale=st.none() | st.booleans(),
    diagnosed=st.none() | st.booleans(),
    provider=some([one for one in PROVIDERS if one]),
)
statuses = some((IN_PROGRESS, "open", "submitted", "accepted", "scored", "issued", "confirmed", "objected", "withdrawn"))
case_filters = st.builds(
    DiagnosisFilter,
    status=statuses,
    campaign=some(("2024", "2025")),
    provider=some([one for one in PROVIDERS if one]),
    enterprise=some(FIRMS),
    district=some(DISTRICTS),
    grade=st.none() | st.builds(GradeRange, maybe(GRADES), maybe(GRADES)),
    purpose=some(tuple(Purpose)),
    group=some(("g1", "no such")),
)


@contextmanager
def read_models(journal: Journal, folder: Path, name: str) -> Iterator[ReadModels]:
    opened = open_read_models(f"sqlite:///{folder / name}", journal, LOOKED_INTO)
    yield opened
    opened.close()


@settings(max_examples=10)
@given(
    history=st.lists(happenings, min_size=4, max_size=16),
    scope=scopes,
    firms=firm_filters,
    cases=case_filters,
    size=st.integers(1, 3),
    orders=st.tuples(orders_by("uscc", "name", "changed_at"), orders_by("opened_at", "status_since", "grade", "verified_total")),
)
def test_a_list_at_any_position_is_the_list_that_a_replay_to_that_position_gives(
    history: list[Happening],
    scope: Scope,
    firms: EnterpriseFilter,
    cases: DiagnosisFilter,
    size: int,
    orders: tuple[Order, Order],
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        journal = open_journal(f"sqlite:///{folder / 'journal.db'}")
        statements: list[Happening] = [("stated", "f0", (NAMES[0], "310115", "C34", "medium")), ("opened", "c0", "p1")]
        Writer(journal).write([*statements, *history])
        with read_models(journal, folder, "read.db") as models, read_models(journal, folder, "replay.db") as replay:
            models.catch_up()
            check(models, replay, scope, firms, cases, size, orders)
        journal.close()


ORDERS: list[tuple[Order, Order]] = [
    (BY_ID, BY_ID),
    ((By("name", descending=True), By("id", descending=True)), (By("grade"), By("id"))),
    ((By("changed_at"), By("id")), (By("verified_total", descending=True), By("status_since"), By("id"))),
]
LIFE: list[Happening] = [
    ("stated", "f0", (NAMES[0], "310115", "C34", "medium")),
    ("opened", "c0", "p1"),
    ("stated", "f1", (NAMES[1], "310117", "C3411", "small")),
    ("self_assessment_submitted", "c0", None),
    ("opened", "c1", None),
    ("provider_assigned", "c1", "p2"),
    ("accepted", "c0", "p1"),
    ("stated", "f0", (NAMES[1], "310117", "C34", "medium")),
    ("scored", "c0", 3),
    ("report_issued", "c0", None),
    ("stated", "f0", (NAMES[1], "310117", "C34", "medium")),
    ("report_objected_to", "c0", None),
    ("objections_answered", "c0", True),
    ("scored", "c0", 7),
    ("opened", "c3", "p2"),
    ("report_issued", "c0", None),
    ("withdrawn", "c1", None),
    ("report_confirmed", "c0", None),
    ("stated", "f1", (NAMES[2], "310115", "C26", "small")),
]


@pytest.mark.parametrize("scope", [Everything(), *map(Outside, PLACED), *PLACED])
def test_on_both_engines_lists_of_the_past_are_those_of_a_replay(
    journal: Journal, url: str, tmp_path: Path, scope: Scope
) -> None:
    """Through the row policies too, where the engine has one."""
    Writer(journal).write(LIFE)
    address = f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url
    models = open_read_models(address, journal, LOOKED_INTO)
    models.catch_up()
    shown = 0
    firms = [
        EnterpriseFilter(),
        EnterpriseFilter(district=["310117"], diagnosed=False),
        EnterpriseFilter(text="临港", industry=["C34", "C26"]),
    ]
    cases = [
        DiagnosisFilter(),
        DiagnosisFilter(status=[DiagnosisStatus.ISSUED], grade=GradeRange(3, 7)),
        DiagnosisFilter(district=["310115"], provider=["p1", "p2"]),
    ]
    for number, (firm, case) in enumerate(itertools.zip_longest(firms, cases)):
        with read_models(journal, tmp_path, f"replay{number}.db") as replay:
            shown += check(models, replay, scope, firm, case, 1, ORDERS[number])
    assert shown > 10
    models.close()


def test_a_period_lasts_for_as_long_as_nothing_that_is_looked_for_changes(journal: Journal, tmp_path: Path) -> None:
    writer = Writer(journal)
    writer.write(LIFE[:2])
    writer.write([("truth_pledged", "c0", None)] * 20)
    writer.write([("stated", "f0", (NAMES[0], "310115", "C34", "medium"))])
    with read_models(journal, tmp_path, "read.db") as models:
        models.catch_up()
        rows = models.dump()
    (case,) = rows["diagnosis_periods"]
    assert case[:5] == ("c0", validity.ENDLESS, 2, "p1", "open")
    assert [row[:4] for row in rows["enterprise_periods"]] == [
        ("f0", 24, 1, "USCC-f0"),
        ("f0", validity.ENDLESS, 24, "USCC-f0"),
    ]
