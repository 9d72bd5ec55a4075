"""Documents of the standard over HTTP 标准文件接口: PDF, Excel, OSCAL and comparisons of editions and drafts. plan S1, S5, P8.

Open to every signed-in role, as `Query.editions` and `Query.revisionText` are; of a draft as far as the scope admits it. A
document is a function of what it is made of, so its bytes are kept and named by their digest; setting one takes seconds of
processor time, in a process apart, so they wait among exports and are counted for who asks.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads.files import NOTHING_RUNS, attachment
from api.downloads.refusals import not_found, not_given, refusal
from api.kit.ids import key_of
from api.kit.published import roles_of
from api.kit.services import Services
from api.server.admission import Lane
from api.server.http import ALWAYS, authorization, bearer
from api.server.operations import Operations
from api.standard.editions import EditionQueries
from api.standard.revisions import RevisionQueries
from domain.access import Role
from domain.kernel import Refused
from domain.standard.revision.state import draft_scope
from interop.editions.documents import Document, find_document
from interop.editions.draft_documents import find_draft_document
from journal import Caller
from projections import Snapshot

MOST_KEPT = 64 << 20
"""Bytes of documents kept in memory: nine editions with all their documents are 5 MiB."""
RETRY_SECONDS = 10
KEEP_AND_ASK = "private, no-cache"
"""A client may keep a document, and asks each time whether it still holds: sessions end and roles change."""

Key = tuple[str, tuple[str, ...]]
Find = Callable[[Snapshot, Caller], Document | None]
"""Looks a document up for a caller, None where there is none to this caller."""


class Shelf:
    """Documents made lately 文件缓存, those longest unasked given up first; it holds no more bytes than it may."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._size = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, tuple[bytes, str]] = OrderedDict()

    def get(self, key: Key) -> tuple[bytes, str] | None:
        """The bytes of a document and their digest; None where it was not made or was given up."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Key, content: bytes) -> tuple[bytes, str]:
        """Keep a document; give it with its digest."""
        found = (content, sha256(content).hexdigest())
        with self._lock:
            if len(content) <= self._most and key not in self._kept:
                self._kept[key] = found
                self._size += len(content)
                while self._size > self._most:
                    _, (gone, _) = self._kept.popitem(last=False)
                    self._size -= len(gone)
        return found


class EditionDocuments:
    """The endpoints of the standard's documents: who may read editions is as the schema says."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations
        self._readers = roles_of(EditionQueries, "editions")
        self._draft_readers = roles_of(RevisionQueries, "revision_text")
        self._shelf = Shelf()
        self._under_way: dict[tuple[Key, str], asyncio.Future[tuple[bytes, str]]] = {}

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/editions/{name}", self.published, methods=["GET"]),
            Route("/revisions/{revision:path}/{which}/{name}", self.drafted, methods=["GET"]),
        ]

    async def published(self, request: Request) -> Response:
        """GET /editions/{name}: a document by its name, such as 2023.pdf, 2023-energy.oscal.json, 2023...2025.md."""
        name = request.path_params["name"]
        return await self._given(request, self._readers, lambda snapshot, _caller: find_document(snapshot, name))

    async def drafted(self, request: Request) -> Response:
        """GET /revisions/{id}/{which}/{name}: a draft's, as it stands (current) or on consultation (consulted)."""
        given = request.path_params

        def find(snapshot: Snapshot, caller: Caller) -> Document | None:
            scope = draft_scope(caller.role, caller.scope)
            revision = key_of(given["revision"], "revision")
            return find_draft_document(snapshot, scope, revision, given["which"], given["name"])

        return await self._given(request, self._draft_readers, find)

    async def _given(self, request: Request, readers: frozenset[Role], find: Find) -> Response:
        try:
            token = bearer(authorization(request.headers))
            found = await self._operations.in_thread(
                self._found, token, readers, find, lane=self._operations.admission.lane(token, Lane.READS), token=token
            )
            if found is None:
                return not_found()
            document, holder = found
            kept = self._shelf.get((document.name, document.stamps)) or await self._made(document, token, holder)
        except Exception as fault:  # noqa: BLE001 - the caller gets its id and the log the rest
            return not_given(fault, _busy)
        content, digest = kept
        headers = {**ALWAYS, "cache-control": KEEP_AND_ASK, "etag": f'"{digest}"'}
        if _held(request.headers.get("if-none-match"), digest):
            return Response(None, 304, headers)
        headers |= {"content-disposition": attachment(document.title), "content-security-policy": NOTHING_RUNS}
        return Response(content, 200, headers, media_type=document.media_type)

    def _found(self, token: str | None, readers: frozenset[Role], find: Find) -> tuple[Document, str] | None:
        """The document, for a role that may read it, and whom it is made for: not there and not for this role are the same."""
        caller = self._operations.signed_in(token)
        if caller.role not in readers:
            return None
        with self._services.models.reading(caller.scope) as snapshot:
            document = find(snapshot, caller)
        return None if document is None else (document, caller.organisation)

    async def _made(self, found: Document, token: str | None, holder: str) -> tuple[bytes, str]:
        """The document made now; who asks for one that is being made for them already waits for that.

        Raises:
            Overloaded: the caller has too many under way, or too many wait already.
        """
        place = ((found.name, found.stamps), self._operations.admission.known.holder(token))
        under_way = self._under_way.get(place)
        if under_way is None:
            making = self._operations.in_thread(self._made_now, found, holder, lane=Lane.BULK, token=token)
            under_way = asyncio.ensure_future(making)
            self._under_way[place] = under_way
            under_way.add_done_callback(lambda _made: self._under_way.pop(place))
        return await asyncio.shield(under_way)

    def _made_now(self, found: Document, holder: str) -> tuple[bytes, str]:
        """The document, which somebody else may have had made meanwhile."""
        key = (found.name, found.stamps)
        return self._shelf.get(key) or self._shelf.put(key, found.make(holder))


def _held(header: str | None, digest: str) -> bool:
    """Whether an If-None-Match names these bytes 已持有."""
    return header is not None and (header.strip() == "*" or f'"{digest}"' in header)


def _busy(_refused: Refused) -> Response:
    """Others' documents are being set at this moment, or too many of this organisation."""
    busy = refusal(503, "TOO_MANY_AT_ONCE", "排版繁忙，请稍后重试。", "Too many documents are being made; try again.")
    busy.headers["retry-after"] = str(RETRY_SECONDS)
    return busy
