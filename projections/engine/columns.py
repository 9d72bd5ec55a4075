"""Columns · 列: a table's columns out of the class of its rows, which says them once: names, kinds, and what may be NULL."""

import types
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table

Long = Annotated[int, BigInteger]
"""A whole number of 64 bits: a position of the journal, microseconds of UTC, bytes."""

KINDS: dict[Any, type[String | Integer | Boolean]] = {
    **dict.fromkeys((str, tuple, dict, Decimal, date), String),
    int: Integer,
    bool: Boolean,
}
"""How a value stands in a table: a tuple or mapping as its JSON text, a number exactly, a day as ISO writes it, one of an
enumeration as its own text."""


@cache
def names_of(row: type) -> tuple[str, ...]:
    """The columns of a row type, in order."""
    return tuple(get_type_hints(row))


def columns(
    row: type,
    *keys: str,
    never_null: Collection[str] = (),
    may_be_null: Collection[str] = (),
    but: Collection[str] = (),
    only: Collection[str] | None = None,
) -> list[Column[Any]]:
    """The columns of the rows of a class, in its order.

    Args:
        row: class of the rows.
        keys: those of the primary key.
        never_null: those that stand in every row, though a reader may be shown none.
        may_be_null: those that a table of what is not complete yet leaves empty.
        but: fields that are read from elsewhere.
        only: those of them that a table bears; None = all.
    """
    hints = get_type_hints(row, include_extras=True)
    borne = [name for name in hints if name not in but and (only is None or name in only)]
    return [
        _column(name, hints[name], name in keys, {**dict.fromkeys(may_be_null, True), **dict.fromkeys(never_null, False)})
        for name in borne
    ]


def _column(name: str, hint: Any, is_key: bool, null: Mapping[str, bool]) -> Column[Any]:  # noqa: ANN401, FBT001 - an annotation
    inner = hint
    nullable = get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)
    if nullable:
        (inner,) = (part for part in get_args(hint) if part is not type(None))
    kind = _kind(inner)
    if is_key:
        return Column(name, kind, primary_key=True)
    return Column(name, kind, nullable=null.get(name, nullable))


def _kind(hint: Any) -> Any:  # noqa: ANN401 - an annotation
    if get_origin(hint) is Annotated:
        return get_args(hint)[1]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return String
    return KINDS[get_origin(hint) or hint]


def chosen(table: Table, row: type) -> list[Column[Any]]:
    """Of a table the columns of a row type, in the order of its fields, to be selected."""
    return [table.c[name] for name in names_of(row)]
