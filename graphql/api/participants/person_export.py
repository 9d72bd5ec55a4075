"""Export of all that is held on a person 个人信息导出, for the person's own request to the city. plan P5, P7.

Name and phone in clear, roles, the ways in (never a password or token), every entry about the person and every entry that
the person wrote. Once erased, only the opaque id and what is not personal remain.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
import strawberry

from api.kit.context import Context
from api.kit.ids import key_of
from api.kit.payloads import OwnPayload
from api.kit.published import field, mutation, published, published_input
from api.kit.services import Services
from api.participants.people import KEY_LOST
from domain.access import Everything, Mask, Role, head_of
from domain.instants import utc_moment
from domain.kernel import NOT_FOUND
from domain.participants.people.state import person_stream
from journal.secrets.personal import KeyMissing
from projections import Snapshot
from projections.participants import people
from projections.record import audit_trail
from projections.record.audit_trail import EntryFilter, EntryRow

BATCH = 1_000


def held_on(services: Services, snapshot: Snapshot, person: str) -> dict[str, Any] | None:
    """All that is held on a person, as plain JSON values; None where there is no such person."""
    rows = people.people_by_id(snapshot, Everything(), [person])
    if not rows:
        return None
    row = rows[0]

    def opened(field: str, sealed: str | None) -> str | None:
        try:
            return services.keys.open(person, field, sealed) if sealed is not None else None
        except KeyMissing:
            return KEY_LOST

    memberships = people.held_by(snapshot, Everything(), [person]).get(person, [])
    return {
        "person": person,
        "name": opened("name", row.sealed_name),
        "phone": opened("phone", row.sealed_phone),
        "joined": row.joined,
        "erased": row.erased,
        "memberships": [held._asdict() for held in memberships],
        "accounts": services.accounts.held_on(person),
        "about": [
            _entry_json(entry)
            for stream in sorted(audit_trail.streams_about(snapshot, person), key=lambda one: one != person_stream(person))
            for entry in _all(snapshot, EntryFilter(stream=stream))
        ],
        "written": [_entry_json(entry) for entry in _all(snapshot, EntryFilter(actor=[person]))],
    }


def firms_in(snapshot: Snapshot, found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Whose data an export holds: (firm, subject) of the firms that the person acted for or wrote entries about."""
    held = (one["organisation"] for one in found["memberships"] if head_of(Role(one["role"])) is Role.ENTERPRISE)
    streams = [entry["id"].rsplit("/", 1)[0] for entry in found["written"]]
    firms = dict.fromkeys((*held, *audit_trail.firms_of(snapshot, streams).values()))
    return [(firm, person_stream(found["person"])) for firm in firms]


def _all(snapshot: Snapshot, where: EntryFilter) -> Iterator[EntryRow]:
    after = 0
    while found := audit_trail.entries(snapshot, Everything(), Role.CITY, BATCH, where, after=after):
        yield from found
        after = found[-1].position


def _entry_json(entry: EntryRow) -> dict[str, Any]:
    """An entry without its place in the journal; what it holds of names is ciphertext, which is given in clear above."""
    data = {name: value for name, value in orjson.loads(entry.data).items() if not name.startswith("sealed_")}
    data.pop("file", None)
    return {
        "id": f"{entry.stream}/{entry.version}",
        "at": utc_moment(entry.at).isoformat(),
        "type": entry.type,
        "actor": entry.actor,
        "role": entry.role,
        "organisation": entry.organisation,
        "reason": entry.reason,
        "data": data,
    }


@published_input
class ExportPersonInput:
    """Whose data · 个人信息导出"""

    person: strawberry.ID = strawberry.field(description="Id of the person · 人员标识")


@published(frozenset({Role.CITY}))
class ExportPersonPayload(OwnPayload):
    """All that is held on a person, as JSON · 个人信息导出. plan P5, P7"""

    export: str | None = field("The export as JSON · 导出内容", mask=Mask.CONTACTS, default=None)
    made_at: datetime | None = field("When it was exported, UTC · 导出时间", default=None)


@strawberry.type
class PersonExportMutations:
    """Hand-written: it writes nothing, but what it answers with is nobody's but the city's to ask for."""

    @mutation("Export all that is held on a person · 个人信息导出. plan P5, P7", roles=frozenset({Role.CITY}))
    def export_person(
        self, info: strawberry.Info[Context, None], input: ExportPersonInput  # noqa: A002 - the argument's published name
    ) -> ExportPersonPayload:
        """For the person's own request."""
        context = info.context
        found = held_on(context.services, context.snapshot, key_of(input.person, "person"))
        if found is None:
            return ExportPersonPayload.refused(NOT_FOUND.refuse())
        masks = context.disclosure_notes.masks("ExportPersonPayload", frozenset({"export"}))
        context.disclosure_notes.note(masks, firms_in(context.snapshot, found))
        return ExportPersonPayload(
            export=orjson.dumps(found).decode(), made_at=context.services.clock()
        )


MUTATIONS = PersonExportMutations
