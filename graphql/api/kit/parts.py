"""Parts · 组成: lists that a thing holds and that may grow, paged where they stand as every list of the schema is. plan P1.

The thing is built with all of them, as one read a kind of thing gives them; the field cuts the page. So a page of things costs no
read more, and no answer is longer than what was asked for.
"""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions.field_extension import FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from api.kit.context import Context
from api.kit.paging import PAGE_ARGUMENTS, Connection, Direction, below, connection, wanted_fields
from api.kit.published import Roles, field
from domain.access import Mask
from projections.engine.pages import By, Order, Place

PlaceOf = Callable[[Any], Place]


class _Cut(FieldExtension):
    """Cuts the page that is asked for out of a list that is at hand 截取."""

    def __init__(self, place: PlaceOf | None) -> None:
        self._place = place
        self._name = ""

    def apply(self, field: StrawberryField) -> None:
        """Take the arguments of every list."""
        self._name = f"part {field.origin.__name__} {field.python_name}" if isinstance(field.origin, type) else field.python_name
        field.arguments = [
            StrawberryArgument(
                python_name=name, graphql_name=None, type_annotation=StrawberryAnnotation(annotation), default=None
            )
            for name, annotation in PAGE_ARGUMENTS.items()
        ]

    def resolve(
        self, next_: Callable[..., Any], source: Any, info: strawberry.Info[Context, None], **asked: Any  # noqa: ANN401 - the library's own signature
    ) -> Connection[Any] | None:
        """A page; None where the thing shows none of them.

        Raises:
            Refused: as `Direction.of`; CURSOR_INVALID.
        """
        held: Sequence[Any] | None = next_(source, info)
        direction = Direction.of(**asked)
        if held is None:
            return None
        cursors = info.context.cursors
        placed = [(self._place(one) if self._place is not None else (number,), one) for number, one in enumerate(held)]
        placed.sort(key=lambda pair: pair[0])
        place = tuple(orjson.loads(cursors.open_key(self._name, direction.cursor))) if direction.cursor else None
        found = direction.found(lambda page: page.cut(placed, lambda pair: pair[0]), _order(placed, place), place)
        return connection(
            found,
            lambda pair: cursors.seal_key(self._name, orjson.dumps(pair[0]).decode()),
            lambda pairs: [one for _, one in pairs],
            lambda: len(placed),
            wanted_fields(info),
        )


def _order(placed: Sequence[tuple[Place, Any]], place: Place | None) -> Order:
    length = len(place) if place is not None else max((len(one) for one, _ in placed), default=0)
    return tuple(By(str(number)) for number in range(length))


def parts(
    of: type,
    says: str,
    *,
    place: PlaceOf | None = None,
    nullable: bool = False,
    roles: Roles | None = None,
    mask: Mask | None = None,
    made: bool = False,
) -> Any:  # noqa: ANN401 - the library's field
    """A list that a thing holds, published as a connection; the thing is built with the whole list.

    Args:
        of: the type of its things.
        says: as of `field`.
        roles: as of `field`.
        mask: as of `field`.
        made: as of `field`.
        place: where one of them stands, by what never changes of it, no two alike; none: they only ever grow at the end.
        nullable: whether it may be null, as what carries a mask must.
    """
    kind: Any = Connection[of]  # type: ignore[valid-type] # settled when the class is made
    return field(
        says, roles=roles, mask=mask, made=made, graphql_type=kind | None if nullable else kind, extensions=[_Cut(place)]
    )


def wanted_parts(wanted: frozenset[str], name: str) -> frozenset[str]:
    """What of the things of a list is wanted, by the published name of its field."""
    return below(wanted, f"{name}.nodes", f"{name}.edges.node")
