"""Files of others' assessments over HTTP 外部评估结果文件接口: a batch's findings as comments in its own cells. plan P8."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.diagnosis.result_batches import ResultBatchQueries
from api.downloads.made_workbooks import MadeFile, made_workbook
from api.kit.disclosure_notes import DisclosureNotes
from api.kit.published import roles_of
from api.kit.services import Services
from api.server.admission import Lane
from api.server.http import JSON, Malformed, authorization, bearer, respond
from api.server.operations import Operations
from domain.access import Mask, Role
from domain.diagnosis.external.rows import batch_stream
from interop.rosters.reports import report_content
from journal import Caller
from projections.diagnosis.result_batches import BatchFilter, batches_by_id, rows_of

ENTRY_POINT = "GET /batches"


class ResultBatchFiles:
    """The endpoint of batches: who may read them is as the schema says, and reading is written down."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations
        self._readers = roles_of(ResultBatchQueries, "result_batches")

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route("/batches/{batch}/findings.xlsx", self.findings, methods=["GET"])]

    async def findings(self, request: Request) -> Response:
        """GET /batches/{batch}/findings.xlsx: the sheet that was sent, its findings as comments 批注文件."""
        try:
            token = bearer(authorization(request.headers))
        except Malformed as malformed:
            return respond(malformed.answer, JSON, as_status=True)
        lane = self._operations.admission.lane(token, Lane.BULK)
        batch = str(request.path_params["batch"])
        response: Response = await self._operations.in_thread(self._made, token, batch, lane=lane, token=token)
        return response

    def _made(self, token: str | None, batch: str) -> Response:
        return made_workbook(lambda: self._workbook(self._operations.signed_in(token), batch))

    def _workbook(self, caller: Caller, batch: str) -> MadeFile | None:
        if caller.role not in self._readers:
            return None
        owned = (caller.actor, caller.organisation) if caller.role == Role.PARTNER else None
        with self._services.models.reading(caller.scope) as snapshot:
            row = batches_by_id(snapshot, BatchFilter(owned), [batch]).get(batch)
            proposed = rows_of(snapshot, [batch]).get(batch, ()) if row is not None else ()
        if row is None:
            return None
        notes = DisclosureNotes(ENTRY_POINT)
        notes.note(frozenset({Mask.OUTCOME.value}), ((one.enterprise, batch_stream(batch)) for one in proposed))
        notes.leave(self._services, caller)
        blobs = self._services.blobs
        report = report_content(blobs, row.report, None)
        content = self._services.foreign.annotated_results(blobs.get(row.digest), row.filename, report, caller.holder)
        return content, f"{row.filename.rpartition('.')[0]}（批注）.xlsx"
