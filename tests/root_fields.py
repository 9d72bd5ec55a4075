"""Every query field of the schema as one role may ask it: root fields, tried arguments, and all that may be selected below them."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    parse_value,
    value_from_ast_untyped,
)

from domain.access import Role
from tests.live_city import RIGHTS, SCHEMA


class Literal(str):
    """What is written into a document as it stands, such as an input object."""

    __slots__ = ()


Tried = Mapping[str, tuple[Any, ...]]
"""Name of an argument -> what it is tried with, as GraphQL writes it or as a value of Python."""
ABSENT: Tried = {
    **dict.fromkeys(("endpoint", "outreachSession", "demand", "solution", "group"), ("none",)),
    "by": (Literal("DISTRICT"),),
    "listed": (Literal('["none"]'),),
    "fact": ("diagnosis/none/1",),
}
"""What names a thing that the cities of these tests have none of, where a test gives nothing better."""


def may_read(role: Role, coordinate: str) -> bool:
    """Whether a role has the right to a field, by its own row or its type's."""
    return role in (RIGHTS.rows.get(coordinate) or RIGHTS.rows[coordinate.split(".", maxsplit=1)[0] + ".*"])


def selection(
    kind: GraphQLOutputType,
    role: Role,
    seen: tuple[str, ...] = (),
    without: frozenset[str] = frozenset(),
    alias: str = "",
) -> str:
    """Every field below a type that the role may read, objects too, none inside itself; none of the coordinates `without`.

    Of an interface, those of every type behind it, none of them inside another; of a list that a thing holds its nodes, which are
    behind its edges again. alias: what each field is called by before its name.
    """
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    if isinstance(named, GraphQLInterfaceType):
        kinds = SCHEMA._schema.get_possible_types(named)  # noqa: SLF001 - the executable one
        inside = (*seen, *(kind.name for kind in kinds))
        of = {kind.name: selection(kind, role, inside, without, f"{kind.name}_") for kind in kinds}
        parts = [f"... on {name} {below}" for name, below in of.items() if below != "{}"]
        return "{__typename " + " ".join(parts) + "}"
    assert isinstance(named, GraphQLObjectType)
    parts = []
    for name, field in named.fields.items():
        inner = get_named_type(field.type)
        coordinate = f"{named.name}.{name}"
        if not may_read(role, coordinate) or coordinate in without or inner.name in seen or (seen and name == "edges"):
            continue
        below = selection(field.type, role, (*seen, named.name), without)
        if below != "{}":
            parts.append(f"{alias}{name}: {name}{below}" if alias else f"{name}{below}")
    return "{" + " ".join(parts) + "}"


@dataclass(frozen=True)
class Call:
    """One way to ask a root field for all that a role may read below it.

    arguments: as they would be written into a document. query, variables: the same, so that what a field is tried with next asks by
    the same text: to parse, validate and compile it anew for each value took most of the time.
    """

    field: str
    arguments: str
    query: str
    variables: dict[str, Any]


def calls(
    role: Role, required: Tried, optional: Tried | None = None, without: frozenset[str] = frozenset(), first: int = 100
) -> Iterator[Call]:
    """Every way to ask every query field that the role may enter.

    optional: arguments that are tried besides, one at a time, where a field has them. first: how much of a list.
    """
    for name, field in _QUERIES.items():
        if not may_read(role, f"Query.{name}") or get_named_type(field.type).name == "Viewer":
            continue  # the viewer is told its own scope, in words that name its unit
        for given in _given(field, required, optional or {}):
            yield _call(name, given, _chosen(name, role, without), first)


_QUERIES = SCHEMA._schema.query_type.fields  # type: ignore[union-attr] # noqa: SLF001 - the executable one


@cache
def _chosen(name: str, role: Role, without: frozenset[str]) -> str:
    return selection(_QUERIES[name].type, role, (), without)


def _given(field: GraphQLField, required: Tried, optional: Tried) -> Iterator[dict[str, Any]]:
    named = [name for name, argument in field.args.items() if is_required_argument(argument)]
    further = [{}, *({name: value} for name in optional if name in field.args for value in optional[name])]
    given_values = ABSENT | dict(required)
    for values in itertools.product(*(_of_its_set(field.args[name], given_values.get(name, ())) for name in named)):
        for one in further:
            yield {**dict(zip(named, values, strict=True)), **one}


def _of_its_set(argument: GraphQLArgument, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """What an argument is tried with: of a closed set those of the values that are in it, else all of the set."""
    kind = get_named_type(argument.type)
    if not isinstance(kind, GraphQLEnumType):
        assert values, "a required argument that nothing is tried with"
        return values
    return tuple(one for one in values if one in kind.values) or tuple(map(Literal, kind.values))


def _call(name: str, given: Mapping[str, Any], chosen: str, first: int) -> Call:
    field = _QUERIES[name]
    kinds = ", ".join(f"${one}: {field.args[one].type}" for one in given)
    passed = [f"{one}: ${one}" for one in given]
    passed += [f"first: {first}"] if "first" in field.args else []
    head, asked = f"({kinds})" if kinds else "", f"({', '.join(passed)})" if passed else ""
    query = f"query{head} {{ {name}{asked} {chosen} }}"
    return Call(name, _arguments(field, given, first), query, {one: _plain(value) for one, value in given.items()})


def _arguments(field: GraphQLField, given: Mapping[str, Any], first: int) -> str:
    parts = [f"{name}: {_written(value)}" for name, value in given.items()]
    parts += [f"first: {first}"] if "first" in field.args else []
    return "(" + ", ".join(parts) + ")" if parts else ""


def _plain(value: Any) -> Any:
    return value_from_ast_untyped(parse_value(value)) if isinstance(value, Literal) else value


def _written(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) and not isinstance(value, Literal) else str(value)
