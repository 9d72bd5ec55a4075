"""Disclosures (plan P5, P7): every answer with a firm's protected data leaves a row before it leaves, told to the firm."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type
from sqlalchemy import Table
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import create_app
from api.kit.ids import id_of
from api.server.field_rights import coordinates_of, resolve_rights
from domain.access import Everything
from domain.disclosures import ALL_FIRMS
from domain.masks import ANYONE, FIRMS, FOLLOWERS, SIGNED_IN
from journal.disclosure_log.disclosure_log import broken
from projections import Snapshot
from projections.record.disclosures import DisclosureRow, disclosures
from tests.api.programme.test_policies import GRADE, published
from tests.api.server.test_access_table import document, paths
from tests.live_city import ENTERPRISE, FIRM, OTHER_ENTERPRISE, RIGHTS, SCHEMA, LiveCity
from tests.small_city import roster

EXECUTABLE = SCHEMA._schema  # noqa: SLF001 - strawberry has no other way to it
LOG = """query($first: Int, $after: String, $enterprise: ID, $person: [ID!], $role: [Role!], $mask: [Mask!], $ofOthers: Boolean,
  $from: DateTime, $to: DateTime) {
  disclosures(first: $first, after: $after, enterprise: $enterprise, person: $person, role: $role, mask: $mask,
    ofOthers: $ofOthers, from: $from, to: $to) {
    nodes { id at role organisation entryPoint firms { enterprise subject masks maskNames } why whyInEnglish }
    pageInfo { hasNextPage endCursor } totalCount } }"""


def rows(city: LiveCity) -> list[DisclosureRow]:
    """Every row of the log, latest first."""
    with city.installation.services.disclosures.reading() as connection:
        return disclosures(connection, Everything(), 1_000)


def log(city: LiveCity, who: str, **given: Any) -> Any:
    return city.data(who, LOG, **{"ofOthers": False, **given})["disclosures"]


def held(row: DisclosureRow) -> dict[str, set[str]]:
    """Subject -> masks of a row."""
    return {one.subject: set(one.masks) for one in row.disclosed}


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as opened:
        yield opened


# What is protected

SUMS = ("due", "inputDigest", "leftOut", "method", "paid", "position", "providers", "rating", "ratio", "rule", "ruleSince")

RESTRICTED_BUT_OPEN = {
    "Campaign.progress": "counts",
    "CampaignProgress.*": "counts",
    "Participation.*": "that a firm takes part and how far it has come, as the administration itself asked it",
    "Person.*": "opaque ids and roles; name and phone have rows of their own",
    "LiaisonNode.*": "units of the administration and no firm",
    "AuditEntry.*": "who took part in which role; what an entry holds has rows of its own",
    "AuditEntry.position": "a place in the journal",
    "YearSubsidy.version": "how many facts a year's subsidy has",
    "AuditEntry.actor": "an opaque id",
    "Coverage.*": "totals of a district",
    "DistrictCoverage.*": "as above",
    "CityTarget.*": "the city's own target",
    "RosterImport.*": "a report of the administration's own file",
    "RosterFinding.*": "as above",
    "LeftOut.*": "as above",
    "Diagnosis.openObjection": "tells no more than the status does",
    "Coverage.removals": "why a firm no longer counts in a year, as the administration itself decided",
    "RosterRemoval.*": "as above",
    "Disclosure.*": "the log is the firm's to read and holds no protected data",
    "Disclosure.person": "as above",
    "DisclosedFirm.*": "as above",
    "Group.*": "names of a group and of its members, and what was said of its headquarters",
    "GroupMember.*": "as above; revenue and result have rows of their own",
    "GroupRollUp.*": "counts and ids; what is summed has rows of its own",
    "EditionCount.*": "counts",
    "HeadquartersSeat.*": "what was said of a group",
    "Revision.draft": "the standard, which is no firm's",
    **{f"{name}.*": "as above" for name in ("RevisionDraft", "DraftChange", "DraftProblem", "DraftReview")},
    "ShadowRun.*": "when a draft was re-scored",
    "ShadowRun.inputDigest": "a hash",
    **{
        f"{name}.*": "counts over the whole city"
        for name in ("ShadowOutcome", "ShadowCounts", "ShadowMatrixRow", "ShadowSlice", "ShadowReasonCount", "ShadowObstacleCount")
    },
    **{
        f"{name}.*": "of the standard; a diagnosis is at most named as an example"
        for name in ("EditionSensitivity", "ParameterSensitivity", "NearestMove")
    },
    "ShadowMover.*": "names the diagnosis; its grades and reasons have rows of their own",
    "ShadowReason.*": "reached through them",
    **dict.fromkeys(("DraftReview.reviewer", "RevisionDraft.reviewers"), "people who review the standard, of no firm"),
    "UploadTicket.*": "on the way in",
    "Invitation.*": "a ticket",
    **dict.fromkeys(("Diagnosis.assignments", "Assignment.*"), "who works on a diagnosis, as the city itself decided"),
    **dict.fromkeys(("Diagnosis.stage", "RunningStage.*"), "how far the work on a case is and by when, as its parties agreed"),
    "Proceeding.*": "who stands against whom, how far it is and by when; what the sides say of the firm has rows of its own",
    **dict.fromkeys(("Proceeding.openedBy", "Proceeding.decidedBy"), "opaque ids"),
    "YearRating.*": "of providers, which are rated, and no firm's",
    **{f"{name}.*": "as above" for name in ("ProviderRating", "ComponentEstimate", "CityComponent")},
    "CaseMixEffect.*": "what a level of a factor adds over the whole city",
    "YearRating.objections": "a count",
    "YearRating.latestRound": "a count",
    "YearSubsidy.*": "what providers are paid for their work, by ids of cases, and of no firm",
    **{f"{name}.*": "as above" for name in ("ProviderSubsidy", "DistrictPayment", "LeftOutDiagnosis")},
    **dict.fromkeys((f"YearSubsidy.{name}" for name in (*SUMS, "version")), "as above"),
    **{f"{name}.*": "of providers, as their rating" for name in ("ComponentInput", "RatingFairness", "FairnessComparison")},
    "RatingFairness.comparisons": "as above",
    "RuleProposal.outcomes": "what a rule would do, in figures of the whole city",
    "YearRating.position": "a place in the journal",
    "YearRating.inputDigest": "a hash",
    "YearRating.components": "means of the whole city",
    "Application.*": "of providers that apply, and of no firm",
    **{
        f"{name}.*": "as above"
        for name in (
            *("ApplicationDocument", "CounterfactualEntry", "IndustryScore"),
            *("LinkedParty", "MendItem", "NumberedApplication", "SelectionResult", "SelectionScore", "StaffMember"),
        )
    },
    **dict.fromkeys(
        (
            *("Application.documents", "Application.links", "Application.mendUntil", "Application.objections"),
            *("Application.record", "Application.staff", "Application.statement", "Application.toMend"),
        ),
        "as above",
    ),
    "Tie.*": "what ties a provider to a firm, as declared; the firm is an edge with its own masks",
    **dict.fromkeys(("Matching.*", "PlannedFirm.*", "OtherChoice.*"), "a proposal by ids, of a firm its district alone"),
    **dict.fromkeys(
        ("PolicySimulation.*", "PolicyCounts.*", "Policy.draft", "Policy.simulation", "Policy.version"),
        "what the administration states, and counts",
    ),
    "PolicyCheck.*": "that a firm is held against a policy; how it stands has rows of its own",
    "TargetShare.*": "counts of a roster",
    **{
        f"{name}.*": "counts, and means of five firms or more"
        for name in ("Portrait", "GradeShare", "PortraitCell", "WeakIndicator", "GradeMovement")
    },
    **dict.fromkeys(("AppraisalSheet.*", "DistrictAppraisal.*"), "counts of a district"),
    "AppraisedFirm.*": "that a firm is on a roster and has a report; its grade has a row of its own",
    **dict.fromkeys(("YearPace.*", "Pace.*", "DayCoverage.*", "YearEndForecast.*"), "counts of a roster"),
    "FirmDesignation.*": "lists that the administration itself puts firms on; the firm is an edge with its own masks",
    "WebhookEndpoint.*": "of a partner's system, and of no firm",
    **dict.fromkeys(("WebhookEndpoint.url", "WebhookEndpoint.keys", "WebhookEndpoint.owner", "WebhookKey.*"), "as above"),
    **dict.fromkeys(("WebhookDelivery.*", "DeliveryAttempt.*"), "that a thin event was sent; it holds ids and a version"),
    **{f"{name}.*": "counts and working days of cases, which name no firm" for name in ("Bottleneck", "StageDuration")},
    **dict.fromkeys(("ReworkShare.*", "WorkingDayQuantile.*"), "as above"),
    "ReaderCandidate.*": "an expert whom the city named, and of no firm",
    "ProviderCandidate.*": "counts of a provider's cases, which name no firm",
    "ProviderCandidate.ofIndustry": "as above",
    "ProviderRecord.*": "counts of a provider's cases and comments, which name no firm",
    **{
        f"{name}.*": "what is marked and what a marker gave, of no firm"
        for name in (
            *("AnonymousApplication", "AnonymousDocument", "DimensionMark", "IndustryMark", "Mark", "Marking"),
            "StaffOfIndustry",
        )
    },
    "Marking.marker": "an opaque id",
    **dict.fromkeys(("ProviderCall.drawn", "ProviderCall.received", "ProviderCall.seed", "ProviderCall.version"), "as above"),
    "WorkToReassign.*": "names the diagnoses; what they hold has rows of its own",
    "Exam.*": "how a person did at an examination, and of no firm; the person's name has rows of its own",
    **{f"{name}.*": "as above" for name in ("ExamTry", "Certificate", "CertificateSuspension", "Endorsement")},
    **dict.fromkeys(("Exam.person", "Certificate.person"), "leads to a person, whose name and phone have rows of their own"),
    "Feedback.*": "scores and how far it has come; the words have rows of their own, and who wrote is shown to whom it may be",
    "Feedback.handler": "an opaque id",
    **{
        f"{name}.*": "means and counts, which name no firm"
        for name in ("FeedbackMean", "FeedbackPool", "ProviderFeedback", "YearFeedback")
    },
    **{
        f"{name}.*": "how jobs were drawn, by opaque ids, and what they come to"
        for name in ("BlindAssessment", "BlindAssessments", "SampledJob", "SampledYear", "SampleDraw")
    },
    **dict.fromkeys(("BlindAssessment.assessor", "SampleDraw.frame", "SampledYear.material"), "as above"),
    "FeedbackScore.*": "from 1 to 5, reached through the feedback",
    "Severity.*": "how strict an assessor is, by an opaque id, and of no firm",
    "Calibration.*": "a quarter and counts",
    "Calibration.ownCases": "reached through the cases",
    **{
        f"{name}.*": "made up for the examination, of no firm"
        for name in ("ExamPaper", "ExamQuestion", "ExamOption", "PracticalCase", "CalibrationCase")
    },
}
"""Rows of the rights that not everyone who reads firms may read, and why reading them is not written down."""
PAGED = re.compile(r"\w+(Connection|Edge)\.")
"""Pages of things, which inherit the rights of what they hold, and through which nothing else is reached."""


def test_a_field_that_only_some_may_read_is_protected_or_says_why_not() -> None:
    masked = {coordinate for coordinates in RIGHTS.masked.values() for coordinate in coordinates}
    open_to_all = {ANYONE, SIGNED_IN, FIRMS, FOLLOWERS}
    roots = ("Query.", "Mutation.", "Subscription.")
    whole = {c.removesuffix("*") for c in masked if c.endswith(".*")}
    unsaid = {
        coordinate
        for coordinate, roles in RIGHTS.rows.items()
        if roles not in open_to_all and not coordinate.startswith(roots) and "Payload." not in coordinate
        if coordinate.endswith("*") or coordinate[: coordinate.index(".") + 1] not in whole
        if not PAGED.match(coordinate)
    }
    assert unsaid - masked - set(RESTRICTED_BUT_OPEN) == set()
    assert set(RESTRICTED_BUT_OPEN) <= unsaid


def test_a_type_that_is_protected_as_a_whole_is_reached_by_protected_fields_alone() -> None:
    """Builders note the field that leads there, so there must be no other way in; contacts of the administration aside."""
    whole = {c.split(".")[0] for coordinates in RIGHTS.masked.values() for c in coordinates if c.endswith(".*")}
    ways = {
        coordinate
        for coordinate, kind in coordinates_of(EXECUTABLE)
        if isinstance(kind, GraphQLObjectType)
        and get_named_type(kind.fields[coordinate.split(".")[1]].type).name.removesuffix("Connection") in whole
        and kind.name not in whole
        and not PAGED.match(coordinate)
    }
    protected = {f"{kind}.{name}" for kind, fields in RIGHTS.protected.items() for name in fields}
    assert ways - protected == {"LiaisonNode.contacts"}


WAYS = paths(EXECUTABLE)
ASKED = [
    (coordinate, mask)
    for mask, coordinates in RIGHTS.masked.items()
    for row in coordinates
    for coordinate in ([row] if not row.endswith("*") else sorted(c for c in WAYS if c.startswith(row[:-1])))
    if coordinate in WAYS and not coordinate.startswith("ShadowMover.")
]
"""All but who would move under a draft, which takes a revision and its re-scoring: `test_shadow` reads those."""


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
def test_reading_any_protected_field_leaves_a_row_with_its_mask(city: LiveCity) -> None:
    diagnosis = city.issued()
    given = {"bank": "bank", "purpose": "贷款", "since": city.today, "until": "2030-01-01"}
    city.done("enterprise", "grantConsent", "enterprise { id }", enterprise=ENTERPRISE, **given)
    complaint = {"kind": "COMPLAINT", "provider": "p1", "enterprise": ENTERPRISE, "about": diagnosis, "cause": f"{diagnosis}/1"}
    stated = {"asked": "更换诊断师", "grounds": "现场核查时拍摄了配方"}
    opened = city.done("enterprise", "openProceeding", "proceeding { id }", **complaint, **stated)["proceeding"]["id"]
    said = {"diagnosis": diagnosis, "milestone": "REPORT", "kind": "COMPLAINT", "text": "访谈只有十分钟", "anonymous": False}
    feedback = city.done("filler", "giveFeedback", "feedback { id }", **said)["feedback"]["id"]
    policy = published(city, "city", GRADE)
    singly = {"Query.diagnosis": diagnosis, "Query.group": "g1", "Query.proceeding": opened, "Query.feedback": feedback}
    rights = resolve_rights(EXECUTABLE, RIGHTS.rows)
    assert len(ASKED) > 60
    for coordinate, mask in ASKED:
        way = WAYS[coordinate]
        who = next(one for one in ("city", "auditor") if all(one in rights[step] for step, _ in way))
        before = len(rows(city))
        identity = singly.get(way[0][0], ENTERPRISE)
        query = document(EXECUTABLE, way).replace('(id: "x")', f'(id: "{identity}")').replace("(year: 1)", "(year: 2024)")
        city.data(who, query.replace('diagnosis: "x"', f'diagnosis: "{diagnosis}"').replace('policy: "x"', f'policy: "{policy}"'))
        new = rows(city)[: len(rows(city)) - before]
        assert any(mask in one.masks for row in new for one in row.disclosed), coordinate


def test_no_row_is_left_where_nothing_protected_is_asked(city: LiveCity) -> None:
    city.issued()
    before = rows(city)
    for query in (
        "{ enterprises { nodes { id name district { name } diagnosis { id status provider { name } } } totalCount } }",
        "{ diagnoses { nodes { id status answered visits enterprise { id } } } }",
        "{ auditTrail { nodes { id subject what role } } }",
        "{ people { nodes { id memberships { nodes { role } } } } }",
        "{ viewer { actor } coverage(year: 2024) { diagnosed } }",
    ):
        city.data("city", query)
    city.ask("district", "query($id: ID!) { enterprise(id: $id) { revenueWan } }", id=OTHER_ENTERPRISE)
    assert rows(city) == before, "out of scope nothing is answered, so nothing was read"


@pytest.mark.parametrize(
    "query",
    [
        "{ enterprises { nodes { id money: revenueWan } } }",
        "{ enterprises { edges { node { ...F } } } } fragment F on Enterprise { ...G } fragment G on Enterprise { employees }",
        "{ diagnoses { nodes { enterprise { ... on Enterprise { revenueWan } } } } }",
        "query($no: Boolean = false) { enterprises { nodes { id revenueWan @skip(if: $no) } } }",
        "{ a: viewer { actor } b: enterprises { nodes { revenueWan } } c: enterprises { nodes { employees } } }",
    ],
    ids=["alias", "fragments", "nested", "directive", "twice"],
)
def test_however_it_is_asked_for_the_row_names_the_firm_and_the_mask(city: LiveCity, query: str) -> None:
    city.opened()
    before = len(rows(city))
    city.data("district", query)
    (row,) = rows(city)[: len(rows(city)) - before]
    assert held(row) == {f"enterprise/{ENTERPRISE}": {"revenue"}}
    assert (row.person, row.role, row.organisation) == ("district", "district", "310117")
    assert row.scope == city.installation.services.accounts.identify(city.tokens["district"]).caller.scope  # type: ignore[union-attr]


def test_one_answer_is_one_row_with_what_it_held_of_each_firm(city: LiveCity) -> None:
    diagnosis = city.issued()
    city.data("city", "{ enterprises { nodes { revenueWan diagnosis { grade answers { indicator } } } } }")
    row = rows(city)[0]
    assert held(row) == {
        f"enterprise/{ENTERPRISE}": {"revenue"},
        f"enterprise/{OTHER_ENTERPRISE}": {"revenue"},
        diagnosis: {"outcome", "process secrets"},
    }
    assert row.entry_point == "Query.enterprises"


def test_what_was_known_then_is_read_now_by_who_asks_now(city: LiveCity) -> None:
    city.data("district", 'query($id: ID!) { enterprise(id: $id, asOf: "2026-01-01") { revenueWan } }', id=ENTERPRISE)
    before = len(rows(city))
    assert before == 0, "it was not known then, so nothing was read"
    position = city.do("district", "openDiagnosis", "", enterprise=ENTERPRISE, campaign="2024", purpose="INITIAL",
                       form="BRIEF", edition="2023")["position"]  # fmt: skip
    query = "query($id: ID!, $then: String) { enterprise(id: $id, asOf: $then) { revenueWan } }"
    assert city.data("district", query, id=ENTERPRISE, then=position)["enterprise"]["revenueWan"]
    row = rows(city)[0]
    assert held(row) == {f"enterprise/{ENTERPRISE}": {"revenue"}}
    assert row.scope != Everything(), "the past is folded without a scope; what admitted the reader is today's"


def test_a_mutation_that_answers_with_protected_fields_is_a_reading_too(city: LiveCity) -> None:
    diagnosis = city.opened(provider=None)
    assert rows(city) == [], "id, status and version are not protected"
    city.done("district", "assignProvider", "diagnosis { id enterprise { revenueWan } }", diagnosis=diagnosis, provider="p2")
    row = rows(city)[0]
    assert row.entry_point == "Mutation.assignProvider"
    assert held(row) == {f"enterprise/{ENTERPRISE}": {"revenue"}}


def test_a_payload_discloses_what_was_selected_of_its_thing_alone(city: LiveCity) -> None:
    """Two commands of one operation, of which one shows the revenue of its firm and the other an id."""
    opening = """mutation($shown: OpenDiagnosisInput!, $other: OpenDiagnosisInput!) {
      shown: openDiagnosis(input: $shown) { diagnosis { enterprise { revenueWan } } userErrors { code } }
      other: openDiagnosis(input: $other) { diagnosis { id enterprise { id } } userErrors { code } } }"""
    stated = {"campaign": "2024", "purpose": "INITIAL", "form": "BRIEF", "edition": "2023"}
    shown, other = ({"enterprise": one, **stated} for one in (ENTERPRISE, OTHER_ENTERPRISE))
    answer = city.data("city", opening, shown=shown, other=other)
    assert answer["other"]["diagnosis"]["enterprise"]["id"] == id_of("enterprise", OTHER_ENTERPRISE)
    assert held(rows(city)[0]) == {f"enterprise/{ENTERPRISE}": {"revenue"}}


def test_a_mutation_that_shows_nothing_of_its_thing_reads_nothing_of_it(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    diagnosis = city.opened(provider=None)
    services, access = city.installation.services, Snapshot.__getitem__
    append, read = services.journal.append_all, set[str]()

    def appending(*given: Any) -> Any:
        read.clear()
        return append(*given)

    def reading(snapshot: Snapshot, table: Table) -> Table:
        read.add(table.name)
        return access(snapshot, table)

    monkeypatch.setattr(services.journal, "append_all", appending)
    monkeypatch.setattr(Snapshot, "__getitem__", reading)
    city.done("district", "assignProvider", "", diagnosis=diagnosis, provider="p2")
    assert read == set()
    city.done("district", "withdrawDiagnosis", "diagnosis { id }", diagnosis=diagnosis, reason="停产")
    assert "diagnoses" in read
    assert not read & {"evidence", "reports", "answers", "organisations"}


def test_who_is_found_by_a_grade_is_told_to_have_it(city: LiveCity) -> None:
    diagnosis = city.issued()
    grade = city.data("city", "query($id: ID!) { diagnosis(id: $id) { grade } }", id=diagnosis)["diagnosis"]["grade"]
    before = len(rows(city))
    query = "query($grade: Int) { diagnoses(filter: { grade: { from: $grade, to: $grade } }) { totalCount } }"
    assert city.data("city", query, grade=grade)["diagnoses"]["totalCount"] == 1
    assert held(rows(city)[0]) == {diagnosis: {"outcome"}}
    assert len(rows(city)) == before + 1


def test_a_persons_export_is_a_reading_of_the_firms_in_it(city: LiveCity) -> None:
    query = 'mutation { exportPerson(input: { person: "filler" }) { export userErrors { code } } }'
    city.data("city", query)
    assert held(rows(city)[0]) == {"person/filler": {"contacts"}}
    assert {one.firm for one in rows(city)[0].disclosed} == {ENTERPRISE}
    city.data("city", query.replace("export userErrors", "userErrors"))
    assert len(rows(city)) == 1


# Addresses beside GraphQL

NOT_LOGGED = {
    "/": "a page without data, which asks /graphql",
    "/verify": "as /",
    "/session": "a cookie in and out; asks nothing of a firm",
    "/graphql": "its fields are walked above",
    "/graphql/": "as /graphql",
    "/schema.graphql": "the schema, which is no firm's",
    "/uploads/{ticket}": "on the way in",
    "/health": "says ok, or which store does not take part",
    "/health/live": "says ok",
    "/health/ready": "as /health",
    "/rosters/template.xlsx": "an empty sheet",
    "/rosters/{year:int}/{digest}/findings.xlsx": "the administration's own file, with what it said of it",
    "/diagnoses/{case:path}/site-form.xlsx": "the questions of the standard, without an answer",
    "/subsidies/{year:int}/payments.xlsx": "what providers are paid, which is of no firm",
    "/editions/{name}": "the standard, which is no firm's",
    "/revisions/{revision:path}/{which}/{name}": "a draft of the standard, which is no firm's",
    "/events": "ids, versions and times, as subscriptions tell them",
    "/exports": "counts, columns and digests; each file leaves its own row",
    "/log/checkpoint": "a root hash",
    "/log/proof/inclusion": "hashes",
    "/log/proof/consistency": "hashes",
    "/log/cosignature": "on the way in",
    "/certificates/status-list": "two bits a certificate, by its place, open to everyone; of no firm",
    "/.well-known/jwt-vc-issuer": "a public key",
}
LOGGED = (
    "/files/{sha256}",
    "/diagnoses/{case:path}/questionnaire.xlsx",
    "/process-log.ocel.json",
    "/dossiers/{kind}/{id:path}",
    "/provenance/{id:path}",
    "/audit-trail.jsonl",
    "/exports/{id}/{name}",
)


def test_every_plain_route_is_known_to_leave_a_row_or_why_not(city: LiveCity) -> None:
    app = create_app(city.installation.services)
    found = {route.path for route in app.routes if isinstance(route, Route)}
    pages = {path for path in found if path.startswith("/graphiql")}
    assert found - pages == {*NOT_LOGGED, *LOGGED}


def test_each_plain_route_leaves_its_row(city: LiveCity, client: TestClient) -> None:
    diagnosis = city.issued()
    query = "query($id: ID!) { diagnosis(id: $id) { reports { nodes { sha256 } } } }"
    report = city.data("enterprise", query, id=diagnosis)["diagnosis"]["reports"]["nodes"][0]["sha256"]
    sha256 = city.uploaded("enterprise", "规划.pdf", b"%PDF-1.7\nexample\n%%EOF\n")
    city.done("enterprise", "objectToReport", diagnosis=diagnosis, items=[{"indicator": "Z01", "reason": "证据未计"}])
    city.done("enterprise", "attachEvidence", diagnosis=diagnosis, sha256=sha256, indicators=["Z01"])
    whole = {"process secrets", "outcome", "result and report", "trail"}
    subject = diagnosis
    for path, entry_point, expected in (
        (f"/files/{report}", "GET /files", {subject: {"result and report"}}),
        (f"/files/{sha256}", "GET /files", {subject: {"process secrets"}}),
        (f"/dossiers/grade/{diagnosis}", "GET /dossiers", {subject: whole}),
        (f"/provenance/{diagnosis}", "GET /provenance", {subject: {"trail"}}),
        ("/process-log.ocel.json", "GET /process-log", {"": {"trail"}}),
        (f"/audit-trail.jsonl?subject={subject}", "GET /audit-trail.jsonl", {subject: whole}),
        ("/audit-trail.jsonl", "GET /audit-trail.jsonl", {"": whole}),
    ):
        before = len(rows(city))
        assert client.get(path, headers={"authorization": f"Bearer {city.tokens['auditor']}"}).status_code == 200
        assert len(rows(city)) == before + 1, path
        row = rows(city)[0]
        assert (row.entry_point, held(row), row.role) == (entry_point, expected, "auditor")
        assert {one.firm for one in row.disclosed} == {ENTERPRISE if "" not in expected else ALL_FIRMS}
    before = len(rows(city))
    for path in (f"/files/{report}", f"/dossiers/grade/{diagnosis}", f"/provenance/{diagnosis}", "/audit-trail.jsonl"):
        assert client.get(path, headers={"authorization": f"Bearer {city.tokens['stranger']}"}).status_code == 404
    assert len(rows(city)) == before, "what was not found was not read"


# Nothing leaves unwritten


def test_an_answer_that_cannot_be_written_down_does_not_leave(
    city: LiveCity, client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    diagnosis = city.issued()
    query = "query($id: ID!) { diagnosis(id: $id) { reports { nodes { sha256 } } } }"
    report = city.data("enterprise", query, id=diagnosis)["diagnosis"]["reports"]["nodes"][0]["sha256"]

    def full(_rows: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as broken_disk:
        broken_disk.setattr(city.installation.services.disclosures._store, "write", full)  # noqa: SLF001 - the disk
        headers = {"authorization": f"Bearer {city.tokens['city']}"}
        body = {"query": "{ enterprises { nodes { name revenueWan } } }"}
        answer = client.post("/graphql", json=body, headers=headers).json()
        assert "data" not in answer
        assert set(answer["errors"][0]["extensions"]) == {"code", "id"}
        assert "21000" not in str(answer)
        for path in (f"/files/{report}", f"/dossiers/grade/{diagnosis}", f"/provenance/{diagnosis}"):
            refused = client.get(path, headers=headers)
            assert refused.status_code == 500
            assert set(refused.json()["errors"][0]["extensions"]) == {"code", "id"}
        open_data = client.post("/graphql", json={"query": "{ enterprises { nodes { name } } }"}, headers=headers).json()
        assert open_data["data"]["enterprises"]["nodes"], "what is not protected is answered all the same"
        assert answer["errors"][0]["extensions"]["id"] in caplog.text
    assert city.data("city", "{ enterprises { nodes { revenueWan } } }")["enterprises"]["nodes"]
    with city.installation.services.disclosures.reading() as connection:
        assert list(broken(connection)) == []


# Who is told


def test_a_firm_sees_who_read_its_data_and_nothing_of_any_other_firm(city: LiveCity) -> None:
    diagnosis = city.issued()
    city.data("city", "{ enterprises { nodes { revenueWan } } }")
    city.data("district", "query($id: ID!) { diagnosis(id: $id) { grade } }", id=diagnosis)
    told = log(city, "enterprise")
    assert [(one["role"], one["organisation"]) for one in told["nodes"]] == [("DISTRICT", "310117"), ("CITY", "city")]
    assert told["nodes"][0]["why"] == "以“区级部门”身份，可见范围：区为“松江区”"
    assert told["nodes"][0]["whyInEnglish"] == "as district department, who may see: district is 310117"
    assert [firm["enterprise"] for one in told["nodes"] for firm in one["firms"]] == [id_of("enterprise", ENTERPRISE)] * 2
    assert told["totalCount"] == 2
    other = log(city, "stranger")
    firm = id_of("enterprise", OTHER_ENTERPRISE)
    assert [(one["role"], one["firms"][0]["enterprise"]) for one in other["nodes"]] == [("CITY", firm)]
    assert other["totalCount"] == 1
    assert OTHER_ENTERPRISE not in str(told)
    assert ENTERPRISE not in str(other)
    assert log(city, "stranger", enterprise=ENTERPRISE)["nodes"] == []
    assert log(city, "stranger", enterprise=ENTERPRISE)["totalCount"] == 0


def test_the_readers_own_id_is_for_auditor_and_city(city: LiveCity) -> None:
    city.data("district", "{ enterprises { nodes { revenueWan } } }")
    query = "{ disclosures { nodes { person } } }"
    assert city.data("auditor", query)["disclosures"]["nodes"] == [{"person": "district"}]
    assert city.ask("enterprise", query)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    found = city.ask("enterprise", LOG, person="district", ofOthers=False)
    assert found["errors"][0]["extensions"]["code"] == "FORBIDDEN", "who may not read it may not search by it"
    assert len(log(city, "auditor", person="district")["nodes"]) == 1
    assert log(city, "city", person="nobody")["nodes"] == []


@pytest.mark.parametrize(
    "who", ["district", "provider", "group", "bank", "operator", "department", "reader", "park", "support"]
)
def test_nobody_else_is_told_what_was_looked_at(city: LiveCity, who: str) -> None:
    assert city.ask(who, LOG, ofOthers=False)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "errors" in city.ask(None, LOG, ofOthers=False)


def test_the_log_is_searched_by_firm_role_mask_time_and_reads_of_others(city: LiveCity) -> None:
    diagnosis = city.issued()
    city.data("enterprise", "query($id: ID!) { diagnosis(id: $id) { answers { indicator } } }", id=diagnosis)
    city.data("city", "{ enterprises { nodes { revenueWan } } }")
    city.data("provider", "query($id: ID!) { diagnosis(id: $id) { grade enterprise { revenueWan } } }", id=diagnosis)

    def roles(who: str = "auditor", **given: Any) -> list[str]:
        found = log(city, who, **given)
        assert found["totalCount"] == len(found["nodes"])
        return [one["role"] for one in found["nodes"]]

    assert roles() == ["PROVIDER", "CITY", "ENTERPRISE"]
    assert roles(ofOthers=True) == ["PROVIDER", "CITY"]
    assert roles("enterprise", ofOthers=True) == ["PROVIDER", "CITY"]
    assert roles(enterprise=OTHER_ENTERPRISE) == ["CITY"]
    assert roles(role="CITY") == ["CITY"]
    assert roles(mask="REVENUE") == ["PROVIDER", "CITY"]
    assert roles("enterprise", mask="PROCESS_SECRETS") == ["ENTERPRISE"]
    assert roles("stranger", mask="OUTCOME") == []
    moment = log(city, "auditor")["nodes"][1]["at"]
    assert roles(**{"from": moment}) == ["PROVIDER", "CITY"]
    assert roles(to=moment) == ["CITY", "ENTERPRISE"]
    assert roles(**{"from": moment, "to": moment}) == ["CITY"]
    only = log(city, "auditor", enterprise=OTHER_ENTERPRISE)["nodes"][0]["firms"]
    assert [one["enterprise"] for one in only] == [id_of("enterprise", OTHER_ENTERPRISE)]


def test_the_log_is_paged_by_cursors_of_its_own(city: LiveCity) -> None:
    for _ in range(5):
        city.data("district", "{ enterprises { nodes { revenueWan } } }")
    seen: list[str] = []
    after = None
    while True:
        page = log(city, "enterprise", first=2, after=after)
        seen += [one["id"] for one in page["nodes"]]
        assert page["totalCount"] == 5
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len(seen) == len(set(seen)) == 5
    firms = city.data("city", "{ enterprises { pageInfo { endCursor } } }")["enterprises"]["pageInfo"]["endCursor"]
    for wrong, code in (({"after": firms}, "CURSOR_INVALID"), ({"first": 0}, "PAGE_SIZE")):
        error = city.ask("enterprise", LOG, ofOthers=False, **wrong)["errors"][0]
        assert error["extensions"]["code"] == code


def test_every_firm_is_told_of_an_export_of_the_whole_trail(city: LiveCity, client: TestClient) -> None:
    path = "/audit-trail.jsonl"
    assert client.get(path, headers={"authorization": f"Bearer {city.tokens['auditor']}"}).status_code == 200
    for who in ("enterprise", "stranger"):
        (one,) = log(city, who)["nodes"]
        assert (one["role"], one["entryPoint"]) == ("AUDITOR", "GET /audit-trail.jsonl")
        assert one["firms"][0]["enterprise"] is None


def test_reading_the_log_is_not_written_into_it(city: LiveCity) -> None:
    city.data("district", "{ enterprises { nodes { revenueWan } } }")
    log(city, "enterprise")
    log(city, "auditor")
    assert len(rows(city)) == 1


def test_a_row_holds_no_personal_data_beyond_ids(city: LiveCity) -> None:
    city.data("city", "{ people { nodes { name phone } } enterprises { nodes { revenueWan contacts { name } } } }")
    with city.installation.services.disclosures.reading() as connection:
        kept = str(list(connection.exec_driver_sql("SELECT * FROM disclosures")))
    assert "示例" not in kept
    assert "21000" not in kept
    assert city.tokens["city"] not in kept


def test_a_firm_that_moves_keeps_its_log_and_what_the_old_district_read(city: LiveCity) -> None:
    city.data("district", "{ enterprises { nodes { revenueWan } } }")
    moved = FIRM.model_copy(update={"district": "310115", "subdistrict": None, "park": None})
    city.send(roster(year=2025, digest="1" * 64, rows=((2, moved),)))
    city.installation.services.models.catch_up()
    assert city.data("district", "{ enterprises { nodes { id revenueWan } } }")["enterprises"]["nodes"] == []
    city.data("pudong", "query($id: ID!) { enterprise(id: $id) { revenueWan } }", id=ENTERPRISE)
    told = log(city, "enterprise")
    assert [one["organisation"] for one in told["nodes"]] == ["310115", "310117"]
    assert [one["why"].split("：")[1] for one in told["nodes"]] == ["区为“浦东新区”", "区为“松江区”"], "as it was at each moment"
