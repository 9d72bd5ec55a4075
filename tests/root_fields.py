"""Every query field of the schema as one role may ask it: root fields, tried arguments, and all that may be selected below them."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
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
    the same text: to parse, validate and compile it anew for each value took most of the time. chosen: what is selected; first: how
    much of a list. parts: of several asked together, the arguments of each; the answer holds them by field and number.
    """

    field: str
    arguments: str
    query: str
    variables: dict[str, Any]
    chosen: str
    first: int
    parts: tuple[str, ...] = ()

    def answers(self, payload: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """What was answered to what: arguments, and all that the payload says to them, its errors included."""
        if not self.parts:
            yield self.arguments, payload
        for number, arguments in enumerate(self.parts):
            name = f"{self.field}{number}"
            errors = [one for one in payload.get("errors", ()) if one.get("path", [name])[0] == name]
            yield arguments, [(payload.get("data") or {}).get(name), errors]


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


AT_ONCE = 10
"""Root fields of a document at most."""
LONG = 20_000
"""Letters of a selection that is asked once in a document: ten of them were too much for one."""


def together(asked: Iterable[Call]) -> Iterator[Call]:
    """The same, those that name a thing of another kind than the field's asked ten at a time: most of all, answered with nothing.

    A thing of the field's own kind is asked for by itself, as anybody does; what reads any kind (`node`) reads none together.
    """
    waiting: list[Call] = []
    for call in asked:
        kind, _, key = str(call.variables.get("id", "")).partition("/")
        is_apart = not key or call.field in (kind, "node") or len(call.chosen) > LONG
        if waiting and (call.query != waiting[0].query or len(waiting) == AT_ONCE):
            yield _merged(waiting)
            waiting = []
        if is_apart:
            yield call
        else:
            waiting.append(call)
    if waiting:
        yield _merged(waiting)


def _merged(some: list[Call]) -> Call:
    if len(some) == 1:
        return some[0]
    first, number = some[0], range(len(some))
    field = _QUERIES[first.field]
    kinds = ", ".join(f"${name}{own}: {field.args[name].type}" for own in number for name in first.variables)
    passed = (", ".join([*(f"{name}: ${name}{own}" for name in first.variables), *_pages(field, first.first)]) for own in number)
    asked = " ".join(f"{first.field}{own}: {first.field}({one}) {{ ...Asked }}" for own, one in enumerate(passed))
    query = f"query({kinds}) {{ {asked} }} fragment Asked on {get_named_type(field.type)} {first.chosen}"
    variables = {f"{name}{own}": value for own, one in enumerate(some) for name, value in one.variables.items()}
    parts = tuple(one.arguments for one in some)
    return Call(first.field, " ".join(parts), query, variables, first.chosen, first.first, parts)


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
    passed += _pages(field, first)
    head, asked = f"({kinds})" if kinds else "", f"({', '.join(passed)})" if passed else ""
    query = f"query{head} {{ {name}{asked} {chosen} }}"
    return Call(name, _arguments(field, given, first), query, {one: _plain(value) for one, value in given.items()}, chosen, first)


def _pages(field: GraphQLField, first: int) -> list[str]:
    return [f"first: {first}"] if "first" in field.args else []


def _arguments(field: GraphQLField, given: Mapping[str, Any], first: int) -> str:
    parts = [f"{name}: {_written(value)}" for name, value in given.items()]
    parts += _pages(field, first)
    return "(" + ", ".join(parts) + ")" if parts else ""


def _plain(value: Any) -> Any:
    return value_from_ast_untyped(parse_value(value)) if isinstance(value, Literal) else value


def _written(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) and not isinstance(value, Literal) else str(value)
