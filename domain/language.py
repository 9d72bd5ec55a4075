"""The words every capability is written in."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from domain.access import Place
from standards import Edition

C = TypeVar("C", bound="Command")
S = TypeVar("S")
E = TypeVar("E", bound="Event")


class Command(BaseModel):
    """A wish 命令, named in the imperative. It may be refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(BaseModel):
    """A fact 事实, named in the past tense. It is never refused, edited or deleted.

    Each subclass declares `type: Literal["capability.what_happened.v1"]`, its published name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str


@dataclass(frozen=True)
class Elsewhere:
    """A fact of another stream 他流事实, appended in the same transaction: so a rule takes its slot."""

    stream: str
    event: Event


Fact = Event | Elsewhere
Facts = tuple[Fact, ...]


@dataclass(frozen=True)
class Occasion:
    """All a rule may look at besides its own history 场合: who asks, as what, for whom, when, under which edition.

    `read` holds the folded states of the other streams that the capability declared, keyed by stream name;
    a stream without history reads as None.
    """

    by: str
    role: str
    organisation: str
    at: datetime
    edition: Edition | None = None
    read: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One sentence of policy 规则: its published code, its clause, and what we tell people in both languages."""

    code: str
    clause: str
    says: str
    says_in_english: str

    def refuse(self, **facts: object) -> "Refused":
        """The refusal that names this rule; `facts` fill its sentence and are shown as data."""
        return Refused(self, facts)


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A rule said no 拒绝. Expected, so it is shown to the caller and never logged as a fault."""

    def __init__(self, rule: Rule, facts: dict[str, object]) -> None:
        super().__init__(rule.says.format(**facts))
        self.rule = rule
        self.facts = facts


NOT_FOUND = Rule("NOT_FOUND", "plan P7", "未找到该对象", "Not found")
"""Absent and out of scope answer alike, so that a refusal never tells that a thing exists (plan P7)."""


@dataclass(frozen=True)
class Capability(Generic[C, S, E]):
    """One capability as `journal.handle` needs it 能力: the stream a command is about, what else it reads, the rules.

    `stream(command)`: the stream that the command is about, such as "diagnosis/0b1c…".
    `reads(command, state)`: the other streams whose folded states go into the occasion.
    `place(state, command, read)`: where the subject lies, judged against the caller's scope before any rule speaks;
    None means the capability has no subject yet that could be hidden (its own rules decide).
    """

    name: str
    commands: tuple[type[Command], ...]
    events: tuple[type[Event], ...]
    stream: Callable[[C], str]
    reads: Callable[[C, S | None], tuple[str, ...]]
    place: Callable[[C, S | None, Mapping[str, Any]], Place | None]
    decide: Callable[[C, S | None, Occasion], Facts]
    evolve: Callable[[S | None, E], S]


def fold(evolve: Callable[[S | None, E], S], events: Iterable[E]) -> S | None:
    """State 状态 rebuilt from its history; None before the first event."""
    state: S | None = None
    return reduce(evolve, events, state)
