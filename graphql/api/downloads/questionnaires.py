"""Questionnaires over HTTP 离线问卷接口: a case's workbook and site form, to be filled in without a network. plan P3, P5, P7."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.diagnosis.submissions import site_form
from api.diagnosis.workbooks import questionnaire
from api.downloads.made_workbooks import MadeFile, made_workbook
from api.kit.disclosure_notes import DisclosureNotes
from api.kit.ids import key_of
from api.kit.services import Services
from api.server.admission import Lane
from api.server.http import JSON, Malformed, authorization, bearer, respond
from api.server.operations import Operations
from domain.command_rights import DIAGNOSTICIANS, FILLERS
from journal import Caller

ENTRY_POINT = "GET /diagnoses/questionnaire"


class QuestionnaireFiles:
    """The endpoint of questionnaires: for the roles that may save answers 离线问卷接口."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/diagnoses/{case:path}/questionnaire.xlsx", self.workbook, methods=["GET"]),
            Route("/diagnoses/{case:path}/site-form.xlsx", self.site_form, methods=["GET"]),
        ]

    async def workbook(self, request: Request) -> Response:
        """GET /diagnoses/{id}/questionnaire.xlsx: the workbook of an open case 离线问卷; others get as much as of none."""
        return await self._answered(request, self._workbook)

    async def site_form(self, request: Request) -> Response:
        """GET /diagnoses/{id}/site-form.xlsx: the XLSForm of an accepted case 现场核验表单, for its diagnosticians."""
        return await self._answered(request, self._site_form)

    async def _answered(self, request: Request, make: Callable[[Caller, str], MadeFile | None]) -> Response:
        try:
            token = bearer(authorization(request.headers))
        except Malformed as malformed:
            return respond(malformed.answer, JSON, as_status=True)
        lane = self._operations.admission.lane(token, Lane.BULK)
        case = request.path_params["case"]
        response: Response = await self._operations.in_thread(self._made, token, case, make, lane=lane, token=token)
        return response

    def _workbook(self, caller: Caller, case: str) -> MadeFile | None:
        """The workbook, and that what is answered so far leaves with it, written down."""
        found = questionnaire(self._services, caller, case) if caller.role in FILLERS else None
        if found is not None and found[2]:
            notes = DisclosureNotes(ENTRY_POINT)
            for mask, firm, stream in found[2]:
                notes.note(frozenset({mask}), [(firm, stream)])
            notes.leave(self._services, caller)
        return found[:2] if found is not None else None

    def _site_form(self, caller: Caller, case: str) -> MadeFile | None:
        return site_form(self._services, caller, case) if caller.role in DIAGNOSTICIANS else None

    def _made(self, token: str | None, case: str, make: Callable[[Caller, str], MadeFile | None]) -> Response:
        return made_workbook(lambda: make(self._operations.signed_in(token), key_of(case, "diagnosis")))
