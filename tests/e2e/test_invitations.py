"""Invitations 邀请: a ticket stands for one person in the roles of then, and is nobody else's way in. plan P7, decision 0026."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.access import Role
from domain.kernel import Refused
from domain.participants.people.registration import RegisterPerson
from tests.e2e.accounts_house import MINUTE, PASSWORD, House, house
from tests.small_city import CITY, ENTERPRISE
from zhenduan.accounts.invitations import LIFETIME
from zhenduan.accounts.sign_in_limits import SignInLimits

__all__ = ["house"]
ISSUER = "https://sso.example"


@pytest.fixture
def newcomer(house: House) -> House:
    """A filler who was entered and has no way in yet."""
    house.city.send(CITY, RegisterPerson(person="u2", name="x"))
    house.grant("u2", "f1", Role.FILLER, ENTERPRISE)
    house.clock.now += MINUTE
    return house


def ticket(house: House) -> str:
    invited = house.accounts.invite("u2")
    assert invited is not None
    house.clock.now += MINUTE
    return invited.ticket


def test_a_ticket_opens_one_login_for_the_roles_of_then(newcomer: House) -> None:
    given = ticket(newcomer)
    identified = newcomer.accounts.accept(given, "zhao", PASSWORD)
    assert identified is not None
    assert (identified.caller.actor, identified.caller.role) == ("u2", Role.FILLER)
    assert newcomer.accounts.accept(given, "again", PASSWORD) is None
    assert newcomer.accounts.sign_in("zhao", PASSWORD) is not None


def test_a_role_given_after_the_ticket_was_issued_makes_it_worthless(newcomer: House) -> None:
    """Else the owner of a firm, who was asked about a filler, would hold the ticket of a city's official."""
    kept = ticket(newcomer)
    newcomer.grant("u2", "c1", Role.AUDITOR, audit(newcomer))
    assert newcomer.accounts.accept(kept, "zhao", PASSWORD) is None
    newcomer.clock.now += MINUTE
    assert newcomer.accounts.accept(ticket(newcomer), "zhao", PASSWORD) is not None


def audit(house: House) -> str:
    from domain.participants.organisations import OrganisationKind, RegisterOrganisation  # noqa: PLC0415 - of this one test

    house.city.send(CITY, RegisterOrganisation(organisation="audit", kind=OrganisationKind.AUDITOR, name="审计局"))
    return "audit"


def test_who_signs_in_by_an_identity_provider_gets_no_ticket(newcomer: House) -> None:
    """Whoever appoints could else take the person's place, and act in their name."""
    newcomer.accounts.subjects.link(ISSUER, "sub-2", "u2")
    assert newcomer.accounts.invite("u2") is None


def test_a_ticket_is_worth_nothing_once_the_person_has_another_way_in(newcomer: House) -> None:
    kept = ticket(newcomer)
    newcomer.accounts.subjects.link(ISSUER, "sub-2", "u2")
    assert newcomer.accounts.accept(kept, "zhao", PASSWORD) is None
    assert not newcomer.accounts.knows("zhao")


def test_of_two_who_use_one_ticket_at_once_one_gets_the_login(newcomer: House) -> None:
    given = ticket(newcomer)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda n: newcomer.accounts.accept(given, f"zhao{n}", PASSWORD), range(4)))
    assert sum(one is not None for one in found) == 1
    assert sum(newcomer.accounts.knows(f"zhao{n}") for n in range(4)) == 1


def test_a_ticket_runs_out_and_ends_with_the_last_role(newcomer: House) -> None:
    kept = ticket(newcomer)
    newcomer.clock.now += LIFETIME
    assert newcomer.accounts.accept(kept, "zhao", PASSWORD) is None


def test_a_ticket_tells_of_a_few_logins_only_whether_they_are_taken(newcomer: House) -> None:
    given = ticket(newcomer)
    codes = []
    for _ in range(SignInLimits().of_pair + 2):
        with pytest.raises(Refused) as refused:
            newcomer.accounts.accept(given, "li", PASSWORD)
        codes.append(refused.value.rule.code)
    assert codes == ["LOGIN_TAKEN"] * SignInLimits().of_pair + ["LOGIN_TRIED_OFTEN"] * 2
    newcomer.clock.now += SignInLimits().longest_wait
    assert newcomer.accounts.accept(given, "zhao", PASSWORD) is not None


def test_what_is_malformed_costs_no_try_and_no_hash(newcomer: House, monkeypatch: pytest.MonkeyPatch) -> None:
    given = ticket(newcomer)
    monkeypatch.setattr(newcomer.accounts._passwords, "_hasher", None)  # noqa: SLF001 - whoever hashes fails
    for login, password in (("Z z", PASSWORD), ("zhao", "short"), ("li", PASSWORD)):
        with pytest.raises(Refused):
            newcomer.accounts.accept(given, login, password)
