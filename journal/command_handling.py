"""The way of one command 命令处理: read histories, check the scope, decide, append. One command = one transaction."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

import orjson

from domain.access import Place, Scope, admits
from domain.command_rights import require_right
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
    Refused,
    Rule,
    Unfinished,
    fold,
    kind_of,
)
from journal.absent import go_the_other_way
from journal.codec import decode, encode
from journal.entries import Entry, KeyReused, NewEntry, VersionTaken
from journal.journal import Journal

IDEMPOTENCY_KEY_REUSED = Rule(
    "IDEMPOTENCY_KEY_REUSED",
    "plan P5",
    "幂等键已用于另一请求",
    "The idempotency key was used with another input",
)
log = logging.getLogger(__name__)

CLOCK_BEHIND = 1_000_000
"""Microseconds that a clock may be behind the last entry without a word: the machines of one city differ by some."""
ATTEMPTS = 2
"""A lost race is decided anew once, on the newer history."""


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


@dataclass(frozen=True)
class Accepted:
    """A command that the rules accept, before its facts are finished 已获准命令: its stream's history, the streams it read, when.

    role, organisation: that it was sent in and for.
    """

    command: Command
    history: list[Entry]
    state: Any
    read: Mapping[str, Any]
    others: Mapping[str, list[Entry]]
    at: datetime
    role: str = ""
    organisation: str = ""


Finish = Callable[[Accepted], Mapping[str, Any]]
"""Makes what the facts of an accepted command lack, field -> value: what costs or tells too much to make for a refused one."""


@dataclass(frozen=True)
class Handled:
    """What became of a command 处理结果. position: the last entry it wrote (the head's size when it changed nothing).

    version: the stream's version afterwards. replayed: the outcome of an earlier command under the same key.
    """

    stream: str
    position: int
    version: int
    entries: tuple[Entry, ...] = ()
    replayed: bool = False


class Conflict(Exception):  # noqa: N818 - an answer, returned as data
    """The stream moved on 版本冲突; `version` is where it stands now."""

    code = "VERSION_CONFLICT"
    clause = "plan P5"
    says = "对象已被他人修改，请刷新后重试"
    says_in_english = "The thing was changed by someone else meanwhile"

    def __init__(self, version: int) -> None:
        super().__init__(str(version))
        self.version = version


def handle(
    journal: Journal,
    capabilities: Capabilities,
    command: Command,
    caller: Caller,
    *,
    clock: Callable[[], datetime],
    reason: str = "",
    correlation: str = "",
    causation: str = "",
    idempotency_key: str | None = None,
    input_digest: str | None = None,
    expected_version: int | None = None,
    finish: Finish | None = None,
) -> Handled:
    """Decide a command and append its facts 处理命令.

    Args:
        journal: the journal to read and write.
        capabilities: by kind of stream, and which decides a command.
        command: the wish, already well formed.
        caller: who asks, through which scope.
        clock: tells the time once.
        reason: why, in the caller's words.
        correlation: what the command belongs to.
        causation: what caused it, as stream/version.
        idempotency_key: the same key with the same input, in the same capacity, answers with the first outcome.
        input_digest: of the input as the client sent it, where the server completed it; else the command's own.
        expected_version: the version the caller saw; any other is a Conflict.
        finish: makes what the accepted facts lack, from the history that they were accepted on; the rules speak once.

    Raises:
        Refused: a rule said no; NOT_FOUND when the subject is outside the caller's scope.
        Conflict: the stream is not at `expected_version`, or a race was lost twice.
    """
    require_right(command, caller.role)  # says nothing of any thing, so it comes before the scope
    capability = capabilities.deciding(command)
    digest = _digest(caller, command, input_digest)
    for attempt in range(ATTEMPTS):
        if idempotency_key is not None and (known := journal.outcome(caller.actor, idempotency_key)) is not None:
            return _replay(journal, known, digest)
        stream = capability.stream(command)
        with journal.snapshot():
            history = journal.read(stream)
            state = _fold(capability, history)
            wanted = capability.reads(command, state)
            others = journal.read_many(wanted) if wanted else {}
            read = _states(capabilities, others)
            if further := capability.reads_further(command, state, read):
                others = {**others, **(more := journal.read_many(further))}
                read |= _states(capabilities, more)
        version = len(history)
        place = capability.place(command, state, read)
        if isinstance(place, Place) and not admits(caller.scope, place):
            go_the_other_way(journal, capability, command, {stream: history, **others}, partial(_states, capabilities))
            raise NOT_FOUND.refuse()
        if expected_version is not None and version != expected_version:
            raise Conflict(version)
        at = clock()
        histories = {stream: history, **others}
        began = {name: utc_moment(entries[0].at) for name, entries in histories.items() if entries}
        context = DecisionContext(caller.actor, caller.role, caller.organisation, at, read, caller.sections, began)
        try:
            decided = capability.decide(command, state, context)
        except Refused as refused:
            if refused.rule == NOT_FOUND:
                go_the_other_way(journal, capability, command, {stream: history, **others}, partial(_states, capabilities))
            raise
        made: Mapping[str, Any] = {}
        if finish is not None:
            made = finish(Accepted(command, history, state, read, others, at, caller.role, caller.organisation))
        versions = {stream: version} | {name: len(entries) for name, entries in others.items()}
        entries = []
        for target, event in _finished(decided, stream, made):
            versions[target] += 1
            entries.append(
                NewEntry(
                    stream=target,
                    version=versions[target],
                    type=event.type,
                    state=encode(event),
                    actor=caller.actor,
                    role=caller.role,
                    organisation=caller.organisation,
                    reason=reason,
                    correlation=correlation,
                    causation=causation,
                    idempotency_key=idempotency_key or "",
                )
            )
        after_own = next((i for i, entry in enumerate(reversed(entries)) if entry.stream == stream), 0)
        outcome = orjson.dumps({"stream": stream, "version": versions[stream], "after_own": after_own}).decode()
        remember = (caller.actor, idempotency_key, digest, outcome) if idempotency_key is not None else None
        if not entries and remember is None:
            return Handled(stream, journal.head().size, version)
        try:
            written = journal.append(entries, microseconds(at), remember)
        except (VersionTaken, KeyReused) as lost:
            if attempt + 1 == ATTEMPTS or (expected_version is not None and isinstance(lost, VersionTaken)):
                raise Conflict(len(journal.read(stream))) from None
            continue
        if written and written[0].at - microseconds(at) > CLOCK_BEHIND:
            behind = (written[0].at - microseconds(at)) // CLOCK_BEHIND
            said = "本机时钟比最后一条慢 %d 秒，新条目沿用其时间 the clock is %d s behind the last entry, whose time this bears"
            log.warning(said, behind, behind)
        position = written[-1].position if written else journal.head().size
        return Handled(stream, position, versions[stream], tuple(written))
    raise AssertionError("every attempt returns or raises")


def _digest(caller: Caller, command: Command, of_input: str | None) -> str:
    """What a key stands for: a wish in one capacity. In another, its outcome may be about a thing out of scope."""
    wish = of_input or type(command).__name__ + command.model_dump_json()
    return sha256(f"{caller.role}\n{caller.organisation}\n{wish}".encode()).hexdigest()


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


def _states(capabilities: Capabilities, histories: Mapping[str, list[Entry]]) -> dict[str, Any]:
    return {name: _fold(capabilities[kind_of(name)], entries) for name, entries in histories.items()}


def _fold(capability: Capability, entries: list[Entry]) -> Any:  # noqa: ANN401 - each capability's own state
    return fold(capability.evolve, (decode(capability, entry.type, entry.state) for entry in entries))


def _replay(journal: Journal, known: tuple[str, str], digest: str) -> Handled:
    if known[0] != digest:
        raise IDEMPOTENCY_KEY_REUSED.refuse()
    outcome = orjson.loads(known[1])
    stream, version = outcome["stream"], outcome["version"]
    own = journal.read(stream, version - 1)
    position = own[0].position + outcome["after_own"] if own else journal.head().size
    return Handled(stream, position, version, replayed=True)
