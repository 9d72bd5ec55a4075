"""Only what is issued leaves a case (plan P4, P7): cities that differ in what is not issued look alike from outside the case.

Metamorphic: the same city is built several times and driven on where no outsider may look. Every query field, every filter,
list, count, moment and subscription is asked as every role that is no party to the case, and the answers are compared.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, aclosing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationType

from api.kit.cursors import Cursors
from api.kit.ids import id_of
from api.kit.ports import Identified
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from api.server.prepared_operations import PreparedOperation
from domain.access import PARTIES, SEES_NOTHING, Role, scope_of
from domain.diagnosis.assignments import AssignExpert
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.on_site import RecordSiteVisit, VerifyAnswers
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.report import IssueReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.state import STATUS_NAMES, VerifiedAnswer
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.instants import city_day
from domain.masks import FIRMS, FOLLOWERS, SIGNED_IN, TRAIL_ENTRIES
from domain.participants.consents import GrantConsent
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.registration import InvitePerson
from journal import Caller
from projections.diagnosis import case_parts
from tests.live_city import DOCUMENTS, RIGHTS, SCHEMA, UNBOUNDED, Told, UpToNow
from tests.root_fields import Literal, calls, may_read
from tests.small_city import CITY, ENTERPRISE, FIRM, PROVIDER, City, caller, evidence, opening, roster, sections
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TODAY = city_day(START)
ROOT_FIELDS = 10
"""As many as one document may ask."""
PLACES = {
    "subdistrict": "310117001",
    "park": "songjiang-park",
    "reporting_unit": "chemical-park",
    "group": "g1",
}
UNITS: Mapping[Role, str] = {
    Role.SUBDISTRICT: "310117001",
    Role.PARK: "songjiang-park",
    Role.REPORTING_UNIT: "chemical-park",
    Role.GROUP: "g1",
    Role.BANK: "bank",
    Role.PARTNER: "*",
    Role.SUPPORT: "support",
    Role.MARKER: "experts",
    Role.SAMPLER: "experts",
}
OUTSIDERS = sorted(set(Role) - PARTIES - SEES_NOTHING)
KINDS = frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION})
EXPERTS = {Role.MARKER: "zhou", Role.SAMPLER: "wu"}
"""Each is assigned to the case in that role."""
CASE = "d1"
NODES = (id_of("enterprise", ENTERPRISE), id_of("diagnosis", CASE), id_of("group", "g1"))
BESIDE = "d2"
"""A second case of the firm, the same in every city: opened before the other and withdrawn after it was submitted."""
REQUIRED = {
    "id": NODES,
    "ids": (Literal(json.dumps(NODES)),),
    "enterprise": (ENTERPRISE,),
    "provider": ("p1",),
    "diagnosis": (CASE,),
    "key": ("2023",),
    "older": ("2023",),
    "newer": ("2023",),
    "edition": ("2023",),
    "year": (2026,),
    "grade": (8,),
    "revision": ("none",),
    "kind": (Literal("SELECTION"),),
    "standard": (Literal("DCMM"),),
    "before": ("2026-01-01",),
    "after": ("2026-01-01",),
    "days": (1,),
    "number": ("none",),
}
MOMENTS = tuple((START + timedelta(minutes=minutes)).isoformat() for minutes in (5, 600))


def filters() -> Iterator[Literal]:
    """Every filter of a list of diagnoses, each field with every value that tells something."""
    for status in STATUS_NAMES:
        yield Literal(f"{{ status: {status.upper()} }}")
    for grade in range(11):
        yield Literal(f"{{ grade: {{ from: {grade}, to: {grade} }} }}")
    yield Literal("{ grade: { to: 10 } }")
    yield Literal("{ status: [SCORED, ACCEPTED, ISSUED] }")
    for days in (0, 1):
        yield Literal(f"{{ stuckForDays: {days} }}")
    for moment in MOMENTS:
        yield Literal(f'{{ changedSince: "{moment}" }}')
    yield Literal("{ purpose: INITIAL }")
    for waits in ("true", "false"):
        yield Literal(f"{{ openObjection: {waits} }}")
        yield Literal(f"{{ overdue: {waits} }}")
        yield Literal(f"{{ heldBack: {waits} }}")
    yield Literal('{ provider: "p1" }')


@dataclass
class World:
    """One of the cities."""

    installation: Installation
    operations: Operations

    def ask(self, role: Role, query: str, variables: dict[str, Any] | None = None) -> Any:
        person = EXPERTS.get(role, "someone")
        who = Caller(person, role, UNITS[role], scope_of(role, UNITS[role], person, TODAY)) if role in UNITS else CITY
        services = self.installation.services
        identified = Identified(who, "m", datetime.now(UTC) + timedelta(hours=1))
        services.accounts.identify = lambda _token, _snapshot=None: identified  # type: ignore[method-assign]
        return self.operations.run(GraphQLRequest(query, variables), "any", KINDS).payload

    def events(self, role: Role) -> list[Any]:
        """What a subscriber is told who asks for all there was."""
        self.ask(role, "{ viewer { role } }")
        services = self.installation.services
        operations = Operations(
            services, SCHEMA, RIGHTS, UpToNow(services.journal, services.models), documents=DOCUMENTS
        )
        query = "subscription($after: String) { diagnosisEvents(after: $after) { diagnosis version type what at role } }"
        admitted = operations.admit(GraphQLRequest(query, {"after": Cursors(services.secret).seal(0)}), "any", KINDS)
        assert isinstance(admitted, PreparedOperation), admitted

        async def collect() -> list[Any]:
            seen = []
            async with aclosing(operations.stream(admitted)) as answers:
                try:
                    while True:
                        seen.append((await anext(answers)).payload)
                except Told:
                    return seen

        return asyncio.run(collect())


@contextmanager
def world(folder: Path, database: str | None, *steps: Callable[[City], None]) -> Iterator[World]:
    """The city up to the submitted case, and what else happened, an hour after the other, by a clock of its own."""
    now = [START]

    def clock() -> datetime:
        now[0] += timedelta(seconds=1)
        return now[0]

    with opened(Settings(folder, database), demo=True) as installation:
        city = City(installation.services.journal, clock)
        operations = Operations(installation.services, SCHEMA, RIGHTS, documents=UNBOUNDED)
        begin(city)
        for number, step in enumerate(steps, 1):
            now[0] = START + timedelta(hours=number)
            step(city)
        installation.services.models.catch_up()
        yield World(installation, operations)


def begin(city: City) -> None:
    units = {
        "310117001": OrganisationKind.SUBDISTRICT,
        "songjiang-park": OrganisationKind.PARK,
        "chemical-park": OrganisationKind.REPORTING_UNIT,
        "g1": OrganisationKind.GROUP,
        "bank": OrganisationKind.BANK,
        "experts": OrganisationKind.EXPERT_GROUP,
        "support": OrganisationKind.SUPPORT,
    }
    for name, kind in units.items():
        city.send(CITY, RegisterOrganisation(organisation=name, kind=kind, name=f"单位{name}"))
    city.send(CITY, roster(year=2026, digest="7" * 64, rows=((2, FIRM.model_copy(update=PLACES)),)))
    city.send(CITY, opening(BESIDE).model_copy(update={"campaign": "2025"}))
    city.submitted(3)
    city.send(CITY, WithdrawDiagnosis(diagnosis=BESIDE, reason="重复开启"))
    term = {"since": TODAY, "until": TODAY + timedelta(days=30)}
    for role, expert in EXPERTS.items():
        membership = {"membership": "m1", "role": role, "organisation": "experts", "since": TODAY}
        city.send(CITY, InvitePerson(person=expert, name="x", **membership))
        city.send(CITY, AssignExpert(diagnosis=CASE, assignment=f"a-{role}", expert=expert, role=role, **term))
    firm = caller(Role.ENTERPRISE, ENTERPRISE)
    city.send(firm, GrantConsent(enterprise=ENTERPRISE, consent="c1", bank="bank", purpose="授信", **term))


def accepted(city: City) -> None:
    city.send(PROVIDER, AcceptDiagnosis(diagnosis=CASE))


def verified(city: City, level: int, only: frozenset[str] | None = None) -> None:
    for section, answers in sections(level).items():
        found = {
            i: VerifiedAnswer(answer=a, reason="现场核验" if level != 3 else None)
            for i, a in answers.items()
            if only is None or i in only
        }
        if found:
            city.send(PROVIDER, VerifyAnswers(diagnosis=CASE, section=section, answers=found))


def scored(level: int) -> Callable[[City], None]:
    """The case verified at a level and scored, with a visit and a file the more, the higher."""

    def step(city: City) -> None:
        accepted(city)
        for number in range(level - 2):
            visit = RecordSiteVisit(
                diagnosis=CASE, visited_on=TODAY, diagnosticians=2 + number, functions=("生产",), notes="无异常"
            )
            city.send(PROVIDER, visit)
        if level > 3:
            city.send(PROVIDER, evidence(CASE))
        verified(city, level)
        city.send(PROVIDER, ScoreDiagnosis(diagnosis=CASE))

    return step


def issued(city: City) -> None:
    scored(3)(city)
    city.send(PROVIDER, IssueReport(diagnosis=CASE))


def objected(city: City) -> None:
    firm = caller(Role.ENTERPRISE, ENTERPRISE)
    city.send(firm, ObjectToReport(diagnosis=CASE, items=(ObjectionItem(indicator="Z01", reason="与现场不符"),)))


def scored_anew(level: int) -> Callable[[City], None]:
    """The objection upheld, the indicator verified at another level and the case scored again; no report of it yet."""

    def step(city: City) -> None:
        reply = ObjectionAnswer(indicator="Z01", upheld=True, reason="采纳")
        city.send(PROVIDER, AnswerObjections(diagnosis=CASE, answers=(reply,)))
        verified(city, level, frozenset({"Z01"}))
        city.send(PROVIDER, ScoreDiagnosis(diagnosis=CASE))

    return step


def sealed(name: str, value: Any) -> bool:
    """Whether it is a place in the journal that its installation's own key hides; a plain number is no such place."""
    entry = name == "id" and isinstance(value, str) and value.startswith("diagnosis/") and not value.rpartition("/")[2].isdigit()
    return name.lower().endswith("cursor") or (name == "position" and isinstance(value, str)) or entry


