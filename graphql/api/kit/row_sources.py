"""Row sources · 行函数源码: the text of the functions from rows to an answer, as a plan of rows needs them. decision 0052."""

from collections.abc import Callable
from functools import partial
from typing import Any

from graphql import GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from api.kit.edges import LOADERS
from api.kit.ids import id_of
from api.kit.paging import below
from api.kit.row_mapping import DECLARED, ShownColumn
from api.kit.row_plans import Given, Led, RowPlan, RowsOf, StoredList, WorkedOut
from api.kit.selection_functions import PlanningExecutor, SourceText, Uncompilable, nullable

MOST_KNOWN = 64
"""Values of one column whose outcome a plan knows; districts, industries and sizes are few."""


class MadeOnce(dict[Any, Any]):
    """What follows from a value, made once for each 已知取值; of too many they are all made anew."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> Any:  # noqa: ANN401 - of any column
        made = self._make(value)
        if len(self) >= MOST_KNOWN:
            self.clear()
        self[value] = made
        return made


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
            inner, may_be_none = nullable(field_type)
            if column.convert is not None and isinstance(inner, GraphQLObjectType):
                return self._of_code(rows_of, column, inner, details, may_be_none=may_be_none)
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

    def _of_code(
        self, rows_of: RowsOf, column: ShownColumn, kind: GraphQLObjectType, details: list[FieldDetails], *, may_be_none: bool
    ) -> str:
        """What follows from one column alone, such as a code with its name: completed once for many rows that have the same."""
        held, made, name = f"row[{rows_of.place(column.name)}]", self._object(kind, details), self._new("made")
        names = self._names
        missing = "return None" if may_be_none else "unexpected(None)"
        self._functions.append(
            f"def {name}(held):\n    value = {self._new('to', column.convert)}(held)\n"
            f"    if value is None: {missing}\n    return {made}(value)\n"
        )
        known = self._new("known", MadeOnce(lambda value: names[name](value)))  # noqa: PLW0108 - it is made with all others
        read = f"{known}[{held}]"
        if not column.nullable:
            return read
        return f"(None if {held} is None else {read})" if may_be_none else f"({read} if {held} is not None else unexpected(None))"

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
