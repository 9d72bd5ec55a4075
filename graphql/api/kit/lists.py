"""Lists · 列表: how a list of the schema is found, ordered, counted and built, said beside its type; and how a page is made.

Now and as of a moment of the past go the same way: a list says by which of three ways its past is told. plan P1, P5, P7.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from operator import attrgetter
from typing import Annotated, Any, Generic, TypeVar

import orjson
import strawberry
from graphql import GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from api.kit.as_of import AsOfMoment, Pages, Then, pages_of, past_context, position_of
from api.kit.context import Context
from api.kit.forbidden_fields import require_searchable
from api.kit.orders import require_known_then, total_order
from api.kit.paging import PAGE_ARGUMENTS, AtLeast, Connection, Direction, RowsOfPage, below, connection, wanted_fields
from api.kit.published import Roles, argument, mask_of
from api.kit.published import field as published_field
from api.kit.row_plans import Holds, Joined, PageReads, RowPlan, WorkedOut, held, place_reader
from api.kit.row_sources import RowSource
from api.kit.selection_functions import FromRows, NotedRows, NotFromRows, PlanningExecutor
from domain.access import Scope
from domain.instants import city_day, utc_moment
from projections import Snapshot
from projections.as_of.replay import Past, recorded_at
from projections.engine.filters import named_in
from projections.engine.pages import BY_ID, Order, Page, Place, place_of

Where = TypeVar("Where")
Row = TypeVar("Row")
Node = TypeVar("Node")


@dataclass(frozen=True)
class FoundThen(Generic[Where]):
    """Found by what the things were then, and these few folded anew 按当时查找.

    places(snapshot, scope, where, position, page): where the things found stood then, each place ending in the id. count: of them
    all. replay(context, ids, position, wanted): the past of some of them, which are in the scope today. unkept: fields that
    are known of the present alone, so that nothing of the past is found or ordered by them.
    """

    places: Callable[[Snapshot, Scope, Where, int, Page], Sequence[Place]]
    count: Callable[[Snapshot, Scope, Where, int], int]
    replay: Callable[[Context, Sequence[str], int, frozenset[str]], Past]
    unkept: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FoldedAnew(Generic[Where]):
    """The whole list folded anew, then read as that of now 整体重演: of what is little or open to all."""

    replay: Callable[[Context, Where, int], Past]


@dataclass(frozen=True)
class UpToPosition(Generic[Where]):
    """Rows that are found by a position 按位置查找: things that never change, or whose rows bear the periods in which they hold.

    by: what is looked for, up to a position.
    """

    by: Callable[[Where, int], Where]


def _nothing(_context: Context) -> None:
    return None


OF_NOW: Mapping[str, Callable[[Context], Any]] = {"as_of": _nothing}
"""What every row of a list of now shows alike."""


@dataclass(frozen=True)
class Occasion:
    """When a list is asked for 所问时点, looked at only where what is looked for depends on it: now, or a moment of the past."""

    context: Context
    then: Then

    @property
    def day(self) -> date:
        """The day in the city."""
        return self.context.today if self.then.position is None else city_day(self.time)

    @property
    def time(self) -> datetime:
        """The moment, on which days are counted."""
        if self.then.position is None:
            return self.context.services.clock()
        at = recorded_at(self.context.snapshot, self.then.position) if self.then.asked is None else None
        return self.then.asked or (utc_moment(at) if at is not None else self.context.services.clock())


def _on_any_day(where: Where, _then: Occasion) -> Where:
    return where


def _of_nothing(_where: object) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Listed(Generic[Where, Row, Node]):
    """A list of the schema 列表声明.

    name: of its cursors. node: the type that is listed. rows(snapshot, scope, where, page): a page of the rows within the scope.
    count: of all rows. order: that of the list by itself, its last column the rows' key. orders: what it may be ordered by
    instead (`order_enum`). build(context, rows, wanted): what is shown of rows. by_id: the rows of some ids, where a thing is also
    shown by itself. scope: through which it is read. of: what a cursor is of besides the arguments. on: what is looked for, on the
    day of an occasion. holds: whose protected data the rows hold; who is found by a protected field is told what it holds.
    concerned: likewise the (firm, subject) pairs of rows that do not bear their firm. stored: the rows are the columns of one
    query as they stand, so that the list may be answered from them (`row_plans`); given: what every row of now shows alike, field
    by field; worked_out: what is worked out of more than a row. past: None where the list has none.
    """

    name: str
    node: type[Node]
    rows: Callable[[Snapshot, Scope, Where, Page], Sequence[Row]]
    count: Callable[[Snapshot, Scope, Where], int]
    build: Callable[[Context, Sequence[Row], frozenset[str]], list[Node]]
    order: Order = BY_ID
    orders: type[Enum] | None = None
    by_id: Callable[[Snapshot, Scope, Sequence[str]], Mapping[str, Row]] | None = None
    scope: Callable[[Context], Scope] = attrgetter("scope")
    of: Callable[[Where], str] = _of_nothing
    on: Callable[[Where, Occasion], Where] = _on_any_day
    holds: Holds | None = None
    concerned: Callable[[Snapshot, Sequence[Row]], Sequence[tuple[str, str]]] | None = None
    stored: bool = False
    given: Mapping[str, Callable[[Context], Any]] = field(default_factory=lambda: OF_NOW)
    worked_out: Sequence[WorkedOut] = ()
    past: FoundThen[Where] | FoldedAnew[Where] | UpToPosition[Where] | None = None

    def of_ids(self, context: Context, ids: Sequence[str], wanted: frozenset[str]) -> dict[str, Node]:
        """Things of many ids within the scope; those outside are absent."""
        rows = self.found_by_id(context.snapshot, self.scope(context), ids) if ids else {}
        if not rows:  # what belongs to none is not looked for
            return {}
        return dict(zip(rows, self.build(context, list(rows.values()), wanted), strict=True))

    @property
    def found_by_id(self) -> Callable[[Snapshot, Scope, Sequence[str]], Mapping[str, Row]]:
        """`by_id`, where the list has one."""
        if self.by_id is None:
            raise TypeError(f"the things of the list {self.name} are not shown by id")
        return self.by_id


ORDER_BY = "By what, the first first; what is equal in all stands in order of id · 排序"


def listing(
    listed: Listed[Where, Any, Any], says: str, *, roles: Roles, query_cost: int = 0
) -> Callable[[Callable[..., Where]], Any]:
    """A field of the schema that is a list: of a function that says by its own arguments what is looked for.

    The field has those arguments, and those of every list beside them: order, page, and the moment where the list has a past.
    """

    def decorate(sought: Callable[..., Where]) -> Any:  # noqa: ANN401 - the library's field
        own = {name: one for name, one in inspect.signature(sought).parameters.items() if name not in ("self", "info")}
        reads_context = "info" in inspect.signature(sought).parameters
        orders = () if listed.orders is None else (_given("order_by", list[listed.orders], ORDER_BY),)  # type: ignore[name-defined]
        then = () if listed.past is None else (_parameter("as_of", AsOfMoment),)
        pages = tuple(_parameter(name, kind) for name, kind in PAGE_ARGUMENTS.items())

        def resolve(self: Any, info: strawberry.Info[Context, None], **given: Any) -> Connection[Any]:  # noqa: ANN401 - of any list
            found = {name: given.pop(name) for name in own if name in given}
            where = sought(self, info, **found) if reads_context else sought(self, **found)
            said = {name: value for name, value in found.items() if value is not None}
            return paged(info, listed, where, sealed=repr(said) if said else "", **given)

        signature = inspect.signature(resolve).parameters
        parameters = [signature["self"], signature["info"], *own.values(), *orders, *pages, _parameter("at_least", AtLeast), *then]
        resolve.__signature__ = inspect.Signature(  # type: ignore[attr-defined] # which the library reads
            parameters, return_annotation=Connection[listed.node]  # type: ignore[name-defined]
        )
        resolve.__name__, resolve.__doc__, resolve.__module__ = sought.__name__, sought.__doc__, sought.__module__
        return published_field(says, roles=roles, query_cost=query_cost)(resolve)

    return decorate


def _given(name: str, kind: Any, says: str) -> inspect.Parameter:  # noqa: ANN401 - an annotation
    return _parameter(name, Annotated[kind | None, argument(says)])


def _parameter(name: str, kind: Any) -> inspect.Parameter:  # noqa: ANN401 - an annotation
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=kind)


def paged(
    info: strawberry.Info[Context, None],
    listed: Listed[Where, Row, Node],
    where: Where,
    *,
    sealed: str = "",
    order_by: Sequence[Enum] | None = None,
    at_least: str | None = None,
    as_of: str | None = None,
    **asked: Any,  # noqa: ANN401 - those of `PAGE_ARGUMENTS`
) -> Connection[Node]:
    """A page of a list, now or as it was known then 分页. sealed: what is looked for; a cursor is of that list alone.

    Raises:
        GraphQLError: FORBIDDEN, where the filter or the order names a field that the caller may not read.
        Refused: as `Direction.of`, `Context.at_least` and `pages_of`.
    """
    context, wanted, direction = info.context, wanted_fields(info), Direction.of(**asked)
    order = total_order(order_by or (), listed.order)
    asked_by = {one.value.name for one in order_by or ()}
    named = named_in(where) | asked_by
    require_searchable(listed.node, named, context.role)
    context.at_least(at_least)
    fields = below(wanted, "nodes", "edges.node")
    name = " ".join((listed.name, *(f"{by.name} {by.descending}" for by in order), sealed, listed.of(where)))
    if as_of is not None and isinstance(listed.past, FoundThen):
        require_known_then(named, listed.past.unkept)
    pages, start = pages_of(context, name, as_of, direction.cursor)
    place = tuple(orjson.loads(start)) if start is not None else None
    sought = listed.on(where, Occasion(context, pages.then))
    reads = _reads(context, listed, sought, order, pages, fields)
    masks = frozenset(mask for one in named if (mask := mask_of(listed.node, one)) is not None)

    def cursor(place: Place) -> str:
        return pages.cursor(orjson.dumps(place).decode())

    def noted(rows: Sequence[Row]) -> Sequence[Row]:
        if listed.holds is not None:
            context.disclosure_notes.note(masks, listed.holds.held(rows))
        elif masks and listed.concerned is not None:
            context.disclosure_notes.note(masks, listed.concerned(context.snapshot, rows))
        return rows

    def objects() -> Connection[Node]:
        found = direction.found(reads.page, order, place)
        return connection(
            found, lambda row: cursor(reads.place(row)), lambda shown: reads.build(shown, noted), reads.count, wanted
        )

    if pages.then.position is not None or not listed.stored:
        return objects()
    page: Any = PageOfRows(context, listed, sought, wanted, direction, order, place, masks, cursor, reads.count, objects)
    return page  # type: ignore[no-any-return] # which the executor answers from, or takes the objects of


@dataclass(frozen=True)
class PageOfRows(FromRows, Generic[Where, Row, Node]):
    """A page that is answered from rows where it can be 行分页; else it is a `Connection`. masks: of what is looked for by."""

    context: Context
    listed: Listed[Where, Row, Node]
    where: Where
    wanted: frozenset[str]
    direction: Direction
    order: Order
    beyond: Place | None
    masks: frozenset[str]
    cursor: Callable[[Place], str]
    count: Callable[[], int]
    made: Callable[[], Connection[Node]]

    def objects(self) -> Connection[Node]:
        """The page of the types' own classes."""
        return self.made()

    def completed(self, executor: PlanningExecutor, kind: GraphQLObjectType, fields: list[FieldDetails]) -> dict[str, Any]:
        """The page as its rows show it."""
        plan = self._plan(executor, kind, fields)
        columns = plan.columns(self.order)
        beside: Joined = {}

        def read(page: Page) -> Sequence[tuple[Any, ...]]:
            nonlocal beside
            of_page = self._of(page)
            if page.included:  # whether there is anything on the other side
                return self.context.snapshot.narrowed(of_page, columns)
            rows, beside = plan.read(self.context, of_page, columns)
            return rows

        found = self.direction.found(read, self.order, self.beyond)
        return self._shown(self.context, plan, found, beside)

    def noted(self, executor: PlanningExecutor, kind: GraphQLObjectType, fields: list[FieldDetails]) -> NotedRows:
        """The page as it would be read and shown; see there."""
        plan = self._plan(executor, kind, fields)
        page = Page(self.direction.size + 1, self.order, self.beyond, self.direction.backwards)
        statement, beside = plan.noted(self.context, self._of(page), plan.columns(self.order))

        def shown(context: Context, rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
            given = iter((rows,))
            found = self.direction.found(lambda _page: next(given), self.order, self.beyond)  # asked twice it is not these alone
            return self._shown(context, plan, found, beside)

        return NotedRows(statement, shown)

    def _plan(self, executor: PlanningExecutor, kind: GraphQLObjectType, fields: list[FieldDetails]) -> RowPlan:
        source = RowSource(executor)
        plan = executor.planned(kind, fields, self.listed.name, lambda: source.plan(self.listed, self.wanted, kind, fields))
        if plan is None:
            raise NotFromRows
        return plan

    def _of(self, page: Page) -> Callable[[Snapshot], object]:
        """The read of a page of the list, of either kind of snapshot."""
        scope = self.listed.scope(self.context)
        return lambda snapshot: self.listed.rows(snapshot, scope, self.where, page)

    def _shown(
        self, context: Context, plan: RowPlan, found: RowsOfPage[tuple[Any, ...]], beside: Joined
    ) -> dict[str, Any]:
        """The page as the rows that were found show it."""
        if self.masks and self.listed.holds is not None:
            context.disclosure_notes.note(self.masks, held(plan.rows, found.rows))
        led_to = plan.found(context, found.rows, beside)
        place = place_reader(plan.columns(self.order), self.order) if plan.shows_cursors else tuple
        reads = PageReads(found, lambda row: self.cursor(place(row)), self.count)
        return plan.shown(context, found.rows, led_to, reads)


@dataclass(frozen=True)
class ThingOfRows(FromRows, Generic[Node]):
    """One thing of a list that is answered from its row where it can be 行单件; else it is an object, or None."""

    context: Context
    listed: Listed[Any, Any, Node]
    identity: str
    wanted: frozenset[str]

    def objects(self) -> Node | None:
        """The thing of its type's own class; None where it lies outside the scope."""
        return self.listed.of_ids(self.context, [self.identity], self.wanted).get(self.identity)

    def completed(self, executor: PlanningExecutor, kind: GraphQLObjectType, fields: list[FieldDetails]) -> dict[str, Any] | None:
        """The thing as its row shows it."""
        plan = self._plan(executor, kind, fields)
        rows, joined = plan.read(self.context, self._of_one(), tuple(plan.rows.columns))
        return _thing(self.context, plan, rows, joined)

    def noted(self, executor: PlanningExecutor, kind: GraphQLObjectType, fields: list[FieldDetails]) -> NotedRows:
        """The thing as it would be read and shown; see there."""
        plan = self._plan(executor, kind, fields)
        statement, joined = plan.noted(self.context, self._of_one(), tuple(plan.rows.columns))
        return NotedRows(statement, lambda context, rows: _thing(context, plan, rows, joined))

    def _plan(self, executor: PlanningExecutor, kind: GraphQLObjectType, fields: list[FieldDetails]) -> RowPlan:
        source, name = RowSource(executor), f"one of {self.listed.name}"
        plan = executor.planned(kind, fields, name, lambda: source.plan_of_one(self.listed, self.wanted, kind, fields))
        if plan is None:
            raise NotFromRows
        return plan

    def _of_one(self) -> Callable[[Snapshot], object]:
        """The read of the one thing."""
        scope = self.listed.scope(self.context)
        return lambda snapshot: self.listed.found_by_id(snapshot, scope, [self.identity])


def _thing(context: Context, plan: RowPlan, rows: Sequence[tuple[Any, ...]], joined: Joined) -> dict[str, Any] | None:
    """One thing as its row shows it; None where there is none."""
    if not rows:
        return None
    return plan.shown(context, rows, plan.found(context, rows, joined), None)


@dataclass(frozen=True)
class _Reads(Generic[Row, Node]):
    """How a list is read at the moment that is asked for."""

    page: Callable[[Page], Sequence[Any]]
    place: Callable[[Any], Place]
    build: Callable[[Sequence[Any], Callable[[Sequence[Row]], Sequence[Row]]], list[Node]]
    count: Callable[[], int]


def _reads(
    context: Context, listed: Listed[Where, Row, Node], where: Where, order: Order, pages: Pages, fields: frozenset[str]
) -> _Reads[Row, Node]:
    position, asked, past = pages.then.position, pages.then.asked, listed.past
    snapshot, scope = context.snapshot, listed.scope(context)
    if position is not None and isinstance(past, FoundThen):
        then = past

        def as_known(places: Sequence[Place], noted: Callable[[Sequence[Row]], Sequence[Row]]) -> list[Node]:
            ids = [str(place[-1]) for place in places]
            earlier = past_context(context, then.replay(context, ids, position, fields), asked)
            found = listed.found_by_id(earlier.snapshot, earlier.scope, ids)
            return listed.build(earlier, noted([found[identity] for identity in ids]), fields)

        return _Reads(
            lambda page: then.places(snapshot, scope, where, position, page),
            tuple,
            as_known,
            lambda: then.count(snapshot, scope, where, position),
        )
    reads, sought = context, where
    if position is not None and isinstance(past, FoldedAnew):
        reads = past_context(context, past.replay(context, where, position), asked)
    elif position is not None and isinstance(past, UpToPosition):
        sought = past.by(where, position)
    return _Reads(
        lambda page: listed.rows(reads.snapshot, listed.scope(reads), sought, page),
        lambda row: place_of(row, order),
        lambda rows, noted: listed.build(reads, noted(rows), fields),
        lambda: listed.count(reads.snapshot, listed.scope(reads), sought),
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
        if not isinstance(listed.past, FoundThen) or not listed.found_by_id(context.snapshot, listed.scope(context), [identity]):
            return None
        context = past_context(context, listed.past.replay(context, [identity], position, wanted), asked)
    elif listed.stored:
        thing: Any = ThingOfRows(context, listed, identity, wanted)
        return thing  # type: ignore[no-any-return] # as in `paged`
    return listed.of_ids(context, [identity], wanted).get(identity)
