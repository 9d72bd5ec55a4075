"""Forbidden fields 无权字段: the one error that names what a role may not read, looking for things by it included. plan P7."""

from collections.abc import Iterable, Mapping

from graphql import GraphQLError
from strawberry.utils.str_converters import to_camel_case

from api.kit.published import roles_of
from domain.access import ROLE_NAMES, Role

Rows = Mapping[str, frozenset[Role]]
"""GraphQL coordinate -> the roles that may read it; "Type.*" for the fields of a type without a row of their own."""
FORBIDDEN = "FORBIDDEN"


def forbidden(rights: Rows, coordinates: frozenset[str], role: str) -> GraphQLError | None:
    """The one error that names every field a role may not read 无权字段; None when it may read all."""
    names = sorted(name for name in coordinates if role not in rights[name])
    if not names:
        return None
    listed = ", ".join(names)
    chinese, english = ROLE_NAMES.get(role, (role, role))  # type: ignore[call-overload] # a role is its text
    says = (
        f"角色“{chinese}”无权读取其中 {len(names)} 个字段；请不读这些字段，或换用有权的角色。"
        f"The role “{english}” may not read: {listed}."
    )
    if role == Role.PUBLIC:
        says = f"请先登录：未登录不能读取其中 {len(names)} 个字段。Sign in first: whoever is not signed in may not read {listed}."
    return GraphQLError(
        says,
        extensions={"code": FORBIDDEN, "fields": names, "clause": "plan P7"},
    )


def require_searchable(kind: type, names: Iterable[str], role: str) -> None:
    """Refuse to look for things, or to put them in order, by a field that the role may not read: whoever may ask for grade 3 may
    read the grade 筛选与排序权利.

    Args:
        kind: the type that is looked for.
        names: fields that the filter and the order name, as those of the type in Python.
        role: who asks.

    Raises:
        GraphQLError: FORBIDDEN, with the fields.
    """
    rights = {f"{kind.__name__}.{to_camel_case(name)}": roles_of(kind, name) for name in names}
    error = forbidden(rights, frozenset(rights), role)
    if error is not None:
        raise error
