"""The catalogue of public events: printed as it is, each example of its own schema, each link a query that the API takes."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from api.record.event_catalogue import Described, described
from domain.public_events import PUBLIC_EVENTS
from zhenduan.pages import event_guide
from zhenduan.pages.events_page import page

ROOT = Path(__file__).parents[3]
CATALOGUE = [described(event) for event in PUBLIC_EVENTS]


def by_name(one: Described) -> str:
    return one.public.name


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "asyncapi.yaml").read_text("utf-8") == page(), "zhenduan events > docs/asyncapi.yaml"
    assert (ROOT / "docs" / "events.md").read_text("utf-8") == event_guide.page(), "zhenduan events --page > docs/events.md"


def test_the_page_for_people_has_every_event_with_each_of_its_examples() -> None:
    parts = event_guide.page().split("\n### ")[1:]
    shown = {part.split("`")[1]: part for part in parts}
    for one in CATALOGUE:
        examples = [one.example, *([one.full_example] if one.full_example is not None else [])]
        told = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", shown[one.public.name], re.DOTALL)]
        assert told == examples


@pytest.mark.parametrize("one", CATALOGUE, ids=by_name)
def test_an_example_is_of_its_schema_and_no_other(one: Described) -> None:
    jsonschema.Draft7Validator.check_schema(one.schema)
    jsonschema.validate(one.example, one.schema)
    for other in CATALOGUE:
        if other is not one:
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(one.example, other.schema)


FULL = [one for one in CATALOGUE if one.full_example is not None]


@pytest.mark.parametrize("one", FULL, ids=by_name)
def test_a_full_example_holds_every_column_of_its_object_and_is_else_the_thin_one(one: Described) -> None:
    assert one.full_example is not None
    jsonschema.validate(one.full_example, one.schema)
    properties = one.schema["properties"]["data"]["properties"]["object"]["properties"]
    assert one.full_example["data"]["object"].keys() == properties.keys()
    rest = {name: value for name, value in one.full_example["data"].items() if name != "object"}
    assert {**one.full_example, "data": rest} == one.example
    wrong = {**one.full_example, "data": {**rest, "object": {"id": one.example["data"]["thing"]}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, one.schema)


@pytest.mark.parametrize("missing", ["id", "type", "time", "data"])
def test_an_event_without_what_every_one_has_is_of_no_schema(missing: str) -> None:
    found: dict[str, Any] = {name: value for name, value in CATALOGUE[0].example.items() if name != missing}
    with pytest.raises(jsonschema.ValidationError, match=missing):
        jsonschema.validate(found, CATALOGUE[0].schema)


@cache
def contract() -> GraphQLSchema:
    return build_schema((ROOT / "graphql" / "schema.graphql").read_text("utf-8"))


@pytest.mark.parametrize("one", CATALOGUE, ids=by_name)
def test_the_link_of_an_event_is_a_query_of_the_schema(one: Described) -> None:
    query = parse_qs(urlsplit(one.example["data"]["links"]["thing"]).query)["query"][0]
    assert validate(contract(), parse(query)) == []


@pytest.mark.parametrize("one", CATALOGUE, ids=by_name)
def test_it_says_what_it_is_in_both_languages(one: Described) -> None:
    english, _, chinese = one.says.partition(" · ")
    assert english.isascii()
    assert chinese
    assert not chinese.isascii()
