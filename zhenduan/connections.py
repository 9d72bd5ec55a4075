"""Connections 连接: what a client may hold open, bounded in size, count and time before any request of it exists.

uvicorn's parser takes headers without end, and a connection that sent half a request stays for ever; a proxy in front would
bound both, but a program that falls without one is not safe behind one either. Of connections that wait for a request the
one that waits longest gives way to a new one, so that nobody keeps others out by holding many.
"""

import asyncio
import logging
import re
from collections import Counter, OrderedDict
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import orjson
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.datastructures import Headers as WebSocketHeaders
from websockets.http11 import Response

from api.server.admission import Overloaded, Place
from api.server.early_rejection import LET_IN, PATHS, AdmissionGate, asks_for_an_answer, refusal_on_the_wire
from api.server.errors import request_error
from api.server.request_ids import LEFT
from zhenduan.limits import ConnectionLimits

log = logging.getLogger(__name__)

TOO_MANY_HEADERS = (431, "HEADERS_TOO_LARGE", "请求标头过大或过多。", "The headers are too large or too many.")
WHICH_HOST = (
    400,
    "HOST_MISSING_OR_AMBIGUOUS",
    "请求须恰有一个有效的 Host 标头。",
    "A request names one host in one Host header (RFC 9112, 3.2).",
)
HOST = re.compile(rb"[A-Za-z0-9._~%!$&'()*+,;=:\[\]-]*")
"""Letters of a host with its port. What lies in front of us may read another name out of anything else."""
TOO_SLOW = (408, "TOO_SLOW", "请求未在限时内发完。", "The request did not arrive in time.")
TOO_MANY = (429, "TOO_MANY_CONNECTIONS", "同一地址的连接过多，请稍后重试。", "Too many connections from one address; retry later.")
FULL = (503, "OVERLOADED", "连接数已满，请稍后重试。", "All connections are in use; retry later.")
NO_SOCKET = (
    "WEBSOCKET_REFUSED",
    "无法建立 WebSocket 连接，请按 RFC 6455 握手，并从允许的来源连接。",
    "No WebSocket was opened; shake hands as RFC 6455 says, from an origin that is allowed.",
)
MALFORMED = (400, "BAD_REQUEST", "不是有效的 HTTP 请求。", "Not a valid HTTP request.")
RETRY_SECONDS = 5
GRAPHQL = frozenset(path.encode() for path in PATHS)
LARGEST_HELD = 64 * 1024
"""Bytes of a body that are held back to see whether it is a command; a larger one is the program's to read."""

Refusal = tuple[int, str, str, str]
"""Status, code, Chinese and English sentence."""


def refusal_bytes(refusal: Refusal) -> bytes:
    """A whole answer to what never became a request 连接拒绝, with an id that the log has too."""
    status, code, chinese, english = refusal
    request = uuid4().hex
    log.info("connection refused: %s, request %s", code, request)
    body = orjson.dumps({"errors": [request_error(code, chinese, english, requestId=request)]})
    head = [
        STATUS_LINE[status].rstrip(),
        b"content-type: application/json; charset=utf-8",
        b"cache-control: no-store",
        f"x-request-id: {request}".encode(),
        *([f"retry-after: {RETRY_SECONDS}".encode()] if status in (429, 503) else []),
        f"content-length: {len(body)}".encode(),
        b"connection: close",
    ]
    return b"\r\n".join([*head, b"", body])


class Connections:
    """Everything that is open in this process 连接表, on the event loop's thread alone."""

    def __init__(self, limits: ConnectionLimits, gate: AdmissionGate | None = None) -> None:
        self.limits = limits
        self.gate = gate
        self._sources: dict[object, str] = {}
        self._of_source: Counter[str] = Counter()
        self._waiting: OrderedDict[object, Callable[[], None]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sources)

    def enter(self, one: object, source: str) -> Refusal | None:
        """Count a new connection in; why not, where there is no room even after the longest waiting one has given way."""
        limits = self.limits
        if source not in limits.proxies and self._of_source[source] >= limits.per_source:
            return TOO_MANY
        if len(self._sources) >= limits.connections:
            if not self._waiting:
                return FULL
            longest, give_way = next(iter(self._waiting.items()))
            self.leave(longest)
            give_way()
        self._sources[one] = source
        self._of_source[source] += 1
        return None

    def leave(self, one: object) -> None:
        """Count a connection out."""
        self._waiting.pop(one, None)
        source = self._sources.pop(one, None)
        if source is not None:
            self._of_source[source] -= 1
            if not self._of_source[source]:
                del self._of_source[source]

    def waits(self, one: object, give_way: Callable[[], None]) -> None:
        """A connection waits for a request from now on; `give_way` ends it."""
        if one in self._sources:
            self._waiting[one] = give_way

    def works(self, one: object) -> None:
        """A connection has sent a request whole."""
        self._waiting.pop(one, None)


