"""Persons in facts 事实中的人员: which fields of a fact hold the id of a person, said by their type. plan P7.

A fact that is told to a role without right to know who acted is told without them; a new field is, as soon as it has the type.
"""

from functools import cache
from typing import Annotated, Any, get_args

from pydantic import BaseModel


class _OfPerson:
    """Mark of a field that holds the id of a person."""


OF_PERSON = _OfPerson()
"""The mark itself, for a field whose type says more than that it is an id."""
PersonId = Annotated[str, OF_PERSON]
"""Opaque id of a person 人员标识, as a fact keeps it."""


@cache
def person_fields(kind: type[BaseModel]) -> frozenset[str]:
    """Names of the fields of a fact, at any depth, that hold ids of people 人员字段."""
    found: set[str] = set()
    for name, field in kind.model_fields.items():
        parts = list(_parts(field.annotation))
        if any(isinstance(mark, _OfPerson) for mark in (*field.metadata, *parts)):
            found.add(name)
        for part in parts:
            if isinstance(part, type) and issubclass(part, BaseModel):
                found |= person_fields(part)
    return frozenset(found)


def _parts(annotation: Any) -> list[Any]:  # noqa: ANN401 - an annotation is anything
    """An annotation and all that it is made of, marks included."""
    own = [annotation] if not get_args(annotation) else list(getattr(annotation, "__metadata__", ()))
    return own + [part for inner in get_args(annotation) for part in _parts(inner)]


def without(names: frozenset[str], value: Any) -> Any:  # noqa: ANN401 - JSON
    """A JSON value without the members of some names, at any depth."""
    match value:
        case dict():
            return {name: without(names, inner) for name, inner in value.items() if name not in names}
        case list():
            return [without(names, inner) for inner in value]
    return value
