"""Each fault that the GraphQL library finds is said whole in Chinese, whatever rule finds it, and whole in English beside it."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from graphql import (
    DirectiveLocation,
    GraphQLDeferDirective,
    GraphQLDirective,
    GraphQLError,
    GraphQLScalarType,
    GraphQLStreamDirective,
    build_schema,
    parse,
    specified_directives,
    specified_rules,
    validate,
)
from graphql.execution.values import get_variable_values

from api.server.query_faults import IN_CHINESE, SENTENCES, in_chinese_too
from api.server.scalars import SCALARS

SCHEMA = build_schema("""
    enum Kind { ONE TWO }
    scalar Date
    scalar DateTime
    scalar Decimal
    input Either @oneOf { one: String two: String }
    input Text { text: String! }
    type Thing { name(first: Int, of: [Text]): String things: [Thing] kind(is: Kind, either: Either): Kind }
    type Other { name: String }
    type Query { thing(id: ID!, day: Date, at: DateTime, part: Decimal, size: Float, text: Text, is: Boolean): Thing plain: Thing }
    type Subscription { one: Thing two: Thing }
    directive @many on FIELD
""")
STREAMED = build_schema("type Thing { name: String } type Query { thing: Thing } type Mutation { thing: Thing } "
                        "type Subscription { thing: Thing }")  # fmt: skip
STREAMED = type(STREAMED)(
    STREAMED.query_type,
    STREAMED.mutation_type,
    STREAMED.subscription_type,
    directives=[*specified_directives, GraphQLDeferDirective, GraphQLStreamDirective,
                GraphQLDirective("many", [DirectiveLocation.FIELD])],
)  # fmt: skip
for kind in (date, datetime, Decimal):
    ours = SCALARS[kind]
    scalar = SCHEMA.type_map[ours.name or kind.__name__]
    assert isinstance(scalar, GraphQLScalarType)
    scalar.parse_value = scalar.coerce_input_value = ours.parse_value  # type: ignore[method-assign,assignment]

PROVOKED: dict[str, tuple[str, ...]] = {
    "ExecutableDefinitionsRule": ("{ plain { name } } type X { y: Int }", "schema { query: Q }"),
    "KnownOperationTypesRule": ("mutation { x }",),
    "UniqueOperationNamesRule": ("query a { plain { name } } query a { plain { name } }",),
    "LoneAnonymousOperationRule": ("{ plain { name } } query a { plain { name } }",),
    "SingleFieldSubscriptionsRule": (
        "subscription { one { name } two { name } }",
        "subscription a { one { name } __typename }",
        "subscription { __typename }",
        "subscription a { one @skip(if: true) { name } }",
    ),
    "KnownTypeNamesRule": ("{ ...a } fragment a on Thin { name }",),
    "FragmentsOnCompositeTypesRule": ("{ ... on Kind { x } }", "{ ...a } fragment a on Kind { x }"),
    "VariablesAreInputTypesRule": ("query($a: Thing) { plain { name } }",),
    "ScalarLeafsRule": ("{ plain }", "{ plain { name { x } } }"),
    "FieldsOnCorrectTypeRule": ("{ plain { nam } }", "{ x }", "{ " + "x " * 120 + "}"),
    "UniqueFragmentNamesRule": (
        "{ ...a } fragment a on Query { plain { name } } fragment a on Query { plain { name } }",
    ),
    "KnownFragmentNamesRule": ("{ ...a }",),
    "NoUnusedFragmentsRule": ("{ plain { name } } fragment a on Query { plain { name } }",),
    "PossibleFragmentSpreadsRule": ("{ ... on Other { name } }", "{ ...a } fragment a on Other { name }"),
    "NoFragmentCyclesRule": (
        "{ ...a } fragment a on Query { ...a }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    ),
    "UniqueVariableNamesRule": ("query($a: Int, $a: Int) { plain { name(first: $a) } }",),
    "NoUndefinedVariablesRule": ("{ plain { name(first: $a) } }", "query b { plain { name(first: $a) } }"),
    "NoUnusedVariablesRule": ("query($a: Int) { plain { name } }", "query b($a: Int) { plain { name } }"),
    "KnownDirectivesRule": ("{ plain @x { name } }", "query @many { plain { name } }"),
    "UniqueDirectivesPerLocationRule": ("{ plain @many @many { name } }",),
    "DeferStreamDirectiveOnRootField": (
        "mutation { ... @defer { thing { name } } }",
        "mutation { thing @stream { name } }",
        "subscription { ... @defer { thing { name } } }",
    ),
    "DeferStreamDirectiveOnValidOperationsRule": (
        "subscription { thing { ... @defer { name } } }",
        "subscription { thing { name @stream } }",
    ),
    "DeferStreamDirectiveLabel": (
        "query($a: String) { thing { ... @defer(label: $a) { name } } }",
        '{ thing { ... @defer(label: "a") { name } ... @defer(label: "a") { name } } }',
    ),
    "StreamDirectiveOnListField": ("{ thing @stream { name } }",),
    "KnownArgumentNamesRule": ("{ plain { name(frist: 1) } }", "{ plain @skip(iff: true) { name } }"),
    "UniqueArgumentNamesRule": ("{ plain { name(first: 1, first: 2) } }",),
    "ValuesOfCorrectTypeRule": (
        *(f"{{ plain {{ name(first: {one}) }} }}" for one in ('"x"', "1.5", "99999999999", "true", "{ a: 1 }")),
        *(f"{{ plain {{ kind(is: {one}) }} }}" for one in ("TREE", '"ONE"', "1", "ON")),
        *(f"{{ plain {{ kind(either: {one}) }} }}" for one in ("{}", '{ one: "a", two: "b" }', "{ one: null }", "1")),
        *(
            f"{{ plain {{ name(of: {one}) }} }}"
            for one in ("{}", "{ text: 1 }", '{ text: "a", more: 1 }', "{ text: null }", "3")
        ),
        *(f"{{ thing(id: {one}) {{ name }} }}" for one in ("true", "null", "1.5", "ONE")),
        *(f'{{ thing(id: "a", size: {one}) {{ name }} }}' for one in ('"x"', "true")),
        *(f'{{ thing(id: "a", is: {one}) {{ name }} }}' for one in ('"x"', "1")),
        *(
            f'{{ thing(id: "a", day: {one}) {{ name }} }}'
            for one in ('"1.1.2026"', '"2026-02-30"', '"1200-01-01"', "3", "true")
        ),
        *(f'{{ thing(id: "a", at: {one}) {{ name }} }}' for one in ('"2026-01-01"', '"2026-02-30T00:00:00Z"', "4")),
        *(f'{{ thing(id: "a", part: {one}) {{ name }} }}' for one in ('"1e3"', '"x"', "true")),
    ),
    "ProvidedRequiredArgumentsRule": ("{ thing { name } }", "{ plain @skip { name } }"),
    "VariablesInAllowedPositionRule": (
        "query($a: Int) { thing(id: $a) { name } }",
        "query($a: String) { plain { kind(either: { one: $a }) } }",
    ),
    "OverlappingFieldsCanBeMergedRule": (
        "{ plain { a: name a: kind } }",
        "{ plain { a: name(first: 1) a: name(first: 2) } }",
    ),
    "UniqueInputFieldNamesRule": ('{ plain { name(of: { text: "a", text: "b" }) } }',),
    "MaxIntrospectionDepthRule": ("{ __schema { types " + "{ fields { type " * 4 + "{ name }" + " } }" * 4 + " } }",),
}
"""Rule of the library -> documents that break it."""
UNREADABLE = (
    "{ plain { name }",
    "{ plain(",
    "query($a) { plain }",
    "} plain {",
    '{ thing(id: "a',
    '{ thing(id: "\\q") }',
    "{ a ? }",
    "{ a .. }",
    '{ thing(id: "\\u12") }',
    '{ thing(id: "\\u{110000}") }',
    "{ thing(id: 'a') }",
    "{ thing(id: 01) }",
    "{ thing(id: 1.) }",
    "{ a(b: .5) }",
    '{ thing(id: """a',
    f'{{ thing(id: "{chr(0xD800)}") }}',
    "query($a: Int = $b) { plain }",
    "enum E { true }",
    '"说明" { plain }',
    "{ a(b: -) }",
    "",
    "fragment on on Query { plain }",
    '"说明" extend type X { a: Int }',
    "{ " * 9_000,
    "{ " + "a " * 60 + "}",
    "query { a: }",
)
VALUES: tuple[tuple[str, Any], ...] = (
    ("Date", "1200-01-01"),
    ("Date", "x"),
    ("Date", 3),
    ("Date", "2026-02-30"),
    ("DateTime", "2026-01-01T00:00:00"),
    ("Decimal", "1e3"),
    ("Decimal", True),
    ("Decimal", 1e15),
    ("Decimal", 0.1234567890123456),
    ("Kind", "TREE"),
    ("Kind", 3),
    ("Int", 2.5),
    ("Int!", None),
    ("Int!", ...),
    ("Text", {"text": 3}),
    ("[Text!]", [{"text": "a"}, {}]),
    ("Text", {"text": "a", "tex": 1}),
    ("Either", {"one": "a", "two": "b"}),
    ("Text", 5),
    ("Boolean", "x"),
    ("ID", 1.5),
    ("Float", "x"),
    ("String", 3),
    ("DateTime", 3),
    ("DateTime", "2026-02-30T00:00:00Z"),
    ("Decimal", {}),
)
RARE = frozenset({"变量嵌套过深"})
"""Said of variables that the server would nest endlessly; no text of a test is as deep."""
QUOTED = re.compile(r"“[^”]*”|'[^']*'|是否想写 .*|可选：.*")
WORDS = {
    "null",
    "true",
    "false",
    "query",
    "if",
    "label",
    "Unicode",
    "YYYY",
    "MM",
    "DD",
    "DDThh",
    "mm",
    "ss",
    "Z",
    "skip",
    "include",
}
"""Of the language of queries and of written dates, which are the same in both languages."""


