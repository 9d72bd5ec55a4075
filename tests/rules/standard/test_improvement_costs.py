"""Improvement costs in the journal (plan S4, R2): set by the city with source and mark, for steps that there are."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import Rule
from domain.standard.editions import EDITION_UNKNOWN, PublishedEdition, edition_stream
from domain.standard.improvement_costs import (
    COSTS_INDICATOR_UNKNOWN,
    COSTS_STEP_REPEATED,
    COSTS_STEP_UNKNOWN,
    IMPROVEMENT_COSTS,
    ImprovementCostsSet,
    SetImprovementCosts,
)
from standards import CostUnit, StepCosts
from tests.rules.firms import EDITION
from tests.rules.given import Given, given

WORLD = {edition_stream("2023"): PublishedEdition(edition=EDITION, digest=EDITION.digest)}
LEVELS = (10, 20, 30, 40, 50)


def sent_command(**changes: Any) -> SetImprovementCosts:
    values = {
        "edition": "2023",
        "since": "2024-01-01",
        "unit": "fen",
        "source": "市级调研均价",
        "mark": "P",
        **dict.fromkeys(("choice", "ratio", "count", "outcome"), LEVELS),
        "option": 5,
        "singles": [{"indicator": "F08", "to_level": 2, "cost": 0}, {"indicator": "G06", "option": "unit", "cost": 7}],
    }
    return SetImprovementCosts.model_validate(values | changes)


def in_a_city() -> Given:
    return given(IMPROVEMENT_COSTS).having_read(WORLD)


def test_costs_are_a_fact_with_source_and_mark_and_the_same_again_changes_nothing() -> None:
    case = in_a_city().when(sent_command(), "city").happened("improvement.costs_set.v1")
    [fact] = case.facts
    assert isinstance(fact, ImprovementCostsSet)
    assert (fact.costs.unit, fact.costs.source.document, fact.costs.source.mark) == (CostUnit.FEN, "市级调研均价", "P")
    assert fact.costs.to_level(EDITION.by_id["F08"], 2) == 0
    assert fact.costs.to_level(EDITION.by_id["F08"], 3) == 30
    assert fact.costs.of_option(EDITION.by_id["G06"], "unit") == 7
    assert fact.costs.of_option(EDITION.by_id["G06"], "staff") == 5
    case.when(sent_command(), "city").then()


def test_another_table_for_the_same_day_takes_the_place_of_the_first_and_other_days_keep_theirs() -> None:
    case = in_a_city().when(sent_command(), "city").when(sent_command(since="2025-01-01", option=9), "city")
    case = case.when(sent_command(option=6), "city").accepted
    tables: dict[date, StepCosts] = case.state.tables
    assert {day: table.option for day, table in tables.items()} == {date(2024, 1, 1): 6, date(2025, 1, 1): 9}


@pytest.mark.parametrize("role", ["district", "provider", "enterprise", "auditor"])
def test_only_the_city_sets_what_steps_cost(role: str) -> None:
    in_a_city().when(sent_command(), role).refused(ROLE_NOT_ALLOWED, role=role)


def test_costs_are_set_for_a_published_edition() -> None:
    in_a_city().when(sent_command(edition="2031"), "city").refused(EDITION_UNKNOWN, edition="2031")


@pytest.mark.parametrize(
    ("singles", "rule", "step"),
    [
        ([{"indicator": "Q99", "to_level": 2, "cost": 1}], COSTS_INDICATOR_UNKNOWN, "Q99"),
        ([{"indicator": "Z01", "option": "unit", "cost": 1}], COSTS_STEP_UNKNOWN, "Z01 unit"),
        ([{"indicator": "G06", "to_level": 2, "cost": 1}], COSTS_STEP_UNKNOWN, "G06 2"),
        ([{"indicator": "Z01", "to_level": 2, "cost": cost} for cost in (1, 2)], COSTS_STEP_REPEATED, "Z01 2"),
    ],
)
def test_a_cost_belongs_to_a_step_that_there_is(singles: list[dict[str, Any]], rule: Rule, step: str) -> None:
    in_a_city().when(sent_command(singles=singles), "city").refused(rule, step=step)


def test_all_wrong_steps_are_told_at_once_each_with_its_place() -> None:
    named = [("Q99", 2), ("Z01", 2), ("Z01", 2), ("G06", 2)]
    singles = [{"indicator": indicator, "to_level": level, "cost": 1} for indicator, level in named]
    assert in_a_city().when(sent_command(singles=singles), "city").told == {
        ("COSTS_INDICATOR_UNKNOWN", "singles.0.indicator"),
        ("COSTS_STEP_REPEATED", "singles.2.indicator"),
        ("COSTS_STEP_UNKNOWN", "singles.3.option"),
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"choice": (1, 2, 3, 4, -1)}, "choice"),
        ({"option": -1}, "option"),
        ({"option": 2_000_000_001}, "option"),
        ({"ratio": (1, 2, 3, 4)}, "ratio"),
        ({"singles": [{"indicator": "Z01", "to_level": 2, "cost": -1}]}, "singles"),
        ({"singles": [{"indicator": "Z01", "to_level": 6, "cost": 1}]}, "singles"),
        ({"mark": "Q"}, "mark"),
        ({"source": " "}, "source"),
        ({"unit": "yuan"}, "unit"),
    ],
)
def test_a_negative_cost_or_one_without_source_or_mark_is_malformed(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as problem:
        sent_command(**changes)
    assert {error["loc"][0] for error in problem.value.errors()} == {field}
