"""The readable part of an operation 可读部分: what of it a role may read, and what is withheld field by field. plan P7.

A field that the caller may not read is null with an error at its path where its type allows null; where it does not, the whole
document is refused. What @skip and @include leave out asks for no right and is not written down as disclosed.

Instead of judging each field as it is resolved, the document itself is cut once for a role: what is skipped goes, and a
withheld field becomes a `__typename` under a name of its own. So no loader sees that it was asked for, and where it stands in
the answer is known exactly, fragments and lists included.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    REMOVE,
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    print_ast,
    separate_operations,
    visit,
)

from api.kit.forbidden_fields import Rows, forbidden
from api.server.errors import formatted

Switches = Mapping[str, bool]
"""Values of the boolean variables that @skip and @include look at."""

LEAVES_OUT_WHEN = {"skip": True, "include": False}


@dataclass(frozen=True)
class ReadablePart:
    """What of a document is executed for a role 可读部分.

    withheld: name of its own in the answer -> (the name that the client asked for, coordinate of the field).
    """

    document: DocumentNode
    withheld: Mapping[str, tuple[str, str]]


def switch_names(document: DocumentNode) -> frozenset[str] | None:
    """Names of the variables that @skip and @include depend on; None when the document has no such directive."""
    names: set[str] = set()
    found = False
    for node in _conditional(document):
        for _, given in _conditions(node):
            found = True
            if isinstance(given, VariableNode):
                names.add(given.name.value)
    return frozenset(names) if found else None


def switches_of(operation: OperationDefinitionNode, names: frozenset[str], given: Mapping[str, Any]) -> Switches:
    """What those variables are in a request, defaults included; what is no truth value is left to the executor to refuse."""
    defaults = {
        one.variable.name.value: one.default_value.value
        for one in operation.variable_definitions or ()
        if isinstance(one.default_value, BooleanValueNode)
    }
    found = {name: given.get(name, defaults.get(name)) for name in sorted(names)}
    return {name: value for name, value in found.items() if isinstance(value, bool)}


def readable_part(schema: GraphQLSchema, document: DocumentNode, rights: Rows, role: str, switches: Switches) -> ReadablePart:
    """Cut a valid document of one operation to what a role may read of it.

    What it may not read and can't be null stays in the document: whoever calls judges that.
    """
    left = _reachable(visit(document, _LeaveOut(switches)))
    types = TypeInfo(schema)
    withhold = _Withhold(types, rights, role, _unused_prefix(left))
    return ReadablePart(_reachable(visit(left, TypeInfoVisitor(types, withhold))), withhold.names)


def _reachable(document: DocumentNode) -> DocumentNode:
    """The document without the fragments that nothing spreads any more."""
    (only,) = separate_operations(document).values()
    return only


def _unused_prefix(document: DocumentNode) -> str:
    """The beginning of a name that stands nowhere in the document."""
    text, prefix = print_ast(document), "withheld"
    while prefix in text:
        prefix += "_"
    return prefix


def _conditional(document: DocumentNode) -> Iterator[Node]:
    found: list[Node] = []

    class Collect(Visitor):
        def enter(self, node: Node, *_: object) -> None:
            if isinstance(node, FieldNode | FragmentSpreadNode | InlineFragmentNode) and node.directives:
                found.append(node)

    visit(document, Collect())
    yield from found


def _conditions(node: Any) -> Iterator[tuple[str, Node]]:  # noqa: ANN401 - any node that bears directives
    for directive in node.directives or ():
        if directive.name.value in LEAVES_OUT_WHEN:
            for argument in directive.arguments or ():
                yield directive.name.value, argument.value


class _LeaveOut(Visitor):
    """Takes out what @skip and @include leave out."""

    def __init__(self, switches: Switches) -> None:
        super().__init__()
        self._switches = switches

    def enter(self, node: Node, *_: object) -> Any:  # noqa: ANN401 - REMOVE, or None for what stays
        if isinstance(node, FieldNode | FragmentSpreadNode | InlineFragmentNode):
            for name, given in _conditions(node):
                if self._value(given) is LEAVES_OUT_WHEN[name]:
                    return REMOVE
        return None

    def _value(self, given: Node) -> bool | None:
        if isinstance(given, BooleanValueNode):
            return given.value
        return self._switches.get(given.name.value) if isinstance(given, VariableNode) else None


class _Withhold(Visitor):
    """Puts `__typename` under a name of its own where a field is withheld that may be null."""

    def __init__(self, types: TypeInfo, rights: Rows, role: str, prefix: str) -> None:
        super().__init__()
        self._types, self._rights, self._role, self._prefix = types, rights, role, prefix
        self._numbers: dict[str, int] = {}
        self.names: dict[str, tuple[str, str]] = {}

    def enter_field(self, node: FieldNode, *_: object) -> FieldNode | None:
        parent, field = self._types.get_parent_type(), self._types.get_field_def()
        if parent is None or field is None or node.name.value.startswith("__") or isinstance(field.type, GraphQLNonNull):
            return None
        coordinate = f"{parent.name}.{node.name.value}"
        if self._role in self._rights[coordinate]:
            return None
        asked_as = node.alias.value if node.alias else node.name.value
        name = f"{self._prefix}{self._numbers.setdefault(coordinate, len(self._numbers))}_{asked_as}"
        self.names[name] = (asked_as, coordinate)
        return FieldNode(
            alias=NameNode(value=name), name=NameNode(value="__typename"), arguments=(), directives=node.directives, loc=node.loc
        )


def with_withheld(payload: dict[str, Any], withheld: Mapping[str, tuple[str, str]], rights: Rows, role: str) -> dict[str, Any]:
    """An answer with null, and an error at its path, for each field that was withheld where there was one 逐项标明无权字段."""
    errors: list[dict[str, Any]] = []

    def restored(value: Any, path: list[str | int]) -> Any:  # noqa: ANN401 - JSON of any shape
        if isinstance(value, list):
            return [restored(inner, [*path, place]) for place, inner in enumerate(value)]
        if not isinstance(value, dict):
            return value
        found = {}
        for key, inner in value.items():
            if key not in withheld:
                found[key] = restored(inner, [*path, key])
                continue
            asked_as, coordinate = withheld[key]
            found[asked_as] = None
            error = forbidden(rights, frozenset({coordinate}), role)
            errors.extend({**one, "path": [*path, asked_as]} for one in formatted([error] if error else []))
        return found

    data = restored(payload["data"], [])
    every = [*payload.get("errors", []), *errors]
    return {**payload, "data": data, "errors": every} if every else {**payload, "data": data}
