"""Lists answered from rows (decision 0052): the same answers, errors and disclosures as by the types' own classes."""

from collections.abc import Iterator
from random import Random
from typing import Any

import orjson
import pytest
from graphql import (
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    is_leaf_type,
    parse,
    print_ast,
)

from api.kit import lists
from api.kit.disclosure_notes import DisclosureNotes
from api.kit.selection_functions import FromRows, NotFromRows
from api.server.answer_cache import AnswerCache
from api.server.compiled_selections import CompiledExecutor
from api.server.operations import Operations
from tests.live_city import DOCUMENTS as KNOWN_DOCUMENTS
from tests.live_city import RIGHTS, SCHEMA, LiveCity, followed, live_city
from tests.test_console_documents import DOCUMENTS

TYPES = SCHEMA._schema.type_map  # noqa: SLF001 - strawberry has no other way to it
STORED = {"enterprises": "Enterprise", "diagnoses": "Diagnosis", "organisations": "Organisation"}
"""Lists whose rows are columns as they stand -> their type."""
NEVER_FROM_ROWS = {
    "Enterprise": {"contacts", "consents"},
    "Diagnosis": {
        *("answers", "evidence", "reports", "result", "objections", "siteVisits", "expertReviews", "assignments"),
        *("basis", "filing", "reading", "followUp"),
    },
    "Organisation": {"ownership", "ownershipSince", "ownershipSource", "ownershipDeclaredBy"},
}
"""Fields that are worked out of more than the rows, or paged themselves: whoever asks for one is answered the usual way."""
ORDERS = {"enterprises": "NAME, CHANGED_AT_DESC", "diagnoses": "GRADE, OPENED_AT", "organisations": "KIND"}
CONNECTION = (
    "__typename",
    "totalCount",
    "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }",
    "info: pageInfo { __typename endCursor }",
)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCity]:
    """A city with an issued diagnosis, and firms without one."""
    url = request.getfixturevalue("new_database")() if request.param == "postgres" else "sqlite"
    with live_city(tmp_path_factory.mktemp("plans"), url) as city, followed(city):
        city.issued()
        city.operations = Operations(city.installation.services, SCHEMA, RIGHTS, documents=KNOWN_DOCUMENTS, answers=AnswerCache(0))
        yield city