def plain(value: Any) -> Any:
    """An answer without its sealed places in the journal, which are each installation's own."""
    match value:
        case dict():
            return {name: plain(inner) for name, inner in value.items() if not sealed(name, inner)}
        case list():
            return [plain(inner) for inner in value]
    return value


def nothing(_city: City) -> None:
    """Nothing more happened."""


Alike = tuple[tuple[Callable[[City], None], ...], ...]
BEFORE: Alike = ((nothing,), (accepted,), (scored(3),), (scored(4),))
"""Before any report: submitted, accepted, scored at one level, scored at another with more facts."""
AFTER: Alike = ((issued, objected), (issued, objected, scored_anew(2)), (issued, objected, scored_anew(5)))
"""After a report that is objected to: not answered, and scored anew at one level and another, without a new report."""


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def worlds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[World]]]:
    """The cities on an engine: on PostgreSQL those that differ most, for what is read there by statements and policies of its own
    is how far a case is and what it came to; what those between them would tell is made of the rows, alike on both engines."""
    with ExitStack() as stack:
        found: dict[str, list[World]] = {}
        for name, alike in (("before", BEFORE), ("after", AFTER)):
            for steps in alike if request.param == "sqlite" else (alike[0], alike[-1]):
                database = request.getfixturevalue("new_database")() if request.param == "postgres" else None
                folder = tmp_path_factory.mktemp("world")
                found.setdefault(name, []).append(stack.enter_context(world(folder, database, *steps)))
        yield found


