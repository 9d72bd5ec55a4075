"""Model types · 模型类型: a model of the rules as the schema shows it, derived as its input is, so that both say the same.

Each member is published with the words that it has in its command; a member that tells models apart is left out, the type says it.
"""

import types
import typing
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from api.kit.command_inputs import class_of
from api.kit.enums import enum_type
from api.kit.published import Roles, field, published
from domain.governance.rule_bodies.body import counts_fen


@cache
def output_type(model: type[BaseModel], roles: Roles) -> Any:  # noqa: ANN401 - a type made at run time
    """The type of a model that lies nowhere, and of the models in it."""
    fields = [
        (name, _kind_of(one, roles), field(one.description or ""))
        for name, one in model.model_fields.items()
        if get_origin(one.annotation) is not typing.Literal
    ]
    made = class_of(model.__name__, fields)
    made.__doc__ = model.__doc__
    return published(roles, placed=False)(made)


def _kind_of(member: FieldInfo, roles: Roles) -> Any:  # noqa: ANN401 - a type of the schema
    if not counts_fen(member):
        return _shown(member.annotation, roles)
    return Decimal | None if type(None) in get_args(member.annotation) else Decimal


def _shown(annotation: Any, roles: Roles) -> Any:  # noqa: ANN401 - annotations are values of any kind
    if get_origin(annotation) is typing.Annotated:
        return _shown(get_args(annotation)[0], roles)
    if get_origin(annotation) in (Union, types.UnionType):
        (inner,) = (part for part in get_args(annotation) if part is not type(None))
        return _shown(inner, roles) | None
    if get_origin(annotation) is tuple:
        return list[_shown(get_args(annotation)[0], roles)]  # type: ignore[misc] # built at run time
    if issubclass(annotation, BaseModel):
        return output_type(annotation, roles)
    return enum_type(annotation) if issubclass(annotation, Enum) else annotation


def as_shown(value: Any, roles: Roles) -> Any:  # noqa: ANN401 - data of any shape
    """A model, and what is in it, as the schema shows it."""
    match value:
        case BaseModel():
            kind = output_type(type(value), roles)
            names = [name for name, one in type(value).model_fields.items() if get_origin(one.annotation) is not typing.Literal]
            return kind(**{name: _member(value, name, roles) for name in names})
        case tuple():
            return [as_shown(one, roles) for one in value]
        case _:
            return value


def _member(model: BaseModel, name: str, roles: Roles) -> Any:  # noqa: ANN401 - a field made at run time
    held = getattr(model, name)
    is_money = counts_fen(type(model).model_fields[name]) and held is not None
    return Decimal(held) if is_money else as_shown(held, roles)
