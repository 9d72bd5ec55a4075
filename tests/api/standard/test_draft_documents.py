"""Documents of a draft (plan S5): its text and its comparison, for whom it is open, with the reasons that the reader may see."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from api.app import create_app
from interop.editions.workbook_reading import as_stated, read_workbook
from standards import load
from tests.api.standard.test_revisions import SEES_NO_DRAFT, changed, consulting, weight
from tests.live_city import LiveCity

TEXT = """query($id: ID!, $of: DraftOf!, $industry: String) { revisionText(revision: $id, of: $of, industry: $industry) {
  key digest replaces documents { kind path mediaType } } }"""
KINDS = ("pdf", "xlsx", "difference.pdf", "difference.md")


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened


def get(city: LiveCity, client: TestClient, who: str | None, path: str) -> Any:
    headers = {"authorization": f"Bearer {city.tokens[who]}"} if who is not None else {}
    return client.get(path, headers=headers)


@pytest.mark.pages("set")
def test_the_documents_that_a_text_names_are_there_and_say_what_the_draft_says(city: LiveCity, client: TestClient) -> None:
    identity = changed(city)
    text = city.data("city", TEXT, id=identity, of="CURRENT")["revisionText"]
    got = {one["kind"]: get(city, client, "city", one["path"]) for one in text["documents"]}
    for one in text["documents"]:
        assert (got[one["kind"]].status_code, got[one["kind"]].headers["content-type"]) == (200, one["mediaType"])
    assert as_stated(read_workbook(got["XLSX"].content), load("2023")).digest == text["digest"]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(got["PDF"].content)).pages]
    assert "草案" in pages[0]
    assert "未发布" in pages[0]
    said = got["DIFFERENCE_MARKDOWN"].text
    assert "# 标准修订对照 2023 → 2027 草案第 2 稿" in said
    assert "| 权重 | 15 | 14 | 试行反馈 |" in said
    assert got["DIFFERENCE_PDF"].content.startswith(b"%PDF-")


def test_a_draft_that_moves_on_is_another_document(city: LiveCity, client: TestClient) -> None:
    identity = changed(city)
    path = f"/revisions/{identity}/current/2023.difference.md"
    before = get(city, client, "city", path)
    moved = [weight("D1", "13"), weight("F", "12")]
    city.done("city", "changeDraft", "revision { id }", revision=identity, draftVersion=2, changes=moved)
    after = get(city, client, "city", path)
    assert before.headers["etag"] != after.headers["etag"]
    assert "草案第 3 稿" in after.text
    assert "15 | 13" in after.text


def test_a_draft_that_does_not_compose_has_no_document(city: LiveCity, client: TestClient) -> None:
    identity = changed(city)
    city.done("city", "changeDraft", "revision { id }", revision=identity, draftVersion=2, changes=[weight("D1", "13")])
    for kind in KINDS:
        assert get(city, client, "city", f"/revisions/{identity}/current/2023.{kind}").status_code == 404


@pytest.mark.parametrize("who", [*SEES_NO_DRAFT, None])
def test_before_the_consultation_a_draft_has_no_document_for_others(
    city: LiveCity, client: TestClient, who: str | None
) -> None:
    identity = changed(city)
    missing = get(city, client, "city", "/revisions/none/current/2023.difference.md")
    assert missing.status_code == 404
    for which in ("current", "consulted"):
        answer = get(city, client, who, f"/revisions/{identity}/{which}/2023.difference.md")
        if who is None:
            assert answer.status_code == 401
        else:
            assert (answer.status_code, answer.content) == (404, missing.content)


def test_on_consultation_the_text_is_for_every_role_and_reasons_are_for_those_who_see_the_draft(
    city: LiveCity, client: TestClient
) -> None:
    identity = consulting(city)
    path = f"/revisions/{identity}/consulted/2023.difference.md"
    shown = {who: get(city, client, who, path) for who in ("city", "auditor", "enterprise", "provider")}
    assert {answer.status_code for answer in shown.values()} == {200}
    assert "试行反馈" in shown["city"].text
    assert "试行反馈" in shown["auditor"].text
    assert "试行反馈" not in shown["enterprise"].text
    assert shown["enterprise"].text.replace("—", "") == shown["city"].text.replace("试行反馈", "").replace("—", "")
    assert get(city, client, "enterprise", f"/revisions/{identity}/current/2023.difference.md").status_code == 404
    assert get(city, client, None, path).status_code == 401
    for name in ("2024.pdf", "2023.oscal.json", "2023-cheese.pdf", "2023"):
        assert get(city, client, "city", f"/revisions/{identity}/consulted/{name}").status_code == 404
    assert get(city, client, "city", f"/revisions/{identity}/other/2023.difference.md").status_code == 404
