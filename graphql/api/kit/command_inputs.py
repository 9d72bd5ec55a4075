"""Input types 输入类型, derived from the commands themselves, so that the schema and the rules never disagree.

A mapping becomes a list whose items carry the key: GraphQL has no mappings. A choice between models becomes an input of which
one field is set (`@oneOf`): GraphQL has no unions there. Malformed input comes back as data, with the
path of the field as the client wrote it.
"""

import dataclasses
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin

import strawberry
from pydantic import BaseModel

from api.kit.enums import enum_type, first_line
from api.kit.ids import key_of, named
from api.kit.schema_classes import described_class, described_field
from domain.governance.rule_bodies.body import counts_fen
from domain.kernel import IdOf
from standards.described import KeyField

MAPPINGS: dict[type, Mapping[str, KeyField]] = {}
"""Input class -> its fields that are mappings in the command, and what the key of each is called in the list."""

IDS: dict[type, Mapping[str, IdOf]] = {}
"""Input class -> its fields that hold ids, and what each names."""

UNIONS: dict[type, str] = {}
"""Input class of which one field is set (`@oneOf`) -> the member of the command that says which."""

AS_SENT = (str, int, bool, Decimal, date, datetime)


def _unwrap(annotation: Any) -> tuple[Any, bool]:  # noqa: ANN401 - annotations are values of any kind
    """An annotation without `Annotated` and without None, and whether it admitted None."""
    if get_origin(annotation) is typing.Annotated:
        return _unwrap(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        if len(inner) == 1:
            return _unwrap(inner[0])[0], len(inner) < len(get_args(annotation))
    return annotation, False


def _graphql_type(name: str, annotation: Any, words: str = "") -> Any:  # noqa: ANN401 - an annotation, or a type made at run time
    """The type of an input field; name: of the field, and of the choice that it may be."""
    inner, optional = _unwrap(annotation)
    origin = get_origin(inner)
    result: Any
    if origin is tuple:
        result = list[_graphql_type(name, get_args(inner)[0], words)]  # type: ignore[misc] # built at run time
    elif origin is dict:
        result = list[_entry_type(name, *get_args(inner))]  # type: ignore[misc]
    elif isinstance(inner, type) and issubclass(inner, Enum):
        result = enum_type(inner)
    elif isinstance(inner, type) and issubclass(inner, BaseModel):
        result = input_type(inner, frozenset(_tags(inner)))
    elif origin in (Union, types.UnionType):
        result = _union_type(name, inner, words)
    elif inner in AS_SENT:
        result = inner
    else:
        raise TypeError(f"no GraphQL input type for {name}: {annotation}")
    return result | None if optional else result


@cache
def _entry_type(field: str, named_by: Any, value: Any) -> Any:  # noqa: ANN401 - an annotation, or a type made at run time
    """Item of a list that stands for a mapping: the key, then the value's own fields (or `value`)."""
    key = _key_field(field, named_by)
    key_type = _graphql_type(key.name, named_by)
    inner, _ = _unwrap(value)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        fields = [_said(key.name, key_type, key.says), *_fields(inner, frozenset())]
        made = _input(f"{inner.__name__}EntryInput", first_line(inner), fields)
        MAPPINGS[made], IDS[made] = _mappings_of(inner), _ids_of(inner)
        return made
    name = f"{field.capitalize().rstrip('s')}Input"
    held = _said("value", _graphql_type("value", inner), "The value, exact · 数值")
    return _input(name, "Named value · 命名数值", [_said(key.name, key_type, key.says), held])


@cache
def _union_type(field: str, union: Any, words: str) -> Any:  # noqa: ANN401 - an annotation, or a type made at run time
    """One of several models, told apart by a member that each has a value of its own for: an input with one field a model."""
    members = get_args(union)
    shared: set[str] = set.intersection(*map(_tags, members))
    (tag,) = shared
    fields = []
    for member in members:
        kind = input_type(member, frozenset({tag}))
        said = described_field(first_line(member), default=strawberry.UNSET)
        fields.append((member.model_fields[tag].default, kind | None, said))
    name = f"{field[0].upper()}{field[1:]}Input"
    made = strawberry.input(class_of(name, fields), name=name, description=words, one_of=True)
    UNIONS[made] = tag
    return made


def _tags(model: type[BaseModel]) -> set[str]:
    """Members that tell a model apart from others: of one value, which nobody need say where there is no choice."""
    kinds = {name: one.annotation for name, one in model.model_fields.items()}
    return {name for name, kind in kinds.items() if get_origin(kind) is typing.Literal and len(get_args(kind)) == 1}


def _fields(model: type[BaseModel], omit: frozenset[str]) -> Iterator[Any]:
    required, optional = [], []
    for name, field in model.model_fields.items():
        if name in omit:
            continue
        kind = Decimal if counts_fen(field) else _graphql_type(field.title or name, field.annotation, field.description or "")
        if named(field.annotation, field.metadata) is not None:
            kind = _as_id(kind)
        if field.is_required():
            required.append(_said(name, kind, field.description))
        else:
            optional.append(_said(name, kind | None, field.description, optional=True))
    return iter([*required, *optional])


def _as_id(kind: Any) -> Any:  # noqa: ANN401 - a type of the schema
    """The same type, of ids instead of texts."""
    inner, optional = _unwrap(kind)
    made: Any = list[strawberry.ID] if get_origin(inner) is list else strawberry.ID
    return made | None if optional else made


def _ids_of(model: type[BaseModel]) -> Mapping[str, IdOf]:
    marks = {name: named(field.annotation, field.metadata) for name, field in model.model_fields.items()}
    return {name: mark for name, mark in marks.items() if mark is not None}


def _said(name: str, kind: Any, words: str | None, *, optional: bool = False) -> Any:  # noqa: ANN401 - an annotation, or a type made at run time
    """An input field with what it says of itself; one that says nothing fails at start-up."""
    if not words:
        raise TypeError(f"the field {name} of an input says nothing of itself: give it a description")
    said = described_field(words, default=None) if optional else described_field(words)
    return name, kind, said


def _input(name: str, description: str, fields: list[Any]) -> Any:  # noqa: ANN401 - an annotation, or a type made at run time
    return described_class(class_of(name, fields), description, is_input=True)


def class_of(name: str, fields: Iterable[tuple[str, Any, Any]]) -> type:
    """A class as it would be written by hand, of (name, type, strawberry field) each: the library makes the dataclass."""
    listed = list(fields)
    body = {"__annotations__": {field: kind for field, kind, _ in listed}}
    return type(name, (), body | {field: said for field, _, said in listed})


@cache
def input_type(
    model: type[BaseModel],
    omit: frozenset[str] = frozenset(),
    extra: tuple[tuple[str, Any, str], ...] = (),
    name: str | None = None,
) -> Any:  # noqa: ANN401 - a strawberry input class made at run time
    """The GraphQL input of a pydantic model; `omit` fields are filled by the server, `extra` ones are added."""
    added = []
    for field, kind, words in extra:
        given = _unwrap(kind)[1]
        said = described_field(words, default=None) if given else described_field(words)
        added.append((field, kind, said))
    made = _input(name or f"{model.__name__}Input", first_line(model), [*_fields(model, omit), *added])
    MAPPINGS[made], IDS[made] = _mappings_of(model, omit), _ids_of(model)
    return made


def _mappings_of(model: type[BaseModel], omit: frozenset[str] = frozenset()) -> Mapping[str, KeyField]:
    kinds = {name: _unwrap(field.annotation)[0] for name, field in model.model_fields.items() if name not in omit}
    return {name: _key_field(name, get_args(kind)[0]) for name, kind in kinds.items() if get_origin(kind) is dict}


def _key_field(field: str, key: Any) -> KeyField:  # noqa: ANN401 - an annotation
    """What the key of a mapping says of itself; one that says nothing fails at start-up."""
    found = next((mark for mark in getattr(key, "__metadata__", ()) if isinstance(mark, KeyField)), None)
    if found is None:
        raise TypeError(f"the key of the mapping {field} says nothing of itself: give it a KeyField")
    return found


def key_called(field: str) -> str:
    """What the key of a mapping of this name is called in the list 映射键名."""
    return next(keys[field].name for keys in MAPPINGS.values() if field in keys)


def plain(value: Any) -> Any:  # noqa: ANN401 - any input value
    """An input as plain data for pydantic 普通数据: unset fields left out, entries folded back to mappings, ids to their keys."""
    if (tag := UNIONS.get(type(value))) is not None:
        (name,) = (field.name for field in dataclasses.fields(value) if getattr(value, field.name) is not strawberry.UNSET)
        return {tag: name, **plain(getattr(value, name))}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found: dict[str, Any] = {}
        for field in dataclasses.fields(value):
            inner = getattr(value, field.name)
            if inner is None:
                continue
            if (key := MAPPINGS.get(type(value), {}).get(field.name)) is not None:
                found[field.name] = _mapping(key.name, inner)
            elif (mark := IDS.get(type(value), {}).get(field.name)) is not None:
                kinds = (mark.kind, *mark.also)
                found[field.name] = [key_of(one, *kinds) for one in inner] if isinstance(inner, list) else key_of(inner, *kinds)
            else:
                found[field.name] = plain(inner)
        return found
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def _mapping(key: str, entries: list[Any]) -> dict[str, Any]:
    folded: dict[str, Any] = {}
    for entry in entries:
        data = plain(entry)
        name = data.pop(key)
        if name in folded:
            raise RepeatedKey(key, name)
        folded[name] = data["value"] if set(data) == {"value"} else data
    return folded


class RepeatedKey(Exception):  # noqa: N818 - malformed input, returned as data
    """Two entries of a list carry the same key 键重复."""

    def __init__(self, field: str, key: str) -> None:
        super().__init__(f"{field} {key}")
        self.field = field
        self.key = key
