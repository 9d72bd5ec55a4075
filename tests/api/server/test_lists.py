"""Lists of the schema (plan P1, P7), each by the same few rules: order, both directions, cursors, rights."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLField, GraphQLObjectType, get_named_type

from api.kit.ports import Identified
from api.server.callers import Callers
from domain.access import Role, scope_of
from domain.instants import city_day
from journal import Caller
from tests.live_city import ENTERPRISE, SCHEMA, LiveCity, followed, live_city
from tests.root_fields import may_read

QUERY_TYPE = SCHEMA._schema.query_type  # noqa: SLF001 - strawberry has no other way to it
assert QUERY_TYPE is not None
LISTS = {name: one for name, one in QUERY_TYPE.fields.items() if get_named_type(one.type).name.endswith("Connection")}
"""Every list that is asked for by itself."""
OF_A_THING = {
    "implementations": "standard: DCMM",
    "policyChecks": 'policy: "none"',
    "appraisalFirms": "year: 2024",
    "unitTargets": "year: 2024",
    "webhookDeliveries": 'endpoint: "none"',
    "comments": 'revision: "none"',
    "shadowMovers": 'revision: "none"',
    "auditTrail": 'kind: "organisation."',
}
UNITS = {
    Role.CITY: "city",
    Role.DISTRICT: "310117",
    Role.PARK: "songjiang-park",
    Role.ENTERPRISE: ENTERPRISE,
    Role.PROVIDER: "p1",
    Role.AUDITOR: "audit",
    Role.PARTNER: "*",
    Role.BANK: "bank",
}
PAGE_INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


def whole(found: Any) -> list[Any]:
    return [node for edge in found["edges"] for node in [edge["node"]]]


def camel(column: str) -> str:
    """A column as its field is published."""
    return "".join(part if not number else part.title() for number, part in enumerate(column.lower().split("_")))


def orders_of(field: GraphQLField) -> list[str]:
    if "orderBy" not in field.args:
        return []
    named = get_named_type(field.args["orderBy"].type)
    assert isinstance(named, GraphQLEnumType)
    return list(named.values)


def key_of(field: GraphQLField) -> str:
    """What is selected of a node to know it by."""
    connection = get_named_type(field.type)
    assert isinstance(connection, GraphQLObjectType)
    node = get_named_type(connection.fields["nodes"].type)
    assert isinstance(node, GraphQLObjectType)
    known_by = ("id", "diagnosis", "number", "edition", "provider", "organisation { id }")
    of_a_firm = ("enterprise { id } designation", "enterprise { id } leader")
    of_two = ("kind source { id } target { id }",)
    return next(one for one in (*known_by, *of_a_firm, *of_two) if node.fields.keys() >= {*one.replace("{ id }", "").split()})


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A city with some of everything: an issued diagnosis, one just opened, both firms, people, units and what was read."""
    url = request.getfixturevalue("new_database")() if request.param == "postgres" else "sqlite"
    with live_city(tmp_path_factory.mktemp("lists"), url) as city, followed(city):
        city.issued()
        city.data("city", "{ enterprises { nodes { revenueWan } } }")
        city.data("district", "{ diagnoses { nodes { grade } } }")
        yield city


def test_every_list_is_paged_both_ways() -> None:
    for name, field in LISTS.items():
        assert {"first", "after", "last", "before", "atLeast"} <= field.args.keys(), name
        assert all(argument.description for argument in field.args.values()), name


@pytest.mark.parametrize("name", LISTS)
def test_a_list_walked_forwards_and_backwards_is_the_same_list(full: LiveCity, name: str) -> None:
    field = LISTS[name]
    for order in [None, *orders_of(field)]:
        given = ", ".join(part for part in (OF_A_THING.get(name), f"orderBy: [{order}]" if order else None) if part)

        def page(size: str, given: str = given) -> Any:
            asked = f"{{ {name}({', '.join(part for part in (given, size) if part)}) {{ totalCount {PAGE_INFO} "
            found: Any = full.data("city", asked + f"edges {{ cursor node {{ {key_of(field)} }} }} }} }}")[name]
            return found

        everything = page("first: 100")
        expected = whole(everything)
        assert everything["totalCount"] == len(expected)
        assert everything["pageInfo"]["hasPreviousPage"] is False
        for first, start, more, back, cursor in (
            ("first", "after", "hasNextPage", "hasPreviousPage", "endCursor"),
            ("last", "before", "hasPreviousPage", "hasNextPage", "startCursor"),
        ):
            seen: list[Any] = []
            at = ""
            while True:
                found = page(f"{first}: 2" + (f', {start}: "{at}"' if at else ""))
                nodes = whole(found)
                seen = seen + nodes if first == "first" else nodes + seen
                assert found["pageInfo"][back] is bool(at), (name, order)
                assert found["pageInfo"][more] is (len(seen) < len(expected)), (name, order)
                if not found["pageInfo"][more]:
                    break
                at = found["pageInfo"][cursor]
            assert seen == expected, (name, order)


