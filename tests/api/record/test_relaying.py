"""The relay into NATS JetStream, against a real server: each public event once and in order, though both are killed (plan P8)."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import nats
import orjson
import pytest
from nats.js.api import ConsumerConfig
from starlette.testclient import TestClient

from api.app import create_app
from tests.api.conftest import Built, lived_in
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, LiveCity
from zhenduan.background.relaying import POSITION, STREAM

PLACES = {f"enterprise/{ENTERPRISE}": "310117", f"enterprise/{OTHER_ENTERPRISE}": "310115"}
NATS_SERVER = str(Path(sys.executable).parent / "nats-server")


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A process that is killed in the end, as by a fault of its machine."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as started:  # noqa: S603 - ours
        try:
            yield started
        finally:
            if started.poll() is None:
                started.send_signal(signal.SIGKILL)


class Nats:
    """A server of JetStream over one folder, and what lies in its stream."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = int(found.getsockname()[1])
        self.command = (NATS_SERVER, "-js", "-a", "127.0.0.1", "-p", str(self.port), "-sd", str(folder))
        self.address = f"nats://127.0.0.1:{self.port}"

    def messages(self) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
        """Subject, event and headers of each message, as a durable consumer replays them from the beginning."""
        return asyncio.run(self._messages())

    async def _messages(self) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
        connection = await nats.connect(self.address)
        try:
            stream = connection.jetstream()
            whole = (await stream.stream_info(STREAM)).state.messages
            reader = await stream.pull_subscribe("zhenduan.>", stream=STREAM, config=ConsumerConfig(inactive_threshold=30))
            found = []
            while len(found) < whole:
                found += await reader.fetch(min(100, whole - len(found)), timeout=5)
            return [(one.subject, orjson.loads(one.data), dict(one.headers or {})) for one in found]
        finally:
            await connection.close()

    async def purged(self) -> None:
        """Everything that lies in the stream is deleted."""
        connection = await nats.connect(self.address)
        await connection.jetstream().purge_stream(STREAM)
        await connection.close()


def told(city: LiveCity) -> list[dict[str, Any]]:
    """What a key of the whole city is told."""
    issued = city.installation.accounts.issue_partner_key("erp", "*", timedelta(days=1))
    headers = {"authorization": f"Bearer {issued.token}"}
    found: list[dict[str, Any]] = TestClient(create_app(city.installation.services)).get("/events", headers=headers).json()
    return found


def relaying(city: LiveCity, server: Nats, *more: str) -> tuple[str, ...]:
    given = ("--data", str(city.installation.services.blobs.folder.parent), "relay", "--to", server.address, *more)
    return (sys.executable, "-m", "zhenduan", *given)


def until(server: Nats, count: int) -> list[tuple[str, dict[str, Any], dict[str, str]]]:
    found: list[Any] = []
    for _ in range(150):
        try:
            found = server.messages()
        except (nats.errors.Error, OSError):
            found = []
        if len(found) >= count:
            break
        time.sleep(0.2)
    return found


@pytest.fixture
def city(built: Callable[..., Built], copied: Callable[[Built, Path], Built], tmp_path: Path) -> Iterator[LiveCity]:
    """On one engine: what is read is the feed's, which is tried on both."""
    with lived_in(copied(built("sqlite", None), tmp_path / "city")) as opened:
        yield opened


@pytest.fixture
def server(tmp_path: Path) -> Nats:
    return Nats(tmp_path / "nats")


def test_each_event_lies_in_the_stream_once_and_in_order_though_both_are_killed(city: LiveCity, server: Nats) -> None:
    with running(*relaying(city, server)):  # begins before there is a server of NATS
        with running(*server.command):
            until(server, len(told(city)))
        city.opened()  # while it is away
        with running(*server.command):
            until(server, len(told(city)))
    with running(*server.command), running(*relaying(city, server)):
        found = until(server, len(told(city)))
        assert [event for _, event, _ in found] == told(city)
        for subject, event, headers in found:
            assert headers["Nats-Msg-Id"] == headers[POSITION] == event["id"]
            kind = event["type"].partition(".")[0]
            place = {"standard": "city", "diagnosis": "310117"}.get(kind, PLACES.get(event["subject"]))
            assert subject == f"zhenduan.{kind}.{place}"


def test_where_the_stream_cannot_say_where_to_go_on_the_relay_asks_and_takes_a_cursor(city: LiveCity, server: Nats) -> None:
    whole = told(city)
    with running(*server.command):
        with running(*relaying(city, server)):
            assert len(until(server, len(whole))) == len(whole)
        asyncio.run(server.purged())
        with running(*relaying(city, server)) as lost:
            assert lost.wait(30) == 1
            assert lost.stderr is not None
            assert "--after" in lost.stderr.read()
        city.opened()
        more = told(city)[len(whole) :]  # what lay there within the server's window it takes no second time
        with running(*relaying(city, server, "--after", whole[-1]["id"])):
            assert [event for _, event, _ in until(server, len(more))] == more
