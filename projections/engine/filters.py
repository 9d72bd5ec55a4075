"""Filters · 筛选: what a read may be asked to look for; a field says itself, and the API publishes it so."""

from collections.abc import Iterator
from dataclasses import field, fields, is_dataclass
from typing import Any

SAYS, OF, SHOWN_BY, PUBLISHED_AS = "says", "of", "shown_by", "published_as"


def sought(says: str, *, of: str | None = None, shown_by: str | None = None, name: str | None = None) -> Any:  # noqa: ANN401 - of whatever its annotation says
    """A field of a filter; None looks for any.

    Args:
        says: what it asks for, as it is published.
        of: where it holds the key of a thing, the kind of that thing, whose id is asked for.
        shown_by: the field of the thing that shows the same, where it has another name: whoever asks must be free to read it.
        name: as it is published, where a word of Python is in the way.
    """
    return field(default=None, metadata={SAYS: says, OF: of, SHOWN_BY: shown_by, PUBLISHED_AS: name})


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