@pytest.mark.parametrize("name", LISTS)
def test_both_ways_at_once_are_refused(full: LiveCity, name: str) -> None:
    of = OF_A_THING.get(name)
    for given in ("first: 1, last: 1", 'first: 1, before: "x"', 'after: "x", last: 1', 'after: "x", before: "x"'):
        (error,) = full.ask("city", f"{{ {name}({f'{of}, ' if of else ''}{given}) {{ totalCount }} }}")["errors"]
        assert error["extensions"]["code"] == "PAGE_BOTH_WAYS"


@pytest.mark.parametrize("name", [name for name, field in LISTS.items() if orders_of(field)])
def test_an_order_is_the_one_it_says_and_names_a_field_that_shows_it(full: LiveCity, name: str) -> None:
    connection = get_named_type(LISTS[name].type)
    assert isinstance(connection, GraphQLObjectType)
    node = get_named_type(connection.fields["nodes"].type)
    assert isinstance(node, GraphQLObjectType)
    of = OF_A_THING.get(name)
    for order in orders_of(LISTS[name]):
        column, way = order.rsplit("_", 1)
        shown = camel(column)
        assert shown in node.fields, (name, order)
        query = f"{{ {name}({f'{of}, ' if of else ''}first: 100, orderBy: [{order}]) {{ nodes {{ {shown} }} }} }}"
        found = [one[shown] for one in full.data("city", query)[name]["nodes"]]
        there = [value for value in found if value is not None]
        if shown.endswith("Total"):
            there = [float(value) for value in there]
        assert there == sorted(there, reverse=way == "DESC"), (name, order)
        assert None not in found[: len(there)], (name, order)


def test_a_cursor_of_another_order_or_filter_is_refused(full: LiveCity) -> None:
    def ask(given: str) -> Any:
        return full.ask("city", f"{{ enterprises({given}) {{ {PAGE_INFO} }} }}")

    by_name = ask("first: 1, orderBy: [NAME_ASC]")["data"]["enterprises"]["pageInfo"]["endCursor"]
    in_songjiang = ask('first: 1, filter: {district: "310117"}')["data"]["enterprises"]["pageInfo"]["endCursor"]
    assert "errors" not in ask(f'after: "{by_name}", orderBy: [NAME_ASC]')
    for given in (
        f'after: "{by_name}"',
        f'after: "{by_name}", orderBy: [NAME_DESC]',
        f'after: "{by_name}", orderBy: [NAME_ASC, USCC_ASC]',
        f'after: "{by_name}", orderBy: [NAME_ASC], filter: {{district: "310117"}}',
        f'after: "{in_songjiang}"',
        f'after: "{in_songjiang}", filter: {{district: "310115"}}',
    ):
        (error,) = ask(given)["errors"]
        assert error["extensions"]["code"] == "CURSOR_INVALID", given


@pytest.mark.parametrize("name", [name for name, field in LISTS.items() if orders_of(field)])
def test_an_order_by_what_a_role_may_not_read_is_refused(
    full: LiveCity, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    field, of = LISTS[name], OF_A_THING.get(name)
    connection = get_named_type(field.type)
    assert isinstance(connection, GraphQLObjectType)
    node = get_named_type(connection.fields["nodes"].type).name
    for role in Role:
        if not may_read(role, f"Query.{name}") or role not in UNITS:
            continue
        who = Caller("nobody", role, UNITS[role], scope_of(role, UNITS[role], "nobody", city_day(datetime.now(UTC))))
        identified = Identified(who, "m", datetime.now(UTC) + timedelta(hours=1))
        monkeypatch.setattr(full.installation.services.accounts, "identify", lambda *_, found=identified: found)
        monkeypatch.setattr(Callers, "known", lambda *_: None)  # else who had the token a moment ago has it still
        for order in orders_of(field):
            shown = camel(order.rsplit("_", 1)[0])
            answer = full.ask("city", f"{{ {name}({f'{of}, ' if of else ''}orderBy: [{order}]) {{ nodes {{ __typename }} }} }}")
            refused = [error["extensions"].get("fields") for error in answer.get("errors", ())]
            assert refused == ([] if may_read(role, f"{node}.{shown}") else [[f"{node}.{shown}"]]), (role, order)


def test_whoever_may_not_read_a_grade_may_not_order_by_it() -> None:
    assert not may_read(Role.PARTNER, "Diagnosis.grade")
    assert may_read(Role.PARTNER, "Query.diagnoses")


def test_an_order_that_is_not_kept_of_the_past_is_refused(full: LiveCity) -> None:
    query = '{ diagnoses(orderBy: [%s], asOf: "2099-01-01") { nodes { id } } }'
    (error,) = full.ask("city", query % "CHANGED_AT_ASC")["errors"]
    assert error["extensions"]["code"] == "NOT_KEPT_OF_THEN"


