"""Targets 工作目标 (plan G1–G4): dated data with clause and mark, never constants."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.programme.targets import TARGET_OUT_OF_RANGE, TARGETS, Measure, SetTarget, TargetSet
from tests.rules.given import given


def target(at_least: str, measure: Measure = Measure.SHARE_DIAGNOSED, **rest: object) -> SetTarget:
    values = {"year": 2024, "measure": measure, "at_least": at_least, "clause": "plan G2", "mark": "V"}
    return SetTarget.model_validate(values | rest)


SHARE = TargetSet(year=2024, measure=Measure.SHARE_DIAGNOSED, at_least=Decimal(60), clause="plan G2", mark="V")


def test_a_target_is_set_with_its_clause_and_mark_and_the_same_again_changes_nothing() -> None:
    case = given(TARGETS).when(target("60"), "city").then(SHARE)
    case.when(target("60"), "city").then()
    case.when(target("65"), "city").happened("target.set.v1")
    case.when(target("60"), "city").then(SHARE)


def test_a_year_has_a_count_and_a_share() -> None:
    case = given(TARGETS).when(target("60"), "city").when(target("3000", Measure.ENTERPRISES_DIAGNOSED), "city").accepted
    case.when(target("60"), "city").then()
    assert set(case.state.in_force) == {(2024, Measure.SHARE_DIAGNOSED), (2024, Measure.ENTERPRISES_DIAGNOSED)}


@pytest.mark.parametrize(
    ("at_least", "measure"), [("100.01", Measure.SHARE_DIAGNOSED), ("1800.5", Measure.ENTERPRISES_DIAGNOSED)]
)
def test_a_share_is_at_most_100_percent_and_enterprises_are_counted_whole(at_least: str, measure: Measure) -> None:
    given(TARGETS).when(target(at_least, measure), "city").refused(TARGET_OUT_OF_RANGE, at_least=at_least)


@pytest.mark.parametrize(
    ("at_least", "measure"), [("100", Measure.SHARE_DIAGNOSED), ("1800.0", Measure.ENTERPRISES_DIAGNOSED)]
)
def test_the_bounds_themselves_are_possible(at_least: str, measure: Measure) -> None:
    given(TARGETS).when(target(at_least, measure), "city").happened("target.set.v1")


@pytest.mark.parametrize("wrong", [{"mark": "Q"}, {"at_least": "NaN"}, {"at_least": "1E+99999"}, {"year": 1999}, {"clause": " "}])
def test_a_target_without_a_mark_of_ours_or_with_an_impossible_number_is_malformed(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        target(**({"at_least": "60"} | wrong))  # type: ignore[arg-type]


def test_only_the_city_sets_targets() -> None:
    given(TARGETS).when(target("60"), "district", "310117").refused(ROLE_NOT_ALLOWED, role="district")
