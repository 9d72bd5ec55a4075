"""Diagnosis 诊断 (plan P3–P6): from opening to a confirmed report, rule by rule; objections in test_objections.py."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.arbitration import DecideArbitration, GiveArbiterOpinion, RequestArbitration, SettleArbitration
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.deferrals import DeferQuestions, ResumeQuestions
from domain.diagnosis.evidence import AttachEvidence
from domain.diagnosis.filing import FileReport
from domain.diagnosis.objections import AnswerObjections, ObjectToReport
from domain.diagnosis.on_site import RecordSiteVisit, VerifyAnswers
from domain.diagnosis.opening import (
    ACTIVE_ALREADY,
    CAMPAIGN_AHEAD,
    ENTERPRISE_UNKNOWN,
    EXISTS,
    NOT_YOUR_ENTERPRISE,
    SAMPLE_BY_CITY,
    DiagnosisOpened,
    OpenDiagnosis,
)
from domain.diagnosis.prefill import TakePrefill
from domain.diagnosis.provider import (
    NOT_ASSIGNED,
    PROVIDER_OTHER_INDUSTRY,
    PROVIDER_RETIRED,
    PROVIDER_UNKNOWN,
    AcceptDiagnosis,
    AssignProvider,
    DiagnosisAccepted,
    ProviderAssigned,
)
from domain.diagnosis.readings import AppointReader, RecordReading
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.review import HandInReport, ReviewReport
from domain.diagnosis.scoring import RecordExpertReview, ScoreDiagnosis
from domain.diagnosis.self_assessment import PledgeTruth, SaveAnswers, SubmitSelfAssessment
from domain.diagnosis.state import IN_PROGRESS, STATUS_NAMES, WRONG_STATUS, Deferral, Purpose, Status
from domain.diagnosis.submission import TakeInSubmission
from domain.diagnosis.visits import (
    AgreeToVisit,
    CancelVisit,
    CloseSiteVisit,
    DeclineVisit,
    PlanSiteVisit,
    RecordInterview,
    SignInOnSite,
)
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.diagnosis.workbook import TakeInWorkbook
from domain.events import COMMANDS
from domain.instants import city_day
from domain.kernel import NOT_FOUND, Command, OnStream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.reservations import ReservationReleased, ReservationTaken
from domain.standard.editions import EDITION_UNKNOWN
from standards import Answer, Form
from tests.rules import cases, visits
from tests.rules.cases import (
    EVIDENCE,
    OPENING,
    VISIT,
    WORLD,
    accepted,
    confirmed,
    filled,
    firm,
    issued,
    objected,
    opened,
    provider,
    save,
    scored,
    submitted,
    verify,
    withdrawn,
)
from tests.rules.diagnosis import test_arbitration, test_readings
from tests.rules.firms import EDITION
from tests.rules.given import AT, Given, given

SLOT = "slot/active-diagnosis/e1/2024/initial"
ABSENT = Answer(not_applicable=True, reason="无此业务")


def changed(**changes: object) -> OpenDiagnosis:
    return OpenDiagnosis.model_validate(OPENING.model_dump() | changes)


# Opening


def test_a_diagnosis_opens_under_a_published_edition_which_it_pins_and_takes_its_slot() -> None:
    case = given(DIAGNOSES).having_read(WORLD).when(OPENING, "city")
    assert case.facts[:2] == (
        DiagnosisOpened(
            enterprise="e1",
            campaign="2024",
            purpose=Purpose.INITIAL,
            form=Form.BRIEF,
            edition="2023",
            edition_digest=EDITION.digest,
            provider="p1",
            applicable=None,
            reason=None,
        ),
        OnStream(SLOT, ReservationTaken(holder="d1")),
    )


def test_an_enterprise_opens_a_diagnosis_of_itself() -> None:
    case = given(DIAGNOSES).having_read(WORLD).when(OPENING, "enterprise", "e1")
    case.happened("diagnosis.opened.v2", "slot.taken.v1", "stage.began.v2")


def test_an_enterprise_opens_no_diagnosis_of_another() -> None:
    given(DIAGNOSES).having_read(WORLD).when(OPENING, "enterprise", "e2").refused(NOT_YOUR_ENTERPRISE)


@pytest.mark.parametrize("role", ["district", "subdistrict", "park", "enterprise"])
def test_a_sampled_reassessment_is_opened_by_the_city_alone(role: str) -> None:
    sample = changed(purpose="sample")
    unit = "e1" if role == "enterprise" else "unit"
    given(DIAGNOSES).having_read(WORLD).when(sample, role, unit).refused(SAMPLE_BY_CITY)
    given(DIAGNOSES).having_read(WORLD).when(sample, "city").happened("diagnosis.opened.v2", "slot.taken.v1", "stage.began.v2")


def test_a_diagnosis_opens_once() -> None:
    opened().when(OPENING, "city").refused(EXISTS)


def test_a_firm_that_is_on_no_roster_cannot_be_diagnosed() -> None:
    given(DIAGNOSES).having_read(WORLD).when(changed(enterprise="e9"), "city").refused(ENTERPRISE_UNKNOWN)


def test_an_unpublished_edition_cannot_be_used() -> None:
    given(DIAGNOSES).having_read(WORLD).when(changed(edition="2031"), "city").refused(EDITION_UNKNOWN, edition="2031")


@pytest.mark.parametrize("organisation", ["p9", "310117"])
def test_only_a_provider_can_be_assigned(organisation: str) -> None:
    case = given(DIAGNOSES).having_read(WORLD)
    case.when(changed(provider=organisation), "city").refused(PROVIDER_UNKNOWN, provider=organisation)
    opened().when(AssignProvider(diagnosis="d1", provider=organisation), "city").refused(PROVIDER_UNKNOWN)


def test_a_firm_has_one_active_diagnosis_for_a_campaign_and_purpose() -> None:
    first = opened()
    second = given(DIAGNOSES).having_read(first.read)
    second.when(changed(diagnosis="d2"), "city").refused(ACTIVE_ALREADY)
    given(DIAGNOSES).having_read(first.read).when(changed(diagnosis="d2", purpose="repeat"), "city").happened(
        "diagnosis.opened.v2", "slot.taken.v1", "stage.began.v2"
    )
    given(DIAGNOSES).having_read(first.read).when(changed(diagnosis="d2", campaign="2024-2"), "city").happened(
        "diagnosis.opened.v2", "slot.taken.v1", "stage.began.v2"
    )


@pytest.mark.parametrize("ending", [confirmed, withdrawn])
def test_the_slot_is_free_again_once_the_diagnosis_has_ended(ending: object) -> None:
    ended: Given = ending()  # type: ignore[operator]
    assert ended.facts[1] == OnStream(SLOT, ReservationReleased(holder="d1"))
    again = given(DIAGNOSES).having_read(ended.read)
    again.when(changed(diagnosis="d2"), "city").happened("diagnosis.opened.v2", "slot.taken.v1", "stage.began.v2")


# Order and roles


ABOUT_A_CASE: dict[type[Command], Command] = {
    AssignProvider: AssignProvider(diagnosis="d1", provider="p2"),
    SaveAnswers: save("D1", {"Z01": Answer(level=Decimal(4))}),
    TakeInWorkbook: TakeInWorkbook(
        diagnosis="d1", sha256="a" * 64, of_case="d1", edition_digest=EDITION.digest, of_version=1, answers={}
    ),
    TakeInSubmission: TakeInSubmission(
        diagnosis="d1", sha256="a" * 64, instance="i", of_case="d1", edition_digest=EDITION.digest, of_version=1, findings={}
    ),
    TakePrefill: TakePrefill(diagnosis="d1", assessment="a1", indicators=("Z01",)),
    DeferQuestions: DeferQuestions(diagnosis="d1", indicators=("Z01",), deferral=Deferral.COME_BACK_LATER),
    ResumeQuestions: ResumeQuestions(diagnosis="d1", indicators=("Z01",)),
    PledgeTruth: PledgeTruth(diagnosis="d1"),
    SubmitSelfAssessment: SubmitSelfAssessment(diagnosis="d1"),
    AcceptDiagnosis: AcceptDiagnosis(diagnosis="d1"),
    AttachEvidence: EVIDENCE,
    RecordSiteVisit: VISIT,
    PlanSiteVisit: visits.PLAN,
    AgreeToVisit: visits.AGREE,
    DeclineVisit: DeclineVisit(diagnosis="d1", reason="当日停产"),
    CancelVisit: CancelVisit(diagnosis="d1", reason="改期"),
    SignInOnSite: visits.SIGN_IN,
    RecordInterview: visits.interview("生产"),
    CloseSiteVisit: visits.CLOSE,
    VerifyAnswers: verify("D1", {"Z01": Answer(level=Decimal(3))}),
    RecordExpertReview: RecordExpertReview(diagnosis="d1", conclusion="同意"),
    ScoreDiagnosis: ScoreDiagnosis(diagnosis="d1"),
    HandInReport: cases.HAND_IN,
    ReviewReport: cases.reviewed(),
    IssueReport: IssueReport(diagnosis="d1"),
    ConfirmReport: ConfirmReport(diagnosis="d1"),
    ObjectToReport: cases.objection("Z01"),
    AnswerObjections: cases.answered(Z01=True),
    RequestArbitration: test_arbitration.request("Z01"),
    GiveArbiterOpinion: test_arbitration.opinion(Z01=None),
    DecideArbitration: test_arbitration.DECIDE,
    SettleArbitration: test_arbitration.SETTLE,
    FileReport: FileReport(diagnosis="d1"),
    AppointReader: test_readings.APPOINT,
    RecordReading: test_readings.READ,
    WithdrawDiagnosis: WithdrawDiagnosis(diagnosis="d1", reason="企业停产"),
}
OPEN_ONLY = {SaveAnswers, TakeInWorkbook, TakePrefill, DeferQuestions, ResumeQuestions, PledgeTruth, SubmitSelfAssessment}
ON_SITE = {PlanSiteVisit, AgreeToVisit, DeclineVisit, CancelVisit, SignInOnSite, RecordInterview, CloseSiteVisit}
PROVIDERS_WORK = ON_SITE | {TakeInSubmission, RecordSiteVisit, VerifyAnswers, RecordExpertReview, ScoreDiagnosis}
ALLOWED: dict[Status, set[type[Command]]] = {
    Status.OPEN: OPEN_ONLY | {AssignProvider, AttachEvidence, WithdrawDiagnosis},
    Status.SUBMITTED: {AssignProvider, AcceptDiagnosis, AttachEvidence, WithdrawDiagnosis},
    Status.ACCEPTED: PROVIDERS_WORK | {AttachEvidence, WithdrawDiagnosis},
    Status.SCORED: PROVIDERS_WORK | {HandInReport, ReviewReport, IssueReport, WithdrawDiagnosis},
    Status.ISSUED: {ConfirmReport, ObjectToReport, RequestArbitration, WithdrawDiagnosis},
    Status.OBJECTED: {AttachEvidence, AnswerObjections, GiveArbiterOpinion, DecideArbitration, WithdrawDiagnosis},
    Status.CONFIRMED: {FileReport, AppointReader, RecordReading},
    Status.WITHDRAWN: set(),
}
"""Which command may be sent in which status, by the role that sends it first; the firm's word on evidence."""

