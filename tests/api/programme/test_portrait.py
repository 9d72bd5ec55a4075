"""Portrait of manufacturers (plan R1) over the API: of one's own scope, and of the administration alone."""

from typing import Any

from tests.api.programme.reported_city import reported
from tests.live_city import LiveCity

PORTRAIT = """query($year: Int!) { portrait(year: $year) { onRoster withResult grades { grade firms }
  cells(first: 9) { totalCount nodes { district { code } industry { code } firms mean low high } }
  weakest(first: 9) { totalCount nodes { edition indicator firms mean } }
  movement { risen same fallen otherEdition new } } }"""


def portrait(city: LiveCity, who: str, year: int = 2024) -> Any:
    return city.ask(who, PORTRAIT, year=year)


def test_a_portrait_is_of_the_scope_and_of_the_year(city: LiveCity) -> None:
    city.issued()
    whole, own = (portrait(city, who)["data"]["portrait"] for who in ("city", "district"))
    assert (whole["onRoster"], own["onRoster"]) == (2, 1)
    assert (whole["withResult"], whole["grades"], whole["cells"]["totalCount"]) == (0, [], 0), "reported after that year"
    assert set(whole["movement"].values()) == {0}


def test_a_result_of_the_year_is_in_the_heat_map_without_a_mean_of_one_firm(city: LiveCity) -> None:
    told = portrait(city, "district", reported(city))["data"]["portrait"]
    assert (told["onRoster"], told["withResult"], [one["firms"] for one in told["grades"]]) == (1, 1, [1])
    bare = {"mean": None, "low": None, "high": None}
    assert told["cells"]["nodes"] == [{"district": {"code": "310117"}, "industry": {"code": "C34"}, "firms": 1, **bare}]
    assert (told["weakest"]["totalCount"], told["movement"]["new"]) == (0, 1)


def test_a_portrait_is_not_for_firms_and_no_year_outside_the_programme(city: LiveCity) -> None:
    assert "errors" in portrait(city, "enterprise")
    assert portrait(city, "city", 2022)["errors"][0]["extensions"]["code"] == "YEAR_OUT_OF_RANGE"
