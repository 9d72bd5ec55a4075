"""Field rights 字段权利 in the schema: every field has a row, a document is judged once for each role. plan P7.

Judging each row as it is resolved would cost 20 µs a field (`api.server.readable_part` cuts the document instead); whose things
a caller sees is the scope's business, in SQL.
"""

from collections.abc import Iterable, Iterator
from functools import reduce

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_abstract_type,
    visit,
)

from api.kit.forbidden_fields import Rows
from domain.access import Role

JUDGED_WHEN_FOUND = frozenset({"Node"})
"""Interfaces whose resolver itself shows no thing of a type that the role may not read: `api.kit.nodes`."""
ROLES_LABEL = "Read by: "
EVERYONE = frozenset(Role)
SIGNED_IN = EVERYONE - {Role.PUBLIC, Role.SYSTEM}


class FieldsWithoutRights(Exception):  # noqa: N818 - it names what is missing
    """Fields of the schema that no row speaks of 缺少权利的字段; the program does not start."""

    def __init__(self, coordinates: Iterable[str]) -> None:
        self.coordinates = tuple(coordinates)
        super().__init__("fields that nobody may read: name the roles of the type or of the field: " + ", ".join(self.coordinates))


def coordinates_of(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLNamedType]]:
    """Every coordinate that a caller can ask for, beside its type; introspection is open to everyone."""
    for name, kind in sorted(schema.type_map.items()):
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
            for field in sorted(kind.fields):
                yield f"{name}.{field}", kind


def row_of(rows: Rows, coordinate: str) -> frozenset[Role] | None:
    """The roles of a coordinate: its own row, else its type's, else None."""
    return rows.get(coordinate) or rows.get(coordinate.split(".", maxsplit=1)[0] + ".*")


def resolve_rights(schema: GraphQLSchema, rows: Rows) -> Rows:
    """The roles of every coordinate of a schema 权利表.

    Raises:
        FieldsWithoutRights: some field has no row.
    """
    found = {coordinate: row_of(rows, coordinate) for coordinate, _ in coordinates_of(schema)}
    if missing := [coordinate for coordinate, roles in found.items() if roles is None]:
        raise FieldsWithoutRights(missing)
    return {coordinate: roles for coordinate, roles in found.items() if roles is not None}


def rows_without_fields(schema: GraphQLSchema, rows: Rows) -> tuple[str, ...]:
    """Rows that name nothing in a schema 多余的行: a field was renamed, or the name is misspelt."""
    known = {coordinate for coordinate, _ in coordinates_of(schema)}
    known |= {coordinate.split(".")[0] + ".*" for coordinate in known}
    return tuple(sorted(set(rows) - known))


def describe_rights(schema: GraphQLSchema, rows: Rows) -> None:
    """Print the rights into the descriptions of a schema, where introspection, the SDL and the docs show them.

    Roles shared by all fields of a type are said once, on the type; a field says its own where they differ.
    """
    fields_of: dict[GraphQLNamedType, dict[str, frozenset[Role]]] = {}
    for coordinate, kind in coordinates_of(schema):
        if (roles := row_of(rows, coordinate)) is not None:
            fields_of.setdefault(kind, {})[coordinate.split(".")[1]] = roles
    for kind, fields in fields_of.items():
        usual = rows.get(f"{kind.name}.*")
        if usual is not None:
            kind.description = _with_roles(kind.description, usual)
        for name, roles in fields.items():
            if roles != usual and isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
                kind.fields[name].description = _with_roles(kind.fields[name].description, roles)


def _with_roles(description: str | None, roles: frozenset[Role]) -> str:
    if description and ROLES_LABEL in description:
        return description
    return "\n\n".join(part for part in (description, ROLES_LABEL + _said(roles)) if part)


def _said(roles: frozenset[Role]) -> str:
    if roles >= EVERYONE - {Role.SYSTEM}:
        return "anyone"
    if roles >= SIGNED_IN:
        return "every signed-in caller"
    return ", ".join(sorted(role.value for role in roles))


def asked(schema: GraphQLSchema, document: DocumentNode) -> frozenset[str]:
    """Coordinates that a valid document may ask for 所涉字段, skipped ones included.

    A field asked of an interface is asked of every type behind it, unless what the thing is decides.
    """
    types = TypeInfo(schema)
    found: set[str] = set()

    class Asked(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            parent = types.get_parent_type()
            if parent is None or types.get_field_def() is None or node.name.value.startswith("__"):
                return
            settled = is_abstract_type(parent) and parent.name not in JUDGED_WHEN_FOUND
            behind = schema.get_possible_types(parent) if settled else ()  # type: ignore[arg-type] # abstract, as just asked
            found.update(f"{kind.name}.{node.name.value}" for kind in (parent, *behind))

    visit(document, TypeInfoVisitor(types, Asked()))
    return frozenset(coordinate for coordinate in found if not coordinate.startswith("__"))


def roles_for(rights: Rows, coordinates: frozenset[str]) -> frozenset[Role]:
    """The roles that may read all of some coordinates."""
    return reduce(frozenset.intersection, (rights[name] for name in coordinates), EVERYONE)
