"""Browser sessions: the token lies in a cookie that no script reads, and counts only where a page of ours asks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient
from websockets.sync.client import connect

from api.server import console
from domain.access import Role
from tests.api.small_api import SmallApi, serving, small_api

ASKED = {"graphql-require-preflight": "1"}
ROLE = "{ seen { role } }"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallApi]:
    with small_api(tmp_path_factory.mktemp("api")) as made:
        made.reader("b1")
        yield made


@pytest.fixture(scope="module")
def opened(api: SmallApi) -> Iterator[TestClient]:
    with TestClient(api.app) as client:
        yield client


@pytest.fixture
def client(opened: TestClient) -> TestClient:
    """A browser without a cookie."""
    opened.cookies.clear()
    return opened


def role(client: TestClient, headers: dict[str, str]) -> Any:
    return client.post("/graphql", json={"query": ROLE}, headers=headers).json()["data"]["seen"]["role"]


def signed_in(client: TestClient) -> TestClient:
    assert client.post("/session", headers={"authorization": "Bearer b1"}).status_code == 204
    return client


def test_the_cookie_is_read_by_no_script_and_sent_from_no_other_site(client: TestClient) -> None:
    kept = client.post("/session", headers={"authorization": "Bearer b1"}).headers["set-cookie"].lower()
    assert all(part in kept for part in ("zhenduan_session=b1", "httponly", "samesite=strict", "path=/"))
    assert "secure" not in kept
    assert "domain" not in kept


def test_over_tls_the_cookie_is_this_hosts_alone(client: TestClient) -> None:
    kept = client.post("https://testserver/session", headers={"authorization": "Bearer b1"}).headers["set-cookie"]
    assert kept.startswith("__Host-zhenduan_session=b1")
    assert "Secure" in kept
    assert "Domain" not in kept


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer nobody"}, {"authorization": "Basic eDp5"}])
def test_no_session_of_nobody_is_kept(client: TestClient, headers: dict[str, str]) -> None:
    refused = client.post("/session", headers=headers)
    assert refused.status_code == 401
    assert "set-cookie" not in refused.headers
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_a_cookie_counts_where_the_request_says_that_it_was_asked_for(client: TestClient) -> None:
    assert role(signed_in(client), ASKED) == Role.DISTRICT


def test_a_cookie_whose_session_is_over_is_taken_out_so_that_its_person_can_sign_in_again(client: TestClient) -> None:
    """Signed out elsewhere or over by time: with the cookie every request was refused, signing in as well."""
    client.cookies.set("zhenduan_session", "over", domain="testserver.local")
    refused = client.post("/graphql", json={"query": ROLE}, headers=ASKED)
    assert (refused.status_code, client.cookies.get("zhenduan_session")) == (401, None)
    assert role(client, ASKED) == Role.PUBLIC
    assert "set-cookie" not in client.post("/graphql", json={"query": ROLE}, headers={"authorization": "Bearer over"}).headers


def test_a_cookie_alone_authenticates_nobody(client: TestClient) -> None:
    """A form or an image of a foreign page sends cookies, and can set no header."""
    assert role(signed_in(client), {}) == Role.PUBLIC
    asked = client.get("/graphql", params={"query": ROLE}, headers={"accept": "application/json"}).json()
    assert asked["data"]["seen"]["role"] == Role.PUBLIC


def test_a_token_in_the_header_goes_before_the_cookie(api: SmallApi, client: TestClient) -> None:
    other = api.reader("b2", Role.PARK, organisation="park-1")
    assert role(signed_in(client), {**ASKED, **other}) == Role.PARK


def test_every_endpoint_takes_the_cookie(client: TestClient) -> None:
    """Not found, as a caller of that scope is told, and no longer that nobody is signed in."""
    assert client.get("/files/" + "b" * 64, headers=ASKED).status_code == 401
    assert signed_in(client).get("/files/" + "b" * 64, headers=ASKED).status_code == 404


def test_a_session_that_ended_is_said_to_be_over(api: SmallApi, client: TestClient) -> None:
    api.reader("b3")
    assert client.post("/session", headers={"authorization": "Bearer b3"}).status_code == 204
    api.accounts.sign_out("b3")
    assert client.post("/graphql", json={"query": ROLE}, headers=ASKED).status_code == 401


def test_signing_out_takes_the_cookie_out_of_the_browser(client: TestClient) -> None:
    assert signed_in(client).delete("/session").status_code == 204
    assert not client.cookies
    assert role(client, ASKED) == Role.PUBLIC


@pytest.mark.parametrize(("origin", "found"), [("http://{host}", Role.DISTRICT), (None, Role.PUBLIC)])
def test_a_socket_takes_the_cookie_of_a_page_of_this_host(tmp_path: Path, origin: str | None, found: Role) -> None:
    with small_api(tmp_path) as api, serving(api.app) as host:
        api.reader("b1")
        headers = {"cookie": "zhenduan_session=b1"}
        named = origin.format(host=host) if origin else None
        protocols: Any = ["graphql-transport-ws"]
        with connect(f"ws://{host}/graphql", subprotocols=protocols, origin=named, additional_headers=headers) as socket:  # type: ignore[arg-type] # a plain str
            socket.send('{"type": "connection_init"}')
            assert orjson.loads(socket.recv(timeout=10))["type"] == "connection_ack"
            socket.send(orjson.dumps({"type": "subscribe", "id": "1", "payload": {"query": ROLE}}).decode())
            assert orjson.loads(socket.recv(timeout=10))["payload"]["data"]["seen"]["role"] == found


# The console's pages


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "console"
    (folder / "assets").mkdir(parents=True)
    for name in ("index.html", "verify.html", "assets/index-1a2b.js"):
        (folder / name).write_text(f"<!-- {name} -->")
    monkeypatch.setattr(console, "BUILT", folder)
    return folder


def test_the_console_is_served_with_its_policy_and_kept_by_no_cache(built: Path, tmp_path: Path) -> None:
    assert built.exists()
    with small_api(tmp_path) as api, TestClient(api.app) as client:
        for path in console.PAGES:
            page = client.get(path)
            assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
            assert "script-src 'self';" in page.headers["content-security-policy"]
        file = client.get("/assets/index-1a2b.js")
        assert (file.status_code, file.headers["x-content-type-options"]) == (200, "nosniff")
        assert "immutable" in file.headers["cache-control"]
        assert client.get("/assets/../index.html").status_code == 404
        assert client.get("/assets/none.js").status_code == 404


def test_without_the_built_pages_the_page_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "BUILT", tmp_path / "none")
    with small_api(tmp_path) as api, TestClient(api.app) as client:
        assert "scripts/console" in client.get("/").text
        assert client.get("/assets/index-1a2b.js").status_code == 404
