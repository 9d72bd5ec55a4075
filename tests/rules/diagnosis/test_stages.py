"""Stages (plan P3–P6): each has its last day by the rule of the opening; time reminds and escalates, it never confirms."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.arbitration import SettleArbitration
from domain.diagnosis.case_streams import STAGE_ENDS
from domain.diagnosis.on_site import RecordSiteVisit
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.review import ReviewReport
from domain.diagnosis.stages import (
    BEGUN_BY,
    STAGE_NOT_RUNNING,
    STAGE_RULE,
    STAGES,
    EscalateStage,
    ExtendStage,
    RemindOfStage,
    Stage,
    StageBegan,
    StageEscalated,
    StageExtended,
    StageReminded,
    Stages,
    StagesEnded,
    stage_stream,
)
from domain.diagnosis.state import diagnosis_stream
from domain.diagnosis.visits import CloseSiteVisit
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.governance.dated_rules import DATED_RULES, SetRule, rule_in_force
from domain.governance.proceedings.hearing import DEADLINE_NOT_LATER, TIME_NOT_OVER
from domain.governance.rule_bodies.stages import StageLimits
from domain.governance.working_calendar import calendar_on_file, deadline
from domain.kernel import NOT_FOUND
from domain.participants.enterprises import enterprise_stream
from tests.rules.cases import (
    FIRM,
    VISIT,
    accepted,
    answered,
    confirmed,
    firm,
    issued,
    objected,
    opened,
    provider,
    scored,
    submitted,
)
from tests.rules.given import AT, Given, given

TODAY = AT.date()
"""A Monday; ten working days end on Monday the 20th, for Saturday the 11th is worked."""
DUE = date(2024, 5, 17)
STREAM = stage_stream("d1")


def stage(case: Given) -> Stages:
    found = case.read[STREAM]
    assert isinstance(found, Stages)
    return found


@pytest.mark.parametrize(
    ("case", "wanted", "days"),
    [
        (opened, Stage.SELF_ASSESSMENT, 10),
        (submitted, Stage.EVIDENCE_CHECK, 3),
        (accepted, Stage.SITE_VISIT, 15),
        (lambda: provider(accepted(), VISIT), Stage.REPORT, 10),
        (issued, Stage.CONFIRMATION, 5),
        (objected, Stage.OBJECTION, 15),
        (lambda: provider(objected("Z01"), answered(Z01=True)), Stage.REPORT, 10),
        (lambda: provider(objected("Z01"), answered(Z01=False)), Stage.CONFIRMATION, 5),
    ],
)
def test_each_step_begins_the_stage_that_waits_for_the_next(case: Any, wanted: Stage, days: int) -> None:
    found = stage(case().accepted)
    assert (found.stage, found.enterprise, found.provider, found.escalated) == (wanted, "e1", "p1", False)
    assert found.deadline is not None
    assert (found.deadline.counted_from, found.deadline.working_days) == (TODAY, days)
    assert found.remind_on is not None
    assert TODAY <= found.remind_on < found.deadline.due


def test_ten_working_days_are_counted_by_the_calendar_and_reminded_of_two_before() -> None:
    found = stage(opened())
    assert found.deadline is not None
    assert found.deadline.due == DUE
    assert found.remind_on == date(2024, 5, 15)


@pytest.mark.parametrize("case", [confirmed, lambda: opened().when(WithdrawDiagnosis(diagnosis="d1", reason="停产"), "city")])
def test_when_the_case_ends_no_stage_runs(case: Any) -> None:
    assert stage(case().accepted).stage is None


def test_a_second_visit_does_not_begin_the_report_anew() -> None:
    case = provider(accepted(), VISIT).accepted
    later = provider(case, RecordSiteVisit(**VISIT.model_dump() | {"notes": "补看仓储"}))
    later.happened("diagnosis.site_visit_recorded.v2")


def rule(since: date, **changes: int) -> dict[str, Any]:
    body = rule_in_force(None, StageLimits, TODAY).model_copy(update=changes)
    command = SetRule(since=since, body=body, source="市级通知", mark="I")
    return {STAGE_RULE: given(DATED_RULES).when(command, "city").accepted.state}


def test_the_rule_of_the_day_of_opening_holds_to_the_end() -> None:
    tomorrow = AT.replace(day=7)
    for since, days in ((TODAY, 9), (tomorrow.date(), 5)):
        case = scored().having_read(rule(since, confirmation=9))
        case.when(IssueReport(diagnosis="d1"), "provider", "p1", at=tomorrow)
        found = stage(case.accepted)
        assert found.deadline is not None
        assert (found.deadline.counted_from, found.deadline.working_days) == (tomorrow.date(), days)


def test_a_case_without_a_stage_has_one_from_its_next_step_on() -> None:
    case = issued()
    del case.read[STREAM]
    firm(case, ConfirmReport(diagnosis="d1")).happened("diagnosis.report_confirmed.v3", "slot.released.v1")
    case = submitted()
    del case.read[STREAM]
    provider(case, AcceptDiagnosis(diagnosis="d1")).happened("diagnosis.accepted.v1", "stage.began.v2")


def test_every_step_that_ends_a_stage_reads_what_the_next_is_counted_by() -> None:
    two_ways = {CloseSiteVisit, ReviewReport, SettleArbitration}
    assert len(set(STAGE_ENDS) - two_ways) == len(BEGUN_BY) + 1, "answered objections have two outcomes and stand in no table"


BEGAN = StageBegan(
    stage=Stage.SELF_ASSESSMENT,
    enterprise="e1",
    provider="p1",
    deadline=deadline(TODAY, 10, calendar_on_file()),
    remind_on=date(2024, 5, 15),
    rule=None,
    rule_since=date(2023, 7, 28),
)
EXTENSION = ExtendStage(diagnosis="d1", until=date(2024, 5, 31), reason="设备大修停产一周")


def running(*others: Any) -> Given:
    read = {enterprise_stream("e1"): FIRM, diagnosis_stream("d1"): opened().state}
    return given(STAGES, BEGAN, *others).having_read(read)


def on(day: int) -> datetime:
    return datetime(2024, 5, day, 4, 0, tzinfo=UTC)


def system(case: Given, command: Any, day: int) -> Given:
    return case.when(command, "system", at=on(day))


REMIND, ESCALATE = RemindOfStage(diagnosis="d1"), EscalateStage(diagnosis="d1")


def test_it_is_reminded_of_once_from_its_day_on_and_not_after_the_last() -> None:
    system(running(), REMIND, 14).refused(TIME_NOT_OVER, latest=date(2024, 5, 15))
    case = system(running(), REMIND, 16).then(StageReminded(stage=Stage.SELF_ASSESSMENT, due=DUE))
    system(case, REMIND, 16).then()
    system(running(), REMIND, 18).then()


def test_it_is_escalated_once_the_day_after_and_goes_on_waiting() -> None:
    system(running(), ESCALATE, 17).refused(TIME_NOT_OVER, latest=DUE)
    case = system(running(), ESCALATE, 24).then(StageEscalated(stage=Stage.SELF_ASSESSMENT, due=DUE))
    assert case.state.stage is Stage.SELF_ASSESSMENT
    system(case, ESCALATE, 25).then()


def test_the_district_extends_it_with_the_reason_also_once_it_is_over() -> None:
    wanted = StageExtended(
        stage=Stage.SELF_ASSESSMENT, before=DUE, until=EXTENSION.until, remind_on=date(2024, 5, 29), reason=EXTENSION.reason
    )
    running().when(EXTENSION, "district", "310117").then(wanted)
    case = system(running(), ESCALATE, 20).when(EXTENSION, "district", "310117", at=on(20)).then(wanted)
    assert not case.state.escalated
    system(case, ESCALATE, 31).refused(TIME_NOT_OVER, latest=EXTENSION.until)
    system(case, REMIND, 30).happened("stage.reminded.v2")


def test_an_extension_is_later_than_before_and_not_before_today() -> None:
    for until in (DUE, date(2024, 5, 10)):
        running().when(EXTENSION.model_copy(update={"until": until}), "city").refused(DEADLINE_NOT_LATER, path="until", present=DUE)
    late = EXTENSION.model_copy(update={"until": date(2024, 5, 20)})
    running().when(late, "city", at=on(21)).refused(DEADLINE_NOT_LATER, earliest=date(2024, 5, 21))


def test_neither_firm_nor_provider_extends_and_nothing_is_there_to_extend_where_none_runs() -> None:
    running().when(EXTENSION, "enterprise", "e1").refused(ROLE_NOT_ALLOWED)
    running(StagesEnded()).when(EXTENSION, "city").refused(STAGE_NOT_RUNNING)
    given(STAGES).when(EXTENSION, "city").refused(NOT_FOUND)
    system(running(StagesEnded()), ESCALATE, 24).then()
