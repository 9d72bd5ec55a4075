"""Messages 请求与应答: what a client asks for and is answered, whatever carries it, and who is told that a session is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from api.kit.context import Context, Cost
from api.server.errors import UNAVAILABLE, masked, request_error
from journal.deadlines import DEADLINE_EXCEEDED
from journal.outages import is_crowded_out
from projections.engine.preconditions import NotAsKnown

UNAUTHENTICATED = request_error(
    "UNAUTHENTICATED", "登录已失效，请重新登录。", "The token is unknown, expired or ended; sign in again."
)
KEY_ENDED = request_error(
    "UNAUTHENTICATED",
    "密钥无效、已到期或已被替换、吊销；请向平台运维索取新的密钥。",
    "The key is unknown, expired, replaced or revoked; ask the platform's operator for another one.",
)
"""To a partner's system, which has nothing to sign in to."""
SIGN_IN_FIRST = request_error("UNAUTHENTICATED", "请先登录。", "Sign in first.")
CALLER_CHANGED = request_error(
    "UNAUTHENTICATED", "身份已变更，请重新连接。", "The caller acts in another role now; connect again."
)


@dataclass(frozen=True)
class GraphQLRequest:
    """What a client asks for 请求: the document's text, its variables, and which of its operations.

    document_id: the id of a registered document, instead of a text or beside it; empty = none.
    operation_id: the client's name for it on a stream that several share; empty = none. last_event: cursor of the last event of a
    subscription that the client saw, where its transport says so; it comes before the argument `after`. is_own: it is a page of the
    program's that asks, whose document needs no registering; nothing that a client sends says so.
    """

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    document_id: str = ""
    operation_id: str = ""
    last_event: str | None = None
    is_own: bool = False


@dataclass(frozen=True)
class GraphQLResponse:
    """The GraphQL response 应答.

    made: the payload; None where its body alone is at hand.
    status: of HTTP, where the media type lets errors have one. body: the payload as JSON, where it is at hand.
    cost: of the operation; None where none ran. position: cursor of an event of a subscription; empty = none.
    tag: of the data and its reader, as long as it may be given again; empty = none.
    """

    made: dict[str, Any] | None
    status: int = 200
    body: bytes | None = None
    cost: Cost | None = None
    position: str = ""
    tag: str = ""

    @cached_property
    def payload(self) -> dict[str, Any]:
        """It as an object; read out of its body where that alone is at hand, which most who pass it on never look into."""
        if self.made is not None:
            return self.made
        found: dict[str, Any] = orjson.loads(self.body or b"{}")
        return found

    @property
    def is_executed(self) -> bool:
        """Whether the operation ran at all; a request error has no data entry."""
        return "data" in self.payload


def faulted(fault: Exception) -> GraphQLResponse:
    """What is said when a request failed outside any field 系统故障应答: masked, and 503 where it may be tried again."""
    error = masked(fault)
    return GraphQLResponse({"errors": [error]}, 503 if error["extensions"]["code"] == UNAVAILABLE else 500)


def faulted_for(context: Context, fault: Exception) -> GraphQLResponse:
    """As `faulted`, said to a caller who is sure, or that there is no connection to find out on.

    Raises:
        NotAsKnown: nothing may be said before it is found out who asks, or rows have moved since that was asked.
    """
    if isinstance(fault, NotAsKnown) or (not context.is_sure and not is_crowded_out(fault)):
        raise NotAsKnown from fault
    return faulted(fault)


def crowded_out(result: object) -> Exception | None:
    """The fault of a query that got no connection to read on, all of which are in use: as a whole it may be tried again."""
    faults = (error.original_error for error in getattr(result, "errors", None) or ())
    return next((fault for fault in faults if fault is not None and is_crowded_out(fault)), None)


LATE = GraphQLResponse(
    {"errors": [request_error(DEADLINE_EXCEEDED.code, DEADLINE_EXCEEDED.says, DEADLINE_EXCEEDED.says_in_english)]},
    503,
)


class CallerGone(Exception):  # noqa: N818 - the end of a stream, told to the client
    """The caller of a stream is not who they were 身份失效.

    ended: the session is over; else it goes on in another role. of_key: it was no session but the key of a system.
    """

    def __init__(self, *, ended: bool, of_key: bool = False) -> None:
        super().__init__("ended" if ended else "changed")
        self.ended = ended
        self.of_key = of_key

    @property
    def error(self) -> dict[str, Any]:
        """What the client is told."""
        if not self.ended:
            return CALLER_CHANGED
        return KEY_ENDED if self.of_key else UNAUTHENTICATED


class NotSignedIn(CallerGone):
    """Nobody is signed in where only who is may ask 未登录; told before anything is looked for."""

    def __init__(self) -> None:
        super().__init__(ended=True)

    @property
    def error(self) -> dict[str, Any]:
        """What the client is told."""
        return SIGN_IN_FIRST
