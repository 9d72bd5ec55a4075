"""Subscribers 订阅者: how long after a fact is committed many live subscriptions of one process have it, and what each holds.

The subscribers live on the server's cores, in a process of their own, each a plain socket with an event stream. The peer is one of
them alone, with the same server: what a subscription takes when nobody else waits.
"""

import resource
import selectors
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult
from pathlib import Path
from statistics import median, quantiles
from threading import Barrier, BrokenBarrierError

import psutil

from benchmarks.clients import message
from benchmarks.measuring import NAMES, Bench, Compared, say
from benchmarks.serving import ours, server, spent_by
from benchmarks.webhooks import burst
from tests import live_city
from zhenduan.limits import CONNECTIONS, CONNECTIONS_PER_SOURCE

SECONDS_GOAL = 1.0
ASKED = 'subscription { publicEvents(kind: ["enterprise"]) { id type subject version } }'
FIRST_FIRM = 1_000
OPENED_AT_ONCE = 16
"""Fewer than one session may have waiting."""
OPENED_WITHIN = 900.0
"""Seconds that all may take to begin, and one of them to be let in."""
EVENT = b"event: next"
FILES_OF_ITS_OWN = 100
"""That a server may have opened meanwhile, of databases and the like."""
RESTS_FOR, RESTS_PERCENT = 0.5, 30.0
"""Seconds for which a server that has let go of everyone takes no more than so much of a core."""


@dataclass(frozen=True)
class Sizes:
    """facts: committed one after another, `apart` seconds between them."""

    subscribers: int = 10_000
    facts: int = 5
    apart: float = 5.0
    within: float = 120.0


SIZES = Sizes()
SMOKE = Sizes(subscribers=5, facts=2, apart=0.2, within=30.0)


def _opened(port: int, sent: bytes) -> socket.socket:
    """A connection whose stream has begun."""
    line = socket.create_connection(("127.0.0.1", port), timeout=OPENED_WITHIN)
    line.sendall(sent)
    head = b""
    while b"\r\n\r\n" not in head:
        head += line.recv(4_096) or b"closed\r\n\r\n"
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(head.decode())
    line.setblocking(False)
    return line


def arrivals(port: int, sent: bytes, subscribers: int, facts: int, within: float, ready: Barrier) -> list[list[float]]:
    """When each of so many subscribers had each fact, by the clock; `ready` is met once all of them wait.

    Plain sockets and one selector, so that the clients take little of the cores that they share with the server.
    """
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    sent = sent.replace(b"Accept: application/json", b"Accept: text/event-stream")
    try:
        with ThreadPoolExecutor(OPENED_AT_ONCE) as opening:
            lines = list(opening.map(lambda _: _opened(port, sent), range(subscribers)))
    except BaseException:
        ready.abort()
        raise
    ready.wait()
    with selectors.DefaultSelector() as selector:
        times, rest = {line: list[float]() for line in lines}, dict.fromkeys(lines, b"")
        for line in lines:
            selector.register(line, selectors.EVENT_READ)
        waiting, deadline = len(lines), time.monotonic() + within
        while waiting and time.monotonic() < deadline:
            for key, _ in selector.select(1.0):
                line: socket.socket = key.fileobj  # type: ignore[assignment] # as registered
                if not (data := line.recv(65_536)):
                    raise RuntimeError("a stream has ended")
                found = times[line]
                before, now = len(found), time.time()
                found += [now] * (rest[line] + data).count(EVENT)
                rest[line] = data[1 - len(EVENT) :]  # an event may come in two pieces
                waiting -= before < facts <= len(found)
    if waiting:
        raise RuntimeError(f"{waiting} have not had every fact within {within:g} seconds")
    for line in lines:
        line.close()
    return [found[:facts] for found in times.values()]


def until_ready(ready: Barrier, coming: AsyncResult[list[list[float]]], seconds: float) -> None:
    """Meet the subscribers once all of them wait; what became of them instead is raised."""
    try:
        ready.wait(seconds)
    except BrokenBarrierError:
        coming.get(1)
        raise


def let_go(api: int, files: int, within: float) -> float:
    """Seconds until the server has closed the connections of all who left, and rests.

    Raises:
        RuntimeError: it does not in time.
    """
    server, began = psutil.Process(api), time.monotonic()
    while server.num_fds() > files or server.cpu_percent(RESTS_FOR) > RESTS_PERCENT:
        if time.monotonic() > began + within:
            raise RuntimeError(f"{server.num_fds()} files are open after {within:g} seconds")
    return time.monotonic() - began - RESTS_FOR


def waits(committed: Sequence[float], found: Sequence[Sequence[float]]) -> list[float]:
    """Seconds from each commit to each subscriber's having it."""
    return [came - at for one in found for at, came in zip(committed, one, strict=True)]


def p99(seconds: Sequence[float]) -> float:
    """Seconds within which 99 of a hundred came."""
    return quantiles(seconds, n=100, method="inclusive")[98]


def measured(engine: str, data: Path, url: str, sizes: Sizes) -> Iterator[Compared]:
    """One subscriber, then all of them, on one engine."""
    tokens = live_city.build_city(data, url)
    places = str(sizes.subscribers + 100)
    environment = {CONNECTIONS: places, CONNECTIONS_PER_SOURCE: places}
    environment |= {} if url.startswith("sqlite") else {"ZHENDUAN_DATABASE": url}
    spawned, found = get_context("spawn"), list[list[float]]()
    with (
        live_city.open_city(data, url, tokens) as city,
        server(ours(data, project="apart"), environment) as (api, port),
        spawned.Manager() as shared,
        spawned.Pool(1) as client,
    ):
        sent = message(port, ASKED, {}, tokens["city"])
        for subscribers in (1, sizes.subscribers):
            ready, held, spent = shared.Barrier(2), psutil.Process(api).memory_info().rss, spent_by(api)
            files = psutil.Process(api).num_fds()
            coming = client.apply_async(arrivals, (port, sent, subscribers, sizes.facts, sizes.within, ready))
            until_ready(ready, coming, OPENED_WITHIN)
            holds, opening = psutil.Process(api).memory_info().rss - held, spent_by(api) - spent
            time.sleep(sizes.apart)
            committed = list[float]()
            for number in range(sizes.facts):
                burst(city, 1, FIRST_FIRM * subscribers + number)
                committed.append(time.time())
                time.sleep(sizes.apart)
            found.append(waits(committed, coming.get(sizes.within + sizes.facts * sizes.apart)))
            took = spent_by(api) - spent - opening
            say(f"\n{NAMES[engine]}: {subscribers:,} subscribers, {holds / subscribers / 1024:,.1f} KiB each")
            say(f"  {opening:,.1f} s of the server to open them, then {took:,.1f} s")
            say(f"  let go of all that left in {let_go(api, files + FILES_OF_ITS_OWN, sizes.within):.1f} s")
            say(f"  median {median(found[-1]):.3f} s, 99 % within {p99(found[-1]):.3f} s")
    alone, beside = (p99(one) for one in found)
    where = f"{NAMES[engine]}, {sizes.subscribers:,} subscribers"
    note = f"{beside:.3f} s; one alone {alone:.3f} s"
    yield Compared(f"99 % have a fact after its commit, {where}", "1 s", SECONDS_GOAL / beside, goal=1.0, note=note)


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """The subscribers of each engine."""
    for engine in bench.served_on:
        with tempfile.TemporaryDirectory() as place:
            data = Path(place) / "city"
            with bench.postgres() if engine == "postgres" else nullcontext(f"sqlite:///{data}/journal.db") as url:
                yield from measured(engine, data, url, sizes)
