"""The words every capability is written in."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import reduce
from typing import Annotated, Any, ClassVar, NewType, Self, TypeVar
from unicodedata import category

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.access import Mask, Place, Role
from domain.instants import city_day
from standards.described import DescribedEnum

S = TypeVar("S")
E = TypeVar("E", bound="Event")


Identifier = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$")]
"""Id 标识 of a thing as a command names it: 1–64 of ASCII letters, digits, "." "_" "-"; never "/", which parts a stream's name."""


@dataclass(frozen=True)
class IdOf:
    """What an id of a command names 标识所指: the kind of that thing's stream; empty = a part of a thing, which has none.

    also: other kinds of things whose keys stand there as well.
    """

    kind: str
    also: tuple[str, ...] = ()


EnterpriseRef = Annotated[Identifier, IdOf("enterprise")]
OrganisationRef = Annotated[Identifier, IdOf("organisation")]
UnitRef = Annotated[Identifier, IdOf("organisation", ("enterprise", "group"))]
GroupRef = Annotated[Identifier, IdOf("organisation", ("group",))]
PersonRef = Annotated[Identifier, IdOf("person")]
DiagnosisRef = Annotated[Identifier, IdOf("diagnosis")]
EditionRef = Annotated[Identifier, IdOf("edition")]
RevisionRef = Annotated[Identifier, IdOf("revision")]
ProceedingRef = Annotated[Identifier, IdOf("proceeding")]
CampaignRef = Annotated[str, StringConstraints(pattern=r"^[0-9a-z-]{1,40}$"), IdOf("campaign")]
PartRef = Annotated[Identifier, IdOf("")]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
"""Text 文字 that a person writes: 1–2000 characters, more than blanks."""

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""Short text 短文字: a name or a file name, 1–200 characters, more than blanks."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 摘要 of a file or of canonical bytes, as 64 lower-case hex digits."""

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A count or position 计数: within what every JSON reader keeps exactly."""


class Command(BaseModel):
    """What someone asks to be done 命令, named in the imperative. It may be refused.

    `roles`: who may send it; the program alone where it is the system's only, and then it has no mutation.

    No text in it holds a control character (tab and line ends aside), a direction mark, a noncharacter or half a surrogate
    pair: PostgreSQL keeps no NUL in a text, so one such name would stop every read model for good. What draws nothing is taken
    out of what was sent before it is looked at, so a text of it alone is empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    roles: ClassVar[frozenset[Role]]

    @model_validator(mode="before")
    @classmethod
    def _texts_say_what_they_show(cls, data: Any) -> Any:  # noqa: ANN401 - whatever was sent
        return without_invisible(data)

    @model_validator(mode="after")
    def _texts_are_printable(self) -> Self:
        if holds_control(self):
            raise ValueError("a text holds a control character")
        return self


CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(17))
    + "]"
)
"""Controls, half surrogate pairs, noncharacters, and direction marks: with one of these a report reads otherwise than what was
kept, and a workbook opens nowhere."""

INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
    r"\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff\U00013430-\U0001343f]"
    r"|(?<![^\s\u2800])[\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]+"
)
"""What draws nothing 不可见字符: Default_Ignorable_Code_Point of Unicode and the other format characters without a shape. Joiners
and variation selectors choose the shape of the letter before them (rare characters of names are written so); alone they are
nothing."""
PLAIN = re.compile(r"[\t\n\r -~\u00b7\u2010-\u2027\u3001-\u301f\u4e00-\u9fff\uff01-\uff5e]*")
"""What most texts consist of, none of which is invisible or a control: told from the others in a twentieth of the time."""


