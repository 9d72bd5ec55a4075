"""GraphQL over HTTP: what is read from a request, what is said back, and in which media type.

POST carries queries and mutations as `application/json`, which a foreign page cannot send without asking first. GET carries
queries, or nothing, for which a browser gets GraphiQL. A cookie alone authenticates nobody (`browser_sessions`).
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from graphql import OperationType
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HTTPRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.server.admission import Overloaded
from api.server.errors import request_error
from api.server.event_streams import LAST_EVENT, STREAM_TOKEN, EventStreams, Sent
from api.server.messages import GraphQLRequest, GraphQLResponse
from api.server.open_streams import EVENT_STREAM
from api.server.operations import Operations
from api.server.request_ids import request_id
from api.server.response_bodies import encoded
from interop.json_reading import JSONUnreadable, read_json

LARGEST_BODY = 256 * 1024
LARGEST_OF_STRANGERS = 64 * 1024
"""A query may have 32 Ki characters; who is not signed in has few variables to send."""
RETRY_SECONDS = "5"
"""After an outage, in the header's own form."""
LONGEST_LENGTH = 18
"""Digits of a length that anybody means; Python reads no number of some thousands."""
BODY_SECONDS = 30.0
"""From the headers of a request to the end of its body; an upload is given its own time."""

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
OFFERED = (JSON, GRAPHQL_RESPONSE, EVENT_STREAM)
"""What a wildcard gets is the first: clients older than the newer media type expect it."""

DOCUMENT = frozenset({"query", "documentId"})
"""Parameters of a GET that asks for an operation."""
QUERIES = frozenset({OperationType.QUERY})
QUERIES_AND_MUTATIONS = frozenset({OperationType.QUERY, OperationType.MUTATION})
SUBSCRIPTIONS = frozenset({OperationType.SUBSCRIPTION})

ALWAYS: Mapping[str, str] = {
    "cache-control": "no-store",
    "vary": "accept, authorization",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True)
class Malformed(Exception):  # noqa: N818 - the client's fault, told to it
    """A request that is not one 请求格式错误."""

    status: int
    code: str
    chinese: str
    english: str

    @property
    def answer(self) -> GraphQLResponse:
        """What the client is told."""
        return GraphQLResponse({"errors": [request_error(self.code, self.chinese, self.english)]}, self.status)


def parameters(request: HTTPRequest, *known: str) -> dict[str, str]:
    """The parameters of an address beside GraphQL 地址参数: what is misspelt would else be passed over, and all be answered.

    Raises:
        Malformed: one that is not known there, or one given twice.
    """
    given = request.query_params.multi_items()
    names = [name for name, _ in given]
    for name in names:
        if name not in known:
            allowed = "、".join(known) or "无"
            in_english = ", ".join(known) or "none"
            shown = name[:40]
            english = f"There is no parameter {shown}; there are: {in_english}."
            raise Malformed(400, "MALFORMED_INPUT", f"没有参数 {shown}，可用：{allowed}。", english)
        if names.count(name) > 1:
            raise Malformed(400, "MALFORMED_INPUT", f"{name} 只能给一次。", f"{name} is given more than once.")
    return dict(given)


def accepted(header: str | None, offered: tuple[str, ...] = OFFERED) -> str | None:
    """The media type that an Accept header prefers 内容协商, None when it accepts nothing that is offered.

    Equal weights: the first named; a wildcard gets the first offered.
    """
    if not header or not header.strip():
        return offered[0]
    best: tuple[float, int, str] | None = None
    for place, part in enumerate(header.lower().split(",")):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = _weight(parameters)
        if kind not in offered and kind in ("*/*", offered[0].split("/", maxsplit=1)[0] + "/*"):
            kind = offered[0]
        if kind in offered and weight > 0 and (best is None or (weight, -place) > best[:2]):
            best = (weight, -place, kind)
    return best[2] if best is not None else None


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def bearer(header: str | None) -> str | None:
    """The token of an Authorization header 令牌; None where there is none at all.

    Raises:
        Malformed: another scheme; that is not the public asking.
    """
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Malformed(401, "UNAUTHENTICATED", "须使用 Bearer 令牌。", "Use a Bearer token.")
    return token.strip()


def authorization(headers: Headers) -> str | None:
    """The one Authorization header of a request 授权头; None where there is none.

    Raises:
        Malformed: several, of which each reader on the way would take another.
    """
    sent = headers.getlist("authorization")
    if len(sent) > 1:
        raise Malformed(400, "BAD_REQUEST", "Authorization 头只能有一个。", "Send one Authorization header.")
    return sent[0] if sent else None


