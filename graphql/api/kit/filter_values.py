"""Values of filters 筛选取值: one that is none of its kind is refused, with those that are. plan P1."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from strawberry.utils.str_converters import to_camel_case

from api.kit.ids import key_of, keys_of
from domain.kernel import Rule
from domain.participants.organisations import OrganisationKind
from interop.code_lists import districts
from projections import Snapshot
from projections.engine.filters import OF, GradeRange
from projections.participants.organisations import organisations_by_id
from standards import published_editions

W = TypeVar("W")

FILTER_VALUE_UNKNOWN = Rule(
    "FILTER_VALUE_UNKNOWN",
    "plan P1",
    "筛选项 {path} 没有取值“{given}”；可选：{listed}",
    "The filter {path} has no value “{given}”; it is one of: {listed_in_english}",
)
FILTER_ADMITS_NOTHING = Rule(
    "FILTER_ADMITS_NOTHING",
    "plan P1",
    "筛选项 {path} 不含任何取值：请至少给出一个值，且起始不大于截止；不限则省略该项",
    "The filter {path} admits nothing: name at least one value, the first no greater than the last, or leave it out",
)
FILTER_UNIT_UNKNOWN = Rule(
    "FILTER_UNIT_UNKNOWN",
    "plan O2",
    "筛选项 {path}：没有标识为“{given}”的{kind}；可用 organisations 查询",
    "The filter {path} names “{given}”, which is the id of no {kind_in_english}; `organisations` lists those there are",
)
FILTER_EDITION_UNREADABLE = Rule(
    "FILTER_EDITION_UNREADABLE",
    "plan P1",
    "筛选项 {path}：“{given}”不是标准版本的键；现有版本：{listed}，已发布的可用 editions 查询",
    "The filter {path}: “{given}” is no key of an edition; there are {listed_in_english}; `editions` lists what is published",
)
FILTER_FIRM_UNREADABLE = Rule(
    "FILTER_FIRM_UNREADABLE",
    "plan P1",
    "筛选项 {path}：“{given}”不是企业标识；请用 enterprises 查询所得的 id",
    "The filter {path}: “{given}” is no id of a firm; give one as `enterprises` has it",
)
EDITION_KEY = re.compile(r"\d{4}(\.\d{1,3})?(-[a-z]+){0,5}", re.ASCII)
"""As standards and their industry editions are named."""
FIRM_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
"""As `firm_ids` makes them."""
LONGEST_SHOWN = 40


def require_known(path: str, given: str | Sequence[str] | None, allowed: Mapping[str, str] | Iterable[str]) -> None:
    """Refuse a value that is none of those allowed; None filters nothing 检查筛选取值.

    Args:
        path: the argument, as the client writes it.
        given: the value sent, or several.
        allowed: the values, with what each is called in Chinese where it has a name.

    Raises:
        Refused: FILTER_VALUE_UNKNOWN (plan P1).
    """
    values = tuple(allowed)
    sent = () if given is None else (given,) if isinstance(given, str) else given
    unknown = next((one for one in sent if one not in values), None)
    if unknown is None:
        return
    names = allowed if isinstance(allowed, Mapping) else {}
    listed = "、".join(f"{value}（{names[value]}）" if value in names else value for value in values)
    raise FILTER_VALUE_UNKNOWN.refuse(
        path=path, given=unknown[:LONGEST_SHOWN], listed=listed, listed_in_english=", ".join(values), allowed=values
    )


def districts_in(path: str, given: Sequence[str] | None) -> list[str] | None:
    """The codes of districts that codes or ids name, as they are today; None names none 区筛选. Wherever a client names districts.

    Raises:
        Refused: FILTER_VALUE_UNKNOWN, FILTER_ADMITS_NOTHING (plan P1).
    """
    require_values(**{path: given})
    codes = keys_of(given, "organisation")
    require_known(path, codes, {one.code: one.name for one in districts().districts})
    return codes


def edition_keys_in(path: str, given: Sequence[str] | None) -> list[str] | None:
    """The keys of editions that keys or ids name, those there are and later ones that may come; None names none 标准版本筛选.

    Raises:
        Refused: FILTER_EDITION_UNREADABLE, FILTER_ADMITS_NOTHING (plan P1).
    """
    require_values(**{path: given})
    keys, there = keys_of(given, "edition"), published_editions()
    for one in keys or ():
        if not EDITION_KEY.fullmatch(one) or not (one in there or _comes_after(one, there)):
            said = {"listed": "、".join(there), "listed_in_english": ", ".join(there)}
            raise FILTER_EDITION_UNREADABLE.refuse(path=path, given=one[:LONGEST_SHOWN], **said)
    return keys


def _comes_after(key: str, there: Iterable[str]) -> bool:
    """Whether a key names a later standard than those there are, which a revision may bring; nothing comes out before them."""
    numbers = [tuple(map(int, one.partition("-")[0].split("."))) for one in (key, *there)]
    return numbers[0] > max(numbers[1:])


def firm_keys_in(path: str, given: Sequence[str] | None) -> list[str] | None:
    """The keys of firms that keys or ids name; None names none 企业筛选. Whether there is such a firm, nobody is told.

    Raises:
        Refused: FILTER_FIRM_UNREADABLE, FILTER_ADMITS_NOTHING (plan P1).
    """
    require_values(**{path: given})
    keys = keys_of(given, "enterprise")
    for one in keys or ():
        if not FIRM_KEY.fullmatch(one):
            raise FILTER_FIRM_UNREADABLE.refuse(path=path, given=one[:LONGEST_SHOWN])
    return keys


def require_some(where: object) -> None:
    """Refuse a filter that admits nothing: a list without a value, a range that ends before it begins.

    Raises:
        Refused: FILTER_ADMITS_NOTHING (plan P1).
    """
    for one in fields(where) if is_dataclass(where) else ():
        value = getattr(where, one.name)
        empty = isinstance(value, list) and not value
        if isinstance(value, GradeRange) and value.least is not None and value.most is not None:
            empty = value.least > value.most
        if empty:
            raise FILTER_ADMITS_NOTHING.refuse(path=f"filter.{to_camel_case(one.name)}")


def require_values(**given: Sequence[object] | None) -> None:
    """Refuse an argument that is a list without a value, which admits nothing; None filters nothing.

    Raises:
        Refused: FILTER_ADMITS_NOTHING (plan P1).
    """
    for name, values in given.items():
        if values is not None and not values:
            raise FILTER_ADMITS_NOTHING.refuse(path=to_camel_case(name))


def rows_named(_context: object, data: dict[str, Any]) -> dict[str, Any]:
    """The input of a command that is about the rows it names, or about all where it names none: an empty list is neither.

    Raises:
        Refused: FILTER_ADMITS_NOTHING (plan P1).
    """
    require_values(rows=data.get("rows"))
    return data


def with_keys(where: W) -> W:
    """A filter with the keys that its ids name, as `ids.key_of` tells of each."""
    changes: dict[str, Any] = {}
    for one in fields(where):  # type: ignore[arg-type] # a filter is a dataclass
        value, kinds = getattr(where, one.name), one.metadata.get(OF)
        if value is not None and kinds:
            changes[one.name] = [key_of(each, *kinds) for each in value]
    return replace(where, **changes)  # type: ignore[type-var] # as above


def require_units(snapshot: Snapshot, where: object, kinds: Mapping[str, OrganisationKind]) -> None:
    """Refuse units that there are not: every organisation is on a list that every signed-in role reads.

    kinds: field of the filter -> kind of the organisations it names.

    Raises:
        Refused: FILTER_UNIT_UNKNOWN (plan O2).
    """
    for name, kind in kinds.items():
        for unit in getattr(where, name) or ():
            require_unit(snapshot, f"filter.{to_camel_case(name)}", unit, kind)


def require_unit(snapshot: Snapshot, path: str, unit: str | None, kind: OrganisationKind | None = None) -> None:
    """The same of one unit; None names none. kind: None = of any kind.

    Raises:
        Refused: FILTER_UNIT_UNKNOWN (plan O2).
    """
    if unit is None:
        return
    known = organisations_by_id(snapshot, [unit]).get(unit)
    if known is None or kind not in (None, known.kind):
        chinese, english = kind.names if kind is not None else ("组织", "organisation")
        raise FILTER_UNIT_UNKNOWN.refuse(path=path, given=unit[:LONGEST_SHOWN], kind=chinese, kind_in_english=english)
