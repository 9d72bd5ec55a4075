"""Registration 登记: a person is entered or invited, joins, and is erased. plan O2, O3, P5, P7."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from domain.command_rights import APPOINTERS, CITY_AND_SYSTEM, HELD_BY_PEOPLE
from domain.kernel import Command, DecisionContext, Event, Facts, Label, PersonRef, Rule, Unfinished
from domain.participants.people.memberships import Appointment, grant
from domain.participants.people.state import Person

PersonName = Annotated[Label, Field(description="Name, sealed before it is written · 姓名", repr=False)]
PersonPhone = Annotated[
    Label | None,
    BeforeValidator(lambda told: told or None),
    Field(description="Phone, sealed likewise · 电话", repr=False),
]
"""What is told of a person 姓名与电话, in commands alone; the event holds ciphertext under a key of its own (decision 0009)."""

# Rules

PERSON_EXISTS = Rule(
    "PERSON_EXISTS",
    "plan O2",
    "该人员已登记，无须再次登记",
    "The person is already registered; there is no need to register them again",
)
JOINED_ALREADY = Rule(
    "JOINED_ALREADY",
    "plan P7",
    "该人员已加入，无须再次加入",
    "The person has joined already; there is no need to join again",
)


# Commands


class RegisterPerson(Command):
    """Enter a person · 登记人员."""

    roles: ClassVar = CITY_AND_SYSTEM

    person: PersonRef = Field(description="Person · 人员标识")
    name: PersonName
    phone: PersonPhone = None


class InvitePerson(Appointment):
    """Enter a person and give a first role; the person joins by taking the invitation up · 邀请人员."""

    roles: ClassVar = APPOINTERS

    name: PersonName
    phone: PersonPhone = None


class JoinProgramme(Command):
    """Take an invitation up; only the invited person does · 加入."""

    roles: ClassVar = HELD_BY_PEOPLE

    person: PersonRef = Field(description="Person · 人员标识")


class ErasePerson(Command):
    """Erase a person's data: the key is destroyed beside the journal, the fact stays in it · 删除个人信息."""

    roles: ClassVar = CITY_AND_SYSTEM

    person: PersonRef = Field(description="Person · 人员标识")


# Events


class PersonRegistered(Event):
    """A person takes part 人员已登记."""

    type: Literal["person.registered.v1"] = "person.registered.v1"
    says: ClassVar = "登记了一名人员"
    says_in_english: ClassVar = "registered a person"
    sealed_name: str
    sealed_phone: str | None


class PersonJoined(Event):
    """The invitation was taken up 人员已加入."""

    type: Literal["person.joined.v1"] = "person.joined.v1"
    says: ClassVar = "接受邀请并加入"
    says_in_english: ClassVar = "took up the invitation and joined"


class PersonErased(Event):
    """The person's data is gone 个人信息已删除."""

    type: Literal["person.erased.v1"] = "person.erased.v1"
    says: ClassVar = "删除了一名人员的个人信息，密钥已销毁"
    says_in_english: ClassVar = "erased a person's data and destroyed its key"


# Decide: what may happen


def register(command: RegisterPerson | InvitePerson, person: Person | None, context: DecisionContext) -> Facts:
    """Once; who is invited gets a first role with it 登记、邀请."""
    if person is not None:
        raise PERSON_EXISTS.refuse()
    registered = Unfinished(PersonRegistered, {})
    return (registered, *grant(command, {}, context)) if isinstance(command, InvitePerson) else (registered,)


def join(_command: JoinProgramme, person: Person, _context: DecisionContext) -> Facts:
    """Once 加入."""
    if person.joined:
        raise JOINED_ALREADY.refuse()
    return (PersonJoined(),)


def erase(_command: ErasePerson, _person: Person, _context: DecisionContext) -> Facts:
    """With all memberships 删除个人信息."""
    return (PersonErased(),)
