"""Response bodies · 应答正文: a GraphQL response as JSON, with what each one says of itself beside its data, in `extensions`."""

from typing import Any

import orjson

from api.server.messages import GraphQLResponse
from api.server.request_ids import request_id


def extensions(answer: GraphQLResponse) -> dict[str, Any]:
    """What a response says of itself 扩展信息: the id of its request, and of an operation that ran its cost."""
    said: dict[str, Any] = {"requestId": request_id.get()}
    if answer.cost is not None:
        cost = answer.cost
        said["cost"] = {"requested": cost.requested, "limit": cost.limit, "remaining": cost.remaining}
    return said


def with_extensions(answer: GraphQLResponse) -> dict[str, Any]:
    """The whole response as an object."""
    return {**answer.payload, "extensions": extensions(answer)}


def encoded(answer: GraphQLResponse) -> bytes:
    """The whole response as JSON; a body that is at hand is not made anew."""
    body = answer.body if answer.body is not None else orjson.dumps(answer.payload)
    return body[:-1] + b',"extensions":' + orjson.dumps(extensions(answer)) + b"}"
