"""Refusals of downloads 下载拒绝: what is answered where no file is given out, in the shape of the GraphQL response. plan P5."""

from collections.abc import Callable
from typing import ParamSpec

from starlette.responses import Response

from api.server.admission import Overloaded
from api.server.errors import request_error
from api.server.http import JSON, Malformed, respond
from api.server.messages import CallerGone, GraphQLResponse, faulted
from domain.kernel import Refused

P = ParamSpec("P")


def refusal(status: int, code: str, chinese: str, english: str, **details: object) -> Response:
    """An error about the request as a whole, with its status."""
    return respond(GraphQLResponse({"errors": [request_error(code, chinese, english, **details)]}, status), JSON, as_status=True)


def not_found() -> Response:
    """Absent, out of scope and not for this role answer alike."""
    return refusal(404, "NOT_FOUND", "未找到。", "Not found.")


def of_rule(refused: Refused, status: int) -> Response:
    """What a rule refused, with its clause and the status that it has here."""
    rule = refused.rule
    return refusal(status, rule.code, refused.says, refused.says_in_english, clause=rule.clause)


def of_request(refused: Refused) -> Response:
    """What a rule refused of what was asked: to be asked otherwise."""
    return of_rule(refused, 400)


def not_given(fault: Exception, of_refused: Callable[[Refused], Response] = of_request) -> Response:
    """Why nothing is given out: what a rule refused, 401 of a session that is over, our own faults masked.

    Raises:
        Overloaded: there is no turn for it now; whoever serves says that.
    """
    match fault:
        case Refused():
            return of_refused(fault)
        case Malformed():
            return respond(fault.answer, JSON, as_status=True)
        case CallerGone():
            return respond(GraphQLResponse({"errors": [fault.error]}, 401), JSON, as_status=True)
        case Overloaded():
            raise fault
        case _:
            return respond(faulted(fault), JSON, as_status=True)


def given_out(
    answer: Callable[P, Response], of_refused: Callable[[Refused], Response] = of_request
) -> Callable[P, Response]:
    """An endpoint's answer, or why it gives nothing out (`not_given`). of_refused: what is answered where a rule refused."""

    def answered(*args: P.args, **named: P.kwargs) -> Response:
        try:
            return answer(*args, **named)
        except Exception as fault:  # noqa: BLE001 - the caller gets its id and the log the rest
            return not_given(fault, of_refused)

    return answered
