"""Compiled selection sets 编译选择集: one generated Python function for a selection set of plain attributes.

graphql-core resolves a page of 50 × 20 fields in about 6 ms, most of it in building paths and infos that nobody reads. A
selection set whose fields are plain attributes of our own types is instead completed by a function written for it once a
document. Whatever it does not expect (None where none may be, another class, a number out of range, an exception) makes it
give up, and graphql-core completes the same value from the start: so results and errors are its own, which tests hold by
comparing the two on random schemas' worth of documents and faulty data.

The functions run no resolver, so giving up half way has no effect that could happen twice.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final, TypeVar

from graphql import (
    FieldNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.base import StrawberryObjectDefinition

T = TypeVar("T")

LARGEST_INT = 2**31 - 1
PLANS_OF_A_DOCUMENT = 64
"""A document with many boolean variables has as many plans as they have values; beyond this, graphql-core does it."""
EXACT_CLASS: Final = {GraphQLString.name: "str", GraphQLID.name: "str", GraphQLBoolean.name: "bool"}

SEQUENCES = (list, tuple)

Completer = Callable[[Any], dict[str, Any]]
Plans = dict[tuple[object, ...], Any]
"""(type, values of boolean variables, the field nodes) -> function or plan of rows, None where graphql-core must do it.

A document owns its plans: node identities stay valid as long as it is kept.
"""


class Unexpected(Exception):  # noqa: N818 - a signal: let graphql-core do it
    """The value is not what a compiled selection set is written for."""


class Uncompilable(Exception):  # noqa: N818 - as above, at compile time
    """The selection set asks for more than plain attributes."""


class NotFromRows(Exception):  # noqa: N818 - a signal: take the objects
    """What is asked for, or a value of it, is not answered from rows alone."""


class FromRows(ABC):
    """A value of a field that may be answered from rows, without the objects that it stands for 行值 (`api.kit.row_plans`)."""

    @abstractmethod
    def completed(self, executor: "CompiledExecutor", kind: GraphQLObjectType, fields: list[FieldDetails]) -> dict[str, Any] | None:
        """The value as it is answered; None where there is no such thing.

        Raises:
            NotFromRows: it must be completed from its objects.
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

    def __init__(self, executor: "CompiledExecutor") -> None:
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


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor with compiled selection sets 执行器. `plans` belong to the document that is executed."""

    plans: Plans
    compiled = 0
    """How many values compiled functions completed in this operation; tests look at it."""
    given_up = 0
    """How many they left to graphql-core."""
    from_rows = 0
    """How many fields were answered from rows, without objects."""
    from_objects = 0
    """How many that might have been were not."""

    def plan(self, kind: GraphQLObjectType, fields: list[FieldDetails]) -> Completer | None:
        """The function for objects of a type below some fields, made at first need."""
        made: Completer | None = self.planned(kind, fields, "", lambda: SourceText(self).function(kind, fields))
        return made

    def planned(self, kind: GraphQLObjectType, fields: list[FieldDetails], what: str, make: Callable[[], T]) -> T | None:
        """What is made once a document for a type below some fields; None where graphql-core must do it."""
        key = (kind, what, self._switches(), *(id(detail.node) for detail in fields))
        if key not in self.plans:
            if len(self.plans) >= PLANS_OF_A_DOCUMENT:
                return None
            try:
                self.plans[key] = make()
            except (Uncompilable, GraphQLError):
                self.plans[key] = None
        found: T | None = self.plans[key]
        return found

    def _switches(self) -> tuple[tuple[str, bool], ...]:
        """Values of boolean variables: all that @skip and @include can depend on."""
        return tuple((name, value) for name, value in self.variable_values.coerced.items() if isinstance(value, bool))

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,  # noqa: ANN401 - graphql-core's own signature
        position_context: Any,  # noqa: ANN401 - as above
    ) -> Any:  # noqa: ANN401 - as above
        """One object: compiled where it can be."""
        if isinstance(result, FromRows):
            try:
                answered = result.completed(self, return_type, field_details_list)
            except NotFromRows:
                self.from_objects += 1
                result = result.objects()
            else:
                self.from_rows += 1
                return answered
            if result is None:
                return None
        plan = self.plan(return_type, field_details_list)
        if plan is not None:
            try:
                found = plan(result)
            except Exception:  # noqa: BLE001 - graphql-core meets it again and reports it
                self.given_up += 1
            else:
                self.compiled += 1
                return found
        return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,  # noqa: ANN401 - graphql-core's own signature
        position_context: Any,  # noqa: ANN401 - as above
    ) -> Any:  # noqa: ANN401 - as above
        """A list of objects: the whole list compiled, or each object by itself."""
        item = return_type.of_type
        if (
            type(result) in SEQUENCES
            and isinstance(item, GraphQLNonNull)
            and isinstance(item.of_type, GraphQLObjectType)
        ):
            plan = self.plan(item.of_type, field_details_list)
            if plan is not None and not _is_streamed(field_details_list):
                try:
                    found = [plan(value) for value in result]
                except Exception:  # noqa: BLE001 - graphql-core meets it again and reports it
                    self.given_up += 1
                else:
                    self.compiled += len(found)
                    return found
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)


def nullable(kind: GraphQLOutputType) -> tuple[GraphQLOutputType, bool]:
    """A type without its non-null mark, and whether None is allowed."""
    return (kind.of_type, False) if isinstance(kind, GraphQLNonNull) else (kind, True)


def _is_streamed(fields: list[FieldDetails]) -> bool:
    nodes: list[FieldNode] = [detail.node for detail in fields]
    return any(directive.name.value == "stream" for node in nodes for directive in node.directives or ())
