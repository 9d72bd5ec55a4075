"""Reminders of the liaison network (plan O2): a contact not confirmed for longer than the rule allows is listed until it is."""

from datetime import date, timedelta
from threading import Event
from typing import Any

import pytest
from pydantic import ValidationError

from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.liaison import LiaisonRule
from domain.instants import microseconds
from domain.participants.people.contacts import ContactConfirmed
from domain.participants.people.state import person_stream
from journal import NewEntry
from journal.codec import encode
from tests.live_city import ENTERPRISE, FIRM, LiveCity
from zhenduan.background.due_acts import do_due_acts

TO_CONFIRM = """{ liaisonsToConfirm(first: 50) { totalCount nodes {
  organisation { id } confirmedOn contacts { person membership confirmedOn since until } } } }"""
RULE = rule_in_force(None, LiaisonRule, date(2026, 1, 1))
LISTED_AFTER = RULE.confirmed_days - RULE.notice_days


def waiting(city: LiveCity, who: str) -> dict[str, Any]:
    found = city.data(who, TO_CONFIRM)["liaisonsToConfirm"]
    assert found["totalCount"] == len(found["nodes"])
    return {one["organisation"]["id"].removeprefix("organisation/"): one for one in found["nodes"]}


def last_confirmed(city: LiveCity, who: str, days_ago: int) -> str:
    """A contact that was last found true so many days ago."""
    services, on = city.installation.services, date.fromisoformat(city.today) - timedelta(days=days_ago)
    fact, stream = ContactConfirmed(membership=f"m-{who}", on=on), person_stream(who)
    version = services.journal.read(stream)[-1].version + 1
    services.journal.append([NewEntry(stream, version, fact.type, encode(fact))], microseconds(services.clock()))
    services.models.catch_up()
    return on.isoformat()


def test_a_contact_confirmed_too_long_ago_is_listed_to_its_unit_and_those_above_until_it_is_confirmed(city: LiveCity) -> None:
    assert waiting(city, "city") == {}, "a grant says that a contact is true"
    since = last_confirmed(city, "subdistrict", LISTED_AFTER + 1)
    last_confirmed(city, "district", LISTED_AFTER)
    for who in ("city", "district", "subdistrict"):
        (unit, node), *others = waiting(city, who).items()
        assert (unit, node["confirmedOn"], others) == ("310117001", since, [])
    assert waiting(city, "pudong") == {}
    assert city.ask("enterprise", TO_CONFIRM)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    (contact,) = node["contacts"]
    of = {"person": contact["person"], "membership": contact["membership"]}
    assert city.refused("pudong", "confirmContact", **of) == "NOT_FOUND"
    city.done("district", "confirmContact", "person { id }", **of)
    assert waiting(city, "city") == {}


def test_a_contact_confirms_itself_and_the_node_shows_the_day(city: LiveCity) -> None:
    last_confirmed(city, "district", LISTED_AFTER + 30)
    assert set(waiting(city, "district")) == {"310117"}
    city.done("district", "confirmContact", "person { id }", person="person/district", membership="m-district")
    assert waiting(city, "district") == {}
    shown = "{ liaisonNetwork(first: 50) { nodes { organisation { id } confirmedOn contacts { confirmedOn until } } } }"
    nodes = city.data("district", shown)["liaisonNetwork"]["nodes"]
    (own,) = (one for one in nodes if one["organisation"]["id"].endswith("/310117"))
    assert own["confirmedOn"] == city.today


REMINDERS = """query($late: Boolean) { contactReminders(escalated: $late, first: 50) { totalCount nodes {
  person membership organisation organisationName confirmedOn by remindedOn escalatedOn } } }"""


def reminders(city: LiveCity, who: str, *, late: bool | None = None) -> dict[str, dict[str, Any]]:
    found = city.data(who, REMINDERS, late=late)["contactReminders"]
    assert found["totalCount"] == len(found["nodes"])
    return {one["person"]: one for one in found["nodes"]}


def look(city: LiveCity) -> None:
    do_due_acts(city.installation.services, Event())
    city.installation.services.models.catch_up()


def test_the_program_reminds_a_contact_and_those_above_once_and_reports_who_let_the_time_pass(city: LiveCity) -> None:
    look(city)
    assert reminders(city, "city") == {}, "whoever was just named is reminded of nothing"
    since = last_confirmed(city, "subdistrict", LISTED_AFTER + 1)
    over = last_confirmed(city, "district", RULE.confirmed_days + 1)
    for _ in range(2):
        look(city)
    by = date.fromisoformat(since) + timedelta(days=RULE.confirmed_days)
    town = reminders(city, "city", late=False)
    told = {"person": "person/subdistrict", "membership": "m-subdistrict", "organisation": "310117001", "confirmedOn": since}
    told |= {"by": by.isoformat(), "remindedOn": city.today, "escalatedOn": None}
    assert {name: town["person/subdistrict"][name] for name in told} == told
    assert town.keys() == {"person/subdistrict"}
    late = reminders(city, "city", late=True)
    assert {(one["confirmedOn"], one["remindedOn"], one["escalatedOn"]) for one in late.values()} == {(over, None, city.today)}
    assert late.keys() == {"person/district"}
    assert reminders(city, "district").keys() == {"person/subdistrict", "person/district"}
    assert reminders(city, "subdistrict") == town, "one's own"
    for who in ("pudong", "enterprise", "provider"):
        assert reminders(city, who) == {}
    said = city.data("city", '{ auditTrail(kind: ["contact."]) { totalCount nodes { sentence } } }')["auditTrail"]
    assert said["totalCount"] == 2, "each once, however often the program looks"
    city.done("subdistrict", "confirmContact", "", person="person/subdistrict", membership="m-subdistrict")
    assert reminders(city, "city").keys() == {"person/district"}
    look(city)
    assert reminders(city, "subdistrict") == {}


def test_a_firms_contact_is_reminded_and_its_district_and_group_see_it(city: LiveCity) -> None:
    last_confirmed(city, "enterprise", LISTED_AFTER + 1)
    look(city)
    for who in ("enterprise", "district", "group", "city"):
        [one] = reminders(city, who).values()
        assert (one["organisation"], one["organisationName"]) == (ENTERPRISE, FIRM.name), who
    for who in ("pudong", "stranger", "provider", "subdistrict"):
        assert reminders(city, who) == {}, who


def test_a_rule_whose_notice_is_longer_than_its_period_is_none() -> None:
    with pytest.raises(ValidationError, match="on the day on which"):
        LiaisonRule(confirmed_days=14, notice_days=14)
