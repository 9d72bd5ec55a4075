"""People desk 人员台: people and their memberships as they stand now; names stay ciphertext. plan O2, P7."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Boolean, Column, MetaData, String, Table, func, select

from domain.access import Attribute, Scope
from journal import Entry
from projections.desk import Desk, Tables, data, key
from projections.reading import Reading
from projections.scope import NEVER, Columns, to_sql

META = MetaData()

_NOWHERE: Columns = {attribute: lambda _value: NEVER for attribute in Attribute}
"""A person has no coordinate that a narrower scope could match."""

PEOPLE = Table(
    "people",
    META,
    Column("id", String, primary_key=True),
    Column("sealed_name", String),
    Column("sealed_phone", String),
    Column("erased", Boolean, nullable=False),
)
MEMBERSHIPS = Table(
    "memberships",
    META,
    Column("person", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("since", String, nullable=False),
    Column("until", String),
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """People and memberships; erasure purges the ciphertext too."""
    people, memberships = tables[PEOPLE], tables[MEMBERSHIPS]
    for entry in entries:
        found, person = data(entry), key(entry)
        match entry.type:
            case "person.registered.v1":
                people.put({"id": person, "erased": False, **found})
            case "person.membership_granted.v1":
                values = {name: found[name] for name in ("role", "organisation", "since", "until")}
                memberships.put({"person": person, "id": found["membership"], **values})
            case "person.membership_ended.v1":
                memberships.change(person, found["membership"], until=found["on"])
            case _:
                people.change(person, sealed_name=None, sealed_phone=None, erased=True)


PEOPLE_DESK = Desk(
    "people_desk",
    (PEOPLE, MEMBERSHIPS),
    fold,
    frozenset(
        {
            "person.registered.v1",
            "person.membership_granted.v1",
            "person.membership_ended.v1",
            "person.erased.v1",
        }
    ),
)


class MembershipRow(NamedTuple):
    """A role held for an organisation 任职; days as ISO text, both included."""

    id: str
    role: str
    organisation: str
    since: str
    until: str | None


class PersonRow(NamedTuple):
    """A person 人员; name and phone as ciphertext, None once erased or never given."""

    id: str
    sealed_name: str | None
    sealed_phone: str | None
    erased: bool


def people(reading: Reading, scope: Scope, first: int, after: str | None = None) -> list[PersonRow]:
    """A page of people 人员列表, in order of id. People lie in no district: only a scope of everything admits them."""
    table = reading[PEOPLE]
    query = select(table).where(to_sql(scope, _NOWHERE))
    if after is not None:
        query = query.where(table.c.id > after)
    return [PersonRow._make(row) for row in reading.rows(query.order_by(table.c.id).limit(first))]


def people_by_id(reading: Reading, scope: Scope, ids: Sequence[str]) -> list[PersonRow]:
    """People of many ids within a scope."""
    table = reading[PEOPLE]
    query = select(table).where(to_sql(scope, _NOWHERE), reading.among(table.c.id, ids))
    return [PersonRow._make(row) for row in reading.rows(query)]


def people_count(reading: Reading, scope: Scope) -> int:
    """How many people a scope admits 人员数."""
    query = select(func.count()).select_from(reading[PEOPLE]).where(to_sql(scope, _NOWHERE))
    return int(reading.rows(query)[0][0])


def erased_people(reading: Reading) -> list[str]:
    """Ids of the people whose data is erased: their keys must be gone (architecture 9)."""
    table = reading[PEOPLE]
    return [str(row[0]) for row in reading.rows(select(table.c.id).where(table.c.erased))]


def held_by(reading: Reading, scope: Scope, ids: Sequence[str]) -> dict[str, list[MembershipRow]]:
    """Every membership of many people 任职, past ones included, within a scope."""
    held = reading[MEMBERSHIPS]
    query = (
        select(held.c.person, held.c.id, held.c.role, held.c.organisation, held.c.since, held.c.until)
        .where(to_sql(scope, _NOWHERE), reading.among(held.c.person, ids))
        .order_by(held.c.person, held.c.id)
    )
    found: dict[str, list[MembershipRow]] = {}
    for person, *rest in reading.rows(query):
        found.setdefault(person, []).append(MembershipRow(*rest))
    return found


def memberships_of(reading: Reading, person: str, day: str) -> list[MembershipRow]:
    """The memberships of a person that hold on a day (ISO text); none once the person is erased."""
    held, people = reading[MEMBERSHIPS], reading[PEOPLE]
    query = (
        select(held.c.id, held.c.role, held.c.organisation, held.c.since, held.c.until)
        .where(held.c.person == person, held.c.since <= day, (held.c.until.is_(None)) | (held.c.until >= day))
        .where(people.c.id == held.c.person, people.c.erased.is_(False))
        .order_by(held.c.id)
    )
    return [MembershipRow._make(row) for row in reading.rows(query)]
