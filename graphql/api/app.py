"""App 应用: the ASGI app, its routes and its life. plan P1–P7."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import orjson
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from api import graphiql
from api.budget import Limits
from api.dossiers import Dossiers
from api.edition_documents import EditionDocuments
from api.endings import Endings
from api.field_rights import Rows
from api.files import Files
from api.http import ALWAYS, JSON, GraphQLOverHTTP
from api.operations import Operations
from api.program import Program
from api.proofs import Proofs
from api.schema import build_schema
from api.sign_on import SignOnRoutes
from api.sockets import WATCH_SECONDS, GraphQLOverWebSocket
from api.wakeups import Wakeups
from domain.fields import FIELDS


def create_app(
    program: Program,
    *,
    project: bool = False,
    allowed_origins: Sequence[str] = (),
    schema: strawberry.Schema | None = None,
    rows: Rows = FIELDS,
    limits: Limits | None = None,
    watch_seconds: float = WATCH_SECONDS,
) -> Starlette:
    """The whole API over one program 接口应用.

    Args:
        program: the wiring; its `secret` seals the cursors.
        project: keep the read models current in this process; else another process does.
        allowed_origins: pages of other origins that may open a socket.
        schema: another schema than our own, with `rows` for its fields.
        rows: the table of field rights.
        limits: of a document; None = the usual ones.
        watch_seconds: how long an idle socket may outlive its session.

    Raises:
        FieldsWithoutRights: a field of the schema has no row.
    """
    schema = schema or build_schema()
    wakeups = Wakeups(program.journal, program.models)
    endings = Endings(program.journal)
    operations = Operations(program, schema, rows, wakeups, limits, endings)
    files = Files(program, operations, rows)

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        stop = threading.Event()
        projector = threading.Thread(target=program.models.run, args=(stop,), name="projector")
        if project:
            projector.start()
        await wakeups.start()
        await endings.start()
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(wakeups.stop(), endings.stop())
            await operations.close()
            if project:
                await asyncio.to_thread(projector.join)

    async def health(_request: Request) -> Response:
        healthy = await operations.in_thread(_is_healthy, program)
        status = {"status": "ok" if healthy else "failing"}
        return Response(orjson.dumps(status), 200 if healthy else 503, dict(ALWAYS), media_type=JSON)

    return Starlette(
        routes=[
            Route("/graphql", GraphQLOverHTTP(operations, graphiql.page), methods=None),
            WebSocketRoute("/graphql", GraphQLOverWebSocket(operations, schema, allowed_origins, watch_seconds)),
            Route("/uploads/{ticket}", files.put, methods=["PUT"]),
            Route("/files/{sha256}", files.get, methods=["GET"]),
            Route("/health", health, methods=["GET"]),
            *EditionDocuments(program, operations, rows).routes(),
            *Dossiers(program, operations).routes(),
            *(Proofs(program, program.transparency, operations).routes() if program.transparency is not None else ()),
            *(SignOnRoutes(program.sign_on, operations).routes() if program.sign_on is not None else ()),
            *graphiql.routes(),
        ],
        lifespan=life,
    )


def _is_healthy(program: Program) -> bool:
    """Whether journal and read models answer. How far they are is not said: positions tell the volume."""
    try:
        program.journal.head()
        program.models.position()
    except Exception:  # noqa: BLE001 - whatever it is, the answer is no
        return False
    return True
