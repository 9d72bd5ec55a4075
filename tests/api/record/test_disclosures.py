"""Disclosures (plan P5, P7): every answer with a firm's protected data leaves a row before it leaves, told to the firm."""

import re

import pytest
from graphql import GraphQLObjectType, get_named_type
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import create_app
from api.server.field_rights import coordinates_of, resolve_rights
from domain.disclosures import ALL_FIRMS
from domain.masks import ANYONE, FIRMS, FOLLOWERS, SIGNED_IN
from journal.disclosure_log.disclosure_log import broken
from tests.api.diagnosis.test_external_results import accept, scored
from tests.api.programme.test_policies import GRADE, published
from tests.api.providers.test_signals import raise_straight_line
from tests.api.record.logged_reads import client, held, rows
from tests.api.server.test_access_table import document, paths
from tests.live_city import ENTERPRISE, RIGHTS, SCHEMA, LiveCity

__all__ = ["client"]
EXECUTABLE = SCHEMA._schema  # noqa: SLF001 - strawberry has no other way to it


# What is protected

SUMS = ("due", "inputDigest", "leftOut", "method", "paid", "position", "providers", "rating", "ratio", "rule", "ruleSince")
RESTRICTED_BUT_OPEN = {
    "Campaign.progress": "counts",
    "CampaignProgress.*": "counts",
    "Campaign.subdistricts": "counts",
    "CampaignSubdistrict.*": "counts, and what the administration set itself",
    "OutreachSession.*": "when and where firms are briefed",
    "OutreachSession.signInCode": "a code of the organiser's room",
    **{
        f"{name}.*": "counts of firms, as the administration itself recorded who came"
        for name in ("OutreachTurnout", "OutreachReach", "UnitOutreach", "OutreachFollowUp", "OutreachFollowers")
    },
    **{
        f"{name}.*": "that a firm is invited and came, as the administration itself asked it"
        for name in ("OutreachAttendance", "OutreachAttendees")
    },
    **dict.fromkeys(
        ("OutreachQuestion.enterprise", "OutreachQuestion.session", "OutreachQuestion.text"),
        "what a firm asked its organiser, who answers it to all",
    ),
    **dict.fromkeys(
        ("Demand.*", "Demand.enterprise", "Demand.diagnosis", "Demand.reason"),
        "what a firm chose to say to suppliers; the firm is an edge with its own masks",
    ),
    **{
        f"{name}.*": "what suppliers offer for it, and what the firm said of the deal"
        for name in ("Offer", "OfferMember", "DealChange")
    },
    **{
        f"{name}.*": "published solutions and what the firm said of itself, one beside the other"
        for name in ("DemandMatching", "SolutionMatch", "SolutionMatching", "DemandMatch", "MatchReasonSaid")
    },
    **dict.fromkeys(("DemandCounts.*", "DemandCell.*"), "counts, to a district none of few firms"),
    "ChainLeaderConsent.*": "that a firm lets itself be counted, and by whom",
    **dict.fromkeys(("SupplierGaps.*", "SupplierGap.*"), "means of five consenting firms or more, to the nearest five points"),
    **{
        f"{name}.*": "who is linked to whom, as the reads that it is made of show it"
        for name in ("EcosystemCount", "EcosystemLink", "LinkEnd")
    },
    **{f"{name}.*": "work of the administration and its bodies, of no firm" for name in ("Duty", "DutyReport", "DutyDayChange")},
    "Duty.contact": "as contacts of the liaison network: of bodies, and of no firm",
    "DutyDayChange.decidedBy": "an opaque id",
    "BodyStrengths.*": "what a body is good at, of no firm",
    **{
        f"CaseStudy.{name}": "of a text that is written to be published, with the firm's consent"
        for name in ("enterprise", "diagnosis", "remark", "reason", "version", "position")
    },
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
    **dict.fromkeys(("RosterFinding.*", "LeftOut.*"), "as above"),
    "Diagnosis.openObjection": "tells no more than the status does",
    "Diagnosis.due": "until when the administration gave time, which holds nothing of the firm's",
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
    **dict.fromkeys(
        ("Crosswalk.draft", "Crosswalk.draftVersion", "ProposedRow.*", "ProposedRow.proposer"),
        "of the standard and another body's model, which are no firm's",
    ),
    "UploadTicket.*": "on the way in",
    "Invitation.*": "a ticket",
    **dict.fromkeys(("Diagnosis.assignments", "Assignment.*"), "who works on a diagnosis, as the city itself decided"),
    **dict.fromkeys(("Diagnosis.stage", "RunningStage.*"), "how far the work on a case is and by when, as its parties agreed"),
    "Proceeding.*": "who stands against whom, how far it is and by when; what the sides say of the firm has rows of its own",
    **dict.fromkeys(("Proceeding.openedBy", "Proceeding.decidedBy"), "opaque ids"),
    **dict.fromkeys(("Organisation.ownershipSource", "Organisation.ownershipDeclaredBy"), "of providers, and no firm's"),
    "YearRating.*": "of providers, which are rated, and no firm's",
    **{f"{name}.*": "as above" for name in ("ProviderRating", "ComponentEstimate", "CityComponent")},
    "CaseMixEffect.*": "what a level of a factor adds over the whole city",
    "YearRating.objections": "a count",
    "YearRating.latestRound": "a count",
    "YearSubsidy.*": "what providers are paid for their work, by ids of cases, and of no firm",
    **{f"{name}.*": "as above" for name in ("ProviderSubsidy", "DistrictPayment", "LeftOutDiagnosis")},
    **dict.fromkeys((f"YearSubsidy.{name}" for name in (*SUMS, "version")), "as above"),
    **dict.fromkeys(("ComponentInput.*", "ProviderRating.parts", "ProviderRating.inputs"), "of providers, as their rating"),
    "RuleProposal.outcomes": "what a rule would do, in figures of the whole city",
    **dict.fromkeys((f"{name}.position" for name in ("YearRating", "Matching", "PolicySimulation")), "a place in the journal"),
    "PartnerContract.*": "what the city agreed with another system, of no firm",
    "YearRating.inputDigest": "a hash",
    **dict.fromkeys(("YearRating.components", "YearRating.caseMix"), "sums of the whole city"),
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
    "ContactReminder.*": "by ids, when a unit's own contact is to be confirmed; who it is has rows of its own",
    "Tie.*": "what ties a provider to a firm, as declared; the firm is an edge with its own masks",
    **dict.fromkeys(("Screening.*", "Screening.position"), "counts of what was looked at, and a place in the journal"),
    **dict.fromkeys(
        ("Signal.*", "Signal.counterparts", "Signal.closedBy"),
        "numbers and facts by their versions; what is said of them has rows of its own",
    ),
    **dict.fromkeys(
        ("AgreementStudy.*", "AgreementStudy.position", "IndicatorAgreement.*", "ConfusionCell.*"),
        "of indicators, from so many cases on that none is told",
    ),
    **dict.fromkeys(("Matching.*", "PlannedFirm.*", "OtherChoice.*"), "a proposal by ids, of a firm its district alone"),
    **dict.fromkeys(
        ("PolicySimulation.*", "PolicyCounts.*", "Policy.draft", "Policy.simulation", "Policy.version"),
        "what the administration states, and counts",
    ),
    **dict.fromkeys(
        ("EquatingRun.*", "EquatingRun.position", "EquatingStep.*"), "levels of fifty firms or more, of five a step at least"
    ),
    **dict.fromkeys(
        ("OverstatementRun.*", "OverstatementRun.position", "OverstatementShare.*", "OverstatedIndicator.*"),
        "means of ten firms or more",
    ),
    **dict.fromkeys(("UpliftRun.*", "UpliftRun.position", "UpliftShare.*"), "counts and means of thirty firms or more"),
    **dict.fromkeys(("Package.*", "Package.position", "PackageFile.*"), "to whom and what for; the file leaves its own row"),
    **dict.fromkeys(("GroupListCheck.*", "GroupListLine.*"), "names and places by the roster, as of any firm in the scope"),
    **dict.fromkeys(("Prefill.*", "PrefillOffer.*"), "certificates, which are open to whoever sees the firm, for the firm itself"),
    **{f"{name}.*": "counts and minutes of forms" for name in ("FillingBurden", "BurdenShare", "BurdenQuantile")},
    **dict.fromkeys(("DeferredQuestion.*", "FillingBurden.prefillable"), "questions of the edition, and no answer"),
    **dict.fromkeys(("Paper.version", "Paper.position"), "of a paper, which is no firm's"),
    "PolicyCheck.*": "that a firm is held against a policy; how it stands has rows of its own",
    **dict.fromkeys(("TargetShare.*", "UnitTarget.*"), "counts of a roster"),
    **{
        f"{name}.*": "counts, and means of five firms or more"
        for name in ("Portrait", "GradeShare", "PortraitCell", "WeakIndicator", "GradeMovement")
    },
    **dict.fromkeys(("AppraisalSheet.*", "DistrictAppraisal.*", "ClusterCoverage.*", "ClusterShare.*"), "counts of firms"),
    "AppraisedFirm.*": "that a firm is on a roster and has a report; its grade has a row of its own",
    **dict.fromkeys(("YearPace.*", "Pace.*", "DayCoverage.*", "YearEndForecast.*"), "counts of a roster"),
    "FirmDesignation.*": "lists that the administration itself puts firms on; the firm is an edge with its own masks",
    "StandardImplementation.*": "how far a firm is with a standard, as certificates tell; what it lacks has rows of its own",
    **dict.fromkeys(("ImplementationFunnel.*", "ImplementationFunnelStep.*"), "counts"),
    "ResultCredential.*": "that a firm handed a result over; to whom, what for and the result have rows of their own",
    **dict.fromkeys(
        ("ExternalResult.batch", "ExternalResult.digest", "ExternalResult.row", "ExternalResult.sender"), "where it came from"
    ),
    **dict.fromkeys(("ResultBatch.*", "BatchFinding.*"), "a file as its sender reads it again; its rows have a row of their own"),
    **{
        f"{name}.{part}": "a thin event: ids and a version; the thing that it leads to has rows of its own"
        for name in ("FollowedEvent", "DiagnosisFollowed", "DirectoryFollowed", "EnterpriseFollowed", "StandardFollowed")
        for part in ("*", "node")
    },
    "Coverage.districts": "counts",
    **{
        f"{name}.*": "what became of a package as a whole; whose results left in it is written down as it leaves"
        for name in ("CounterpartExchange", "PackageReceipt", "PackageSending")
    },
    **{f"WebhookEndpoint.{part}": "of a partner's system, and of no firm" for part in ("*", "url", "keys", "owner")},
    "WebhookKey.*": "as above",
    **dict.fromkeys(("WebhookDelivery.*", "DeliveryAttempt.*"), "that a thin event was sent; it holds ids and a version"),
    **{f"{name}.*": "counts and days of cases" for name in ("Bottleneck", "StageDuration", "ReworkShare", "WorkingDayQuantile")},
    "ReaderCandidate.*": "an expert whom the city named, and of no firm",
    **{f"ProviderCandidate.{one}": "of a provider" for one in ("*", "inDistrict", "ofIndustry", "places", "tier")},
    "ProviderRecord.*": "counts of a provider's cases and comments, which name no firm",
    **{
        f"{name}.*": "what is marked and what a marker gave, of no firm"
        for name in (
            *("AnonymousApplication", "AnonymousDocument", "DimensionMark", "IndustryMark", "Mark", "Marking"),
            "StaffOfIndustry",
        )
    },
    "Marking.marker": "an opaque id",
    **dict.fromkeys([f"ProviderCall.{one}" for one in ("disputed", "drawn", "received", "seed", "version")], "as above"),
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
    """Builders note the field that leads there, so there must be no other way in; contacts, certainty and standing aside."""
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
    assert ways - protected == {"LiaisonNode.contacts", "Duty.contact", "Query.gradeCertainty", "Query.peerStanding"}


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
    granted = city.done("enterprise", "grantConsent", "enterprise { consents { nodes { id } } }", enterprise=ENTERPRISE, **given)
    consent = granted["enterprise"]["consents"]["nodes"][-1]["id"]
    complaint = {"kind": "COMPLAINT", "provider": "p1", "enterprise": ENTERPRISE, "about": diagnosis, "cause": f"{diagnosis}/1"}
    stated = {"asked": "更换诊断师", "grounds": "现场核查时拍摄了配方"}
    opened = city.done("enterprise", "openProceeding", "proceeding { id }", **complaint, **stated)["proceeding"]["id"]
    said = {"diagnosis": diagnosis, "milestone": "REPORT", "kind": "COMPLAINT", "text": "访谈只有十分钟", "anonymous": False}
    feedback = city.done("filler", "giveFeedback", "feedback { id }", **said)["feedback"]["id"]
    gaps = {"enterprise": ENTERPRISE, "standard": "DCMM", "gaps": [{"indicator": "Z01", "text": "无数据管理制度"}]}
    city.done("filler", "listStandardGaps", "", **gaps, diagnosis=diagnosis)
    policy = published(city, "city", GRADE)
    accept(city, scored(city))
    city.done("confirmer", "confirmReport", diagnosis=diagnosis)
    city.done("confirmer", "issueResultCredential", "", enterprise=ENTERPRISE, diagnosis=diagnosis, consent=consent)
    raise_straight_line(city, diagnosis)
    city.done("confirmer", "answerSignal", "", signal="signal/g1", statement="各项确为三级")
    city.done("city", "closeSignal", "", signal="signal/g1", outcome="EXPLAINED", reason="已核对")
    singly = {"Query.diagnosis": diagnosis, "Query.group": "g1", "Query.proceeding": opened, "Query.feedback": feedback}
    singly["Query.signal"] = "signal/g1"
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


# Addresses beside GraphQL

NOT_LOGGED = {
    "/": "a page without data, which asks /graphql",
    "/verify": "as /",
    "/verify/number": "whether a number holds and until when, open to everyone; of no firm",
    "/verify/{number}": "as above",
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
    **dict.fromkeys(("/directory/{provider:path}/why.pdf", "/ratings/{year:int}/{provider:path}.pdf"), "of a provider, of no firm"),
    "/papers/{paper}/{name}": "counts and means that tell of no firm, published for anyone or drafted for city and auditor",
    "/events": "ids, versions and times, as subscriptions tell them",
    "/exports": "counts, columns and digests; each file leaves its own row",
    "/log/checkpoint": "a root hash",
    "/log/proof/inclusion": "hashes",
    "/log/proof/consistency": "hashes",
    "/log/cosignature": "on the way in",
    "/ecosystem/links.csv": "who is linked to whom, which no mask covers, as `EcosystemLink.*`",
    "/certificates/status-list": "two bits a certificate, by its place, open to everyone; of no firm",
    "/results/status-list": "as above, of result credentials",
    **dict.fromkeys(("/.well-known/jwt-vc-issuer", "/.well-known/jwt-vc-issuer/{under:path}"), "a public key"),
}


LOGGED = (
    "/batches/{batch}/findings.xlsx",
    "/files/{sha256}",
    "/diagnoses/{case:path}/questionnaire.xlsx",
    "/process-log.ocel.json",
    "/dossiers/{kind}/{id:path}",
    "/provenance/{id:path}",
    "/audit-trail.jsonl",
    *("/exports/{id}/{name}", "/packages/{package}/{name}", "/policies/{policy}/firms.{form}"),
)


def test_every_plain_route_is_known_to_leave_a_row_or_why_not(city: LiveCity) -> None:
    found = {route.path for route in create_app(city.installation.services).routes if isinstance(route, Route)}
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
