"""Errors 错误: what the caller is told. A refusal and malformed input are data; our own bugs are masked and logged once."""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from graphql import GraphQLError, OperationType

from api.server.request_ids import request_id
from domain.kernel import Refused
from journal.outages import is_outage

INTERNAL_ERROR = "INTERNAL_ERROR"
UNAVAILABLE = "UNAVAILABLE"
LOGGED_CHARACTERS = 6_000
"""A traceback is cut in its middle to about this: a driver puts its whole statement, with parameters, into its message."""
LOGGED_END = 400
REPORTED_ERRORS = 50
SAME_SECONDS = 60.0
"""A fault of the same kind and place within this long is the same one: it bears the same id and is logged whole once."""
MOST_FAULTS = 256
OUTAGE = ("outage", "", 0)
"""The kind of every outage: a database that is away fails in a hundred places."""

log = logging.getLogger(__name__)


class Faults:
    """Faults of late 近期故障, each kind under one id, so that an outage does not fill the log and every id told is in it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str, int], tuple[str, float, str]] = {}

    def noted(self, fault: Exception) -> str:
        """The id that a fault is told by. It is logged with its traceback the first time, with its id alone thereafter."""
        kind, now, request = _kind(fault), self._clock(), request_id.get()
        with self._lock:
            identifier, since, last = self._known.get(kind, ("", now, ""))
            is_new = not identifier or now - since >= SAME_SECONDS
            if is_new:
                self._known = {key: one for key, one in self._known.items() if now - one[1] < SAME_SECONDS}
                if len(self._known) >= MOST_FAULTS:
                    self._known.pop(next(iter(self._known)))
                identifier, since = request or uuid4().hex, now
            self._known[kind] = (identifier, since, request)
        if not is_new:
            if not request or request != last:  # a hundred rows of one answer that fail alike are one fault
                log.error("fault %s: again", identifier)
            return identifier
        if kind == OUTAGE:
            log.error("fault %s: a database or disk does not take part: %s", identifier, _shortened(repr(fault)))
        else:
            log.error("fault %s: %s", identifier, _shortened("".join(traceback.format_exception(fault, limit=-20))))
        return identifier


FAULTS = Faults()
"""Those of this process."""


def _kind(fault: Exception) -> tuple[str, str, int]:
    """Type and place of a fault."""
    if is_outage(fault):
        return OUTAGE
    place = fault.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = (place.tb_frame.f_code.co_filename, place.tb_lineno) if place is not None else ("", 0)
    return (type(fault).__qualname__, *where)


def _shortened(text: str) -> str:
    if len(text) <= LOGGED_CHARACTERS:
        return text
    return text[: LOGGED_CHARACTERS - LOGGED_END] + " … " + text[-LOGGED_END:]


def request_error(code: str, chinese: str, english: str, **details: object) -> dict[str, Any]:
    """An error about the request as a whole 请求错误, in the shape of the GraphQL response."""
    said = " ".join((_ended(chinese, "。！？"), _ended(english, ".!?")))
    return {"message": said, "extensions": {"code": code, **details}}


def _ended(sentence: str, ends: str) -> str:
    """A sentence with its stop, which a rule's has not, since more may follow it."""
    return sentence if sentence.endswith(tuple(ends)) else sentence + ends[0]


def not_carried(kind: OperationType, kinds: frozenset[OperationType]) -> tuple[dict[str, Any], int]:
    """What is said, with which status, of an operation that a way of asking does not carry 请求方式不符."""
    if kind is OperationType.SUBSCRIPTION:
        error = request_error(
            "STREAM_REQUIRED",
            "订阅须使用 WebSocket 或 text/event-stream。",
            "Subscribe over WebSocket, or accept text/event-stream.",
        )
        return error, 400
    allowed = ", ".join(sorted(each.value for each in kinds))
    error = request_error(
        "METHOD_NOT_ALLOWED", f"此请求方式不支持 {kind.value}。", f"This method carries only: {allowed}."
    )
    return error, 405


def formatted(errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
    """What the caller is told of an operation's errors 对外错误; what is our own bug is masked and logged.

    Errors of the request (syntax, validation, variables) are shown: they have no path and no cause. So are refusals and
    errors that carry a code of their own. All else is told by an id, under which the log has the traceback.
    """
    return [_published(error) for error in errors[:REPORTED_ERRORS]]


def masked(fault: Exception) -> dict[str, Any]:
    """A fault outside any field 系统错误: logged, and told by its id alone."""
    return _published(GraphQLError("", path=[], original_error=fault))


def _published(error: GraphQLError) -> dict[str, Any]:
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
    if is_outage(cause):
        extensions = {"code": UNAVAILABLE, "id": FAULTS.noted(cause)}
        says = "系统暂时不可用，请稍后重试。 The system is unavailable for the moment; try again."
        return {"message": says, **where, "extensions": extensions}
    extensions = {"code": INTERNAL_ERROR, "id": FAULTS.noted(cause)}
    return {"message": "系统内部错误 Internal error", **where, "extensions": extensions}


def _is_coded(error: GraphQLError) -> bool:
    return bool(error.extensions and "code" in error.extensions)
