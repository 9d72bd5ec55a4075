"""Overload 过载: what is still answered in time when three times as much is asked for as can be done, and who waits for strangers.

First eight clients that ask again as soon as they were answered say what the server can do. Then requests come at fixed rates,
whatever becomes of those before, from clients that heed no Retry-After: what counts is what was answered within two seconds of
the moment it was due. The clients live on the server's cores: what they take of them, and by how much they sent too late
themselves, is printed beside. At last two dozen strangers ask for introspection in ever new words, without pause, beside a reader.
Over the loopback alone, for a bounded time, from a process of its own.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median

import orjson
import psutil

from benchmarks.cities import built
from benchmarks.clients import OURS, closed, message, opened_loop
from benchmarks.measuring import NAMES, Bench, Compared, say
from benchmarks.serving import ours, server

GOAL = 0.9
RATES = (0.5, 1.0, 1.5, 2.0, 3.0)


@dataclass(frozen=True)
class Sizes:
    """seconds: at one rate. sessions: that ask. connections: open at a time. strangers: beside the reader."""

    seconds: float = 8.0
    rounds: int = 3
    sessions: int = 64
    connections: int = 400
    strangers: int = 24


SIZES = Sizes()
SMOKE = Sizes(seconds=0.2, rounds=1, sessions=2, connections=10, strangers=2)


def _stranger(port: int, number: int) -> bytes:
    """The schema asked for in words that nobody used before."""
    parts = "name kind fields { name args { name type { name ofType { name } } } type { name ofType { name ofType { name } } } }"
    query = f"query Q{number} {{ a{number}: __schema {{ types {{ {parts} }} }} }}"
    body = orjson.dumps({"query": query})
    head = ["POST /graphql HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


def processor(process: int) -> float:
    """Seconds of the processor that a process has taken."""
    taken = psutil.Process(process).cpu_times()
    return taken.user + taken.system


def measured(where: str, port: int, process: int, tokens: Sequence[str], rows: int, sizes: Sizes) -> Iterator[Compared]:
    """What is answered at each rate, and the reader's wait without strangers and with them.

    The rates take turns, so that the machine's mood hits all; of each the median round counts.
    """
    seconds = sizes.seconds
    sent = [message(port, OURS, {"first": rows}, token) for token in tokens]
    with get_context("spawn").Pool(2) as clients:
        clients.apply(closed, (port, sent, min(1.0, seconds), len(sent)))  # every token is known, and every statement prepared
        able = clients.apply(closed, (port, sent, seconds, 8))
        say(f"\na page of {rows} enterprises; eight clients: {able.goodput:,.0f} a second, median {able.percentile(50):,.0f} ms")
        say("  asked   in time   refused   late   lost   median     99 %   processor a page   the clients' own, sent too late")
        goodput: dict[float, list[float]] = {times: [] for times in RATES}
        costs: dict[float, list[float]] = {times: [] for times in RATES}
        for _ in range(sizes.rounds):
            for times in RATES:
                before = processor(process)
                found = clients.apply(opened_loop, (port, sent, seconds, times * able.goodput, sizes.connections))
                goodput[times].append(found.goodput)
                costs[times].append((processor(process) - before) / max(len(found.waits), 1) * 1e3)
                say(
                    f"  {times:>4.1f}× {found.goodput:>8,.0f}/s {found.refused:>7,} {found.late:>6,} {found.lost:>6,}"
                    f" {found.percentile(50):>6,.0f} ms {found.percentile(99):>6,.0f} ms {costs[times][-1]:>8.1f} ms"
                    f"   {found.processor / found.seconds:>8.2f} of a core {found.behind * 1e3:>6,.0f} ms"
                )
        best = max(RATES, key=lambda times: median(goodput[times]))
        most, peak = max(RATES), median(goodput[best])
        spent, least = median(costs[most]), min(median(costs[times]) for times in RATES if times >= 1)
        thrift = least / spent if spent else None
        what = f"pages in time at {most:g} × the capacity, {where}"
        yield Compared(what, "the peak", median(goodput[most]) / peak, thrift, GOAL)
        alone = clients.apply(closed, (port, sent[:1], seconds, 1))
        words = [_stranger(port, number) for number in range(2_000)]
        strangers = clients.apply_async(closed, (port, words, seconds + 1, sizes.strangers))
        time.sleep(min(0.5, seconds))
        beside = clients.apply(closed, (port, sent[:1], seconds, 1))
        answered = strangers.get()
    note = (
        f"median {beside.percentile(50):,.1f} ms and 99 % {beside.percentile(99):,.0f} ms, alone {alone.percentile(50):,.1f} and "
        f"{alone.percentile(99):,.0f}; {len(answered.waits)} strangers answered, {answered.refused:,} told to come back"
    )
    what = f"a reader beside {sizes.strangers} strangers, {where}"
    yield Compared(what, "the reader alone", beside.goodput / alone.goodput, note=note)


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Build a city, serve it, ask for too much; on each engine."""
    if not 0 < sizes.seconds <= 60 or not 0 < sizes.connections <= 1_000:  # noqa: PLR2004 - this is no tool to attack with
        raise ValueError("at most 60 seconds a rate and 1,000 connections")
    for engine in bench.served_on:
        with built(bench, engine, sizes.sessions) as city:
            environment = {"ZHENDUAN_DATABASE": city.settings.database or ""}
            with server(ours(city.settings.data), environment) as (process, port):
                yield from measured(NAMES[engine], port, process, city.districts, city.rows, sizes)
