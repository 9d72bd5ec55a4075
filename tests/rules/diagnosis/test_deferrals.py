"""Deferrals 待填标记 (plan P3): "not known yet" and "come back later" stand beside an answer's absence and are none."""

from decimal import Decimal
from typing import Any

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.deferrals import (
    QUESTION_ANSWERED,
    DeferQuestions,
    QuestionsDeferred,
    QuestionsResumed,
    ResumeQuestions,
)
from domain.diagnosis.sections import SECTION_NOT_YOURS
from domain.diagnosis.self_assessment import ANSWERS_MISSING, QUESTIONS_DEFERRED, PledgeTruth, SubmitSelfAssessment
from domain.diagnosis.state import WRONG_STATUS, Deferral
from domain.kernel import Refused
from standards import Answer
from tests.rules.cases import filled, firm, opened, provider, save, submitted, uniform

LATER, UNKNOWN = Deferral.COME_BACK_LATER, Deferral.NOT_KNOWN_YET
THREE = {"Z01": Answer(level=Decimal(3))}
SUBMIT = SubmitSelfAssessment(diagnosis="d1")


def defer(*indicators: str, deferral: Deferral = LATER) -> DeferQuestions:
    return DeferQuestions(diagnosis="d1", indicators=indicators, deferral=deferral)


def resume(*indicators: str) -> ResumeQuestions:
    return ResumeQuestions(diagnosis="d1", indicators=indicators)


def test_a_deferred_question_has_no_answer_and_says_why() -> None:
    case = firm(opened(), defer("Z01", "Z04", "Z01")).then(QuestionsDeferred(indicators=("Z01", "Z04"), deferral=LATER))
    assert case.state.answers == {}
    assert case.state.deferred == {"Z01": LATER, "Z04": LATER}
    firm(case, defer("Z01")).then()
    case = firm(case, defer("Z01", "Z04", "F08", deferral=UNKNOWN)).accepted
    assert case.state.deferred == dict.fromkeys(("Z01", "Z04", "F08"), UNKNOWN)


def test_an_answer_takes_the_mark_off_and_so_does_whoever_resumes_the_question() -> None:
    case = firm(opened(), defer("Z01", "Z04")).accepted
    answered = firm(case, save("D1", THREE)).accepted
    assert answered.state.deferred == {"Z04": LATER}
    firm(answered, resume("Z04", "Z01")).then(QuestionsResumed(indicators=("Z04",)))
    assert firm(answered, resume("Z04")).accepted.state.deferred == {}
    firm(answered, resume("Z01")).then()


def test_what_is_answered_is_not_deferred() -> None:
    case = firm(opened(), save("D1", THREE)).accepted
    firm(case, defer("Z04", "Z01")).refused(QUESTION_ANSWERED, indicator="Z01", path="indicators.1")


def test_submission_names_what_is_missing_and_what_of_it_is_still_deferred() -> None:
    answers = uniform(3)
    del answers["Z01"], answers["F08"]
    case = firm(filled(answers), PledgeTruth(diagnosis="d1")).accepted
    case = firm(case, defer("F08")).accepted
    assert case.state.pledged
    sent = firm(case, SUBMIT)
    assert {code for code, _ in sent.told} == {"ANSWERS_MISSING", "QUESTIONS_DEFERRED"}
    refused = sent.outcome
    assert isinstance(refused, Refused)
    assert [one.rule for one in (refused, *refused.further)] == [ANSWERS_MISSING, QUESTIONS_DEFERRED]
    assert refused.further[0].facts["indicators"] == ["F08"]
    assert "F08" in refused.further[0].says


def test_a_mark_changes_nothing_of_what_is_measured() -> None:
    answers = uniform(3)
    del answers["Z01"]
    marked = firm(filled(answers), defer("Z01")).accepted
    for step in (save("D1", {"Z01": uniform(3)["Z01"]}), PledgeTruth(diagnosis="d1"), SUBMIT):
        marked = firm(marked, step).accepted
    assert marked.state.self_measured == submitted().state.self_measured


def test_only_who_fills_in_marks_each_in_its_own_sections_while_the_form_is_open() -> None:
    department: dict[str, Any] = {"role": "department_filler", "organisation": "e1", "sections": frozenset({"D1"})}
    opened().when(defer("Z01"), **department).happened("diagnosis.questions_deferred.v1")
    for marking in (defer("F08"), resume("F08")):
        opened().when(marking, **department).refused(SECTION_NOT_YOURS, path="indicators.0")
        firm(submitted(), marking).refused(WRONG_STATUS)
    for marking in (defer("Z01", "Q99"), resume("Z01", "Q99")):
        firm(opened(), marking).refused(INDICATOR_UNKNOWN, path="indicators.1")
    provider(opened(), defer("Z01")).refused(ROLE_NOT_ALLOWED)
