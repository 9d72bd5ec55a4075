"""Judging 推送判定: what an endpoint's partner may be told at the moment at which it is sent. plan P5, P8.

By the same read as the feed. It is read for the next few at once, and holds for as long as the read models stand where they stood:
two snapshots that stand at the same show the same rows. Whether they do, and whether the partner's key is good, is asked before
each request, in one look for all who ask at that moment.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from api.kit.services import Services
from api.record.told_entries import ToldEntry, told_entries
from domain.access import Role, scope_of
from domain.governance.rule_bodies.delivery import DeliveryRule
from domain.instants import city_day
from domain.participants.endpoints.state import Endpoint, EndpointStatus
from domain.participants.partner_keys import partner_of
from journal.engines.group_commit import GroupCommit
from projections import Snapshot
from projections.engine.preconditions import StandsAt
from projections.governance.dated_rules import body_on
from projections.participants.deliveries import FEED, DeliveryRow
from projections.participants.endpoints import EndpointFilter, EndpointRow, endpoints_by_id
from projections.record.endpoint_feed import entries_for

READERS = 2
"""Snapshots that are open at a time for this: those who ask the program come first."""


@dataclass(frozen=True)
class JudgedDeliveries:
    """An endpoint, and what is told of some deliveries, as one snapshot shows them 判定结果.

    row: None where nothing is to be sent to it. looked: positions that were judged. told: those of them that may be told,
    each with its object where a contract of the partner holds.
    """

    stands_at: StandsAt
    day: date
    row: EndpointRow | None
    rule: DeliveryRule
    looked: frozenset[int]
    told: Mapping[int, ToldEntry]


class Moment(NamedTuple):
    """How things stand at a moment 时点."""

    stands_at: StandsAt
    day: date
    has_key: bool


class Judging:
    """Judges endpoints and deliveries 判定者."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._readers = threading.BoundedSemaphore(READERS)
        self._moments: GroupCommit[tuple[str, str], Moment] = GroupCommit(self._moments_of)

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """A snapshot, of which few are open at a time."""
        with self._readers, self._services.models.reading() as snapshot:
            yield snapshot

    def judged(self, endpoint: str, deliveries: Sequence[DeliveryRow] = ()) -> JudgedDeliveries:
        """The endpoint as it is now, and what is told of deliveries: of the first of them for certain, and of what follows it."""
        day = city_day(self._services.clock())
        with self.reading() as snapshot:
            row = endpoints_by_id(snapshot, EndpointFilter(None), [endpoint]).get(endpoint)
            rule = body_on(snapshot, DeliveryRule, day)
            if row is None or row.status == EndpointStatus.DISABLED:
                return JudgedDeliveries(snapshot.stands_at, day, None, rule, frozenset(), {})
            looked, found = _judged_entries(snapshot, row.state(), [one for one in deliveries if one.round >= FEED], day)
            return JudgedDeliveries(snapshot.stands_at, day, row, rule, looked, found)

    def now(self, judged: JudgedDeliveries | None, endpoint: str, deliveries: Sequence[DeliveryRow]) -> JudgedDeliveries | None:
        """What was judged, where it holds for the first of deliveries now, else judged anew; None: nothing may be sent."""
        first = deliveries[0]
        if judged is None or (first.round >= FEED and first.number not in judged.looked):
            judged = self.judged(endpoint, deliveries)
        if judged.row is None:
            return None
        moment = self._moments.submit((judged.row.owner, judged.row.organisation))
        if (moment.stands_at, moment.day) != (judged.stands_at, judged.day):
            judged = self.judged(endpoint, deliveries)
        return judged if judged.row is not None and moment.has_key else None

    def has_key(self, row: EndpointRow) -> bool:
        """Whether its partner has a key that is good now, for what the endpoint was registered with."""
        return self._services.accounts.has_partner_key(row.owner, row.organisation)

    def _moments_of(self, partners: Sequence[tuple[str, str]]) -> list[Moment]:
        with self.reading() as snapshot:
            stands_at = snapshot.stands_at
        has_key = {one: self._services.accounts.has_partner_key(*one) for one in set(partners)}
        day = city_day(self._services.clock())
        return [Moment(stands_at, day, has_key[one]) for one in partners]


def _judged_entries(
    snapshot: Snapshot, endpoint: Endpoint, deliveries: Sequence[DeliveryRow], day: date
) -> tuple[frozenset[int], dict[int, ToldEntry]]:
    """(positions that were judged, those of them that are told): as far as one read of the feed from the first on reaches."""
    if not deliveries:
        return frozenset(), {}
    first = deliveries[0].number
    wanted = {one.number: one.event for one in deliveries if one.number >= first}
    entries = entries_for(snapshot, endpoint, len(wanted), first - 1, frozenset(wanted.values()))
    reached = entries[-1].position if len(entries) == len(wanted) else max(wanted)
    looked = frozenset(number for number in wanted if number <= reached)
    told = [one for one in entries if one.position in looked]
    scope = scope_of(Role.PARTNER, endpoint.organisation)
    full = told_entries(snapshot, scope, Role.PARTNER, told, partner_of(endpoint.owner), day)
    return looked, {one.position: one for one in full}
