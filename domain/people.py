"""Person 人员: who may act, in which role, for which unit, in which period. plan O2, O3, P7.

Names and phones are ciphertext before they reach a command: the journal never holds them in clear (architecture 9).
"""

from datetime import date
from typing import Any, Literal, Self, assert_never

from pydantic import BaseModel, ConfigDict, model_validator

from domain.access import Place, Role
from domain.language import NOT_FOUND, Capability, Command, Event, Facts, Occasion, Rule
from domain.rights import require_right

# Rules

PERSON_EXISTS = Rule("PERSON_EXISTS", "plan O2", "该人员已登记", "The person is already registered")
PERSON_ERASED = Rule("PERSON_ERASED", "plan P5", "该人员的个人信息已删除", "The person's data has been erased")
MEMBERSHIP_HELD = Rule(
    "MEMBERSHIP_HELD", "plan P7", "该人员在同一单位已有该角色", "The person already holds this role for this unit"
)
MEMBERSHIP_UNKNOWN = Rule(
    "MEMBERSHIP_UNKNOWN", "plan P7", "该人员没有编号为 {membership} 的任职", "No membership {membership}"
)

# Commands


class RegisterPerson(Command):
    """Enter a person 登记人员; `sealed_name` and `sealed_phone` are ciphertext under the person's own key."""

    person: str
    sealed_name: str
    sealed_phone: str | None = None


class GrantMembership(Command):
    """Give a role for an organisation and a period 授予任职; `until` is the last day, None = open-ended.

    organisation: id of the organisation, district code, or enterprise id that the role's scope is bound to.
    """

    person: str
    membership: str
    role: Role
    organisation: str
    since: date
    until: date | None = None

    @model_validator(mode="after")
    def _period_is_ordered(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError("until lies before since")
        return self


class EndMembership(Command):
    """Take a role away 终止任职; `on` is the last day it holds."""

    person: str
    membership: str
    on: date


class ErasePerson(Command):
    """Erase a person's data 删除个人信息: the key is destroyed beside the journal, the fact stays in it."""

    person: str


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
        """Whether the role may be acted in on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


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
            if any(
                (m.role, m.organisation) == (command.role, command.organisation) and m.holds_on(command.since)
                for m in held.values()
            ):
                raise MEMBERSHIP_HELD.refuse()
            return (MembershipGranted(**command.model_dump(exclude={"person"})),)
        case EndMembership(membership=membership, on=on), Person(memberships=held):
            if membership not in held:
                raise MEMBERSHIP_UNKNOWN.refuse(membership=membership)
            return (MembershipEnded(membership=membership, on=on),)
        case ErasePerson(), _:
            return (PersonErased(),)
    raise AssertionError(command)


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


PEOPLE: Capability[Any, Any, Any] = Capability(
    name="person",
    commands=(RegisterPerson, GrantMembership, EndMembership, ErasePerson),
    events=(PersonRegistered, MembershipGranted, MembershipEnded, PersonErased),
    stream=lambda command: person_stream(command.person),
    reads=lambda _command, _person: (),
    place=lambda _command, _person, _read: Place(),
    decide=decide,
    evolve=evolve,
)
