"""Contacts 联络人: a named contact of a unit is found to be still true, by itself or by who may name it. plan O2, O3."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from domain.access import Role
from domain.command_rights import HELD_BY_PEOPLE
from domain.kernel import Command, DecisionContext, Event, Facts, PartRef, PersonRef, Rule
from domain.participants.people.memberships import require_membership
from domain.participants.people.state import Person

# Rules

CONTACT_NOT_SERVING = Rule(
    "CONTACT_NOT_SERVING",
    "plan O2",
    "该任职不是今日在任的联络人，无从确认；请先授予任职并注明联络人",
    "The membership is not that of a contact who serves today; grant one as a contact first",
)


# Commands


class ConfirmContact(Command):
    """Confirm that a named contact is still true, by the contact or by who may name it · 确认联络人仍然属实."""

    roles: ClassVar = HELD_BY_PEOPLE - {Role.AUDITOR, Role.OPERATOR}

    person: PersonRef = Field(description="Person · 人员标识")
    membership: PartRef = Field(description="Id of the membership as a contact · 任职标识")


# Events


class ContactConfirmed(Event):
    """A contact was found to be still true 联络人已确认属实; `on`: the day in the city."""

    type: Literal["person.contact_confirmed.v1"] = "person.contact_confirmed.v1"
    says: ClassVar = "确认了一名联络人仍然属实"
    says_in_english: ClassVar = "confirmed that a contact still holds"
    membership: str
    on: date


# Decide: what may happen


def confirm_contact(command: ConfirmContact, person: Person, context: DecisionContext) -> Facts:
    """Of oneself, or of a role that the actor may give; once a day 确认联络人."""
    held = require_membership(person, command.membership, command.person, context)
    if not held.contact or not held.holds_on(context.day):
        raise CONTACT_NOT_SERVING.refuse(path="membership")
    if held.confirmed_on == context.day:
        return ()
    return (ContactConfirmed(membership=command.membership, on=context.day),)
