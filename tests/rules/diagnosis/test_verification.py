"""Verification 核验 (plan P3–P5, S4): evidence, the visit on site, answers as found, the score and the report."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.evidence import (
    EVIDENCE_REPEATED,
    EVIDENCE_TOO_MANY,
    FILES_AT_MOST,
    FILES_OF_THE_PROVIDER,
    EvidenceAttached,
)
from domain.diagnosis.on_site import DIFFERENCE_UNEXPLAINED, VISIT_IN_FUTURE
from domain.diagnosis.report import SCORE_OUTDATED, ConfirmReport, IssueReport, ReportConfirmed, ReportIssued
from domain.diagnosis.scoring import (
    VERIFICATION_MISSING,
    DiagnosisScored,
    ExpertReviewRecorded,
    RecordExpertReview,
    ScoreDiagnosis,
)
from domain.diagnosis.self_assessment import PledgeTruth
from domain.diagnosis.state import WRONG_STATUS
from domain.diagnosis.withdrawal import DiagnosisWithdrawn
from domain.kernel import Command
from standards import Answer, Form
from tests.rules import cases
from tests.rules.cases import (
    EVIDENCE,
    FILE,
    VISIT,
    accepted,
    confirmed,
    firm,
    issued,
    opened,
    provider,
    scored,
    submitted,
    uniform,
    verified,
    verify,
    withdrawn,
)
from tests.rules.firms import EDITION
from tests.rules.given import Given

ABSENT = Answer(not_applicable=True, reason="无此业务")


# Evidence and site visit


def test_evidence_supports_indicators_of_the_form_and_is_kept_once_an_indicator() -> None:
    case = firm(opened(), EVIDENCE).happened("diagnosis.evidence_attached.v1")
    firm(case, EVIDENCE).refused(EVIDENCE_REPEATED)
    more = EVIDENCE.model_copy(update={"indicators": ("Z04", "F08", "F08")})
    [fact] = firm(case, more).facts
    assert isinstance(fact, EvidenceAttached)
    assert fact.indicators == ("F08",)
    firm(case, EVIDENCE.model_copy(update={"indicators": ("Z02",)})).refused(INDICATOR_UNKNOWN, indicator="Z02")
    many = EVIDENCE.model_copy(update={"indicators": ("Z02", "Z01", "Q99")})
    assert firm(case, many).told == {("INDICATOR_UNKNOWN", "indicators.0"), ("INDICATOR_UNKNOWN", "indicators.2")}


@pytest.mark.parametrize(("sent", "most"), [(firm, FILES_AT_MOST), (provider, FILES_AT_MOST + FILES_OF_THE_PROVIDER)])
def test_a_case_takes_so_many_files_and_its_provider_some_more(sent: Callable[[Given, Command], Given], most: int) -> None:
    """Each may be large, each is a row of the report: without an end the report would never be printed."""
    case = accepted()
    files = {(f"{number:064x}", "Z01") for number in range(most - 1)}
    case.state = case.state.model_copy(update={"evidence": frozenset(files)})
    last = sent(case, EVIDENCE).happened("diagnosis.evidence_attached.v1")
    sent(last, EVIDENCE.model_copy(update={"sha256": "f" * 64})).refused(EVIDENCE_TOO_MANY, most=most)
    sent(last, EVIDENCE.model_copy(update={"indicators": ("F08",)})).happened("diagnosis.evidence_attached.v1")


def test_a_provider_attaches_evidence_only_to_a_case_it_has_accepted() -> None:
    provider(opened(), EVIDENCE).refused(WRONG_STATUS, status="open")
    provider(submitted(), EVIDENCE).refused(WRONG_STATUS, status="submitted")
    provider(accepted(), EVIDENCE).happened("diagnosis.evidence_attached.v1")


@pytest.mark.parametrize(
    ("at", "visited_on", "future"),
    [
        (datetime(2024, 5, 6, 16, 30, tzinfo=UTC), date(2024, 5, 7), False),  # 00:30 on the 7th in the city
        (datetime(2024, 5, 6, 15, 30, tzinfo=UTC), date(2024, 5, 7), True),
        (datetime(2024, 5, 6, 15, 30, tzinfo=UTC), date(2024, 5, 6), False),
    ],
)
def test_a_visit_lies_not_in_the_future_by_the_citys_day(at: datetime, visited_on: date, future: bool) -> None:  # noqa: FBT001 - a case of the test
    case = accepted().when(VISIT.model_copy(update={"visited_on": visited_on}), "provider", "p1", at=at)
    if future:
        case.refused(VISIT_IN_FUTURE)
    else:
        case.happened("diagnosis.site_visit_recorded.v2", "stage.began.v2")


# Verification, scoring, report


def test_a_difference_from_the_firms_answer_is_explained() -> None:
    two = {"Z01": Answer(level=Decimal(2))}
    provider(accepted(), verify("D1", two)).refused(DIFFERENCE_UNEXPLAINED, indicator="Z01")
    provider(accepted(), verify("D1", two, " ")).refused(DIFFERENCE_UNEXPLAINED)
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
    provider(verified(found), ScoreDiagnosis(diagnosis="d1")).refused(VERIFICATION_MISSING, indicators=["F08"])


def test_self_and_verified_result_measured_and_issued_grade_stay_apart() -> None:
    two = uniform(3) | {"Z01": Answer(level=Decimal(2))}
    [fact] = provider(verified(two, visited=False), ScoreDiagnosis(diagnosis="d1")).facts
    assert isinstance(fact, DiagnosisScored)
    assert fact.self_measured == EDITION.measure(Form.BRIEF, uniform(3))
    assert fact.verified == EDITION.measure(Form.BRIEF, two)
    assert (fact.verified.grade, fact.issued.grade) == (5, 4)


def test_a_visit_after_scoring_asks_for_a_new_score_before_the_report() -> None:
    case = scored(visited=False)
    assert case.state.issued.grade == 4
    provider(case, VISIT).accepted  # noqa: B018 - a property that asserts
    provider(case, IssueReport(diagnosis="d1")).refused(SCORE_OUTDATED)
    provider(case, ScoreDiagnosis(diagnosis="d1")).accepted  # noqa: B018 - refuses to be read where it was refused
    fact, _stage = provider(case, IssueReport(diagnosis="d1")).facts
    assert isinstance(fact, ReportIssued)
    assert (fact.version, fact.grade) == (1, 5)


@pytest.mark.parametrize(
    ("late", "role", "organisation"),
    [
        (verify("D1", {"Z01": Answer(level=Decimal(2))}, "未见记录"), "provider", "p1"),
        (RecordExpertReview(diagnosis="d1", conclusion="同意"), "city", "city"),
    ],
)
def test_whatever_scoring_looks_at_makes_an_older_score_stale(late: Command, role: str, organisation: str) -> None:
    case = scored().when(late, role, organisation).accepted
    provider(case, IssueReport(diagnosis="d1")).refused(SCORE_OUTDATED)


def test_an_expert_review_opens_the_upper_levels() -> None:
    case = accepted(uniform(5))
    for command in (VISIT, *(verify(s, part) for s, part in cases.by_section(uniform(5)).items())):
        case = provider(case, command).accepted
    provider(case, ScoreDiagnosis(diagnosis="d1")).accepted  # noqa: B018 - a property that asserts
    assert case.state.issued.grade == 6
    case.when(RecordExpertReview(diagnosis="d1", conclusion="同意"), "city").then(
        ExpertReviewRecorded(conclusion="同意")
    )
    provider(case, ScoreDiagnosis(diagnosis="d1")).accepted  # noqa: B018 - refuses to be read where it was refused
    assert case.state.issued.grade == 10


def test_a_report_states_the_verified_total_and_the_issued_grade() -> None:
    fact, _stage = issued().facts
    result = EDITION.measure(Form.BRIEF, uniform(3))
    assert fact == ReportIssued(version=1, file=FILE, total=result.total, grade=5)


def test_a_report_is_confirmed_once_as_a_version_of_its_own() -> None:
    case = confirmed()
    assert case.facts[0] == ReportConfirmed(version=2, file=FILE)
    firm(case, ConfirmReport(diagnosis="d1")).refused(WRONG_STATUS, status="confirmed")


def test_a_withdrawn_diagnosis_says_why_and_is_closed() -> None:
    case = withdrawn()
    assert case.facts[0] == DiagnosisWithdrawn(reason="企业停产")
    firm(case, PledgeTruth(diagnosis="d1")).refused(WRONG_STATUS, status="withdrawn")
