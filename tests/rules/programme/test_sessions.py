"""Outreach sessions (plan T2): planned and announced by a unit, firms invited, signed up, signed in, recorded as having come."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND, OnStream, fold
from domain.participants.enterprises import Enterprise, enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.programme.sessions import attendance_facts as facts
from domain.programme.sessions.attendance import (
    ATTENDANCE_ANSWERED,
    ATTENDANCE_STANDS,
    ATTENDANCES,
    DID_NOT_COME,
    SESSION_FULL,
    SIGN_IN_CLOSED,
    SIGN_IN_CODE_SPENT,
    DeclineOutreachSession,
    SignInToOutreachSession,
    SignUpForOutreachSession,
    StrikeOutreachAttendance,
)
from domain.programme.sessions.session import (
    FIRM_NOT_ADDRESSED,
    SESSION_AUDIENCE_BEYOND,
    SESSION_BEGUN,
    SESSION_HOURS_REVERSED,
    SESSION_IN_THE_PAST,
    SESSION_NOT_BEGUN,
    SESSION_STATUS,
    SESSION_UNCHANGED,
    SESSION_WITHOUT_PLACE,
    SESSIONS,
    AnnounceOutreachSession,
    CancelOutreachSession,
    InviteToOutreachSession,
    MoveOutreachSession,
    PlanOutreachSession,
    RecordOutreachAttendance,
)
from domain.programme.sessions.session_facts import SessionFirmsInvited, SessionSeatsTaken
from domain.programme.sessions.state import (
    SESSION_NOT_ANNOUNCED,
    SESSION_NOT_YOURS,
    OutreachKind,
    SessionAudience,
    attendance_stream,
    session_stream,
)
from tests.rules.cases import FIRM
from tests.rules.given import AT, Given, given

PLAN = PlanOutreachSession(
    outreach_session="s1",
    kind=OutreachKind.BRIEFING,
    topic="诊断流程与填报说明",
    host="松江区经委",
    held_on=date(2024, 5, 20),
    begins="09:30",
    ends="11:30",
    place="区会议中心",
    capacity=10,
)
BEGINS = datetime(2024, 5, 20, 1, 30, tzinfo=UTC)
"""Half past nine in Shanghai."""
WORLD = {
    enterprise_stream("e1"): Enterprise(**FIRM.model_dump() | {"park": "park"}),
    enterprise_stream("e2"): Enterprise(**FIRM.model_dump()),
    enterprise_stream("pudong"): Enterprise(**FIRM.model_dump() | {"district": "310115"}),
    organisation_stream("310117"): Organisation(kind=OrganisationKind.DISTRICT, name="松江区"),
    organisation_stream("310115"): Organisation(kind=OrganisationKind.DISTRICT, name="浦东新区"),
    organisation_stream("310117001"): Organisation(kind=OrganisationKind.SUBDISTRICT, name="示例街道", parent="310117"),
    organisation_stream("park"): Organisation(kind=OrganisationKind.PARK, name="示例园区", parent="310117"),
}
ANNOUNCE, CANCEL = AnnounceOutreachSession(outreach_session="s1"), CancelOutreachSession(outreach_session="s1", reason="场地不可用")
PART = attendance_stream("s1", "e1")
OF = {"outreach_session": "s1", "enterprise": "e1"}


def district(case: Given, command: Any, **rest: Any) -> Given:
    return case.when(command, "district", "310117", **rest)


def changed(**changes: Any) -> PlanOutreachSession:
    return PLAN.model_copy(update=changes)


def planned(**changes: Any) -> Given:
    return district(given(SESSIONS).having_read(WORLD), changed(**changes)).accepted


def announced(**changes: Any) -> Given:
    return district(planned(**changes), ANNOUNCE).accepted


def invite(*firms: str) -> InviteToOutreachSession:
    return InviteToOutreachSession(outreach_session="s1", enterprises=firms)


def record(*firms: str) -> RecordOutreachAttendance:
    return RecordOutreachAttendance(outreach_session="s1", enterprises=firms)


def firm(case: Given, command: Any, **rest: Any) -> Given:
    return case.when(command, "enterprise", "e1", **rest)


def invited(**changes: Any) -> Given:
    """One firm's part, invited to an announced session."""
    session = announced(**changes).state
    part = given(ATTENDANCES, facts.AttendanceInvited(session="s1", enterprise="e1"))
    return part.having_read({**WORLD, session_stream("s1"): session})


