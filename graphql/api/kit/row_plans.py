"""Row plans · 行计划: a list answered from its rows at once, without an object a row. decision 0052.

A selection of a list whose rows are columns as they stand is planned once a document: which columns it needs, which edges it
follows, and one generated function from a row to its part of the answer. Whatever it does not know (a field that is worked out,
a value that no column may hold) goes the usual way, through the types' own classes, which stays the reference: answers, errors
and disclosures are the same, which tests hold over every field and role.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, Protocol

from api.kit.context import Context
from api.kit.edges import Loader
from api.kit.paging import RowsOfPage, distinct
from api.kit.selection_functions import NotFromRows
from domain.access import Scope
from domain.kernel import stream_of
from projections import Snapshot
from projections.engine.loop_reads import NotNoted, Statement, StatementNoted
from projections.engine.pages import Order, Place
from projections.engine.snapshot import Edge

Row = tuple[Any, ...]
Given = Callable[[Context], Any]
Found = dict[int, Mapping[Any, Any]]
"""Number -> what an edge leads to by the id in the row's column (rows of another list, or objects that a loader made), or what is
worked out of rows."""


Joined = Mapping[int, slice]
"""Number -> where in a row stands what an edge leads to, its id first, where that was read with it."""


@dataclass(frozen=True)
class Holds:
    """Whose protected data the rows of a list hold 数据归属.

    kind: of the subject, whose key is `id`. firm: the column of its firm.
    """

    kind: str
    firm: str = "id"

    def subject(self, identity: str) -> str:
        """The subject of a row."""
        return stream_of(self.kind, identity)

    def held(self, rows: Iterable[object]) -> Iterator[tuple[str, str]]:
        """(firm, subject) of each row that is of a firm."""
        return (
            (firm, self.subject(row.id))  # type: ignore[attr-defined] # rows of such a list
            for row in rows
            if (firm := getattr(row, self.firm)) is not None
        )


@dataclass(frozen=True)
class WorkedOut:
    """Fields of a type that are worked out of more than its row, for all rows of a page at once 推算字段.

    fields: by their names in Python. columns: of a row that they are worked out of. of(context, rows of those columns, published
    names of what is wanted): id, the first of the columns -> field -> value.
    """

    fields: frozenset[str]
    columns: tuple[str, ...]
    of: Callable[[Context, Sequence[Row], frozenset[str]], Mapping[str, Mapping[str, Any]]]


class StoredList(Protocol):
    """What a plan asks of a list 行存列表; see `api.kit.lists.Listed`."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def node(self) -> type:
        """The type that is listed."""

    @property
    def scope(self) -> Callable[[Context], Scope]:
        """Through which it is read."""

    @property
    def holds(self) -> Holds | None:
        """Whose protected data the rows hold."""

    @property
    def given(self) -> Mapping[str, Given]:
        """What every row shows alike, field by field."""

    @property
    def worked_out(self) -> Sequence[WorkedOut]:
        """What is worked out of more than a row."""

    @property
    def found_by_id(self) -> Callable[[Snapshot, Scope, Sequence[str]], Mapping[str, Any]]:
        """The rows of some ids within a scope."""


@dataclass
class RowsOf:
    """The rows of one list within a plan 行来源. wanted: paths below its type; columns: those read, in order."""

    listed: StoredList
    wanted: frozenset[str]
    columns: list[str] = field(default_factory=list)
    edges: dict[str, "Led"] = field(default_factory=dict)
    worked: dict[int, tuple[WorkedOut, tuple[int, ...]]] = field(default_factory=dict)
    """Number of what is found -> what is worked out, and where its columns stand."""

    def place(self, column: str) -> int:
        """Where a column stands in a row."""
        if column not in self.columns:
            self.columns.append(column)
        return self.columns.index(column)

    def masks(self, context: Context) -> frozenset[str]:
        """Masks of the fields that are asked for here."""
        return context.disclosure_notes.masks(self.listed.node.__name__, self.wanted)


@dataclass
class Led:
    """An edge within a plan 关联来源. place: of the id in a row; rows: of a list, else what a loader makes."""

    number: int
    place: int
    loader: Loader
    wanted: frozenset[str]
    rows: RowsOf | None = None


@dataclass(frozen=True)
class PageReads:
    """What the page says beside its rows 分页信息来源, each looked at only when it is asked."""

    page: RowsOfPage[Row]
    cursor: Callable[[Row], str]
    count: Callable[[], int]

    def end(self, place: int) -> str | None:
        """Cursor of the first or the last row; None of none."""
        return self.cursor(self.page.rows[place]) if self.page.rows else None


