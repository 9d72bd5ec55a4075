"""App 应用: the ASGI app, its routes and its life. plan P1–P7."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import orjson
import strawberry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from api.downloads.credentials import CredentialFiles
from api.downloads.dossiers import Dossiers
from api.downloads.ecosystem import EcosystemFile
from api.downloads.edition_documents import EditionDocuments
from api.downloads.exports import Exports
from api.downloads.files import FileEndpoints
from api.downloads.packages import PackageFiles
from api.downloads.papers import PaperFiles
from api.downloads.payments import PaymentFiles
from api.downloads.policy_lists import PolicyLists
from api.downloads.process_log import ProcessLogFiles
from api.downloads.proofs import Proofs
from api.downloads.provider_documents import ProviderDocuments
from api.downloads.questionnaires import QuestionnaireFiles
from api.downloads.result_batches import ResultBatchFiles
from api.downloads.rosters import RosterFiles
from api.downloads.verification_page import VerificationPage
from api.kit.published import FieldRights, declared
from api.kit.services import Services
from api.record.event_feed import EventFeed
from api.schema import build_schema
from api.server import console, graphiql
from api.server.address_texts import AddressTexts
from api.server.admission import LONGEST_LAG_SECONDS, AdmissionLimits, Overloaded
from api.server.answer_cache import AnswerCache
from api.server.browser_sessions import BrowserSessions, SessionRoutes
from api.server.byte_ranges import ByteRanges
from api.server.change_notifications import ChangeNotifications
from api.server.early_rejection import PATHS, AdmissionGate
from api.server.errors import request_error
from api.server.health import Health
from api.server.http import ALWAYS, JSON, GraphQLOverHTTP, encoded_response, overloaded
from api.server.messages import faulted
from api.server.oidc_routes import SignOnRoutes
from api.server.operations import Operations
from api.server.origins import NamedOrigins
from api.server.persisted_documents import PersistedDocuments
from api.server.query_cost import Limits
from api.server.request_ids import RequestIds
from api.server.revocations import Revocations
from api.server.schema_reference import SchemaReference
from api.server.straight_http import StraightHTTP
from api.server.websocket import WATCH_SECONDS, GraphQLOverWebSocket
from projections.engine.runner import Apart

BROKEN_SOCKET = 1011
REFUSALS = {
    404: ("NOT_FOUND", "没有此地址。", "There is nothing at this address."),
    405: ("METHOD_NOT_ALLOWED", "此地址不支持该方法。", "This address does not take that method."),
}
"""Status -> code and sentences, for what no endpoint of ours answers."""


def create_app(
    services: Services,
    *,
    project: bool = False,
    apart: Apart | None = None,
    allowed_origins: Sequence[str] = (),
    schema: strawberry.Schema | None = None,
    rights: FieldRights | None = None,
    limits: Limits | None = None,
    admission: AdmissionLimits | None = None,
    persisted: PersistedDocuments | None = None,
    reference: Callable[[str], str] | None = None,
    watch_seconds: float = WATCH_SECONDS,
    lag_seconds: float = LONGEST_LAG_SECONDS,
    answers: AnswerCache | None = None,
) -> Starlette:
    """The whole API over one program 接口应用.

    Args:
        services: the wiring; its `secret` seals the cursors.
        project: keep the read models current in this process; else another process does.
        apart: folds elsewhere what lies far behind; None = all is folded in this process.
        allowed_origins: pages of other origins that may read answers and open sockets.
        schema: another schema than our own.
        rights: of its fields; None = as its types declare them.
        limits: of a document; None = the usual ones.
        admission: how much is done at a time and may wait; None = as usual.
        reference: makes the page of the schema from its text; None = there is no such page.
        persisted: documents that may be asked for by their ids; None = there are none.
        watch_seconds: how long an idle socket may outlive its session.
        lag_seconds: how far the read models may be behind before the process is not ready.
        answers: those that it keeps to give again; None = as many as usual.

    Raises:
        FieldsWithoutRights: a field of the schema has no row.
    """
    schema, persisted = schema or build_schema(), persisted or PersistedDocuments()
    change_notifications = ChangeNotifications(services.journal, services.models)
    revocations = Revocations(services.journal)
    rights = rights or declared(schema)
    operations = Operations(
        services, schema, rights, change_notifications, limits, revocations, admission, persisted, answers=answers
    )
    files = FileEndpoints(services, operations)
    over_http = GraphQLOverHTTP(operations, graphiql.page)
    over_sockets = GraphQLOverWebSocket(operations, schema, allowed_origins, watch_seconds)
    origins = [Middleware(NamedOrigins, origins=allowed_origins)] if allowed_origins else []

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        stop = threading.Event()
        projector = threading.Thread(target=services.models.run, args=(stop, apart), name="projector")
        if project:
            projector.start()
        await change_notifications.start()
        await revocations.start()
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(change_notifications.stop(), revocations.stop())
            await operations.close()
            if project:
                await asyncio.to_thread(projector.join)

    app = Starlette(
        routes=[
            *(Route(path, over_http, methods=None) for path in PATHS),
            *(WebSocketRoute(path, over_sockets) for path in PATHS),
            Route("/uploads/{ticket}", files.put, methods=["PUT"]),
            Route("/files/{sha256}", files.get, methods=["GET"]),
            *Health(services, lag_seconds).routes(),
            *EditionDocuments(services, operations).routes(),
            *RosterFiles(services, operations).routes(),
            *ResultBatchFiles(services, operations).routes(),
            *PackageFiles(services, operations).routes(),
            *EcosystemFile(services, operations).routes(),
            *PolicyLists(services, operations).routes(),
            *PaperFiles(services, operations).routes(),
            *PaymentFiles(services, operations).routes(),
            *ProviderDocuments(services, operations).routes(),
            *QuestionnaireFiles(services, operations).routes(),
            *ProcessLogFiles(services, operations).routes(),
            *EventFeed(services, operations, change_notifications).routes(),
            *Dossiers(services, operations).routes(),
            *(CredentialFiles(services, services.credentials, operations).routes() if services.credentials is not None else ()),
            *(
                Exports(services, services.transparency, operations, services.exports).routes()
                if services.transparency is not None and services.exports is not None
                else ()
            ),
            *(Proofs(services, services.transparency, operations).routes() if services.transparency is not None else ()),
            *(SignOnRoutes(services.sign_on, operations).routes() if services.sign_on is not None else ()),
            *SessionRoutes(operations).routes(),
            *VerificationPage(operations).routes(),
            *graphiql.routes(),
            *console.routes(),
            *SchemaReference(schema, reference).routes(),
        ],
        lifespan=life,
        middleware=[
            *origins,
            Middleware(StraightHTTP, straight=operations.straight, deadline=operations.deadline),
            Middleware(BrowserSessions),
            Middleware(AdmissionGate, admission=operations.admission, persisted=persisted),
            Middleware(RequestIds, failed=_failed),
            Middleware(AddressTexts),
            Middleware(ByteRanges),
        ],
        exception_handlers={HTTPException: _refused, Overloaded: _overloaded},
    )
    app.state.gate = AdmissionGate(app, operations.admission, persisted)
    app.router.redirect_slashes = False  # it would send a client wherever the Host header says
    return app


async def _failed(scope: Scope, receive: Receive, send: Send, fault: Exception) -> None:
    """What is said when anything raised outside the answers that we make ourselves."""
    answer = faulted(fault)
    if scope["type"] == "http":
        await encoded_response(answer, JSON, as_status=True)(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": BROKEN_SOCKET, "reason": "Internal error"})


async def _overloaded(_request: Request, refused: Exception) -> Response:
    """Not taken on now."""
    assert isinstance(refused, Overloaded)  # noqa: S101 - the handler of that
    return overloaded(refused)


async def _refused(_request: Request, refused: Exception) -> Response:
    """No such path, or not by this method, as JSON like every other answer."""
    status = refused.status_code if isinstance(refused, HTTPException) else 400
    headers = dict(getattr(refused, "headers", None) or {})
    code, chinese, english = REFUSALS.get(status, ("BAD_REQUEST", "请求无法处理。", "The request cannot be handled."))
    body = orjson.dumps({"errors": [request_error(code, chinese, english)]})
    return Response(body, status, {**ALWAYS, **headers}, media_type=JSON)
