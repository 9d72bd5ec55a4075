"""Compiled selection sets give what graphql-core gives: the same data, the same errors, whatever the rows hold."""

import dataclasses
import enum
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import pytest
import strawberry
from graphql import DocumentNode, ExecutionResult, Undefined, execute_sync, parse, validate
from graphql.execution.execute import assume_not_async_iterable, assume_not_awaitable
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.server.compiled_selections import PLANS_OF_A_DOCUMENT, CompiledExecutor, Plans


@strawberry.enum
class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.interface
class Named:
    name: str | None


@strawberry.type
class Part(Named):
    code: int
    rate: float | None
    day: date | None
    price: Decimal


@strawberry.type
class Shop(Named):
    level: str
    score: int | None
    colour: Colour | None
    colours: list[Colour]
    part: Part | None
    parts: list[Part]
    sparse: list[Part | None] | None
    tags: list[str] | None
    holes: list[str | None]
    grid: list[list[int]] | None
    named: Named | None
    at: datetime | None

    @strawberry.field
    def shout(self) -> str | None:
        if self.score == 13:
            raise ValueError("unlucky")
        return str(self.name).upper()

    @strawberry.field
    def repeated(self, times: int = 2) -> str:
        return self.level * times


@strawberry.type
class Firm(Named):
    ref: strawberry.ID
    count: int
    ok: bool
    shop: Shop | None
    main: Shop
    shops: list[Shop]


class Shown(threading.local):
    firms: Sequence[Any] = ()


SHOWN = Shown()


@strawberry.type
class Query:
    @strawberry.field
    def firms(self) -> list[Firm]:
        return SHOWN.firms  # type: ignore[return-value] - faulty data is the point

    @strawberry.field
    def maybe(self) -> list[Firm | None] | None:
        return SHOWN.firms  # type: ignore[return-value]

    @strawberry.field
    def firm(self) -> Firm | None:
        return SHOWN.firms[0] if SHOWN.firms else None


SCHEMA = strawberry.Schema(Query, types=[Part, Shop, Firm])._schema  # noqa: SLF001 - it has no public name
FIELDS: dict[str, tuple[Any, ...]] = {
    "Part": ("name", "code", "rate", "day", "price", "__typename"),
    "Shop": (
        *("name", "level", "score", "colour", "colours", "tags", "holes", "grid", "at", "__typename"),
        *("shout", "repeated", "repeated(times: 3)"),
        *(("part", "Part"), ("parts", "Part"), ("sparse", "Part"), ("named", "Named")),
    ),
    "Firm": ("name", "ref", "count", "ok", "__typename", ("shop", "Shop"), ("main", "Shop"), ("shops", "Shop")),
    "Named": ("name", "__typename"),
}
ROW_FIELDS = {
    kind.__name__: tuple(field.name for field in dataclasses.fields(kind) if field.init) for kind in (Part, Shop, Firm)
}  # type: ignore[arg-type] - strawberry types are dataclasses
DIRECTIVES = ("", "", "", "", " @include(if: $yes)", " @skip(if: $yes)", " @skip(if: true)", " @include(if: $maybe)")


@st.composite
def selection(draw: st.DrawFn, kind: str, depth: int, fragments: list[str]) -> str:
    out = []
    for _ in range(draw(st.integers(1, 4))):
        field = draw(st.sampled_from([f for f in FIELDS[kind] if isinstance(f, str) or depth > 0]))
        name = field if isinstance(field, str) else field[0]
        alias = draw(st.sampled_from(["", "", f"a{draw(st.integers(0, 2))}_{name.split('(')[0].strip('_')}: "]))
        below = "" if isinstance(field, str) else draw(selection(field[1], depth - 1, fragments))
        out.append(f"{alias}{name}{draw(st.sampled_from(DIRECTIVES))}{below}")
    if draw(st.integers(0, 4)) == 0 and depth > 0:
        out.append(f"... on {kind}{draw(st.sampled_from(DIRECTIVES))} {draw(selection(kind, depth - 1, fragments))}")
    if kind == "Named":
        out.append("... on Part { code price }")
    if draw(st.integers(0, 4)) == 0 and depth > 0:
        place = len(fragments)
        fragments.append("")
        fragments[place] = f"fragment F{place} on {kind} {draw(selection(kind, depth - 1, fragments))}"
        out.append(f"...F{place}")
    return "{ " + " ".join(out) + " }"


