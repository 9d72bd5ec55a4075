"""Limits 限额 of a serving process: set by the environment, refused when they are none, and on the operator's page."""

from pathlib import Path

import pytest

from zhenduan.limits import KEPT_ANSWERS, ServerLimits, limits_of, usual_values
from zhenduan.settings import SettingUnknown, from_environment

PAGE = Path(__file__).parents[2] / "docs" / "operator.md"
NUMBERS = [name for name, value in usual_values().items() if value.isdigit()]


def test_a_limit_that_nobody_sets_has_its_usual_value() -> None:
    assert limits_of({}) == ServerLimits() == limits_of(usual_values())


@pytest.mark.parametrize("name", NUMBERS)
def test_a_limit_is_set_by_its_variable(name: str) -> None:
    assert limits_of({name: "7"}) != ServerLimits()


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "٣"])
def test_a_limit_that_is_no_number_above_0_is_refused_at_start(name: str, value: str) -> None:
    if (name, value) == (KEPT_ANSWERS, "0"):
        assert from_environment(environment={name: value}).limits.kept_answers == 0, "none are kept"
        return
    with pytest.raises(SettingUnknown, match=name):
        from_environment(environment={name: value})


@pytest.mark.parametrize(("name", "value"), usual_values().items())
def test_the_operators_page_says_each_limit_with_its_usual_value(name: str, value: str) -> None:
    row = next(line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(f"| `{name}` |"))
    assert row.split("|")[2].strip().strip("`") == value
