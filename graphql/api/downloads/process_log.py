"""Process log over HTTP 过程日志接口: the cases of a scope as OCEL 2.0, for tools of process mining. plan P5.

For the auditor and the city, and for a district of its own cases; others get as much as of none.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads.files import attachment
from api.downloads.long_answers import LongAnswer
from api.downloads.refusals import given_out, not_found
from api.downloads.streaming_places import StreamingPlace, StreamingPlaces
from api.kit.disclosure_notes import DisclosureNotes
from api.kit.services import Services
from api.server.http import ALWAYS, authorization, bearer, parameters
from api.server.operations import Operations
from domain.access import Mask, sees_the_city
from domain.diagnosis.state import diagnosis_stream
from domain.disclosures import ALL_FIRMS
from domain.masks import PROCESS_LOG
from interop.process_log import process_log
from projections.diagnosis.case_parties import case_parties

MOST_EXPORTS = 2
"""Logs that one caller is sent at a time."""


class ProcessLogFiles:
    """The endpoint of the process log 过程日志接口."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations
        self._places = StreamingPlaces(MOST_EXPORTS)

    def routes(self) -> list[Route]:
        """Where they are."""
        return [Route("/process-log.ocel.json", self.log, methods=["GET"])]

    async def log(self, request: Request) -> Response:
        """GET /process-log.ocel.json: what happened in the caller's cases, streamed 过程日志."""
        response: Response = await self._operations.in_bulk(given_out(self._begun), request)
        return response

    def _begun(self, request: Request) -> Response:
        parameters(request)
        token = bearer(authorization(request.headers))
        caller = self._operations.signed_in(token)
        if caller.role not in PROCESS_LOG:
            return not_found()
        place = self._place(caller.actor)
        with self._services.models.reading(caller.scope) as snapshot:
            cases = case_parties(snapshot, caller.scope)
            last = snapshot.position
        held = [(one.enterprise, diagnosis_stream(case)) for case, one in cases.items()]
        notes = DisclosureNotes("GET /process-log")
        notes.note(frozenset({Mask.TRAIL}), [(ALL_FIRMS, "")] if sees_the_city(caller.scope) else held)
        notes.leave(self._services, caller)
        pieces = process_log(self._services.models, caller.scope, caller.role, cases, self._services.secret, last)
        headers = {**ALWAYS, "content-disposition": attachment("process-log.ocel.json")}
        return LongAnswer(self._operations, token, caller, pieces, headers, place=place)

    def _place(self, actor: str) -> StreamingPlace:
        """Raises Overloaded: the caller is being sent as many logs as one may be."""
        place = self._places.take(actor)
        if place is None:
            raise self._operations.admission.refusal(is_own=True)
        return place
