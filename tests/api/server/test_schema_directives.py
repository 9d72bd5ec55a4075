"""What machines read of the schema: clauses and readers stand in directives, descriptions are for people."""

import re
from pathlib import Path

import pytest
from graphql import DirectiveNode, build_schema, parse

from api.kit.published import declared
from api.kit.schema_directives import parted
from api.schema import build_schema as built
from api.schema import schema_text
from api.server.field_rights import resolve_rights
from domain.access import Role
from domain.masks import SIGNED_IN

PLAN = (Path(__file__).parents[3] / "docs" / "plan.md").read_text()


@pytest.mark.parametrize(
    ("description", "text", "clauses"),
    [
        ("Grade 档. plan S4", "Grade 档", ("S4",)),
        ("Firms. asOf: then · 企业. plan S4", "Firms. asOf: then · 企业", ("S4",)),
        ("One firm. Null out of scope. plan P1, P7", "One firm. Null out of scope.", ("P1", "P7")),
        ("Targets (plan G1–G3), kept", "Targets, kept", ("G1", "G2", "G3")),
        ("Doors. plan P5. after: a cursor", "Doors. after: a cursor", ("P5",)),
        ("The plan in one paragraph", "The plan in one paragraph", ()),
    ],
)
def test_a_citation_becomes_clauses(description: str, text: str, clauses: tuple[str, ...]) -> None:
    assert parted(description) == (text, clauses)


def test_no_description_cites_the_plan_and_every_clause_is_one_of_it() -> None:
    text = schema_text()
    assert not re.search(r"\bplan [A-Z]\d", text)
    cited = set(re.findall(r'@clause\(id: "([^"]+)"\)', text))
    assert len(cited) > 20
    assert {one for one in cited if not re.search(rf"\b{one}\b", PLAN)} == set()


def test_the_printed_schema_names_the_readers_of_every_field() -> None:
    """Read back from the text as a stranger would, it is the table by which documents are judged."""
    rights = resolve_rights(built()._schema, declared(built()).rows)  # noqa: SLF001 - the executable one
    told = build_schema(schema_text())
    assert told.query_type is not None

    def roles(directives: tuple[DirectiveNode, ...]) -> frozenset[Role] | None:
        for one in directives:
            if one.name.value == "readableBy":
                (argument,) = one.arguments
                return frozenset(Role[value.value] for value in argument.value.values)  # type: ignore[attr-defined]
        return None

    found = {}
    for definition in parse(schema_text()).definitions:
        if type(definition).__name__ in ("ObjectTypeDefinitionNode", "InterfaceTypeDefinitionNode"):
            of_type = roles(definition.directives or ()) or SIGNED_IN  # type: ignore[attr-defined]
            for field in definition.fields or ():  # type: ignore[attr-defined]
                found[f"{definition.name.value}.{field.name.value}"] = roles(field.directives or ()) or of_type  # type: ignore[attr-defined]
    assert found == dict(rights)
