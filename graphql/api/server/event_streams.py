"""Event streams · 事件流: GraphQL over server-sent events, in both modes of the graphql-sse protocol.

Distinct connections: one operation a request; the answer is its stream. Single connection: a stream is reserved by PUT and
opened by GET with the reservation's token; POST with that token runs an operation whose answers go there, DELETE ends one. It is
for browsers that speak HTTP/1, which open six connections to a host and no more.

Each event of a subscription that has a position carries it as `id:`; a client that comes back with `Last-Event-ID` goes on there.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

import orjson
from graphql import OperationType
from starlette.responses import PlainTextResponse, Response

from api.kit.ports import PUBLIC
from api.server.admission import Lane, Overloaded
from api.server.errors import request_error
from api.server.messages import CallerGone, GraphQLRequest, GraphQLResponse, faulted
from api.server.open_streams import EVENT_STREAM, HEADERS, HEARTBEAT, Ended, IdleStreams, OpenStream
from api.server.operations import Operations
from api.server.prepared_operations import PreparedOperation
from api.server.request_ids import client_address
from api.server.response_bodies import encoded
from journal import Caller

STREAM_TOKEN = "x-graphql-event-stream-token"  # noqa: S105 - the name of a header
LAST_EVENT = "last-event-id"
HEARTBEAT_SECONDS = 15.0
"""An idle stream says it is alive this often, and its caller is asked for anew."""
UNOPENED_SECONDS = 30.0
"""A reservation that nobody opens ends after this."""
RESERVATIONS = 1_024
RESERVATIONS_OF_HOLDER = 10
"""Of one person, or of one address that nobody is signed in at: a tab has one."""
OPERATIONS_OF_STREAM = 10
WAITING_EVENTS = 64
"""Of one stream; an operation whose client takes nothing waits."""
EVERYTHING = frozenset(OperationType)
COMPLETE = b"event: complete\ndata:\n\n"

Sent = Response | GraphQLResponse
"""A response, or an answer that becomes one with its own status."""


@dataclass
class ReservedStream:
    """A stream that was reserved 预留的事件流, and what runs for it.

    bearer: the token that made it; None = the public. caller: who that was. operations: by their ids; None while one is looked at.
    is_open: somebody asked for it. is_read: and reads it.
    """

    bearer: str | None
    caller: Caller
    holder: str
    events: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(WAITING_EVENTS))
    operations: dict[str, asyncio.Task[None] | None] = field(default_factory=dict)
    is_open: bool = False
    is_read: bool = False


class EventStreams:
    """The streams of one process 事件流; made for one event loop."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._reserved: dict[str, ReservedStream] = {}
        self._holders: Counter[str] = Counter()
        self._idle = IdleStreams()

    async def distinct(self, asked: GraphQLRequest, token: str | None, kinds: frozenset[OperationType]) -> Sent:
        """The stream of one operation; what is wrong with its document is told there too, as the protocol asks."""
        admitted = await self._admitted(asked, token, kinds)
        if isinstance(admitted, GraphQLResponse):
            if admitted.status in (401, 405, 503):
                return admitted
            return Response(_next(admitted) + COMPLETE, 200, {**HEADERS, "x-accel-buffering": "no"}, EVENT_STREAM)
        caller = admitted.context.caller if admitted.context.identified is not None else None

        async def judge() -> None:
            await self._operations.check(admitted)

        return self._stream(self._events(admitted), judge, _closing, caller)

    def _stream(
        self,
        chunks: AsyncGenerator[bytes, None],
        judge: Callable[[], Awaitable[None]],
        ending: Callable[[Ended], bytes],
        caller: Caller | None,
    ) -> Response:
        """An open stream of a caller; None = the public."""
        return OpenStream(chunks, judge, ending, self._idle, HEARTBEAT_SECONDS, partial(self._operations.watch, caller))

    async def _admitted(
        self, asked: GraphQLRequest, token: str | None, kinds: frozenset[OperationType]
    ) -> PreparedOperation | GraphQLResponse:
        lane = self._operations.lane(asked, token)
        return await self._operations.in_thread(
            self._operations.admit, asked, token, kinds, lane=lane, token=token
        )

    async def _events(self, admitted: PreparedOperation) -> AsyncGenerator[bytes, None]:
        async with aclosing(self._operations.stream(admitted)) as answers:
            async for answer in answers:
                yield _next(answer)
        yield COMPLETE

    async def reserve(self, token: str | None) -> Sent:
        """Reserve a stream; its token is the body.

        Raises:
            Overloaded: the caller has too many, or everyone together.
        """
        try:
            lane = self._operations.admission.lane(token, Lane.READS)
            identified = await self._operations.in_thread(self._operations.identify, token, lane=lane, token=token)
        except CallerGone as gone:
            return GraphQLResponse({"errors": [gone.error]}, 401)
        holder = identified.caller.actor if identified is not None else f"address {client_address.get()}"
        if self._holders[holder] >= RESERVATIONS_OF_HOLDER or len(self._reserved) >= RESERVATIONS:
            raise self._operations.admission.refusal(is_own=self._holders[holder] >= RESERVATIONS_OF_HOLDER)
        name = secrets.token_urlsafe(32)
        self._reserved[name] = ReservedStream(token, identified.caller if identified is not None else PUBLIC, holder)
        self._holders[holder] += 1
        asyncio.get_running_loop().call_later(UNOPENED_SECONDS, self._expire, name)
        return PlainTextResponse(name, 201, HEADERS)

    async def open(self, name: str, token: str | None) -> Sent:
        """Open a reserved stream. Without a bearer token the reservation's own suffices: EventSource sends no headers."""
        reservation = self._reserved.get(name)
        if reservation is None or (token is not None and token != reservation.bearer):
            return NO_RESERVATION
        if reservation.is_open:
            return ALREADY_OPEN
        reservation.is_open = True
        asyncio.get_running_loop().call_later(UNOPENED_SECONDS, self._expire, name)
        caller = reservation.caller

        async def judge() -> None:
            await self._operations.event_answers.still(reservation.bearer, caller)

        whose = caller if reservation.bearer is not None else None
        return self._stream(self._carried(name, reservation), judge, lambda _ended: b"", whose)

    async def run(self, name: str, token: str | None, asked: GraphQLRequest) -> Sent:
        """Run an operation whose answers go to a reserved stream.

        Raises:
            Overloaded: the stream has too many operations, or as `Operations.in_thread`.
        """
        reservation = self._reserved.get(name)
        if reservation is None or token != reservation.bearer:
            return NO_RESERVATION
        operation = asked.operation_id
        if not operation:
            return NO_OPERATION_ID
        if operation in reservation.operations:
            return SAME_OPERATION
        if len(reservation.operations) >= OPERATIONS_OF_STREAM:
            raise self._operations.admission.refusal(is_own=True)
        reservation.operations[operation] = None
        try:
            admitted = await self._admitted(asked, token, EVERYTHING)
        except BaseException:
            reservation.operations.pop(operation, None)
            raise
        if self._reserved.get(name) is not reservation:
            return NO_RESERVATION
        if operation not in reservation.operations:  # it was ended meanwhile
            return Response(status_code=202, headers=HEADERS)
        if isinstance(admitted, GraphQLResponse) and admitted.status in (401, 503):
            del reservation.operations[operation]
            return admitted
        reservation.operations[operation] = asyncio.create_task(self._run(reservation, operation, admitted))
        return Response(status_code=202, headers=HEADERS)

    async def _run(
        self, reservation: ReservedStream, operation: str, admitted: PreparedOperation | GraphQLResponse
    ) -> None:
        put = reservation.events.put
        try:
            if isinstance(admitted, GraphQLResponse):
                await put(_next_of(operation, admitted))
            else:
                async with aclosing(self._operations.stream(admitted)) as answers:
                    async for answer in answers:
                        await put(_next_of(operation, answer))
        except (CallerGone, Overloaded) as ended:
            await put(_next_of(operation, _closing_answer(ended)))
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller gets its id and the log the rest
            await put(_next_of(operation, faulted(fault)))
        await put(_complete_of(operation))
        reservation.operations.pop(operation, None)

    async def stop(self, name: str, token: str | None, operation: str | None) -> Sent:
        """End an operation of a reserved stream; one that has ended already is no fault."""
        reservation = self._reserved.get(name)
        if reservation is None or token != reservation.bearer:
            return NO_RESERVATION
        if not operation:
            return NO_OPERATION_ID
        task = reservation.operations.pop(operation, None)
        if task is not None:
            task.cancel()
        return Response(status_code=200, headers=HEADERS)

    async def _carried(self, name: str, reservation: ReservedStream) -> AsyncGenerator[bytes, None]:
        """What comes for a reserved stream, until its client or its caller is gone."""
        reservation.is_read = True
        try:
            yield HEARTBEAT  # the client learns that its stream is open
            while True:
                yield await reservation.events.get()
        finally:
            self._end(name)

    def _expire(self, name: str) -> None:
        reservation = self._reserved.get(name)
        if reservation is not None and not reservation.is_read:
            self._end(name)

    def _end(self, name: str) -> None:
        reservation = self._reserved.pop(name)
        for task in reservation.operations.values():
            if task is not None:
                task.cancel()
        self._holders[reservation.holder] -= 1
        if not self._holders[reservation.holder]:
            del self._holders[reservation.holder]


