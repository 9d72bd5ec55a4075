"""Uplifts (plan R2) over the API: worked out from what is on record, the city's whole, a district its own share."""

from threading import Event
from typing import Any

from tests.api.programme.reported_city import reported
from tests.live_city import LiveCity
from zhenduan.background.computing import compute_waiting

RUN = "uplift { status version }"
RUNS = """{ upliftRuns(first: 3) { totalCount nodes { firstYear secondYear status method leftOut matchedAtLeast
  shares(first: 9) { nodes { district treated controls matched beforeAfter verdict sentence sentenceInEnglish } } } } }"""


def asked(city: LiveCity, year: int) -> None:
    of = {"firstYear": year - 1, "secondYear": year, "edition": "2023"}
    assert city.done("city", "requestUplift", RUN, **of)["uplift"]["status"] == "REQUESTED"
    city.installation.services.models.catch_up()
    assert compute_waiting(city.installation.services, Event()) == 1
    city.installation.services.models.catch_up()


def runs(city: LiveCity, who: str) -> Any:
    return city.data(who, RUNS)["upliftRuns"]["nodes"]


def test_an_uplift_of_too_few_firms_says_so_and_shows_no_number(city: LiveCity) -> None:
    asked(city, reported(city))
    bare = {"treated": 0, "controls": 0, "matched": 0, "beforeAfter": None, "verdict": "TOO_FEW"}
    [run] = runs(city, "city")
    assert (run["status"], run["method"], run["leftOut"], run["matchedAtLeast"]) == ("COMPUTED", "l/1", 0, 30)
    [whole] = run["shares"]["nodes"]
    said = whole.pop("sentence"), whole.pop("sentenceInEnglish")
    assert whole == {"district": None, **bare}
    assert ("三项数值均不公布" in said[0], "no number is shown" in said[1]) == (True, True)
    assert runs(city, "district")[0]["shares"]["nodes"] == [], "the city's whole is not a district's"
    assert "errors" in city.ask("enterprise", RUNS)
    assert city.refused("district", "requestUplift", firstYear=2023, secondYear=2024, edition="2023") == "ROLE_NOT_ALLOWED"