REACHED = {
    Status.OPEN: filled,
    Status.SUBMITTED: submitted,
    Status.ACCEPTED: accepted,
    Status.SCORED: scored,
    Status.ISSUED: issued,
    Status.OBJECTED: objected,
    Status.CONFIRMED: confirmed,
    Status.WITHDRAWN: withdrawn,
}
SENDER = {"enterprise": "e1", "provider": "p1", "city": "city", "arbiter": "experts", "reader": "experts", "system": ""}
SENDER |= {"district": "310117"}


def send(case: Given, command: Command) -> Given:
    roles = COMMANDS[type(command).__name__]
    role = next(role for role in SENDER if role in roles)
    return case.when(command, role, SENDER[role])


@pytest.mark.parametrize("command", ABOUT_A_CASE, ids=lambda command: command.__name__)
@pytest.mark.parametrize("status", Status)
def test_a_command_is_taken_in_its_own_statuses_and_refused_in_every_other(
    status: Status, command: type[Command]
) -> None:
    case = REACHED[status]()
    assert case.state.status is status
    result = send(case, ABOUT_A_CASE[command])
    if command is SettleArbitration:
        assert result.facts == (), "the program asks, and nothing is to be settled"
    elif command not in ALLOWED[status]:
        result.refused(WRONG_STATUS, status=status.value)
    else:
        assert getattr(result.outcome, "rule", None) is not WRONG_STATUS


