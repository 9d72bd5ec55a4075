"""Event feed over HTTP 公开事件流接口: `GET /events`, in batches by long poll, or as server-sent events. plan P5, P7, P8.

A batch is `application/cloudevents-batch+json`, as http-feeds has it: ask with the `id` of the last event as `after`, wait up to
30 seconds for more. `text/event-stream` at the same address goes on for ever, with the same ids. The cursor is that of every
subscription. Each look asks anew who the caller is and what it may see now.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, aclosing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from api.kit.cursors import Cursors
from api.kit.filter_values import districts_in, edition_keys_in, firm_keys_in
from api.kit.services import Services
from api.record.event_shapes import CLOUD_EVENTS_BATCH, SOURCE
from api.record.told_entries import ToldEntry, partner_asking, told_entries
from api.server.admission import Lane, Overloaded
from api.server.change_notifications import ChangeNotifications
from api.server.errors import request_error
from api.server.event_streams import LAST_EVENT
from api.server.http import ALWAYS, JSON, Malformed, accepted, authorization, bearer, parameters, respond
from api.server.messages import CallerGone, GraphQLResponse
from api.server.open_streams import EVENT_STREAM
from api.server.operations import Operations
from api.server.subscriptions import BATCH, looking
from domain.access import Role, Scope
from domain.instants import city_day
from domain.kernel import Refused
from domain.masks import PLACE_READERS
from domain.public_events import KINDS, names_of, unknown_kinds
from domain.standard.revision.state import draft_scope
from journal import Caller
from projections import Snapshot
from projections.record.public_feed import FeedFilter, public_entries

LONGEST_WAIT = 30
"""Seconds that a poll may ask to wait."""
WAIT = re.compile(r"[0-9]{1,4}", re.ASCII)
"""However many zeros come first, no more is read of a number than it may have."""
HEARTBEAT_SECONDS = 15.0
"""An idle stream says how far was looked this often, and its caller is asked for anew."""
FOLLOWERS = 1_024
FOLLOWERS_OF_CALLER = 10
"""Streams and waiting polls of the process, and of one key or person."""
LONGEST_FILTER = 2_000
RETRY_MILLISECONDS = 2_000
OFFERED = (CLOUD_EVENTS_BATCH, JSON, EVENT_STREAM)


Told = dict[str, Any]
"""An event as it is told."""


@dataclass(frozen=True)
class Asked:
    """What a follower asks for 订阅请求. after: position seen. wait: seconds."""

    after: int
    wait: int
    where: FeedFilter
    again: dict[str, str]


class PlacedStream(StreamingResponse):
    """A stream that holds a place among those who follow 占位事件流, and gives it back however it ends, begun or not."""

    def __init__(self, place: AbstractContextManager[None], chunks: AsyncGenerator[bytes, None]) -> None:
        super().__init__(chunks, headers={**ALWAYS, "x-accel-buffering": "no"}, media_type=EVENT_STREAM)
        self._place, self._chunks = place, chunks
        place.__enter__()  # refused before the stream begins

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Send it, as long as its client stays."""
        try:
            async with aclosing(self._chunks):
                await super().__call__(scope, receive, send)
        finally:
            self._place.__exit__(None, None, None)


