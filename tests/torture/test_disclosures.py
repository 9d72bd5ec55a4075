"""Kills while answers leave (plan P7): whatever answer a client holds, its row is on the disk. KILLS kills an engine."""

import json
import os
import signal
import threading
import time
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random

import pytest

from domain.access import Everything
from journal.disclosure_log.disclosure_log import broken
from journal.disclosure_log.stores import open_disclosures
from projections.record.disclosures import disclosures
from tests.forkserver import FORKSERVER
from tests.live_city import build_city
from tests.torture.answering import answer_requests

KILLS = int(os.environ.get("KILLS", "3"))
SEED = int(os.environ.get("SEED", "20230728"))
CLIENTS = 4
LONGEST_LIFE_SECONDS = 1.0
QUERY = '{"query": "{ enterprises { nodes { id revenueWan } } }"}'


def ask(port: int, token: str, answered: list[str], stop: threading.Event) -> None:
    """Ask until the server is gone; note an answer only when all of it has come."""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        while not stop.is_set():
            try:
                connection.request("POST", "/graphql", QUERY, headers)
                held = json.loads(connection.getresponse().read())
            except (OSError, HTTPException, ValueError):
                return
            assert "errors" not in held, held
            answered.append(held["data"]["enterprises"]["nodes"][0]["id"].partition("/")[2])


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_every_answer_that_a_client_holds_has_its_row_whenever_the_server_is_killed(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = "sqlite:///" if engine == "sqlite" else request.getfixturevalue("database")
    tokens = build_city(tmp_path / "city", url)
    log_url = f"sqlite:///{tmp_path / 'city' / 'disclosures.db'}" if engine == "sqlite" else url
    chance = Random(SEED)  # noqa: S311 - reproducible moments
    answered: list[str] = []
    for _ in range(KILLS):
        ready = FORKSERVER.Queue()
        server = FORKSERVER.Process(target=answer_requests, args=(tmp_path / "city", url, ready))
        server.start()
        port, stop = ready.get(timeout=60), threading.Event()
        clients = [
            threading.Thread(target=ask, args=(port, tokens["district"], answered, stop)) for _ in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        before, deadline = len(answered), time.monotonic() + 30
        while len(answered) == before and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
        server.kill()
        server.join()
        stop.set()
        for client in clients:
            client.join()
        assert server.exitcode == -signal.SIGKILL
        server.close()
    log = open_disclosures(log_url)
    with log.reading() as connection:
        rows = disclosures(connection, Everything(), 1_000_000)
        assert list(broken(connection)) == []
    log.close()
    assert len(answered) > KILLS
    assert {firm.firm for row in rows for firm in row.disclosed} == set(answered)
    assert len(rows) >= len(answered), "an answer left without its row"
    assert len(rows) <= len(answered) + KILLS * CLIENTS, "only an answer that a kill cut off has a row and no reader"
