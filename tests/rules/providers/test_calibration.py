"""Calibration (plan T1): the same cases for all, given once and in time by the certified; severity by method g."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.instants import SHANGHAI
from domain.kernel import LISTED_TWICE, NOT_FOUND
from domain.providers.calibration import (
    CALIBRATION_AHEAD,
    CALIBRATION_CLOSED,
    CALIBRATION_DAY_PAST,
    CALIBRATION_OPEN,
    CALIBRATION_QUARTER,
    CALIBRATION_SET,
    CALIBRATIONS,
    CASE_GIVEN,
    CASE_UNKNOWN,
    CASES_TOO_FEW,
    NOT_CALIBRATED,
    CloseCalibration,
    GiveCaseLevels,
    SetCalibrationCases,
    SeveritiesComputed,
    total_of,
)
from domain.providers.certificates import CertificateSuspended
from domain.providers.exams.practical_part import CASE_INCOMPLETE, CaseLevel
from domain.providers.training import TRAINING_UNKNOWN, Training, training_stream
from domain.standard.editions import PublishedEdition, edition_stream
from methods.severity import severities
from standards import load, training_text
from tests.rules.given import AT, Given, given
from tests.rules.qualified import SINCE, granted, holding

TEXT = training_text("2023")
EDITION = load("2023")
CASES = tuple(case.id for case in TEXT.gold_cases)
ASSESSORS = ("wang", "li", "zhao")
READ = {
    training_stream("2023"): Training(texts={TEXT.digest: TEXT}, digest=TEXT.digest),
    edition_stream("2023"): PublishedEdition(edition=EDITION, digest=EDITION.digest),
    **{stream: held for one in ASSESSORS for stream, held in holding(one, granted()).items()},
}
SET = SetCalibrationCases(quarter="2024Q2", training="2023", cases=CASES, closes=date(2024, 5, 31))
CLOSE = CloseCalibration(quarter="2024Q2")
AFTER = AT + timedelta(days=26)


def asked(**changes: Any) -> SetCalibrationCases:
    return SET.model_copy(update=changes)


def beginning() -> Given:
    return given(CALIBRATIONS).having_read(READ)


def opened() -> Given:
    return beginning().when(SET, "city").accepted


def levels(case: str, steps: int = 0) -> dict[str, str]:
    """The gold levels, so many whole levels higher where there is room."""
    gold = TEXT.gold_case(case).levels
    return {one: str(min(Decimal(5), Decimal(level) + steps)) for one, level in gold.items()}


def of_case(of: str, steps: int = 0) -> tuple[CaseLevel, ...]:
    return tuple(CaseLevel(indicator=one, level=level) for one, level in levels(of, steps).items())


def give(case: Given, person: str, of: str, steps: int = 0, by: str | None = None) -> Given:
    command = GiveCaseLevels(quarter="2024Q2", person=person, case=of, levels=of_case(of, steps))
    return case.when(command, "diagnostician", "p1", by=by or person)


def test_the_cases_of_a_quarter_are_set_once_as_many_as_the_rule_says() -> None:
    opened().when(SET, "city").refused(CALIBRATION_SET)
    beginning().when(asked(cases=CASES[:3]), "city").refused(CASES_TOO_FEW, at_least=4, given=3)
    beginning().when(asked(cases=(*CASES[:3], CASES[0])), "city").refused(CASES_TOO_FEW)
    beginning().when(asked(cases=(*CASES[:3], "NONE")), "city").refused(CASE_UNKNOWN, path="cases.3")
    given(CALIBRATIONS).when(SET, "city").refused(TRAINING_UNKNOWN)
    beginning().when(SET, "provider", "p1").refused(ROLE_NOT_ALLOWED)


def test_a_case_is_given_levels_once_by_oneself_with_a_certificate_in_force() -> None:
    case = give(opened(), "wang", CASES[0]).happened("calibration.given.v1")
    assert case.state.given == {"wang": {CASES[0]: Decimal("0.0000")}}
    give(case, "wang", CASES[0], 1).refused(CASE_GIVEN)
    give(case, "wang", CASES[1], by="li").refused(NOT_FOUND)
    give(opened(), "nobody", CASES[0]).refused(NOT_CALIBRATED)
    stopped = holding("wang", granted(), CertificateSuspended(since=SINCE, reason="代签", cause=None))
    give(opened().having_read(stopped), "wang", CASES[0]).refused(NOT_CALIBRATED)
    some = GiveCaseLevels(quarter="2024Q2", person="wang", case=CASES[0], levels=(CaseLevel(indicator="Z01", level="2"),))
    opened().when(some, "diagnostician", "p1", by="wang").refused(CASE_INCOMPLETE)
    twice = some.model_copy(update={"levels": (*of_case(CASES[0]), of_case(CASES[0])[2])})
    opened().when(twice, "diagnostician", "p1", by="wang").refused(LISTED_TWICE, first=3)
    other = some.model_copy(update={"case": "NONE"})
    opened().when(other, "diagnostician", "p1", by="wang").refused(CASE_UNKNOWN, path="case")
    given(CALIBRATIONS).when(some, "diagnostician", "p1", by="wang").refused(NOT_FOUND)


def test_cases_are_set_for_this_quarter_or_the_next_until_a_day_to_come() -> None:
    for quarter in ("2023Q4", "2024Q1", "2024Q4", "2031Q4"):
        other = asked(quarter=quarter)
        beginning().when(other, "city").refused(CALIBRATION_QUARTER, given=quarter, now="2024Q2", then="2024Q3")
    ahead = beginning().when(asked(quarter="2024Q3", closes=date(2024, 8, 31)), "city").accepted
    early = GiveCaseLevels(quarter="2024Q3", person="wang", case=CASES[0], levels=of_case(CASES[0]))
    last = datetime(2024, 6, 30, 23, 59, tzinfo=SHANGHAI)
    ahead.when(early, "diagnostician", "p1", by="wang", at=last).refused(CALIBRATION_AHEAD, begins=date(2024, 7, 1))
    ahead.when(early, "diagnostician", "p1", by="wang", at=last + timedelta(minutes=1)).happened("calibration.given.v1")
    past = asked(closes=date(2024, 5, 5))
    beginning().when(past, "city").refused(CALIBRATION_DAY_PAST, path="closes", earliest=date(2024, 5, 6))


def test_a_case_total_is_weighed_as_the_edition_weighs_it() -> None:
    assert total_of(EDITION, {"Z01": "2", "Z04": "2"}) == Decimal("50.0000")
    assert total_of(EDITION, {"Z01": "2", "Z04": "3"}) == Decimal("57.5000")
    assert total_of(EDITION, {"Z01": "1", "C04": "5"}) != Decimal("65.0000")


def test_nothing_is_taken_after_the_last_day_and_it_is_closed_from_the_day_after() -> None:
    late = GiveCaseLevels(quarter="2024Q2", person="wang", case=CASES[0], levels=(CaseLevel(indicator="Z01", level="2"),))
    opened().when(late, "diagnostician", "p1", by="wang", at=AFTER).refused(CALIBRATION_CLOSED, closes=date(2024, 5, 31))
    opened().when(CLOSE, "city", at=AFTER - timedelta(days=1)).refused(CALIBRATION_OPEN, closes=date(2024, 5, 31))
    closed = opened().when(CLOSE, "city", at=AFTER).happened("calibration.computed.v1")
    closed.when(CLOSE, "city", at=AFTER).then()


def test_severity_is_that_of_method_g_over_the_differences_of_all() -> None:
    case = opened()
    for person, steps in zip(ASSESSORS, (0, 1, 1), strict=True):
        for number, of in enumerate(CASES):
            case = give(case, person, of, steps if number else 0).accepted
    differences = {person: [given_[of] for of in sorted(given_)] for person, given_ in case.state.given.items()}
    [fact] = case.when(CLOSE, "city", at=AFTER).facts
    expected = severities(differences, 20)
    assert expected is not None
    assert isinstance(fact, SeveritiesComputed)
    assert (fact.method, fact.prior_degrees, fact.between) == ("g/1", 20, expected.of.between)
    assert {one.person: (one.cases, one.severity, one.error) for one in fact.severities} == {
        person: (4, one.score, one.error) for person, one in expected.of.of.items()
    }
    of = {one.person: one.severity for one in fact.severities}
    assert of["wang"] < of["li"] == of["zhao"]


def test_of_single_cases_nothing_is_said() -> None:
    case = give(opened(), "wang", CASES[0], 1).accepted
    [fact] = case.when(CLOSE, "city", at=AFTER).facts
    assert isinstance(fact, SeveritiesComputed)
    assert (fact.severities, fact.mean) == ((), None)
