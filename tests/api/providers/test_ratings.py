"""Yearly ratings through the API (plan V5): the city's alone until published, then each provider its own with all its parts."""

import threading
from datetime import date
from decimal import Decimal
from typing import Any

from domain.access import Attribute, Everything, Is, Role
from domain.governance.dated_rules import rule_in_force
from domain.governance.proceedings.opening import OpenProceeding
from domain.governance.proceedings.state import ProceedingKind
from domain.governance.rule_bodies.rating import RatingRule
from domain.providers.ratings.numbers import CaseFactor, ComponentSample, LevelEffect, ProviderInputs, RatingComponent
from domain.providers.ratings.rating import FixRatingInputs, ObjectToRating
from journal import Caller
from projections.providers.rating_inputs import facts_of, rating_inputs
from tests.live_city import LiveCity
from zhenduan.background.computing import compute_waiting

RATING = """query($y: Int!) { rating(year: $y) { status round restsOn inputDigest objectionsUntil components { component mean }
  providers { nodes { provider { name } tier rankBest rankWorst score chances parts { component score } } } } }"""
FOR_OTHERS = RATING.replace("inputDigest", "").replace("components { component mean }", "")
YEAR = 2025
RULE = rule_in_force(None, RatingRule, date(YEAR, 12, 31))


def row(provider: str, score: int) -> ProviderInputs:
    sample = ComponentSample(
        component=RatingComponent.WORK, jobs=200, mean=Decimal(score), variance=Decimal(100), spread=(1, 200)
    )
    return ProviderInputs(provider=provider, jobs=200, comparable=True, components=(sample,))


EFFECT = LevelEffect(
    component=RatingComponent.FEEDBACK, factor=CaseFactor.DISTRICT, level="310151", points=Decimal("-2.250000")
)


def computed(city: LiveCity) -> None:
    inputs = (row("p1", 90), row("p2", 70), *(row(f"x{at}", 60 + 3 * at) for at in range(10)))
    caller = Caller("city", Role.CITY, "city", Everything())
    city.installation.services.send(caller, FixRatingInputs(year=YEAR, position=1, inputs=inputs, effects=(EFFECT,)))
    compute(city)


def compute(city: LiveCity) -> None:
    city.installation.services.models.catch_up()
    assert compute_waiting(city.installation.services, threading.Event()) == 1
    city.installation.services.models.catch_up()


def rating(city: LiveCity, who: str) -> Any:
    office = who in ("city", "auditor")
    return city.data(who, RATING if office else FOR_OTHERS, y=YEAR)["rating"]


def test_a_rating_is_the_citys_alone_until_it_is_published(city: LiveCity) -> None:
    computed(city)
    assert rating(city, "city")["status"] == rating(city, "auditor")["status"] == "COMPUTED"
    assert rating(city, "provider") is None
    assert city.ask("provider", RATING, y=YEAR)["data"]["rating"] is None
    assert "errors" in city.ask("enterprise", FOR_OTHERS, y=YEAR)
    shown = rating(city, "city")
    assert shown["restsOn"] == "0.3000"
    assert [one["component"] for one in shown["components"]] == ["WORK"]
    assert len(shown["inputDigest"]) == 64


def test_why_there_is_no_rating_to_see_is_told_as_data_and_to_a_provider_not_what_was_done_for_it(
    city: LiveCity,
) -> None:
    waits, this = "query($y: Int!) { ratingWaitsFor(year: $y) }", int(city.today[:4])

    def told(who: str, year: int = YEAR) -> Any:
        return city.data(who, waits, y=year)["ratingWaitsFor"]

    assert (told("city"), told("provider")) == ("INPUTS", "PUBLICATION")
    assert {told(who, this) for who in ("city", "auditor", "provider")} == {"YEAR_END"}
    computed(city)
    assert (told("city"), told("provider")) == ("PUBLICATION", "PUBLICATION")
    city.done("city", "publishRating", "rating { round }", year=YEAR)
    assert {told(who) for who in ("city", "auditor", "provider")} == {"OBJECTIONS"}
    assert city.ask("city", waits, y=2019)["errors"][0]["extensions"]["code"] == "YEAR_OUT_OF_RANGE"
    assert "errors" in city.ask("enterprise", waits, y=YEAR)


