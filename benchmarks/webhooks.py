"""Webhooks 推送: a burst of public events to many live receivers, as the program that folds and sends takes it, beside the API.

The receivers' filters let about five deliveries an event through. The program is the `project` process, the API a server beside
it; receivers and clients live on the same cores, in processes of their own, over the loopback. The peer is one HTTP post an
event by the same client library, a connection each, from one process that judges nothing, signs nothing and writes nothing down.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_network
from multiprocessing import get_context
from pathlib import Path

import orjson

from api.server.operations import Operations
from benchmarks.clients import as_from_elsewhere, message, opened_loop
from benchmarks.measuring import NAMES, Bench, Compared, Processor, Work, say
from benchmarks.receivers import Receivers, receiving
from benchmarks.serving import ours, server, spent_by
from domain.kernel import name_of
from domain.participants.enterprises import EnterpriseRegistered, EnterpriseRevised
from interop.code_lists import districts
from journal.codec import encode
from journal.entries import NewEntry
from tests import live_city
from tests.live_city import DOCUMENTS, FIRM, RIGHTS, SCHEMA, LiveCity
from zhenduan.egress import EGRESS_NETWORKS, EGRESS_PLAIN, Egress

RATE_GOAL = 500.0
P99_GOAL = 0.5
PARTNERS_HAVE = 20
EVENTS_OF_A_FIRM = 4
AT_ONCE = 1_000
LOOPBACK = Egress((ip_network("127.0.0.0/8"),), plain=True)
SENDING = {EGRESS_NETWORKS: "127.0.0.0/8", EGRESS_PLAIN: "yes"}
ACTIVE = "{ webhookEndpoints(first: 100) { nodes { status } } }"
ASKED = "{ enterprises(first: 10) { nodes { id name district { code } } } }"


@dataclass(frozen=True)
class Sizes:
    """events: of the burst. seconds: for which the API is asked, alone and beside it, at `rate` a second. posts: of the peer."""

    events: int = 10_000
    receivers: int = 50
    seconds: float = 20.0
    rate: float = 20.0
    posts: int = 2_000


SIZES = Sizes()
SMOKE = Sizes(events=40, receivers=3, seconds=0.5, rate=10.0, posts=20)


def districts_wanted(receivers: int) -> list[list[str]]:
    """The districts of each filter, so that an event of any passes about one in ten of them."""
    codes = sorted(one.code for one in districts().districts)
    chance = random.Random(14)  # noqa: S311 - which districts, repeatable
    return [sorted(chance.sample(codes, 2 if number % 5 < 3 else 1)) for number in range(receivers)]  # noqa: PLR2004 - 1.6 of 16


def burst(city: LiveCity, events: int, begun: int) -> Counter[str]:
    """Write events of firms all over the city, those of a firm in turn with others'; how many of each district."""
    codes, found, batch = sorted(one.code for one in districts().districts), Counter[str](), list[NewEntry]()
    firms = max(events // EVENTS_OF_A_FIRM, 1)
    journal = city.installation.services.journal
    for number in range(events):
        version, which = divmod(number, firms)
        district = codes[which % len(codes)]
        name = f"示例{begun + which:06d}有限公司"
        changed = {"name": name, "uscc": f"91310000{begun + which:09d}X", "district": district, "employees": 100 + version}
        firm = FIRM.model_copy(update={**changed, "subdistrict": None, "park": None, "group": None, "reporting_unit": None})
        fact = EnterpriseRevised(year=2024, firm=firm) if version else EnterpriseRegistered(year=2024, firm=firm)
        stream = f"enterprise/{begun + which:08x}-0000-4000-8000-000000000000"
        batch.append(NewEntry(stream, version + 1, name_of(type(fact)), encode(fact), "tests", "operator", "platform"))
        found[district] += 1
        if len(batch) == AT_ONCE or number == events - 1:
            journal.append(batch, time.time_ns() // 1000)
            batch = []
    return found


def registered(city: LiveCity, ports: Sequence[int], wanted: Sequence[Sequence[str]]) -> None:
    """An endpoint for each receiver, of as many partners as that takes."""
    services = replace(city.installation.services, plain_endpoints=True, may_be_sent_to=LOOPBACK.permits_host)
    own = replace(city, operations=Operations(services, SCHEMA, RIGHTS, documents=DOCUMENTS))
    for number, (port, codes) in enumerate(zip(ports, wanted, strict=True)):
        partner = f"erp{number // PARTNERS_HAVE}"
        if partner not in own.tokens:
            own.tokens[partner] = city.installation.accounts.issue_partner_key(partner, "*", timedelta(days=1)).token
        url = f"http://127.0.0.1:{port}/"
        own.done(partner, "registerEndpoint", "", url=url, districts=codes, perSecond=1000)


def until(wanted: str, seconds: float, holds: Callable[[], bool]) -> None:
    """Wait until something holds.

    Raises:
        RuntimeError: it does not in time.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not in {seconds:g} seconds: {wanted}")
        time.sleep(0.1)


@contextmanager
def sending(data: Path, environment: Mapping[str, str]) -> Iterator[int]:
    """The program that folds and sends, as a process of its own."""
    command = [sys.executable, "-m", "zhenduan", "--data", str(data), "project"]
    with subprocess.Popen(command, env={**os.environ, **SENDING, **environment}) as started:
        try:
            yield started.pid
        finally:
            started.terminate()


def one_by_one(receivers: Receivers, posts: int) -> Work:
    """The peer: so many posts of one event after another, a client and a connection each."""
    import httpx2  # noqa: PLC0415 - 0.1 s, with the first post

    body = orjson.dumps({"type": "enterprise.changed.v1", "subject": "peer", "data": {"version": 1}})
    authorities = httpx2.create_ssl_context()

    began, spent = time.perf_counter(), time.process_time()
    for number in range(posts):
        port = receivers.ports[number % len(receivers.ports)]
        headers = {"webhook-id": str(number), "content-type": "application/json"}
        httpx2.post(f"http://127.0.0.1:{port}/", content=body, headers=headers, verify=authorities).raise_for_status()
    return Work(posts, time.perf_counter() - began, time.process_time() - spent)


def whole(receivers: Receivers, wanted: Sequence[Sequence[str]], found: Counter[str]) -> tuple[int, float]:
    """How many deliveries came, in how many seconds.

    Raises:
        RuntimeError: one is missing, came in vain, or came behind a later one of its thing.
    """
    every = receivers.report()
    for taken, codes in zip(every, wanted, strict=True):
        expected = sum(found[one] for one in codes)
        if (len(taken.ids), taken.late, taken.requests) != (expected, 0, expected):
            raise RuntimeError(f"{expected} expected: {len(taken.ids)} came, {taken.requests} times, {taken.late} out of order")
    seconds = max(taken.last for taken in every) - min(taken.first for taken in every if taken.ids)
    say(f"  {sum(taken.connections for taken in every):,} connections")
    return sum(len(taken.ids) for taken in every), seconds


def measured(engine: str, data: Path, url: str, receivers: Receivers, sizes: Sizes) -> Iterator[Compared]:
    """The burst on one engine."""
    wanted, database = districts_wanted(sizes.receivers), {} if url.startswith("sqlite") else {"ZHENDUAN_DATABASE": url}
    tokens = live_city.build_city(data, url)
    with live_city.open_city(data, url, tokens) as city, get_context("spawn").Pool(1, as_from_elsewhere) as client:
        with live_city.followed(city):
            registered(city, receivers.ports, wanted)
        with server(ours(data), database) as (api, port), sending(data, database) as sender:
            until("every endpoint active", 120, lambda: _active(city, sizes.receivers))
            asked = (port, [message(port, ASKED, {}, tokens["district"])], sizes.seconds, sizes.rate, 100)
            client.apply(opened_loop, asked)
            alone = client.apply(opened_loop, asked)
            receivers.begin()
            trees = Processor([sender]).of_database(url)
            spent, spent_api, began = [spent_by(one) for one in trees.others], spent_by(api), time.monotonic()
            found = burst(city, sizes.events, 1)
            due = sum(found[one] for codes in wanted for one in codes)
            beside = client.apply(opened_loop, asked)
            until(f"{due:,} deliveries", 60 + due / 20, lambda: receivers.count() >= due)
            time.sleep(1)
            taken = sum(spent_by(one) - before for one, before in zip(trees.others, spent, strict=True))
            took_api = spent_by(api) - spent_api
        count, seconds = whole(receivers, wanted, found)
    work = Work(count, seconds, taken)
    receivers.begin()
    peer = one_by_one(receivers, sizes.posts)
    say(f"\n{NAMES[engine]}: {sizes.events:,} events, {count:,} deliveries to {sizes.receivers} receivers in {seconds:,.1f} s")
    say(f"  {work.rate:,.0f} deliveries/s, {taken / count * 1e3:.2f} ms of the processor each; the API took {took_api:,.1f} s;")
    say(f"  begun {time.monotonic() - began - seconds:,.1f} s before its end; one post after another: {peer.rate:,.0f}/s")
    note = f"{work.rate:,.0f} a second, {taken / count * 1e3:.2f} ms of the processor each; none lost, doubled or out of order"
    where = f"{NAMES[engine]}, {sizes.receivers} receivers"
    yield Compared(f"deliveries a second, {where}", f"{RATE_GOAL:,.0f} a second", work.rate / RATE_GOAL, goal=1.0, note=note)
    thrift = work.thrift / peer.thrift if work.thrift and peer.thrift else None
    yield Compared(f"deliveries, {where}", "one post after another", work.rate / peer.rate, thrift)
    p99 = [one.percentile(99) for one in (alone, beside)]
    middle = f"median {alone.percentile(50):,.1f} and {beside.percentile(50):,.1f}"
    behind = f"asked late by {alone.behind * 1e3:,.1f} and {beside.behind * 1e3:,.1f} ms at most, of 99 %"
    said = f"{p99[0]:,.1f} ms alone, {p99[1]:,.1f} ms beside it, {middle}; {behind}"
    yield Compared(f"99 % of the API's answers beside the burst, {where}", "alone", p99[0] / p99[1], goal=P99_GOAL, note=said)


def _active(city: LiveCity, receivers: int) -> bool:
    nodes = city.data("city", ACTIVE)["webhookEndpoints"]["nodes"]
    return len(nodes) == receivers and all(one["status"] == "ACTIVE" for one in nodes)


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """The burst on each engine."""
    for engine in bench.engines:
        with tempfile.TemporaryDirectory() as place, receiving(sizes.receivers) as receivers:
            data = Path(place) / "city"
            with bench.postgres() if engine == "postgres" else nullcontext(f"sqlite:///{data}/journal.db") as url:
                yield from measured(engine, data, url, receivers, sizes)
