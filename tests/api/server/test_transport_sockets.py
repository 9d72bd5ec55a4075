"""Subscriptions over WebSocket and SSE: text frames, an operation's own context, and no socket that outlives its session."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from api.server.http import LARGEST_BODY
from api.server.websocket import SUBSCRIPTIONS_PER_CONNECTION
from domain.access import Role
from domain.events import CAPABILITIES
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from journal import handle
from tests.api.server.tickers import _names, api, host, quiet, ticked, ticker, without_extensions
from tests.api.small_api import NOW, TICKERS, SmallApi, identified
from tests.small_city import CITY

__all__ = ["api", "host"]
PROTOCOL = "graphql-transport-ws"


class Client:
    """One socket, as the reference client speaks."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.extensions: list[dict[str, Any]] = []

    def send(self, **message: Any) -> None:
        self.socket.send(orjson.dumps(message).decode())

    def receive(self) -> dict[str, Any]:
        frame = self.socket.recv(timeout=10)
        assert isinstance(frame, str), "a binary frame: the reference client gives up on it"
        found: dict[str, Any] = orjson.loads(frame)
        if found["type"] == "next":
            self.extensions.append(found["payload"].get("extensions", {}))
            found["payload"] = without_extensions(found["payload"])
        return found

    def init(self, payload: Any = None) -> dict[str, Any]:
        self.send(type="connection_init", payload=payload)
        return self.receive()

    def subscribe(self, query: str, name: str = "1", **rest: Any) -> None:
        self.send(type="subscribe", id=name, payload={"query": query, **rest})

    def closed(self) -> int:
        """The code with which the server closes the socket."""
        with suppress(ConnectionClosed):
            while True:
                self.socket.recv(timeout=10)
        assert self.socket.close_code is not None
        return self.socket.close_code


@contextmanager
def opened(host: str, **rest: Any) -> Iterator[Client]:
    with connect(f"ws://{host}/graphql", subprotocols=[PROTOCOL], **rest) as socket:  # type: ignore[list-item] # a plain str
        yield Client(socket)


# The protocol


def test_every_frame_is_text_and_a_subscription_completes(host: str) -> None:
    with opened(host) as client:
        assert client.init()["type"] == "connection_ack"
        client.subscribe("subscription { count(to: 2) { value } }")
        assert [client.receive() for _ in range(3)] == [
            {"id": "1", "type": "next", "payload": {"data": {"count": {"value": 0}}}},
            {"id": "1", "type": "next", "payload": {"data": {"count": {"value": 1}}}},
            {"id": "1", "type": "complete"},
        ]


def test_each_operation_of_a_socket_has_a_request_id_and_a_cost_of_its_own(host: str) -> None:
    with opened(host) as client:
        client.init()
        for name in ("1", "2"):
            client.subscribe("{ hello }", name)
            client.receive()
            client.receive()
        first, second = client.extensions
        assert first["cost"] == second["cost"]
        assert first["cost"]["requested"] == 1
        assert len({first["requestId"], second["requestId"]}) == 2


def test_the_path_with_a_slash_at_its_end_is_the_same(host: str) -> None:
    with connect(f"ws://{host}/graphql/", subprotocols=[PROTOCOL]) as socket:  # type: ignore[list-item] # a plain str
        assert Client(socket).init()["type"] == "connection_ack"


def test_queries_and_mutations_go_over_the_socket_too(api: SmallApi, host: str) -> None:
    token = api.reader()["authorization"]
    with opened(host) as client:
        client.init({"authorization": token})
        client.subscribe("mutation { bump }")
        assert [client.receive()["payload"], client.receive()["type"]] == [{"data": {"bump": 1}}, "complete"]


def test_an_operation_that_may_not_run_is_an_error_and_the_socket_stays(host: str) -> None:
    with opened(host) as client:
        client.init()
        codes = []
        for query in ("{ hello", "{ unknown }", "{ secret }", "query ($n: String!) { hello(name: $n) }"):
            client.subscribe(query)
            message = client.receive()
            assert (message["type"], message["id"]) == ("error", "1")
            codes.append(message["payload"][0]["extensions"]["code"])
        assert codes == ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "FORBIDDEN", "BAD_VARIABLES"]
        client.subscribe("{ hello }")
        assert client.receive()["payload"] == {"data": {"hello": "hello world"}}