def whole(error: GraphQLError) -> tuple[str, str]:
    """What is said in each language of one fault of the library."""
    [told] = in_chinese_too([error], "查询有误：", SCHEMA)
    assert told.extensions is not None
    chinese, english = told.extensions["messageInChinese"], told.extensions["messageInEnglish"]
    assert told.message == f"{chinese} {english}"
    assert IN_CHINESE not in chinese, english
    left = set(re.findall(r"[A-Za-z]+", QUOTED.sub("", chinese))) - WORDS
    assert not left, (chinese, left)
    assert chinese.endswith("。"), chinese
    return chinese, english


@pytest.mark.parametrize("rule", specified_rules, ids=lambda rule: rule.__name__)
def test_each_rule_of_the_library_is_told_whole_in_each_language(rule: type) -> None:
    for document in PROVOKED[rule.__name__]:
        schema = STREAMED if "Defer" in rule.__name__ or "Stream" in rule.__name__ else SCHEMA
        errors = validate(schema, parse(document), [rule])
        assert errors, document
        for error in errors:
            whole(error)


def test_each_text_that_is_no_document_is_told_whole_in_each_language() -> None:
    for text in UNREADABLE:
        with pytest.raises(GraphQLError) as found:
            parse(text, max_lexical_tokens=50 if len(text) < 1_000 else None)
        whole(found.value)


