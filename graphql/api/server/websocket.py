"""GraphQL over WebSocket: the graphql-transport-ws protocol with credentials and context per operation.

The protocol and its handshake are strawberry's. Ours are what it leaves to the application: text frames, since binary ones
break the reference client; an operation's own context, since the connection's would share one snapshot and one caller among
all of them; and a watch over the token, since a socket outlives it.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
import strawberry
from graphql import OperationType
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage

from api.kit.ports import Identified
from api.server.admission import Lane, Overloaded
from api.server.errors import masked, request_error
from api.server.http import LARGEST_BODY, Malformed, bearer, read_request
from api.server.messages import CallerGone, GraphQLRequest, GraphQLResponse, faulted
from api.server.operations import Operations
from api.server.request_ids import request_id
from api.server.response_bodies import with_extensions
from interop.json_reading import JSONUnreadable, read_json

SUBSCRIPTIONS_PER_CONNECTION = 10
WATCH_SECONDS = 15.0
"""How long a socket may outlive a session that was signed out when nothing is delivered. A role that ends closes it at once."""
MALFORMED = 4400
UNAUTHORIZED = 4401
FORBIDDEN = 4403
TOO_BIG = 1009
TRY_AGAIN_LATER = 1013
LONGEST_REASON = 123
"""Bytes that the protocol has for why a socket is closed."""
EVERYTHING = frozenset(OperationType)


@dataclass
class Socket:
    """One socket 连接: its token and who that was when it was opened. connection_params: set by the protocol handler."""

    connection_params: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    identified: Identified | None = None


class TextFrames(ASGIWebSocketAdapter):
    """Text in, text out, and nothing longer than an HTTP body may be."""

    ws: WebSocket

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """The messages of the client."""
        while self.ws.application_state is WebSocketState.CONNECTED:
            try:
                text = await self.ws.receive_text()
            except WebSocketDisconnect:
                return
            except KeyError:  # so starlette says that the frame is binary
                await self.close(MALFORMED, "Send text · 须是文本")
                return
            if len(text) > LARGEST_BODY:
                await self.close(TOO_BIG, f"At most {LARGEST_BODY} characters · 最多 {LARGEST_BODY} 个字符")
                return
            try:
                yield read_json(text)
            except JSONUnreadable as problem:
                if not ignore_parsing_errors:
                    await self.close(MALFORMED, str(problem))
                    return

    async def send_json(self, message: Mapping[str, object]) -> None:
        """One message, as text."""
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except (WebSocketDisconnect, RuntimeError) as gone:  # starlette raises the latter once the socket is closed
            raise WebSocketDisconnected from gone

    async def close(self, code: int, reason: str) -> None:
        """Close the socket, unless it is closed already."""
        with suppress(RuntimeError, WebSocketDisconnect):
            await super().close(code, reason.encode()[:LONGEST_REASON].decode(errors="ignore"))


class Protocol(BaseGraphQLTransportWSHandler[Socket, None]):
    """graphql-transport-ws, each operation admitted and run by itself."""

    view: "GraphQLOverWebSocket"
    context: Socket

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - strawberry's own
        super().__init__(*arguments, **named)
        self._watch: asyncio.Task[None] | None = None
        self._document_ids: dict[str, str] = {}
        """Of operations that ask for a registered document, until they begin."""

    async def handle_message(self, message: Any) -> None:  # noqa: ANN401 - whatever JSON the client sent
        """One message, if it is one."""
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            await self.handle_invalid_message("Not a message of the protocol · 不是协议中的消息")
            return
        if message["type"] in ("subscribe", "complete") and not isinstance(message.get("id"), str):
            await self.handle_invalid_message("A message without id · 消息缺少 id")
            return
        if message["type"] == "subscribe":
            try:
                request = read_request(message.get("payload"))
            except Malformed as malformed:
                await self.handle_invalid_message(f"{malformed.english} · {malformed.chinese}")
                return
            if request.document_id and message["id"] not in self.operations:
                self._document_ids[message["id"]] = request.document_id
            message["payload"].setdefault("query", "")  # the library's own step wants one
        await super().handle_message(message)  # type: ignore[arg-type] # its shape has just been checked
        if message["type"] == "subscribe" and message["id"] not in self.operations:  # it was not taken on
            self._document_ids.pop(message["id"], None)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Credentials, once; then the watch over them begins."""
        if message.get("payload") is None:
            message = {"type": "connection_init"}
        try:
            await super().handle_connection_init(message)
        except Overloaded:
            await self.websocket.close(TRY_AGAIN_LATER, "Try again later")
            return
        if self.connection_acknowledged and self.context.identified is not None and self._watch is None:
            self._watch = asyncio.create_task(self._watch_over(self.context.identified))

    async def shutdown(self) -> None:
        """Let go of everything that runs for this socket."""
        if self._watch is not None:
            self._watch.cancel()
        await super().shutdown()

    async def run_operation(self, operation: Operation[Socket, None]) -> None:
        """Admit one operation and send its answers, under an id of its own: the socket's would stand for all of them."""
        request_id.set(uuid4().hex)
        operations = self.view.operations
        identity = self._document_ids.pop(operation.id, "")
        request = GraphQLRequest(operation.query, operation.variables, operation.operation_name or None, identity)
        try:
            token = self.context.token
            lane = operations.lane(request, token)
            admitted = await operations.in_thread(
                operations.admit, request, token, EVERYTHING, lane=lane, token=token
            )
            if isinstance(admitted, GraphQLResponse):
                await self._send(operation, admitted)
                return
            async with aclosing(operations.stream(admitted)) as answers:
                async for answer in answers:
                    await self._send(operation, answer)
                    if not answer.is_executed:
                        return
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except CallerGone as gone:
            await self._part(gone)
        except WebSocketDisconnected:
            return
        except Overloaded as refused:
            said = request_error(refused.code, refused.chinese, refused.english, retryAfter=refused.retry_seconds)
            with suppress(WebSocketDisconnected):
                await self._send(operation, GraphQLResponse({"errors": [said]}, refused.status))
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller gets its id and the log the rest
            with suppress(WebSocketDisconnected):
                await self._send(operation, faulted(fault))

    async def _send(self, operation: Operation[Socket, None], answer: GraphQLResponse) -> None:
        if answer.is_executed:
            payload: Any = with_extensions(answer)
            await operation.send_operation_message({"id": operation.id, "type": "next", "payload": payload})
        else:
            errors: Any = answer.payload["errors"]
            await operation.send_operation_message({"id": operation.id, "type": "error", "payload": errors})

    async def _watch_over(self, before: Identified) -> None:
        """Close the socket when its session ends or goes on in another role, though nothing is delivered."""
        operations = self.view.operations
        while True:
            revoked = operations.revoked(before.caller)
            try:
                await operations.event_answers.still(self.context.token, before.caller)
            except CallerGone as gone:
                await self._part(gone)
                return
            except Exception as fault:  # noqa: BLE001 - while the accounts cannot be asked, nothing is delivered either
                masked(fault)
            left = (before.expires_at - operations.now()).total_seconds()
            with suppress(TimeoutError):
                await asyncio.wait_for(revoked.wait(), max(min(left, self.view.watch_seconds), 0.05))

    async def _part(self, gone: CallerGone) -> None:
        code, reason = (UNAUTHORIZED, "Unauthorized") if gone.ended else (FORBIDDEN, "Role changed; connect again")
        await self.websocket.close(code, reason)


