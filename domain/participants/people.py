"""Person 人员: who may act, in which role, for which unit, in which period. plan O2, O3, P7.

Names and phones are ciphertext before they reach a command: the journal never holds them in clear (decision 0009).
What may happen is said in people_rules.py.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, Self, assert_never

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.access import Role
from domain.command_rights import APPOINTERS, CITY_AND_SYSTEM, HELD_BY_PEOPLE
from domain.kernel import Command, Event, Identifier, Label

# Commands

Sealed = Annotated[str, Field(min_length=1, max_length=4000)]


Sections = Annotated[tuple[Identifier, ...], Field(max_length=20)]


class PersonDetails(Command):
    """Name and phone as they are told 姓名与电话, before they are sealed: no stored command and no event holds them so."""

    name: Label
    phone: Label | None = None


class RegisterPerson(Command):
    """Enter a person 登记人员; `sealed_name` and `sealed_phone` are ciphertext under the person's own key."""

    roles: ClassVar = CITY_AND_SYSTEM

    person: Identifier = Field(description="Person 人员标识")
    sealed_name: Sealed
    sealed_phone: Sealed | None = None


class Appointment(Command):
    """A role for an organisation and a period 任用; `until` is the last day, None = open-ended.

    organisation: id of the organisation, district code, or enterprise id that the role's scope is bound to. sections: ids
    of the dimensions that a filler of some sections may fill; empty for every other role. contact: whether the person is
    the unit's named contact (plan O2, O3).
    """

    person: Identifier = Field(description="Person 人员标识")
    membership: Identifier = Field(description="Id of the membership 任职标识")
    role: Role = Field(description="Role 角色")
    organisation: Identifier = Field(description="Organisation, district code or enterprise 单位标识")
    since: date = Field(description="First day 起始日")
    until: date | None = Field(default=None, description="Last day; none = open-ended 截止日")
    sections: Sections = Field(
        default=(), description="Dimensions that a filler of some sections fills, such as D1 分管部分"
    )
    contact: bool = Field(default=False, description="Whether the person is the unit's named contact 是否联络人")

    @model_validator(mode="after")
    def _period_is_ordered(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError("until lies before since")
        return self


class InvitePerson(Appointment):
    """Enter a person and give a first role 邀请人员; the person joins by taking the invitation up."""

    roles: ClassVar = APPOINTERS

    sealed_name: Sealed
    sealed_phone: Sealed | None = None


class JoinProgramme(Command):
    """Take an invitation up 加入; only the invited person does."""

    roles: ClassVar = HELD_BY_PEOPLE

    person: Identifier = Field(description="Person 人员标识")


class GrantMembership(Appointment):
    """Give a person another role 授予任职."""

    roles: ClassVar = APPOINTERS


class EndMembership(Command):
    """Take a role away 终止任职; `on` is the last day it holds in the city's calendar.

    The day before it begins means that it never holds: so a mistaken grant is taken back on the day it was made.
    """

    roles: ClassVar = HELD_BY_PEOPLE | {Role.SYSTEM}

    person: Identifier = Field(description="Person 人员标识")
    membership: Identifier = Field(description="Id of the membership 任职标识")
    on: date = Field(description="Last day it holds 终止日")


class HandOverMembership(Command):
    """Pass a role on to another person 移交任职: it ends with `on`, and the other's, `successor`, begins the day after."""

    roles: ClassVar = APPOINTERS

    person: Identifier = Field(description="Person 人员标识")
    membership: Identifier = Field(description="Id of the membership 任职标识")
    to: Identifier = Field(description="Person who takes it over 接任人员标识")
    successor: Identifier
    on: date = Field(description="Last day it holds 终止日")


class ErasePerson(Command):
    """Erase a person's data 删除个人信息: the key is destroyed beside the journal, the fact stays in it."""

    roles: ClassVar = CITY_AND_SYSTEM

    person: Identifier = Field(description="Person 人员标识")


PersonCommand = (
    RegisterPerson
    | InvitePerson
    | JoinProgramme
    | GrantMembership
    | EndMembership
    | HandOverMembership
    | ErasePerson
)

# Events


class PersonRegistered(Event):
    """A person takes part 人员已登记."""

    type: Literal["person.registered.v1"] = "person.registered.v1"
    says: ClassVar = "登记了一名人员"
    sealed_name: str
    sealed_phone: str | None


class PersonJoined(Event):
    """The invitation was taken up 人员已加入."""

    type: Literal["person.joined.v1"] = "person.joined.v1"
    says: ClassVar = "接受邀请并加入"


class MembershipGranted(Event):
    """A role for a unit and a period 任职已授予."""

    type: Literal["person.membership_granted.v2"] = "person.membership_granted.v2"
    says: ClassVar = "授予了{organisation:organisation}的{role:role}角色，自 {since} {until:?至 @|起}"
    membership: str
    role: Role
    organisation: str
    since: date
    until: date | None
    sections: tuple[str, ...]
    contact: bool


class MembershipEnded(Event):
    """A role ended 任职已终止."""

    type: Literal["person.membership_ended.v1"] = "person.membership_ended.v1"
    says: ClassVar = "终止了一项任职，最后一日 {on}"
    membership: str
    on: date


class PersonErased(Event):
    """The person's data is gone 个人信息已删除."""

    type: Literal["person.erased.v1"] = "person.erased.v1"
    says: ClassVar = "删除了一名人员的个人信息，密钥已销毁"


PersonEvent = PersonRegistered | PersonJoined | MembershipGranted | MembershipEnded | PersonErased

# State


class Membership(BaseModel):
    """A role held for a unit 任职: from `since` to `until`, both days included."""

    model_config = ConfigDict(frozen=True)

    role: Role
    organisation: str
    since: date
    until: date | None = None
    sections: tuple[str, ...] = ()
    contact: bool = False

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
    joined: bool = False
    erased: bool = False


# Evolve: what has happened


def evolve(person: Person | None, event: PersonEvent) -> Person:
    """The person after one more fact."""
    if isinstance(event, PersonRegistered):
        return Person()
    assert person is not None, "a history starts with PersonRegistered"  # noqa: S101 - guards replay, not input
    match event:
        case PersonJoined():
            return person.model_copy(update={"joined": True})
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
