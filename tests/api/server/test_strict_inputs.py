"""Inputs taken as they are specified 严格输入: extreme numbers, dates and decimals, headers, invisible signs (plan P1)."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)
from starlette.testclient import TestClient

from api.app import create_app
from tests.live_city import ENTERPRISE, SCHEMA, LiveCity

QUERY = SCHEMA._schema.query_type  # noqa: SLF001 - strawberry has no other door to it
EXTREME = (-(2**31), -1, 0, 1, 1999, 9999, 10_000, 10**9, 2**31 - 1)


def ints(argument: GraphQLArgument) -> list[str]:
    """How an argument is written that is, or directly holds, an Int; $ stands for the number."""
    kind = get_named_type(argument.type)
    if kind is GraphQLInt:
        return ["$"]
    held = kind.fields.items() if isinstance(kind, GraphQLInputObjectType) else ()
    return [f"{{{name}: $}}" for name, one in held if get_named_type(one.type) is GraphQLInt]


def of_root() -> list[tuple[str, str, str]]:
    assert isinstance(QUERY, GraphQLObjectType)
    return [
        (field, name, written)
        for field, one in QUERY.fields.items()
        for name, argument in one.args.items()
        for written in ints(argument)
    ]


@pytest.mark.parametrize(("field", "name", "written"), of_root(), ids=lambda one: one)
def test_no_number_however_extreme_ends_as_a_fault(city: LiveCity, field: str, name: str, written: str) -> None:
    assert isinstance(QUERY, GraphQLObjectType)
    kind = get_named_type(QUERY.fields[field].type)
    body = " { __typename }" if isinstance(kind, GraphQLObjectType) else ""
    others = {
        other: '"g1"' if field == "group" else f'"{ENTERPRISE}"'
        for other, argument in QUERY.fields[field].args.items()
        if other != name and isinstance(argument.type, GraphQLNonNull) and str(argument.type) in ("ID!", "String!")
    }
    for number in EXTREME:
        given = {**others, name: written.replace("$", str(number))}
        query = f"{{ {field}({', '.join(f'{key}: {value}' for key, value in given.items())}){body} }}"
        for who in ("city", "auditor"):
            codes = [error["extensions"].get("code") for error in city.ask(who, query).get("errors", ())]
            assert "INTERNAL_ERROR" not in codes, query


def test_a_year_without_a_roster_has_no_roll_up(city: LiveCity) -> None:
    for year in (-(2**31), -1, 0, 1, 1999, 9999, 10**9):
        assert city.data("group", f'{{ group(id: "g1", year: {year}) {{ rollUp {{ members }} }} }}') == {"group": None}
    assert city.data("group", '{ group(id: "g1") { id } }')["group"] is not None


@pytest.mark.parametrize("written", ["2024-W01-1", "20240101", "2024-1-1", " 2024-01-01", "２０２４-01-01"])
def test_a_date_is_written_one_way(city: LiveCity, written: str) -> None:
    given = {"enterprise": ENTERPRISE, "bank": "bank", "purpose": "授信", "since": written, "until": city.today}
    query = "mutation($input: GrantConsentInput!) { grantConsent(input: $input) { userErrors { code } } }"
    answer = city.ask("confirmer", query, input=given)
    assert answer["errors"][0]["extensions"].get("code") != "INTERNAL_ERROR"
    assert not answer.get("data")


@pytest.mark.parametrize("written", ["1_0", "１２", " 1", "1 ", "NaN", "Infinity", "0x1", "٣"])
def test_a_decimal_is_ascii_digits_sign_and_point(written: str) -> None:
    decimal: Any = SCHEMA._schema.type_map["Decimal"]  # noqa: SLF001 - strawberry has no other door to it
    with pytest.raises(Exception, match="ASCII"):
        decimal.parse_value(written)
    assert [str(decimal.parse_value(one)) for one in ("-1.50", "+2", "0.1", 3)] == ["-1.50", "2", "0.1", "3"]


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened


def test_a_packed_body_and_two_authorizations_are_refused(city: LiveCity, client: TestClient) -> None:
    asked = {"query": "{ __typename }"}
    assert client.post("/graphql", json=asked, headers={"content-encoding": "identity"}).status_code == 200
    assert client.post("/graphql", json=asked, headers={"content-encoding": "gzip"}).status_code == 415
    token = ("authorization", f"Bearer {city.tokens['city']}")
    for path in ("/graphql", f"/provenance/{ENTERPRISE}"):
        sent = client.request("POST" if path == "/graphql" else "GET", path, json=asked, headers=[token, token])
        assert sent.status_code == 400


def test_a_search_looks_past_what_draws_nothing(city: LiveCity) -> None:
    query = "query($text: String) { enterprises(filter: {text: $text}) { totalCount } }"
    found = city.data("city", query, text="示例")["enterprises"]
    assert found["totalCount"]
    assert city.data("city", query, text="\u200b示\u2060例\ufeff")["enterprises"] == found
