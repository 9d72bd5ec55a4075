"""Sentences that people read (plan P7): in Chinese a role is its Chinese name, and no opaque id stands in any sentence."""

import re
from enum import StrEnum
from string import Formatter
from typing import Any

import pytest

from domain.access import ROLE_NAMES
from domain.events import CAPABILITIES, EVENTS
from domain.kernel import Event, Rule
from tests.rules.test_completeness import rules

IDENTIFIER = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"
READ_BY_PEOPLE = frozenset({"edition", "external_edition", "headquarters", "indicator", "key", "organisation", "plain", "section"})
"""Ids that are names: the key of an edition or of an industry, an indicator, a dimension; of an organisation its division code."""
COMMANDS = [command for capability in CAPABILITIES.values() for command in capability.commands]
RULES = {rule.code: rule for rule in rules()}


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def ids() -> set[str]:
    """Names of the fields that hold an id in any command."""
    found = set()
    for command in COMMANDS:
        for name, schema in command.model_json_schema()["properties"].items():
            if IDENTIFIER in [part.get("pattern") for part in (schema, *schema.get("anyOf", []))]:
                found.add(name)
    return found


def enumerations() -> set[str]:
    """Names of the fields that hold one of several codes in any command."""
    found = set()
    for command in COMMANDS:
        for name, field in command.model_fields.items():
            kind: Any = field.annotation
            if isinstance(kind, type) and issubclass(kind, StrEnum):
                found.add(name)
    return found


@pytest.mark.parametrize("code", sorted(RULES))
def test_no_sentence_of_a_rule_holds_an_opaque_id_and_none_in_chinese_a_code(code: str) -> None:
    rule: Rule = RULES[code]
    opaque = {name for one in ids() - READ_BY_PEOPLE for name in (one, f"{one}s")}
    assert placeholders(rule.says) & opaque == set()
    assert placeholders(rule.says_in_english) & opaque == set()
    assert placeholders(rule.says) & enumerations() == set()


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.__name__)
def test_no_sentence_of_the_trail_holds_an_opaque_id(event: type[Event]) -> None:
    raw = {name for _, name, kind, _ in Formatter().parse(event.says) if name and not kind}
    assert raw & (ids() - READ_BY_PEOPLE | {"organisation"}) == set()


def test_what_is_looked_for_is_there() -> None:
    assert {"provider", "membership", "comment", "person"} <= ids()
    assert {"role", "kind", "purpose", "form"} <= enumerations()


def test_every_role_has_a_name_in_chinese_without_a_letter_of_its_code() -> None:
    assert [name for name, _ in ROLE_NAMES.values() if re.search("[A-Za-z_]", name)] == []
