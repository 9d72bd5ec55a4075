"""Targets of units over the API (plan G4, I5): set by the city and the districts, read beside what was reached, and in the pace."""

from typing import Any

from tests.api.programme.reported_city import reported
from tests.live_city import LiveCity

TARGETS = """query($y: Int!) { unitTargets(year: $y) { totalCount nodes {
  unit { id } firms onRoster diagnosed missing reachedPercent clause mark } } }"""
PACE = "query($y: Int!, $a: String) { pace(year: $y, asOf: $a) { whole { target } districts { district { code } target } } }"
SONGJIANG, PUDONG, TOWN, ZONE = (f"organisation/{one}" for one in ("310117", "310115", "310117001", "chemical-park"))


def setting(unit: str, year: int, firms: int) -> dict[str, Any]:
    return {"unit": unit, "year": year, "firms": firms, "clause": "plan G4", "mark": "I"}


def told(city: LiveCity, who: str, year: int) -> dict[str, tuple[int, int, int, str | None]]:
    city.installation.services.models.catch_up()
    found = city.data(who, TARGETS, y=year)["unitTargets"]
    assert found["totalCount"] == len(found["nodes"])
    names = ("firms", "onRoster", "diagnosed", "reachedPercent")
    return {one["unit"]["id"]: tuple(one[name] for name in names) for one in found["nodes"]}


def test_units_of_three_kinds_have_targets_each_read_by_its_unit_and_those_above(city: LiveCity) -> None:
    year = reported(city)
    payload = city.done("city", "setUnitTarget", "unitTarget { firms missing unit { id } }", **setting(SONGJIANG, year, 1))
    assert payload["unitTarget"] == {"firms": 1, "missing": 0, "unit": {"id": SONGJIANG}}
    city.done("city", "setUnitTarget", "", **setting(PUDONG, year, 1))
    city.done("city", "setUnitTarget", "", **setting(ZONE, year, 1))
    city.done("district", "setUnitTarget", "", **setting(TOWN, year, 1))
    every = {SONGJIANG: (1, 1, 1, "100.00"), PUDONG: (1, 1, 0, "0.00"), TOWN: (1, 1, 1, "100.00"), ZONE: (1, 1, 1, "100.00")}
    assert told(city, "city", year) == told(city, "auditor", year) == every
    assert told(city, "district", year) == {one: every[one] for one in (SONGJIANG, TOWN)}
    assert told(city, "pudong", year) == {PUDONG: every[PUDONG]}
    assert told(city, "subdistrict", year) == {TOWN: every[TOWN]}
    assert told(city, "city", year - 1) == {}
    assert "errors" in city.ask("provider", TARGETS, y=year)


def test_what_is_beyond_the_roster_or_not_the_senders_to_set_is_refused(city: LiveCity) -> None:
    year = reported(city)
    assert city.refused("city", "setUnitTarget", **setting(SONGJIANG, year, 2)) == "TARGET_BEYOND_ROSTER"
    assert city.refused("city", "setUnitTarget", **setting(TOWN, year, 2)) == "TARGET_BEYOND_ROSTER"
    city.done("city", "setUnitTarget", "", **setting(SONGJIANG, year + 1, 500))
    assert city.refused("district", "setUnitTarget", **setting(SONGJIANG, year, 1)) == "UNIT_TARGET_OF_THE_CITY"
    for who, unit in (("district", PUDONG), ("district", ZONE), ("pudong", TOWN)):
        assert city.refused(who, "setUnitTarget", **setting(unit, year, 1)) == "NOT_FOUND", (who, unit)
    whole = {"year": year, "measure": "ENTERPRISES_DIAGNOSED", "clause": "plan G1", "mark": "V"}
    assert city.refused("city", "setTarget", atLeast="3", **whole) == "TARGET_BEYOND_ROSTER"
    city.done("city", "setTarget", "", atLeast="2", **whole)


def test_a_districts_own_target_counts_before_its_share_of_the_citys_and_its_past_is_kept(city: LiveCity) -> None:
    year = reported(city)
    share = {"year": year, "measure": "SHARE_DIAGNOSED", "atLeast": "100", "clause": "plan G3", "mark": "V"}
    city.done("city", "setTarget", "", **share)
    before, then = targets(city, year), str(city.data("city", "{ position }")["position"])
    assert before == {None: 2, "310115": 1, "310117": 1}
    city.done("city", "setUnitTarget", "", **setting(PUDONG, year, 0))
    assert targets(city, year) == {None: 2, "310115": 0, "310117": 1}
    assert targets(city, year, then) == before
    assert targets(city, year, who="pudong") == {None: 0, "310115": 0}


def targets(city: LiveCity, year: int, moment: str | None = None, who: str = "city") -> dict[str | None, int]:
    city.installation.services.models.catch_up()
    found = city.data(who, PACE, y=year, a=moment)["pace"]
    districts = {one["district"]["code"]: one["target"] for one in found["districts"]}
    return {None: found["whole"]["target"], **districts}
