"""Statements run by SQLite's driver itself: the rows SQLAlchemy gives, whatever the statement, and few texts for lists (0127)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    Select,
    String,
    Table,
    bindparam,
    case,
    create_engine,
    exists,
    func,
    select,
    tuple_,
)

from journal.engines.prepared_statements import KEPT_STATEMENTS
from journal.engines.sqlite_statements import LENGTHS, SQLiteStatements

THINGS = Table(
    "things",
    MetaData(schema="elsewhere"),
    Column("id", String, primary_key=True),
    Column("name", String),
    Column("size", Integer),
    Column("good", Boolean),
    Column("at", DateTime),
    Column("price", Numeric(10, 2)),
)
T = THINGS.c
MOMENT = datetime(2026, 11, 30, 8, 1, 2, 345, tzinfo=UTC).replace(tzinfo=None)
ROWS: list[dict[str, Any]] = [
    {"id": "a", "name": "100%_real ?", "size": 1, "good": True, "at": MOMENT, "price": Decimal("1.25")},
    {"id": "b", "name": 'it\'s \\ "quoted" :x %(y)s', "size": 2**40, "good": False, "at": None, "price": None},
    {"id": "c", "name": None, "size": None, "good": None, "at": None, "price": Decimal(0)},
    {"id": "诊", "name": "诊断", "size": 0, "good": True, "at": None, "price": None},
]
SCHEMAS = {"elsewhere": None}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    path: Path = tmp_path_factory.mktemp("statements") / "things.db"
    engine = create_engine(f"sqlite:///{path}").execution_options(schema_translate_map=SCHEMAS)
    with engine.connect() as opened:
        THINGS.create(opened)
        opened.execute(THINGS.insert(), ROWS)
        yield opened
        opened.rollback()
    engine.dispose()


MANY = [f"{number}" for number in range(LENGTHS[-1] + 1)]
QUERIES: list[Select[Any]] = [
    select(THINGS),
    select(T.id),
    select(T.good, T.at, T.price).where(T.id == "a"),
    select(THINGS).where(T.at == MOMENT),
    select(THINGS).where(T.good == bindparam(None, value=True)),
    select(THINGS).where(T.name == ROWS[1]["name"]),
    select(THINGS).where(T.name.contains("诊", autoescape=True) | T.good.is_(False)),
    select(THINGS).where(T.id.in_(["a", "b", "诊"]), T.size >= 0, T.name.in_(["诊断"])),
    select(THINGS).where(T.id.not_in(["a", "b", "诊"])),
    select(THINGS).where(T.id.in_([])),
    select(THINGS).where(T.id.not_in([])),
    select(THINGS).where(T.id.in_(["a", *MANY])),
    select(THINGS).where(T.at.in_([MOMENT])),
    select(THINGS).where(tuple_(T.id, T.size).in_([("a", 1), ("b", 1)])),
    select(THINGS).where(T.id > "a").order_by(T.id).limit(2),
    select(func.sum(case((T.good.is_(True), 2), else_=0)), func.coalesce(func.max(T.size), 7)),
    select(T.good, func.max(T.size)).group_by(T.good),
    select(T.id).where(exists().where(T.size == 1)),
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_statement_gives_the_rows_that_sqlalchemy_gives(connection: Connection, query: Select[Any]) -> None:
    statements, ordered = SQLiteStatements(SCHEMAS), query.order_by(*query.selected_columns)
    expected = [tuple(row) for row in connection.execute(ordered)]
    for _ in range(2):
        found = statements.rows(connection, ordered)
        assert found == expected
        assert all(type(row) is tuple for row in found)
        assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in expected]


def named() -> Select[Any]:
    return select(T.id).where(T.id.in_(bindparam("ids", expanding=True)), T.size >= bindparam("least"))


@pytest.mark.parametrize("ids", [["a"], ["a", "b", "诊"], [], ["none"], ["b", *MANY]])
def test_a_query_that_is_built_once_takes_lists_of_any_length(connection: Connection, ids: list[str]) -> None:
    statements, built = SQLiteStatements(SCHEMAS), list[int]()

    def build() -> Select[Any]:
        built.append(1)
        return named()

    for least in (0, 1):
        given = {"ids": ids, "least": least}
        expected = {row[0] for row in connection.execute(named(), given)}
        assert {row[0] for row in statements.prepared(connection, "some", build, given)} == expected
    assert len(built) == 1
    with pytest.raises(LookupError):
        statements.prepared(connection, "some", build, {"ids": ids})


def test_lists_of_different_lengths_are_few_statements(connection: Connection) -> None:
    statements = SQLiteStatements(SCHEMAS)
    for length in range(1, 100):
        assert not statements.prepared(connection, "some", named, {"ids": MANY[:length], "least": 0})
    (kept,) = statements._by_shape.values()  # noqa: SLF001 - that is what is tested
    assert kept is not None
    assert len(kept.texts) == len([one for one in LENGTHS if one <= 128])


def test_one_shape_is_put_into_words_once_and_keeps_no_value_of_the_first(connection: Connection) -> None:
    statements = SQLiteStatements(SCHEMAS)
    for identity in ("a", "b", "诊", "none"):
        rows = statements.rows(connection, select(T.id).where(T.id == identity))
        assert [row[0] for row in rows] == [row["id"] for row in ROWS if row["id"] == identity]
    assert len(statements._by_shape) == 1  # noqa: SLF001 - as above


def test_there_is_an_end_to_what_is_kept(connection: Connection) -> None:
    statements = SQLiteStatements(SCHEMAS)
    for number in range(KEPT_STATEMENTS + 2):
        statements.rows(connection, select(T.id.label(f"named_{number}")))
    assert len(statements._by_shape) == 2  # noqa: SLF001 - as above
