"""Appointments 任用 (plan O2, O3, P7): invited, joined, given a role for a unit and a period, handed over, left."""

from datetime import date

import pytest

from domain.access import EXPERTS, Role
from domain.command_rights import HELD_BY_PEOPLE, MAY_APPOINT, ROLE_NOT_ALLOWED
from domain.events import COMMANDS
from domain.kernel import NOT_FOUND
from domain.participants.enterprises import enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.participants.people.granting_rights import (
    MEMBERSHIP_SECTION_UNKNOWN,
    ROLE_NOT_YOURS_TO_GIVE,
    SECTIONS_NOT_FOR_ROLE,
    UNIT_UNKNOWN,
)
from domain.participants.people.memberships import (
    HANDED_TO_ONESELF,
    MEMBERSHIP_ENDED_ALREADY,
    MEMBERSHIP_EXISTS,
    MEMBERSHIP_HELD,
    EndMembership,
    GrantMembership,
    HandOverMembership,
)
from domain.participants.people.person import PEOPLE
from domain.participants.people.registration import (
    JOINED_ALREADY,
    PERSON_EXISTS,
    InvitePerson,
    JoinProgramme,
    PersonJoined,
)
from domain.participants.people.state import PERSON_ERASED, Membership, Person, person_stream
from tests.rules.cases import FIRM
from tests.rules.given import Given, given

SINCE = date(2024, 1, 1)
IN_GROUP = FIRM.model_copy(update={"group": "g1"})
UNITS = {
    organisation_stream("310117"): Organisation(kind=OrganisationKind.DISTRICT, name="松江区", parent="city"),
    organisation_stream("310117001"): Organisation(kind=OrganisationKind.SUBDISTRICT, name="岳阳", parent="310117"),
    organisation_stream("310115001"): Organisation(kind=OrganisationKind.SUBDISTRICT, name="潍坊", parent="310115"),
    organisation_stream("park"): Organisation(kind=OrganisationKind.PARK, name="园区", parent="310117"),
    organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="一所"),
    organisation_stream("p2"): Organisation(kind=OrganisationKind.PROVIDER, name="二所"),
    organisation_stream("g1"): Organisation(kind=OrganisationKind.GROUP, name="集团"),
    enterprise_stream("e1"): IN_GROUP,
    enterprise_stream("e2"): FIRM.model_copy(update={"district": "310115"}),
}


def invite(role: Role, organisation: str, **rest: object) -> InvitePerson:
    values = {
        "person": "wang",
        "name": "王工",
        "membership": "m1",
        "role": role,
        "organisation": organisation,
        "since": SINCE,
    }
    return InvitePerson.model_validate(values | rest)


def new_person() -> Given:
    return given(PEOPLE).having_read(UNITS)


def invited(role: Role = Role.FILLER, organisation: str = "e1") -> Given:
    return new_person().when(invite(role, organisation), "city").accepted


@pytest.mark.parametrize(
    ("inviter", "own", "role", "unit"),
    [
        ("enterprise", "e1", Role.FILLER, "e1"),
        ("enterprise", "e1", Role.CONFIRMER, "e1"),
        ("enterprise", "e1", Role.ENTERPRISE, "e1"),
        ("provider", "p1", Role.DIAGNOSTICIAN, "p1"),
        ("provider", "p1", Role.REVIEWER, "p1"),
        ("district", "310117", Role.SUBDISTRICT, "310117001"),
        ("district", "310117", Role.PARK, "park"),
        ("district", "310117", Role.DISTRICT, "310117"),
        ("district", "310117", Role.ENTERPRISE, "e1"),
        ("subdistrict", "310117001", Role.SUBDISTRICT, "310117001"),
        ("group", "g1", Role.ENTERPRISE, "e1"),
        ("city", "city", Role.DISTRICT, "310117"),
    ],
)
def test_a_head_invites_the_people_of_its_own_unit_and_of_those_below(
    inviter: str, own: str, role: Role, unit: str
) -> None:
    new_person().when(invite(role, unit), inviter, own).happened("person.registered.v1", "person.membership_granted.v2")


@pytest.mark.parametrize(
    ("inviter", "own", "role", "unit"),
    [
        ("enterprise", "e1", Role.FILLER, "e2"),
        ("provider", "p1", Role.DIAGNOSTICIAN, "p2"),
        ("district", "310117", Role.SUBDISTRICT, "310115001"),
        ("district", "310117", Role.ENTERPRISE, "e2"),
        ("subdistrict", "310117001", Role.SUBDISTRICT, "310115001"),
        ("group", "g1", Role.ENTERPRISE, "e2"),
        ("enterprise", "e1", Role.FILLER, "nowhere"),
    ],
)
def test_a_unit_out_of_reach_answers_like_one_that_does_not_exist(
    inviter: str, own: str, role: Role, unit: str
) -> None:
    new_person().when(invite(role, unit), inviter, own).refused(UNIT_UNKNOWN, organisation=unit)


