"""Equatings over the API (plan P8): too few firms are told to the city alone; a firm reads levels beside its interval, no award."""

from datetime import date, timedelta
from threading import Event
from typing import Any

import pytest

from domain.diagnosis.equatings.equating import RecordEquating
from domain.diagnosis.equatings.numbers import EquatingResult, EquatingStep, EquatingVerdict
from domain.instants import utc_moment
from projections.as_of.replay import recorded_at
from tests.api.diagnosis.test_external_results import accept, sent
from tests.api.standard.test_crosswalks import published
from tests.live_city import FIRM, LiveCity
from zhenduan.background.computing import SYSTEM, compute_waiting

OF = {"externalEdition": "dcmm-2018", "edition": "2023"}
RUNS = """{ equatings(first: 3) { totalCount nodes { externalEdition modelName status method verdict says saysInEnglish firms needed
  error errorLow errorHigh margin cutOff steps(first: 9) { nodes { first last firms fitted lowest highest } } } } }"""
RESULT = """query($id: ID!) { diagnosis(id: $id) { result { comparable { externalEdition equated {
  lowestRank highestRank lowestLevel highestLevel firms error errorLow errorHigh method says saysInEnglish } } } } }"""
READERS = ("city", "auditor", "reader")


def computed(city: LiveCity, **of: str) -> dict[str, Any]:
    """An equating that was asked for and worked out, as the city reads it."""
    run = city.done("city", "requestEquating", "equating { status }", **(of or OF))["equating"]
    assert run["status"] == "REQUESTED"
    services = city.installation.services
    services.models.catch_up()
    assert compute_waiting(services, Event()) == 1
    services.models.catch_up()
    found: dict[str, Any] = city.data("city", RUNS)["equatings"]["nodes"][0]
    return found


def certificate(assessed: date, until: date | None = None, level: str = "受管理级", number: str = "DCMM-31-0001") -> str:
    return f"{FIRM.uscc},{FIRM.name},{number},{level},{assessed.isoformat()},{until.isoformat() if until else ''}"


def test_too_few_firms_are_refused_with_how_many_there_are_and_how_many_it_takes_to_the_city_alone(city: LiveCity) -> None:
    assessed = date(2025, 11, 2)
    accept(city, sent(city, "city", certificate(assessed)))
    city.issued()
    found = computed(city)
    assert (found["verdict"], found["firms"], found["needed"], found["method"]) == ("TOO_FEW", 1, 50, "isotonic/1")
    assert "现有 1 家，至少需要 50 家" in found["says"]
    assert "there are 1; it takes 50" in found["saysInEnglish"]
    assert (found["error"], found["margin"], found["steps"]["nodes"]) == (None, None, [])
    [told] = city.data("reader", RUNS)["equatings"]["nodes"]
    assert (told["firms"], told["needed"]) == (None, 50)
    assert "现有" not in told["says"]
    assert "there are" not in told["saysInEnglish"]
    assert city.data("auditor", RUNS)["equatings"]["nodes"][0]["firms"] == 1


@pytest.mark.parametrize("kept_out", ["expired", "long ago", "withdrawn", "another edition"])
def test_only_a_result_that_holds_and_a_report_near_it_make_a_pair(city: LiveCity, kept_out: str) -> None:
    city.issued()
    today = date.fromisoformat(city.today)
    assessed = {"long ago": today - timedelta(days=900), "another edition": date(2026, 7, 2)}.get(kept_out, date(2025, 11, 2))
    until = today - timedelta(days=1) if kept_out == "expired" else None
    batch = sent(city, "city", certificate(assessed, until))
    accept(city, batch, 2)
    assert computed(city)["firms"] == (1 if kept_out == "withdrawn" else 0)
    if kept_out == "withdrawn":
        [result] = city.data("city", "{ externalResults { nodes { id } } }")["externalResults"]["nodes"]
        city.done("city", "withdrawExternalResult", "", assessment=result["id"], withdrawnOn=city.today, reason="发证机构撤销")
        assert computed(city)["firms"] == 0


