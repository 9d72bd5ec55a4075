"""Context 上下文 of one operation: who asks, through which scope, and the one snapshot it reads from."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from api.kit.cursors import Cursors
from api.kit.ports import PUBLIC, Identified
from api.kit.services import Services
from api.server.change_notifications import ChangeNotifications
from api.server.disclosure_notes import DisclosureNotes
from api.server.query_cost import Cost
from domain.access import Scope
from domain.kernel import Rule
from journal import Caller
from journal.deadlines import DEADLINE_EXCEEDED
from projections import Snapshot
from projections.as_of.replay import Past, replayed

NO_COST = Cost()
AT_LEAST_SECONDS = 5.0
"""How long a read waits for the position it was asked to show."""

NOT_YET_VISIBLE = Rule(
    "NOT_YET_VISIBLE",
    "plan P5",
    "读模型尚未追上所要求的位置，请稍后重试",
    "The read models have not reached the position asked for; try again",
)


@dataclass
class Context:
    """What the resolvers of one operation share.

    identified: None when nobody is signed in; then the scope admits nothing.
    token: the bearer token of the request, needed to end or change its own session.
    disclosure_notes: what of the answer is protected, written down before it leaves.
    past, asked, present: of an answer with what was known then, the rows it rests on, the moment asked for, and the context
        that it was made in (`api.kit.as_of`).
    until: deadline of the operation's reads, on the monotonic clock; None = none.
    cost: of the operation, and the limit that it keeps.
    last_event: cursor of the last event that the client saw of the subscription, where its transport says so.
    """

    services: Services
    cursors: Cursors
    change_notifications: ChangeNotifications | None = None
    identified: Identified | None = None
    token: str | None = None
    disclosure_notes: DisclosureNotes = field(default_factory=DisclosureNotes)
    past: Past | None = None
    asked: datetime | None = None
    present: "Context | None" = None
    until: float | None = None
    cost: Cost = NO_COST
    last_event: str | None = None
    _open: ExitStack = field(default_factory=ExitStack)
    _snapshot: Snapshot | None = None

    @property
    def caller(self) -> Caller:
        """Who asks; the public when nobody is signed in."""
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
            self._snapshot = self._open.enter_context(self.services.models.reading(eyes, self.until))
        return self._snapshot

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
        if self.snapshot.position < position:
            self.refresh()
            if not self.services.models.wait_for(position, AT_LEAST_SECONDS):
                raise NOT_YET_VISIBLE.refuse()

    def replayed(self, found: Past) -> Snapshot:
        """Rows of the past, let go of with the operation's snapshot."""
        return self._open.enter_context(replayed(found))

    def refresh(self) -> None:
        """Let go of the snapshot, so that the next read sees what a command just wrote."""
        self._open.close()
        self._snapshot = None

    close = refresh