@pytest.mark.parametrize(
    ("inviter", "own", "role", "unit"),
    [
        ("enterprise", "e1", Role.PROVIDER, "p1"),
        ("enterprise", "e1", Role.CITY, "city"),
        ("provider", "p1", Role.ENTERPRISE, "e1"),
        ("district", "310117", Role.FILLER, "e1"),
        ("district", "310117", Role.CITY, "city"),
    ],
)
def test_a_role_that_is_not_ones_own_to_give_is_refused(inviter: str, own: str, role: Role, unit: str) -> None:
    new_person().when(invite(role, unit), inviter, own).refused(ROLE_NOT_YOURS_TO_GIVE, role=role.value)


@pytest.mark.parametrize("role", sorted(HELD_BY_PEOPLE - MAY_APPOINT.keys()))
def test_who_is_no_head_invites_nobody(role: Role) -> None:
    new_person().when(invite(Role.FILLER, "e1"), role, "e1").refused(ROLE_NOT_ALLOWED, role=role.value)


def reached(role: Role) -> frozenset[Role]:
    """Every role that a chain of appointments leads to."""
    found: set[Role] = set()
    ahead = [role]
    while ahead:
        new = MAY_APPOINT.get(ahead.pop(), frozenset()) - found
        found |= new
        ahead += new
    return frozenset(found)


@pytest.mark.parametrize("role", sorted(MAY_APPOINT.keys() - {Role.CITY, Role.SYSTEM}))
def test_no_chain_of_appointments_climbs(role: Role) -> None:
    above = {Role.CITY, Role.AUDITOR, Role.OPERATOR, Role.DISTRICT, Role.PROVIDER, Role.BANK} | EXPERTS
    assert not reached(role) & (above - {role})


def test_a_person_is_invited_once() -> None:
    invited().when(invite(Role.FILLER, "e1", membership="m2"), "city").refused(PERSON_EXISTS)


def test_only_the_invited_person_joins_and_once() -> None:
    case = invited()
    case.when(JoinProgramme(person="wang"), "filler", "e1", by="someone").refused(NOT_FOUND)
    case.when(JoinProgramme(person="wang"), "city", "city", by="li").refused(NOT_FOUND)
    case.when(JoinProgramme(person="wang"), "filler", "e1", by="wang").then(PersonJoined())
    case.when(JoinProgramme(person="wang"), "filler", "e1", by="wang").refused(JOINED_ALREADY)


@pytest.mark.parametrize(
    ("role", "sections"), [(Role.DEPARTMENT_FILLER, ()), (Role.FILLER, ("D1",)), (Role.ENTERPRISE, ("D1",))]
)
def test_sections_belong_to_a_filler_of_some_sections_and_to_no_other(role: Role, sections: tuple[str, ...]) -> None:
    new_person().when(invite(role, "e1", sections=sections), "enterprise", "e1").refused(SECTIONS_NOT_FOR_ROLE)


def test_a_section_that_is_no_dimension_of_the_standard_is_refused_wherever_a_role_is_given() -> None:
    sections = ("D1", "D9", "Z01")
    case = new_person().when(invite(Role.DEPARTMENT_FILLER, "e1", sections=sections), "enterprise", "e1")
    case.refused(MEMBERSHIP_SECTION_UNKNOWN, section="D9", path="sections.1", allowed=("D1", "D2", "D3", "D4", "D5", "F"))
    given = grant(Role.DEPARTMENT_FILLER, "e1").model_copy(update={"sections": ("F", "D0")})
    invited().when(given, "enterprise", "e1").refused(MEMBERSHIP_SECTION_UNKNOWN, section="D0", path="sections.1")


def grant(role: Role, organisation: str) -> GrantMembership:
    return GrantMembership(person="wang", membership="m2", role=role, organisation=organisation, since=SINCE)


def test_another_role_is_given_to_a_person_of_ones_own_unit_only() -> None:
    invited().when(grant(Role.CONFIRMER, "e1"), "enterprise", "e1").happened("person.membership_granted.v2")
    invited().when(grant(Role.ENTERPRISE, "e2"), "enterprise", "e2").refused(NOT_FOUND)
    invited().when(grant(Role.DIAGNOSTICIAN, "p1"), "provider", "p1").refused(NOT_FOUND)


