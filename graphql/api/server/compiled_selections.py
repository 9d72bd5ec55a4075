"""Compiled selection sets 编译选择集: graphql-core's executor, which completes by functions and plans what they are written for.

What they are: `api.kit.selection_functions` and `api.kit.row_plans`. All else is graphql-core's own.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.kit.selection_functions import SEQUENCES, Completer, FromRows, NotFromRows, SourceText, Uncompilable

T = TypeVar("T")

PLANS_OF_A_DOCUMENT = 64
"""A document with many boolean variables has as many plans as they have values; beyond this, graphql-core does it."""
Plans = dict[tuple[object, ...], Any]
"""(type, values of boolean variables, the field nodes) -> function or plan of rows, None where graphql-core must do it.

A document owns its plans: node identities stay valid as long as it is kept.
"""


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


def _is_streamed(fields: list[FieldDetails]) -> bool:
    nodes: list[FieldNode] = [detail.node for detail in fields]
    return any(directive.name.value == "stream" for node in nodes for directive in node.directives or ())
