"""A database that goes away 存储中断: every answer has its id, the log says it once and counts, health says why. plan P5."""

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.server.errors import FAULTS
from zhenduan import logs
from zhenduan.logs import Lines, LogForm, formatter
from zhenduan.settings import Settings, SettingUnknown, from_environment
from zhenduan.wiring import Installation, opened

QUERY = {"query": "{ viewer { role } enterprises { nodes { name } } }"}


@pytest.fixture(autouse=True)
def none_known() -> None:
    FAULTS._known.clear()  # noqa: SLF001 - another test's fault of a moment ago bears its id


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the running log says, as JSON."""
    stream = io.StringIO()
    handler = Lines(stream)
    handler.setFormatter(formatter(LogForm.JSON))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def told(lines: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


@pytest.fixture
def installation(url: str, tmp_path: Path) -> Iterator[Installation]:
    with opened(Settings(tmp_path / "data", None if url.startswith("sqlite") else url), create=True) as made:
        yield made


@pytest.fixture
def client(installation: Installation) -> Iterator[TestClient]:
    with TestClient(create_app(installation.services), raise_server_exceptions=False) as opened_client:
        yield opened_client


@pytest.fixture
def away(database: str, postgres: str, tmp_path: Path) -> Iterator[tuple[TestClient, Callable[[], None], Callable[[], None]]]:
    """(client, what takes the database away, what brings it back)."""
    name = urlsplit(database).path.strip("/")

    def run(*statements: str) -> None:
        with closing(psycopg2.connect(postgres)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            for statement in statements:
                cursor.execute(statement)

    def leave() -> None:
        run(
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )

    def come_back() -> None:
        run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    with opened(Settings(tmp_path / "data", database), create=True) as installation:
        app = create_app(installation.services, project=True)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield client, leave, come_back
            come_back()


def test_while_the_database_is_away_every_answer_has_an_id_that_is_in_the_log_and_the_log_counts(
    away: tuple[TestClient, Callable[[], None], Callable[[], None]], lines: io.StringIO
) -> None:
    client, leave, come_back = away
    headers = {"authorization": f"Bearer zds_{'0' * 64}"}
    assert client.post("/graphql", json=QUERY).status_code == 200
    leave()
    answers = [client.post("/graphql", json=QUERY, headers=headers) for _ in range(150)]
    answers += [client.get(f"/files/{'a' * 64}", headers=headers) for _ in range(50)]
    assert {answer.status_code for answer in answers} == {503}
    assert {answer.headers["retry-after"] for answer in answers} == {"5"}
    errors = [answer.json()["errors"][0] for answer in answers]
    assert {error["extensions"]["code"] for error in errors} == {"UNAVAILABLE"}
    ids = {error["extensions"]["id"] for error in errors}
    assert len({answer.headers["x-request-id"] for answer in answers}) == len(answers)
    assert len(ids) == 1
    assert ids <= {line.get("request_id") for line in told(lines)}
    assert len(lines.getvalue()) < 40_000, "200 requests and every follower of the journal"
    ready = client.get("/health/ready")
    assert ready.status_code == 503
    assert {reason["code"] for reason in ready.json()["reasons"]} == {"JOURNAL", "READ_MODELS", "VAULT"}
    assert client.get("/health/live").json() == {"status": "ok"}
    come_back()
    assert client.post("/graphql", json=QUERY).status_code == 200


def test_not_ready_while_nothing_can_be_written(database: str, postgres: str, tmp_path: Path) -> None:
    """A server that takes part for reading only: reads are answered, and who watches over us is told."""
    name = urlsplit(database).path.strip("/")
    with opened(Settings(tmp_path / "data", database), create=True) as installation:
        app = create_app(installation.services)
        with TestClient(app) as client:
            assert client.get("/health").json() == {"status": "ok"}
            with closing(psycopg2.connect(postgres)) as connection, connection.cursor() as cursor:
                connection.autocommit = True
                cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
                cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        with TestClient(create_app(installation.services)) as client:
            assert client.get("/health/live").status_code == 200
            found = client.get("/health")
            assert found.status_code == 503
            assert {"JOURNAL", "VAULT"} <= {reason["code"] for reason in found.json()["reasons"]}
            assert all(reason["message"] and reason["messageInEnglish"] for reason in found.json()["reasons"])


def test_not_ready_while_no_file_can_be_kept(installation: Installation, lines: io.StringIO) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    services = replace(installation.services, checks={**installation.services.checks, "FILES": full})
    with TestClient(create_app(services)) as client:
        for _ in range(50):
            found = client.get("/health/ready").json()
        assert [reason["code"] for reason in found["reasons"]] == ["FILES"]
    assert any("No space left" in line["event"] for line in told(lines))
    assert len(told(lines)) < 5, "anyone may ask; the stores are looked at now and then"


def test_a_store_that_does_not_answer_is_asked_once_and_said_not_to(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.server.health.LONGEST_SECONDS", 0.2)
    monkeypatch.setattr("api.server.health.KEPT_SECONDS", 0.0)
    asked, go_on = [], threading.Event()

    def stuck() -> None:
        asked.append(1)
        go_on.wait(20)

    services = replace(installation.services, checks={"VAULT": stuck})
    with TestClient(create_app(services)) as client:
        for _ in range(3):
            assert [reason["code"] for reason in client.get("/health").json()["reasons"]] == ["VAULT"]
        assert len(asked) == 1
        go_on.set()


@pytest.mark.parametrize("path", ["/graphql", "/health", "/health/live", "/nothing", "/graphql/", "/files/x", "/graphiql/page.js"])
def test_every_answer_has_an_id_of_its_own_and_none_is_taken_from_the_client(client: TestClient, path: str) -> None:
    answers = [client.get(path, headers={"x-request-id": "forged"}) for _ in range(2)]
    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == 2
    assert "forged" not in ids
    assert client.post("/health").headers["x-request-id"]


def test_a_socket_has_an_id_too(client: TestClient) -> None:
    with client.websocket_connect("/graphql", subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item] # starlette takes any sequence
        assert dict(socket.extra_headers or [])[b"x-request-id"]


@pytest.mark.parametrize("path", ["/health/", "/uploads/x/", "//evil.example/health/"])
def test_nobody_is_sent_where_the_host_header_says(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"host": "evil.example"}, follow_redirects=False)
    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_what_no_endpoint_answers_is_said_as_data(client: TestClient) -> None:
    refused = client.delete("/health")
    assert refused.status_code == 405
    assert refused.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"
    assert "GET" in refused.headers["allow"]


def test_a_fault_outside_any_answer_of_ours_is_json_with_an_id_that_is_in_the_log(
    installation: Installation, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(installation.accounts), "identify", lambda *_: 1 // 0)
    with TestClient(create_app(installation.services), raise_server_exceptions=False) as client:
        answer = client.post("/graphql", json=QUERY, headers={"authorization": "Bearer x"})
    (error,) = answer.json()["errors"]
    assert answer.status_code == 500
    assert error["extensions"]["id"] == answer.headers["x-request-id"]
    (line,) = [line for line in told(lines) if line.get("request_id") == error["extensions"]["id"]]
    assert "ZeroDivisionError" in line["event"]
    assert (line["level"], line["logger"]) == ("error", "api.server.errors")


# The lines themselves


def log_of(form: LogForm, clock: Callable[[], float] = lambda: 0.0) -> tuple[logging.Logger, io.StringIO, Lines]:
    stream = io.StringIO()
    handler = Lines(stream, clock)
    handler.setFormatter(formatter(form))
    log = logging.Logger("zhenduan.test")  # noqa: LOG001 - one of its own, which no other test sees
    log.addHandler(handler)
    return log, stream, handler


def test_a_line_says_when_how_grave_who_and_what() -> None:
    log, stream, _ = log_of(LogForm.JSON)
    log.warning("有误 %s", 7)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["logger"]) == ("有误 7", "warning", "zhenduan.test")
    assert line["timestamp"].endswith("Z")
    log, stream, _ = log_of(LogForm.CONSOLE)
    log.warning("有误 %s", 7)
    for part in ("Z", "warning", "zhenduan.test", "有误 7"):
        assert part in stream.getvalue()


def test_what_comes_again_is_said_once_and_then_counted() -> None:
    now = 0.0
    log, stream, handler = log_of(LogForm.JSON, lambda: now)
    for _ in range(500):
        log.error("away")
    assert len(stream.getvalue().splitlines()) == 1
    now = 61.0
    log.info("another")
    counted = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["event"], line.get("again")) for line in counted] == [("away", None), ("away", 499), ("another", None)]
    for number in range(1_000):
        log.info("token %s refused", number)
    assert len(stream.getvalue().splitlines()) == 3 + logs.MOST_ALIKE
    handler.close()
    assert json.loads(stream.getvalue().splitlines()[-1])["again"] == 1_000 - logs.MOST_ALIKE


def test_what_is_remembered_of_lines_is_bounded() -> None:
    log, _, handler = log_of(LogForm.JSON)
    for number in range(3 * logs.MOST_WINDOWS):
        log.info(f"made up {number}")  # noqa: G004 - a line that no template bounds
    assert len(handler._repeats._windows) <= logs.MOST_WINDOWS  # noqa: SLF001 - the bound


@pytest.mark.parametrize("form", LogForm)
def test_no_text_passes_for_a_line_of_ours_or_steers_a_terminal(form: LogForm) -> None:
    log, stream, _ = log_of(form)
    log.warning("refused: %s", "x\n2026-01-01T00:00:00Z [error] forged\x1b[2J\r")
    assert "\x1b[2J" not in stream.getvalue()
    assert not any(line.startswith("2026-01-01T00") for line in stream.getvalue().splitlines())


def test_the_form_is_a_setting_and_an_unknown_one_is_refused() -> None:
    assert from_environment(environment={}).log is LogForm.CONSOLE
    assert from_environment(environment={"ZHENDUAN_LOG": "json"}).log is LogForm.JSON
    with pytest.raises(SettingUnknown, match="json"):
        from_environment(environment={"ZHENDUAN_LOG": "xml"})
