"""No answer holds anything from outside the caller's scope (plan P7): random scopes over every root field of the schema."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import GraphQLSchema, OperationType
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from api.kit.cursors import Cursors
from api.kit.ids import id_of
from api.kit.ports import Identified
from api.kit.services import Services
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from api.server.prepared_operations import PreparedOperation
from domain.access import (
    AllOf,
    AnyOf,
    Attribute,
    Everything,
    Is,
    Nothing,
    OpenTo,
    Outside,
    Place,
    Role,
    Scope,
    Term,
    admits,
    sees_the_city,
)
from domain.diagnosis.assignments import AssignExpert
from domain.diagnosis.campaigns import InviteFirms, PlanCampaign
from domain.diagnosis.evidence import AttachEvidence
from domain.diagnosis.on_site import VerifyAnswers
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.report import IssueReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers, SubmitSelfAssessment
from domain.diagnosis.state import Purpose, VerifiedAnswer
from domain.governance.proceedings.opening import OpenProceeding
from domain.governance.proceedings.state import ProceedingKind
from domain.instants import city_day
from domain.participants.consents import GrantConsent
from domain.participants.enterprises import place_of
from domain.participants.headquarters import NameHeadquarters
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.registration import InvitePerson
from domain.programme.targets import Measure, SetTarget
from domain.standard.revision.draft import DraftRevision
from domain.standard.revision.review import NameReviewers
from domain.standard.revision.state import RevisionKind
from journal import Caller
from standards import Form, composition_rule
from tests.firm_ids import firm_id
from tests.live_city import DOCUMENTS, RIGHTS, SCHEMA, UNBOUNDED, Told, UpToNow
from tests.root_fields import Literal, calls, together
from tests.small_city import CITY, FIRM, City, caller, publish_policy, roster, sections
from zhenduan.settings import Settings
from zhenduan.wiring import opened

YEAR = datetime.now(UTC).year
"""The firms are diagnosed now, so this year's roster is the one they count in."""
KINDS = frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION})
PLACES = (
    {"district": "310117", "subdistrict": "310117001", "park": "park1", "group": "g1"},
    {"district": "310117", "subdistrict": None, "park": None, "group": "g1"},
    {"district": "310115", "subdistrict": "310115002", "park": "park2", "group": None},
    {"district": "310114", "subdistrict": None, "park": "park1", "group": "g2", "reporting_unit": "lingang"},
)
TODAY = city_day(datetime.now(UTC))
LAST_DAY = TODAY + timedelta(days=30)
CONSENTS = ((), (Term("bank", TODAY, LAST_DAY),), (), ())
ASSIGNMENTS = ((), (), (Term("zhou", TODAY, LAST_DAY, Role.READER),), ())
USCCS = ("91310000132260250X", "91330100799655058B", "91110000802100433B", "9144030071526726XG")
FIRMS = tuple(
    FIRM.model_copy(update={"uscc": uscc, "name": f"示例暗号{number}号有限公司", **place})
    for number, (uscc, place) in enumerate(zip(USCCS, PLACES, strict=True))
)
PROVIDERS = ("p1", "p2", "p1", None)
IDS = tuple(firm_id(firm.uscc) for firm in FIRMS)
CASES = ("case-0", "case-1", "case-2")
REVISION = "revision-0"
DRAFT_CANARY = "草案暗号"
"""What only the draft of a revision says."""


def place(number: int) -> Place:
    return place_of(
        IDS[number], FIRMS[number], PROVIDERS[number], consents=CONSENTS[number], assignments=ASSIGNMENTS[number]
    )


def canaries(number: int) -> tuple[str, ...]:
    """Texts that only the things of one firm hold."""
    named = (f"case-{number}", f"佐证{number}号.pdf", f"缘由{number}号", f"filler-{number}", f"授信{number}号")
    return (USCCS[number], FIRMS[number].name, IDS[number], *named)