@st.composite
def documents(draw: st.DrawFn) -> DocumentNode:
    fragments: list[str] = []
    roots = draw(st.lists(st.sampled_from(["firms", "maybe", "firm"]), min_size=1, max_size=2))
    body = " ".join(f"r{i}: {root} {draw(selection('Firm', 3, fragments))}" for i, root in enumerate(roots))
    text = f"query Q($yes: Boolean!, $maybe: Boolean! = true) {{ {body} z: __typename @include(if: $yes) y: __typename"
    document = parse(text + " @include(if: $maybe) } " + " ".join(fragments))
    assume(not validate(SCHEMA, document))
    return document


class Subclass(Firm):
    """Not the class that a compiled function expects."""


class Text(str):
    """Not quite a str."""

    __slots__ = ()


PART = Part(name="p", code=1, rate=1.5, day=date(2026, 1, 1), price=Decimal("1.50"))
FAULT = ValueError("in the data")
ANYTHING: tuple[Any, ...] = (None, Undefined, FAULT, 7, "x", [], (), {}, object, PART)
GOOD: dict[str, tuple[Any, ...]] = {
    "Part.name": (None, "p"),
    "Part.code": (0, 1, 2**31 - 1, -(2**31)),
    "Part.rate": (None, 1.5, 2),
    "Part.day": (None, date(2026, 1, 1)),
    "Part.price": (Decimal("1.50"), Decimal(2)),
    "Shop.name": (None, "d"),
    "Shop.level": ("a", "b"),
    "Shop.score": (None, 1, 13),
    "Shop.colour": (None, Colour.RED),
    "Shop.colours": ([], [Colour.RED, Colour.BLUE]),
    "Shop.tags": (None, ["a"], ["b", "c"], ("t",)),
    "Shop.holes": ([], ["a", None]),
    "Shop.grid": (None, [[1], [2, 3]]),
    "Shop.at": (None, datetime(2026, 1, 1, tzinfo=UTC)),
    "Firm.name": (None, "f"),
    "Firm.ref": ("1", "2"),
    "Firm.count": (0, 5),
    "Firm.ok": (True, False),
}
NEARLY: dict[str, tuple[Any, ...]] = {
    "Part.code": (2**31, -(2**31) - 1, True, "7", 3.0, 3.5),
    "Part.rate": (float("nan"), float("inf"), True, "1.5"),
    "Part.day": ("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC)),
    "Part.price": (1.5, "1.5"),
    "Shop.level": (Text("a"), b"a", 1, True),
    "Shop.score": (2**40, True),
    "Shop.colour": ("RED", "red", "green"),
    "Shop.colours": ([None], ["green"], (Colour.RED,), [Undefined], {Colour.RED}),
    "Shop.part": (Part,),
    "Shop.parts": ([None], [5], (PART,), [FAULT], [Undefined]),
    "Shop.sparse": ([Undefined], [FAULT], (None,)),
    "Shop.tags": ([None], ["a", 5], [Text("a")], [Undefined], [FAULT], "abc"),
    "Shop.holes": ([1], [Undefined], [FAULT]),
    "Shop.grid": ([None], [["x"]], [(1,)]),
    "Firm.ref": (7, Text("1"), 1.5),
    "Firm.count": (True, 2**31),
    "Firm.ok": (1, "true", 0.0),
    "Firm.main": (PART,),
    "Firm.shops": ([None], [PART], (PART,)),
}
PLACES = tuple(f"{kind}.{name}" for kind, fields in ROW_FIELDS.items() for name in fields)


@dataclass
class Rows:
    """Draws rows that are sound except in a few places, so that one fault meets compiled neighbours."""

    chance: Random
    odd: frozenset[str]

    def value(self, place: str, good: Callable[[], Any]) -> Any:
        if place in self.odd and self.chance.random() < 0.5:
            return self.chance.choice(NEARLY.get(place, ()) + ANYTHING)
        return good()

    def row(self, kind: type, **nested: Callable[[], Any]) -> Any:
        values = {}
        for name in ROW_FIELDS[kind.__name__]:
            place = f"{kind.__name__}.{name}"
            good = nested.get(name) or partial(self.chance.choice, GOOD.get(place, ("",)))
            values[name] = self.value(place, good)
        return kind(**values)

    def part(self) -> Any:
        return self.row(Part)

    def some(self, one: Callable[[], Any]) -> list[Any]:
        return [one() for _ in range(self.chance.randrange(3))]

    def maybe(self, one: Callable[[], Any]) -> Any:
        return one() if self.chance.random() < 0.5 else None

    def shop(self) -> Any:
        return self.row(
            Shop,
            part=partial(self.maybe, self.part),
            parts=partial(self.some, self.part),
            sparse=partial(self.maybe, partial(self.some, partial(self.maybe, self.part))),
            named=partial(self.maybe, self.part),
        )

    def firm(self) -> Any:
        row = self.row(Firm, shop=partial(self.maybe, self.shop), main=self.shop, shops=partial(self.some, self.shop))
        if "subclass" in self.odd and self.chance.random() < 0.5:
            return Subclass(**{name: getattr(row, name) for name in ROW_FIELDS["Firm"]})
        return row


@st.composite
def firms(draw: st.DrawFn) -> list[Any]:
    odd = draw(st.frozensets(st.sampled_from((*PLACES, "subclass", "firm")), max_size=2))
    rows = Rows(Random(draw(st.integers(0, 2**32))), odd)  # noqa: S311 - test data
    return [rows.value("firm", rows.firm) for _ in range(draw(st.integers(1, 3)))]


def run(document: DocumentNode, variables: dict[str, Any], plans: Plans | None) -> tuple[ExecutionResult, int, int]:
    """The result, and how many values were compiled and given up; `plans` None = graphql-core by itself."""
    kind = StrawberryGraphQLCoreExecutionContext if plans is None else CompiledExecutor
    executor = kind.build(
        SCHEMA,
        document,
        raw_variable_values=variables,
        is_awaitable=assume_not_awaitable,
        is_async_iterable=assume_not_async_iterable,
    )
    assert not isinstance(executor, list)
    if isinstance(executor, CompiledExecutor):
        executor.plans = plans if plans is not None else {}
    result = executor.execute_operation()
    assert isinstance(result, ExecutionResult)
    return result, getattr(executor, "compiled", 0), getattr(executor, "given_up", 0)


def told(result: ExecutionResult) -> tuple[str, list[str]]:
    """Data with the order of its keys, and errors with message, path and place."""
    return repr(result.data), sorted(repr(error.formatted) for error in result.errors or [])


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    document=documents(),
    rows=firms(),
    yes=st.booleans(),
)
def test_compiled_and_uncompiled_answers_are_equal(*, document: DocumentNode, rows: list[Any], yes: bool) -> None:
    plans: Plans = {}
    for variables in ({"yes": yes}, {"yes": not yes, "maybe": yes}, {"yes": yes}):
        SHOWN.firms = rows
        expected, *_ = run(document, variables, None)
        found, *_ = run(document, variables, plans)
        assert told(found) == told(expected)


