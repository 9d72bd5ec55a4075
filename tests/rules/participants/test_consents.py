"""Consents 企业授权 (plan R4): a firm lets a bank see its results, for a purpose and a period, and takes it back."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from domain.access import Role, Term, admits, scope_of
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND
from domain.participants import consents as c
from domain.participants.consents import CONSENTS, GrantConsent, RevokeConsent
from domain.participants.enterprises import enterprise_stream, place_of
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from tests.rules.cases import FIRM
from tests.rules.given import AT, Given, given

TODAY = AT.date()
WORLD = {
    enterprise_stream("e1"): FIRM,
    organisation_stream("bank"): Organisation(kind=OrganisationKind.BANK, name="示例银行"),
    organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="示例服务商"),
}


def sent_command(**rest: object) -> GrantConsent:
    values = {
        "enterprise": "e1",
        "consent": "c1",
        "bank": "bank",
        "purpose": "授信",
        "since": TODAY,
        "until": TODAY + timedelta(days=30),
    }
    return GrantConsent.model_validate(values | rest)


def asked() -> Given:
    return given(CONSENTS).having_read(WORLD)


def granted() -> Given:
    return asked().when(sent_command(), "enterprise", "e1").accepted


@pytest.mark.parametrize("role", ["enterprise", "confirmer"])
def test_the_firm_consents(role: str) -> None:
    asked().when(sent_command(), role, "e1").happened("consent.granted.v1")


@pytest.mark.parametrize("role", ["filler", "department_filler", "bank", "city", "district", "group", "provider", "auditor"])
def test_nobody_else_consents_for_the_firm(role: str) -> None:
    asked().when(sent_command(), role, "e1").refused(ROLE_NOT_ALLOWED, role=role)
    granted().when(RevokeConsent(enterprise="e1", consent="c1"), role, "e1").refused(ROLE_NOT_ALLOWED, role=role)


def test_consent_is_to_a_bank_of_a_firm_on_the_roster() -> None:
    for bank in ("p1", "nowhere"):
        asked().when(sent_command(bank=bank), "enterprise", "e1").refused(c.BANK_UNKNOWN, bank=bank)
    asked().when(sent_command(enterprise="e9"), "enterprise", "e9").refused(NOT_FOUND)


def test_a_consent_has_an_end_that_is_not_over() -> None:
    over = sent_command(since=date(2024, 1, 1), until=TODAY - timedelta(days=1))
    asked().when(over, "enterprise", "e1").refused(c.CONSENT_OVER)
    with pytest.raises(ValidationError):
        sent_command(until=TODAY - timedelta(days=1))
    with pytest.raises(ValidationError):
        sent_command(until=None)


def test_one_consent_a_bank_and_day() -> None:
    granted().when(sent_command(), "enterprise", "e1").refused(c.CONSENT_EXISTS, consent="c1")
    later = {"consent": "c2", "until": TODAY + timedelta(days=60)}
    last_day, day_after = TODAY + timedelta(days=30), TODAY + timedelta(days=31)
    granted().when(sent_command(**later, since=last_day), "enterprise", "e1").refused(c.CONSENT_HELD)
    granted().when(sent_command(**later, since=day_after), "enterprise", "e1").happened("consent.granted.v1")


def test_a_revoked_consent_ends_before_today_and_revoking_again_changes_nothing() -> None:
    revoke = RevokeConsent(enterprise="e1", consent="c1")
    case = granted().when(revoke, "confirmer", "e1").then(c.ConsentRevoked(consent="c1", last=TODAY - timedelta(days=1)))
    case.when(revoke, "confirmer", "e1").then()
    case.when(sent_command(consent="c2"), "enterprise", "e1").happened("consent.granted.v1")
    case.when(RevokeConsent(enterprise="e1", consent="c9"), "enterprise", "e1").refused(c.CONSENT_UNKNOWN, consent="c9")


def test_a_bank_sees_by_consent_on_its_days_and_on_no_other() -> None:
    terms = tuple(granted().state.terms.values())
    assert terms == (Term("bank", TODAY, TODAY + timedelta(days=30)),)
    place = place_of("e1", FIRM, consents=terms)
    days = {-1: False, 0: True, 30: True, 31: False}
    for offset, sees in days.items():
        assert admits(scope_of(Role.BANK, "bank", on=TODAY + timedelta(days=offset)), place) == sees
    assert not admits(scope_of(Role.BANK, "another", on=TODAY), place)
    assert not admits(scope_of(Role.BANK, "bank"), place)
    revoked = granted().when(RevokeConsent(enterprise="e1", consent="c1"), "enterprise", "e1").state
    assert not admits(scope_of(Role.BANK, "bank", on=TODAY), place_of("e1", FIRM, consents=tuple(revoked.terms.values())))
