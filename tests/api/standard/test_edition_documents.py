"""Documents of the standard over HTTP (plan S1, S5, P8): for every signed-in role, named by the digest of the bytes, made once."""

import io
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from api.app import create_app
from api.downloads.edition_documents import Shelf
from interop.editions import documents
from interop.editions.oscal_reading import edition_of_oscal
from interop.editions.workbook_reading import as_stated, read_workbook
from projections.report import Printed
from standards import load
from tests.live_city import LiveCity

KEY = "2023-major-equipment"
DOCUMENTS = "query($key: String!) { edition(key: $key) { documents { kind path mediaType } } }"


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened


def get(city: LiveCity, client: TestClient, who: str | None, path: str, **headers: str) -> Any:
    if who is not None:
        headers["authorization"] = f"Bearer {city.tokens[who]}"
    return client.get(path, headers=headers)


@pytest.mark.pages("set")
def test_every_document_that_an_edition_names_is_there_under_its_type_and_says_what_the_edition_says(
    city: LiveCity, client: TestClient
) -> None:
    city.done("city", "publishEdition", "edition { key }", key=KEY)
    named = city.data("enterprise", DOCUMENTS, key=KEY)["edition"]["documents"]
    assert [one["kind"] for one in named] == [
        "PDF", "XLSX", "OSCAL", "OSCAL_ADDITIONS", "DIFFERENCE_PDF", "DIFFERENCE_MARKDOWN"
    ]
    got = {}
    for one in named:
        answer = get(city, client, "enterprise", one["path"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, one["mediaType"]), one
        assert answer.headers["etag"] == f'"{sha256(answer.content).hexdigest()}"'
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        got[one["kind"]] = answer
    edition = load(KEY)
    assert as_stated(read_workbook(got["XLSX"].content), edition).digest == edition.digest
    base = get(city, client, "enterprise", "/editions/2023.oscal.json").json()
    others = {"2023.oscal.json": base, f"{KEY}.additions.oscal.json": got["OSCAL_ADDITIONS"].json()}
    assert edition_of_oscal(got["OSCAL"].json(), others).digest == edition.digest
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(got["PDF"].content)).pages)
    assert edition.digest in "".join(said.split())
    assert "草案" not in said
    assert "售后与远程服务（删去）" in got["DIFFERENCE_MARKDOWN"].text
    assert unquote(got["PDF"].headers["content-disposition"].split("''")[1]) == f"{edition.title}.pdf"


def test_a_plain_edition_names_three_documents_and_an_industrys_without_its_plain_one_no_comparison(city: LiveCity) -> None:
    named = city.data("enterprise", DOCUMENTS, key="2023")["edition"]["documents"]
    assert [one["path"] for one in named] == ["/editions/2023.pdf", "/editions/2023.xlsx", "/editions/2023.oscal.json"]
    names = documents.names_of("2025-energy", (), over_plain=False)
    assert [name for name, _, _ in names] == ["2025-energy.pdf", "2025-energy.xlsx", "2025-energy.oscal.json"]


def test_every_signed_in_role_reads_them_and_the_public_signs_in_first(city: LiveCity, client: TestClient) -> None:
    missing = get(city, client, "auditor", "/editions/1999.xlsx")
    assert missing.status_code == 404
    for who in city.tokens:
        assert get(city, client, who, "/editions/2023.oscal.json").status_code == 200, who
    public = get(city, client, None, "/editions/2023.oscal.json")
    unknown = get(city, client, None, "/editions/1999.xlsx")
    assert (public.status_code, public.content) == (401, unknown.content)
    assert "请先登录" in public.text
    assert client.get("/editions/2023.oscal.json", headers={"authorization": "Bearer nobody"}).status_code == 401
    assert client.get("/editions/2023.oscal.json", headers={"authorization": "Basic x"}).status_code == 401
    assert client.post("/editions/2023.oscal.json").status_code == 405


@pytest.mark.parametrize(
    "name",
    [
        "2023",
        "2023.docx",
        "2023.PDF",
        "2023-energy.pdf",
        "2023.additions.oscal.json",
        "2023...2024.md",
        "2023..2023.md",
        "2023...2023.xlsx",
        "..%2F2023.pdf",
        "2023.pdf%0A",
        "２０２３.pdf",
        "2023-cheese-.md",
    ],
)
def test_a_name_of_nothing_is_not_found(city: LiveCity, client: TestClient, name: str) -> None:
    answer = get(city, client, "city", f"/editions/{name}")
    assert answer.status_code == 404


