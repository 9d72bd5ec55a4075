"""Paging 分页: keyset connections, and which fields of a selection are wanted."""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

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

LARGEST_PAGE = 100
USUAL_PAGE = 20

PAGE_SIZE = Rule(
    "PAGE_SIZE", "plan P1", "每页条数须在 1 到 {largest} 之间", "A page holds between 1 and {largest} things"
)

First = Annotated[int | None, argument("Things a page, 1–100, usually 20 · 每页条数")]
After = Annotated[str | None, argument("Cursor to go on from, as it was given · 起始游标")]
AtLeast = Annotated[
    str | None, argument("`position` of a write that must be visible · 读己之写. plan P5")
]

T = TypeVar("T")
Row = TypeVar("Row")


@published(ANYONE)
class PageInfo:
    """Where a page ends · 分页信息"""

    has_next_page: bool = field("Whether more things follow · 是否还有下一页")
    end_cursor: str | None = field("Opaque cursor of the last thing; pass it as `after` · 末条游标")


@strawberry.type(description="A thing and its cursor · 条目与游标")
class Edge(Generic[T]):
    """One thing of a page."""

    cursor: str = strawberry.field(description="Opaque cursor of the thing · 游标")
    node: T = strawberry.field(description="The thing · 条目")


@strawberry.type(description="A page of things in the caller's scope · 分页列表")
class Connection(Generic[T]):
    """One page, keyset-ordered; counts are within the caller's scope."""

    nodes: list[T] = strawberry.field(description="The things of this page · 本页条目")
    edges: list[Edge[T]] = strawberry.field(description="The things with their cursors · 本页条目与游标")
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


def connection(
    rows: Sequence[Row],
    first: int,
    cursor: Callable[[Row], str],
    build: Callable[[Sequence[Row]], list[T]],
    count: Callable[[], int],
    wanted: frozenset[str],
) -> Connection[T]:
    """A page from up to `first` + 1 rows: the one too many tells that more follows.

    count: asked only when the selection wants the total; edges are made only when wanted too.
    """
    shown = rows[:first]
    nodes = build(shown)
    edges = (
        [Edge(cursor=cursor(row), node=node) for row, node in zip(shown, nodes, strict=True)]
        if "edges" in wanted
        else []
    )
    info = PageInfo(has_next_page=len(rows) > first, end_cursor=cursor(shown[-1]) if shown else None)
    total = count() if "totalCount" in wanted else None
    return Connection(nodes=nodes, edges=edges, page_info=info, total_count=total)


def wanted_fields(asked: strawberry.Info[Any, Any], kind: str | None = None) -> frozenset[str]:
    """Dotted paths below a field that the operation asks for 所需字段.

    kind: of a field that may be of several types, that for which it is asked; fragments on others do not count.
    """
    info = asked._raw_info  # noqa: SLF001 - the library's own view of a selection costs an object a field
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


def below(wanted: frozenset[str], *prefixes: str) -> frozenset[str]:
    """The paths below one or several fields, without their prefix."""
    return frozenset(
        path.removeprefix(prefix + ".") for prefix in prefixes for path in wanted if path.startswith(prefix + ".")
    )


def distinct(values: Iterable[str | None]) -> list[str]:
    """The values that are there, each once."""
    return list(dict.fromkeys(value for value in values if value is not None))
