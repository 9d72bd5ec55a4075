"""Memberships 任职: a role for a unit and a period, given, ended, handed over. plan O2, O3, P7.

Who may give which role for which unit is said in granting_rights.py.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from domain.access import Role
from domain.command_rights import APPOINTERS, HELD_BY_PEOPLE
from domain.kernel import (
    NOT_FOUND,
    Command,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    OnStream,
    PartRef,
    PersonRef,
    Rule,
    UnitRef,
)
from domain.participants.people.granting_rights import is_given_by_the_actor, is_person_known, require_appointment
from domain.participants.people.state import PERSON_ERASED, Membership, Person, person_stream
from domain.stated_dates import require_not_too_far_ahead, require_programme_date

Sections = Annotated[tuple[Identifier, ...], Field(max_length=20)]


# Rules

MEMBERSHIP_HELD = Rule(
    "MEMBERSHIP_HELD",
    "plan P7",
    "该人员在这一时段内已在同一单位任该角色，无须再次授予",
    "The person already holds this role for this unit within the period; it need not be granted again",
)
MEMBERSHIP_EXISTS = Rule(
    "MEMBERSHIP_EXISTS",
    "plan P7",
    "该人员已有该标识的任职，请另取标识",
    "The person already has a membership of this id; take another",
)
MEMBERSHIP_UNKNOWN = Rule(
    "MEMBERSHIP_UNKNOWN",
    "plan P7",
    "该人员没有这项任职，请从其任职清单中选取",
    "The person has no such membership; take one of those listed",
)
MEMBERSHIP_OVER = Rule(
    "MEMBERSHIP_OVER",
    "plan P7",
    "任职应于今日或以后结束，{until} 已过",
    "A membership ends today or later; {until} is over",
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
    "该任职的最后一日已定为 {until}，不能延后；须重新授予",
    "The last day of the membership is {until} already; an end is never put off, grant a new one",
)
HANDED_TO_ONESELF = Rule(
    "HANDED_TO_ONESELF",
    "plan P7",
    "不能移交给本人；请另选人员",
    "A membership is not handed over to the person who holds it; name another person",
)


# Commands


class Appointment(Command):
    """A role for an organisation and a period 任用; `until` is the last day, None = open-ended.

    organisation: id of the organisation, district code, or enterprise id that the role's scope is bound to. sections: ids
    of the dimensions that a filler of some sections may fill; empty for every other role. contact: whether the person is
    the unit's named contact (plan O2, O3).
    """

    person: PersonRef = Field(description="Person · 人员标识")
    membership: PartRef = Field(description="Id of the membership · 任职标识")
    role: Role = Field(description="Role · 角色")
    organisation: UnitRef = Field(description="Organisation, district code or enterprise · 单位标识")
    since: date = Field(description="First day · 起始日")
    until: date | None = Field(default=None, description="Last day; none = open-ended · 截止日")
    sections: Sections = Field(
        default=(), description="Dimensions that a filler of some sections fills, such as D1 · 分管部分"
    )
    contact: bool = Field(default=False, description="Whether the person is the unit's named contact · 是否联络人")

    @model_validator(mode="after")
    def _period_is_ordered(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError("until lies before since")
        return self


class GrantMembership(Appointment):
    """Give a person another role · 授予任职."""

    roles: ClassVar = APPOINTERS


class EndMembership(Command):
    """Take a role away; `on` is the last day it holds in the city's calendar · 终止任职.

    The day before it begins means that it never holds: so a mistaken grant is taken back on the day it was made.
    """

    roles: ClassVar = HELD_BY_PEOPLE | {Role.SYSTEM}

    person: PersonRef = Field(description="Person · 人员标识")
    membership: PartRef = Field(description="Id of the membership · 任职标识")
    on: date = Field(description="Last day it holds · 终止日")


class HandOverMembership(Command):
    """Pass a role on to another person: it ends with `on`, and the other's, `successor`, begins the day after · 移交任职."""

    roles: ClassVar = APPOINTERS

    person: PersonRef = Field(description="Person · 人员标识")
    membership: PartRef = Field(description="Id of the membership · 任职标识")
    to: PersonRef = Field(description="Person who takes it over · 接任人员标识")
    successor: Identifier
    on: date = Field(description="Last day it holds · 终止日")