def test_every_command_has_its_place_in_the_order() -> None:
    assert {*ABOUT_A_CASE, OpenDiagnosis} == set(DIAGNOSES.commands)


@pytest.mark.parametrize("command", ABOUT_A_CASE, ids=lambda command: command.__name__)
def test_a_role_without_the_right_is_refused_whatever_the_status(command: type[Command]) -> None:
    for status in (Status.OPEN, Status.ACCEPTED, Status.ISSUED):
        REACHED[status]().when(ABOUT_A_CASE[command], "auditor").refused(ROLE_NOT_ALLOWED, role="auditor")


@pytest.mark.parametrize("command", ABOUT_A_CASE, ids=lambda command: command.__name__)
def test_a_diagnosis_that_was_never_opened_is_not_found(command: type[Command]) -> None:
    send(given(DIAGNOSES).having_read(WORLD), ABOUT_A_CASE[command]).refused(NOT_FOUND)


@pytest.mark.parametrize(
    ("status", "command"),
    [
        (Status.SUBMITTED, AcceptDiagnosis),
        (Status.ACCEPTED, AttachEvidence),
        (Status.ACCEPTED, RecordSiteVisit),
        (Status.ACCEPTED, VerifyAnswers),
        (Status.ACCEPTED, ScoreDiagnosis),
        (Status.SCORED, IssueReport),
        (Status.OBJECTED, AnswerObjections),
    ],
)
def test_a_providers_work_is_done_by_the_assigned_provider_only(status: Status, command: type[Command]) -> None:
    REACHED[status]().when(ABOUT_A_CASE[command], "provider", "p2").refused(NOT_ASSIGNED)