@dataclass(repr=False)
class Watched:
    """The API over four firms, asked through any scope."""

    services: Services
    operations: Operations
    built: strawberry.Schema
    asked: list[Scope]

    def _repr_pretty_(self, printer: RepresentationPrinter, _cycle: bool) -> None:  # noqa: FBT001 - as the library calls it
        """Where an example is told, not the whole city: the library writes out every field of a dataclass, whatever its repr."""
        printer.text(f"<{type(self).__name__}>")

    @property
    def schema(self) -> GraphQLSchema:
        return self.built._schema  # noqa: SLF001 - the executable one

    def through(self, scope: Scope, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        self.asked[:] = [scope]
        return self.operations.run(GraphQLRequest(query, variables), "any", KINDS).payload


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def watched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    database = request.getfixturevalue("new_database")() if request.param == "postgres" else None
    folder: Path = tmp_path_factory.mktemp("watched")
    with opened(Settings(folder, database), create=True) as installation:
        services = installation.services
        fill(City(services.journal, blobs=services.blobs))
        services.models.catch_up()
        asked: list[Scope] = [Nothing()]

        def identify(_token: str, _snapshot: object = None) -> Identified:
            who = Caller("watcher", Role.AUDITOR, "audit", asked[0])
            return Identified(who, "m", datetime.now(UTC) + timedelta(hours=1))

        services.accounts.identify = identify  # type: ignore[method-assign]
        operations = Operations(services, SCHEMA, RIGHTS, documents=UNBOUNDED)
        yield Watched(services, operations, SCHEMA, asked)


def fill(city: City) -> None:
    city.send(CITY, RegisterOrganisation(organisation="p2", kind=OrganisationKind.PROVIDER, name="服务二所"))
    city.send(CITY, roster(year=YEAR, digest="7" * 64, rows=tuple(enumerate(FIRMS, 2))))
    city.send(CITY, SetTarget(year=YEAR, measure=Measure.SHARE_DIAGNOSED, at_least="60", clause="plan G2", mark="V"))
    days = {"since": date(YEAR, 1, 1), "until": date(YEAR, 12, 31)}
    city.send(CITY, PlanCampaign(campaign="2024", name="首次诊断", purpose=Purpose.INITIAL, **days))
    city.send(CITY, InviteFirms(campaign="2024", enterprises=IDS))
    publish_policy(city, "y1", date(YEAR, 1, 1))
    for number, case in enumerate(CASES):
        provider = PROVIDERS[number]
        assert provider is not None
        opening = OpenDiagnosis(
            diagnosis=case,
            enterprise=IDS[number],
            campaign="2024",
            purpose=Purpose.INITIAL,
            form=Form.BRIEF,
            edition="2023",
            provider=provider,
            reason=f"缘由{number}号",
        )
        city.send(CITY, opening, reason=f"缘由{number}号")
        firm, mine = caller(Role.ENTERPRISE, IDS[number]), caller(Role.PROVIDER, provider)
        complaint = OpenProceeding(
            proceeding=f"complaint-{number}",
            kind=ProceedingKind.COMPLAINT,
            provider=provider,
            enterprise=IDS[number],
            about=f"diagnosis/{case}",
            cause=f"diagnosis/{case}/1",
            asked=f"缘由{number}号",
            grounds=f"缘由{number}号",
        )
        city.send(firm, complaint)
        for section, answers in sections(3).items():
            saved = {i: AnswerGiven(answer=a) for i, a in answers.items()}
            city.send(firm, SaveAnswers(diagnosis=case, section=section, answers=saved))
        city.send(firm, PledgeTruth(diagnosis=case))
        city.send(firm, SubmitSelfAssessment(diagnosis=case))
        city.send(mine, AcceptDiagnosis(diagnosis=case))
        file = AttachEvidence(
            diagnosis=case,
            sha256=str(number) * 64,
            filename=f"佐证{number}号.pdf",
            media_type="application/pdf",
            size=9,
            indicators=("Z01",),
        )
        city.send(mine, file)
        for section, answers in sections(3).items():
            found = {i: VerifiedAnswer(answer=a) for i, a in answers.items()}
            city.send(mine, VerifyAnswers(diagnosis=case, section=section, answers=found))
        city.send(mine, ScoreDiagnosis(diagnosis=case))
        city.send(mine, IssueReport(diagnosis=case))
    for group in ("g1", "g2"):
        city.send(CITY, RegisterOrganisation(organisation=group, kind=OrganisationKind.GROUP, name=group))
    city.send(CITY, NameHeadquarters(group="g1", enterprise=IDS[0], since=TODAY))
    open_to_others(city)


def open_to_others(city: City) -> None:
    """A filler in each firm, a bank with one firm's consent, an expert with one diagnosis."""
    for name, kind in (("bank", OrganisationKind.BANK), ("experts", OrganisationKind.EXPERT_GROUP)):
        city.send(CITY, RegisterOrganisation(organisation=name, kind=kind, name=name))
    people = [(f"filler-{number}", Role.FILLER, IDS[number]) for number in range(len(FIRMS))]
    for person, role, unit in (*people, ("zhou", Role.READER, "experts")):
        city.send(
            CITY,
            InvitePerson(
                person=person, name="x", membership="m1", role=role, organisation=unit, since=TODAY, contact=True
            ),
        )
    term = {"since": TODAY, "until": LAST_DAY}
    consent = GrantConsent(enterprise=IDS[1], consent="c1", bank="bank", purpose="授信1号", **term)
    city.send(caller(Role.ENTERPRISE, IDS[1]), consent)
    draft_standard(city)
    city.send(CITY, AssignExpert(diagnosis=CASES[2], assignment="a1", expert="zhou", role=Role.READER, **term))


def draft_standard(city: City) -> None:
    """A revision that was never put to consultation, with one named reviewer."""
    drafting = DraftRevision(
        revision=REVISION,
        kind=RevisionKind.REVISION,
        base="2023",
        key="2099",
        title=f"标准（{DRAFT_CANARY}）",
        why=DRAFT_CANARY,
        industries=(),
        rule=composition_rule("2023"),
    )
    city.send(CITY, drafting, reason=DRAFT_CANARY)
    city.send(CITY, NameReviewers(revision=REVISION, reviewers=("zhou",)))


VALUES = {
    Attribute.ENTERPRISE: IDS,
    Attribute.DISTRICT: ("310117", "310115", "310114", "310101"),
    Attribute.SUBDISTRICT: ("310117001", "310115002"),
    Attribute.PARK: ("park1", "park2"),
    Attribute.REPORTING_UNIT: ("lingang",),
    Attribute.GROUP: ("g1", "g2"),
    Attribute.PROVIDER: ("p1", "p2"),
}
DAYS = (TODAY - timedelta(days=1), TODAY, LAST_DAY + timedelta(days=1))
EXPERT_ROLES = st.sampled_from((None, Role.READER, Role.SAMPLER))
leaves = st.one_of(
    st.just(Everything()),
    st.just(Nothing()),
    st.builds(OpenTo, st.just(Attribute.CONSENT), st.sampled_from(("bank", "p1")), st.sampled_from(DAYS)),
    st.builds(OpenTo, st.just(Attribute.ASSIGNMENT), st.sampled_from(("zhou", "filler-1")), st.sampled_from(DAYS), EXPERT_ROLES),
    *(st.builds(Is, st.just(attribute), st.sampled_from(values)) for attribute, values in VALUES.items()),
)
scopes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Outside, inner),
    ),
    max_leaves=5,
)

