"""Papers over HTTP 刊物下载接口: published papers and their tables for anyone, drafts for those who read drafts. plan R1, R5.

What is published is given as it was kept then, byte by byte; a draft is set when it is asked for.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads.files import NOTHING_RUNS, attachment
from api.downloads.refusals import given_out, not_found, of_rule
from api.kit.ports import PUBLIC
from api.kit.services import Services
from api.programme.papers import drafting
from api.server.http import ALWAYS, authorization, bearer
from api.server.operations import Operations
from domain.governance.rule_bodies.publication import PublishedGroup
from domain.kernel import Refused
from domain.programme.papers.paper import PaperEdition, PaperFormat
from interop.code_lists import names_of_codes
from journal import Caller
from projections.documents.paper_printing import printed_as
from projections.programme.papers.csv_tables import cells_as_csv, dictionary_as_csv
from projections.programme.papers.read_model import papers_by_id
from projections.programme.papers.setting import groups_of_paper, sheet_of

CSV = "text/csv; charset=utf-8; header=present"
PAGE = "text/html; charset=utf-8"
READ_ALONE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""A page opens in the browser with its own style, and nothing in it runs or reaches another place."""
MEDIA: Mapping[PaperFormat, str] = {
    PaperFormat.PDF: "application/pdf",
    PaperFormat.HTML: PAGE,
    PaperFormat.MARKDOWN: "text/markdown; charset=utf-8",
}
FILES: Mapping[str, PaperFormat] = {f"paper.{one.value}": one for one in PaperFormat}
RETRY_SECONDS = 10


class PaperFiles:
    """The endpoint of papers 刊物下载接口."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route("/papers/{paper}/{name}", self.file, methods=["GET"])]

    async def file(self, request: Request) -> Response:
        """GET /papers/{paper}/{name}: paper.pdf, paper.html, paper.md, dictionary.csv, or a table by its name 刊物文件."""
        response: Response = await self._operations.in_bulk(given_out(self._answer, _busy), request)
        return response

    def _answer(self, request: Request) -> Response:
        token = bearer(authorization(request.headers))
        caller = self._operations.signed_in(token) if token is not None else PUBLIC
        paper, name = str(request.path_params["paper"]), str(request.path_params["name"])
        found = self._found(caller, paper, name)
        if found is None:
            return not_found()
        content, media = found
        headers = {
            **ALWAYS,
            "content-disposition": attachment(f"{paper}.{name}") if media != PAGE else "inline",
            "content-security-policy": READ_ALONE if media == PAGE else NOTHING_RUNS,
            "etag": f'"{sha256(content).hexdigest()}"',
        }
        return Response(content, 200, headers, media_type=media)

    def _found(self, caller: Caller, paper: str, name: str) -> tuple[bytes, str] | None:
        """A file of an edition that is published, or drafted within the scope; None where there is none to this caller."""
        scope = drafting(caller.role, caller.scope)
        with self._services.models.reading(scope) as snapshot:
            row = papers_by_id(snapshot, scope, [paper]).get(paper)
            state = row.state() if row is not None else None
            if state is None or state.computed is None:
                return None
            if name in FILES and state.published is None:
                sheet = sheet_of(snapshot, state, names_of_codes(), draft=True, demo=self._services.demo)
                return printed_as(sheet, FILES[name], caller.organisation), MEDIA[FILES[name]]
            groups = groups_of_paper(snapshot, state)
        return self._published_file(state, name) if name in FILES else _table(state, name, groups)

    def _published_file(self, state: PaperEdition, name: str) -> tuple[bytes, str] | None:
        kept = {one.format: one.sha256 for one in state.published.files} if state.published is not None else {}
        data = self._services.blobs.get(kept[FILES[name]]) if FILES[name] in kept else None
        return (data, MEDIA[FILES[name]]) if data is not None else None


def _busy(refused: Refused) -> Response:
    """Other documents are being set at this moment."""
    busy = of_rule(refused, 503)
    busy.headers["retry-after"] = str(RETRY_SECONDS)
    return busy


def _table(state: PaperEdition, name: str, groups: Sequence[PublishedGroup]) -> tuple[bytes, str] | None:
    """A table of an edition, or the dictionary of them all."""
    tables = state.computed.tables if state.computed is not None else ()
    made = {f"{one.table.value}.csv": one.cells for one in tables}
    if name == "dictionary.csv":
        return dictionary_as_csv(groups), CSV
    return (cells_as_csv(made[name]), CSV) if name in made else None
