"""Paging 分页: keyset connections in both directions, and which fields of a selection are wanted."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Generic, NamedTuple, Self, TypeVar

import strawberry
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
    is_object_type,
)

from api.kit.published import argument, field, published
from domain.kernel import Rule
from domain.masks import ANYONE
from projections.engine.pages import Order, Page, Place

LARGEST_PAGE = 100
USUAL_PAGE = 20

PAGE_SIZE = Rule(
    "PAGE_SIZE", "plan P1", "每页条数须在 1 到 {largest} 之间", "A page holds between 1 and {largest} nodes"
)

PAGE_BOTH_WAYS = Rule(
    "PAGE_BOTH_WAYS",
    "plan P1",
    "first、after 用于向后翻页，last、before 用于向前翻页，一次只能用一种",
    "`first` and `after` page forwards, `last` and `before` backwards: ask for one of the two ways",
)

First = Annotated[int | None, argument("Nodes a page, 1–100, usually 20 · 每页条数")]
After = Annotated[str | None, argument("Cursor to go on from, as it was given · 起始游标")]
Last = Annotated[int | None, argument("Nodes a page, 1–100, counted backwards from `before` or the end · 向前翻页条数")]
Before = Annotated[str | None, argument("Cursor to go back from, as it was given · 截止游标")]
AtLeast = Annotated[
    str | None, argument("`position` of a write that must be visible · 读己之写. plan P5")
]
PAGE_ARGUMENTS: Mapping[str, Any] = {"first": First, "after": After, "last": Last, "before": Before}
"""Arguments by which every list of the schema is paged."""

T = TypeVar("T")
Row = TypeVar("Row")


@published(ANYONE)
class PageInfo:
    """Where a page begins and ends · 分页信息"""

    has_next_page: bool = field("Whether more nodes follow · 是否还有下一页")
    has_previous_page: bool = field("Whether nodes stand before it · 是否还有上一页")
    start_cursor: str | None = field("Opaque cursor of the first node; pass it as `before` · 首条游标")
    end_cursor: str | None = field("Opaque cursor of the last node; pass it as `after` · 末条游标")


@strawberry.type(description="A node and its cursor · 条目与游标")
class Edge(Generic[T]):
    """One node of a page."""

    cursor: str = strawberry.field(description="Opaque cursor of the node · 游标")
    node: T = strawberry.field(description="The node · 条目")


@strawberry.type(description="A page of nodes in the caller's scope · 分页列表")
class Connection(Generic[T]):
    """One page, keyset-ordered; counts are within the caller's scope."""

    nodes: list[T] = strawberry.field(description="The nodes of this page · 本页条目")
    edges: list[Edge[T]] = strawberry.field(description="The nodes with their cursors · 本页条目与游标")
    page_info: PageInfo = strawberry.field(description="Where the page ends · 分页信息")
    total_count: int | None = strawberry.field(description="How many the filter and the scope admit · 总数")


def page_size(first: int | None) -> int:
    """Size of a page.

    Raises:
        Refused: PAGE_SIZE when outside 1 to 100.
    """
    if first is None:
        return USUAL_PAGE
    if not 1 <= first <= LARGEST_PAGE:
        raise PAGE_SIZE.refuse(largest=LARGEST_PAGE)
    return first


@dataclass(frozen=True)
class RowsOfPage(Generic[Row]):
    """Rows of a page in the order of the list, and whether there are more on either side; the side that it came from is looked
    at only when it is asked.
    """

    rows: Sequence[Row]
    more_follow: Callable[[], bool]
    more_before: Callable[[], bool]


@dataclass(frozen=True)
class Direction:
    """Which way a list is paged, from which cursor, how many at a time · 翻页方向."""

    size: int
    cursor: str | None
    backwards: bool

    @classmethod
    def of(
        cls, first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
    ) -> Self:
        """What four arguments ask for.

        Raises:
            Refused: PAGE_BOTH_WAYS, PAGE_SIZE.
        """
        backwards = last is not None or before is not None
        if backwards and (first is not None or after is not None):
            raise PAGE_BOTH_WAYS.refuse()
        return cls(page_size(last if backwards else first), (before if backwards else after) or None, backwards)

    def found(self, read: Callable[[Page], Sequence[Row]], order: Order, place: Place | None) -> RowsOfPage[Row]:
        """A page: one row too many tells that more follows in the direction of the page.

        On the other side there is something where anything stands at the cursor's place or beyond it: the row of the cursor may be
        gone by now.
        """
        rows = read(Page(self.size + 1, order, place, self.backwards))
        more = len(rows) > self.size
        shown = rows[: self.size]

        def ahead() -> bool:
            return more

        def behind() -> bool:
            return place is not None and bool(read(Page(1, order, place, not self.backwards, included=True)))

        if self.backwards:
            return RowsOfPage(shown[::-1], behind, ahead)
        return RowsOfPage(shown, ahead, behind)