@pytest.mark.parametrize("name", ["before", "after"])
def test_the_city_sees_that_the_worlds_differ(worlds: dict[str, list[World]], name: str) -> None:
    query = '{ diagnosis(id: "d1") { status version verifiedTotal grade answered answers { indicator verified { level } } } }'
    assert len({str(one.ask(Role.CITY, query)) for one in worlds[name]}) == len(worlds[name])


@pytest.mark.parametrize("name", ["before", "after"])
@pytest.mark.parametrize("role", OUTSIDERS)
def test_from_outside_a_case_nothing_tells_what_is_not_issued(worlds: dict[str, list[World]], name: str, role: Role) -> None:
    one, *others = worlds[name]
    optional = {"filter": tuple(filters()), "asOf": MOMENTS, "subject": (f"diagnosis/{CASE}",), "kind": ("diagnosis.",)}
    queries: list[tuple[str, dict[str, Any]]] = []
    found: list[str] = []
    for call in calls(role, REQUIRED, optional):
        of_no_firm = RIGHTS.rows[f"Query.{call.field}"] == SIGNED_IN and call.field not in {"node", "nodes"}
        if of_no_firm or ("filter" in call.variables and call.field != "diagnoses"):
            continue  # what every signed-in role reads is of no firm
        if "filter" in call.variables:  # what is found is what tells
            found.append(f"found{len(found)}: {call.field}{call.arguments} {{ totalCount nodes {{ id }} }}")
        else:
            queries.append((call.query, call.variables))
    assert len(queries) + len(found) > 2
    for start in range(0, len(found), ROOT_FIELDS):
        part = found[start : start + ROOT_FIELDS]
        together = f"{{ {' '.join(part)} }}"  # a filter that the role may not use is asked by itself, else it answers for the rest
        refused = "errors" in one.ask(role, together)
        queries += [(f"{{ {each} }}", {}) for each in part] if refused else [(together, {})]
    for query, variables in queries:
        expected = plain(one.ask(role, query, variables))
        for other in others:
            assert plain(other.ask(role, query, variables)) == expected, (query, variables)


