"""Dates that people state (plan P5): each lies within the life of the thing it belongs to, both ways, in every command."""

import typing
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel, ValidationError

from domain.access import Role
from domain.diagnosis import assignments
from domain.diagnosis.campaign_limits import CAMPAIGN_LIMITS_DAY
from domain.diagnosis.campaigns import CAMPAIGN_DAYS_REVERSED, CAMPAIGN_END_NOT_LATER
from domain.diagnosis.external.batch import BATCH_DAY_AHEAD
from domain.diagnosis.external.result import RESULT_WITHDRAWN_WHEN
from domain.diagnosis.follow_up import MEASURE_DAY_PAST
from domain.diagnosis.on_site import VISIT_BEFORE_OPENING, VISIT_IN_FUTURE
from domain.diagnosis.readings import READING_IN_FUTURE, READING_TOO_EARLY
from domain.diagnosis.state import diagnosis_stream
from domain.diagnosis.visits import VISIT_DAY_PAST
from domain.events import CAPABILITIES
from domain.governance import ties
from domain.governance.proceedings.hearing import DEADLINE_NOT_LATER, HEARING_TOO_SOON
from domain.governance.working_calendar import CALENDAR_DAY_OUTSIDE
from domain.instants import city_day
from domain.kernel import Refused, Rule
from domain.participants import consents, organisations
from domain.participants.headquarters import HEADQUARTERS, HEADQUARTERS_NOT_LATER
from domain.participants.ownership import OWNERSHIP_AHEAD
from domain.participants.partner_contracts import CONTRACT_OVER
from domain.participants.people.memberships import (
    MEMBERSHIP_ENDS_TOO_EARLY,
    MEMBERSHIP_OVER,
    EndMembership,
)
from domain.participants.people.person import PEOPLE
from domain.participants.people.state import Membership, Person, person_stream
from domain.programme.demands.deal import DELIVERY_DAY_OUT_OF_RANGE
from domain.programme.demands.demand import DEMAND_DAY_PAST
from domain.programme.demands.gap_consent import GAP_CONSENT_PAST
from domain.programme.demands.offer import OFFER_DAY_OUT_OF_RANGE
from domain.programme.designations import DESIGNATION_DAYS_REVERSED
from domain.programme.duties.duty import DUTY_DAY_NOT_LATER, DUTY_DAY_PAST, DUTY_DAYS_REVERSED
from domain.programme.implementations import CERTIFICATE_DAYS_REVERSED, IMPLEMENTATION_DAY_OUT_OF_RANGE
from domain.programme.packages.making import PACKAGE_HANDED_OVER_WHEN
from domain.programme.policies.policy import POLICY_DAYS_REVERSED
from domain.programme.sessions.session import SESSION_IN_THE_PAST
from domain.providers.applications.application import MENDING_TIME_OUTSIDE
from domain.providers.calibration import CALIBRATION_DAY_PAST
from domain.providers.calls.call import CALL_DATES_OUT_OF_ORDER, CALL_NOT_PUT_OFF
from domain.providers.certificates import CERTIFICATE_BACKDATED
from domain.providers.listings.listing import CORRECTION_IN_THE_PAST
from domain.providers.sampling.draw import BEACON_NOT_LATER
from domain.standard import editions
from domain.standard.revision.consultation import CONSULTATION_DATES, CONSULTATION_TOO_SHORT
from domain.standard.revision.publication import NOT_AFTER_TODAY
from domain.stated_dates import DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, DAY_BEFORE_PROGRAMME, PROGRAMME_YEARS
from tests.rules import cases, revisions
from tests.rules.dated_commands import (
    CALL_DATES,
    DAY,
    FAR,
    TODAY,
    apply_for_certificate,
    appoint_reader,
    ask_for_later_duty_day,
    assign,
    call_until,
    certify,
    certify_standard,
    confirm_delivery,
    consent,
    consent_to_chain_leader,
    consult,
    correct_headquarters,
    declare_ownership,
    designate,
    draft_policy,
    end_headquarters,
    end_membership,
    end_tie,
    extend_call,
    extend_campaign,
    extend_stage,
    fix_frame,
    grant,
    hand_over,
    hold_reading,
    invite,
    make_offer,
    map_editions,
    move_deadline,
    move_duty_day,
    move_outreach_session,
    name_headquarters,
    plan_campaign,
    plan_measure,
    plan_outreach_session,
    plan_session,
    plan_visit,
    propose_dated_rule,
    publish,
    publish_demand,
    record_strengths,
    retire,
    retire_organisation,
    return_application,
    revise_policy,
    schedule_outreach,
    set_cases,
    set_costs,
    set_dated_rule,
    set_hearing,
    set_holiday,
    set_workday,
    state_duty,
    tie,
    visit,
    warn,
)
from tests.rules.diagnosis import (
    test_assignments,
    test_campaign_limits,
    test_campaigns,
    test_external_results,
    test_stages,
)
from tests.rules.given import BEFORE, Given, given
from tests.rules.governance import test_ties
from tests.rules.participants import test_headquarters, test_partner_contracts, test_people
from tests.rules.programme import test_demands, test_duties, test_packages
from tests.rules.providers.calls import OPEN_CALL, OPENING

