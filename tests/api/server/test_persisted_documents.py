"""Registered documents: asked for by id over every transport, and nothing else where the operator says so."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from starlette.testclient import TestClient
from websockets.sync.client import connect

from api.server.persisted_documents import PersistedDocuments, document_id
from tests.api.small_api import serving, small_api

HELLO = "query Hello($name: String) { hello(name: $name) }"
BUMP = "mutation { bump }"
COUNT = "subscription { count(to: 1) { value } }"
UNKNOWN = "sha256:" + "0" * 64
NEW = {"accept": "application/graphql-response+json"}


@pytest.fixture(params=["all", "only"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PersistedDocuments:
    made = PersistedDocuments(tmp_path / "documents", only=request.param == "only")
    for text in (HELLO, BUMP, COUNT):
        made.add(text)
    return made


@pytest.fixture
def client(store: PersistedDocuments, tmp_path: Path) -> Iterator[TestClient]:
    with small_api(tmp_path, persisted=store) as api, TestClient(api.app) as opened:
        opened.headers.update(api.reader())
        yield opened


def codes(response: Any) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


def test_an_id_is_the_digest_of_the_text_as_the_draft_has_it() -> None:
    """The draft's own example."""
    text = "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}"
    assert document_id(text) == "sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e"


def test_a_registered_document_is_asked_for_by_its_id(client: TestClient) -> None:
    given = {"documentId": document_id(HELLO), "variables": {"name": "x"}, "operationName": "Hello"}
    assert client.post("/graphql", json=given, headers=NEW).json()["data"] == {"hello": "hello x"}
    parameters = {"documentId": document_id(HELLO), "variables": '{"name":"y"}'}
    assert client.get("/graphql", params=parameters).json()["data"] == {"hello": "hello y"}
    assert client.post("/graphql", json={"documentId": document_id(BUMP)}).json()["data"] == {"bump": 1}


def test_a_browsers_address_with_an_id_is_a_query_and_no_page(client: TestClient) -> None:
    answer = client.get("/graphql", params={"documentId": document_id(HELLO)}, headers={"accept": "text/html,*/*;q=0.8"})
    assert answer.json()["data"] == {"hello": "hello world"}


def test_get_runs_no_registered_mutation(client: TestClient) -> None:
    answer = client.get("/graphql", params={"documentId": document_id(BUMP)})
    assert (answer.status_code, codes(answer)) == (405, ["METHOD_NOT_ALLOWED"])


@pytest.mark.parametrize("identity", [UNKNOWN, "abc", "sha256:" + "A" * 64, "sha256:../../journal", "md5:x", "x-a:b"])
def test_an_id_of_nothing_is_one_error(client: TestClient, identity: str) -> None:
    answer = client.post("/graphql", json={"documentId": identity}, headers=NEW)
    assert (answer.status_code, codes(answer)) == (400, ["PERSISTED_DOCUMENT_UNKNOWN"])
    assert client.post("/graphql", json={"documentId": identity}).status_code == 200


@pytest.mark.parametrize("identity", [1, [], {}, True])
def test_an_id_is_a_string(client: TestClient, identity: Any) -> None:
    answer = client.post("/graphql", json={"documentId": identity})
    assert (answer.status_code, codes(answer)) == (400, ["BAD_REQUEST"])


def test_a_text_and_the_id_of_another_are_refused(client: TestClient) -> None:
    both = {"query": "{ seen { role } }", "documentId": document_id(HELLO)}
    assert codes(client.post("/graphql", json=both)) == ["BAD_REQUEST"]
    assert "data" in client.post("/graphql", json={**both, "query": HELLO}).json()


def test_a_document_taken_out_is_unknown_at_once(client: TestClient, store: PersistedDocuments) -> None:
    given = {"documentId": document_id(HELLO)}
    assert "data" in client.post("/graphql", json=given).json()
    assert store.remove(document_id(HELLO))
    assert codes(client.post("/graphql", json=given)) == ["PERSISTED_DOCUMENT_UNKNOWN"]


def test_a_file_that_is_not_what_its_name_says_is_not_run(client: TestClient, store: PersistedDocuments) -> None:
    assert store.folder is not None
    other = sha256(b"{ hello }").hexdigest()
    (store.folder / f"{other}.graphql").write_text("{ seen { role } }")
    assert codes(client.post("/graphql", json={"documentId": f"sha256:{other}"})) == ["PERSISTED_DOCUMENT_UNKNOWN"]
    assert f"sha256:{other}" not in store.ids()


def test_only_registered_texts_are_run_where_the_operator_says_so(client: TestClient, store: PersistedDocuments) -> None:
    refused = ["PERSISTED_DOCUMENTS_ONLY"]
    for query in ("{ seen { role } }", "{ __typename }", "mutation { bump } ", "{ hello"):
        answer = client.post("/graphql", json={"query": query}, headers=NEW)
        if store.only:
            assert (answer.status_code, codes(answer)) == (400, refused)
            assert codes(client.get("/graphql", params={"query": query})) == refused
        else:
            assert "errors" not in answer.json() or codes(answer) != refused
    assert client.post("/graphql", json={"query": HELLO}).json()["data"] == {"hello": "hello world"}


def test_streams_and_sockets_ask_by_id_and_keep_to_the_same_rule(store: PersistedDocuments, tmp_path: Path) -> None:
    with small_api(tmp_path, persisted=store) as api, serving(api.app) as host, httpx2.Client(timeout=10) as web:
        stream = {"accept": "text/event-stream"}
        answer = web.get(f"http://{host}/graphql", params={"documentId": document_id(COUNT)}, headers=stream)
        assert '"value":0' in answer.text
        other = web.post(f"http://{host}/graphql", json={"query": "{ seen { role } }"}, headers=stream)
        assert ("PERSISTED_DOCUMENTS_ONLY" in other.text) is store.only
        protocol: Any = ["graphql-transport-ws"]
        with connect(f"ws://{host}/graphql", subprotocols=protocol) as socket:

            def told(**message: Any) -> Any:
                socket.send(orjson.dumps(message).decode())
                return orjson.loads(socket.recv(timeout=10))

            told(type="connection_init")
            found = told(type="subscribe", id="1", payload={"documentId": document_id(COUNT)})
            assert found["payload"]["data"] == {"count": {"value": 0}}
            assert orjson.loads(socket.recv(timeout=10))["type"] == "complete"
            found = told(type="subscribe", id="2", payload={"documentId": UNKNOWN})
            assert (found["type"], found["payload"][0]["extensions"]["code"]) == ("error", "PERSISTED_DOCUMENT_UNKNOWN")
            found = told(type="subscribe", id="3", payload={"query": "{ seen { role } }"})
            assert found["type"] == ("error" if store.only else "next")
