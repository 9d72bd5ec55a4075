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
from domain.diagnosis.campaigns import CAMPAIGN_DAYS_REVERSED, CAMPAIGN_END_NOT_LATER, CAMPAIGNS, ExtendCampaign
from domain.diagnosis.follow_up import MEASURE_DAY_PAST
from domain.diagnosis.on_site import VISIT_BEFORE_OPENING, VISIT_IN_FUTURE
from domain.diagnosis.readings import READING_IN_FUTURE, READING_TOO_EARLY
from domain.diagnosis.state import diagnosis_stream
from domain.diagnosis.visits import VISIT_DAY_PAST
from domain.events import CAPABILITIES
from domain.governance import ties
from domain.governance.dated_rules import DATED_RULES
from domain.governance.proceedings.hearing import DEADLINE_NOT_LATER, HEARING_TOO_SOON
from domain.governance.working_calendar import CALENDAR_DAY_OUTSIDE, WORKING_CALENDAR
from domain.instants import city_day
from domain.kernel import Refused, Rule
from domain.participants import consents, organisations
from domain.participants.enterprises import enterprise_stream
from domain.participants.headquarters import HEADQUARTERS, HEADQUARTERS_NOT_LATER
from domain.participants.people.memberships import (
    MEMBERSHIP_ENDS_TOO_EARLY,
    MEMBERSHIP_OVER,
    EndMembership,
    HandOverMembership,
)
from domain.participants.people.person import PEOPLE
from domain.participants.people.registration import InvitePerson
from domain.participants.people.state import Membership, Person, person_stream
from domain.programme.designations import DESIGNATION_DAYS_REVERSED, DESIGNATIONS, RecordDesignation
from domain.programme.policies.policy import POLICY_DAYS_REVERSED
from domain.providers.applications.application import MENDING_TIME_OUTSIDE
from domain.providers.calibration import CALIBRATION_CLOSED
from domain.providers.calls.call import CALL_DATES_OUT_OF_ORDER, CALL_NOT_PUT_OFF
from domain.providers.calls.commands import ExtendCall
from domain.providers.certificates import CERTIFICATE_BACKDATED
from domain.providers.listings.listing import CORRECTION_IN_THE_PAST
from domain.providers.sampling.draw import BEACON_NOT_LATER, DRAWS, DrawCommitted, FixFrame
from domain.standard import editions
from domain.standard.edition_mapping import EDITION_MAPPINGS
from domain.standard.editions import EDITIONS, RetireEdition
from domain.standard.improvement_costs import IMPROVEMENT_COSTS
from domain.standard.revision.consultation import CONSULTATION_DATES, CONSULTATION_TOO_SHORT
from domain.standard.revision.publication import NOT_AFTER_TODAY
from domain.stated_dates import DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD
from tests.rules import cases, revisions, visits
from tests.rules.cases import FIRM
from tests.rules.diagnosis import test_assignments, test_campaigns, test_follow_up, test_readings, test_stages
from tests.rules.given import AT, BEFORE, Given, given
from tests.rules.governance import proceedings, test_dated_rules, test_ties, test_working_calendar
from tests.rules.participants import test_consents, test_headquarters, test_people
from tests.rules.programme import test_policies
from tests.rules.providers import test_application, test_calibration, test_certificates, test_listing, test_training
from tests.rules.providers.calls import APPLYING, OPEN_CALL, OPENING, Played
from tests.rules.standard import test_edition_mapping, test_improvement_costs

TODAY, DAY = city_day(AT), timedelta(days=1)
BEGAN = date(2023, 7, 28)
"""The day the plan was issued."""
FAR = TODAY + timedelta(days=7305)
ANCIENT = date(1900, 1, 1)
OF_2027 = (date(2027, 1, 1), date(2027, 12, 31))


def fix_frame(day: date) -> Given:
    before = given(DRAWS, DrawCommitted(commitment="a" * 64, source="双色球"))
    return before.when(FixFrame(draw="2024.04", beacon_day=day, position=1, jobs=()), "city")


