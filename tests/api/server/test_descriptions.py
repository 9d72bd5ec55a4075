"""The schema says of each of its parts what it is: a client is written from this page alone."""

import re
from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_specified_directive,
    is_specified_scalar_type,
)

from api.schema import build_schema

SCHEMA: GraphQLSchema = build_schema()._schema  # noqa: SLF001 - strawberry has no other way to the executable schema
FORM = re.compile(r"[^\u4e00-\u9fff·]*[^\u4e00-\u9fff·\s.;,:] · (?:[A-D] |[^\x00-\x7f·])+")
"""English, then " · ", then Chinese alone, in which a tier is its letter; neither ends in a stop."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
IN_ENGLISH = "InEnglish"
NAMES = {"name", "title", "note", "introduction", "label"}
"""What things are called by people and by the standard; where the program itself calls them so, the twin stands beside it."""
SAID_BY_PEOPLE = {
    "InternalReview.summary": "what an author wrote",
    "MendItem.what": "what the city wrote",
    "PartnerContract.why": "what the city wrote",
    "Revision.why": "what the city wrote",
    "Solution.summary": "what a supplier wrote",
    "ResultBatch.scope": "a code",
    "WebhookEndpoint.scope": "a code",
    "StatedNumber.what": "its twin is called english",
}


def parts() -> Iterator[tuple[str, str | None]]:
    """Coordinate -> description, of everything that has one."""
    for directive in SCHEMA.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description
            yield from ((f"@{directive.name}({name}:)", one.description) for name, one in directive.args.items())
    for name, kind in SCHEMA.type_map.items():
        if name.startswith("__") or (isinstance(kind, GraphQLScalarType) and is_specified_scalar_type(kind)):
            continue
        yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{name}.{value}", one.description) for value, one in kind.values.items())
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{name}.{field}", one.description) for field, one in kind.fields.items())
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, one in kind.fields.items():
                yield f"{name}.{field}", one.description
                yield from ((f"{name}.{field}({given}:)", of.description) for given, of in one.args.items())


def is_well_formed(description: str) -> bool:
    """Whether the first paragraph is of the form, and the rest, which is for the reader of English, has no Chinese."""
    first, _, rest = description.partition("\n\n")
    return FORM.fullmatch(first) is not None and CHINESE.search(rest) is None


def test_every_part_is_described() -> None:
    assert [coordinate for coordinate, description in parts() if not (description or "").strip()] == []


def test_a_description_is_an_english_sentence_then_the_chinese_noun() -> None:
    """A client that shows one language cuts at the mark: no Chinese stands inside the English, and none is missing."""
    assert [(coordinate, said) for coordinate, said in parts() if said and not is_well_formed(said)] == []


@pytest.mark.parametrize(
    ("description", "well_formed"),
    [
        ("Enter an organisation · 登记组织", True),
        ("Yearly revenue in ten thousand yuan · 营业收入（万元）", True),
        ("Enter an organisation · 登记组织\n\nindustries: those that it serves", True),
        ("Enter an organisation", False),
        ("登记组织", False),
        ("Enter an organisation 登记组织, with its kind", False),
        ("Enter an organisation · 登记组织, with its kind", False),
        ("Enter an organisation. · 登记组织", False),
        ("Enter an organisation · 登记组织\n\nindustries 行业: those that it serves", False),
    ],
)
def test_the_form_of_a_description_is_seen(description: str, well_formed: bool) -> None:  # noqa: FBT001 - an example's outcome
    assert is_well_formed(description) is well_formed


def test_a_sentence_that_the_program_says_is_there_in_both_languages() -> None:
    """Whatever is said in English of one thing is so of every other that says something of that name, and of each `sentence`."""
    strings = {
        (kind.name, name)
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if get_named_type(field.type).name == "String"
    }
    twice = {name.removesuffix(IN_ENGLISH) for _, name in strings if name.endswith(IN_ENGLISH)} - NAMES
    assert {"says", "what", "why", "sentence", "needed", "summary", "message"} <= twice
    alone = {f"{kind}.{name}" for kind, name in strings if name in twice and (kind, name + IN_ENGLISH) not in strings}
    assert alone == set(SAID_BY_PEOPLE)


def test_every_scalar_of_ours_says_what_specifies_it() -> None:
    ours = [kind for kind in SCHEMA.type_map.values() if isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind)]
    assert ours
    for scalar in ours:
        assert (scalar.specified_by_url or "").startswith("https://"), scalar.name