def leave(on: date = date(2024, 5, 31)) -> EndMembership:
    return EndMembership(person="wang", membership="m1", on=on)


def test_a_person_leaves_of_their_own_accord() -> None:
    invited().when(leave(), "filler", "e1", by="wang").happened("person.membership_ended.v1")


def test_a_role_is_taken_away_by_who_may_give_it_and_by_no_other() -> None:
    invited().when(leave(), "enterprise", "e1").happened("person.membership_ended.v1")
    invited().when(leave(), "filler", "e1", by="zhao").refused(NOT_FOUND)
    invited().when(leave(), "district", "310117").refused(NOT_FOUND)
    invited().when(leave(), "enterprise", "e2").refused(NOT_FOUND)


ZHAO = Person(memberships={"z1": Membership(role=Role.FILLER, organisation="e1", since=SINCE)})


def hand_over(**rest: object) -> HandOverMembership:
    values = {"person": "wang", "membership": "m1", "to": "zhao", "successor": "m2", "on": date(2024, 5, 31)}
    return HandOverMembership.model_validate(values | rest)


def confirmer() -> Given:
    return invited(Role.CONFIRMER).having_read({person_stream("zhao"): ZHAO})


def test_a_role_is_handed_over_from_one_day_to_the_next() -> None:
    case = confirmer().when(hand_over(), "enterprise", "e1")
    case.happened("person.membership_ended.v1", "person.membership_granted.v2")
    heir = case.read[person_stream("zhao")].memberships["m2"]
    assert (heir.role, heir.organisation, heir.since, heir.until) == (Role.CONFIRMER, "e1", date(2024, 6, 1), None)
    assert not case.state.memberships["m1"].holds_on(date(2024, 6, 1))


def test_a_role_is_handed_over_to_somebody_else_who_is_known_here_and_does_not_hold_it() -> None:
    confirmer().when(hand_over(to="wang"), "enterprise", "e1").refused(HANDED_TO_ONESELF)
    confirmer().when(hand_over(to="nobody"), "enterprise", "e1").refused(NOT_FOUND)
    confirmer().when(hand_over(successor="z1"), "enterprise", "e1").refused(MEMBERSHIP_EXISTS)
    elsewhere = Person(memberships={"z1": Membership(role=Role.FILLER, organisation="e2", since=SINCE)})
    stranger = confirmer().having_read({person_stream("zhao"): elsewhere})
    stranger.when(hand_over(), "enterprise", "e1").refused(NOT_FOUND)
    erased = confirmer().having_read({person_stream("zhao"): Person(erased=True)})
    erased.when(hand_over(), "city").refused(PERSON_ERASED)
    twice = invited(Role.FILLER).having_read({person_stream("zhao"): ZHAO})
    twice.when(hand_over(), "enterprise", "e1").refused(MEMBERSHIP_HELD)


def test_a_role_that_has_ended_is_not_handed_over() -> None:
    case = confirmer().when(leave(), "enterprise", "e1").accepted
    case.when(hand_over(), "enterprise", "e1").refused(MEMBERSHIP_ENDED_ALREADY)


def test_only_the_firm_speaks_for_the_firm_and_only_the_provider_for_the_provider() -> None:
    """The owner may do all that its firm may, the manager all that its provider may: one person is enough."""
    for name in ("SaveAnswers", "PledgeTruth", "SubmitSelfAssessment", "ConfirmReport", "ObjectToReport", "GrantConsent"):
        assert Role.ENTERPRISE in COMMANDS[name]
        assert not COMMANDS[name] & {Role.PROVIDER, Role.CITY, Role.SYSTEM}
    for name in ("AcceptDiagnosis", "RecordSiteVisit", "VerifyAnswers", "ScoreDiagnosis", "IssueReport"):
        assert Role.PROVIDER in COMMANDS[name]
        assert not COMMANDS[name] & {Role.ENTERPRISE, Role.CITY, Role.SYSTEM}
    for name in ("PledgeTruth", "ConfirmReport", "ObjectToReport", "GrantConsent", "RevokeConsent"):
        assert not COMMANDS[name] & {Role.FILLER, Role.DEPARTMENT_FILLER}
    assert Role.DIAGNOSTICIAN not in COMMANDS["IssueReport"]
    assert Role.REVIEWER not in COMMANDS["VerifyAnswers"]
    for name, roles in COMMANDS.items():
        assert not roles & {Role.AUDITOR, Role.OPERATOR} or name in ("JoinProgramme", "EndMembership", "CommentOnDraft"), name
