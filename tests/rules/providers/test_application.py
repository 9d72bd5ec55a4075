"""Applications (plan V1, V4, V6): drafted or put forward, submitted in time, mended in time, complete or withdrawn."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from domain.diagnosis.provider import PROVIDER_RETIRED, PROVIDER_UNKNOWN
from domain.governance.standing import DirectoryStanding, Listing, listing_stream
from domain.kernel import NOT_FOUND
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.providers.applications.application import (
    APPLICATION_FIXED,
    APPLICATION_INCOMPLETE,
    APPLICATION_NOT_WAITING,
    APPLICATIONS_OVER,
    DOCUMENT_ATTACHED_ALREADY,
    MENDING_OVER,
    MENDING_TIME_OUTSIDE,
    MENDING_TIME_TOO_SHORT,
    PUT_FORWARD_ALREADY,
    RE_ENTRY_TOO_EARLY,
    STAFF_NOT_OF_PROVIDER,
)
from domain.providers.applications.commands import (
    AcceptApplication,
    PutForward,
    ReturnApplication,
    SubmitApplication,
    WithdrawApplication,
)
from domain.providers.applications.state import ApplicationStage, MendItem, SelectionDimension
from domain.providers.calls.state import CALL_UNKNOWN
from tests.rules.given import Given
from tests.rules.providers.calls import (
    APPLYING,
    OPEN_CALL,
    YEAR,
    Played,
    document,
    later,
    opened,
    saving,
    submit,
)

SUBMIT = SubmitApplication(year=YEAR, provider="p1")
RETURN = ReturnApplication(
    year=YEAR, provider="p1", items=(MendItem(part="人员", what="补充社保证明"),), mend_until=date(2024, 2, 5)
)
PUT_FORWARD = PutForward(year=YEAR, provider="p1", reason="本区培育")


def own(played: Played, command: object, days: int = 0) -> Given:
    return played.asked(command, "provider", "p1", at=later(APPLYING, days))  # type: ignore[arg-type] # a command of this page


def waiting() -> Played:
    played = opened("p1")
    submit(played, "p1")
    return played


def test_an_application_needs_a_call() -> None:
    own(Played("p1"), saving("p1")).refused(CALL_UNKNOWN, year=YEAR)


def test_a_late_application_is_refused_with_the_date() -> None:
    own(opened("p1"), saving("p1"), 12).refused(APPLICATIONS_OVER, until=OPEN_CALL.applications_until)
    played = opened("p1")
    own(played, saving("p1"))
    for dimension in SelectionDimension:
        own(played, document("p1", dimension))
    own(played, SUBMIT, 12).refused(APPLICATIONS_OVER, until=date(2024, 1, 31))
    assert own(played, SUBMIT, 11).accepted


def test_the_same_again_changes_nothing_and_another_takes_its_place_whole() -> None:
    played = opened("p1")
    own(played, saving("p1"))
    own(played, saving("p1")).then()
    own(played, saving("p1", industries=("C36",)))
    assert played.application("p1").industries == ("C36",)


def test_only_a_provider_that_takes_part_applies() -> None:
    played = opened("p1")
    bank = Organisation(kind=OrganisationKind.BANK, name="银行")
    played.states[organisation_stream("p1")] = bank
    own(played, saving("p1")).refused(PROVIDER_UNKNOWN, provider="p1")
    retired = Organisation(kind=OrganisationKind.PROVIDER, name="一所", last=date(2024, 1, 10))
    played.states[organisation_stream("p1")] = retired
    refused = own(played, saving("p1"))
    refused.refused(PROVIDER_RETIRED, last=date(2024, 1, 10))
    assert str(refused.outcome).startswith("该服务商已退出，最后一日为 2024-01-10，")  # it was there on that day


def test_its_people_work_for_it_today() -> None:
    staff = [{"person": "p1-0"}, {"person": "m1"}, {"person": "nobody"}]
    case = own(opened("p1"), saving("p1", staff=staff))
    assert case.told == {("STAFF_NOT_OF_PROVIDER", "staff.1.person"), ("STAFF_NOT_OF_PROVIDER", "staff.2.person")}
    own(opened("p1"), saving("p1", staff=staff[1:2])).refused(STAFF_NOT_OF_PROVIDER, place=1)


@pytest.mark.parametrize(
    "given", [{"staff": [{"person": "p1-0"}, {"person": "p1-0"}]}, {"industries": ("C34", "C34")}, {"industries": ("D44",)}]
)
def test_a_person_or_an_industry_twice_or_no_manufacture_is_malformed(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        saving("p1", **given)


def test_what_is_missing_is_said_and_unknown_ties_are_not_none() -> None:
    played = opened("p1")
    played.asked(PUT_FORWARD, "district", "310117", at=APPLYING)
    own(played, SUBMIT).refused(APPLICATION_INCOMPLETE)
    own(played, saving("p1"))
    case = own(played, SUBMIT)
    case.refused(APPLICATION_INCOMPLETE)
    assert "“基础能力”的材料" in str(case.outcome)


def test_a_file_supports_a_dimension_once() -> None:
    played = opened("p1")
    own(played, saving("p1"))
    own(played, document("p1", SelectionDimension.STAFF))
    own(played, document("p1", SelectionDimension.STAFF)).refused(DOCUMENT_ATTACHED_ALREADY)


def test_a_district_puts_a_provider_forward_once_which_then_states_itself() -> None:
    played = opened("p1")
    played.asked(PUT_FORWARD, "district", "310117", at=APPLYING).happened("application.put_forward.v1")
    assert played.application("p1").put_forward_by == "310117"
    played.asked(PUT_FORWARD, "district", "310115", at=APPLYING).refused(PUT_FORWARD_ALREADY)
    own(played, saving("p1"))
    assert played.application("p1").put_forward_by == "310117"


def test_what_is_returned_is_mended_in_its_time_and_no_later() -> None:
    played = waiting()
    for day in (date(2024, 1, 25), date(2024, 2, 10)):  # five working days at least, from a Saturday
        command = RETURN.model_copy(update={"mend_until": day})
        played.asked(command, "city", at=APPLYING).refused(MENDING_TIME_OUTSIDE, latest=OPEN_CALL.mending_until)
    late = RETURN.model_copy(update={"mend_until": OPEN_CALL.mending_until})
    told = {"days": 5, "needed": date(2024, 2, 18), "last": OPEN_CALL.mending_until}  # over the holidays
    played.asked(late, "city", at=later(APPLYING, 16)).refused(MENDING_TIME_TOO_SHORT, **told)
    played.city(RETURN, APPLYING)
    assert played.application("p1").to_mend == RETURN.items
    own(played, saving("p1", statement="已补充"), 17).refused(MENDING_OVER, until=RETURN.mend_until)
    own(played, saving("p1", statement="已补充"), 16)
    own(played, SUBMIT, 16).happened("application.submitted.v1")
    assert played.application("p1").stage is ApplicationStage.SUBMITTED
    assert played.call.applicants == ("p1",)


def test_a_submitted_application_stays_as_it_is_until_it_is_returned() -> None:
    played = waiting()
    for command in (saving("p1", statement="再补"), document("p1", SelectionDimension.STAFF), SUBMIT):
        own(played, command).refused(APPLICATION_FIXED)


def test_only_what_waits_is_checked() -> None:
    played = opened("p1")
    own(played, saving("p1"))
    for command in (RETURN, AcceptApplication(year=YEAR, provider="p1")):
        played.asked(command, "city", at=APPLYING).refused(APPLICATION_NOT_WAITING)
    played.asked(AcceptApplication(year=YEAR, provider="p2"), "city", at=APPLYING).refused(NOT_FOUND)


def test_an_application_is_withdrawn_before_it_is_marked_and_may_come_again() -> None:
    played = waiting()
    withdraw = WithdrawApplication(year=YEAR, provider="p1", reason="材料需重新准备")
    own(played, withdraw).happened("application.withdrawn.v1")
    own(played, withdraw).refused(APPLICATION_FIXED)
    own(played, saving("p1", statement="重新申报")).happened("application.saved.v1")
    assert played.application("p1").stage is ApplicationStage.DRAFT


def test_a_removed_provider_applies_again_after_the_ladders_months() -> None:
    played = opened("p1")
    removed = date(2023, 2, 28)
    gone = Listing(version=3, year=2023, standing=DirectoryStanding.REMOVED, moved=removed)
    played.states[listing_stream("p1")] = gone
    own(played, saving("p1")).refused(RE_ENTRY_TOO_EARLY, removed=removed, earliest=date(2024, 2, 28))
    played.states[listing_stream("p1")] = gone.model_copy(update={"moved": removed - timedelta(days=60)})
    assert own(played, saving("p1")).accepted
