"""Access page 权限表: role × right × scope × field mask in one table, printed from the tables that are enforced. plan P7.

docs/access.md is this page; a test holds it current, and another walks every cell of it through the program.
"""

from collections.abc import Iterable, Iterator, Mapping

from api.kit.published import FieldRights, declared
from api.schema import build_schema
from domain.access import ATTRIBUTE_NAMES as NAMES
from domain.access import ATTRIBUTE_OF_ROLE, EXPERTS, PARTIES, ROLE_NAMES, SEES_EVERYTHING, SEES_NOTHING, Role, head_of
from domain.command_rights import HELD_BY_PEOPLE, MAY_APPOINT
from domain.events import CAPABILITIES, COMMANDS
from domain.masks import ANYONE, MASK_NAMES, SIGNED_IN

HEAD = """# 权限 Access

Who may do what (rights), to whose records (scope), and which fields of these (masks). Made by `zhenduan access` from the tables
that the program enforces: `domain/access.py`, the commands of `domain/`, the types of the schema. 由程序生成，请勿手改。
"""


def page() -> str:
    """The whole page 权限表."""
    rights = declared(build_schema())
    parts = [
        HEAD,
        _table(
            "角色与范围 Roles and scopes",
            ("role", "角色", "scope 范围", "of a diagnosis 诊断所见", "may appoint 可授予"),
            _roles(),
        ),
        _table("命令 Commands", ("command", "what it is", "roles 可执行角色"), _commands()),
        _table("字段遮蔽 Field masks", ("遮蔽", "mask", "fields 字段", "who reads them 可读角色"), _masks(rights)),
        _table("字段 Fields", ("coordinate", "who reads it 可读角色"), _fields(rights)),
    ]
    return "\n".join(parts)


def scope_in_words(role: Role) -> str:
    """What a role sees 角色范围, in both languages."""
    if role in SEES_EVERYTHING:
        return "全市 the whole city"
    if role in SEES_NOTHING:
        return "无 no firm's records"
    if role is Role.PARTNER:
        return "密钥所定的区或全市 the district or city of its key"
    if role is Role.BANK:
        return "企业授权期内 firms that consent to it, for as long as they do"
    if role in EXPERTS:
        return "指派期内 diagnoses assigned to the person, for as long as they are"
    chinese, english = NAMES[ATTRIBUTE_OF_ROLE[head_of(role)]]
    return f"本{chinese} its own {english}"


def roles_in_words(roles: Iterable[Role]) -> str:
    """Some roles by their names, in their order 角色文字."""
    found = frozenset(roles)
    if found == ANYONE:
        return "anyone 任何人"
    if found == SIGNED_IN:
        return "signed in 已登录"
    if found == HELD_BY_PEOPLE:
        return "every person 所有人员"
    return ", ".join(role.value for role in Role if role in found) or "—"


def _table(title: str, columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [f"## {title}", "", f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows), ""])


def _roles() -> Iterator[tuple[str, ...]]:
    for role in Role:
        chinese, english = ROLE_NAMES[role]
        yield f"`{role.value}` {english}", chinese, scope_in_words(role), _seen(role), roles_in_words(MAY_APPOINT.get(role, ()))


def _seen(role: Role) -> str:
    if role in SEES_NOTHING:
        return "—"
    return "全过程 all of the case" if role in PARTIES else "仅已出具 what is issued"


def _commands() -> Iterator[tuple[str, ...]]:
    says: Mapping[str, str] = {
        command.__name__: (command.__doc__ or "").splitlines()[0]
        for capability in CAPABILITIES.values()
        for command in capability.commands
    }
    for name, roles in sorted(COMMANDS.items()):
        yield f"`{name}`", says[name], roles_in_words(roles)


def _masks(rights: FieldRights) -> Iterator[tuple[str, ...]]:
    for mask, coordinates in rights.masked.items():
        for coordinate in sorted(coordinates):
            yield MASK_NAMES[mask], mask.value, f"`{coordinate}`", roles_in_words(rights.rows[coordinate])


def _fields(rights: FieldRights) -> Iterator[tuple[str, ...]]:
    for coordinate, roles in sorted(rights.rows.items()):
        yield f"`{coordinate}`", roles_in_words(roles)
