"""Filters · 筛选: what a read may be asked to look for; a field says itself, and the API publishes it so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement

from domain.instants import microseconds
from projections.engine.snapshot import Snapshot

A_DAY = 86_400_000_000
"""Microseconds of a day."""
SAYS, OF, SHOWN_BY, PUBLISHED_AS = "says", "of", "shown_by", "published_as"

Several = list[str] | tuple[str, ...]
"""Values of which a thing has any; no text by itself, which is a sequence of letters too 多值."""


def sought(says: str, *, of: str | tuple[str, ...] | None = None, shown_by: str | None = None, name: str | None = None) -> Any:  # noqa: ANN401 - of whatever its annotation says
    """A field of a filter; None looks for any, a list for what has one of its values.

    Args:
        says: what it asks for, as it is published.
        of: where it holds the key of a thing, the kind of that thing, whose id is asked for, or the kinds that it is known by;
            none where it is the name of a stream.
        shown_by: the field of the thing that shows the same, where it has another name: whoever asks must be free to read it.
        name: as it is published, where a word of Python is in the way.
    """
    kinds = (of,) if isinstance(of, str) else of
    return field(default=None, metadata={SAYS: says, OF: kinds, SHOWN_BY: shown_by, PUBLISHED_AS: name})


@dataclass(frozen=True)
class GradeRange:
    """Grades from one to another, both included; either left out: no bound · 档次范围."""

    least: int | None = sought("Lowest grade, 0–10 · 最低档", name="from")
    most: int | None = sought("Highest grade, 0–10 · 最高档", name="to")


def named_in(where: object) -> set[str]:
    """Fields of a thing that a filter asks by."""
    return set(_named_in(where))


def _named_in(where: object) -> Iterator[str]:
    if isinstance(where, tuple):
        for part in where:
            yield from _named_in(part)
    for one in fields(where) if is_dataclass(where) else ():
        if SAYS in one.metadata and getattr(where, one.name) is not None:
            yield one.metadata[SHOWN_BY] or one.name


def one_of(snapshot: Snapshot, column: ColumnElement[Any], values: Sequence[str] | None) -> Iterator[ColumnElement[bool]]:
    """The condition that a column has one of some values; none where any will do."""
    if values is not None:
        yield snapshot.among(column, [str(value) for value in values])


def within(column: ColumnElement[Any], bounds: GradeRange | None) -> Iterator[ColumnElement[bool]]:
    """The conditions that a column lies between bounds; what has no value lies in no range."""
    if bounds is not None:
        yield column.is_not(None)
        if bounds.least is not None:
            yield column >= bounds.least
        if bounds.most is not None:
            yield column <= bounds.most


def is_so(condition: ColumnElement[bool], wanted: bool | None) -> Iterator[ColumnElement[bool]]:  # noqa: FBT001 - a filter's value
    """A condition, or its contrary, or neither, as it is asked for."""
    if wanted is not None:
        yield condition if wanted else ~condition


def recorded_within(
    column: ColumnElement[Any], since: datetime | None, until: datetime | None = None
) -> Iterator[ColumnElement[bool]]:
    """The conditions that a moment of the journal lies between two, both included; a time without its zone is UTC."""
    if since is not None:
        yield column >= _counted(since)
    if until is not None:
        yield column <= _counted(until)


def _counted(moment: datetime) -> int:
    return microseconds(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))
