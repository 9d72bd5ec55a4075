"""Result credentials (plan R4): a bank verifies a firm's confirmed result offline; consent and revocation end it at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from openvc.proof.sd_jwt import SdJwtVcProofSuite
from openvc.status.issue import verify_status_list_token
from openvc.status.token_status_list import decode_status_list, get_status
from starlette.testclient import TestClient

from api.app import create_app
from api.server.operations import Operations
from tests.api.record.test_disclosures import rows
from tests.live_city import DOCUMENTS, ENTERPRISE, FIRM, RIGHTS, SCHEMA, LiveCity

LISTED = """query($n: String) { resultCredentials(number: $n) { totalCount nodes {
  number status report purpose credential issuedAt diagnosis enterprise { uscc } bank { id } } } }"""
VERIFIED = "query($n: String!) { verifyResult(number: $n) { number status } }"
SHOWN = "credential { number status credential }"


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services, project=False)) as client:
        yield client


def consented(city: LiveCity) -> str:
    term = {"bank": "bank", "purpose": "授信", "since": city.today, "until": f"{int(city.today[:4]) + 1}-01-31"}
    thing = "enterprise { consents { nodes { id } } }"
    firm = city.done("enterprise", "grantConsent", thing, enterprise=ENTERPRISE, **term)["enterprise"]
    return str(firm["consents"]["nodes"][-1]["id"])


def later(city: LiveCity) -> LiveCity:
    """The same city a minute and a half later."""
    usual = city.installation.services.clock
    services = replace(city.installation.services, clock=lambda: usual() + timedelta(seconds=90))
    operations = Operations(services, SCHEMA, RIGHTS, documents=DOCUMENTS)
    return LiveCity(replace(city.installation, services=services), operations, city.tokens, city.ready)


def handed(city: LiveCity, diagnosis: str, consent: str) -> dict[str, Any]:
    given = {"enterprise": ENTERPRISE, "diagnosis": diagnosis, "consent": consent}
    return dict(city.done("confirmer", "issueResultCredential", SHOWN, **given)["credential"])


def listed(city: LiveCity, who: str, number: str | None = None) -> list[dict[str, Any]]:
    return list(city.data(who, LISTED, n=number)["resultCredentials"]["nodes"])


def checked(client: TestClient, credential: str) -> tuple[dict[str, Any], int]:
    """The claims of a credential and its status, by a library that is not ours."""
    issuer = client.get("/.well-known/jwt-vc-issuer").json()
    host, _, path = issuer["issuer"].removeprefix("https://").partition("/")
    assert client.get(f"/.well-known/jwt-vc-issuer/{path}").json() == issuer, host
    assert client.get(f"/.well-known/jwt-vc-issuer/{path}x").status_code == 404
    key = issuer["jwks"]["keys"][0]
    found = SdJwtVcProofSuite().verify(
        credential, public_key_jwk=key, expected_vct=f"{issuer['issuer']}/results/diagnosis", audience="organisation/bank"
    )
    status = found.claims["status"]["status_list"]
    told = client.get("/results/status-list")
    assert told.headers["content-type"].startswith("application/statuslist+jwt")
    claims = verify_status_list_token(told.text, public_key_jwk=key, expected_uri=status["uri"])
    packed = decode_status_list(claims["status_list"]["lst"])
    return dict(found.claims), get_status(packed, status["idx"], bits=claims["status_list"]["bits"])


def test_a_bank_holds_the_confirmed_result_and_another_library_verifies_it(city: LiveCity, client: TestClient) -> None:
    diagnosis = city.issued()
    consent = consented(city)
    given = {"enterprise": ENTERPRISE, "diagnosis": diagnosis, "consent": consent}
    assert city.refused("confirmer", "issueResultCredential", **given) == "CREDENTIAL_UNCONFIRMED"
    city.done("confirmer", "confirmReport", diagnosis=diagnosis)
    number = handed(city, diagnosis, consent)["number"]
    (held,) = listed(city, "bank")
    shown = city.data("bank", "query($id: ID!) { diagnosis(id: $id) { grade level verifiedTotal caseNumber } }", id=diagnosis)
    claims, status = checked(client, held["credential"])
    assert claims["iat"] == claims["nbf"] == int(datetime.fromisoformat(held["issuedAt"]).timestamp())
    assert listed(later(city), "bank") == [held], "the same text whenever it is read"
    assert (claims["number"], claims["purpose"], claims["enterprise"], status) == (
        number,
        "授信",
        {"uscc": FIRM.uscc, "name": FIRM.name},
        0,
    )
    told = claims["diagnosis"]
    assert (told["grade"], told["level"], told["verified_total"], told["case_number"]) == tuple(shown["diagnosis"].values())
    assert not {"answers", "result", "evidence"} & set(told)
    assert city.data(None, VERIFIED, n=number.lower())["verifyResult"] == {"number": number, "status": "VALID"}


@pytest.mark.parametrize("ended", ["revokeResultCredential", "revokeConsent"])
def test_it_ends_at_once_with_itself_or_with_the_consent(city: LiveCity, client: TestClient, ended: str) -> None:
    diagnosis = city.issued()
    city.done("confirmer", "confirmReport", diagnosis=diagnosis)
    consent = consented(city)
    one = handed(city, diagnosis, consent)
    by = {"number": one["number"]} if ended == "revokeResultCredential" else {"consent": consent}
    thing = "credential { number }" if ended == "revokeResultCredential" else "enterprise { id }"
    city.done("enterprise", ended, thing, enterprise=ENTERPRISE, **by)
    assert checked(client, one["credential"])[1] == 1
    assert city.data(None, VERIFIED, n=one["number"])["verifyResult"]["status"] == "REVOKED"
    (kept,) = listed(city, "enterprise")
    assert (kept["status"], kept["credential"]) == ("REVOKED", None)
    assert [one["credential"] for one in listed(city, "bank")] in ([], [None])


def test_others_are_told_of_none(city: LiveCity) -> None:
    diagnosis = city.issued()
    city.done("confirmer", "confirmReport", diagnosis=diagnosis)
    number = handed(city, diagnosis, consented(city))["number"]
    assert listed(city, "stranger", number) == listed(city, "stranger", "ZDR-2026-000000000000") == []
    assert [one["number"] for one in listed(city, "auditor")] == [number]
    for who in ("provider", "district", "group", "reader"):
        assert "errors" in city.ask(who, LISTED), who
    assert city.data(None, VERIFIED, n="ZDR-2026-000000000000")["verifyResult"] is None
    told = city.ask(None, "query($n: String!) { verifyResult(number: $n) { number enterprise { name } } }", n=number)
    assert "errors" in told
    trail = '{ auditTrail(kind: "credential.") { nodes { type } } }'
    assert city.data("auditor", trail)["auditTrail"]["nodes"] == [{"type": "credential.issued.v1"}]
    assert city.data("district", trail)["auditTrail"]["nodes"] == []


def test_that_a_bank_read_it_is_written_down(city: LiveCity) -> None:
    diagnosis = city.issued()
    city.done("confirmer", "confirmReport", diagnosis=diagnosis)
    handed(city, diagnosis, consented(city))
    before = len(rows(city))
    listed(city, "bank")
    row = rows(city)[0]
    assert len(rows(city)) == before + 1
    assert [(one.firm, one.subject, set(one.masks)) for one in row.disclosed] == [
        (ENTERPRISE, diagnosis, {"consents", "outcome"})
    ]
