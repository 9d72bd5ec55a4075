"""Receivers 测量用接收端 of webhooks: many in one process of their own, which takes little of the machine that is measured.

Each answers 204 at once and keeps what it needs to say whether anything was lost, doubled or out of order.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection

import orjson

TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
CHALLENGE = "endpoint.challenge.v1"


@dataclass
class Taken:
    """What one receiver took 已收. versions: of each thing, the last; late: events behind a later one of the same thing."""

    ids: set[str] = field(default_factory=set)
    versions: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    connections: int = 0
    late: int = 0
    first: float = 0.0
    last: float = 0.0

    def took(self, identity: str, event: dict[str, object]) -> None:
        """Keep one request."""
        self.last = time.monotonic()
        self.first = self.first or self.last
        self.requests += 1
        if identity in self.ids:
            return
        self.ids.add(identity)
        data, thing = event["data"], str(event["subject"])
        assert isinstance(data, dict)  # noqa: S101 - as every public event has it
        self.late += self.versions.get(thing, 0) >= data["version"]
        self.versions[thing] = data["version"]


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, taken: Taken) -> None:
    taken.connections += 1
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
            event = orjson.loads(await reader.readexactly(int(headers["content-length"])))
            if event["type"] == CHALLENGE:
                said = orjson.dumps({"challenge": event["data"]["challenge"]})
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(said) + said)
            else:
                taken.took(head.lower().split("webhook-id: ", 1)[1].split("\r\n", 1)[0], event)
                writer.write(TAKEN)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _serve(count: int, told: Connection) -> None:
    every = [Taken() for _ in range(count)]

    async def served(taken: Taken) -> asyncio.Server:
        return await asyncio.start_server(lambda reader, writer: _answer(reader, writer, taken), "127.0.0.1", 0)

    servers = [await served(taken) for taken in every]
    told.send([server.sockets[0].getsockname()[1] for server in servers])
    while (asked := await asyncio.to_thread(told.recv)) != "end":
        if asked == "begin":
            every[:] = [taken.__init__() or taken for taken in every]  # type: ignore[func-returns-value, misc] # as new
        told.send(every if asked == "report" else sum(taken.requests for taken in every))


def _run(count: int, told: Connection) -> None:
    asyncio.run(_serve(count, told))


@dataclass(frozen=True)
class Receivers:
    """A process of receivers 接收端进程."""

    process: int
    ports: list[int]
    line: Connection

    def begin(self) -> None:
        """Forget what was taken so far."""
        self._asked("begin")

    def count(self) -> int:
        """How many requests came since."""
        found = self._asked("count")
        assert isinstance(found, int)  # noqa: S101 - what was asked for
        return found

    def report(self) -> list[Taken]:
        """What each took since."""
        found = self._asked("report")
        assert isinstance(found, list)  # noqa: S101 - what was asked for
        return found

    def _asked(self, what: str) -> object:
        self.line.send(what)
        return self.line.recv()


@contextmanager
def receiving(count: int) -> Iterator[Receivers]:
    """So many receivers, each on a port of its own, while the block lasts."""
    context = get_context("spawn")
    own, theirs = context.Pipe()
    process = context.Process(target=_run, args=(count, theirs), daemon=True)
    process.start()
    try:
        yield Receivers(process.pid or 0, own.recv(), own)
    finally:
        own.send("end")
        process.join(10)
