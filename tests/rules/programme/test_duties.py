"""Duties of the task force (plan O1): each piece of work has a lead, and what has none is open, whoever declined or left."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.access import Role
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.governance.proceedings.hearing import TIME_NOT_OVER
from domain.kernel import LISTED_TWICE, NOT_FOUND
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.participants.people.state import Membership, Person, person_stream
from domain.programme.duties import events
from domain.programme.duties.commands import (
    AcceptDutyDelivery,
    AskForLaterDutyDay,
    DeclineDuty,
    DeliverDuty,
    EscalateDuty,
    KeepDutyDay,
    MoveDutyDay,
    NameDutyContact,
    NameDutyLead,
    ReleaseDutyLead,
    ReleaseRetiredLead,
    RemindOfDuty,
    ReportDuty,
    ResignDuty,
    SendBackDuty,
    StateDuty,
    TakeOnDuty,
    WithdrawDuty,
)
from domain.programme.duties.duty import (
    DUTIES,
    DUTY_CONTACT_UNKNOWN,
    DUTY_DAY_NOT_LATER,
    DUTY_DAY_PAST,
    DUTY_DAY_UNCHANGED,
    DUTY_DAYS_REVERSED,
    DUTY_LEAD_UNFIT,
    DUTY_NO_REQUEST,
    DUTY_NOT_YOURS,
    DUTY_OWN_DELIVERY,
    DUTY_STRENGTH_LACKING,
)
from domain.programme.duties.state import DUTY_STATUS, DutyStatus
from domain.programme.duties.strengths import STRENGTHS, STRENGTHS_NOT_FOR, RecordStrengths, Strength, strength_stream
from domain.stated_dates import DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD
from tests.rules.given import AT, Given, given

TODAY = AT.date()
BY = date(2024, 6, 28)
STATE = StateDuty(
    duty="t1",
    title="编制年度培训教材",
    clause="plan T1",
    deliverable="教材与题库各一套",
    strength=Strength.TRAINING,
    since=TODAY,
    by=BY,
)
OF = {"duty": "t1"}
NAME = NameDutyLead(**OF, organisation="support", contact="zhao")


def person(role: Role, unit: str, *, contact: bool = True) -> Person:
    return Person(memberships={"m": Membership(role=role, organisation=unit, since=date(2024, 1, 1), contact=contact)})


RECORD = RecordStrengths(organisation="support", since=TODAY, strengths=(Strength.TRAINING,), source="示例", mark="I")
SUPPORT = {organisation_stream("support"): Organisation(kind=OrganisationKind.SUPPORT, name="示例支撑机构")}


def recorded() -> Given:
    return given(STRENGTHS).having_read(SUPPORT).when(RECORD, "city").happened("strength.recorded.v1")


WORLD: dict[str, Any] = {
    organisation_stream("city"): Organisation(kind=OrganisationKind.CITY, name="市级部门"),
    organisation_stream("310117"): Organisation(kind=OrganisationKind.DISTRICT, name="松江区"),
    **SUPPORT,
    organisation_stream("other"): Organisation(kind=OrganisationKind.SUPPORT, name="另一支撑机构"),
    organisation_stream("gone"): Organisation(kind=OrganisationKind.SUPPORT, name="已退出", last=TODAY - timedelta(days=1)),
    organisation_stream("bank"): Organisation(kind=OrganisationKind.BANK, name="示例银行"),
    strength_stream("support"): recorded().state,
    person_stream("zhao"): person(Role.SUPPORT, "support"),
    person_stream("qian"): person(Role.SUPPORT, "support"),
    person_stream("sun"): person(Role.SUPPORT, "support", contact=False),
    person_stream("wu"): person(Role.CITY, "city"),
}


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def stated(**changes: Any) -> Given:
    command = STATE.model_copy(update=changes)
    return given(DUTIES).having_read(WORLD).when(command, "city").happened("duty.stated.v1")


def offered() -> Given:
    return stated().when(NAME, "city").happened("duty.lead_named.v1")


def led() -> Given:
    return lead(offered(), TakeOnDuty(**OF)).happened("duty.taken_on.v1")


def lead(case: Given, command: Any, **when: Any) -> Given:
    return case.when(command, "support", "support", "zhao", **when)


def test_the_city_states_a_duty_within_bounded_days_and_it_is_open() -> None:
    case = stated()
    assert case.state is not None
    assert (case.state.status, case.state.lead, case.state.remind_on < BY) == (DutyStatus.OPEN, None, True)
    case.when(STATE, "city").refused(NOT_FOUND)
    for days, rule, path in (
        ({"since": date(2023, 1, 1)}, DATE_BEFORE_PROGRAMME, "since"),
        ({"by": date(2060, 1, 1)}, DATE_TOO_FAR_AHEAD, "by"),
        ({"since": date(2024, 7, 1)}, DUTY_DAYS_REVERSED, "by"),
        ({"since": date(2024, 1, 1), "by": date(2024, 5, 1)}, DUTY_DAY_PAST, "by"),
    ):
        given(DUTIES).when(STATE.model_copy(update=days), "city").refused(rule, path=path)
    given(DUTIES).when(STATE, "district", "310117").refused(ROLE_NOT_ALLOWED)


def test_a_lead_takes_part_has_the_strength_that_is_asked_for_and_names_its_contact() -> None:
    for body in ("nobody", "gone", "bank"):
        stated().when(NAME.model_copy(update={"organisation": body}), "city").refused(DUTY_LEAD_UNFIT, path="organisation")
    stated().when(NAME.model_copy(update={"organisation": "other"}), "city").refused(DUTY_STRENGTH_LACKING, path="organisation")
    for contact in ("nobody", "sun", "wu"):
        stated().when(NAME.model_copy(update={"contact": contact}), "city").refused(DUTY_CONTACT_UNKNOWN, path="contact")
    offered().when(NAME, "city").then()
    by_the_city = NameDutyLead(**OF, organisation="city", contact="wu")
    offered().when(by_the_city, "city").happened("duty.lead_named.v1")
    any_body = NAME.model_copy(update={"organisation": "other", "contact": "li"})
    unasked = stated(strength=None).having_read({person_stream("li"): person(Role.SUPPORT, "other")})
    unasked.when(any_body, "city").happened("duty.lead_named.v1")


def test_who_declines_resigns_is_released_or_retires_leaves_the_duty_open() -> None:
    why = {"reason": "人手不足"}
    released = offered().when(ReleaseDutyLead(**OF, **why), "city")
    for case in (lead(offered(), DeclineDuty(**OF, **why)), lead(led(), ResignDuty(**OF, **why)), released):
        assert case.facts
        assert case.state is not None
        assert (case.state.status, case.state.lead, case.state.reason) == (DutyStatus.OPEN, None, "人手不足")
        case.when(NAME, "city").happened("duty.lead_named.v1")
    retiring = WORLD | {organisation_stream("support"): Organisation(kind=OrganisationKind.SUPPORT, name="示例", last=TODAY)}
    case = led().having_read(retiring)
    case.when(ReleaseRetiredLead(**OF), "system").then()
    case.when(ReleaseRetiredLead(**OF), "system", at=at(TODAY + timedelta(days=1))).then(events.DutyLeadRetired(last=TODAY))
    assert case.state is not None
    assert case.state.lead is None
    case.when(ReleaseRetiredLead(**OF), "system", at=at(TODAY + timedelta(days=1))).then()


def test_only_the_body_that_leads_answers_and_to_another_body_the_duty_is_not_there() -> None:
    offered().when(TakeOnDuty(**OF), "support", "other", "li").refused(NOT_FOUND)
    offered().when(TakeOnDuty(**OF), "provider", "support", "li").refused(NOT_FOUND)
    offered().when(TakeOnDuty(**OF), "district", "310117").refused(DUTY_NOT_YOURS, path="duty")
    offered().when(NameDutyContact(**OF, contact="qian"), "district", "310117").refused(DUTY_NOT_YOURS, path="duty")
    stated().when(TakeOnDuty(**OF), "support", "support").refused(NOT_FOUND)
    given(DUTIES).when(TakeOnDuty(**OF), "support", "support").refused(NOT_FOUND)
    led().when(WithdrawDuty(**OF, reason="x"), "support", "support").refused(ROLE_NOT_ALLOWED)


def test_the_lead_or_the_city_names_another_contact() -> None:
    change = NameDutyContact(**OF, contact="qian")
    lead(led(), change).then(events.DutyContactNamed(contact="qian"))
    led().when(change, "city").happened("duty.contact_named.v1").when(change, "city").then()
    lead(led(), NameDutyContact(**OF, contact="sun")).refused(DUTY_CONTACT_UNKNOWN, path="contact")
    stated().when(change, "city").refused(DUTY_STATUS)


def test_the_lead_asks_for_a_later_day_and_the_city_moves_it_or_says_why_not() -> None:
    later = date(2024, 7, 31)
    ask = AskForLaterDutyDay(**OF, by=later, reason="专家档期冲突")
    asked = lead(led(), ask).happened("duty.later_day_asked.v1")
    lead(asked, ask).then()
    lead(led(), ask.model_copy(update={"by": BY})).refused(DUTY_DAY_NOT_LATER, path="by")
    lead(led(), ask.model_copy(update={"by": date(2060, 1, 1)})).refused(DATE_TOO_FAR_AHEAD, path="by")
    moved = asked.when(MoveDutyDay(**OF, by=later, reason="同意"), "city", by="wu")
    assert moved.state is not None
    [change] = moved.state.day_changes
    assert (change.before, change.asked.by, change.by, change.decided_by) == (BY, later, later, "wu")
    moved.when(MoveDutyDay(**OF, by=later, reason="再次"), "city").refused(DUTY_DAY_UNCHANGED, path="by")
    kept = lead(led(), ask).when(KeepDutyDay(**OF, reason="须赶上年度培训"), "city")
    assert kept.state is not None
    assert (kept.state.by, kept.state.asked, kept.state.day_changes[0].reason) == (BY, None, "须赶上年度培训")
    kept.when(KeepDutyDay(**OF, reason="再次"), "city").refused(DUTY_NO_REQUEST)
    early = MoveDutyDay(**OF, by=TODAY - timedelta(days=1), reason="提前")
    led().when(early, "city").refused(DUTY_DAYS_REVERSED, path="by")


def test_progress_is_reported_and_what_is_delivered_is_judged_by_another_person() -> None:
    report, deliver = ReportDuty(**OF, text="完成目录"), DeliverDuty(**OF, text="教材与题库见文件平台")
    reported = lead(led(), report).then(events.DutyReported(day=TODAY, text="完成目录"))
    lead(reported, report).then()
    delivered = lead(reported, deliver).happened("duty.delivered.v1")
    delivered.when(AcceptDutyDelivery(**OF), "city", by="zhao").refused(DUTY_OWN_DELIVERY)
    back = delivered.when(SendBackDuty(**OF, reason="缺题库"), "city").happened("duty.sent_back.v1")
    again = lead(back, deliver).happened("duty.delivered.v1")
    done = again.when(AcceptDutyDelivery(**OF), "city").happened("duty.delivery_accepted.v1")
    done.when(WithdrawDuty(**OF, reason="不再需要"), "city").refused(DUTY_STATUS, status="done")
    lead(done, report).refused(DUTY_STATUS)


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (NAME, DutyStatus.LED),
        (TakeOnDuty(**OF), DutyStatus.LED),
        (AcceptDutyDelivery(**OF), DutyStatus.LED),
        (SendBackDuty(**OF, reason="缺"), DutyStatus.OFFERED),
        (DeliverDuty(**OF, text="成果"), DutyStatus.OFFERED),
    ],
)
def test_a_step_out_of_turn_says_what_is_next(command: Any, status: DutyStatus) -> None:
    case = led() if status is DutyStatus.LED else offered()
    role, unit = ("support", "support") if type(command) in (TakeOnDuty, DeliverDuty) else ("city", "city")
    case.when(command, role, unit).refused(DUTY_STATUS, status=status.value)


def test_a_withdrawn_duty_stays_on_record_and_changes_no_more() -> None:
    case = led().when(WithdrawDuty(**OF, reason="并入其他任务"), "city").happened("duty.withdrawn.v1")
    case.when(MoveDutyDay(**OF, by=date(2024, 7, 1), reason="x"), "city").refused(DUTY_STATUS, status="withdrawn")


def test_it_is_reminded_of_once_and_told_once_that_it_is_over() -> None:
    case = led()
    assert case.state is not None
    remind, escalate = RemindOfDuty(**OF), EscalateDuty(**OF)
    case.when(remind, "system").refused(TIME_NOT_OVER)
    case.when(escalate, "system", at=at(BY)).refused(TIME_NOT_OVER)
    on = at(case.state.remind_on)
    case.when(remind, "system", at=on).then(events.DutyReminded(by=BY)).when(remind, "system", at=on).then()
    after = at(BY + timedelta(days=1))
    case.when(remind, "system", at=after).then()
    case.when(escalate, "system", at=after).then(events.DutyEscalated(by=BY)).when(escalate, "system", at=after).then()
    delivered = lead(led(), DeliverDuty(**OF, text="成果"))
    delivered.when(escalate, "system", at=after).then()


def test_strengths_are_dated_data_about_support_bodies_and_providers() -> None:
    case = recorded()
    case.when(RECORD, "city").then()
    assert case.state is not None
    assert case.state.on(TODAY - timedelta(days=1)) == frozenset()
    nothing_more = RECORD.model_copy(update={"since": TODAY + timedelta(days=9), "strengths": ()})
    case.when(nothing_more, "city").happened("strength.recorded.v1")
    assert [bool(case.state.on(TODAY + timedelta(days=days))) for days in (0, 8, 9)] == [True, True, False]
    case.when(RECORD.model_copy(update={"organisation": "bank"}), "city").refused(STRENGTHS_NOT_FOR, path="organisation")
    case.when(RECORD.model_copy(update={"since": date(2020, 1, 1)}), "city").refused(DATE_BEFORE_PROGRAMME, path="since")
    twice = RECORD.model_copy(update={"strengths": (Strength.TRAINING, Strength.TRAINING)})
    case.when(twice, "city").refused(LISTED_TWICE, path="strengths.1")
    case.when(RECORD, "district").refused(ROLE_NOT_ALLOWED)
