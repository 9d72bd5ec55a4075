"""People read model 人员台: people and their memberships as they stand now; names stay ciphertext. plan O2, P7."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    Index,
    MetaData,
    Select,
    String,
    Table,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.sql import ColumnElement, FromClause

from domain.access import POSITIONS, Attribute, Everything, Role, Scope
from domain.command_rights import MAY_APPOINT
from domain.instants import city_day, utc_moment
from domain.participants.people import contacts as contact_facts
from domain.participants.people import memberships, registration
from journal import Entry
from projections.engine.columns import chosen, columns
from projections.engine.pages import Page
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import NOWHERE, Columns, to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.organisations import ORGANISATIONS

META = MetaData()


class PersonRow(NamedTuple):
    """A person 人员; name and phone as ciphertext, None once erased or never given."""

    id: str
    sealed_name: str | None
    sealed_phone: str | None
    joined: bool
    erased: bool


PEOPLE = Table(
    "people",
    META,
    *columns(PersonRow, "id"),
    Column("registered", BigInteger, nullable=False),
)
"""registered: the position of the person's first entry."""


class MembershipRow(NamedTuple):
    """A role held for an organisation 任职; days as ISO text, both included."""

    id: str
    role: Role
    organisation: str
    since: str
    until: str | None
    sections: tuple[str, ...] = ()
    contact: bool = False


MEMBERSHIPS = Table(
    "memberships",
    META,
    Column("person", String, primary_key=True),
    *columns(MembershipRow, "id"),
    Column("granted", BigInteger, nullable=False),
    Column("confirmed_on", String, nullable=False),
    Index("ix_organisation", "organisation"),
)
"""granted: the position from which on it is known. confirmed_on: day on which a contact was last found true, at first its grant."""


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """People and memberships; erasure purges the ciphertext too."""
    people, held = tables[PEOPLE], tables[MEMBERSHIPS]
    for entry in entries:
        found, person = data(entry), key(entry)
        match event_of(entry):
            case registration.PersonRegistered:
                people.put({"id": person, "joined": False, "erased": False, "registered": entry.position, **found})
            case registration.PersonJoined:
                people.change(person, joined=True)
            case memberships.MembershipGranted:
                values = {name: found[name] for name in ("role", "organisation", "since", "until")}
                values |= {"person": person, "id": found["membership"], "granted": entry.position}
                values["sections"] = orjson.dumps(found["sections"]).decode()
                values |= {"contact": found["contact"], "confirmed_on": city_day(utc_moment(entry.at)).isoformat()}
                held.put(values)
            case memberships.MembershipEnded:
                held.change(person, found["membership"], until=found["on"])
            case contact_facts.ContactConfirmed:
                held.change(person, found["membership"], confirmed_on=found["on"])
            case _:
                people.change(person, sealed_name=None, sealed_phone=None, erased=True)


PEOPLE_READ_MODEL = ReadModel(
    "people_desk",
    (PEOPLE, MEMBERSHIPS),
    fold,
    frozenset(
        {
            registration.PersonRegistered,
            registration.PersonJoined,
            memberships.MembershipGranted,
            memberships.MembershipEnded,
            contact_facts.ContactConfirmed,
            registration.PersonErased,
        }
    ),
)


def _place_columns(snapshot: Snapshot, held: FromClause) -> Columns:
    """How a scope reads a membership: the place of the unit that it is held for, whose row is joined."""
    units, firms = snapshot[ORGANISATIONS], snapshot[ENTERPRISES]

    def of(head: Role) -> ColumnElement[bool]:
        return held.c.role.in_(sorted(POSITIONS.get(head, {head})))

    def own(head: Role, value: str) -> ColumnElement[bool]:
        return and_(of(head), held.c.organisation == value)

    def liaised(head: Role) -> ColumnElement[bool]:
        """Of a unit below: whom the head appoints, and the named contacts; as `is_known_to` of people/appointments."""
        return or_(held.c.contact, held.c.role.in_(sorted(MAY_APPOINT[head])))

    return {
        **NOWHERE,
        Attribute.ENTERPRISE: lambda value: own(Role.ENTERPRISE, value),
        Attribute.DISTRICT: lambda value: or_(
            own(Role.DISTRICT, value),
            and_(or_(firms.c.district == value, units.c.parent == value), liaised(Role.DISTRICT)),
        ),
        Attribute.SUBDISTRICT: lambda value: own(Role.SUBDISTRICT, value),
        Attribute.PARK: lambda value: own(Role.PARK, value),
        Attribute.REPORTING_UNIT: lambda value: own(Role.REPORTING_UNIT, value),
        Attribute.GROUP: lambda value: or_(own(Role.GROUP, value), and_(firms.c.group == value, liaised(Role.GROUP))),
        Attribute.PROVIDER: lambda value: own(Role.PROVIDER, value),
    }


class PeopleFilter(NamedTuple):
    """Which people are looked for 人员筛选: by what they hold or held within the scope; empty or None = all.

    roles: any of them. organisation: id of the unit that it is held for.
    """

    roles: tuple[Role, ...] = ()
    organisation: str | None = None