class BoundedHTTP(HttpToolsProtocol):
    """HTTP over one connection 限额连接: uvicorn's, with a clock and a measure on what has not become a request yet."""

    def __init__(self, *arguments: Any, shared: Connections, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **named)
        self._shared = shared
        self._limits = shared.limits
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._in_head = True
        self._in_body = False
        self._begun = False
        self._head_size = 0
        self._head_fed = 0
        self._refusal = MALFORMED
        self._refused: Overloaded | None = None
        self._held = bytearray()
        self._over = False

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn narrows it
        """Count it in and give it so long to send its first headers."""
        super().connection_made(transport)
        refusal = self._shared.enter(self, self.client[0] if self.client else "")
        if refusal is not None:
            self._turn_away(refusal)
            return
        self._shared.waits(self, transport.abort)
        self._after(self._limits.head_seconds, self._head_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it out."""
        self._shared.leave(self)
        self._after(0, None)
        if self._stalled is not None:
            self._stalled.cancel()
        super().connection_lost(exc)

    def _after(self, seconds: float, then: Callable[[], None] | None) -> None:
        """The one deadline of this connection: another one, or none."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, then) if then is not None else None

    def _turn_away(self, refusal: Refusal) -> None:
        """Say why and end; what the client still sends is read and dropped, else its system would drop our answer."""
        if self._over or self.transport.is_closing():
            return
        self._over = True
        if self._answering():  # in the middle of another answer nothing can be said
            self.transport.abort()
            return
        self.transport.write(refusal_bytes(refusal))
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self._after(self._limits.lingering_seconds, self.transport.abort)
        else:
            self.transport.close()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _head_late(self) -> None:
        self._timer = None
        if self._answering():  # the next request can wait for this answer
            self._after(self._limits.head_seconds, self._head_late)
        elif self._begun:
            self._turn_away(TOO_SLOW)
        else:
            self.transport.abort()

    # What arrives

    def data_received(self, data: bytes) -> None:
        """Parse, unless the connection is over; headers that have no end are noticed though none is complete."""
        if self._over:
            return
        if self._in_head:
            self._head_fed += len(data)
            data = without_other_upgrades(data)
        super().data_received(data)
        if self._refused is not None and self._timer is None:  # the rest of its body is still to come
            self._after(self._limits.head_seconds, self.transport.abort)
        if not self._in_head or self._over:
            return
        if self._head_fed > self._limits.head_bytes:
            self._turn_away(TOO_MANY_HEADERS)
        elif self._timer is None and (self._begun or not self._answering()):  # a blank line begins nothing, yet keeps alive
            self._after(self._limits.head_seconds, self._head_late)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begun, self._head_size, self._head_fed = True, 0, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of the request line."""
        self._measure(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, whole."""
        self._measure(name + value)
        super().on_header(name, value)

    def _measure(self, more: bytes) -> None:
        self._head_size += len(more)
        if self._head_size > self._limits.head_bytes or len(self.headers) >= self._limits.headers:
            self._refusal = TOO_MANY_HEADERS
            raise ValueError("headers beyond their bounds")  # the parser stops, and uvicorn asks for its answer below

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's English is not what we say
        """Answer what is no request."""
        self._turn_away(self._refusal)

    def on_headers_complete(self) -> None:
        """The request is one: from here on its deadline is the program's."""
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or not all(map(HOST.fullmatch, hosts)) or (not hosts and self.parser.get_http_version() == "1.1"):
            self._refusal = WHICH_HOST
            raise ValueError("no host, or more than one")  # as for headers beyond their bounds
        self._in_head, self._in_body = False, True
        self._shared.works(self)
        self._after(0, None)
        let_in = self._let_in()
        if isinstance(let_in, Overloaded):  # a command may still have room: its body tells
            self._refused, self._held = let_in, bytearray()
        else:
            self._hand_over(let_in)

    def _let_in(self) -> Place | Overloaded | None:
        """Where a read is let in here, or why it would not be taken on now; None = the program is to judge it."""
        gate = self._shared.gate
        if gate is None or self._answering() or self.expect_100_continue or self.parser.should_upgrade():
            return None
        method = self.parser.get_method()
        if not (self.url in GRAPHQL if method == b"POST" else method == b"GET" and asks_for_an_answer(self.url, self.headers)):
            return None
        return gate.let_in(self.headers)

    def _hand_over(self, place: Place | None = None) -> None:
        """Give the request to the program, which may ask whether its client is still there."""
        super().on_headers_complete()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment] # with keys of our own; nobody has looked at it yet
        if (cycle := self.cycle) is not None:
            scope[LEFT] = lambda: cycle.disconnected
        if place is not None and (gate := self._shared.gate) is not None:
            scope[LET_IN] = place
            gate.admission.expect(place)
            self.loop.call_soon(gate.admission.taken_up, place)  # after the first step of the task that was made just now

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if self._refused is None:
            super().on_body(body)
            return
        self._held += body
        if len(self._held) > LARGEST_HELD:
            self._go_on()

    def _go_on(self) -> None:
        """Hand to the program what was held back."""
        self._refused = None
        self._after(0, None)
        self._hand_over()
        super().on_body(bytes(self._held))

    def on_message_complete(self) -> None:
        """The body is whole as well."""
        self._in_head, self._in_body, self._begun, self._head_fed = True, False, False, 0
        gate = self._shared.gate
        if self._refused is not None and gate is not None and gate.takes(self.headers, self._held):
            self._go_on()
        if self._refused is None:
            super().on_message_complete()
        else:
            self._say_no(self._refused)

    def _say_no(self, refused: Overloaded) -> None:
        """Refuse without a task, a context or a route: three of these come with each answer when three times too much is asked."""
        headers, body = refusal_on_the_wire(refused)
        usual = [b"%s: %s\r\n" % header for header in self.server_state.default_headers]
        keep = self.parser.should_keep_alive()
        ending = b"\r\n" if keep else b"connection: close\r\n\r\n"
        self.transport.write(b"".join([STATUS_LINE[refused.status], *usual, headers, ending, body]))
        self._refused = None
        self._after(0, None)
        if keep:
            self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)
            self._shared.waits(self, self.transport.abort)
        else:
            self.transport.close()

    # What leaves

    def on_response_complete(self) -> None:
        """Wait for the next request; a body that nobody wanted may not go on for ever."""
        super().on_response_complete()
        if self.transport.is_closing() or self._answering():
            return
        if self._in_body:
            self._after(self._limits.lingering_seconds, self.transport.abort)
            return
        self._shared.waits(self, self.transport.abort)
        if self._begun:  # uvicorn takes what follows for nothing, and waits as for an idle client
            self._unset_keepalive_if_required()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing came for a while: close, and give what is still to be sent only so long."""
        super().timeout_keep_alive_handler()
        self._after(self._limits.lingering_seconds, self.transport.abort)

    def pause_writing(self) -> None:
        """The client does not take what we send."""
        super().pause_writing()
        self._stalled = self.loop.call_later(self._limits.stalled_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It takes it again."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection to the socket's protocol, which counts it from here on and knows no deadline of headers."""
        self._shared.leave(self)
        self._after(0, None)
        self._over = True
        super().handle_websocket_upgrade()


