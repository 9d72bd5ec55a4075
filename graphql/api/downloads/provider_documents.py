"""Documents about a provider over HTTP 服务商文件接口: why it stands where it does, and its rating of a year, as PDF. plan V4, V5.

The first is anyone's, as `whyListed` is, and holds what that answers whoever asks; the second is the city's, the auditor's, and
once it is published the provider's own. What was set lately is given again to who would be shown the same.
"""

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads.edition_documents import KEEP_AND_ASK, RETRY_SECONDS, Shelf
from api.downloads.files import NOTHING_RUNS, attachment
from api.downloads.refusals import given_out, not_found, of_rule
from api.kit.ids import key_of
from api.kit.ports import PUBLIC
from api.kit.services import Services
from api.server.http import ALWAYS, JSON, QUERIES, authorization, bearer, parameters, respond
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from domain.access import Role
from domain.governance.rule_bodies.rating import RatingRule
from domain.instants import city_day
from domain.kernel import Refused
from domain.masks import RATING_INPUTS
from domain.providers.ratings.rating import RATED_YEARS
from journal import Caller
from projections import Snapshot
from projections.documents.provider_printing import print_provider_rating, print_why_listed
from projections.documents.provider_sheets import MOST_FACTS, ProviderRatingSheet, WhyListedSheet
from projections.governance.dated_rules import body_on
from projections.participants.organisations import organisations_by_id
from projections.providers.rating_inputs import facts_of
from projections.providers.ratings import inputs_of, rating_of
from projections.report.printing import Printed

PDF = "application/pdf"
WHY = """query WhyListed($provider: ID!, $on: Date) { whyListed(provider: $provider, on: $on) { sentence
  entry { provider name standing year moved due tags { industry { code name } since cause }
    history(last: 100) { nodes { id what on standing gained lost reason rule causes } } }
  causes { id parent depth what at sentence } } }"""



class ProviderDocuments:
    """The endpoints of documents about a provider 服务商文件接口."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations
        self._shelf = Shelf()

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/directory/{provider:path}/why.pdf", self._answering(self._why), methods=["GET"]),
            Route("/ratings/{year:int}/{provider:path}.pdf", self._answering(self._rating), methods=["GET"]),
        ]

    def _answering(self, answer: Callable[[Request], Response]) -> Callable[[Request], object]:
        def answered(request: Request) -> Response:
            try:
                return answer(request)
            except Refused as refused:
                if not refused.rule.code.startswith("WORK_"):
                    raise
                busy = of_rule(refused, 503)  # other documents are being set at this moment
                busy.headers["retry-after"] = str(RETRY_SECONDS)
                return busy

        async def endpoint(request: Request) -> Response:
            response: Response = await self._operations.in_bulk(given_out(answered), request)
            return response

        return endpoint

    def _why(self, request: Request) -> Response:
        """GET /directory/{provider}/why.pdf?on=: the answer of `whyListed`, asked in the place of who asks 在录缘由."""
        token = bearer(authorization(request.headers))
        given, provider = parameters(request, "on"), str(request.path_params["provider"])
        variables: dict[str, Any] = {"provider": provider, "on": given.get("on")}
        answer = self._operations.run(GraphQLRequest(WHY, variables, is_own=True), token, QUERIES)
        if "errors" in answer.payload:
            return respond(answer, JSON, as_status=True)
        found = answer.payload["data"]["whyListed"]
        if found is None:
            return not_found()
        holder = self._operations.signed_in(token).organisation if token is not None else PUBLIC.organisation
        on = date.fromisoformat(given["on"]) if "on" in given else None
        sheet = WhyListedSheet(found, on, city_day(self._services.clock()), self._services.demo)
        said = orjson.dumps([found, sheet.on, sheet.made])
        return self._given(f"在录缘由 {found['entry']['name']}.pdf", said, lambda: print_why_listed(sheet, holder), request)

    def _rating(self, request: Request) -> Response:
        """GET /ratings/{year}/{provider}.pdf: a provider's rating, to whom the schema shows all of it 服务商年度评价."""
        parameters(request)
        caller = self._operations.signed_in(bearer(authorization(request.headers)))
        year, provider = int(request.path_params["year"]), key_of(str(request.path_params["provider"]), "organisation")
        with self._services.models.reading(caller.scope) as snapshot:
            sheet = self._sheet(snapshot, caller, year, provider)
        if sheet is None:
            return not_found()
        said = f"{year} {provider} {caller.role} {sheet}".encode()
        title = f"{year} 年度评价 {sheet.name}.pdf"
        return self._given(title, said, lambda: print_provider_rating(sheet, caller.organisation), request)

    def _sheet(self, snapshot: Snapshot, caller: Caller, year: int, provider: str) -> ProviderRatingSheet | None:
        """What the page says; None where there is no such rating to this caller."""
        office = caller.role in RATING_INPUTS
        own = caller.role == Role.PROVIDER and caller.organisation == provider
        if year not in RATED_YEARS or not (office or own):
            return None
        rating = rating_of(snapshot, year)
        computed = (rating.published or (rating.computed if office else None)) if rating is not None else None
        if rating is None or computed is None:
            return None
        line = next((one for one in computed.providers if one.provider == provider), None)
        if line is None:
            return None
        fixed = inputs_of(snapshot, year, computed.round).get(provider)
        facts = facts_of(snapshot, year, provider, rating.positions[computed.round], unnamed=office)
        named = organisations_by_id(snapshot, [provider]).get(provider)
        return ProviderRatingSheet(
            year=year,
            name=named.name if named is not None else provider,
            status=rating.status,
            version=rating.version if office else rating.published_at,
            computed=computed,
            objections_until=rating.period.due if rating.period else None,
            rating=line,
            rule=body_on(snapshot, RatingRule, date(year, 12, 31)),
            inputs=fixed.inputs if fixed is not None else None,
            cause=fixed.cause if fixed is not None else None,
            facts=tuple(facts[:MOST_FACTS]),
            of_facts=len(facts),
            made=city_day(self._services.clock()),
            demo=self._services.demo,
        )

    def _given(self, title: str, said: bytes, make: Callable[[], Printed], request: Request) -> Response:
        """The file that is made of what is said, which lies ready where it was made lately."""
        key = (sha256(said).hexdigest(), ())
        content, digest = self._shelf.get(key) or self._shelf.put(key, make().pdf)
        headers = {**ALWAYS, "cache-control": KEEP_AND_ASK, "etag": f'"{digest}"'}
        if request.headers.get("if-none-match", "").strip() in (f'"{digest}"', "*"):
            return Response(None, 304, headers)
        headers |= {"content-disposition": attachment(title), "content-security-policy": NOTHING_RUNS}
        return Response(content, 200, headers, media_type=PDF)
