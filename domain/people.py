"""Person 人员: who may act, in which role, for which unit, in which period. plan O2, O3, P7.

Names and phones are ciphertext before they reach a command: the journal never holds them in clear (architecture 9).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self, assert_never

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.access import Place, Role
from domain.enterprises import enterprise_stream
from domain.language import NOT_FOUND, Capability, Command, Event, Facts, Identifier, Occasion, Rule
from domain.organisations import Organisation, OrganisationKind, organisation_stream
from domain.rights import require_right

# Rules

PERSON_EXISTS = Rule("PERSON_EXISTS", "plan O2", "该人员已登记", "The person is already registered")
PERSON_ERASED = Rule("PERSON_ERASED", "plan P5", "该人员的个人信息已删除", "The person's data has been erased")
MEMBERSHIP_HELD = Rule(
    "MEMBERSHIP_HELD",
    "plan P7",
    "该人员在这一时段内已在同一单位任该角色",
    "The person already holds this role for this unit within the period",
)
MEMBERSHIP_EXISTS = Rule(
    "MEMBERSHIP_EXISTS",
    "plan P7",
    "该人员已有编号为 {membership} 的任职",
    "The person already has a membership {membership}",
)
MEMBERSHIP_UNKNOWN = Rule(
    "MEMBERSHIP_UNKNOWN", "plan P7", "该人员没有编号为 {membership} 的任职", "No membership {membership}"
)
MEMBERSHIP_ENDS_TOO_EARLY = Rule(
    "MEMBERSHIP_ENDS_TOO_EARLY",
    "plan P7",
    "终止日最早为任职开始的前一日（{earliest}），即自始不生效",
    "A membership ends on {earliest} at the earliest, the day before it begins: then it never holds",
)
MEMBERSHIP_ENDED_ALREADY = Rule(
    "MEMBERSHIP_ENDED_ALREADY",
    "plan P7",
    "该任职已于 {until} 终止，不能延长；须重新授予",
    "The membership ends on {until} already; an end is never put off, grant a new one",
)
ROLE_NOT_FOR_PEOPLE = Rule(
    "ROLE_NOT_FOR_PEOPLE",
    "plan P7",
    "该角色不授予人员",
    "The role {role} is not held by people",
)
UNIT_UNKNOWN = Rule(
    "UNIT_UNKNOWN",
    "plan P7",
    "单位 {organisation} 不存在，或其类别与该角色不符",
    "There is no unit {organisation} of a kind that this role is held for",
)

KIND_OF_ROLE: Mapping[Role, OrganisationKind] = {
    Role.CITY: OrganisationKind.CITY,
    Role.DISTRICT: OrganisationKind.DISTRICT,
    Role.SUBDISTRICT: OrganisationKind.SUBDISTRICT,
    Role.PARK: OrganisationKind.PARK,
    Role.GROUP: OrganisationKind.GROUP,
    Role.PROVIDER: OrganisationKind.PROVIDER,
    Role.AUDITOR: OrganisationKind.AUDITOR,
}
"""Role -> kind of the organisation it is held for. An enterprise's role is held for an enterprise of the roster; the
remaining roles belong to machines and to the public."""

# Commands

Sealed = Annotated[str, Field(min_length=1, max_length=4000)]


class RegisterPerson(Command):
    """Enter a person 登记人员; `sealed_name` and `sealed_phone` are ciphertext under the person's own key."""

    person: Identifier
    sealed_name: Sealed
    sealed_phone: Sealed | None = None


