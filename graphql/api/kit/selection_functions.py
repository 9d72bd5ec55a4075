"""Functions of selection sets 选择集函数: one generated Python function for a selection set of plain attributes.

graphql-core resolves a page of 50 × 20 fields in about 6 ms, most of it in building paths and infos that nobody reads. A
selection set whose fields are plain attributes of our own types is instead completed by a function written for it once a
document. Whatever it does not expect (None where none may be, another class, a number out of range, an exception) makes it
give up, and graphql-core completes the same value from the start: so results and errors are its own, which tests hold by
comparing the two on random schemas' worth of documents and faulty data.

The functions run no resolver, so giving up half way has no effect that could happen twice.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    Undefined,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetails
from strawberry.types.base import StrawberryObjectDefinition

from projections.engine.loop_reads import Statement

T = TypeVar("T")

LARGEST_INT = 2**31 - 1
EXACT_CLASS: Final = {GraphQLString.name: "str", GraphQLID.name: "str", GraphQLBoolean.name: "bool"}

SEQUENCES = (list, tuple)

Completer = Callable[[Any], dict[str, Any]]


class Unexpected(Exception):  # noqa: N818 - a signal: let graphql-core do it
    """The value is not what a compiled selection set is written for."""


class Uncompilable(Exception):  # noqa: N818 - as above, at compile time
    """The selection set asks for more than plain attributes."""


class NotFromRows(Exception):  # noqa: N818 - a signal: take the objects
    """What is asked for, or a value of it, is not answered from rows alone."""


class PlanningExecutor(Protocol):
    """What executes a document, as far as its functions and plans ask it 执行器 (`api.server.compiled_selections`)."""

    schema: GraphQLSchema

    def collect_subfields(self, return_type: GraphQLObjectType, field_details_list: list[FieldDetails]) -> CollectedFields:
        """What a selection set asks for of a type."""

    def planned(self, kind: GraphQLObjectType, fields: list[FieldDetails], what: str, make: Callable[[], T]) -> T | None:
        """What is made once a document for a type below some fields; None where graphql-core must do it."""


class NotedRows(NamedTuple):
    """What would be read for a value, and how its rows show it 待读行. shown: (context, rows) -> the value.

    statement: the one that reads all of it. It raises `NotFromRows` where the rows are not all that it takes.
    """

    statement: Statement
    shown: Callable[[Any, Sequence[tuple[Any, ...]]], dict[str, Any] | None]


class FromRows(ABC):
    """A value of a field that may be answered from rows, without the objects that it stands for 行值 (`api.kit.row_plans`)."""

    @abstractmethod
    def completed(self, executor: PlanningExecutor, kind: GraphQLObjectType, fields: list[FieldDetails]) -> dict[str, Any] | None:
        """The value as it is answered; None where there is no such thing.

        Raises:
            NotFromRows: it must be completed from its objects.
        """

    @abstractmethod
    def noted(self, executor: PlanningExecutor, kind: GraphQLObjectType, fields: list[FieldDetails]) -> NotedRows:
        """What would be read for the value, in a context that only notes.

        Raises:
            NotFromRows: as `completed`.
            NotNoted: it takes more than one statement.
        """

    @abstractmethod
    def objects(self) -> object:
        """What the resolver would have given else."""


def _unexpected(value: object) -> Any:  # noqa: ANN401 - used as an expression in generated code, returns never
    raise Unexpected(type(value))


def _coercion(kind: GraphQLLeafType) -> Callable[[Any], Any]:
    """Output coercion of a leaf type that gives up where graphql-core would report an error.

    A value of an enumeration is looked up by its text: the library compares it with every value there is.
    """
    if isinstance(kind, GraphQLEnumType):
        names: dict[Any, str] = {one.value: name for name, one in kind.values.items()}
        members = getattr(kind, "wrapped_cls", ())
        return (names | {one: names[one.value] for one in members}).__getitem__
    coerce = kind.coerce_output_value

    def coerced(value: Any) -> Any:  # noqa: ANN401 - whatever the attribute held
        if value is Undefined or isinstance(value, Exception):
            raise Unexpected(type(value))
        found = coerce(value)
        if found is None or found is Undefined:
            raise Unexpected(type(value))
        return found

    return coerced


class SourceText:
    """Source text 源码 of the functions for one selection set, and the names that it uses.

    Only names that the schema's own Python classes give, and quoted response names, get into the text.
    """

    def __init__(self, executor: PlanningExecutor) -> None:
        self._executor = executor
        self._names: dict[str, Any] = {"unexpected": _unexpected, "isfinite": math.isfinite, "sequences": SEQUENCES}
        self._functions: list[str] = []
        self._count = 0

    def function(self, kind: GraphQLObjectType, fields: list[FieldDetails]) -> Completer:
        """The function that completes one object.

        Raises:
            Uncompilable: some field is more than a plain attribute.
        """
        made: Completer = self._made(self._object(kind, fields))
        return made

    def _made(self, name: str) -> Any:  # noqa: ANN401 - a function of ours
        """The function of a name, with all that it calls."""
        text = "\n".join(self._functions)
        exec(compile(text, f"<{name}>", "exec"), self._names)  # noqa: S102 - text of our own making, see above
        return self._names[name]

    def _new(self, prefix: str, value: object = None) -> str:
        self._count += 1
        name = f"{prefix}{self._count}"
        if value is not None:
            self._names[name] = value
        return name

    def _object(self, kind: GraphQLObjectType, fields: list[FieldDetails]) -> str:
        definition = self._require_ours(kind)
        grouped, deferred, _ = self._executor.collect_subfields(kind, fields)
        if deferred:
            raise Uncompilable(kind.name)
        lines = [f"    if type(o) is not {self._new('Class', definition.origin)}: unexpected(o)"]
        items = []
        for response_name, details in grouped.items():
            if any(detail.fragment_variable_values is not None for detail in details):
                raise Uncompilable(response_name)
            items.append(f"{response_name!r}: {self._field(kind, details, lines)}")
        name = self._new("complete")
        self._functions.append("\n".join([f"def {name}(o):", *lines, "    return {" + ", ".join(items) + "}", ""]))
        return name

    def _require_ours(self, kind: GraphQLObjectType) -> StrawberryObjectDefinition:
        """The class of ours that a type is made of."""
        definition = kind.extensions.get("strawberry-definition")
        if not isinstance(definition, StrawberryObjectDefinition) or definition.is_type_of is not None:
            raise Uncompilable(kind.name)
        return definition

    def _field(self, kind: GraphQLObjectType, details: list[FieldDetails], lines: list[str]) -> str:
        """Expression of one field's value; statements that must come first are added to `lines`."""
        field_name = details[0].node.name.value
        if field_name == "__typename":
            return repr(kind.name)
        name, field_type = self._attribute(kind, field_name)
        variable = self._new("value")
        lines.append(f"    {variable} = o.{name}")
        return self._value(field_type, variable, details, lines)

    def _attribute(self, kind: GraphQLObjectType, field_name: str) -> tuple[str, GraphQLOutputType]:
        """The plain attribute that a field shows, and its type."""
        field = self._executor.schema.get_field(kind, field_name)
        if field is None or field.args or not getattr(field.resolve, "_is_default", False):
            raise Uncompilable(field_name)
        attribute = field.extensions["strawberry-definition"]
        if not attribute.is_basic_field or attribute.default_resolver is not getattr:
            raise Uncompilable(field_name)
        return attribute.python_name, field.type

    def _value(self, kind: GraphQLOutputType, variable: str, details: list[FieldDetails], lines: list[str]) -> str:
        inner, may_be_none = nullable(kind)
        if not may_be_none:
            lines.append(f"    if {variable} is None: unexpected(None)")
        there = f"{variable} is not None and " if may_be_none else ""
        if isinstance(inner, GraphQLScalarType | GraphQLEnumType):
            lines.append(f"    if {there}{self._odd(inner, variable)}: {variable} = {self._coerced(inner, variable)}")
            return variable
        if isinstance(inner, GraphQLObjectType):
            expression = f"{self._object(inner, details)}({variable})"
        elif isinstance(inner, GraphQLList):
            lines.append(f"    if {there}type({variable}) not in sequences: unexpected({variable})")
            expression = self._list(inner, variable, details)
        else:
            raise Uncompilable(str(inner))
        return f"(None if {variable} is None else {expression})" if may_be_none else expression

    def _list(self, kind: GraphQLList[Any], variable: str, details: list[FieldDetails]) -> str:
        inner, may_be_none = nullable(kind.of_type)
        if isinstance(inner, GraphQLObjectType):
            expression = f"{self._object(inner, details)}(x)"
            return f"[{'None if x is None else ' if may_be_none else ''}{expression} for x in {variable}]"
        if isinstance(inner, GraphQLScalarType | GraphQLEnumType):
            missing = "None if x is None else " if may_be_none else "unexpected(x) if x is None else "
            expression = f"{self._coerced(inner, 'x')} if {self._odd(inner, 'x')} else x"
            return f"[{missing}{expression} for x in {variable}]"
        raise Uncompilable(str(kind))

    def _odd(self, kind: GraphQLLeafType, variable: str) -> str:
        """Condition under which a value is not yet its own output."""
        if kind is GraphQLInt:
            return f"(type({variable}) is not int or not {-LARGEST_INT - 1} <= {variable} <= {LARGEST_INT})"
        if kind is GraphQLFloat:
            return f"(type({variable}) is not float or not isfinite({variable}))"
        if kind in (GraphQLString, GraphQLID, GraphQLBoolean):
            return f"type({variable}) is not {EXACT_CLASS[kind.name]}"
        return "True"

    def _coerced(self, kind: GraphQLLeafType, variable: str) -> str:
        name = f"coerce_{kind.name}"
        self._names.setdefault(name, _coercion(kind))
        return f"{name}({variable})"


def nullable(kind: GraphQLOutputType) -> tuple[GraphQLOutputType, bool]:
    """A type without its non-null mark, and whether None is allowed."""
    return (kind.of_type, False) if isinstance(kind, GraphQLNonNull) else (kind, True)
