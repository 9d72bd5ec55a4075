"""Contact reminders read model 联络人提醒台: whose confirmation runs out, and what the program said of it. plan O2, O3."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, and_, func, or_, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.governance.contact_reminders import AnyContactReminderEvent, ContactEscalated
from domain.instants import city_day, utc_moment
from journal import Entry
from projections.engine.columns import columns
from projections.engine.pages import Page
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot
from projections.participants.people import MEMBERSHIPS, PEOPLE, is_held_within

META = MetaData()


class ContactReminderRow(NamedTuple):
    """A reminder of a contact 联络人提醒; days as ISO text. confirmed_on: of the confirmation that it is about.

    by: its last day. escalated_on: None while it has not run out.
    """

    id: str
    person: str
    membership: str
    confirmed_on: str
    by: str
    reminded_on: str | None
    escalated_on: str | None
    organisation: str


REMINDERS = Table(
    "contact_reminders", META, *columns(ContactReminderRow, "id", but=("organisation",)), Index("ix_reminded_person", "person")
)
"""The unit is read from the membership."""


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """The latest confirmation that was reminded of, a row a contact."""
    table = tables[REMINDERS]
    for entry in entries:
        found, day = data(entry), city_day(utc_moment(entry.at)).isoformat()
        known = table.get(key(entry))
        is_same = known is not None and known["confirmed_on"] == found["confirmed_on"]
        reminded_on = known["reminded_on"] if known is not None and is_same else None
        said = {name: found[name] for name in ("person", "membership", "confirmed_on", "by")}
        if event_of(entry) is ContactEscalated:
            table.put({"id": key(entry), **said, "reminded_on": reminded_on, "escalated_on": day})
        else:
            table.put({"id": key(entry), **said, "reminded_on": day, "escalated_on": None})


CONTACT_REMINDER_READ_MODEL = ReadModel("contact_reminders", (REMINDERS,), fold, frozenset(AnyContactReminderEvent.__args__))


@dataclass(frozen=True)
class ContactReminderFilter:
    """Which reminders are looked for 联络人提醒筛选, on a day (ISO text).

    person: who looks, whose own are there too. escalated: those whose time is over, or those whose is not; None = both.
    """

    person: str | None
    day: str
    escalated: bool | None = None


def _serving(snapshot: Snapshot, day: str) -> ColumnElement[bool]:
    """Whether a membership is that of a contact who serves on a day."""
    held, people = snapshot[MEMBERSHIPS], snapshot[PEOPLE]
    holds = and_(held.c.since <= day, held.c.until.is_(None) | (held.c.until >= day))
    return and_(held.c.contact, holds, people.c.id == held.c.person, people.c.erased.is_(False))


def _sought(snapshot: Snapshot, scope: Scope, where: ContactReminderFilter) -> Iterator[ColumnElement[bool]]:
    """Of a contact who still serves and was not confirmed since."""
    table, held = snapshot[REMINDERS], snapshot[MEMBERSHIPS]
    yield and_(table.c.person == held.c.person, table.c.membership == held.c.id, table.c.confirmed_on == held.c.confirmed_on)
    yield _serving(snapshot, where.day)
    yield or_(held.c.person == where.person, is_held_within(snapshot, scope))
    if where.escalated is not None:
        yield table.c.escalated_on.is_not(None) if where.escalated else table.c.escalated_on.is_(None)


def contact_reminders(snapshot: Snapshot, scope: Scope, where: ContactReminderFilter, page: Page) -> list[ContactReminderRow]:
    """A page of the reminders that nobody answered yet 待确认提醒."""
    table, held = snapshot[REMINDERS], snapshot[MEMBERSHIPS]

    def query() -> Select[Any]:
        shown = [held.c.organisation if name == "organisation" else table.c[name] for name in ContactReminderRow._fields]
        return page.of(select(*shown).where(*_sought(snapshot, scope, where)), table.c.__getitem__)

    return [ContactReminderRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def contact_reminder_count(snapshot: Snapshot, scope: Scope, where: ContactReminderFilter) -> int:
    """How many there are 待确认提醒数."""
    query = select(func.count()).select_from(snapshot[REMINDERS]).where(*_sought(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])


class ContactDue(NamedTuple):
    """A contact of whose confirmation something is to be said 待提醒联络人; the day as ISO text."""

    person: str
    membership: str
    confirmed_on: str


def contacts_due(snapshot: Snapshot, day: date, confirmed_before: date, *, escalated: bool) -> list[ContactDue]:
    """Contacts last confirmed before a day of whom nothing was said yet, or not that their time is over; for the program alone.

    Args:
        snapshot: of the read models.
        day: on which they serve.
        confirmed_before: the day before which they were last confirmed.
        escalated: whether it is to be said that the time is over.
    """
    table, held = snapshot[REMINDERS], snapshot[MEMBERSHIPS]
    of = and_(table.c.person == held.c.person, table.c.membership == held.c.id, table.c.confirmed_on == held.c.confirmed_on)
    said = and_(of, table.c.escalated_on.is_not(None)) if escalated else of
    query = (
        select(held.c.person, held.c.id, held.c.confirmed_on)
        .where(_serving(snapshot, day.isoformat()), held.c.confirmed_on < confirmed_before.isoformat())
        .where(~select(table.c.id).where(said).exists())
        .order_by(held.c.person, held.c.id)
    )
    return [ContactDue._make(row) for row in snapshot.rows(query)]