def connection(
    found: RowsOfPage[Row],
    cursor: Callable[[Row], str],
    build: Callable[[Sequence[Row]], list[T]],
    count: Callable[[], int],
    wanted: frozenset[str],
) -> Connection[T]:
    """A page of what was found; edges, counts and cursors are made only where the selection wants them."""
    rows = found.rows
    nodes = build(rows)
    edges = (
        [Edge(cursor=cursor(row), node=node) for row, node in zip(rows, nodes, strict=True)]
        if "edges" in wanted
        else []
    )
    info = PageInfo(
        has_next_page="pageInfo.hasNextPage" in wanted and found.more_follow(),
        has_previous_page="pageInfo.hasPreviousPage" in wanted and found.more_before(),
        start_cursor=cursor(rows[0]) if rows and "pageInfo.startCursor" in wanted else None,
        end_cursor=cursor(rows[-1]) if rows and "pageInfo.endCursor" in wanted else None,
    )
    total = count() if "totalCount" in wanted else None
    return Connection(nodes=nodes, edges=edges, page_info=info, total_count=total)


def wanted_fields(asked: strawberry.Info[Any, Any], kind: str | None = None) -> frozenset[str]:
    """Dotted paths below a field that the operation asks for 所需字段.

    kind: of a field that may be of several types, that for which it is asked; fragments on others do not count.
    """
    info = asked._raw_info  # noqa: SLF001 - the library's own view of a selection costs an object a field
    known: dict[Hashable, frozenset[str]] = info.context.wanted_fields
    key = (kind, *map(id, info.field_nodes))
    if key not in known:
        known[key] = _wanted_fields(info, kind)
    return known[key]


def _wanted_fields(info: GraphQLResolveInfo[Any], kind: str | None) -> frozenset[str]:
    found: set[str] = set()
    spread: set[tuple[str, str]] = set()
    for node in info.field_nodes:
        if node.selection_set is not None:
            _walk(node.selection_set, "", _Wanted(info, found, spread, kind))
    return frozenset(found)


class _Wanted(NamedTuple):
    """What a walk over a selection looks at and finds."""

    info: GraphQLResolveInfo[Any]
    found: set[str]
    spread: set[tuple[str, str]]
    kind: str | None

    def passes(self, prefix: str, on: str) -> bool:
        """Whether a fragment is of another type than the one asked for; below the field itself types are settled."""
        return bool(self.kind and not prefix and on != self.kind and is_object_type(self.info.schema.get_type(on)))


def _walk(selections: SelectionSetNode, prefix: str, wanted: _Wanted) -> None:
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            path = prefix + selection.name.value
            wanted.found.add(path)
            if selection.selection_set is not None:
                _walk(selection.selection_set, path + ".", wanted)
        elif isinstance(selection, InlineFragmentNode):
            on = selection.type_condition
            if on is None or not wanted.passes(prefix, on.name.value):
                _walk(selection.selection_set, prefix, wanted)
        elif isinstance(selection, FragmentSpreadNode):
            name = selection.name.value
            fragment = wanted.info.fragments[name]
            if (prefix, name) not in wanted.spread and not wanted.passes(prefix, fragment.type_condition.name.value):
                wanted.spread.add((prefix, name))  # each fragment once a place: a chain of doubled spreads stays linear
                _walk(fragment.selection_set, prefix, wanted)


@lru_cache(256)
def below(wanted: frozenset[str], *prefixes: str) -> frozenset[str]:
    """The paths below one or several fields, without their prefix."""
    return frozenset(
        path.removeprefix(prefix + ".") for prefix in prefixes for path in wanted if path.startswith(prefix + ".")
    )


def distinct(values: Iterable[str | None]) -> list[str]:
    """The values that are there, each once."""
    return list(dict.fromkeys(value for value in values if value is not None))
