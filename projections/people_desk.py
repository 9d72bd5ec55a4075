"""People desk 人员台: people and their memberships as they stand now; names stay ciphertext. plan O2, P7."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Boolean, Column, MetaData, String, Table, select

from journal import Entry
from projections.desk import Desk, Tables, data, key
from projections.reading import Reading

META = MetaData()

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


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A role held for an organisation 任职; days as ISO text, both included."""

    id: str
    role: str
    organisation: str
    since: str
    until: str | None


def memberships_of(reading: Reading, person: str, day: str) -> list[MembershipRow]:
    """The memberships of a person that hold on a day (ISO text); none once the person is erased."""
    held, people = reading[MEMBERSHIPS], reading[PEOPLE]
    query = (
        select(held.c.id, held.c.role, held.c.organisation, held.c.since, held.c.until)
        .where(held.c.person == person, held.c.since <= day, (held.c.until.is_(None)) | (held.c.until >= day))
        .where(people.c.id == held.c.person, people.c.erased.is_(False))
        .order_by(held.c.id)
    )
    return [MembershipRow(*row) for row in reading.rows(query)]
