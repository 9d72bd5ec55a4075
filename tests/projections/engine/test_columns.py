"""A table has the columns that the class of its rows says, and a read selects them by name."""

from typing import NamedTuple

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
