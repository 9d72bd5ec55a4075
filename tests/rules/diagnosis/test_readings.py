"""Reading (plan R2): of a filed report, once, by an expert who is appointed and has no part in either side."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from domain.access import Role, Term
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis import readings as r
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.assignments import ASSIGNMENT_EXISTS, ASSIGNMENT_HELD, ASSIGNMENT_OVER, EXPERT_UNKNOWN
from domain.diagnosis.filing import FileReport
from domain.diagnosis.readings import AppointReader, RecordReading
from domain.diagnosis.stages import Stage, stage_stream
from domain.diagnosis.state import ExpertRecommendation, assignment_stream
from domain.kernel import LISTED_TWICE
from domain.participants.people.state import Membership, Person, person_stream
from tests.rules.cases import confirmed
from tests.rules.given import AT, Given
from tests.rules.visits import asking

TODAY = AT.date()
DAY = timedelta(days=1)
UNTIL = TODAY + 30 * DAY
APPOINT = AppointReader(diagnosis="d1", assignment="r1", expert="zhou", until=UNTIL)
ADVICE = (ExpertRecommendation(indicator="Z01", text="先做数字化规划"), ExpertRecommendation(indicator="Z01", text="再定预算"))
READ = RecordReading(diagnosis="d1", held_on=TODAY, findings="管理环节基础较好", recommendations=ADVICE)


def expert(person: str = "zhou", **beside: Any) -> Mapping[str, Any]:
    """The stream of a reader, who holds another role besides where one is said."""
    held = {"m1": Membership(role=Role.READER, organisation="experts", since=date(2023, 8, 1))}
    if beside:
        held["m2"] = Membership(**{"role": Role.DIAGNOSTICIAN, "since": date(2023, 8, 1), **beside})
    return {person_stream(person): Person(memberships=held)}


def filed(**rule: bool) -> Given:
    case = confirmed().having_read({**expert("zhou"), **expert("qian"), **(asking(**rule) if rule else {})})
    return case.when(FileReport(diagnosis="d1"), "district", "310117").accepted


def appoint(case: Given, at: datetime = AT, role: str = "district", **changes: Any) -> Given:
    unit = "310117" if role == "district" else "city"
    return case.when(APPOINT.model_copy(update=changes), role, unit, at=at)


def appointed(**rule: bool) -> Given:
    return appoint(filed(**rule)).accepted


def read(case: Given, by: str = "zhou", at: datetime = AT, **changes: Any) -> Given:
    return case.when(READ.model_copy(update=changes), "reader", "experts", by=by, at=at)


def test_the_district_or_the_city_appoints_the_reader_to_whom_the_case_opens() -> None:
    case = appoint(filed())
    case.happened("diagnosis.reader_appointed.v1", "assignment.made.v1")
    assert case.read[assignment_stream("d1")].terms == {"r1": Term("zhou", TODAY, UNTIL, Role.READER)}
    appoint(filed(), role="city").accepted  # noqa: B018 - a property that asserts
    filed().when(APPOINT, "provider", "p1").refused(ROLE_NOT_ALLOWED)


def test_a_reading_follows_the_filing_and_happens_once() -> None:
    appoint(confirmed()).refused(r.NOT_FILED)
    read(confirmed()).refused(r.NOT_FILED)
    case = read(appointed())
    case.then(r.ReadingHeld(held_on=TODAY, expert="zhou", findings="管理环节基础较好", recommendations=ADVICE))
    assert case.state.recommended == ADVICE
    read(case).refused(r.ALREADY_READ, held_on=TODAY)
    appoint(case, expert="qian", assignment="r2").refused(r.ALREADY_READ)


def test_only_the_expert_who_is_appointed_reads_it() -> None:
    read(filed()).refused(r.READER_NOT_APPOINTED)
    read(appointed(), by="qian").refused(r.READER_NOT_APPOINTED)


def test_who_ever_held_a_role_for_either_side_is_no_reader() -> None:
    for side in ("e1", "p1"):
        former = expert("zhou", organisation=side, until=TODAY - 100 * DAY)
        appoint(filed().having_read(former)).refused(r.READER_CONFLICTED, path="expert")
        read(appointed().having_read(former)).refused(r.READER_CONFLICTED)
    past = expert("zhou", organisation="p2", until=TODAY - DAY)
    appoint(filed().having_read(past)).accepted  # noqa: B018 - a property that asserts


def test_who_works_for_a_rival_of_the_provider_reads_none_of_its_cases() -> None:
    rival = expert("zhou", organisation="p2")
    appoint(filed().having_read(rival)).refused(r.READER_CONFLICTED, path="expert")
    read(appointed().having_read(rival)).refused(r.READER_CONFLICTED)


def test_a_reader_is_an_expert_of_that_role_and_assigned_once_a_day() -> None:
    appoint(filed(), expert="nobody").refused(EXPERT_UNKNOWN)
    appoint(filed(), until=TODAY - DAY).refused(ASSIGNMENT_OVER)
    appoint(appointed()).refused(r.READER_APPOINTED, until=UNTIL)
    appoint(appointed(), expert="qian").refused(ASSIGNMENT_EXISTS)


def test_another_reader_takes_the_place_and_the_case_closes_to_the_first() -> None:
    case = appoint(appointed(), expert="qian", assignment="r2")
    case.happened("diagnosis.reader_appointed.v1", "assignment.ended.v1", "assignment.made.v1")
    assert case.read[assignment_stream("d1")].terms["r1"].until == TODAY - DAY
    read(case).refused(r.READER_NOT_APPOINTED)
    read(case, by="qian").happened("diagnosis.reading_held.v1")


def test_a_term_is_made_longer_and_one_that_is_over_is_not_ended_again() -> None:
    longer = appoint(appointed(), AT + 3 * DAY, until=UNTIL + DAY, assignment="r2")
    longer.happened("diagnosis.reader_appointed.v1", "assignment.ended.v1", "assignment.made.v1")
    late = AT + 40 * DAY
    again = appoint(appointed(), late, until=late.date(), assignment="r2")
    again.happened("diagnosis.reader_appointed.v1", "assignment.made.v1")
    known = filed()
    known.read[assignment_stream("d1")] = longer.read[assignment_stream("d1")]
    appoint(known, AT + 4 * DAY, assignment="r3").refused(ASSIGNMENT_HELD)


def test_a_reading_is_not_before_the_appointment_nor_ahead() -> None:
    case = appoint(filed(), AT + 2 * DAY).accepted
    later = AT + 5 * DAY
    read(case, at=later, held_on=TODAY + DAY).refused(r.READING_TOO_EARLY, path="held_on", earliest=TODAY + 2 * DAY)
    read(case, at=later, held_on=TODAY + 6 * DAY).refused(r.READING_IN_FUTURE, path="held_on", latest=TODAY + 5 * DAY)
    read(case, at=later, held_on=TODAY + 2 * DAY).happened("diagnosis.reading_held.v1")


def test_what_is_recommended_names_an_indicator_of_the_edition() -> None:
    odd = (*ADVICE, ExpertRecommendation(indicator="X99", text="无此指标"))
    read(appointed(), recommendations=odd).refused(INDICATOR_UNKNOWN, path="recommendations.2.indicator")


def test_where_the_rule_asks_for_it_the_reading_has_its_last_day() -> None:
    case = filed(read=True)
    case.happened("diagnosis.report_filed.v1", "filings.number_given.v1", "stage.began.v2", "followup.began.v1")
    assert case.read[stage_stream("d1")].stage is Stage.READING
    case = read(appoint(case).accepted)
    case.happened("diagnosis.reading_held.v1", "stage.ended.v1")
    assert case.read[stage_stream("d1")].stage is None


def test_a_recommendation_is_listed_once() -> None:
    read(appointed(), recommendations=(ADVICE[0], ADVICE[0])).refused(LISTED_TWICE, path="recommendations.1", first=1, second=2)
