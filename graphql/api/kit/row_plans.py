"""Row plans · 行计划: a list answered from its rows at once, without an object a row. decision 0052.

A selection of a list whose rows are columns as they stand is planned once a document: which columns it needs, which edges it
follows, and one generated function from a row to its part of the answer. Whatever it does not know (a field that is worked out,
a value that no column may hold) goes the usual way, through the types' own classes, which stays the reference: answers, errors
and disclosures are the same, which tests hold over every field and role.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, pairwise
from typing import Any, Protocol

from graphql import GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from api.kit.context import Context
from api.kit.edges import LOADERS, Loader
from api.kit.ids import id_of
from api.kit.paging import RowsOfPage, below, distinct
from api.kit.row_mapping import DECLARED, ShownColumn
from api.kit.selection_functions import PlanningExecutor, SourceText, Uncompilable, nullable
from domain.access import Scope
from domain.kernel import stream_of
from projections import Snapshot
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
        edges, numbers = list[Edge](), list[int]()
        _join(context, self.rows, None, edges, numbers)
        rows = context.snapshot.joined(read, columns, edges) if edges else None
        if rows is None:
            return context.snapshot.narrowed(read, columns), {}
        ends = list(accumulate((len(edge.columns) for edge in edges), initial=len(columns)))
        return rows, {number: slice(*stands) for number, stands in zip(numbers, pairwise(ends), strict=True)}

    def found(self, context: Context, rows: Sequence[Row], joined: Joined) -> Found:
        """What all edges lead to from the rows of the list, each read once; protected data is noted on the way."""
        found: Found = {}
        read = {
            number: list({row[at.start]: row[at] for row in rows if row[at.start] is not None}.values())
            for number, at in joined.items()
        }
        _follow(context, self.rows, rows, found, read)
        return found


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


def one_by_id(context: Context, plan: RowPlan, identity: str) -> tuple[Sequence[Row], Joined]:
    """The row of one thing within the scope, none where there is none; and what was read beside it, as `RowPlan.read`."""
    listed = plan.rows.listed
    scope = listed.scope(context)
    return plan.read(context, lambda snapshot: listed.found_by_id(snapshot, scope, [identity]), tuple(plan.rows.columns))


def _by_id(context: Context, rows_of: RowsOf, ids: Sequence[str]) -> Sequence[Row]:
    """The rows of some ids within the scope."""
    listed = rows_of.listed
    scope = listed.scope(context)
    return context.snapshot.narrowed(lambda snapshot: listed.found_by_id(snapshot, scope, ids), tuple(rows_of.columns))


class RowSource(SourceText):
    """Source text of the functions from rows to an answer."""

    def __init__(self, executor: PlanningExecutor) -> None:
        super().__init__(executor)
        self._given: list[Given] = []
        self._edges = 0
        self._shows_cursors = False

    def plan(
        self, listed: StoredList, wanted: frozenset[str], kind: GraphQLObjectType, fields: list[FieldDetails]
    ) -> RowPlan:
        """The plan of a connection.

        Raises:
            Uncompilable: it shows what is no column, or what a plan does not know.
        """
        rows_of = _rows_of(listed, below(wanted, "nodes", "edges.node"))
        items = [f"{name!r}: {self._of_connection(rows_of, kind, details)}" for name, details in self._grouped(kind, fields)]
        name = self._new("page")
        self._functions.append(f"def {name}(rows, found, given, reads):\n    return {{{', '.join(items)}}}\n")
        return RowPlan(rows_of, tuple(self._given), self._shows_cursors, self._made(name))

    def plan_of_one(
        self, listed: StoredList, wanted: frozenset[str], kind: GraphQLObjectType, fields: list[FieldDetails]
    ) -> RowPlan:
        """The plan of one thing of a list.

        Raises:
            Uncompilable: as `plan`.
        """
        rows_of = _rows_of(listed, wanted)
        complete = self._made(self._row(rows_of, kind, fields))
        return RowPlan(rows_of, tuple(self._given), False, lambda rows, found, given, _reads: complete(rows[0], found, given))

    def _grouped(self, kind: GraphQLObjectType, fields: list[FieldDetails]) -> list[tuple[str, list[FieldDetails]]]:
        grouped, deferred, _ = self._executor.collect_subfields(kind, fields)
        if deferred or any(one.fragment_variable_values is not None for details in grouped.values() for one in details):
            raise Uncompilable(kind.name)
        return list(grouped.items())

    def _inner(self, kind: GraphQLObjectType, details: list[FieldDetails]) -> GraphQLObjectType:
        """The type of the things of a field."""
        found = self._executor.schema.get_field(kind, details[0].node.name.value)
        inner: Any = found.type if found is not None else None
        while isinstance(inner, GraphQLNonNull | GraphQLList):
            inner = inner.of_type
        if not isinstance(inner, GraphQLObjectType):
            raise Uncompilable(details[0].node.name.value)
        return inner

    def _of_connection(self, rows_of: RowsOf, kind: GraphQLObjectType, details: list[FieldDetails]) -> str:
        match details[0].node.name.value:
            case "__typename":
                return repr(kind.name)
            case "nodes":
                return f"[{self._row(rows_of, self._inner(kind, details), details)}(row, found, given) for row in rows]"
            case "edges":
                edge = self._inner(kind, details)
                items = [f"{name!r}: {self._of_edge(rows_of, edge, of)}" for name, of in self._grouped(edge, details)]
                return f"[{{{', '.join(items)}}} for row in rows]"
            case "pageInfo":
                info = self._inner(kind, details)
                return "{" + ", ".join(f"{name!r}: {self._of_info(info, of)}" for name, of in self._grouped(info, details)) + "}"
            case "totalCount":
                count = f"{self._new('count')}"
                self._functions.append(
                    f"def {count}(count):\n    if {self._odd(GraphQLInt, 'count')}: unexpected(count)\n    return count\n"
                )
                return f"{count}(reads.count())"
            case name:
                raise Uncompilable(name)

    def _of_edge(self, rows_of: RowsOf, edge: GraphQLObjectType, details: list[FieldDetails]) -> str:
        match details[0].node.name.value:
            case "__typename":
                return repr(edge.name)
            case "cursor":
                self._shows_cursors = True
                return "reads.cursor(row)"
            case "node":
                return f"{self._row(rows_of, self._inner(edge, details), details)}(row, found, given)"
            case name:
                raise Uncompilable(name)

    def _of_info(self, info: GraphQLObjectType, details: list[FieldDetails]) -> str:
        name = details[0].node.name.value
        self._shows_cursors |= name in ("startCursor", "endCursor")
        said = {
            "__typename": repr(info.name),
            "hasNextPage": "reads.page.more_follow()",
            "hasPreviousPage": "reads.page.more_before()",
            "startCursor": "reads.end(0)",
            "endCursor": "reads.end(-1)",
        }
        if name not in said:
            raise Uncompilable(name)
        return said[name]

    def _row(self, rows_of: RowsOf, kind: GraphQLObjectType, fields: list[FieldDetails]) -> str:
        """Name of the function from a row of a list to the object that it is shown as."""
        self._require_ours(kind)
        lines: list[str] = []
        items = [f"{name!r}: {self._of_row(rows_of, kind, details, lines)}" for name, details in self._grouped(kind, fields)]
        name = self._new("complete")
        self._functions.append("\n".join([f"def {name}(row, found, given):", *lines, f"    return {{{', '.join(items)}}}", ""]))
        return name

    def _of_row(self, rows_of: RowsOf, kind: GraphQLObjectType, details: list[FieldDetails], lines: list[str]) -> str:
        said = details[0].node.name.value
        if said == "__typename":
            return repr(kind.name)
        name, field_type = self._attribute(kind, said)
        declared, variable = DECLARED[rows_of.listed.node], self._new("value")
        if (column := declared.columns.get(name)) is not None:
            lines.append(f"    {variable} = {self._read(rows_of, column)}")
            return self._value(field_type, variable, details, lines)
        if (given := rows_of.listed.given.get(name)) is not None:
            if given not in self._given:
                self._given.append(given)
            lines.append(f"    {variable} = given[{self._given.index(given)}]")
            return self._value(field_type, variable, details, lines)
        if (worked := next((one for one in rows_of.listed.worked_out if name in one.fields), None)) is not None:
            lines.append(f"    {variable} = found[{self._worked(rows_of, worked)}][row[{rows_of.place('id')}]][{name!r}]")
            return self._value(field_type, variable, details, lines)
        if name not in declared.edges:
            raise Uncompilable(said)
        inner, may_be_none = nullable(field_type)
        if not isinstance(inner, GraphQLObjectType):
            raise Uncompilable(said)
        led = self._led(rows_of, name, said, declared.edges[name])
        lines.append(f"    {variable} = found[{led.number}].get(row[{led.place}])")
        if not may_be_none:
            lines.append(f"    if {variable} is None: unexpected(None)")
        if led.rows is None:
            return f"(None if {variable} is None else {self._object(inner, details)}({variable}))"
        return f"(None if {variable} is None else {self._row(led.rows, inner, details)}({variable}, found, given))"

    def _read(self, rows_of: RowsOf, column: ShownColumn) -> str:
        held = f"row[{rows_of.place(column.name)}]"
        if column.convert is None:
            return held
        if isinstance(column.convert, partial) and column.convert.func is id_of:  # a call a row, for two texts put together
            converted = f"{id_of(column.convert.args[0], '')!r} + {held}"
        else:
            converted = f"{self._new('to', column.convert)}({held})"
        return f"None if {held} is None else {converted}" if column.nullable else converted

    def _worked(self, rows_of: RowsOf, worked: WorkedOut) -> int:
        """The number under which what is worked out is found."""
        known = next((number for number, (one, _) in rows_of.worked.items() if one is worked), None)
        if known is None:
            known, self._edges = self._edges, self._edges + 1
            rows_of.worked[known] = (worked, tuple(rows_of.place(column) for column in worked.columns))
        return known

    def _led(self, rows_of: RowsOf, name: str, said: str, by: str) -> Led:
        known = rows_of.edges.get(name)
        if known is None:
            loader, wanted = LOADERS[rows_of.listed.node, name], below(rows_of.wanted, said)
            listed: Any = getattr(loader, "__self__", None)
            stored = _rows_of(listed, wanted) if getattr(listed, "stored", False) else None
            known = rows_of.edges[name] = Led(self._edges, rows_of.place(by), loader, wanted, stored)
            self._edges += 1
        return known


def _rows_of(listed: StoredList, wanted: frozenset[str]) -> RowsOf:
    """The rows of a list, none of them read yet; where it holds protected data, whose it is."""
    rows_of = RowsOf(listed, wanted)
    rows_of.place("id")
    if listed.holds is not None:
        rows_of.place(listed.holds.firm)
    return rows_of