class Asked:
    """What was answered, whether from rows, and what was written down of it."""

    def __init__(self, city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
        self._city, self._patch = city, monkeypatch
        self.noted: list[Any] = []
        self.ways: list[bool] = []

    def ask(self, login: str, query: str, *, from_rows: bool, **variables: Any) -> tuple[bytes, list[Any]]:
        """The answer's bytes, and what of it was protected, whoever holds it."""
        self.noted, completed = [], CompiledExecutor.complete_object_value
        leave = DisclosureNotes.leave

        def noting(notes: DisclosureNotes, services: Any, caller: Any) -> None:
            self.noted = sorted((pair, sorted(masks)) for pair, masks in notes._found.items())  # noqa: SLF001 - what is proved
            leave(notes, services, caller)

        def usual(executor: Any, kind: Any, fields: Any, info: Any, path: Any, result: Any, rest: Any) -> Any:
            if isinstance(result, FromRows):
                self.ways.append(from_rows)
                if from_rows:
                    try:
                        return result.completed(executor, kind, fields)
                    except NotFromRows:
                        self.ways[-1] = False
                thing = result.objects()
                return None if thing is None else completed(executor, kind, fields, info, path, thing, rest)
            return completed(executor, kind, fields, info, path, result, rest)

        with self._patch.context() as patch:
            patch.setattr(DisclosureNotes, "leave", noting)
            patch.setattr(CompiledExecutor, "complete_object_value", usual)
            answer = self._city.ask(login, query, **variables)
        return orjson.dumps(answer), self.noted


def fields_of(kind: str) -> list[str]:
    found = TYPES[kind]
    assert isinstance(found, GraphQLObjectType)
    return sorted(name for name, field in found.fields.items() if not field.args)


def selected(kind: str, name: str, chance: Random, depth: int = 2) -> str | None:
    """A field with what is selected below it; None where that goes too deep."""
    found = TYPES[kind]
    assert isinstance(found, GraphQLObjectType)
    below = get_named_type(found.fields[name].type)
    if is_leaf_type(below):
        return name
    if depth == 0:
        return None
    inner = [one for one in fields_of(below.name) if one not in NEVER_FROM_ROWS.get(below.name, set())]
    parts = [part for one in chance.sample(inner, min(len(inner), 4)) if (part := selected(below.name, one, chance, depth - 1))]
    return f"{name} {{ {' '.join(parts or ['__typename'])} }}"


@pytest.mark.parametrize("name", STORED)
def test_a_page_from_rows_is_the_page_of_objects_for_every_role(full: LiveCity, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Bytes, refusals and what is written down of protected data, over drawn selections, orders, directions and sizes."""
    asked, kind = Asked(full, monkeypatch), STORED[name]
    chance = Random(name)  # noqa: S311 - test data
    usable = [one for one in fields_of(kind) if one not in NEVER_FROM_ROWS[kind]]
    for login in full.tokens:
        for _ in range(3):
            fields = [part for one in chance.sample(usable, min(len(usable), 6)) if (part := selected(kind, one, chance))]
            node = f"{{ {' '.join(fields)} __typename }}"
            rows = chance.choice([f"nodes {node}", f"edges {{ cursor node {node} }}", f"nodes {node} edges {{ node {node} }}"])
            page = chance.choice(["first: 2", "last: 1", f"first: 3, orderBy: [{ORDERS[name]}]", "first: 0"])
            query = f"{{ {name}({page}) {{ {rows} {chance.choice(CONNECTION)} }} }}"
            assert asked.ask(login, query, from_rows=True) == asked.ask(login, query, from_rows=False), (login, query)


@pytest.mark.parametrize("name", STORED)
def test_every_leaf_is_answered_from_rows_or_named_as_not(full: LiveCity, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A silent fall-back is a fault: the goal of the plans is to be taken."""
    asked, kind = Asked(full, monkeypatch), STORED[name]
    never = set()
    for one in fields_of(kind):
        part = selected(kind, one, Random(0), 1)  # noqa: S311 - test data
        asked.ways.clear()
        asked.ask("city", f"{{ {name} {{ nodes {{ {part} }} }} }}", from_rows=True)
        if asked.ways and not all(asked.ways):
            never.add(one)
    assert never == NEVER_FROM_ROWS[kind] & set(fields_of(kind))


def test_a_document_of_several_lists_and_fragments_is_answered_from_rows(full: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    query = """query { a: enterprises(first: 1) { nodes { ...firm } } b: enterprises(filter: {text: "示例"}) { totalCount
      nodes { ...firm diagnosis { enterprise { name revenueWan } provider { name } } other: diagnosis { status } } } }
      fragment firm on Enterprise { id name revenueWan district { code name } park { name } diagnosis { grade statusName } }"""
    asked = Asked(full, monkeypatch)
    for login in ("city", "district", "enterprise", "provider", "bank", "group"):
        asked.ways.clear()
        answer = asked.ask(login, query, from_rows=True)
        assert asked.ways == [True, True] * (b'"data":null' not in answer[0] and bool(asked.ways))
        assert answer == asked.ask(login, query, from_rows=False)


def test_a_row_that_no_plan_expects_is_told_as_graphql_core_tells_it(full: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown status in a row: the field's own error, not a fault of the whole page."""
    asked = Asked(full, monkeypatch)
    narrowed = lists.Snapshot.narrowed

    def odd(snapshot: Any, read: Any, columns: tuple[str, ...]) -> Any:
        rows = narrowed(snapshot, read, columns)
        place = columns.index("status")
        return [(*row[:place], "unheard of", *row[place + 1 :]) for row in rows]

    query = "{ diagnoses { nodes { id status } } }"
    expected = asked.ask("city", query, from_rows=False)
    monkeypatch.setattr(lists.Snapshot, "narrowed", odd)
    asked.ways.clear()
    assert asked.ask("city", query, from_rows=True) == expected
    assert asked.ways == [False]


def test_what_is_looked_for_by_a_protected_field_is_written_down(full: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    """plan P7: who is found by grade is told the grade."""
    asked = Asked(full, monkeypatch)
    query = "{ diagnoses(filter: {grade: {from: 0}}) { nodes { id } } }"
    answer, noted = asked.ask("city", query, from_rows=True)
    assert noted
    assert (answer, noted) == asked.ask("city", query, from_rows=False)


SINGLES = {"enterprise": "Enterprise", "diagnosis": "Diagnosis"}
PLURAL = {"enterprise": "enterprises", "diagnosis": "diagnoses"}


def there(city: LiveCity, name: str) -> list[str]:
    """Ids of the things of a kind."""
    return [one["id"] for one in city.data("city", f"{{ {PLURAL[name]} {{ nodes {{ id }} }} }}")[PLURAL[name]]["nodes"]]


@pytest.mark.parametrize("name", SINGLES)
def test_a_thing_from_its_row_is_the_thing_of_its_class_for_every_role(
    full: LiveCity, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Within the scope and outside, of those there are and of none: bytes, refusals and what is written down."""
    asked, kind = Asked(full, monkeypatch), SINGLES[name]
    chance = Random(name)  # noqa: S311 - test data
    usable = [one for one in fields_of(kind) if one not in NEVER_FROM_ROWS[kind]]
    for login in full.tokens:
        for identity in (*there(full, name), f"{name}/nothing", "enterprise/another"):
            fields = [part for one in chance.sample(usable, min(len(usable), 6)) if (part := selected(kind, one, chance))]
            query = f'{{ {name}(id: "{identity}") {{ {" ".join(fields)} __typename }} }}'
            asked.ways.clear()
            answer = asked.ask(login, query, from_rows=True)
            assert all(asked.ways), query
            assert answer == asked.ask(login, query, from_rows=False), (login, query)


OF_OBJECTS = {
    "ArbitratedCase": "arbitrations are lists within a case, each paged",
    "Arbitrations": "arbitrations are lists within a case, each paged",
    "Case": "it holds lists of its own, each paged",
    "Comparable": "a result is read with its edition",
    "Consents": "consents are a list within a firm",
    "EvidenceOf": "files are a list within a case, paged",
    "ExpertsOfCase": "assignments are lists within a case, each paged",
    "DiagnosisThen": "a case as it was is folded anew",
    "InternalReviews": "reviews are lists within a case, each paged",
    "LaidBefore": "arbitrations are lists within a case, each paged",
    "SectionAnswers": "answers are read with their edition",
    "SiteVisits": "visits are lists within a case, each paged",
}
"""Queries of the console that are not answered from rows -> why."""


def test_what_the_console_asks_is_answered_from_rows_or_named_as_not(full: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    """No silent fall-back where people wait: every list and thing that has a plan is answered by it."""
    asked = Asked(full, monkeypatch)
    ids = {kind: there(full, kind)[0] for kind in SINGLES}
    planned, fell = set(), set()
    for _, text in DOCUMENTS:
        operation = next(one for one in parse(text).definitions if isinstance(one, OperationDefinitionNode))
        if operation.operation is not OperationType.QUERY or operation.name is None:
            continue
        kind = "diagnosis" if "diagnosis(id:" in text else "enterprise"
        asking = [one for one in operation.variable_definitions or () if print_ast(one.type) == "ID!"]
        variables = {one.variable.name.value: ids[kind] for one in asking}
        asked.ways.clear()
        asked.ask("city", text, from_rows=True, **variables)
        if asked.ways:
            (planned if all(asked.ways) else fell).add(operation.name.value)
    assert fell == OF_OBJECTS.keys()
    assert {"Enterprises", "Diagnoses", "ToDo", "Gaps"} <= planned
