"""Query cost · 查询成本: what a document may cost, judged before any other rule reads it.

What a field that computes weighs besides its selection stands beside it (`api.kit.published`).

One walk, each fragment visited once: an 800-byte document of nested fragments would otherwise double its work with every
level. The other validation rules are quadratic in what repeats, so they only see documents that passed here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from api.kit.published import query_cost_of

QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"
PAGE_ARGUMENTS = ("first", "last")
LISTED = "ids"
SCHEMA_COSTS: Mapping[str, int] = {"__schema": 5_000, "__type": 500}
"""Fields that the standard introspection query of our schema resolves, about: a document may ask for it a few times."""
INTROSPECTION_DEPTH = 12
"""Depth that introspection has for nothing: tools unwrap the types of arguments nine levels down."""
INTROSPECTION_LISTS = frozenset({"fields", "inputFields", "interfaces", "possibleTypes"})
"""Lists of the introspection schema that lead back to types, so that each one nested multiplies by all of them."""


@dataclass(frozen=True)
class Limits:
    """Limits of one document 限额.

    depth: of selection sets inside one another. written: fields, fragments and directives as written in the document.
    aliases, roots, cost: of an operation with its fragments in place; cost = fields that execution may resolve, a page
    counting as its `first` (a variable as the largest page), another list as `list_length`.
    strangers_cost: as cost, of an operation of whoever is not signed in: the schema once, and nothing that takes long.
    introspection: lists of types inside one another. tokens, characters: of the source text, read by the parser.
    """

    depth: int = 15
    written: int = 600
    aliases: int = 50
    roots: int = 10
    cost: int = 20_000
    introspection: int = 1
    tokens: int = 6_000
    characters: int = 32_768
    strangers_cost: int = 6_000
    largest_page: int = 100
    usual_page: int = 20
    list_length: int = 20


@dataclass(frozen=True, slots=True)
class Weight:
    """Weight of a selection set with everything below it 权重."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    cost: int = 0
    introspection: int = 0

    def beside(self, other: "Weight") -> "Weight":
        """Two selections of the same set."""
        return Weight(
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.fields + other.fields,
            self.cost + other.cost,
            max(self.introspection, other.introspection),
        )


NAMES: Mapping[str, tuple[str, str]] = {
    "depth": ("嵌套层数", "depth"),
    "written": ("书写的字段数", "number of written fields"),
    "aliases": ("别名数", "number of aliases"),
    "roots": ("根字段数", "number of root fields"),
    "cost": ("预计字段数", "cost"),
    "introspection": ("自省嵌套层数", "depth of introspection lists"),
}


