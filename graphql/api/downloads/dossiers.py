"""Dossiers over HTTP 卷宗接口: what an auditor takes away and checks alone, beside GraphQL. plan P5.

A proof shows an entry whole, with its place in the journal, its actor's opaque id and the fact as stored; nothing can be left
out of it. So a dossier goes to the firm it is about, the provider whose work it is, the city and the auditor, each within the
scope, and to nobody else; an exported trail holds proofs of everything and goes to the auditor alone.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads.files import attachment
from api.downloads.long_answers import LongAnswer
from api.downloads.provider_dossiers import asked_of
from api.downloads.refusals import given_out, not_found, of_rule, refusal
from api.downloads.streaming_places import StreamingPlaces
from api.kit.as_of import moment_in
from api.kit.disclosure_notes import DisclosureNotes
from api.kit.filter_values import require_known
from api.kit.ids import UNITS, key_of, keys_of
from api.kit.ports import Transparency
from api.kit.services import Services
from api.server.http import ALWAYS, JSON, Malformed, authorization, bearer, parameters
from api.server.operations import Operations
from domain.access import Role, sees_only_issued
from domain.diagnosis.state import diagnosis_stream
from domain.disclosures import ALL_FIRMS
from domain.instants import microseconds
from domain.kernel import NOT_FOUND, Refused
from domain.masks import AUDIT, DOSSIERS, TRAIL
from interop.proof import audit_export
from interop.proof.dossier import MIB, dossier, require_size, streams_held
from interop.proof.provenance import provenance
from isolation.quotas import WORK_BUSY, WORK_SHARE_USED
from journal import Caller
from journal.transparency.subtrees import Unprovable
from journal.transparency.transparency_log import SigningRefused
from projections.diagnosis import diagnoses
from projections.diagnosis.diagnoses_fold import DiagnosisRow
from projections.record import audit_trail
from projections.record.audit_trail import EntryFilter

PROVIDER_DOSSIERS: Mapping[str, frozenset[Role]] = {
    "move": frozenset({Role.CITY, Role.AUDITOR, Role.PROVIDER}),
    "rating": frozenset({Role.CITY, Role.AUDITOR}),
    "subsidy": frozenset({Role.CITY, Role.AUDITOR}),
}
"""Dossiers about providers 服务商卷宗, by kind. A rating's and a subsidy's hold everybody's numbers, and nothing can be left out
of an entry that is proved; a provider reads its own in `rating` and `subsidy`."""
EXPORTS = AUDIT
"""The trail with its proofs is the auditor's alone."""
WHOLE_ENTRIES = frozenset({"process secrets", "outcome", "result and report", "trail"})
"""What entries that are shown whole hold of a firm."""
JSON_LINES = "application/jsonl"
MOST_EXPORTS = 2
"""Trails that one caller is sent at a time."""
LARGEST_FILES = 64 * MIB
"""Reports and evidence that one dossier carries over HTTP: else a firm with a folder of large files fills our memory at will."""


def _refused(refused: Refused) -> Response:
    if refused.rule == NOT_FOUND:
        return not_found()
    return of_rule(refused, 503 if refused.rule in (WORK_BUSY, WORK_SHARE_USED) else 422)


def _download(content: bytes, name: str) -> Response:
    return Response(content, 200, {**ALWAYS, "content-disposition": attachment(name)}, media_type=JSON)


