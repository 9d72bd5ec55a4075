"""The public page of a printed link (plan T1, R4): valid, expired, revoked or unknown, in two languages, no more."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.downloads.verification_page import QUERY, sentences_of
from api.kit.credentials import verify_url
from api.server.admission import AdmissionLimits
from api.server.persisted_documents import PersistedDocuments
from domain.diagnosis.result_credentials import CredentialStatus
from tests.api.diagnosis.test_result_credentials import consented, handed
from tests.api.providers.red_lines import suspended
from tests.api.providers.test_certificates import granted
from tests.live_city import ENTERPRISE, FIRM, LiveCity
from zhenduan.accounts.credentials import SignedCredentials


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services, project=False)) as client:
        yield client


def shown(client: TestClient, number: str) -> tuple[int, str]:
    answer = client.get(f"/verify/{number}")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.status_code, answer.text


def test_whoever_holds_the_link_of_a_certificate_sees_whether_it_holds_and_whose_it_is_not(
    city: LiveCity, client: TestClient
) -> None:
    certificate = granted(city)
    number = certificate["number"]
    city.done("diagnostician", "showHolderName", "certificate { number }", person="diagnostician", shown="FULL")
    status, text = shown(client, number.lower())
    assert status == 200
    for said in ("有效", "Valid", "诊断师证书", "Certificate of a diagnostician", number, certificate["until"]):
        assert said in text
    assert "diagnostician</" not in text.replace("Certificate of a diagnostician</", "")
    assert "示例人员" not in text, "who holds it is asked of the API, as far as the holder agreed"
    by_form = client.get("/verify/number", params={"number": f" {number} "})
    assert (by_form.status_code, by_form.text) == (200, text)


def test_the_link_is_told_with_the_certificate_and_with_the_credential(city: LiveCity, client: TestClient) -> None:
    granted(city)
    [own] = city.data("diagnostician", "{ ownCertificates { number verifyUrl } }")["ownCertificates"]
    assert own["verifyUrl"] == f"/verify/{own['number']}", "its public address is not set, and none is made up"
    signer = SignedCredentials(bytes(32), "https://log.example", "https://city.example")
    assert verify_url(signer, own["number"]) == f"https://city.example/verify/{own['number']}"
    assert shown(client, own["number"])[0] == 200


def test_a_suspended_certificate_does_not_hold_and_no_reason_is_told(city: LiveCity, client: TestClient) -> None:
    number = granted(city)["number"]
    suspended(city, "diagnostician", "代签记录")
    status, text = shown(client, number)
    assert status == 200
    assert "当前无效：暂停" in text
    assert "Not valid now: suspended" in text
    assert "代签" not in text


def test_a_credential_holds_until_its_consent_is_taken_back_and_tells_nothing_of_the_firm(
    city: LiveCity, client: TestClient
) -> None:
    case = city.issued()
    city.done("confirmer", "confirmReport", diagnosis=case)
    consent = consented(city)
    number = handed(city, case, consent)["number"]
    [held] = city.data("bank", "{ resultCredentials { nodes { number verifyUrl } } }")["resultCredentials"]["nodes"]
    assert held["verifyUrl"].endswith(f"/verify/{number}")
    status, text = shown(client, number)
    assert (status, "有效" in text, "Credential of a diagnosis result" in text) == (200, True, True)
    city.done("enterprise", "revokeConsent", "enterprise { id }", enterprise=ENTERPRISE, consent=consent)
    status, later = shown(client, number)
    assert (status, "当前无效：已撤销" in later) == (200, True)
    for page in (text, later):
        for untold in (FIRM.name, FIRM.uscc, "授信", "bank", case):
            assert untold not in page


@pytest.mark.parametrize("status", [CredentialStatus.EXPIRED, CredentialStatus.REVOKED])
def test_what_is_over_says_so_in_both_languages(status: CredentialStatus) -> None:
    day = date(2026, 1, 31)
    found = {"number": "ZDR-2026-0", "status": status.name, "issuedOn": day, "until": day, "verifiedOn": day + timedelta(1)}
    told = "".join(sentences_of({"verifyResult": found | {"synthetic": True}}))
    chinese, english = status.names
    for said in (f"当前无效：{chinese}", f"Not valid now: {english}", "2026-01-31", "示例数据", "Sample data"):
        assert said in told


def test_a_number_that_is_unknown_or_no_number_is_told_alike_and_never_written_into_the_page(client: TestClient) -> None:
    answers = [shown(client, one) for one in ("ZDS-2024-000000000000", "ZDR-2024-000000000000")]
    assert {status for status, _ in answers} == {404}
    for odd in ("x" * 2_000, "<script>alert(1)", "ZDS-2024-%3Cb%3E", "%00", "编号"):
        status, text = shown(client, odd)
        assert (status, "没有此编号" in text, "There is no such number" in text) == (404, True, True), odd
        assert "<script" not in text
        assert "<b>" not in text
    assert client.get("/verify/number").status_code == 200
    assert client.post("/verify/ZDS-2024-000000000000").status_code == 405


def test_it_answers_where_only_registered_documents_are_run_and_lets_no_other_through(city: LiveCity, tmp_path: Path) -> None:
    """plan P7: a page of the program's own asks by a document that nobody registered; so does why a provider is listed."""
    persisted = PersistedDocuments(tmp_path / "documents", only=True)
    with TestClient(create_app(city.installation.services, project=False, persisted=persisted)) as client:
        assert shown(client, "ZDS-2024-000000000001")[0] == 404
        assert client.get("/directory/organisation%2Fnobody/why.pdf").status_code == 404
        sent = client.post("/graphql", json={"query": QUERY}, headers={"accept": "application/graphql-response+json"})
        assert sent.status_code == 400


def test_the_page_has_no_script_and_loads_nothing_from_anywhere(client: TestClient) -> None:
    answer = client.get("/verify/ZDS-2024-000000000000")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<script|src=|href=|url\(", answer.text)


def test_it_waits_among_strangers_whoever_opens_it(city: LiveCity) -> None:
    """Once they have used their share of the processor, no session makes it faster; readers are answered all the same."""
    number = granted(city)["number"]
    limits = AdmissionLimits(wait_seconds=0.01, share=0.001, burst_seconds=0.0001)
    signed_in = {"authorization": f"Bearer {city.tokens['auditor']}"}
    with TestClient(create_app(city.installation.services, project=False, admission=limits)) as client:
        found = [client.get(f"/verify/{number}", headers=signed_in) for _ in range(3)]
        assert (found[0].status_code, found[-1].status_code) == (200, 503)
        assert int(found[-1].headers["retry-after"]) >= 1
        assert client.post("/graphql", json={"query": "{ me { role } }"}, headers=signed_in).status_code == 200
