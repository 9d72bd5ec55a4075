"""Pages (plan P1): a list walked forwards, backwards or turned about shows each row once, whatever arrives on the way."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Connection, MetaData, Table, create_engine, insert, select

from projections.engine.columns import columns
from projections.engine.pages import By, Order, Page, Place, numeric, place_of


class Row(NamedTuple):
    """A row with columns of every kind."""

    id: str
    name: str
    grade: int | None
    total: str | None


META = MetaData()
ROWS = Table("rows_of_pages", META, *columns(Row, "id"))
totals = st.none() | st.integers(0, 10_000).map(lambda cents: f"{cents // 100}.{cents % 100:02}")
rows = st.lists(
    st.builds(Row, st.text("abc", min_size=1, max_size=3), st.sampled_from("甲乙丙"), st.none() | st.integers(0, 3), totals),
    unique_by=lambda row: row.id,
    max_size=12,
)
orders = st.lists(
    st.builds(By, st.sampled_from(("name", "grade", "total")), st.booleans()), max_size=3, unique_by=lambda by: by.name
).map(lambda asked: (*asked, By("id", asked[-1].descending if asked else False)))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    url = request.getfixturevalue("new_database")() if request.param == "postgres" else "sqlite://"
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg2://"))
    with engine.connect() as made:
        META.create_all(made)
        yield made
        made.rollback()
    engine.dispose()


def read(connection: Connection, page: Page) -> list[Row]:
    def column(name: str) -> ColumnElement[Any]:
        return numeric(ROWS.c[name]) if name == "total" else ROWS.c[name]

    found = connection.execute(page.of(select(ROWS), column), page.values)
    return [Row._make(row) for row in found]


def walked(connection: Connection, order: Order, size: int, *, backwards: bool) -> list[Row]:
    found: list[Row] = []
    place: Place | None = None
    while page := read(connection, Page(size, order, place, backwards)):
        found += page
        place = place_of(page[-1], order)
    return found[::-1] if backwards else found


def filled(connection: Connection, found: list[Row]) -> None:
    connection.execute(ROWS.delete())
    if found:
        connection.execute(insert(ROWS), [row._asdict() for row in found])


@settings(max_examples=60, deadline=None)
@given(found=rows, order=orders, size=st.integers(1, 4))
def test_forwards_and_backwards_show_the_same_rows_each_once(
    connection: Connection, found: list[Row], order: Order, size: int
) -> None:
    filled(connection, found)
    forwards = walked(connection, order, size, backwards=False)
    assert sorted(forwards) == sorted(found)
    assert walked(connection, order, size, backwards=True) == forwards
    for number, row in enumerate(forwards):
        place = place_of(row, order)
        assert read(connection, Page(99, order, place)) == forwards[number + 1 :]
        assert read(connection, Page(99, order, place, included=True)) == forwards[number:]
        assert read(connection, Page(99, order, place, backwards=True)) == forwards[:number][::-1]
        assert read(connection, Page(99, order, place, backwards=True, included=True)) == forwards[: number + 1][::-1]


@settings(max_examples=60, deadline=None)
@given(found=rows, later=rows, order=orders, size=st.integers(1, 4), backwards=st.booleans())
def test_what_arrives_between_pages_neither_skips_nor_doubles_what_stood_before(
    connection: Connection, found: list[Row], later: list[Row], order: Order, size: int, *, backwards: bool
) -> None:
    filled(connection, found)
    seen = read(connection, Page(size, order, None, backwards))
    filled(connection, [*found, *(row for row in later if row.id not in {one.id for one in found})])
    while seen:
        page = read(connection, Page(size, order, place_of(seen[-1], order), backwards))
        if not page:
            break
        seen += page
    before = {row.id for row in found}
    assert sorted(row for row in seen if row.id in before) == (sorted(found) if seen else [])


@settings(max_examples=60, deadline=None)
@given(
    found=rows,
    order=orders.filter(lambda order: all(by.name != "total" for by in order)),
    number=st.integers(0, 12),
    data=st.data(),
)
def test_rows_at_hand_are_cut_as_those_of_a_table(
    connection: Connection, found: list[Row], order: Order, number: int, data: st.DataObject
) -> None:
    filled(connection, found)
    whole = read(connection, Page(99, order))
    place = place_of(data.draw(st.sampled_from(found)), order) if found and data.draw(st.booleans()) else None
    page = Page(number, order, place, backwards=data.draw(st.booleans()), included=data.draw(st.booleans()))
    assert page.cut(whole, lambda row: place_of(row, order)) == read(connection, page)
