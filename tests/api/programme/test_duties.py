"""Duties of the task force (plan O1) over the API: each with a lead or open, seen by whom they concern, overdue ones told."""

from datetime import date, timedelta
from threading import Event
from typing import Any

import pytest

from domain.access import Role
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import ErasePerson, RegisterPerson
from tests.live_city import LiveCity
from zhenduan.background.due_acts import do_due_acts

DUTY = "duty { id status version }"
LIST = """query($status: [DutyStatus!], $overdue: Boolean) { duties(status: $status, overdue: $overdue) { totalCount
  nodes { id title status overdue lead { name } reason version reports { nodes { text } }
    dayChanges { nodes { by asked: askedBy reason } } } } }"""


@pytest.fixture
def contact(city: LiveCity) -> LiveCity:
    """The city where a support body has strengths and a named contact."""
    stated = {"organisation": "support", "since": "2024-05-01", "strengths": ["TRAINING"], "source": "示例", "mark": "I"}
    city.done("city", "recordStrengths", "organisation { id }", **stated)
    city.send(RegisterPerson(person="zhao", name="示例联络人"))
    held = {"role": Role.SUPPORT, "organisation": "support", "since": date(2024, 5, 1), "contact": True}
    city.send(GrantMembership(person="zhao", membership="m1", **held))
    return city


def stated(city: LiveCity, days: int = 30, **changes: Any) -> str:
    day = date.fromisoformat(city.today)
    told = {"title": "编制培训教材", "clause": "plan T1", "deliverable": "教材一套", "strength": "TRAINING"}
    of = {**told, "since": city.today, "by": (day + timedelta(days=days)).isoformat(), **changes}
    return str(city.done("city", "stateDuty", DUTY, **of)["duty"]["id"])


def seen(city: LiveCity, who: str, **where: Any) -> list[Any]:
    found: list[Any] = city.data(who, LIST, **where)["duties"]["nodes"]
    return found


def test_a_duty_goes_from_open_over_its_lead_to_done_and_each_sees_what_concerns_it(contact: LiveCity) -> None:
    city, of = contact, {"duty": stated(contact)}
    other = stated(city, strength="DATA")
    assert [one["id"] for one in seen(city, "support")] == [of["duty"]], "what is open and asks for a strength of its own"
    assert seen(city, "provider") == []
    assert {one["id"] for one in seen(city, "district", status=["OPEN"])} == {of["duty"], other}
    city.done("city", "nameDutyLead", DUTY, **of, organisation="organisation/support", contact="person/zhao")
    assert len(seen(city, "city", status=["OPEN"])) == 1
    city.done("support", "takeOnDuty", DUTY, **of)
    city.done("support", "reportDuty", DUTY, **of, text="完成目录")
    later = (date.fromisoformat(city.today) + timedelta(days=60)).isoformat()
    city.done("support", "askForLaterDutyDay", DUTY, **of, by=later, reason="专家档期冲突")
    city.done("city", "moveDutyDay", DUTY, **of, by=later, reason="同意")
    [mine] = seen(city, "support")
    assert mine["dayChanges"]["nodes"] == [{"by": later, "asked": later, "reason": "同意"}]
    assert (mine["lead"]["name"], mine["reports"]["nodes"]) == ("示例支撑机构", [{"text": "完成目录"}])
    assert city.refused("provider", "reportDuty", **of, text="x") == "NOT_FOUND"
    city.done("support", "deliverDuty", DUTY, **of, text="教材见文件平台")
    assert city.done("city", "acceptDutyDelivery", DUTY, **of)["duty"]["status"] == "DONE"
    assert city.data("provider", "query($id: ID!) { duty(id: $id) { id } }", id=of["duty"])["duty"] is None
    for who in ("enterprise", "bank", "operator"):
        assert "errors" in city.ask(who, LIST)
    assert "errors" in city.ask(None, LIST)


def test_the_contact_is_named_to_the_administration_while_it_is_one(contact: LiveCity) -> None:
    city, of = contact, {"duty": stated(contact)}
    city.done("city", "nameDutyLead", DUTY, **of, organisation="support", contact="zhao")
    asked = "query($id: ID!) { duty(id: $id) { contact { name person } } }"
    assert city.data("district", asked, id=of["duty"])["duty"]["contact"]["name"] == "示例联络人"
    assert "errors" in city.ask("support", asked, id=of["duty"])
    city.send(ErasePerson(person="zhao"))
    city.installation.services.models.catch_up()
    assert city.data("district", asked, id=of["duty"])["duty"]["contact"] is None