class GraphQLOverWebSocket(GraphQL[Socket, None]):
    """The WebSocket side of /graphql, as an ASGI app.

    Args:
        operations: what runs the operations.
        schema: of the operations.
        allowed_origins: pages of other origins that may connect; others are refused at the handshake.
        watch_seconds: see `WATCH_SECONDS`.
    """

    websocket_adapter_class = TextFrames
    graphql_transport_ws_handler_class = Protocol

    def __init__(
        self,
        operations: Operations,
        schema: strawberry.Schema,
        allowed_origins: Sequence[str] = (),
        watch_seconds: float = WATCH_SECONDS,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            max_subscriptions_per_connection=SUBSCRIPTIONS_PER_CONNECTION,
            allowed_origins=allowed_origins,
        )
        self.operations = operations
        self.watch_seconds = watch_seconds

    async def get_context(self, request: Any, response: Any) -> Socket:  # noqa: ANN401, ARG002 - strawberry's own
        """What is remembered of one socket."""
        return Socket(token=request.headers.get("authorization"))

    async def on_ws_connect(self, context: Socket) -> dict[str, object] | None:
        """Read the credentials: `{"authorization": "Bearer …"}` or `{"token": "…"}`, else the handshake's header.

        Raises:
            ConnectionRejectionError: a token was given and belongs to nobody.
        """
        given = {name.lower(): value for name, value in context.connection_params.items()}
        header = given.get("authorization", context.token)
        try:
            context.token = bearer(header) if given.get("token") is None else str(given["token"])
            if context.token is not None:
                lane = self.operations.admission.lane(context.token, Lane.READS)
                context.identified = await self.operations.in_thread(
                    self.operations.identify, context.token, lane=lane, token=context.token
                )
        except (Malformed, CallerGone, AttributeError):
            raise ConnectionRejectionError from None
        return None
