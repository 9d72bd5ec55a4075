"""Schema directives 模式指令: what the schema says of a field for machines to read: its clauses and its readers. plan P7.

A description is for people; the clause of the work plan that a thing comes from is cut out of it and stands in `@clause`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
)
from strawberry.schema_directive import Location

from api.kit.enums import enum_type
from domain.access import Role

ROLES = enum_type(Role)
CLAUSE = re.compile(r"\s*\(?\bplan (?P<clauses>[A-Z]\d+(?:–[A-Z]\d+)?(?:, [A-Z]\d+(?:–[A-Z]\d+)?)*)\b\)?")
TWO_STOPS = re.compile(r"([.;:])\s*\.")


@strawberry.schema_directive(
    name="clause",
    locations=[
        Location.OBJECT,
        Location.INTERFACE,
        Location.INPUT_OBJECT,
        Location.ENUM,
        Location.ENUM_VALUE,
        Location.FIELD_DEFINITION,
        Location.INPUT_FIELD_DEFINITION,
        Location.ARGUMENT_DEFINITION,
    ],
    description="A clause of the work plan that this comes from, a heading of docs/plan.md · 方案条款",
    repeatable=True,
)
class Clause:
    """One clause of the plan."""

    id: str = strawberry.directive_field(name="id")


@strawberry.schema_directive(
    name="readableBy",
    locations=[Location.OBJECT, Location.INTERFACE, Location.FIELD_DEFINITION],
    description=(
        "Who may read a field, or all fields of a type that say nothing else; where neither says anything, every signed-in "
        "caller. A nullable field is null with a FORBIDDEN error at its path for all others; one that can't be null refuses "
        "the document · 可读角色"
    ),
)
class ReadableBy:
    """The roles that may read."""

    roles: list[Role] = strawberry.directive_field(name="roles")


def parted(description: str) -> tuple[str, tuple[str, ...]]:
    """A description without its citations of the plan, and the clauses that it cited: "Grade. plan S4" -> ("Grade", ("S4",)).

    A range such as S1–S3 is each of its clauses.
    """
    if "plan " not in description:  # most of a schema's ten thousand, at every start
        return TWO_STOPS.sub(r"\1", description).strip(), ()
    clauses: list[str] = []
    for found in CLAUSE.finditer(description):
        for one in found["clauses"].split(", "):
            first, _, last = one.partition("–")
            letter, until = first[0], int((last or first)[1:])
            clauses += [f"{letter}{number}" for number in range(int(first[1:]), until + 1)]
    text = TWO_STOPS.sub(r"\1", CLAUSE.sub("", description)).strip()
    ends_bare = clauses and (" · " in text or text.count(".") == 1)
    return (text.removesuffix(".") if ends_bare else text), tuple(dict.fromkeys(clauses))


def cite_clauses(schema: GraphQLSchema) -> None:
    """Move every citation of the plan out of the descriptions of a schema into `@clause`. Done once; again changes nothing."""
    for described in _described(schema):
        if not described.description:
            continue
        described.description, clauses = parted(described.description)
        definition = described.extensions.get("strawberry-definition") if described.extensions else None
        if definition is not None and clauses:
            definition.directives = [*(definition.directives or ()), *(Clause(id=one) for one in clauses)]


def _described(schema: GraphQLSchema) -> Iterator[Any]:
    """Everything of a schema that has a description."""
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        yield kind
        if isinstance(kind, GraphQLEnumType):
            yield from kind.values.values()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field in kind.fields.values():
                yield field
                yield from getattr(field, "args", {}).values()


def name_readers(schema: GraphQLSchema, rows: Mapping[str, frozenset[Role]], usual: frozenset[Role]) -> None:
    """Say with `@readableBy` who may read what, where it is not as usual.

    rows: coordinate -> roles, "Type.*" for all fields of a type. usual: what is meant where nothing is said.
    """
    for name, kind in schema.type_map.items():
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) or name.startswith("__"):
            continue
        of_type = rows.get(f"{name}.*", usual)
        _say(kind, of_type, usual)
        for field_name, field in kind.fields.items():
            _say(field, rows.get(f"{name}.{field_name}", of_type), of_type)


def _say(described: GraphQLNamedType | Any, roles: frozenset[Role], usual: frozenset[Role]) -> None:  # noqa: ANN401 - or a field
    definition = described.extensions.get("strawberry-definition")
    if roles == usual or definition is None or any(isinstance(one, ReadableBy) for one in definition.directives or ()):
        return
    definition.directives = [*(definition.directives or ()), ReadableBy(roles=sorted(roles, key=list(Role).index))]
