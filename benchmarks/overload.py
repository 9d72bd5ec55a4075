"""Overload 过载: what is still answered in time when three times as much is asked for as can be done, and who waits for strangers.

First eight clients that ask again as soon as they were answered say what the server can do. Then requests come at fixed rates,
whatever becomes of those before, from clients that heed no Retry-After: what counts is what was answered within two seconds of
the moment it was due. At last two dozen strangers ask for introspection in ever new words, without pause, beside one reader.
Over the loopback alone, for a bounded time, from a process of its own.

Run: python -m benchmarks.overload [--engine sqlite|postgres] [--seconds N] [--rounds N] [--sessions N] [--connections N]
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles

import orjson

from benchmarks.measuring import postgres
from benchmarks.page import OURS, ROWS, build, free_port, message, server
from domain.access import Role
from zhenduan.demo.city import open_demo
from zhenduan.limits import limits_of
from zhenduan.serving import serve
from zhenduan.settings import Settings
from zhenduan.wiring import opened

IN_TIME = 2.0
GOAL = 0.9
RATES = (0.5, 1.0, 1.5, 2.0, 3.0)
STRANGERS = 24


@dataclass
class Found:
    """What became of the requests of one rate 测得. waits: seconds from due to answered, of those in time."""

    due: int = 0
    refused: int = 0
    late: int = 0
    lost: int = 0
    seconds: float = 0.0
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

    async def one(due: float, what: bytes, line: Line) -> None:
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
    await asyncio.wait(tasks, timeout=IN_TIME) if tasks else None
    for line in lines:
        await line.close()
    return found


def closed(port: int, sent: Sequence[bytes], seconds: float, clients: int) -> Found:
    """As `_closed`, for a process of its own."""
    return asyncio.run(_closed(port, sent, seconds, clients))


def opened_loop(port: int, sent: Sequence[bytes], seconds: float, rate: float, connections: int) -> Found:
    """As `_open`, likewise."""
    return asyncio.run(_open(port, sent, seconds, rate, connections))


def _stranger(port: int, number: int) -> bytes:
    """The schema asked for in words that nobody used before."""
    parts = "name kind fields { name args { name type { name ofType { name } } } type { name ofType { name ofType { name } } } }"
    query = f"query Q{number} {{ a{number}: __schema {{ types {{ {parts} }} }} }}"
    body = orjson.dumps({"query": query})
    head = ["POST /graphql HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


def children() -> set[int]:
    """Processes that this one started."""
    own = os.getpid()
    return set(map(int, Path(f"/proc/{own}/task/{own}/children").read_text("ascii").split()))


def processor(process: int) -> float:
    """Seconds of the processor that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(port: int, process: int, tokens: Sequence[str], seconds: float, rounds: int, connections: int) -> None:
    """Print what is answered at each rate, and the reader's wait without strangers and with them.

    The rates take turns, so that the machine's mood hits all; of each the median round counts.
    """
    sent = [message(port, OURS, token) for token in tokens]
    with get_context("spawn").Pool(2) as clients:
        clients.apply(closed, (port, sent, 1.0, len(sent)))  # every token is known, and every statement prepared
        able = clients.apply(closed, (port, sent, seconds, 8))
        print(f"\na page of {ROWS} enterprises; eight clients: {able.goodput:,.0f} a second, median {able.percentile(50):,.0f} ms")
        print("  asked   in time   refused   late   lost   median     99 %   processor a page")
        goodput: dict[float, list[float]] = {times: [] for times in RATES}
        costs: dict[float, list[float]] = {times: [] for times in RATES}
        for _ in range(rounds):
            for times in RATES:
                before = processor(process)
                found = clients.apply(opened_loop, (port, sent, seconds, times * able.goodput, connections))
                goodput[times].append(found.goodput)
                costs[times].append((processor(process) - before) / max(len(found.waits), 1) * 1e3)
                print(
                    f"  {times:>4.1f}× {found.goodput:>8,.0f}/s {found.refused:>7,} {found.late:>6,} {found.lost:>6,}"
                    f" {found.percentile(50):>6,.0f} ms {found.percentile(99):>6,.0f} ms {costs[times][-1]:>8.1f} ms"
                )
        peak = max(map(median, goodput.values()))
        ratio = median(goodput[3.0]) / peak
        print(f"  at 3× the capacity / the peak: {ratio:.2f}  goal ≥ {GOAL}: {'met' if ratio >= GOAL else 'MISSED'}")
        cheapest = min(median(costs[times]) for times in RATES if times >= 1)
        print(f"  the same by pages for each second of the server's processor: {cheapest / median(costs[3.0]):.2f}")
        alone = clients.apply(closed, (port, sent[:1], seconds, 1))
        words = [_stranger(port, number) for number in range(2_000)]
        strangers = clients.apply_async(closed, (port, words, seconds + 1, STRANGERS))
        time.sleep(0.5)
        beside = clients.apply(closed, (port, sent[:1], seconds, 1))
        answered = strangers.get()
    print(f"\none reader alone: median {alone.percentile(50):,.1f} ms, 99 % {alone.percentile(99):,.0f} ms")
    print(
        f"beside {STRANGERS} strangers: median {beside.percentile(50):,.1f} ms, 99 % {beside.percentile(99):,.0f} ms; "
        f"of the strangers {len(answered.waits)} were answered and {answered.refused:,} told to come back"
    )


def main() -> None:
    """Build a city, serve it, ask for too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sessions", type=int, default=64)
    parser.add_argument("--connections", type=int, default=400)
    parser.add_argument("--serve", nargs=2, metavar=("FOLDER", "PORT"))
    given = parser.parse_args()
    if given.serve:
        settings = Settings(Path(given.serve[0]), os.environ.get("OVERLOAD_DATABASE") or None, limits=limits_of(os.environ))
        sys.exit(serve(settings, "127.0.0.1", int(given.serve[1]), project=False))
    if not 0 < given.seconds <= 60 or not 0 < given.connections <= 1_000:  # noqa: PLR2004 - this is no tool to attack with
        parser.error("at most 60 seconds a rate and 1,000 connections")
    with tempfile.TemporaryDirectory() as folder, postgres() if given.engine == "postgres" else nullcontext("") as address:
        data = Path(folder) / "city"
        with opened(Settings(data, address or None), demo=True) as installation:
            build(installation)
            login = next(one for one in open_demo(installation.services, installation.accounts) if one.role is Role.DISTRICT)
            sessions = [installation.accounts.sign_in(login.login, login.password) for _ in range(given.sessions)]
        port = free_port()
        command = [sys.executable, "-m", "benchmarks.overload", "--serve", str(data), str(port)]
        before = children()
        with server(command, port, {"OVERLOAD_DATABASE": address}):
            (process,) = children() - before
            tokens = [one.token for one in sessions if one is not None]
            measure(port, process, tokens, given.seconds, given.rounds, given.connections)


if __name__ == "__main__":
    main()