def without_invisible(value: Any) -> Any:  # noqa: ANN401 - data of any shape
    """The same data, its texts without what draws nothing 去除不可见字符; a text that is all blank is empty."""
    match value:
        case str() if PLAIN.fullmatch(value):
            return "" if value.isspace() else value
        case str():
            shown = INVISIBLE.sub("", value)
            return shown if any(map(_says, shown)) else ""
        case Mapping():
            return {without_invisible(key): without_invisible(inner) for key, inner in value.items()}
        case list():
            return [without_invisible(inner) for inner in value]
        case tuple() | frozenset():
            return type(value)(map(without_invisible, value))
        case BaseModel():
            fields = {name: without_invisible(inner) for name, inner in value.__dict__.items()}
            return value if fields == value.__dict__ else type(value).model_validate(fields)
        case _:
            return value


def _says(letter: str) -> bool:
    """Whether a letter says anything by itself: a mark is drawn on the one before it, a replacement stands for what is lost."""
    return not letter.isspace() and letter not in "\u2800\ufffd" and not category(letter).startswith("M")


def holds_control(value: object) -> bool:
    """Whether any text in a value holds what no text may 含有控制字符; models, mappings and lists are looked into."""
    return first_control(value) is not None


def first_control(value: object) -> tuple[str | int, ...] | None:
    """Where in a value the first text stands that holds what no text may: names, keys and places in lists; None where none does."""
    match value:
        case str():
            return () if not PLAIN.fullmatch(value) and CONTROL.search(value) else None
        case BaseModel():
            inside: Iterable[tuple[Any, Any]] = value.__dict__.items()
        case Mapping():
            inside = value.items()
        case tuple() | list() | frozenset():
            inside = enumerate(value)
        case _:
            return None
    for at, one in inside:
        if isinstance(at, str) and not PLAIN.fullmatch(at) and CONTROL.search(at):
            return (at,)
        below = first_control(one)
        if below is not None:
            return (at, *below)
    return None


class Part(BaseModel):
    """A part of a command, an event or a state 组成部分: frozen, and without fields that it does not declare."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


KEEPERS = frozenset({Role.CITY, Role.AUDITOR, Role.SYSTEM})
"""Who keeps and proves the record 日志主管与审计: they are told of every fact."""
EVERYONE = frozenset(Role)
"""Told to whoever reads the trail of a thing in his scope."""


class Event(BaseModel):
    """A fact 事实, named in the past tense. It is never refused, edited or deleted.

    Each subclass declares `type: Literal["capability.what_happened.v1"]`, its published name, and what it `says`: the
    predicate of its sentence in the trail, with fields in braces (`projections.record.trail_sentences` fills them in), in
    Chinese and, as `says_in_english`, in English.
    `told_to`: the roles to which its entries are there at all, of those that read the trail: its keepers' alone unless it says
    otherwise. An entry tells no more than the schema tells of the thing. `masks`: the protected data that it holds, which reading
    it is written down under. `concerns`: of its fields `enterprise`, `provider` and `district` those that say whom its stream
    concerns from then on; who sees none of these in his scope is not shown the stream's entries.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    type: str
    says: ClassVar[str]
    says_in_english: ClassVar[str]
    told_to: ClassVar[frozenset[Role]] = KEEPERS
    masks: ClassVar[frozenset[Mask]] = frozenset()
    concerns: ClassVar[tuple[str, ...]] = ()


def name_of(event: type[Event]) -> str:
    """The published name of an event 发布名, which its entries are stored under."""
    name: str = event.model_fields["type"].default
    return name


Stream = NewType("Stream", str)
"""Name of a stream 流名: "kind/key", the kind of its capability and the key of what it is about. `stream_of` alone makes one."""


def stream_of(kind: str, key: object) -> Stream:
    """The stream of what a key names, of a kind of capability; as it is stored."""
    return Stream(f"{kind}/{key}")


def kind_of(stream: str) -> str:
    """Kind of a stream 流类别: the name of its capability, such as "diagnosis"."""
    return stream.split("/", 1)[0]


def key_of(stream: str) -> str:
    """Key of a stream 流标识: what its capability knows its subject by, such as the id of a diagnosis."""
    return stream.split("/", 1)[1]


Cause = Annotated[str, StringConstraints(pattern=r"^[a-z_]+/[0-9A-Za-z][0-9A-Za-z._-]{0,199}/[1-9][0-9]{0,9}$"), IdOf("")]
"""A fact as another cites it 引用: "stream/version", such as "rating/2024/3"; never prose."""


