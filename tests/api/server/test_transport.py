"""GraphQL over HTTP: content negotiation, who may ask how, what is refused, and what a fault gives away."""

import logging
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query
from httpx2 import Response
from starlette.testclient import TestClient

from api.server.http import LARGEST_BODY, accepted
from api.server.query_cost import Limits
from domain.access import Role
from tests.api.small_api import HELD, Held, SmallApi, small_api

NEW = "application/graphql-response+json"
OLD = "application/json"
UTF8 = "; charset=utf-8"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallApi]:
    with small_api(tmp_path_factory.mktemp("api")) as made:
        yield made


@pytest.fixture(scope="module")
def client(api: SmallApi) -> Iterator[TestClient]:
    with TestClient(api.app) as opened:
        yield opened


def ask(
    client: TestClient, query: str, *, accept: str | None = OLD, headers: dict[str, str] | None = None, **rest: Any
) -> Response:
    sent = {"accept": accept or "", **(headers or {})}
    if accept is None:
        sent.pop("accept")
    return client.post("/graphql", json={"query": query, **rest}, headers=sent)


def codes(response: Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


# Content negotiation


@pytest.mark.parametrize(
    ("header", "media"),
    [
        (None, OLD),
        ("", OLD),
        ("*/*", OLD),
        ("application/*", OLD),
        (OLD, OLD),
        (NEW, NEW),
        (f"{NEW}, {OLD}", NEW),
        (f"{OLD}, {NEW}", OLD),
        (f"{OLD};q=0.5, {NEW};q=0.9", NEW),
        (f"{NEW}; charset=utf-8, {OLD};q=0.9", NEW),
        (f"{NEW};q=0, */*;q=0.1", OLD),
        ("Application/JSON", OLD),
        ("text/event-stream", "text/event-stream"),
        ("text/html", None),
        (f"{OLD};q=0", None),
        (f"{OLD};q=nonsense", None),
        ("image/*", None),
    ],
)
def test_the_media_type_is_what_the_client_prefers(header: str | None, media: str | None) -> None:
    assert accepted(header) == media


@pytest.mark.parametrize(("accept", "media"), [(NEW, NEW), (OLD, OLD), ("*/*", OLD), (f"{NEW}, {OLD};q=0.9", NEW)])
def test_the_answer_comes_in_the_media_type_asked_for_and_in_utf8(client: TestClient, accept: str, media: str) -> None:
    response = ask(client, '{ hello(name: "诊断") }', accept=accept)
    assert response.headers["content-type"] == media + UTF8
    assert response.content.decode("utf-8").startswith('{"data":{"hello":"hello 诊断"},')


def test_nothing_acceptable_is_406(client: TestClient) -> None:
    response = ask(client, "{ hello }", accept="image/png")
    assert response.status_code == 406
    assert codes(response) == ["NOT_ACCEPTABLE"]


BROKEN = [
    ("{ hello", {}, "GRAPHQL_PARSE_FAILED"),
    ("{ unknown }", {}, "GRAPHQL_VALIDATION_FAILED"),
    ("query ($n: String!) { hello(name: $n) }", {"variables": {"n": None}}, "BAD_VARIABLES"),
    ("query A { hello }", {"operationName": "B"}, "OPERATION_RESOLUTION_FAILURE"),
]


@pytest.mark.parametrize(("query", "rest", "code"), BROKEN)
def test_a_document_at_fault_is_400_in_the_new_media_type_and_200_in_the_old(
    client: TestClient, query: str, rest: dict[str, Any], code: str
) -> None:
    for accept, status in ((NEW, 400), (OLD, 200)):
        response = ask(client, query, accept=accept, **rest)
        assert response.status_code == status
        assert codes(response) == [code]
        assert re.match(r"[一-鿿]", response.json()["errors"][0]["message"])
        assert "data" not in response.json()


def test_an_executed_operation_is_200_even_with_errors(client: TestClient) -> None:
    response = ask(client, "{ hello refused }", accept=NEW)
    assert response.status_code == 200
    assert response.json()["data"] == {"hello": "hello world", "refused": None}


# What is a request


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'[{"query":"{ hello }"}]',
        b"{}",
        b'{"query":null}',
        b'{"query":1}',
        b'{"query":["{ hello }"]}',
        b'{"query":"  "}',
        b'{"query":"{ hello }","variables":[]}',
        b'{"query":"{ hello }","variables":"{}"}',
        b'{"query":"{ hello }","operationName":1}',
        b'{"query":"{ hello }","extensions":[]}',
        b'{"query":"\xff"}',
    ],
)
@pytest.mark.parametrize("accept", [OLD, NEW])
def test_what_is_not_a_request_is_400(client: TestClient, body: bytes, accept: str) -> None:
    response = client.post("/graphql", content=body, headers={"content-type": OLD, "accept": accept})
    assert response.status_code == 400
    assert codes(response) == ["BAD_REQUEST"]
    assert response.headers["content-type"] == accept + UTF8


