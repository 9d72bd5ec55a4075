"""The one table of access (plan P7): docs/access.md is it, and every cell of it is walked through the program itself."""

from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from api.kit.ports import Identified
from api.server.field_rights import resolve_rights
from api.server.messages import GraphQLRequest, GraphQLResponse
from api.server.operations import Operations
from domain.access import ATTRIBUTE_NAMES, ROLE_NAMES, Attribute, Everything, OpenTo, Role, scope_of, sentence
from domain.events import CAPABILITIES, COMMANDS
from domain.instants import city_day
from domain.kernel import Refused
from journal import Caller, handle, open_journal
from tests.live_city import RIGHTS, SCHEMA, UNBOUNDED
from zhenduan.pages.access_page import page, scope_in_words
from zhenduan.settings import Settings
from zhenduan.wiring import opened

ROOT = Path(__file__).parents[3]
TODAY = city_day(datetime.now(UTC))
KINDS = frozenset(OperationType)
SAMPLES = {
    "OutreachUnitKind": "DISTRICT",
    "BottleneckDivision": "WHOLE",
    "BurdenDivision": "WHOLE",
    "DraftOf": "CURRENT",
    "ImplementationStandard": "DCMM",
    "RuleKind": "SELECTION",
    "Date": '"2024-01-01"',
    "ID": '"x"',
    "[ID!]": '["x"]',
    "String": '"x"',
    "[String!]": '["x"]',
    "Int": "1",
    "Boolean": "true",
}


def test_the_access_page_is_current() -> None:
    assert (ROOT / "docs" / "access.md").read_text("utf-8") == page(), "zhenduan access > docs/access.md"


def test_every_role_has_a_name_a_scope_and_says_why_it_sees() -> None:
    assert set(ROLE_NAMES) == set(Role)
    assert set(ATTRIBUTE_NAMES) == set(Attribute)
    for role in Role:
        assert scope_in_words(role)
        for scope in (scope_of(role, "unit", "person", TODAY), scope_of(role, "unit")):
            assert all(sentence(scope))
    for attribute in (Attribute.CONSENT, Attribute.ASSIGNMENT):
        assert str(TODAY) in sentence(OpenTo(attribute, "x", TODAY))[0]


def test_every_field_of_a_mask_is_a_row_of_the_table() -> None:
    assert {coordinate for coordinates in RIGHTS.masked.values() for coordinate in coordinates} <= set(RIGHTS.rows)


@pytest.mark.parametrize("role", Role)
def test_every_cell_of_the_commands(role: Role, tmp_path: Path) -> None:
    """A role without the right is refused before anything else is looked at; one with it gets beyond that."""
    commands = {c.__name__: c for capability in CAPABILITIES.values() for c in capability.commands}
    assert set(commands) == set(COMMANDS)
    journal = open_journal(f"sqlite:///{tmp_path / 'journal.db'}")
    caller = Caller("someone", role, "unit", Everything())
    for name, command in commands.items():
        try:
            handle(journal, CAPABILITIES, command.model_construct(), caller, clock=lambda: datetime.now(UTC))
            refusal = ""
        except Refused as refused:
            refusal = refused.rule.code
        except (AttributeError, TypeError):  # past the right, the rules meet a command without its fields
            refusal = ""
        assert (refusal == "ROLE_NOT_ALLOWED") == (role not in COMMANDS[name]), name
    journal.close()


def arguments(field: GraphQLField) -> str:
    given = []
    for name, argument in field.args.items():
        if is_required_argument(argument):
            kind = get_named_type(argument.type)
            other = next(iter(kind.values)) if isinstance(kind, GraphQLEnumType) else "{}"
            given.append(f"{name}: {SAMPLES.get(str(argument.type)[:-1], other)}")
    return f"({', '.join(given)})" if given else ""


def paths(schema: GraphQLSchema) -> dict[str, list[tuple[str, str]]]:
    """Coordinate -> shortest way to it from a root of reading, as (coordinate, text) of every step."""
    found: dict[str, list[tuple[str, str]]] = {}
    roots = [kind for kind in (schema.query_type, schema.subscription_type) if kind is not None]
    ahead: deque[tuple[GraphQLObjectType, list[tuple[str, str]]]] = deque((root, []) for root in roots)
    while ahead:
        kind, way = ahead.popleft()
        for name, field in kind.fields.items():
            coordinate = f"{kind.name}.{name}"
            if coordinate in found:
                continue
            found[coordinate] = [*way, (coordinate, name + arguments(field))]
            inner = get_named_type(field.type)
            if isinstance(inner, GraphQLObjectType):
                ahead.append((inner, found[coordinate]))
    return found


def document(schema: GraphQLSchema, way: list[tuple[str, str]]) -> str:
    """An operation that asks for the last step of a way; of an object it asks for nothing but its type's name."""
    root, name = way[-1][0].split(".")
    kind = schema.type_map[root]
    assert isinstance(kind, GraphQLObjectType)
    is_leaf = is_leaf_type(get_named_type(kind.fields[name].type))
    text = way[-1][1] + ("" if is_leaf else " { __typename }")
    for _, step in reversed(way[:-1]):
        text = f"{step} {{ {text} }}"
    return ("subscription" if way[0][0].startswith("Subscription") else "query") + f" {{ {text} }}"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Who may ask for what, as the program judges it: (document, role) -> error code, empty when admitted."""
    with opened(Settings(tmp_path_factory.mktemp("judged")), create=True) as installation:
        acting: list[Role] = [Role.PUBLIC]

        def identify(_token: str, _snapshot: object = None) -> Identified:
            caller = Caller("someone", acting[0], "unit", scope_of(acting[0], "unit", "someone", TODAY))
            return Identified(caller, "m", datetime.now(UTC) + timedelta(hours=1))

        installation.services.accounts.identify = identify  # type: ignore[method-assign]
        operations = Operations(installation.services, SCHEMA, RIGHTS, documents=UNBOUNDED)

        def judge(text: str, role: Role) -> str:
            acting[0] = role
            admitted = operations.admit(GraphQLRequest(text), "any", KINDS)
            if not isinstance(admitted, GraphQLResponse):
                admitted.context.close()
                return "FORBIDDEN" if admitted.prepared.withheld else ""
            return str(admitted.payload["errors"][0]["extensions"]["code"])

        yield SCHEMA._schema, judge  # noqa: SLF001 - the executable one


def test_every_cell_of_the_fields_that_can_be_read(judged: Any) -> None:
    schema, judge = judged
    rights = resolve_rights(schema, RIGHTS.rows)
    ways = paths(schema)
    assert len(ways) > 150
    walked = 0
    for coordinate, way in ways.items():
        text = document(schema, way)
        for role in Role:
            if any(role not in rights[step] for step, _ in way[:-1]):
                assert judge(text, role) == "FORBIDDEN", (coordinate, role)
                continue
            walked += 1
            assert (judge(text, role) == "") == (role in rights[coordinate]), (coordinate, role)
    assert walked > 2_000
