"""Signals (plan V5): the one concerned answers in time, then a person closes it as explained or upheld; it is never a verdict."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.access import Place
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.governance.working_calendar import Deadline
from domain.kernel import NOT_FOUND, NOWHERE
from domain.participants.enterprises import enterprise_stream
from domain.providers.signals.numbers import SignalKind
from domain.providers.signals.signal import SIGNALS, AnswerSignal, CloseSignal, SignalOutcome, SignalRaised
from domain.providers.signals.state import SIGNAL_ANSWER_AWAITED, SIGNAL_ANSWER_LATE, SIGNAL_STATUS
from tests.rules.cases import FIRM
from tests.rules.given import AT, Given, given

DUE = date(2024, 5, 20)
RAISED = SignalRaised(
    screening="screening/s1/1",
    kind=SignalKind.COPIED_FINDINGS,
    diagnosis="d1",
    enterprise="e1",
    provider="p1",
    section="findings",
    value=Decimal("0.8123"),
    threshold=Decimal("0.1500"),
    expected=Decimal(0),
    rule=None,
    rule_since=date(2023, 7, 28),
    evidence=("diagnosis/d1/7",),
    counterparts=("diagnosis/d2/9",),
    answer_by=Deadline(counted_from=date(2024, 5, 6), working_days=10, due=DUE, assumed=False),
)
ANSWER = AnswerSignal(signal="g1", statement="两家企业设备相同，已附现场照片")
LATE = AT + timedelta(days=15)


def raised(kind: SignalKind = SignalKind.COPIED_FINDINGS) -> Given:
    fact = RAISED.model_copy(update={"kind": kind})
    return given(SIGNALS, fact).having_read({enterprise_stream("e1"): FIRM})


def closing(outcome: SignalOutcome) -> CloseSignal:
    return CloseSignal(signal="g1", outcome=outcome, reason="已核对原始记录")


@pytest.mark.parametrize("outcome", SignalOutcome)
def test_it_is_answered_once_and_closed_once_either_way(outcome: SignalOutcome) -> None:
    case = raised().when(ANSWER, "provider", "p1").happened("signal.answered.v1")
    case.when(ANSWER, "provider", "p1").refused(SIGNAL_STATUS, status="answered")
    case.when(closing(outcome), "district", "310117", by="wang").happened("signal.closed.v1")
    [closed] = case.facts
    assert closed.closed_by == "wang"  # type: ignore[union-attr]
    case.when(closing(outcome), "city").refused(SIGNAL_STATUS, status=outcome.value)
    case.when(ANSWER, "provider", "p1").refused(SIGNAL_STATUS)


def test_none_is_upheld_before_the_answer_or_the_time_for_it_but_explained_it_may_be_at_once() -> None:
    raised().when(closing(SignalOutcome.UPHELD), "city").refused(SIGNAL_ANSWER_AWAITED, path="outcome", latest=DUE)
    raised().when(closing(SignalOutcome.UPHELD), "city", at=LATE).happened("signal.closed.v1")
    raised().when(closing(SignalOutcome.EXPLAINED), "city").happened("signal.closed.v1")


def test_an_answer_that_comes_late_is_not_taken() -> None:
    raised().when(ANSWER, "provider", "p1", at=AT + timedelta(days=14)).happened("signal.answered.v1")
    raised().when(ANSWER, "provider", "p1", at=LATE).refused(SIGNAL_ANSWER_LATE, latest=DUE)


def test_it_lies_in_the_firms_district_and_with_the_one_concerned_alone() -> None:
    def place(kind: SignalKind) -> object:
        case = raised(kind)
        return SIGNALS.place(ANSWER, case.state, case.read)

    for kind in SignalKind:
        concerned = {"enterprise": "e1"} if kind is SignalKind.STRAIGHT_LINE else {"provider": "p1"}
        assert place(kind) == Place(district=FIRM.district, **concerned), kind
    assert SIGNALS.place(ANSWER, None, {}) == NOWHERE
    given(SIGNALS).when(ANSWER, "provider", "p1").refused(NOT_FOUND)


@pytest.mark.parametrize("role", ["diagnostician", "filler", "auditor", "city"])
def test_who_speaks_for_nobody_concerned_does_not_answer(role: str) -> None:
    raised().when(ANSWER, role).refused(ROLE_NOT_ALLOWED)


@pytest.mark.parametrize("role", ["provider", "enterprise", "auditor"])
def test_nobody_but_the_administration_closes_it(role: str) -> None:
    raised().when(closing(SignalOutcome.EXPLAINED), role).refused(ROLE_NOT_ALLOWED)
