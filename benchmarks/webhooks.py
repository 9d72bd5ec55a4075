"""Webhooks 推送: a burst of public events to many live receivers, as the program that folds and sends takes it, beside the API.

The receivers' filters let about five deliveries an event through. The program is the `project` process and the API a server beside
it, or with `programs=1` one server that does all (0, for a small run: threads of this process). Receivers and clients live on the
same cores, in processes of their own, over the loopback. The API is asked in turn without a burst and beside one, and what all
rounds say is put together. The peer is one HTTP post an event by the same client library, a connection each, from one process that
judges, signs and writes down nothing.
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
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from ipaddress import ip_network
from multiprocessing import get_context
from pathlib import Path

import orjson

from api.app import create_app
from api.server.operations import Operations
from benchmarks.clients import Found, as_from_elsewhere, message, opened_loop
from benchmarks.measuring import NAMES, Bench, Compared, Processor, Work, say
from benchmarks.receivers import Receivers, receiving
from benchmarks.serving import ours, server, spent_by
from domain.kernel import name_of
from domain.participants.enterprises import EnterpriseRegistered, EnterpriseRevised
from interop.code_lists import districts
from journal.codec import encode
from journal.entries import NewEntry
from tests import live_city
from tests.api.small_api import serving
from tests.live_city import DOCUMENTS, FIRM, RIGHTS, SCHEMA, LiveCity
from zhenduan.background.delivering import delivering
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
    """events: of each round's burst. seconds: for which the API is asked at a time, at `rate` a second. posts: of the peer."""

    events: int = 10_000
    receivers: int = 50
    rounds: int = 3
    programs: int = 2
    seconds: float = 20.0
    rate: float = 20.0
    posts: int = 2_000


SIZES = Sizes()
SMOKE = Sizes(events=40, receivers=3, rounds=1, programs=0, seconds=0.5, rate=10.0, posts=20)


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
        changed = {
            "name": name,
            "uscc": f"91310000{begun + which:09d}X",
            "district": district,
            "employees": 100 + version,
        }
        firm = FIRM.model_copy(
            update={**changed, "subdistrict": None, "park": None, "group": None, "reporting_unit": None}
        )
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


@contextmanager
def answering(city: LiveCity, data: Path, database: Mapping[str, str], programs: int) -> Iterator[tuple[int, int, int]]:
    """What answers, folds and sends, in so many programs: (the process that answers, its port, the process that sends)."""
    if programs:
        command, is_one = ours(data, project="apart" if programs == 1 else ""), programs == 1
        beside = nullcontext() if is_one else sending(data, database)
        with server(command, {**database, **(SENDING if is_one else {})}) as (api, port), beside as program:
            yield api, port, program or api
        return
    services, own = city.installation.services, os.getpid()
    with live_city.followed(city), serving(create_app(services)) as address, delivering(services, LOOPBACK, seconds=0.05):
        yield own, int(address.rpartition(":")[2]), own


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
            raise RuntimeError(
                f"{expected} expected: {len(taken.ids)} came, {taken.requests} times, {taken.late} out of order"
            )
    seconds = max(taken.last for taken in every) - min(taken.first for taken in every if taken.ids)
    say(f"  {sum(taken.connections for taken in every):,} connections")
    return sum(len(taken.ids) for taken in every), seconds


@dataclass
class Asked:
    """What the API was asked in some rounds 各轮读取. spent: seconds of the processor that its server took meanwhile."""

    every: list[Found] = field(default_factory=list)
    spent: float = 0.0

    def once(self, ask: Callable[[], Found], server: int) -> None:
        """Ask for one more while."""
        before = spent_by(server)
        self.every.append(ask())
        self.spent += spent_by(server) - before

    @property
    def together(self) -> Found:
        """All of it."""
        return Found(
            waits=[wait for one in self.every for wait in one.waits], behind=max(one.behind for one in self.every)
        )

    @property
    def each(self) -> float:
        """Milliseconds of the server's processor for an answer."""
        return self.spent / max(sum(one.due for one in self.every), 1) * 1e3


