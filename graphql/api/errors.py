"""Errors 错误: what the caller is told. A refusal and malformed input are data; our own bugs are masked and logged once."""

import logging
import traceback
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import strawberry
from graphql import GraphQLError

from domain.language import Refused
from journal import Conflict

INTERNAL_ERROR = "INTERNAL_ERROR"
MALFORMED_INPUT = "MALFORMED_INPUT"
LOGGED_CHARACTERS = 6_000
"""A traceback is cut in its middle to about this: a driver puts its whole statement, with parameters, into its message."""
LOGGED_END = 400
LOGGED_FAULTS = 3
"""Faults logged for one operation: a hundred rows that fail alike are one bug."""
REPORTED_ERRORS = 50

log = logging.getLogger(__name__)


@strawberry.type(
    description="Why a command was not carried out 未执行原因, as data: its published code, the clause, both languages"
)
class UserError:
    """One reason, for the caller to show."""

    field: str | None = strawberry.field(description="Path of the input field, as the client wrote it 字段")
    code: str = strawberry.field(description="Published code of the rule 规则代码")
    clause: str | None = strawberry.field(description="Clause of the work plan 条款, such as “plan P4”")
    message: str = strawberry.field(description="What to tell people, in Chinese 中文说明")
    message_in_english: str = strawberry.field(description="The same in English 英文说明")

    @classmethod
    def of(cls, refused: Refused) -> "UserError":
        """The refusal of a rule."""
        return cls(
            field=None,
            code=refused.rule.code,
            clause=refused.rule.clause,
            message=refused.says,
            message_in_english=refused.says_in_english,
        )

    @classmethod
    def conflict(cls, conflict: Conflict) -> "UserError":
        """The thing has moved on meanwhile."""
        return cls(
            field="expectedVersion",
            code=conflict.code,
            clause=conflict.clause,
            message=conflict.says,
            message_in_english=conflict.says_in_english,
        )

    @classmethod
    def malformed(cls, path: str, chinese: str, english: str) -> "UserError":
        """Input that is not what its field asks for; `path` as the client wrote it."""
        return cls(field=path or None, code=MALFORMED_INPUT, clause=None, message=chinese, message_in_english=english)


def request_error(code: str, chinese: str, english: str, **details: object) -> dict[str, Any]:
    """An error about the request as a whole 请求错误, in the shape of the GraphQL response."""
    return {"message": f"{chinese} {english}", "extensions": {"code": code, **details}}


def published(errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
    """What the caller is told of an operation's errors 对外错误; what is our own bug is masked and logged.

    Errors of the request (syntax, validation, variables) are shown: they have no path and no cause. So are refusals and
    errors that carry a code of their own. All else shares one id, under which the log has the traceback.
    """
    identifier = uuid4().hex
    faults: list[Exception] = []
    shown = [_published(error, identifier, faults) for error in errors[:REPORTED_ERRORS]]
    for fault in faults[:LOGGED_FAULTS]:
        text = "".join(traceback.format_exception(fault, limit=-20))
        if len(text) > LOGGED_CHARACTERS:
            text = text[: LOGGED_CHARACTERS - LOGGED_END] + " … " + text[-LOGGED_END:]
        log.error("fault %s: %s", identifier, text)
    if len(faults) > LOGGED_FAULTS:
        log.error("fault %s: and %d more of the same operation", identifier, len(faults) - LOGGED_FAULTS)
    return shown


def masked(fault: Exception) -> dict[str, Any]:
    """A fault outside any field 系统错误: logged, and told by its id alone."""
    return published([GraphQLError("", path=[], original_error=fault)])[0]


def _published(error: GraphQLError, identifier: str, faults: list[Exception]) -> dict[str, Any]:
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None and not _is_coded(cause):
        cause = cause.original_error
    where: dict[str, Any] = {}
    if error.locations:
        where["locations"] = [location.formatted for location in error.locations]
    if error.path:
        where["path"] = error.path
    if isinstance(cause, Refused):
        extensions = {
            "code": cause.rule.code,
            "clause": cause.rule.clause,
            "messageInEnglish": cause.says_in_english,
        }
        return {"message": cause.says, **where, "extensions": extensions}
    if isinstance(cause, GraphQLError) and (_is_coded(cause) or error.path is None):
        extensions = {"code": "BAD_REQUEST", **(cause.extensions or {})}
        return {"message": cause.message, **where, "extensions": extensions}
    faults.append(cause)
    extensions = {"code": INTERNAL_ERROR, "id": identifier}
    return {"message": "系统内部错误 Internal error", **where, "extensions": extensions}


def _is_coded(error: GraphQLError) -> bool:
    return bool(error.extensions and "code" in error.extensions)
