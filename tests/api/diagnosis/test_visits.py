"""A visit by plan over the API (plan P5, T1): planned, agreed, signed in, interviewed, closed; seen by the parties alone."""

from datetime import date, timedelta
from typing import Any

from tests.live_city import LiveCity

PLANS = """query($id: ID!) { diagnosis(id: $id) { visits
  siteVisits { nodes { visitedOn diagnosticians functions place beganAt } }
  visitPlans { nodes { status day diagnosticians functions agenda reason plannedByRole
    signIns { place signedAt } interviews { function notes recordedByRole } } } } }"""
TEAM = "query($id: ID!) { diagnosis(id: $id) { visitPlans { nodes { team signIns { person } } } } }"
TRAIL = "query($s: ID!) { auditTrail(subject: $s, first: 100) { nodes { type sentence } } }"
FUNCTIONS = ["生产", "质量", "设备", "信息化"]


def accepted(city: LiveCity) -> str:
    """An accepted case, and two people of the provider who are certified."""
    for person in ("provider", "diagnostician"):
        stated = {"person": person, "grade": "DIAGNOSTICIAN", "editions": ["2023"]}
        city.done("city", "grantCertificate", "", since=city.today, recognised="试点期间考核合格", **stated)
    case = city.submitted()
    city.done("provider", "acceptDiagnosis", diagnosis=case)
    return case


def plan(city: LiveCity, case: str, **changes: Any) -> dict[str, Any]:
    stated = {"day": city.today, "team": ["person/provider", "diagnostician"], "functions": FUNCTIONS, "agenda": "请备设备台账"}
    return {"diagnosis": case, **stated, **changes}


def shown(city: LiveCity, who: str, case: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = city.data(who, PLANS, id=case)["diagnosis"]["visitPlans"]["nodes"]
    return found


def test_a_visit_is_planned_agreed_signed_in_and_closed(city: LiveCity) -> None:
    case = accepted(city)
    assert city.refused("provider", "planSiteVisit", **plan(city, case, team=["provider"])) == "TEAM_TOO_SMALL"
    assert city.refused("provider", "planSiteVisit", **plan(city, case, team=["provider", "reader"])) == "TEAM_MEMBER_UNKNOWN"
    yesterday = (date.fromisoformat(city.today) - timedelta(days=1)).isoformat()
    assert city.refused("provider", "planSiteVisit", **plan(city, case, day=yesterday)) == "VISIT_DAY_PAST"
    assert city.refused("rival", "planSiteVisit", **plan(city, case)) == "NOT_FOUND"
    assert city.refused("enterprise", "agreeToVisit", diagnosis=case) == "VISIT_NOT_PLANNED"
    city.done("provider", "planSiteVisit", **plan(city, case))
    city.done("enterprise", "declineVisit", diagnosis=case, reason="当日停产检修")
    city.done("diagnostician", "planSiteVisit", **plan(city, case))
    assert city.refused("diagnostician", "signInOnSite", diagnosis=case, place="一号厂房") == "VISIT_NOT_AGREED"
    city.done("filler", "agreeToVisit", diagnosis=case)
    for who in ("provider", "diagnostician"):
        city.done(who, "signInOnSite", diagnosis=case, place="一号厂房")
    assert city.refused("provider", "closeSiteVisit", diagnosis=case, notes="与自评一致") == "VISIT_INCOMPLETE"
    for function in FUNCTIONS:
        city.done("diagnostician", "recordInterview", diagnosis=case, function=function, notes=f"{function}：已看现场")
    city.done("provider", "closeSiteVisit", diagnosis=case, notes="与自评一致")

    first, second = shown(city, "enterprise", case)
    assert (first["status"], first["reason"], first["signIns"], first["interviews"]) == ("DECLINED", "当日停产检修", [], [])
    assert (second["status"], second["diagnosticians"], second["plannedByRole"]) == ("CLOSED", 2, "DIAGNOSTICIAN")
    assert [one["place"] for one in second["signIns"]] == ["一号厂房", "一号厂房"]
    assert {one["function"] for one in second["interviews"]} == set(FUNCTIONS)
    signed = city.data("provider", TEAM, id=case)["diagnosis"]["visitPlans"]["nodes"][-1]
    assert [one["person"] for one in signed["signIns"]] == signed["team"]
    seen = city.data("district", PLANS, id=case)["diagnosis"]
    assert seen["visits"] == 1
    (visit,) = seen["siteVisits"]["nodes"]
    assert (visit["visitedOn"], visit["diagnosticians"], visit["place"]) == (city.today, 2, "一号厂房")
    said = [one["sentence"] for one in city.data("enterprise", TRAIL, s=case)["auditTrail"]["nodes"]]
    assert [one for one in said if "在一号厂房到场签到" in one]
    assert not [one for one in said if "diagnostician" in one]


def test_who_came_is_known_to_the_provider_and_the_city_and_a_visit_to_the_parties_alone(city: LiveCity) -> None:
    case = accepted(city)
    city.done("provider", "planSiteVisit", **plan(city, case))
    for who in ("provider", "city", "auditor"):
        (found,) = city.data(who, TEAM, id=case)["diagnosis"]["visitPlans"]["nodes"]
        assert found["team"] == ["person/provider", "person/diagnostician"]
    told = city.ask("enterprise", TEAM, id=case)
    assert {one["extensions"]["code"] for one in told["errors"]} == {"FORBIDDEN"}
    assert told["data"]["diagnosis"]["visitPlans"]["nodes"][0]["team"] is None
    for who in ("subdistrict", "park"):
        assert city.ask(who, PLANS, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    for who in ("pudong", "bank", "rival"):
        assert city.data(who, PLANS, id=case)["diagnosis"] is None


def test_a_visit_is_cancelled_by_its_provider_with_the_reason_and_planned_anew(city: LiveCity) -> None:
    case, why = accepted(city), {"reason": "诊断师突发疾病"}
    assert city.refused("provider", "cancelVisit", diagnosis=case, **why) == "VISIT_NOT_PLANNED"
    city.done("provider", "planSiteVisit", **plan(city, case))
    for who, code in (("rival", "NOT_FOUND"), ("enterprise", "ROLE_NOT_ALLOWED"), ("district", "ROLE_NOT_ALLOWED")):
        assert city.refused(who, "cancelVisit", diagnosis=case, **why) == code
    city.done("diagnostician", "cancelVisit", diagnosis=case, **why)
    [cancelled] = shown(city, "enterprise", case)
    assert (cancelled["status"], cancelled["reason"]) == ("CANCELLED", "诊断师突发疾病")
    city.done("provider", "planSiteVisit", **plan(city, case))
    assert [one["status"] for one in shown(city, "enterprise", case)] == ["CANCELLED", "PLANNED"]
