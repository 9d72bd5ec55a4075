"""Result credentials (plan R4): a firm hands a bank its confirmed result, signed, while it consents, and takes it back."""

from datetime import date, timedelta

import pytest

from domain.access import Term
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis import result_credentials as c
from domain.diagnosis.result_credentials import (
    RESULT_CREDENTIALS,
    CredentialStatus,
    IssueResultCredential,
    ResultCredentialIssued,
    RevokeResultCredential,
    credential_status,
)
from domain.diagnosis.state import Diagnosis, Purpose, Status, diagnosis_stream
from domain.kernel import NOT_FOUND
from domain.participants.consents import CONSENT_UNKNOWN, Consents, consent_stream
from domain.participants.enterprises import enterprise_stream
from standards import Form
from tests.rules.cases import FIRM
from tests.rules.given import AT, Given, given

TODAY = AT.date()
UNTIL = TODAY + timedelta(days=30)
NUMBER, ANOTHER = "ZDR-2026-0123456789AB", "ZDR-2026-0123456789AC"
CASE = Diagnosis(
    enterprise="e1",
    campaign="c",
    purpose=Purpose.INITIAL,
    form=Form.BRIEF,
    edition="2023",
    edition_digest="0" * 64,
    provider="p1",
    applicable=None,
    reason=None,
    status=Status.CONFIRMED,
    reports=2,
)


def consented(since: date = TODAY, until: date = UNTIL) -> Consents:
    return Consents(terms={"c1": Term("bank", since, until)})


def asked(consents: Consents | None = None, case: Diagnosis = CASE) -> Given:
    world = {
        enterprise_stream("e1"): FIRM,
        consent_stream("e1"): consents or consented(),
        diagnosis_stream("d1"): case,
    }
    return given(RESULT_CREDENTIALS).having_read(world)


def issuing(**rest: str) -> IssueResultCredential:
    return IssueResultCredential(**{"enterprise": "e1", "diagnosis": "d1", "consent": "c1", "number": NUMBER, **rest})


def issued() -> Given:
    return asked().when(issuing(), "confirmer", "e1").accepted


@pytest.mark.parametrize("role", ["enterprise", "confirmer"])
def test_the_firm_hands_over_what_it_has_confirmed(role: str) -> None:
    (fact,) = asked().when(issuing(), role, "e1").happened("credential.issued.v1").facts
    assert isinstance(fact, ResultCredentialIssued)
    assert (fact.bank, fact.report, fact.until) == ("bank", 2, UNTIL)


@pytest.mark.parametrize("role", ["filler", "department_filler", "bank", "city", "district", "provider", "auditor"])
def test_nobody_else_does(role: str) -> None:
    asked().when(issuing(), role, "e1").refused(ROLE_NOT_ALLOWED, role=role)
    issued().when(RevokeResultCredential(enterprise="e1", number=NUMBER), role, "e1").refused(ROLE_NOT_ALLOWED, role=role)


def test_a_credential_rests_on_a_consent_that_holds_today() -> None:
    asked().when(issuing(consent="c2"), "confirmer", "e1").refused(CONSENT_UNKNOWN)
    for since, until in ((TODAY + timedelta(days=1), UNTIL), (TODAY - timedelta(days=9), TODAY - timedelta(days=1))):
        over = asked(consented(since, until)).when(issuing(), "confirmer", "e1")
        over.refused(c.CREDENTIAL_CONSENT_OVER, since=since, until=until)
    asked().when(issuing(enterprise="e9"), "confirmer", "e9").refused(NOT_FOUND)


@pytest.mark.parametrize(
    "case",
    [
        CASE.model_copy(update={"status": Status.ISSUED}),
        CASE.model_copy(update={"status": Status.OBJECTED}),
        CASE.model_copy(update={"status": Status.WITHDRAWN}),
        CASE.model_copy(update={"enterprise": "e2"}),
    ],
)
def test_no_credential_of_what_is_not_confirmed_or_another_firms(case: Diagnosis) -> None:
    asked(case=case).when(issuing(), "confirmer", "e1").refused(c.CREDENTIAL_UNCONFIRMED)


def test_one_at_a_time_of_a_diagnosis_and_consent() -> None:
    issued().when(issuing(number=ANOTHER), "confirmer", "e1").refused(c.CREDENTIAL_HELD, number=NUMBER)
    revoked = issued().when(RevokeResultCredential(enterprise="e1", number=NUMBER), "confirmer", "e1")
    revoked.happened("credential.revoked.v1")
    revoked.accepted.when(issuing(number=ANOTHER), "confirmer", "e1").happened("credential.issued.v1")
    revoked.accepted.when(RevokeResultCredential(enterprise="e1", number=NUMBER), "confirmer", "e1").happened()


def test_only_what_was_issued_is_taken_back() -> None:
    asked().when(RevokeResultCredential(enterprise="e1", number=NUMBER), "confirmer", "e1").refused(c.CREDENTIAL_UNKNOWN)


@pytest.mark.parametrize(
    ("revoked", "consented_until", "day", "status"),
    [
        (False, UNTIL, TODAY, CredentialStatus.VALID),
        (False, UNTIL, UNTIL, CredentialStatus.VALID),
        (False, UNTIL, UNTIL + timedelta(days=1), CredentialStatus.EXPIRED),
        (True, UNTIL, TODAY, CredentialStatus.REVOKED),
        (False, TODAY - timedelta(days=1), TODAY, CredentialStatus.REVOKED),
        (False, TODAY - timedelta(days=1), UNTIL + timedelta(days=9), CredentialStatus.REVOKED),
    ],
)
def test_a_credential_ends_with_the_consent_that_it_rests_on(
    revoked: bool, consented_until: date, day: date, status: CredentialStatus  # noqa: FBT001 - a case of the test
) -> None:
    assert credential_status(revoked=revoked, until=UNTIL, consented_until=consented_until, day=day) is status