def sign_up(*people: int) -> SignUpForOutreachSession:
    groups = tuple(facts.AttendeeGroup(function=f"职能{at}", people=many) for at, many in enumerate(people))
    return SignUpForOutreachSession(**OF, groups=groups)


def sign_in(*, holds: bool = True) -> SignInToOutreachSession:
    return SignInToOutreachSession(**OF, people=2, code_holds=holds)


STRIKE = StrikeOutreachAttendance(**OF, reason="登记有误")
DECLINE = DeclineOutreachSession(**OF, reason="生产任务重")


def test_a_district_plans_a_session_in_the_citys_hours_and_announces_it() -> None:
    case = planned()
    case.happened("session.planned.v1")
    assert case.state.starts_at == BEGINS
    district(case, ANNOUNCE).happened("session.announced.v1")
    district(case, ANNOUNCE).refused(SESSION_STATUS, status="announced", status_name="已发布")


def test_the_city_and_a_park_hold_sessions_too_and_a_subdistrict_none() -> None:
    for role, unit in (("city", "city"), ("park", "park")):
        given(SESSIONS).when(PLAN, role, unit).happened("session.planned.v1")
    given(SESSIONS).when(PLAN, "subdistrict", "310117001").refused(ROLE_NOT_ALLOWED)
    district(planned(), PLAN).refused(NOT_FOUND)


def test_hours_lie_ahead_and_in_order_and_there_is_a_place_or_a_link() -> None:
    district(given(SESSIONS), changed(ends="09:30")).refused(SESSION_HOURS_REVERSED, path="ends")
    district(given(SESSIONS), changed(held_on=date(2024, 5, 6))).refused(SESSION_IN_THE_PAST, path="held_on")
    district(given(SESSIONS), changed(place=None)).refused(SESSION_WITHOUT_PLACE, path="place")
    district(given(SESSIONS), changed(place=None, link="https://meeting.example/1")).happened("session.planned.v1")
    for wrong in ({"begins": "9:30"}, {"begins": "24:00"}, {"link": "http://meeting.example/1"}):
        with pytest.raises(ValidationError):
            PlanOutreachSession(**PLAN.model_dump() | wrong)


@pytest.mark.parametrize(
    ("role", "unit", "audience"),
    [
        ("district", "310117", {"district": "310115"}),
        ("district", "310115", {"subdistrict": "310117001"}),
        ("district", "310117", {"park": "nowhere"}),
        ("district", "310117", {"park": "310117"}),
        ("park", "park", {"district": "310117"}),
    ],
)
def test_an_audience_is_registered_and_the_organisers_own(role: str, unit: str, audience: dict[str, str]) -> None:
    command = changed(audience=SessionAudience(**audience))
    given(SESSIONS).having_read(WORLD).when(command, role, unit).refused(
        SESSION_AUDIENCE_BEYOND, path=f"audience.{next(iter(audience))}"
    )


def test_a_district_addresses_what_lies_in_it_and_a_park_itself() -> None:
    case = given(SESSIONS).having_read(WORLD)
    for audience in ({"district": "310117"}, {"subdistrict": "310117001", "industry": "C34"}, {"park": "park"}):
        district(given(SESSIONS).having_read(WORLD), changed(audience=SessionAudience(**audience))).accepted  # noqa: B018 - refuses to be read where it was refused
    case.when(changed(audience=SessionAudience(park="park")), "park", "park").happened("session.planned.v1")


def test_a_session_is_moved_or_cancelled_with_the_reason_before_it_begins() -> None:
    stated = PLAN.model_dump(include={"outreach_session", "begins", "ends", "place", "held_on"})
    later = MoveOutreachSession(**stated | {"held_on": date(2024, 5, 21)}, reason="场地不可用")
    case = district(announced(), later)
    case.happened("session.moved.v1")
    assert case.state.held_on == date(2024, 5, 21)
    district(announced(), later.model_copy(update={"held_on": PLAN.held_on})).refused(SESSION_UNCHANGED, path="held_on")
    district(announced(), later, at=BEGINS).refused(SESSION_BEGUN)
    district(announced(), CANCEL, at=BEGINS).refused(SESSION_BEGUN)
    over = district(announced(), CANCEL)
    over.happened("session.cancelled.v1")
    district(over, later).refused(SESSION_STATUS, status="cancelled")
    district(over, invite("e1")).refused(SESSION_NOT_ANNOUNCED)


