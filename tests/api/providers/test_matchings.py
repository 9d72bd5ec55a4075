"""Matchings over the API (plan V3): a district's batch planned from what is on record, seen by it, the city and the auditor."""

import threading
from datetime import date
from typing import Any

from domain.access import Role
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.matching import MatchingRule
from domain.governance.standing import listing_stream
from domain.instants import city_day, microseconds
from domain.providers.listings.events import ProviderListed
from journal import NewEntry
from journal.codec import encode
from projections.providers.matching_inputs import matching_inputs
from tests.live_city import ENTERPRISE, LiveCity
from zhenduan.background.computing import compute_waiting

FIRM = f"enterprise/{ENTERPRISE}"
ONE = """query($id: ID!) { matching(id: $id) { status cost optimal leftOut
  firms { totalCount nodes { enterprise provider cost adopted reason others { provider price } } } } }"""


def listed(city: LiveCity) -> None:
    """Both providers are in the directory with the firm's tag, as a journal of before has it."""
    services = city.installation.services
    for provider in ("p1", "p2"):
        fact = ProviderListed(year=2024, on=date(2024, 3, 1), tags=("C34",), rule=None, causes=("call/2024/9",))
        entry = NewEntry(listing_stream(provider), 1, fact.type, encode(fact), actor="li", role=Role.CITY, organisation="city")
        services.journal.append([entry], microseconds(services.clock()))
    services.models.catch_up()


def asked(city: LiveCity, who: str = "district") -> str:
    given = {"district": "organisation/310117", "enterprises": [FIRM]}
    return str(city.done(who, "requestMatching", "matching { id status }", **given)["matching"]["id"])


def compute(city: LiveCity) -> None:
    city.installation.services.models.catch_up()
    assert compute_waiting(city.installation.services, threading.Event()) == 1
    city.installation.services.models.catch_up()


def test_a_batch_is_asked_for_worked_out_and_seen_by_the_district_the_city_and_the_auditor(city: LiveCity) -> None:
    listed(city)
    identity = asked(city)
    compute(city)
    for who in ("district", "city", "auditor"):
        found = city.data(who, ONE, id=identity)["matching"]
        assert (found["status"], found["optimal"], found["firms"]["totalCount"]) == ("COMPUTED", True, 1), who
    assert found["leftOut"] == 1, "nobody has a certified person: there is no place anywhere"
    assert city.data("pudong", ONE, id=identity)["matching"] is None
    for who in ("provider", "enterprise"):
        assert "errors" in city.ask(who, ONE, id=identity)
    assert city.refused("pudong", "adoptPlan", matching=identity) == "NOT_FOUND"
    assert city.refused("provider", "adoptPlan", matching=identity) == "ROLE_NOT_ALLOWED"
    done = city.done("district", "adoptPlan", "matching { status }", matching=identity)
    assert done["matching"] == {"status": "ADOPTED"}
    [node] = city.data("city", "{ matchings { nodes { id status } } }")["matchings"]["nodes"]
    assert node == {"id": identity, "status": "ADOPTED"}


def test_firms_of_another_district_and_those_that_are_not_there_are_refused_alike(city: LiveCity) -> None:
    elsewhere: dict[str, Any] = {"district": "organisation/310115", "enterprises": [FIRM]}
    assert city.refused("pudong", "requestMatching", **elsewhere) == "MATCHING_FIRM_UNKNOWN"
    assert city.refused("pudong", "requestMatching", **elsewhere | {"enterprises": ["enterprise/none"]}) == "MATCHING_FIRM_UNKNOWN"
    assert city.refused("district", "requestMatching", **elsewhere) == "NOT_FOUND"


def test_costs_are_by_the_rule_and_no_tied_provider_is_among_them(city: LiveCity) -> None:
    listed(city)
    city.opened()
    tie = {"provider": "organisation/p2", "kind": "VENDOR", "party": FIRM, "since": city.today, "source": "采购合同"}
    services = city.installation.services
    day = city_day(services.clock())
    rule = rule_in_force(None, MatchingRule, day)

    def inputs() -> Any:
        services.models.catch_up()
        with services.models.reading() as snapshot:
            return matching_inputs(snapshot, [ENTERPRISE], rule, day)

    costs = inputs().costs[ENTERPRISE]
    near = rule.full_load + rule.tiers.unrated
    assert costs == {"p1": near + rule.repeat, "p2": near + rule.other_district}
    city.done("city", "declareTie", "", **tie)
    assert set(inputs().costs[ENTERPRISE]) == {"p1"}
    assert inputs().capacities == {"p1": 0, "p2": 0}
