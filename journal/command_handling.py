"""The way of one command 命令处理: read histories, check the scope, decide, append; all that it writes in one transaction.

Commands that wait in a process go together: one look into the journal, each decided on what those before it leave, one append. Each
has its own outcome; what is refused, in conflict or asked for twice writes nothing and spoils nobody's. A command whose facts are
finished by something slow goes alone.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Lock
from weakref import WeakKeyDictionary

import orjson

from domain.command_rights import require_right
from domain.kernel import NOT_FOUND, Capabilities, Command, Refused
from journal.deadlines import DEADLINE_EXCEEDED, milliseconds_left
from journal.deciding import (
    IDEMPOTENCY_KEY_REUSED,
    Accepted,
    Caller,
    Conflict,
    Decided,
    DecisionBasis,
    Finish,
    Known,
    PendingCommand,
)
from journal.engines.group_commit import GroupCommit, WaitedTooLong
from journal.entries import ClockRefused, Entry, HeadBroken, KeyReused, VersionTaken
from journal.hot_states import HotStates
from journal.journal import Journal
from journal.timing_equalisation import go_the_other_way

__all__ = ["Accepted", "Caller", "Conflict", "Finish", "Handled", "handle"]

log = logging.getLogger(__name__)

CLOCK_BEHIND = 1_000_000
"""Microseconds that a clock may be behind the last entry without a word: the machines of one city differ by some."""
ATTEMPTS = 2
"""A lost race is decided anew once, on the newer history."""


@dataclass(frozen=True)
class Handled:
    """What became of a command 处理结果. position: the last entry it wrote (the head's size when it changed nothing).

    version: the stream's version afterwards. replayed: the outcome of an earlier command under the same key.
    at_own: the position is of an entry of its own; else it moves with what others write.
    """

    stream: str
    position: int
    version: int
    entries: tuple[Entry, ...] = ()
    replayed: bool = False
    at_own: bool = False


class _CommandBatcher:
    """Where the commands of one process to one journal meet 命令批次, and the states that they left.

    It does not hold the journal, so that it goes with it.
    """

    def __init__(self, capabilities: Capabilities) -> None:
        self._capabilities = capabilities
        self._hot = HotStates()
        self.group: GroupCommit[tuple[Journal, PendingCommand], Handled | Known] = GroupCommit(self._together)

    def _together(self, waiting: Sequence[tuple[Journal, PendingCommand]]) -> Sequence[Handled | Known | BaseException]:
        asked, (journal, _) = [one for _, one in waiting], waiting[0]
        if len(asked) > 1:
            for _ in range(ATTEMPTS):
                try:
                    with journal.within(_latest(asked)):
                        return self._attempt(journal, asked)
                except (VersionTaken, KeyReused):
                    continue  # another process was faster
                except (ClockRefused, HeadBroken):
                    break  # one of them, before anything was written
        outcomes: list[Handled | Known | BaseException] = []
        for one in asked:
            try:
                outcomes.append(self.alone(journal, one))
            except Exception as error:  # noqa: BLE001 - raised by the thread that it belongs to
                outcomes.append(error)
        return outcomes

    def alone(self, journal: Journal, asked: PendingCommand) -> Handled | Known:
        """One command by itself.

        Raises:
            as `handle` does.
        """
        for attempt in range(ATTEMPTS):
            try:
                with journal.within(asked.until):
                    (outcome,) = self._attempt(journal, (asked,))
            except (VersionTaken, KeyReused) as lost:
                if attempt + 1 == ATTEMPTS or (asked.expected_version is not None and isinstance(lost, VersionTaken)):
                    raise Conflict(len(journal.read(asked.stream))) from None
                continue
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome
        raise AssertionError("every attempt returns or raises")

    def _attempt(self, journal: Journal, asked: Sequence[PendingCommand]) -> list[Handled | Known | BaseException]:
        """Decide all on one look, and append what they write, all of it or nothing."""
        whole = any(one.finish is not None for one in asked)  # a finisher is shown the histories themselves
        basis = DecisionBasis(journal, self._capabilities, None if whole else self._hot)
        basis.survey(asked)
        decisions: list[Decided | Known | BaseException] = []
        for one in asked:
            try:
                decisions.append(basis.decide(one))
            except Exception as error:  # noqa: BLE001 - the outcome of this one alone
                decisions.append(error)
        writing = [one for one in decisions if isinstance(one, Decided) and (one.entries or one.remember is not None)]
        placed: list[list[Entry]] = []
        if writing:
            if (until := _latest(asked)) is not None:
                milliseconds_left(until)  # what a command lacks may have been long in the making
            placed = journal.append_all([(one.entries, one.at, one.remember) for one in writing])
        for entries in placed:
            basis.written(entries)
        if not journal.in_block:
            basis.keep()
        position, written = basis.size, iter(placed)
        outcomes: list[Handled | Known | BaseException] = []
        for decision in decisions:
            if not isinstance(decision, Decided):
                outcomes.append(decision)
                continue
            entries = next(written) if decision.entries or decision.remember is not None else []
            position = entries[-1].position if entries else position
            _note_if_behind(decision, entries)
            outcomes.append(Handled(decision.stream, position, decision.version, tuple(entries), at_own=bool(entries)))
        return outcomes


_batchers: WeakKeyDictionary[Journal, dict[int, _CommandBatcher]] = WeakKeyDictionary()
_making = Lock()


def _batcher(journal: Journal, capabilities: Capabilities) -> _CommandBatcher:
    with _making:
        batchers = _batchers.setdefault(journal, {})
        batcher = batchers.get(id(capabilities))
        if batcher is None:
            batcher = batchers[id(capabilities)] = _CommandBatcher(capabilities)
        return batcher


def _latest(asked: Sequence[PendingCommand]) -> float | None:
    """The deadline of commands that are written together: the latest of theirs; None where one has none."""
    found = [one.until for one in asked if one.until is not None]
    return max(found) if len(found) == len(asked) else None


def _note_if_behind(decided: Decided, entries: Sequence[Entry]) -> None:
    if entries and entries[0].at - decided.at > CLOCK_BEHIND:
        behind = (entries[0].at - decided.at) // CLOCK_BEHIND
        said = "本机时钟比最后一条慢 %d 秒，新条目沿用其时间 the clock is %d s behind the last entry, whose time this bears"
        log.warning(said, behind, behind)


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
    until: float | None = None,
) -> Handled:
    """Decide a command and append its facts 处理命令.

    Args:
        journal: the journal to read and write.
        capabilities: by kind of stream, and which decides a command.
        command: what is to be done, already well formed.
        caller: who asks, through which scope.
        clock: tells the time once.
        reason: why, in the caller's words.
        correlation: what the command belongs to.
        causation: what caused it, as stream/version.
        idempotency_key: the same key with the same input, in the same capacity, answers with the first outcome.
        input_digest: of the input as the client sent it, where the server completed it; else the command's own.
        expected_version: the version the caller saw; any other is a Conflict.
        until: deadline of all its work on the database, on the monotonic clock, which the database keeps; None = none.
        finish: makes what the accepted facts lack, from the history that they were accepted on; the rules speak once.

    Raises:
        Refused: a rule said no; NOT_FOUND when the subject is outside the caller's scope; DEADLINE_EXCEEDED, and nothing was
            written.
        Conflict: the stream is not at `expected_version`, or a race was lost twice.
    """
    require_right(command, caller.role)  # says nothing of any thing, so it comes before the scope
    asked = PendingCommand(
        capabilities.deciding(command),
        command,
        caller,
        clock,
        _digest(caller, command, input_digest) if idempotency_key is not None else "",
        reason,
        correlation,
        causation,
        idempotency_key,
        expected_version,
        finish,
        until,
    )
    batcher = _batcher(journal, capabilities)
    try:
        # inside a block of this thread's, another one could not see what it sees
        alone = finish is not None or journal.in_block
        outcome = batcher.alone(journal, asked) if alone else batcher.group.submit((journal, asked), until)
    except WaitedTooLong:
        raise DEADLINE_EXCEEDED.refuse() from None
    except Refused as refused:
        if refused.rule == NOT_FOUND:
            go_the_other_way(journal, capabilities, asked)
        raise
    return _replay(journal, outcome.outcome, asked.digest) if isinstance(outcome, Known) else outcome


def _digest(caller: Caller, command: Command, of_input: str | None) -> str:
    """What a key stands for: an input in one capacity. In another, its outcome may be about a thing out of scope."""
    said = of_input or type(command).__name__ + command.model_dump_json()
    return sha256(f"{caller.role}\n{caller.organisation}\n{said}".encode()).hexdigest()


def _replay(journal: Journal, known: tuple[str, str], digest: str) -> Handled:
    if known[0] != digest:
        raise IDEMPOTENCY_KEY_REUSED.refuse()
    outcome = orjson.loads(known[1])
    stream, version = outcome["stream"], outcome["version"]
    own = journal.read(stream, version - 1)
    position = own[0].position + outcome["after_own"] if own else journal.head().size
    return Handled(stream, position, version, replayed=True, at_own=bool(own))
