"""Fairness of a rating through the API (plan V5): whole to the city and the auditor, to all others what tells of nobody."""

from collections.abc import Sequence
from typing import Any

import pytest

from domain.access import Everything, Role
from domain.instants import microseconds
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.ownership import DeclareOwnership, Ownership
from domain.providers.ratings.events import RatingFinal
from domain.providers.ratings.rating import FixRatingInputs
from domain.providers.ratings.state import rating_stream
from journal import Caller, NewEntry
from journal.codec import encode
from tests.api.providers.test_ratings import YEAR, compute, row
from tests.live_city import LiveCity

CITY = Caller("city", Role.CITY, "city", Everything())
REPORT = """method rated compared tilts untold byChance withheld divisions { division placed finding }
  comparisons { division group groupTitle groupTitleInEnglish groupName good of othersGood othersOf finding }"""
OPEN = f"query($y: Int!) {{ ratingFairness(year: $y) {{ {REPORT} }} }}"
BESIDE = f"query($y: Int!) {{ rating(year: $y) {{ fairness {{ {REPORT} }} }} }}"


def registered(city: LiveCity, owners: Sequence[Ownership | None]) -> list[str]:
    """Providers by who controls them, in turn below the one district and the other."""
    names = [f"x{at:02}" for at in range(len(owners))]
    for at, (name, owner) in enumerate(zip(names, owners, strict=True)):
        below = ("310117", "310115")[at % 2]
        city.send(RegisterOrganisation(organisation=name, kind=OrganisationKind.PROVIDER, name=f"所{name}", parent=below))
        if owner is not None:
            stated = DeclareOwnership(organisation=name, ownership=owner, since=f"{YEAR}-01-01", source="营业执照")
            city.installation.services.send(CITY, stated)
    return names


def rated(city: LiveCity, scores: dict[str, int]) -> None:
    services = city.installation.services
    services.models.catch_up()
    inputs = tuple(row(name, score) for name, score in scores.items())
    position = services.journal.head().size
    services.send(CITY, FixRatingInputs(year=YEAR, position=position, inputs=inputs))
    compute(city)
    city.done("city", "publishRating", "rating { round }", year=YEAR)


def final(city: LiveCity) -> None:
    """No clock is turned forward to the end of the time to object."""
    services, stream = city.installation.services, rating_stream(YEAR)
    version, fact = len(services.journal.read(stream)) + 1, RatingFinal(round=1)
    entry = NewEntry(stream, version, fact.type, encode(fact), actor="li", role=Role.CITY, organisation="city")
    services.journal.append([entry], microseconds(services.clock()))
    services.models.catch_up()


