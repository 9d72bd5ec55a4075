"""Costs of steps 步骤成本 (plan R2): tables with their day and mark, read and checked."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from standards import (
    CostTables,
    CostUnit,
    EditionMalformed,
    NoCostsYet,
    StepCost,
    check_steps,
    cost_tables,
    costs_on,
)
from standards.edition.reader import read_model
from tests.rules.firms import EDITION
from tests.rules.improvement import DEFAULT


def test_the_default_costs_are_dated_and_marked_as_ours() -> None:
    tables = cost_tables().tables
    assert {table.source.mark for table in tables} <= {"I", "P"}
    assert {table.unit for table in tables} == {CostUnit.EFFORT}
    assert costs_on(tables, tables[0].since) == tables[0]
    with pytest.raises(NoCostsYet):
        costs_on(tables, date(2023, 7, 27))


def test_the_table_of_the_latest_day_that_has_begun_is_in_force() -> None:
    later = DEFAULT.model_copy(update={"since": date(2025, 1, 1), "option": 7})
    assert costs_on((later, DEFAULT), date(2024, 12, 31)) == DEFAULT
    assert costs_on((later, DEFAULT), date(2025, 1, 1)) == later


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tables: []", "tables"),
        ("tables: [{since: 2023-07-28, unit: yuan}]", "unit"),
        ("tables: [{since: 2023-07-28, choice: [1, 2, 3, 4, -5]}]", "choice.4"),
        ("tables: [{since: 2023-07-28, ratio: [1, 2, 3, 4]}]", "ratio"),
        ("tables:\n  - since: 2023-07-28\n    option: 1.5", "costs.yaml:3"),
        ("tables:\n  - option: 1\n    option: 2", "costs.yaml:3"),
    ],
)
def test_a_malformed_table_is_refused_with_file_and_line_or_field(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "costs.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(EditionMalformed) as refused:
        read_model(path, CostTables)
    assert told in str(refused.value) or told in str(refused.value.__cause__)


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"indicator": "Q99", "to_level": 2}, "INDICATOR_UNKNOWN", "indicator"),
        ({"indicator": "Z01"}, "STEP_UNKNOWN", "to_level"),
        ({"indicator": "Z01", "to_level": 2, "option": "unit"}, "STEP_UNKNOWN", "to_level"),
        ({"indicator": "Z01", "option": "unit"}, "STEP_UNKNOWN", "option"),
        ({"indicator": "G06", "to_level": 2}, "STEP_UNKNOWN", "option"),
        ({"indicator": "G06", "option": "colour"}, "STEP_UNKNOWN", "option"),
        ({"indicator": "C01", "to_level": 3}, "STEP_REPEATED", "indicator"),
    ],
)
def test_a_cost_of_no_step_of_the_edition_is_a_problem_with_its_place(wrong: dict[str, Any], code: str, field: str) -> None:
    good = StepCost(indicator="C01", to_level=3, cost=1)
    assert check_steps(EDITION, [good, StepCost(indicator="G06", option="unit", cost=0)]) is None
    problem = check_steps(EDITION, [good, StepCost(**wrong, cost=1)])
    assert problem is not None
    assert (problem.code, problem.index, problem.field) == (code, 1, field)
