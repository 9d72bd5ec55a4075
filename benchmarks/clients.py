"""Clients 测量用客户端 that ask a server as fast as it answers, or at a rate, from processes of their own that load little else."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

import orjson

IN_TIME = 2.0
"""Seconds from when a request was due within which its answer counts."""
FIRM = "uscc name district { code } industry { code } employees revenueWan sizeClass aboveScale"
CASE = "campaign status version answered"
OURS = f"""query Page($first: Int!) {{
  enterprises(first: $first) {{
    nodes {{ id {FIRM} diagnosis {{ id {CASE} provider {{ id name }} }} }}
  }}
}}"""


def tagged(port: int, query: str, variables: Mapping[str, Any], token: str, tag: str = "") -> bytes:
    """The same by GET, of who has an answer with a tag; empty = of who has none."""
    address = urlencode({"query": query, "variables": orjson.dumps(variables).decode()})
    head = [
        f"GET /graphql?{address} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Accept: application/json",
        f"Authorization: Bearer {token}",
        *([f"If-None-Match: {tag}"] if tag else []),
    ]
    return "\r\n".join([*head, "", ""]).encode()


def message(port: int, query: str, variables: Mapping[str, Any], token: str | None) -> bytes:
    """The whole HTTP request, sent again and again."""
    body = orjson.dumps({"query": query, "variables": variables})
    head = [
        "POST /graphql HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        "Accept: application/json",
        f"Content-Length: {len(body)}",
        *([f"Authorization: Bearer {token}"] if token else []),
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def _one_client(port: int, sent: bytes, until: float, done: list[int]) -> None:
    """One connection that asks as soon as it was answered, once at least."""
    count = 0
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb", 1 << 17) as reader:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while not count or time.monotonic() < until:
            connection.sendall(sent)
            status = reader.readline()
            if b" 200 " not in status and b" 304 " not in status:
                raise RuntimeError(status.decode())
            length = 0
            while (line := reader.readline()) != b"\r\n":
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if len(reader.read(length)) != length or (not length and b" 200 " in status):
                raise RuntimeError("an answer was cut short")
            count += 1
    done.append(count)


def load(port: int, sent: bytes, seconds: float, connections: int) -> tuple[int, float]:
    """Requests over some connections, and the seconds that they took."""
    done: list[int] = []
    before = time.monotonic()
    threads = [
        threading.Thread(target=_one_client, args=(port, sent, before + seconds, done)) for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(done) < connections:
        raise RuntimeError("a connection failed")
    return sum(done), time.monotonic() - before


@dataclass
class Found:
    """What became of the requests of one rate 测得. waits: seconds from due to answered, of those in time.

    processor: seconds that asking took of the clients' own process; behind: by which it sent the last of a hundred too late.
    """

    due: int = 0
    refused: int = 0
    late: int = 0
    lost: int = 0
    seconds: float = 0.0
    processor: float = 0.0
    behind: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def goodput(self) -> float:
        """Requests answered in time, a second."""
        return len(self.waits) / self.seconds

    def percentile(self, of: int) -> float:
        """Milliseconds within which so many of a hundred of them were answered."""
        return quantiles(self.waits, n=100)[of - 1] * 1e3 if len(self.waits) > 1 else float("nan")


class Line:
    """One connection that stays open between requests."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, sent: bytes) -> int:
        """The status of the answer, which is read whole."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 22)
            reader, writer = self._streams
            writer.write(sent)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            size = int(head.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
            await reader.readexactly(size)
        except (OSError, asyncio.IncompleteReadError):
            self._streams = None
            return 0
        return int(head[9:12])

    async def close(self) -> None:
        """End it."""
        if self._streams is not None:
            self._streams[1].close()


async def _closed(port: int, sent: Sequence[bytes], seconds: float, clients: int) -> Found:
    """Clients that ask again as soon as they were answered."""
    found, began = Found(), time.monotonic()

    async def client() -> None:
        line = Line(port)
        while time.monotonic() < began + seconds:
            at = time.monotonic()
            found.due += 1
            status = await line.ask(sent[found.due % len(sent)])
            if status == 200:  # noqa: PLR2004 - HTTP's own number
                found.waits.append(time.monotonic() - at)
            else:
                found.refused += 1
        await line.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    found.seconds = time.monotonic() - began
    return found


async def _open(port: int, sent: Sequence[bytes], seconds: float, rate: float, connections: int) -> Found:
    """Requests that come at a rate, whatever becomes of those before; lost: no connection was free for one."""
    found, began = Found(), time.monotonic()
    free = [Line(port) for _ in range(connections)]
    lines, tasks = list(free), set[asyncio.Task[None]]()
    spent, behind = time.process_time(), list[float]()

    async def one(due: float, what: bytes, line: Line) -> None:
        behind.append(time.monotonic() - due)
        status = await line.ask(what)
        wait = time.monotonic() - due
        free.append(line)
        if status != 200:  # noqa: PLR2004 - HTTP's own number
            found.refused += 1
        elif wait > IN_TIME:
            found.late += 1
        else:
            found.waits.append(wait)

    while (now := time.monotonic()) < began + seconds:
        while found.due < (now - began) * rate:
            due = began + found.due / rate
            if free:
                task = asyncio.create_task(one(due, sent[found.due % len(sent)], free.pop()))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            else:
                found.lost += 1
            found.due += 1
        await asyncio.sleep(0.002)
    found.seconds = time.monotonic() - began
    found.processor = time.process_time() - spent
    found.behind = quantiles(behind, n=100)[98] if len(behind) > 1 else 0.0
    await asyncio.wait(tasks, timeout=IN_TIME) if tasks else None
    for line in lines:
        await line.close()
    return found


def as_from_elsewhere() -> None:
    """Have this process come first, where that is allowed: a client's own machine does not wait for the one that is measured."""
    with suppress(PermissionError):
        os.nice(-10)


def closed(port: int, sent: Sequence[bytes], seconds: float, clients: int) -> Found:
    """As `_closed`, for a process of its own."""
    return asyncio.run(_closed(port, sent, seconds, clients))


def opened_loop(port: int, sent: Sequence[bytes], seconds: float, rate: float, connections: int) -> Found:
    """As `_open`, likewise."""
    return asyncio.run(_open(port, sent, seconds, rate, connections))