BEGAN = date(2023, 7, 28)
"""The day the plan was issued."""


ANCIENT = date(1900, 1, 1)


OF_2027 = (date(2027, 1, 1), date(2027, 12, 31))


class Bounded(NamedTuple):
    """A date of a command: how it is sent, and the outermost days that are taken; the day beyond each breaks a rule.

    first, last: None where another of the command's dates decides first.
    """

    send: Callable[[date], Given]
    too_early: Rule
    too_late: Rule
    first: date | None
    last: date | None


TERM = timedelta(days=40)
PUBLISHED_AT = city_day(revisions.AFTERWARDS)
CALL_OPENED = city_day(OPENING)
CALL_FAR = CALL_OPENED + timedelta(days=7305)
FIELDS = {
    **{
        f"{name}.{path}": Bounded(how, IMPLEMENTATION_DAY_OUT_OF_RANGE, IMPLEMENTATION_DAY_OUT_OF_RANGE, TODAY, TODAY + 3 * DAY)
        for name, path, how in (
            ("ApplyForStandardCertificate", "applied_on", apply_for_certificate),
            ("RecordStandardCertificate", "certified_on", lambda day: certify_standard(certified_on=day)),
        )
    },
    "RecordStandardCertificate.until": Bounded(
        lambda day: certify_standard(until=day), CERTIFICATE_DAYS_REVERSED, DATE_TOO_FAR_AHEAD, TODAY, FAR + 3 * DAY
    ),
    **{
        f"{name}.since": Bounded(how, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR)
        for name, how in (
            ("DraftPolicy.terms", draft_policy),
            ("RevisePolicy.terms", revise_policy),
            ("RecordDesignation", designate),
        )
    },
    **{
        f"{name}.until": Bounded(partial(how, TODAY), reversed_, DATE_TOO_FAR_AHEAD, TODAY, FAR)
        for name, how, reversed_ in (
            ("DraftPolicy.terms", draft_policy, POLICY_DAYS_REVERSED),
            ("RevisePolicy.terms", revise_policy, POLICY_DAYS_REVERSED),
            ("RecordDesignation", designate, DESIGNATION_DAYS_REVERSED),
        )
    },
    "SendResultBatch.stated_on": Bounded(test_external_results.stated, DAY_BEFORE_PROGRAMME, BATCH_DAY_AHEAD, BEGAN, TODAY),
    "HandOverPackage.handed_over_on": Bounded(
        test_packages.handed_over, PACKAGE_HANDED_OVER_WHEN, PACKAGE_HANDED_OVER_WHEN, TODAY, TODAY + 3 * DAY
    ),
    "WithdrawExternalResult.withdrawn_on": Bounded(
        test_external_results.withdrawn, RESULT_WITHDRAWN_WHEN, RESULT_WITHDRAWN_WHEN, test_external_results.ROW.assessed_on, TODAY
    ),
    **{
        f"{name}.held_on": Bounded(how, SESSION_IN_THE_PAST, DATE_TOO_FAR_AHEAD, TODAY, FAR)
        for name, how in (("PlanOutreachSession", plan_outreach_session), ("MoveOutreachSession", move_outreach_session))
    },
    "PublishDemand.by": Bounded(publish_demand, DEMAND_DAY_PAST, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "MakeOffer.ready_by": Bounded(make_offer, OFFER_DAY_OUT_OF_RANGE, OFFER_DAY_OUT_OF_RANGE, TODAY, test_demands.BY),
    "ConfirmDelivery.delivered_on": Bounded(
        confirm_delivery, DELIVERY_DAY_OUT_OF_RANGE, DELIVERY_DAY_OUT_OF_RANGE, TODAY, TODAY
    ),
    "ConsentToChainLeader.until": Bounded(consent_to_chain_leader, GAP_CONSENT_PAST, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "RecordStrengths.since": Bounded(record_strengths, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "StateDuty.since": Bounded(
        lambda day: state_duty(since=day), DATE_BEFORE_PROGRAMME, DUTY_DAYS_REVERSED, BEGAN, test_duties.BY
    ),
    "StateDuty.by": Bounded(
        lambda day: state_duty(since=date(2024, 1, 2), by=day), DUTY_DAY_PAST, DATE_TOO_FAR_AHEAD, TODAY, FAR
    ),
    "MoveDutyDay.by": Bounded(move_duty_day, DUTY_DAY_PAST, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "AskForLaterDutyDay.by": Bounded(
        ask_for_later_duty_day, DUTY_DAY_NOT_LATER, DATE_TOO_FAR_AHEAD, test_duties.BY + DAY, FAR
    ),
    "SetOutreachSchedule.since": Bounded(schedule_outreach, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "AppointReader.until": Bounded(appoint_reader, assignments.ASSIGNMENT_OVER, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "RecordReading.held_on": Bounded(hold_reading, READING_TOO_EARLY, READING_IN_FUTURE, TODAY, TODAY + 3 * DAY),
    "PlanFollowUp.measures.by": Bounded(plan_measure, MEASURE_DAY_PAST, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "ExtendStage.until": Bounded(extend_stage, DEADLINE_NOT_LATER, DATE_TOO_FAR_AHEAD, test_stages.DUE + DAY, FAR),
    "PlanCampaign.since": Bounded(
        lambda day: plan_campaign(day, max(day, TODAY)), DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR
    ),
    "PlanCampaign.until": Bounded(
        lambda day: plan_campaign(TODAY, day), CAMPAIGN_DAYS_REVERSED, DATE_TOO_FAR_AHEAD, TODAY, FAR
    ),
    "SetCampaignLimits.since": Bounded(
        test_campaign_limits.setting, CAMPAIGN_LIMITS_DAY, CAMPAIGN_LIMITS_DAY, TODAY, test_campaign_limits.UNTIL
    ),
    "ExtendCampaign.until": Bounded(
        extend_campaign, CAMPAIGN_END_NOT_LATER, DATE_TOO_FAR_AHEAD, test_campaigns.PLAN.until + DAY, FAR
    ),
    **{
        f"OpenCall.{name}": Bounded(partial(call_until, name), CALL_DATES_OUT_OF_ORDER, DATE_TOO_FAR_AHEAD, first, CALL_FAR)
        for name, first in zip(
            CALL_DATES, (CALL_OPENED, *(getattr(OPEN_CALL, name) for name in CALL_DATES[:-1])), strict=True
        )
    },
    **{
        f"ExtendCall.{name}": Bounded(
            partial(extend_call, name), CALL_NOT_PUT_OFF, DATE_TOO_FAR_AHEAD, getattr(OPEN_CALL, name) + DAY, CALL_FAR
        )
        for name in CALL_DATES
    },
    "ReturnApplication.mend_until": Bounded(
        return_application, MENDING_TIME_OUTSIDE, MENDING_TIME_OUTSIDE, date(2024, 1, 26), OPEN_CALL.mending_until
    ),
    "WarnProvider.due": Bounded(
        warn, CORRECTION_IN_THE_PAST, DATE_TOO_FAR_AHEAD, date(2024, 4, 18), date(2024, 3, 20) + timedelta(days=7305)
    ),
    "RecordSiteVisit.visited_on": Bounded(visit, VISIT_BEFORE_OPENING, VISIT_IN_FUTURE, TODAY - 3 * DAY, TODAY),
    "PlanSiteVisit.day": Bounded(plan_visit, VISIT_DAY_PAST, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "AssignExpert.since": Bounded(
        lambda day: assign(day, max(day, TODAY)), assignments.ASSIGNMENT_BEFORE_OPENING, DATE_TOO_FAR_AHEAD, city_day(BEFORE), FAR
    ),
    "AssignExpert.until": Bounded(
        lambda day: assign(min(day, TODAY), day), assignments.ASSIGNMENT_OVER, DATE_TOO_FAR_AHEAD, TODAY, FAR
    ),
    "DeclareOwnership.since": Bounded(declare_ownership, DATE_BEFORE_PROGRAMME, OWNERSHIP_AHEAD, BEGAN, TODAY),
    "DeclareTie.since": Bounded(tie, DATE_BEFORE_PROGRAMME, ties.TIE_LAST_AHEAD, BEGAN, TODAY),
    "DeclareTie.last": Bounded(
        lambda day: tie(test_ties.BEGAN, day), ties.TIE_DAYS_REVERSED, ties.TIE_LAST_AHEAD, test_ties.BEGAN, TODAY
    ),
    "EndTie.last": Bounded(end_tie, ties.TIE_DAYS_REVERSED, ties.TIE_LAST_AHEAD, test_ties.BEGAN, TODAY),
    "GrantConsent.since": Bounded(
        lambda day: consent(day, max(day, TODAY)), consents.CONSENT_BEFORE_FIRM, DATE_TOO_FAR_AHEAD, city_day(BEFORE), FAR
    ),
    "GrantConsent.until": Bounded(lambda day: consent(min(day, TODAY), day), consents.CONSENT_OVER, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "GrantPartnerContract.until": Bounded(
        test_partner_contracts.granted_until, CONTRACT_OVER, DATE_TOO_FAR_AHEAD, TODAY, FAR
    ),
    "InvitePerson.since": Bounded(invite, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "InvitePerson.until": Bounded(lambda day: invite(BEGAN, day), MEMBERSHIP_OVER, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "GrantMembership.since": Bounded(grant, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "GrantMembership.until": Bounded(lambda day: grant(BEGAN, day), MEMBERSHIP_OVER, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "GrantCertificate.since": Bounded(certify, CERTIFICATE_BACKDATED, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "PlanTrainingSession.on": Bounded(plan_session, DAY_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "SetCalibrationCases.closes": Bounded(set_cases, CALIBRATION_DAY_PAST, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "FixFrame.beacon_day": Bounded(fix_frame, BEACON_NOT_LATER, DATE_TOO_FAR_AHEAD, TODAY + DAY, FAR),
    "EndMembership.on": Bounded(end_membership, MEMBERSHIP_ENDS_TOO_EARLY, DATE_TOO_FAR_AHEAD, TODAY - DAY, FAR),
    "HandOverMembership.on": Bounded(hand_over, MEMBERSHIP_ENDS_TOO_EARLY, DATE_TOO_FAR_AHEAD, TODAY - DAY, FAR),
    "NameHeadquarters.since": Bounded(name_headquarters, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "CorrectHeadquarters.since": Bounded(correct_headquarters, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "EndHeadquarters.on": Bounded(end_headquarters, HEADQUARTERS_NOT_LATER, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "SetEditionMapping.since": Bounded(map_editions, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "SetImprovementCosts.since": Bounded(set_costs, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "SetRule.since": Bounded(set_dated_rule, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "ProposeRule.since": Bounded(propose_dated_rule, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "MoveDeadline.until": Bounded(move_deadline, DEADLINE_NOT_LATER, DATE_TOO_FAR_AHEAD, date(2024, 5, 12), FAR),
    "SetHearing.day": Bounded(set_hearing, HEARING_TOO_SOON, DATE_TOO_FAR_AHEAD, date(2024, 5, 14), FAR),
    "SetWorkingCalendar.holidays.first": Bounded(
        lambda day: set_holiday(day, max(day, *OF_2027[:1])), CALENDAR_DAY_OUTSIDE, CALENDAR_DAY_OUTSIDE, *OF_2027
    ),
    "SetWorkingCalendar.holidays.last": Bounded(
        lambda day: set_holiday(min(day, *OF_2027[1:]), day), CALENDAR_DAY_OUTSIDE, CALENDAR_DAY_OUTSIDE, *OF_2027
    ),
    "SetWorkingCalendar.workdays": Bounded(set_workday, CALENDAR_DAY_OUTSIDE, CALENDAR_DAY_OUTSIDE, None, None),
    "RetireEdition.since": Bounded(retire, editions.RETIRED_IN_PAST, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "RetireOrganisation.last": Bounded(retire_organisation, organisations.RETIREMENT_IN_THE_PAST, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "OpenConsultation.since": Bounded(
        lambda day: consult(day, min(day, date.max - TERM) + TERM), CONSULTATION_DATES, DATE_TOO_FAR_AHEAD, TODAY, FAR
    ),
    "OpenConsultation.until": Bounded(
        lambda day: consult(TODAY, day), CONSULTATION_TOO_SHORT, CONSULTATION_DATES, TODAY + 29 * DAY, TODAY + 365 * DAY
    ),
    "PublishRevision.since": Bounded(
        publish, NOT_AFTER_TODAY, DATE_TOO_FAR_AHEAD, PUBLISHED_AT + DAY, PUBLISHED_AT + timedelta(days=7305)
    ),
}
"""Every date of every command -> its bounds."""
OF_A_FILE = {f"SendResultBatch.rows.{name}" for name in ("assessed_on", "valid_until")} | {"RecordReceipt.receipt.received_on"}
"""Dates of what another sent: one that is wrong is a finding of its row (test_external_results.py), or has the receipt set aside
(programme/test_package_sending.py), and refuses nothing else."""

OF_THE_RECORD = {f"{name}.confirmed_on" for name in ("RemindOfContact", "EscalateContact")}
"""Dates by which the program names what is on record: another names nothing, and is passed over
(governance/test_contact_reminders.py)."""


def dates(kind: Any, path: str) -> Iterator[str]:
    """Paths of the dates within a type."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield from dates(field.annotation, f"{path}.{name}")
    elif isinstance(kind, type) and issubclass(kind, date) and not issubclass(kind, datetime):
        yield path
    for inner in typing.get_args(kind):
        yield from dates(inner, path)


def test_every_date_of_every_command_is_listed_with_its_bounds() -> None:
    commands = [command for capability in CAPABILITIES.values() for command in capability.commands]
    assert {path for command in commands for path in dates(command, command.__name__)} == FIELDS.keys() | OF_A_FILE | OF_THE_RECORD


def test_every_year_of_every_command_is_one_that_the_programme_can_have() -> None:
    """So of every question: tests/api/server/test_extreme_numbers.py."""
    for command in (command for capability in CAPABILITIES.values() for command in capability.commands):
        for name, field in command.model_fields.items():
            if "year" in name and field.annotation is int:
                low, high = (next(getattr(one, end) for one in field.metadata if hasattr(one, end)) for end in ("ge", "le"))
                assert 2018 <= low <= PROGRAMME_YEARS[0], (command, name)  # lists of solutions are older than the programme
                assert high in (PROGRAMME_YEARS[-2], PROGRAMME_YEARS[-1]), (command, name)


@pytest.mark.parametrize("field", FIELDS)
def test_the_day_before_the_first_is_refused_and_so_is_the_day_after_the_last(field: str) -> None:
    bounded = FIELDS[field]
    if bounded.first is not None:
        assert bounded.send(bounded.first).accepted
        bounded.send(bounded.first - DAY).refused(bounded.too_early)
    if bounded.last is not None:
        assert bounded.send(bounded.last).accepted
        bounded.send(bounded.last + DAY).refused(bounded.too_late)


TOO_FAR = [field for field, bounded in FIELDS.items() if bounded.too_late is DATE_TOO_FAR_AHEAD and bounded.last is not None]
OF_A_DAY = {"PlanSiteVisit.day": "计划日期", "PlanTrainingSession.on": "举办日", "SetHearing.day": "听证日"}


@pytest.mark.parametrize("field", TOO_FAR)
def test_a_day_too_far_ahead_is_told_at_a_date_of_its_command(field: str) -> None:
    bounded = FIELDS[field]
    assert bounded.last is not None
    refused = bounded.send(bounded.last + DAY).outcome
    assert isinstance(refused, Refused)
    path = [part for part in str(refused.facts["path"]).split(".") if not part.isdecimal()]
    assert ".".join((field.partition(".")[0], *path)) in FIELDS


@pytest.mark.parametrize(("field", "name"), OF_A_DAY.items())
def test_days_of_one_field_name_are_called_by_what_they_are_of(field: str, name: str) -> None:
    """A visit's day was called the day of a hearing, and a training session's the last day of a term."""
    bounded = FIELDS[field]
    assert bounded.last is not None
    refused = bounded.send(bounded.last + DAY).outcome
    assert isinstance(refused, Refused)
    assert refused.facts["name"] == name


@pytest.mark.parametrize("day", [date.min, ANCIENT, date.max])
@pytest.mark.parametrize("field", FIELDS)
def test_no_date_of_another_age_is_taken_or_breaks_anything(field: str, day: date) -> None:
    try:
        outcome = FIELDS[field].send(day).outcome
    except ValidationError:
        return  # the last day before the first: no command at all
    assert isinstance(outcome, Refused)
    told = outcome.rule is not DATE_BEFORE_PROGRAMME or FIELDS[field].too_early is DATE_BEFORE_PROGRAMME
    assert told, "a hearing of 1900 was to be stated for the day on which the programme began, if it held before"


def test_an_assignment_lies_within_the_time_that_the_expert_holds_the_role() -> None:
    until = TODAY + 5 * DAY
    role = Membership(role=Role.READER, organisation="experts", since=TODAY, until=until)
    read = {diagnosis_stream("d1"): cases.opened().state, person_stream("zhou"): Person(memberships={"m1": role})}
    case = given(assignments.ASSIGNMENTS).having_read(read)
    late = test_assignments.sent_command(since=TODAY, until=until + DAY)
    case.when(late, "city").refused(assignments.EXPERT_UNKNOWN, day=until + DAY)
    assert case.when(test_assignments.sent_command(since=TODAY, until=until), "city").accepted


def test_a_headquarters_named_for_a_day_too_far_can_still_be_ended() -> None:
    """Journals of earlier versions hold such days; rules are not run again over what is stored."""
    far = Membership(role=Role.DISTRICT, organisation="district", since=date(2999, 1, 1))
    case = given(PEOPLE).having_read(test_people.UNITS)
    case.state = Person(memberships={"m1": far})
    assert case.when(EndMembership(person="li", membership="m1", on=date(2998, 12, 31)), "city").accepted
    seated = test_headquarters.named()
    seated.state = HEADQUARTERS.evolve(None, test_headquarters.HeadquartersNamed(enterprise="e1", since=date(2999, 1, 1)))
    assert seated.when(test_headquarters.end(date(2999, 1, 1)), "city").accepted
