"""Delivering 推送: public events sent to partners' endpoints, each until it is taken. plan P8.

An endpoint is served by whoever holds its lease, by one thread: what hangs holds back nobody else. What is sent is judged when it
is sent, by the same read as the feed, with a key of its partner that is still good: what lies in the rows are positions, and
says nothing of what may be seen.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Self
from uuid import uuid4

from api.kit.cursors import Cursors
from api.kit.services import Services
from domain.access import Everything, Role
from domain.governance.rule_bodies.delivery import DeliveryRule
from domain.instants import microseconds
from domain.kernel import Command, Refused
from domain.participants.endpoints.commands import StopEndpoint, VerifyEndpoint
from domain.participants.endpoints.state import Endpoint, EndpointStatus, EndpointStop
from domain.public_events import PUBLIC_EVENTS
from journal import Caller
from journal.codec import EVENT_OF
from journal.outages import say_failed
from projections.participants.deliveries import (
    FEED,
    HANDSHAKE,
    MICROSECONDS,
    TEST,
    Deliveries,
    DeliveryRow,
    DeliveryStatus,
    EndpointPlace,
    Planned,
)
from projections.participants.endpoints import EndpointRow, to_serve
from projections.record.endpoint_feed import entries_for
from zhenduan.background.delivery_attempts import GONE, Sender, letter_of
from zhenduan.background.delivery_judging import JudgedDeliveries, Judging
from zhenduan.background.intervals import at_intervals
from zhenduan.egress import Egress
from zhenduan.kept_connection import KeptConnection

LOOK_SECONDS = 0.5
IDLE_SECONDS = 2.0
"""After this long an endpoint is looked at again though nothing has happened: something may be due."""
JUDGED_AT_ONCE = 20
AT_ONCE = 256
"""Endpoints that are served at a time by a process."""
MOST_WAITING = 1_000
"""Of an endpoint: what lies further on in the journal is looked at once these are done."""
BATCH = 100
LEASE_BEYOND_ANSWER_SECONDS = 5.0
LEASED_AHEAD_SECONDS = 5.0
FORGET_EVERY = timedelta(hours=1)
SYSTEM = Caller("system-delivering", Role.SYSTEM, "", Everything())

log = logging.getLogger(__name__)


@dataclass
class Lease:
    """That an endpoint is one worker's 推送租约, written down again before it runs out and not at each request."""

    rows: Deliveries
    endpoint: str
    worker: str
    until: int = 0

    def holds(self, now: int, seconds: float) -> bool:
        """Whether it is this worker's for so many seconds from now on, in microseconds of UTC."""
        if now + int(seconds * MICROSECONDS) > self.until:
            longer = seconds + LEASED_AHEAD_SECONDS
            if not self.rows.lease(self.endpoint, self.worker, now, longer):
                return False
            self.until = now + int(longer * MICROSECONDS)
        return True


class Turn:
    """A worker's turn at an endpoint 轮次: its lease, what tells it to stop, and the connection that it keeps meanwhile."""

    def __init__(self, lease: Lease, egress: Egress, stop: threading.Event) -> None:
        self.lease = lease
        self.stop = stop
        self._egress = egress
        self._line: KeptConnection | None = None

    def line(self, address: str) -> KeptConnection:
        """The connection to the endpoint's address."""
        self._line = self._line or KeptConnection(address, self._egress)
        return self._line

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_of: object) -> None:
        if self._line is not None:
            self._line.close()