def test_what_is_not_a_message_closes_the_socket_and_no_fault_is_logged(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    frames = [
        "x",
        "[]",
        "1",
        '{"type":1}',
        '{"type":"nothing"}',
        '{"type":"subscribe","id":1,"payload":{"query":"{hello}"}}',
    ]
    frames += [
        '{"type":"subscribe","id":"1"}',
        '{"type":"subscribe","id":"1","payload":{"query":"{hello}","variables":[]}}',
    ]
    with caplog.at_level(logging.ERROR):
        for frame in frames:
            with opened(host) as client:
                client.init()
                client.socket.send(frame)
                assert client.closed() == 4400
    assert caplog.records == []


def test_binary_frames_are_refused(host: str) -> None:
    with opened(host) as client:
        client.init()
        client.socket.send(b'{"type":"ping"}')
        assert client.closed() == 4400


def test_a_message_larger_than_a_body_may_be_closes_the_socket(host: str) -> None:
    with opened(host) as client:
        client.init()
        client.subscribe("{ hello } #" + "x" * LARGEST_BODY)
        assert client.closed() == 1009


def test_nothing_runs_before_the_connection_is_acknowledged(host: str) -> None:
    with opened(host) as client:
        client.subscribe("{ hello }")
        assert client.closed() == 4401


def test_the_old_protocol_is_not_spoken(host: str) -> None:
    with connect(f"ws://{host}/graphql", subprotocols=["graphql-ws"]) as socket:  # type: ignore[list-item]
        assert Client(socket).closed() == 4406


def test_a_connection_has_so_many_operations_and_no_more(host: str) -> None:
    name = ticker()
    with opened(host) as client:
        client.init()
        for number in range(SUBSCRIPTIONS_PER_CONNECTION):
            client.subscribe(f'subscription {{ ticker(name: "{name}") {{ value }} }}', str(number))
        client.subscribe("{ hello }", "one too many")
        refused = client.receive()
        assert (refused["id"], refused["type"]) == ("one too many", "error")
        client.send(type="complete", id="0")
        client.subscribe("{ hello }", "now")
        assert client.receive()["payload"] == {"data": {"hello": "hello world"}}
    assert quiet(name), "a closed socket must close its subscriptions"


# Who may connect


def test_a_page_of_another_origin_is_refused_at_the_handshake(host: str) -> None:
    with pytest.raises(InvalidStatus) as refused, opened(host, origin="https://elsewhere.example"):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["https://city.example", None])
def test_a_page_of_ours_or_a_program_may_connect(host: str, origin: str | None) -> None:
    with opened(host, origin=origin or f"http://{host}") as client:
        assert client.init()["type"] == "connection_ack"


@pytest.mark.parametrize("payload", [{"authorization": "Bearer nobody"}, {"token": "nobody"}, {"authorization": 5}])
def test_a_token_of_nobody_is_refused(host: str, payload: dict[str, Any]) -> None:
    with opened(host) as client:
        client.send(type="connection_init", payload=payload)
        assert client.closed() == 4403


@pytest.mark.parametrize("payload", [{"authorization": "Bearer r1"}, {"Authorization": "Bearer r1"}, {"token": "r1"}])
def test_the_token_may_come_in_each_of_these_ways(api: SmallApi, host: str, payload: dict[str, Any]) -> None:
    api.reader("r1")
    with opened(host) as client:
        client.init(payload)
        client.subscribe("{ seen { role } }")
        assert client.receive()["payload"] == {"data": {"seen": {"role": "district"}}}


def test_the_handshake_may_carry_the_token(api: SmallApi, host: str) -> None:
    with opened(host, additional_headers=api.reader()) as client:
        client.init()
        client.subscribe("{ seen { role } }")
        assert client.receive()["payload"] == {"data": {"seen": {"role": "district"}}}


# Contexts


