"""Proofs over HTTP 证明接口: the log's checkpoints, proofs and cosignatures, beside GraphQL. plan P5.

A checkpoint tells how many entries there are, and a position tells when one came; that is volume, which only some may know.
So all of it is for auditors and the city, by their sessions, and for the witnesses that the operator registered, by their
tokens. What a proof is of is not given out here: entries are read through the scopes, or in a dossier.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.downloads.refusals import given_out, not_found, refusal
from api.kit.ports import Transparency
from api.kit.services import Services
from api.server.http import ALWAYS, JSON, Malformed, authorization, bearer, parameters, read_body, respond
from api.server.operations import Operations
from domain.access import Role
from journal.transparency.signed_notes import LARGEST_NOTE, NoteRefused, VerifierKey, to_base64
from journal.transparency.subtrees import Unprovable
from journal.transparency.transparency_log import NotSigned

log = logging.getLogger(__name__)

PROOF_READERS = frozenset({Role.AUDITOR, Role.CITY})
NOTES = frozenset({"text/plain", ""})
"""What a signed note is sent as; a witness of an earlier version says nothing of it."""
LARGEST_NUMBER = 2**62
LONGEST_NUMBER = len(str(LARGEST_NUMBER))
"""Python refuses to read thousands of digits as a number, which would pass for a fault of ours."""


def _text(text: str) -> Response:
    return PlainTextResponse(text, headers=dict(ALWAYS))


def _number(given: Mapping[str, str], name: str) -> int | None:
    """A whole number of the query string; None where it is not given.

    Raises:
        Malformed: it is none.
    """
    text = given.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER or int(text) > LARGEST_NUMBER:
        raise Malformed(400, "MALFORMED_INPUT", f"{name} 须为非负整数。", f"{name} must be a whole number.")
    return int(text)


class Proofs:
    """The endpoints of one log 证明接口."""

    def __init__(self, services: Services, transparency: Transparency, operations: Operations) -> None:
        self._services = services
        self._transparency = transparency
        self._operations = operations

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/log/checkpoint", self._reads(self._checkpoint), methods=["GET"]),
            Route("/log/proof/inclusion", self._reads(self._inclusion), methods=["GET"]),
            Route("/log/proof/consistency", self._reads(self._consistency), methods=["GET"]),
            Route("/log/cosignature", self.cosignature, methods=["POST"]),
        ]

    def _reads(self, answer: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that reads, once its caller may."""

        def read(request: Request) -> Response:
            if self._witness(request) is None and not self._may_read(request):
                return not_found()
            try:
                return answer(request)
            except NotSigned:
                return not_found()
            except Unprovable as unprovable:
                return refusal(409, "UNPROVABLE", "日志与已签检查点不符。", f"{unprovable}")

        async def endpoint(request: Request) -> Response:
            return await self._operations.in_bulk(given_out(read), request)

        return endpoint

    def _witness(self, request: Request) -> VerifierKey | None:
        token = bearer(authorization(request.headers))
        return None if token is None else self._transparency.witnesses.identify(token)

    def _may_read(self, request: Request) -> bool:
        caller = self._operations.signed_in(bearer(authorization(request.headers)))
        return caller.role in PROOF_READERS

    def _checkpoint(self, request: Request) -> Response:
        """GET /log/checkpoint?size=: the newest checkpoint or the one of a size, with its cosignatures."""
        note = self._transparency.log.signed(_number(parameters(request, "size"), "size"))
        return not_found() if note is None else _text(str(note))

    def _inclusion(self, request: Request) -> Response:
        """GET /log/proof/inclusion?position=&size=: the `.tlog-proof` of an entry.

        Without a size: under the newest checkpoint over it that has a cosignature, else under the newest.
        """
        given = parameters(request, "position", "size")
        position = _number(given, "position")
        if position is None:
            return refusal(400, "MALFORMED_INPUT", "缺少 position。", "position is missing.")
        return _text(str(self._transparency.log.prove(position, _number(given, "size"))))

    def _consistency(self, request: Request) -> Response:
        """GET /log/proof/consistency?from=&to=: one base64 hash a line; `to` is the size of a checkpoint."""
        given = parameters(request, "from", "to")
        old, new = _number(given, "from"), _number(given, "to")
        if old is None or new is None:
            return refusal(400, "MALFORMED_INPUT", "缺少 from 或 to。", "from or to is missing.")
        return _text("".join(f"{to_base64(step)}\n" for step in self._transparency.log.consistency(old, new)))

    async def cosignature(self, request: Request) -> Response:
        """POST /log/cosignature: a checkpoint as a registered witness signed it; its own signature only is kept.

        Who is no witness any more, because the log was set back to before it was registered, is told that by a checkpoint of
        the log's own that it holds.
        """
        try:
            body = await read_body(request, LARGEST_NOTE, NOTES)
        except Malformed as malformed:
            return respond(malformed.answer, JSON, as_status=True)
        return await self._operations.in_bulk(given_out(partial(self._accept, body)), request)

    def _accept(self, body: bytes, request: Request) -> Response:
        try:
            witness = self._witness(request)
            if witness is None:
                broken = self._transparency.log.broken_promise(body.decode(errors="replace"))
                if broken is not None:
                    said = "日志不再包含所签的 %d 条 the log was set back: %d entries were signed for and are not there"
                    log.critical(said, broken.size, broken.size)
                    english = "The log was set back behind this checkpoint."
                    return refusal(409, "LOG_SET_BACK", "日志已被回退到所示检查点之前。", english)
                return refusal(401, "UNAUTHENTICATED", "不是已登记的见证方。", "This is no registered witness.")
            self._transparency.log.accept(body.decode(), witness)
        except (NoteRefused, UnicodeDecodeError) as refused:
            return refusal(422, "COSIGNATURE_REFUSED", "见证签名不可接受。", f"{refused}")
        return Response(None, 204, dict(ALWAYS))