def cause_of(stream: str, version: int) -> str:
    """How a fact is cited: by its stream and its version in it."""
    return f"{stream}/{version}"


def cited(cause: str) -> tuple[Stream, int]:
    """Stream and version that a cause names 引用所指."""
    stream, _, version = cause.rpartition("/")
    return Stream(stream), int(version)


@dataclass(frozen=True)
class OnStream:
    """A fact of another stream 他流事实, appended in the same transaction: so a rule takes its reservation."""

    stream: Stream
    event: Event


@dataclass(frozen=True)
class Unfinished:
    """A fact of the own stream that the rules accept 待补全事实, without what is made only then: a rendered report, a sealed name.

    event: its class. stated: its fields but for those, of which no placeholder stands anywhere. file: one that the decision itself
    worked out and the fact cites by its hash, to be kept before the fact is.
    """

    event: type[Event]
    stated: Mapping[str, Any]
    file: bytes = b""

    def finished(self, made: Mapping[str, Any]) -> Event:
        """The fact with what was made for it, field -> value."""
        return self.event(**self.stated, **made)


Fact = Event | OnStream | Unfinished
Facts = tuple[Fact, ...]


@dataclass(frozen=True)
class DecisionContext:
    """All a rule may look at besides its own history 场合: who asks, as what, for whom, when.

    `read` holds the folded states of the other streams that the capability declared, keyed by stream name;
    a stream without history reads as None. `sections`: ids of the dimensions that the actor may fill; None = all.
    `began`: when the history of each of these streams began, and of the capability's own. `versions`: how many facts each has.
    """

    by: str
    role: str
    organisation: str
    at: datetime
    read: Mapping[str, Any] = field(default_factory=dict)
    sections: frozenset[str] | None = None
    began: Mapping[str, datetime] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)

    def has(self, cause: str) -> bool:
        """Whether a fact that is cited stands in the stream that it names, which was read 引用是否属实."""
        stream, version = cited(cause)
        return version <= self.versions.get(stream, 0)

    def first_day_of(self, stream: str) -> date:
        """The day in the city on which a stream's history began 起始日; today where it has none yet."""
        return city_day(self.began.get(stream, self.at))

    @property
    def day(self) -> date:
        """The day it is in the city 当日."""
        return city_day(self.at)


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
    """A rule said no 拒绝. Expected, so it is shown to the caller and never logged as a fault.

    says, says_in_english: the rule's sentence with the facts in it. Facts that are not of the sentence say where and how much:
    `path`, the field at fault; `at_least`, `at_most`, `earliest`, `latest`, `allowed`, what it may be. further: what else is
    wrong with the same command.
    """

    further: "tuple[Refused, ...]" = ()

    def __init__(self, rule: Rule, facts: dict[str, object]) -> None:
        self.says = rule.says.format(**facts)
        self.says_in_english = rule.says_in_english.format(**{name: _in_english(fact) for name, fact in facts.items()})
        super().__init__(self.says)
        self.rule = rule
        self.facts = facts


def _in_english(fact: object) -> object:
    """A fact of a sentence in English: what is listed there is parted by commas, however it is in Chinese."""
    return fact.replace("、", ", ") if isinstance(fact, str) else fact


AnyStatus = TypeVar("AnyStatus", bound=DescribedEnum)


def refuse_step(rule: Rule, status: AnyStatus, next_steps: Mapping[AnyStatus, tuple[str, str]]) -> Refused:
    """The refusal of a step that does not follow from where a thing is 环节不符: it names where that is, and who does what next.

    next_steps: status -> Chinese and English clauses that end the rule's sentence.
    """
    chinese, english = next_steps[status]
    return rule.refuse(status=status.value, status_name=status.names[0], next_step=chinese, next_step_in_english=english)


def refuse_together(found: Iterable[Refused]) -> None:
    """Raise all that is wrong at once 一并拒绝: the first, with the others beside it; nothing where nothing is wrong."""
    listed = tuple(found)
    if listed:
        listed[0].further = listed[1:]
        raise listed[0]