def equated(city: LiveCity, first: int, last: int) -> None:
    """As if sixty firms had both, from a total to a total."""
    city.done("city", "requestEquating", "equating { status }", externalEdition="cmmm-2020", edition="2023")
    step = EquatingStep(first=first, last=last, firms=60, fitted="2.5000", lowest=2, highest=3)
    error = {"error": "0.4000", "error_low": "0.3000", "error_high": "0.5000", "margin": "0.9000"}
    result = EquatingResult(verdict=EquatingVerdict.EQUATED, firms=60, needed=50, steps=(step,), **error)
    told = {"method": "isotonic/1", "position": 9, "input_digest": "b" * 64, "requested": 1, "rule": None}
    services = city.installation.services
    services.send(SYSTEM, RecordEquating(external_edition="cmmm-2020", edition="2023", result=result, **told))
    services.models.catch_up()


def test_a_firm_reads_levels_beside_its_interval_with_firms_and_error_and_that_it_is_no_award(city: LiveCity) -> None:
    published(city)
    case = city.issued(4)
    assert city.data("enterprise", RESULT, id=case)["diagnosis"]["result"]["comparable"][0]["equated"] is None
    equated(city, 0, 100)
    for who in ("enterprise", "provider", "city", "district"):
        [comparable] = city.data(who, RESULT, id=case)["diagnosis"]["result"]["comparable"]
        found = comparable["equated"]
        assert (found["lowestRank"], found["highestRank"], found["firms"], found["error"]) == (2, 3, 60, "0.4000"), who
        assert (found["lowestLevel"], found["highestLevel"]) == ("规范级", "集成级")
        assert "仅供参考" in found["says"]
        assert "no award" in found["saysInEnglish"]
    for who in READERS:
        [run] = city.data(who, RUNS)["equatings"]["nodes"]
        assert (run["verdict"], run["firms"], run["error"], len(run["steps"]["nodes"])) == ("EQUATED", 60, "0.4000", 1), who


def test_the_past_tells_what_was_equated_then(city: LiveCity) -> None:
    published(city)
    case = city.issued(4)
    models = city.installation.services.models
    models.catch_up()
    with models.reading() as snapshot:
        before = snapshot.position
    equated(city, 0, 100)
    with models.reading() as snapshot:
        after = snapshot.position
    query = RESULT.replace("($id: ID!)", "($id: ID!, $at: String!)").replace("(id: $id)", "(id: $id, asOf: $at)")
    with models.reading() as snapshot:
        moments = [recorded_at(snapshot, position) for position in (before, after)]
    for moment, told in zip(moments, (False, True), strict=True):
        assert moment is not None
        at = utc_moment(moment).isoformat()
        [found] = city.data("city", query, id=case, at=at)["diagnosis"]["result"]["comparable"]
        assert (found["equated"] is not None) is told, at


def test_outside_the_totals_that_were_seen_a_firm_reads_nothing(city: LiveCity) -> None:
    published(city)
    case = city.issued(4)
    equated(city, 0, 1)
    assert city.data("enterprise", RESULT, id=case)["diagnosis"]["result"]["comparable"][0]["equated"] is None


def test_who_asks_and_who_reads(city: LiveCity) -> None:
    for who in ("district", "provider", "enterprise", "auditor"):
        assert city.refused(who, "requestEquating", **OF) == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "requestEquating", externalEdition="cmmm-draft", edition="2023") == "EQUATING_MODEL_UNFIT"
    assert city.refused("city", "requestEquating", externalEdition="none", edition="2023") == "EQUATING_MODEL_UNFIT"
    found = computed(city)
    assert (found["verdict"], found["firms"]) == ("TOO_FEW", 0)
    for who in ("district", "provider", "enterprise", "bank"):
        assert "errors" in city.ask(who, RUNS), who
