"""Enumerations · 枚举 of the schema, made of the domain's own: each value with what it says of itself.

Rows hold the text of a value as it is stored, and need not be converted: it leaves by its name all the same.
"""

from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Any, get_args

import strawberry


@cache
def enum_type(enum: type[Enum]) -> Any:  # noqa: ANN401 - strawberry decorates the enum in place
    """A domain enumeration as GraphQL enumeration, each value with its description."""
    made = strawberry.enum(enum, description=first_line(enum))
    for one in made.__strawberry_definition__.values:  # type: ignore[attr-defined]
        one.description = getattr(enum(one.value), "description", None)
    return made


def publish_enums(kind: type) -> None:
    """Make every enumeration that the fields of a type name one of the schema."""
    for annotation in getattr(kind, "__annotations__", {}).values():
        for enum in _enums(annotation):
            enum_type(enum)


def _enums(annotation: Any) -> Iterator[type[Enum]]:  # noqa: ANN401 - annotations are values of any kind
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        if not hasattr(annotation, "__strawberry_definition__"):
            yield annotation
    else:
        for part in get_args(annotation):
            yield from _enums(part)


def first_line(thing: type) -> str:
    """What a class says of itself first, as it is published 首行说明."""
    return (thing.__doc__ or "").strip().splitlines()[0].removesuffix(".") if thing.__doc__ else ""
