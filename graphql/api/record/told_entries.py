"""Told entries 告知条目: public entries as one follower is told of them, thin or with their object. plan P7, P8; decision 0133.

Whether an event carries its object is judged on the snapshot on which it is judged who may be told at all: once a contract is over,
nothing is told by it, whenever the event happened and however often it was sent before.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from api.record.event_shapes import cloud_event
from domain.access import Role, Scope
from domain.kernel import key_of
from domain.participants.partner_keys import partner_of
from domain.public_events import PUBLIC_EVENTS
from journal import Caller
from journal.codec import EVENT_OF
from projections.engine.snapshot import Snapshot
from projections.participants.partner_contracts import full_kinds
from projections.record.audit_trail import EntryRow


class ToldEntry(NamedTuple):
    """A public entry as a follower is told of it 告知条目. thing: its object as it is now; None: there is none in sight.

    is_full: whether a contract has it told.
    """

    row: EntryRow
    is_full: bool = False
    thing: Mapping[str, Any] | None = None

    @property
    def position(self) -> int:
        """Its place in the journal."""
        return self.row.position

    def event(self, cursor: str) -> dict[str, Any]:
        """The CloudEvent of it; cursor: its place, sealed."""
        thin = cloud_event(self.row, cursor)
        return {**thin, "data": {**thin["data"], "object": self.thing}} if self.is_full else thin


def partner_asking(caller: Caller) -> str | None:
    """The name of the partner that follows; None of whoever is none, with whom there is no contract."""
    return partner_of(caller.actor) if caller.role == Role.PARTNER else None


def told_entries(
    snapshot: Snapshot, scope: Scope, role: Role, rows: Sequence[EntryRow], partner: str | None, day: date
) -> list[ToldEntry]:
    """Entries that may be told, each with its object where a contract holds on a day 告知内容.

    partner: who follows, by name; None = nobody with whom there is a contract.
    """
    kinds = full_kinds(snapshot, partner, day) if partner is not None and rows else frozenset[str]()
    full = [row for row in rows if PUBLIC_EVENTS[EVENT_OF[row.type]].kind in kinds]
    if not full:
        return list(map(ToldEntry, rows))
    from api.record.event_objects import objects_of  # noqa: PLC0415 - the schema's types, which nothing thin needs

    found = objects_of(snapshot, scope, role, {_named(row) for row in full})
    wanted = {row.position for row in full}
    return [ToldEntry(row, row.position in wanted, found.get(_named(row)) if row.position in wanted else None) for row in rows]


def _named(row: EntryRow) -> tuple[str, str]:
    """Kind and key of the thing of an entry."""
    return PUBLIC_EVENTS[EVENT_OF[row.type]].thing, key_of(row.stream)
