"""Refusals of downloads 下载拒绝: what is answered where no file is given out, in the shape of the GraphQL response. plan P5."""

from starlette.responses import Response

from api.server.errors import request_error
from api.server.http import JSON, respond
from api.server.messages import GraphQLResponse
from domain.kernel import Refused


def refusal(status: int, code: str, chinese: str, english: str) -> Response:
    """An error about the request as a whole, with its status."""
    return respond(GraphQLResponse({"errors": [request_error(code, chinese, english)]}, status), JSON, as_status=True)


def not_found() -> Response:
    """Absent, out of scope and not for this role answer alike."""
    return refusal(404, "NOT_FOUND", "未找到。", "Not found.")


def of_rule(refused: Refused, status: int) -> Response:
    """What a rule refused, with the status that it has here."""
    return refusal(status, refused.rule.code, refused.says, refused.says_in_english)
