"""Marking (plan V1): one's own marking alone, every dimension within its weight, in time, once opened never changed."""

import pytest
from pydantic import ValidationError

from domain.kernel import NOT_FOUND
from domain.providers.calls.commands import CloseMarking
from domain.providers.marking.marking import (
    MARK_INCOMPLETE,
    MARK_OPEN_ALREADY,
    MARK_OUT_OF_RANGE,
    MARKING_IN_CONFLICT,
    MARKING_OVER,
    DeclareConflict,
    MarkingStage,
    SealMark,
)
from tests.rules.given import Given
from tests.rules.providers.calls import FULL, MARKING, OPEN_CALL, PUBLISHING, YEAR, Played, drawn, later, mark, marked


def first(played: Played) -> str:
    return min(played.markings())


def by_its_marker(played: Played, command: SealMark | DeclareConflict, days: int = 0) -> Given:
    marker = played.markings()[command.marking].marker
    return played.asked(command, "marker", "experts", marker, later(MARKING, days))


def test_a_mark_is_sealed_and_another_takes_its_place_until_marking_is_closed() -> None:
    played = drawn("p1")
    name = first(played)
    by_its_marker(played, mark(name)).happened("marking.sealed.v1")
    assert played.markings()[name].stage is MarkingStage.SEALED
    assert played.markings()[name].mark is None
    assert by_its_marker(played, mark(name, FULL | {"staff": 21})).accepted


def test_the_fact_of_a_sealed_mark_holds_nothing_of_what_was_marked() -> None:
    played = drawn("p1")
    (fact,) = by_its_marker(played, mark(first(played))).facts
    assert set(type(fact).model_fields) == {"type", "sealed", "digest"}  # type: ignore[union-attr] # an event of its own stream


def test_anothers_marking_and_none_at_all_are_not_found() -> None:
    played = drawn("p1")
    name = first(played)
    played.asked(mark(name), "marker", "experts", "m9", MARKING).refused(NOT_FOUND)
    played.asked(mark(f"{YEAR}.9.m1"), "marker", "experts", "m1", MARKING).refused(NOT_FOUND)


@pytest.mark.parametrize(
    ("points", "industries", "path", "at_most"),
    [
        (FULL | {"basic_capability": 21}, None, "dimensions.0.points", 20),
        (FULL | {"products": 16}, None, "dimensions.4.points", 15),
        (FULL, {"C34": 26, "C35": 20}, "industries.0.points", 25),
    ],
)
def test_a_score_out_of_range_is_refused_with_the_bound(
    points: dict[str, int], industries: dict[str, int] | None, path: str, at_most: int
) -> None:
    played = drawn("p1")
    by_its_marker(played, mark(first(played), points, industries)).refused(MARK_OUT_OF_RANGE, path=path, at_most=at_most)


def test_a_negative_score_and_one_without_reason_are_malformed() -> None:
    for changed in ({"points": -1}, {"reason": " "}):
        one = {"dimension": "staff", "points": 3, "reason": "充分"} | changed
        with pytest.raises(ValidationError):
            SealMark.model_validate({"marking": "m", "dimensions": [one], "industries": [{"industry": "C34", "points": 1}]})
    twice, one = [{"industry": "C34", "points": 1}] * 2, {"dimension": "staff", "points": 3, "reason": "充分"}
    with pytest.raises(ValidationError):
        SealMark.model_validate({"marking": "m", "dimensions": [one], "industries": twice})


@pytest.mark.parametrize(
    ("points", "industries"), [({"staff": 3}, None), (FULL, {"C34": 20}), (FULL, {"C34": 20, "C36": 20})]
)
def test_every_dimension_and_every_industry_applied_for_is_marked(
    points: dict[str, int], industries: dict[str, int] | None
) -> None:
    played = drawn("p1")
    by_its_marker(played, mark(first(played), points, industries)).refused(MARK_INCOMPLETE, expected="C34、C35")


def test_a_late_mark_is_refused_with_the_date() -> None:
    played = drawn("p1")
    by_its_marker(played, mark(first(played)), 10).refused(MARKING_OVER, until=OPEN_CALL.marking_until)
    assert by_its_marker(played, mark(first(played)), 9).accepted


def test_who_declares_a_conflict_marks_no_more_and_another_is_needed() -> None:
    played = drawn("p1")
    name = first(played)
    by_its_marker(played, DeclareConflict(marking=name, reason="曾为其顾问"))
    by_its_marker(played, mark(name)).refused(MARKING_IN_CONFLICT)
    assert len(played.call.drawn[0].markers) == 1


def test_an_open_mark_is_not_changed() -> None:
    played = marked("p1")
    by_its_marker(played, mark(first(played))).refused(MARK_OPEN_ALREADY)
    assert played.asked(CloseMarking(year=YEAR, opened=()), "city", at=PUBLISHING).outcome
