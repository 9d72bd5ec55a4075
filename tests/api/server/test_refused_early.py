"""Refused early: what is not taken on is told so by the connection, and nobody is answered who has left meanwhile."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson
import pytest
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from api.server.admission import Admission, AdmissionLimits, Lane
from api.server.persisted_documents import PersistedDocuments
from tests.api.small_api import HELD, Held, SmallApi, serving, small_api

FULL = AdmissionLimits(people=1, waiting=1, wait_seconds=30.0)
"""One is at work, and one waits."""


def line(host: str) -> socket.socket:
    name, port = host.split(":")
    return socket.create_connection((name, int(port)), timeout=30)


def request(body: bytes, path: str = "/graphql", method: str = "POST") -> bytes:
    """What a reader sends."""
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer district\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def asked(host: str, body: bytes, path: str = "/graphql", method: str = "POST") -> socket.socket:
    """A connection of a reader who has asked and reads nothing yet."""
    made = line(host)
    made.sendall(request(body, path, method))
    return made


def answer(one: socket.socket) -> int:
    """The status of one answer, which is read whole; the connection stays."""
    said = bytearray()
    while not said.endswith(b"\r\n\r\n"):
        said += one.recv(1) or pytest.fail("no answer came")
    head = said.decode().lower()
    one.recv(int(head.split("content-length: ")[1].split("\r\n")[0]), socket.MSG_WAITALL)
    return int(head.split()[1])


def status(one: socket.socket) -> int:
    with one:
        return answer(one)


def query(text: str) -> bytes:
    return orjson.dumps({"query": text})


class Looked:
    """The program, with what reaches it: the path of each request."""

    def __init__(self, app: Starlette) -> None:
        self.state, self.admission = app.state, app.state.gate.admission
        self.reached = list[str]()
        self.loop: asyncio.AbstractEventLoop | None = None
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.loop = asyncio.get_running_loop()
            self.reached.append(scope["path"])
        await self._app(scope, receive, send)


@contextmanager
def served(folder: Path, limits: AdmissionLimits = FULL) -> Iterator[tuple[SmallApi, str, Looked]]:
    """A server whose reader it knows."""
    with small_api(folder, admission=limits) as api, serving(looked := Looked(api.app)) as host:
        api.reader()
        assert status(asked(host, query("{ hello }"))) == 200
        looked.reached.clear()
        yield api, host, looked


@contextmanager
def at_work(host: str, looked: Looked, *names: str) -> Iterator[list[socket.socket]]:
    """The first is at work until the block ends, the others wait for it."""
    with ExitStack() as stack:
        lines = []
        for place, name in enumerate(names):
            held = HELD[name] = Held()
            stack.callback(held.let_go.set)
            lines.append(stack.enter_context(asked(host, query(f'{{ held(name: "{name}") }}'))))
            while not (len(looked.reached) > place if place else held.begun.is_set()):
                time.sleep(0.01)
        yield lines


def test_of_many_that_come_at_one_moment_only_those_reach_the_program_for_whom_there_is_room(tmp_path: Path) -> None:
    with served(tmp_path) as (_, host, looked), ExitStack() as stack:
        lines = [stack.enter_context(line(host)) for _ in range(20)]
        for one in lines:
            one.sendall(request(query("{ hello }")))
            assert answer(one) == 200
        looked.reached.clear()
        busy, over = threading.Event(), threading.Event()

        def away() -> None:
            busy.set()
            over.wait(30)

        assert looked.loop is not None
        looked.loop.call_soon_threadsafe(away)
        assert busy.wait(30)
        for one in lines:
            one.sendall(request(query("{ slow(seconds: 0.1) }")))
        over.set()  # all of them have come when it looks again
        told = [answer(one) for one in lines]
        assert len(looked.reached) == 2  # one is at work, and one waits
        assert sorted(told) == [200] * 2 + [503] * 18
        assert status(asked(host, query("{ hello }"))) == 200


def test_who_has_too_many_under_way_is_told_so_by_the_connection_and_may_still_command(tmp_path: Path) -> None:
    limits = AdmissionLimits(people=1, of_caller=2, wait_seconds=30.0)
    with served(tmp_path, limits) as (_, host, looked), at_work(host, looked, "first", "second"):
        before = len(looked.reached)
        assert status(asked(host, query("{ hello }"))) == 429
        assert len(looked.reached) == before
        command = asked(host, query("mutation { bump }"))
        queue = looked.admission._pools[Lane.COMMANDS].queues[Lane.COMMANDS]  # noqa: SLF001 - that it waits before the second read
        while not queue:
            time.sleep(0.01)
        HELD["first"].let_go.set()
        assert status(command) == 200


@pytest.mark.parametrize("way", ["by GET", "by the id of a document"])
def test_a_read_that_is_not_taken_on_never_reaches_the_program_however_it_is_asked_for(way: str, tmp_path: Path) -> None:
    with served(tmp_path) as (api, host, looked), at_work(host, looked, "first", "second"):
        before = len(looked.reached)
        if way == "by GET":
            line = asked(host, b"", "/graphql?query=%7B%20hello%20%7D", "GET")
        else:
            documents = PersistedDocuments(tmp_path / "documents")
            api.app.state.gate._persisted = documents  # noqa: SLF001 - where they lie
            line = asked(host, orjson.dumps({"documentId": documents.add("{ hello }")}))
        assert status(line) == 503
        assert len(looked.reached) == before


def test_what_waits_is_not_begun_once_its_client_has_left(tmp_path: Path) -> None:
    limits = AdmissionLimits(people=1, waiting=2, wait_seconds=30.0)
    with served(tmp_path, limits) as (_, host, looked), at_work(host, looked, "work", "gone") as lines:
        lines[1].close()
        HELD["after"] = Held()
        HELD["after"].let_go.set()
        after = asked(host, query('{ held(name: "after") }'))
        while not looked.admission.is_full(Lane.READS):
            time.sleep(0.01)
        HELD["work"].let_go.set()
        assert status(after) == 200
        assert not HELD["gone"].begun.is_set()


def test_a_read_that_would_wait_too_long_at_the_pace_of_now_is_not_taken_on() -> None:
    """The queue has room, and the machine is slow: who came last would be answered after having given up."""

    async def scenario() -> None:
        admission = Admission(AdmissionLimits(people=1, standing_seconds=0.15))
        reads = [asyncio.create_task(admission.run(Lane.READS, "", time.sleep, 0.05)) for _ in range(10)]
        await asyncio.wait(reads[:4])
        assert await asyncio.gather(*reads[:4]) == [None] * 4
        assert admission.is_full(Lane.READS)
        assert not admission.is_full(Lane.COMMANDS)  # they go first
        await asyncio.gather(*reads)
        assert not admission.is_full(Lane.READS)
        await admission.close()

    asyncio.run(scenario())