def _require_media(headers: Headers, media: frozenset[str] | None) -> None:
    kind, _, parameters = headers.get("content-type", "").lower().partition(";")
    if media is not None and (kind.strip() not in media or ("charset=" in parameters and "utf-8" not in parameters)):
        allowed = " / ".join(sorted(filter(None, media)))
        raise Malformed(415, "UNSUPPORTED_MEDIA_TYPE", f"请求体须是 {allowed}，UTF-8 编码。", f"Send {allowed} in UTF-8.")
    if kind.strip().startswith("multipart/"):
        raise Malformed(415, "UNSUPPORTED_MEDIA_TYPE", "请直接发送内容，不用表单封装。", "Send the content itself, in no form.")
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Malformed(415, "UNSUPPORTED_MEDIA_TYPE", "请求体须不经压缩。", "Send the body without Content-Encoding.")


async def read_body(request: HTTPRequest, limit: int, media: frozenset[str] | None, seconds: float = BODY_SECONDS) -> bytes:
    """The body of a request, refused as soon as it is larger than it may be 请求体, with or without its length told.

    media: the types that it may be sent as, "" where none need be said; None = a file of any.

    Raises:
        Malformed: of another type, packed, too large, too slow, or the client left before the end.
    """
    _require_media(request.headers, media)
    told = request.headers.get("content-length", "")
    too_large = Malformed(413, "TOO_LARGE", f"请求体超过 {limit} 字节。", f"The body has more than {limit} bytes.")
    if told.isascii() and told.isdigit() and (len(told) > LONGEST_LENGTH or int(told) > limit):
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise too_large
    except TimeoutError:
        raise Malformed(408, "TOO_SLOW", "请求未在限时内发完。", "The request did not arrive in time.") from None
    except ClientDisconnect:  # nobody is left to be answered, and it is no fault of ours
        raise _bad("请求未发送完整。", "The client left before the end of the body.") from None
    return bytes(body)


def read_request(data: object) -> GraphQLRequest:
    """The GraphQL request in a decoded body or query string.

    Raises:
        Malformed: a part is missing or of the wrong type.
    """
    if not isinstance(data, dict):
        raise _bad("请求体须是一个 JSON 对象。", "The body must be one JSON object; batches are not accepted.")
    query, variables, name = data.get("query"), data.get("variables"), data.get("operationName")
    identity = data.get("documentId")
    if identity is not None and not isinstance(identity, str):
        raise _bad("documentId 须是字符串。", "The documentId must be a string.")
    if query is None and identity:
        query = ""
    elif not isinstance(query, str) or not query.strip():
        raise _bad("缺少 query。", "The query is missing or not a string.")
    if variables is not None and not isinstance(variables, dict):
        raise _bad("variables 须是对象。", "The variables must be an object.")
    if name is not None and not isinstance(name, str):
        raise _bad("operationName 须是字符串。", "The operationName must be a string.")
    extensions = data.get("extensions")
    if extensions is not None and not isinstance(extensions, dict):
        raise _bad("extensions 须是对象。", "The extensions must be an object.")
    operation = (extensions or {}).get("operationId")
    named = operation if isinstance(operation, str) else ""
    return GraphQLRequest(query, variables, name or None, identity or "", named)


def _bad(chinese: str, english: str) -> Malformed:
    return Malformed(400, "BAD_REQUEST", chinese, english)


