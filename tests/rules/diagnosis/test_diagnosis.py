"""Diagnosis 诊断 (plan P3–P6): from opening to a confirmed report, rule by rule; objections in test_objections.py."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis import case as d
from domain.diagnosis import rules
from domain.diagnosis.case import Status
from domain.diagnosis.rules import DIAGNOSES
from domain.events import COMMANDS
from domain.kernel import NOT_FOUND, Command, OnStream, city_day
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.reservations import ReservationReleased, ReservationTaken
from domain.standard.editions import EDITION_UNKNOWN
from standards import Answer, Form
from tests.rules import cases
from tests.rules.cases import (
    EVIDENCE,
    FILE,
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
from tests.rules.firms import EDITION
from tests.rules.given import AT, Given, given

SLOT = "slot/active-diagnosis/e1/2024/initial"
ABSENT = Answer(not_applicable=True, reason="无此业务")


def changed(**changes: object) -> d.OpenDiagnosis:
    return d.OpenDiagnosis.model_validate(OPENING.model_dump() | changes)


# Opening


def test_a_diagnosis_opens_under_a_published_edition_which_it_pins_and_takes_its_slot() -> None:
    given(DIAGNOSES).having_read(WORLD).when(OPENING, "city").then(
        d.DiagnosisOpened(
            enterprise="e1",
            campaign="2024",
            purpose=d.Purpose.INITIAL,
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
    given(DIAGNOSES).having_read(WORLD).when(OPENING, "enterprise", "e1").happened("diagnosis.opened.v2", "slot.taken.v1")


def test_an_enterprise_opens_no_diagnosis_of_another() -> None:
    given(DIAGNOSES).having_read(WORLD).when(OPENING, "enterprise", "e2").refused(rules.NOT_YOUR_ENTERPRISE)


@pytest.mark.parametrize("role", ["district", "subdistrict", "park", "enterprise"])
def test_a_sampled_reassessment_is_opened_by_the_city_alone(role: str) -> None:
    sample = changed(purpose="sample")
    unit = "e1" if role == "enterprise" else "unit"
    given(DIAGNOSES).having_read(WORLD).when(sample, role, unit).refused(rules.SAMPLE_BY_CITY)
    given(DIAGNOSES).having_read(WORLD).when(sample, "city").happened("diagnosis.opened.v2", "slot.taken.v1")


def test_a_diagnosis_opens_once() -> None:
    opened().when(OPENING, "city").refused(rules.EXISTS)


def test_a_firm_that_is_on_no_roster_cannot_be_diagnosed() -> None:
    given(DIAGNOSES).having_read(WORLD).when(changed(enterprise="e9"), "city").refused(rules.ENTERPRISE_UNKNOWN)


def test_an_unpublished_edition_cannot_be_used() -> None:
    given(DIAGNOSES).having_read(WORLD).when(changed(edition="2031"), "city").refused(EDITION_UNKNOWN, edition="2031")


@pytest.mark.parametrize("organisation", ["p9", "310117"])
def test_only_a_provider_can_be_assigned(organisation: str) -> None:
    case = given(DIAGNOSES).having_read(WORLD)
    case.when(changed(provider=organisation), "city").refused(rules.PROVIDER_UNKNOWN, provider=organisation)
    opened().when(d.AssignProvider(diagnosis="d1", provider=organisation), "city").refused(rules.PROVIDER_UNKNOWN)


def test_a_firm_has_one_active_diagnosis_for_a_campaign_and_purpose() -> None:
    first = opened()
    second = given(DIAGNOSES).having_read(first.read)
    second.when(changed(diagnosis="d2"), "city").refused(rules.ACTIVE_ALREADY)
    given(DIAGNOSES).having_read(first.read).when(changed(diagnosis="d2", purpose="repeat"), "city").happened(
        "diagnosis.opened.v2", "slot.taken.v1"
    )
    given(DIAGNOSES).having_read(first.read).when(changed(diagnosis="d2", campaign="2025"), "city").happened(
        "diagnosis.opened.v2", "slot.taken.v1"
    )


@pytest.mark.parametrize("ending", [confirmed, withdrawn])
def test_the_slot_is_free_again_once_the_diagnosis_has_ended(ending: object) -> None:
    ended: Given = ending()  # type: ignore[operator]
    assert ended.facts[-1] == OnStream(SLOT, ReservationReleased(holder="d1"))
    again = given(DIAGNOSES).having_read(ended.read)
    again.when(changed(diagnosis="d2"), "city").happened("diagnosis.opened.v2", "slot.taken.v1")


# Order and roles


ABOUT_A_CASE: dict[type[Command], Command] = {
    d.AssignProvider: d.AssignProvider(diagnosis="d1", provider="p2"),
    d.SaveAnswers: save("D1", {"Z01": Answer(level=Decimal(4))}),
    d.PledgeTruth: d.PledgeTruth(diagnosis="d1"),
    d.SubmitSelfAssessment: d.SubmitSelfAssessment(diagnosis="d1"),
    d.AcceptDiagnosis: d.AcceptDiagnosis(diagnosis="d1"),
    d.AttachEvidence: EVIDENCE,
    d.RecordSiteVisit: VISIT,
    d.VerifyAnswers: verify("D1", {"Z01": Answer(level=Decimal(3))}),
    d.RecordExpertReview: d.RecordExpertReview(diagnosis="d1", conclusion="同意"),
    d.ScoreDiagnosis: d.ScoreDiagnosis(diagnosis="d1"),
    d.IssueReport: d.IssueReport(diagnosis="d1", file=FILE),
    d.ConfirmReport: d.ConfirmReport(diagnosis="d1", file=FILE),
    d.ObjectToReport: cases.objection("Z01"),
    d.AnswerObjections: cases.answered(Z01=True),
    d.WithdrawDiagnosis: d.WithdrawDiagnosis(diagnosis="d1", reason="企业停产"),
}
OPEN_ONLY = {d.SaveAnswers, d.PledgeTruth, d.SubmitSelfAssessment}
PROVIDERS_WORK = {d.RecordSiteVisit, d.VerifyAnswers, d.RecordExpertReview, d.ScoreDiagnosis}
ALLOWED: dict[Status, set[type[Command]]] = {
    Status.OPEN: OPEN_ONLY | {d.AssignProvider, d.AttachEvidence, d.WithdrawDiagnosis},
    Status.SUBMITTED: {d.AssignProvider, d.AcceptDiagnosis, d.AttachEvidence, d.WithdrawDiagnosis},
    Status.ACCEPTED: PROVIDERS_WORK | {d.AttachEvidence, d.WithdrawDiagnosis},
    Status.SCORED: PROVIDERS_WORK | {d.IssueReport, d.WithdrawDiagnosis},
    Status.ISSUED: {d.ConfirmReport, d.ObjectToReport, d.WithdrawDiagnosis},
    Status.OBJECTED: {d.AttachEvidence, d.AnswerObjections, d.WithdrawDiagnosis},
    Status.CONFIRMED: set(),
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
SENDER = {"enterprise": "e1", "provider": "p1", "city": "city"}


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
    if command not in ALLOWED[status]:
        result.refused(rules.WRONG_STATUS, status=status.value)
    else:
        assert getattr(result.outcome, "rule", None) is not rules.WRONG_STATUS


def test_every_command_has_its_place_in_the_order() -> None:
    assert {*ABOUT_A_CASE, d.OpenDiagnosis} == set(DIAGNOSES.commands)


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
        (Status.SUBMITTED, d.AcceptDiagnosis),
        (Status.ACCEPTED, d.AttachEvidence),
        (Status.ACCEPTED, d.RecordSiteVisit),
        (Status.ACCEPTED, d.VerifyAnswers),
        (Status.ACCEPTED, d.ScoreDiagnosis),
        (Status.SCORED, d.IssueReport),
        (Status.OBJECTED, d.AnswerObjections),
    ],
)
def test_a_providers_work_is_done_by_the_assigned_provider_only(status: Status, command: type[Command]) -> None:
    REACHED[status]().when(ABOUT_A_CASE[command], "provider", "p2").refused(rules.NOT_ASSIGNED)


# Providers come and go until one has accepted


def test_a_provider_is_replaced_until_one_has_accepted() -> None:
    case = submitted().when(d.AssignProvider(diagnosis="d1", provider="p2"), "district", "310117")
    case.then(d.ProviderAssigned(provider="p2"))
    provider(case, d.AcceptDiagnosis(diagnosis="d1")).refused(rules.NOT_ASSIGNED)
    case.when(d.AcceptDiagnosis(diagnosis="d1"), "provider", "p2").then(d.DiagnosisAccepted(provider="p2"))
    case.when(d.AssignProvider(diagnosis="d1", provider="p1"), "city").refused(rules.WRONG_STATUS)


def test_naming_the_same_provider_again_changes_nothing() -> None:
    opened().when(d.AssignProvider(diagnosis="d1", provider="p1"), "city").then()


def test_a_diagnosis_without_a_provider_waits_for_one() -> None:
    case = opened(provider=None)
    assert organisation_stream("p1") not in DIAGNOSES.reads(d.PledgeTruth(diagnosis="d1"), case.state)
    case.when(d.AssignProvider(diagnosis="d1", provider="p1"), "city").then(d.ProviderAssigned(provider="p1"))


def test_people_read_a_status_by_its_name() -> None:
    assert set(d.STATUS_NAMES) == {*Status, d.IN_PROGRESS}
    refused = firm(confirmed(), d.PledgeTruth(diagnosis="d1")).outcome
    assert "已确认" in refused.says  # type: ignore[union-attr]


def test_a_provider_is_matched_to_the_industry_of_the_firm_when_named_at_opening_and_later() -> None:
    serving = {
        organisation_stream(name): Organisation(kind=OrganisationKind.PROVIDER, name=name, industries=industries)
        for name, industries in {"p-consumer": ("C17", "C18"), "p-equipment": ("C34", "C35"), "p-unsaid": ()}.items()
    }
    naming = OPENING.model_copy(update={"provider": "p-consumer"})
    case = given(DIAGNOSES).having_read(WORLD | serving)
    case.when(naming, "city").refused(rules.PROVIDER_OTHER_INDUSTRY, division="C34", path="provider")
    later = opened(provider=None).having_read(serving)
    assign = d.AssignProvider(diagnosis="d1", provider="p-consumer")
    later.when(assign, "city").refused(rules.PROVIDER_OTHER_INDUSTRY, served="C17、C18")
    for provider_named in ("p-equipment", "p-unsaid"):
        assert later.when(assign.model_copy(update={"provider": provider_named}), "city").accepted


def test_a_retired_provider_gets_no_new_work_and_finishes_what_it_has() -> None:
    last = city_day(AT)
    stays = {organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="示例", last=last)}
    gone = {organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="示例", last=last - timedelta(days=1))}
    naming = OPENING.model_copy(update={"provider": "p1"})
    given(DIAGNOSES).having_read(WORLD | stays).when(naming, "city").happened("diagnosis.opened.v2", "slot.taken.v1")
    given(DIAGNOSES).having_read(WORLD | gone).when(naming, "city").refused(rules.PROVIDER_RETIRED, path="provider")
    assign = d.AssignProvider(diagnosis="d1", provider="p1")
    opened(provider=None).having_read(gone).when(assign, "city").refused(rules.PROVIDER_RETIRED)
    provider(submitted().having_read(gone), d.AcceptDiagnosis(diagnosis="d1")).refused(rules.PROVIDER_RETIRED)
    provider(accepted().having_read(gone), VISIT).happened("diagnosis.site_visit_recorded.v1")
