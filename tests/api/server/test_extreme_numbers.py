"""Every number and date of the schema 数值边界 (plan P1): none, however extreme, of any argument or input field ends as a fault."""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    OperationType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from api.kit.ports import Identified
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from domain.access import Role, scope_of
from domain.events import CAPABILITIES
from domain.stated_dates import PROGRAMME_YEARS
from journal import Caller
from tests.api.server.test_person_ids import UNITS
from tests.api.server.test_scopes import ARGUMENTS, TODAY
from tests.api.server.test_walks import MUTATIONS, value, walked
from tests.live_city import SCHEMA, UNBOUNDED
from tests.root_fields import RIGHTS, may_read
from zhenduan.wiring import Installation

__all__ = ["walked"]
EXTREME: Mapping[str, tuple[int | str, ...]] = {
    "Int": (-(2**31), -1, 0, 1, 1999, 9999, 10_000, 10**9, 2**31 - 1),
    "Date": ("0001-01-01", "2024-02-29", "2026-12-31", "9999-12-31"),
    "DateTime": ("0001-01-01T00:00:00+14:00", "2026-12-31T16:00:00Z", "9999-12-31T23:59:59-12:00"),
    "Decimal": ("-0", "0.000000000001", "-99999999999999999999", "99999999999999999999"),
}
"""Scalar -> values at the ends of what it takes, where years turn, and on the day that most years have not."""
QUERY = SCHEMA._schema.query_type  # noqa: SLF001 - the executable one
ROLES = (Role.CITY, Role.AUDITOR, *sorted(set(UNITS) - {Role.CITY, Role.AUDITOR}))
SENDERS = {one.__name__[0].lower() + one.__name__[1:]: one.roles for each in CAPABILITIES.values() for one in each.commands}
"""Command -> who may send it: nobody else's numbers are looked at."""
YEAR_REFUSED = {"YEAR_OUT_OF_RANGE"}
"""How a question about a year that is none of the programme's is answered: with a sentence, never by nothing."""
Steps = tuple[tuple[str, GraphQLField], ...]


