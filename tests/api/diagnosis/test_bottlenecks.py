"""Bottlenecks over the API (plan P5): how long stages take and how often cases turn back, told to who sees the cases."""

from datetime import timedelta
from typing import Any

from domain.instants import city_day
from tests.live_city import LiveCity

ASKED = """query($since: Date!, $until: Date!, $by: BottleneckDivision!) { bottlenecks(since: $since, until: $until, by: $by) {
  district { code } provider providerName cases
  stages { stage waitsFor passed late median { days low high } nineTenths { days low high } running overdue longest }
  rework { kind times cases of low high } } }"""
DAY = timedelta(days=1)


def told(city: LiveCity, who: str, by: str = "WHOLE", since: int = -9, until: int = 9) -> list[dict[str, Any]]:
    today = city_day(city.installation.services.clock())
    period = {"since": (today + since * DAY).isoformat(), "until": (today + until * DAY).isoformat()}
    found: list[dict[str, Any]] = city.data(who, ASKED, by=by, **period)["bottlenecks"]
    return found


def test_stages_are_timed_and_rework_counted_over_what_could_have_turned_back(city: LiveCity) -> None:
    case = city.issued()
    city.done("enterprise", "objectToReport", diagnosis=case, items=[{"indicator": "Z01", "reason": "证据未计"}])
    [whole] = told(city, "city")
    stages = {one["stage"]: one for one in whole["stages"]}
    assert whole["cases"] == 1
    assert stages["CONFIRMATION"]["passed"] == 1
    assert stages["CONFIRMATION"]["median"] == {"days": 0, "low": None, "high": None}
    assert (stages["OBJECTION"]["running"], stages["OBJECTION"]["passed"], stages["OBJECTION"]["longest"]) == (1, 0, 0)
    assert stages["OBJECTION"]["median"] is None
    assert stages["SELF_ASSESSMENT"]["waitsFor"] == "ENTERPRISE"
    rework = {one["kind"]: one for one in whole["rework"]}
    assert (rework["OBJECTED"]["times"], rework["OBJECTED"]["cases"], rework["OBJECTED"]["of"]) == (1, 1, 1)
    assert (rework["SCORED_ANEW"]["times"], rework["SCORED_ANEW"]["of"]) == (0, 1)
    assert 0 <= float(rework["OBJECTED"]["low"]) < float(rework["OBJECTED"]["high"]) <= 1


def test_each_is_told_of_the_cases_that_it_sees(city: LiveCity) -> None:
    case = city.issued()
    for who in ("city", "auditor", "district", "provider"):
        [found] = told(city, who, "DISTRICT")
        assert (found["district"]["code"], found["provider"], found["cases"]) == ("310117", None, 1)
        [found] = told(city, who, "PROVIDER")
        assert (found["provider"], found["district"], found["cases"]) == ("organisation/p1", None, 1)
        assert found["providerName"]
    for who in ("pudong", "rival"):
        assert told(city, who) == []
    assert told(city, "city", since=-9, until=-5)[0]["rework"] == []  # what runs is told of today, whatever the period
    city.done("district", "withdrawDiagnosis", diagnosis=case, reason="企业停产")
    stages = {one["stage"]: one for one in told(city, "city")[0]["stages"]}
    assert "CONFIRMATION" not in stages
    for who in ("enterprise", "subdistrict", "diagnostician", "bank", "reader", None):
        refused = city.ask(who, ASKED, since="2026-01-01", until="2026-01-02", by="WHOLE")
        assert refused["errors"][0]["extensions"]["code"] in ("FORBIDDEN", "UNAUTHENTICATED")


def test_a_period_that_ends_before_it_begins_is_refused(city: LiveCity) -> None:
    refused = city.ask("city", ASKED, since="2026-01-02", until="2026-01-01", by="WHOLE")
    assert refused["errors"][0]["extensions"]["code"] == "BOTTLENECK_PERIOD_REVERSED"
