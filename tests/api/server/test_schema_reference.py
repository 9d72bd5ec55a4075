"""The schema's page: every part of the schema is on it, every link leads somewhere, and nothing comes from elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, is_specified_scalar_type
from starlette.testclient import TestClient

from api.schema import build_schema, schema_text
from tests.api.small_api import small_api
from zhenduan.pages.schema_page import page as reference

SCHEMA = build_schema()._schema  # noqa: SLF001 - strawberry has no other way to the executable schema


@pytest.fixture(scope="module")
def page() -> str:
    return reference(schema_text())


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with small_api(tmp_path, reference=reference) as api, TestClient(api.app) as opened:
        yield opened


def test_every_part_of_the_schema_is_there(page: str) -> None:
    anchors = re.findall(r'id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    wanted = set()
    for name, kind in SCHEMA.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        wanted.add(name)
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType):
            wanted |= {f"{name}.{field}" for field in kind.fields}
        if isinstance(kind, GraphQLEnumType):
            wanted |= {f"{name}.{value}" for value in kind.values}
    assert wanted <= set(anchors)
    assert wanted


def test_every_link_leads_to_a_part(page: str) -> None:
    anchors = set(re.findall(r'id="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links
    assert links <= anchors


def test_a_part_bears_its_words_its_type_and_its_readers(page: str) -> None:
    part = page.partition('id="Query.queryCost"')[2].partition("</dd>")[0]
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", part))
    assert "queryCost: QueryCost!" in shown
    assert "查询成本" in shown


def test_words_of_the_schema_are_no_markup() -> None:
    made = reference('"""<script>alert(1)</script>"""\ntype Query {\n  """a & b"""\n  x(y: String = "<b>"): [Int!]!\n}\n')
    assert "<script" not in made
    assert "&lt;script&gt;" in made
    assert "x: [Int!]!" in re.sub(r"<[^>]+>", "", made)


def test_the_page_and_the_text_are_served_from_here_alone(client: TestClient) -> None:
    found = client.get("/schema")
    assert (found.status_code, found.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in found.headers["content-security-policy"]
    loaded = re.findall(r'<(?:script|link|img)\b[^>]*(?:src|href)="([^"]+)"', found.text)
    assert [path for path in loaded if not path.startswith("data:")] == ["/graphiql/reference.css"]
    assert client.get("/graphiql/reference.css").status_code == 200
    assert not re.search(r"<script|<style|\son\w+=", found.text)
    text = client.get("/schema.graphql")
    assert (text.status_code, text.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert "type Query {" in text.text


@pytest.mark.parametrize("path", ["/schema", "/schema.graphql"])
def test_what_a_browser_has_already_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