def sound(number: int) -> Firm:
    part = Part(name="p", code=number, rate=1.5, day=date(2026, 1, 1), price=Decimal("1.50"))
    shop = partial(
        Shop,
        name="d",
        level="b",
        score=number,
        colour=Colour.BLUE,
        colours=[Colour.RED],
        part=part,
        sparse=[None, part],
        tags=["t"],
        holes=[None, "h"],
        grid=[[1]],
        named=part,
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    rows = (shop(parts=[part]), shop(parts=[dataclasses.replace(part)]), shop(parts=[]))
    return Firm(name="f", ref=strawberry.ID("1"), count=number, ok=True, shop=rows[0], main=rows[1], shops=[rows[2]])


PLAIN = parse(
    "{ firms { name ref count ok __typename shop { level score colour colours tags holes at part { code rate day price }"
    " parts { code } sparse { name } } shops { name } } }"
)


NAMED = parse("{ firms { name main { name named { name ... on Part { code } } } } }")
WHOLE = parse(
    "{ firms { name ref count ok shop { ...d } main { ...d } shops { ...d } } } fragment d on Shop { name level score colour"
    " colours tags holes grid at part { ...p } parts { ...p } sparse { ...p } } fragment p on Part { name code rate day price }"
)


@pytest.mark.parametrize("place", PLACES)
def test_each_odd_value_in_each_place_gives_what_graphql_core_gives(place: str) -> None:
    """One fault in an otherwise sound row, so that no other fault sends the row to graphql-core first."""
    kind, name = place.split(".")
    for value in NEARLY.get(place, ()) + ANYTHING + GOOD.get(place, ()):
        row = sound(1)
        target = {"Firm": row, "Shop": row.main, "Part": row.main.parts[0]}[kind]
        setattr(target, name, value)
        SHOWN.firms = [sound(2), row]
        document = NAMED if place == "Shop.named" else WHOLE
        expected, *_ = run(document, {}, None)
        found, *_ = run(document, {}, {})
        assert told(found) == told(expected), value


def test_plain_rows_are_completed_by_one_compiled_function() -> None:
    """Guards the speed: an equal answer from graphql-core itself would pass every other test here."""
    SHOWN.firms = [sound(1), sound(2), sound(3)]
    expected, *_ = run(PLAIN, {}, None)
    found, compiled, given_up = run(PLAIN, {}, {})
    assert (compiled, given_up) == (3, 0)
    assert told(found) == told(expected)
    assert found.errors is None


def test_one_bad_row_is_given_up_and_the_others_stay_compiled() -> None:
    bad = sound(2)
    bad.count = 2**40
    SHOWN.firms = [sound(1), bad, sound(3)]
    expected, *_ = run(PLAIN, {}, None)
    found, compiled, _ = run(PLAIN, {}, {})
    assert told(found) == told(expected)
    assert [error.path for error in found.errors or []] == [["firms", 1, "count"]]
    assert compiled >= 1


def test_a_row_of_another_class_is_left_to_graphql_core() -> None:
    row = sound(1)
    other = Subclass(**{name: getattr(row, name) for name in ("name", "ref", "count", "ok", "shop", "main", "shops")})
    SHOWN.firms = [other]
    expected, *_ = run(PLAIN, {}, None)
    found, _, given_up = run(PLAIN, {}, {})
    assert given_up > 0
    assert told(found) == told(expected)


def test_a_resolver_runs_once_where_its_neighbours_are_compiled() -> None:
    SHOWN.firms = [sound(13)]
    document = parse("{ firms { name main { shout part { code } } } }")
    expected, *_ = run(document, {}, None)
    found, compiled, _ = run(document, {}, {})
    assert compiled == 1
    assert told(found) == told(expected)
    assert [error.message for error in found.errors or []] == ["unlucky"]


def test_a_document_has_no_more_plans_than_its_share() -> None:
    names = [f"v{i}" for i in range(8)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    document = parse(f"query ({declared}) {{ firm {{ {' '.join(f'{n}: name @include(if: ${n})' for n in names)} }} }}")
    SHOWN.firms = [sound(1)]
    plans: Plans = {}
    for number in range(256):
        variables = {name: bool(number >> i & 1) for i, name in enumerate(names)}
        found, *_ = run(document, variables, plans)
        assert found.data == {"firm": {name: "f" for name, on in variables.items() if on}}
    assert len(plans) == PLANS_OF_A_DOCUMENT


def test_introspection_is_left_to_graphql_core() -> None:
    document = parse("{ __schema { queryType { name } } }")
    found, compiled, _ = run(document, {}, {})
    assert found == execute_sync(SCHEMA, document)
    assert compiled == 0
