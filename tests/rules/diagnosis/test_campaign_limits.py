"""Campaign limits (plan G1, P5): the stages of a campaign's cases take as long as it says itself, else as the city's rule does."""

from datetime import date, timedelta
from typing import Any

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.campaign_limits import (
    CAMPAIGN_LIMITS,
    CAMPAIGN_LIMITS_DAY,
    CampaignLimitsSet,
    SetCampaignLimits,
    campaign_limits_stream,
)
from domain.diagnosis.campaigns import CAMPAIGN_CLOSED, CAMPAIGN_OVER, Campaign, campaign_stream
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.filing import FileReport
from domain.diagnosis.follow_up_facts import follow_up_stream
from domain.diagnosis.report import IssueReport
from domain.diagnosis.stages import STAGE_RULE, STAGES, ExtendStage, StageBegan, StageExtended, stage_stream
from domain.diagnosis.state import Purpose, diagnosis_stream
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.stages import StageLimits
from domain.kernel import NOT_FOUND
from tests.rules.cases import OPENING, WORLD, confirmed, scored
from tests.rules.given import AT, Given, given

TODAY, DAY = AT.date(), timedelta(days=1)
UNTIL = date(2024, 11, 29)
ROUND = Campaign(purpose=Purpose.INITIAL, since=date(2024, 3, 1), until=UNTIL)
CITY_WIDE = rule_in_force(None, StageLimits, TODAY)
OWN = CITY_WIDE.model_copy(update={"self_assessment": 20, "confirmation": 9, "remind_before": 5, "follow_up_months": (3,)})


def limits(since: date = TODAY, **changes: Any) -> SetCampaignLimits:
    stated = {"campaign": "2024", "since": since, "limits": OWN, "source": "市级通知", "mark": "I"}
    return SetCampaignLimits.model_validate(stated | changes)


def city(command: SetCampaignLimits, campaign: Campaign | None = ROUND, **sent: Any) -> Given:
    read = {campaign_stream("2024"): campaign} if campaign is not None else {}
    return given(CAMPAIGN_LIMITS).having_read(read).when(command, "city", **sent)


def setting(day: date) -> Given:
    return city(limits(day))


def stated(*commands: SetCampaignLimits) -> dict[str, Any]:
    case = given(CAMPAIGN_LIMITS).having_read({campaign_stream("2024"): ROUND})
    for command in commands:
        case = case.when(command, "city").accepted
    return {campaign_limits_stream("2024"): case.state}


def opening(read: dict[str, Any]) -> Given:
    return given(DIAGNOSES).having_read({**WORLD, **read}).when(OPENING, "city")


def began(case: Given) -> StageBegan:
    (found,) = (one.event for one in case.outcome if getattr(one, "stream", None) == stage_stream("d1"))
    assert isinstance(found, StageBegan)
    return found


def test_the_city_gives_a_campaign_limits_of_its_own_with_their_source_and_once() -> None:
    case = city(limits())
    case.then(CampaignLimitsSet(campaign="2024", since=TODAY, limits=OWN.whole(), source={"document": "市级通知", "mark": "I"}))
    case.accepted.when(limits(), "city").then()
    case.accepted.when(limits(mark="V"), "city").happened("campaignlimits.set.v1")
    given(CAMPAIGN_LIMITS).when(limits(), "district", "310117").refused(ROLE_NOT_ALLOWED)


def test_they_hold_from_today_or_later_within_a_campaign_that_runs_or_is_to_come() -> None:
    for day in (TODAY - DAY, UNTIL + DAY):
        setting(day).refused(CAMPAIGN_LIMITS_DAY, path="since", given=day, earliest=TODAY, latest=UNTIL)
    over = ROUND.model_copy(update={"until": TODAY - DAY})
    city(limits(), over).refused(CAMPAIGN_OVER, path="campaign", latest=TODAY - DAY)
    city(limits(), ROUND.model_copy(update={"closed": True})).refused(CAMPAIGN_CLOSED, path="campaign")
    city(limits(), None).refused(NOT_FOUND)


def test_the_deadlines_of_a_case_follow_its_campaign_and_cite_it() -> None:
    found = began(opening(stated(limits())))
    assert (found.deadline.working_days, found.rule, found.rule_since) == (20, "campaignlimits/2024/1", TODAY)
    later = began(scored().having_read(stated(limits())).when(IssueReport(diagnosis="d1"), "provider", "p1"))
    assert (later.deadline.working_days, later.deadline.due, later.remind_on) == (9, date(2024, 5, 16), date(2024, 5, 10))


def test_without_limits_or_in_another_campaign_or_before_their_day_the_citys_rule_holds() -> None:
    tomorrow = limits(TODAY + DAY)
    taken_back = limits(limits=None)
    elsewhere = {campaign_limits_stream("2025"): stated(limits())[campaign_limits_stream("2024")]}
    for read in ({}, stated(tomorrow), stated(limits(), taken_back), elsewhere):
        found = began(opening(read))
        assert (found.deadline.working_days, found.rule) == (CITY_WIDE.self_assessment, None)


def test_a_stage_that_is_extended_is_reminded_of_by_the_campaigns_limits() -> None:
    read = {**WORLD, **stated(limits()), diagnosis_stream("d1"): opening({}).accepted.state}
    case = given(STAGES, began(opening(stated(limits())))).having_read(read).having_begun(diagnosis_stream("d1"), AT)
    (moved,) = case.when(ExtendStage(diagnosis="d1", until=date(2024, 7, 12), reason="设备大修"), "city").outcome
    assert isinstance(moved, StageExtended)
    assert moved.remind_on == date(2024, 7, 7), "five working days before, not two"


def test_the_follow_up_comes_at_the_months_of_the_campaign() -> None:
    filing = FileReport(diagnosis="d1")
    case = confirmed().having_read(stated(limits())).when(filing, "district", "310117")
    (begun,) = (one.event for one in case.outcome if getattr(one, "stream", None) == follow_up_stream("d1"))
    assert [one.month for one in begun.rounds] == [3]
    assert begun.rule == "campaignlimits/2024/1"
    assert STAGE_RULE not in case.read


def test_a_case_that_was_opened_before_their_day_is_followed_up_by_the_citys_rule() -> None:
    case = confirmed().having_read(stated(limits(TODAY + DAY)))
    filed = case.when(FileReport(diagnosis="d1"), "district", "310117", at=AT + 2 * DAY)
    (begun,) = (one.event for one in filed.outcome if getattr(one, "stream", None) == follow_up_stream("d1"))
    assert ([one.month for one in begun.rounds], begun.rule) == ([6, 12], None)