class EventFeed:
    """The endpoint of the feed 公开事件流接口; made for one event loop."""

    def __init__(self, services: Services, operations: Operations, notifications: ChangeNotifications) -> None:
        self._services = services
        self._operations = operations
        self._notifications = notifications
        self._cursors = Cursors(services.secret)
        self._following: Counter[str] = Counter()

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route(SOURCE, self.events, methods=["GET"])]

    async def events(self, request: Request) -> Response:
        """GET /events?after=&wait=&kind=&district=&enterprise=&edition= 公开事件."""
        try:
            media = _media(request)
            token = bearer(authorization(request.headers))
            asked = self._asked(request, of_stream=media == EVENT_STREAM)
            lane = self._operations.admission.lane(token, Lane.READS)
            caller, rows, position = await self._operations.in_thread(self._first, token, asked, lane=lane, token=token)
            if media == EVENT_STREAM:
                return self._streamed(token, caller, asked, rows, position)
            if not rows and asked.wait:
                rows, position = await self._waited(token, caller, asked, position)
            return self._batch(media, asked, rows, position)
        except Malformed as malformed:
            return respond(malformed.answer, JSON, as_status=True)
        except CallerGone as gone:
            return respond(GraphQLResponse({"errors": [gone.error]}, 401), JSON, as_status=True)
        except Refused as refused:
            error = request_error(refused.rule.code, refused.says, refused.says_in_english)
            return respond(GraphQLResponse({"errors": [error]}, 400), JSON, as_status=True)

    def _asked(self, request: Request, *, of_stream: bool) -> Asked:
        given = parameters(request, "after", "wait", "kind", "district", "enterprise", "edition")
        seen = (request.headers.get(LAST_EVENT) if of_stream else None) or given.get("after")
        wait = given.get("wait", "0")
        if WAIT.fullmatch(wait) is None or int(wait) > LONGEST_WAIT:
            raise _wrong(f"wait 须是 0 至 {LONGEST_WAIT} 的整数秒。", f"Give wait in whole seconds, from 0 to {LONGEST_WAIT}.")
        for name in ("kind", "district", "enterprise", "edition"):
            if name in given and not 0 < len(given[name]) <= LONGEST_FILTER:
                raise _wrong(f"{name} 为空或过长。", f"{name} is empty or too long.")
        places = _districts(given.get("district"))
        where = FeedFilter(_names(given.get("kind")), places, _firms(given.get("enterprise")), _editions(given.get("edition")))
        again = {name: value for name, value in given.items() if name != "after"}
        return Asked(self._cursors.open(seen) if seen else 0, int(wait), where, again)

    def _first(self, token: str | None, asked: Asked) -> tuple[Caller, list[Told], int]:
        caller = self._operations.signed_in(token)
        if caller.role not in PLACE_READERS:
            raise Malformed(403, "FORBIDDEN", "以这一角色不能订阅事件。", "Events are not told to this role.")
        return caller, *self._look(caller, asked.where)(asked.after)

    def _look(self, caller: Caller, where: FeedFilter) -> Callable[[int], tuple[list[Told], int]]:
        """A look beyond a position for whoever has that role and scope, and is that partner or none."""
        partner = partner_asking(caller)

        def read(snapshot: Snapshot, role: Role, scope: Scope, after: int) -> list[ToldEntry]:
            rows = public_entries(snapshot, scope, draft_scope(role, scope), role, where, BATCH, after=after)
            return told_entries(snapshot, scope, role, rows, partner, city_day(self._services.clock()))

        def made(entry: ToldEntry) -> Told:
            return entry.event(self._cursors.seal(entry.position))

        return looking(self._services.models, Role(caller.role), caller.scope, read, made)

    async def _looked(self, token: str | None, caller: Caller, where: FeedFilter, after: int) -> tuple[list[Told], int]:
        """What a caller is told beyond a position, and how far was looked; then it is judged anew whether it still may be."""
        what = (SOURCE, where, caller.role, caller.scope, partner_asking(caller))
        found = await self._notifications.looked(what, after, self._look(caller, where), waits=False)
        await self._operations.event_answers.still(token, caller)
        return found

    async def _waited(self, token: str | None, caller: Caller, asked: Asked, position: int) -> tuple[list[Told], int]:
        """What comes within the time that a poll may wait."""
        loop = asyncio.get_running_loop()
        until = loop.time() + asked.wait
        rows: list[Told] = []
        with self._place(caller):
            while not rows and (left := until - loop.time()) > 0:
                await self._moved(caller, position, min(left, HEARTBEAT_SECONDS))
                rows, position = await self._looked(token, caller, asked.where, position)
        return rows, position

    async def _moved(self, caller: Caller, position: int, seconds: float) -> None:
        """Until the read models have moved beyond a position, a role of the caller has ended, or the time is up."""
        waiting = {
            asyncio.ensure_future(self._notifications.beyond(position, seconds)),
            asyncio.ensure_future(self._operations.revoked(caller).wait()),
        }
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    @contextmanager
    def _place(self, caller: Caller) -> Iterator[None]:
        """A place among those who follow.

        Raises:
            Overloaded: the caller has too many, or everyone together.
        """
        is_own = self._following[caller.actor] >= FOLLOWERS_OF_CALLER
        if is_own or self._following.total() >= FOLLOWERS:
            raise self._operations.admission.refusal(is_own=is_own)
        self._following[caller.actor] += 1
        try:
            yield
        finally:
            self._following[caller.actor] -= 1
            if not self._following[caller.actor]:
                del self._following[caller.actor]

    def _batch(self, media: str, asked: Asked, rows: Sequence[Told], position: int) -> Response:
        following = urlencode({"after": self._cursors.seal_place(position), **asked.again})
        headers = {**ALWAYS, "link": f'<{SOURCE}?{following}>; rel="next"'}
        return Response(orjson.dumps(rows), 200, headers, media_type=f"{media}; charset=utf-8")

    def _streamed(
        self, token: str | None, caller: Caller, asked: Asked, rows: list[Told], position: int
    ) -> PlacedStream:
        async def chunks() -> AsyncGenerator[bytes, None]:
            told, seen = rows, position
            loop = asyncio.get_running_loop()
            due = loop.time()
            yield b"retry: %d\n\n" % RETRY_MILLISECONDS
            try:
                while True:
                    if told:  # one chunk a look: what a slow reader has not taken is not asked for yet
                        yield b"".join(map(_event, told))
                    if len(told) < BATCH:
                        if due <= loop.time():  # at its time, whether or not others wrote anything meanwhile
                            yield b"id: %s\n\n" % self._cursors.seal_place(seen).encode()
                            due = loop.time() + HEARTBEAT_SECONDS
                        await self._moved(caller, seen, due - loop.time())
                    told, seen = await self._looked(token, caller, asked.where, seen)
            except (CallerGone, Overloaded):  # who comes back is told which
                return

        return PlacedStream(self._place(caller), chunks())