class GrantMembership(Command):
    """Give a role for an organisation and a period 授予任职; `until` is the last day, None = open-ended.

    organisation: id of the organisation, district code, or enterprise id that the role's scope is bound to.
    """

    person: Identifier
    membership: Identifier
    role: Role
    organisation: Identifier
    since: date
    until: date | None = None

    @model_validator(mode="after")
    def _period_is_ordered(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError("until lies before since")
        return self


class EndMembership(Command):
    """Take a role away 终止任职; `on` is the last day it holds in the city's calendar.

    The day before it begins means that it never holds: so a mistaken grant is taken back on the day it was made.
    """

    person: Identifier
    membership: Identifier
    on: date


class ErasePerson(Command):
    """Erase a person's data 删除个人信息: the key is destroyed beside the journal, the fact stays in it."""

    person: Identifier


PersonCommand = RegisterPerson | GrantMembership | EndMembership | ErasePerson

# Events


class PersonRegistered(Event):
    """A person takes part 人员已登记."""

    type: Literal["person.registered.v1"] = "person.registered.v1"
    sealed_name: str
    sealed_phone: str | None


class MembershipGranted(Event):
    """A role for a unit and a period 任职已授予."""

    type: Literal["person.membership_granted.v1"] = "person.membership_granted.v1"
    membership: str
    role: Role
    organisation: str
    since: date
    until: date | None


class MembershipEnded(Event):
    """A role ended 任职已终止."""

    type: Literal["person.membership_ended.v1"] = "person.membership_ended.v1"
    membership: str
    on: date


class PersonErased(Event):
    """The person's data is gone 个人信息已删除."""

    type: Literal["person.erased.v1"] = "person.erased.v1"


PersonEvent = PersonRegistered | MembershipGranted | MembershipEnded | PersonErased

# State


class Membership(BaseModel):
    """A role held for a unit 任职: from `since` to `until`, both days included."""

    model_config = ConfigDict(frozen=True)

    role: Role
    organisation: str
    since: date
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the role may be acted in on a day of the city's calendar."""
        return self.since <= day and (self.until is None or day <= self.until)

    def meets(self, since: date, until: date | None) -> bool:
        """Whether the role holds on any day of a period 时段相交; an end of None is open."""
        first = max(self.since, since)
        lasts = [last for last in (self.until, until) if last is not None]
        return not lasts or first <= min(lasts)


class Person(BaseModel):
    """A person and the roles held 人员."""

    model_config = ConfigDict(frozen=True)

    memberships: dict[str, Membership] = {}
    erased: bool = False


# Decide: what may happen


def decide(command: PersonCommand, person: Person | None, occasion: Occasion) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, occasion.role)
    match command, person:
        case RegisterPerson(), None:
            return (PersonRegistered(sealed_name=command.sealed_name, sealed_phone=command.sealed_phone),)
        case RegisterPerson(), _:
            raise PERSON_EXISTS.refuse()
        case _, None:
            raise NOT_FOUND.refuse()
        case _, Person(erased=True):
            raise PERSON_ERASED.refuse()
        case GrantMembership(), Person(memberships=held):
            return _grant(command, held, occasion)
        case EndMembership(membership=membership, on=on), Person(memberships=held):
            if membership not in held:
                raise MEMBERSHIP_UNKNOWN.refuse(membership=membership)
            return _end(held[membership], membership, on)
        case ErasePerson(), _:
            return (PersonErased(),)
    raise AssertionError(command)


def _grant(command: GrantMembership, held: Mapping[str, Membership], occasion: Occasion) -> Facts:
    if command.membership in held:
        raise MEMBERSHIP_EXISTS.refuse(membership=command.membership)
    unit = occasion.read.get(_unit_stream(command))
    if command.role is not Role.ENTERPRISE:
        if command.role not in KIND_OF_ROLE:
            raise ROLE_NOT_FOR_PEOPLE.refuse(role=command.role.value)
        if not isinstance(unit, Organisation) or unit.kind is not KIND_OF_ROLE[command.role]:
            raise UNIT_UNKNOWN.refuse(organisation=command.organisation)
    elif unit is None:
        raise UNIT_UNKNOWN.refuse(organisation=command.organisation)
    same = [m for m in held.values() if (m.role, m.organisation) == (command.role, command.organisation)]
    if any(membership.meets(command.since, command.until) for membership in same):
        raise MEMBERSHIP_HELD.refuse()
    return (MembershipGranted(**command.model_dump(exclude={"person"})),)


def _end(held: Membership, membership: str, on: date) -> Facts:
    earliest = held.since - timedelta(days=1)
    if on < earliest:
        raise MEMBERSHIP_ENDS_TOO_EARLY.refuse(earliest=earliest)
    if held.until is not None and held.until < on:
        raise MEMBERSHIP_ENDED_ALREADY.refuse(until=held.until)
    return () if held.until == on else (MembershipEnded(membership=membership, on=on),)


# Evolve: what has happened


def evolve(person: Person | None, event: PersonEvent) -> Person:
    """The person after one more fact."""
    if isinstance(event, PersonRegistered):
        return Person()
    assert person is not None, "a history starts with PersonRegistered"  # noqa: S101 - guards replay, not input
    match event:
        case MembershipGranted(membership=membership):
            given = Membership(**event.model_dump(exclude={"type", "membership"}))
            return person.model_copy(update={"memberships": {**person.memberships, membership: given}})
        case MembershipEnded(membership=membership, on=on):
            ended = person.memberships[membership].model_copy(update={"until": on})
            return person.model_copy(update={"memberships": {**person.memberships, membership: ended}})
        case PersonErased():
            return person.model_copy(update={"erased": True, "memberships": {}})
        case never:
            assert_never(never)


def person_stream(person: str) -> str:
    """Stream of one person."""
    return f"person/{person}"


def _unit_stream(command: GrantMembership) -> str:
    named = enterprise_stream if command.role is Role.ENTERPRISE else organisation_stream
    return named(command.organisation)


def _reads(command: PersonCommand, _person: Person | None) -> tuple[str, ...]:
    return (_unit_stream(command),) if isinstance(command, GrantMembership) else ()


PEOPLE: Capability[Any, Any, Any] = Capability(
    name="person",
    commands=(RegisterPerson, GrantMembership, EndMembership, ErasePerson),
    events=(PersonRegistered, MembershipGranted, MembershipEnded, PersonErased),
    stream=lambda command: person_stream(command.person),
    reads=_reads,
    place=lambda _command, _person, _read: Place(),
    decide=decide,
    evolve=evolve,
)
