"""Work and the directory (plan V3, V4): from the first directory on it goes to who is listed with the industry's tag."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.provider import (
    EXCEPTION_NOT_NEEDED,
    EXCEPTION_NOT_YOURS,
    AcceptDiagnosis,
    AssignProvider,
)
from domain.governance.standing import (
    DIRECTORY_STREAM,
    INDUSTRY_TAG_MISSING,
    PROVIDER_NOT_LISTED,
    PROVIDER_REMOVED,
    PROVIDER_SUSPENDED,
    Directory,
    DirectoryStanding,
    HeldTag,
    Listing,
    listing_stream,
)
from domain.instants import city_day
from domain.kernel import Rule
from tests.rules.cases import OPENING, WORLD, opened, provider, submitted, uniform
from tests.rules.given import AT, Given, given

TODAY = city_day(AT)
ADOPTED = {DIRECTORY_STREAM: Directory(version=1, years={2024: TODAY}, members=("p1",))}
ASSIGN = AssignProvider(diagnosis="d1", provider="p1")
WHY = "本区仅此一家熟悉该工艺"
KEPT_FROM: Mapping[str, tuple[Rule, dict[str, Any]]] = {
    "never listed": (PROVIDER_NOT_LISTED, {}),
    "lapsed": (PROVIDER_NOT_LISTED, {"standing": DirectoryStanding.LAPSED}),
    "suspended": (PROVIDER_SUSPENDED, {"standing": DirectoryStanding.SUSPENDED}),
    "removed": (PROVIDER_REMOVED, {"standing": DirectoryStanding.REMOVED}),
    "another industry": (INDUSTRY_TAG_MISSING, {"tags": {"C36": HeldTag(since=TODAY, version=1)}}),
}


def listed(**changes: Any) -> dict[str, Any]:
    tags = {"C34": HeldTag(since=TODAY, version=1)}
    values = {"version": 1, "year": 2024, "standing": DirectoryStanding.LISTED, "tags": tags, "moved": TODAY}
    return {**ADOPTED, listing_stream("p1"): Listing(**values | changes)}


def world(how: str) -> dict[str, Any]:
    return ADOPTED if how == "never listed" else listed(**KEPT_FROM[how][1])


def opening(how: Mapping[str, Any], role: str = "city", **rest: Any) -> Given:
    return given(DIAGNOSES).having_read(WORLD | how).when(OPENING.model_copy(update=rest), role, "e1")


@pytest.mark.parametrize("how", KEPT_FROM)
def test_new_work_is_refused_to_whom_the_directory_does_not_give_it(how: str) -> None:
    rule, _ = KEPT_FROM[how]
    opening(world(how)).refused(rule, path="provider")
    opened(provider=None).having_read(world(how)).when(ASSIGN, "city").refused(rule, path="provider")


def test_the_refusal_says_since_when_and_which_tags_there_are() -> None:
    opening(world("never listed")).refused(PROVIDER_NOT_LISTED)
    opening(world("suspended")).refused(PROVIDER_SUSPENDED, since=TODAY)
    opening(world("removed")).refused(PROVIDER_REMOVED, since=TODAY)
    opening(world("another industry")).refused(INDUSTRY_TAG_MISSING, division="C34", held="C36")


@pytest.mark.parametrize("standing", [DirectoryStanding.LISTED, DirectoryStanding.WARNED])
def test_who_is_listed_with_the_tag_gets_it_whatever_was_registered(standing: DirectoryStanding) -> None:
    assert opening(listed(standing=standing)).accepted


@pytest.mark.parametrize("how", KEPT_FROM)
def test_the_city_or_the_district_may_state_a_reasoned_exception_which_is_a_fact(how: str) -> None:
    opening(world(how), exception=WHY).happened(
        "diagnosis.opened.v2", "diagnosis.listing_exception_recorded.v1", "slot.taken.v1", "stage.began.v2"
    )
    assign = ASSIGN.model_copy(update={"exception": WHY})
    case = opened(provider=None).having_read(world(how)).when(assign, "district", "310117")
    case.happened("diagnosis.provider_assigned.v1", "diagnosis.listing_exception_recorded.v1")
    case.when(assign, "district", "310117").then()
    again = assign.model_copy(update={"exception": "另有原因"})
    case.when(again, "district", "310117").happened("diagnosis.listing_exception_recorded.v1")


def test_a_firm_states_no_exception_and_none_is_stated_where_none_is_needed() -> None:
    opening(world("lapsed"), "enterprise", exception=WHY).refused(EXCEPTION_NOT_YOURS, path="exception")
    opening(listed(), exception=WHY).refused(EXCEPTION_NOT_NEEDED, path="exception")
    opening({}, exception=WHY).refused(EXCEPTION_NOT_NEEDED)
    opening({}, provider=None, exception=WHY).refused(EXCEPTION_NOT_NEEDED)


@pytest.mark.parametrize("how", ["suspended", "removed"])
def test_who_was_named_before_it_was_moved_takes_the_work_on_no_more(how: str) -> None:
    case = submitted(uniform(3)).having_read(world(how))
    provider(case, AcceptDiagnosis(diagnosis="d1")).refused(KEPT_FROM[how][0])


def test_before_the_first_directory_and_for_work_taken_on_before_it_nothing_changes() -> None:
    ahead = {DIRECTORY_STREAM: Directory(version=1, years={2024: TODAY + timedelta(days=1)}, members=())}
    assert opening(ahead).accepted
    assert provider(submitted(uniform(3)).having_read(ahead), AcceptDiagnosis(diagnosis="d1")).accepted
