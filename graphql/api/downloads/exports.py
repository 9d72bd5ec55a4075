"""Bulk exports over HTTP 批量导出接口: what a caller may see, whole, as files with a signed manifest. plan P7, P8.

`GET /exports?format=` has the files written from one snapshot and answers with their manifest; each file is then fetched from its
link, in ranges where a line breaks. The manifest's position is where `GET /events` goes on: nothing lies between. Whoever asks in
the same role and scope while nothing has happened is given the same files; to everyone else they are not there.
"""

import hmac
import os
import shutil
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from api.downloads.export_tables import TABLES
from api.downloads.files import attachment
from api.downloads.refusals import given_out, not_found, of_rule
from api.kit.cursors import Cursors
from api.kit.disclosure_notes import DisclosureNotes
from api.kit.ports import Transparency
from api.kit.services import Services
from api.server.http import ALWAYS, JSON, Malformed, authorization, bearer, parameters
from api.server.operations import Operations
from domain.access import Role, sees_the_city
from domain.disclosures import ALL_FIRMS
from domain.kernel import Refused
from domain.masks import BULK_EXPORTS
from interop.exports.plan import EXPORT_TOO_COSTLY, MadeExport, Plan, made_apart
from interop.exports.tables import Column
from isolation import Turns
from journal import Caller
from projections.standard.editions import editions

FORMAT = "zhenduan.export.v1"
MEDIA: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}
"""Format -> media type of its files."""
LIFETIME = timedelta(hours=1)
"""How long files are given out: what they hold was judged when they were written."""
GRACE = timedelta(minutes=10)
"""How long they stay beyond that, for who is fetching them."""
KEPT = 4
"""Exports of one caller that are kept; an older one goes."""
MANIFEST, SIGNATURE, HELD = "manifest.json", "manifest.note", "held.json"


def usual_turns() -> Turns:
    """One export at a time, two that wait, one of a caller; of each caller a minute of a core in ten."""
    return Turns(at_once=1, waiting=2, of_holder=1, wait_seconds=20.0, share_seconds=60.0, every_seconds=600.0)