def test_a_number_beyond_what_is_read_is_said_to_be_one_and_where(client: TestClient) -> None:
    body = b'{"query":"{ hello }","variables":{"n":[1,' + b"9" * 5_000 + b"]}}"
    [error] = client.post("/graphql", content=body, headers={"content-type": OLD}).json()["errors"]
    chinese = "JSON 无法读取：variables.n.1（第 1 行第 42 列）：数字过长或过大，最多 308 位。"
    english = "The JSON cannot be read: variables.n.1 (line 1, column 42): the number is too long or too large: at most 308 digits."
    assert error["message"] == f"{chinese} {english}"


@pytest.mark.parametrize(
    "empty", [{"variables": None}, {"operationName": None}, {"extensions": None}, {"extensions": {}}]
)
def test_optional_parts_may_be_null(client: TestClient, empty: dict[str, Any]) -> None:
    assert ask(client, "{ hello }", **empty).json()["data"] == {"hello": "hello world"}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=gbk",
    ],
)
def test_a_body_that_a_foreign_page_can_send_unasked_is_415(client: TestClient, content_type: str | None) -> None:
    """Forms and plain text need no preflight: a mutation in one would be a forged request."""
    headers = {"content-type": content_type} if content_type else {}
    response = client.post("/graphql", content=b'{"query":"mutation { bump }"}', headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize("told", [True, False])
def test_a_body_of_more_than_256_kib_is_413_whether_or_not_it_tells_its_length(
    client: TestClient, *, told: bool
) -> None:
    body = b'{"query":"{ hello }","extensions":{"x":"' + b"x" * LARGEST_BODY + b'"}}'
    pieces = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    response = client.post("/graphql", content=body if told else pieces, headers={"content-type": OLD})
    assert ("content-length" in response.request.headers) is told
    assert response.status_code == 413
    assert codes(response) == ["TOO_LARGE"]


def test_a_body_is_not_read_to_its_end_once_it_is_too_large(client: TestClient) -> None:
    sent = []

    def endless() -> Iterator[bytes]:
        while len(sent) < 100:
            sent.append(1)
            yield b"x" * 65_536

    response = client.post("/graphql", content=endless(), headers={"content-type": OLD})
    assert response.status_code == 413


def test_only_get_and_post_are_answered(client: TestClient) -> None:
    response = client.request("PATCH", "/graphql", json={"query": "{ hello }"})
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST, PUT, DELETE"


# GET


def test_get_carries_queries_without_any_header_of_ours(client: TestClient) -> None:
    parameters = {"query": "query Q($n: String) { hello(name: $n) }", "variables": '{"n":"x"}', "operationName": "Q"}
    assert client.get("/graphql", params=parameters).json()["data"] == {"hello": "hello x"}
    broken = client.get("/graphql", params={**parameters, "variables": "{"})
    assert (broken.status_code, codes(broken)) == (400, ["BAD_REQUEST"])


def test_no_cookie_authenticates_anyone(api: SmallApi, client: TestClient) -> None:
    """Else an image tag of any page could send a query with what the browser holds for us."""
    (token,) = [header.removeprefix("Bearer ") for header in api.reader().values()]
    for name in ("token", "session", "authorization", "__Host-session"):
        answer = client.get("/graphql", params={"query": "{ seen { role } }"}, headers={"cookie": f"{name}={token}"})
        assert answer.json()["data"] == {"seen": {"role": "public"}}


def test_get_never_carries_a_mutation(api: SmallApi, client: TestClient) -> None:
    response = client.get("/graphql", params={"query": "mutation { bump }"}, headers=api.reader())
    assert response.status_code == 405
    assert codes(response) == ["METHOD_NOT_ALLOWED"]


def test_the_path_with_a_slash_at_its_end_answers_alike_and_sends_nobody_elsewhere(client: TestClient) -> None:
    """A redirect would go wherever the Host header says."""
    for answer in (
        client.post("/graphql/", json={"query": "{ hello }"}, headers={"host": "evil.example"}, follow_redirects=False),
        client.get("/graphql/", params={"query": "{ hello }"}, follow_redirects=False),
    ):
        assert (answer.status_code, answer.json()["data"]) == (200, {"hello": "hello world"})
        assert "location" not in answer.headers


def test_a_subscription_is_not_answered_by_a_single_answer(client: TestClient) -> None:
    response = ask(client, "subscription { count(to: 1) { value } }", accept=NEW)
    assert (response.status_code, codes(response)) == (400, ["STREAM_REQUIRED"])


# Who asks


def test_without_a_token_the_public_asks(client: TestClient) -> None:
    assert ask(client, "{ seen { role } }").json()["data"] == {"seen": {"role": "public"}}


def test_with_a_token_its_holder_asks(api: SmallApi, client: TestClient) -> None:
    assert ask(client, "{ seen { role } }", headers=api.reader()).json()["data"] == {"seen": {"role": "district"}}


@pytest.mark.parametrize("authorization", ["Bearer nobody", "Basic eDp5", "Bearer", "Bearer  "])
@pytest.mark.parametrize("accept", [OLD, NEW, "text/event-stream"])
def test_a_token_of_nobody_is_401_and_not_the_public(client: TestClient, authorization: str, accept: str) -> None:
    response = ask(client, "{ hello }", accept=accept, headers={"authorization": authorization})
    assert response.status_code == 401
    assert codes(response) == ["UNAUTHENTICATED"]
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_fields_the_role_may_not_read_are_one_error_before_anything_runs(api: SmallApi, client: TestClient) -> None:
    response = ask(client, "mutation { bump }", accept=NEW)
    assert (response.status_code, codes(response)) == (403, ["FORBIDDEN"])
    response = ask(client, "{ secret maybe again: secret }", accept=NEW, headers=api.reader())
    assert (response.status_code, codes(response)) == (403, ["FORBIDDEN"])
    assert response.json()["errors"][0]["extensions"]["fields"] == ["Query.secret"]
    city = api.reader("city", Role.CITY, organisation="city")
    assert ask(client, "{ secret }", headers=city).json()["data"] == {"secret": "for the city"}


def test_rights_do_not_stick_to_a_cached_document(api: SmallApi, client: TestClient) -> None:
    city = api.reader("city", Role.CITY, organisation="city")
    assert "errors" not in ask(client, "{ secret }", headers=city).json()
    assert codes(ask(client, "{ secret }", headers=api.reader())) == ["FORBIDDEN"]
    assert codes(ask(client, "{ secret }")) == ["FORBIDDEN"]


def test_the_schema_may_be_asked_for_by_anyone(client: TestClient) -> None:
    """It is published with the program; hiding it would protect nothing."""
    response = ask(client, get_introspection_query())
    assert "errors" not in response.json()
    described = {kind["name"]: kind for kind in response.json()["data"]["__schema"]["types"]}
    (secret,) = (field for field in described["Query"]["fields"] if field["name"] == "secret")
    assert secret["description"] == "Read by: city"


def test_a_document_over_budget_is_told_its_limit(tmp_path: Path) -> None:
    with small_api(tmp_path, limits=Limits(depth=1)) as api, TestClient(api.app) as client:
        response = ask(client, "{ seen { role } }", accept=NEW)
        assert (response.status_code, codes(response)) == (400, ["QUERY_TOO_COMPLEX"])
        assert response.json()["errors"][0]["extensions"]["measure"] == "depth"


# What runs


def test_every_operation_has_a_context_of_its_own_and_leaves_the_loop_free(client: TestClient) -> None:
    seen = ask(client, "{ seen { thread } }").json()["data"]["seen"]
    assert seen["thread"] != threading.main_thread().name
    assert "operation" in seen["thread"]


def test_operations_of_people_that_block_run_side_by_side(api: SmallApi, client: TestClient) -> None:
    """On the event loop, or one after the other, the first would wait for ever for the last."""
    reader = api.reader()
    ask(client, "{ hello }", headers=reader)  # from here on the token is known
    held = [HELD.setdefault(f"side by side {number}", Held()) for number in range(4)]
    threads = [
        threading.Thread(target=ask, args=(client, f'{{ held(name: "side by side {number}") }}'), kwargs={"headers": reader})
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    assert all(one.begun.wait(30) for one in held)
    for one in held:
        one.let_go.set()
    for thread in threads:
        thread.join()


# What a fault gives away


def test_an_unknown_error_is_masked_and_logged_under_its_id(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = ask(client, "{ hello maybe }")
    assert response.json()["data"] == {"hello": "hello world", "maybe": None}
    (error,) = response.json()["errors"]
    assert error["message"] == "系统内部错误 Internal error"
    assert error["path"] == ["maybe"]
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert "hunter2" not in response.text
    (record,) = caplog.records
    assert error["extensions"]["id"] in record.getMessage()
    assert "RuntimeError" in record.getMessage()


def test_a_fault_with_a_long_message_does_not_fill_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The default handlers log source and carets of every error: a 9 KB query became 144 KB of log."""
    query = "{" + " ".join(f"a{i}: maybe" for i in range(10)) + " #" + "x" * 9_000 + "\n}"
    with caplog.at_level(logging.DEBUG):
        response = ask(client, query)
    assert len(response.json()["errors"]) == 10
    assert len({error["extensions"]["id"] for error in response.json()["errors"]}) == 1
    logged = sum(len(record.getMessage()) for record in caplog.records if record.levelno >= logging.INFO)
    assert logged < 30_000


def test_a_value_that_does_not_fit_its_type_is_our_fault_and_masked(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = ask(client, "{ rows(count: 200) { amount } }")
    assert str(2**40) not in response.text
    assert set(codes(response)) == {"INTERNAL_ERROR"}
    assert len(caplog.records) <= 4


def test_a_wrong_document_is_not_logged_as_a_fault(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="api"), caplog.at_level(logging.INFO, logger="strawberry"):
        ask(client, "{ unknown }")
        ask(client, "{ refused coded }")
    assert [record for record in caplog.records if not record.name.startswith("httpx")] == []


def test_a_refusal_and_a_coded_error_are_told_as_they_are(client: TestClient) -> None:
    refused, coded = ask(client, "{ refused coded }").json()["errors"]
    assert refused["message"] == "今日不可（3）"
    assert refused["extensions"] == {"code": "NOT_TODAY", "clause": "plan P5", "messageInEnglish": "Not today (3)"}
    assert (coded["message"], coded["extensions"]) == ("told", {"code": "TOLD"})


def test_no_answer_is_kept_by_a_cache_between(client: TestClient) -> None:
    headers = ask(client, "{ hello }").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert {name.strip() for name in headers["vary"].split(",")} == {"accept", "authorization"}


def test_the_projector_runs_in_the_process_that_is_asked_to_and_every_thread_ends_with_the_app(tmp_path: Path) -> None:
    before = {thread for thread in threading.enumerate() if "AnyIO" not in thread.name}
    with small_api(tmp_path, project=True) as api, TestClient(api.app):
        assert "projector" in {thread.name for thread in threading.enumerate()}
    assert {thread for thread in threading.enumerate() if "AnyIO" not in thread.name} == before


# What an answer says of itself


@pytest.mark.parametrize("query", ["{ hello }", "{ __typename }", "{ unknown }", "{ maybe }", "{ hello"])
def test_each_answer_bears_the_id_of_its_request_in_header_and_body(client: TestClient, query: str) -> None:
    answers = [ask(client, query) for _ in range(2)]
    assert all(answer.json()["extensions"]["requestId"] == answer.headers["x-request-id"] for answer in answers)
    assert len({answer.headers["x-request-id"] for answer in answers}) == 2


@pytest.mark.parametrize("asked", [{"method": "PATCH"}, {"method": "GET"}, {"method": "POST", "json": []}])
def test_what_is_no_answer_to_an_operation_bears_it_too(client: TestClient, asked: dict[str, Any]) -> None:
    answer = client.request(url="/graphql", **asked)
    assert answer.status_code in (400, 405)
    assert answer.json()["extensions"] == {"requestId": answer.headers["x-request-id"]}


def test_an_operation_that_ran_says_what_it_cost_and_what_is_left_of_its_limit(api: SmallApi, client: TestClient) -> None:
    limits = Limits()
    for headers, limit in ((api.reader(), limits.cost), ({}, limits.strangers_cost)):
        cost = ask(client, "{ hello again: hello rows { name amount } }", headers=headers).json()["extensions"]["cost"]
        assert cost == {"requested": 43, "limit": limit, "remaining": limit - 43}


def test_the_cost_is_the_same_whatever_the_data_and_the_variables(client: TestClient) -> None:
    """Else it would count what its caller may not see."""
    query = "query ($n: Int!) { rows(count: $n) { name } }"
    costs = [ask(client, query, variables={"n": n}).json()["extensions"]["cost"] for n in (0, 1, 200)]
    assert costs[0] == costs[1] == costs[2]


def test_what_never_ran_has_no_cost(client: TestClient) -> None:
    for query in ("{ unknown }", "mutation { bump }", "{ secret }"):
        assert "cost" not in ask(client, query).json()["extensions"]
