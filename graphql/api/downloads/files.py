"""Files 文件: evidence and rosters on their way in, evidence and reports on their way out, beside GraphQL. plan P4, P5."""

import asyncio
from urllib.parse import quote
from weakref import WeakValueDictionary

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.diagnosis.parts import Evidence, Report
from api.downloads.refusals import given_out, not_found
from api.kit.disclosure_notes import DisclosureNotes
from api.kit.ports import Upload
from api.kit.published import roles_of
from api.kit.services import Services
from api.providers.applications import ApplicationDocument
from api.providers.markings import AnonymousDocument
from api.server.admission import Lane
from api.server.errors import request_error
from api.server.http import ALWAYS, JSON, Malformed, authorization, bearer, read_body, respond
from api.server.messages import GraphQLResponse
from api.server.operations import Operations
from domain.access import Mask, Role
from domain.diagnosis.state import diagnosis_stream
from domain.kernel import Refused
from journal import Caller
from projections.diagnosis import case_parts
from projections.providers import selection

UPLOADS_AT_A_TIME = 8
"""Uploads are held in memory until they are whole and checked; of one organisation one at a time, the others wait.

Else one person with so many tickets and a slow line keeps the whole city from sending anything."""
UPLOAD_SECONDS = 300.0
PLAIN_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_ ")
NOTHING_RUNS = "default-src 'none'; sandbox"
"""What was uploaded may be opened in a browser and must find nothing there to act on."""


def attachment(filename: str) -> str:
    """Content-Disposition of a download 下载文件名: an ASCII name for old clients, the true one in UTF-8 for all others."""
    plain = "".join(letter if letter in PLAIN_NAME else "_" for letter in filename).strip() or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _refused(refused: Refused) -> GraphQLResponse:
    said = {"message": refused.says, "extensions": {"code": refused.rule.code, "clause": refused.rule.clause}}
    said["extensions"]["messageInEnglish"] = refused.says_in_english  # type: ignore[index] # it is the mapping above
    return GraphQLResponse({"errors": [said]}, 422)


def _given(data: bytes, name: str, media_type: str, sha256: str) -> Response:
    headers = {
        **ALWAYS,
        "content-disposition": attachment(name),
        "content-security-policy": NOTHING_RUNS,
        "etag": f'"{sha256}"',
    }
    return Response(data, 200, headers, media_type=media_type)


class FileEndpoints:
    """The plain endpoints of files: who may read evidence and reports is as the schema says."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations
        self._evidence_readers = roles_of(Evidence, "sha256")
        self._report_readers = roles_of(Report, "sha256")
        self._document_readers = roles_of(ApplicationDocument, "sha256") | roles_of(AnonymousDocument, "sha256")
        self._arriving = asyncio.Semaphore(UPLOADS_AT_A_TIME)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def put(self, request: Request) -> Response:
        """PUT /uploads/{ticket}: the bytes of one file 上传, for whoever holds the ticket.

        The answer names the sha256 that a command then cites. The size is held while the bytes arrive.
        """
        ticket = request.path_params["ticket"]
        limit = self._services.uploads.limit(ticket)  # the ticket itself says it, and who may send
        holder = self._services.uploads.holder(ticket)
        if not limit:
            return not_found()
        turn = self._turns.setdefault(holder, asyncio.Lock())
        try:
            async with turn, self._arriving, asyncio.timeout(UPLOAD_SECONDS):
                data = await read_body(request, limit, None, UPLOAD_SECONDS)
                upload: Upload = await self._operations.in_thread(
                    self._services.uploads.receive, ticket, data, lane=Lane.FILES
                )
        except Malformed as malformed:
            return respond(malformed.answer, JSON, as_status=True)
        except Refused as refused:
            return respond(_refused(refused), JSON, as_status=True)
        except TimeoutError:
            slow = request_error("TOO_SLOW", "上传超时。", "The upload took too long.")
            return respond(GraphQLResponse({"errors": [slow]}, 408), JSON, as_status=True)
        kept = {
            "sha256": upload.sha256,
            "filename": upload.filename,
            "mediaType": upload.media_type,
            "size": upload.size,
        }
        return Response(orjson.dumps(kept), 201, dict(ALWAYS), media_type=JSON)

    async def get(self, request: Request) -> Response:
        """GET /files/{sha256}: a report or a piece of evidence 下载, within the caller's scope.

        Not kept, out of scope and not for this role answer alike.
        """
        try:
            token = bearer(authorization(request.headers))
        except Malformed as malformed:
            return respond(malformed.answer, JSON, as_status=True)
        lane = self._operations.admission.lane(token, Lane.FILES)
        response: Response = await self._operations.in_thread(
            given_out(self._found), token, request.path_params["sha256"], lane=lane, token=token
        )
        return response

    def _document(self, caller: Caller, sha256: str) -> Response | None:
        """A file of an application within the scope, to a marker without its name; None where it is none."""
        with self._services.models.reading(caller.scope) as snapshot:
            found = selection.document(snapshot, caller.scope, sha256, anonymous=caller.role == Role.MARKER)
        data = self._services.blobs.get(sha256) if found is not None else None
        return _given(data, found.filename, found.media_type, sha256) if data is not None and found is not None else None

    def _found(self, token: str | None, sha256: str) -> Response:
        caller = self._operations.signed_in(token)
        if caller.role in self._document_readers and (answer := self._document(caller, sha256)) is not None:
            return answer
        if caller.role not in self._report_readers:
            return not_found()
        with self._services.models.reading(caller.scope) as snapshot:
            found = case_parts.files(
                snapshot, caller.scope, sha256, evidence=caller.role in self._evidence_readers
            )
        data = self._services.blobs.get(sha256) if found else None
        if data is not None:
            disclosure_notes = DisclosureNotes("GET /files")
            for row in found:
                mask = Mask.RESULT_AND_REPORT if row.is_report else Mask.PROCESS_SECRETS
                disclosure_notes.note(frozenset({mask}), [(row.enterprise, diagnosis_stream(row.diagnosis))])
            disclosure_notes.leave(self._services, caller)
        if data is None:
            return not_found()
        name, media_type, *_ = found[0]
        return _given(data, name, media_type, sha256)
