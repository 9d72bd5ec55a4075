"""Filters · 筛选: what a read may be asked to look for; a field says itself, and the API publishes it so."""

from dataclasses import field
from typing import Any

SAYS, OF = "says", "of"


def sought(says: str, *, of: str | None = None) -> Any:  # noqa: ANN401 - of whatever its annotation says
    """A field of a filter; None looks for any.

    Args:
        says: what it asks for, as it is published.
        of: where it holds the key of a thing, the kind of that thing, whose id is asked for.
    """
    return field(default=None, metadata={SAYS: says, OF: of})
