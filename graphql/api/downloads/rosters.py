"""Roster files over HTTP 名单文件接口: the template to fill in, and a file's findings as comments in its own cells. plan P1.

For who may read the reports of roster files. The file that was sent is a stranger's: its sheet is made in a process of its own.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads.files import NOTHING_RUNS, attachment
from api.kit.published import roles_of
from api.kit.services import Services
from api.participants.rosters import RosterQueries
from api.server.admission import Lane
from api.server.errors import request_error
from api.server.http import ALWAYS, JSON, Malformed, authorization, bearer, respond
from api.server.messages import CallerGone, GraphQLResponse, faulted
from api.server.operations import Operations
from domain.command_rights import not_allowed
from domain.kernel import Refused
from interop.editions.sheets import MEDIA_TYPE
from interop.rosters.reports import report_content
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
        try:
            caller = self._operations.signed_in(token)
            found = None
            if file is None and caller.role not in self._readers:
                refused = not_allowed(self._readers, caller.role)
                said = request_error(refused.rule.code, refused.says, refused.says_in_english)
                return respond(GraphQLResponse({"errors": [said]}, 403), JSON, as_status=True)
            if caller.role in self._readers:
                found = (self._services.foreign.template, TEMPLATE_NAME) if file is None else self._annotated(caller, *file)
        except CallerGone as gone:
            return respond(GraphQLResponse({"errors": [gone.error]}, 401), JSON, as_status=True)
        except Refused as refused:
            said = request_error(refused.rule.code, refused.says, refused.says_in_english)
            return respond(GraphQLResponse({"errors": [said]}, 503), JSON, as_status=True)
        except Exception as fault:  # noqa: BLE001 - the caller gets its id and the log the rest
            return respond(faulted(fault), JSON, as_status=True)
        if found is None:
            missing = request_error("NOT_FOUND", "未找到。", "Not found.")
            return respond(GraphQLResponse({"errors": [missing]}, 404), JSON, as_status=True)
        content, name = found
        headers = {**ALWAYS, "content-disposition": attachment(name), "content-security-policy": NOTHING_RUNS}
        return Response(content, 200, headers, media_type=MEDIA_TYPE)

    def _annotated(self, caller: Caller, year: int, digest: str) -> tuple[bytes, str] | None:
        blobs = self._services.blobs
        with self._services.models.reading(caller.scope) as snapshot:
            row = rosters.import_of_file(snapshot, caller.scope, year, digest, caller.organisation)
        if row is None:
            return None
        report = report_content(blobs, row.report, row.findings)
        holder = f"{caller.role}/{caller.organisation}"
        content = self._services.foreign.annotated(blobs.get(digest), row.filename, report, holder)
        return content, f"{row.filename.rpartition('.')[0]}（批注）.xlsx"
