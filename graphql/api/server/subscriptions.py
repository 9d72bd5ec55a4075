"""Following 跟读: rows of a read model beyond a cursor, each once and in order, for as long as the session holds. plan P5, P7."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol, TypeVar

from api.kit.context import Context
from domain.kernel import Rule
from journal import Caller
from projections import Snapshot

BATCH = 100
HEARTBEAT_SECONDS = 20.0
"""A subscriber that nothing happened to looks this often whether its session still holds."""
SESSION_ENDED = Rule("SESSION_ENDED", "plan P7", "会话已结束或角色已变更", "The session has ended or its role has changed")


class Placed(Protocol):
    """A row that has a place in the journal 有日志位置的行."""

    @property
    def position(self) -> int:
        """Its place."""


R = TypeVar("R", bound=Placed)
Read = Callable[[Snapshot, Caller, int], Sequence[R]]
"""Reads up to `BATCH` rows beyond a position, through the scope of the caller of now."""


def _look(context: Context, position: int, read: Read[R]) -> tuple[Sequence[R], int]:
    """What happened in the scope beyond a position, and how far was looked; the session is judged anew each time."""
    identified = context.services.accounts.identify(context.token) if context.token is not None else None
    if identified is None or identified.caller != context.caller:
        raise SESSION_ENDED.refuse()
    with context.services.models.reading(identified.caller.scope) as snapshot:
        rows = read(snapshot, identified.caller, position)
        return rows, rows[-1].position if len(rows) == BATCH else max(position, snapshot.position)


async def follow(context: Context, after: str | None, read: Read[R]) -> AsyncGenerator[R, None]:
    """Rows beyond a cursor, for ever; without one, from now on. A client that comes back goes on from the last event it saw.

    Raises:
        Refused: SESSION_ENDED; CURSOR_INVALID.
    """
    change_notifications = context.change_notifications
    assert change_notifications is not None, "a subscription runs in the app, which follows the journal"  # noqa: S101
    after = context.last_event or after
    position = context.cursors.open(after) if after else await asyncio.to_thread(context.services.models.position)
    while True:
        rows, position = await asyncio.to_thread(_look, context, position, read)
        for row in rows:
            yield row
        if len(rows) < BATCH:
            await change_notifications.beyond(position, HEARTBEAT_SECONDS)
