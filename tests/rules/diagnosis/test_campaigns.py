"""Campaigns (plan G1–G4, T2): planned by the city, firms invited by whoever they live with, started by their diagnosis."""

from datetime import date
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.campaigns import (
    CAMPAIGN_BEFORE_UNKNOWN,
    CAMPAIGN_CLOSED,
    CAMPAIGN_DAYS_REVERSED,
    CAMPAIGN_END_NOT_LATER,
    CAMPAIGN_EXISTS,
    CAMPAIGN_NOT_OPEN,
    CAMPAIGN_OTHER_PURPOSE,
    CAMPAIGN_OVER,
    CAMPAIGNS,
    FIRM_NOT_WAITING,
    FIRM_OFF_ROSTER,
    CampaignClosed,
    CampaignPlanned,
    CloseCampaign,
    ExtendCampaign,
    FirmsInvited,
    FirmsReminded,
    InviteFirms,
    PlanCampaign,
    RemindFirms,
    campaign_stream,
)
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.participations import (
    PARTICIPATION_STATUS,
    PARTICIPATIONS,
    DeclineInvitation,
    ExemptFirm,
    FirmInvited,
    FirmReminded,
    ParticipationStarted,
    ParticipationStatus,
    participation_stream,
)
from domain.diagnosis.state import Purpose
from domain.kernel import NOT_FOUND, OnStream, fold
from domain.participants.enterprises import Enterprise, enterprise_stream
from domain.reservations import active_diagnosis
from domain.stated_dates import DATE_BEFORE_PROGRAMME
from tests.rules.cases import FIRM, OPENING, WORLD
from tests.rules.given import AT, Given, given

TODAY = AT.date()
PLAN = PlanCampaign(
    campaign="2024",
    name="2024 年度首次诊断",
    purpose=Purpose.INITIAL,
    since=date(2024, 3, 1),
    until=date(2024, 11, 29),
)
FIRMS = {
    enterprise_stream("e1"): Enterprise(**FIRM.model_dump()),
    enterprise_stream("e2"): Enterprise(**FIRM.model_dump()),
    enterprise_stream("pudong"): Enterprise(**FIRM.model_dump() | {"district": "310115"}),
    enterprise_stream("gone"): Enterprise(**FIRM.model_dump(), taken_off=frozenset({2024})),
}
PART = participation_stream("2024", "e1")


def planned(**changes: Any) -> Given:
    return given(CAMPAIGNS).having_read(FIRMS).when(PLAN.model_copy(update=changes), "city").accepted


def district(case: Given, command: Any, **rest: Any) -> Given:
    return case.when(command, "district", "310117", **rest)


def invite(*firms: str) -> InviteFirms:
    return InviteFirms(campaign="2024", enterprises=firms)


def remind(*firms: str) -> RemindFirms:
    return RemindFirms(campaign="2024", enterprises=firms)


def test_the_city_plans_a_campaign_with_its_days_and_its_purpose() -> None:
    case = given(CAMPAIGNS).when(PLAN, "city")
    case.then(CampaignPlanned(**PLAN.model_dump(exclude={"campaign"})))
    assert case.state.year == 2024
    case.when(PLAN, "city").refused(CAMPAIGN_EXISTS, path="campaign")


def test_a_district_plans_none() -> None:
    given(CAMPAIGNS).when(PLAN, "district", "310117").refused(ROLE_NOT_ALLOWED)


def test_its_days_lie_in_order_and_in_the_programme() -> None:
    late = PLAN.model_copy(update={"until": date(2024, 2, 29)})
    given(CAMPAIGNS).when(late, "city").refused(CAMPAIGN_DAYS_REVERSED, path="until", earliest=PLAN.since)
    early = PLAN.model_copy(update={"since": date(2020, 1, 1)})
    given(CAMPAIGNS).when(early, "city").refused(DATE_BEFORE_PROGRAMME, path="since")