NODES = (
    *(id_of("enterprise", key) for key in IDS),
    *(id_of("diagnosis", key) for key in CASES),
    *(id_of("group", key) for key in ("g1", "g2")),
    *(id_of("person", key) for key in ("zhou", "filler-1")),
    id_of("revision", REVISION),
    *(id_of("participation", f"2024.{key}") for key in IDS),
    id_of("campaign", "2024"),
    id_of("organisation", "p1"),
    id_of("edition", "2023"),
)
"""Every thing there is that has an id of its own, and one of those that every role may read."""
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "id": NODES,
    "ids": (Literal(json.dumps(NODES)),),
    "revision": (REVISION,),
    "enterprise": IDS,
    "key": ("2023",),
    "older": ("2023",),
    "newer": ("2023",),
    "year": (YEAR,),
    "diagnosis": CASES,
    "grade": (8,),
    "edition": ("2023",),
    "number": ("ZDS-2024-000000000001",),
    "kind": (Literal("SELECTION"),),
    "before": ("2024-01-01",),
    "after": ("2024-01-01",),
    "days": (3,),
    "provider": ("p1",),
    "policy": ("y1",),
    "standard": (Literal("DCMM"),),
    "total": (0,),
    "since": ("2000-01-01",),
    "until": ("2100-01-01",),
}
"""What a required argument is tried with, by its name: every thing there is."""


def texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for inner in value.values():
                yield from texts(inner)
        case list():
            for inner in value:
                yield from texts(inner)
        case _:
            yield str(value)


NOTHING_TO_WORK_OUT = {"counterfactualDirectory": {"OTHER_RULE_NOT_CHOSEN"}}
"""What refuses, in this city, whoever asks."""


@settings(max_examples=15)
@given(scope=scopes)
def test_every_query_field_shows_the_things_of_the_scope_and_no_other(watched: Watched, scope: Scope) -> None:
    hidden = [canary for number in range(len(FIRMS)) if not admits(scope, place(number)) for canary in canaries(number)]
    is_drafter = admits(scope, Place(assignments=(Term("zhou", date.min, None),)))
    for call in together(calls(Role.AUDITOR, ARGUMENTS)):
        name = call.field
        payload = watched.through(scope, call.query, call.variables)
        codes = {error["extensions"]["code"] for error in payload.get("errors", ())}
        assert codes == NOTHING_TO_WORK_OUT.get(name, set()), (name, payload)
        for arguments, answer in call.answers(payload):
            said = "\n".join(texts(answer))
            leaked = [canary for canary in hidden if canary in said and canary not in arguments]
            assert not leaked, (name, scope, leaked)
            assert is_drafter or DRAFT_CANARY not in said, (name, scope)


