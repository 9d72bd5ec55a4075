"""Deciding 决定: commands on the basis that they share, the streams they read as they stand at one moment.

Each command is decided on the streams as the commands before it leave them, so that all of them together write what they would have
written one after another. Nothing is appended here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from domain.access import Place, Scope, admits
from domain.instants import microseconds, utc_moment
from domain.kernel import (
    NOT_FOUND,
    Capabilities,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    OnStream,
    Rule,
    Unfinished,
    Unscoped,
    kind_of,
)
from journal.codec import encode
from journal.entries import Entry, NewEntry, Remember, check_texts
from journal.hot_states import HotStates, Stream
from journal.journal import Journal

IDEMPOTENCY_KEY_REUSED = Rule(
    "IDEMPOTENCY_KEY_REUSED",
    "plan P5",
    "幂等键已用于另一请求",
    "The idempotency key was used with another input",
)


class Conflict(Exception):  # noqa: N818 - an answer, returned as data
    """The stream moved on 版本冲突; `version` is where it stands now."""

    code = "VERSION_CONFLICT"
    clause = "plan P5"
    says = "对象已被他人修改，请刷新后重试"
    says_in_english = "This was changed by someone else meanwhile; reload and try again"

    def __init__(self, version: int) -> None:
        super().__init__(str(version))
        self.version = version


@dataclass(frozen=True)
class Caller:
    """Who sends a command 发起者: person or machine, the role acted in, for which organisation, and what may be seen.

    sections: ids of the dimensions that a department's filler may fill; None = all.
    """

    actor: str
    role: str
    organisation: str
    scope: Scope
    sections: frozenset[str] | None = None

    @property
    def holder(self) -> str:
        """Whose share of costly work theirs counts to 占用方: role and organisation."""
        return f"{self.role}/{self.organisation}"


@dataclass(frozen=True)
class Accepted:
    """A command that the rules accept, before its facts are finished 已获准命令: its stream's history, the streams it read, when.

    role, organisation: that it was sent in and for. facts: what the rules decided.
    """

    command: Command
    history: list[Entry]
    state: Any
    read: Mapping[str, Any]
    others: Mapping[str, list[Entry]]
    at: datetime
    role: str = ""
    organisation: str = ""
    facts: Facts = ()


Finish = Callable[[Accepted], Mapping[str, Any]]
"""Makes what the facts of an accepted command lack, field -> value: what costs or tells too much to make for a refused one."""


@dataclass(slots=True)
class PendingCommand:
    """A command and its circumstances 待决命令, as `handle` was given them. digest: what its idempotency key stands for.

    read: streams that it was decided on -> whether they had a history; kept: those of them that were not read anew. until: deadline
    of its work on the database, on the monotonic clock; None = none.
    """

    capability: Capability
    command: Command
    caller: Caller
    clock: Callable[[], datetime]
    digest: str
    reason: str = ""
    correlation: str = ""
    causation: str = ""
    idempotency_key: str | None = None
    expected_version: int | None = None
    finish: Finish | None = None
    until: float | None = None
    read: Mapping[str, bool] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    stream: str = field(init=False)
    key: tuple[str, str] | None = field(init=False)

    def __post_init__(self) -> None:
        """The stream that the command is about; whose idempotency key, and which: asked for again and again."""
        self.stream = str(self.capability.stream(self.command))
        self.key = (self.caller.actor, self.idempotency_key) if self.idempotency_key is not None else None


@dataclass(frozen=True, slots=True)
class Decided:
    """What an accepted command is to write 拟写条目. version: of its stream afterwards; at: microseconds of UTC since 1970."""

    stream: str
    version: int
    entries: Sequence[NewEntry]
    at: int
    remember: Remember


@dataclass(frozen=True, slots=True)
class Known:
    """A command whose idempotency key has an outcome already 已有结果: (digest of the input, stored outcome)."""

    outcome: tuple[str, str]


class DecisionBasis:
    """Streams, outcomes and the head at one moment 共同依据, grown by what is decided on it.

    hot: states that may be begun from; None = every history is read whole, and given too. chosen: the stream that is read in a
    stream's place.
    """

    def __init__(
        self,
        journal: Journal,
        capabilities: Capabilities,
        hot: HotStates | None = None,
        chosen: Callable[[str], str] = str,
    ) -> None:
        self._journal = journal
        self._capabilities = capabilities
        self._hot = hot
        self._chosen = chosen
        self._looked = self._moved = False
        self.size = 0
        self.at = 0
        self.streams: dict[str, Stream] = {}
        self.histories: dict[str, list[Entry]] = {}
        self.outcomes: dict[tuple[str, str], tuple[str, str]] = {}
        self.kept: set[str] = set()

    def survey(self, asked: Sequence[PendingCommand]) -> None:
        """Read whatever these commands need, of all of them together and at one moment."""
        keys = {one.key for one in asked if one.key is not None}
        while (missing := [name for one in asked for name in self._names(one) if name not in self.streams]) or not self._looked:
            likely = {name: self._likely(name) for name in missing}
            self._read(missing, keys if not self._looked else ())
            if all(self.streams[name].state is state for name, state in likely.items()):
                break  # all is as it was taken to be, and so it names nothing else

    def _names(self, asked: PendingCommand) -> Iterator[str]:
        """The streams that a command needs, as far as may be said by now."""
        own = asked.stream
        yield own
        state = self._likely(own)
        wanted = asked.capability.reads(asked.command, state)
        yield from wanted
        yield from asked.capability.reads_of_sender(asked.command, asked.caller.actor)
        yield from asked.capability.reads_further(asked.command, state, {name: self._likely(name) for name in wanted})

    def _likely(self, name: str) -> Any:  # noqa: ANN401 - each capability's own state
        """A state as it was read, else as it was when it was last seen, else as if there were none."""
        stream = self.streams.get(name) or (self._hot.get(name) if self._hot is not None else None)
        return stream.state if stream is not None else None

    def _read(self, names: Iterable[str], keys: Iterable[tuple[str, str]]) -> None:
        hot = {name: self._hot.get(name) if self._hot is not None else None for name in names}
        known = {self._chosen(name): stream.version if stream is not None else 0 for name, stream in hot.items()}
        looked = self._journal.look(known, tuple(keys), self.size if self._looked else None)
        if not self._looked:
            self._looked, self.size, self.at, self.outcomes = True, looked.size, looked.at, looked.outcomes
        doubtful: list[str] = []
        for name, stream in hot.items():
            entries = looked.entries[self._chosen(name)]
            if stream is None:
                self._begin(name, entries)
            elif entries and (entries[0].version, entries[0].leaf) == (stream.version, stream.leaf):
                self.streams[name] = stream.after(entries[1:], entries[0].at, entries[-1].leaf)
                self.kept.add(name)
            else:
                doubtful.append(name)
        if doubtful:  # no such history: the journal is not the one that the state was folded from
            whole = self._journal.look(dict.fromkeys(map(self._chosen, doubtful), 0), (), self.size)
            for name in doubtful:
                self._begin(name, whole.entries[self._chosen(name)])

    def _begin(self, name: str, entries: list[Entry]) -> None:
        stream = Stream(self._capabilities.get(kind_of(name)))  # a cause may name a kind that there is not: it has no history
        self.streams[name] = stream.after(entries, entries[0].at, entries[-1].leaf) if entries else stream
        if self._hot is None:
            self.histories[name] = entries

    def decide(self, asked: PendingCommand) -> Decided | Known:
        """What a command that was surveyed writes, on the basis as it is now; an accepted one changes it.

        Raises:
            Refused: a rule said no; NOT_FOUND when the subject is outside the caller's scope.
            Conflict: the stream is not at the expected version, and the sender may know of it.
            ValueError: a text that PostgreSQL could not hold.
        """
        key, caller, capability = asked.key, asked.caller, asked.capability
        if key is not None and key in self.outcomes:
            return Known(self.outcomes[key])
        if self._moved:
            self.survey((asked,))  # what a command before it wrote may lead it to others
        stream, own = asked.stream, self.streams[asked.stream]
        state = own.state
        read = self._states(capability.reads(asked.command, state))
        read |= self._states(capability.reads_further(asked.command, state, read))
        read |= self._states(capability.reads_of_sender(asked.command, caller.actor))
        on = {stream: own} | {name: self.streams[name] for name in read}
        asked.read = {name: bool(one.version) for name, one in on.items()}
        asked.kept = frozenset(self.kept & on.keys())
        place = capability.place(asked.command, state, read)
        if isinstance(place, Place) and not admits(caller.scope, place):
            raise NOT_FOUND.refuse()
        is_stale = asked.expected_version is not None and own.version != asked.expected_version
        if is_stale and place is not Unscoped.KNOWN_BY_RULES:
            raise Conflict(own.version)
        moment = asked.clock()
        began = {name: utc_moment(one.began) for name, one in on.items() if one.began is not None}
        versions = {name: one.version for name, one in on.items()}
        context = DecisionContext(caller.actor, caller.role, caller.organisation, moment, read, caller.sections, began, versions)
        facts = capability.decide(asked.command, state, context)
        if is_stale:  # only the rules know whether its sender may know how far the subject has come
            raise Conflict(own.version)
        made: Mapping[str, Any] = {}
        if asked.finish is not None:
            others = {name: self.histories[name] for name in read}
            history = self.histories[stream]
            accepted = Accepted(asked.command, history, state, read, others, moment, caller.role, caller.organisation, facts)
            made = asked.finish(accepted)
        return self._accepted(asked, on, list(_finished(facts, stream, made)), microseconds(moment))

    def _states(self, names: Iterable[str]) -> dict[str, Any]:
        return {name: self.streams[name].state for name in names}

    def _accepted(self, asked: PendingCommand, on: Mapping[str, Stream], facts: Sequence[tuple[str, Event]], at: int) -> Decided:
        entries, caller = list[NewEntry](), asked.caller
        written: dict[str, list[NewEntry]] = {name: [] for name in on}
        for target, event in facts:
            entry = NewEntry(
                stream=target,
                version=on[target].version + len(written[target]) + 1,
                type=event.type,
                state=encode(event),
                actor=caller.actor,
                role=caller.role,
                organisation=caller.organisation,
                reason=asked.reason,
                correlation=asked.correlation,
                causation=asked.causation,
                idempotency_key=asked.idempotency_key or "",
            )
            written[target].append(entry)
            entries.append(entry)
        stream, remember = asked.stream, None
        version = on[stream].version + len(written[stream])
        if asked.key is not None:
            after_own = next((i for i, entry in enumerate(reversed(entries)) if entry.stream == stream), 0)
            outcome = orjson.dumps({"stream": stream, "version": version, "after_own": after_own}).decode()
            remember = (*asked.key, asked.digest, outcome)
        check_texts(entries, remember)
        self._moved = True
        self.at = max(self.at, at) if entries else self.at
        self.streams |= {name: on[name].after(new, self.at, b"") for name, new in written.items() if new}
        if asked.key is not None:
            self.outcomes[asked.key] = (asked.digest, outcome)
        return Decided(stream, version, entries, at, remember)

    def written(self, entries: Iterable[Entry]) -> None:
        """Take note of what was decided here and is now in the journal."""
        for entry in entries:
            stream = self.streams[entry.stream]
            if entry.version == stream.version:
                stream.leaf = entry.leaf
            if entry.version == 1:
                stream.began = entry.at

    def keep(self) -> None:
        """Keep every state as it now stands in the journal."""
        if self._hot is not None:
            for name, stream in self.streams.items():
                self._hot.keep(name, stream)


def _finished(decided: Facts, own: str, made: Mapping[str, Any]) -> Iterator[tuple[str, Event]]:
    """Each fact with its stream, complete."""
    for fact in decided:
        match fact:
            case OnStream():
                yield fact.stream, fact.event
            case Unfinished():
                yield own, fact.finished(made)
            case _:
                yield own, fact