class Bounded(NamedTuple):
    """A date of a command: how it is sent, and the outermost days that are taken; the day beyond each breaks a rule.

    first, last: None where another of the command's dates decides first.
    """

    send: Callable[[date], Given]
    too_early: Rule
    too_late: Rule
    first: date | None
    last: date | None


def visit(on: date) -> Given:
    case = cases.accepted().having_begun(diagnosis_stream("d1"), AT - 3 * DAY)
    return cases.provider(case, cases.VISIT.model_copy(update={"visited_on": on}))


def assign(since: date, until: date) -> Given:
    role = Membership(role=Role.READER, organisation="experts", since=date(2000, 1, 1))
    read = {diagnosis_stream("d1"): cases.opened().state, person_stream("zhou"): Person(memberships={"m1": role})}
    case = given(assignments.ASSIGNMENTS).having_read(read)
    return case.when(test_assignments.sent_command(since=since, until=until), "city")


def consent(since: date, until: date) -> Given:
    return test_consents.asked().when(test_consents.sent_command(since=since, until=until), "enterprise", "e1")


def tie(since: date, last: date | None = None) -> Given:
    return test_ties.asked().when(test_ties.declared(since=since, last=last), "city")


def end_tie(last: date) -> Given:
    return tie(test_ties.BEGAN).when(test_ties.ended(last=last), "city")


def invite(since: date, until: date | None = None) -> Given:
    held = {"membership": "m1", "role": Role.DISTRICT, "organisation": "district", "since": since, "until": until}
    command = InvitePerson.model_validate({"person": "li", "name": "王工", **held})
    return given(PEOPLE).having_read(test_people.UNITS).when(command, "city")


def grant(since: date, until: date | None = None) -> Given:
    return test_people.known().when(test_people.grant(since=since, until=until), "city")


def certify(since: date) -> Given:
    return test_certificates.beginning().when(test_certificates.asked(since=since), "city")


def plan_session(on: date) -> Given:
    return test_training.published().when(test_training.PLAN.model_copy(update={"on": on}), "city")


def set_cases(closes: date) -> Given:
    return test_calibration.beginning().when(test_calibration.asked(closes=closes), "city")


def serving() -> Given:
    return test_people.serving(since=TODAY).having_read({person_stream("wang"): Person()})


def end_membership(on: date) -> Given:
    return serving().when(EndMembership(person="li", membership="m1", on=on), "city")


def hand_over(on: date) -> Given:
    command = HandOverMembership(person="li", membership="m1", to="wang", successor="m2", on=on)
    return serving().when(command, "city")


def name_headquarters(since: date) -> Given:
    return given(HEADQUARTERS).having_read(test_headquarters.GROUPS).when(test_headquarters.name("e1", since), "city")


def correct_headquarters(since: date) -> Given:
    return test_headquarters.named(test_headquarters.name("e1", TODAY)).when(test_headquarters.correct(since), "city")


def end_headquarters(on: date) -> Given:
    return test_headquarters.named(test_headquarters.name("e1", TODAY)).when(test_headquarters.end(on), "city")


def map_editions(since: date) -> Given:
    command = test_edition_mapping.changed(since=since)
    return given(EDITION_MAPPINGS).having_read(test_edition_mapping.WORLD).when(command, "city")


def set_costs(since: date) -> Given:
    case = given(IMPROVEMENT_COSTS).having_read(test_improvement_costs.WORLD)
    return case.when(test_improvement_costs.sent_command(since=since), "city")


def retire(since: date) -> Given:
    case = given(EDITIONS).having_read({})
    case.state = revisions.published("2023")
    return case.when(RetireEdition(edition="2023", since=since, reason="试行期满"), "city")


