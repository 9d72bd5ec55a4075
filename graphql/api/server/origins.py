"""Origins · 跨源. Which pages of other origins may read our answers (CORS): those that the operator names exactly, and no other.

The cookie of `browser_sessions` is never sent by a page of another site; a token that a page puts into a header is that page's own.
So answers are never opened with credentials.
"""

from collections.abc import Sequence
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from api.server.request_ids import HEADER

METHODS = ("GET", "POST", "PUT", "DELETE")
"""PUT sends a file and reserves a stream, DELETE ends an operation of one."""
SENT = ("authorization", "last-event-id", "x-graphql-event-stream-token", "graphql-require-preflight", "apollo-require-preflight")
"""Headers that a page may send; the last but one is asked for beside a cookie, the last means nothing here."""
TOLD = (HEADER, "retry-after", "etag", "www-authenticate")
"""Headers that a page may read, besides those that it always may."""
ASKED_AGAIN_SECONDS = 600


class NamedOrigins(CORSMiddleware):
    """ASGI middleware · 跨源: starlette's, with a request id on what it answers itself, and with `Vary: Origin` always."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=tuple(origins),
            allow_methods=METHODS,
            allow_headers=SENT,
            expose_headers=TOLD,
            max_age=ASKED_AGAIN_SECONDS,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """What a browser is told that asks first."""
        response = super().preflight_response(request_headers)
        response.headers[HEADER] = uuid4().hex
        return response
