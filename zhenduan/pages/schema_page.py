"""Schema page 接口说明: the published schema as a page to read, every part with its words, readers and links to its types.

Made from the text of the schema alone. It loads its style from this server and nothing from anywhere else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

OURS = Path(__file__).parent
SECTIONS = (
    ("查询 Queries", "Query"),
    ("命令 Mutations", "Mutation"),
    ("订阅 Subscriptions", "Subscription"),
    ("对象 Objects", ObjectTypeDefinitionNode),
    ("接口 Interfaces", InterfaceTypeDefinitionNode),
    ("联合 Unions", UnionTypeDefinitionNode),
    ("输入 Inputs", InputObjectTypeDefinitionNode),
    ("枚举 Enums", EnumTypeDefinitionNode),
    ("标量 Scalars", ScalarTypeDefinitionNode),
)
"""Heading -> the one type, or the kind of types, below it."""
ROOTS = frozenset({"Query", "Mutation", "Subscription"})
BUILT_IN = frozenset({"Int", "Float", "String", "Boolean", "ID"})


@dataclass(frozen=True)
class SchemaPart:
    """A type, field, argument or value as it is shown 条目.

    type: as written, in pieces, of which every second is the name of a type. notes: its directives, as written.
    """

    name: str
    says: str
    type: tuple[str, str, str] = ("", "", "")
    default: str = ""
    notes: tuple[str, ...] = ()
    parts: "tuple[SchemaPart, ...]" = ()
    kinds: tuple[str, ...] = field(default=())


def _words(description: StringValueNode | None) -> str:
    return description.value.strip() if description is not None else ""


def _notes(directives: Sequence[ConstDirectiveNode] | None) -> tuple[str, ...]:
    return tuple(print_ast(one) for one in directives or ())


def _type(node: TypeNode) -> tuple[str, str, str]:
    """What stands before the name, the name, and what stands after it."""
    match node:
        case NonNullTypeNode(type=inner):
            before, name, after = _type(inner)
            return before, name, f"{after}!"
        case ListTypeNode(type=inner):
            before, name, after = _type(inner)
            return f"[{before}", name, f"{after}]"
        case _:
            return "", print_ast(node), ""


def _fields(node: TypeDefinitionNode) -> Iterator[SchemaPart]:
    if isinstance(node, EnumTypeDefinitionNode):
        for value in node.values or ():
            yield SchemaPart(value.name.value, _words(value.description), notes=_notes(value.directives))
    if isinstance(node, InputObjectTypeDefinitionNode):
        for one in node.fields or ():
            default = print_ast(one.default_value) if one.default_value is not None else ""
            yield SchemaPart(one.name.value, _words(one.description), _type(one.type), default, _notes(one.directives))
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        for member in node.fields or ():
            given = tuple(
                SchemaPart(
                    one.name.value,
                    _words(one.description),
                    _type(one.type),
                    print_ast(one.default_value) if one.default_value is not None else "",
                    _notes(one.directives),
                )
                for one in member.arguments or ()
            )
            yield SchemaPart(
                member.name.value, _words(member.description), _type(member.type), "", _notes(member.directives), given
            )


def _shown(node: TypeDefinitionNode) -> SchemaPart:
    kinds: tuple[str, ...] = ()
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        kinds = tuple(one.name.value for one in node.interfaces or ())
    if isinstance(node, UnionTypeDefinitionNode):
        kinds = tuple(one.name.value for one in node.types or ())
    return SchemaPart(
        node.name.value,
        _words(node.description),
        notes=_notes(node.directives),
        parts=tuple(_fields(node)),
        kinds=kinds,
    )


def page(text: str) -> str:
    """The page of a schema's text."""
    document = parse(text)
    types = [node for node in document.definitions if isinstance(node, TypeDefinitionNode)]
    directives = [node for node in document.definitions if isinstance(node, DirectiveDefinitionNode)]
    sections = []
    for heading, what in SECTIONS:
        if isinstance(what, str):
            found = [node for node in types if node.name.value == what]
        else:
            found = [node for node in types if isinstance(node, what) and node.name.value not in ROOTS]
        if found:
            sections.append((heading, sorted(map(_shown, found), key=lambda part: part.name)))
    shown = [
        SchemaPart(
            f"@{node.name.value}",
            _words(node.description),
            parts=tuple(SchemaPart(one.name.value, _words(one.description), _type(one.type)) for one in node.arguments or ()),
        )
        for node in directives
    ]
    if shown:
        sections.append(("指令 Directives", shown))
    from jinja2 import Environment, FileSystemLoader, select_autoescape  # noqa: PLC0415 - for who asks for the page, not at start

    templates = Environment(loader=FileSystemLoader(OURS), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True)
    return templates.get_template("schema_page.html").render(sections=sections, built_in=BUILT_IN)
