"""Over-statement over the API (plan P3): the city reads all, a district and a provider their own."""

from datetime import date
from decimal import Decimal
from threading import Event
from typing import Any

from domain.providers.overstatements.numbers import OverstatementShare
from domain.providers.overstatements.overstatement import RecordOverstatement
from projections.providers.overstatement_inputs import differences_of, reported_firms
from tests.live_city import ENTERPRISE, LiveCity
from zhenduan.background.computing import SYSTEM, compute_waiting

RUNS = """{ overstatements(first: 3) { nodes { year status method cutOff shares(first: 9) { nodes {
  subject organisation firms verdict index low high severity indicators(first: 3) { nodes { indicator firms gap } } } } } } }"""
RESULT = """query($id: ID!) { diagnosis(id: $id) { result { selfTotal verifiedTotal overstatement
  dimensions { selfScore verifiedScore overstatement } } } }"""


def year_of(city: LiveCity) -> int:
    return date.fromisoformat(city.today).year


def asked(city: LiveCity) -> None:
    of = {"year": year_of(city), "edition": "2023"}
    run = city.done("city", "requestOverstatement", "overstatement { status version }", **of)["overstatement"]
    assert (run["status"], run["version"]) == ("REQUESTED", 1)
    city.installation.services.models.catch_up()


def shares(city: LiveCity, who: str) -> list[dict[str, Any]]:
    [run] = city.data(who, RUNS)["overstatements"]["nodes"]
    found: list[dict[str, Any]] = run["shares"]["nodes"]
    return found


def test_of_too_few_firms_it_cannot_tell_nor_how_many_they_are(city: LiveCity) -> None:
    city.issued()
    asked(city)
    assert compute_waiting(city.installation.services, Event()) == 1
    city.installation.services.models.catch_up()
    found = shares(city, "city")
    assert [(one["subject"], one["verdict"], one["firms"], one["index"]) for one in found] == [
        (subject, "TOO_FEW", None, None) for subject in ("CITY", "DISTRICT", "PROVIDER")
    ]


def test_the_city_reads_all_and_a_district_and_a_provider_their_own(city: LiveCity) -> None:
    asked(city)
    told = {"firms": 30, "verdict": "estimated", "index": Decimal("4.1000"), "low": Decimal("3.1000"), "high": Decimal("5.1000")}
    severe = {"severity": Decimal("0.8000"), "severity_error": Decimal("0.5000"), "severity_cases": 6}
    known = [("city", None, {}), *(("district", one, {}) for one in ("310115", "310117"))]
    known += [("provider", one, severe) for one in ("p1", "p2")]
    found = tuple(OverstatementShare(subject=subject, key=key, **told, **more) for subject, key, more in known)
    recorded = {"method": "h/1", "position": 9, "input_digest": "b" * 64, "requested": 1, "rule": None, "rating_rule": None}
    services = city.installation.services
    services.send(SYSTEM, RecordOverstatement(year=year_of(city), edition="2023", shares=found, **recorded))
    services.models.catch_up()
    every = [None, "organisation/310115", "organisation/310117", "organisation/p1", "organisation/p2"]
    own = {"district": ["organisation/310117"], "provider": ["organisation/p1"]}
    for who, seen in {"city": every, "auditor": every, **own}.items():
        assert [one["organisation"] for one in shares(city, who)] == seen, who
    assert shares(city, "provider")[0]["severity"] == "0.8000"
    for who in ("enterprise", "reader", "bank", "group"):
        assert "errors" in city.ask(who, RUNS), who
    for who in ("district", "provider", "enterprise"):
        assert city.refused(who, "requestOverstatement", year=year_of(city), edition="2023") == "ROLE_NOT_ALLOWED"
    ahead = year_of(city) + 1
    assert city.refused("city", "requestOverstatement", year=ahead, edition="2023") == "OVERSTATEMENT_YEAR_AHEAD"


def test_a_firm_reads_its_own_in_its_result(city: LiveCity) -> None:
    case = city.issued()
    for who in ("enterprise", "provider", "district", "city"):
        found = city.data(who, RESULT, id=case)["diagnosis"]["result"]
        assert Decimal(found["overstatement"]) == Decimal(found["selfTotal"]) - Decimal(found["verifiedTotal"]), who
        for one in found["dimensions"]:
            assert Decimal(one["overstatement"]) == Decimal(one["selfScore"]) - Decimal(one["verifiedScore"])
    for who in ("bank", "park"):
        answer = city.ask(who, RESULT, id=case)
        assert answer.get("errors") or (answer["data"]["diagnosis"] or {}).get("result") is None, who


def test_nothing_counts_before_the_report_is_out(city: LiveCity) -> None:
    city.scored()
    city.installation.services.models.catch_up()
    with city.installation.services.models.reading() as snapshot:
        assert list(reported_firms(snapshot, year_of(city), "2023")) == []
        assert differences_of(snapshot, year_of(city)) == {}


def test_a_firm_counts_once_its_report_is_out(city: LiveCity) -> None:
    city.issued()
    with city.installation.services.models.reading() as snapshot:
        [found] = reported_firms(snapshot, year_of(city), "2023")
        assert (found.enterprise, found.provider, found.district) == (ENTERPRISE, "p1", "310117")
        assert found.gaps
        assert set(found.gaps.values()) == {Decimal(0)}
        assert list(reported_firms(snapshot, year_of(city) - 1, "2023")) == []
        assert list(reported_firms(snapshot, year_of(city), "2024")) == []