def test_another_units_session_is_hidden_until_it_is_announced_and_its_organisers_to_change() -> None:
    for command in (ANNOUNCE, CANCEL, invite("pudong"), record("pudong")):
        planned().when(command, "district", "310115").refused(NOT_FOUND)
    announced().when(CANCEL, "district", "310115").refused(SESSION_NOT_YOURS)
    announced().when(CANCEL, "city", "city").happened("session.cancelled.v1")
    given(SESSIONS).when(CANCEL, "city", "city").refused(NOT_FOUND)


def test_a_session_that_was_cancelled_before_it_was_announced_stays_hidden() -> None:
    case = district(planned(), CANCEL).accepted
    for command in (ANNOUNCE, CANCEL, invite("pudong"), record("pudong")):
        case.when(command, "district", "310115").refused(NOT_FOUND)
    district(announced(), CANCEL).accepted.when(CANCEL, "district", "310115").refused(SESSION_NOT_YOURS)


def test_firms_are_invited_by_whoever_they_live_with_each_once() -> None:
    case = district(announced(), invite("e1", "e2", "e1"))
    case.then(
        SessionFirmsInvited(firms=2),
        OnStream(PART, facts.AttendanceInvited(session="s1", enterprise="e1")),
        OnStream(attendance_stream("s1", "e2"), facts.AttendanceInvited(session="s1", enterprise="e2")),
    )
    district(case, invite("e1", "e2")).then()
    assert district(announced(), invite("e1", "pudong")).told == {("NOT_FOUND", "enterprises.1")}
    announced().when(invite("pudong"), "district", "310115").happened("session.firms_invited.v1", "attendance.invited.v1")
    district(planned(), invite("e1")).refused(SESSION_NOT_ANNOUNCED)
    district(announced(), invite("e1"), at=BEGINS).refused(SESSION_BEGUN)


def test_a_firm_that_declined_may_be_invited_again() -> None:
    case = district(announced(), invite("e1")).accepted
    case.having_read({PART: facts.Attendance(status=facts.AttendanceStatus.DECLINED)})
    district(case, invite("e1")).happened("session.firms_invited.v1", "attendance.invited.v1")


def test_only_firms_that_it_is_for_are_invited() -> None:
    case = announced(audience=SessionAudience(park="park", industry="C34"))
    assert district(case, invite("e2", "e1")).told == {("FIRM_NOT_ADDRESSED", "enterprises.0")}
    district(case, invite("e2")).refused(FIRM_NOT_ADDRESSED)
    district(case, invite("e1")).happened("session.firms_invited.v1", "attendance.invited.v1")


def test_a_park_is_not_addressed_by_the_beginning_of_its_name() -> None:
    other = {organisation_stream("par"): Organisation(kind=OrganisationKind.PARK, name="另一园区", parent="310117")}
    case = district(given(SESSIONS).having_read({**WORLD, **other}), changed(audience=SessionAudience(park="par"))).accepted
    district(district(case, ANNOUNCE).accepted, invite("e1")).refused(FIRM_NOT_ADDRESSED)


def test_a_firm_signs_up_with_functions_and_numbers_and_the_seats_are_counted() -> None:
    case = firm(invited(), sign_up(2, 1))
    case.happened("attendance.signed_up.v1", "session.seats_taken.v1")
    assert case.read[session_stream("s1")].seats == 3
    firm(case, sign_up(2, 1)).refused(ATTENDANCE_ANSWERED)
    firm(case, sign_up(1)).then(
        facts.AttendanceSignedUp(people=1, groups=sign_up(1).groups),
        OnStream(session_stream("s1"), SessionSeatsTaken(seats=1)),
    )
    firm(case, DECLINE).happened("attendance.declined.v1", "session.seats_taken.v1")
    assert case.read[session_stream("s1")].seats == 0
    firm(case, DECLINE).refused(ATTENDANCE_ANSWERED)


def test_where_there_is_no_room_nobody_signs_up_and_a_firm_may_use_its_own_seats_anew() -> None:
    firm(invited(), sign_up(6, 5)).refused(SESSION_FULL, path="groups", at_most=10)
    case = firm(invited(), sign_up(10)).accepted
    firm(case, sign_up(4, 6)).happened("attendance.signed_up.v1")
    firm(invited(capacity=None), sign_up(50, 50)).accepted  # noqa: B018 - refuses to be read where it was refused


