"""Statements run by the driver itself: the rows SQLAlchemy gives, whatever the statement, and one text for each shape."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    MetaData,
    Select,
    String,
    Table,
    any_,
    bindparam,
    case,
    create_engine,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from journal.statements import KEPT_STATEMENTS, Statements

THINGS = Table(
    "things",
    MetaData(),
    Column("id", String, primary_key=True),
    Column("name", String),
    Column("size", BigInteger),
    Column("good", Boolean),
    Column("at", DateTime),
)
T = THINGS.c
ROWS = [
    {"id": "a", "name": "100%_real", "size": 1, "good": True, "at": None},
    {"id": "b", "name": 'it\'s \\ "quoted" :x %(y)s', "size": 2**40, "good": False, "at": None},
    {"id": "c", "name": None, "size": None, "good": None, "at": None},
    {"id": "诊", "name": "诊断", "size": 0, "good": True, "at": None},
]


@pytest.fixture(scope="module")
def connection(postgres: str) -> Iterator[Connection]:
    engine = create_engine(postgres.replace("postgresql://", "postgresql+psycopg2://", 1))
    with engine.connect() as opened:
        THINGS.create(opened)
        opened.execute(THINGS.insert(), ROWS)
        yield opened
        opened.rollback()
    engine.dispose()


def one_of(values: list[str]) -> Any:
    return T.id == any_(bindparam(None, values, type_=ARRAY(String)))


PLAIN = [T.id, T.name, T.size, T.good]
QUERIES: list[Select[Any]] = [
    select(*PLAIN),
    select(*PLAIN).where(T.id == "a"),
    select(*PLAIN).where(T.id == "no such"),
    select(*PLAIN).where(T.name == ROWS[1]["name"]),
    select(*PLAIN).where(T.name.startswith("100%_", autoescape=True)),
    select(*PLAIN).where(T.name.contains("诊", autoescape=True) | T.good.is_(False)),
    select(*PLAIN).where(one_of(["a", "诊", "it's"])),
    select(*PLAIN).where(one_of([])),
    select(*PLAIN).where(T.id.in_(["a", "b"])),
    select(*PLAIN).where(T.id.in_([])),
    select(*PLAIN).where(T.id > "a").order_by(T.id).limit(2),
    select(func.sum(case((T.good.is_(True), 2), else_=0)), func.coalesce(func.max(T.size), 7)),
    select(T.id).where(T.size + 1 == 2, T.good == bindparam(None, value=True)),
    select(func.count()).select_from(THINGS).where(T.size >= 0),
    select(T.good, func.max(T.size)).group_by(T.good),
    select(T.id).where(exists().where(T.size == 1)),
    select(THINGS),
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_statement_gives_the_rows_that_sqlalchemy_gives(connection: Connection, query: Select[Any]) -> None:
    statements = Statements()
    for _ in range(2):
        found = statements.rows(connection, query.order_by(*query.selected_columns))
        assert found == [tuple(row) for row in connection.execute(query.order_by(*query.selected_columns))]
        assert all(type(row) is tuple for row in found)


def test_one_shape_is_compiled_once_and_keeps_no_value_of_the_first(connection: Connection) -> None:
    statements = Statements()
    for identity in ("a", "b", "诊", "none"):
        rows = statements.rows(connection, select(T.id).where(T.id == identity, one_of([identity])))
        assert [row[0] for row in rows] == [row["id"] for row in ROWS if row["id"] == identity]
    assert len(statements._kept) == 1  # noqa: SLF001 - that is what is tested


def test_lists_of_different_lengths_as_one_array_are_one_shape(connection: Connection) -> None:
    statements = Statements()
    for values in ([], ["a"], ["a", "b", "c"]):
        assert len(statements.rows(connection, select(T.id).where(one_of(values)))) == len(values)
    assert len(statements._kept) == 1  # noqa: SLF001 - as above


def test_there_is_an_end_to_what_is_kept(connection: Connection) -> None:
    statements = Statements()
    for number in range(KEPT_STATEMENTS + 5):
        statements.rows(connection, select(T.id.label(f"n{number}")).where(T.id == "a"))
    assert len(statements._kept) <= KEPT_STATEMENTS  # noqa: SLF001 - as above
