"""Packages over HTTP 数据包下载接口: the file as it was kept, and the signature under it. plan P7, P8.

Whose results leave in it is written down before it leaves, firm by firm, each time.
"""

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads.files import attachment
from api.kit.published import roles_of
from api.kit.services import Services
from api.programme.packages import PackageQueries
from api.server.admission import Overloaded
from api.server.disclosure_notes import DisclosureNotes
from api.server.errors import request_error
from api.server.http import ALWAYS, JSON, Malformed, authorization, bearer, respond
from api.server.messages import CallerGone, GraphQLResponse, faulted
from api.server.operations import Operations
from domain.access import Mask
from domain.programme.packages.facts import PackageMade
from domain.programme.packages.state import package_stream
from interop.packages.archive import FORMAT, firms_in
from journal import Caller
from projections.programme.packages import packages_by_id

ENTRY_POINT = "GET /packages"


class PackageFiles:
    """The endpoint of packages 数据包下载接口: who may read them is as the schema says."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations
        self._readers = roles_of(PackageQueries, "packages")

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route("/packages/{package}/{name}", self.file, methods=["GET"])]

    async def file(self, request: Request) -> Response:
        """GET /packages/{package}/{name}: package.zip, or package.note, which signs it 数据包文件."""
        response: Response = await self._operations.in_bulk(self._answer, request)
        return response

    def _answer(self, request: Request) -> Response:
        try:
            caller = self._operations.signed_in(bearer(authorization(request.headers)))
            package, name = str(request.path_params["package"]), str(request.path_params["name"])
            found = self._found(caller, package, name)
        except Malformed as malformed:
            return respond(malformed.answer, JSON, as_status=True)
        except CallerGone as gone:
            return respond(GraphQLResponse({"errors": [gone.error]}, 401), JSON, as_status=True)
        except Overloaded:
            raise
        except Exception as fault:  # noqa: BLE001 - the caller gets its id and the log the rest
            return respond(faulted(fault), JSON, as_status=True)
        if found is None:
            missing = request_error("NOT_FOUND", "未找到。", "Not found.")
            return respond(GraphQLResponse({"errors": [missing]}, 404), JSON, as_status=True)
        content, media = found
        headers = {
            **ALWAYS,
            "content-disposition": attachment(f"{package}.{name.rpartition('.')[2]}"),
            "etag": f'"{sha256(content).hexdigest()}"',
        }
        return Response(content, 200, headers, media_type=media)

    def _found(self, caller: Caller, package: str, name: str) -> tuple[bytes, str] | None:
        """A file of a package that is made and within the scope; None where there is none to this caller."""
        if caller.role not in self._readers:
            return None
        with self._services.models.reading(caller.scope) as snapshot:
            row = packages_by_id(snapshot, caller.scope, [package]).get(package)
        made = row.state().made if row is not None else None
        if made is None:
            return None
        if name == "package.note":
            return self._signature(package, made)
        content = self._services.blobs.get(made.sha256) if name == "package.zip" else None
        if content is None:
            return None
        self._leave(caller, package, content)
        return content, "application/zip"

    def _signature(self, package: str, made: PackageMade) -> tuple[bytes, str] | None:
        if self._services.transparency is None:
            return None
        note = self._services.transparency.log.attested(f"{FORMAT}\n{package}\nsha256 {made.sha256}\n")
        return str(note).encode(), "text/plain; charset=utf-8"

    def _leave(self, caller: Caller, package: str, content: bytes) -> None:
        """Write down whose results leave, before they do."""
        notes = DisclosureNotes(ENTRY_POINT)
        notes.note(frozenset({Mask.OUTCOME.value}), ((firm, package_stream(package)) for firm in firms_in(content)))
        notes.leave(self._services, caller)
