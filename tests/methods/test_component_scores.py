"""Method a: components of a provider's year."""

from fractions import Fraction

import pytest

from methods.component_scores import (
    ReportQuality,
    Workload,
    feedback_of_job,
    reassessment_points,
    records_of_job,
    report_of_job,
    weighted,
    work_done,
    work_variance,
)
from methods.rounding import rounded
from tests.methods.worked_cases import cases

WEIGHTS = {"delivery": 50, "punctuality": 30, "volume": 20}


def workload(given: dict[str, int]) -> Workload:
    return Workload(given["assigned"], given["confirmed"], given["due_stages"], given["ontime_stages"], given["full_load"])


@pytest.mark.parametrize("case", cases("a", "workload"), ids=lambda case: case["name"])
def test_work_done_is_delivery_punctuality_and_volume_of_those_present(case: dict) -> None:
    score = work_done(workload(case["given"]), **WEIGHTS)
    assert (score if score is None else str(rounded(score, 2))) == case["expect"]["score"]


@pytest.mark.parametrize("case", cases("a", "points of one"), ids=lambda case: case["given"]["delta"])
def test_a_re_assessment_loses_points_by_its_distance(case: dict) -> None:
    points = reassessment_points(Fraction(case["given"]["delta"]), Fraction(5, 2), Fraction(25, 2))
    assert str(rounded(points, 2)) == case["expect"]["points"]


def test_more_work_than_a_full_load_earns_nothing() -> None:
    assert work_done(Workload(300, 300, 10, 10, 150), **WEIGHTS) == work_done(Workload(150, 150, 10, 10, 150), **WEIGHTS) == 100


def test_no_workload_confirms_more_than_was_assigned() -> None:
    with pytest.raises(ValueError, match="no workload"):
        Workload(1, 2, 0, 0, 10)


def test_the_noise_of_work_is_none_where_all_was_delivered_on_time() -> None:
    assert work_variance(Workload(10, 10, 20, 20, 10), **WEIGHTS) == 0
    assert work_variance(Workload(10, 5, 0, 0, 10), **WEIGHTS) == Fraction(5000, 70) ** 2 / 4
    assert work_variance(Workload(0, 0, 0, 0, 10), **WEIGHTS) is None
    assert work_variance(Workload(10, 5, 0, 0, None), **WEIGHTS) == 2500


def test_a_capacity_that_was_not_declared_leaves_its_part_out() -> None:
    assert work_done(Workload(10, 5, 0, 0, None), **WEIGHTS) == 50


def test_an_unanswered_item_of_feedback_is_missing_and_never_zero() -> None:
    assert feedback_of_job([5, None, 4]) == Fraction(175, 2)
    assert feedback_of_job([1]) == 0
    assert feedback_of_job([None]) is None
    with pytest.raises(ValueError, match="1, 2, 3, 4 or 5"):
        feedback_of_job([6])


def test_records_count_by_the_weight_of_what_is_required_alone() -> None:
    assert records_of_job({"sign-in": 1, "interviews": 3}, {"interviews", "not asked for"}) == 75
    assert records_of_job({}, {"sign-in"}) is None


def test_a_report_nobody_read_is_judged_by_its_checks_and_its_objections() -> None:
    weights = {"checks": 50, "reading": 30, "upheld": 20}
    assert report_of_job(ReportQuality(10, 9, Fraction(80), 20, 19), **weights) == 45 + 24 + 19
    assert report_of_job(ReportQuality(10, 5, None, 20, 20), **weights) == Fraction(100 * 45, 70)
    assert report_of_job(ReportQuality(0, 0, None, 0, 0), **weights) is None
    with pytest.raises(ValueError, match="no report"):
        ReportQuality(1, 2, None, 0, 0)


def test_weights_of_present_parts_are_renormalised() -> None:
    assert weighted([(3, Fraction(1)), (1, Fraction(0)), (96, None)]) == 75
