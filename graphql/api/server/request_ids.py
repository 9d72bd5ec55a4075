"""Request ids · 请求编号. One for every request: in its answer's header, in what it logs, in an error that is our fault."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-request-id"
request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is answered in this thread or task; empty outside of any."""
client_address: ContextVar[str] = ContextVar("client_address", default="")
"""Whence that request came: the address that a trusted proxy names, else of the connection itself."""
LEFT = "zhenduan.left"
"""Key of a request's scope: whether its client has closed the connection, where the server tells."""


def stays() -> bool:
    """Of a client that is not known to have left."""
    return False


client_has_left: ContextVar[Callable[[], bool]] = ContextVar("client_has_left", default=stays)
"""Whether whoever sent the request that is answered in this task has gone: what is made then is made for nobody."""
HEAD = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})
"""Messages that carry the headers of an answer."""

Failed = Callable[[Scope, Receive, Send, Exception], Awaitable[None]]


class RequestIds:
    """ASGI middleware · 请求编号: gives the id, and lets `failed` answer where the app raised before it had begun to answer.

    An id that the client sends is not taken: it would stand in our log as if it were ours.
    """

    def __init__(self, app: ASGIApp, failed: Failed) -> None:
        self._app = app
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or carry one socket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        identity = uuid4().hex
        client = scope.get("client")
        tokens = request_id.set(identity), client_address.set(client[0] if client else "")
        left = client_has_left.set(scope.get(LEFT, stays))
        begun = False

        async def marked(message: Message) -> None:
            nonlocal begun
            if message["type"] in HEAD:
                begun = True
                message.setdefault("headers", [])
                MutableHeaders(scope=message)[HEADER] = identity
            await send(message)

        try:
            await self._app(scope, receive, marked)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller gets its id and the log the rest
            await self._failed(scope, receive, _nothing if begun and scope["type"] == "http" else marked, fault)
        finally:
            request_id.reset(tokens[0])
            client_address.reset(tokens[1])
            client_has_left.reset(left)


async def _nothing(_message: Message) -> None:
    """Half an answer has left: nothing more is said, and the server cuts the line."""
