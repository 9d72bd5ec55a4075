"""Address texts 地址文本: a path or parameter that holds what no text of ours holds names nothing, and no database is asked for it.

PostgreSQL has no text with NUL and answers one with a fault, SQLite finds nothing: whoever asked was told an internal error on one
engine and "not found" on the other. Likewise a number in a path has as many digits as somebody means.
"""

from urllib.parse import parse_qsl

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.types import ASGIApp, Receive, Scope, Send

from api.server.errors import request_error
from api.server.http import JSON, respond
from api.server.messages import GraphQLResponse
from domain.kernel import holds_control

ANSWERED = ("/graphql", "/verify")
"""Paths that say themselves what is wrong with a text."""


class ShortInteger(IntegerConvertor):
    """A whole number in a path, `{name:int}`: the framework's takes any number of digits, of which Python reads 4,300."""

    regex = "[0-9]{1,9}"


register_url_convertor("int", ShortInteger())
NO_PATH = ("NOT_FOUND", "未找到。", "Not found.")
NO_VALUE = (
    "MALFORMED_INPUT",
    "地址中的参数含有控制字符，请删去后重试。",
    "A parameter of the address holds a control character; remove it and try again.",
)


class AddressTexts:
    """ASGI middleware · 地址文本校验."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refused = _refused(scope) if scope["type"] == "http" and not scope["path"].startswith(ANSWERED) else None
        await (refused or self._app)(scope, receive, send)


def _refused(scope: Scope) -> ASGIApp | None:
    """What is answered to a path or a parameter that no text of ours can be; None where all of them can."""
    if holds_control(scope["path"]):
        return respond(GraphQLResponse({"errors": [request_error(*NO_PATH)]}, 404), JSON, as_status=True)
    given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if any(holds_control(text) for pair in given for text in pair):
        return respond(GraphQLResponse({"errors": [request_error(*NO_VALUE)]}, 400), JSON, as_status=True)
    return None