@dataclass(frozen=True)
class RowPlan:
    """How one selection of a list is answered 行计划. complete: (rows, found, given, reads) -> the value of the field.

    given: what is the same in every row. shows_cursors: whether a row's place is told.
    """

    rows: RowsOf
    given: tuple[Given, ...]
    shows_cursors: bool
    complete: Callable[[Sequence[Row], Found, Row, PageReads | None], dict[str, Any]]

    def constants(self, context: Context) -> Row:
        """What every row shows alike."""
        return tuple(given(context) for given in self.given)

    def columns(self, order: Order) -> tuple[str, ...]:
        """Columns to be read, those of a row's place included where it is told."""
        names = list(self.rows.columns)
        if self.shows_cursors:
            names += [by.name for by in order if by.name not in names]
        return tuple(names)

    def read(
        self, context: Context, read: Callable[[Snapshot], object], columns: tuple[str, ...]
    ) -> tuple[Sequence[Row], Joined]:
        """Rows of a read of the list, and where in them stands what of their edges was read beside them in the same message."""
        edges, numbers = self._edges(context)
        rows = context.snapshot.joined(read, columns, edges) if edges else None
        if rows is None:
            return context.snapshot.narrowed(read, columns), {}
        return rows, _beside(columns, edges, numbers)

    def noted(self, context: Context, read: Callable[[Snapshot], object], columns: tuple[str, ...]) -> tuple[Statement, Joined]:
        """The one statement that would read all that the plan shows, by a context that only notes; and as `read`.

        Raises:
            NotNoted: it takes more than one, or the plan asks more of the program than rows.
        """
        if not self.is_rows_alone:
            raise NotNoted
        edges, numbers = self._edges(context)
        try:
            if edges:
                context.snapshot.joined(read, columns, edges)
            else:
                context.snapshot.narrowed(read, columns)
        except StatementNoted as noted:
            return noted.statement, _beside(columns, edges, numbers)
        raise NotNoted

    def shown(self, context: Context, rows: Sequence[Row], found: Found, reads: PageReads | None) -> dict[str, Any]:
        """What rows show. found: what their edges lead to; reads: of a page, what else may be asked of it.

        Raises:
            NotNoted: more than these rows is asked for, of a context that only notes: the total of a longer list.
            NotFromRows: they cannot show it.
        """
        try:
            return self.complete(rows, found, self.constants(context), reads)
        except (NotNoted, StatementNoted):
            raise NotNoted from None
        except Exception as fault:
            raise NotFromRows from fault

    @cached_property
    def is_rows_alone(self) -> bool:
        """Whether all that its rows show stands in them, and in the rows that their edges lead to."""
        return _is_rows_alone(self.rows)

    def _edges(self, context: Context) -> tuple[list[Edge], list[int]]:
        """Which edges are read beside the rows, and their numbers."""
        edges, numbers = list[Edge](), list[int]()
        _join(context, self.rows, None, edges, numbers)
        return edges, numbers

    def found(self, context: Context, rows: Sequence[Row], joined: Joined) -> Found:
        """What all edges lead to from the rows of the list, each read once; protected data is noted on the way."""
        found: Found = {}
        read = {
            number: list({row[at.start]: row[at] for row in rows if row[at.start] is not None}.values())
            for number, at in joined.items()
        }
        _follow(context, self.rows, rows, found, read)
        return found


def _is_rows_alone(rows_of: RowsOf) -> bool:
    return not rows_of.worked and all(led.rows is not None and _is_rows_alone(led.rows) for led in rows_of.edges.values())


def _beside(columns: tuple[str, ...], edges: Sequence[Edge], numbers: Sequence[int]) -> Joined:
    ends = list(accumulate((len(edge.columns) for edge in edges), initial=len(columns)))
    return {number: slice(*stands) for number, stands in zip(numbers, pairwise(ends), strict=True)}


def place_reader(columns: Sequence[str], order: Order) -> Callable[[Row], Place]:
    """Reads where a row stands in an order."""
    places = [columns.index(by.name) for by in order]
    return lambda row: tuple(row[place] for place in places)


def held(rows_of: RowsOf, rows: Iterable[Row]) -> Iterable[tuple[str, str]]:
    """Whose data the rows hold: (firm, subject) of each that is of a firm."""
    holds = rows_of.listed.holds
    if holds is None:
        raise TypeError(f"the list {rows_of.listed.name} does not say whose data it holds")
    firm, identity, of_kind = rows_of.place(holds.firm), rows_of.place("id"), holds.subject("")
    return [(row[firm], of_kind + row[identity]) for row in rows if row[firm] is not None]


def _join(context: Context, rows_of: RowsOf, of: int | None, edges: list[Edge], numbers: list[int]) -> None:
    """Which edges are read beside the rows that they lead from: those that lead to rows of another list."""
    for led in rows_of.edges.values():
        if led.rows is not None:
            place, listed = len(edges), led.rows.listed
            edges.append(Edge(_of_ids(listed, listed.scope(context)), tuple(led.rows.columns), of, rows_of.columns[led.place]))
            numbers.append(led.number)
            _join(context, led.rows, place, edges, numbers)


def _of_ids(listed: StoredList, scope: Scope) -> Callable[[Snapshot], object]:
    return lambda snapshot: listed.found_by_id(snapshot, scope, ())


def _follow(context: Context, rows_of: RowsOf, rows: Sequence[Row], found: Found, joined: Mapping[int, Sequence[Row]]) -> None:
    if masks := rows_of.masks(context):
        context.disclosure_notes.note(masks, held(rows_of, rows))
    for number, (worked, places) in rows_of.worked.items():
        found[number] = worked.of(context, [tuple(row[place] for place in places) for row in rows], rows_of.wanted) if rows else {}
    for led in rows_of.edges.values():
        ids = distinct(row[led.place] for row in rows)
        if led.rows is None:
            found[led.number] = led.loader(context, ids, led.wanted)
            continue
        identity = led.rows.place("id")
        if (beyond := joined.get(led.number)) is None:
            beyond = _by_id(context, led.rows, ids) if ids else ()
        found[led.number] = {row[identity]: row for row in beyond}
        _follow(context, led.rows, beyond, found, joined)


def _by_id(context: Context, rows_of: RowsOf, ids: Sequence[str]) -> Sequence[Row]:
    """The rows of some ids within the scope."""
    listed = rows_of.listed
    scope = listed.scope(context)
    return context.snapshot.narrowed(lambda snapshot: listed.found_by_id(snapshot, scope, ids), tuple(rows_of.columns))
