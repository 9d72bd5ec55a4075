"""Pages of other origins: none may read an answer unless the operator names it, and never with what a browser sends by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.api.small_api import SmallApi, small_api
from zhenduan.settings import CORS_ORIGINS, SettingUnknown, from_environment

PAGE = "https://city.example"
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallApi]:
    with small_api(tmp_path_factory.mktemp("api"), allowed_origins=[PAGE]) as made:
        yield made


@pytest.fixture(scope="module")
def client(api: SmallApi) -> Iterator[TestClient]:
    with TestClient(api.app) as opened:
        yield opened


def test_without_the_setting_no_page_of_another_origin_reads_anything(tmp_path: Path) -> None:
    with small_api(tmp_path) as api, TestClient(api.app) as client:
        answer = client.post("/graphql", json={"query": "{ hello }"}, headers={"origin": PAGE})
        assert not [name for name in answer.headers if name.startswith("access-control")]
        asked = client.options("/graphql", headers={"origin": PAGE, **PREFLIGHT})
        assert asked.status_code == 405
        assert not [name for name in asked.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/files/nothing"])
def test_the_named_origin_may_ask_first_and_is_told_what_it_may_send(client: TestClient, path: str) -> None:
    asked = client.options(path, headers={"origin": PAGE, **PREFLIGHT})
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == PAGE
    assert "origin" in asked.headers["vary"].lower()
    assert asked.headers["x-request-id"]
    assert "access-control-allow-credentials" not in asked.headers


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_named_origin_reads_answers_with_their_request_id(client: TestClient, method: str) -> None:
    given = {"params": {"query": "{ hello }"}} if method == "GET" else {"json": {"query": "{ hello }"}}
    answer = client.request(method, "/graphql", headers={"origin": PAGE}, **given)  # type: ignore[arg-type]
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "access-control-allow-credentials" not in answer.headers
    assert "x-request-id" in answer.headers["access-control-expose-headers"].lower()
    assert "origin" in {name.strip() for name in answer.headers["vary"].lower().split(",")}


def test_a_refusal_may_be_read_as_well(client: TestClient) -> None:
    answer = client.post("/graphql", json={"query": "{ hello }"}, headers={"origin": PAGE, "authorization": "Bearer x"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, PAGE)


@pytest.mark.parametrize(
    "origin", ["https://city.example.evil", "http://city.example", "https://city.example:8443", "https://x.city.example", "null"]
)
def test_an_origin_that_is_not_exactly_named_reads_nothing(client: TestClient, origin: str) -> None:
    answer = client.post("/graphql", json={"query": "{ hello }"}, headers={"origin": origin})
    assert "access-control-allow-origin" not in answer.headers
    assert client.options("/graphql", headers={"origin": origin, **PREFLIGHT}).status_code == 400


def test_what_is_answered_to_nobodys_page_varies_by_origin_too(client: TestClient) -> None:
    """A cache between would else give the answer without the header to the page that may read it."""
    answer = client.post("/graphql", json={"query": "{ hello }"})
    assert "origin" in {name.strip() for name in answer.headers["vary"].lower().split(",")}


@pytest.mark.parametrize("written", ["https://a.example http://localhost:3000", "https://a.example,http://localhost:3000"])
def test_the_setting_names_exact_origins(written: str) -> None:
    settings = from_environment(environment={CORS_ORIGINS: written})
    assert settings.cors_origins == ("https://a.example", "http://localhost:3000")
    assert from_environment(environment={}).cors_origins == ()


@pytest.mark.parametrize(
    "written",
    ["*", "https://*.example", "a.example", "https://a.example/", "https://a.example/x", "null", "ftp://a", "https://A.example"],
)
def test_what_a_browser_never_sends_as_an_origin_is_refused(written: str) -> None:
    with pytest.raises(SettingUnknown, match=CORS_ORIGINS):
        from_environment(environment={CORS_ORIGINS: written})
