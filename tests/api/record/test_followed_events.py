"""Public events over GraphQL (plan P5, P7, P8): those of the feed, under its ids, each with its thing as its reader may see it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from datetime import timedelta
from typing import Any

import httpx2
import orjson
import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport
from graphql import OperationType

from api.app import create_app
from api.record.followed_events import TYPES
from api.server.messages import GraphQLRequest, GraphQLResponse
from api.server.operations import Operations
from domain.participants.rosters.comparison import ImportRoster
from domain.public_events import KINDS
from tests.api.small_api import serving
from tests.firm_ids import SALT
from tests.live_city import DOCUMENTS, ENTERPRISE, FIRM, RIGHTS, SCHEMA, LiveCity, Told, UpToNow
from tests.small_city import all_confirmed

FOLLOW = """subscription($after: String, $kind: [String!], $district: [String!], $enterprise: ID, $enterprises: [ID!]) {
  publicEvents(after: $after, kind: $kind, district: $district, enterprise: $enterprise, enterprises: $enterprises) {
    id cursor type subject version at node { __typename id }
    ... on DiagnosisFollowed { diagnosis { id status enterprise { id } } }
    ... on EnterpriseFollowed { enterprise { id name } }
    ... on DirectoryFollowed { provider { id kind } }
    ... on StandardFollowed { edition { id status } revision { id } } } }"""
THING = {"diagnosis": "diagnosis", "enterprise": "enterprise", "organisation": "provider", "edition": "edition"}


@contextmanager
def served(city: LiveCity) -> Iterator[str]:
    with serving(create_app(city.installation.services)) as address:
        yield address


def key(city: LiveCity, organisation: str = "*") -> str:
    issued = city.installation.accounts.issue_partner_key("erp", organisation, timedelta(days=1))
    city.tokens[f"erp {organisation}"] = issued.token
    return issued.token


def start(city: LiveCity) -> str:
    return city.operations._cursors.seal(0)  # noqa: SLF001 - a cursor of the very beginning


def feed(address: str, token: str) -> list[dict[str, Any]]:
    headers = {"authorization": f"Bearer {token}"}
    found: list[dict[str, Any]] = httpx2.get(f"http://{address}/events", headers=headers).json()
    return found


async def over_a_socket(address: str, token: str, variables: dict[str, Any], count: int) -> list[dict[str, Any]]:
    asked = gql(FOLLOW)
    asked.variable_values = variables
    transport = WebsocketsTransport(f"ws://{address}/graphql", headers={"Authorization": f"Bearer {token}"})
    async with Client(transport=transport) as session, aclosing(session.subscribe(asked)) as events:
        return [(await anext(events))["publicEvents"] for _ in range(count)]


def over_an_event_stream(address: str, token: str, variables: dict[str, Any], count: int) -> list[dict[str, Any]]:
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {token}"}
    body = {"query": FOLLOW, "variables": variables}
    found: list[dict[str, Any]] = []
    with httpx2.stream("POST", f"http://{address}/graphql", json=body, headers=headers, timeout=20) as answer:
        for line in answer.iter_lines():
            if line.startswith("id: "):
                position = line.removeprefix("id: ")
            elif line.startswith("data: ") and len(line) > 6:
                found.append(orjson.loads(line.removeprefix("data: "))["data"]["publicEvents"])
                assert found[-1]["id"] == position
                if len(found) == count:
                    break
    return found


def test_a_socket_and_an_event_stream_tell_the_events_of_the_feed_each_with_its_thing(city: LiveCity) -> None:
    city.issued()
    token = key(city)
    with served(city) as address:
        told = feed(address, token)
        ways = [
            asyncio.run(over_a_socket(address, token, {"after": start(city)}, len(told))),
            over_an_event_stream(address, token, {"after": start(city)}, len(told)),
        ]
    assert {one["type"].split(".")[0] for one in told} >= {"diagnosis", "enterprise", "standard"}
    for found in ways:
        for event, one in zip(told, found, strict=True):
            assert (one["id"], one["cursor"], one["type"]) == (event["id"], event["id"], event["type"])
            assert (one["subject"], one["version"]) == (event["subject"], event["data"]["version"])
            assert one["at"][:19] == event["time"][:19]
            assert one["node"]["id"] == one[THING[event["subject"].split("/")[0]]]["id"] == event["subject"]


def test_each_kind_of_public_events_has_its_type() -> None:
    assert TYPES.keys() == set(KINDS)


def through(city: LiveCity, who: str, between: Callable[[], None] = lambda: None, **asked: Any) -> list[GraphQLResponse]:
    """What a caller is told up to now. between: done once the first has been told."""
    services = city.installation.services
    own = Operations(services, SCHEMA, RIGHTS, UpToNow(services.journal, services.models), documents=DOCUMENTS)

    async def collected() -> list[GraphQLResponse]:
        request = GraphQLRequest(asked.pop("query", FOLLOW), {"after": start(city), **asked})
        admitted = own.admit(request, city.tokens[who], frozenset({OperationType.SUBSCRIPTION}))
        assert not isinstance(admitted, GraphQLResponse), admitted.payload
        found: list[GraphQLResponse] = []
        async with aclosing(own.stream(admitted)) as answers:
            try:
                while True:
                    found.append(await anext(answers))
                    if len(found) == 1:
                        await asyncio.to_thread(between)
            except (Told, StopAsyncIteration):
                return found

    return asyncio.run(collected())


def events(found: list[GraphQLResponse]) -> list[dict[str, Any]]:
    return [one.payload["data"]["publicEvents"] for one in found]


def moves_away(city: LiveCity) -> None:
    """The firm lies in another district from now on."""
    rows = ((2, FIRM.model_copy(update={"district": "310115", "subdistrict": None, "park": None})),)
    given = {"digest": "e" * 64, "filename": "名单.xlsx", "findings": (), "refused_rows": 0, "salt": SALT}
    city.send(ImportRoster(year=2024, rows=rows, confirmed=all_confirmed(rows), **given))
    services = city.installation.services
    assert services.models.wait_for(services.journal.wait_beyond(0, 0), 30)


def test_a_thing_that_left_the_scope_between_two_deliveries_is_null(city: LiveCity) -> None:
    diagnosis = city.issued()
    key(city, "310117")
    before = events(through(city, "erp 310117", district=["310117"]))
    assert [one["node"]["id"] for one in before] == [f"enterprise/{ENTERPRISE}", diagnosis, diagnosis]
    first, *rest = events(through(city, "erp 310117", lambda: moves_away(city), district=["310117"]))
    assert first["enterprise"] == {"id": f"enterprise/{ENTERPRISE}", "name": FIRM.name}
    assert [one["type"] for one in rest] == ["diagnosis.case-opened.v1", "diagnosis.report-out.v1"]
    assert {(one["node"], one["diagnosis"]) for one in rest} == {(None, None)}
    assert events(through(city, "erp 310117", district=["310117"])) == []


def test_who_follows_chooses_by_kind_district_and_firm(city: LiveCity) -> None:
    city.issued()
    key(city)
    chosen = events(through(city, "erp *", kind=["enterprise"], district=["310117"]))
    assert [one["subject"] for one in chosen] == [f"enterprise/{ENTERPRISE}"]
    firm = f"enterprise/{ENTERPRISE}"
    of_the_firm = events(through(city, "erp *", enterprises=[firm, "enterprise/00000000-0000-4000-8000-000000000000"]))
    assert {one["type"].split(".")[0] for one in of_the_firm} == {"diagnosis", "enterprise"}
    assert events(through(city, "erp *", enterprise=firm)) == of_the_firm
    assert events(through(city, "erp *", enterprises=["enterprise/00000000-0000-4000-8000-000000000000"])) == []
    standard = events(through(city, "erp *", kind=["standard.edition-out.v1"]))
    assert {one["edition"]["id"] for one in standard} == {"edition/2023"}
    assert {one["revision"] for one in standard} == {None}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"kind": ["weather"]}, "FILTER_VALUE_UNKNOWN"),
        ({"kind": []}, "FILTER_ADMITS_NOTHING"),
        ({"district": ["松江区"]}, "FILTER_VALUE_UNKNOWN"),
        ({"enterprises": []}, "FILTER_ADMITS_NOTHING"),
        ({"after": "garbage"}, "CURSOR_INVALID"),
    ],
)
def test_what_is_none_is_refused(city: LiveCity, asked: dict[str, Any], code: str) -> None:
    key(city)
    (told,) = through(city, "erp *", **asked)
    assert [error["extensions"]["code"] for error in told.payload["errors"]] == [code]


def test_protected_data_of_a_thing_is_written_down_and_kept_from_who_may_not_read_it(city: LiveCity) -> None:
    key(city)
    query = """subscription($after: String) { publicEvents(after: $after, kind: ["enterprise"]) {
      ... on EnterpriseFollowed { enterprise { id revenueWan } } } }"""
    disclosures = "query($firm: ID!) { disclosures(enterprise: $firm) { nodes { entryPoint } } }"
    told = events(through(city, "district", query=query))
    assert [one["enterprise"]["revenueWan"] for one in told] == ["21000"]
    written = city.data("auditor", disclosures, firm=ENTERPRISE)["disclosures"]["nodes"]
    assert {"entryPoint": "Subscription.publicEvents"} in written
    for one in through(city, "erp *", query=query):
        assert one.payload["data"]["publicEvents"]["enterprise"]["revenueWan"] is None
        assert {error["extensions"]["code"] for error in one.payload["errors"]} == {"FORBIDDEN"}


def test_a_role_is_told_of_no_firm_whose_firms_it_may_not_read(city: LiveCity) -> None:
    city.issued()
    kinds = {one["type"].split(".")[0] for one in events(through(city, "operator", query=FOLLOW_PLAIN))}
    assert kinds == {"standard"}


FOLLOW_PLAIN = "subscription($after: String) { publicEvents(after: $after) { id type subject node { id } } }"