def test_a_year_in_which_nobody_has_two_jobs_shows_each_that_had_one_and_why_it_has_no_score(city: LiveCity) -> None:
    single = tuple(row(name, 80).model_copy(update={"jobs": 1, "components": ()}) for name in ("p1", "x1"))
    city.installation.services.send(
        Caller("city", Role.CITY, "city", Everything()), FixRatingInputs(year=YEAR, position=1, inputs=single)
    )
    compute(city)
    city.done("city", "publishRating", "rating { round }", year=YEAR)
    asked = """query($y: Int!) { rating(year: $y) { providers { nodes {
      provider { name } tier unranked score parts { score } chances jobs } } } }"""
    mine, other = city.data("provider", asked, y=YEAR)["rating"]["providers"]["nodes"]
    name = {"name": "示例诊断服务一所"}
    assert mine == {
        "provider": name,
        "tier": None,
        "unranked": "NO_SCORE",
        "score": None,
        "parts": [],
        "chances": [],
        "jobs": 1,
    }
    assert (other["unranked"], other["score"], other["jobs"]) == (None, None, None)
    objection = {
        "kind": "RATING_OBJECTION",
        "about": f"rating/{YEAR}",
        "cause": f"rating/{YEAR}/3",
        "asked": "重算",
        "grounds": "漏计",
    }
    assert city.refused("rival", "openProceeding", **objection, provider="p2") == "RATING_WITHOUT_YOU"
    city.done("provider", "openProceeding", "proceeding { id }", **objection, provider="p1")


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


def test_a_year_that_goes_on_is_not_rated_nor_is_one_in_which_nobody_had_a_job(city: LiveCity) -> None:
    this = int(city.today[:4])
    assert city.refused("city", "fixRatingInputs", year=this) == "RATING_YEAR_OPEN"
    assert city.refused("provider", "fixRatingInputs", year=YEAR) == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "fixRatingInputs", year=YEAR) == "RATING_OF_NOBODY"
    assert city.refused("city", "finishRating", year=YEAR) == "RATING_STATUS"


def test_a_round_that_is_not_published_is_the_citys_alone_and_the_former_one_is_shown(city: LiveCity) -> None:
    computed(city)
    city.done("city", "publishRating", "rating { round }", year=YEAR)
    computed(city)
    rounds = "query($y: Int!, $r: Int) { rating(year: $y, round: $r) { status round } }"
    both = rounds.replace("round }", "round latestRound }")
    assert city.data("city", both, y=YEAR, r=None)["rating"] == {"status": "PUBLISHED", "round": 1, "latestRound": 2}
    assert city.data("city", both, y=YEAR, r=2)["rating"] == {"status": "PUBLISHED", "round": 2, "latestRound": 2}
    assert city.data("provider", rounds, y=YEAR, r=None)["rating"]["round"] == 1
    assert city.data("provider", rounds, y=YEAR, r=2)["rating"] is None
    assert city.refused("city", "finishRating", year=YEAR) == "RATING_ROUND_UNPUBLISHED"
    assert city.done("city", "publishRating", "rating { round }", year=YEAR)["rating"]["round"] == 2
    assert city.data("provider", rounds, y=YEAR, r=None)["rating"]["round"] == 2


def test_each_number_opens_to_its_parts_and_to_the_facts_they_came_from(city: LiveCity) -> None:
    computed(city)
    opened = """query($y: Int!) { rating(year: $y) { providers { nodes {
      score jobs cause inputs { component jobs mean variance } } } } }"""
    [mine, *_] = city.data("city", opened, y=YEAR)["rating"]["providers"]["nodes"]
    assert (mine["jobs"], mine["cause"]) == (200, f"rating/{YEAR}/1")
    assert mine["inputs"] == [{"component": "WORK", "jobs": 200, "mean": "90", "variance": "100"}]
    facts = "query($y: Int!, $p: ID!) { ratingFacts(year: $y, provider: $p) }"
    assert city.data("provider", facts, y=YEAR, p="p1")["ratingFacts"] == []
    city.done("city", "publishRating", "rating { round }", year=YEAR)
    shown = city.data("provider", opened, y=YEAR)["rating"]["providers"]["nodes"]
    assert [one["jobs"] for one in shown if one["score"] is not None] == [200]
    assert all(one["inputs"] is one["cause"] is None for one in shown if one["score"] is None)
    assert city.data("provider", facts, y=YEAR, p="p2")["ratingFacts"] == []


