"""Refusals of downloads 下载拒绝: what is answered where no file is given out, in the shape of the GraphQL response. plan P5."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from api.server.admission import Overloaded
from api.server.errors import request_error
from api.server.http import JSON, Malformed, respond
from api.server.messages import CallerGone, GraphQLResponse, faulted
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


def given_out(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """An endpoint's answer, or why it gives nothing out: 400 of a rule, 401 of a session that is over, our own faults masked.

    What is answered so raises Overloaded where there is no turn for it now; whoever serves says that.
    """

    def answered(request: Request) -> Response:
        try:
            return answer(request)
        except Refused as refused:
            return of_rule(refused, 400)
        except Malformed as malformed:
            return respond(malformed.answer, JSON, as_status=True)
        except CallerGone as gone:
            return respond(GraphQLResponse({"errors": [gone.error]}, 401), JSON, as_status=True)
        except Overloaded:
            raise
        except Exception as fault:  # noqa: BLE001 - the caller gets its id and the log the rest
            return respond(faulted(fault), JSON, as_status=True)

    return answered
