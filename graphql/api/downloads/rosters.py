"""Roster files over HTTP 名单文件接口: the template to fill in, and a file's findings as comments in its own cells. plan P1.

For who may read the reports of roster files. The file that was sent is a stranger's: its sheet is made in a process of its own.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads.made_workbooks import MadeFile, made_workbook
from api.kit.published import roles_of
from api.kit.services import Services
from api.participants.rosters import RosterQueries
from api.server.admission import Lane
from api.server.http import JSON, Malformed, authorization, bearer, respond
from api.server.operations import Operations
from domain.command_rights import not_allowed
from domain.instants import city_day
from domain.participants.rosters.findings import findings_kept_until
from interop.rosters.reports import report_content, require_kept
from journal import Caller
from projections.participants import rosters

TEMPLATE_NAME = "名单模板.xlsx"


class RosterFiles:
    """The endpoints of roster files: who may read them is as the schema says."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations
        self._readers = roles_of(RosterQueries, "roster_imports")

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/rosters/template.xlsx", self.template, methods=["GET"]),
            Route("/rosters/{year:int}/{digest}/findings.xlsx", self.findings, methods=["GET"]),
        ]

    async def template(self, request: Request) -> Response:
        """GET /rosters/template.xlsx: an empty roster with drop-downs and help 名单模板."""
        return await self._answered(request, None)

    async def findings(self, request: Request) -> Response:
        """GET /rosters/{year}/{sha256}/findings.xlsx: a file's sheet with its findings as comments 批注名单.

        Of the latest answer to that file, the caller's own before others' within the scope; not sent and out of scope answer alike.
        410 where the findings of a file that was returned whole were kept long enough.
        """
        given = request.path_params
        return await self._answered(request, (given["year"], given["digest"]))

    async def _answered(self, request: Request, file: tuple[int, str] | None) -> Response:
        try:
            token = bearer(authorization(request.headers))
        except Malformed as malformed:
            return respond(malformed.answer, JSON, as_status=True)
        lane = self._operations.admission.lane(token, Lane.BULK)
        response: Response = await self._operations.in_thread(self._made, token, file, lane=lane, token=token)
        return response

    def _made(self, token: str | None, file: tuple[int, str] | None) -> Response:
        return made_workbook(lambda: self._workbook(self._operations.signed_in(token), file))

    def _workbook(self, caller: Caller, file: tuple[int, str] | None) -> MadeFile | None:
        if caller.role not in self._readers:
            if file is None:
                raise not_allowed(self._readers, caller.role)
            return None
        return (self._services.foreign.template, TEMPLATE_NAME) if file is None else self._annotated(caller, *file)

    def _annotated(self, caller: Caller, year: int, digest: str) -> tuple[bytes, str] | None:
        blobs = self._services.blobs
        with self._services.models.reading(caller.scope) as snapshot:
            row = rosters.import_of_file(snapshot, caller.scope, year, digest, caller.organisation)
        if row is None:
            return None
        until = findings_kept_until(row.at, returned=row.blocked, report=row.report)
        require_kept(until, city_day(self._services.clock()))
        report = report_content(blobs, row.report, row.findings)
        content = self._services.foreign.annotated(blobs.get(digest), row.filename, report, caller.holder)
        return content, f"{row.filename.rpartition('.')[0]}（批注）.xlsx"
