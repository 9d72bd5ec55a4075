"""Internal review over the API (plan P4): handed in, returned, handed in again, passed; the form is seen by the parties alone."""

from typing import Any

from domain.diagnosis.review import ReviewItem
from tests.live_city import LiveCity

REVIEWS = """query($id: ID!) { diagnosis(id: $id) { stage { stage } internalReviews { nodes {
  summary handedInByRole passed conclusion reviewedByRole checks { item met note } } } } }"""
FORM = [{"item": item.name, "met": True} for item in ReviewItem]


def review(case: str, *unmet: str, **changes: Any) -> dict[str, Any]:
    checks = [one | {"met": one["item"] not in unmet} for one in FORM]
    return {"diagnosis": case, "passed": not unmet, "checks": checks, "conclusion": "请补理由" if unmet else "同意", **changes}


def test_a_report_is_returned_and_passed_and_seen_with_its_form(city: LiveCity) -> None:
    case = city.scored()
    assert city.refused("reviewer", "reviewReport", **review(case)) == "REPORT_NOT_HANDED_IN"
    assert city.refused("enterprise", "handInReport", diagnosis=case, summary="说明") == "ROLE_NOT_ALLOWED"
    assert city.refused("rival", "handInReport", diagnosis=case, summary="说明") == "NOT_FOUND"
    city.done("provider", "handInReport", diagnosis=case, summary="三项有差异")
    assert city.data("district", REVIEWS, id=case)["diagnosis"]["stage"]["stage"] == "INTERNAL_REVIEW"
    assert city.refused("provider", "reviewReport", **review(case)) == "REVIEWED_BY_AUTHOR"
    assert city.refused("reviewer", "reviewReport", **review(case, checks=FORM[1:])) == "REVIEW_FORM_INCOMPLETE"
    assert city.refused("reviewer", "reviewReport", **review(case, "REASONS", passed=True)) == "REVIEW_CONTRADICTS"
    city.done("reviewer", "reviewReport", **review(case, "REASONS"))
    city.done("provider", "handInReport", diagnosis=case, summary="已补理由")
    city.done("reviewer", "reviewReport", **review(case))
    city.done("provider", "issueReport", diagnosis=case)
    first, second = city.data("enterprise", REVIEWS, id=case)["diagnosis"]["internalReviews"]["nodes"]
    assert (first["passed"], first["conclusion"], first["reviewedByRole"]) == (False, "请补理由", "REVIEWER")
    assert [one["item"] for one in first["checks"] if not one["met"]] == ["REASONS"]
    assert (second["passed"], second["summary"], second["handedInByRole"]) == (True, "已补理由", "PROVIDER")
    for who in ("subdistrict", "park"):
        assert city.ask(who, REVIEWS, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    for who in ("pudong", "bank", "rival"):
        assert city.data(who, REVIEWS, id=case)["diagnosis"] is None