def test_once_it_begins_nobody_signs_up_or_declines() -> None:
    for command in (sign_up(1), DECLINE):
        firm(invited(), command, at=BEGINS).refused(SESSION_BEGUN)


def test_a_firm_that_is_not_invited_is_told_of_no_session() -> None:
    read = {**WORLD, session_stream("s1"): announced().state}
    for command in (sign_up(1), DECLINE, sign_in()):
        firm(given(ATTENDANCES).having_read(read), command).refused(NOT_FOUND)
        firm(given(ATTENDANCES).having_read(WORLD), command).refused(NOT_FOUND)


def test_a_firm_signs_in_by_the_code_within_the_hours_and_half_an_hour_around_them() -> None:
    half = timedelta(minutes=30)
    for at in (BEGINS - half, BEGINS + timedelta(hours=2) + half):
        firm(invited(), sign_in(), at=at).happened("attendance.signed_in.v1")
    for at in (BEGINS - half - timedelta(seconds=1), BEGINS + timedelta(hours=2) + half + timedelta(seconds=1)):
        firm(invited(), sign_in(), at=at).refused(SIGN_IN_CLOSED, earliest="2024-05-20 09:00", latest="2024-05-20 12:00")
    came = firm(invited(), sign_in(), at=BEGINS)
    firm(came, sign_in(), at=BEGINS).refused(ATTENDANCE_STANDS)


def test_wrong_codes_are_facts_and_after_five_the_organiser_alone_records_it() -> None:
    case = invited()
    for _ in range(5):
        firm(case, sign_in(holds=False), at=BEGINS).then(facts.SignInCodeMistaken())
    firm(case, sign_in(), at=BEGINS).refused(SIGN_IN_CODE_SPENT, at_most=5)
    session = announced().having_read({PART: case.state})
    district(session, record("e1"), at=BEGINS).happened("session.attendance_recorded.v1", "attendance.recorded.v1")


def test_the_organiser_records_who_came_invited_or_not_once_sign_in_is_open() -> None:
    district(announced(), record("e1"), at=AT).refused(SESSION_NOT_BEGUN)
    case = district(announced(), record("e1", "e2"), at=BEGINS)
    case.happened("session.attendance_recorded.v1", *["attendance.recorded.v1"] * 2)
    district(case, record("e1"), at=BEGINS).then()
    assert district(announced(), record("pudong"), at=BEGINS).told == {("NOT_FOUND", "enterprises.0")}
    district(planned(), record("e1"), at=BEGINS).refused(SESSION_NOT_ANNOUNCED)


def test_whoever_the_firms_live_with_records_them_also_at_another_units_session() -> None:
    case = announced().when(record("pudong"), "district", "310115", at=BEGINS)
    case.happened("session.attendance_recorded.v1", "attendance.recorded.v1")
    assert announced().when(record("e1"), "district", "310115", at=BEGINS).told == {("NOT_FOUND", "enterprises.0")}
    read = {**WORLD, session_stream("s1"): announced().state}
    part = given(ATTENDANCES, facts.ArrivalRecorded(session="s1", enterprise="pudong")).having_read(read)
    strike = STRIKE.model_copy(update={"enterprise": "pudong"})
    part.when(strike, "district", "310117").refused(NOT_FOUND)
    part.when(strike, "district", "310115").happened("attendance.struck.v1")


def test_a_firm_that_came_neither_signs_up_nor_declines_any_more() -> None:
    before = BEGINS - timedelta(minutes=10)
    came = firm(invited(), sign_in(), at=before)
    for command in (sign_up(1), DECLINE):
        firm(came, command, at=before).refused(ATTENDANCE_STANDS)


def test_a_wrong_record_is_taken_back_with_the_reason() -> None:
    case = firm(invited(), sign_in(), at=BEGINS)
    case.when(STRIKE, "district", "310115").refused(NOT_FOUND)
    district(case, STRIKE).happened("attendance.struck.v1")
    district(case, STRIKE).refused(DID_NOT_COME)
    district(given(ATTENDANCES).having_read(case.read), STRIKE).refused(NOT_FOUND)


def test_a_part_is_the_same_however_often_its_facts_are_read() -> None:
    history = (
        facts.AttendanceInvited(session="s1", enterprise="e1"),
        facts.AttendanceSignedUp(people=1, groups=sign_up(1).groups),
        facts.AttendanceDeclined(reason="停产"),
    )
    assert fold(ATTENDANCES.evolve, history) == facts.Attendance(status=facts.AttendanceStatus.DECLINED)