@pytest.mark.parametrize("role", OUTSIDERS)
def test_outside_a_case_no_version_counts_what_is_not_told(worlds: dict[str, list[World]], role: Role) -> None:
    """Neither in the trail nor live nor of the case itself; its parties read how far it has come."""
    world = worlds["after"][1]
    if role in FOLLOWERS:
        counted: dict[str, list[int]] = {}
        for one in world.events(role):
            event = one["data"]["diagnosisEvents"]
            counted.setdefault(event["diagnosis"], []).append(event["version"])
        assert all(found == list(range(1, len(found) + 1)) for found in counted.values())
        assert max(map(len, counted.values())) == 2
    if role in FIRMS:
        case = world.ask(role, f'{{ diagnosis(id: "{CASE}") {{ version }} }}')["data"]["diagnosis"]
        assert case["version"] == 2  # opened with its provider, its report issued
    if role in TRAIL_ENTRIES:
        trail = world.ask(role, f'{{ auditTrail(subject: "diagnosis/{CASE}", first: 50) {{ nodes {{ id version }} }} }}')
        entries = trail["data"]["auditTrail"]["nodes"]
        assert len(entries) > 2
        assert {one["version"] for one in entries} == {None}
        assert not any(one["id"].rpartition("/")[2].isdigit() for one in entries)
    city = world.ask(Role.CITY, f'{{ auditTrail(subject: "diagnosis/{CASE}", first: 50) {{ nodes {{ id version }} }} }}')
    assert all(one["id"] == f"diagnosis/{CASE}/{one['version']}" for one in city["data"]["auditTrail"]["nodes"])