def test_a_campaign_measures_again_the_firms_of_one_that_there_is() -> None:
    again = PLAN.model_copy(update={"campaign": "2025-again", "purpose": Purpose.REPEAT, "follows": "2024"})
    given(CAMPAIGNS).when(again, "city").refused(CAMPAIGN_BEFORE_UNKNOWN, path="follows")
    case = given(CAMPAIGNS).having_read({campaign_stream("2024"): planned().state})
    case.when(again, "city").happened("campaign.planned.v1")


def test_a_campaign_is_extended_later_than_before_also_once_it_is_over() -> None:
    longer = ExtendCampaign(campaign="2024", until=date(2024, 12, 20), reason="部分企业停产检修")
    planned().when(longer, "city").happened("campaign.extended.v1")
    over = planned(until=date(2024, 4, 30))
    over.when(longer.model_copy(update={"until": TODAY}), "city").happened("campaign.extended.v1")
    planned().when(longer.model_copy(update={"until": PLAN.until}), "city").refused(CAMPAIGN_END_NOT_LATER, path="until")
    over = planned(until=date(2024, 4, 30))
    yesterday = longer.model_copy(update={"until": date(2024, 5, 5)})
    over.when(yesterday, "city").refused(CAMPAIGN_END_NOT_LATER, earliest=TODAY)


def test_a_closed_campaign_takes_nobody_in_and_is_not_extended() -> None:
    close = CloseCampaign(campaign="2024", conclusion="应诊尽诊")
    case = planned().when(close, "city")
    case.then(CampaignClosed(conclusion="应诊尽诊"))
    longer = ExtendCampaign(campaign="2024", until=date(2024, 12, 20), reason="延期")
    for again in (close, longer):
        case.when(again, "city").refused(CAMPAIGN_CLOSED, path="campaign")
    for command in (invite("e1"), remind("e1")):
        district(case, command).refused(CAMPAIGN_CLOSED, path="campaign")
    district(planned(), close).refused(ROLE_NOT_ALLOWED)
    opening = OPENING.model_copy(update={"campaign": "2024"})
    world = {**WORLD, campaign_stream("2024"): case.state}
    given(DIAGNOSES).having_read(world).when(opening, "district", "310117").refused(CAMPAIGN_CLOSED, path="campaign")


def test_nothing_is_done_in_a_campaign_that_nobody_planned() -> None:
    longer = ExtendCampaign(campaign="2024", until=date(2024, 12, 20), reason="延期")
    given(CAMPAIGNS).when(longer, "city").refused(NOT_FOUND)


def test_a_district_invites_its_firms_each_once() -> None:
    case = district(planned(), invite("e1", "e2", "e1"))
    case.then(
        FirmsInvited(firms=2),
        OnStream(PART, FirmInvited(campaign="2024", enterprise="e1")),
        OnStream(participation_stream("2024", "e2"), FirmInvited(campaign="2024", enterprise="e2")),
    )
    district(case, invite("e2", "e1")).then()


def test_firms_of_others_are_not_found_and_nobody_is_invited_then() -> None:
    case = district(planned(), invite("e1", "pudong", "nobody"))
    assert case.told == {("NOT_FOUND", "enterprises.1"), ("NOT_FOUND", "enterprises.2")}
    assert PART not in case.read
    planned().when(invite("pudong"), "subdistrict", "310117001").refused(NOT_FOUND, path="enterprises.0")
    planned().when(invite("e1", "pudong"), "city").happened(
        "campaign.firms_invited.v1", "participation.invited.v1", "participation.invited.v1"
    )


def test_a_firm_that_was_taken_off_the_roster_is_not_invited() -> None:
    district(planned(), invite("e1", "gone")).refused(FIRM_OFF_ROSTER, path="enterprises.1", year=2024)


def test_a_firm_is_refused_where_it_stands_in_the_list_that_was_sent() -> None:
    assert district(planned(), invite("e1", "e1", "pudong")).told == {("NOT_FOUND", "enterprises.2")}
    assert district(planned(), invite("e1", "e1", "gone", "gone")).told == {("FIRM_OFF_ROSTER", "enterprises.2")}