UPGRADE = re.compile(rb"(?im)^upgrade:(?![ \t]*websocket)")


def without_other_upgrades(head: bytes) -> bytes:
    """The beginning of a request without offers to go on in a protocol that is not spoken here 忽略其他协议升级.

    A server may pass over such an offer (RFC 9110, 7.8), and clients make it unasked (`h2c`); the parser would drop the body.
    """
    lines, end, body = head.partition(b"\r\n\r\n")
    return UPGRADE.sub(b"x-upgrade:", lines) + end + body if b"upgrade:" in lines.lower() else head


def handshake_refused(status: int, _text: str) -> Response:
    """Answer to what does not become a WebSocket 握手拒绝, in both languages."""
    request = uuid4().hex
    log.info("connection refused: %s, request %s", NO_SOCKET[0], request)
    body = orjson.dumps({"errors": [request_error(*NO_SOCKET, requestId=request)]})
    told = {"Connection": "close", "Content-Length": str(len(body)), "Content-Type": "application/json", "X-Request-Id": request}
    return Response(int(status), HTTPStatus(status).phrase, WebSocketHeaders(told), body)


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket 限额套接字, counted among the connections of its source, and ended when its client takes nothing."""

    def __init__(self, *arguments: Any, shared: Connections, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **named)
        self._shared = shared
        self._stalled: asyncio.TimerHandle | None = None
        self.conn.reject = handshake_refused  # type: ignore[method-assign, assignment] # the library's own words are English alone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It takes the place that its handshake had."""
        super().connection_made(transport)
        self._shared.enter(self, self.client[0] if self.client else "")

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it out."""
        self._shared.leave(self)
        if self._stalled is not None:
            self._stalled.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not take what we send."""
        super().pause_writing()
        self._stalled = self.loop.call_later(self._shared.limits.stalled_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It takes it again."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()


def bounded(app: Any, limits: ConnectionLimits, **named: Any) -> Config:  # noqa: ANN401 - as uvicorn takes them
    """Configuration of uvicorn with these bounds 服务配置; one table of connections for the process."""
    shared = Connections(limits, getattr(getattr(app, "state", None), "gate", None))
    return Config(
        app,
        http=partial(BoundedHTTP, shared=shared),  # type: ignore[arg-type] # called as the class would be
        ws=partial(BoundedWebSocket, shared=shared),  # type: ignore[arg-type] # likewise
        timeout_keep_alive=limits.idle_seconds,
        forwarded_allow_ips=sorted(limits.proxies),
        access_log=False,  # nothing hears it, and each answer would put its line together
        **named,
    )
