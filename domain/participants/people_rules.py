"""Rules of people 人员规则: invited, joined, given a role for a unit and a period, handed over, left, erased. plan O2, O3, P7.

Who may give which role for which unit is said in appointments.py.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from domain.access import Role
from domain.command_rights import MAY_APPOINT, require_right
from domain.kernel import NOT_FOUND, Capability, DecisionContext, Facts, OnStream, Rule
from domain.participants.appointments import is_known_to, is_within_reach, require_appointment, unit_stream
from domain.participants.people import (
    EndMembership,
    ErasePerson,
    GrantMembership,
    HandOverMembership,
    InvitePerson,
    JoinProgramme,
    Membership,
    MembershipEnded,
    MembershipGranted,
    Person,
    PersonCommand,
    PersonErased,
    PersonEvent,
    PersonJoined,
    PersonRegistered,
    RegisterPerson,
    evolve,
    person_stream,
)
from domain.stated_dates import require_programme_date

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
    "该任职已于 {until} 终止，不能延长；须重新授予",
    "The membership ends on {until} already; an end is never put off, grant a new one",
)
JOINED_ALREADY = Rule("JOINED_ALREADY", "plan P7", "该人员已加入", "The person has joined already")
HANDED_TO_ONESELF = Rule(
    "HANDED_TO_ONESELF", "plan P7", "不能移交给本人", "A membership is not handed over to the person who holds it"
)

# Decide: what may happen


def decide(command: PersonCommand, person: Person | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or of appointments.py."""
    require_right(command, context.role)
    match command, person:
        case RegisterPerson() | InvitePerson(), Person():
            raise PERSON_EXISTS.refuse()
        case RegisterPerson(), _:
            return (PersonRegistered(sealed_name=command.sealed_name, sealed_phone=command.sealed_phone),)
        case InvitePerson(), _:
            registered = PersonRegistered(sealed_name=command.sealed_name, sealed_phone=command.sealed_phone)
            return (registered, *_grant(command, {}, context))
        case _, None:
            raise NOT_FOUND.refuse()
        case _ if not _is_known_to(command, person, context):
            raise NOT_FOUND.refuse()
        case _, Person(erased=True):
            raise PERSON_ERASED.refuse()
        case JoinProgramme(), Person(joined=joined):
            if joined:
                raise JOINED_ALREADY.refuse()
            return (PersonJoined(),)
        case GrantMembership(), Person(memberships=held):
            return _grant(command, held, context)
        case EndMembership(membership=membership, on=on), Person(memberships=held):
            return _end(_held(person, membership, command.person, context), membership, on, context)
        case HandOverMembership(), _:
            return _hand_over(command, person, context)
        case ErasePerson(), _:
            return (PersonErased(),)
    raise AssertionError(command)


def _is_known_to(command: PersonCommand, person: Person, context: DecisionContext) -> bool:
    """Whether the actor may know of the person: oneself, or someone who holds a role that the actor may know of.

    Only the invited person joins; the city knows everyone.
    """
    if isinstance(command, JoinProgramme) or command.person == context.by:
        return command.person == context.by
    if context.role in (Role.CITY, Role.SYSTEM):
        return True
    return any(_is_known(held, context) for held in person.memberships.values())


def _is_known(held: Membership, context: DecisionContext) -> bool:
    unit = context.read.get(unit_stream(held.role, held.organisation))
    return is_known_to(held.role, held.organisation, unit, context, contact=held.contact)


def _is_in_reach(held: Membership, context: DecisionContext) -> bool:
    unit = context.read.get(unit_stream(held.role, held.organisation))
    return is_within_reach(held.role, held.organisation, unit, context)


def _held(person: Person, membership: str, holder: str, context: DecisionContext) -> Membership:
    """A membership that the actor may take away: one's own, or one that the actor may give."""
    held = person.memberships.get(membership)
    gives = MAY_APPOINT.get(Role(context.role), frozenset())
    if held is None or not (holder == context.by or (held.role in gives and _is_in_reach(held, context))):
        raise MEMBERSHIP_UNKNOWN.refuse(membership=membership)
    return held


def _grant(command: InvitePerson | GrantMembership, held: Mapping[str, Membership], context: DecisionContext) -> Facts:
    if command.membership in held:
        raise MEMBERSHIP_EXISTS.refuse(membership=command.membership)
    require_appointment(command.role, command.organisation, command.sections, context)
    require_programme_date("since", command.since, context)
    require_programme_date("until", command.until, context)
    if command.until is not None and command.until < context.day:
        raise MEMBERSHIP_OVER.refuse(path="until", until=command.until, earliest=context.day)
    given = command.model_dump(include=set(MembershipGranted.model_fields) - {"type"})
    return _granted(MembershipGranted(**given), held)


def _granted(given: MembershipGranted, held: Mapping[str, Membership]) -> tuple[MembershipGranted]:
    same = [m for m in held.values() if (m.role, m.organisation) == (given.role, given.organisation)]
    if any(membership.meets(given.since, given.until) for membership in same):
        raise MEMBERSHIP_HELD.refuse()
    return (given,)


def _hand_over(command: HandOverMembership, person: Person, context: DecisionContext) -> Facts:
    held = _held(person, command.membership, "", context)
    heir = context.read.get(person_stream(command.to))
    if command.to == command.person:
        raise HANDED_TO_ONESELF.refuse()
    if not isinstance(heir, Person) or not _is_known_to(command.model_copy(update={"person": command.to}), heir, context):
        raise NOT_FOUND.refuse()
    if heir.erased:
        raise PERSON_ERASED.refuse()
    if command.successor in heir.memberships:
        raise MEMBERSHIP_EXISTS.refuse(membership=command.successor)
    ended = _end(held, command.membership, command.on, context)
    if not ended:
        raise MEMBERSHIP_ENDED_ALREADY.refuse(until=held.until)
    given = held.model_dump() | {"since": command.on + timedelta(days=1), "until": held.until}
    granted = _granted(MembershipGranted(membership=command.successor, **given), heir.memberships)
    return (*ended, *(OnStream(person_stream(command.to), fact) for fact in granted))


def _end(held: Membership, membership: str, on: date, context: DecisionContext) -> Facts:
    earliest = held.since - timedelta(days=1)
    if on < earliest:
        raise MEMBERSHIP_ENDS_TOO_EARLY.refuse(path="on", earliest=earliest)
    if held.until is not None and held.until < on:
        raise MEMBERSHIP_ENDED_ALREADY.refuse(path="on", until=held.until)
    if on > held.since:  # an end at its beginning undoes a grant, whenever that was
        require_programme_date("on", on, context)
    return () if held.until == on else (MembershipEnded(membership=membership, on=on),)


# What the decider reads


def _reads(command: PersonCommand, person: Person | None) -> tuple[str, ...]:
    """The unit that a role is given for, the other person of a handing over, and the units of all roles these hold."""
    streams = []
    if isinstance(command, InvitePerson | GrantMembership):
        streams.append(unit_stream(command.role, command.organisation))
    if isinstance(command, HandOverMembership):
        streams.append(person_stream(command.to))
    held = person.memberships.values() if person is not None else ()
    streams += [unit_stream(one.role, one.organisation) for one in held]
    return tuple(dict.fromkeys(streams))


PEOPLE: Capability[Any, Any, Any] = Capability(
    name="person",
    commands=tuple(PersonCommand.__args__),
    events=tuple(PersonEvent.__args__),
    stream=lambda command: person_stream(command.person),
    reads=_reads,
    place=lambda _command, _person, _read: None,
    decide=decide,
    evolve=evolve,
)
