"""Calibration through the API (plan T1): the certified see the cases and give levels; each reads the own severity, the city all."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.instants import city_day, microseconds
from domain.providers.calibration import AssessorSeverity, CalibrationCasesSet, SeveritiesComputed, calibration_stream
from journal import NewEntry
from journal.codec import encode
from standards import training_text
from tests.live_city import LiveCity

TEXT = training_text("2023")
NOW = city_day(datetime.now(UTC))
QUARTER = f"{NOW.year}Q{(NOW.month + 2) // 3}"
SEEN = """{ calibrations { quarter edition takingPart method ownCases { id given case { title indicators } }
  severities { nodes { person severity error cases } } } }"""
FOR_ALL = SEEN.replace("ownCases { id given case { title indicators } }", "")


def certified(city: LiveCity, *people: str) -> None:
    city.done("city", "publishTraining", "training { edition }", key="2023")
    for person in people:
        given = {"person": person, "grade": "DIAGNOSTICIAN", "editions": ["2023"], "since": city.today, "recognised": "考核合格"}
        city.done("city", "grantCertificate", "certificate { number }", **given)
    closes = (date.fromisoformat(city.today) + timedelta(days=20)).isoformat()
    given = {"quarter": QUARTER, "training": "2023", "cases": [case.id for case in TEXT.gold_cases], "closes": closes}
    city.done("city", "setCalibrationCases", "calibration { quarter }", **given)


def seen(city: LiveCity, who: str, query: str = SEEN) -> Any:
    [found] = city.data(who, query)["calibrations"]
    return found


def test_the_certified_see_the_cases_without_their_levels_and_give_each_once(city: LiveCity) -> None:
    certified(city, "diagnostician")
    cases = seen(city, "diagnostician")["ownCases"]
    assert [one["id"] for one in cases] == [case.id for case in TEXT.gold_cases]
    first = TEXT.gold_cases[0]
    levels = [{"indicator": one, "level": level} for one, level in first.levels.items()]
    of = {"quarter": QUARTER, "person": "diagnostician", "case": first.id}
    city.done("diagnostician", "giveCaseLevels", "calibration { takingPart }", **of, levels=levels)
    assert [one["given"] for one in seen(city, "diagnostician")["ownCases"]] == [True, False, False, False]
    assert city.refused("diagnostician", "giveCaseLevels", **of, levels=levels) == "CASE_GIVEN"
    assert city.refused("reviewer", "giveCaseLevels", **(of | {"person": "reviewer"}), levels=levels) == "NOT_CALIBRATED"
    assert seen(city, "city", FOR_ALL)["takingPart"] == 1
    assert city.ask("city", SEEN)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_each_reads_the_own_severity_and_the_city_and_the_auditor_those_of_all(city: LiveCity) -> None:
    certified(city, "diagnostician")
    numbers = {"severity": Decimal("2.1340"), "error": Decimal("0.5236"), "cases": 4}
    of = tuple(AssessorSeverity(person=person, **numbers) for person in ("diagnostician", "provider"))
    fact = SeveritiesComputed(method="g/1", prior_degrees=20, between=Decimal("1.000000"), mean=Decimal(0), severities=of)
    entry = NewEntry(calibration_stream(QUARTER), 2, fact.type, encode(fact), actor="city", role="city", organisation="city")
    services = city.installation.services
    services.journal.append([entry], microseconds(services.clock()))
    services.models.catch_up()
    own = seen(city, "diagnostician")
    assert (own["method"], own["ownCases"]) == ("g/1", [])
    assert own["severities"]["nodes"] == [{"person": "person/diagnostician", "severity": "2.1340", "error": "0.5236", "cases": 4}]
    for who in ("city", "auditor"):
        assert len(seen(city, who, FOR_ALL)["severities"]["nodes"]) == 2
    assert seen(city, "rival")["severities"]["nodes"] == []


def test_a_quarter_is_closed_by_the_city_once_its_last_day_is_over_and_severities_are_worked_out(city: LiveCity) -> None:
    certified(city, "diagnostician")
    assert city.refused("city", "closeCalibration", quarter=QUARTER) == "CALIBRATION_OPEN"
    assert city.refused("diagnostician", "closeCalibration", quarter=QUARTER) == "ROLE_NOT_ALLOWED"
    past, yesterday = f"{NOW.year - 1}Q1", date.fromisoformat(city.today) - timedelta(days=1)
    assert city.refused("city", "closeCalibration", quarter=past) == "NOT_FOUND"
    cases = tuple(case.id for case in TEXT.gold_cases)
    fact = CalibrationCasesSet(training="2023", digest=TEXT.digest, cases=cases, closes=yesterday)
    entry = NewEntry(calibration_stream(past), 1, fact.type, encode(fact), actor="city", role="city", organisation="city")
    services = city.installation.services
    services.journal.append([entry], microseconds(services.clock()))
    services.models.catch_up()
    done = city.done("city", "closeCalibration", "calibration { quarter method takingPart }", quarter=past)["calibration"]
    assert done == {"quarter": past, "method": "g/1", "takingPart": 0}
