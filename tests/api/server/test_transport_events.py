"""Operations over server-sent events 事件流: subscriptions and queries as `text/event-stream`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import orjson
import pytest

from api.server import event_streams
from tests.api.server.tickers import api, host, quiet, ticked, ticker, without_extensions
from tests.api.small_api import TICKERS, SmallApi

__all__ = ["api", "host"]


def events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """(kind, data) of each event; a comment is a heartbeat."""
    kind = ""
    for line in lines:
        if line.startswith(":"):
            yield "heartbeat", None
        elif line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data:"):
            data = line.removeprefix("data:").strip()
            yield kind, without_extensions(orjson.loads(data)) if data else None


@contextmanager
def streamed(host: str, query: str, **headers: str) -> Iterator[httpx2.Response]:
    sent = {"accept": "text/event-stream", **headers}
    with (
        httpx2.Client(timeout=10) as client,
        client.stream("POST", f"http://{host}/graphql", json={"query": query}, headers=sent) as response,
    ):
        yield response


def test_a_subscription_comes_as_events(host: str) -> None:
    with streamed(host, "subscription { count(to: 2) { value } }") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert list(events(response.iter_lines())) == [
            ("next", {"data": {"count": {"value": 0}}}),
            ("next", {"data": {"count": {"value": 1}}}),
            ("complete", None),
        ]


def test_a_query_comes_as_one_event(host: str) -> None:
    with streamed(host, "{ hello }") as response:
        assert list(events(response.iter_lines())) == [("next", {"data": {"hello": "hello world"}}), ("complete", None)]


@pytest.mark.parametrize(
    ("query", "code"),
    [("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"), ("{", "GRAPHQL_PARSE_FAILED"), ("{ secret }", "FORBIDDEN")],
)
def test_a_document_at_fault_is_told_on_the_stream(host: str, query: str, code: str) -> None:
    """EventSource tells nothing of an answer with another status; the protocol asks for an event."""
    with streamed(host, query) as response:
        assert response.status_code == 200
        (kind, said), last = events(response.iter_lines())
        assert (kind, said["errors"][0]["extensions"]["code"]) == ("next", code)
        assert last == ("complete", None)


def test_an_idle_stream_says_that_it_lives_and_ends_with_its_session(
    api: SmallApi, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_streams, "HEARTBEAT_SECONDS", 0.1)
    name = ticker()
    with streamed(host, f'subscription {{ ticker(name: "{name}") {{ value }} }}', **api.reader("stream")) as response:
        found = events(response.iter_lines())
        assert next(found) == ("heartbeat", None)
        TICKERS[name].tick(1)
        assert next(event for event in found if event[0] != "heartbeat") == ("next", {"data": {"ticker": {"value": 1}}})
        del api.accounts.sessions["stream"]
        rest = [event for event in found if event[0] != "heartbeat"]
        assert rest[0][1]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert rest[1] == ("complete", None)
    assert quiet(name)


def test_a_client_that_leaves_ends_its_subscription(host: str) -> None:
    name = ticker()
    with streamed(host, f'subscription {{ ticker(name: "{name}") {{ value }} }}') as response:
        ticked(name, 1)
        assert next(events(response.iter_lines())) == ("next", {"data": {"ticker": {"value": 1}}})
    assert quiet(name)
