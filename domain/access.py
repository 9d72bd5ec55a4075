"""Access 访问权限: who may do what (rights), to whose things (scope). plan P7.

A scope is one frozen predicate tree over a thing's `Place`. It has three readers that property tests hold equal:
`admits` here (Python), `projections.scope.to_sql` (SQL), and `sentence` here (what we tell people).
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import assert_never


class Role(StrEnum):
    """Capacity in which a person or machine acts 角色. One at a time. plan P7."""

    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    PARK = "park"
    GROUP = "group"
    ENTERPRISE = "enterprise"
    PROVIDER = "provider"
    AUDITOR = "auditor"
    PARTNER = "partner"
    PUBLIC = "public"
    SYSTEM = "system"


class Attribute(StrEnum):
    """Coordinate of a place 归属要素: what a scope may ask about a thing."""

    ENTERPRISE = "enterprise"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    PARK = "park"
    GROUP = "group"
    PROVIDER = "provider"


@dataclass(frozen=True)
class Place:
    """Where a thing lies 归属: the coordinates that a scope judges. None = the thing has no such coordinate.

    district, subdistrict: GB/T 2260 codes. The others: ids of organisations. Read from the enterprise's current row.
    """

    enterprise: str | None = None
    district: str | None = None
    subdistrict: str | None = None
    park: str | None = None
    group: str | None = None
    provider: str | None = None


@dataclass(frozen=True)
class Everything:
    """Scope without limit 全部."""


@dataclass(frozen=True)
class Nothing:
    """Scope that admits no thing 空."""


@dataclass(frozen=True)
class Is:
    """Scope of the things with one coordinate 等于; a thing that lacks the coordinate is outside."""

    attribute: Attribute
    value: str


@dataclass(frozen=True)
class AnyOf:
    """Union of scopes 任一; empty admits nothing."""

    scopes: tuple["Scope", ...]


@dataclass(frozen=True)
class AllOf:
    """Intersection of scopes 全部满足; empty admits everything."""

    scopes: tuple["Scope", ...]


Scope = Everything | Nothing | Is | AnyOf | AllOf

PLACE_ATTRIBUTES = tuple(field.name for field in fields(Place))

ATTRIBUTE_NAMES = {
    Attribute.ENTERPRISE: ("企业", "enterprise"),
    Attribute.DISTRICT: ("区", "district"),
    Attribute.SUBDISTRICT: ("街镇", "subdistrict"),
    Attribute.PARK: ("园区", "park"),
    Attribute.GROUP: ("企业集团", "group"),
    Attribute.PROVIDER: ("服务商", "provider"),
}


def admits(scope: Scope, place: Place) -> bool:
    """Whether a scope lets its holder see a thing 是否在范围内; the Python reader of the predicate."""
    match scope:
        case Everything():
            return True
        case Nothing():
            return False
        case Is(attribute=attribute, value=value):
            return getattr(place, attribute.value) == value  # type: ignore[no-any-return]
        case AnyOf(scopes=scopes):
            return any(admits(inner, place) for inner in scopes)
        case AllOf(scopes=scopes):
            return all(admits(inner, place) for inner in scopes)
        case never:
            assert_never(never)


def sentence(scope: Scope) -> tuple[str, str]:
    """Why the holder sees a thing 可见原因: (中文, English)."""
    match scope:
        case Everything():
            return "全市", "the whole city"
        case Nothing():
            return "无", "nothing"
        case Is(attribute=attribute, value=value):
            chinese, english = ATTRIBUTE_NAMES[attribute]
            return f"{chinese}为 {value}", f"{english} is {value}"
        case AnyOf(scopes=()):
            return "无", "nothing"
        case AllOf(scopes=()):
            return "全市", "the whole city"
        case AnyOf(scopes=scopes):
            said = [sentence(inner) for inner in scopes]
            return "（" + " 或 ".join(c for c, _ in said) + "）", "(" + " or ".join(e for _, e in said) + ")"
        case AllOf(scopes=scopes):
            said = [sentence(inner) for inner in scopes]
            return "（" + " 且 ".join(c for c, _ in said) + "）", "(" + " and ".join(e for _, e in said) + ")"
        case never:
            assert_never(never)


ATTRIBUTE_OF_ROLE: dict[Role, Attribute] = {
    Role.DISTRICT: Attribute.DISTRICT,
    Role.SUBDISTRICT: Attribute.SUBDISTRICT,
    Role.PARK: Attribute.PARK,
    Role.GROUP: Attribute.GROUP,
    Role.ENTERPRISE: Attribute.ENTERPRISE,
    Role.PROVIDER: Attribute.PROVIDER,
}


def scope_of(role: Role, organisation: str) -> Scope:
    """Scope of a role held for an organisation 角色范围. plan P7.

    Args:
        role: the capacity acted in.
        organisation: district or subdistrict code, or the organisation's id; unused for city, auditor and system.

    Returns:
        Everything for city, auditor and system; nothing for the public; the organisation's own things for all
        others; a partner sees one
        district ("310117") or, with "*", the city.
    """
    match role:
        case Role.CITY | Role.AUDITOR | Role.SYSTEM:
            return Everything()
        case Role.PUBLIC:
            return Nothing()
        case Role.PARTNER:
            return Everything() if organisation == "*" else Is(Attribute.DISTRICT, organisation)
        case _:
            return Is(ATTRIBUTE_OF_ROLE[role], organisation)
