"""Payment lists over HTTP 付款清单接口: what the treasury pays by, of an approved subsidy. plan I1.

For the city and the auditor, who read every line in the schema as well.
"""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads.files import NOTHING_RUNS, attachment
from api.downloads.refusals import given_out, not_found
from api.kit.services import Services
from api.server.http import ALWAYS, authorization, bearer
from api.server.operations import Operations
from domain.masks import RATING_INPUTS
from domain.providers.subsidies.state import SubsidyStatus
from interop.editions.sheets import MEDIA_TYPE
from interop.foreign_files import WORKER, WRITTEN_MIB
from isolation import Bounds, run
from projections.participants.organisations import organisations_by_id
from projections.providers.subsidies import subsidy_of

BOUNDS = Bounds(memory_mib=1_024, cpu_seconds=60, wall_seconds=180.0, written_mib=WRITTEN_MIB)
"""Of one list, which has a line a provider; the library keeps what it writes in a file of its own until it is whole."""


class PaymentFiles:
    """The endpoint of payment lists 付款清单接口."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations

    def routes(self) -> list[Route]:
        """Where they are."""
        return [Route("/subsidies/{year:int}/payments.xlsx", self.payments, methods=["GET"])]

    async def payments(self, request: Request) -> Response:
        """GET /subsidies/{year}/payments.xlsx: a line a provider of an approved year 付款清单; others get as much as of none."""
        response: Response = await self._operations.in_bulk(given_out(self._made), request)
        return response

    def _made(self, request: Request) -> Response:
        caller = self._operations.signed_in(bearer(authorization(request.headers)))
        year = request.path_params["year"]
        content = self._list(year) if caller.role in RATING_INPUTS else None
        if content is None:
            return not_found()
        disposition = attachment(f"{year}年补贴付款清单.xlsx")
        headers = {**ALWAYS, "content-disposition": disposition, "content-security-policy": NOTHING_RUNS}
        return Response(content, 200, headers, media_type=MEDIA_TYPE)

    def _list(self, year: int) -> bytes | None:
        """The list of a year; None where nothing is approved, or the year is none that there may be."""
        if not 0 <= year < 10_000:  # noqa: PLR2004 - what a column holds of a year that somebody writes into an address
            return None
        with self._services.models.reading() as snapshot:
            subsidy = subsidy_of(snapshot, year)
            if subsidy is None or subsidy.computed is None or subsidy.status is not SubsidyStatus.APPROVED:
                return None
            providers = [one.provider for one in subsidy.computed.providers]
            names = {identity: row.name for identity, row in organisations_by_id(snapshot, providers).items()}
        told = {"year": year, "names": names, "taken_back": {one: subsidy.taken_back(one) for one in providers}}
        return run(f"{WORKER}:payments_bytes", subsidy.computed.model_dump_json().encode(), orjson.dumps(told), bounds=BOUNDS)
