"""People 人员 in the schema: who may act, in which role; names leave the vault for those who appoint. plan O2, P7."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

import strawberry

from api.kit.as_of import AsOf, known_then
from api.kit.context import Context
from api.kit.ids import PersonID, key_of
from api.kit.lists import FoundThen, Listed, listing
from api.kit.mutations import Payload, ServerFields, new_id
from api.kit.nodes import Node, NodeKind
from api.kit.parts import parts, wanted_parts
from api.kit.periods import ENDED_BY_FIRST_DAY, is_ended_by_first_day
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from domain.access import Mask, Role, head_of
from domain.kernel import Command
from domain.masks import ANYONE, NAMES, PEOPLE
from domain.participants.people.memberships import GrantMembership, HandOverMembership
from domain.participants.people.registration import ErasePerson, InvitePerson, RegisterPerson
from domain.participants.people.state import person_stream
from journal.secrets.personal import KeyMissing
from projections.as_of import people as people_then
from projections.engine.pages import place_of
from projections.participants import people as people_rows
from projections.participants.people import MembershipRow, PeopleFilter, PersonRow
from projections.participants.scope_names import names_of

ERASED = "已删除"
KEY_LOST = "密钥缺失"
"""After a restore without the vault: not erased, but not to be read before the vault is back."""


@published(ANYONE, row=MembershipRow)
class Membership:
    """Role held for an organisation and a period · 任职. plan P7"""

    id: strawberry.ID = field("Id to act in it · 任职标识")
    role: Role = field("Role · 角色")
    organisation: strawberry.ID = field("Organisation, district code or enterprise it is held for · 单位标识")
    organisation_name: str | None = field("Its name; null of a firm outside the reader's scope · 单位名称", made=True)
    since: date = field("First day · 起始日")
    until: date | None = field("Last day; null = open-ended · 截止日")
    ended_by_first_day: bool = field(ENDED_BY_FIRST_DAY, made=True)
    sections: list[str] = field("Dimensions a department's filler fills; else empty · 分管部分")
    contact: bool = field("Whether the person is the unit's named contact · 是否联络人. plan O2")


@published(PEOPLE, row=PersonRow)
class Person(Node):
    """Person who takes part · 人员. plan O2"""

    id: PersonID = field("Id of the person · 人员标识")
    name: str | None = field(
        "Name; once erased, a word that says so · 姓名", roles=NAMES, mask=Mask.CONTACTS, query_cost=20  # it is unsealed
    )
    phone: str | None = field("Phone; once erased, a word that says so · 电话", roles=NAMES, mask=Mask.CONTACTS)
    joined: bool = field("Whether the invitation was taken up · 是否已加入")
    erased: bool = field("Whether the person's data is erased · 是否已删除")
    memberships: list[Membership] = parts(
        Membership, "Roles held, past ones included, in order of id · 任职", place=lambda one: (one.id,)
    )
    as_of: AsOf | None = field("Whether it changed after the moment asked for; null for now · 事后变更")


def _opened(context: Context, person: str, field: str, sealed: str | None) -> str | None:
    if sealed is None:
        return None
    try:
        return context.services.keys.open(person, field, sealed) or ERASED
    except KeyMissing:
        return KEY_LOST


def opened_name(context: Context, person: str, sealed: str | None) -> str:
    """The name of a person, or a word that says why it is not to be read."""
    return _opened(context, person, "name", sealed) or ERASED


def _firms_of(held: Mapping[str, Sequence[MembershipRow]]) -> Iterator[tuple[str, str]]:
    """The firms that people act or acted for: (firm, subject)."""
    for person, memberships in held.items():
        for one in memberships:
            if head_of(Role(one.role)) is Role.ENTERPRISE:
                yield one.organisation, person_stream(person)


def build_memberships(context: Context, rows: Sequence[MembershipRow], wanted: frozenset[str]) -> list[Membership]:
    """Memberships of rows; the names of what they are held for are read only where the selection asks for them."""
    names: Mapping[str, str] = {}
    if "organisationName" in wanted:
        today = context.present or context  # of the past, too, a unit goes by the name that it has
        names = names_of(today.snapshot, today.scope, {row.organisation for row in rows})
    return [
        Membership(
            **shown(Membership, row),
            organisation_name=names.get(row.organisation),
            ended_by_first_day=is_ended_by_first_day(row.since, row.until),
        )
        for row in rows
    ]


def build_people(context: Context, rows: Sequence[PersonRow], wanted: frozenset[str]) -> list[Person]:
    """People of rows; a name is decrypted, and what roles they hold is read, only where the selection asks for it."""
    masks = context.disclosure_notes.masks("Person", wanted)
    held: Mapping[str, Sequence[MembershipRow]] = {}
    if masks or "memberships" in wanted:
        held = people_rows.held_by(context.snapshot, context.scope, [row.id for row in rows])
    context.disclosure_notes.note(masks, _firms_of(held))
    every = [one for memberships in held.values() for one in memberships]
    built = {str(one.id): one for one in build_memberships(context, every, wanted_parts(wanted, "memberships"))}
    return [
        Person(
            **shown(Person, row),
            name=(_opened(context, row.id, "name", row.sealed_name) if "name" in wanted else None) or ERASED,
            phone=_opened(context, row.id, "phone", row.sealed_phone) if "phone" in wanted else None,
            memberships=[built[one.id] for one in held.get(row.id, ())],
            as_of=known_then(context, "person", row.id),
        )
        for row in rows
    ]


PERSONS: Listed[PeopleFilter, PersonRow, Person] = Listed(
    name="people",
    node=Person,
    rows=people_rows.people,
    count=people_rows.people_count,
    by_id=lambda snapshot, scope, ids: {row.id: row for row in people_rows.people_by_id(snapshot, scope, ids)},
    build=build_people,
    past=FoundThen(
        lambda snapshot, scope, where, position, page: [
            place_of(row, page.order) for row in people_rows.people(snapshot, scope, where, page, position)
        ],
        people_rows.people_count,
        lambda context, ids, position, _wanted: people_then.of_people(context.snapshot, context.scope, ids, position),
    ),
)


@strawberry.type
class PeopleQueries:
    """Query fields: people."""

    @listing(
        PERSONS,
        "People who take part, in order of id. asOf: those known by then, with the roles they had been given by then; who "
        "has been erased since stays erased · 人员列表. plan O2, P5, P7",
        roles=PEOPLE,
    )
    def people(
        self,
        role: Annotated[list[Role] | None, argument("Roles that they hold or held, any of them; none = all · 岗位")] = None,
        organisation: Annotated[strawberry.ID | None, argument("Unit or firm that they hold or held one for · 单位标识")] = None,
    ) -> PeopleFilter:
        """A page of the people of the units in the scope, now or as they were known then."""
        return PeopleFilter(tuple(role or ()), key_of(organisation, "organisation", "enterprise"))


def _new_ids(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    return new_id("membership")(context, new_id("person")(context, data))


def _forget(context: Context, command: Command) -> None:
    """Destroy what makes an erased person readable, and the way in."""
    assert isinstance(command, ErasePerson)  # noqa: S101 - the table below names it
    context.services.keys.destroy(command.person)
    context.services.accounts.remove(command.person)


def _find_person(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> Person | None:
    if context.role not in NAMES:
        return None
    rows = people_rows.people_by_id(context.snapshot, context.scope, [key])
    return next(iter(build_people(context, rows, wanted)), None)


QUERIES = PeopleQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"person": NodeKind(Person, PERSONS.of_ids)}

SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    GrantMembership: ServerFields(frozenset({"membership"}), fill=new_id("membership")),
    HandOverMembership: ServerFields(frozenset({"successor"}), fill=new_id("successor")),
    RegisterPerson: ServerFields(frozenset({"person"}), fill=new_id("person")),
    InvitePerson: ServerFields(frozenset({"person", "membership"}), fill=_new_ids),
    ErasePerson: ServerFields(frozenset(), after=_forget),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {
    "person": Payload("person", Person, _find_person, PEOPLE),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