ALL = PeopleFilter()


def _within(
    snapshot: Snapshot, scope: Scope, position: int | None = None, where: PeopleFilter = ALL
) -> ColumnElement[bool]:
    """Whether a person lies in a scope: by the place of any unit that they hold or held a role for.

    Everything admits also who holds none. Who is known here is known to domain/participants/people/granting_rights.py.

    position: whether they were known by then, by a role given by then: what they were elsewhere before tells nobody.
    where: which of the roles that place them in the scope; one that lies outside finds nobody.
    """
    people, held = snapshot[PEOPLE], snapshot[MEMBERSHIPS]
    if isinstance(scope, Everything) and where == ALL:
        return people.c.registered <= position if position is not None else true()
    units, firms = snapshot[ORGANISATIONS], snapshot[ENTERPRISES]
    joined = held.outerjoin(units, units.c.id == held.c.organisation).outerjoin(
        firms, firms.c.id == held.c.organisation
    )
    return (
        select(held.c.person)
        .select_from(joined)
        .where(
            held.c.person == people.c.id,
            true() if isinstance(scope, Everything) else to_sql(scope, _place_columns(snapshot, held)),
            held.c.granted <= position if position is not None else true(),
            held.c.role.in_(where.roles) if where.roles else true(),
            held.c.organisation == where.organisation if where.organisation is not None else true(),
        )
        .exists()
    )


def serving(snapshot: Snapshot, scope: Scope, person: ColumnElement[str], day: str) -> ColumnElement[bool]:
    """Whether a person serves a unit within a scope on a day (ISO text) 在任; everyone does in a scope without limit.

    Whose role has ended is no longer theirs to look at.
    """
    if isinstance(scope, Everything):
        return true()
    held, units, firms = snapshot[MEMBERSHIPS], snapshot[ORGANISATIONS], snapshot[ENTERPRISES]
    joined = held.outerjoin(units, units.c.id == held.c.organisation).outerjoin(firms, firms.c.id == held.c.organisation)
    holds = and_(held.c.since <= day, held.c.until.is_(None) | (held.c.until >= day))
    within = to_sql(scope, _place_columns(snapshot, held))
    return select(held.c.person).select_from(joined).where(held.c.person == person, holds, within).exists()


def is_held_within(snapshot: Snapshot, scope: Scope) -> ColumnElement[bool]:
    """Whether a membership, whose table the query reads, is held for a unit within a scope 任职是否可见."""
    if isinstance(scope, Everything):
        return true()
    held, units, firms = snapshot[MEMBERSHIPS], snapshot[ORGANISATIONS], snapshot[ENTERPRISES]
    mine = held.alias()
    joined = mine.outerjoin(units, units.c.id == mine.c.organisation).outerjoin(firms, firms.c.id == mine.c.organisation)
    within = to_sql(scope, _place_columns(snapshot, mine))
    return select(mine.c.id).select_from(joined).where(mine.c.person == held.c.person, mine.c.id == held.c.id, within).exists()


def _people(snapshot: Snapshot) -> Select[Any]:
    table = snapshot[PEOPLE]
    return select(*chosen(table, PersonRow))


