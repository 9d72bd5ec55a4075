"""Shown · 展示: a published type filled from the row that it names, by equal names.

A type says which row it is filled from (`published(…, row=EnterpriseRow)`). Each of its fields is then a column of that row under
the same name, converted as the two annotations ask for; or follows from one column (`out_of`); or an edge, led to by a column that
holds the other thing's id; or made beside them, which the call must give. That is settled once, when the class is made: so a plan
of reads knows of every type which column and which conversion each field is, and nothing is looked up while rows are shown.
"""

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, partial
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import orjson
import strawberry

from api.kit.ids import id_of, named
from domain.instants import utc_moment

T = TypeVar("T")

CONVERSIONS: dict[tuple[type, type], Callable[[Any], Any]] = {
    (int, datetime): utc_moment,
    (int, Decimal): Decimal,
    (str, Decimal): Decimal,
    (str, date): date.fromisoformat,
}
"""(as it stands in a row, as it is published) -> how it is converted: microseconds of UTC, exact text, days as ISO text."""


@dataclass(frozen=True)
class ShownColumn:
    """Column of a row behind a field 字段来源. convert: None where it is published as it stands; None stays None."""

    name: str
    convert: Callable[[Any], Any] | None = None
    nullable: bool = False


@dataclass(frozen=True)
class ShownFrom:
    """How a type is filled 展示声明. row: the class of its rows. columns: field -> the column behind it.

    edges: field -> the column that holds the id of the one thing it leads to. made: fields that the call gives, edges included.
    values: the fields of one row, by a function generated for the type.
    """

    row: type
    columns: Mapping[str, ShownColumn]
    edges: Mapping[str, str]
    made: frozenset[str]
    values: Callable[[Any], dict[str, Any]] = field(repr=False)


NONE_FOLLOW: Mapping[str, tuple[str, Callable[[Any], object]]] = {}
DECLARED: dict[type, ShownFrom] = {}
"""Every published type that names its row."""


def shown(kind: type, row: object) -> dict[str, Any]:
    """The fields of a type that its row holds 取自行的字段, to be passed on beside those that are made.

    `Enterprise(**shown(Enterprise, row), synthetic=demo, …)`: so the types of what is made stay checked.
    """
    found: dict[str, Any] = kind.__shown__(row)  # type: ignore[attr-defined] # `declare` puts it there: a look-up less a row
    return found


def all_shown(kind: type[T], rows: Iterable[object]) -> list[T]:
    """Many of a type whose every field is a column of its row."""
    values = DECLARED[kind].values
    return [kind(**values(row)) for row in rows]


def declare(
    kind: type,
    row: type,
    fields: Sequence[str],
    edges: Mapping[str, str],
    made: Iterable[str],
    out_of: Mapping[str, tuple[str, Callable[[Any], object]]] = NONE_FOLLOW,
) -> None:
    """Settle how a type is filled from its row; said by `published`. out_of: field -> the column that it follows from, and how.

    Raises:
        TypeError: a column of the same name holds another kind of value, and the field does not say that it is made; or an edge
            names no column.
    """
    held, apart = _held(row, fields), {*made, *edges, *out_of}
    followed = {**edges, **{name: column for name, (column, _) in out_of.items()}}
    if unknown := [f"{name} by {by}" for name, by in followed.items() if by not in held]:
        raise TypeError(f"{kind.__name__}: {row.__name__} has no such column: {', '.join(unknown)}")
    columns = {name: ShownColumn(column, how, _unwrapped(held[column])[1]) for name, (column, how) in out_of.items()}
    for name in fields:
        if name in held and name not in apart:
            try:
                columns[name] = _column(name, held[name], kind.__annotations__[name])
            except LookupError as problem:
                raise TypeError(f"{kind.__name__}.{name} is no {problem} of {row.__name__}: say `made=True`") from None
    values = _values(kind, columns)
    kind.__shown__ = staticmethod(values)  # type: ignore[attr-defined]
    DECLARED[kind] = ShownFrom(row, columns, edges, frozenset(fields) - columns.keys(), values)


def _held(row: type, wanted: Iterable[str]) -> dict[str, Any]:
    """What a row holds: name -> annotation; of its properties those that are wanted."""
    held = get_type_hints(row)
    for name in wanted:
        one = getattr(row, name, None)
        if name not in held and isinstance(one, property | cached_property):
            held[name] = get_type_hints(one.fget if isinstance(one, property) else one.func)["return"]
    return held


def _column(name: str, stands: Any, published: Any) -> ShownColumn:  # noqa: ANN401 - annotations are values of any kind
    held, nullable = _unwrapped(stands)
    wanted, may_be_null = _unwrapped(published)
    if (mark := named(published)) is not None and wanted is strawberry.ID:
        return ShownColumn(name, partial(id_of, mark.kind), nullable)
    if nullable and not may_be_null:
        raise LookupError(f"{stands}")
    return ShownColumn(name, _conversion(held, wanted), nullable)


def _unwrapped(annotation: Any) -> tuple[Any, bool]:  # noqa: ANN401 - an annotation, or what any column holds
    """An annotation without `Annotated` and without None, and whether it admitted None."""
    if get_origin(annotation) is Annotated:
        return _unwrapped(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        if len(inner) == 1:
            return _unwrapped(inner[0])[0], True
    if get_origin(annotation) is Literal and len(get_args(annotation)) == 1:
        return type(get_args(annotation)[0]), False
    return annotation, False


def _conversion(held: Any, wanted: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401 - an annotation, or what any column holds
    """How a value is converted; None = as it stands.

    Raises:
        LookupError: there is no way from the one to the other. An enumeration is published as that alone, never as a text.
    """
    if get_origin(wanted) is list:
        return _list_of(held, get_args(wanted)[0])
    if (mark := named(wanted)) is not None:
        return partial(id_of, mark.kind)
    if held is wanted or (held is str and wanted is strawberry.ID):
        return None
    if (held, wanted) in CONVERSIONS:
        return CONVERSIONS[held, wanted]
    if wanted in DECLARED and issubclass(held, DECLARED[wanted].row) and not DECLARED[wanted].made:
        values = DECLARED[wanted].values
        return lambda one: wanted(**values(one))
    raise LookupError(f"{held}")


def _list_of(held: Any, wanted: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - an annotation, or what any column holds
    """A list out of a tuple or of the JSON text that a column holds it as."""
    if held is str and wanted is str:
        return orjson.loads
    if get_origin(held) not in (tuple, list, Sequence):
        raise LookupError(f"{held}")
    convert = _conversion(_unwrapped(get_args(held)[0])[0], wanted)
    return list if convert is None else lambda many: list(map(convert, many))


def _values(kind: type, columns: Mapping[str, ShownColumn]) -> Callable[[Any], dict[str, Any]]:
    """One function a type: reading 20 fields through it costs what writing them out by hand does."""
    names = {f"to_{name}": one.convert for name, one in columns.items() if one.convert is not None}
    listed = ", ".join(f"{name!r}: {_read(name, one)}" for name, one in columns.items())
    text = f"lambda row: {{{listed}}}"
    made: Callable[[Any], dict[str, Any]] = eval(compile(text, f"<{kind.__name__}>", "eval"), names)  # noqa: S307 - of names of our own
    return made


def _read(name: str, one: ShownColumn) -> str:
    if one.convert is None:
        return f"row.{one.name}"
    if one.nullable:
        return f"None if (held := row.{one.name}) is None else to_{name}(held)"
    return f"to_{name}(row.{one.name})"