def test_a_document_is_made_once_and_not_sent_again_to_who_holds_it(
    city: LiveCity, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    workbook = documents.workbook

    def counted(*given: Any) -> bytes:
        made.append(given)
        return workbook(*given)

    monkeypatch.setattr(documents, "workbook", counted)
    with ThreadPoolExecutor(6) as people:
        answers = list(people.map(lambda _: get(city, client, "city", "/editions/2023.xlsx"), range(6)))
    assert len(made) == 1
    [tag] = {answer.headers["etag"] for answer in answers}
    for header in (tag, f'"other", W/{tag}', "*"):
        held = get(city, client, "provider", "/editions/2023.xlsx", **{"if-none-match": header})
        assert (held.status_code, held.content, held.headers["etag"]) == (304, b"", tag)
    assert get(city, client, "city", "/editions/2023.xlsx", **{"if-none-match": '"other"'}).status_code == 200
    public = client.get("/editions/2023.xlsx", headers={"if-none-match": tag})
    assert public.status_code == 401


def test_another_process_gives_the_same_bytes(city: LiveCity) -> None:
    tags = []
    for _ in range(2):
        with TestClient(create_app(city.installation.services)) as client:
            tags.append([get(city, client, "city", f"/editions/2023.{kind}").headers["etag"] for kind in ("xlsx", "oscal.json")])
    assert tags[0] == tags[1]


def test_who_has_too_many_made_is_told_to_come_back_and_others_and_other_reads_go_on(
    city: LiveCity, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(*_given: Any) -> bytes:
        begun.set()
        assert go.wait(20)
        return b"workbook"

    city.done("city", "publishEdition", "edition { key }", key=KEY)
    monkeypatch.setattr(documents, "workbook", slow)
    for name in ("print_standard", "print_comparison"):
        monkeypatch.setattr(documents, name, lambda *_given: Printed(slow(), ()))
    with ThreadPoolExecutor(8) as people:
        get(city, client, "city", "/editions/2023.oscal.json")  # from here on the token is known
        names = ("2023.xlsx", "2023.pdf", f"{KEY}.xlsx", f"{KEY}.pdf", f"2023...{KEY}.pdf")
        first = [people.submit(get, city, client, "city", f"/editions/{name}") for name in names]
        refused = next(as_completed(first, 20)).result()
        assert begun.wait(20)
        assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (429, "TOO_MANY_REQUESTS")
        assert 1 <= int(refused.headers["retry-after"]) <= 4
        other = people.submit(get, city, client, "district", "/editions/2023.xlsx")
        assert city.data("city", "{ editions { key } }")["editions"]
        assert get(city, client, "city", f"/editions/{KEY}.oscal.json").status_code == 429
        assert client.get("/health").status_code == 200
        go.set()
        assert sorted(one.result(20).status_code for one in first) == [200, 200, 200, 200, 429]
        assert other.result(20).content == b"workbook"
    assert get(city, client, "district", "/editions/2023.xlsx").content == b"workbook"


def test_a_document_that_cannot_be_made_is_masked_and_made_anew_the_next_time(
    city: LiveCity, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(documents, "workbook", lambda *_given: json.loads("secret"))
        answer = get(city, client, "city", "/editions/2023.xlsx")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert re.search(r"[0-9a-f]{8}", answer.text)
    assert get(city, client, "city", "/editions/2023.xlsx").status_code == 200


def test_the_shelf_holds_no_more_bytes_than_it_may_and_gives_up_what_was_longest_unasked() -> None:
    shelf = Shelf(10)
    for name in "abc":
        shelf.put((name, ()), b"1234")
        shelf.get(("a", ()))
    assert shelf.get(("b", ())) is None
    assert [shelf.get((name, ())) is not None for name in "ac"] == [True, True]
    assert shelf.put(("d", ()), b"12345678901")[0] == b"12345678901"
    assert shelf.get(("d", ())) is None
    assert shelf.get(("c", ())) is not None