@pytest.mark.parametrize("command", [invite("e1"), remind("e1")])
def test_after_its_last_day_nobody_is_invited_or_reminded(command: Any) -> None:
    district(planned(until=date(2024, 5, 5)), command).refused(CAMPAIGN_OVER, latest=date(2024, 5, 5))


def test_who_has_not_started_is_reminded_once_a_day() -> None:
    case = district(district(planned(), invite("e1")).accepted, remind("e1"))
    case.then(FirmsReminded(firms=1), OnStream(PART, FirmReminded(day=TODAY)))
    district(case, remind("e1")).then()
    district(case, remind("e1"), at=AT.replace(day=7)).happened("campaign.firms_reminded.v1", "participation.reminded.v1")


def test_who_was_not_invited_or_has_started_is_not_reminded() -> None:
    district(planned(), remind("e1")).refused(FIRM_NOT_WAITING, path="enterprises.0")
    started = fold(PARTICIPATIONS.evolve, (ParticipationStarted(campaign="2024", enterprise="e1", diagnosis="d1"),))
    district(planned().having_read({PART: started}), remind("e1")).refused(FIRM_NOT_WAITING)


def part(*others: Any) -> Given:
    invited = FirmInvited(campaign="2024", enterprise="e1")
    return given(PARTICIPATIONS, invited, *others).having_read(FIRMS)


DECLINE = DeclineInvitation(campaign="2024", enterprise="e1", reason="年内迁出本市")
EXEMPT = ExemptFirm(campaign="2024", enterprise="e1", reason="已停产")


def test_a_firm_declines_with_its_reason_and_may_be_invited_again() -> None:
    case = part().when(DECLINE, "confirmer", "e1").happened("participation.declined.v1")
    assert case.state.status is ParticipationStatus.DECLINED
    case.when(DECLINE, "confirmer", "e1").refused(PARTICIPATION_STATUS, status="declined")
    district(planned().having_read({PART: case.state}), invite("e1")).happened(
        "campaign.firms_invited.v1", "participation.invited.v1"
    )


def test_the_district_exempts_a_firm_for_good() -> None:
    case = part().when(EXEMPT, "district", "310117").happened("participation.exempted.v1")
    district(planned().having_read({PART: case.state}), invite("e1")).then()


def test_a_firm_that_is_in_no_campaign_declines_nothing() -> None:
    given(PARTICIPATIONS).having_read(FIRMS).when(DECLINE, "confirmer", "e1").refused(NOT_FOUND)


def opening(**changes: Any) -> Given:
    case = given(DIAGNOSES).having_read({**WORLD, campaign_stream("2024"): planned(**changes).state})
    return case.when(OPENING, "district", "310117")


def test_opening_a_diagnosis_in_a_campaign_starts_the_firms_part_in_it() -> None:
    case = opening()
    started = ParticipationStarted(campaign="2024", enterprise="e1", diagnosis="d1")
    assert OnStream(PART, started) in case.facts
    assert case.read[PART].status is ParticipationStatus.STARTED
    assert case.read[active_diagnosis("e1", "2024", "initial")].holder == "d1"


def test_a_campaign_that_nobody_planned_is_a_name_and_nothing_more() -> None:
    case = given(DIAGNOSES).having_read(WORLD).when(OPENING, "district", "310117")
    assert case.facts
    assert PART not in case.read


def test_no_diagnosis_is_opened_outside_its_days_or_for_another_purpose() -> None:
    opening(until=date(2024, 5, 5)).refused(CAMPAIGN_NOT_OPEN, path="campaign", latest=date(2024, 5, 5))
    opening(since=date(2024, 5, 7)).refused(CAMPAIGN_NOT_OPEN, earliest=date(2024, 5, 7))
    opening(purpose=Purpose.REPEAT).refused(CAMPAIGN_OTHER_PURPOSE, path="purpose", purpose="repeat")
