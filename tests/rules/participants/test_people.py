"""People 人员 (plan O2, O3, P7): who may act, as what, for which unit, from when to when."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from domain.access import Role, head_of
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND
from domain.participants.enterprises import enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.participants.people.granting_rights import KIND_OF_HEAD, ROLE_NOT_FOR_PEOPLE, UNIT_UNKNOWN
from domain.participants.people.memberships import (
    MEMBERSHIP_ENDED_ALREADY,
    MEMBERSHIP_ENDS_TOO_EARLY,
    MEMBERSHIP_EXISTS,
    MEMBERSHIP_HELD,
    MEMBERSHIP_UNKNOWN,
    EndMembership,
    GrantMembership,
    MembershipEnded,
    MembershipGranted,
)
from domain.participants.people.person import PEOPLE, PersonCommand
from domain.participants.people.registration import (
    PERSON_EXISTS,
    ErasePerson,
    PersonErased,
    PersonRegistered,
    RegisterPerson,
)
from domain.participants.people.state import PERSON_ERASED
from tests.rules.cases import FIRM
from tests.rules.given import Given, given

UNITS = {
    organisation_stream(kind.value): Organisation(kind=kind, name=kind.value) for kind in OrganisationKind
} | {enterprise_stream("enterprise"): FIRM}
"""One unit of each kind, named by its kind."""

REGISTER = RegisterPerson(person="li", name="李工")


def known() -> Given:
    return given(PEOPLE).having_read(UNITS).when(REGISTER, "city").accepted


def unit_of(role: Role) -> str:
    """The one unit of the kind that a role is held for."""
    head = head_of(role)
    return KIND_OF_HEAD[head].value if head in KIND_OF_HEAD else "enterprise"


def grant(role: Role = Role.DISTRICT, **rest: object) -> GrantMembership:
    values = {"person": "li", "membership": "m1", "role": role, "organisation": unit_of(role), "since": date(2024, 1, 1)}
    if role is Role.DEPARTMENT_FILLER:
        values["sections"] = ("D1",)
    return GrantMembership.model_validate(values | rest)


def serving(**rest: object) -> Given:
    return known().when(grant(**rest), "city").accepted


def test_a_person_is_registered_once_with_a_sealed_name() -> None:
    case = known().then(PersonRegistered(sealed_name="c2VhbGVk", sealed_phone=None))
    case.when(REGISTER, "city").refused(PERSON_EXISTS)


@pytest.mark.parametrize("command", [REGISTER, ErasePerson(person="li")])
def test_only_the_city_keeps_the_register(command: PersonCommand) -> None:
    known().when(command, "district", "310117").refused(ROLE_NOT_ALLOWED, role="district")


def test_the_system_registers_the_first_person() -> None:
    given(PEOPLE).when(REGISTER, "system").happened("person.registered.v1")


def test_an_unknown_person_is_not_found() -> None:
    given(PEOPLE).having_read(UNITS).when(grant(), "city").refused(NOT_FOUND)


HELD_BY_PEOPLE = [role for role in Role if role not in (Role.PARTNER, Role.PUBLIC, Role.SYSTEM)]


@pytest.mark.parametrize("role", HELD_BY_PEOPLE)
def test_a_role_is_granted_for_a_unit_of_its_kind(role: Role) -> None:
    known().when(grant(role), "city").then(
        MembershipGranted(
            membership="m1",
            role=role,
            organisation=unit_of(role),
            since=date(2024, 1, 1),
            until=None,
            sections=("D1",) if role is Role.DEPARTMENT_FILLER else (),
            contact=False,
        )
    )


@pytest.mark.parametrize("unit", [*OrganisationKind, "enterprise", "nowhere"])
@pytest.mark.parametrize("role", HELD_BY_PEOPLE)
def test_a_role_is_granted_for_no_unit_of_another_kind(role: Role, unit: str) -> None:
    if unit_of(role) == unit:
        return
    known().when(grant(role, organisation=unit), "city").refused(UNIT_UNKNOWN, organisation=unit)


@pytest.mark.parametrize("role", [Role.PARTNER, Role.PUBLIC, Role.SYSTEM])
def test_a_role_of_machines_or_of_the_public_is_granted_to_no_person(role: Role) -> None:
    known().when(grant(role, organisation="city"), "city").refused(ROLE_NOT_FOR_PEOPLE, role=role.value)


@pytest.mark.parametrize(
    ("since", "until", "meets"),
    [
        ("2023-08-01", "2023-12-31", False),
        ("2023-08-01", "2024-01-01", True),
        ("2023-08-01", None, True),
        ("2024-03-01", "2024-04-01", True),
        ("2024-06-30", None, True),
        ("2024-07-01", None, False),
    ],
)
def test_a_role_is_not_held_twice_for_a_unit_on_any_day(since: str, until: str | None, meets: bool) -> None:  # noqa: FBT001 - a case of the test
    then = datetime(2023, 10, 1, tzinfo=UTC)
    case = serving(until="2024-06-30").when(grant(membership="m2", since=since, until=until), "city", at=then)
    if meets:
        case.refused(MEMBERSHIP_HELD)
    else:
        case.happened("person.membership_granted.v2")


def test_a_person_holds_several_roles_and_serves_several_units() -> None:
    case = serving().when(grant(Role.PARK, membership="m2"), "city").happened("person.membership_granted.v2")
    other = {organisation_stream("310115"): Organisation(kind=OrganisationKind.DISTRICT, name="浦东新区")}
    case.having_read(other).when(grant(membership="m3", organisation="310115"), "city").happened(
        "person.membership_granted.v2"
    )


def test_the_id_of_a_membership_is_used_once() -> None:
    serving().when(grant(Role.PARK), "city").refused(MEMBERSHIP_EXISTS, membership="m1")


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValidationError):
        grant(until="2023-12-31")


def end(on: str, membership: str = "m1") -> EndMembership:
    return EndMembership(person="li", membership=membership, on=date.fromisoformat(on))


def test_a_membership_ends_with_its_last_day() -> None:
    case = serving().when(end("2024-05-31"), "city")
    case.then(MembershipEnded(membership="m1", on=date(2024, 5, 31)))
    held = case.state.memberships["m1"]
    assert [held.holds_on(date(2024, 5, day)) for day in (30, 31)] == [True, True]
    assert not held.holds_on(date(2024, 6, 1))
    assert held.holds_on(date(2024, 1, 1))
    assert not held.holds_on(date(2023, 12, 31))


def test_ending_it_again_on_the_same_day_changes_nothing_and_an_end_is_never_put_off() -> None:
    case = serving().when(end("2024-05-31"), "city").accepted
    case.when(end("2024-05-31"), "city").then()
    case.when(end("2024-06-30"), "city").refused(MEMBERSHIP_ENDED_ALREADY, until=date(2024, 5, 31))
    assert str(case.outcome) == "该任职的最后一日已定为 2024-05-31，不能延后；须重新授予"  # a day to come: nothing has ended yet
    case.when(end("2024-04-30"), "city").happened("person.membership_ended.v1")


def test_a_mistaken_grant_is_taken_back_as_if_it_never_held_but_no_further() -> None:
    case = serving()
    case.when(end("2023-12-30"), "city").refused(MEMBERSHIP_ENDS_TOO_EARLY, earliest=date(2023, 12, 31))
    case.when(end("2023-12-31"), "city").happened("person.membership_ended.v1")
    assert not case.state.memberships["m1"].holds_on(date(2024, 1, 1))
    case.when(grant(membership="m2"), "city").happened("person.membership_granted.v2")


def test_a_membership_that_was_never_granted_cannot_end() -> None:
    serving().when(end("2024-05-31", "m9"), "city").refused(MEMBERSHIP_UNKNOWN, membership="m9")


def test_an_erased_person_holds_no_role_and_gets_none() -> None:
    case = serving().when(ErasePerson(person="li"), "city").then(PersonErased())
    assert case.state.memberships == {}
    for command in (grant(membership="m2"), end("2024-05-31"), ErasePerson(person="li")):
        case.when(command, "city").refused(PERSON_ERASED)
    case.when(REGISTER, "city").refused(PERSON_EXISTS)