def measured(engine: str, data: Path, url: str, receivers: Receivers, sizes: Sizes) -> Iterator[Compared]:
    """The burst on one engine."""
    wanted, database = districts_wanted(sizes.receivers), {} if url.startswith("sqlite") else {"ZHENDUAN_DATABASE": url}
    tokens = live_city.build_city(data, url)
    alone, beside, count, seconds, taken = Asked(), Asked(), 0, 0.0, 0.0
    with live_city.open_city(data, url, tokens) as city, get_context("spawn").Pool(1, as_from_elsewhere) as client:
        with live_city.followed(city):
            registered(city, receivers.ports, wanted)
        with answering(city, data, database, sizes.programs) as (api, port, program):
            until("every endpoint active", 120, lambda: _active(city, sizes.receivers))
            asked = (port, [message(port, ASKED, {}, tokens["district"])], sizes.seconds, sizes.rate, 100)
            ask = partial(client.apply, opened_loop, asked)
            ask()
            trees = Processor([program]).of_database(url)
            for number in range(sizes.rounds):
                alone.once(ask, api)
                receivers.begin()
                spent = [spent_by(one) for one in trees.others]
                found = burst(city, sizes.events, 1 + number * sizes.events)
                due = sum(found[one] for codes in wanted for one in codes)
                beside.once(ask, api)
                while receivers.count() < due and sizes.rounds > 1:  # to its end, of which the first window is the beginning
                    beside.once(ask, api)
                until(f"{due:,} deliveries", 60 + due / 20, lambda due=due: receivers.count() >= due)  # type: ignore[misc]
                time.sleep(1)
                taken += sum(spent_by(one) - before for one, before in zip(trees.others, spent, strict=True))
                came, lasted = whole(receivers, wanted, found)
                count, seconds = count + came, seconds + lasted
    work = Work(count, seconds, taken)
    receivers.begin()
    peer = one_by_one(receivers, sizes.posts)
    bursts = f"{sizes.rounds} bursts of {sizes.events:,} events" if sizes.rounds > 1 else f"{sizes.events:,} events"
    say(f"\n{NAMES[engine]}: {bursts}, {count:,} deliveries to {sizes.receivers} receivers in {seconds:,.1f} s")
    say(f"  {work.rate:,.0f} deliveries/s, {taken / count * 1e3:.2f} ms of the processor each; the peer {peer.rate:,.0f}/s")
    note = f"{work.rate:,.0f} a second, {taken / count * 1e3:.2f} ms of the processor each; none lost, doubled or out of order"
    where = f"{NAMES[engine]}, {sizes.receivers} receivers"
    yield Compared(
        f"deliveries a second, {where}", f"{RATE_GOAL:,.0f} a second", work.rate / RATE_GOAL, goal=1.0, note=note
    )
    thrift = work.thrift / peer.thrift if work.thrift and peer.thrift else None
    yield Compared(f"deliveries, {where}", "one post after another", work.rate / peer.rate, thrift)
    yield _answers(alone, beside, where)


def _answers(alone: Asked, beside: Asked, where: str) -> Compared:
    """The API's answers beside the burst, against those without one."""
    usual, then = alone.together, beside.together
    p99 = [one.percentile(99) for one in (usual, then)]
    middle = f"median {usual.percentile(50):,.1f} and {then.percentile(50):,.1f}"
    behind = f"asked late by {usual.behind * 1e3:,.1f} and {then.behind * 1e3:,.1f} ms at most, of 99 %"
    processor = f"{alone.each:.2f} and {beside.each:.2f} ms of the server's processor an answer"
    answers = f"of {len(usual.waits):,} and {len(then.waits):,} answers"
    said = f"{p99[0]:,.1f} ms alone, {p99[1]:,.1f} ms beside it, {middle}, {answers}; {behind}; {processor}"
    thrift = alone.each / beside.each if beside.each else None
    what = f"99 % of the API's answers beside the burst, {where}"
    return Compared(what, "alone", p99[0] / p99[1], thrift, goal=P99_GOAL, note=said)


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
