"""The year's call (plan V1, V2): opened, extended, closed in order; late or out of order is refused with the date or stage."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.access import Role
from domain.governance.standing import DIRECTORY_STREAM, DirectoryStanding, listing_stream
from domain.kernel import Rule
from domain.providers.applications.commands import AcceptApplication
from domain.providers.calls.adoption import LEAVING_NOT_CONFIRMED
from domain.providers.calls.call import (
    APPLICATIONS_UNCHECKED,
    CALL_DATES_OUT_OF_ORDER,
    CALL_DAY_PAST,
    CALL_EXISTS,
    CALL_NOT_OVER_YET,
    CALL_NOT_PUT_OFF,
    CALL_PART_OVER,
    CALL_YEAR_AHEAD,
    CALL_YEAR_PAST,
)
from domain.providers.calls.commands import (
    AdoptDirectory,
    CloseCall,
    CloseMarking,
    DrawMarking,
    EndObjections,
    ExtendCall,
    GiveMarker,
    PublishOutcome,
    TakeBackMarking,
)
from domain.providers.calls.outcome import OBJECTION_TIME_TOO_SHORT, OBJECTIONS_NOT_OVER
from domain.providers.calls.stages import CALL_OUT_OF_ORDER
from domain.providers.calls.state import CALL_UNKNOWN, CallStage, call_stream
from domain.providers.marking.drawing import TOO_FEW_MARKERS
from domain.providers.marking.marking import MARK_NOT_THE_SEALED_ONE, MARKING_TAKEN_BACK, MarkingStage, MarkOpened
from domain.providers.marking.rounds import (
    MARKED_ALREADY,
    MARKER_GIVEN_ALREADY,
    MARKER_HAS_NOT_THE_NUMBER,
    MARKER_IN_CONFLICT,
    MARKER_UNKNOWN,
    MARKS_MISSING,
    NO_MARKER_NEEDED,
    NOTHING_TO_MARK,
    NUMBER_UNKNOWN,
    SEED_NOT_THE_COMMITTED_ONE,
)
from tests.rules.given import SEED
from tests.rules.providers.calls import (
    ADOPTING,
    CLOSING,
    DATES,
    DRAW,
    FULL,
    MARKING,
    OPEN_CALL,
    OPENING,
    PUBLISHING,
    YEAR,
    Played,
    adopted,
    applied,
    drawn,
    later,
    mark,
    marked,
    opened,
    published,
    seal,
    submit,
)

LOW = dict.fromkeys(FULL, 5)
"""A mark of twenty-five."""


def test_a_call_pins_the_rule_of_its_day_and_commits_to_the_seed_of_its_order() -> None:
    call = opened().call
    assert (call.stage, call.rule.pass_mark, call.rule_cause) == (CallStage.OPEN, 70, None)
    assert len(call.seed_digest) == 64
    assert call.seed is None


def test_a_year_has_one_call() -> None:
    opened().asked(OPEN_CALL, "city").refused(CALL_EXISTS, year=YEAR)


@pytest.mark.parametrize(("year", "rule"), [(2023, CALL_YEAR_PAST), (2026, CALL_YEAR_AHEAD)])
def test_a_call_is_for_this_year_or_the_next(year: int, rule: Rule) -> None:
    Played().asked(OPEN_CALL.model_copy(update={"year": year}), "city").refused(rule, earliest=2024, latest=2025)


@pytest.mark.parametrize(
    ("name", "day", "earliest"),
    [
        ("applications_until", date(2024, 1, 7), date(2024, 1, 8)),
        ("mending_until", date(2024, 1, 30), date(2024, 1, 31)),
        ("marking_until", date(2024, 2, 8), date(2024, 2, 9)),
        ("objections_until", date(2024, 2, 28), date(2024, 2, 29)),
    ],
)
def test_the_parts_of_a_call_end_in_their_order_and_none_in_the_past(name: str, day: date, earliest: date) -> None:
    command = OPEN_CALL.model_copy(update={name: day})
    Played().asked(command, "city").refused(CALL_DATES_OUT_OF_ORDER, path=name, given=day, earliest=earliest)


def test_nothing_is_done_to_a_call_that_is_not_there() -> None:
    Played().asked(CloseCall(year=YEAR), "city").refused(CALL_UNKNOWN, year=YEAR)


def test_a_date_is_put_off_with_a_reason_and_the_others_stay() -> None:
    played = opened()
    day = date(2024, 2, 5)
    played.city(ExtendCall(year=YEAR, applications_until=day, reason="节日顺延"), OPENING)
    assert played.call.dates.applications_until == day
    assert played.call.dates.mending_until == OPEN_CALL.mending_until


@pytest.mark.parametrize("given", [{}, {"mending_until": OPEN_CALL.mending_until}])
def test_a_date_is_put_off_to_a_later_day_only(given: dict[str, date]) -> None:
    opened().asked(ExtendCall(year=YEAR, reason="无", **given), "city").refused(CALL_NOT_PUT_OFF)


def test_a_part_that_is_over_is_not_put_off() -> None:
    command = ExtendCall(year=YEAR, applications_until=date(2024, 3, 1), reason="迟来的申请")
    drawn("p1").asked(command, "city", at=CLOSING).refused(CALL_PART_OVER, path="applications_until")


@pytest.mark.parametrize(
    ("played", "name", "at"),
    [
        (opened, "applications_until", datetime(2024, 2, 1, 2, tzinfo=UTC)),
        (opened, "mending_until", datetime(2024, 2, 10, 2, tzinfo=UTC)),
        (published, "objections_until", ADOPTING),
    ],
)
def test_a_part_whose_last_day_has_gone_by_is_not_reopened_for_anybody(
    played: Callable[..., Played], name: str, at: datetime
) -> None:
    last = getattr(OPEN_CALL, name)
    command = ExtendCall(year=YEAR, reason="应个别单位请求", **{name: later(at, 30).date()})
    played("p1").asked(command, "city", at=at).refused(CALL_DAY_PAST, path=name, until=last)
    whole = {one: later(at, 60).date() for one in list(DATES)[list(DATES).index(name) :]}
    on_the_day = datetime(last.year, last.month, last.day, 2, tzinfo=UTC)
    played("p1").city(ExtendCall(year=YEAR, reason="节日顺延", **whole), on_the_day)


def test_marking_is_the_citys_own_work_and_goes_on_while_marks_are_missing() -> None:
    played = drawn("p1")
    dates = {"marking_until": date(2024, 3, 11), "objections_until": date(2024, 3, 29)}
    played.city(ExtendCall(year=YEAR, reason="第三人评分", **dates), PUBLISHING)
    seal(played)
    name = next(iter(played.markings()))
    assert played.asked(mark(name), "marker", "experts", name.rpartition(".")[2], PUBLISHING).accepted
    late = datetime(2024, 4, 1, 2, tzinfo=UTC)
    played.city(ExtendCall(year=YEAR, objections_until=date(2024, 4, 15), reason="评分延后，公示尚未开始"), late)


def test_a_call_closes_after_the_time_to_mend_and_with_every_application_checked() -> None:
    played = opened("p1")
    submit(played, "p1")
    played.asked(CloseCall(year=YEAR), "city", at=later(CLOSING, -1)).refused(CALL_NOT_OVER_YET, until=OPEN_CALL.mending_until)
    played.asked(CloseCall(year=YEAR), "city", at=CLOSING).refused(APPLICATIONS_UNCHECKED, count=1)


@pytest.mark.parametrize(
    "command",
    [DRAW, GiveMarker(year=YEAR, number=1, marker="m1"), CloseMarking(year=YEAR, opened=())]
    + [kind(year=YEAR) for kind in (PublishOutcome, EndObjections, AdoptDirectory)],
)
def test_a_step_out_of_order_is_refused_with_the_stage(command: DrawMarking) -> None:
    opened().asked(command, "city", at=ADOPTING).refused(CALL_OUT_OF_ORDER, year=YEAR)


def test_two_markers_without_a_conflict_are_drawn_for_each_and_anyone_draws_the_same_from_the_seed() -> None:
    first, again = drawn("p1", "p2", "p3"), drawn("p3", "p1", "p2")
    assert first.call.drawn == again.call.drawn
    assert sorted(one.provider for one in first.call.drawn) == ["p1", "p2", "p3"]
    assert all(len(set(one.markers)) == 2 for one in first.call.drawn)
    assert first.call.seed == SEED


def test_another_seed_than_the_committed_one_draws_nothing() -> None:
    played = applied("p1")
    played.city(CloseCall(year=YEAR), CLOSING)
    played.asked(DRAW.model_copy(update={"seed": "6" * 64}), "city", at=CLOSING).refused(SEED_NOT_THE_COMMITTED_ONE)


def test_who_is_no_expert_who_marks_is_not_drawn() -> None:
    played = applied("p1")
    played.city(CloseCall(year=YEAR), CLOSING)
    command = DRAW.model_copy(update={"markers": ("m1", "p1-0")})
    played.asked(command, "city", at=CLOSING).refused(MARKER_UNKNOWN, path="markers.1", place=2)


def test_with_no_complete_application_there_is_nothing_to_mark() -> None:
    played = opened()
    played.city(CloseCall(year=YEAR), CLOSING)
    played.asked(DRAW, "city", at=CLOSING).refused(NOTHING_TO_MARK)


@pytest.mark.parametrize("how", ["role for the applicant", "applicant's person", "declared person", "declared organisation"])
def test_a_marker_with_a_part_in_an_application_is_kept_away_from_it(how: str) -> None:
    ties = {
        "declared person": [{"name": "甲", "person": "m1", "tie": "顾问"}],
        "declared organisation": [{"name": "乙", "organisation": "owner", "tie": "控股"}],
    }
    played = opened("p1")
    staff = [{"person": f"p1-{number}", "industries": ("C34", "C35")} for number in range(3)]
    if how == "role for the applicant":
        played.add_person("m1", Role.REVIEWER, "p1")
    if how == "declared organisation":
        played.add_person("m1", Role.SUPPLIER, "owner")
    if how == "applicant's person":
        played.add_person("m1", Role.DIAGNOSTICIAN, "p1")
        staff.append({"person": "m1", "industries": ("C34",)})
    submit(played, "p1", links=ties.get(how, []), staff=staff)
    played.city(AcceptApplication(year=YEAR, provider="p1"), OPENING)
    played.city(CloseCall(year=YEAR), CLOSING)
    command = DRAW.model_copy(update={"markers": ("m1", "m2")})
    played.asked(command, "city", at=CLOSING).refused(TOO_FEW_MARKERS, names="服务商 p1")
    played.city(DRAW, CLOSING)
    assert set(played.call.drawn[0].markers) == {"m2", "m3"}


def test_marking_closes_when_every_mark_is_in_and_opens_what_was_sealed_and_nothing_else() -> None:
    played = drawn("p1")
    played.asked(CloseMarking(year=YEAR, opened=()), "city", at=PUBLISHING).refused(MARKS_MISSING, count=2)
    seal(played)
    true = played.opened()
    forged = true[0].model_copy(update={"salt": "another"})
    for brought in ((forged, true[1]), true[:1]):
        played.asked(CloseMarking(year=YEAR, opened=brought), "city", at=PUBLISHING).refused(MARK_NOT_THE_SEALED_ONE)
    case = played.city(CloseMarking(year=YEAR, opened=true), PUBLISHING)
    assert [fact.event.mark.total for fact in case.facts if isinstance(getattr(fact, "event", None), MarkOpened)] == [80, 80]
    assert played.call.stage is CallStage.MARKED


def test_a_third_is_asked_where_two_differ_by_more_than_the_rule_and_the_two_nearest_count() -> None:
    played = drawn("p1", "p2")
    seal(played, {"p1": [FULL, LOW]})
    numbers = {one.provider: one.number for one in played.call.drawn}
    compare = CloseMarking(year=YEAR, opened=played.opened())
    (asked_for,) = played.asked(compare, "city", at=MARKING).happened("call.third_markers_asked.v1").facts
    assert asked_for.numbers == (numbers["p1"],)  # type: ignore[union-attr] # the third marker asked for
    assert {one.stage for one in played.markings().values()} == {MarkingStage.SEALED}, "nobody reads the two before the third is in"
    assert played.call.stage is CallStage.MARKING
    (asked,) = (one for one in played.call.drawn if one.third)
    again = mark(f"{YEAR}.{asked.number}.{asked.markers[0]}", FULL)
    assert played.asked(again, "marker", "experts", asked.markers[0], MARKING).accepted, "replaced until marking is closed"
    missing = CloseMarking(year=YEAR, opened=played.opened())
    played.asked(missing, "city", at=PUBLISHING).refused(MARKS_MISSING, count=1, numbers=str(asked.number))
    (third,) = {"m1", "m2", "m3"} - set(asked.markers)
    give = GiveMarker(year=YEAR, number=asked.number, marker=third)
    played.asked(give.model_copy(update={"number": 7}), "city", at=PUBLISHING).refused(NUMBER_UNKNOWN, number=7)
    taken = give.model_copy(update={"marker": asked.markers[0]})
    played.asked(taken, "city", at=PUBLISHING).refused(MARKER_GIVEN_ALREADY, number=asked.number)
    stranger = give.model_copy(update={"marker": "p1-1"})
    played.asked(stranger, "city", at=PUBLISHING).refused(MARKER_UNKNOWN)
    played.add_person("m9", Role.MARKER, "experts")
    played.add_person("m9", Role.REVIEWER, "p1")
    kin = give.model_copy(update={"marker": "m9"})
    played.asked(kin, "city", at=PUBLISHING).refused(MARKER_IN_CONFLICT, number=asked.number)
    played.city(give, PUBLISHING)
    played.asked(kin, "city", at=PUBLISHING).refused(NO_MARKER_NEEDED, number=asked.number)
    seal(played, {"p1": [FULL, LOW, FULL]})
    closed = played.city(CloseMarking(year=YEAR, opened=played.opened()), PUBLISHING)
    assert sum(isinstance(getattr(fact, "event", None), MarkOpened) for fact in closed.facts) == 5, "all together"
    played.city(PublishOutcome(year=YEAR), PUBLISHING)
    result = played.application("p1").result
    assert result is not None
    assert result.total == 80


def test_the_outcome_stays_open_to_objection_for_as_long_as_the_rule_says() -> None:
    late = later(ADOPTING, -5)
    marked("p1").asked(PublishOutcome(year=YEAR), "city", at=late).refused(OBJECTION_TIME_TOO_SHORT, days=5)
    played = published("p1")
    last = later(ADOPTING, -3)
    played.asked(EndObjections(year=YEAR), "city", at=last).refused(OBJECTIONS_NOT_OVER, until=OPEN_CALL.objections_until)


def test_days_for_objection_are_working_days() -> None:
    played = marked("p1")
    played.city(ExtendCall(year=YEAR, objections_until=date(2024, 3, 19), reason="顺延"), PUBLISHING)
    thursday = datetime(2024, 3, 14, 2, tzinfo=UTC)
    played.asked(PublishOutcome(year=YEAR), "city", at=thursday).refused(OBJECTION_TIME_TOO_SHORT, earliest=date(2024, 3, 21))
    played.city(PublishOutcome(year=YEAR), thursday - timedelta(days=2))


def test_who_never_marks_is_replaced_and_a_mark_that_is_sealed_is_not_taken_back() -> None:
    played = drawn("p1")
    played.add_person("m9", Role.MARKER, "experts")
    (first, second) = played.call.drawn[0].markers
    played.asked(mark(f"{YEAR}.1.{second}"), "marker", "experts", second, MARKING)
    take = TakeBackMarking(year=YEAR, number=1, marker=first, reason="逾期未评，多次催办未复")
    played.asked(take.model_copy(update={"number": 7}), "city", at=MARKING).refused(NUMBER_UNKNOWN, number=7)
    played.asked(take.model_copy(update={"marker": "m9"}), "city", at=MARKING).refused(MARKER_HAS_NOT_THE_NUMBER, number=1)
    played.asked(take.model_copy(update={"marker": second}), "city", at=MARKING).refused(MARKED_ALREADY, number=1)
    played.asked(take, "city", at=MARKING).happened("call.marker_taken_off.v1", "marking.taken_back.v1")
    late = played.asked(mark(f"{YEAR}.1.{first}"), "marker", "experts", first, MARKING)
    late.refused(MARKING_TAKEN_BACK)
    give = GiveMarker(year=YEAR, number=1, marker=first)
    played.asked(give, "city", at=MARKING).refused(MARKER_GIVEN_ALREADY, number=1)
    played.city(give.model_copy(update={"marker": "m9"}), MARKING)
    seal(played)
    played.city(CloseMarking(year=YEAR, opened=played.opened()), PUBLISHING)
    assert played.call.stage is CallStage.MARKED


def test_who_passes_is_listed_with_its_tags_and_its_result_as_cause_and_who_fails_is_not() -> None:
    played = adopted("p1", "p2", totals={"p2": [LOW, LOW]})
    listing = played.states[listing_stream("p1")]
    assert (listing.standing, listing.year, sorted(listing.tags)) == (DirectoryStanding.LISTED, YEAR, ["C34", "C35"])
    assert played.states.get(listing_stream("p2")) is None
    assert played.states[DIRECTORY_STREAM].members == ("p1",)
    assert played.states[call_stream(YEAR)].stage is CallStage.ADOPTED


def test_who_was_listed_and_does_not_apply_again_leaves_by_the_next_years_directory() -> None:
    played = adopted("p1", "p2")
    year, ahead = YEAR + 1, timedelta(days=366)
    dates = {name: day + ahead for name, day in OPEN_CALL.model_dump(exclude={"year"}).items()}
    played.city(OPEN_CALL.model_copy(update={"year": year, **dates}), OPENING + ahead)
    assert played.states[call_stream(year)].stage is CallStage.OPEN
    played.states[call_stream(year)] = played.states[call_stream(year)].model_copy(update={"stage": CallStage.CONFIRMED})
    for leaving in (None, 0, 1, 3):
        unconfirmed = AdoptDirectory(year=year, leaving=leaving)
        case = played.asked(unconfirmed, "city", at=ADOPTING + ahead)
        case.refused(LEAVING_NOT_CONFIRMED, path="leaving", listed=0, leaving=2, names="服务商 p1、服务商 p2")
    played.city(AdoptDirectory(year=year, leaving=2), ADOPTING + ahead)
    gone = played.states[listing_stream("p1")]
    assert (gone.standing, gone.tags) == (DirectoryStanding.LAPSED, {})
    assert played.states[DIRECTORY_STREAM].members == ()