def plan_visit(day: date) -> Given:
    command = visits.PLAN.model_copy(update={"day": day})
    long = {"until": FAR + 2 * DAY}
    people = {"li": visits.granted(**long), "wang": visits.granted(number="ZDS-2024-000000000002", **long)}
    case = visits.staffed()
    for person, certificate in people.items():
        case.having_read(visits.holding(person, certificate))
    return visits.by("li", case, command)


def set_dated_rule(since: date) -> Given:
    return given(DATED_RULES).when(test_dated_rules.set_rule(since=since), "city")


def propose_dated_rule(since: date) -> Given:
    return given(DATED_RULES).when(test_dated_rules.propose(since=since), "city")


def move_deadline(until: date) -> Given:
    case = proceedings.notified()
    return proceedings.city(case, proceedings.EXTENSION.model_copy(update={"until": until}))


def set_hearing(day: date) -> Given:
    return proceedings.city(proceedings.answered(), proceedings.HEARING.model_copy(update={"day": day}))


def set_holiday(first: date, last: date) -> Given:
    command = test_working_calendar.sent_command(holidays=[{"name": "元旦", "first": first, "last": last}], workdays=[])
    return given(WORKING_CALENDAR).when(command, "city")


def set_workday(day: date) -> Given:
    spring = {"name": "春节", "first": "2027-02-06", "last": "2027-02-07"}
    command = test_working_calendar.sent_command(holidays=[spring], workdays=[day])
    return given(WORKING_CALENDAR).when(command, "city")


def consult(since: date, until: date) -> Given:
    return revisions.city(revisions.changed(), revisions.OPENING.model_copy(update={"since": since, "until": until}))


def publish(since: date) -> Given:
    return revisions.city(revisions.approved(), revisions.publishing(since=since), at=revisions.AFTERWARDS)


TERM = timedelta(days=40)
PUBLISHED_AT = city_day(revisions.AFTERWARDS)
def retire_organisation(day: date) -> Given:
    kind = organisations.OrganisationKind.PROVIDER
    registered = organisations.OrganisationRegistered(kind=kind, name="示例", parent=None, industries=())
    command = organisations.RetireOrganisation(organisation="p1", last=day, reason="不再开展诊断业务")
    return given(organisations.ORGANISATIONS, registered).when(command, "city")


def open_call(**given: date) -> Given:
    return Played().asked(OPEN_CALL.model_copy(update=given), "city")


CALL_DATES = ("applications_until", "mending_until", "marking_until", "objections_until")


def call_until(name: str, day: date) -> Given:
    """The call with one of its dates, and those after it no earlier."""
    later_ones = CALL_DATES[CALL_DATES.index(name) :]
    return open_call(**{one: max(day, getattr(OPEN_CALL, one)) if one != name else day for one in later_ones})


def extend_call(name: str, day: date) -> Given:
    played, later_ones = Played(), CALL_DATES[CALL_DATES.index(name) :]
    played.city(OPEN_CALL, OPENING)
    given = {one: max(day, getattr(OPEN_CALL, one) + DAY) if one != name else day for one in later_ones}
    return played.asked(ExtendCall(year=2024, reason="顺延", **given), "city")


def return_application(day: date) -> Given:
    return test_application.waiting().asked(test_application.RETURN.model_copy(update={"mend_until": day}), "city", at=APPLYING)


def warn(day: date) -> Given:
    return test_listing.move(test_listing.moved(), test_listing.WARN.model_copy(update={"due": day}))


CALL_OPENED = city_day(OPENING)
CALL_FAR = CALL_OPENED + timedelta(days=7305)

def plan_campaign(since: date, until: date) -> Given:
    return given(CAMPAIGNS).when(test_campaigns.PLAN.model_copy(update={"since": since, "until": until}), "city")


def extend_campaign(until: date) -> Given:
    return test_campaigns.planned().when(ExtendCampaign(campaign="2024", until=until, reason="部分企业停产检修"), "city")


