"""Open streams · 打开的事件流: answers that go on until their client or their caller is gone, each in one task. plan P5, P7.

What comes is written by the task that waits for it. A stream on which nothing came for a while says that it lives, after its
caller was asked for anew; those that fall idle in the same second do so together, so that their sessions are judged together.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from contextvars import copy_context

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.server.admission import Overloaded
from api.server.messages import CallerGone

EVENT_STREAM = "text/event-stream"
HEADERS = {"cache-control": "no-store", "vary": "accept, authorization", "x-content-type-options": "nosniff"}
HEARTBEAT = b":\n\n"

Ended = CallerGone | Overloaded
"""Why a stream ends that its client has not left."""
Watch = Callable[[Callable[[], None]], Callable[[], None]]
"""Has a function called whenever a caller is to be asked for at once, until what it gives is called."""


class IdleStreams:
    """When each open stream will have been idle for as long as it may 空闲检查; made for one event loop."""

    def __init__(self) -> None:
        self._due: dict[float, set[OpenStream]] = {}

    def expect(self, stream: "OpenStream") -> None:
        """Have a stream looked at when that time has come."""
        at = stream.told_at + stream.seconds
        stream.looked_at = math.ceil(at) if stream.seconds >= 1 else at
        waiting = self._due.get(stream.looked_at)
        if waiting is None:
            waiting = self._due[stream.looked_at] = set()
            asyncio.get_running_loop().call_at(stream.looked_at, self._come, stream.looked_at)
        waiting.add(stream)

    def leave(self, stream: "OpenStream") -> None:
        """It has ended."""
        if (waiting := self._due.get(stream.looked_at)) is not None:
            waiting.discard(stream)

    def _come(self, at: float) -> None:
        for stream in self._due.pop(at):
            if stream.told_at + stream.seconds <= at:
                stream.told_at = at
                stream.beat()
            self.expect(stream)


class OpenStream(StreamingResponse):
    """A stream of server-sent events 事件流应答.

    Args:
        chunks: what is written as it comes.
        judge: asks anew for its caller; raises where that is somebody else now.
        ending: what is said last where its caller is gone, or something is not taken on.
        idle: the idle streams of the process.
        seconds: for which it may be idle.
        watch: tells when its caller is to be asked for at once.

    told_at: when something was written last, on the loop's clock. looked_at: when it is looked at next.
    """

    def __init__(
        self,
        chunks: AsyncGenerator[bytes, None],
        judge: Callable[[], Awaitable[object]],
        ending: Callable[[Ended], bytes],
        idle: IdleStreams,
        seconds: float,
        watch: Watch,
    ) -> None:
        super().__init__(chunks, media_type=EVENT_STREAM, headers={**HEADERS, "x-accel-buffering": "no"})
        self.seconds, self.told_at, self.looked_at = seconds, 0.0, 0.0
        self._chunks, self._judge, self._ending, self._idle, self._watch = chunks, judge, ending, idle, watch
        self._beating: asyncio.Task[None] | None = None
        self._judged_again = False
        self._is_over = False
        self._fault: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - of any request
        """Write it, as long as its client and its caller stay."""
        own = asyncio.current_task()
        assert own is not None  # noqa: S101 - an app runs in a task
        self._own, self._send, self._variables = own, send, copy_context()
        leaving = asyncio.ensure_future(_until_left(receive))
        try:
            await self._written(leaving)
        except (CallerGone, Overloaded) as ended:
            self._fault = ended
        except asyncio.CancelledError:  # its client has left, its caller is gone, or the server ends
            own.uncancel()
        finally:
            has_left = leaving.done()
            leaving.cancel()
        if has_left:
            return
        if isinstance(self._fault, CallerGone | Overloaded):
            await self._put(self._ending(self._fault))
        elif self._fault is not None:
            raise self._fault
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _written(self, leaving: asyncio.Task[None]) -> None:
        """Write what comes; cancelled by whatever ends it before that."""
        unwatch: Callable[[], None] | None = None
        try:
            async with aclosing(self._chunks) as chunks:
                await self._send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                leaving.add_done_callback(self._left)
                unwatch = self._watch(self.beat)
                self.told_at = asyncio.get_running_loop().time()
                self._idle.expect(self)
                async for chunk in chunks:
                    await self._put(chunk)
        finally:
            self._is_over = True
            self._idle.leave(self)
            if unwatch is not None:
                unwatch()
            if self._beating is not None:
                self._beating.cancel()

    async def _put(self, chunk: bytes) -> None:
        self.told_at = asyncio.get_running_loop().time()
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})

    def beat(self) -> None:
        """Ask for the caller anew, and say that the stream lives."""
        if self._beating is None or self._beating.done():
            self._beating = asyncio.get_running_loop().create_task(self._beat(), context=self._variables)
        else:
            self._judged_again = True  # what is asked now was begun before

    async def _beat(self) -> None:
        try:
            self._judged_again = True
            while self._judged_again:
                self._judged_again = False
                await self._judge()
            await self._send({"type": "http.response.body", "body": HEARTBEAT, "more_body": True})
        except Exception as fault:  # noqa: BLE001 - said or raised by the stream's own task
            self._end(fault)

    def _left(self, _leaving: asyncio.Task[None]) -> None:
        self._end(None)

    def _end(self, fault: Exception | None) -> None:
        """Have its own task end it, once."""
        if not self._is_over:
            self._is_over, self._fault = True, fault
            self._own.cancel()


async def _until_left(receive: Receive) -> None:
    """Until the client of a request has closed its connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
