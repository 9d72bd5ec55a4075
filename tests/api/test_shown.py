"""A published type is filled from its row: each field is a column, an edge or made, and no call leaves one out."""

import ast
import dataclasses
import importlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import strawberry
from strawberry.types import has_object_definition

from api.kit.edges import LOADERS, EdgesWithoutLoaders, connect
from api.kit.published import field, published, published_filter
from api.kit.row_mapping import DECLARED, all_shown, shown
from api.schema import build_schema
from domain.masks import ANYONE
from projections.engine.filters import sought

API = Path(__file__).parents[2] / "graphql" / "api"


class FirmRow(NamedTuple):
    """A firm, with a column of each kind."""

    id: str
    name: str | None
    seen_at: int
    ended_at: int | None
    revenue: str
    since: str
    codes: str
    sections: tuple[str, ...]
    latest: str | None


@published(ANYONE, row=FirmRow)
class Firm:
    """Firm of this test"""

    id: strawberry.ID = field("Id")
    name: str | None = field("Name")
    seen_at: datetime = field("When")
    ended_at: datetime | None = field("When it ended")
    revenue: Decimal = field("Revenue")
    since: date = field("Since")
    codes: list[str] = field("Codes")
    sections: list[str] = field("Sections")
    shouted: str = field("Made")


ROW = FirmRow("f1", None, 1_500_000, None, "12.50", "2024-02-29", '["C34","C35"]', ("D1",), None)


def test_columns_are_converted_as_the_two_annotations_ask() -> None:
    firm = Firm(**shown(Firm, ROW), shouted="F1")
    assert firm.seen_at == datetime(1970, 1, 1, 0, 0, 1, 500_000, UTC)
    assert (firm.id, firm.name, firm.ended_at, firm.shouted) == ("f1", None, None, "F1")
    assert (firm.revenue, firm.since) == (Decimal("12.50"), date(2024, 2, 29))
    assert (firm.codes, firm.sections) == (["C34", "C35"], ["D1"])


def test_a_field_that_is_neither_a_column_nor_given_fails_at_every_call() -> None:
    with pytest.raises(TypeError, match="shouted"):
        Firm(**shown(Firm, ROW))


def test_a_list_of_a_type_that_needs_more_than_its_row_is_refused() -> None:
    with pytest.raises(TypeError, match="shouted"):
        all_shown(Firm, [ROW])


def test_a_column_of_another_kind_stops_the_program_unless_the_field_is_made() -> None:
    with pytest.raises(TypeError, match=r"Wrong\.name is no str \| None of FirmRow"):

        @published(ANYONE, row=FirmRow)
        class Wrong:
            """Null may stand in the row"""

            name: str = field("Name")

    with pytest.raises(TypeError, match=r"Other\.sections"):

        @published(ANYONE, row=FirmRow)
        class Other:
            """A list is no number"""

            sections: int = field("Sections")

    @published(ANYONE, row=FirmRow)
    class Right:
        """Made"""

        name: str = field("Name", made=True)

    assert DECLARED.pop(Right).made == {"name"}


def test_an_edge_is_led_to_by_a_column_and_loaded_by_a_page() -> None:
    with pytest.raises(TypeError, match="latest_visit"):

        @published(ANYONE, row=FirmRow)
        class Lost:
            """No such column"""

            visit: Firm | None = field("Visit", by="latest_visit")

    @published(ANYONE, row=FirmRow)
    class Led:
        """An edge that nobody loads"""

        visit: Firm | None = field("Visit", by="latest")

    try:
        with pytest.raises(EdgesWithoutLoaders, match=r"Led\.visit"):
            connect(())
    finally:
        DECLARED.pop(Led)


def test_every_edge_of_the_schema_has_its_loader() -> None:
    build_schema()
    assert {(kind, name) for kind, how in DECLARED.items() for name in how.edges} == set(LOADERS)


@dataclasses.dataclass(frozen=True)
class FirmFilter:
    """What to look for."""

    name: str | None = sought("Name")
    staff: int | None = sought("Staff")


def test_what_a_client_sends_as_a_filter_is_the_read_models_own() -> None:
    published_filter(FirmFilter)
    asked = []

    @strawberry.type
    class Query:
        @strawberry.field
        def firms(self, filter: FirmFilter | None = None) -> int:  # noqa: A002 - the argument's published name
            asked.append(filter)
            return 0

    schema = strawberry.Schema(Query)
    assert schema.execute_sync('{ a: firms(filter: {name: "示例", staff: null}) b: firms(filter: {}) c: firms }').errors is None
    assert asked == [FirmFilter(name="示例"), FirmFilter(), None]
    assert schema.execute_sync("{ firms(filter: {colour: 1}) }").errors


def calls(name: str) -> Iterator[tuple[str, ast.Call, type]]:
    """(place, call, first argument) of every call of a function of `api.kit.row_mapping` in the API."""
    for path in sorted(API.rglob("*.py")):
        module = "api." + ".".join(path.relative_to(API).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
            if named and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Name) and path.name != "shown.py":
                yield f"{path.name}:{node.lineno}", node, vars(importlib.import_module(module))[node.args[0].id]


def missing(source: str, kinds: dict[str, type]) -> list[str]:
    """Calls that fill a type from its row and do not give exactly what is made, as line and names."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        filled = [k.value for k in node.keywords if k.arg is None and isinstance(k.value, ast.Call)]
        if not any(isinstance(one.func, ast.Name) and one.func.id == "shown" for one in filled):
            continue
        given = {k.arg for k in node.keywords if k.arg is not None}
        kind = kinds[node.func.id]
        if odd := given ^ (DECLARED[kind].made | private(kind)):
            found.append(f"{node.lineno} {node.func.id} {sorted(odd)}")
    return found


def private(kind: Any) -> set[str]:
    """What a type holds besides, by which its lists are placed, and publishes nowhere."""
    if not has_object_definition(kind):
        return set()
    published = {one.python_name for one in kind.__strawberry_definition__.fields}
    return {one.name for one in dataclasses.fields(kind)} - published


def test_every_call_gives_exactly_what_is_made() -> None:
    pages = [path for path in sorted(API.rglob("*.py")) if "**shown(" in path.read_text("utf-8") and path.name != "shown.py"]
    assert len(pages) > 10
    for path in pages:
        module = importlib.import_module("api." + ".".join(path.relative_to(API).with_suffix("").parts))
        assert missing(path.read_text("utf-8"), vars(module)) == [], path


def test_the_guard_sees_a_call_that_leaves_something_out() -> None:
    assert missing("Firm(**shown(Firm, row))", {"Firm": Firm})
    assert missing("Firm(**shown(Firm, row), shouted='', louder='')", {"Firm": Firm})
    assert not missing("Firm(**shown(Firm, row), shouted='')", {"Firm": Firm})


def test_only_types_whose_every_field_is_a_column_are_shown_as_lists() -> None:
    found = list(calls("all_shown"))
    assert len(found) > 10
    assert [place for place, _, kind in found if DECLARED[kind].made] == []


def test_every_declared_type_is_a_dataclass_of_its_columns_and_what_is_made() -> None:
    for kind, how in DECLARED.items():
        assert {*how.columns, *how.made, *private(kind)} == {one.name for one in dataclasses.fields(kind)}
        assert set(how.edges) <= how.made