def people(
    snapshot: Snapshot, scope: Scope, where: PeopleFilter, page: Page, position: int | None = None
) -> list[PersonRow]:
    """A page of people 人员列表 within a scope. A person lies where the units lie that they serve.

    position: those who were known by then, as they are now; `as_of.people` tells what they were then.
    """
    table = snapshot[PEOPLE]

    def query() -> Select[Any]:
        return page.of(_people(snapshot).where(_within(snapshot, scope, position, where)), table.c.__getitem__)

    return [PersonRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def people_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[PersonRow]:
    """People of many ids within a scope, in order of id."""
    table = snapshot[PEOPLE]
    query = _people(snapshot).where(_within(snapshot, scope), snapshot.among(table.c.id, ids))
    return [PersonRow._make(row) for row in snapshot.rows(query.order_by(table.c.id))]


def people_count(snapshot: Snapshot, scope: Scope, where: PeopleFilter, position: int | None = None) -> int:
    """How many people a scope admits 人员数, of those known by a position."""
    query = select(func.count()).select_from(snapshot[PEOPLE]).where(_within(snapshot, scope, position, where))
    return int(snapshot.rows(query)[0][0])


def erased_people(snapshot: Snapshot) -> list[str]:
    """Ids of the people whose data is erased: their keys must be gone (decision 0009)."""
    table = snapshot[PEOPLE]
    return [str(row[0]) for row in snapshot.rows(select(table.c.id).where(table.c.erased))]


def held_by(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, list[MembershipRow]]:
    """The memberships of many people 任职 for units within a scope, past ones included.

    Whoever sees a person through one unit learns nothing of what they are elsewhere.
    """
    held, units, firms = snapshot[MEMBERSHIPS], snapshot[ORGANISATIONS], snapshot[ENTERPRISES]
    joined = held.outerjoin(units, units.c.id == held.c.organisation).outerjoin(
        firms, firms.c.id == held.c.organisation
    )
    query = (
        select(held.c.person, *chosen(held, MembershipRow))
        .select_from(joined)
        .where(to_sql(scope, _place_columns(snapshot, held)), snapshot.among(held.c.person, ids))
        .order_by(held.c.person, held.c.id)
    )
    found: dict[str, list[MembershipRow]] = {}
    for person, *rest in snapshot.rows(query):
        found.setdefault(person, []).append(_membership(rest))
    return found


def _membership(values: Sequence[Any]) -> MembershipRow:
    identity, role, organisation, since, until, sections, contact = values
    return MembershipRow(identity, role, organisation, since, until, tuple(orjson.loads(sections)), contact)


class ContactRow(NamedTuple):
    """The named contact of a unit 联络人; name and phone as ciphertext, days as ISO text. confirmed_on: last found to be true."""

    organisation: str
    role: Role
    person: str
    sealed_name: str | None
    sealed_phone: str | None
    membership: str
    since: str
    until: str | None
    confirmed_on: str


def has_contact(snapshot: Snapshot, unit: ColumnElement[str], day: str) -> ColumnElement[bool]:
    """Whether a unit has a named contact on a day (ISO text)."""
    held, people = snapshot[MEMBERSHIPS], snapshot[PEOPLE]
    holds = (held.c.contact, held.c.since <= day, held.c.until.is_(None) | (held.c.until >= day))
    return exists(
        select(held.c.id).where(held.c.organisation == unit, *holds, people.c.id == held.c.person, people.c.erased.is_(False))
    )


def contacts(snapshot: Snapshot, units: Sequence[str], day: str) -> dict[str, list[ContactRow]]:
    """The contacts of many units on a day 联络人 (plan O2, O3); the caller has judged the units."""
    held, people = snapshot[MEMBERSHIPS], snapshot[PEOPLE]
    query = (
        select(held.c.organisation, held.c.role, people.c.id, people.c.sealed_name, people.c.sealed_phone)
        .add_columns(held.c.id, held.c.since, held.c.until, held.c.confirmed_on)
        .where(
            snapshot.among(held.c.organisation, units),
            held.c.contact,
            held.c.since <= day,
            held.c.until.is_(None) | (held.c.until >= day),
            people.c.id == held.c.person,
            people.c.erased.is_(False),
        )
        .order_by(held.c.organisation, held.c.since, people.c.id)
    )
    found: dict[str, list[ContactRow]] = {}
    for row in snapshot.rows(query):
        found.setdefault(row[0], []).append(ContactRow._make(row))
    return found


class ReaderHeld(NamedTuple):
    """Who holds the role of reader 解读专家; name as ciphertext, days as ISO text. until: None = open-ended."""

    person: str
    sealed_name: str | None
    since: str
    until: str | None


def free_readers(snapshot: Snapshot, day: str, sides: Sequence[str]) -> list[ReaderHeld]:
    """Who is a reader on a day (ISO text) and free of conflict 可指派的解读专家, in order of id, each once.

    Never a role for either side, and none for any provider on that day, as `domain.diagnosis.arbitration.is_conflicted` says.
    Of two roles that hold, the one that lasts longer is told. The whole city's: the caller has judged who asks.
    """
    held, people, other = snapshot[MEMBERSHIPS], snapshot[PEOPLE], snapshot[MEMBERSHIPS].alias()
    holds = and_(held.c.since <= day, held.c.until.is_(None) | (held.c.until >= day))
    then = and_(other.c.since <= day, other.c.until.is_(None) | (other.c.until >= day))
    serves = and_(other.c.role.in_(sorted(POSITIONS[Role.PROVIDER])), then)
    of_a_side = snapshot.among(other.c.organisation, sides)
    conflicted = exists(select(other.c.id).where(other.c.person == people.c.id, of_a_side | serves))
    query = (
        select(people.c.id, people.c.sealed_name, held.c.since, held.c.until)
        .where(held.c.person == people.c.id, held.c.role == Role.READER.value, holds, people.c.erased.is_(False), ~conflicted)
        .order_by(people.c.id, held.c.until.is_(None).desc(), held.c.until.desc())
    )
    found: dict[str, ReaderHeld] = {}
    for row in snapshot.rows(query):
        found.setdefault(row[0], ReaderHeld._make(row))
    return list(found.values())


def memberships_of(snapshot: Snapshot, person: str, day: str) -> list[MembershipRow]:
    """The memberships of a person that hold on a day (ISO text); none once the person is erased."""
    held, people = snapshot[MEMBERSHIPS], snapshot[PEOPLE]

    def query() -> Select[Any]:
        then: BindParameter[str] = bindparam("day")
        return (
            select(*chosen(held, MembershipRow))
            .where(held.c.person == bindparam("of"), held.c.since <= then, held.c.until.is_(None) | (held.c.until >= then))
            .where(people.c.id == held.c.person, people.c.erased.is_(False))
            .order_by(held.c.id)
        )

    return [_membership(row) for row in snapshot.prepared(("memberships_of",), query, of=person, day=day)]
