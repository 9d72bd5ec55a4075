"""Field rights: every field has a row, a document is judged once a role, and the schema says who may read what."""

import pytest
import strawberry
from graphql import GraphQLSchema, parse, print_schema

from api.kit.forbidden_fields import forbidden
from api.server.field_rights import (
    EVERYONE,
    SIGNED_IN,
    FieldsWithoutRights,
    asked,
    describe_rights,
    resolve_rights,
    roles_for,
    rows_without_fields,
)
from domain.access import Role


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Firm(Named):
    revenue: int


@strawberry.type(description="Someone who diagnoses 诊断方")
class Provider(Named):
    rating: int


@strawberry.type
class Query:
    @strawberry.field(description="Everything that has a name 名录")
    def named(self) -> list[Named]:
        return []

    @strawberry.field
    def firm(self) -> Firm:
        return Firm(name="", revenue=1)


CITY = frozenset({Role.CITY})
ROWS = {
    "Query.*": EVERYONE,
    "Query.firm": SIGNED_IN,
    "Named.*": EVERYONE,
    "Firm.*": SIGNED_IN,
    "Firm.revenue": CITY,
    "Provider.*": SIGNED_IN,
    "Provider.name": EVERYONE,
}


def schema() -> GraphQLSchema:
    return strawberry.Schema(Query, types=[Firm, Provider])._schema  # noqa: SLF001 - it has no public name


def test_a_field_without_a_row_stops_the_start() -> None:
    rows = {name: roles for name, roles in ROWS.items() if not name.startswith("Firm")}
    with pytest.raises(FieldsWithoutRights) as missing:
        resolve_rights(schema(), rows)
    assert missing.value.coordinates == ("Firm.name", "Firm.revenue")


def test_a_fields_own_row_goes_before_its_types() -> None:
    rights = resolve_rights(schema(), ROWS)
    assert rights["Firm.revenue"] == CITY
    assert rights["Firm.name"] == SIGNED_IN


def test_a_row_that_names_nothing_is_found() -> None:
    assert rows_without_fields(schema(), ROWS) == ()
    assert rows_without_fields(schema(), {**ROWS, "Firm.turnover": CITY, "Ghost.*": CITY}) == (
        "Firm.turnover",
        "Ghost.*",
    )


def test_a_field_asked_of_an_interface_is_asked_of_every_type_behind_it() -> None:
    """Otherwise `named { name }` would be a way around the rows of the types behind."""
    found = asked(schema(), parse("{ named { name } }"))
    assert found == {"Query.named", "Named.name", "Firm.name", "Provider.name"}


def test_fields_in_fragments_and_skipped_fields_are_asked_for() -> None:
    query = "{ named { ...f ... on Provider { rating @skip(if: true) } } } fragment f on Firm { r: revenue }"
    assert asked(schema(), parse(query)) == {"Query.named", "Firm.revenue", "Provider.rating"}


def test_introspection_asks_for_nothing() -> None:
    assert asked(schema(), parse("{ __typename __schema { types { fields { name } } } }")) == frozenset()


def test_one_error_names_every_field_the_role_may_not_read() -> None:
    rights = resolve_rights(schema(), ROWS)
    coordinates = asked(schema(), parse("{ firm { name revenue again: revenue } }"))
    assert roles_for(rights, coordinates) == CITY
    assert forbidden(rights, coordinates, "city") is None
    error = forbidden(rights, coordinates, Role.PUBLIC)
    assert error is not None
    assert error.extensions == {
        "code": "FORBIDDEN",
        "fields": ["Firm.name", "Firm.revenue", "Query.firm"],
        "clause": "plan P7",
    }
    assert (forbidden(rights, coordinates, "district").extensions or {})["fields"] == ["Firm.revenue"]  # type: ignore[union-attr]


def test_an_unknown_role_may_read_only_what_nobody_is_asked_for() -> None:
    rights = resolve_rights(schema(), ROWS)
    assert forbidden(rights, asked(schema(), parse("{ firm { name } }")), "mayor") is not None


def test_the_schema_says_who_may_read_what() -> None:
    described = schema()
    describe_rights(described, ROWS)
    describe_rights(described, ROWS)
    sdl = print_schema(described)
    assert sdl.count("Read by: city") == 1
    assert '"""\nSomeone who diagnoses 诊断方\n\nRead by: every signed-in caller\n"""\ntype Provider' in sdl
    assert '"""Read by: anyone"""\n  name: String!' in sdl
    assert '"""Read by: every signed-in caller"""\n  firm: Firm!' in sdl
