"""Person 人员: who may act, in which role, for which unit, in which period. plan O2, O3, P7.

Registered or invited → joined → given roles, which end or are handed over → erased. What may happen stands in registration.py,
memberships.py and ways_in.py, who may give which role in granting_rights.py; here they come together.
"""

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from domain.command_rights import require_right
from domain.kernel import NOT_FOUND, Capability, Command, DecisionContext, Facts, Read, Stream, Unscoped
from domain.participants.people.contacts import ConfirmContact, ContactConfirmed, confirm_contact
from domain.participants.people.granting_rights import is_person_known, unit_stream
from domain.participants.people.memberships import (
    EndMembership,
    GrantMembership,
    HandOverMembership,
    MembershipEnded,
    MembershipGranted,
    end_membership,
    grant_membership,
    hand_over_membership,
)
from domain.participants.people.registration import (
    ErasePerson,
    InvitePerson,
    JoinProgramme,
    PersonErased,
    PersonJoined,
    PersonRegistered,
    RegisterPerson,
    erase,
    join,
    register,
)
from domain.participants.people.state import PERSON_ERASED, Membership, Person, person_stream
from domain.participants.people.ways_in import (
    FACTS,
    LinkSignOn,
    PasswordSet,
    ResetSecondFactors,
    SecondFactorsReset,
    SetPassword,
    SignOnLinked,
    SignOnUnlinked,
    UnlinkSignOn,
    WayInEvent,
    note_way_in,
)

# Decide: what may happen


PersonCommand = (
    RegisterPerson
    | InvitePerson
    | JoinProgramme
    | GrantMembership
    | EndMembership
    | HandOverMembership
    | ConfirmContact
    | ErasePerson
    | SetPassword
    | ResetSecondFactors
    | LinkSignOn
    | UnlinkSignOn
)


Step = Callable[[Any, Person, DecisionContext], Facts]

STEPS: Mapping[type[Command], Step] = {
    JoinProgramme: join,
    GrantMembership: grant_membership,
    EndMembership: end_membership,
    HandOverMembership: hand_over_membership,
    ConfirmContact: confirm_contact,
    ErasePerson: erase,
    **dict.fromkeys(FACTS, note_way_in),
}
"""Command -> what decides it, once the person is registered 各步骤."""


def decide(command: PersonCommand, person: Person | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule of registration, memberships and appointments.

    Only the invited person joins; whom the actor may not know of does not exist for it.
    """
    require_right(command, context.role)
    if isinstance(command, RegisterPerson | InvitePerson):
        return register(command, person, context)
    if person is None or not is_person_known(command.person, person, context):
        raise NOT_FOUND.refuse()
    if isinstance(command, JoinProgramme) and command.person != context.by:
        raise NOT_FOUND.refuse()
    if person.erased:
        raise PERSON_ERASED.refuse()
    return STEPS[type(command)](command, person, context)


# Evolve: what has happened


PersonEvent = PersonRegistered | PersonJoined | MembershipGranted | MembershipEnded | ContactConfirmed | PersonErased | WayInEvent


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
        case ContactConfirmed(membership=membership, on=on):
            confirmed = person.memberships[membership].model_copy(update={"confirmed_on": on})
            return person.model_copy(update={"memberships": {**person.memberships, membership: confirmed}})
        case PasswordSet() | SecondFactorsReset() | SignOnLinked() | SignOnUnlinked():
            return person
        case PersonErased():
            return person.model_copy(update={"erased": True, "memberships": {}})
        case never:
            assert_never(never)


# What the decider reads


def _reads(command: PersonCommand, person: Person | None) -> tuple[Stream, ...]:
    """The unit that a role is given for, the other person of a handing over, and the units of all roles that the first holds."""
    streams = []
    if isinstance(command, InvitePerson | GrantMembership):
        streams.append(unit_stream(command.role, command.organisation))
    if isinstance(command, HandOverMembership):
        streams.append(person_stream(command.to))
    held = person.memberships.values() if person is not None else ()
    streams += [unit_stream(one.role, one.organisation) for one in held]
    return tuple(dict.fromkeys(streams))


def _reads_further(command: PersonCommand, _person: Person | None, read: Read) -> tuple[Stream, ...]:
    """The units of all roles that whoever takes a role over holds: by these the actor knows of a person."""
    heir = read.get(person_stream(command.to)) if isinstance(command, HandOverMembership) else None
    held = heir.memberships.values() if isinstance(heir, Person) else ()
    return tuple(dict.fromkeys(stream for one in held if (stream := unit_stream(one.role, one.organisation)) not in read))


PEOPLE = Capability(
    name="person",
    commands=(RegisterPerson, InvitePerson, *STEPS),
    events=tuple(PersonEvent.__args__),
    stream=lambda command: person_stream(command.person),
    reads=_reads,
    reads_further=_reads_further,
    place=lambda _command, _person, _read: Unscoped.KNOWN_BY_RULES,
    decide=decide,
    evolve=evolve,
)