# Events


class MembershipGranted(Event):
    """A role for a unit and a period 任职已授予."""

    type: Literal["person.membership_granted.v2"] = "person.membership_granted.v2"
    says: ClassVar = "授予了{organisation:organisation}的{role:role}角色，自 {since} {until:?至 @|起}"
    says_in_english: ClassVar = (
        "granted a role ({role:role}) for {organisation:organisation} from {since}{until:? to @}"
    )
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
    says_in_english: ClassVar = "ended a membership, last day {on}"
    membership: str
    on: date


# Decide: what may happen


def grant_membership(command: GrantMembership, person: Person, context: DecisionContext) -> Facts:
    """Another role than those that are held 授予任职."""
    return grant(command, person.memberships, context)


def grant(command: Appointment, held: Mapping[str, Membership], context: DecisionContext) -> Facts:
    """A role for a unit 授予: the actor's to give, of an end that is not over, and not held for the unit already.

    held: memberships of the person, by id.
    """
    if command.membership in held:
        raise MEMBERSHIP_EXISTS.refuse(membership=command.membership)
    require_appointment(command.role, command.organisation, command.sections, context)
    require_programme_date("since", command.since, context)
    require_not_too_far_ahead("until", command.until, context)
    if command.until is not None and command.until < context.day:
        raise MEMBERSHIP_OVER.refuse(path="until", until=command.until, earliest=context.day)
    given = command.model_dump(include=set(MembershipGranted.model_fields) - {"type"})
    return _granted(MembershipGranted(**given), held)


def _granted(given: MembershipGranted, held: Mapping[str, Membership]) -> tuple[MembershipGranted]:
    same = [m for m in held.values() if (m.role, m.organisation) == (given.role, given.organisation)]
    if any(membership.meets(given.since, given.until) for membership in same):
        raise MEMBERSHIP_HELD.refuse()
    return (given,)


def end_membership(command: EndMembership, person: Person, context: DecisionContext) -> Facts:
    """Of oneself, or of a role that the actor may give 终止任职."""
    held = require_membership(person, command.membership, command.person, context)
    return _end(held, command.membership, command.on, context)


def hand_over_membership(command: HandOverMembership, person: Person, context: DecisionContext) -> Facts:
    """Of a role that the actor may give, to somebody whom the actor may know of 移交任职."""
    held = require_membership(person, command.membership, "", context)
    heir = context.read.get(person_stream(command.to))
    if command.to == command.person:
        raise HANDED_TO_ONESELF.refuse()
    if not isinstance(heir, Person) or not is_person_known(command.to, heir, context):
        raise NOT_FOUND.refuse()
    if heir.erased:
        raise PERSON_ERASED.refuse()
    if command.successor in heir.memberships:
        raise MEMBERSHIP_EXISTS.refuse(membership=command.successor)
    ended = _end(held, command.membership, command.on, context)
    if not ended:
        raise MEMBERSHIP_ENDED_ALREADY.refuse(until=held.until)
    given = held.model_dump(exclude={"confirmed_on"}) | {"since": command.on + timedelta(days=1), "until": held.until}
    granted = _granted(MembershipGranted(membership=command.successor, **given), heir.memberships)
    return (*ended, *(OnStream(person_stream(command.to), fact) for fact in granted))


def require_membership(person: Person, membership: str, holder: str, context: DecisionContext) -> Membership:
    """A membership that the actor may take away: one's own, or one that the actor may give."""
    held = person.memberships.get(membership)
    if held is None or not (holder == context.by or is_given_by_the_actor(held, context)):
        raise MEMBERSHIP_UNKNOWN.refuse(membership=membership)
    return held


def _end(held: Membership, membership: str, on: date, context: DecisionContext) -> Facts:
    earliest = held.since - timedelta(days=1)
    if on < earliest:
        raise MEMBERSHIP_ENDS_TOO_EARLY.refuse(path="on", earliest=earliest)
    if held.until is not None and held.until < on:
        raise MEMBERSHIP_ENDED_ALREADY.refuse(path="on", until=held.until)
    if on > held.since:  # an end at its beginning undoes a grant, whenever that was
        require_not_too_far_ahead("on", on, context)
    return () if held.until == on else (MembershipEnded(membership=membership, on=on),)