def over_budget(schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """Every limit that a document exceeds 超限项; empty when it fits. Unknown fields weigh one: other rules report them."""
    walk = _Walk(schema, document, limits)
    found: list[GraphQLError] = []
    if walk.written > limits.written:
        return [_exceeded("written", walk.written, limits.written, document)]
    for operation in document.definitions:
        if not isinstance(operation, OperationDefinitionNode):
            continue
        root = schema.get_root_type(operation.operation)
        weight = walk.weigh(operation.selection_set, root, level=0)
        measured = {
            "depth": weight.depth,
            "aliases": weight.aliases,
            "roots": weight.fields,
            "cost": weight.cost,
            "introspection": weight.introspection,
        }
        for name, value in measured.items():
            if value > (limit := getattr(limits, name)):
                found.append(_exceeded(name, value, limit, operation))
    return found


def cost_of(schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> int:
    """Cost of a document's one operation 预计字段数, in the same measure as its limit."""
    walk = _Walk(schema, document, limits)
    return max(
        walk.weigh(one.selection_set, schema.get_root_type(one.operation), level=0).cost
        for one in document.definitions
        if isinstance(one, OperationDefinitionNode)
    )


def too_costly_for_strangers(operation: OperationDefinitionNode, cost: int, limits: Limits) -> GraphQLError | None:
    """What whoever is not signed in is told of an operation that costs more than theirs may; None where it does not."""
    return _exceeded("cost", cost, limits.strangers_cost, operation) if cost > limits.strangers_cost else None


def _exceeded(name: str, value: int, limit: int, node: Node) -> GraphQLError:
    chinese, english = NAMES[name]
    shown = min(value, 10**9)  # a bomb's cost has thousands of digits
    return GraphQLError(
        f"查询过于复杂：{chinese} {shown}，上限 {limit}。The {english} is {shown}; the limit is {limit}.",
        nodes=[node],
        extensions={"code": QUERY_TOO_COMPLEX, "limit": limit, "actual": shown, "measure": name},
    )


class _Walk:
    """One walk over a document; `written` is counted first, so that nothing deep is entered in a document too long."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, Weight] = {}
        self.written = sum(1 for _ in _written(document))

    def weigh(self, selections: SelectionSetNode, parent: GraphQLNamedType | None, level: int) -> Weight:
        """Weight of a selection set on a type; `level` counts fragments too, which may chain without nesting."""
        total = Weight()
        if level > 2 * self._limits.depth:
            return Weight(depth=level)
        for selection in selections.selections:
            total = total.beside(self._selection(selection, parent, level))
        return total

    def _selection(self, selection: SelectionNode, parent: GraphQLNamedType | None, level: int) -> Weight:
        match selection:
            case FieldNode():
                return self._field(selection, parent, level)
            case InlineFragmentNode(type_condition=condition):
                on = parent if condition is None else self._schema.get_type(condition.name.value)
                return self.weigh(selection.selection_set, on, level + 1)
            case FragmentSpreadNode(name=name):
                return self._fragment(name.value, level)
            case _:
                return Weight()

    def _fragment(self, name: str, level: int) -> Weight:
        if name not in self._known:
            self._known[name] = Weight()  # a cycle ends here; another rule reports it
            if (fragment := self._fragments.get(name)) is not None:
                on = self._schema.get_type(fragment.type_condition.name.value)
                self._known[name] = self.weigh(fragment.selection_set, on, level + 1)
        return self._known[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, level: int) -> Weight:
        name = node.name.value
        field = (
            self._schema.get_field(parent, name)
            if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
            else None
        )
        kind = get_named_type(field.type) if field is not None else None
        below = Weight()
        if node.selection_set is not None:
            below = self.weigh(node.selection_set, kind, level + 1)
            below = Weight(below.depth + 1, below.aliases, 1, below.cost, below.introspection)
        cost = 1 + self._times(node, field, parent) * below.cost
        if field is not None:
            cost += query_cost_of(field.extensions.get("strawberry-definition"))
        introspection = below.introspection
        depth = max(below.depth, 1)
        if name in SCHEMA_COSTS:
            cost = max(SCHEMA_COSTS[name], below.cost)
            depth = max(below.depth - INTROSPECTION_DEPTH, 1)
        elif parent is not None and parent.name.startswith("__") and name in INTROSPECTION_LISTS:
            introspection += 1
        return Weight(depth, below.aliases + (node.alias is not None), 1, cost, introspection)

    def _times(self, node: FieldNode, field: GraphQLField | None, parent: GraphQLNamedType | None) -> int:
        """How often the selection below a field may be resolved: a page counts at the connection, not at its lists."""
        if field is None or parent is None or parent.name.startswith("__"):
            return 1
        if any(name in field.args for name in PAGE_ARGUMENTS):
            return self._page(node)
        if LISTED in field.args:
            return self._given(node)
        if is_list_type(get_nullable_type(field.type)) and not _is_connection(parent):
            return self._limits.list_length
        return 1

    def _given(self, node: FieldNode) -> int:
        """How many things are asked for by their ids."""
        given = next((one.value for one in node.arguments or () if one.name.value == LISTED), None)
        return max(len(given.values), 1) if isinstance(given, ListValueNode) else self._limits.largest_page

    def _page(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in PAGE_ARGUMENTS:
                literal = argument.value
                return max(int(literal.value), 1) if isinstance(literal, IntValueNode) else self._limits.largest_page
        return self._limits.usual_page


def _is_connection(kind: GraphQLNamedType | None) -> bool:
    return isinstance(kind, GraphQLObjectType) and "pageInfo" in kind.fields


def _written(document: DocumentNode) -> Iterator[Node]:
    """Fields, spreads, inline fragments and directives, as written."""
    waiting: list[Any] = list(document.definitions)
    while waiting:
        node = waiting.pop()
        yield from getattr(node, "directives", None) or ()
        yield from getattr(node, "variable_definitions", None) or ()
        selections = getattr(node, "selection_set", None)
        if selections is not None:
            waiting.extend(selections.selections)
        yield node
