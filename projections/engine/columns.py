"""Columns · 列: a table's columns out of the class of its rows, which says them once: names, kinds, and what may be NULL."""

import types
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table

Long = Annotated[int, BigInteger]
"""A whole number of 64 bits: a position of the journal, microseconds of UTC, bytes."""

KINDS: dict[Any, type[String | Integer | Boolean]] = {
    **dict.fromkeys((str, tuple, Decimal, date), String),
    int: Integer,
    bool: Boolean,
}
"""How a value stands in a table: a tuple as its JSON text, a number exactly, a day as ISO writes it, one of an enumeration as
its own text."""


@cache
def names_of(row: type) -> tuple[str, ...]:
    """The columns of a row type, in order."""
    return tuple(get_type_hints(row))


def columns(row: type, *keys: str, never_null: Collection[str] = (), but: Collection[str] = ()) -> list[Column[Any]]:
    """The columns of the rows of a class, in its order.

    Args:
        row: class of the rows.
        keys: those of the primary key.
        never_null: those that stand in every row, though a reader may be shown none.
        but: fields that are read from elsewhere.
    """
    hints = get_type_hints(row, include_extras=True)
    return [_column(name, hint, name in keys, name in never_null) for name, hint in hints.items() if name not in but]


def _column(name: str, hint: Any, is_key: bool, never_null: bool) -> Column[Any]:  # noqa: ANN401, FBT001 - an annotation
    inner = hint
    nullable = get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)
    if nullable:
        (inner,) = (part for part in get_args(hint) if part is not type(None))
    kind = _kind(inner)
    if is_key:
        return Column(name, kind, primary_key=True)
    return Column(name, kind, nullable=nullable and not never_null)


def _kind(hint: Any) -> Any:  # noqa: ANN401 - an annotation
    if get_origin(hint) is Annotated:
        return get_args(hint)[1]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return String
    return KINDS[get_origin(hint) or hint]


def chosen(table: Table, row: type) -> list[Column[Any]]:
    """Of a table the columns of a row type, in the order of its fields, to be selected."""
    return [table.c[name] for name in names_of(row)]
