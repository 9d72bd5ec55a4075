"""Credentials over HTTP 凭证接口: status lists of certificates and results and the key they are signed with, for every verifier.

plan T1, R4.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.diagnosis import result_credentials as results
from api.downloads.refusals import not_found
from api.kit.credentials import STATUS_LIST, status_list
from api.kit.ports import CredentialSigner
from api.kit.services import Services
from api.providers.credentials import STATUS_PATH, STATUSES
from api.server.http import ALWAYS
from api.server.operations import Operations
from domain.instants import city_day
from projections.diagnosis import result_credentials as result_rows
from projections.providers import certificates as rows

ISSUER_PATH = "/.well-known/jwt-vc-issuer"
"""Where a verifier of an SD-JWT VC looks for the key of its issuer."""


class CredentialFiles:
    """Where verifiers fetch the status list and the key 凭证接口; open to everyone."""

    def __init__(self, services: Services, signer: CredentialSigner, operations: Operations) -> None:
        self._services = services
        self._signer = signer
        self._operations = operations

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(STATUS_PATH, self._reads(self._status_list), methods=["GET"]),
            Route(results.STATUS_PATH, self._reads(self._results), methods=["GET"]),
            Route(ISSUER_PATH, self._reads(self._issuer), methods=["GET"]),
            Route(f"{ISSUER_PATH}/{{under:path}}", self._reads(self._issuer), methods=["GET"]),
        ]

    def _reads(self, answer: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await self._operations.in_bulk(answer, request)

        return endpoint

    def _status_list(self, _request: Request) -> Response:
        now = self._services.clock()
        with self._services.models.reading() as snapshot:
            held = rows.in_order(snapshot)
        today = city_day(now)
        return self._listed(STATUS_PATH, [STATUSES.get(one.held.status_of(one.term, today), 0) for one in held])

    def _results(self, _request: Request) -> Response:
        with self._services.models.reading() as snapshot:
            held = result_rows.in_order(snapshot)
        today = city_day(self._services.clock())
        return self._listed(results.STATUS_PATH, [results.STATUSES[one.status_on(today)] for one in held])

    def _listed(self, path: str, statuses: list[int]) -> Response:
        token = status_list(self._signer, path, statuses, self._services.clock())
        return PlainTextResponse(token, media_type=f"application/{STATUS_LIST}", headers=dict(ALWAYS))

    def _issuer(self, request: Request) -> Response:
        """Beside the path that our name has, between host and path, as SD-JWT VC says; and without it, for who reads it by hand."""
        under = request.path_params.get("under")
        if under is not None and under.strip("/") != urlsplit(self._signer.issuer).path.strip("/"):
            return not_found()
        return JSONResponse({"issuer": self._signer.issuer, "jwks": self._signer.keys()}, headers=dict(ALWAYS))
