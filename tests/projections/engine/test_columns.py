"""A table has the columns that the class of its rows says, and a read selects them by name."""

import ast
from pathlib import Path
from typing import NamedTuple, TypeGuard

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, String, Table

from projections.engine.columns import Long, chosen, columns


class CaseRow(NamedTuple):
    """A row with a column of each kind."""

    id: str
    seen_at: Long
    ended_at: Long | None
    count: int
    visits: int | None
    open: bool
    sections: tuple[str, ...]
    elsewhere: int | None
    name: str | None = None


TABLE = Table(
    "cases",
    MetaData(),
    *columns(CaseRow, "id", never_null=("visits",), but=("elsewhere",)),
    Column("elsewhere", Integer),
    Column("folded", String),
)


def test_kinds_and_what_may_be_null_are_those_of_the_class() -> None:
    found = {one.name: (type(one.type), one.primary_key, one.nullable) for one in TABLE.columns}
    assert found == {
        "id": (String, True, False),
        "seen_at": (BigInteger, False, False),
        "ended_at": (BigInteger, False, True),
        "count": (Integer, False, False),
        "visits": (Integer, False, False),
        "open": (Boolean, False, False),
        "sections": (String, False, False),
        "name": (String, False, True),
        "elsewhere": (Integer, False, True),
        "folded": (String, False, True),
    }
    assert list(found)[:8] == [name for name in CaseRow._fields if name != "elsewhere"]


def test_a_read_selects_the_fields_of_the_row_in_their_order() -> None:
    assert [one.name for one in chosen(TABLE, CaseRow)] == list(CaseRow._fields)


PROJECTIONS = Path(__file__).parents[3] / "projections"


def named_by_hand(source: str) -> set[str]:
    """Classes of rows whose every field some table of the same file spells as a column again."""
    body = ast.parse(source).body
    rows = {
        node.name: {part.target.id for part in node.body if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)}
        for node in body
        if isinstance(node, ast.ClassDef) and "NamedTuple" in map(ast.unparse, node.bases)
    }
    calls = [node for node in ast.walk(ast.Module(body, [])) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Table"]
    spelt = [{ast.unparse(one.args[0]).strip("'") for one in call.args if is_column(one)} for call in calls]
    return {name for name, fields in rows.items() for columns in spelt if fields and fields <= columns}


def is_column(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "Column"


def test_no_table_spells_the_columns_of_its_rows_again() -> None:
    found = {path.stem: names for path in PROJECTIONS.rglob("*.py") if (names := named_by_hand(path.read_text("utf-8")))}
    assert found == {}
    row = "class R(NamedTuple):\n    id: str\n    at: Long\n"
    assert named_by_hand(f"{row}T = Table('t', M, Column('id', S), Column('at', B), Column('more', S))") == {"R"}
    assert named_by_hand(f"{row}T = Table('t', M, *columns(R, 'id'), Column('more', S))") == set()
