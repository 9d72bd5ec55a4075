"""Follow-up (plan R2): begun by the filing, planned by the firm, reported at its months, late or not, closed with a conclusion."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis import follow_up as f
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.follow_up import (
    FOLLOW_UPS,
    CloseFollowUp,
    EscalateFollowUp,
    PlanFollowUp,
    RemindOfFollowUp,
    ReportFollowUp,
)
from domain.diagnosis.follow_up_facts import (
    FOLLOW_UP_CLOSED,
    FollowUpBegan,
    FollowUpClosed,
    FollowUpEscalated,
    FollowUpReminded,
    FollowUpReported,
    MeasuredChange,
    PlannedMeasure,
    follow_up_stream,
)
from domain.diagnosis.readings import NOT_FILED
from domain.diagnosis.state import WRONG_STATUS, diagnosis_stream
from domain.governance.proceedings.hearing import TIME_NOT_OVER
from domain.kernel import LISTED_TWICE, NOT_FOUND, OnStream
from tests.rules.cases import EVIDENCE, WORLD, confirmed, firm, issued, provider
from tests.rules.diagnosis import test_readings
from tests.rules.given import AT, Given, given

TODAY, DAY = AT.date(), timedelta(days=1)
OPENS = date(2024, 11, 6)
DUE = date(2024, 12, 4)
"""Twenty working days after the sixth month was over."""
REMIND = date(2024, 12, 2)
YEAR_OPENS = date(2025, 5, 6)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def measure(indicator: str = "Z01", by: date = DUE, recommendation: int | None = None) -> PlannedMeasure:
    return PlannedMeasure(indicator=indicator, text="编制数字化规划", by=by, recommendation=recommendation)


def change(evidence: str | None = None, indicator: str = "Z01") -> MeasuredChange:
    told = {"name": "设备联网率", "unit": "%", "before": Decimal("31.5"), "after": Decimal("62.25")}
    return MeasuredChange(indicator=indicator, evidence=evidence, **told)


PLAN = PlanFollowUp(diagnosis="d1", measures=(measure(),))
REPORT = ReportFollowUp(diagnosis="d1", month=6, done="已编制规划并联网 40 台设备", changes=(change(),))
CLOSE = CloseFollowUp(diagnosis="d1", conclusion="改进基本落实")


def following(case: Given) -> Given:
    """The follow-up of a case, as far as the case and what was written beside it tell."""
    beside = given(FOLLOW_UPS).having_read({**WORLD, diagnosis_stream("d1"): case.state})
    beside.state = case.read.get(follow_up_stream("d1"))
    return beside


def begun() -> Given:
    return following(test_readings.filed())


def plan(case: Given, at: datetime = AT, **changes: Any) -> Given:
    return case.when(PLAN.model_copy(update=changes), "enterprise", "e1", at=at)


def planned() -> Given:
    return plan(begun()).accepted


def report(case: Given, day: date = OPENS, **changes: Any) -> Given:
    return case.when(REPORT.model_copy(update=changes), "enterprise", "e1", at=noon(day))


def close(case: Given, day: date) -> Given:
    return case.when(CLOSE, "district", "310117", at=noon(day))


def system(case: Given, command: RemindOfFollowUp | EscalateFollowUp, day: date) -> Given:
    return case.when(command, "system", at=noon(day))


def test_a_filing_begins_the_follow_up_with_the_months_of_the_rule() -> None:
    [began] = [one for one in test_readings.filed().facts if isinstance(one, OnStream) and isinstance(one.event, FollowUpBegan)]
    assert isinstance(began.event, FollowUpBegan)
    assert (began.stream, began.event.counted_from, began.event.rule) == (follow_up_stream("d1"), TODAY, None)
    assert [(one.month, one.opens) for one in began.event.rounds] == [(6, OPENS), (12, YEAR_OPENS)]
    assert (began.event.rounds[0].deadline.due, began.event.rounds[0].remind_on) == (DUE, REMIND)


def test_the_firm_plans_measures_on_indicators_and_recommendations_of_the_reading() -> None:
    plan(begun()).happened("followup.planned.v1")
    plan(planned()).then()
    plan(planned(), measures=(measure("Z04"),)).happened("followup.planned.v1")
    begun().when(PLAN, "provider", "p1").refused(ROLE_NOT_ALLOWED)
    plan(begun(), measures=(measure(), measure("X99"))).refused(INDICATOR_UNKNOWN, path="measures.1.indicator")
    plan(begun(), measures=(measure(by=TODAY - DAY),)).refused(f.MEASURE_DAY_PAST, path="measures.0.by", earliest=TODAY)
    answering = (measure(recommendation=2),)
    plan(begun(), measures=answering).refused(f.RECOMMENDATION_UNKNOWN, path="measures.0.recommendation", number=2)
    read = following(test_readings.read(test_readings.appointed()))
    plan(read, measures=answering).happened("followup.planned.v1")
    plan(read, measures=(measure("Z04", recommendation=2),)).refused(f.RECOMMENDATION_UNKNOWN)


def test_nothing_is_planned_before_the_filing() -> None:
    plan(following(issued())).refused(WRONG_STATUS)
    plan(following(confirmed())).refused(NOT_FILED)
    given(FOLLOW_UPS).when(PLAN, "enterprise", "e1").refused(NOT_FOUND)


def test_a_case_filed_before_there_were_follow_ups_has_one_from_its_plan_on() -> None:
    case = begun()
    case.state = None
    plan(case, AT + 9 * DAY).happened("followup.began.v1", "followup.planned.v1")
    assert case.state.rounds[6].round.opens == date(2024, 11, 15)


def test_a_month_is_reported_once_it_is_over_and_late_after_its_last_day() -> None:
    report(begun()).refused(f.FOLLOW_UP_NOT_PLANNED)
    report(planned(), OPENS - DAY).refused(f.FOLLOW_UP_NOT_YET, path="month", earliest=OPENS)
    report(planned(), month=7).refused(f.FOLLOW_UP_MONTH_UNKNOWN, allowed=(6, 12))
    [fact] = report(planned(), DUE).facts
    assert fact == FollowUpReported(month=6, due=DUE, late=False, done=REPORT.done, changes=REPORT.changes)
    [late] = report(planned(), DUE + DAY).facts
    assert isinstance(late, FollowUpReported)
    assert late.late
    done = report(planned()).accepted
    report(done).refused(f.FOLLOW_UP_REPORTED, month=6)
    report(done, month=12).refused(f.FOLLOW_UP_NOT_YET, earliest=YEAR_OPENS)
    plan(done, noon(OPENS), measures=(measure("Z04"),)).refused(f.FOLLOW_UP_PLAN_FIXED)


def test_numbers_are_exact_name_an_indicator_and_a_file_of_the_case() -> None:
    report(planned(), changes=(change(indicator="X99"),)).refused(INDICATOR_UNKNOWN, path="changes.0.indicator")
    report(planned(), changes=(change("f" * 64),)).refused(f.CHANGE_EVIDENCE_UNKNOWN, path="changes.0.evidence")
    case = planned()
    case.read[diagnosis_stream("d1")] = firm(test_readings.filed(), EVIDENCE).accepted.state
    report(case, changes=(change("e" * 64),)).happened("followup.reported.v1")
    for odd in ("1e13", "0.1234567", "NaN"):
        with pytest.raises(ValidationError):
            MeasuredChange(indicator="Z01", name="x", unit="%", before=Decimal(odd), after=Decimal(1))


def test_the_firm_alone_attaches_what_shows_a_change_while_the_follow_up_runs() -> None:
    firm(confirmed(), EVIDENCE).refused(WRONG_STATUS)
    provider(test_readings.filed(), EVIDENCE).refused(WRONG_STATUS)
    firm(test_readings.filed(), EVIDENCE).happened("diagnosis.evidence_attached.v1")
    over = close(begun(), YEAR_OPENS + 60 * DAY).accepted.state
    firm(test_readings.filed().having_read({follow_up_stream("d1"): over}), EVIDENCE).refused(FOLLOW_UP_CLOSED)


def test_what_is_reported_counts_for_no_score() -> None:
    case = test_readings.filed()
    assert not any(issubclass(event, FollowUpReported) for event in DIAGNOSES.events)
    assert all(stream != follow_up_stream("d1") for stream in DIAGNOSES.reads(test_readings.READ, case.state))


def test_it_is_closed_once_each_month_is_reported_or_over() -> None:
    close(planned(), DUE).refused(f.FOLLOW_UP_UNFINISHED, months="6、12")
    done = report(planned()).accepted
    close(done, DUE + DAY).refused(f.FOLLOW_UP_UNFINISHED, months="12")
    done.when(CLOSE, "enterprise", "e1").refused(ROLE_NOT_ALLOWED)
    last = YEAR_OPENS + 60 * DAY
    case = close(done, last)
    case.then(FollowUpClosed(conclusion="改进基本落实", missing=(12,)))
    close(case, last).refused(FOLLOW_UP_CLOSED)
    report(case, last, month=12).refused(FOLLOW_UP_CLOSED)
    close(begun(), last).then(FollowUpClosed(conclusion="改进基本落实", missing=(6, 12)))


def test_a_month_is_reminded_of_once_and_escalated_once() -> None:
    remind, escalate = RemindOfFollowUp(diagnosis="d1", month=6), EscalateFollowUp(diagnosis="d1", month=6)
    system(planned(), remind, REMIND - DAY).refused(TIME_NOT_OVER, latest=REMIND)
    case = system(planned(), remind, REMIND)
    case.then(FollowUpReminded(month=6, due=DUE))
    system(case, remind, DUE).then()
    system(case, escalate, DUE).refused(TIME_NOT_OVER, latest=DUE)
    case = system(case, escalate, DUE + DAY)
    case.then(FollowUpEscalated(month=6, due=DUE))
    system(case, escalate, DUE + 9 * DAY).then()
    system(report(planned()).accepted, escalate, DUE + DAY).then()
    system(planned(), RemindOfFollowUp(diagnosis="d1", month=7), REMIND).then()
    given(FOLLOW_UPS).when(remind, "system").refused(NOT_FOUND)


def test_a_measure_and_a_change_are_listed_once() -> None:
    plan(begun(), measures=(measure(), measure())).refused(LISTED_TWICE, path="measures.1", first=1, second=2)
    report(planned(), changes=(change(), change())).refused(LISTED_TWICE, path="changes.1", first=1, second=2)
