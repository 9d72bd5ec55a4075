"""Classes of the schema · 模式的类 as the library wants them, made in a part of its time.

The library reads the type of every field six times while the program starts and works it out anew for each: of seven thousand
fields fewer than a thousand say anything new. Here a type is worked out once for all fields that name it, and not before the
field stands in its class. For every class it has three functions written and compiled; here all share one that fills them.
"""

import contextlib
import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any, ForwardRef, NamedTuple, TypeVar, get_args

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.object_type import _check_field_annotations, _process_type

C = TypeVar("C", bound=type)


@cache
def _is_whole(annotation: Any) -> bool:  # noqa: ANN401 - annotations are values of any kind
    """Whether an annotation means the same wherever it stands: no name in it is left to be looked up, no type to be told."""
    if isinstance(annotation, str | ForwardRef | TypeVar):
        return False
    return all(_is_whole(part) for part in get_args(annotation))


@cache
def _resolved(annotation: Any) -> Any:  # noqa: ANN401 - as above
    return StrawberryAnnotation(annotation).resolve()


class _Annotation(StrawberryAnnotation):
    """An annotation whose meaning is shared with all that say the same."""

    __slots__ = ()

    def _resolve(self) -> Any:  # noqa: ANN401 - as above
        try:
            known = _is_whole(self.raw_annotation)
        except TypeError:  # it holds what has no hash
            known = False
        return _resolved(self.raw_annotation) if known else super()._resolve()


class PublishedField(StrawberryField):
    """A field of the schema. Before it stands in a class its type is what was written, nothing looked up."""

    @property
    def type(self) -> Any:  # noqa: ANN401 - as above
        """What its annotation means; what was written, while its class is still being made."""
        if self.origin is None and self.type_annotation is not None:
            return self.type_annotation.raw_annotation
        return self.resolve_type()

    @type.setter  # noqa: A003 - the property above, by the name that the library gives it
    def type(self, written: Any) -> None:  # noqa: ANN401 - as above
        said = written if isinstance(written, StrawberryAnnotation) else _Annotation(written)
        self.type_annotation = self._validated_type_annotation = (
            _Annotation(said.raw_annotation, namespace=said.namespace) if type(said) is StrawberryAnnotation else said
        )

    def resolve_type(self, *, type_definition: StrawberryObjectDefinition | None = None) -> Any:  # noqa: ANN401 - as above
        """What its annotation means, worked out by the library where that hangs on the type that asks."""
        said = self.type_annotation
        if type_definition is None and isinstance(said, _Annotation):
            with contextlib.suppress(NameError):  # of a class whose module is still being read
                return said.resolve()
        return super().resolve_type(type_definition=type_definition)


def described_field(
    says: str,
    *,
    default: object = dataclasses.MISSING,
    name: str | None = None,
    graphql_type: object = None,
    **more: Any,  # noqa: ANN401 - as the library takes it
) -> Any:  # noqa: ANN401 - a field where a class is read, the value of its type where an instance is
    """A field with its published description, to be written as a member of a type or before the function that answers it.

    name: where the schema's is another than ours. graphql_type: where it is another than the annotation says. more: as the
    library's own field takes it, such as `default_factory`, `metadata` and `extensions`.
    """
    annotation = None if graphql_type is None else _Annotation(graphql_type)
    return PublishedField(graphql_name=name, type_annotation=annotation, description=says, default=default, **more)


def described_class(kind: C, says: str, *, is_input: bool = False, is_interface: bool = False) -> C:
    """A class as a type of the schema, with its published description; it is filled by the names of its fields, all else refused.

    Unlike the library's, two of one class are equal only where they are the same, and none prints what it holds.
    """
    apart = {name: one.type_annotation.annotation for name, one in vars(kind).items() if _is_typed_apart(name, one, kind)}
    added = _check_field_annotations(kind)
    kind.__doc__ = kind.__doc__ or says  # else the library below writes one out of the signature
    made: Any = dataclasses.dataclass(kw_only=True, init=False, repr=False, eq=False)(kind)
    for name in added:  # they are the library's own, put there for the line above
        del made.__annotations__[name]
    if "__init__" not in vars(made):
        made.__init__ = _filled
    described: C = _process_type(
        made, is_input=is_input, is_interface=is_interface, description=says, original_type_annotations=apart
    )
    return described


def _is_typed_apart(name: str, one: object, kind: type) -> bool:
    """Whether a member is a field whose type in the schema is another than its annotation says."""
    return name in getattr(kind, "__annotations__", ()) and isinstance(one, StrawberryField) and one.type_annotation is not None


class _Taken(NamedTuple):
    """What a class is filled with: its fields, those that must be given, and what stands for those that are not."""

    known: frozenset[str]
    required: frozenset[str]
    defaults: dict[str, object]
    factories: dict[str, Callable[[], object]]


@cache
def _taken(kind: type) -> _Taken:
    taken = [one for one in dataclasses.fields(kind) if one.init]
    defaults = {one.name: one.default for one in taken if one.default is not dataclasses.MISSING}
    factories = {one.name: one.default_factory for one in taken if one.default_factory is not dataclasses.MISSING}
    known = frozenset(one.name for one in taken)
    return _Taken(known, known - defaults.keys() - factories.keys(), defaults, factories)


def _filled(self: Any, **given: object) -> None:  # noqa: ANN401 - of whatever class it fills
    """Fill one of a class by the names of its fields; what has a default may be left out."""
    known, required, defaults, factories = _taken(self.__class__)
    own = vars(self)
    if given.keys() != known:
        if not required <= given.keys() <= known:
            missing, unknown = sorted(required - given.keys()), sorted(given.keys() - known)
            raise TypeError(f"{type(self).__name__} lacks {missing}, and knows nothing of {unknown}")
        own.update(defaults)
        own.update((name, make()) for name, make in factories.items() if name not in given)
    own.update(given)
