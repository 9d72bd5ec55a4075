"""Orders · 排序: what a list may be ordered by, said beside it; each is a column that the caller must be free to read. plan P7."""

from collections.abc import Collection, Sequence
from enum import Enum
from typing import Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from domain.kernel import Rule
from projections.engine.pages import By, Order

NOT_KEPT_OF_THEN = Rule(
    "NOT_KEPT_OF_THEN",
    "plan P5",
    "{given} 不留历史值：历史时点的列表不能据此查找或排序；请去掉该项，或查询当前列表",
    "What {given} was is not kept: a list of the past is not found or ordered by it; leave it out, or ask of now",
)
WAYS = (("ASC", False, "ascending", "升序"), ("DESC", True, "descending", "降序"))


def order_enum(name: str, says: str, /, **columns: str) -> type[Enum]:
    """The enumeration of a list's orders, two for each column, one a direction.

    Args:
        name: of the enumeration.
        says: its published description.
        columns: column of the rows, named as the field that shows it -> "by what · 中文", as each value says of itself.
    """
    members: dict[str, By] = {}
    descriptions: dict[str, str] = {}
    for column, words in columns.items():
        english, chinese = words.split(" · ")
        for way, descending, in_english, in_chinese in WAYS:
            member = f"{column.upper()}_{way}"
            members[member] = By(column, descending)
            descriptions[member] = f"{english}, {in_english} · {chinese}{in_chinese}"
    enum: Any = Enum(name, members)  # type: ignore[misc] # made of what the list says
    made: Any = strawberry.enum(enum, description=says)
    for one in made.__strawberry_definition__.values:
        one.description = descriptions[one.name]
    found: type[Enum] = made
    return found


def total_order(asked: Sequence[Enum], usual: Order) -> Order:
    """The order of a list, whole: what is asked for, each column once, then the rows' own key in the last one's direction.

    usual: the order that the list has by itself, its last column the key.
    """
    if not asked:
        return usual
    key, named = usual[-1].name, dict[str, By]()
    for one in asked:
        named.setdefault(one.value.name, one.value)
        if one.value.name == key:
            return tuple(named.values())
    return (*named.values(), By(key, asked[-1].value.descending))


def require_known_then(asked: Collection[str], unkept: Collection[str]) -> None:
    """Refuse to find or order what was by what is known of the present alone.

    Raises:
        Refused: NOT_KEPT_OF_THEN.
    """
    if unknown := sorted(map(to_camel_case, set(asked) & set(unkept))):
        raise NOT_KEPT_OF_THEN.refuse(given=", ".join(unknown))
