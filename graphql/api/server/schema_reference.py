"""Schema reference · 接口说明: the published schema as a text and as a page to read, served beside GraphiQL.

Both are made at the first ask and kept: they are the same for everyone.
"""

import asyncio
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256

import strawberry
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.server.graphiql import HEADERS

PAGE, TEXT = "/schema", "/schema.graphql"


class SchemaReference:
    """The page and the text of one schema 接口说明页. reference: makes the page of a text; None = there is none."""

    def __init__(self, schema: strawberry.Schema, reference: Callable[[str], str] | None = None) -> None:
        self._schema = schema
        self._reference = reference

    @cached_property
    def text(self) -> bytes:
        """The schema as published."""
        return f"{self._schema.as_str()}\n".encode()

    @cached_property
    def page(self) -> bytes:
        """The page, as HTML."""
        return self._reference(self.text.decode()).encode() if self._reference is not None else b""

    def routes(self) -> list[BaseRoute]:
        """Both of them."""
        making = asyncio.Lock()

        async def serve(request: Request) -> Response:
            name, kind = ("page", "text/html") if request.url.path == PAGE else ("text", "text/plain")
            async with making:  # made once, by whoever asks first
                content: bytes = await asyncio.to_thread(getattr, self, name)
            tag = f'"{sha256(content).hexdigest()[:32]}"'
            headers = {**HEADERS, "cache-control": "no-cache", "etag": tag}
            if request.headers.get("if-none-match") == tag:
                return Response(status_code=304, headers=headers)
            return Response(content, headers=headers, media_type=f"{kind}; charset=utf-8")

        paths = (TEXT,) if self._reference is None else (PAGE, TEXT)
        return [Route(path, serve, methods=["GET"]) for path in paths]