ORDERS = tuple(SCHEMA._schema.type_map["DiagnosisOrder"].values)  # type: ignore[attr-defined] # noqa: SLF001 - an enumeration


@pytest.mark.parametrize("name", ["before", "after"])
@pytest.mark.parametrize("role", OUTSIDERS)
def test_from_outside_a_case_no_order_tells_what_is_not_issued(worlds: dict[str, list[World]], name: str, role: Role) -> None:
    for order in ORDERS:
        for then in ("", *(f', asOf: "{moment}"' for moment in MOMENTS)):
            query = f"{{ diagnoses(orderBy: [{order}], last: 1{then}) {{ totalCount nodes {{ id }} }} }}"
            assert len({str(plain(one.ask(role, query))) for one in worlds[name]}) == 1, (order, then)


@pytest.mark.parametrize("name", ["before", "after"])
@pytest.mark.parametrize("role", OUTSIDERS)
def test_from_outside_a_case_no_firm_is_found_by_what_is_not_issued(
    worlds: dict[str, list[World]], name: str, role: Role
) -> None:
    for asked in ("diagnosed: true", "diagnosed: false", 'provider: ["p1"]'):
        for then in ("", *(f', asOf: "{moment}"' for moment in MOMENTS)):
            query = f"{{ enterprises(filter: {{ {asked} }}{then}) {{ totalCount nodes {{ id }} }} }}"
            assert len({str(plain(one.ask(role, query))) for one in worlds[name]}) == 1, (asked, then)


def test_an_order_tells_the_parties_what_it_keeps_from_the_others(worlds: dict[str, list[World]]) -> None:
    """The cities do differ in their orders: the test above would see it."""
    differ = set()
    for order in ORDERS:
        query = f"{{ diagnoses(orderBy: [{order}]) {{ nodes {{ id }} }} }}"
        differ |= {order for name in worlds if len({str(one.ask(Role.CITY, query)) for one in worlds[name]}) > 1}
    assert {"GRADE_DESC", "VERIFIED_TOTAL_DESC", "CHANGED_AT_ASC", "STATUS_SINCE_DESC"} <= differ


@pytest.mark.parametrize("name", ["before", "after"])
@pytest.mark.parametrize("role", [role for role in OUTSIDERS if may_read(role, "Subscription.diagnosisEvents")])
def test_from_outside_a_case_its_events_tell_no_more(worlds: dict[str, list[World]], name: str, role: Role) -> None:
    one, *others = worlds[name]
    expected = one.events(role)
    assert [event["data"]["diagnosisEvents"]["type"] for event in expected][:1] == ["diagnosis.opened.v2"]
    for other in others:
        assert other.events(role) == expected


@pytest.mark.parametrize("role", [role for role in OUTSIDERS if may_read(role, "Diagnosis.grade")])
def test_a_grade_that_is_read_outside_the_case_is_of_an_issued_report_and_names_it(
    worlds: dict[str, list[World]], role: Role
) -> None:
    query = '{ diagnosis(id: "d1") { status grade verifiedTotal issuedVersion visits } }'
    for one in worlds["before"]:
        found = one.ask(role, query)["data"]["diagnosis"]
        assert found == {"status": "IN_PROGRESS"} | dict.fromkeys(("grade", "verifiedTotal", "issuedVersion", "visits"))
    for one in worlds["after"]:
        found = one.ask(role, query)["data"]["diagnosis"]
        assert (found["status"], found["issuedVersion"], found["visits"]) == ("OBJECTED", 1, 1)
        with one.installation.services.models.reading() as snapshot:
            rows = case_parts.reports(snapshot, CITY.scope, [CASE])
        assert [row.version for row in rows] == [1]
        assert found["grade"] is not None


def test_every_role_is_a_party_or_asked_here() -> None:
    assert set(OUTSIDERS) == set(UNITS)
