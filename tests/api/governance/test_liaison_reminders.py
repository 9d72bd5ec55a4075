"""Reminders of the liaison network (plan O2): a contact not confirmed for longer than the rule allows is listed until it is."""

from datetime import date, timedelta
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
from tests.live_city import LiveCity

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


def test_a_rule_whose_notice_is_longer_than_its_period_is_none() -> None:
    with pytest.raises(ValidationError, match="on the day on which"):
        LiaisonRule(confirmed_days=14, notice_days=14)
