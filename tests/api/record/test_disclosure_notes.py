"""What a reading leaves in the log 查阅记录: one row an answer, of what it held. plan P7."""

from typing import Any

import pytest
from sqlalchemy import Table

from api.kit.ids import id_of
from domain.access import Everything
from projections import Snapshot
from tests.api.record.logged_reads import held, rows
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, LiveCity


def test_no_row_is_left_where_nothing_protected_is_asked(city: LiveCity) -> None:
    city.issued()
    before = rows(city)
    for query in (
        "{ enterprises { nodes { id name district { name } diagnosis { id status provider { name } } } totalCount } }",
        "{ diagnoses { nodes { id status answered visits enterprise { id } } } }",
        "{ auditTrail { nodes { id subject what role } } }",
        "{ people { nodes { id memberships { nodes { role } } } } }",
        "{ viewer { actor } coverage(year: 2024) { diagnosed } }",
    ):
        city.data("city", query)
    city.ask("district", "query($id: ID!) { enterprise(id: $id) { revenueWan } }", id=OTHER_ENTERPRISE)
    assert rows(city) == before, "out of scope nothing is answered, so nothing was read"


@pytest.mark.parametrize(
    "query",
    [
        "{ enterprises { nodes { id money: revenueWan } } }",
        "{ enterprises { edges { node { ...F } } } } fragment F on Enterprise { ...G } fragment G on Enterprise { employees }",
        "{ diagnoses { nodes { enterprise { ... on Enterprise { revenueWan } } } } }",
        "query($no: Boolean = false) { enterprises { nodes { id revenueWan @skip(if: $no) } } }",
        "{ a: viewer { actor } b: enterprises { nodes { revenueWan } } c: enterprises { nodes { employees } } }",
    ],
    ids=["alias", "fragments", "nested", "directive", "twice"],
)
def test_however_it_is_asked_for_the_row_names_the_firm_and_the_mask(city: LiveCity, query: str) -> None:
    city.opened()
    before = len(rows(city))
    city.data("district", query)
    (row,) = rows(city)[: len(rows(city)) - before]
    assert held(row) == {f"enterprise/{ENTERPRISE}": {"revenue"}}
    assert (row.person, row.role, row.organisation) == ("district", "district", "310117")
    assert row.scope == city.installation.services.accounts.identify(city.tokens["district"]).caller.scope  # type: ignore[union-attr]


def test_one_answer_is_one_row_with_what_it_held_of_each_firm(city: LiveCity) -> None:
    diagnosis = city.issued()
    city.data("city", "{ enterprises { nodes { revenueWan diagnosis { grade answers { indicator } } } } }")
    row = rows(city)[0]
    assert held(row) == {
        f"enterprise/{ENTERPRISE}": {"revenue"},
        f"enterprise/{OTHER_ENTERPRISE}": {"revenue"},
        diagnosis: {"outcome", "process secrets"},
    }
    assert row.entry_point == "Query.enterprises"


def test_what_was_known_then_is_read_now_by_who_asks_now(city: LiveCity) -> None:
    city.data("district", 'query($id: ID!) { enterprise(id: $id, asOf: "2026-01-01") { revenueWan } }', id=ENTERPRISE)
    before = len(rows(city))
    assert before == 0, "it was not known then, so nothing was read"
    position = city.do("district", "openDiagnosis", "", enterprise=ENTERPRISE, campaign="2024", purpose="INITIAL",
                       form="BRIEF", edition="2023")["position"]  # fmt: skip
    query = "query($id: ID!, $then: String) { enterprise(id: $id, asOf: $then) { revenueWan } }"
    assert city.data("district", query, id=ENTERPRISE, then=position)["enterprise"]["revenueWan"]
    row = rows(city)[0]
    assert held(row) == {f"enterprise/{ENTERPRISE}": {"revenue"}}
    assert row.scope != Everything(), "the past is folded without a scope; what admitted the reader is today's"


def test_a_mutation_that_answers_with_protected_fields_is_a_reading_too(city: LiveCity) -> None:
    diagnosis = city.opened(provider=None)
    assert rows(city) == [], "id, status and version are not protected"
    city.done("district", "assignProvider", "diagnosis { id enterprise { revenueWan } }", diagnosis=diagnosis, provider="p2")
    row = rows(city)[0]
    assert row.entry_point == "Mutation.assignProvider"
    assert held(row) == {f"enterprise/{ENTERPRISE}": {"revenue"}}


def test_a_payload_discloses_what_was_selected_of_its_thing_alone(city: LiveCity) -> None:
    """Two commands of one operation, of which one shows the revenue of its firm and the other an id."""
    opening = """mutation($shown: OpenDiagnosisInput!, $other: OpenDiagnosisInput!) {
      shown: openDiagnosis(input: $shown) { diagnosis { enterprise { revenueWan } } userErrors { code } }
      other: openDiagnosis(input: $other) { diagnosis { id enterprise { id } } userErrors { code } } }"""
    stated = {"campaign": "2024", "purpose": "INITIAL", "form": "BRIEF", "edition": "2023"}
    shown, other = ({"enterprise": one, **stated} for one in (ENTERPRISE, OTHER_ENTERPRISE))
    answer = city.data("city", opening, shown=shown, other=other)
    assert answer["other"]["diagnosis"]["enterprise"]["id"] == id_of("enterprise", OTHER_ENTERPRISE)
    assert held(rows(city)[0]) == {f"enterprise/{ENTERPRISE}": {"revenue"}}


def test_a_mutation_that_shows_nothing_of_its_thing_reads_nothing_of_it(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    diagnosis = city.opened(provider=None)
    services, access = city.installation.services, Snapshot.__getitem__
    append, read = services.journal.append_all, set[str]()

    def appending(*given: Any) -> Any:
        read.clear()
        return append(*given)

    def reading(snapshot: Snapshot, table: Table) -> Table:
        read.add(table.name)
        return access(snapshot, table)

    monkeypatch.setattr(services.journal, "append_all", appending)
    monkeypatch.setattr(Snapshot, "__getitem__", reading)
    city.done("district", "assignProvider", "", diagnosis=diagnosis, provider="p2")
    assert read == set()
    city.done("district", "withdrawDiagnosis", "diagnosis { id }", diagnosis=diagnosis, reason="停产")
    assert "diagnoses" in read
    assert not read & {"evidence", "reports", "answers", "organisations"}


def test_who_is_found_by_a_grade_is_told_to_have_it(city: LiveCity) -> None:
    diagnosis = city.issued()
    grade = city.data("city", "query($id: ID!) { diagnosis(id: $id) { grade } }", id=diagnosis)["diagnosis"]["grade"]
    before = len(rows(city))
    query = "query($grade: Int) { diagnoses(filter: { grade: { from: $grade, to: $grade } }) { totalCount } }"
    assert city.data("city", query, grade=grade)["diagnoses"]["totalCount"] == 1
    assert held(rows(city)[0]) == {diagnosis: {"outcome"}}
    assert len(rows(city)) == before + 1


def test_a_persons_export_is_a_reading_of_the_firms_in_it(city: LiveCity) -> None:
    query = 'mutation { exportPerson(input: { person: "filler" }) { export userErrors { code } } }'
    city.data("city", query)
    assert held(rows(city)[0]) == {"person/filler": {"contacts"}}
    assert {one.firm for one in rows(city)[0].disclosed} == {ENTERPRISE}
    city.data("city", query.replace("export userErrors", "userErrors"))
    assert len(rows(city)) == 1