def by_division(report: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in report["comparisons"]:
        found.setdefault(one["division"], set()).add(one["group"])
    return found


@pytest.fixture
def mixed(city: LiveCity) -> LiveCity:
    """Thirteen state-owned and thirteen private, half of each good; two from abroad, one of them good."""
    owners = [Ownership.STATE] * 13 + [Ownership.PRIVATE] * 13 + [Ownership.FOREIGN] * 2
    names = registered(city, owners)
    rated(city, {name: 95 if at % 4 < 2 else 40 for at, name in enumerate(names)})
    return city


def test_the_city_and_the_auditor_read_every_comparison_and_what_each_division_shows(mixed: LiveCity) -> None:
    for who in ("city", "auditor"):
        told = mixed.data(who, BESIDE, y=YEAR)["rating"]["fairness"]
        assert by_division(told) == {"DISTRICT": {"310115", "310117"}, "OWNERSHIP": {"foreign", "private", "state"}} | {
            name: groups for name, groups in by_division(told).items() if name == "SIZE"
        }
        titles = {(one["groupTitle"], one["groupTitleInEnglish"]) for one in told["comparisons"]}
        assert titles >= {("浦东新区", "浦东新区"), ("国有控股", "controlled by the state")}
        assert {one["groupName"] for one in told["comparisons"]} >= {"浦东新区", "Controlled by the state · 国有控股"}
        assert (told["rated"], told["withheld"], told["compared"]) == (28, 0, len(told["comparisons"]))
        assert {one["division"]: one["placed"] for one in told["divisions"]} == {"DISTRICT": 28, "OWNERSHIP": 28, "SIZE": 28}


def test_everybody_reads_of_a_final_rating_what_tells_of_no_single_provider(mixed: LiveCity) -> None:
    assert mixed.data(None, OPEN, y=YEAR)["ratingFairness"] is None
    assert mixed.data("city", OPEN, y=YEAR)["ratingFairness"] is None
    final(mixed)
    whole = mixed.data("city", OPEN, y=YEAR)["ratingFairness"]
    for who in (None, "provider", "enterprise"):
        told = mixed.data(who, OPEN, y=YEAR)["ratingFairness"]
        groups = by_division(told)
        assert len(groups["OWNERSHIP"]) == 1
        assert "foreign" not in groups["OWNERSHIP"]
        assert groups["DISTRICT"] == {"310115", "310117"}
        assert told["withheld"] == whole["compared"] - len(told["comparisons"])
        assert {name: told[name] for name in ("compared", "tilts", "untold", "divisions")} == {
            name: whole[name] for name in ("compared", "tilts", "untold", "divisions")
        }
        assert all(min(one["good"], one["of"] - one["good"]) >= 5 for one in told["comparisons"])
    assert mixed.data(None, OPEN, y=2031)["ratingFairness"] is None


def test_a_provider_sees_beside_the_published_rating_what_everybody_may(mixed: LiveCity) -> None:
    told = mixed.data("provider", BESIDE, y=YEAR)["rating"]["fairness"]
    assert told["withheld"] == 2
    assert mixed.ask(None, BESIDE, y=YEAR)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_what_is_declared_or_moved_after_the_inputs_were_fixed_changes_no_report(mixed: LiveCity) -> None:
    """Or two readings of it would tell in which tier the one is that changed between them."""
    final(mixed)
    before = mixed.data("city", OPEN, y=YEAR)["ratingFairness"]
    services = mixed.installation.services
    late = DeclareOwnership(organisation="x00", ownership=Ownership.OTHER, since=f"{YEAR}-01-01", source="更正")
    services.send(CITY, late)
    mixed.done("city", "reviseOrganisation", "organisation { parent }", organisation="x00", parent="310115", reason="迁址")
    services.models.catch_up()
    assert mixed.data("city", OPEN, y=YEAR)["ratingFairness"] == before


def test_a_provider_declares_its_own_ownership_and_everybody_signed_in_sees_whose_it_is(city: LiveCity) -> None:
    given = {"organisation": "organisation/p1", "ownership": "PRIVATE", "since": "2024-01-01", "source": "股东名册"}
    city.done("provider", "declareOwnership", "organisation { ownership }", **given)
    query = "{ organisations(kind: [PROVIDER]) { nodes { id ownership ownershipSince } } }"
    nodes = {one["id"]: one for one in city.data("district", query)["organisations"]["nodes"]}
    assert nodes["organisation/p1"] == {"id": "organisation/p1", "ownership": "PRIVATE", "ownershipSince": "2024-01-01"}
    source = "{ organisations(kind: [PROVIDER]) { nodes { ownershipSource ownershipDeclaredBy } } }"
    assert {"ownershipSource": "股东名册", "ownershipDeclaredBy": "PROVIDER"} in city.data("city", source)["organisations"]["nodes"]
    assert city.refused("provider", "declareOwnership", **given) == "OWNERSHIP_UNCHANGED"
    foreign = {**given, "organisation": "organisation/310117"}
    absent = {**given, "organisation": "organisation/nobody"}
    assert city.refused("provider", "declareOwnership", **foreign) == city.refused("provider", "declareOwnership", **absent)
    assert city.refused("district", "declareOwnership", **given) == "ROLE_NOT_ALLOWED"
