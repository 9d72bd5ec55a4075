"""Gate · 入口. What would be refused anyway is refused before anything of it is looked at: refusing must cost next to nothing.

Else a server that is asked for three times what it can do spends itself on saying no. The connection asks first, by the headers
and where need be the body; what it lets in is counted from there on, since many requests may come before the program takes up
the first of them (decision 0053).
"""

from collections.abc import Iterable
from functools import lru_cache
from uuid import uuid4

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.server.admission import Admission, Lane, Overloaded, Place, is_command
from api.server.browser_sessions import counts, session_in
from api.server.errors import request_error
from api.server.persisted_documents import PersistedDocuments
from api.server.request_ids import HEADER

PATHS = ("/graphql", "/graphql/")
"""Where GraphQL is served, the second for clients that put a slash at the end; neither sends anyone to the other."""
READING = (Lane.READS, Lane.NEWCOMERS, Lane.STRANGERS)
COMMANDS = (b"mutation", b"documentId")
"""A body without these words holds no command; one with them is looked at more closely."""
LET_IN = "zhenduan.let_in"
"""Key of a request's scope: where the connection has let it in."""

Headers = Iterable[tuple[bytes, bytes]]


class AdmissionGate:
    """ASGI middleware · 入口: lets everything pass while there is room in the queue of reads it would wait in.

    persisted: where a document is looked up that is asked for by its id.
    """

    def __init__(self, app: ASGIApp, admission: Admission, persisted: PersistedDocuments) -> None:
        self._app = app
        self.admission = admission
        self._persisted = persisted

    def let_in(self, headers: Headers) -> Place | Overloaded:
        """Where and for whom a read is let in, by its headers alone; or why it is not taken on now."""
        place = self._place(_token(headers), Lane.READS, Lane.STRANGERS)
        return self.admission.refused(place) or place

    def takes(self, headers: Headers, body: bytes | bytearray) -> bool:
        """Whether what is no read would still be taken on: a command, while its own queue has room."""
        return self._asks_for_command(body) and self._has_room_for_commands(_token(headers))

    def _has_room_for_commands(self, token: str | None) -> bool:
        return self.admission.refused(self._place(token, Lane.COMMANDS, Lane.ENTRY)) is None

    def _place(self, token: str | None, usual: Lane, of_strangers: Lane) -> Place:
        return self.admission.lane(token, usual, of_strangers), self.admission.known.holder(token)

    def _asks_for_command(self, body: bytes | bytearray) -> bool:
        """Whether a whole body holds a command, or what only the program can judge."""
        if not any(word in body for word in COMMANDS):
            return False
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError:
            return True
        if not isinstance(data, dict):
            return True
        query, identity, name = (data.get(key) for key in ("query", "documentId", "operationName"))
        text = (self._persisted.text(identity) if isinstance(identity, str) else None) or query
        return not isinstance(text, str) or is_command(text, name if isinstance(name, str) else None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        ours = scope["type"] == "http" and scope["path"] in PATHS and LET_IN not in scope
        if not ours or not any(map(self.admission.is_full, READING)):
            await self._app(scope, receive, send)
            return
        token = _token(scope["headers"])
        if not self.admission.is_full(self.admission.lane(token, Lane.READS)):
            await self._app(scope, receive, send)
            return
        first: Message | None = None
        if self._has_room_for_commands(token):
            first = await receive()
        if first is None or (first.get("body") and not first.get("more_body") and not self._asks_for_command(first["body"])):
            await _refuse(self.admission.refusal(), send)
            return

        async def again() -> Message:
            nonlocal first
            message, first = first, None
            return message if message is not None else await receive()

        await self._app(scope, again, send)


def asks_for_an_answer(url: bytes, headers: Headers) -> bool:
    """Whether a GET asks for one answer of GraphQL: for no page, no stream, and for nothing that a path of another kind serves."""
    path, _, query = url.partition(b"?")
    if path.decode("latin-1") not in PATHS or not (b"query=" in query or b"documentId=" in query):
        return False
    return not any(name == b"accept" and b"text/event-stream" in value.lower() for name, value in headers)


def _token(headers: Headers) -> str | None:
    sent = dict(headers)
    given = sent.get(b"authorization")
    if given is None:
        return session_in(sent) if counts("http", sent) else None
    scheme, _, token = given.decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


IDENTITY = "0" * 32
"""Stands for the id of a request in an answer that is prepared."""


@lru_cache(64)
def _prepared(code: str, chinese: str, english: str, seconds: int) -> tuple[list[tuple[bytes, bytes]], bytes, bytes]:
    """Headers and body of a refusal, and the headers as they are sent, all with `IDENTITY`."""
    error = request_error(code, chinese, english, requestId=IDENTITY)
    body = orjson.dumps({"errors": [error], "extensions": {"requestId": IDENTITY}})
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"retry-after", str(seconds).encode()),
        (HEADER.encode(), IDENTITY.encode()),
    ]
    return headers, body, b"".join(b"%s: %s\r\n" % header for header in headers)


def refusal_on_the_wire(refused: Overloaded) -> tuple[bytes, bytes]:
    """Lines of the headers of what is not taken on, and its body 预制拒绝应答, with an id of its own."""
    _, body, lines = _prepared(refused.code, refused.chinese, refused.english, refused.retry_seconds)
    was, identity = IDENTITY.encode(), uuid4().hex.encode()
    return lines.replace(was, identity), body.replace(was, identity)


async def _refuse(refused: Overloaded, send: Send) -> None:
    headers, body, _ = _prepared(refused.code, refused.chinese, refused.english, refused.retry_seconds)
    was, identity = IDENTITY.encode(), uuid4().hex.encode()
    own = [(name, identity if value == was else value) for name, value in headers]
    await send({"type": "http.response.start", "status": refused.status, "headers": own})
    await send({"type": "http.response.body", "body": body.replace(was, identity)})