class Exports:
    """The endpoints of bulk exports 批量导出接口. folder: where the files lie while they are given out."""

    def __init__(
        self,
        services: Services,
        transparency: Transparency,
        operations: Operations,
        folder: Path,
        turns: Turns | None = None,
    ) -> None:
        self._services = services
        self._transparency = transparency
        self._operations = operations
        self._folder = folder
        self._turns = turns or usual_turns()
        self._cursors = Cursors(services.secret)

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/exports", self._answering(self._made), methods=["GET"]),
            Route("/exports/{id}/{name}", self._answering(self._file), methods=["GET"]),
        ]

    def _answering(self, answer: Callable[[Request, Caller], Response]) -> Callable[[Request], object]:
        """An endpoint that knows who asks."""

        def answered(request: Request) -> Response:
            caller = self._operations.signed_in(bearer(authorization(request.headers)))
            return answer(request, caller) if caller.role in BULK_EXPORTS else not_found()

        async def endpoint(request: Request) -> Response:
            return await self._operations.in_bulk(given_out(answered, _refused), request)

        return endpoint

    def _made(self, request: Request, caller: Caller) -> Response:
        """GET /exports?format=&of=: the manifest of the caller's export as things stand 导出清单."""
        given = parameters(request, "format", "of")
        ending = given.get("format", "jsonl")
        if ending not in MEDIA:
            raise _wrong("format", ending, MEDIA)
        wanted = [one.strip() for one in given["of"].split(",")] if "of" in given else list(TABLES)
        if unknown := [one for one in wanted if one not in TABLES]:
            raise _wrong("of", unknown[0], TABLES)
        role = Role(caller.role)
        tables = {name: table.readable(role) for name, table in TABLES.items() if name in wanted}
        self._sweep()
        with self._services.models.reading(caller.scope) as snapshot:
            asked = f"{snapshot.position}|{ending}|{','.join(tables)}"
            standards = [one.key for one in editions(snapshot)]
        export = self._digest(asked)
        folder = self._of(caller) / export
        if not self._is_given(folder):
            with self._turns.turn(caller.actor) as charge:
                self._write(folder, ending, caller, tables, standards, charge)
        manifest = (folder / MANIFEST).read_bytes()
        headers = {**ALWAYS, "link": f'</exports/{export}/{SIGNATURE}>; rel="signature"'}
        return Response(manifest, 200, headers, media_type=JSON)

    def _write(
        self,
        folder: Path,
        ending: str,
        caller: Caller,
        tables: Mapping[str, tuple[Column, ...]],
        standards: list[str],
        charge: Callable[[float], None],
    ) -> None:
        """Write the files and their manifest aside, then put them where they are given out from."""
        begun = folder.with_name(f"{folder.name}.{os.urandom(4).hex()}")
        for one in (begun.parent.parent, begun.parent, begun):  # a parent that mkdir makes on the way is open to others
            one.mkdir(mode=0o700, exist_ok=one is not begun)
        try:
            at = self._services.clock()
            whole = sees_the_city(caller.scope)
            role = Role(caller.role)
            held = {
                name: TABLES[name].holds.firm  # type: ignore[union-attr] # it is there
                for name in tables
                if not whole and TABLES[name].holds is not None and TABLES[name].masks(role)
            }
            made = made_apart(Plan(self._services.models.address, begun, ending, caller.scope, tables, held), charge)
            manifest = self._manifest(folder.name, ending, caller, tables, made, at) | {"editions": standards}
            written = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
            (begun / MANIFEST).write_bytes(written)
            note = self._transparency.log.attested(f"{FORMAT}\n{folder.name}\nsha256 {sha256(written).hexdigest()}\n")
            (begun / SIGNATURE).write_text(str(note), "utf-8")
            (begun / HELD).write_bytes(orjson.dumps({name: one.held for name, one in made.tables.items()}))
            shutil.rmtree(folder, ignore_errors=True)
            begun.rename(folder)
        finally:
            shutil.rmtree(begun, ignore_errors=True)
        for old in sorted(folder.parent.iterdir(), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def _manifest(
        self,
        export: str,
        ending: str,
        caller: Caller,
        tables: Mapping[str, tuple[Column, ...]],
        made: MadeExport,
        at: datetime,
    ) -> dict[str, object]:
        position = self._cursors.seal_place(made.position)
        return {
            "format": FORMAT,
            "id": export,
            "synthetic": self._services.demo,
            "at": _utc(at),
            "until": _utc(at + LIFETIME),
            "position": position,
            "role": Role(caller.role).name,
            "organisation": caller.organisation,
            "links": {"events": f"/events?after={position}"},
            "tables": [
                {
                    "name": name,
                    "count": written.count,
                    "file": f"{name}.{ending}",
                    "mediaType": MEDIA[ending],
                    "size": written.size,
                    "sha256": written.sha256,
                    "link": f"/exports/{export}/{name}.{ending}",
                    "columns": [
                        {"name": one.name, "type": one.kind.value, "nullable": one.nullable, "description": one.says}
                        for one in tables[name]
                    ],
                }
                for name, written in made.tables.items()
            ],
        }

    def _file(self, request: Request, caller: Caller) -> Response:
        """GET /exports/{id}/{name}: one file of an export, or its manifest, or the signature under that 导出文件."""
        parameters(request)
        name, folder = str(request.path_params["name"]), self._of(caller) / str(request.path_params["id"])
        stem, _, ending = name.partition(".")
        is_table = stem in TABLES and ending in MEDIA and folder.name.isalnum()
        path = folder / name
        if not (is_table or name in (MANIFEST, SIGNATURE)) or not self._is_given(folder) or not path.is_file():
            return not_found()
        headers = {**ALWAYS, "content-disposition": attachment(name)}
        if not is_table:
            media = JSON if name == MANIFEST else "text/plain; charset=utf-8"
            return Response(path.read_bytes(), 200, headers, media_type=media)
        manifest = orjson.loads((folder / MANIFEST).read_bytes())
        digest = next(one["sha256"] for one in manifest["tables"] if one["name"] == stem)
        self._leave(caller, stem, orjson.loads((folder / HELD).read_bytes())[stem])
        return FileResponse(
            path, headers={**headers, "etag": f'"{digest}"'}, media_type=MEDIA[ending], stat_result=path.stat()
        )

    def _leave(self, caller: Caller, table: str, held: list[tuple[str, str]]) -> None:
        """Write down whose protected data leaves, before it does."""
        holds, masks = TABLES[table].holds, TABLES[table].masks(Role(caller.role))
        if holds is None:
            return
        notes = DisclosureNotes("GET /exports")
        whole = sees_the_city(caller.scope)
        notes.note(masks, [(ALL_FIRMS, "")] if whole else [(firm, holds.subject(identity)) for firm, identity in held])
        notes.leave(self._services, caller)

    def _of(self, caller: Caller) -> Path:
        """Where the exports of a caller lie: another role, scope, or set of columns is another place."""
        columns = [one.name for table in TABLES.values() for one in table.readable(Role(caller.role))]
        return self._folder / self._digest(
            f"{caller.actor}|{caller.role}|{caller.organisation}|{caller.scope!r}|{columns}"
        )

    def _digest(self, text: str) -> str:
        return hmac.new(self._services.secret, f"exports|{text}".encode(), sha256).hexdigest()[:32]

    def _is_given(self, folder: Path) -> bool:
        """Whether an export is there and not over."""
        return folder.is_dir() and folder.stat().st_mtime > time.time() - LIFETIME.total_seconds()

    def _sweep(self) -> None:
        """Remove what is over."""
        over = time.time() - (LIFETIME + GRACE).total_seconds()
        for holder in self._folder.iterdir() if self._folder.is_dir() else ():
            for one in holder.iterdir():
                if one.stat().st_mtime < over:
                    shutil.rmtree(one, ignore_errors=True)


def _refused(refused: Refused) -> Response:
    return of_rule(refused, 422 if refused.rule == EXPORT_TOO_COSTLY else 503)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _wrong(name: str, given: str, known: Mapping[str, object]) -> Malformed:
    chinese = f"参数 {name} 不能是 {given[:60]}；可用：{'、'.join(known)}。"
    return Malformed(400, "MALFORMED_INPUT", chinese, f"`{name}` is not {given[:60]}; it is one of {', '.join(known)}.")
