"""Scope → SQL 范围转 SQL: the second reader of the predicate tree, held equal to `domain.access.admits` by tests. plan P7."""

from collections.abc import Callable, Mapping
from typing import assert_never

from sqlalchemy import and_, literal_column, or_, true
from sqlalchemy.sql import ColumnElement

from domain.access import AllOf, AnyOf, Attribute, Everything, Is, Nothing, OpenTo, Outside, Scope

Columns = Mapping[Attribute, Callable[..., ColumnElement[bool]]]
"""Attribute -> the condition that a row has a value of it; of consents and assignments, a (party, day as ISO text), and the role
that an expert acts in, where the scope says one. A row without the coordinate (NULL) must not match."""


NEVER = literal_column("1") == literal_column("0")
"""False that stays in the statement: a folded constant would drop the joins beside it."""

NOWHERE: Columns = {attribute: lambda *_value: NEVER for attribute in Attribute}
"""Columns of what lies nowhere: only a scope of everything admits it."""


def to_sql(scope: Scope, columns: Columns) -> ColumnElement[bool]:
    """The WHERE condition of a scope. The tree has no negation, so NULL can never admit."""
    match scope:
        case Everything():
            return true()
        case Nothing():
            return NEVER
        case Is(attribute=attribute, value=value):
            return columns[attribute](value)
        case OpenTo(attribute=attribute, party=party, on=on, role=role):
            return columns[attribute](party, on.isoformat(), *([role.value] if role is not None else []))
        case AnyOf(scopes=scopes):
            return or_(NEVER, *(to_sql(inner, columns) for inner in scopes))
        case AllOf(scopes=scopes):
            return and_(true(), *(to_sql(inner, columns) for inner in scopes))
        case Outside(scope=inner):
            return to_sql(inner, columns)
        case never:
            assert_never(never)
