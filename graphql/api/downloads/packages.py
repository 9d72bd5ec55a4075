"""Packages over HTTP 数据包下载接口: the file as it was kept, and the signature under it. plan P7, P8.

Whose results leave in it is written down before it leaves, firm by firm, each time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads.files import attachment
from api.downloads.long_answers import LongAnswer
from api.downloads.refusals import given_out, not_found
from api.kit.disclosure_notes import DisclosureNotes
from api.kit.published import roles_of
from api.kit.services import Services
from api.programme.packages import PackageQueries
from api.server.http import ALWAYS, authorization, bearer
from api.server.operations import Operations
from domain.access import Mask
from domain.programme.packages.events import PackageMade
from domain.programme.packages.state import package_stream
from interop.packages.archive import FORMAT, firms_in
from journal import Caller
from projections.programme.packages import packages_by_id

ENTRY_POINT = "GET /packages"
BLOCK = 1 << 20


@dataclass(frozen=True)
class KeptPackage:
    """A package as it is kept 已存数据包, given out block by block."""

    file: BinaryIO
    sha256: str
    size: int

    def blocks(self) -> Iterator[bytes]:
        """Its bytes; the file is closed with the last."""
        with self.file:
            while block := self.file.read(BLOCK):
                yield block


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
        response: Response = await self._operations.in_bulk(given_out(self._answer), request)
        return response

    def _answer(self, request: Request) -> Response:
        token = bearer(authorization(request.headers))
        caller = self._operations.signed_in(token)
        package, name = str(request.path_params["package"]), str(request.path_params["name"])
        found = self._found(caller, package, name)
        if found is None:
            return not_found()
        content, media = found
        headers = {**ALWAYS, "content-disposition": attachment(f"{package}.{name.rpartition('.')[2]}")}
        if isinstance(content, bytes):
            return Response(content, 200, {**headers, "etag": f'"{sha256(content).hexdigest()}"'}, media_type=media)
        told = {"content-length": str(content.size), "etag": f'"{content.sha256}"'}
        return LongAnswer(self._operations, token, caller, content.blocks(), {**headers, **told}, media)

    def _found(self, caller: Caller, package: str, name: str) -> tuple[bytes | KeptPackage, str] | None:
        """A file of a package that is made and within the scope; None where there is none to this caller."""
        if caller.role not in self._readers:
            return None
        with self._services.models.reading(caller.scope) as snapshot:
            row = packages_by_id(snapshot, caller.scope, [package]).get(package)
        state = row.state() if row is not None else None
        if state is None or state.made is None or state.withdrawn is not None:
            return None
        if name == "package.note":
            note = signature_of(self._services, package, state.made)
            return (note, "text/plain; charset=utf-8") if note is not None else None
        file = self._services.blobs.opened(state.made.sha256) if name == "package.zip" else None
        if file is None:
            return None
        leave_in_package(self._services, caller, package, file, ENTRY_POINT)
        return KeptPackage(file, state.made.sha256, state.made.size), "application/zip"


def signature_of(services: Services, package: str, made: PackageMade) -> bytes | None:
    """The note of the log's key over a package 签名; None where nothing is shown of the log."""
    if services.transparency is None:
        return None
    return str(services.transparency.log.attested(f"{FORMAT}\n{package}\nsha256 {made.sha256}\n")).encode()


def leave_in_package(services: Services, caller: Caller, package: str, file: BinaryIO, entry_point: str) -> None:
    """Write down whose results leave in a package, before they do; the file is at its beginning afterwards."""
    notes = DisclosureNotes(entry_point)
    notes.note(frozenset({Mask.OUTCOME.value}), ((firm, package_stream(package)) for firm in firms_in(file)))
    notes.leave(services, caller)
    file.seek(0)
