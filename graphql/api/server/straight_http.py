"""Straight HTTP 直接应答的 HTTP: a query of a known caller, answered before routes and all that stands around them. decision 0132.

It says no more than yes: an answer of 200, or 304 to who has it. A request that is anything but plain goes on as it came, its body
with it, and whatever is to be refused is refused there.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl
from uuid import uuid4

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.server.admission import Overloaded
from api.server.browser_sessions import counts, session_in
from api.server.early_rejection import PATHS
from api.server.event_streams import STREAM_TOKEN
from api.server.http import (
    ALWAYS,
    DOCUMENT,
    GRAPHQL_RESPONSE,
    JSON,
    LARGEST_BODY,
    Malformed,
    accepted,
    overloaded,
    read_request,
)
from api.server.messages import GraphQLRequest, GraphQLResponse
from api.server.request_ids import HEADER, LEFT, client_address, client_has_left, request_id, stays
from api.server.response_bodies import encoded
from api.server.straight_answers import StraightAnswers

FIRST_SECONDS = 1.0
"""So long the beginning of a body is waited for here; where it comes later, that is waited for as usual."""
NOT_PLAIN = frozenset({b"content-encoding", b"range", STREAM_TOKEN.encode()})
"""Headers that ask for more than an answer."""
LONGEST_ADDRESS = 4_096
"""Bytes of a query in an address that are kept read."""
HEADERS = tuple((name.encode(), value.encode()) for name, value in ALWAYS.items())
KNOWN_ADDRESSES = 512
KNOWN_MEDIA = 256


class StraightHTTP:
    """ASGI middleware · 直接应答. deadline: of a request that arrives now, on the monotonic clock."""

    def __init__(self, app: ASGIApp, straight: StraightAnswers, deadline: Callable[[], float]) -> None:
        self._app = app
        self._straight = straight
        self._deadline = deadline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http" or scope["path"] not in PATHS or not self._straight.is_ready:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        media = _media(scope["method"], headers.get(b"accept"), headers.get(b"content-type"))
        token = _token(headers)
        if media is None or token is None or len(headers) != len(scope["headers"]) or not NOT_PLAIN.isdisjoint(headers):
            await self._app(scope, receive, send)
            return
        first: Message | None = None
        if scope["method"] == "POST":
            try:
                async with asyncio.timeout(FIRST_SECONDS):
                    first = await receive()
            except TimeoutError:
                await self._app(scope, receive, send)
                return
            request = _in_body(scope, first)
        else:
            request = _in_address(scope["query_string"])
        if request is None or not await self._is_answered(scope, receive, send, (request, token, media, headers)):
            await self._app(scope, _again(first, receive), send)

    async def _is_answered(
        self, scope: Scope, receive: Receive, send: Send, asked: tuple[GraphQLRequest, str, str, Mapping[bytes, bytes]]
    ) -> bool:
        """Answer it where that can be done straight."""
        request, token, media, headers = asked
        identity, client = uuid4().hex, scope.get("client")
        tokens = request_id.set(identity), client_address.set(client[0] if client else "")
        left = client_has_left.set(scope.get(LEFT, stays))
        try:
            answer = await self._straight.answer(request, token, self._deadline())
            if answer is None:
                return False
            tag = answer.tag if scope["method"] == "GET" else ""
            await _send(send, answer, media, identity, tag, headers.get(b"if-none-match", b""))
        except Overloaded as refused:
            response = overloaded(refused)
            response.headers[HEADER] = identity
            await response(scope, receive, send)
        finally:
            request_id.reset(tokens[0])
            client_address.reset(tokens[1])
            client_has_left.reset(left)
        return True


async def _send(send: Send, answer: GraphQLResponse, media: str, identity: str, tag: str, known: bytes) -> None:
    """An answer as `api.server.http.respond` and `tagged` would send it."""
    mark, etag = (HEADER.encode(), identity.encode()), f'W/"{tag}"'.encode()
    if tag and known and etag in (one.strip() for one in known.split(b",")):
        await send({"type": "http.response.start", "status": 304, "headers": [*HEADERS, (b"etag", etag), mark]})
        await send({"type": "http.response.body", "body": b""})
        return
    body = encoded(answer)
    headers = [
        *HEADERS,
        (b"content-length", str(len(body)).encode()),
        (b"content-type", f"{media}; charset=utf-8".encode()),
        *([(b"etag", etag)] if tag else ()),
        mark,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _again(first: Message | None, receive: Receive) -> Receive:
    """What receives the first message once more, and then the others."""
    if first is None:
        return receive
    waiting = [first]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


@lru_cache(KNOWN_MEDIA)
def _media(method: str, accept: bytes | None, kind: bytes | None) -> str | None:
    """The media type to answer in; None of a request that is not plain."""
    media = accepted(accept.decode("latin-1") if accept is not None else None)
    sent, _, parameters = (kind or b"").decode("latin-1").lower().partition(";")
    if media not in (JSON, GRAPHQL_RESPONSE):
        return None
    if method == "POST":
        plain = sent.strip() == JSON and ("charset=" not in parameters or "utf-8" in parameters)
    else:
        plain = method == "GET" and kind is None
    return media if plain else None


def _token(headers: Mapping[bytes, bytes]) -> str | None:
    """Whose it is, by its header or its cookie; None of a stranger, and where that is to be refused."""
    given = headers.get(b"authorization")
    if given is None:
        return session_in(headers) if b"cookie" in headers and counts("http", headers) else None
    scheme, _, token = given.decode("latin-1").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _in_body(scope: Scope, first: Message) -> GraphQLRequest | None:
    """What a whole body asks for; None where it is not whole, or not a request."""
    body = first.get("body", b"")
    if first["type"] != "http.request" or first.get("more_body") or scope["query_string"] or len(body) > LARGEST_BODY:
        return None
    try:
        return read_request(orjson.loads(body))
    except (orjson.JSONDecodeError, Malformed):
        return None


def _in_address(query: bytes) -> GraphQLRequest | None:
    return _read_address(query) if len(query) <= LONGEST_ADDRESS else None


@lru_cache(KNOWN_ADDRESSES)
def _read_address(query: bytes) -> GraphQLRequest | None:
    """What an address asks for; None where it is not a request, or more than one."""
    data: dict[str, object] = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    if not DOCUMENT & data.keys() or "token" in data:
        return None
    try:
        for name in ("variables", "extensions"):
            given = data.pop(name, None)
            if given:
                data[name] = orjson.loads(str(given))
        return read_request(data)
    except (orjson.JSONDecodeError, Malformed):
        return None