@settings(max_examples=15)
@given(scope=scopes)
def test_lists_and_counts_hold_exactly_what_the_scope_admits(watched: Watched, scope: Scope) -> None:
    query = """query($y: Int!) {
      enterprises(first: 100) { totalCount nodes { id } } diagnoses(first: 100) { totalCount nodes { id } }
      found: enterprises(filter: {text: "暗号"}) { totalCount }
      coverage(year: $y) { total diagnosed targets { clause } } }"""
    data = watched.through(scope, query, {"y": YEAR})["data"]
    seen = [number for number in range(len(FIRMS)) if admits(scope, place(number))]
    cases = [id_of("diagnosis", CASES[number]) for number in seen if number < len(CASES)]
    assert {node["id"] for node in data["enterprises"]["nodes"]} == {id_of("enterprise", IDS[number]) for number in seen}
    assert [node["id"] for node in data["diagnoses"]["nodes"]] == cases
    assert data["enterprises"]["totalCount"] == data["found"]["totalCount"] == len(seen)
    assert data["diagnoses"]["totalCount"] == len(cases)
    # a year counts a firm where its roster states it; who is a party to a diagnosis has no part in that
    counted = [number for number in range(len(FIRMS)) if admits(scope, place_of(IDS[number], FIRMS[number]))]
    diagnosed = [number for number in counted if number < len(CASES)]
    assert (data["coverage"]["total"], data["coverage"]["diagnosed"]) == (len(counted), len(diagnosed))
    assert bool(data["coverage"]["targets"]) == sees_the_city(scope)


@pytest.mark.parametrize("chosen", [Is(Attribute.DISTRICT, "310115"), Is(Attribute.PROVIDER, "p1"), Nothing()])
def test_a_subscription_delivers_the_events_of_the_scope_and_no_other(watched: Watched, chosen: Scope) -> None:
    services = watched.services
    start = Cursors(services.secret).seal(0)
    notifications = UpToNow(services.journal, services.models)
    operations = Operations(services, SCHEMA, RIGHTS, notifications, documents=DOCUMENTS)
    query = "subscription($after: String) { diagnosisEvents(after: $after) { diagnosis type } }"
    expected = {id_of("diagnosis", CASES[number]) for number in range(len(CASES)) if admits(chosen, place(number))}

    async def collect() -> set[str]:
        watched.asked[:] = [chosen]
        admitted = operations.admit(GraphQLRequest(query, {"after": start}), "any", KINDS)
        assert isinstance(admitted, PreparedOperation)
        seen: set[str] = set()
        async with aclosing(operations.stream(admitted)) as answers:
            try:
                while True:
                    answer = await anext(answers)
                    seen.add(answer.payload["data"]["diagnosisEvents"]["diagnosis"])
            except Told:
                return seen

    assert asyncio.run(collect()) == expected


@pytest.mark.parametrize("chosen", [Everything(), Is(Attribute.DISTRICT, "310115"), OpenTo(Attribute.ASSIGNMENT, "zhou", TODAY)])
def test_a_socket_is_told_of_a_draft_only_where_the_draft_is_open_to_it(watched: Watched, chosen: Scope) -> None:
    services = watched.services
    notifications = UpToNow(services.journal, services.models)
    operations = Operations(services, SCHEMA, RIGHTS, notifications, documents=DOCUMENTS)
    query = "subscription($after: String) { standardsEvents(after: $after) { subject id type what role } }"

    async def collect() -> list[tuple[str, str]]:
        watched.asked[:] = [chosen]
        admitted = operations.admit(GraphQLRequest(query, {"after": Cursors(services.secret).seal(0)}), "any", KINDS)
        assert isinstance(admitted, PreparedOperation)
        seen = []
        async with aclosing(operations.stream(admitted)) as answers:
            try:
                while True:
                    told = (await anext(answers)).payload["data"]["standardsEvents"]
                    seen.append((told["id"], told["type"]))
            except Told:
                return seen

    seen = asyncio.run(collect())
    assert seen[0] == (id_of("edition", "2023"), "edition.published.v1")
    drafts = [kind for identity, kind in seen if identity == id_of("revision", REVISION)]
    is_open = not isinstance(chosen, Is)
    assert drafts == (["revision.drafted.v1", "revision.reviewers_named.v1"] if is_open else [])
