"""Overload over HTTP: refused at once with a time to come back, in both languages; a deadline that reaches the database."""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from graphql import OperationType, get_introspection_query, graphql_sync, parse
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.app import create_app
from api.server.admission import AdmissionLimits, Lane
from api.server.http import QUERIES
from api.server.introspection import Introspection, introspective
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from api.server.query_documents import Documents, documents_of
from domain.kernel import Refused
from journal.deadlines import DEADLINE_EXCEEDED
from projections.engine.runner import READERS_AT_ONCE
from tests.api.small_api import HELD, Held, SmallApi, serving, small_api
from tests.live_city import RIGHTS, SCHEMA, LiveCity

FULL = AdmissionLimits(people=1, waiting=1, wait_seconds=30.0)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[SmallApi]:
    with small_api(tmp_path, admission=FULL) as made:
        yield made


def posted(host: str, query: str, **headers: str) -> httpx2.Response:
    return httpx2.post(f"http://{host}/graphql", json={"query": query}, headers=headers, timeout=30)


def test_a_request_beyond_the_queue_is_told_when_to_come_back_and_a_stranger_is_still_answered(api: SmallApi) -> None:
    reader, asked = api.reader(), '{ held(name: "full") }'
    held = HELD["full"] = Held()
    [admission] = [one.kwargs["admission"] for one in api.app.user_middleware if "admission" in one.kwargs]
    answers: list[httpx2.Response] = []
    with serving(api.app) as host:
        assert posted(host, "{ hello }", **reader).status_code == 200  # from here on the token is known
        threads = [threading.Thread(target=lambda: answers.append(posted(host, asked, **reader))) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert held.begun.wait(30)
        while not admission.is_full(Lane.READS):
            time.sleep(0.01)  # the second one is on its way into the queue
        refused = posted(host, "{ hello }", **reader)
        assert refused.status_code == 503
        assert 1 <= int(refused.headers["retry-after"]) <= 4
        (error,) = refused.json()["errors"]
        assert error["extensions"] == {"code": "OVERLOADED", "requestId": refused.headers["x-request-id"]}
        assert posted(host, "{ hello }").json()["data"] == {"hello": "hello world"}
        with httpx2.Client(base_url=f"http://{host}", headers=reader, timeout=30) as client:  # one connection for all of it
            for _ in range(3):
                assert client.post("/graphql", json={"query": "{ hello }"}).status_code == 503
            command = threading.Thread(
                target=lambda: answers.append(client.post("/graphql", json={"query": "mutation { bump }"}))
            )
            command.start()
            while not admission.is_full(Lane.COMMANDS):
                time.sleep(0.01)  # a command has a queue of its own, and waits there
            assert posted(host, "mutation { bump }", **reader).status_code == 503
            held.let_go.set()
            command.join()
            assert client.post("/graphql", json={"query": "{ hello }"}).status_code == 200
        for thread in threads:
            thread.join()
        assert {answer.status_code for answer in answers} == {200}
        assert posted(host, "{ hello }", **reader).status_code == 200


DEAR = '{ held(name: "dear") ' + " ".join(f"h{number}: hello" for number in range(9)) + " }"


@pytest.mark.parametrize("over", ["POST", "stream"])
def test_a_cheap_read_waits_behind_no_dear_one_whatever_it_came_by(over: str, tmp_path: Path) -> None:
    limits = AdmissionLimits(people=1, waiting=1, wait_seconds=30.0, costly=8)
    with small_api(tmp_path, admission=limits) as api, serving(api.app) as host:
        reader = api.reader()
        dear = reader | ({"accept": "text/event-stream"} if over == "stream" else {})
        held = HELD["dear"] = Held()
        answers: list[httpx2.Response] = []
        assert posted(host, "{ hello }", **reader).status_code == 200  # from here on the token is known
        threads = [threading.Thread(target=lambda: answers.append(posted(host, DEAR, **dear))) for _ in range(3)]
        threads[0].start()
        assert held.begun.wait(30)  # its price was not known before, and it left the place of the cheap ones
        for thread in threads[1:]:
            thread.start()
        for _ in range(5):
            assert posted(host, "{ hello }", **reader).status_code == 200
        assert not answers
        held.let_go.set()
        for thread in threads:
            thread.join()
        assert [answer.status_code for answer in answers] == [200] * 3


def test_what_waits_for_a_process_apart_takes_no_cheap_commands_place(city: LiveCity) -> None:
    token, documents = city.tokens["city"], documents_of(SCHEMA, RIGHTS)  # which nobody has asked for yet
    operations = Operations(city.installation.services, SCHEMA, RIGHTS, documents=documents)
    operations.identify(token)
    lanes: dict[str, list[Lane]] = {}
    for name in ("importRoster", "issueReport", "confirmReport", "openDiagnosis"):
        query = f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ position }} }}"
        lanes[name] = [operations.lane(GraphQLRequest(query), token)]
        documents.prepare(query, None)  # as any first request of it does
        lanes[name].append(operations.lane(GraphQLRequest(query), token))
    unknown, dear = Lane.COMMANDS, [Lane.COMMANDS, Lane.COSTLY_COMMANDS]
    assert lanes == {"importRoster": dear, "issueReport": dear, "confirmReport": dear, "openDiagnosis": [unknown, unknown]}


ENDLESS = select(text("count(*)")).select_from(
    text("(WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c) AS endless")
)


