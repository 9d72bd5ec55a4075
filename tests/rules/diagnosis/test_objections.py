"""Objections 异议 (plan P6): item by item, each answered, the upheld ones verified again, and no item twice."""

from decimal import Decimal

import pytest

from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.evidence import AttachEvidence
from domain.diagnosis.objections import OBJECTION_NOT_OPEN, OBJECTION_REPEATED, OBJECTION_UNANSWERED, AnswerObjections
from domain.diagnosis.on_site import VERIFICATION_CLOSED
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.report import ConfirmReport, IssueReport, ReportIssued
from domain.diagnosis.scoring import VERIFICATION_MISSING, ScoreDiagnosis
from domain.diagnosis.state import NEXT_STEPS, STEP_PAST, WRONG_STATUS, Status
from standards import Answer
from tests.rules.cases import answered, firm, issued, objected, objection, provider, verify
from tests.rules.given import Given

TWO = Answer(level=Decimal(2))


def upheld(*indicators: str) -> Given:
    named = indicators or ("Z01",)
    return provider(objected(*named), answered(**dict.fromkeys(named, True))).accepted


def test_a_firm_objects_item_by_item() -> None:
    firm(issued(), objection("Z01", "Z04")).happened("diagnosis.report_objected_to.v1", "stage.began.v2")


def test_an_objection_names_an_indicator_of_the_form() -> None:
    firm(issued(), objection("Z02")).refused(INDICATOR_UNKNOWN, indicator="Z02")


def test_what_an_objection_may_lead_back_to_is_not_called_past() -> None:
    first = NEXT_STEPS[Status.OBJECTED][0]
    firm(objected("Z01"), ConfirmReport(diagnosis="d1")).refused(WRONG_STATUS, next_step=first)
    provider(objected("Z01"), ScoreDiagnosis(diagnosis="d1")).refused(WRONG_STATUS, next_step=first)
    provider(objected("Z01"), AcceptDiagnosis(diagnosis="d1")).refused(WRONG_STATUS, next_step=STEP_PAST[0])


def test_an_indicator_is_objected_to_once_in_a_report() -> None:
    firm(issued(), objection("Z01", "Z01")).refused(OBJECTION_REPEATED, indicators="Z01")


def test_an_objection_that_was_not_upheld_cannot_be_raised_again() -> None:
    case = provider(objected("Z01"), answered(Z01=False)).accepted
    assert case.state.status is Status.ISSUED
    firm(case, objection("Z01", "Z04")).refused(OBJECTION_REPEATED, indicators="Z01")
    firm(case, objection("Z04")).happened("diagnosis.report_objected_to.v1", "stage.began.v2")


def test_an_objection_stays_closed_through_later_rounds() -> None:
    case = provider(objected("Z01"), answered(Z01=False)).accepted
    case = provider(firm(case, objection("Z04")).accepted, answered(Z04=False)).accepted
    firm(case, objection("Z01")).refused(OBJECTION_REPEATED, indicators="Z01")
    firm(case, objection("Z04")).refused(OBJECTION_REPEATED, indicators="Z04")


def test_a_report_stands_when_no_objection_is_upheld_and_can_be_confirmed() -> None:
    case = provider(objected("Z01", "Z04"), answered(Z01=False, Z04=False)).accepted
    firm(case, ConfirmReport(diagnosis="d1")).happened("diagnosis.report_confirmed.v3", "slot.released.v1", "stage.ended.v1")


UNANSWERED, NOT_OPEN = ("OBJECTION_UNANSWERED", "answers"), "OBJECTION_NOT_OPEN"


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (answered(Z01=True), {UNANSWERED}),
        (answered(Z01=True, Z04=True, F08=True), {(NOT_OPEN, "answers.2.indicator")}),
        (answered(F08=True, D01=True), {UNANSWERED, (NOT_OPEN, "answers.0.indicator"), (NOT_OPEN, "answers.1.indicator")}),
    ],
)
def test_every_objection_is_answered_and_nothing_else(answers: AnswerObjections, told: set[tuple[str, str]]) -> None:
    assert provider(objected("Z01", "Z04"), answers).told == told


def test_what_is_still_unanswered_is_named() -> None:
    provider(objected("Z01", "Z04"), answered(Z01=True)).refused(OBJECTION_UNANSWERED, indicators="Z04")


def test_an_objection_is_answered_once() -> None:
    twice = answered(Z01=True).answers * 2
    provider(objected("Z01"), AnswerObjections(diagnosis="d1", answers=twice)).refused(
        OBJECTION_NOT_OPEN, path="answers.1.indicator", indicator="Z01"
    )


def test_all_wrong_objections_are_told_at_once_each_with_its_place() -> None:
    assert firm(issued(), objection("Z02", "Z01", "Z01", "Q99")).told == {
        ("INDICATOR_UNKNOWN", "items.0.indicator"),
        ("OBJECTION_REPEATED", "items.2.indicator"),
        ("INDICATOR_UNKNOWN", "items.3.indicator"),
    }


def test_an_upheld_objection_is_verified_scored_and_issued_again() -> None:
    case = upheld("Z01")
    assert case.state.status is Status.ACCEPTED
    provider(case, ScoreDiagnosis(diagnosis="d1")).refused(VERIFICATION_MISSING, indicators=["Z01"])
    provider(case, verify("D1", {"Z01": Answer(level=Decimal(4))}, "补充材料属实")).accepted  # noqa: B018 - a property that asserts
    before = case.state.verified_measured.total
    provider(case, ScoreDiagnosis(diagnosis="d1")).accepted  # noqa: B018 - refuses to be read where it was refused
    fact, _stage = provider(case, IssueReport(diagnosis="d1")).facts
    assert isinstance(fact, ReportIssued)
    assert fact.version == 2
    assert fact.total > before


def test_after_a_report_only_upheld_objections_are_verified_again() -> None:
    """Else an objection could be repaid with lower marks elsewhere."""
    case = provider(objected("Z01", "Z04"), answered(Z01=True, Z04=False)).accepted
    provider(case, verify("D1", {"Z04": TWO}, "再核")).refused(VERIFICATION_CLOSED, indicator="Z04")
    provider(case, verify("D1", {"Z01": TWO, "Z06": case.state.verified["Z06"].answer}, "现场所见不同")).happened(
        "diagnosis.answers_verified.v1"
    )


def test_the_second_report_may_be_objected_to_as_well() -> None:
    case = provider(upheld("Z01"), verify("D1", {"Z01": TWO}, "再核")).accepted
    for command in (ScoreDiagnosis(diagnosis="d1"), IssueReport(diagnosis="d1")):
        provider(case, command).accepted  # noqa: B018 - a property that asserts
    firm(case, objection("Z01")).happened("diagnosis.report_objected_to.v1", "stage.began.v2")


def test_a_firm_supports_its_objection_with_evidence() -> None:
    evidence = AttachEvidence(
        diagnosis="d1", sha256="f" * 64, filename="补充.pdf", media_type="application/pdf", size=9, indicators=("Z01",)
    )
    firm(objected("Z01"), evidence).happened("diagnosis.evidence_attached.v1")