def extend_stage(until: date) -> Given:
    return test_stages.running().when(test_stages.EXTENSION.model_copy(update={"until": until}), "city")


def appoint_reader(until: date) -> Given:
    return test_readings.appoint(test_readings.filed(), until=until)


def hold_reading(on: date) -> Given:
    return test_readings.read(test_readings.appointed(), at=AT + 3 * DAY, held_on=on)


def plan_measure(by: date) -> Given:
    return test_follow_up.plan(test_follow_up.begun(), measures=(test_follow_up.measure(by=by),))


def draft_policy(since: date, until: date | None = None) -> Given:
    return test_policies.drafting(test_policies.terms(since=since, until=until))


def revise_policy(since: date, until: date | None = None) -> Given:
    stated = test_policies.stated(test_policies.terms(since=since, until=until, fen=7))
    return test_policies.drafting().accepted.when(test_policies.RevisePolicy(**stated), "city")


def designate(since: date, until: date | None = None) -> Given:
    told = {"enterprise": "e1", "designation": "chain_leader", "source": "名单", "mark": "I"}
    case = given(DESIGNATIONS).having_read({enterprise_stream("e1"): FIRM})
    return case.when(RecordDesignation(**told, since=since, until=until), "city")


FIELDS = {
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
    "DeclareTie.since": Bounded(tie, DATE_BEFORE_PROGRAMME, ties.TIE_LAST_AHEAD, BEGAN, TODAY),
    "DeclareTie.last": Bounded(
        lambda day: tie(test_ties.BEGAN, day), ties.TIE_DAYS_REVERSED, ties.TIE_LAST_AHEAD, test_ties.BEGAN, TODAY
    ),
    "EndTie.last": Bounded(end_tie, ties.TIE_DAYS_REVERSED, ties.TIE_LAST_AHEAD, test_ties.BEGAN, TODAY),
    "GrantConsent.since": Bounded(
        lambda day: consent(day, max(day, TODAY)), consents.CONSENT_BEFORE_FIRM, DATE_TOO_FAR_AHEAD, city_day(BEFORE), FAR
    ),
    "GrantConsent.until": Bounded(lambda day: consent(min(day, TODAY), day), consents.CONSENT_OVER, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "InvitePerson.since": Bounded(invite, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "InvitePerson.until": Bounded(lambda day: invite(BEGAN, day), MEMBERSHIP_OVER, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "GrantMembership.since": Bounded(grant, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "GrantMembership.until": Bounded(lambda day: grant(BEGAN, day), MEMBERSHIP_OVER, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "GrantCertificate.since": Bounded(certify, CERTIFICATE_BACKDATED, DATE_TOO_FAR_AHEAD, TODAY, FAR),
    "PlanTrainingSession.on": Bounded(plan_session, DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD, BEGAN, FAR),
    "SetCalibrationCases.closes": Bounded(set_cases, CALIBRATION_CLOSED, DATE_TOO_FAR_AHEAD, TODAY, FAR),
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
    assert {path for command in commands for path in dates(command, command.__name__)} == set(FIELDS)


@pytest.mark.parametrize("field", FIELDS)
def test_the_day_before_the_first_is_refused_and_so_is_the_day_after_the_last(field: str) -> None:
    bounded = FIELDS[field]
    if bounded.first is not None:
        assert bounded.send(bounded.first).accepted
        bounded.send(bounded.first - DAY).refused(bounded.too_early)
    if bounded.last is not None:
        assert bounded.send(bounded.last).accepted
        bounded.send(bounded.last + DAY).refused(bounded.too_late)


@pytest.mark.parametrize("day", [date.min, ANCIENT, date.max])
@pytest.mark.parametrize("field", FIELDS)
def test_no_date_of_another_age_is_taken_or_breaks_anything(field: str, day: date) -> None:
    try:
        outcome = FIELDS[field].send(day).outcome
    except ValidationError:
        return  # the last day before the first: no command at all
    assert isinstance(outcome, Refused)


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