def bounded(kind: GraphQLInputType, seen: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Scalar and path of what has extremes within an input type; () = itself, "[]" = an item of a list."""
    bare = get_nullable_type(kind)
    if isinstance(bare, GraphQLScalarType) and bare.name in EXTREME:
        yield bare.name, ()
    elif isinstance(bare, GraphQLList):
        yield from ((scalar, ("[]", *rest)) for scalar, rest in bounded(bare.of_type, seen))
    elif isinstance(bare, GraphQLInputObjectType) and bare.name not in seen:
        for name, field in bare.fields.items():
            yield from ((scalar, (name, *rest)) for scalar, rest in bounded(field.type, (*seen, bare.name)))


def built(kind: GraphQLInputType, path: tuple[str, ...], number: int | str) -> Any:
    """A value of an input type that holds a number at a path, and besides only what it must."""
    bare = get_nullable_type(kind)
    if not path:
        return number
    if isinstance(bare, GraphQLList):
        return [built(bare.of_type, path[1:], number)]
    assert isinstance(bare, GraphQLInputObjectType)
    return {
        name: built(field.type, path[1:], number) if name == path[0] else some(field.type)
        for name, field in bare.fields.items()
        if name == path[0] or is_required_input_field(field)
    }


def some(kind: GraphQLInputType) -> Any:
    return value(random.Random(0), GraphQLNonNull(get_nullable_type(kind)))  # noqa: S311 - the same every time


def steps_to_fields() -> Iterator[Steps]:
    """Every field below the root of queries, once, by a shortest way to it."""
    assert QUERY is not None
    ahead: list[Steps] = [((name, field),) for name, field in QUERY.fields.items()]
    known: set[str] = set()
    while ahead:
        steps = ahead.pop(0)
        yield steps
        below = get_named_type(steps[-1][1].type)
        if isinstance(below, GraphQLObjectType) and below.name not in known:
            known.add(below.name)
            ahead += [(*steps, one) for one in below.fields.items()]


def of_queries() -> Iterator[Any]:
    for steps in steps_to_fields():
        for name, argument in steps[-1][1].args.items():
            for scalar, path in bounded(argument.type):
                yield pytest.param(steps, name, scalar, path, id=".".join((*(step for step, _ in steps), name, *path, scalar)))


def of_mutations() -> Iterator[Any]:
    assert MUTATIONS is not None
    for name, field in MUTATIONS.fields.items():
        for argument, one in field.args.items():
            for scalar, path in bounded(one.type):
                yield pytest.param(name, argument, one, scalar, path, id=".".join((name, *path, scalar)))


def asked(installation: Installation, role: Role, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    services = installation.services
    caller = Caller(f"asks-as-{role}", role, UNITS.get(role, "unit"), scope_of(role, UNITS.get(role, "unit"), "zhou", TODAY))
    known = Identified(caller, "m", datetime.now(UTC) + timedelta(hours=1))
    services.accounts.identify = lambda _token, _snapshot=None: known  # type: ignore[method-assign,misc]
    operations = Operations(services, SCHEMA, RIGHTS, documents=UNBOUNDED)
    return operations.run(GraphQLRequest(query, variables), "any", frozenset(OperationType)).payload


def fitting(name: str, kind: GraphQLInputType) -> Any:
    """What other tests hand an argument of the name, where it is of the kind, so that the question is asked at all."""
    bare = get_named_type(kind)
    known = ARGUMENTS[name][0] if name in ARGUMENTS else None
    return some(kind) if known is None or (isinstance(bare, GraphQLEnumType) and known not in bare.values) else known


def document(steps: Steps, argument: str, it: object) -> tuple[str, dict[str, Any]]:
    """An operation that hands an argument of the last step a value, and every other required one something; its variables."""
    text, variables, types = "", {}, []
    for place in reversed(range(len(steps))):
        name, field = steps[place]
        given = []
        for other, one in field.args.items():
            is_it = place == len(steps) - 1 and other == argument
            if is_it or is_required_argument(one):
                types.append(f"${other}{place}: {one.type}")
                given.append(f"{other}: ${other}{place}")
                variables[f"{other}{place}"] = it if is_it else fitting(other, one.type)
        below = "" if is_leaf_type(get_named_type(field.type)) else " { __typename " + text + " }"
        text = name + (f"({', '.join(given)})" if given else "") + below
    return f"query({', '.join(types)}) {{ {text} }}", variables


def can_ask(role: Role, steps: Steps) -> bool:
    kinds = ["Query", *(get_named_type(field.type).name for _, field in steps[:-1])]
    return all(may_read(role, f"{kind}.{name}") for kind, (name, _) in zip(kinds, steps, strict=True))


@pytest.mark.parametrize(("steps", "argument", "scalar", "path"), list(of_queries()))
def test_no_number_and_no_date_of_a_query_however_extreme_ends_as_a_fault(
    walked: Installation, steps: Steps, argument: str, scalar: str, path: tuple[str, ...]
) -> None:
    kind = steps[-1][1].args[argument].type
    role = next(one for one in ROLES if can_ask(one, steps))
    for number in EXTREME[scalar]:
        query, variables = document(steps, argument, built(kind, path, number))
        payload = asked(walked, role, query, variables)
        codes = [error["extensions"].get("code") for error in payload.get("errors", ())]
        assert "INTERNAL_ERROR" not in codes, (query, number)
        assert "GRAPHQL_VALIDATION_FAILED" not in codes, payload
        assert "data" in payload or "BAD_REQUEST" not in codes, (query, payload)
        if (*path, argument)[0] == "year" and scalar == "Int" and number not in PROGRAMME_YEARS:
            assert set(codes) & YEAR_REFUSED, f"an empty answer looks like a year without events: {query} {number} {payload}"


@pytest.mark.parametrize(("name", "argument", "one", "scalar", "path"), list(of_mutations()))
def test_no_number_and_no_date_of_a_command_however_extreme_ends_as_a_fault(
    walked: Installation, name: str, argument: str, one: GraphQLArgument | GraphQLInputField, scalar: str, path: tuple[str, ...]
) -> None:
    asking = [role for role in ROLES if may_read(role, f"Mutation.{name}")]
    roles = [role for role in asking if role in SENDERS.get(name, asking)] or asking
    query = f"mutation($it: {one.type}) {{ {name}({argument}: $it) {{ userErrors {{ code field }} }} }}"
    for number in EXTREME[scalar]:
        for role in roles[:2]:
            payload = asked(walked, role, query, {"it": built(one.type, path, number)})
            codes = [error["extensions"].get("code") for error in payload.get("errors", ())]
            assert "INTERNAL_ERROR" not in codes, (name, path, number, payload)
