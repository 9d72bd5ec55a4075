"""Gate · 入口. What would be refused anyway is refused before anything of it is looked at: refusing must cost next to nothing.

Else a server that is asked for three times what it can do spends itself on saying no.
"""

from collections.abc import Iterable
from uuid import uuid4

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.server.admission import Admission, Lane, Overloaded
from api.server.browser_sessions import counts, session_in
from api.server.errors import request_error
from api.server.request_ids import HEADER

PATHS = ("/graphql", "/graphql/")
"""Where GraphQL is served, the second for clients that put a slash at the end; neither sends anyone to the other."""
READING = (Lane.READS, Lane.NEWCOMERS, Lane.STRANGERS)
COMMANDS = (b"mutation", b"documentId")
"""A body without these words holds no command; one with them is looked at more closely."""


class AdmissionGate:
    """ASGI middleware · 入口: lets everything pass while there is room in the queue of reads it would wait in."""

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._app = app
        self._admission = admission

    def refusal(self, headers: Iterable[tuple[bytes, bytes]]) -> Overloaded | None:
        """Why a caller's read is not taken on now, by the headers of the request alone; None where it is."""
        if not any(map(self._admission.is_full, READING)):
            return None
        lane = self._admission.lane(_token(headers), Lane.READS)
        return self._admission.refusal() if self._admission.is_full(lane) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or scope["path"] not in PATHS or not any(map(self._admission.is_full, READING)):
            await self._app(scope, receive, send)
            return
        token = _token(scope["headers"])
        if not self._admission.is_full(self._admission.lane(token, Lane.READS)):
            await self._app(scope, receive, send)
            return
        first: Message | None = None
        if not self._admission.is_full(self._admission.lane(token, Lane.COMMANDS, Lane.ENTRY)):
            first = await receive()
        if first is None or (first.get("body") and not first.get("more_body") and not may_command(first["body"])):
            await _refuse(self._admission.refusal(), send)
            return

        async def again() -> Message:
            nonlocal first
            message, first = first, None
            return message if message is not None else await receive()

        await self._app(scope, again, send)


def may_command(body: bytes | bytearray) -> bool:
    """Whether a request's body may hold a command."""
    return any(word in body for word in COMMANDS)


def _token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    sent = dict(headers)
    given = sent.get(b"authorization")
    if given is None:
        return session_in(sent) if counts("http", sent) else None
    scheme, _, token = given.decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def said(refused: Overloaded) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers and body of what is not taken on."""
    identity = uuid4().hex
    error = request_error(refused.code, refused.chinese, refused.english, requestId=identity)
    body = orjson.dumps({"errors": [error], "extensions": {"requestId": identity}})
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"retry-after", str(refused.retry_seconds).encode()),
        (HEADER.encode(), identity.encode()),
    ]
    return headers, body


async def _refuse(refused: Overloaded, send: Send) -> None:
    headers, body = said(refused)
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
