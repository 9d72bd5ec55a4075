"""Credentials (plan T1): signed by the installation, verified by another's library; forged, run out and suspended ones are told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openvc.errors import OpenvcError
from openvc.proof.sd_jwt import SdJwtVcProofSuite
from openvc.status.issue import verify_status_list_token
from openvc.status.token_status_list import decode_status_list, get_status
from starlette.testclient import TestClient

from api.app import create_app
from domain.governance.qualification import CertificateStatus
from tests.api.providers.red_lines import suspended
from tests.live_city import LiveCity
from zhenduan.accounts.credentials import SignedCredentials

ASKED = "query($n: String!) { verifyCertificate(number: $n) { status credential } }"
VERIFIER = SdJwtVcProofSuite()


def granted(city: LiveCity, person: str = "diagnostician") -> str:
    given = {"person": person, "grade": "DIAGNOSTICIAN", "editions": ["2023"], "since": city.today, "recognised": "考核合格"}
    return str(city.done("city", "grantCertificate", "certificate { number }", **given)["certificate"]["number"])


def fetched(city: LiveCity) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The issuer's key, what it says of itself, and the status list, as a verifier fetches them."""
    with TestClient(create_app(city.installation.services, project=False)) as client:
        issuer = client.get("/.well-known/jwt-vc-issuer").json()
        listed = client.get("/certificates/status-list")
    assert listed.headers["content-type"].startswith("application/statuslist+jwt")
    return issuer["jwks"]["keys"][0], issuer, listed.text


def checked(city: LiveCity, credential: str) -> tuple[dict[str, Any], int]:
    """The claims of a credential and its status, by a library that is not ours."""
    key, issuer, listed = fetched(city)
    found = VERIFIER.verify(credential, public_key_jwk=key, expected_vct=f"{issuer['issuer']}/certificates/diagnostician")
    status = found.claims["status"]["status_list"]
    claims = verify_status_list_token(listed, public_key_jwk=key, expected_uri=status["uri"])
    packed = decode_status_list(claims["status_list"]["lst"])
    return dict(found.claims), get_status(packed, status["idx"], bits=claims["status_list"]["bits"])


def credential_of(city: LiveCity, number: str) -> str:
    return str(city.data(None, ASKED, n=number)["verifyCertificate"]["credential"])


def test_a_credential_is_verified_by_another_library_and_names_no_person(city: LiveCity) -> None:
    number = granted(city)
    claims, status = checked(city, credential_of(city, number))
    assert (claims["number"], claims["grade"], claims["editions"], status) == (number, "diagnostician", ["2023"], 0)
    assert "diagnostician" not in {str(value) for name, value in claims.items() if name not in ("grade", "vct")}
    assert "holder_name" not in claims
    city.done("diagnostician", "showHolderName", "certificate { number }", person="diagnostician", shown="FULL")
    claims, _ = checked(city, credential_of(city, number))
    assert claims["holder_name"] == "示例人员diagnostician"


def test_a_suspension_is_told_of_a_credential_that_was_fetched_before(city: LiveCity) -> None:
    first, second = credential_of(city, granted(city)), credential_of(city, granted(city, "reviewer"))
    suspended(city, "diagnostician", "代签")
    assert (checked(city, first)[1], checked(city, second)[1]) == (2, 0)
    city.done("city", "restoreCertificate", "certificate { number }", person="diagnostician", reason="整改完成")
    assert checked(city, first)[1] == 0


def test_a_credential_that_was_altered_or_signed_by_another_is_refused(city: LiveCity) -> None:
    credential = credential_of(city, granted(city))
    head, body, signature = credential.rstrip("~").split(".")
    with pytest.raises(OpenvcError):
        checked(city, f"{head}.{body[:-6]}AAAAAA.{signature}~")
    forged = SignedCredentials(bytes(32), "http://localhost").signed("dc+sd-jwt", {"vct": "x", "grade": "senior"})
    with pytest.raises(OpenvcError):
        checked(city, forged + "~")


def test_a_credential_runs_out_with_its_certificate(city: LiveCity) -> None:
    key, _, _ = fetched(city)
    signer = city.installation.services.credentials
    assert signer is not None
    past = int((datetime.now(UTC) - timedelta(days=1)).timestamp())
    over = signer.signed("dc+sd-jwt", {"vct": "x", "iat": past - 100, "nbf": past - 100, "exp": past}) + "~"
    with pytest.raises(OpenvcError):
        VERIFIER.verify(over, public_key_jwk=key)
    assert CertificateStatus.EXPIRED.value == "expired"
