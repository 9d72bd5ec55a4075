"""What the console asks, the schema answers: a field that goes is found before anything is built (plan P7)."""

import json
import re
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    validate,
    visit,
)

from api.kit.event_names import in_english, in_words
from domain.events import EVENTS

ROOT = Path(__file__).parents[1]
ASKED = re.compile(r"\bgraphql\(`(.*?)`\)", re.DOTALL)
DOCUMENTS = [
    (path.relative_to(ROOT).as_posix(), text)
    for path in sorted((ROOT / "console" / "src").rglob("*.ts*"))
    if "gql" not in path.parts  # made from the schema
    for text in ASKED.findall(path.read_text("utf-8"))
]
TO_ITS_END = {"hasNextPage", "endCursor"}
ONLY_SOME = {
    "TiedFirms.enterprises": "those whose name is being typed",
    "FirmsNamed.enterprises": "the first fifty whose name is looked for; the page says where there are more",
    "Weakest.weakest": "the twenty weakest, as the heading says",
    "Pace.days": "the last hundred days, which are drawn",
    "Trainings.sessions": "the latest twenty of each training; the page says of how many",
    "Sampled.jobs": "of each of twelve draws; the page says where there are more, and its frame names all",
    "Experts.memberships": "the roles of one person",
    "DutyContacts.memberships": "the roles of one person",
    "People.memberships": "the roles of one person",
}
"""Lists of which only the first rows are asked for, each with its reason."""


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "graphql" / "schema.graphql").read_text("utf-8"))


def test_the_documents_of_the_console_are_found() -> None:
    assert len(DOCUMENTS) > len({path for path, _ in DOCUMENTS}) > 1


@pytest.mark.parametrize(("path", "text"), DOCUMENTS, ids=[f"{path}-{place}" for place, (path, _) in enumerate(DOCUMENTS)])
def test_a_document_of_the_console_is_one_of_the_schema(schema: GraphQLSchema, path: str, text: str) -> None:
    assert [f"{path}: {fault.message}" for fault in validate(schema, parse(text))] == []


class _Lists(Visitor):
    """Of each list a document reads: whether it goes on, and after what."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.found: dict[str, str | None] = {}

    def enter_field(self, node: FieldNode, *_: object) -> None:
        type_ = get_named_type(self.types.get_type())
        within = node.selection_set.selections if node.selection_set else ()
        asked = {one.name.value: one for one in within if isinstance(one, FieldNode)}
        if type_ is None or not type_.name.endswith("Connection") or not {"nodes", "edges"} & asked.keys():
            return
        given = {one.name.value: one.value for one in node.arguments or ()}
        size = given.get("first", given.get("last"))
        if isinstance(size, IntValueNode) and size.value == "1":
            return  # the one, and no list
        after = given.get("after", given.get("before"))
        pages = asked["pageInfo"].selection_set if "pageInfo" in asked else None
        told = {one.name.value for one in pages.selections if isinstance(one, FieldNode)} if pages else set()
        goes_on = isinstance(after, VariableNode) and told >= TO_ITS_END
        self.found[node.name.value] = after.name.value if goes_on and isinstance(after, VariableNode) else None


def lists_of(schema: GraphQLSchema, document: DocumentNode) -> dict[str, str | None]:
    """Each list of a document, and the variable after which it goes on; None where it does not."""
    types = TypeInfo(schema)
    lists = _Lists(types)
    visit(document, TypeInfoVisitor(types, lists))
    return lists.found


def test_every_list_is_turned_page_by_page_or_read_to_its_end_or_named_with_its_reason(schema: GraphQLSchema) -> None:
    """A list of which the first fifty rows are shown without a word looks like all there is."""
    silent, ways = set(), set()
    for path, text in DOCUMENTS:
        document = parse(text)
        (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
        assert operation.name is not None
        for field, after in lists_of(schema, document).items():
            if after is None:
                silent.add(f"{operation.name.value}.{field}")
            elif after in {"after", "before"}:
                ways.add("turned")
                assert "paging={" in (ROOT / path).read_text("utf-8"), f"{path}: nothing turns the pages of {field}"
            else:
                ways.add("to its end")  # console/whole-lists.ts finds it by the name of the variable
                assert after.endswith("After"), f"{path}: {field} goes on after ${after}, which nothing gives"
    assert silent == ONLY_SOME.keys()
    assert ways == {"turned", "to its end"}


PARTS = {
    "PROCEEDINGS": ("objections", "siteVisits", "followUp"),
    "REPORTED": ("reports", "result"),
    "ANSWERED": ("answers", "evidence"),
}
"""Lists of roles in the page of a case -> what the parts show that are offered to them."""


def test_a_part_of_a_case_is_offered_to_exactly_those_who_may_read_what_it_shows(schema: GraphQLSchema) -> None:
    page = (ROOT / "console" / "src" / "pages" / "case.tsx").read_text("utf-8")
    listed: dict[str, set[str]] = {}
    for name in PARTS:
        found = re.search(rf"const {name}: Viewer\[\"role\"\]\[\] = \[(.*?)\];", page)
        assert found is not None
        spread = re.findall(r"\.\.\.(\w+)", found[1])
        listed[name] = set(re.findall(r'"(\w+)"', found[1])).union(*(listed[one] for one in spread))
    for name, fields in PARTS.items():
        for field in fields:
            node = schema.type_map["Diagnosis"].fields[field].ast_node  # type: ignore[attr-defined] # an object type
            (readers,) = (one for one in node.directives if one.name.value == "readableBy")
            assert listed[name] == {role.value for role in readers.arguments[0].value.values}, (name, field)


def test_what_a_checked_dossier_calls_its_facts_is_what_the_trail_calls_them() -> None:
    written = (ROOT / "console" / "src" / "verify" / "event-names.ts").read_text("utf-8")
    named = {name: json.loads(both) for name, both in re.findall(r'^  "([a-z_.]+)": (\[.*\]),$', written, re.MULTILINE)}
    kinds = {name.partition(".")[0] for name in named}
    assert {"diagnosis", "enterprise", "organisation", "listing", "rating", "subsidy"} <= kinds
    known = {name.rpartition(".")[0]: [in_words(name), in_english(name)] for name in EVENTS if name.partition(".")[0] in kinds}
    assert named == known
