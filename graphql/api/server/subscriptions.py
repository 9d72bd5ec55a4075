"""Following 跟读: rows beyond a cursor, each once and in order, by one look for all who follow the same. plan P5, P7.

A look is of a role and a scope and judges nobody: what it finds leaves by a delivery, which judges whose it is (decision 0118).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable, Sequence
from typing import Protocol, TypeVar

from api.kit.context import Context
from domain.access import Role, Scope
from projections import ReadModels, Snapshot

BATCH = 100


class Placed(Protocol):
    """A row that has a place in the journal 有日志位置的行."""

    @property
    def position(self) -> int:
        """Its place."""


R = TypeVar("R", bound=Placed)
E = TypeVar("E")
Read = Callable[[Snapshot, Role, Scope, int], Sequence[R]]
"""Reads up to `BATCH` rows beyond a position, as a role and through a scope; whoever asks, it depends on nothing else."""


def looking(
    models: ReadModels, role: Role, scope: Scope, read: Read[R], made: Callable[[R], E]
) -> Callable[[int], tuple[list[E], int]]:
    """A look beyond a position 查看: what is made of each row that is there, and how far was looked."""

    def look(position: int) -> tuple[list[E], int]:
        with models.reading(scope) as snapshot:
            rows = read(snapshot, role, scope, position)
            reached = rows[-1].position if len(rows) == BATCH else max(position, snapshot.position)
            return [made(row) for row in rows], reached

    return look


async def follow(
    context: Context, after: str | None, what: tuple[Hashable, ...], read: Read[R], made: Callable[[R], E]
) -> AsyncGenerator[E, None]:
    """Events beyond a cursor, for ever; without one, from now on. A client that comes back goes on from the last event it saw.

    Args:
        context: of the subscription.
        after: the cursor.
        what: name and filter of what is followed: all that `read` and `made` depend on besides role and scope.
        read: the rows.
        made: the event of a row, the same for all who follow.

    Raises:
        Refused: CURSOR_INVALID.
    """
    change_notifications, models = context.change_notifications, context.services.models
    assert change_notifications is not None, "a subscription runs in the app, which follows the journal"  # noqa: S101
    after = context.last_event or after
    position = context.cursors.open(after) if after else await asyncio.to_thread(models.position)
    role, scope, waits = Role(context.role), context.scope, False
    together = change_notifications.followed((*what, role, scope))
    look = looking(models, role, scope, read, made)
    while True:
        events, position = await change_notifications.looked(together, position, look, waits=waits)
        for event in events:
            yield event
        waits = len(events) < BATCH
