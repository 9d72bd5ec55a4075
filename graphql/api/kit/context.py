"""Context 上下文 of one operation: who asks, through which scope, and the one snapshot it reads from."""

import time
from collections.abc import Hashable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self

from api.kit.cursors import Cursors
from api.kit.disclosure_notes import DisclosureNotes
from api.kit.ports import PUBLIC, Changes, Identified
from api.kit.services import Services
from domain.access import Role, Scope
from domain.instants import city_day
from domain.kernel import Rule
from journal import Caller
from journal.deadlines import DEADLINE_EXCEEDED
from projections import Snapshot
from projections.as_of.replay import Past, replayed
from projections.engine.loop_reads import Noting, NotNoted
from projections.engine.preconditions import ANYONE, NotAsKnown, Precondition
from standards import Edition

AT_LEAST_SECONDS = 5.0
"""How long a read waits for the position it was asked to show."""

NOT_YET_VISIBLE = Rule(
    "NOT_YET_VISIBLE",
    "plan P5",
    "读模型尚未追上所要求的位置，请稍后重试",
    "The read models have not reached the position asked for; try again",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation costs, and what one of its caller may 成本与限额; both follow from its text and its caller alone."""

    requested: int = 0
    limit: int = 0

    @property
    def remaining(self) -> int:
        """What it could still ask for besides."""
        return max(self.limit - self.requested, 0)


NO_COST = Cost()


@dataclass
class MadeOf:
    """What an answer was made of besides the rows of one snapshot 应答依据, so that none is kept that depends on more.

    more: something else of the program was asked: its time, its keys, a file. asker: who asks was, or their role or scope.
    days: of the city that it was made for.
    """

    more: bool = False
    asker: bool = False
    days: set[date] = field(default_factory=set)


@dataclass
class Context:
    """What the resolvers of one operation share.

    _program: the wiring; asked through `services`, which is noted.
    identified: None when nobody is signed in; then the scope admits nothing.
    token: the bearer token of the request, needed to end or change its own session.
    disclosure_notes: what of the answer is protected, written down before it leaves.
    past, asked, present: of an answer with what was known then, the rows it rests on, the moment asked for, and the context
        that it was made in (`api.kit.as_of`).
    until: deadline of the operation's reads, on the monotonic clock; None = none.
    cost: of the operation, and the limit that it keeps.
    wanted_fields: (type, the field nodes) -> what is asked for below them; kept with the document whose nodes they are.
    last_event: cursor of the last event that the client saw of the subscription, where its transport says so.
    made_of: what the answer was made of besides the rows of its snapshot.
    precondition: under which the caller is who they are taken for, asked with the first read; None = it was found out.
    alone, was_alone: whether one statement is thought to be all that is read, and whether it was.
    notes_only: what is asked of the database is noted and not read (`noting`); nothing else of the program may be asked.
    """

    _program: Services
    cursors: Cursors
    change_notifications: Changes | None = None
    identified: Identified | None = None
    token: str | None = None
    disclosure_notes: DisclosureNotes = field(default_factory=DisclosureNotes)
    past: Past | None = None
    asked: datetime | None = None
    present: "Context | None" = None
    until: float | None = None
    cost: Cost = NO_COST
    wanted_fields: dict[Hashable, frozenset[str]] = field(default_factory=dict)
    last_event: str | None = None
    made_of: MadeOf = field(default_factory=MadeOf)
    precondition: Precondition | None = None
    alone: bool = False
    was_alone: bool = False
    notes_only: bool = False
    _is_sure: bool = False
    _was_wrong: bool = False
    _open: ExitStack = field(default_factory=ExitStack)
    _snapshot: Snapshot | None = None

    @property
    def services(self) -> Services:
        """Everything of the program; what it answers may be another the next time, at the same rows.

        Raises:
            NotAsKnown: as `require_known`.
        """
        if self.notes_only:
            raise NotNoted
        self.require_known()
        self.made_of.more = True
        return self._program

    @property
    def is_sure(self) -> bool:
        """Whether the caller is who they are taken for: found out in this request, or the database has said so in it."""
        return self.precondition is None or self.precondition is ANYONE or self._is_sure

    def require_found_out(self) -> None:
        """Refuse to say no to who was found out before: only who is found out now is told why.

        Raises:
            NotAsKnown: the caller was.
        """
        if not self.is_sure:
            raise NotAsKnown

    def require_known(self) -> None:
        """Ask the database whether the caller is as known, unless it has said so with what was read.

        Raises:
            NotAsKnown: it has not, and nothing of the answer may leave.
        """
        if self.notes_only:
            raise NotNoted
        if self.present is not None:
            self.present.require_known()
            return
        if self.precondition is None:
            return
        if self._was_wrong:
            raise NotAsKnown
        if self._snapshot is not None or not self.is_sure:
            self.snapshot.held()
        self._is_sure = True

    @property
    def demo(self) -> bool:
        """Whether the data is synthetic, as long as the program runs."""
        return self._program.demo

    @property
    def editions(self) -> dict[str, Edition]:
        """Published editions by key, kept once read: they never change."""
        return self._program.editions

    @property
    def today(self) -> date:
        """The day in the city."""
        day = city_day(self._program.clock())
        self.made_of.days.add(day)
        return day

    @property
    def caller(self) -> Caller:
        """Who asks; the public when nobody is signed in."""
        self.made_of.asker = True
        return self.identified.caller if self.identified is not None else PUBLIC

    @property
    def scope(self) -> Scope:
        """What the caller may see."""
        return self.caller.scope

    @property
    def role(self) -> str:
        """The role acted in."""
        return self.caller.role

    @property
    def partner(self) -> tuple[str, str] | None:
        """Of a partner, who sees alone what it sent in itself, person and organisation; None = any other role."""
        return (self.caller.actor, self.caller.organisation) if self.role == Role.PARTNER else None

    @property
    def is_late(self) -> bool:
        """Whether the deadline has passed."""
        return self.until is not None and time.monotonic() >= self.until

    def require_in_time(self) -> None:
        """Refuse what comes too late; asked between the steps of what is worked out here, as the database asks it of statements.

        Raises:
            Refused: DEADLINE_EXCEEDED.
        """
        if self.is_late:
            raise DEADLINE_EXCEEDED.refuse()

    @property
    def snapshot(self) -> Snapshot:
        """The operation's snapshot, opened at first use."""
        if self._snapshot is None:
            eyes = self.scope if self.identified is not None else None
            reading = self._program.models.reading(eyes, self.until, self.precondition, alone=self.alone)
            self._snapshot = self._open.enter_context(reading)
        return self._snapshot

    @property
    def whole(self) -> Snapshot:
        """The operation's snapshot as the program reads it, whoever asks: for what is told of the whole city."""
        return self.snapshot.whole()

    @property
    def has_read(self) -> bool:
        """Whether the answer rests on the rows of a snapshot that is still open."""
        return self._snapshot is not None and self._snapshot.has_begun

    @property
    def is_for_anyone(self) -> bool:
        """Whether the answer so far is the same whoever asks and whenever: of no rows, nothing of the program, no caller."""
        made_of = self.made_of
        return not (self.has_read or made_of.more or made_of.asker or made_of.days)

    def noting(self, snapshot: Noting) -> Self:
        """The same, to note what would be read: it ends with `NotNoted` where anything else is asked."""
        self._snapshot, self.notes_only = snapshot, True
        return self

    def at_least(self, position: str | None) -> Snapshot:
        """The operation's snapshot, no older than an opaque position 读己之写.

        Raises:
            Refused: NOT_YET_VISIBLE; CURSOR_INVALID when the position was not made here.
        """
        if position is not None:
            self.reach(self.cursors.open(position))
        return self.snapshot

    def reach(self, position: int) -> None:
        """Make the operation's snapshot no older than a position.

        Raises:
            Refused: NOT_YET_VISIBLE.
        """
        if self.snapshot.position < position and not self.waited_for(position, AT_LEAST_SECONDS):
            raise NOT_YET_VISIBLE.refuse()

    def waited_for(self, position: int, seconds: float) -> bool:
        """Whether the read models came to a position in time. The operation's snapshot is let go of first.

        Who waits looks at the rows through a connection of its own: with one in hand, as many callers as there are
        connections would wait for one another.
        """
        if self.notes_only:
            raise NotNoted
        self.refresh()
        return self._program.models.wait_for(position, seconds)

    def replayed(self, found: Past) -> Snapshot:
        """Rows of the past, let go of with the operation's snapshot."""
        return self._open.enter_context(replayed(found))

    def refresh(self) -> None:
        """Let go of the snapshot, so that the next read sees what a command just wrote."""
        self.made_of.more |= self.has_read
        if self._snapshot is not None:
            self._was_wrong |= self._snapshot.has_failed
            self.was_alone = self._snapshot.was_alone
        self._open.close()
        self._snapshot = None

    close = refresh
