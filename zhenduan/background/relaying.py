"""Relaying 转发: the public events of the city into a stream of NATS JetStream, for those who outgrow polling. plan P8.

What is relayed is what a partner key of the whole city is told by `GET /events`, and nothing else; who may read which subject is
said in the NATS server's own permissions. The stream itself is the relay's memory: it goes on behind the last message that lies
there, and the server drops a message whose id it has seen within its window, so that a killed relay repeats nothing.
"""

import asyncio
import logging
import threading
from collections.abc import Sequence

import nats
import orjson
from nats.js import JetStreamContext
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

from api.kit.cursors import Cursors
from api.kit.services import Services
from api.record.event_shapes import CLOUD_EVENT, cloud_event
from domain.access import Role, scope_of
from domain.public_events import PUBLIC_EVENTS
from domain.standard.revision.state import draft_scope
from journal.codec import EVENT_OF
from projections.record.audit_trail import EntryRow
from projections.record.public_feed import FeedFilter, districts_of, public_entries

STREAM = "ZHENDUAN"
SUBJECTS = "zhenduan"
"""Subjects are zhenduan.KIND.DISTRICT, such as zhenduan.diagnosis.310117; what is of no district is of `city`."""
NOWHERE = "city"
POSITION = "Zhenduan-Position"
DUPLICATE_WINDOW_SECONDS = 120.0
BATCH = 500
LOOK_SECONDS = 1.0
RETRY_SECONDS = 2.0
EYES = scope_of(Role.PARTNER, "*")

log = logging.getLogger(__name__)


class PlaceLostError(Exception):
    """The stream had messages and the last of them is gone, so that nothing says where to go on 转发位置已失."""


def relay(services: Services, address: str, stop: threading.Event, after: str | None = None) -> None:
    """Relay until told to stop 转发; where the NATS server is away, it is tried again.

    address: nats://HOST:PORT. after: cursor to go on from where the stream cannot say.

    Raises:
        PlaceLostError: it cannot, and none was given.
        Refused: CURSOR_INVALID.
    """
    while not stop.is_set():
        try:
            asyncio.run(_relayed(services, address, stop, after))
        except (nats.errors.Error, OSError) as away:
            log.warning("NATS 暂不可用 the NATS server is away: %s", type(away).__name__)
            stop.wait(RETRY_SECONDS)


async def _relayed(services: Services, address: str, stop: threading.Event, after: str | None) -> None:
    cursors = Cursors(services.secret)
    connection = await nats.connect(address, max_reconnect_attempts=1, connect_timeout=5, error_cb=_noted)
    try:
        stream = connection.jetstream()
        position = await _place(stream, cursors, after)
        while not stop.is_set():
            rows, districts, reached = await asyncio.to_thread(_look, services, position)
            for row in rows:
                await _publish(stream, row, districts.get(row.stream, NOWHERE), cursors.seal(row.position))
            position = reached
            if len(rows) < BATCH:
                await asyncio.to_thread(_wait, services, position)
    finally:
        await connection.close()


async def _noted(fault: Exception) -> None:
    """What the library meets on the way; what matters of it is raised as well."""
    log.debug("NATS: %r", fault)


async def _place(stream: JetStreamContext, cursors: Cursors, after: str | None) -> int:
    """The position of the last message in the stream, which is made where there is none yet."""
    try:
        state = (await stream.stream_info(STREAM)).state
    except NotFoundError:
        await stream.add_stream(
            StreamConfig(name=STREAM, subjects=[f"{SUBJECTS}.>"], duplicate_window=DUPLICATE_WINDOW_SECONDS)
        )
        return cursors.open(after) if after else 0
    if not state.last_seq:
        return cursors.open(after) if after else 0
    try:
        last = await stream.get_msg(STREAM, state.last_seq)
    except NotFoundError:
        if after is None:
            raise PlaceLostError from None
        return cursors.open(after)
    return cursors.open((last.headers or {})[POSITION])


def _look(services: Services, position: int) -> tuple[Sequence[EntryRow], dict[str, str], int]:
    """What the city's partners are told beyond a position, the districts of it, and how far was looked."""
    with services.models.reading() as snapshot:
        drafts = draft_scope(Role.PARTNER, EYES)
        rows = public_entries(snapshot, EYES, drafts, Role.PARTNER, FeedFilter(), BATCH, after=position)
        districts = districts_of(snapshot, [row.stream for row in rows])
        return rows, districts, rows[-1].position if len(rows) == BATCH else max(position, snapshot.position)


async def _publish(stream: JetStreamContext, row: EntryRow, district: str, cursor: str) -> None:
    """One event, acknowledged by the server: it lies in the stream when this returns."""
    kind = PUBLIC_EVENTS[EVENT_OF[row.type]].kind
    headers = {"Nats-Msg-Id": cursor, POSITION: cursor, "Content-Type": CLOUD_EVENT}
    await stream.publish(f"{SUBJECTS}.{kind}.{district}", orjson.dumps(cloud_event(row, cursor)), headers=headers)


def _wait(services: Services, position: int) -> None:
    size = services.journal.wait_beyond(position, LOOK_SECONDS)
    if size > position:
        services.models.wait_for(size, LOOK_SECONDS)