def faults_of_values() -> Iterator[GraphQLError]:
    for kind, value in VALUES:
        [operation] = parse(f"query($given: {kind}) {{ plain {{ name }} }}").definitions
        found = get_variable_values(SCHEMA, operation.variable_definitions, {} if value is ... else {"given": value})  # type: ignore[attr-defined]
        assert isinstance(found, list), (kind, value)
        yield from found


def test_each_value_that_a_variable_may_not_have_is_told_whole_with_its_place() -> None:
    told = [whole(error)[0] for error in faults_of_values()]
    assert len(told) >= len(VALUES)
    assert "查询有误：变量“$given”：年份须在 1900 至 2199 之间。" in told
    assert "查询有误：变量“$given”的“[1]”：“Text”须填写“text”。" in told, told


def test_no_sentence_stands_there_for_nothing() -> None:
    """Each is met by a fault above, but for those that no document of this language comes to yet, or that bound its length."""
    documents = [text for texts in PROVOKED.values() for text in texts]
    told = [
        whole(error)[0]
        for text in documents
        for error in validate(SCHEMA, parse(text)) + validate(STREAMED, parse(text))
    ]
    for text in UNREADABLE:
        with pytest.raises(GraphQLError) as found:
            parse(text, max_lexical_tokens=50 if len(text) < 1_000 else None)
        told.append(whole(found.value)[0])
    all_told = "".join((*told, *(whole(error)[0] for error in faults_of_values())))
    longest = {chinese: max(re.split(r"\{\d\}", chinese), key=len) for _, chinese in SENTENCES}
    assert {chinese for chinese, part in longest.items() if part not in all_told} == RARE
