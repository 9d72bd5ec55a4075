"""Statements run by the driver itself: the rows SQLAlchemy gives, whatever the statement, and one text for each shape."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Integer,
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

from journal.engines.prepared_statements import KEPT_STATEMENTS, Statements

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
    assert len(statements._by_shape) == 1  # noqa: SLF001 - that is what is tested


def test_lists_of_different_lengths_as_one_array_are_one_shape(connection: Connection) -> None:
    statements = Statements()
    for values in ([], ["a"], ["a", "b", "c"]):
        assert len(statements.rows(connection, select(T.id).where(one_of(values)))) == len(values)
    assert len(statements._by_shape) == 1  # noqa: SLF001 - as above


def test_there_is_an_end_to_what_is_kept(connection: Connection) -> None:
    statements = Statements()
    for number in range(KEPT_STATEMENTS + 5):
        statements.rows(connection, select(T.id.label(f"n{number}")).where(T.id == "a"))
    assert len(statements._by_shape) <= KEPT_STATEMENTS  # noqa: SLF001 - as above


def test_a_query_kept_by_name_is_built_once_and_run_with_each_value(connection: Connection) -> None:
    statements, built = Statements(), []

    def build() -> Select[Any]:
        built.append(1)
        listed = T.id == any_(bindparam("ids", type_=ARRAY(String)))
        return (
            select(T.id)
            .where(listed, T.size < 5, T.id > bindparam("after"))
            .order_by(T.id)
            .limit(bindparam("first", type_=Integer))
        )

    for ids, after, first in ((["a", "b", "诊"], "", 9), (["a", "诊"], "a", 9), (["a", "诊"], "", 1), ([], "", 9)):
        found = statements.prepared(connection, "small", build, {"ids": ids, "after": after, "first": first})
        assert [row[0] for row in found] == [i for i in ("a", "诊") if i in ids and i > after][:first]
    assert len(built) == 1


def test_the_same_shape_under_two_names_keeps_each_its_own_constants(connection: Connection) -> None:
    statements = Statements()
    for _ in range(2):
        for identity in ("a", "b"):
            build = partial(select(T.id).where, T.id == identity)
            assert statements.prepared(connection, identity, build, {}) == [(identity,)]
    assert len(statements._by_shape) == 1  # noqa: SLF001 - as above


def test_a_kept_query_that_needs_sqlalchemy_is_left_to_it(connection: Connection) -> None:
    statements = Statements()
    for ids in (["a"], ["a", "b"]):
        listed = T.id.in_(bindparam("ids", expanding=True))
        found = statements.prepared(connection, "listed", partial(select(T.id).where, listed), {"ids": ids})
        assert sorted(found) == [(identity,) for identity in ids]


def test_values_are_given_to_a_query_that_is_not_kept_too(connection: Connection) -> None:
    statements = Statements()
    for after, expected in (("", ["a", "b", "c", "诊"]), ("b", ["c", "诊"])):
        query = select(T.id).where(T.id > bindparam("after")).order_by(T.id)
        assert [row[0] for row in statements.rows(connection, query, {"after": after})] == expected


@pytest.mark.parametrize("values", [{}, {"other": "a"}, {"after": "a", "other": "a"}])
def test_a_value_left_out_or_unknown_is_an_error_and_not_an_empty_page(
    connection: Connection, values: dict[str, str]
) -> None:
    query = select(T.id).where(T.id > bindparam("after"))
    with pytest.raises(LookupError):
        Statements().rows(connection, query, values)
    with pytest.raises(LookupError):
        Statements().prepared(connection, "page", lambda: query, values)
