"""Pages · 分页: a total order of rows, a place in it, and the rows beyond that place, in either direction. plan P1.

A page begins at a place, never at a number of rows: what arrives or goes between two pages moves nothing that stood before.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Column, ColumnElement, Integer, Numeric, Select, String, and_, bindparam, cast, or_, tuple_

T = TypeVar("T")
Value = str | int | None
Place = tuple[Value, ...]
"""Where a row stands in an order: its values of the columns that the order names."""
SIZE = "size"


class By(NamedTuple):
    """Column that rows are ordered by · 排序项; rows without a value come last either way."""

    name: str
    descending: bool = False


Order = tuple[By, ...]
"""The last column is the rows' own key, so that no two rows stand at one place."""
BY_ID: Order = (By("id"),)


@dataclass(frozen=True)
class Page:
    """Up to `size` rows beyond a place, the nearest first · 一页.

    beyond: None = from the end that the direction begins at. backwards: those that stand before the place, counted from it.
    included: whether what stands at the place itself counts.
    """

    size: int
    order: Order = BY_ID
    beyond: Place | None = None
    backwards: bool = False
    included: bool = False

    @property
    def shape(self) -> tuple[object, ...]:
        """All that its statement depends on besides `values`."""
        empty = tuple(value is None for value in self.beyond) if self.beyond is not None else None
        return (self.order, empty, self.backwards, self.included)

    @property
    def values(self) -> dict[str, Any]:
        """Of the parameters of its statement."""
        given = enumerate(self.beyond or ())
        return {SIZE: self.size} | {_named(number): value for number, value in given if value is not None}

    def of(self, query: Select[Any], column: Callable[[str], ColumnElement[Any]]) -> Select[Any]:
        """A query of a list narrowed to this page.

        Args:
            query: of the whole list.
            column: what a name of the order is in it; a column that is never NULL says so itself.
        """
        columns = [column(by.name) for by in self.order]
        if self.beyond is not None:
            query = query.where(self._beyond(columns, self.beyond))
        ordered = (self._ordered(by, one) for by, one in zip(self.order, columns, strict=True))
        return query.order_by(*ordered).limit(bindparam(SIZE, type_=Integer))

    def _ordered(self, by: By, column: ColumnElement[Any]) -> ColumnElement[Any]:
        found = column.desc() if by.descending != self.backwards else column.asc()
        if _never_null(column):
            return found
        return found.nulls_first() if self.backwards else found.nulls_last()

    def _beyond(self, columns: Sequence[ColumnElement[Any]], place: Place) -> ColumnElement[bool]:
        directions = {by.descending for by in self.order}
        if len(directions) == 1 and all(map(_never_null, columns)):  # one comparison of rows is one range of an index
            least = tuple_(*columns) if len(columns) > 1 else columns[0]
            given = [_parameter(number, column) for number, column in enumerate(columns)]
            most = tuple_(*given) if len(given) > 1 else given[0]
            if directions.pop() != self.backwards:
                return least <= most if self.included else least < most
            return least >= most if self.included else least > most
        ways: list[ColumnElement[bool]] = []
        alike: list[ColumnElement[bool]] = []
        for number, (by, column, value) in enumerate(zip(self.order, columns, place, strict=True)):
            if (further := self._further(number, by, column, value)) is not None:
                ways.append(and_(*alike, further))
            alike.append(column.is_(None) if value is None else column == _parameter(number, column))
        return or_(*ways, and_(*alike)) if self.included else or_(*ways)

    def _further(self, number: int, by: By, column: ColumnElement[Any], value: Value) -> ColumnElement[bool] | None:
        """Whether a row stands beyond the place by this column; None where none can."""
        if value is None:
            return column.is_not(None) if self.backwards else None
        given = _parameter(number, column)
        found = column < given if by.descending != self.backwards else column > given
        return found if self.backwards or _never_null(column) else or_(found, column.is_(None))

    def cut(self, rows: Iterable[T], place: Callable[[T], Place]) -> list[T]:
        """The same of rows that are at hand, in their order · 截取."""
        standing = [row for row in rows if self.beyond is None or self._stands_beyond(place(row), self.beyond)]
        return (standing[::-1] if self.backwards else standing)[: self.size]

    def _stands_beyond(self, place: Place, beyond: Place) -> bool:
        for by, value, given in zip(self.order, place, beyond, strict=True):
            if value != given:
                after = value is None or (given is not None and (value < given if by.descending else value > given))  # type: ignore[operator] # of one column
                return after is not self.backwards
        return self.included


def numeric(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column of exact text as the number that it is, to be ordered by."""
    return cast(column, Numeric(12, 2))


def place_of(row: object, order: Order) -> Place:
    """Where a row of named columns stands."""
    return tuple(getattr(row, by.name) for by in order)


def _never_null(column: ColumnElement[Any]) -> bool:
    return isinstance(column, Column) and not column.nullable


def _named(number: int) -> str:
    return f"beyond_{number}"


def _parameter(number: int, column: ColumnElement[Any]) -> ColumnElement[Any]:
    return bindparam(_named(number), type_=String() if isinstance(column.type, Numeric) else column.type)
