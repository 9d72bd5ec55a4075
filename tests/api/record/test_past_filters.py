"""Filters of lists of the past 往期筛选: each narrows what is found, or is refused, and asks for its field's right. plan P5, P7."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLInputObjectType, get_named_type
from sqlalchemy import Select
from strawberry.types.base import StrawberryObjectDefinition

from domain.diagnosis.case_numbers import case_number
from projections import Snapshot
from projections.engine.filters import SAYS, SHOWN_BY
from tests.live_city import ENTERPRISE, SCHEMA, LiveCity

QUERY = SCHEMA._schema.query_type  # noqa: SLF001 - strawberry has no other way to it
assert QUERY is not None
OF_THE_PAST = {
    name: one
    for name, one in QUERY.fields.items()
    if "asOf" in one.args and get_named_type(one.type).name.endswith("Connection")
}
"""Every list that takes a moment of the past."""
OF_EVERY_LIST = {"first", "last", "after", "before", "atLeast", "orderBy", "asOf"}
VALUES = {
    "Boolean": "true",
    "Int": "1",
    "DateTime": '"2024-01-01T00:00:00Z"',
    "Date": '"2024-01-01"',
    "GradeRange": "{from: 1, to: 2}",
}
OWN_VALUES = {
    "district": '"310117"',
    "industry": '"C3"',
    "text": '"机械"',
    "provider": '"p1"',
    "enterprise": f'"{ENTERPRISE}"',
    "subdistrict": '"310117001"',
    "park": '"songjiang-park"',
    "reportingUnit": '"chemical-park"',
    "group": '"g1"',
    "caseNumber": f'"{case_number("no such diagnosis")}"',
    "above": '"310117"',
    "kind": '"diagnosis."',
    "year": "2024",
}
"""By its name, a value that exists where a text or an id is taken."""


def value_of(name: str, kind: Any) -> str:
    named = get_named_type(kind)
    if hasattr(named, "values"):
        return str(next(iter(named.values)))
    return OWN_VALUES.get(name) or VALUES.get(named.name, '"nobody"')


def filters_of(field: GraphQLField) -> Iterator[str]:
    """Arguments, each a way of narrowing the list by one thing."""
    for name, one in field.args.items():
        named = get_named_type(one.type)
        if isinstance(named, GraphQLInputObjectType):
            yield from (f"{name}: {{{inner}: {value_of(inner, given.type)}}}" for inner, given in named.fields.items())
        elif name not in OF_EVERY_LIST:
            yield f"{name}: {value_of(name, one.type)}"


CASES = [(name, given) for name, field in OF_THE_PAST.items() for given in filters_of(field)]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is read: every statement, with its values."""
    found: list[str] = []
    rows, prepared = Snapshot.rows, Snapshot.prepared

    def noted(query: Select[Any]) -> None:
        compiled = query.compile()
        found.append(f"{compiled} {sorted(compiled.params.items())}")

    def watched(self: Snapshot, query: Select[Any]) -> Sequence[tuple[Any, ...]]:
        noted(query)
        return rows(self, query)

    def watched_prepared(self: Snapshot, name: Any, build: Callable[[], Select[Any]], **values: Any) -> Sequence[tuple[Any, ...]]:
        noted(build())
        return prepared(self, name, build, **values)

    monkeypatch.setattr(Snapshot, "rows", watched)
    monkeypatch.setattr(Snapshot, "prepared", watched_prepared)
    return found


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
def test_every_filter_of_a_list_of_the_past_narrows_it_or_is_refused(city: LiveCity, statements: list[str]) -> None:
    city.opened()
    then, silent = f'asOf: "{city.today}"', []
    assert {name for name, _ in CASES} >= {"diagnoses", "enterprises", "people", "auditTrail"}
    for name, given in CASES:
        read: list[set[str]] = []
        for asked in (f"{then}, {given}", then):
            statements.clear()
            answer = city.ask("auditor" if name == "rosterImports" else "city", f"{{ {name}({asked}) {{ totalCount }} }}")
            codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
            read.append(set(statements))
            if asked != then and codes == ["NOT_KEPT_OF_THEN"]:
                break
            assert codes == [], (name, asked, answer)
        else:
            if read[0] == read[1]:
                silent.append((name, given))
    assert silent == []


def test_a_filter_over_what_a_field_shows_names_that_field() -> None:
    """Who may not read a field may not find things by it: the right is looked up by that name. plan P7"""
    unknown: list[str] = []
    for field in QUERY.fields.values() if QUERY is not None else ():
        if "filter" not in field.args or not get_named_type(field.type).name.endswith("Connection"):
            continue
        definition = SCHEMA.get_type_by_name(get_named_type(field.args["filter"].type).name)
        node = SCHEMA.get_type_by_name(get_named_type(field.type).name.removesuffix("Connection"))
        assert isinstance(definition, StrawberryObjectDefinition)
        assert isinstance(node, StrawberryObjectDefinition)
        shown = {one.python_name for one in node.fields}
        asked = {one.name: one.metadata[SHOWN_BY] or one.name for one in fields(definition.origin) if SAYS in one.metadata}
        unknown += [f"{definition.name}.{name}" for name, by in asked.items() if by not in shown]
    assert unknown == [], unknown


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
def test_what_waits_of_a_follow_up_is_found_by_nobody_who_may_not_read_it(city: LiveCity) -> None:
    for who in ("bank", "subdistrict", "group"):
        [error] = city.ask(who, "{ diagnoses(filter: {followUpOverdue: true}) { totalCount } }")["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN", who
