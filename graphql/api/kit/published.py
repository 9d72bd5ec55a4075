"""Published types · 公布的类型: what a type of the schema says of itself, who may read it, and which mask covers a field. plan P7.

A right stands beside what it opens. Connections and edges inherit the rights of their nodes, so that a list opens no more than
its things; `declared` reads them all off the schema, and a field that nobody spoke for stops the program.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar, dataclass_transform, get_args, get_origin, get_type_hints

import strawberry
from strawberry.types.arguments import StrawberryArgumentAnnotation
from strawberry.types.base import StrawberryObjectDefinition, has_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from api.kit.enums import publish_enums
from api.kit.row_mapping import declare
from api.kit.schema_classes import described_class, described_field
from domain.access import Mask, Role
from projections.engine.filters import OF, PUBLISHED_AS, SAYS

Roles = frozenset[Role]
C = TypeVar("C", bound=type)

ROLES, MASK, BY, MADE, OUT_OF, QUERY_COST = "roles", "mask", "by", "made", "out_of", "query_cost"


def field(
    says: str,
    *,
    roles: Roles | None = None,
    mask: Mask | None = None,
    by: str | None = None,
    made: bool = False,
    out_of: tuple[str, Callable[[Any], object]] | None = None,
    query_cost: int = 0,
    **more: Any,  # noqa: ANN401 - as the library takes and gives it
) -> Any:  # noqa: ANN401 - as the library takes and gives it
    """A field with what it says of itself.

    Args:
        says: the published description: an English sentence, then " · ", then the Chinese noun.
        roles: who may read it; None = whoever may read its type.
        mask: kind of protected data that it shows; reading it is written down.
        by: of an edge to one other thing, the column of the type's row that holds its id.
        made: not the column of the same name (`shown`).
        out_of: the column that it follows from, and how.
        query_cost: what one of it weighs besides its selection, where it computes, in units of 4 µs of a core.
        more: passed on to the library, such as `default`.
    """
    said = {ROLES: roles, MASK: mask, BY: by, MADE: made, OUT_OF: out_of, QUERY_COST: query_cost}
    return described_field(says, metadata=said, **more)


def argument(says: str, *, name: str | None = None, instead: str | None = None) -> StrawberryArgumentAnnotation:
    """An argument of a field, with what it says of itself; `name` where the schema's is another than ours.

    instead: what is used instead, of one that is kept for those who use it already; None = it is not on its way out.
    """
    return strawberry.argument(description=says, name=name, deprecation_reason=instead)


def mutation(says: str, *, roles: Roles, query_cost: int = 0) -> Any:  # noqa: ANN401 - as the library takes and gives it
    """A mutation, who may ask for it, and what it weighs besides its selection."""
    return described_field(says, metadata={ROLES: roles, MASK: None, QUERY_COST: query_cost})


def subscription(says: str, *, roles: Roles) -> Any:  # noqa: ANN401 - as the library takes and gives it
    """A subscription, and who may follow it."""
    return described_field(says, metadata={ROLES: roles, MASK: None}, is_subscription=True)


@dataclass_transform(kw_only_default=True, field_specifiers=(field, strawberry.field))
def published(
    roles: Roles, *, mask: Mask | None = None, placed: bool = True, row: type | None = None, interface: bool = False
) -> Callable[[C], C]:
    """A type of the schema; the first paragraph of its docstring is the published description.

    Args:
        roles: who may read its fields, where a field names no others.
        mask: kind of protected data that the whole type is part of.
        placed: False for what lies nowhere and is open to every signed-in role alike; all else answers through the scope.
        row: class of the rows that it is filled from, by equal names (`shown`).
        interface: it is one, which other types fulfil.
    """

    def publish(kind: C) -> C:
        publish_enums(kind)
        made = described_class(kind, _says(kind), is_interface=interface)
        made.__readable_by__ = roles  # type: ignore[attr-defined]
        made.__mask__ = mask  # type: ignore[attr-defined]
        made.__placed__ = placed  # type: ignore[attr-defined]
        if row is not None:
            said = _definition(made).fields
            edges = {one.python_name: one.metadata[BY] for one in said if one.metadata.get(BY) is not None}
            apart = [one.python_name for one in said if one.metadata.get(MADE)]
            out_of = {one.python_name: one.metadata[OUT_OF] for one in said if one.metadata.get(OUT_OF) is not None}
            declare(made, row, [one.python_name for one in said], edges, apart, out_of)
        return made

    return publish


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def published_input(kind: C) -> C:
    """An input of the schema; the first paragraph of its docstring is the published description."""
    publish_enums(kind)
    return described_class(kind, _says(kind), is_input=True)


def published_filter(kind: type) -> None:
    """Publish a filter of the read models as the input of its name: what a client sends is that filter itself, ids as sent."""
    hints = get_type_hints(kind)
    asked = {
        one.name: described_field(one.metadata[SAYS], default=None, name=one.metadata[PUBLISHED_AS])
        for one in fields(kind)
        if SAYS in one.metadata
    }
    for one in fields(kind):
        if one.metadata.get(OF) is not None:
            hints[one.name] = (list[strawberry.ID] if get_origin(get_args(hints[one.name])[0]) is list else strawberry.ID) | None
    twin = type(kind.__name__, (), {"__annotations__": {name: hints[name] for name in asked}, **asked})
    publish_enums(twin)
    definition = _definition(described_class(twin, _says(kind), is_input=True))
    definition.origin = kind
    kind.__strawberry_definition__ = definition  # type: ignore[attr-defined]


@dataclass(frozen=True)
class FieldRights:
    """What the types of a schema say of themselves.

    rows: GraphQL coordinate -> roles; "Type.*" for the fields of a type that name none. masked: mask -> the coordinates that
    it covers, those of whole types included. protected: type -> field -> mask, of the single fields that lead to such data.
    unplaced: types whose things lie nowhere.
    """

    rows: Mapping[str, Roles]
    masked: Mapping[Mask, tuple[str, ...]]
    protected: Mapping[str, Mapping[str, Mask]]
    unplaced: frozenset[str]


def roles_of(kind: type, name: str) -> Roles:
    """Who may read one field of a published type; name: as in Python. What is no field, such as a filter's text, is the type's."""
    own = next((one.metadata.get(ROLES) for one in _definition(kind).fields if one.python_name == name), None)
    roles: Roles = own or kind.__readable_by__  # type: ignore[attr-defined]
    return roles


def keeps(kind: type, name: str, role: str) -> bool:
    """Whether a published type keeps a field, by its name in Python, from a role; what is no field of it, it keeps from nobody."""
    return any(one.python_name == name for one in _definition(kind).fields) and role not in roles_of(kind, name)


def mask_of(kind: type, name: str) -> Mask | None:
    """Kind of protected data that one field of a published type shows; name: as in Python."""
    own = next((one.metadata.get(MASK) for one in _definition(kind).fields if one.python_name == name), None)
    whole: Mask | None = kind.__mask__  # type: ignore[attr-defined]
    return own or whole


def query_cost_of(said: object) -> int:
    """What a field of the schema weighs besides its selection, as it says of itself; said: its definition."""
    return int(said.metadata.get(QUERY_COST, 0)) if isinstance(said, StrawberryField) else 0


def _says(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split("\n\n", 1)[0].split()).removesuffix(".")


def _definition(kind: type) -> StrawberryObjectDefinition:
    assert has_object_definition(kind)  # noqa: S101 - `published` made it one
    return kind.__strawberry_definition__


def declared(schema: strawberry.Schema) -> FieldRights:
    """The rights and masks of every type of a schema, as the types declare them."""
    rows: dict[str, Roles] = {}
    masked: dict[Mask, list[str]] = {mask: [] for mask in Mask}
    protected: dict[str, dict[str, Mask]] = {}
    unplaced = set()
    for name, graphql_type in schema._schema.type_map.items():  # noqa: SLF001 - the library has no other way to it
        definition = graphql_type.extensions.get("strawberry-definition")
        if not isinstance(definition, StrawberryObjectDefinition) or definition.is_input:
            continue
        node = _node_of(definition)
        if (usual := getattr(node, "__readable_by__", None)) is not None:
            rows[f"{name}.*"] = usual
        if node is definition.origin:
            if (mask := getattr(node, "__mask__", None)) is not None:
                masked[mask].append(f"{name}.*")
            if not getattr(node, "__placed__", True):
                unplaced.add(name)
            for one in definition.fields:
                _declare(name, one, rows, masked, protected)
    return FieldRights(rows, {mask: tuple(found) for mask, found in masked.items()}, protected, frozenset(unplaced))


def _declare(
    name: str,
    one: StrawberryField,
    rows: dict[str, Roles],
    masked: dict[Mask, list[str]],
    protected: dict[str, dict[str, Mask]],
) -> None:
    said = one.graphql_name or to_camel_case(one.python_name)
    if (roles := one.metadata.get(ROLES)) is not None:
        rows[f"{name}.{said}"] = roles
    if (mask := one.metadata.get(MASK)) is not None:
        if f"{name}.{said}" not in rows:
            rows[f"{name}.{said}"] = rows[f"{name}.*"]
        masked[mask].append(f"{name}.{said}")
        protected.setdefault(name, {})[said] = mask


def _node_of(definition: StrawberryObjectDefinition) -> type:
    """The type itself; of a connection or an edge the type of its nodes."""
    inner = definition.type_var_map.get("T") if definition.concrete_of is not None else None
    return inner if isinstance(inner, type) else definition.origin
