"""One stream for several operations (GraphQL over SSE, single connection), and subscriptions that go on where they ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import orjson
import pytest

from api.app import create_app
from api.server import event_streams
from domain.access import Role
from tests.api.conftest import Built, lived_in
from tests.api.small_api import SmallApi, serving, small_api
from tests.live_city import LiveCity

ACCEPT = {"accept": "text/event-stream"}
TOKEN = "x-graphql-event-stream-token"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallApi]:
    with small_api(tmp_path_factory.mktemp("api"), project=True) as made:
        yield made


@pytest.fixture(scope="module")
def host(api: SmallApi) -> Iterator[str]:
    with serving(api.app) as address:
        yield f"http://{address}/graphql"


@pytest.fixture
def web() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=10) as client:
        yield client


class Stream:
    """A reserved stream as its client reads it."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        assert next(self._lines) == ":"

    def event(self) -> tuple[str, dict[str, Any]]:
        kind = ""
        for line in self._lines:
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return kind, orjson.loads(line.removeprefix("data: "))
        raise AssertionError("the stream has ended")

    def ended(self) -> bool:
        return all(line in ("", ":") for line in self._lines)


def reserved(web: httpx2.Client, host: str, **headers: str) -> str:
    answer = web.put(host, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (201, "text/plain; charset=utf-8")
    return answer.text


@contextmanager
def opened(web: httpx2.Client, host: str, token: str, **headers: str) -> Iterator[Stream]:
    with web.stream("GET", host, headers={**ACCEPT, TOKEN: token, **headers}) as answer:
        assert answer.status_code == 200
        stream = Stream(answer.iter_lines())  # the response is closed with the last reference to its lines
        yield stream


def run(web: httpx2.Client, host: str, token: str, query: str, name: Any = "1", **headers: str) -> httpx2.Response:
    body = {"query": query, "extensions": {"operationId": name}}
    return web.post(host, json=body, headers={TOKEN: token, **headers})


def codes(answer: httpx2.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


def test_operations_of_a_reserved_stream_answer_there_each_under_its_id(web: httpx2.Client, host: str) -> None:
    token = reserved(web, host)
    assert run(web, host, token, "{ hello }", "before it is open").status_code == 202
    with opened(web, host, token) as stream:
        assert stream.event()[1]["payload"]["data"] == {"hello": "hello world"}
        assert stream.event() == ("complete", {"id": "before it is open"})
        assert run(web, host, token, "subscription { count(to: 2) { value } }", "two").status_code == 202
        for value in range(2):
            kind, said = stream.event()
            assert (kind, said["id"], said["payload"]["data"]) == ("next", "two", {"count": {"value": value}})
        assert stream.event() == ("complete", {"id": "two"})


@pytest.mark.parametrize(
    ("query", "code"), [("{ nothing }", "GRAPHQL_VALIDATION_FAILED"), ("{", "GRAPHQL_PARSE_FAILED"), ("{ secret }", "FORBIDDEN")]
)
def test_a_document_at_fault_is_told_on_the_shared_stream(web: httpx2.Client, host: str, query: str, code: str) -> None:
    token = reserved(web, host)
    with opened(web, host, token) as stream:
        assert run(web, host, token, query).status_code == 202
        assert stream.event()[1]["payload"]["errors"][0]["extensions"]["code"] == code
        assert stream.event() == ("complete", {"id": "1"})


def test_one_operation_is_ended_and_the_others_go_on(web: httpx2.Client, host: str) -> None:
    token = reserved(web, host)
    with opened(web, host, token) as stream:
        run(web, host, token, 'subscription { ticker(name: "shared") { value } }', "long")
        assert web.delete(host, params={"operationId": "long"}, headers={TOKEN: token}).status_code == 200
        assert web.delete(host, params={"operationId": "long"}, headers={TOKEN: token}).status_code == 200
        run(web, host, token, "{ hello }", "long")  # the name is free again
        assert stream.event()[1]["payload"]["data"] == {"hello": "hello world"}


def test_a_stream_is_opened_once(web: httpx2.Client, host: str) -> None:
    token = reserved(web, host)
    with opened(web, host, token):
        again = web.get(host, headers={**ACCEPT, TOKEN: token})
        assert (again.status_code, codes(again)) == (409, ["STREAM_OPEN"])


def test_the_token_may_stand_in_the_address_where_no_header_can_be_sent(web: httpx2.Client, host: str) -> None:
    with web.stream("GET", host, params={"token": reserved(web, host)}, headers=ACCEPT) as answer:
        assert answer.status_code == 200


def test_a_stream_that_nobody_reserved_is_404(web: httpx2.Client, host: str) -> None:
    for answer in (
        web.get(host, headers={**ACCEPT, TOKEN: "nothing"}),
        run(web, host, "nothing", "{ hello }"),
        web.delete(host, params={"operationId": "1"}, headers={TOKEN: "nothing"}),
    ):
        assert (answer.status_code, codes(answer)) == (404, ["STREAM_NOT_RESERVED"])


def test_a_stream_belongs_to_who_reserved_it(api: SmallApi, web: httpx2.Client, host: str) -> None:
    """Else whoever learns its token would read what another asks, or ask in another's stream."""
    mine, other = api.reader("mine"), api.reader("other", Role.CITY, organisation="city")
    token = reserved(web, host, **mine)
    for headers in (other, {}):
        assert run(web, host, token, "{ hello }", **headers).status_code == 404
        assert web.delete(host, params={"operationId": "1"}, headers={TOKEN: token, **headers}).status_code == 404
    assert web.get(host, headers={**ACCEPT, TOKEN: token, **other}).status_code == 404
    with opened(web, host, token, **mine) as stream:
        run(web, host, token, "{ seen { role } }", **mine)
        assert stream.event()[1]["payload"]["data"] == {"seen": {"role": "district"}}


def test_an_operation_needs_an_id_of_its_own(web: httpx2.Client, host: str) -> None:
    token = reserved(web, host)
    assert codes(run(web, host, token, "{ hello }", name=None)) == ["OPERATION_ID_MISSING"]
    assert codes(run(web, host, token, "{ hello }", name=1)) == ["OPERATION_ID_MISSING"]
    run(web, host, token, 'subscription { ticker(name: "twice") { value } }')
    assert codes(run(web, host, token, "{ hello }")) == ["OPERATION_ID_TAKEN"]


def test_a_stream_has_so_many_operations_and_a_caller_so_many_streams(
    api: SmallApi, web: httpx2.Client, host: str
) -> None:
    many = api.reader("many", Role.AUDITOR, organisation="audit")
    tokens = [reserved(web, host, **many) for _ in range(event_streams.RESERVATIONS_OF_HOLDER)]
    assert web.put(host, headers=many).status_code == 429
    for number in range(event_streams.OPERATIONS_OF_STREAM):
        answer = run(web, host, tokens[0], 'subscription { ticker(name: "many") { value } }', str(number), **many)
        assert answer.status_code == 202
    assert run(web, host, tokens[0], "{ hello }", "more", **many).status_code == 429
    assert reserved(web, host, **api.reader("few", Role.CITY, organisation="city"))


def test_a_token_of_nobody_reserves_nothing(web: httpx2.Client, host: str) -> None:
    assert web.put(host, headers={"authorization": "Bearer nobody"}).status_code == 401


def test_a_stream_ends_with_its_session(
    api: SmallApi, web: httpx2.Client, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_streams, "HEARTBEAT_SECONDS", 0.1)
    reader = api.reader("leaving")
    token = reserved(web, host, **reader)
    with opened(web, host, token, **reader) as stream:
        del api.accounts.sessions["leaving"]
        assert stream.ended()
    assert run(web, host, token, "{ hello }", **reader).status_code == 404


def test_a_reservation_that_nobody_opens_ends(web: httpx2.Client, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_streams, "UNOPENED_SECONDS", 0.05)
    token = reserved(web, host)
    time.sleep(0.3)
    assert web.get(host, headers={**ACCEPT, TOKEN: token}).status_code == 404


# Positions


def followed(web: httpx2.Client, host: str, count: int, query: str, **headers: str) -> list[tuple[str, str]]:
    """So many events of a subscription: the id and the type of each."""
    found: list[tuple[str, str]] = []
    with web.stream("GET", host, params={"query": query}, headers={**ACCEPT, **headers}) as answer:
        position = ""
        for line in answer.iter_lines():
            if line.startswith("id: "):
                position = line.removeprefix("id: ")
            elif line.startswith("data: ") and len(line) > 6:
                found.append((position, orjson.loads(line.removeprefix("data: "))["data"]["diagnosisEvents"]["type"]))
                if len(found) == count:
                    break
    return found


def test_a_client_that_comes_back_goes_on_after_the_last_event_it_saw(
    built: Any, copied: Any, tmp_path: Any, web: httpx2.Client
) -> None:
    """Without loss or repeat, though its query says nothing of it: EventSource sends the last id by itself."""
    copy: Built = copied(built("sqlite", LiveCity.issued), tmp_path / "data")
    with lived_in(copy) as city, serving(create_app(city.installation.services)) as address:
        host, reader = f"http://{address}/graphql", {"authorization": f"Bearer {city.tokens['district']}"}
        start = city.operations._cursors.seal(0)  # noqa: SLF001 - a cursor of the very beginning
        query = f'subscription {{ diagnosisEvents(after: "{start}") {{ type }} }}'
        every = followed(web, host, 6, query, **reader)
        assert len({position for position, _ in every}) == 6
        assert every[0][1] == "diagnosis.opened.v2"
        rest = followed(web, host, 3, query, **{**reader, "last-event-id": every[2][0]})
        assert rest == every[3:6]
