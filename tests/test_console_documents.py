"""What the console asks, the schema answers: a field that goes is found before anything is built (plan P7)."""

import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

ROOT = Path(__file__).parents[1]
ASKED = re.compile(r"\bgraphql\(`(.*?)`\)", re.DOTALL)
DOCUMENTS = [
    (path.relative_to(ROOT).as_posix(), text)
    for path in sorted((ROOT / "console" / "src").rglob("*.ts*"))
    if "gql" not in path.parts  # made from the schema
    for text in ASKED.findall(path.read_text("utf-8"))
]


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "graphql" / "schema.graphql").read_text("utf-8"))


def test_the_documents_of_the_console_are_found() -> None:
    assert len(DOCUMENTS) > len({path for path, _ in DOCUMENTS}) > 1


@pytest.mark.parametrize(("path", "text"), DOCUMENTS, ids=[f"{path}-{place}" for place, (path, _) in enumerate(DOCUMENTS)])
def test_a_document_of_the_console_is_one_of_the_schema(schema: GraphQLSchema, path: str, text: str) -> None:
    assert [f"{path}: {fault.message}" for fault in validate(schema, parse(text))] == []
