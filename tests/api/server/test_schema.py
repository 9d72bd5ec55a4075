"""The schema as a contract: committed, described in both languages, with a right for every field."""

import re
from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from api.kit.published import declared
from api.schema import build_schema, schema_text
from api.server.field_rights import resolve_rights, rows_without_fields
from domain.access import Role

CONTRACT = Path(__file__).parents[3] / "graphql" / "schema.graphql"
MONEY = re.compile("^fen$|Fen$")
CHINESE = re.compile("[\u4e00-\u9fff]")
SCHEMA = build_schema()._schema  # noqa: SLF001 - the executable one
RIGHTS = declared(build_schema())
OURS = [kind for name, kind in sorted(SCHEMA.type_map.items()) if not name.startswith("__")]
OBJECTS = [kind for kind in OURS if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType)]


def test_the_committed_schema_is_the_one_that_runs() -> None:
    """After a wanted change: `zhenduan schema > graphql/schema.graphql`, and a line in CHANGELOG.md."""
    assert CONTRACT.read_text("utf-8") == schema_text()


@pytest.mark.parametrize("kind", OBJECTS, ids=lambda kind: str(kind.name))
def test_every_type_and_field_is_described_in_chinese(kind: GraphQLObjectType | GraphQLInputObjectType) -> None:
    assert CHINESE.search(kind.description or ""), kind.name
    bare = [name for name, field in kind.fields.items() if not CHINESE.search(field.description or "")]
    assert not bare


def test_money_in_fen_is_nowhere_a_number_of_32_bits() -> None:
    """By name or by its words, of what is sent and what is read: a budget of thirty million yuan is more than Int holds."""
    found = {
        f"{kind.name}.{name}": str(field.type)
        for kind in OBJECTS
        for name, field in kind.fields.items()
        if MONEY.search(name) or "in fen" in (field.description or "") or "金额（分）" in (field.description or "")
    }
    assert "PolicyTermsInput.budgetFen" in found
    assert not {name for name, scalar in found.items() if "Int" in scalar}


def test_a_place_in_the_journal_is_a_number_for_the_auditor_alone() -> None:
    """It counts all that the city does; whoever else needs a place holds a sealed one."""
    found = {
        f"{kind.name}.{name}"
        for kind in OBJECTS
        for name, field in kind.fields.items()
        if "Int" in str(field.type) and re.search(r"position|place in the journal", f"{name} {field.description}", re.IGNORECASE)
        if not isinstance(kind, GraphQLInputObjectType)
    }
    assert {"AuditEntry.position", "PolicySimulation.position"} <= found
    assert {name for name in found if (RIGHTS.rows.get(name) or RIGHTS.rows[name.split(".")[0] + ".*"]) != {Role.AUDITOR}} == set()


def test_every_field_has_a_right_and_every_right_a_field() -> None:
    resolve_rights(SCHEMA, RIGHTS.rows)
    assert rows_without_fields(SCHEMA, RIGHTS.rows) == ()
