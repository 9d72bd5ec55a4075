"""Map of the ecosystem over HTTP 生态图谱下载接口: every link of the scope as one CSV, for tools that draw graphs. plan R1."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import StringIO

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads.files import NOTHING_RUNS, attachment
from api.downloads.refusals import given_out, not_found
from api.kit.as_of import past_moment
from api.kit.services import Services
from api.programme.ecosystem import asked_by, ends_of
from api.server.http import ALWAYS, authorization, bearer
from api.server.operations import Operations
from domain.instants import city_day, microseconds
from domain.masks import BULK_EXPORTS, ECOSYSTEM
from interop.spreadsheet_text import spreadsheet_text
from journal import Caller
from projections.as_of.replay import position_at
from projections.engine.pages import Page, place_of
from projections.programme.ecosystem import BY_KIND, ENDS, LinkFilter, links

NAME = "ecosystem-links.csv"
HEADER = ("kind", "source_kind", "source", "source_name", "target_kind", "target", "target_name", "since")
AT_ONCE = 5_000
"""Links that are read and named together."""


class EcosystemFile:
    """The endpoint of the map of the ecosystem 生态图谱下载接口."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route("/ecosystem/links.csv", self.file, methods=["GET"])]

    async def file(self, request: Request) -> Response:
        """GET /ecosystem/links.csv: the links of the caller's scope, today or as of `asOf`, a day or a time 生态关系表."""
        response: Response = await self._operations.in_bulk(given_out(self._answer), request)
        return response

    def _answer(self, request: Request) -> Response:
        caller = self._operations.signed_in(bearer(authorization(request.headers)))
        if caller.role not in BULK_EXPORTS & ECOSYSTEM:
            return not_found()
        content = self._written(caller, request.query_params.get("asOf"))
        headers = {**ALWAYS, "content-disposition": attachment(NAME), "content-security-policy": NOTHING_RUNS}
        return Response(content, 200, headers, media_type="text/csv; charset=utf-8; header=present")

    def _written(self, caller: Caller, as_of: str | None) -> bytes:
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows([spreadsheet_text(one) for one in line] for line in self._lines(caller, as_of))
        return text.getvalue().encode()

    def _lines(self, caller: Caller, as_of: str | None) -> Iterator[Sequence[str]]:
        now = self._services.clock()
        asked = past_moment(as_of, now) if as_of is not None else None
        where = asked_by(caller, city_day(now), LinkFilter(), asked)
        models, page = self._services.models, Page(AT_ONCE, BY_KIND)
        with models.reading(caller.scope) as snapshot:
            if asked is not None:
                where = replace(where, position=position_at(snapshot, microseconds(asked)))
            while found := links(snapshot, caller.scope, where, page):
                named = ends_of(snapshot, snapshot.whole(), caller.scope, found)
                for row in found:
                    source, target = named[ENDS[row.kind][0], row.source], named[ENDS[row.kind][1], row.target]
                    ends = [(one.kind.value, str(one.id), one.name or "") for one in (source, target)]
                    yield row.kind.value, *ends[0], *ends[1], row.since or ""
                page = Page(AT_ONCE, BY_KIND, beyond=place_of(found[-1], BY_KIND))
