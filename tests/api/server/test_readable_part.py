"""What a role may not read is null with an error of its path where it may be null; else the document is refused."""

from typing import Any

import pytest
import strawberry
from graphql import GraphQLError, execute_sync
from hypothesis import given
from hypothesis import strategies as st

from api.kit.forbidden_fields import Rows, forbidden
from api.server.field_rights import resolve_rights
from api.server.query_cost import Limits
from api.server.query_documents import Documents
from api.server.readable_part import with_withheld
from domain.access import Role

ALL, CITY = frozenset(Role), frozenset({Role.CITY})
READ: list[str] = []


@strawberry.type
class Firm:
    """A firm of the tests."""

    name: str = "甲"
    employees: int = 9

    @strawberry.field
    def revenue(self) -> int | None:
        """Only the city's."""
        READ.append("revenue")
        return 100


@strawberry.type
class Query:
    """Roots of the tests."""

    @strawberry.field
    def firms(self) -> list[Firm]:
        """Two firms."""
        return [Firm(), Firm()]

    @strawberry.field
    def best(self) -> Firm | None:
        """The city's favourite."""
        READ.append("best")
        return Firm()


ROWS: Rows = {"Query.*": ALL, "Query.best": CITY, "Firm.*": ALL, "Firm.revenue": CITY, "Firm.employees": CITY}
SCHEMA = strawberry.Schema(Query)._schema  # noqa: SLF001 - it has no public name
RIGHTS = resolve_rights(SCHEMA, ROWS)
PROTECTED = {"Firm": {"revenue": "revenue"}}


def answered(text: str, role: str = "bank", **variables: Any) -> dict[str, Any]:
    """The answer that a role gets."""
    READ.clear()
    documents = Documents(SCHEMA, RIGHTS, PROTECTED, Limits())
    part = documents.readable(documents.prepare(text, None), role, variables)
    result = execute_sync(SCHEMA, part.document, variable_values=variables)
    assert result.errors is None
    return with_withheld({"data": result.data}, part.withheld, RIGHTS, role) if part.withheld else {"data": result.data}


def test_a_nullable_field_without_right_is_null_with_an_error_of_its_path() -> None:
    found = answered("{ firms { name revenue } }")
    assert found["data"] == {"firms": [{"name": "甲", "revenue": None}] * 2}
    assert [error["path"] for error in found["errors"]] == [["firms", 0, "revenue"], ["firms", 1, "revenue"]]
    assert {error["extensions"]["code"] for error in found["errors"]} == {"FORBIDDEN"}
    assert found["errors"][0]["extensions"]["fields"] == ["Firm.revenue"]
    assert READ == [], "what is withheld is not even worked out"


def test_the_order_of_fields_and_aliases_stay_as_asked() -> None:
    found = answered("{ all: firms { money: revenue ...rest } } fragment rest on Firm { name again: revenue }")
    assert list(found["data"]["all"][0]) == ["money", "name", "again"]
    assert found["errors"][0]["path"] == ["all", 0, "money"]


def test_what_stands_below_a_withheld_field_asks_for_no_right() -> None:
    found = answered("{ best { employees ...deep } firms { name } } fragment deep on Firm { employees }")
    assert found["data"] == {"best": None, "firms": [{"name": "甲"}] * 2}
    assert [error["path"] for error in found["errors"]] == [["best"]]
    assert READ == []


def test_a_field_that_can_not_be_null_refuses_the_document() -> None:
    with pytest.raises(GraphQLError) as refused:
        answered("{ firms { name revenue employees } }")
    assert (refused.value.extensions or {})["fields"] == ["Firm.employees"]


def test_who_may_read_all_gets_all() -> None:
    assert answered("{ firms { revenue employees } }", "city") == {"data": {"firms": [{"revenue": 100, "employees": 9}] * 2}}


@pytest.mark.parametrize(
    "text",
    [
        "query ($all: Boolean!) { firms { name employees @include(if: $all) } }",
        "query ($all: Boolean! = false) { firms { name ... on Firm @include(if: $all) { employees } } }",
        "query ($all: Boolean!) { firms { name ...more @include(if: $all) } } fragment more on Firm { employees }",
        "{ firms { name employees @skip(if: true) } }",
    ],
)
def test_a_skipped_field_asks_for_no_right(text: str) -> None:
    variables = {"all": False} if "$all: Boolean!)" in text else {}
    assert answered(text, **variables) == {"data": {"firms": [{"name": "甲"}] * 2}}
    if "$all" in text:
        with pytest.raises(GraphQLError):
            answered(text, all=True)


def test_a_skipped_protected_field_is_not_written_down_as_disclosed() -> None:
    documents = Documents(SCHEMA, RIGHTS, PROTECTED, Limits())
    prepared = documents.prepare("query ($all: Boolean!) { firms { name revenue @include(if: $all) } }", None)
    assert documents.readable(prepared, "city", {"all": True}).guarded == PROTECTED
    assert documents.readable(prepared, "city", {"all": False}).guarded == {}


def test_a_switch_that_is_no_truth_value_is_judged_as_asked_for() -> None:
    with pytest.raises(GraphQLError):
        answered("query ($all: Boolean!) { firms { employees @include(if: $all) } }", all="no")


def test_a_client_may_ask_under_any_name() -> None:
    found = answered("{ firms { withheld0_revenue: name withheld: revenue } }")
    assert found["data"]["firms"][0] == {"withheld0_revenue": "甲", "withheld": None}


def test_one_role_s_part_is_not_another_s() -> None:
    documents = Documents(SCHEMA, RIGHTS, PROTECTED, Limits())
    prepared = documents.prepare("{ firms { revenue } }", None)
    assert documents.readable(prepared, "bank", {}).withheld
    assert not documents.readable(prepared, "city", {}).withheld
    assert documents.readable(prepared, "bank", {}) is documents.readable(prepared, "bank", {})


LEAVES = st.sampled_from(["name", "r: revenue", "revenue @skip(if: $s)", "... on Firm { revenue }", "...f", "__typename"])


@given(st.lists(LEAVES, min_size=1, max_size=5), st.booleans(), st.booleans())
def test_nothing_without_right_is_ever_worked_out(leaves: list[str], favourite: bool, skip: bool) -> None:  # noqa: FBT001 - drawn
    inner = " ".join([*leaves, "...f"])
    text = f"query ($s: Boolean!) {{ firms {{ {inner} n: name @skip(if: $s) }} {'best { name }' if favourite else ''} }}"
    found = answered(text + " fragment f on Firm { name x: revenue }", s=skip)
    assert READ == []
    asked = {"__typename": "Firm"}
    for firm in found["data"]["firms"]:
        assert all(value == asked.get(key, "甲" if key in ("name", "n") else None) for key, value in firm.items())
    told = {tuple(error["path"]) for error in found["errors"]}
    missing = {("firms", place, key) for place, firm in enumerate(found["data"]["firms"]) for key in firm if firm[key] is None}
    assert told == missing | ({("best",)} if favourite else set())




@pytest.mark.parametrize("role", [Role.BANK, Role.PUBLIC])
def test_who_may_not_read_a_field_is_told_by_the_roles_name_or_to_sign_in(role: Role) -> None:
    error = forbidden({"Enterprise.revenueWan": frozenset({Role.CITY})}, frozenset({"Enterprise.revenueWan"}), role)
    assert error is not None
    assert (error.extensions or {})["code"] == "FORBIDDEN"
    assert f"“{role.value}”" not in error.message.split("。")[0]
    assert ("请先登录" in error.message, "银行" in error.message) == (role is Role.PUBLIC, role is Role.BANK)
