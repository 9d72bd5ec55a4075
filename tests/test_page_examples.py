"""What a page writes as an example works: queries of the contract within their cost, commands with what they need (plan P7)."""

import argparse
import re
from functools import cache
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    parse,
    validate,
    visit,
)

from api.schema import build_schema as made_schema
from api.server.query_cost import Limits, over_budget
from domain.access import Role
from domain.governance.rule_bodies.body import RuleKind
from tests.root_fields import may_read
from zhenduan.cli.parsing import parser

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "roles").glob("*.md")))
"""Pages that show how the API is asked and the program is run."""
BLOCK = re.compile(r"^```graphql\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ANY_BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
WRONG_SHAPE = re.compile(
    r"Cannot query field|must have a selection|must not have a selection|Unknown argument|Unknown type|not to include unknown field"
)


@cache
def contract() -> GraphQLSchema:
    return build_schema((ROOT / "graphql" / "schema.graphql").read_text("utf-8"), assume_valid=True)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_example_of_a_page_is_a_document_that_the_contract_takes(path: Path) -> None:
    for example in BLOCK.findall(path.read_text("utf-8")):
        assert validate(contract(), parse(example)) == [], example
        assert over_budget(made_schema()._schema, parse(example), Limits()) == [], example  # noqa: SLF001 - the executable schema has no public name


def test_the_citys_page_names_every_kind_of_rule_that_the_city_sets() -> None:
    page = (ROOT / "docs" / "roles" / "city.md").read_text("utf-8")
    named = {kind: kind.description.partition(" · ")[2].removesuffix("规则") for kind in RuleKind}
    assert {kind for kind, name in named.items() if name not in page} == set()


def root(name: str) -> dict[str, GraphQLField]:
    """The fields of Query or Mutation."""
    found = contract().type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found.fields


def asked_in_prose(text: str) -> list[str]:
    """Whole queries and mutations that stand in a sentence, what they leave out by … taken away."""
    found = []
    for code in re.findall(r"`([^`]+)`", ANY_BLOCK.sub("", text)):
        plain = re.sub(r"\(…\)|,? *…", "", code).strip()
        inner = re.sub(r"^\{\s*(.*)\}$", r"\1", plain, flags=re.DOTALL)
        whole = inner + " { __typename }" if inner.endswith(")") else inner  # what to read of it is left open
        name = re.match(r"[a-zA-Z]+", inner)
        if name and name[0] in root("Query") and "{" in inner:
            found.append(f"{{ {whole} }}")
        elif name and name[0] in root("Mutation") and "{" in inner:
            found.append(f"mutation {{ {whole} }}")
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_query_within_a_sentence_has_the_shape_of_the_contract(path: Path) -> None:
    for example in asked_in_prose(path.read_text("utf-8")):
        try:
            document = parse(example)
        except GraphQLSyntaxError:
            continue  # what is left out stands for something that has to be there
        wrong = [one.message for one in validate(contract(), document) if WRONG_SHAPE.search(one.message)]
        assert wrong == [], example


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_command_that_a_page_writes_with_options_names_all_that_it_needs(path: Path) -> None:
    (commands,) = [one for one in parser()._actions if isinstance(one, argparse._SubParsersAction)]  # noqa: SLF001 - there is no other way
    for written in re.findall(r"zhenduan ([a-z-]+ [^`\n#>|]*)", path.read_text("utf-8")):
        name, _, rest = written.partition(" ")
        if name not in commands.choices or "--" not in rest:
            continue
        actions = commands.choices[name]._actions  # noqa: SLF001 - as above
        known = {option for action in actions for option in action.option_strings}
        given = set(re.findall(r"(?<!\S)\[?(--[a-z-]+)", rest))
        assert given <= known, written
        needed = [action.option_strings for action in actions if action.required and action.option_strings]
        assert "…" in written or all(given & set(one) for one in needed), written


class FieldsRead(Visitor):
    """The fields that a document asks for, by the type that bears them."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if (parent := self.info.get_parent_type()) is not None and not node.name.value.startswith("__"):
            self.found.add(f"{parent.name}.{node.name.value}")


def fields_read(document: DocumentNode) -> set[str]:
    info = TypeInfo(contract())
    reader = FieldsRead(info)
    visit(document, TypeInfoVisitor(info, reader))
    return reader.found


OF_ONE_ROLE = [path for path in PAGES if path.parent.name == "roles" and path.stem in {role.value for role in Role}]


@pytest.mark.parametrize("path", OF_ONE_ROLE, ids=lambda path: path.stem)
def test_every_example_of_a_roles_page_asks_for_what_that_role_may_read(path: Path) -> None:
    text = path.read_text("utf-8")
    for example in [*BLOCK.findall(text), *asked_in_prose(text)]:
        try:
            document = parse(re.sub(r"\(\w+: ?\)", "", example))  # an argument whose value is left out
        except GraphQLSyntaxError:
            continue
        assert {one for one in fields_read(document) if not may_read(Role(path.stem), one)} == set(), example
