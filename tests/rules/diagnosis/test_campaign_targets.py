"""Campaign target (plan G4, P5): a district says how many firms each of its subdistricts is to bring through a campaign."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.campaign_targets import (
    CAMPAIGN_TARGETS,
    SHARE_NOT_OF_DISTRICT,
    SHARE_STATED_TWICE,
    SHARES_EXCEED_TARGET,
    CampaignTargetSplit,
    SplitCampaignTarget,
    SubdistrictShare,
)
from domain.diagnosis.campaigns import CAMPAIGN_CLOSED, Campaign, campaign_stream
from domain.diagnosis.state import Purpose
from domain.kernel import NOT_FOUND
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from tests.rules.given import Given, given

ROUND = Campaign(purpose=Purpose.INITIAL, since=date(2024, 3, 1), until=date(2024, 11, 29))
TOWN = Organisation(kind=OrganisationKind.SUBDISTRICT, name="岳阳街道", parent="310117")
WORLD: Mapping[str, Any] = {
    campaign_stream("2024"): ROUND,
    campaign_stream("2023"): ROUND.model_copy(update={"closed": True}),
    organisation_stream("310117001"): TOWN,
    organisation_stream("310117105"): TOWN.model_copy(update={"name": "新桥镇"}),
    organisation_stream("310117104"): TOWN.model_copy(update={"name": "车墩镇", "last": date(2024, 4, 1)}),
    organisation_stream("310115001"): TOWN.model_copy(update={"name": "另一区的街道", "parent": "310115"}),
    organisation_stream("310117999"): Organisation(kind=OrganisationKind.PARK, name="园区", parent="310117"),
}


def split(firms: int, *shares: tuple[str, int], campaign: str = "2024") -> SplitCampaignTarget:
    stated = tuple(SubdistrictShare(subdistrict=town, firms=number) for town, number in shares)
    return SplitCampaignTarget(campaign=campaign, district="310117", firms=firms, shares=stated)


def district(case: Given, command: SplitCampaignTarget) -> Given:
    return case.when(command, "district", "310117")


def nothing_split() -> Given:
    return given(CAMPAIGN_TARGETS).having_read(WORLD)


def test_a_district_splits_its_target_and_keeps_what_no_subdistrict_is_given() -> None:
    asked = split(60, ("310117001", 20), ("310117105", 30))
    district(nothing_split(), asked).then(CampaignTargetSplit(**dict(asked)))


def test_a_split_that_is_stated_again_changes_nothing_and_another_takes_its_place() -> None:
    case = district(nothing_split(), split(60, ("310117001", 20))).accepted
    district(case, split(60, ("310117001", 20))).then()
    changed = district(case, split(60, ("310117001", 25), ("310117105", 35)))
    changed.then(CampaignTargetSplit(**dict(split(60, ("310117001", 25), ("310117105", 35)))))


def test_the_subdistricts_never_come_to_more_than_the_district() -> None:
    over = split(60, ("310117001", 31), ("310117105", 30))
    district(nothing_split(), over).refused(SHARES_EXCEED_TARGET, path="firms", given=61, at_most=60)


def test_a_share_is_of_a_subdistrict_of_the_district_that_takes_part_today() -> None:
    for other in ("310115001", "310117104", "310117999", "310117777"):
        district(nothing_split(), split(60, (other, 1))).refused(SHARE_NOT_OF_DISTRICT, path="shares.0.subdistrict")


def test_each_subdistrict_is_listed_once() -> None:
    twice = split(60, ("310117001", 1), ("310117001", 2))
    district(nothing_split(), twice).refused(SHARE_STATED_TWICE, path="shares.1.subdistrict")


def test_of_a_campaign_that_is_closed_or_not_there_no_target_is_split() -> None:
    district(nothing_split(), split(60, ("310117001", 1), campaign="2023")).refused(CAMPAIGN_CLOSED, path="campaign")
    district(nothing_split(), split(60, ("310117001", 1), campaign="2031")).refused(NOT_FOUND)


def test_a_subdistrict_splits_nothing() -> None:
    nothing_split().when(split(60, ("310117001", 1)), "subdistrict", "310117001").refused(ROLE_NOT_ALLOWED)
