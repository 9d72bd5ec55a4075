"""Nodes · 节点: things that can be asked for by their id alone, whatever they are. plan P1, P7.

An id says what kind of thing it is of, and nothing of whether there is one: absent, out of scope, of a type that the caller's
role may not read and of no known kind answer alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.edges import Loader
from api.kit.ids import key_of
from api.kit.paging import LARGEST_PAGE, PAGE_SIZE, AtLeast, wanted_fields
from api.kit.published import field, published, roles_of
from domain.kernel import kind_of
from domain.masks import SIGNED_IN


@published(SIGNED_IN, interface=True)
class Node:
    """Object with an id of its own in the whole schema, which `node` finds again · 节点. plan P1"""

    id: strawberry.ID = field("Its id, to be passed on as it is: kind and key of the object · 标识")


@dataclass(frozen=True)
class NodeKind:
    """How the nodes of one kind are found 节点类别: their type, and what loads those of some keys within the caller's scope."""

    type: type
    load: Loader


NODES: dict[str, NodeKind] = {}
"""Kind, as it stands before the slash of an id -> how such things are found; gathered from the pages' FOUND_BY_ID."""

Ids = Annotated[list[strawberry.ID], strawberry.argument(description="Their ids, 1–100, in the order of the answer · 标识")]


def found(info: strawberry.Info[Context, None], ids: Sequence[str]) -> list[Any]:
    """The things of some ids, in their order, one read a kind; None for each that the caller is not shown."""
    context = info.context
    keys: dict[str, dict[str, str]] = {}
    for given in ids:
        kind = kind_of(given)
        if kind in NODES and kind != given and context.role in roles_of(NODES[kind].type, "id"):
            keys.setdefault(kind, {})[given] = key_of(given, kind)
    things: dict[str, Any] = {}
    for kind, named in keys.items():
        how = NODES[kind]
        loaded = how.load(context, list(dict.fromkeys(named.values())), wanted_fields(info, how.type.__name__))
        things |= {given: loaded.get(key) for given, key in named.items()}
    return [things.get(given) for given in ids]


@strawberry.type
class NodeQueries:
    """Whatever has an id."""

    @field("One object by its id; null when it does not exist or lies outside the scope · 按标识查询. plan P1, P7", roles=SIGNED_IN)
    def node(
        self,
        info: strawberry.Info[Context, None],
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id · 标识")],  # noqa: A002 - the argument's published name
    ) -> Node | None:
        """The thing of an id within the scope; stock clients refetch by it, and take no other argument (`nodes` has `atLeast`)."""
        only: Node | None = found(info, [id])[0]
        return only

    @field("Objects by their ids; null for each that `node` would not find · 按标识批量查询. plan P1, P7", roles=SIGNED_IN)
    def nodes(self, info: strawberry.Info[Context, None], ids: Ids, at_least: AtLeast = None) -> list[Node | None]:
        """The things of some ids within the scope."""
        if not 1 <= len(ids) <= LARGEST_PAGE:
            raise PAGE_SIZE.refuse(largest=LARGEST_PAGE)
        info.context.at_least(at_least)
        return found(info, ids)


def gather(nodes: Iterable[Mapping[str, NodeKind]]) -> None:
    """Take up the nodes of every page."""
    for some in nodes:
        NODES.update(some)


QUERIES = NodeQueries
