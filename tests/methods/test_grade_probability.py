"""Method i: how sure a grade is."""

from decimal import Decimal

import pytest

from methods.grade_probability import Peers, error_of_teams, grade_probabilities, hash_uniform, measurement_error
from methods.rounding import rounded
from tests.methods.worked_cases import cases, texts

BANDS = [Decimal(one) for one in ("20", "32.5", "45", "52.5", "60", "67.5", "75", "82.5", "90", "95")]


def test_the_error_of_one_assessment_comes_from_jobs_assessed_twice() -> None:
    (case,) = cases("i", "standard error")
    found = measurement_error([Decimal(one) for one in case["given"]["differences"]])
    assert found is not None
    assert {"sem": str(found.error), "bias": str(found.bias)} == case["expect"]
    assert measurement_error([]) is None


@pytest.mark.parametrize("case", cases("i", "grade probabilities"), ids=lambda case: str(case["given"]))
def test_every_grade_has_its_probability(case: dict) -> None:
    facts = case["given"]
    peers = Peers(Decimal(facts["mean"]), Decimal(facts["sd"])) if facts["mean"] else None
    found = grade_probabilities(Decimal(facts["total"]), Decimal(facts["sem"]), BANDS, peers)
    assert texts(found) == case["expect"]["p"]


def test_a_number_drawn_from_names_is_the_same_everywhere() -> None:
    (case,) = cases("i", "hash uniform")
    assert str(rounded(hash_uniform(case["given"]["seed"], *case["given"]["parts"]), 12)) == case["expect"]["u"]


def test_a_second_team_lowers_the_error() -> None:
    assert error_of_teams(Decimal("2.25"), Decimal("1.5525"), 1) == Decimal("1.9500")
    assert error_of_teams(Decimal("2.25"), Decimal("1.5525"), 2) == Decimal("1.3789")