def _error(status: int, code: str, chinese: str, english: str) -> GraphQLResponse:
    return GraphQLResponse({"errors": [request_error(code, chinese, english)]}, status)


NO_RESERVATION = _error(
    404, "STREAM_NOT_RESERVED", "没有该事件流，请先用 PUT 预留。", "There is no such stream; reserve one by PUT first."
)
ALREADY_OPEN = _error(409, "STREAM_OPEN", "该事件流已打开。", "That stream is open already.")
SAME_OPERATION = _error(
    409, "OPERATION_ID_TAKEN", "该操作编号仍在使用，请换一个。", "That operationId is in use; take another one."
)
NO_OPERATION_ID = _error(
    400, "OPERATION_ID_MISSING", "缺少 operationId。", "The operationId is missing or not a string."
)


def _closing_answer(ended: Ended) -> GraphQLResponse:
    if isinstance(ended, CallerGone):
        return GraphQLResponse({"errors": [ended.error]})
    return _error(ended.status, ended.code, ended.chinese, ended.english)


def _closing(ended: Ended) -> bytes:
    return _next(_closing_answer(ended)) + COMPLETE


def _next(answer: GraphQLResponse) -> bytes:
    position = f"id: {answer.position}\n".encode() if answer.position else b""
    return b"event: next\n" + position + b"data: " + encoded(answer) + b"\n\n"


def _next_of(operation: str, answer: GraphQLResponse) -> bytes:
    return b'event: next\ndata: {"id":' + orjson.dumps(operation) + b',"payload":' + encoded(answer) + b"}\n\n"


def _complete_of(operation: str) -> bytes:
    return b'event: complete\ndata: {"id":' + orjson.dumps(operation) + b"}\n\n"
