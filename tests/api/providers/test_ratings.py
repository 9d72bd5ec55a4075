"""Yearly ratings through the API (plan V5): the city's alone until published, then each provider its own with all its parts."""

from decimal import Decimal
from typing import Any

from domain.access import Attribute, Everything, Is, Role
from domain.governance.proceedings.opening import OpenProceeding
from domain.governance.proceedings.state import ProceedingKind
from domain.providers.rating import FixRatingInputs, ObjectToRating
from domain.providers.rating_numbers import ComponentSample, ProviderInputs, RatingComponent
from journal import Caller
from projections.providers.ratings import rating_inputs
from tests.live_city import LiveCity

RATING = """query($y: Int!) { rating(year: $y) { status round restsOn inputDigest objectionsUntil components { component mean }
  providers { nodes { provider { name } tier rankBest rankWorst score chances parts { component score } } } } }"""
FOR_OTHERS = RATING.replace("inputDigest", "").replace("components { component mean }", "")
YEAR = 2025


def row(provider: str, score: int) -> ProviderInputs:
    sample = ComponentSample(
        component=RatingComponent.WORK, jobs=200, mean=Decimal(score), variance=Decimal(100), spread=(1, 200)
    )
    return ProviderInputs(provider=provider, jobs=200, comparable=True, components=(sample,))


def computed(city: LiveCity) -> None:
    inputs = (row("p1", 90), row("p2", 70), *(row(f"x{at}", 60 + 3 * at) for at in range(10)))
    caller = Caller("city", Role.CITY, "city", Everything())
    city.installation.services.send(caller, FixRatingInputs(year=YEAR, position=1, inputs=inputs))
    city.installation.services.models.catch_up()


def rating(city: LiveCity, who: str) -> Any:
    office = who in ("city", "auditor")
    return city.data(who, RATING if office else FOR_OTHERS, y=YEAR)["rating"]


def test_a_rating_is_the_citys_alone_until_it_is_published(city: LiveCity) -> None:
    computed(city)
    assert rating(city, "city")["status"] == rating(city, "auditor")["status"] == "COMPUTED"
    assert rating(city, "provider") is None
    assert "errors" in city.ask("provider", RATING, y=YEAR)
    assert "errors" in city.ask("enterprise", FOR_OTHERS, y=YEAR)
    shown = rating(city, "city")
    assert shown["restsOn"] == "0.3000"
    assert [one["component"] for one in shown["components"]] == ["WORK"]
    assert len(shown["inputDigest"]) == 64


def test_a_provider_reads_its_own_with_all_its_parts_and_of_the_others_tier_and_interval(city: LiveCity) -> None:
    computed(city)
    city.done("city", "publishRating", "rating { status objectionsUntil }", year=YEAR)
    mine, *others = sorted(rating(city, "provider")["providers"]["nodes"], key=lambda one: one["score"] is None)
    assert mine["provider"] == {"name": "示例诊断服务一所"}
    assert [part["component"] for part in mine["parts"]] == ["WORK"]
    assert len(others) == 11
    for one in others:
        assert (one["score"], one["chances"], one["parts"]) == (None, None, None)
    assert city.refused("city", "finishRating", year=YEAR) == "RATING_OBJECTIONS_RUNNING"
    assert city.refused("provider", "objectToRating", year=YEAR, proceeding="x1") == "RATING_OBJECTION_UNFIT"


def test_a_year_that_goes_on_is_not_rated_and_one_without_work_rates_nobody(city: LiveCity) -> None:
    this = int(city.today[:4])
    assert city.refused("city", "fixRatingInputs", year=this) == "RATING_YEAR_OPEN"
    assert city.refused("provider", "fixRatingInputs", year=YEAR) == "ROLE_NOT_ALLOWED"
    done = city.done("city", "fixRatingInputs", "rating { status round restsOn providers { nodes { tier } } }", year=YEAR)
    assert done["rating"] == {"status": "COMPUTED", "round": 1, "restsOn": "0.0000", "providers": {"nodes": []}}


def test_inputs_are_the_years_diagnoses_by_the_provider_that_has_them(city: LiveCity) -> None:
    city.opened()
    city.installation.services.models.catch_up()
    with city.installation.services.models.reading() as snapshot:
        (found,) = rating_inputs(snapshot, Everything(), int(city.today[:4]))
        assert rating_inputs(snapshot, Everything(), YEAR) == ()
    assert (found.provider, found.jobs) == ("p1", 1)
    (work,) = found.components
    assert (work.component, work.jobs, work.mean) == (RatingComponent.WORK, 1, 0)


def test_neither_a_version_nor_a_conflict_tells_a_provider_of_what_it_may_not_know(city: LiveCity) -> None:
    """Whether a rating is computed is the city's until it is published, and so is how many objected."""
    asked = {"year": YEAR, "proceeding": "x1", "expectedVersion": 7}
    absent = city.do("provider", "objectToRating", "", **asked)["userErrors"]
    computed(city)
    assert city.do("provider", "objectToRating", "", **asked)["userErrors"] == absent
    city.done("city", "publishRating", "rating { version }", year=YEAR)
    version = "query($y: Int!) { rating(year: $y) { version } }"
    before = city.data("provider", version, y=YEAR)["rating"]
    other = Caller("other", Role.PROVIDER, "p2", Is(Attribute.PROVIDER, "p2"))
    objecting = OpenProceeding(
        proceeding="x2", kind=ProceedingKind.RATING_OBJECTION, provider="p2", about=f"rating/{YEAR}", cause=f"rating/{YEAR}/3",
        asked="重算", grounds="样本有误",
    )  # fmt: skip
    for command in (objecting, ObjectToRating(year=YEAR, proceeding="x2")):
        city.installation.services.send(other, command)
    city.installation.services.models.catch_up()
    assert city.data("city", version, y=YEAR)["rating"]["version"] > before["version"]
    assert city.data("provider", version, y=YEAR)["rating"] == before