def _decoded(text: bytes | str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return read_json(text)
    except JSONUnreadable as problem:
        raise _bad(f"JSON 无法读取：{problem.chinese}。", f"The JSON cannot be read: {problem.english}.") from None


class GraphQLOverHTTP:
    """The HTTP side of /graphql, as an ASGI app. page: what a browser gets that asks for HTML; None = nothing."""

    def __init__(self, operations: Operations, page: Callable[[], Response] | None = None) -> None:
        self._operations = operations
        self._streams = EventStreams(operations)
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = HTTPRequest(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)

    async def _respond(self, request: HTTPRequest) -> Response:
        header = request.headers.get("accept")
        if self._page is not None and _wants_page(request, header):
            return self._page()
        media = accepted(header)
        if media is None:
            offered = "、".join(OFFERED)
            unacceptable = Malformed(406, "NOT_ACCEPTABLE", f"可用类型：{offered}。", f"Accept one of: {offered}.")
            return encoded_response(unacceptable.answer, JSON)
        try:
            token = bearer(authorization(request.headers))
            stream = _stream_token(request)
            if (sent := await self._shared_stream(request, token, stream, media)) is not None:
                return _sent(sent)
            asked, kinds = await self._read(request, LARGEST_BODY if token is not None else LARGEST_OF_STRANGERS)
        except Malformed as malformed:
            return encoded_response(malformed.answer, JSON if media == EVENT_STREAM else media)
        if stream is not None:
            return _sent(await self._streams.run(stream, token, asked))
        if media == EVENT_STREAM:
            return _sent(await self._streams.distinct(asked, token, kinds | SUBSCRIPTIONS))
        answer, body = await self._operations.answered(self._run, asked, token, kinds)
        if request.method == "GET" and answer.tag:
            return tagged(answer, media, body, request.headers.get("if-none-match"))
        return respond(answer, media, body)

    async def _shared_stream(
        self, request: HTTPRequest, token: str | None, stream: str | None, media: str
    ) -> Sent | None:
        """What is done with a stream of several operations: reserved, opened, one of them ended; None where nothing is."""
        if request.method == "PUT":
            return await self._streams.reserve(token)
        if stream is None:
            return None
        if request.method == "DELETE":
            return await self._streams.stop(stream, token, request.query_params.get("operationId"))
        if request.method == "GET" and media == EVENT_STREAM and not DOCUMENT & request.query_params.keys():
            return await self._streams.open(stream, token)
        return None

    def _run(
        self, asked: GraphQLRequest, token: str | None, kinds: frozenset[OperationType], until: float, within: int | None
    ) -> tuple[GraphQLResponse, bytes]:
        """One thread for all of it, encoding included."""
        answer = self._operations.run(asked, token, kinds, until, within)
        return answer, encoded(answer)

    async def _read(self, request: HTTPRequest, largest: int) -> tuple[GraphQLRequest, frozenset[OperationType]]:
        if request.method == "POST":
            read = read_request(_decoded(await read_body(request, largest, frozenset({JSON}))))
            return replace(read, last_event=request.headers.get(LAST_EVENT)), QUERIES_AND_MUTATIONS
        if request.method != "GET":
            raise Malformed(405, "METHOD_NOT_ALLOWED", "请使用 POST。", "Use POST.")
        data: dict[str, Any] = dict(request.query_params)
        for name in ("variables", "extensions"):
            if data.get(name):
                data[name] = _decoded(data[name])
            else:
                data.pop(name, None)
        return replace(read_request(data), last_event=request.headers.get(LAST_EVENT)), QUERIES


def _stream_token(request: HTTPRequest) -> str | None:
    """The token of a reserved stream; EventSource can send it in the address only."""
    return request.headers.get(STREAM_TOKEN) or request.query_params.get("token") or None


def _sent(sent: Sent) -> Response:
    return sent if isinstance(sent, Response) else encoded_response(sent, JSON, as_status=True)


def _wants_page(request: HTTPRequest, accept: str | None) -> bool:
    return (
        request.method == "GET"
        and not DOCUMENT & request.query_params.keys()
        and accepted(accept, (JSON, GRAPHQL_RESPONSE, EVENT_STREAM, HTML)) == HTML
    )


def respond(answer: GraphQLResponse, media: str, body: bytes | None = None, *, as_status: bool = False) -> Response:
    """An answer as HTTP 应答.

    `application/json` says 200 to whatever is a GraphQL response, as old clients expect, except where the request never
    became one or its token was refused; the newer type, and `as_status`, say the status itself.
    """
    transport = answer.status in (401, 405, 406, 408, 413, 415, 503) or _never_was_one(answer)
    status = answer.status if as_status or media == GRAPHQL_RESPONSE or transport else 200
    headers = dict(ALWAYS)
    if status == 401:  # noqa: PLR2004 - HTTP's own number
        headers["www-authenticate"] = 'Bearer realm="zhenduan"'
    if status == 405:  # noqa: PLR2004 - as above
        headers["allow"] = "GET, POST, PUT, DELETE"
    if status == 503:  # noqa: PLR2004 - as above
        headers["retry-after"] = RETRY_SECONDS
    content = body if body is not None else orjson.dumps(answer.payload)
    return Response(content, status, headers, media_type=f"{media}; charset=utf-8")


def tagged(answer: GraphQLResponse, media: str, body: bytes, known: str | None) -> Response:
    """An answer with its tag 实体标签, or 304 to who has it already; a weak tag, since each answer bears its request's own id."""
    tag = f'W/"{answer.tag}"'
    if known is not None and tag in (one.strip() for one in known.split(",")):
        return Response(status_code=304, headers={**ALWAYS, "etag": tag})
    response = respond(answer, media, body)
    response.headers["etag"] = tag
    return response


def encoded_response(answer: GraphQLResponse, media: str, *, as_status: bool = False) -> Response:
    """An answer of the GraphQL endpoint, with what it says of itself."""
    return respond(answer, media, encoded(answer), as_status=as_status)


def overloaded(refused: Overloaded) -> Response:
    """What is not taken on now 过载应答, in all media types alike."""
    error = request_error(refused.code, refused.chinese, refused.english, requestId=request_id.get())
    headers = {**ALWAYS, "retry-after": str(refused.retry_seconds)}
    return Response(encoded(GraphQLResponse({"errors": [error]})), refused.status, headers, media_type=f"{JSON}; charset=utf-8")


def _never_was_one(answer: GraphQLResponse) -> bool:
    if answer.status != 400:  # noqa: PLR2004 - the status of a bad request
        return False
    errors = answer.payload.get("errors") or [{}]
    return bool(errors[0].get("extensions", {}).get("code") == "BAD_REQUEST")