def test_a_deadline_stops_the_database_itself_and_the_next_reader_is_not_concerned(city: LiveCity) -> None:
    models = city.installation.services.models
    with pytest.raises(Refused) as refused, models.reading(until=time.monotonic() + 0.2) as snapshot:
        snapshot.rows(ENDLESS)
    assert refused.value.rule == DEADLINE_EXCEEDED
    for _ in range(3):
        with models.reading() as snapshot:
            assert snapshot.rows(select(text("1"))) == [(1,)]


def test_a_query_that_is_late_is_answered_by_the_deadline_alone(city: LiveCity) -> None:
    request = GraphQLRequest("{ enterprises { nodes { name } } viewer { role } }")
    token = city.tokens["district"]
    answer = city.operations.run(request, token, QUERIES, time.monotonic() - 1)
    assert answer.status == 503
    assert [error["extensions"]["code"] for error in answer.payload["errors"]] == ["DEADLINE_EXCEEDED"]
    assert "data" not in answer.payload
    assert city.operations.run(request, token, QUERIES, time.monotonic() + 60).status == 200


def test_a_commands_deadline_reaches_the_database(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    token, given = city.tokens["city"], {"organisation": "p9", "kind": "PROVIDER", "name": "示例诊断服务九所"}
    query = "mutation($input: RegisterOrganisationInput!) { registerOrganisation(input: $input) { userErrors { code } } }"
    journal, told = city.installation.services.journal, list[float | None]()

    def within(until: float | None) -> AbstractContextManager[None]:
        told.append(until)
        return nullcontext()

    monkeypatch.setattr(journal, "within", within)
    until = time.monotonic() + 60
    answer = city.operations.run(GraphQLRequest(query, {"input": given}), token, frozenset(OperationType), until)
    assert answer.payload["data"]["registerOrganisation"]["userErrors"] == []
    assert told == [until]


EXECUTABLE = SCHEMA._schema  # noqa: SLF001 - the executable schema has no public name
OPTIONS: list[dict[str, Any]] = [
    {},
    {"descriptions": False},
    {
        "specified_by_url": True,
        "directive_is_repeatable": True,
        "schema_description": True,
        "input_value_deprecation": True,
    },
    {"one_of": True, "type_depth": 7},
]


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)  # no database has a part in it
@pytest.mark.parametrize("options", OPTIONS)
def test_introspection_is_worked_out_once_and_equals_the_librarys_answer_byte_for_byte(
    options: dict[str, Any], city: LiveCity
) -> None:
    query = get_introspection_query(**options)
    answer = city.operations.run(GraphQLRequest(query), None, QUERIES)
    schema = city.operations._schema  # noqa: SLF001 - the one that is asked, with its rights written in
    assert answer.body == orjson.dumps({"data": graphql_sync(schema, query).data})
    assert answer.payload == orjson.loads(answer.body)
    other = city.operations.run(GraphQLRequest(query.replace("\n", " \n")), None, QUERIES)
    assert other.body is answer.body  # not worked out again, however it is written


def test_an_answer_that_varies_is_not_taken_for_introspection(city: LiveCity) -> None:
    documents: Documents = city.operations._documents  # noqa: SLF001 - what it prepared is what counts
    spread = "{ __typename ...f } fragment f on Query { viewer { role } }"
    for query in ("{ viewer { role } }", "query ($n: String!) { __type(name: $n) { name } }", spread):
        assert not introspective(documents.prepare(query, None).operation)


def test_strangers_pay_for_what_is_not_the_schema_once(city: LiveCity) -> None:
    twice = "{ a: __schema { types { name } } b: __schema { types { name } } }"
    for who, codes in ((None, ["QUERY_TOO_COMPLEX"]), (city.tokens["city"], [])):
        answer = city.operations.run(GraphQLRequest(twice), who, QUERIES)
        assert [error["extensions"]["code"] for error in answer.payload.get("errors", [])] == codes


def test_answers_that_are_kept_take_no_more_than_they_may() -> None:
    kept = Introspection(EXECUTABLE, most=10_000)
    documents = [f'{{ __type(name: "Query") {{ a{number}: name }} }}' for number in range(400)]
    for text_ in documents:
        kept.answer(parse(text_))
    assert 0 < kept._size <= 10_000  # noqa: SLF001 - there is no other sign of it
    assert len(kept._kept) < 400  # noqa: SLF001 - as above


def test_a_query_that_gets_no_connection_is_told_to_come_back_as_a_whole(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All connections to read on are in use: no partial answer with a fault in it, but 503 with a time to come back."""
    if city.installation.services.models.address.startswith("sqlite"):
        return  # there is no bound: a file has as many readers as it likes
    models = city.installation.services.models
    monkeypatch.setattr(models._reads.pool, "_timeout", 0.1)  # noqa: SLF001 - nobody waits two seconds for a test
    with ExitStack() as stack, TestClient(create_app(city.installation.services)) as client:
        for _ in range(READERS_AT_ONCE):
            stack.enter_context(models.reading())
        headers = {"authorization": f"Bearer {city.tokens['city']}"}
        told = client.post("/graphql", json={"query": "{ enterprises { nodes { id } } }"}, headers=headers)
    assert (told.status_code, told.headers["retry-after"]) == (503, "5")
    assert [error["extensions"]["code"] for error in told.json()["errors"]] == ["UNAVAILABLE"]
    assert "data" not in told.json()