def test_every_operation_of_a_socket_has_a_context_of_its_own(api: SmallApi, host: str) -> None:
    """The connection's own context would answer the second operation with the first one's snapshot and caller."""
    api.accounts.sessions["r2"] = identified(Role.DISTRICT)
    with opened(host) as client:
        client.init({"token": "r2"})
        client.subscribe("{ seen { role context thread } }")
        first = client.receive()["payload"]["data"]["seen"]
        assert client.receive()["type"] == "complete"
        client.subscribe("{ seen { role context thread } }")
        second = client.receive()["payload"]["data"]["seen"]
        assert "operation" in first["thread"]
        assert "operation" in second["thread"]


def test_every_event_is_answered_in_a_thread_with_a_context_of_its_own(host: str) -> None:
    with opened(host) as client:
        client.init()
        client.subscribe("subscription { count(to: 2) { again { thread role } } }")
        threads = [client.receive()["payload"]["data"]["count"]["again"] for _ in range(2)]
        assert all("operation" in seen["thread"] for seen in threads)


# Sessions that end


def test_a_session_that_ends_closes_the_socket_though_nothing_is_delivered(api: SmallApi, host: str) -> None:
    api.reader("short")
    with opened(host) as client:
        client.init({"token": "short"})
        del api.accounts.sessions["short"]
        assert client.closed() == 4401


def test_a_token_that_expires_closes_the_socket(api: SmallApi, host: str) -> None:
    api.accounts.sessions["late"] = identified(Role.DISTRICT, until=NOW)
    with opened(host) as client:
        client.init({"token": "late"})
        del api.accounts.sessions["late"]  # as `identify` answers once the time has come
        assert client.closed() == 4401


@pytest.mark.parametrize(("then", "code"), [(None, 4401), (Role.PARK, 4403)])
def test_nothing_is_delivered_to_who_has_no_right_any_more(
    api: SmallApi, host: str, then: Role | None, code: int
) -> None:
    name = ticker()
    api.reader("changing")
    with opened(host) as client:
        client.init({"token": "changing"})
        client.subscribe(f'subscription {{ ticker(name: "{name}") {{ value }} }}')
        ticked(name, 1)
        assert client.receive()["payload"] == {"data": {"ticker": {"value": 1}}}
        if then is None:
            del api.accounts.sessions["changing"]
        else:
            api.accounts.sessions["changing"] = identified(then)
        TICKERS[name].tick(2)
        with pytest.raises(ConnectionClosed) as closed:
            client.socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code
    assert quiet(name)


# Faults


def test_a_fault_in_a_subscription_is_masked(host: str) -> None:
    with opened(host) as client:
        client.init()
        client.subscribe("subscription { failing }")
        assert client.receive()["payload"] == {"data": {"failing": 1}}
        error = client.receive()
        assert error["type"] == "error"
        assert error["payload"][0]["extensions"]["code"] == "INTERNAL_ERROR"
        assert "hunter2" not in str(error)


def test_a_refusal_in_a_subscription_is_told(host: str) -> None:
    with opened(host) as client:
        client.init()
        client.subscribe("subscription { turnedAway }")
        (error,) = client.receive()["payload"]
        assert error["extensions"]["code"] == "NOT_TODAY"


# Wakeups


def test_subscribers_are_woken_when_the_read_models_move(api: SmallApi, host: str) -> None:
    with opened(host) as client:
        client.init()
        size = api.services.journal.head().size
        client.subscribe("subscription ($after: Int!) { moves(after: $after) }", variables={"after": size})
        time.sleep(0.2)
        handle(
            api.services.journal,
            CAPABILITIES,
            RegisterOrganisation(organisation=f"p{next(_names)}", kind=OrganisationKind.PROVIDER, name="示例服务商"),
            CITY,
            clock=lambda: datetime.now(UTC),
        )
        assert client.receive()["payload"]["data"]["moves"] > size


def test_another_role_sees_the_change_at_its_next_connection(api: SmallApi, host: str) -> None:
    api.accounts.sessions["r3"] = identified(Role.DISTRICT)
    api.accounts.sessions["r3"] = replace(api.accounts.sessions["r3"], caller=identified(Role.CITY, "city").caller)
    with opened(host) as client:
        client.init({"token": "r3"})
        client.subscribe("{ secret }")
        assert client.receive()["payload"] == {"data": {"secret": "for the city"}}
