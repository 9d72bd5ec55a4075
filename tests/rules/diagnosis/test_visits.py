"""A visit by plan (plan P5, T1): by two who are certified, one with the edition's endorsement, agreed, signed in, interviewed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.access import Role
from domain.diagnosis.on_site import VISIT_NEEDS_PLAN, SiteVisitRecorded
from domain.diagnosis.stages import Stage, stage_stream
from domain.diagnosis.visit_team import TEAM_MEMBER_UNKNOWN, TEAM_NOT_CERTIFIED, TEAM_TOO_SMALL, TEAM_WITHOUT_TAG
from domain.diagnosis.visits import (
    NOT_OF_THE_TEAM,
    NOT_SIGNED_IN,
    VISIT_AGREED_ALREADY,
    VISIT_DAY_PAST,
    VISIT_INCOMPLETE,
    VISIT_NOT_AGREED,
    VISIT_NOT_PLANNED,
    VISIT_NOT_YET,
    VISIT_UNDER_WAY,
    CancelVisit,
    DeclineVisit,
    PlanSiteVisit,
    SiteVisitAgreed,
    SiteVisitDeclined,
    SiteVisitPlanned,
)
from domain.kernel import OnStream
from domain.providers.certificates import CertificateSuspended
from tests.rules.cases import VISIT, accepted, firm, provider
from tests.rules.given import AT
from tests.rules.qualified import SINCE, granted, holding
from tests.rules.visits import (
    AGREE,
    CLOSE,
    PLAN,
    SIGN_IN,
    agreed,
    asking,
    by,
    complete,
    employed,
    interview,
    signed_in,
    staffed,
)

DAY = timedelta(days=1)
TOMORROW = AT + DAY
LATER = datetime(2024, 5, 9, 8, tzinfo=UTC)


def plan(**changes: object) -> PlanSiteVisit:
    return PlanSiteVisit.model_validate(PLAN.model_dump() | changes)


def test_from_the_day_that_the_city_sets_no_visit_is_recorded_without_a_plan() -> None:
    assert provider(accepted().having_read(asking(SINCE + DAY, visits_by_plan=True)), VISIT).facts
    case = accepted().having_read(asking(visits_by_plan=True))
    provider(case, VISIT).refused(VISIT_NEEDS_PLAN, path="visited_on", given=SINCE)


def test_a_plan_names_two_certified_people_of_the_provider_and_one_with_the_tag() -> None:
    by("li", staffed(), PLAN).then(SiteVisitPlanned(**PLAN.model_dump(exclude={"diagnosis"})))
    by("li", staffed(), plan(team=("li",))).refused(TEAM_TOO_SMALL, path="team", at_least=2, count=1)
    by("li", staffed(), plan(team=("li", "li"))).refused(TEAM_MEMBER_UNKNOWN, path="team.1", number=2)
    by("li", staffed(), plan(team=("li", "nobody"))).refused(TEAM_MEMBER_UNKNOWN, path="team.1")
    other = staffed().having_read(employed("wang", "p2"))
    by("li", other, PLAN).refused(TEAM_MEMBER_UNKNOWN, path="team.1")
    reviewer = staffed().having_read(employed("wang", role=Role.REVIEWER))
    by("li", reviewer, PLAN).refused(TEAM_MEMBER_UNKNOWN)
    left = staffed().having_read(employed("wang", until=SINCE - DAY))
    by("li", left, PLAN).refused(TEAM_MEMBER_UNKNOWN, day=SINCE)
    by("li", staffed().having_read(holding("wang")), PLAN).refused(TEAM_NOT_CERTIFIED, path="team.1", number=2)
    suspended = holding("wang", granted(), CertificateSuspended(since=SINCE, reason="代签", cause=None))
    by("li", staffed().having_read(suspended), PLAN).refused(TEAM_NOT_CERTIFIED)
    untagged = staffed().having_read(holding("li", granted("2023-automotive")))
    by("li", untagged, PLAN).refused(TEAM_WITHOUT_TAG, path="team", edition="2023")


def test_the_rule_of_the_planned_day_says_how_many_come() -> None:
    three = staffed().having_read(asking(SINCE + DAY, diagnosticians_at_least=3))
    assert by("li", three, PLAN).facts
    three = staffed().having_read(asking(SINCE + DAY, diagnosticians_at_least=3))
    by("li", three, plan(day=SINCE + DAY)).refused(TEAM_TOO_SMALL, at_least=3)


def test_a_visit_is_planned_for_today_or_later_and_anew_until_somebody_signed_in() -> None:
    by("li", staffed(), plan(day=SINCE - DAY)).refused(VISIT_DAY_PAST, path="day", earliest=SINCE)
    case = agreed()
    by("li", case, PLAN).then()
    by("li", case, plan(day=SINCE + DAY)).happened("diagnosis.site_visit_planned.v1")
    assert case.state.visit.agreed is False, "another plan is agreed to anew"
    by("li", signed_in("li"), plan(day=SINCE + DAY)).refused(VISIT_UNDER_WAY)


def test_the_firm_agrees_once_or_declines_with_the_reason() -> None:
    firm(staffed(), AGREE).refused(VISIT_NOT_PLANNED)
    case = by("li", staffed(), PLAN).accepted
    firm(case, AGREE).then(SiteVisitAgreed(day=PLAN.day))
    firm(case, AGREE).then()
    firm(case, DeclineVisit(diagnosis="d1", reason="停产")).refused(VISIT_AGREED_ALREADY)
    other = by("li", staffed(), PLAN).accepted
    firm(other, DeclineVisit(diagnosis="d1", reason="停产")).then(SiteVisitDeclined(reason="停产"))
    assert other.state.visit is None


def test_nobody_signs_in_before_the_firm_agreed_before_the_day_or_from_outside_the_team() -> None:
    by("li", by("li", staffed(), PLAN).accepted, SIGN_IN).refused(VISIT_NOT_AGREED)
    by("zhao", agreed(), SIGN_IN).refused(NOT_OF_THE_TEAM)
    case = by("li", staffed(), plan(day=SINCE + DAY)).accepted
    firm(case, AGREE).accepted  # noqa: B018 - refuses to be read where it was refused
    by("li", case, SIGN_IN).refused(VISIT_NOT_YET, earliest=SINCE + DAY)
    by("li", case, SIGN_IN, at=TOMORROW).happened("diagnosis.signed_in_on_site.v1")


def test_a_certificate_that_was_suspended_meanwhile_signs_nobody_in() -> None:
    suspended = holding("wang", granted(), CertificateSuspended(since=SINCE, reason="代签", cause=None))
    by("wang", agreed().having_read(suspended), SIGN_IN).refused(TEAM_NOT_CERTIFIED)


def test_signing_in_twice_at_one_place_on_one_day_is_once() -> None:
    case = signed_in("li")
    by("li", case, SIGN_IN).then()
    by("li", case, SIGN_IN.model_copy(update={"place": "二号厂房"})).happened("diagnosis.signed_in_on_site.v1")
    by("li", case, SIGN_IN.model_copy(update={"place": "二号厂房"}), at=TOMORROW).happened("diagnosis.signed_in_on_site.v1")


def test_interviews_are_recorded_by_who_signed_in() -> None:
    by("zhao", signed_in("li"), interview("生产")).refused(NOT_OF_THE_TEAM)
    by("wang", signed_in("li"), interview("生产")).refused(NOT_SIGNED_IN)
    case = by("li", signed_in("li"), interview("生产")).accepted
    by("li", case, interview("生产")).then()
    by("li", case, interview("生产", "补充：夜班未联网")).happened("diagnosis.interview_recorded.v1")
    assert case.state.visit.interviews == {"生产": "补充：夜班未联网"}


def test_a_half_done_visit_stays_and_is_closed_on_another_day() -> None:
    case = by("li", signed_in("li"), interview("生产")).accepted
    by("li", case, CLOSE).refused(VISIT_INCOMPLETE, signed=1, people=2, interviewed=1, functions=4)
    by("wang", case, SIGN_IN, at=LATER).accepted  # noqa: B018 - as above
    for function in ("质量", "设备", "信息化"):
        by("wang", case, interview(function), at=LATER).accepted  # noqa: B018 - as above
    recorded = SiteVisitRecorded(
        visited_on=SINCE,
        diagnosticians=2,
        functions=("生产", "质量", "设备", "信息化"),
        notes=CLOSE.notes,
        plan=case.state.visit.version,
        team=("li", "wang"),
        place=SIGN_IN.place,
        began_at=AT,
    )
    facts = by("wang", case, CLOSE, at=LATER).facts
    assert facts[0] == recorded
    assert isinstance(facts[1], OnStream)
    assert (case.state.visits, case.state.visit, case.state.outdated) == (1, None, True)
    assert case.read[stage_stream("d1")].stage is Stage.REPORT


def test_of_those_on_site_one_has_the_tag() -> None:
    """A plan of three, of whom the two without it came."""
    third = "ZDS-2024-000000000003"
    case = staffed().having_read(employed("sun")).having_read(holding("sun", granted("2023-automotive", number=third)))
    by("li", case, plan(team=("li", "wang", "sun"))).accepted  # noqa: B018 - as above
    firm(case, AGREE).accepted  # noqa: B018 - as above
    for person in ("wang", "sun"):
        by(person, case, SIGN_IN).accepted  # noqa: B018 - as above
    for function in PLAN.functions:
        by("sun", case, interview(function)).accepted  # noqa: B018 - as above
    by("sun", case, CLOSE).refused(TEAM_WITHOUT_TAG)
    assert by("li", by("li", case, SIGN_IN).accepted, CLOSE).facts


def test_only_the_team_closes_it_and_what_is_closed_is_over() -> None:
    by("zhao", complete(), CLOSE).refused(NOT_OF_THE_TEAM)
    case = by("li", complete(), CLOSE).accepted
    for command in (CLOSE, SIGN_IN, interview("生产"), CancelVisit(diagnosis="d1", reason="改期")):
        by("li", case, command).refused(VISIT_NOT_PLANNED)
    assert by("li", case, plan(day=date(2024, 5, 20))).facts, "another visit may follow"


@pytest.mark.parametrize("case", [agreed, lambda: signed_in("li")])
def test_a_visit_is_cancelled_with_the_reason_also_half_done(case: object) -> None:
    cancelled = by("li", case(), CancelVisit(diagnosis="d1", reason="企业停产"))  # type: ignore[operator]
    cancelled.happened("diagnosis.site_visit_cancelled.v1")
    assert cancelled.state.visit is None
