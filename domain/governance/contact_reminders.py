"""Contact reminders 联络人确认提醒: a contact's confirmation runs out, and the program says so before and after. plan O2, O3.

On a stream beside the person's own: how often a contact is confirmed is a dated rule, which people know nothing of. A reminder is
of one confirmation, so that whoever confirms anew is reminded anew; nobody is ended for not answering.
"""

from datetime import date, timedelta
from typing import Any, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import BY_THE_PROGRAM, require_right
from domain.governance.dated_rules import rule_in_force, rule_stream
from domain.governance.proceedings.hearing import TIME_NOT_OVER
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.liaison import LiaisonRule
from domain.kernel import (
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    PartRef,
    PersonRef,
    Stream,
    Unscoped,
    stream_of,
)
from domain.participants.people.state import Person, person_stream
from domain.person_id_fields import PersonId

LIAISON_RULE = rule_stream(RuleKind.LIAISON)
"""Stream of the rule that says how often contacts are confirmed."""

# Commands


class ContactReminderCommand(Command):
    """What the program does of a contact whose confirmation runs out 联络人提醒命令.

    confirmed_on: the day on which it was last found true, at first that of its grant.
    """

    roles: ClassVar = BY_THE_PROGRAM

    person: PersonRef = Field(description="Person · 人员标识")
    membership: PartRef = Field(description="Id of the membership as a contact · 任职标识")
    confirmed_on: date = Field(description="Day on which it was last confirmed · 最近确认日")


class RemindOfContact(ContactReminderCommand):
    """Remind of a contact that is soon to be confirmed again 联络人确认提醒."""


class EscalateContact(ContactReminderCommand):
    """Take note that a contact was not confirmed in time, for the units above to look into 联络人逾期上报."""


AnyContactReminderCommand = RemindOfContact | EscalateContact

# Events


class ContactReminderEvent(Event):
    """A fact of a contact's reminders 联络人提醒事实. by: the last day on which the confirmation of `confirmed_on` holds."""

    person: PersonId
    membership: str
    confirmed_on: date
    by: date


class ContactReminded(ContactReminderEvent):
    """A contact is to be confirmed again 已提醒确认联络人."""

    type: Literal["contact.reminded.v1"] = "contact.reminded.v1"
    says: ClassVar = "提醒：{by} 前须确认联络人仍然属实"
    says_in_english: ClassVar = "reminded that the contact is to be confirmed as still true by {by}"


class ContactEscalated(ContactReminderEvent):
    """A contact was not confirmed in time 联络人逾期未确认已上报."""

    type: Literal["contact.escalated.v1"] = "contact.escalated.v1"
    says: ClassVar = "上报：联络人须于 {by} 前确认，已逾期"
    says_in_english: ClassVar = "reported that the contact was to be confirmed by {by}, and was not"


AnyContactReminderEvent = ContactReminded | ContactEscalated

# State


class ContactReminders(BaseModel):
    """What was said last of a contact 联络人提醒现状: of which confirmation, and whether its time was over."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    confirmed_on: date
    escalated: bool


# Decide: what may happen


def decide(command: AnyContactReminderCommand, known: ContactReminders | None, context: DecisionContext) -> Facts:
    """Each once of a confirmation; nothing of who is no contact today or was confirmed since. Raises Refused: TIME_NOT_OVER."""
    require_right(command, context.role)
    rule = rule_in_force(context.read.get(LIAISON_RULE), LiaisonRule, context.day)
    if not _is_current(command, context):
        return ()
    by = command.confirmed_on + timedelta(days=rule.confirmed_days)
    is_said = known is not None and known.confirmed_on == command.confirmed_on
    fact = {"person": command.person, "membership": command.membership, "confirmed_on": command.confirmed_on, "by": by}
    match command:
        case RemindOfContact():
            first = by - timedelta(days=rule.notice_days - 1)
            if context.day < first:
                raise TIME_NOT_OVER.refuse(latest=first)
            return () if is_said or context.day > by else (ContactReminded(**fact),)
        case EscalateContact():
            if context.day <= by:
                raise TIME_NOT_OVER.refuse(latest=by)
            return () if is_said and known is not None and known.escalated else (ContactEscalated(**fact),)
        case never:
            assert_never(never)


def _is_current(command: AnyContactReminderCommand, context: DecisionContext) -> bool:
    """Whether the confirmation is that of a contact who serves today; one never confirmed holds from its grant."""
    stream = person_stream(command.person)
    person: Person | None = context.read.get(stream)
    held = person.memberships.get(command.membership) if person is not None else None
    if held is None or not held.contact or not held.holds_on(context.day):
        return False
    if held.confirmed_on is None:
        return context.first_day_of(stream) <= command.confirmed_on <= context.day
    return command.confirmed_on == held.confirmed_on


# Evolve: what has happened


def evolve(_known: ContactReminders | None, event: AnyContactReminderEvent) -> ContactReminders:
    """What was said last."""
    return ContactReminders(confirmed_on=event.confirmed_on, escalated=isinstance(event, ContactEscalated))


# What the decider reads, and where its subject lies


def contact_reminder_stream(person: str, membership: str) -> Stream:
    """Stream of the reminders of one contact."""
    return stream_of("contact", f"{person}.{membership}")


def _reads(command: AnyContactReminderCommand, _known: Any) -> tuple[Stream, ...]:  # noqa: ANN401 - the state is of no matter
    return (LIAISON_RULE, person_stream(command.person))


CONTACT_REMINDERS = Capability(
    name="contact",
    commands=tuple(AnyContactReminderCommand.__args__),
    events=tuple(AnyContactReminderEvent.__args__),
    stream=lambda command: contact_reminder_stream(command.person, command.membership),
    reads=_reads,
    place=lambda _command, _known, _read: Unscoped.KNOWN_BY_RULES,
    decide=decide,
    evolve=evolve,
)
