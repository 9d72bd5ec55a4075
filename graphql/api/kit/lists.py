"""Lists · 列表: how a list of the schema is found, counted and built, said once beside its type; and how a page is made of it.

Now and as of a moment of the past go the same way: a list says by which of three ways its past is told. plan P1, P5, P7.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

import strawberry

from api.kit.as_of import pages_of, past_context, position_of
from api.kit.context import Context
from api.kit.paging import Connection, below, connection, page_size, wanted_fields
from domain.access import Scope
from projections import Snapshot
from projections.as_of.replay import Past

Where = TypeVar("Where")
Row = TypeVar("Row")
Node = TypeVar("Node")


@dataclass(frozen=True)
class FoundThen(Generic[Where]):
    """Found by what the things were then, and these few folded anew 按当时查找.

    ids(snapshot, scope, where, position, first, after): of the things found, in order of id. count: of them all. replay(context,
    ids, position, wanted): the past of some of them, which are in the scope today.
    """

    ids: Callable[[Snapshot, Scope, Where, int, int, str | None], Sequence[str]]
    count: Callable[[Snapshot, Scope, Where, int], int]
    replay: Callable[[Context, Sequence[str], int, frozenset[str]], Past]


@dataclass(frozen=True)
class FoldedAnew(Generic[Where]):
    """The whole list folded anew, then read as that of now 整体重演: of what is little or open to all."""

    replay: Callable[[Context, Where, int], Past]


@dataclass(frozen=True)
class NeverChanged(Generic[Where]):
    """Things that never change, of which those are shown that were there 不再变更. by: what is looked for, up to a position."""

    by: Callable[[Where, int], Where]


def _nothing(_context: Context, _where: object, _rows: Sequence[Any]) -> None:
    """Who is found tells nothing more than what is shown of them."""


@dataclass(frozen=True, kw_only=True)
class Listed(Generic[Where, Row, Node]):
    """A list of the schema 列表声明.

    name: of its cursors. rows(snapshot, scope, where, first, after): up to `first` rows within the scope, beyond the place
    `after`. count: of all rows. place: where a row stands in the list's order. build(context, rows, wanted): what is shown of
    rows. by_id: the rows of some ids, where a thing is also shown by itself. scope: through which it is read. noted(context,
    where, rows): what being found tells of the rows. past: None where the list has none.
    """

    name: str
    rows: Callable[[Snapshot, Scope, Where, int, str | None], Sequence[Row]]
    count: Callable[[Snapshot, Scope, Where], int]
    build: Callable[[Context, Sequence[Row], frozenset[str]], list[Node]]
    place: Callable[[Row], str] = attrgetter("id")
    by_id: Callable[[Snapshot, Scope, Sequence[str]], Mapping[str, Row]] | None = None
    scope: Callable[[Context], Scope] = attrgetter("scope")
    noted: Callable[[Context, Where, Sequence[Row]], None] = _nothing
    past: FoundThen[Where] | FoldedAnew[Where] | NeverChanged[Where] | None = None

    def of_ids(self, context: Context, ids: Sequence[str], wanted: frozenset[str]) -> dict[str, Node]:
        """Things of many ids within the scope; those outside are absent."""
        rows = self._by_id(context.snapshot, self.scope(context), ids) if ids else {}
        return dict(zip(rows, self.build(context, list(rows.values()), wanted), strict=True))

    @property
    def _by_id(self) -> Callable[[Snapshot, Scope, Sequence[str]], Mapping[str, Row]]:
        if self.by_id is None:
            raise TypeError(f"the things of the list {self.name} are not shown by id")
        return self.by_id


def paged(
    info: strawberry.Info[Context, None],
    listed: Listed[Where, Row, Node],
    where: Where,
    first: int | None,
    after: str | None,
    *,
    at_least: str | None = None,
    as_of: str | None = None,
    of: str = "",
) -> Connection[Node]:
    """A page of a list, now or as it was known then 分页. of: the thing whose list it is; a cursor is of that one's.

    Raises:
        Refused: as `page_size`, `Context.at_least` and `pages_of`.
    """
    context, wanted, size = info.context, wanted_fields(info), page_size(first)
    context.at_least(at_least)
    fields = below(wanted, "nodes", "edges.node")
    pages, start = pages_of(context, f"{listed.name}/{of}" if of else listed.name, as_of, after)
    position, asked, past = pages.then.position, pages.then.asked, listed.past
    if position is not None and isinstance(past, FoundThen):
        snapshot, scope, then = context.snapshot, listed.scope(context), past

        def as_known(ids: Sequence[str]) -> list[Node]:
            earlier = past_context(context, then.replay(context, ids, position, fields), asked)
            found = listed._by_id(earlier.snapshot, earlier.scope, ids)  # noqa: SLF001 - its own module
            rows = [found[identity] for identity in ids]
            listed.noted(context, where, rows)
            return listed.build(earlier, rows, fields)

        ids = then.ids(snapshot, scope, where, position, size + 1, start)
        return connection(ids, size, pages.cursor, as_known, lambda: then.count(snapshot, scope, where, position), wanted)
    reads, sought = context, where
    if position is not None and isinstance(past, FoldedAnew):
        reads = past_context(context, past.replay(context, where, position), asked)
    elif position is not None and isinstance(past, NeverChanged):
        sought = past.by(where, position)
    rows = listed.rows(reads.snapshot, listed.scope(reads), sought, size + 1, start)
    listed.noted(context, where, rows[:size])
    return connection(
        rows,
        size,
        lambda row: pages.cursor(listed.place(row)),
        lambda shown: listed.build(reads, shown, fields),
        lambda: listed.count(reads.snapshot, listed.scope(reads), sought),
        wanted,
    )


def single(
    info: strawberry.Info[Context, None],
    listed: Listed[Any, Any, Node],
    identity: str,
    *,
    at_least: str | None = None,
    as_of: str | None = None,
) -> Node | None:
    """One thing of a list whose past is found, now or as it was known then; None where it lies outside the scope today.

    Raises:
        Refused: as `Context.at_least` and `position_of`.
    """
    context, wanted = info.context, wanted_fields(info)
    context.at_least(at_least)
    if as_of is not None:
        position, asked = position_of(context, as_of)
        if not isinstance(listed.past, FoundThen) or not listed._by_id(context.snapshot, listed.scope(context), [identity]):  # noqa: SLF001
            return None
        context = past_context(context, listed.past.replay(context, [identity], position, wanted), asked)
    return listed.of_ids(context, [identity], wanted).get(identity)
