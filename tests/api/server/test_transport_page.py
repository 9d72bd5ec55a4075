"""GraphiQL: served to browsers from our own files, with nothing from elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.server import graphiql
from tests.api.small_api import small_api

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files of the libraries' names, as scripts/graphiql makes it."""
    folder = tmp_path / "static"
    folder.mkdir()
    for name in graphiql.LIBRARIES:
        (folder / name).write_text(f"/* {name} */")
    monkeypatch.setattr(graphiql, "FETCHED", folder)
    return folder


@pytest.fixture
def client(libraries: Path, tmp_path: Path) -> Iterator[TestClient]:
    assert libraries.exists()
    with small_api(tmp_path) as api, TestClient(api.app) as opened:
        yield opened


def test_a_browser_gets_the_page_and_a_program_does_not(client: TestClient) -> None:
    page = client.get("/graphql", headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "GraphiQL" in page.text
    assert client.get("/graphql", headers={"accept": "application/json"}).status_code == 400


def test_everything_the_page_loads_is_ours_and_there(client: TestClient) -> None:
    """These networks have no outside: one file from a CDN and the page stays empty."""
    page = client.get("/graphql", headers=BROWSER)
    named = re.findall(r'<(?:script|link)\b[^>]*(?:src|href)="([^"]+)"', page.text)
    loaded = [path for path in named if not path.startswith("data:")]
    assert len(loaded) == 6
    for path in loaded:
        assert path.startswith("/graphiql/")
        found = client.get(path)
        assert found.status_code == 200
        assert found.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|https?://", page.text)


def test_the_policy_lets_the_page_load_and_ask_nothing_elsewhere(client: TestClient) -> None:
    policy = client.get("/graphql", headers=BROWSER).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert "http" not in policy
    assert "*" not in policy


def test_our_script_names_no_other_host() -> None:
    for path in graphiql.OURS.iterdir():
        assert not re.search(r"https?://|wss?://(?!\$)", path.read_text("utf-8")), path.name


def test_nothing_else_of_the_folder_is_served(client: TestClient, libraries: Path) -> None:
    (libraries / "made-by").write_text("x")
    for path in ("made-by", "../graphiql.py", "%2e%2e/graphiql.py", "graphiql.html"):
        assert client.get(f"/graphiql/{path}").status_code == 404


def test_without_the_libraries_the_page_says_what_to_run(libraries: Path, client: TestClient) -> None:
    (libraries / "graphiql.min.js").unlink()
    page = client.get("/graphql", headers=BROWSER)
    assert page.status_code == 404
    assert "scripts/graphiql" in page.text
    assert client.post("/graphql", json={"query": "{ hello }"}).json()["data"] == {"hello": "hello world"}


@pytest.mark.parametrize(("asked", "status"), [("bytes=x-", 400), ("lines=1-2", 400), ("bytes=900000-", 416)])
def test_a_range_that_cannot_be_answered_is_refused_in_both_languages(client: TestClient, asked: str, status: int) -> None:
    refused = client.get(f"/graphiql/{graphiql.LIBRARIES[0]}", headers={"range": asked})
    assert refused.status_code == status
    [error] = refused.json()["errors"]
    assert "Range" in error["message"]
    assert re.search("[\u4e00-\u9fff]", error["message"])
    assert refused.headers["x-request-id"]
    assert client.get(f"/graphiql/{graphiql.LIBRARIES[0]}", headers={"range": "bytes=0-1"}).content == b"/*"
