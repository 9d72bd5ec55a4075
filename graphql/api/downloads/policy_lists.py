"""Lists of a policy over HTTP 政策名单下载接口: the firms of the scope held against it, with the reasons. plan I3, I5.

What feeds another selection (chain leaders, 专精特新 firms, projects, parks and their land, funds) is a published policy, and its
list is `policyChecks` whole: CSV for a spreadsheet, JSON Lines for a program.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any, NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.downloads.files import NOTHING_RUNS, attachment
from api.downloads.refusals import given_out, not_found
from api.kit.disclosure_notes import DisclosureNotes
from api.kit.ids import id_of
from api.kit.services import Services
from api.programme.policies import HOLDS
from api.server.http import ALWAYS, authorization, bearer, parameters
from api.server.operations import Operations
from domain.access import Mask, Nothing, sees_the_city
from domain.disclosures import ALL_FIRMS
from domain.instants import city_day
from domain.kernel import Rule
from domain.masks import BULK_EXPORTS, POLICY_CHECKS
from domain.programme.policies.conditions import PolicyVerdict
from domain.programme.policies.policy import PolicyStatus
from interop.spreadsheet_text import spreadsheet_text
from journal import Caller
from projections.engine.pages import Page
from projections.engine.places import EnterpriseRow
from projections.participants.enterprises import enterprises_by_id
from projections.programme.policies import policies_by_id
from projections.programme.policy_firms import PolicyCheckFilter, PolicyCheckRow, policy_checks

POLICY_LIST_VERDICT_UNKNOWN = Rule(
    "POLICY_LIST_VERDICT_UNKNOWN",
    "plan I3",
    "没有“{verdict}”这一结论；请从 {listed} 中选取，或不填以取全部企业",
    "There is no verdict {verdict}; take one of {listed}, or none for every firm",
)
MEDIA: Mapping[str, str] = {"csv": "text/csv; charset=utf-8; header=present", "jsonl": "application/jsonl"}
"""Form of the list -> its media type."""
COLUMNS = ("enterprise", "name", "uscc", "district", "industry", "size_class", "verdict", "contested", "overlapping", "as_of")
MOST_FIRMS = 1_000_000


class PolicyListLine(NamedTuple):
    """A firm on a list 名单企业: itself, and how it stands."""

    firm: EnterpriseRow
    check: PolicyCheckRow


class PolicyLists:
    """The endpoint of the lists of policies 政策名单下载接口."""

    def __init__(self, services: Services, operations: Operations) -> None:
        self._services = services
        self._operations = operations

    def routes(self) -> list[Route]:
        """Where it is."""
        return [Route("/policies/{policy}/firms.{form}", self.file, methods=["GET"])]

    async def file(self, request: Request) -> Response:
        """GET /policies/KEY/firms.csv or firms.jsonl: firms of the caller's scope today, of one `verdict` or all 政策名单."""
        response: Response = await self._operations.in_bulk(given_out(self._answer), request)
        return response

    def _answer(self, request: Request) -> Response:
        policy, form = request.path_params["policy"], request.path_params["form"]
        given = parameters(request, "verdict")
        caller = self._operations.signed_in(bearer(authorization(request.headers)))
        if caller.role not in BULK_EXPORTS & POLICY_CHECKS or form not in MEDIA:
            return not_found()
        content = self._written(caller, policy, form, _verdict(given.get("verdict")))
        if content is None:
            return not_found()
        name = f"policy-{policy}.{form}"
        headers = {**ALWAYS, "content-disposition": attachment(name), "content-security-policy": NOTHING_RUNS}
        return Response(content, 200, headers, media_type=MEDIA[form])

    def _written(self, caller: Caller, policy: str, form: str, verdict: PolicyVerdict | None) -> bytes | None:
        """The list, once what it discloses is written down; None of what is not published."""
        day = city_day(self._services.clock())
        with self._services.models.reading(caller.scope) as snapshot:
            row = policies_by_id(snapshot, Nothing(), [policy]).get(policy)
            state = row.state() if row is not None else None
            if state is None or state.in_force is None or state.status is PolicyStatus.ENDED:
                return None
            terms = state.in_force.terms
            where = PolicyCheckFilter(policy, verdict=verdict, district=state.district, terms=terms, day=day)
            checks = policy_checks(snapshot, caller.scope, where, Page(MOST_FIRMS))
            firms = enterprises_by_id(snapshot, caller.scope, [check.id for check in checks])
        notes = DisclosureNotes("GET /policies")
        held = [(ALL_FIRMS, "")] if sees_the_city(caller.scope) else HOLDS.held(checks)
        notes.note(frozenset({Mask.OUTCOME}), held if checks else ())
        notes.leave(self._services, caller)
        listed = [PolicyListLine(firms[check.id], check) for check in checks]
        titles = [clause.title for clause in terms.clauses_for(state.district)]
        return _csv(listed, titles, day.isoformat()) if form == "csv" else _jsonl(listed, day.isoformat())


def _verdict(asked: str | None) -> PolicyVerdict | None:
    if asked is None or asked in PolicyVerdict.__members__:
        return PolicyVerdict[asked] if asked is not None else None
    raise POLICY_LIST_VERDICT_UNKNOWN.refuse(path="verdict", verdict=asked[:40], listed=", ".join(PolicyVerdict.__members__))


def _told(one: PolicyListLine, day: str) -> dict[str, Any]:
    firm, check = one
    return {
        "enterprise": id_of("enterprise", firm.id),
        **{name: getattr(firm, name) for name in ("name", "uscc", "district", "industry", "size_class")},
        "verdict": check.verdict.name,
        "contested": check.contested,
        "overlapping": [id_of("policy", other) for other in check.overlapping],
        "as_of": day,
    }


def _jsonl(listed: Sequence[PolicyListLine], day: str) -> bytes:
    def line(one: PolicyListLine) -> bytes:
        reasons = [
            {"title": clause.title, "verdict": clause.verdict.name, "tests": [test.name for test in clause.tests]}
            for clause in one.check.clauses
        ]
        return orjson.dumps(_told(one, day) | {"clauses": reasons}, option=orjson.OPT_APPEND_NEWLINE)

    return b"".join(map(line, listed))


def _csv(listed: Sequence[PolicyListLine], titles: Sequence[str], day: str) -> bytes:
    """A column for each clause, in the policy's order, under its title: how the firm stands to it."""

    def lines() -> Iterator[Sequence[str]]:
        yield *COLUMNS, *(spreadsheet_text(f"{number}. {title}") for number, title in enumerate(titles, 1))
        for one in listed:
            told = _told(one, day) | {"contested": str(one.check.contested).lower()}
            told["overlapping"] = " ".join(told["overlapping"])
            yield *(spreadsheet_text(str(told[name])) for name in COLUMNS), *(each.verdict.name for each in one.check.clauses)

    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines())
    return text.getvalue().encode()