LISTED_TWICE = Rule(
    "LISTED_TWICE",
    "plan P5",
    "第 {second} 项与第 {first} 项相同，请只保留一项",
    "Entry {second} is the same as entry {first}; leave one out",
)


def repeated(where: str, listed: Sequence[object]) -> Iterator[Refused]:
    """A refusal for each entry of a list that stands in it before 重复项. where: path of the list."""
    for place, one in enumerate(listed):
        first = listed.index(one)
        if first != place:
            yield LISTED_TWICE.refuse(path=f"{where}.{place}", first=first + 1, second=place + 1)


NOT_FOUND = Rule("NOT_FOUND", "plan P7", "未找到该对象", "Not found")
"""Absent and out of scope answer alike, so that a refusal never tells that a thing exists (plan P7)."""


NOWHERE = Place()
"""Of what lies nowhere 无归属, and of what is not there: only a scope without limit of place admits it, and then the rules speak.

So an absent thing and one out of scope answer alike.
"""


class Unscoped(Enum):
    """Why no scope judges a command's subject 不按范围判定: the capability's own rules then say what its sender may know."""

    NOT_THERE_YET = "the command makes its subject"
    OPEN_TO_ALL = "the subject is hidden from nobody who may send the command"
    KNOWN_BY_RULES = "who may know of the subject is a rule, not a place"


Read = Mapping[str, Any]
"""States of other streams 所读状态, by stream; None = without history."""


@dataclass(frozen=True)
class Capability:
    """One capability as `journal.handle` needs it 能力: the stream a command is about, what else it reads, the rules.

    name: the kind of its streams. stream(command): the stream that the command is about, such as "diagnosis/0b1c…".
    decide(command, state, context), evolve(state, event): its rules; state is None before the first event.
    reads(command, state): the other streams whose folded states go into the decision context; none unless it says so.
    reads_further(command, state, read): those that only these name, such as the headquarters of the group that a firm is in.
    reads_of_sender(command, by): the streams about who sends it, such as a diagnostician's certificate.
    place(command, state, read): where the subject lies, which the caller's scope judges before any rule speaks; `NOWHERE` unless it
    says so, as fits what the whole city's roles alone command. `Unscoped`: no scope judges it.
    key_names: what the parts of a stream's key name, parted by ".": "enterprise", "provider", "diagnosis", "district" or nothing.
    """

    name: str
    commands: tuple[type[Command], ...]
    events: tuple[type[Event], ...]
    stream: Callable[[Any], Stream]
    decide: Callable[[Any, Any, DecisionContext], Facts]
    evolve: Callable[[Any, Any], Any]
    reads: Callable[[Any, Any], tuple[Stream, ...]] = lambda _command, _state: ()
    reads_further: Callable[[Any, Any, Read], tuple[Stream, ...]] = lambda _command, _state, _read: ()
    reads_of_sender: Callable[[Any, str], tuple[Stream, ...]] = lambda _command, _by: ()
    place: Callable[[Any, Any, Read], Place | Unscoped] = lambda _command, _state, _read: NOWHERE
    key_names: tuple[str, ...] = ()


class Capabilities(Mapping[str, Capability]):
    """Every capability 能力总表 by the kind of its streams (what stands before "/"), and the one that decides a command."""

    def __init__(self, *members: Capability) -> None:
        self._by_kind = {one.name: one for one in members}
        self._of_command = {command: one for one in members for command in one.commands}

    def __getitem__(self, kind: str) -> Capability:
        return self._by_kind[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_kind)

    def __len__(self) -> int:
        return len(self._by_kind)

    def deciding(self, command: Command) -> Capability:
        """The capability whose rules answer a command."""
        return self._of_command[type(command)]


def fold(evolve: Callable[[S | None, E], S], events: Iterable[E]) -> S | None:
    """State 状态 rebuilt from its history; None before the first event."""
    state: S | None = None
    return reduce(evolve, events, state)
