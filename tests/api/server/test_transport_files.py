"""Files beside GraphQL: size held while the bytes arrive, scope and rights before anything is given out."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from api.downloads import files
from api.downloads.files import attachment
from api.kit.ports import Identified
from domain.access import Role, scope_of
from domain.diagnosis.evidence import AttachEvidence
from domain.diagnosis.provider import AcceptDiagnosis
from tests.api.small_api import NOW, SmallApi, small_api
from tests.small_city import FILLER, PROVIDER, City, caller

EVIDENCE = b"evidence of the firm"
REPORT = b"%PDF-1.7 the report"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallApi]:
    """A city with one diagnosis, a piece of evidence and an issued report."""
    with small_api(tmp_path_factory.mktemp("api")) as made:
        city = City(made.services.journal)
        name = city.submitted()
        city.send(PROVIDER, AcceptDiagnosis(diagnosis=name))
        attached = AttachEvidence(
            diagnosis=name,
            sha256=made.services.blobs.put(EVIDENCE),
            filename='数字化"规划"/../总体.pdf',
            media_type="application/pdf",
            size=len(EVIDENCE),
            indicators=("Z01",),
        )
        city.send(FILLER, attached)
        made.services.models.catch_up()
        yield made


@pytest.fixture(scope="module")
def client(api: SmallApi) -> Iterator[TestClient]:
    with TestClient(api.app) as opened:
        yield opened


def signed_in(api: SmallApi, role: Role, organisation: str) -> dict[str, str]:
    who = caller(role, organisation)
    api.accounts.sessions[f"{role}-{organisation}"] = Identified(caller=who, membership="", expires_at=NOW)
    return {"authorization": f"Bearer {role}-{organisation}"}


# On their way in


def test_a_ticket_brings_one_file(api: SmallApi, client: TestClient) -> None:
    response = client.put("/uploads/t1", content=b"0123456789")
    assert response.status_code == 201
    assert response.json() == {"sha256": "a" * 64, "filename": "规划.txt", "mediaType": "text/plain", "size": 10}
    assert api.uploads.received == [b"0123456789"]


def test_a_ticket_of_nobody_is_404(client: TestClient) -> None:
    assert client.put("/uploads/t2", content=b"x").status_code == 404


@pytest.mark.parametrize("told", [True, False])
def test_a_file_larger_than_its_ticket_is_413_before_it_is_kept(
    api: SmallApi, client: TestClient, *, told: bool
) -> None:
    before = len(api.uploads.received)
    response = client.put("/uploads/t1", content=b"x" * 11 if told else iter([b"xxxx"] * 3))
    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"]["code"] == "TOO_LARGE"
    assert len(api.uploads.received) == before


def test_a_file_that_is_refused_says_the_rule(client: TestClient) -> None:
    response = client.put("/uploads/t1", content=b"a b")
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["message"] == "今日不可（1）"
    assert error["extensions"] == {"code": "NOT_TODAY", "clause": "plan P5", "messageInEnglish": "Not today (1)"}


def test_uploads_take_nothing_but_put(client: TestClient) -> None:
    assert client.post("/uploads/t1", content=b"x").status_code == 405


# On their way out


def path_of(data: bytes) -> str:
    return f"/files/{sha256(data).hexdigest()}"


def test_evidence_is_given_to_who_has_it_in_scope(api: SmallApi, client: TestClient) -> None:
    response = client.get(path_of(EVIDENCE), headers=signed_in(api, Role.DISTRICT, "310117"))
    assert (response.status_code, response.content) == (200, EVIDENCE)
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-disposition"].startswith("attachment; ")


@pytest.mark.parametrize(
    ("role", "organisation"),
    [(Role.DISTRICT, "310115"), (Role.PARK, "park1"), (Role.SUBDISTRICT, "x"), (Role.PUBLIC, "")],
)
def test_out_of_scope_and_without_right_answer_as_if_it_did_not_exist(
    api: SmallApi, client: TestClient, role: Role, organisation: str
) -> None:
    headers = signed_in(api, role, organisation)
    denied = client.get(path_of(EVIDENCE), headers=headers)
    absent = client.get(path_of(b"nothing"), headers=headers)
    assert denied.status_code == absent.status_code == 404
    assert denied.content == absent.content


def test_a_role_that_reads_reports_but_not_evidence_gets_only_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = frozenset({Role.DISTRICT, Role.PARK})  # no role of the product is such a one; the route judges each file by its kind
    monkeypatch.setattr(files, "roles_of", lambda kind, _name: both if kind is files.Report else both - {Role.PARK})
    with small_api(tmp_path) as api, TestClient(api.app) as client:
        city = City(api.services.journal)
        city.issued()
        api.services.models.catch_up()
        shown = {"e" * 64: EVIDENCE, "a" * 64: REPORT}
        monkeypatch.setattr(type(api.services.blobs), "get", lambda _self, digest: shown.get(digest))
        reader = signed_in(api, Role.DISTRICT, "310117")
        half = signed_in(api, Role.PARK, "park1")
        park = api.accounts.sessions["park-park1"]
        everything = replace(park.caller, scope=scope_of(Role.CITY, "city"))
        api.accounts.sessions["park-park1"] = replace(park, caller=everything)
        assert [client.get(f"/files/{name}", headers=reader).status_code for name in shown] == [200, 200]
        assert [client.get(f"/files/{name}", headers=half).status_code for name in shown] == [404, 200]
        report = client.get(f"/files/{'a' * 64}", headers=half)
        assert unquote(report.headers["content-disposition"]).endswith("诊断报告-v1.pdf")


def test_the_public_gets_nothing_and_a_token_of_nobody_is_401(client: TestClient) -> None:
    assert client.get(path_of(EVIDENCE)).status_code == 401
    assert client.get(path_of(EVIDENCE), headers={"authorization": "Bearer nobody"}).status_code == 401
    assert client.get(path_of(EVIDENCE), headers={"authorization": "Basic x"}).status_code == 401


@pytest.mark.parametrize("name", ["../etc/passwd", "%2e%2e%2f", "a" * 63, "A" * 64, "诊断"])
def test_what_is_no_hash_is_404(api: SmallApi, client: TestClient, name: str) -> None:
    assert client.get(f"/files/{name}", headers=signed_in(api, Role.CITY, "city")).status_code == 404


def test_a_damaged_file_is_a_masked_fault(api: SmallApi, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(api.services.blobs), "get", lambda _self, digest: 1 // 0 if digest else None)
    response = client.get(path_of(EVIDENCE), headers=signed_in(api, Role.DISTRICT, "310117"))
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plan.pdf", "attachment; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf"),
        ("规划 1.pdf", "attachment; filename=\"__ 1.pdf\"; filename*=UTF-8''%E8%A7%84%E5%88%92%201.pdf"),
        (
            'a"\r\nset-cookie: x',
            "attachment; filename=\"a___set-cookie_ x\"; filename*=UTF-8''a%22%0D%0Aset-cookie%3A%20x",
        ),
        ("", "attachment; filename=\"file\"; filename*=UTF-8''"),
    ],
)
def test_a_file_name_never_breaks_out_of_its_header(name: str, header: str) -> None:
    assert attachment(name) == header