def test_what_was_taken_off_for_the_case_mix_stands_beside_the_rating_and_of_no_round_but_its_own(city: LiveCity) -> None:
    asked = "query($y: Int!, $r: Int) { rating(year: $y, round: $r) { caseMix { component factor level points } } }"
    told = [{"component": "FEEDBACK", "factor": "DISTRICT", "level": "310151", "points": "-2.250000"}]
    computed(city)
    assert city.data("provider", asked, y=YEAR, r=None)["rating"] is None
    assert city.data("city", asked, y=YEAR, r=None)["rating"]["caseMix"] == told
    city.done("city", "publishRating", "rating { round }", year=YEAR)
    assert city.data("provider", asked, y=YEAR, r=None)["rating"]["caseMix"] == told
    again = FixRatingInputs(year=YEAR, position=1, inputs=(row("p1", 90),))
    city.installation.services.send(Caller("city", Role.CITY, "city", Everything()), again)
    compute(city)
    assert city.data("city", asked, y=YEAR, r=2)["rating"]["caseMix"] == []
    assert city.data("city", asked, y=YEAR, r=None)["rating"]["caseMix"] == told


def test_facts_of_a_rating_are_its_jobs_at_their_versions_by_the_cut_off(city: LiveCity) -> None:
    diagnosis, year = city.opened(), int(city.today[:4])
    city.installation.services.models.catch_up()
    with city.installation.services.models.reading() as snapshot:
        assert facts_of(snapshot, year, "p1", snapshot.position, unnamed=True) == [f"{diagnosis}/1"]
        for provider, position in (("p1", 1), ("p2", snapshot.position)):
            assert facts_of(snapshot, year, provider, position, unnamed=True) == []


def test_facts_of_a_rating_stay_when_a_job_is_withdrawn_or_another_takes_it_after_the_cut_off(city: LiveCity) -> None:
    """What the rating rests on is as it was then: a job counted, whatever became of it."""
    diagnosis, year = city.opened(), int(city.today[:4])
    city.installation.services.models.catch_up()
    cut_off = city.installation.services.journal.head().size
    city.done("city", "assignProvider", diagnosis=diagnosis, provider="p2")
    city.installation.services.models.catch_up()
    later = city.installation.services.journal.head().size
    city.done("city", "withdrawDiagnosis", diagnosis=diagnosis, reason="转入下一批次")
    city.installation.services.models.catch_up()
    with city.installation.services.models.reading() as snapshot:
        assert facts_of(snapshot, year, "p1", cut_off, unnamed=True) == [f"{diagnosis}/1"]
        assert facts_of(snapshot, year, "p2", cut_off, unnamed=True) == []
        assert facts_of(snapshot, year, "p1", later, unnamed=True) == []
        assert facts_of(snapshot, year, "p2", later, unnamed=True) == [f"{diagnosis}/2"]
        for provider in ("p1", "p2"):
            assert facts_of(snapshot, year, provider, snapshot.position, unnamed=True) == []


def test_inputs_are_the_years_diagnoses_by_the_provider_that_has_them(city: LiveCity) -> None:
    city.opened()
    city.installation.services.models.catch_up()
    with city.installation.services.models.reading() as snapshot:
        today = date.fromisoformat(city.today)
        (found,) = rating_inputs(snapshot, Everything(), today.year, RULE, today).rows
        assert rating_inputs(snapshot, Everything(), YEAR, RULE, today).rows == ()
    assert (found.provider, found.jobs) == ("p1", 1)
    (work,) = found.components
    assert (work.component, work.jobs, work.mean) == (RatingComponent.WORK, 1, 0)


def test_neither_a_version_nor_a_conflict_tells_a_provider_of_what_it_may_not_know(city: LiveCity) -> None:
    """Whether a rating is computed is the city's until it is published, and so is how many objected."""
    asked = {"year": YEAR, "proceeding": "x1"}
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
    objection = {"kind": "RATING_OBJECTION", "provider": "p1", "about": f"rating/{YEAR}", "cause": f"rating/{YEAR}/3"}
    opened = city.done("provider", "openProceeding", "proceeding { id }", **objection, asked="重算", grounds="样本有误")
    told = city.do("provider", "objectToRating", "version", year=YEAR, proceeding=opened["proceeding"]["id"])
    assert (told["version"], told["userErrors"]) == (None, [])
