"""Commands that state a date 述期命令: for each, given what it needs, the command with whatever day a test asks about."""

from datetime import date, timedelta

from domain.access import Role
from domain.diagnosis import assignments
from domain.diagnosis.campaigns import CAMPAIGNS, ExtendCampaign
from domain.diagnosis.state import diagnosis_stream
from domain.governance.dated_rules import DATED_RULES
from domain.governance.working_calendar import WORKING_CALENDAR
from domain.instants import city_day
from domain.participants import organisations
from domain.participants.enterprises import enterprise_stream
from domain.participants.headquarters import HEADQUARTERS
from domain.participants.ownership import Ownership
from domain.participants.people.memberships import (
    EndMembership,
    HandOverMembership,
)
from domain.participants.people.person import PEOPLE
from domain.participants.people.registration import InvitePerson
from domain.participants.people.state import Membership, Person, person_stream
from domain.programme.demands.gap_consent import GAP_CONSENTS
from domain.programme.designations import DESIGNATIONS, RecordDesignation
from domain.programme.duties.commands import AskForLaterDutyDay, MoveDutyDay
from domain.programme.duties.duty import DUTIES
from domain.programme.duties.strengths import STRENGTHS
from domain.programme.sessions.schedule import OUTREACH_SCHEDULES
from domain.programme.sessions.session import SESSIONS, MoveOutreachSession
from domain.providers.calls.commands import ExtendCall
from domain.providers.sampling.draw import DRAWS, FixFrame
from domain.providers.sampling.state import DrawCommitted
from domain.standard.edition_mapping import EDITION_MAPPINGS
from domain.standard.editions import EDITIONS, RetireEdition
from domain.standard.improvement_costs import IMPROVEMENT_COSTS
from tests.rules import cases, revisions, visits
from tests.rules.cases import FIRM
from tests.rules.diagnosis import test_assignments, test_campaigns, test_follow_up, test_readings, test_stages
from tests.rules.given import AT, Given, given
from tests.rules.governance import proceedings, test_dated_rules, test_ties, test_working_calendar
from tests.rules.participants import test_consents, test_headquarters, test_ownership, test_people
from tests.rules.programme import (
    test_demands,
    test_duties,
    test_implementations,
    test_policies,
    test_session_questions,
    test_sessions,
    test_solutions,
)
from tests.rules.providers import test_application, test_calibration, test_certificates, test_listing, test_training
from tests.rules.providers.calls import APPLYING, OPEN_CALL, OPENING, Played
from tests.rules.standard import test_edition_mapping, test_improvement_costs

TODAY, DAY = city_day(AT), timedelta(days=1)


FAR = TODAY + timedelta(days=7305)


def fix_frame(day: date) -> Given:
    before = given(DRAWS, DrawCommitted(commitment="a" * 64, source="双色球"))
    return before.when(FixFrame(draw="2024.04", beacon_day=day, position=1, jobs=()), "city")


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


def declare_ownership(day: date) -> Given:
    return given(organisations.ORGANISATIONS, test_ownership.PROVIDER).when(test_ownership.declare(Ownership.STATE, day), "city")


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


def plan_outreach_session(day: date) -> Given:
    return test_sessions.district(given(SESSIONS), test_sessions.changed(held_on=day, begins="18:00", ends="19:00"))


def move_outreach_session(day: date) -> Given:
    stated = {"outreach_session": "s1", "begins": "18:00", "ends": "19:00", "place": "区会议中心", "reason": "场地不可用"}
    return test_sessions.district(test_sessions.planned(), MoveOutreachSession(held_on=day, **stated))


def schedule_outreach(since: date) -> Given:
    case = given(OUTREACH_SCHEDULES).having_read(test_sessions.WORLD)
    return test_session_questions.district(case, test_session_questions.schedule(since=since))


def publish_demand(by: date) -> Given:
    return cases.firm(test_demands.at_issue(), test_demands.PUBLISH.model_copy(update={"by": by}))


def make_offer(ready_by: date) -> Given:
    return test_demands.supplier(test_demands.market(), test_demands.OFFER.model_copy(update={"ready_by": ready_by}))


def confirm_delivery(on: date) -> Given:
    return cases.firm(test_demands.accepted(), test_demands.DELIVERED.model_copy(update={"delivered_on": on}))


def consent_to_chain_leader(until: date) -> Given:
    fresh = given(GAP_CONSENTS).having_read(test_solutions.WORLD)
    return cases.firm(fresh, test_solutions.CONSENT.model_copy(update={"until": until}))


def record_strengths(since: date) -> Given:
    return given(STRENGTHS).having_read(test_duties.SUPPORT).when(test_duties.RECORD.model_copy(update={"since": since}), "city")


def state_duty(**days: date) -> Given:
    return given(DUTIES).when(test_duties.STATE.model_copy(update=days), "city")


def move_duty_day(by: date) -> Given:
    command = MoveDutyDay(**test_duties.OF, by=by, reason="专家档期冲突")
    return test_duties.stated(since=date(2024, 1, 2)).when(command, "city")


def ask_for_later_duty_day(by: date) -> Given:
    return test_duties.lead(test_duties.led(), AskForLaterDutyDay(**test_duties.OF, by=by, reason="专家档期冲突"))


def draft_policy(since: date, until: date | None = None) -> Given:
    return test_policies.drafting(test_policies.terms(since=since, until=until))


def revise_policy(since: date, until: date | None = None) -> Given:
    stated = test_policies.stated(test_policies.terms(since=since, until=until, fen=7))
    return test_policies.drafting().accepted.when(test_policies.RevisePolicy(**stated), "city")


def designate(since: date, until: date | None = None) -> Given:
    told = {"enterprise": "e1", "designation": "chain_leader", "source": "名单", "mark": "I"}
    case = given(DESIGNATIONS).having_read({enterprise_stream("e1"): FIRM})
    return case.when(RecordDesignation(**told, since=since, until=until), "city")


def apply_for_certificate(day: date) -> Given:
    case = test_implementations.sent(test_implementations.diagnosed(), test_implementations.GAPS)
    return test_implementations.sent(case, test_implementations.APPLY.model_copy(update={"applied_on": day}), days=3)


def certify_standard(**changes: date) -> Given:
    case = test_implementations.sent(test_implementations.diagnosed(), test_implementations.GAPS, test_implementations.APPLY)
    return test_implementations.sent(case, test_implementations.CERTIFY.model_copy(update=changes), days=3)