@dataclass
class Delivering:
    """Serves endpoints 推送执行. worker: names the holder of its leases."""

    services: Services
    egress: Egress
    worker: str = field(default_factory=lambda: str(uuid4()))
    _busy: dict[str, Future[None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._cursors = Cursors(self.services.secret)
        self._sender = Sender(self.services.secret)
        self._judging = Judging(self.services)
        self._forgotten: dict[str, int] = {}
        self._idle: dict[str, tuple[int, float]] = {}

    @property
    def _rows(self) -> Deliveries:
        return self.services.deliveries

    def look(self, pool: ThreadPoolExecutor, stop: threading.Event) -> int:
        """Have every endpoint served that nobody is at; how many there are."""
        with self._judging.reading() as snapshot:
            found, position = to_serve(snapshot), snapshot.position
        self._busy = {endpoint: one for endpoint, one in self._busy.items() if not one.done()}
        now = time.monotonic()
        for row in found:
            seen, until = self._idle.get(row.id, (0, 0.0))
            if row.id not in self._busy and (position > seen or now >= until):
                self._idle[row.id] = (position, now + IDLE_SECONDS)
                self._busy[row.id] = pool.submit(self.serve, row.id, stop)
        return len(found)

    def serve(self, identity: str, stop: threading.Event) -> None:
        """Send what is due to an endpoint, unless another is at it."""
        try:
            lease = Lease(self._rows, identity, self.worker)
            if lease.holds(self._now(), LEASE_BEYOND_ANSWER_SECONDS):
                with Turn(lease, self.egress, stop) as turn:
                    while self._served(identity, turn):
                        pass
                self._rows.release(identity, self.worker)
        except Exception as fault:  # noqa: BLE001 - the log has it, and the next look comes
            say_failed(log, fault, "推送未能进行 an endpoint could not be served: %s", identity)

    def _served(self, identity: str, turn: Turn) -> bool:
        """Send a batch of what is due; whether there may be more."""
        judged = self._judging.judged(identity)
        row = judged.row
        now = self._now()
        if row is None or not turn.lease.holds(now, judged.rule.answer_seconds + LEASE_BEYOND_ANSWER_SECONDS):
            return False
        place = self._rows.place(identity)
        is_paused = now < place.paused_until
        if is_paused and _asked_since(row.state(), place):
            self._rows.resume(identity, now)
            is_paused = False
        self._plan(row, place, judged.rule, now)  # what may not be sent yet too, so that it is seen what waits
        if is_paused or not self._judging.has_key(row):
            return False
        due = self._rows.due(identity, now, BATCH, verified=row.status == EndpointStatus.ACTIVE)
        return bool(due) and self._all_sent(due, turn)

    def _all_sent(self, due: Sequence[DeliveryRow], turn: Turn) -> bool:
        """Send one after another, each judged when it is sent; whether more may follow."""
        judged: JudgedDeliveries | None = None
        for place, one in enumerate(due):
            if turn.stop.is_set():
                return False
            judged = self._judging.now(judged, one.endpoint, due[place : place + JUDGED_AT_ONCE])
            if judged is None or judged.row is None or not self._sent(one, judged.row, judged, turn):
                return False
        return True

    def _plan(self, row: EndpointRow, place: EndpointPlace, rule: DeliveryRule, now: int) -> None:
        """Write down what is to be sent beyond what was looked at."""
        state = row.state()
        if state.handshakes > place.handshakes and state.status is EndpointStatus.UNVERIFIED:
            self._rows.give_up_handshakes(row.id)
            self._ask(row, HANDSHAKE, range(state.handshakes, state.handshakes + 1), now, handshakes=state.handshakes)
        going = self._rows.rounds(row.id)
        if state.status is not EndpointStatus.ACTIVE and not going:  # of one that answers again what waits goes on being listed
            return
        if state.tests > place.tests:
            self._ask(row, TEST, range(place.tests + 1, state.tests + 1), now, tests=state.tests)
        behind = state.redeliveries - len(state.latest)
        rounds: dict[int, tuple[int, int | None]] = {FEED: (row.begun, None)}
        for number in range(max(place.redeliveries, behind) + 1, state.redeliveries + 1):
            asked = state.latest[number - behind - 1]
            rounds[number] = (max(asked.first - 1, 0), asked.last)
        if not going or state.redeliveries > place.redeliveries:
            self._rows.begin_rounds(row.id, rounds, state.redeliveries)
            going = self._rows.rounds(row.id)
        room = MOST_WAITING - self._rows.waiting(row.id)
        for round_, reached, last in going:
            if room <= 0:
                break
            room -= self._planned(row, state, (round_, reached, last), min(BATCH, room), now)
        if now - self._forgotten.get(row.id, 0) > FORGET_EVERY // timedelta(microseconds=1):
            self._forgotten[row.id] = now
            self._rows.forget(row.id, now - timedelta(days=rule.kept_days) // timedelta(microseconds=1))

    def _ask(self, row: EndpointRow, round_: int, numbers: range, now: int, **counted: int) -> None:
        what = "handshake" if round_ == HANDSHAKE else "test"
        planned = [Planned(number, f"{what}/{number}", what) for number in numbers]
        self._rows.plan(row.id, round_, planned, now, counted)

    def _planned(self, row: EndpointRow, state: Endpoint, round_: tuple[int, int, int | None], most: int, now: int) -> int:
        number, reached, last = round_
        with self._judging.reading() as snapshot:
            entries = entries_for(snapshot, state, most, reached)
            looked = entries[-1].position if len(entries) == most else max(reached, snapshot.position)
        if last is not None:
            entries, looked = [one for one in entries if one.position <= last], min(looked, last)
        if entries or looked > reached:
            planned = [Planned(one.position, one.stream, PUBLIC_EVENTS[EVENT_OF[one.type]].name) for one in entries]
            self._rows.plan(row.id, number, planned, now, looked)
        return len(entries)

    def _sent(self, delivery: DeliveryRow, row: EndpointRow, judged: JudgedDeliveries, turn: Turn) -> bool:
        """Send one; whether the next may follow."""
        rule = judged.rule
        if not turn.lease.holds(self._now(), rule.answer_seconds + LEASE_BEYOND_ANSWER_SECONDS):
            return False
        state, entry = row.state(), None
        if delivery.round >= FEED:
            if state.status is not EndpointStatus.ACTIVE:
                return False
            entry = judged.told.get(delivery.number)
            if entry is None:
                self._rows.withhold(delivery.id)
                return True
        began = time.monotonic()
        now = self.services.clock()
        letter = letter_of(delivery, entry, self._cursors, now)
        ended, code = self._sender.attempt(state, delivery, letter, rule, now, turn.line(state.url))
        place = self._rows.record(delivery, ended)
        if delivery.round == HANDSHAKE and ended.status is DeliveryStatus.DELIVERED:
            self._tell(VerifyEndpoint(endpoint=row.id, handshake=delivery.number))
            return False
        if (why := self._stop_of(delivery, place, rule, ended.status, code)) is not None:
            log.warning("推送端点停用 an endpoint was disabled: %s: %s, %d failures", row.id, why.value, place.failures)
            self._tell(StopEndpoint(endpoint=row.id, stop=why, failures=place.failures))
            return False
        turn.stop.wait(max(0.0, began + 1 / state.per_second - time.monotonic()))
        return ended.pause_until <= self._now()

    def _stop_of(
        self, delivery: DeliveryRow, place: EndpointPlace, rule: DeliveryRule, status: DeliveryStatus, code: int | None
    ) -> EndpointStop | None:
        """Why an endpoint is given up after an attempt; None where it is not."""
        if code == GONE:
            return EndpointStop.GONE
        if delivery.round == HANDSHAKE and status is DeliveryStatus.DEAD:
            return EndpointStop.FAILURES
        hours = (self._now() - place.failing_since) / (3_600 * MICROSECONDS) if place.failing_since else 0.0
        too_many = place.failures >= rule.disable_after_failures
        return EndpointStop.FAILURES if too_many and hours >= rule.disable_after_hours else None

    def _tell(self, command: Command) -> None:
        try:
            handled = self.services.send(SYSTEM, command)
            self.services.models.wait_for(handled.position, LEASE_BEYOND_ANSWER_SECONDS)
        except Refused as refused:  # its partner was faster
            log.info("endpoint: %s", refused.rule.code)

    def _now(self) -> int:
        return microseconds(self.services.clock())


def _asked_since(endpoint: Endpoint, place: EndpointPlace) -> bool:
    """Whether its partner asked for something that was not taken up yet: a handshake, a test event, a redelivery."""
    is_to_answer = endpoint.status is EndpointStatus.UNVERIFIED and endpoint.handshakes > place.handshakes
    return is_to_answer or endpoint.tests > place.tests or endpoint.redeliveries > place.redeliveries


@contextmanager
def delivering(services: Services, egress: Egress, seconds: float = LOOK_SECONDS) -> Iterator[None]:
    """Serve every endpoint while the block lasts, looking at an interval."""
    failing = "推送未能进行 endpoints could not be looked for"
    with ThreadPoolExecutor(AT_ONCE, "delivering") as pool:
        look = partial(Delivering(services, egress).look, pool)
        with at_intervals(look, seconds, name="delivering", failing=failing):
            yield
