"""Diagnosis 诊断 (plan P3–P6): from opening to a confirmed report, rule by rule; objections in test_objections.py."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain import diagnosis as d
from domain import diagnosis_rules as rules
from domain.diagnosis import Status
from domain.diagnosis_rules import ANSWER_RULES, DIAGNOSES
from domain.language import NOT_FOUND, Command, Elsewhere
from domain.organisations import organisation_stream
from domain.rights import COMMANDS, ROLE_NOT_ALLOWED
from domain.slots import SlotReleased, SlotTaken
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
    uniform,
    verified,
    verify,
    withdrawn,
)
from tests.rules.firms import EDITION
from tests.rules.given import Given, given

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
        ),
        Elsewhere(SLOT, SlotTaken(holder="d1")),
    )


def test_an_enterprise_opens_a_diagnosis_of_itself() -> None:
    given(DIAGNOSES).having_read(WORLD).when(OPENING, "enterprise", "e1").happened("diagnosis.opened.v1", "slot.taken.v1")


def test_an_enterprise_opens_no_diagnosis_of_another() -> None:
    given(DIAGNOSES).having_read(WORLD).when(OPENING, "enterprise", "e2").refused(rules.NOT_YOUR_ENTERPRISE)


def test_a_diagnosis_opens_once() -> None:
    opened().when(OPENING, "city").refused(rules.EXISTS)


def test_a_firm_that_is_on_no_roster_cannot_be_diagnosed() -> None:
    given(DIAGNOSES).having_read(WORLD).when(changed(enterprise="e9"), "city").refused(rules.ENTERPRISE_UNKNOWN)


def test_an_unpublished_edition_cannot_be_used() -> None:
    given(DIAGNOSES).having_read(WORLD).when(changed(edition="2031"), "city").refused(rules.EDITION_UNKNOWN, edition="2031")


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
        "diagnosis.opened.v1", "slot.taken.v1"
    )
    given(DIAGNOSES).having_read(first.read).when(changed(diagnosis="d2", campaign="2025"), "city").happened(
        "diagnosis.opened.v1", "slot.taken.v1"
    )


@pytest.mark.parametrize("ending", [confirmed, withdrawn])
def test_the_slot_is_free_again_once_the_diagnosis_has_ended(ending: object) -> None:
    ended: Given = ending()  # type: ignore[operator]
    assert ended.facts[-1] == Elsewhere(SLOT, SlotReleased(holder="d1"))
    again = given(DIAGNOSES).having_read(ended.read)
    again.when(changed(diagnosis="d2"), "city").happened("diagnosis.opened.v1", "slot.taken.v1")


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


# Self-assessment


def test_only_changed_answers_are_kept_with_their_author_and_the_version_they_replace() -> None:
    three, four = Answer(level=Decimal(3)), Answer(level=Decimal(4))
    case = firm(opened(), save("D1", {"Z01": three, "Z04": three}))
    case.then(
        d.AnswersSaved(
            section="D1",
            answers={
                "Z01": d.AnswerRecorded(answer=three, author="li", replaces=0),
                "Z04": d.AnswerRecorded(answer=three, author="li", replaces=0),
            },
        )
    )
    firm(case, save("D1", {"Z01": four, "Z04": three}, replaces=2)).then(
        d.AnswersSaved(section="D1", answers={"Z01": d.AnswerRecorded(answer=four, author="li", replaces=2)})
    )
    firm(case, save("D1", {"Z01": four, "Z04": three})).then()


def test_two_people_conflict_on_an_answer_and_not_on_the_form() -> None:
    three, four = Answer(level=Decimal(3)), Answer(level=Decimal(4))
    case = firm(opened(), save("D1", {"Z01": three})).accepted
    firm(case, save("D1", {"Z04": three})).happened("diagnosis.answers_saved.v1")
    firm(case, save("D1", {"Z01": four})).refused(rules.ANSWER_CHANGED_MEANWHILE, indicator="Z01")
    firm(case, save("D1", {"Z01": four}, replaces=2)).happened("diagnosis.answers_saved.v1")


@pytest.mark.parametrize(
    ("section", "indicator", "rule"),
    [
        ("D9", "Z01", rules.SECTION_UNKNOWN),
        ("D1", "Q99", rules.INDICATOR_UNKNOWN),
        ("D2", "Z01", rules.INDICATOR_NOT_IN_SECTION),
        ("D1", "Z02", ANSWER_RULES["INDICATOR_NOT_IN_FORM"]),
    ],
)
def test_an_answer_names_an_indicator_of_its_section_and_form(section: str, indicator: str, rule: rules.Rule) -> None:
    answers = {indicator: Answer(level=Decimal(3))}
    firm(opened(), save(section, answers)).refused(rule)
    provider(accepted(), verify(section, answers)).refused(rule)


MALFORMED = [
    ("Z01", Answer(level=Decimal("3.2")), "ANSWER_OFF_SCALE"),
    ("Z01", Answer(numbers={"devices_total": Decimal(1)}), "ANSWER_KIND_WRONG"),
    ("X03", Answer(numbers={"devices_digital": Decimal(5)}), "RAW_NUMBER_MISSING"),
    ("X03", Answer(numbers={"devices_digital": Decimal(5), "devices_total": Decimal(0)}), "RAW_NUMBER_INVALID"),
    ("G06", Answer(choices=("robots",)), "CHOICE_UNKNOWN"),
    ("Z01", Answer(not_applicable=True), "REASON_MISSING"),
]


@pytest.mark.parametrize(("indicator", "answer", "code"), MALFORMED)
def test_a_malformed_answer_is_refused_by_its_own_rule(indicator: str, answer: Answer, code: str) -> None:
    section = EDITION.by_id[indicator].dimension
    firm(opened(), save(section, {indicator: answer})).refused(ANSWER_RULES[code], indicator=indicator)
    provider(accepted(), verify(section, {indicator: answer}, "现场所见")).refused(ANSWER_RULES[code], indicator=indicator)


def test_a_missing_raw_number_is_named_in_both_languages() -> None:
    answers = {"X03": Answer(numbers={"devices_digital": Decimal(5)})}
    refused = firm(opened(), save(EDITION.by_id["X03"].dimension, answers)).outcome
    label = EDITION.by_id["X03"].numbers[1].label
    assert label in refused.says  # type: ignore[union-attr]
    assert "devices_total" in refused.says_in_english  # type: ignore[union-attr]


def test_nothing_is_submitted_while_an_indicator_is_unanswered() -> None:
    answers = uniform(3)
    del answers["Z01"], answers["F08"]
    case = firm(filled(answers), d.PledgeTruth(diagnosis="d1"))
    firm(case, d.SubmitSelfAssessment(diagnosis="d1")).refused(rules.ANSWERS_MISSING, count=2, indicators=["Z01", "F08"])


def test_nothing_is_submitted_without_a_pledge_and_a_changed_answer_asks_for_a_new_one() -> None:
    submit, pledge = d.SubmitSelfAssessment(diagnosis="d1"), d.PledgeTruth(diagnosis="d1")
    firm(filled(), submit).refused(rules.PLEDGE_MISSING)
    case = firm(filled(), pledge).then(d.TruthPledged())
    firm(case, pledge).then()
    firm(case, save("D1", {"Z01": Answer(level=Decimal(2))}, replaces=2)).accepted  # noqa: B018 - a property that asserts
    firm(case, submit).refused(rules.PLEDGE_MISSING)


def test_a_submitted_self_assessment_carries_its_own_measurement() -> None:
    [fact] = submitted().facts
    assert isinstance(fact, d.SelfAssessmentSubmitted)
    assert fact.measured == EDITION.measure(Form.BRIEF, uniform(3))


def test_a_dimension_that_does_not_apply_at_all_cannot_be_scored() -> None:
    nothing = {item.id: ABSENT for item in EDITION.of(Form.BRIEF) if item.dimension == "D1"}
    case = firm(filled(uniform(3) | nothing), d.PledgeTruth(diagnosis="d1"))
    firm(case, d.SubmitSelfAssessment(diagnosis="d1")).refused(rules.DIMENSION_NOT_APPLICABLE, dimensions="D1")
    provider(verified(uniform(3) | nothing), d.ScoreDiagnosis(diagnosis="d1")).refused(rules.DIMENSION_NOT_APPLICABLE)


# Evidence and site visit


def test_evidence_supports_indicators_of_the_form_and_is_kept_once_an_indicator() -> None:
    case = firm(opened(), EVIDENCE).happened("diagnosis.evidence_attached.v1")
    firm(case, EVIDENCE).refused(rules.EVIDENCE_REPEATED)
    more = EVIDENCE.model_copy(update={"indicators": ("Z04", "F08", "F08")})
    [fact] = firm(case, more).facts
    assert isinstance(fact, d.EvidenceAttached)
    assert fact.indicators == ("F08",)
    firm(case, EVIDENCE.model_copy(update={"indicators": ("Z02",)})).refused(rules.INDICATOR_UNKNOWN, indicator="Z02")


def test_a_provider_attaches_evidence_only_to_a_case_it_has_accepted() -> None:
    provider(opened(), EVIDENCE).refused(rules.WRONG_STATUS, status="open")
    provider(submitted(), EVIDENCE).refused(rules.WRONG_STATUS, status="submitted")
    provider(accepted(), EVIDENCE).happened("diagnosis.evidence_attached.v1")


@pytest.mark.parametrize(
    ("at", "visited_on", "future"),
    [
        (datetime(2024, 5, 6, 16, 30, tzinfo=UTC), date(2024, 5, 7), False),  # 00:30 on the 7th in the city
        (datetime(2024, 5, 6, 15, 30, tzinfo=UTC), date(2024, 5, 7), True),
        (datetime(2024, 5, 6, 15, 30, tzinfo=UTC), date(2024, 5, 6), False),
    ],
)
def test_a_visit_lies_not_in_the_future_by_the_citys_day(at: datetime, visited_on: date, future: bool) -> None:  # noqa: FBT001
    case = accepted().when(VISIT.model_copy(update={"visited_on": visited_on}), "provider", "p1", at=at)
    if future:
        case.refused(rules.VISIT_IN_FUTURE)
    else:
        case.happened("diagnosis.site_visit_recorded.v1")


# Verification, scoring, report


def test_a_difference_from_the_firms_answer_is_explained() -> None:
    two = {"Z01": Answer(level=Decimal(2))}
    provider(accepted(), verify("D1", two)).refused(rules.DIFFERENCE_UNEXPLAINED, indicator="Z01")
    provider(accepted(), verify("D1", two, " ")).refused(rules.DIFFERENCE_UNEXPLAINED)
    provider(accepted(), verify("D1", two, "未见季度跟踪记录")).happened("diagnosis.answers_verified.v1")


def test_the_same_answer_in_other_words_is_no_difference() -> None:
    chosen = Answer(choices=("staff", "unit"))
    case = accepted(uniform(3) | {"Z01": ABSENT, "G06": chosen})
    section = EDITION.by_id["G06"].dimension
    provider(case, verify(section, {"G06": Answer(choices=("unit", "staff"))})).happened("diagnosis.answers_verified.v1")
    again = Answer(not_applicable=True, reason="现场确认无此业务")
    provider(case, verify("D1", {"Z01": again})).happened("diagnosis.answers_verified.v1")


def test_what_was_verified_before_is_not_recorded_again_but_a_better_reason_is() -> None:
    two = {"Z01": Answer(level=Decimal(2))}
    case = provider(accepted(), verify("D1", two, "未见记录")).accepted
    provider(case, verify("D1", two, "未见记录")).then()
    provider(case, verify("D1", two, "未见季度跟踪记录")).happened("diagnosis.answers_verified.v1")


def test_nothing_is_scored_while_an_indicator_is_unverified() -> None:
    found = uniform(3)
    del found["F08"]
    provider(verified(found), d.ScoreDiagnosis(diagnosis="d1")).refused(rules.VERIFICATION_MISSING, indicators=["F08"])


def test_self_and_verified_result_measured_and_issued_grade_stay_apart() -> None:
    two = uniform(3) | {"Z01": Answer(level=Decimal(2))}
    [fact] = provider(verified(two, visited=False), d.ScoreDiagnosis(diagnosis="d1")).facts
    assert isinstance(fact, d.DiagnosisScored)
    assert fact.self_measured == EDITION.measure(Form.BRIEF, uniform(3))
    assert fact.verified == EDITION.measure(Form.BRIEF, two)
    assert (fact.verified.grade, fact.issued.grade) == (5, 4)


def test_a_visit_after_scoring_asks_for_a_new_score_before_the_report() -> None:
    case = scored(visited=False)
    assert case.state.issued.grade == 4
    provider(case, VISIT).accepted  # noqa: B018 - a property that asserts
    provider(case, d.IssueReport(diagnosis="d1", file=FILE)).refused(rules.SCORE_OUTDATED)
    provider(case, d.ScoreDiagnosis(diagnosis="d1")).accepted  # noqa: B018
    [fact] = provider(case, d.IssueReport(diagnosis="d1", file=FILE)).facts
    assert isinstance(fact, d.ReportIssued)
    assert (fact.version, fact.grade) == (1, 5)


@pytest.mark.parametrize(
    "late",
    [
        verify("D1", {"Z01": Answer(level=Decimal(2))}, "未见记录"),
        d.RecordExpertReview(diagnosis="d1", conclusion="同意"),
    ],
)
def test_whatever_scoring_looks_at_makes_an_older_score_stale(late: Command) -> None:
    case = send(scored(), late).accepted
    provider(case, d.IssueReport(diagnosis="d1", file=FILE)).refused(rules.SCORE_OUTDATED)


def test_an_expert_review_opens_the_upper_levels() -> None:
    case = accepted(uniform(5))
    for command in (VISIT, *(verify(s, part) for s, part in cases.by_section(uniform(5)).items())):
        case = provider(case, command).accepted
    provider(case, d.ScoreDiagnosis(diagnosis="d1")).accepted  # noqa: B018 - a property that asserts
    assert case.state.issued.grade == 6
    case.when(d.RecordExpertReview(diagnosis="d1", conclusion="同意"), "city").then(
        d.ExpertReviewRecorded(conclusion="同意")
    )
    provider(case, d.ScoreDiagnosis(diagnosis="d1")).accepted  # noqa: B018
    assert case.state.issued.grade == 10


def test_a_report_states_the_verified_total_and_the_issued_grade() -> None:
    [fact] = issued().facts
    result = EDITION.measure(Form.BRIEF, uniform(3))
    assert fact == d.ReportIssued(version=1, file=FILE, total=result.total, grade=5)


def test_a_report_is_confirmed_once_as_a_version_of_its_own() -> None:
    case = confirmed()
    assert case.facts[0] == d.ReportConfirmed(version=2, file=FILE)
    firm(case, d.ConfirmReport(diagnosis="d1", file=FILE)).refused(rules.WRONG_STATUS, status="confirmed")


def test_a_withdrawn_diagnosis_says_why_and_is_closed() -> None:
    case = withdrawn()
    assert case.facts[0] == d.DiagnosisWithdrawn(reason="企业停产")
    firm(case, d.PledgeTruth(diagnosis="d1")).refused(rules.WRONG_STATUS, status="withdrawn")


def test_people_read_a_status_by_its_name() -> None:
    assert set(d.STATUS_NAMES) == set(Status)
    refused = firm(confirmed(), d.PledgeTruth(diagnosis="d1")).outcome
    assert "已确认" in refused.says  # type: ignore[union-attr]
