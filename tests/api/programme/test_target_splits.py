"""Splitting of a target (plan G4): whole firms over the units of the scope, the sum kept exactly."""

from typing import Any

from tests.live_city import LiveCity

SPLIT = """query($year: Int!, $total: Int!, $by: Boolean!) { targetSplit(year: $year, total: $total, bySubdistrict: $by) {
  unit firms share } }"""


def split(city: LiveCity, who: str, total: int, *, by: bool = False) -> Any:
    return city.ask(who, SPLIT, year=2024, total=total, by=by)


def test_shares_add_up_and_none_exceeds_its_firms(city: LiveCity) -> None:
    firms = sum(one["firms"] for one in split(city, "city", 0)["data"]["targetSplit"])
    for total in range(firms + 1):
        for by in (False, True):
            found = split(city, "city", total, by=by)["data"]["targetSplit"]
            assert sum(one["share"] for one in found) == total
            assert all(0 <= one["share"] <= one["firms"] for one in found)
    assert firms > 1


def test_more_than_the_roster_or_less_than_nothing_is_refused_and_a_district_splits_its_own(city: LiveCity) -> None:
    for total in (-1, 100_000):
        assert split(city, "city", total)["errors"][0]["extensions"]["code"] == "SPLIT_OUT_OF_RANGE"
    assert [one["unit"] for one in split(city, "district", 0)["data"]["targetSplit"]] == ["organisation/310117"]
    without = city.ask("city", SPLIT, year=2035, total=1, by=False)["errors"][0]
    assert (without["extensions"]["code"], "2035" in without["message"]) == ("NOTHING_TO_SPLIT_OVER", True)
    assert city.ask("city", SPLIT, year=2035, total=0, by=False)["data"]["targetSplit"] == []
    assert "errors" in split(city, "enterprise", 0)
