"""Case mix in a year's rating: what a hard district does to scores is not laid to the provider that works there. plan V5."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.rating import RatingRule
from domain.providers.ratings.numbers import CaseFactor, ComponentSample, RatingComponent
from methods.case_mix import OTHER, Scored, cells_of
from projections.providers.case_mix import UNKNOWN, apart_from_others, case_mix_taken_off

BEFORE, AFTER = (rule_in_force(None, RatingRule, date(year, 12, 31)) for year in (2024, 2025))
EASY, HARD = "310101", "310151"
LOSS = 8
"""Points that every firm of the hard district takes off whoever works there."""
MOSTLY_HARD, MOSTLY_EASY, EVEN = "p1", "p2", "p3"
SHARES = {MOSTLY_HARD: {EASY: 10, HARD: 50}, MOSTLY_EASY: {EASY: 50, HARD: 10}, EVEN: {EASY: 30, HARD: 30}}

SCORES = [
    Scored(provider, ("C34", "large", district), Decimal(80 - LOSS * (district == HARD)))
    for provider, own in SHARES.items()
    for district, number in own.items()
    for _ in range(number)
]
FEEDBACK = {RatingComponent.FEEDBACK: cells_of(SCORES)}


def means(rule: RatingRule) -> dict[str, Decimal]:
    samples, _ = case_mix_taken_off(FEEDBACK, rule)
    return {provider: one.mean for provider, (one,) in samples.items()}


def test_providers_alike_are_told_alike_though_one_works_where_everybody_scores_less() -> None:
    raw, told = means(BEFORE), means(AFTER)
    assert raw[MOSTLY_EASY] - raw[MOSTLY_HARD] > 5
    assert abs(told[MOSTLY_EASY] - told[MOSTLY_HARD]) < Decimal("0.2")
    assert sum(raw.values()) == pytest.approx(sum(told.values()), abs=Decimal("0.01"))


def test_the_effects_are_told_with_their_factor_and_level_and_none_by_the_rule_of_before() -> None:
    _, found = case_mix_taken_off(FEEDBACK, AFTER)
    districts = {one.level: one.points for one in found if one.factor is CaseFactor.DISTRICT}
    assert districts.keys() == {EASY, HARD}
    assert abs(districts[EASY] - districts[HARD] - LOSS) < Decimal("0.2")
    assert {one.points for one in found if one.factor is not CaseFactor.DISTRICT} == {Decimal(0)}
    assert case_mix_taken_off(FEEDBACK, BEFORE)[1] == ()


def test_levels_of_too_few_jobs_or_providers_join_the_others_and_take_nothing_off() -> None:
    few = {RatingComponent.FEEDBACK: cells_of(one for one in SCORES if one.provider != EVEN)}
    samples, found = case_mix_taken_off(few, AFTER)
    assert {one.level for one in found} == {OTHER}
    raw, _ = case_mix_taken_off(few, BEFORE)
    assert samples == raw


def test_a_drawn_job_stands_for_as_many_as_its_probability_says() -> None:
    drawn = cells_of((Scored("p1", UNKNOWN, Decimal(100), 4), Scored("p1", UNKNOWN, Decimal(40), 1)))
    samples, _ = case_mix_taken_off({RatingComponent.SAMPLED: drawn}, AFTER)
    expected = ComponentSample(
        component=RatingComponent.SAMPLED, jobs=2, mean=Decimal("88.0000"), variance=Decimal("1152.000000"), spread=(17, 25)
    )
    assert samples == {"p1": [expected]}


def test_an_adjusted_mean_stays_between_nothing_and_full_marks() -> None:
    best = [replace(one, score=Decimal(100 - LOSS * (one.levels[2] == HARD and one.provider != MOSTLY_HARD))) for one in SCORES]
    samples, _ = case_mix_taken_off({RatingComponent.REPORT: cells_of(best)}, AFTER)
    assert all(0 <= one.mean <= 100 for (one,) in samples.values())


def test_a_provider_most_of_whose_jobs_nobody_else_could_have_is_not_compared() -> None:
    assert apart_from_others(cells_of(SCORES), AFTER) == set()
    own = cells_of(replace(one, levels=("C39", "large", EASY)) if one.provider == EVEN else one for one in SCORES)
    assert apart_from_others(own, AFTER) == {EVEN}
    assert apart_from_others(own, BEFORE) == ()
