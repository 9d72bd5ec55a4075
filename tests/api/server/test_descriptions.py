"""The schema says of each of its parts what it is: a client is written from this page alone."""

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    is_specified_directive,
    is_specified_scalar_type,
)

from api.schema import build_schema

SCHEMA: GraphQLSchema = build_schema()._schema  # noqa: SLF001 - strawberry has no other door to the executable schema
GAPS = Path(__file__).with_name("undescribed.txt")


def parts() -> Iterator[tuple[str, str | None]]:
    """Coordinate -> description, of everything that has one."""
    for directive in SCHEMA.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description
            yield from ((f"@{directive.name}({name}:)", one.description) for name, one in directive.args.items())
    for name, kind in SCHEMA.type_map.items():
        if name.startswith("__") or (isinstance(kind, GraphQLScalarType) and is_specified_scalar_type(kind)):
            continue
        yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{name}.{value}", one.description) for value, one in kind.values.items())
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{name}.{field}", one.description) for field, one in kind.fields.items())
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, one in kind.fields.items():
                yield f"{name}.{field}", one.description
                yield from ((f"{name}.{field}({given}:)", of.description) for given, of in one.args.items())


def test_every_part_is_described_but_those_that_are_known_not_to_be() -> None:
    """The file of gaps only grows shorter: a new part is described, and one that is described now leaves the file."""
    undescribed = {coordinate for coordinate, description in parts() if not (description or "").strip()}
    known = set(GAPS.read_text("utf-8").split())
    assert undescribed - known == set(), "describe these"
    assert known - undescribed == set(), f"described now: take these out of {GAPS.name}"


def test_every_scalar_of_ours_says_what_specifies_it() -> None:
    ours = [kind for kind in SCHEMA.type_map.values() if isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind)]
    assert ours
    for scalar in ours:
        assert (scalar.specified_by_url or "").startswith("https://"), scalar.name
