"""Disclosures 披露: what is kept of an answer that held protected data of a firm. plan P5, P7.

The masks say who may read; here is what is written down when someone did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, assert_never

from domain.access import (
    NO_NAMES,
    ROLE_NAMES,
    AllOf,
    AnyOf,
    Attribute,
    Everything,
    Is,
    Mask,
    Nothing,
    OpenTo,
    Outside,
    Role,
    Scope,
    sentence,
)

ALL_FIRMS = "*"
"""Firm of an answer that held every firm's data 全部企业, such as the whole trail."""

MASK_BITS: Mapping[str, int] = {mask.value: 1 << place for place, mask in enumerate(Mask)}
"""Mask -> its bit in the log's index. Kept rows have these bits: a new mask goes to the end of `Mask`."""


class Disclosed(NamedTuple):
    """What an answer held of one firm 披露内容: the subject as kind/id, and the masks of the fields that were in it.

    firm: id of the enterprise; `ALL_FIRMS` where it was every one.
    """

    firm: str
    subject: str
    masks: tuple[str, ...]


@dataclass(frozen=True)
class Disclosure:
    """An answer that held protected data 披露记录: who read what of which firms, when, in which role, and why they could.

    at: microseconds of UTC. person: opaque id of the person or machine. entry_point: the published name of the way it was asked,
    such as "Query.enterprises" or "GET /files". scope: what admitted it.
    """

    at: int
    person: str
    role: str
    organisation: str
    entry_point: str
    scope: Scope
    disclosed: Sequence[Disclosed]


def bits_of(masks: Sequence[str]) -> int:
    """Masks as the log's index has them 遮蔽位."""
    bits = 0
    for mask in masks:
        bits |= MASK_BITS[mask]
    return bits


def spelled(scope: Scope) -> list[Any]:
    """A scope as plain lists and texts, to be kept 范围留存; `scope_spelled` reads it back."""
    match scope:
        case Everything():
            return ["everything"]
        case Nothing():
            return ["nothing"]
        case Is(attribute=attribute, value=value):
            return ["is", attribute.value, value]
        case OpenTo(attribute=attribute, party=party, on=on, role=role):
            return ["open", attribute.value, party, on.isoformat(), *([role.value] if role is not None else [])]
        case AnyOf(scopes=scopes):
            return ["any", *map(spelled, scopes)]
        case AllOf(scopes=scopes):
            return ["all", *map(spelled, scopes)]
        case Outside(scope=inner):
            return ["outside", spelled(inner)]
        case never:
            assert_never(never)


def scope_spelled(kept: Sequence[Any]) -> Scope:
    """The scope that was kept as plain lists and texts.

    Raises:
        ValueError: it is none.
    """
    match kept:
        case ["everything"]:
            return Everything()
        case ["nothing"]:
            return Nothing()
        case ["is", attribute, value]:
            return Is(Attribute(attribute), value)
        case ["open", attribute, party, on]:
            return OpenTo(Attribute(attribute), party, date.fromisoformat(on))
        case ["open", attribute, party, on, role]:
            return OpenTo(Attribute(attribute), party, date.fromisoformat(on), Role(role))
        case ["any", *scopes]:
            return AnyOf(tuple(map(scope_spelled, scopes)))
        case ["all", *scopes]:
            return AllOf(tuple(map(scope_spelled, scopes)))
        case ["outside", inner]:
            return Outside(scope_spelled(inner))
        case _:
            raise ValueError(f"no scope: {kept}")


def why(role: str, scope: Scope, names: Mapping[str, str] = NO_NAMES) -> tuple[str, str]:
    """Why the reader could 可读原因: (中文, English), from the role and the scope as they were then. plan P7."""
    chinese, english = ROLE_NAMES[Role(role)]
    says, says_in_english = sentence(scope, names)
    return f"以“{chinese}”身份，可见范围：{says}", f"as {english}, who may see: {says_in_english}"
