"""Delivering 推送: public events sent to partners' endpoints, each until it is taken. plan P8.

An endpoint is served by whoever holds its lease, by one thread: what hangs holds back nobody else. What is sent is judged when it
is sent, by the same read as the feed, with a key of its partner that is still good: what lies in the rows are positions, and
says nothing of what may be seen.
"""

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

from api.kit.cursors import Cursors
from api.kit.services import Services
from domain.access import Everything, Role, scope_of
from domain.governance.rule_bodies.delivery import DeliveryRule
from domain.instants import city_day, microseconds
from domain.kernel import Command, Refused
from domain.participants.endpoints.commands import StopEndpoint, VerifyEndpoint
from domain.participants.endpoints.state import Endpoint, EndpointStatus, EndpointStop
from domain.public_events import PUBLIC_EVENTS, names_of
from domain.standard.revision.state import draft_scope
from journal import Caller
from journal.codec import EVENT_OF
from projections import Snapshot
from projections.governance.dated_rules import body_on
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
from projections.participants.endpoints import EndpointFilter, EndpointRow, endpoints_by_id, to_serve
from projections.record.audit_trail import EntryRow
from projections.record.public_feed import FeedFilter, public_entries
from zhenduan.background.delivery_attempts import GONE, Sender, letter_of
from zhenduan.background.intervals import at_intervals
from zhenduan.egress import Egress
from zhenduan.fetch import Fetch, fetch

LOOK_SECONDS = 0.5
IDLE_SECONDS = 2.0
"""After this long an endpoint is looked at again though nothing has happened: something may be due."""
READERS = 2
"""Snapshots that are open at a time for this."""
AT_ONCE = 256
"""Endpoints that are served at a time by a process."""
MOST_WAITING = 1_000
"""Of an endpoint: what lies further on in the journal is looked at once these are done."""
BATCH = 100
LEASE_BEYOND_ANSWER_SECONDS = 5.0
FORGET_EVERY = timedelta(hours=1)
SYSTEM = Caller("system-delivering", Role.SYSTEM, "", Everything())

log = logging.getLogger(__name__)


def filter_of(endpoint: Endpoint) -> FeedFilter:
    """What an endpoint wants of the feed."""
    names = names_of(endpoint.kinds) if endpoint.kinds else None
    return FeedFilter(names, frozenset(endpoint.districts) if endpoint.districts else None)


def told(snapshot: Snapshot, endpoint: Endpoint, first: int, after: int, event: str | None = None) -> list[EntryRow]:
    """What an endpoint's partner is told now beyond a position, by the read of the feed. event: public name; None = any wanted."""
    where = filter_of(endpoint)
    if event is not None:
        where = replace(where, names=frozenset({event}) & (where.names if where.names is not None else {event}))
    scope = scope_of(Role.PARTNER, endpoint.organisation)
    drafts = draft_scope(Role.PARTNER, scope)
    return public_entries(snapshot, scope, drafts, Role.PARTNER, where, first, after=after)


