"""Edges · 关联: what a thing leads to, one read for all rows of a page; said by the area that has both ends. plan P7."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from api.kit.context import Context
from api.kit.paging import below, distinct
from api.kit.row_mapping import DECLARED

Loader = Callable[[Context, Sequence[str], frozenset[str]], Mapping[str, Any]]
"""The things of some ids within the caller's scope, given what of them is wanted; those outside are absent."""
Edge = tuple[type, str]
"""(type, its field that leads to one other thing)."""

LOADERS: dict[Edge, Loader] = {}
"""Every edge of the schema, gathered from the pages' EDGES."""


class EdgesWithoutLoaders(Exception):  # noqa: N818 - it names what is missing
    """Edges that no page loads 缺少读取的关联; the program does not start."""


def connect(edges: Iterable[Mapping[Edge, Loader]]) -> None:
    """Take up the edges of every page.

    Raises:
        EdgesWithoutLoaders: a type declares an edge that no page loads.
    """
    for some in edges:
        LOADERS.update(some)
    declared = {(kind, name) for kind, how in DECLARED.items() for name in how.edges}
    if missing := sorted(f"{kind.__name__}.{name}" for kind, name in declared - LOADERS.keys()):
        raise EdgesWithoutLoaders(", ".join(missing))


def led_to(
    context: Context, edge: Edge, rows: Iterable[object], wanted: frozenset[str]
) -> Callable[[str | None], Any]:
    """What an edge leads to from many rows, by the id in the row's column; None where it is outside, or not wanted."""
    kind, name = edge
    published = to_camel_case(name)
    if published not in wanted:
        return lambda _identity: None
    by = DECLARED[kind].edges[name]
    ids = distinct(getattr(row, by) for row in rows)
    found: Mapping[Any, Any] = LOADERS[edge](context, ids, below(wanted, published)) if ids else {}
    return found.get
