"""Filters · 筛选: what a read may be asked to look for; a field says itself, and the API publishes it so."""

from dataclasses import field
from typing import Any

SAYS = "says"


def sought(says: str) -> Any:  # noqa: ANN401 - of whatever its annotation says
    """A field of a filter; None looks for any. says: what it asks for, as it is published."""
    return field(default=None, metadata={SAYS: says})