@dataclass
class Delivering:
    """Serves endpoints 推送执行. worker: names the holder of its leases."""

    services: Services
    egress: Egress
    worker: str = field(default_factory=lambda: str(uuid4()))
    fetch: Fetch = fetch
    _busy: dict[str, Future[None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._cursors = Cursors(self.services.secret)
        self._sender = Sender(self.services.secret, self.egress, self.fetch)
        self._forgotten: dict[str, int] = {}
        self._idle: dict[str, tuple[int, float]] = {}
        self._readers = threading.BoundedSemaphore(READERS)

    @contextmanager
    def _reading(self) -> Iterator[Snapshot]:
        """A snapshot, of which few are open at a time: those who ask the program come first."""
        with self._readers, self.services.models.reading() as snapshot:
            yield snapshot

    @property
    def _rows(self) -> Deliveries:
        return self.services.deliveries

    def look(self, pool: ThreadPoolExecutor, stop: threading.Event) -> None:
        """Have every endpoint served that nobody is at."""
        with self._reading() as snapshot:
            found, position = to_serve(snapshot), snapshot.position
        self._busy = {endpoint: one for endpoint, one in self._busy.items() if not one.done()}
        now = time.monotonic()
        for row in found:
            seen, until = self._idle.get(row.id, (0, 0.0))
            if row.id not in self._busy and (position > seen or now >= until):
                self._idle[row.id] = (position, now + IDLE_SECONDS)
                self._busy[row.id] = pool.submit(self.serve, row.id, stop)

    def serve(self, identity: str, stop: threading.Event) -> None:
        """Send what is due to an endpoint, unless another is at it."""
        try:
            if self._rows.lease(identity, self.worker, self._now(), LEASE_BEYOND_ANSWER_SECONDS):
                while self._served(identity, stop):
                    pass
                self._rows.release(identity, self.worker)
        except Exception:
            log.exception("推送未能进行 an endpoint could not be served: %s", identity)

    def _served(self, identity: str, stop: threading.Event) -> bool:
        """Send a batch of what is due; whether there may be more."""
        row, rule = self._standing(identity)
        if row is None or not self._has_key(row):
            return False
        place = self._rows.place(identity)
        now = self._now()
        if now < place.paused_until:
            return False
        self._plan(row, place, rule, now)
        due = self._rows.due(identity, now, BATCH, verified=row.status == EndpointStatus.ACTIVE)
        for one in due:
            if stop.is_set() or not self._sent(one, stop):
                return False
        return bool(due)

    def _standing(self, identity: str) -> tuple[EndpointRow | None, DeliveryRule]:
        """The endpoint as it is now, None where nothing is to be sent to it; and the rule of the day."""
        with self._reading() as snapshot:
            row = endpoints_by_id(snapshot, EndpointFilter(None), [identity]).get(identity)
            rule = body_on(snapshot, DeliveryRule, city_day(self.services.clock()))
        return (row if row is not None and row.status != EndpointStatus.DISABLED else None), rule

    def _has_key(self, row: EndpointRow) -> bool:
        """Whether its partner has a key that is good now, for what the endpoint was registered with."""
        return self.services.accounts.has_partner_key(row.owner, row.organisation)

    def _plan(self, row: EndpointRow, place: EndpointPlace, rule: DeliveryRule, now: int) -> None:
        """Write down what is to be sent beyond what was looked at."""
        state = row.state()
        if state.handshakes > place.handshakes and state.status is EndpointStatus.UNVERIFIED:
            self._ask(row, HANDSHAKE, range(state.handshakes, state.handshakes + 1), now, handshakes=state.handshakes)
        if state.status is not EndpointStatus.ACTIVE:
            return
        if state.tests > place.tests:
            self._ask(row, TEST, range(place.tests + 1, state.tests + 1), now, tests=state.tests)
        behind = state.redeliveries - len(state.latest)
        rounds: dict[int, tuple[int, int | None]] = {FEED: (row.begun, None)}
        for number in range(max(place.redeliveries, behind) + 1, state.redeliveries + 1):
            asked = state.latest[number - behind - 1]
            rounds[number] = (max(asked.first - 1, 0), asked.last)
        going = self._rows.rounds(row.id)
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
        with self._reading() as snapshot:
            entries = told(snapshot, state, most, reached)
            looked = entries[-1].position if len(entries) == most else max(reached, snapshot.position)
        if last is not None:
            entries, looked = [one for one in entries if one.position <= last], min(looked, last)
        if entries or looked > reached:
            planned = [Planned(one.position, one.stream, PUBLIC_EVENTS[EVENT_OF[one.type]].name) for one in entries]
            self._rows.plan(row.id, number, planned, now, looked)
        return len(entries)

    def _sent(self, delivery: DeliveryRow, stop: threading.Event) -> bool:
        """Send one; whether the next may follow."""
        row, rule = self._standing(delivery.endpoint)
        lease = rule.answer_seconds + LEASE_BEYOND_ANSWER_SECONDS
        if row is None or not self._has_key(row) or not self._rows.lease(row.id, self.worker, self._now(), lease):
            return False
        state, entry = row.state(), None
        if delivery.round not in (TEST, HANDSHAKE):
            if state.status is not EndpointStatus.ACTIVE:
                return False
            entry = self._judged(state, delivery)
            if entry is None:
                self._rows.withhold(delivery.id)
                return True
        began = time.monotonic()
        now = self.services.clock()
        ended, code = self._sender.attempt(state, delivery, letter_of(delivery, entry, self._cursors, now), rule, now)
        place = self._rows.record(delivery, ended)
        if delivery.round == HANDSHAKE and ended.status is DeliveryStatus.DELIVERED:
            self._tell(VerifyEndpoint(endpoint=row.id, handshake=delivery.number))
            return False
        if (why := self._stop_of(delivery, place, rule, ended.status, code)) is not None:
            log.warning("推送端点停用 an endpoint was disabled: %s: %s, %d failures", row.id, why.value, place.failures)
            self._tell(StopEndpoint(endpoint=row.id, stop=why, failures=place.failures))
            return False
        stop.wait(max(0.0, began + 1 / state.per_second - time.monotonic()))
        return ended.pause_until <= self._now()

    def _judged(self, state: Endpoint, delivery: DeliveryRow) -> EntryRow | None:
        """The entry of a delivery where its partner is told of it at this moment."""
        with self._reading() as snapshot:
            found = told(snapshot, state, 1, delivery.number - 1, delivery.event)
        return next((one for one in found if one.position == delivery.number), None)

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


@contextmanager
def delivering(services: Services, egress: Egress, seconds: float = LOOK_SECONDS) -> Iterator[None]:
    """Serve every endpoint while the block lasts, looking at an interval."""
    failing = "推送未能进行 endpoints could not be looked for"
    with ThreadPoolExecutor(AT_ONCE, "delivering") as pool:
        look = partial(Delivering(services, egress).look, pool)
        with at_intervals(look, seconds, name="delivering", failing=failing):
            yield