class Dossiers:
    """The endpoints of what is proved 卷宗接口. transparency None: there is no log, so nothing is proved."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations
        self._places = StreamingPlaces(MOST_EXPORTS)

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/dossiers/{kind}/{id:path}", self._answering(self._dossier), methods=["GET"]),
            Route("/provenance/{id:path}", self._answering(self._provenance), methods=["GET"]),
            Route("/audit-trail.jsonl", self._answering(self._trail), methods=["GET"]),
        ]

    def _answering(self, answer: Callable[[Request, Caller], Response]) -> Callable[[Request], object]:
        """An endpoint that knows who asks."""

        def answered(request: Request) -> Response:
            try:
                return answer(request, self._operations.signed_in(bearer(authorization(request.headers))))
            except (SigningRefused, Unprovable) as broken:
                return refusal(409, "UNPROVABLE", "日志与已签检查点不符，已停止出证。", f"{broken}")

        async def endpoint(request: Request) -> Response:
            return await self._operations.in_bulk(given_out(answered, _refused), request)

        return endpoint

    def _admitted(self, request: Request, caller: Caller, readers: frozenset[Role]) -> DiagnosisRow:
        """A diagnosis that the caller may take away.

        Raises:
            Refused: NOT_FOUND; absent, out of scope and not for this role answer alike.
        """
        identity = key_of(str(request.path_params["id"]), "diagnosis")
        if caller.role in readers:
            with self._services.models.reading(caller.scope) as snapshot:
                found = diagnoses.diagnoses_by_id(snapshot, caller.scope, [identity]).get(identity)
            if found is not None:
                return found
        raise NOT_FOUND.refuse()

    def _leave(self, entry_point: str, caller: Caller, held: Iterable[tuple[str, str]], masks: frozenset[str]) -> None:
        """Write down whose data leaves, before it does. held: (firm, subject)."""
        disclosure_notes = DisclosureNotes(entry_point)
        disclosure_notes.note(masks, held)
        disclosure_notes.leave(self._services, caller)

    def _exported(self, where: EntryFilter) -> list[tuple[str, str]]:
        """Whose entries an export holds: of one subject's firm, where it has one; else of any firm, which is every one."""
        if where.stream is None:
            return [(ALL_FIRMS, "")]
        with self._services.models.reading() as snapshot:
            firms = audit_trail.firms_of(snapshot, [where.stream])
        return [(firm, stream) for stream, firm in firms.items()]

    def _log(self) -> Transparency:
        if self._services.transparency is None:
            raise NOT_FOUND.refuse()
        return self._services.transparency

    def _dossier(self, request: Request, caller: Caller) -> Response:
        """GET /dossiers/{kind}/{id}: the dossier of a decision.

        /dossiers/grade/diagnosis/…?files=1 puts reports and evidence in; /dossiers/move/organisation/…; /dossiers/subsidy/2025;
        /dossiers/rating/2025/organisation/… of one provider's rating.
        """
        kind = request.path_params["kind"]
        given = parameters(request, "files") if kind == "grade" else parameters(request)
        files = given.get("files", "0")
        if files not in ("0", "1"):
            raise Malformed(400, "MALFORMED_INPUT", "files 只能为 0 或 1。", "files must be 0 or 1.")
        log = self._log().log
        if kind != "grade":
            return self._of_provider(kind, str(request.path_params["id"]), caller)
        case = self._admitted(request, caller, DOSSIERS)
        made = dossier(self._services.journal, log, diagnosis_stream(case.id), kind)
        if files == "1":
            blobs = self._services.blobs
            require_size(made, blobs, LARGEST_FILES)
            made = self._services.foreign.dossier(made, blobs.folder, caller.holder)
        self._leave("GET /dossiers", caller, [(case.enterprise, diagnosis_stream(case.id))], WHOLE_ENTRIES)
        return _download(made, f"{case.id}.{kind}.dossier.json")

    def _of_provider(self, kind: str, path: str, caller: Caller) -> Response:
        """The dossier of a decision about providers, to whoever may read every entry of it.

        Raises:
            Refused: NOT_FOUND; absent, out of scope and not for this role answer alike.
        """
        if caller.role not in PROVIDER_DOSSIERS.get(kind, frozenset()):
            raise NOT_FOUND.refuse()
        with self._services.models.reading() as snapshot:
            asked = asked_of(snapshot, kind, path)
            if caller.role == Role.PROVIDER and asked.provider != caller.organisation:
                raise NOT_FOUND.refuse()
        made = dossier(self._services.journal, self._log().log, asked.subject, kind, jobs=asked.jobs)
        with self._services.models.reading() as snapshot:
            held = audit_trail.firms_of(snapshot, streams_held(made))
        self._leave("GET /dossiers", caller, [(firm, stream) for stream, firm in held.items()], WHOLE_ENTRIES)
        return _download(made, f"{asked.subject.replace('/', '-')}.{kind}.dossier.json")

    def _provenance(self, request: Request, caller: Caller) -> Response:
        """GET /provenance/{id}: W3C PROV of a diagnosis; it names no person and no place in the journal.

        Outside the case its opening, and from the first report on what led to the latest one.
        """
        parameters(request)
        case = self._admitted(request, caller, TRAIL)
        through = (case.issued_through or 1) if sees_only_issued(caller.scope) else None
        made = orjson.dumps(provenance(self._services.journal, case.id, caller.role, through))
        self._leave("GET /provenance", caller, [(case.enterprise, diagnosis_stream(case.id))], frozenset({"trail"}))
        return _download(made, f"{case.id}.prov.json")

    def _trail(self, request: Request, caller: Caller) -> Response:
        """GET /audit-trail.jsonl?subject=&kind=&actor=&role=&organisation=&from=&to=: the trail with proofs, streamed."""
        log = self._log()
        if caller.role not in EXPORTS:
            raise NOT_FOUND.refuse()
        given = parameters(request, "subject", "kind", "actor", "role", "organisation", "from", "to")
        require_known("role", given.get("role"), {role.value: role.names[0] for role in Role})
        times = {name: microseconds(moment_in(given[name])) if name in given else None for name in ("from", "to")}
        some = {name: [value] for name, value in given.items()}
        where = EntryFilter(
            given.get("subject"),
            some.get("kind"),
            keys_of(some.get("actor"), "person"),
            [Role(role) for role in some["role"]] if "role" in some else None,
            keys_of(some.get("organisation"), *UNITS),
            times["from"],
            times["to"],
        )
        place = self._places.take(caller.actor)
        if place is None:
            raise self._operations.admission.refusal(is_own=True)
        services = self._services
        begin, export = audit_export.begun(services.models, log.log, caller.scope, caller.role, where)
        rest = audit_export.apart_lines(services.models.address, log.address, export)
        first = begin + next(rest)  # what stands in the way of the whole is told before the answer begins
        self._leave("GET /audit-trail.jsonl", caller, self._exported(where), WHOLE_ENTRIES)
        headers = {**ALWAYS, "content-disposition": attachment("audit-trail.jsonl")}
        token, pieces = bearer(authorization(request.headers)), chain((first,), rest)
        return LongAnswer(self._operations, token, caller, pieces, headers, JSON_LINES, place)
