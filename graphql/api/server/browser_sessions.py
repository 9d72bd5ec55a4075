"""Browser sessions 浏览器会话: a session's token in a cookie that no script of a page can read. plan P7.

The cookie by itself authenticates nobody: it counts where the request carries the header that a foreign page cannot send without
asking first (`GraphQL-Require-Preflight`), and on a socket where the page is of this host. It then stands for
`Authorization: Bearer …`, so that every endpoint knows one way to be asked.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.server.admission import Lane
from api.server.http import ALWAYS, JSON, Malformed, authorization, bearer, read_body, respond
from api.server.messages import CallerGone, GraphQLResponse
from api.server.operations import Operations

PREFLIGHT = b"graphql-require-preflight"
PLAIN, OVER_TLS = "zhenduan_session", "__Host-zhenduan_session"
"""Names of the cookie; a browser takes the second only over TLS, for this host alone and from nobody else."""


UNAUTHENTICATED = 401
LARGEST_BODY = 1024
"""Nothing is read from it."""


def _headers(scope: Scope) -> Mapping[bytes, bytes]:
    return dict(scope["headers"])


def session_in(headers: Mapping[bytes, bytes]) -> str | None:
    """The token in a request's cookie 会话令牌; None where there is none."""
    try:
        sent = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return None
    found = sent.get(OVER_TLS) or sent.get(PLAIN)
    return found.value if found is not None and found.value else None


def counts(kind: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether the cookie of a request of this kind ("http", "websocket") may stand for its token."""
    if b"authorization" in headers:
        return False
    if kind == "http":
        return PREFLIGHT in headers
    return urlsplit(headers.get(b"origin", b"").decode("latin-1")).netloc.encode("latin-1") == headers.get(b"host")


class BrowserSessions:
    """ASGI middleware · 浏览器会话: puts a cookie's token where every endpoint looks for one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with the token of its cookie where that counts."""
        if scope["type"] in ("http", "websocket"):
            headers = _headers(scope)
            token = session_in(headers) if b"cookie" in headers and counts(scope["type"], headers) else None
            if token is not None:
                given: Iterable[tuple[bytes, bytes]] = scope["headers"]
                scope = {**scope, "headers": [*given, (b"authorization", b"Bearer " + token.encode("latin-1"))]}
                send = partial(_forgetting, send)
        await self._app(scope, receive, send)


async def _forgetting(send: Send, message: Message) -> None:
    """Take a cookie out of the browser whose session is over: with it not even signing in would be answered."""
    if message["type"] == "http.response.start" and message["status"] == UNAUTHENTICATED:
        forgetting = Response()
        _forget(forgetting, (PLAIN, OVER_TLS))
        message["headers"] = [*message["headers"], *(one for one in forgetting.raw_headers if one[0] == b"set-cookie")]
    await send(message)


def _forget(response: Response, names: Iterable[str]) -> None:
    for name in names:
        response.delete_cookie(name, path="/", secure=name == OVER_TLS, httponly=True, samesite="strict")


def keep_session(response: Response, request: Request, token: str) -> None:
    """Leave a session in the browser, until it is closed; the session itself ends when it would anyway."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        OVER_TLS if secure else PLAIN, token, path="/", secure=secure, httponly=True, samesite="strict"
    )


class SessionRoutes:
    """POST /session puts the session of a Bearer token into a cookie, DELETE /session takes it out again."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/session", self.keep, methods=["POST"]),
            Route("/session", self.forget, methods=["DELETE"]),
        ]

    async def keep(self, request: Request) -> Response:
        """204 and the cookie; 401 where the token is nobody's."""
        try:
            await read_body(request, LARGEST_BODY, frozenset({"", JSON}))
            token = bearer(authorization(request.headers))
            await self._operations.in_thread(self._operations.signed_in, token, lane=Lane.ENTRY)
        except Malformed as malformed:
            return respond(malformed.answer, JSON, as_status=True)
        except CallerGone as gone:
            return respond(GraphQLResponse({"errors": [gone.error]}, 401), JSON, as_status=True)
        response = Response(status_code=204, headers=dict(ALWAYS))
        keep_session(response, request, token or "")
        return response

    async def forget(self, request: Request) -> Response:
        """204, and the browser forgets; the session itself is ended by `signOut`."""
        response = Response(status_code=204, headers=dict(ALWAYS))
        _forget(response, [name for name in (PLAIN, OVER_TLS) if name in request.cookies])
        return response
