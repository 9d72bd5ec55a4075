"""Liaison gaps (plan O2): a unit of the scope without a contact, or without a deputy, is found; one person is not two."""

from typing import Any

import pytest

from tests.live_city import LiveCity

GAPS = """query($n: Int! = 2) { liaisonGaps(contactsBelow: $n, first: 50) { totalCount nodes {
  organisation { id } contacts { person } } } }"""
NETWORK = "{ liaisonNetwork(first: 50) { nodes { organisation { id } contacts { person } } } }"


def gaps(city: LiveCity, who: str, **asked: Any) -> Any:
    return city.ask(who, GAPS, **asked)


def test_the_units_short_of_contacts_are_those_that_the_network_shows_so(city: LiveCity) -> None:
    network = {one["organisation"]["id"]: one["contacts"] for one in city.data("city", NETWORK)["liaisonNetwork"]["nodes"]}
    for least in (1, 2, 3):
        short = {unit for unit, held in network.items() if len({one["person"] for one in held}) < least}
        found = gaps(city, "city", n=least)["data"]["liaisonGaps"]
        assert {one["organisation"]["id"] for one in found["nodes"]} == short
        assert found["totalCount"] == len(short)
    assert any(network.values()), "a unit that has one"


def test_a_district_is_told_of_its_own_units_and_a_firm_of_none(city: LiveCity) -> None:
    whole, own = (
        {one["organisation"]["id"] for one in gaps(city, who)["data"]["liaisonGaps"]["nodes"]} for who in ("city", "district")
    )
    assert own
    assert own < whole
    assert "errors" in gaps(city, "enterprise")


@pytest.mark.parametrize("least", [0, 11])
def test_no_unit_is_to_have_none_or_more_than_ten(city: LiveCity, least: int) -> None:
    assert gaps(city, "city", n=least)["errors"][0]["extensions"]["code"] == "CONTACTS_OUT_OF_RANGE"