def _event(told: Told) -> bytes:
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (told["id"].encode(), told["type"].encode(), orjson.dumps(told))


def _media(request: Request) -> str:
    found = accepted(request.headers.get("accept"), OFFERED)
    if found is None:
        offered = ", ".join(OFFERED)
        raise Malformed(406, "NOT_ACCEPTABLE", f"可用类型：{offered}。", f"Accept one of: {offered}.")
    return found


def _names(kinds: str | None) -> frozenset[str] | None:
    """The public names that a list of kinds and names says, parted by commas."""
    if kinds is None:
        return None
    given = [one.strip() for one in kinds.split(",")]
    if unknown := unknown_kinds(given):
        wrong, place = unknown[0][:60], given.index(unknown[0]) + 1
        chinese, english = (
            (f"kind 没有 {wrong}", f"There is no kind {wrong}")
            if wrong
            else (f"kind 的第 {place} 项为空", f"Item {place} of kind is empty")
        )
        chinese += f"；可用类别：{'、'.join(KINDS)}，或其中事件的全名。"
        english += f"; there are {', '.join(KINDS)}, or the whole name of an event."
        raise _wrong(chinese, english)
    return names_of(given)


def _districts(given: str | None) -> frozenset[str] | None:
    """The districts of a list of codes or ids, parted by commas."""
    named = districts_in("district", None if given is None else [one.strip() for one in given.split(",")])
    return None if named is None else frozenset(named)


def _editions(given: str | None) -> frozenset[str] | None:
    """The editions of a list of keys or ids, parted by commas."""
    named = edition_keys_in("edition", None if given is None else [one.strip() for one in given.split(",")])
    return None if named is None else frozenset(named)


def _firms(given: str | None) -> frozenset[str] | None:
    """The firms of a list of keys or ids, parted by commas."""
    named = firm_keys_in("enterprise", None if given is None else [one.strip() for one in given.split(",")])
    return None if named is None else frozenset(named)


def _wrong(chinese: str, english: str) -> Malformed:
    return Malformed(400, "MALFORMED_INPUT", chinese, english)
