"""Campaign limits over the API (plan G1, P5): stated by the city, shown with whose they are, kept to by the campaign's cases."""

from datetime import date
from typing import Any

from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.stages import StageLimits
from domain.governance.working_calendar import calendar_on_file, deadline
from tests.live_city import ENTERPRISE, LiveCity

SHOWN = """query($id: ID!) { campaign(id: $id) {
  stageLimits { since isOwn source mark cause setAt limits { selfAssessment report followUpMonths } }
  stageLimitsStated(first: 10) { nodes { since isOwn limits { selfAssessment } } } } }"""
STAGE = "query($id: ID!) { diagnosis(id: $id) { stage { stage due } } }"
CAMPAIGN = "campaign/2024"
LIMITS = {
    **dict.fromkeys(("selfAssessment", "evidenceCheck", "siteVisit", "report", "internalReview", "sampledCheck"), 30),
    **dict.fromkeys(("confirmation", "objection", "filing", "reading"), 8),
    "followUpMonths": [6],
    "remindBefore": 2,
}


def stated(campaign: dict[str, Any]) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = campaign["stageLimitsStated"]["nodes"]
    return nodes


def test_the_city_states_a_campaigns_limits_and_its_cases_keep_to_them(city: LiveCity) -> None:
    today = date.fromisoformat(city.today)
    days = {"since": f"{today.year}-01-01", "until": f"{today.year}-12-31"}
    city.done("city", "planCampaign", "", campaign="2024", name="首次诊断", purpose="INITIAL", **days)
    before = city.data("enterprise", SHOWN, id=CAMPAIGN)["campaign"]
    by_rule = rule_in_force(None, StageLimits, today)
    assert (before["stageLimits"]["isOwn"], before["stageLimits"]["cause"], stated(before)) == (False, None, [])
    assert before["stageLimits"]["limits"]["selfAssessment"] == by_rule.self_assessment
    asked = {"campaign": CAMPAIGN, "since": city.today, "limits": LIMITS, "source": "市级通知", "mark": "I"}
    assert city.refused("district", "setCampaignLimits", **asked) == "ROLE_NOT_ALLOWED"
    late = asked | {"since": f"{today.year + 1}-01-01"}
    assert city.refused("city", "setCampaignLimits", **late) == "CAMPAIGN_LIMITS_DAY"
    assert city.refused("city", "setCampaignLimits", **asked | {"campaign": "2031"}) == "NOT_FOUND"
    sent = city.done("city", "setCampaignLimits", "campaign { stageLimits { isOwn cause } }", **asked)
    assert sent["campaign"] == {"stageLimits": {"isOwn": True, "cause": "campaignlimits/2024/1"}}
    shown = city.data("provider", SHOWN, id=CAMPAIGN)["campaign"]
    assert (shown["stageLimits"]["source"], shown["stageLimits"]["mark"]) == ("市级通知", "I")
    assert shown["stageLimits"]["limits"] == {"selfAssessment": 30, "report": 30, "followUpMonths": [6]}
    assert [one["since"] for one in stated(shown)] == [city.today]
    due = deadline(today, 30, calendar_on_file()).due.isoformat()
    diagnosis = city.opened()
    assert city.data("district", STAGE, id=diagnosis)["diagnosis"]["stage"] == {"stage": "SELF_ASSESSMENT", "due": due}
    city.done("city", "setCampaignLimits", "", **asked | {"limits": None, "since": city.today})
    back = city.data("city", SHOWN, id=CAMPAIGN)["campaign"]
    assert (back["stageLimits"]["isOwn"], stated(back)[0]["limits"]) == (False, None)
    trail = "query($s: ID!) { auditTrail(subject: $s) { nodes { sentence sentenceInEnglish } } }"
    said = city.data("city", trail, s="campaignlimits/2024")["auditTrail"]["nodes"]
    assert {("自定" in one["sentence"], "own" in one["sentenceInEnglish"]) for one in said} == {(True, True), (False, False)}
    assert ENTERPRISE not in str(said)
