"""Enterprise feedback (plan P6): about a step that was done, within bounds, handled by one, a second instance by another."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.state import diagnosis_stream
from domain.governance.proceedings.state import Proceeding, ProceedingKind, ProceedingStatus, proceeding_stream
from domain.governance.proceedings.subjects import CAUSE_UNKNOWN
from domain.kernel import NOT_FOUND, Refused
from domain.providers.feedback.feedback import FEEDBACKS, QUOTAS
from domain.providers.feedback.giving import (
    FEEDBACK_EMPTY,
    FEEDBACK_EXISTS,
    FEEDBACK_GIVEN_ALREADY,
    FEEDBACK_TOO_MUCH,
    MILESTONE_NOT_REACHED,
    FeedbackGiven,
    GiveFeedback,
)
from domain.providers.feedback.handling import (
    NOT_ITS_HANDLER,
    PROCEEDING_OF_COMPLAINT_RUNNING,
    PROCEEDING_OF_COMPLAINT_UNFIT,
    SECOND_HANDLER_TO_BE_ANOTHER,
    SECOND_INSTANCE_LATE,
    SECOND_INSTANCE_OF_COMPLAINTS,
    SECOND_INSTANCE_RUNNING,
    AnswerFeedback,
    AskSecondInstance,
    CloseFeedback,
    FeedbackAnswered,
    TakeUpFeedback,
)
from domain.providers.feedback.state import (
    FEEDBACK_STATUS,
    FeedbackKind,
    FeedbackMilestone,
    FeedbackOutcome,
    FeedbackScore,
    FeedbackStatus,
    FeedbackSubject,
    Quota,
    feedback_stream,
    quota_stream,
)
from domain.standard.editions import edition_stream
from tests.rules.cases import WORLD, confirmed
from tests.rules.given import AT, Given, given

STEP = "diagnosis/d1/9"
SCORES = (FeedbackScore(subject=FeedbackSubject.PROVIDER, score=4), FeedbackScore(subject=FeedbackSubject.PROCESS, score=2))
SAID: Mapping[str, Any] = {
    "feedback": "f1",
    "diagnosis": "d1",
    "milestone": FeedbackMilestone.CONFIRMATION,
    "about": STEP,
    "kind": FeedbackKind.FEEDBACK,
    "scores": SCORES,
    "text": "现场访谈准备不足",
    "anonymous": True,
}
COMPLAINED = {**SAID, "kind": FeedbackKind.COMPLAINT, "scores": ()}
CLOSE = CloseFeedback(feedback="f1", outcome=FeedbackOutcome.RECTIFIED, reason="已约谈服务商")
AFTER = AT + timedelta(days=20)


def beginning(**quota: Any) -> Given:
    read: dict[str, Any] = {diagnosis_stream("d1"): confirmed().state, edition_stream("2023"): WORLD[edition_stream("2023")]}
    if quota:
        read[quota_stream("e1")] = Quota(**quota)
    return given(FEEDBACKS).having_read(read).having_facts({diagnosis_stream("d1"): 12})


def said(case: Given | None = None, **changes: Any) -> Given:
    return (case or beginning()).when(GiveFeedback(**{**SAID, **changes}), "filler", "e1", by="wu")


def complained(*, anonymous: bool = True) -> Given:
    return said(**{**COMPLAINED, "anonymous": anonymous}).accepted


def taken_up(case: Given, by: str = "li") -> Given:
    return case.when(TakeUpFeedback(feedback="f1"), "city", by=by).accepted


def replied(case: Given, by: str = "li") -> Given:
    return taken_up(case, by).when(AnswerFeedback(feedback="f1", reply="已核实"), "city", by=by).accepted


def asking(case: Given, proceeding: str | None = None, at: Any = AT) -> Given:
    return case.when(AskSecondInstance(feedback="f1", grounds="未回应", proceeding=proceeding), "enterprise", "e1", by="wu", at=at)


def test_anybody_of_the_firm_says_how_a_step_went_and_it_counts_against_the_firms_bounds() -> None:
    case = said().happened("feedback.given.v1", "quota.feedback_counted.v1")
    fact = case.facts[0]
    assert isinstance(fact, FeedbackGiven)
    assert (fact.about, fact.enterprise, fact.provider, fact.author, fact.due) == (STEP, "e1", "p1", "wu", None)
    assert fact.sealed_text == "c2VhbGVk"
    said(case).refused(FEEDBACK_EXISTS)
    said(beginning(about=frozenset({STEP}))).refused(FEEDBACK_GIVEN_ALREADY, path="milestone")
    said(beginning(day=date(2024, 5, 6), sent=20)).refused(FEEDBACK_TOO_MUCH, at_most=20)
    said(beginning(day=date(2024, 5, 3), sent=20)).accepted  # noqa: B018 - a property that asserts
    beginning().when(GiveFeedback(**SAID), "provider", "p1").refused(ROLE_NOT_ALLOWED)
    said(given(FEEDBACKS)).refused(NOT_FOUND)


@pytest.mark.parametrize("about", [None, "diagnosis/d1/13", "diagnosis/d2/9", "rating/2024/1"])
def test_feedback_cites_a_fact_of_its_own_diagnosis_that_is_there(about: str | None) -> None:
    said(about=about).refused(MILESTONE_NOT_REACHED, path="milestone")


def test_it_says_something_and_of_indicators_of_the_edition_alone() -> None:
    said(scores=(), text=None).refused(FEEDBACK_EMPTY)
    said(**{**COMPLAINED, "text": None, "scores": SCORES}).refused(FEEDBACK_EMPTY)
    of = FeedbackScore(subject=FeedbackSubject.INDICATOR, indicator="Q99", score=1)
    said(scores=(*SCORES, of)).refused(INDICATOR_UNKNOWN, path="scores.2.indicator")
    said(scores=(of.model_copy(update={"indicator": "Z01"}),)).accepted  # noqa: B018 - as above
    twice = (SCORES[0], SCORES[0])
    for scores in (twice, (FeedbackScore(subject=FeedbackSubject.PLATFORM, indicator="Z01", score=3),)):
        with pytest.raises(ValidationError):
            GiveFeedback(**{**SAID, "scores": scores})


def test_a_complaint_has_a_last_day_to_be_replied_to_and_is_not_bound_to_one_a_step() -> None:
    case = said(beginning(about=frozenset({STEP})), **COMPLAINED).accepted
    fact = case.facts[0]
    assert isinstance(fact, FeedbackGiven)
    assert fact.due is not None
    assert (fact.due.working_days, fact.due.due) == (15, date(2024, 5, 24))
    assert case.read[quota_stream("e1")].about == {STEP}


def test_its_handler_alone_replies_and_closes_it() -> None:
    case = said().accepted
    case.when(AnswerFeedback(feedback="f1", reply="好"), "city").refused(FEEDBACK_STATUS)
    case.when(TakeUpFeedback(feedback="f1"), "district", "310117").refused(ROLE_NOT_ALLOWED)
    given(FEEDBACKS).when(TakeUpFeedback(feedback="f1"), "city").refused(NOT_FOUND)
    case = taken_up(case)
    case.when(TakeUpFeedback(feedback="f1"), "city", by="zhao").refused(FEEDBACK_STATUS)
    case.when(AnswerFeedback(feedback="f1", reply="好"), "city", by="zhao").refused(NOT_ITS_HANDLER)
    case.when(CLOSE, "city", by="zhao").refused(NOT_ITS_HANDLER)
    cited = CLOSE.model_copy(update={"causes": ("listing/p1/3",)})
    case.when(cited, "city").refused(CAUSE_UNKNOWN, path="causes.0")
    case = case.having_read({"listing/p1": object()}).having_facts({"listing/p1": 3}).when(cited, "city").accepted
    assert case.state.status is FeedbackStatus.CLOSED
    case.when(CLOSE, "city").refused(FEEDBACK_STATUS)


def test_a_complaint_that_was_replied_to_goes_to_another_person_where_the_firm_asks_in_time() -> None:
    case = replied(complained())
    answered = case.facts[0]
    assert isinstance(answered, FeedbackAnswered)
    assert answered.ask_by is not None
    asking(case, at=AFTER).refused(SECOND_INSTANCE_LATE, latest=answered.ask_by.due)
    case.when(CLOSE, "city").refused(SECOND_INSTANCE_RUNNING, latest=answered.ask_by.due)
    asking(said().accepted).refused(SECOND_INSTANCE_OF_COMPLAINTS)
    case = asking(case).accepted
    case.when(TakeUpFeedback(feedback="f1"), "city").refused(SECOND_HANDLER_TO_BE_ANOTHER)
    case = replied(case, by="zhao")
    assert case.state.status is FeedbackStatus.REVIEWED
    case.when(CLOSE, "city").refused(NOT_ITS_HANDLER)
    case.when(CLOSE, "city", by="zhao").happened("feedback.closed.v1")


def test_nobody_asks_and_it_is_closed_once_the_time_for_it_is_over() -> None:
    replied(complained()).when(CLOSE, "city", at=AFTER).happened("feedback.closed.v1")


def test_a_proceeding_is_the_firms_own_about_this_complaint_and_never_of_an_anonymous_one() -> None:
    opened = Proceeding(
        kind=ProceedingKind.COMPLAINT, about=feedback_stream("f1"), cause="feedback/f1/1", provider="p1", enterprise="e1",
        district=None, applicant_role="enterprise", opened_on=date(2024, 5, 6), opened_by="wu",
    )  # fmt: skip
    stream = proceeding_stream("c1")
    named = replied(complained(anonymous=False))
    asking(named, "c1").refused(PROCEEDING_OF_COMPLAINT_UNFIT)
    asking(replied(complained()).having_read({stream: opened}), "c1").refused(PROCEEDING_OF_COMPLAINT_UNFIT)
    other = opened.model_copy(update={"about": feedback_stream("f2")})
    asking(replied(complained(anonymous=False)).having_read({stream: other}), "c1").refused(PROCEEDING_OF_COMPLAINT_UNFIT)
    case = replied(asking(named.having_read({stream: opened}), "c1").accepted, by="zhao")
    case.when(CLOSE, "city", by="zhao").refused(PROCEEDING_OF_COMPLAINT_RUNNING)
    ended = opened.model_copy(update={"status": ProceedingStatus.FINAL})
    case.having_read({stream: ended}).when(CLOSE, "city", by="zhao").accepted  # noqa: B018 - as above


def test_what_a_firm_has_sent_is_nobodys_to_command() -> None:
    with pytest.raises(Refused):
        QUOTAS.decide(TakeUpFeedback(feedback="f1"), None, None)  # type: ignore[arg-type] # it is asked nothing
