"""Byte ranges 分段下载: what is said of a `Range` that cannot be answered, in our words as every other refusal.

Starlette's files answer it themselves, in English alone and as plain text.
"""

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.server.errors import request_error

SAID = {
    400: (
        "MALFORMED_INPUT",
        "Range 标头不合规范，请写成 bytes=起-止，如 bytes=0-99。",
        "The Range header is malformed; write it as bytes=FIRST-LAST, such as bytes=0-99.",
    ),
    416: (
        "RANGE_NOT_SATISFIABLE",
        "所请求的范围超出文件长度，请按 Content-Range 所示长度请求。",
        "The range lies beyond the file's end; ask within the length that Content-Range tells.",
    ),
}
"""Status that only a file's range is answered with -> code, Chinese, English."""


class ByteRanges:
    """ASGI middleware · 分段下载: puts words to a range that was refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or "range" not in Headers(scope=scope):
            await self._app(scope, receive, send)
            return
        body: bytes | None = None

        async def told(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] in SAID and headers.get("content-type", "").startswith("text/plain"):
                    body = orjson.dumps({"errors": [request_error(*SAID[message["status"]])]})
                    headers["content-type"] = "application/json"
                    headers["content-length"] = str(len(body))
            elif body is not None:
                message, body = {**message, "body": body, "more_body": False}, b""
            await send(message)

        await self._app(scope, receive, told)
