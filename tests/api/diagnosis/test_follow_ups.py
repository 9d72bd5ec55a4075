"""Follow-up over the API (plan R2): planned by the firm, reported no earlier than at six months, read by the parties."""

from datetime import timedelta
from typing import Any

from domain.instants import city_day, months_after
from tests.api.diagnosis.test_readings import filed
from tests.live_city import LiveCity

DAY = timedelta(days=1)
ASKED = """query($id: ID!) { diagnosis(id: $id) { verifiedTotal followUp { version countedFrom plannedAt conclusion closedAt
  measures { indicator recommendation text by }
  reports { month opens due overdue remindedAt escalatedAt reportedByRole late done
    changes { indicator name unit before after evidence } } } } }"""
LIST = "query { diagnoses(filter: {followUpOverdue: true}) { totalCount } }"
CHANGE = {"indicator": "Z01", "name": "设备联网率", "unit": "%", "before": "31.5", "after": "62.25"}


def seen(city: LiveCity, who: str, case: str) -> dict[str, Any]:
    found: dict[str, Any] = city.data(who, ASKED, id=case)["diagnosis"]
    return found


def test_a_firm_plans_what_it_will_do_and_reports_no_earlier_than_it_is_due(city: LiveCity) -> None:
    case = filed(city)
    today = city_day(city.installation.services.clock())
    measures = [{"indicator": "Z01", "text": "编制规划", "by": (today + 90 * DAY).isoformat()}]
    report = {"diagnosis": case, "month": 6, "done": "已编制规划", "changes": [CHANGE]}
    assert city.refused("enterprise", "reportFollowUp", **report) == "FOLLOW_UP_NOT_PLANNED"
    for who in ("provider", "district"):
        assert city.refused(who, "planFollowUp", diagnosis=case, measures=measures) == "ROLE_NOT_ALLOWED"
    assert city.refused("stranger", "planFollowUp", diagnosis=case, measures=measures) == "NOT_FOUND"
    seen_version = seen(city, "enterprise", case)["followUp"]["version"]
    city.done("confirmer", "planFollowUp", diagnosis=case, measures=measures, expectedVersion=seen_version)
    assert seen(city, "enterprise", case)["followUp"]["version"] == seen_version + 1
    assert city.refused("enterprise", "reportFollowUp", **report) == "FOLLOW_UP_NOT_YET"
    assert city.refused("district", "closeFollowUp", diagnosis=case, conclusion="无") == "FOLLOW_UP_UNFINISHED"
    for who in ("enterprise", "provider", "district", "city", "auditor"):
        found = seen(city, who, case)["followUp"]
        assert (found["countedFrom"], found["measures"]) == (today.isoformat(), [{**measures[0], "recommendation": None}])
        assert [one["month"] for one in found["reports"]] == [6, 12]
        assert [one["opens"] for one in found["reports"]] == [months_after(today, month).isoformat() for month in (6, 12)]
    assert city.ask("subdistrict", ASKED, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    for who in ("pudong", "bank", "rival"):
        assert city.data(who, ASKED, id=case)["diagnosis"] is None
    assert city.data("district", LIST)["diagnoses"]["totalCount"] == 0