def test_what_a_former_lead_said_is_not_told_to_whoever_may_lead_next(contact: LiveCity) -> None:
    city, of = contact, {"duty": stated(contact)}
    city.done("city", "nameDutyLead", DUTY, **of, organisation="support", contact="zhao")
    city.done("support", "declineDuty", "", **of, reason="人手不足")
    [mine], [whole] = seen(city, "support"), seen(city, "city")
    assert (mine["status"], mine["lead"], mine["reason"], mine["version"]) == ("OPEN", None, None, None)
    assert (whole["status"], whole["reason"], whole["version"]) == ("OPEN", "人手不足", 3)
    city.done("city", "nameDutyLead", DUTY, **of, organisation="support", contact="zhao")
    done = city.done("support", "takeOnDuty", DUTY, **of)["duty"]
    [mine] = seen(city, "support")
    assert (mine["status"], mine["reason"], mine["version"], done["version"]) == ("LED", None, None, None)


def test_a_body_reads_what_former_leads_reported_once_it_has_taken_the_duty_on(contact: LiveCity) -> None:
    city, of = contact, {"duty": stated(contact)}
    named = {**of, "organisation": "support", "contact": "zhao"}
    city.done("city", "nameDutyLead", DUTY, **named)
    city.done("support", "takeOnDuty", DUTY, **of)
    city.done("support", "reportDuty", DUTY, **of, text="完成目录")
    city.done("support", "resignDuty", "", **of, reason="人手不足")
    city.done("city", "nameDutyLead", DUTY, **named)
    [asked] = seen(city, "support")
    assert (asked["status"], asked["reports"]["nodes"], asked["reason"]) == ("OFFERED", [], None)
    city.done("support", "takeOnDuty", DUTY, **of)
    assert seen(city, "support")[0]["reports"]["nodes"] == [{"text": "完成目录"}]


def test_what_is_due_today_is_reminded_of_once(contact: LiveCity) -> None:
    city = contact
    duty = stated(city, days=0)
    services = city.installation.services
    services.models.catch_up()
    for _ in range(2):
        do_due_acts(services, Event())
        services.models.catch_up()
    trail = city.data("city", '{ auditTrail(kind: ["duty.reminded"]) { totalCount nodes { sentence } } }')["auditTrail"]
    assert trail["totalCount"] == 1
    assert seen(city, "city", overdue=True) == []
    assert duty in {one["id"] for one in seen(city, "city", overdue=False)}


def test_the_city_keeps_a_day_sends_back_what_falls_short_frees_a_duty_of_its_lead_and_withdraws_it(contact: LiveCity) -> None:
    city, of, why = contact, {"duty": stated(contact)}, {"reason": "以专班会议为准"}
    city.done("city", "nameDutyLead", DUTY, **of, organisation="support", contact="zhao")
    assert city.refused("support", "nameDutyContact", **of, contact="reader") == "DUTY_CONTACT_UNKNOWN"
    second = {"person": "stranger", "role": "SUPPORT", "organisation": "support", "since": "2024-05-01", "contact": True}
    city.done("city", "grantMembership", "", **second)
    assert city.refused("provider", "nameDutyContact", **of, contact="stranger") == "NOT_FOUND"
    city.done("support", "nameDutyContact", DUTY, **of, contact="stranger")
    asked = "query($id: ID!) { duty(id: $id) { contact { person } } }"
    assert city.data("city", asked, id=of["duty"])["duty"]["contact"] == {"person": "person/stranger"}
    city.done("support", "takeOnDuty", DUTY, **of)
    assert city.refused("city", "keepDutyDay", **of, **why) == "DUTY_NO_REQUEST"
    later = (date.fromisoformat(city.today) + timedelta(days=60)).isoformat()
    city.done("support", "askForLaterDutyDay", DUTY, **of, by=later, reason="专家档期冲突")
    assert city.refused("support", "keepDutyDay", **of, **why) == "ROLE_NOT_ALLOWED"
    city.done("city", "keepDutyDay", DUTY, **of, **why)
    assert city.refused("city", "sendBackDuty", **of, **why) == "DUTY_STATUS", "nothing is delivered"
    city.done("support", "deliverDuty", DUTY, **of, text="教材见文件平台")
    assert city.refused("city", "releaseDutyLead", **of, **why) == "DUTY_STATUS", "what is delivered is judged first"
    assert city.done("city", "sendBackDuty", DUTY, **of, reason="缺案例")["duty"]["status"] == "LED"
    assert seen(city, "support")[0]["reason"] == "缺案例"
    assert city.refused("district", "releaseDutyLead", **of, **why) == "ROLE_NOT_ALLOWED"
    city.done("city", "releaseDutyLead", DUTY, **of, **why)
    assert [(one["status"], one["lead"]) for one in seen(city, "city")] == [("OPEN", None)]
    assert city.refused("support", "withdrawDuty", **of, **why) == "ROLE_NOT_ALLOWED"
    city.done("city", "withdrawDuty", DUTY, **of, **why)
    assert [one["status"] for one in seen(city, "city", status=["WITHDRAWN"])] == ["WITHDRAWN"]
    assert city.refused("city", "withdrawDuty", **of, **why) == "DUTY_STATUS"