# Providers come and go until one has accepted


def test_a_provider_is_replaced_until_one_has_accepted() -> None:
    case = submitted().when(AssignProvider(diagnosis="d1", provider="p2"), "district", "310117")
    case.then(ProviderAssigned(provider="p2"))
    provider(case, AcceptDiagnosis(diagnosis="d1")).refused(NOT_ASSIGNED)
    assert case.when(AcceptDiagnosis(diagnosis="d1"), "provider", "p2").facts[0] == DiagnosisAccepted(provider="p2")
    case.when(AssignProvider(diagnosis="d1", provider="p1"), "city").refused(WRONG_STATUS)


def test_naming_the_same_provider_again_changes_nothing() -> None:
    opened().when(AssignProvider(diagnosis="d1", provider="p1"), "city").then()


def test_a_diagnosis_without_a_provider_waits_for_one() -> None:
    case = opened(provider=None)
    assert organisation_stream("p1") not in DIAGNOSES.reads(PledgeTruth(diagnosis="d1"), case.state)
    case.when(AssignProvider(diagnosis="d1", provider="p1"), "city").then(ProviderAssigned(provider="p1"))


def test_people_read_a_status_by_its_name() -> None:
    assert set(STATUS_NAMES) == {*Status, IN_PROGRESS}
    refused = firm(confirmed(), PledgeTruth(diagnosis="d1")).outcome
    assert "已确认" in refused.says  # type: ignore[union-attr]


def test_a_provider_is_matched_to_the_industry_of_the_firm_when_named_at_opening_and_later() -> None:
    serving = {
        organisation_stream(name): Organisation(kind=OrganisationKind.PROVIDER, name=name, industries=industries)
        for name, industries in {"p-consumer": ("C17", "C18"), "p-equipment": ("C34", "C35"), "p-unsaid": ()}.items()
    }
    naming = OPENING.model_copy(update={"provider": "p-consumer"})
    case = given(DIAGNOSES).having_read(WORLD | serving)
    case.when(naming, "city").refused(PROVIDER_OTHER_INDUSTRY, division="C34", path="provider")
    later = opened(provider=None).having_read(serving)
    assign = AssignProvider(diagnosis="d1", provider="p-consumer")
    later.when(assign, "city").refused(PROVIDER_OTHER_INDUSTRY, served="C17、C18")
    for provider_named in ("p-equipment", "p-unsaid"):
        assert later.when(assign.model_copy(update={"provider": provider_named}), "city").accepted


def test_a_retired_provider_gets_no_new_work_and_finishes_what_it_has() -> None:
    last = city_day(AT)
    stays = {organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="示例", last=last)}
    gone = {organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="示例", last=last - timedelta(days=1))}
    naming = OPENING.model_copy(update={"provider": "p1"})
    case = given(DIAGNOSES).having_read(WORLD | stays).when(naming, "city")
    case.happened("diagnosis.opened.v2", "slot.taken.v1", "stage.began.v2")
    given(DIAGNOSES).having_read(WORLD | gone).when(naming, "city").refused(PROVIDER_RETIRED, path="provider")
    assign = AssignProvider(diagnosis="d1", provider="p1")
    opened(provider=None).having_read(gone).when(assign, "city").refused(PROVIDER_RETIRED)
    provider(submitted().having_read(gone), AcceptDiagnosis(diagnosis="d1")).refused(PROVIDER_RETIRED)
    provider(accepted().having_read(gone), VISIT).happened("diagnosis.site_visit_recorded.v2", "stage.began.v2")


@pytest.mark.parametrize("campaign", ["2099", "2025", "2025-spring"])
def test_no_diagnosis_is_opened_for_a_year_that_has_not_begun(campaign: str) -> None:
    case = given(DIAGNOSES).having_read(WORLD)
    case.when(changed(campaign=campaign), "city").refused(CAMPAIGN_AHEAD, path="campaign", latest=2024)


@pytest.mark.parametrize("campaign", ["2024", "2023-autumn", "pilot", "20250101", "2099ab41"])
def test_a_campaign_of_a_year_that_has_begun_or_of_no_year_is_opened(campaign: str) -> None:
    given(DIAGNOSES).having_read(WORLD).when(changed(campaign=campaign), "city").accepted  # noqa: B018 - a property that asserts
