"""Papers (plan R1, R5) over the API and as files: drafts the city's, published ones anyone's, byte by byte as they were kept."""

import csv
import re
from collections.abc import Iterator
from hashlib import sha256
from io import StringIO
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from domain.programme.papers.tables import PaperTableName
from projections.documents.markdown import literal
from projections.documents.paper import NOTES
from tests.api.programme.reported_city import reported
from tests.live_city import LiveCity
from zhenduan.background.computing import compute_waiting

PAPERS = """{ papers(first: 9) { totalCount nodes { kind year edition status corrects reason cutOff method uplift
  files { format path sha256 } tables { table sha256 path } } } }"""
CELLS = """query($year: Int!) { paper(kind: WHITE_PAPER, year: $year) { tables { table
  cells(first: 99) { nodes { row column firms value withheld } } } } }"""
PAPER = "paper { edition status version files { path sha256 } tables { table sha256 path } }"


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened


def asked(city: LiveCity, year: int, **odd: Any) -> None:
    city.done("city", "requestPaper", PAPER, kind="WHITE_PAPER", year=year, **odd)
    city.installation.services.models.catch_up()
    compute_waiting(city.installation.services, Event())
    city.installation.services.models.catch_up()


def given(client: TestClient, path: str, token: str | None = None) -> Any:
    return client.get(path, headers={"authorization": f"Bearer {token}"} if token else {})


def test_every_table_says_how_it_is_read() -> None:
    assert set(NOTES) == set(PaperTableName)


@pytest.mark.pages("set")
def test_a_draft_is_the_citys_and_what_is_published_is_anyones(city: LiveCity, client: TestClient) -> None:
    asked(city, year := reported(city))
    folder = f"/papers/white_paper.{year}.1"
    assert city.data("city", PAPERS)["papers"]["nodes"][0]["status"] == "DRAFTED"
    for who in ("district", "enterprise", None):
        assert city.ask(who, PAPERS)["data"]["papers"]["totalCount"] == 0
    for name in ("paper.md", "heat.csv", "dictionary.csv"):
        assert given(client, f"{folder}/{name}").status_code == 404
        assert given(client, f"{folder}/{name}", city.tokens["district"]).status_code == 404
        assert given(client, f"{folder}/{name}", city.tokens["city"]).status_code == 200
    assert "（草稿）" in given(client, f"{folder}/paper.md", city.tokens["city"]).text
    city.done("city", "publishPaper", PAPER, kind="WHITE_PAPER", year=year)
    [paper] = city.ask(None, PAPERS)["data"]["papers"]["nodes"]
    assert (paper["status"], paper["edition"], paper["corrects"]) == ("PUBLISHED", 1, None)
    for one in (*paper["files"], *paper["tables"]):
        found = given(client, one["path"])
        assert (found.status_code, sha256(found.content).hexdigest()) == (200, one["sha256"]), one["path"]
        assert found.headers["content-security-policy"].startswith("default-src 'none'")
        opened = one["path"].endswith(".html")  # the page is read in the browser, where nothing of it runs; the rest is kept
        assert found.headers["content-disposition"].startswith("inline" if opened else "attachment"), one["path"]
        assert "sandbox" in found.headers["content-security-policy"]
        assert "script-src" not in found.headers["content-security-policy"]
    assert given(client, f"{folder}/paper.pdf").content.startswith(b"%PDF")
    assert "草稿" not in given(client, f"{folder}/paper.md").text
    assert {"english", "chinese"} <= set(given(client, f"{folder}/dictionary.csv").text.splitlines()[0].split(","))


def test_one_firm_is_told_by_no_cell_and_its_paper_names_position_and_digest(city: LiveCity, client: TestClient) -> None:
    asked(city, year := reported(city))
    [paper] = city.data("city", PAPERS)["papers"]["nodes"]
    for table in city.data("city", CELLS, year=year)["paper"]["tables"]:
        assert all(one["firms"] in (None, 0) for one in table["cells"]["nodes"]), table["table"]
    text = given(client, f"/papers/white_paper.{year}.1/heat.csv", city.tokens["city"]).text
    [first, *_] = csv.DictReader(StringIO(text))
    assert (first["firms"], first["withheld"]) == ("", "too_few")
    page = given(client, f"/papers/white_paper.{year}.1/paper.html", city.tokens["city"]).text
    for table in paper["tables"]:
        assert table["sha256"] in page
    assert 'name="viewport"' in page  # read on a phone, too
    text = given(client, f"/papers/white_paper.{year}.1/paper.md", city.tokens["city"]).text
    assert all(literal(NOTES[PaperTableName[table["table"]]]) in text for table in paper["tables"])
    assert not re.search("[0-9] 档", text)
    position = city.data("auditor", "query($y: Int!) { paper(year: $y) { position } }", y=year)["paper"]["position"]
    assert page.count(f"日志位置 {position}") > len(paper["tables"])
    assert "errors" in city.ask("city", "query($y: Int!) { paper(year: $y) { position } }", y=year)


def test_a_correction_names_the_edition_before_it_which_stays(city: LiveCity, client: TestClient) -> None:
    asked(city, year := reported(city))
    city.done("city", "publishPaper", PAPER, kind="WHITE_PAPER", year=year)
    path = f"/papers/white_paper.{year}.1/paper.html"
    before = given(client, path).content
    assert city.refused("city", "requestPaper", kind="WHITE_PAPER", year=year) == "PAPER_REASON_MISSING"
    asked(city, year, reason="更正名单")
    city.done("city", "publishPaper", PAPER, kind="WHITE_PAPER", year=year)
    latest, first = city.ask(None, PAPERS)["data"]["papers"]["nodes"]
    assert [(one["edition"], one["corrects"], one["reason"]) for one in (latest, first)] == [(2, 1, "更正名单"), (1, None, None)]
    assert given(client, path).content == before
    assert [one["sha256"] for one in latest["tables"]] == [one["sha256"] for one in first["tables"]]


def test_nothing_else_is_there_and_the_wrong_role_is_told_so(city: LiveCity, client: TestClient) -> None:
    asked(city, year := reported(city))
    for path in (f"white_paper.{year}.2/paper.pdf", f"white_paper.{year}.1/firms.csv", "x/y"):
        assert given(client, f"/papers/{path}", city.tokens["city"]).status_code == 404
    assert city.refused("district", "publishPaper", kind="WHITE_PAPER", year=year) == "ROLE_NOT_ALLOWED"
    one = "query($y: Int!) { paper(kind: WHITE_PAPER, year: $y) { edition } }"
    assert city.ask("district", one, y=year)["data"]["paper"] is None
    assert city.ask("auditor", one, y=year)["data"]["paper"] == {"edition": 1}
