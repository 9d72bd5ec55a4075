"""Signals over the API (plan V5): screened from what is on record, seen by each side as far as its own half goes."""

import threading
from datetime import date
from typing import Any

from domain.access import Role
from domain.instants import microseconds
from domain.providers.signals.numbers import SignalKind
from domain.providers.signals.screening import Screening
from journal import NewEntry
from journal.codec import encode
from projections.providers.signal_inputs import screening_inputs
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, LiveCity, sections
from tests.rules.providers.test_screening_numbers import words
from tests.rules.providers.test_signal import RAISED
from zhenduan.background.computing import compute_waiting

NOTES = words("notes", 600)
SIGNALS = """{ signals { totalCount nodes { id kind status value threshold expected evidence due overdue concernsFirm
  statement reason enterprise { id } provider { id } diagnosis { id } } } }"""
COUNTERPARTS = "query($id: ID!) { signal(id: $id) { evidence counterparts } }"


def reported(city: LiveCity, who: str, enterprise: str, district: str) -> str:
    """A case of a firm whose provider has visited it and wrote the same as elsewhere."""
    given = {"campaign": "2024", "purpose": "INITIAL", "form": "BRIEF", "edition": "2023", "provider": "p1"}
    diagnosis = str(city.done(district, "openDiagnosis", enterprise=enterprise, **given)["diagnosis"]["id"])
    for section, answers in sections(3).items():
        city.done(who, "saveAnswers", diagnosis=diagnosis, section=section, answers=answers)
    city.done(who, "pledgeTruth", diagnosis=diagnosis)
    city.done(who, "submitSelfAssessment", diagnosis=diagnosis)
    city.done("provider", "acceptDiagnosis", diagnosis=diagnosis)
    visit = {"visitedOn": city.today, "diagnosticians": 2, "functions": ["生产"], "notes": NOTES}
    city.done("provider", "recordSiteVisit", diagnosis=diagnosis, **visit)
    return diagnosis


def screened(city: LiveCity, who: str = "city", **asked: Any) -> dict[str, Any]:
    year = int(city.today[:4])
    fields = "screening { id status raised known texts notJudged inputDigest }"
    identity = city.done(who, "requestScreening", "screening { id }", year=year, **asked)["screening"]["id"]
    city.installation.services.models.catch_up()
    assert compute_waiting(city.installation.services, threading.Event()) == 1
    city.installation.services.models.catch_up()
    found: dict[str, Any] = city.data(who, f"query($id: ID!) {{ screening(id: $id) {fields[9:]} }}", id=identity)["screening"]
    return found


def copied(city: LiveCity) -> tuple[str, str]:
    """Two cases of one provider with the same notes, in two districts."""
    return reported(city, "enterprise", ENTERPRISE, "district"), reported(city, "stranger", OTHER_ENTERPRISE, "pudong")


def test_a_copy_is_raised_once_at_both_cases_and_each_reader_sees_its_own_half(city: LiveCity) -> None:
    one, other = copied(city)
    done = screened(city)
    assert (done["status"], done["raised"], done["known"]) == ("COMPUTED", 2, 0)
    assert done["notJudged"] == 2, "no case of the edition and industry is verified yet"
    again = screened(city)
    assert (again["raised"], again["known"]) == (0, 2)
    whole = {node["diagnosis"]["id"]: node for node in city.data("city", SIGNALS)["signals"]["nodes"]}
    assert set(whole) == {one, other}
    assert (whole[one]["kind"], whole[one]["status"], whole[one]["expected"]) == ("COPIED_FINDINGS", "RAISED", "0")
    [own] = city.data("district", SIGNALS)["signals"]["nodes"]
    assert own == whole[one]
    mine = city.data("district", COUNTERPARTS, id=whole[one]["id"])["signal"]
    assert mine["counterparts"] == [], "the other case lies in another district"
    assert city.data("district", COUNTERPARTS, id=whole[other]["id"])["signal"] is None
    seen = city.data("city", COUNTERPARTS, id=whole[one]["id"])["signal"]
    assert [cause.rpartition("/")[0] for cause in seen["counterparts"]] == [other]
    assert city.data("provider", SIGNALS)["signals"]["totalCount"] == 2
    assert "errors" in city.ask("provider", COUNTERPARTS, id=whole[one]["id"])
    for stranger in ("rival", "enterprise", "stranger", "confirmer"):
        assert city.data(stranger, SIGNALS)["signals"] == {"totalCount": 0, "nodes": []}
    for nobody in ("filler", "diagnostician", "support", "bank", "group"):
        assert "errors" in city.ask(nobody, SIGNALS)


def test_the_provider_answers_and_a_person_closes_it_and_nobody_else_may(city: LiveCity) -> None:
    copied(city)
    screened(city)
    [own] = city.data("district", SIGNALS)["signals"]["nodes"]
    answer = {"signal": own["id"], "statement": "两家设备相同"}
    assert city.refused("rival", "answerSignal", **answer) == "NOT_FOUND"
    assert city.refused("enterprise", "answerSignal", **answer) == "NOT_FOUND"
    assert city.refused("city", "answerSignal", **answer) == "ROLE_NOT_ALLOWED"
    closing = {"signal": own["id"], "outcome": "UPHELD", "reason": "现场记录逐字相同"}
    assert city.refused("district", "closeSignal", **closing) == "SIGNAL_ANSWER_AWAITED"
    assert city.refused("pudong", "closeSignal", **closing) == "NOT_FOUND"
    assert city.refused("provider", "closeSignal", **closing) == "ROLE_NOT_ALLOWED"
    answered = city.done("provider", "answerSignal", "signal { status statement }", **answer)["signal"]
    assert answered == {"status": "ANSWERED", "statement": "两家设备相同"}
    closed = city.done("district", "closeSignal", "signal { status reason }", **closing)["signal"]
    assert closed == {"status": "UPHELD", "reason": "现场记录逐字相同"}
    opened = city.data("city", "{ proceedings { totalCount } }")["proceedings"]["totalCount"]
    assert opened == 0, "upheld opens nothing by itself"
    told = city.data("provider", SIGNALS)["signals"]["nodes"]
    assert {node["status"] for node in told} == {"UPHELD", "RAISED"}


def test_a_district_screens_its_own_firms_and_learns_nothing_of_others(city: LiveCity) -> None:
    copied(city)
    done = screened(city, "district", district="organisation/310117")
    assert (done["raised"], done["texts"]) == (0, 1), "the copy lies in another district"
    year = int(city.today[:4])
    assert city.refused("district", "requestScreening", year=year) == "NOT_FOUND"
    assert city.refused("district", "requestScreening", year=year, district="organisation/310115") == "NOT_FOUND"
    assert city.refused("city", "requestScreening", year=year, campaign="campaign/none") == "SCREENING_CAMPAIGN_UNKNOWN"
    screened(city)
    assert city.data("district", "{ screenings { totalCount } }")["screenings"]["totalCount"] == 1
    assert city.data("auditor", "{ screenings { totalCount } }")["screenings"]["totalCount"] == 2
    assert city.data("pudong", "{ screenings { totalCount } }")["screenings"]["totalCount"] == 0


def test_a_straight_line_concerns_the_firm_which_alone_answers(city: LiveCity) -> None:
    diagnosis, _ = copied(city)
    services = city.installation.services
    year = int(city.today[:4])
    with services.models.reading() as snapshot:
        inputs = screening_inputs(snapshot, Screening(year=year, campaign=None, district=None))
    assert len(inputs.answers) == 2
    assert {len(one.answers) for one in inputs.answers} == {sum(map(len, sections(3).values()))}
    raise_straight_line(city, diagnosis)
    [own] = city.data("enterprise", SIGNALS)["signals"]["nodes"]
    assert (own["kind"], own["concernsFirm"]) == ("STRAIGHT_LINE", True)
    assert city.data("confirmer", SIGNALS)["signals"]["totalCount"] == 1
    assert city.data("provider", SIGNALS)["signals"]["totalCount"] == 0
    assert city.data("stranger", SIGNALS)["signals"]["totalCount"] == 0
    answer = {"signal": own["id"], "statement": "各项确为三级"}
    assert city.refused("provider", "answerSignal", **answer) == "NOT_FOUND"
    assert city.done("confirmer", "answerSignal", "signal { status }", **answer)["signal"] == {"status": "ANSWERED"}


def raise_straight_line(city: LiveCity, diagnosis: str) -> None:
    """A signal as a journal of before has it: thirty verified cases are more than a test builds."""
    services = city.installation.services
    key = diagnosis.partition("/")[2]
    due = RAISED.answer_by.model_copy(update={"due": date.fromisoformat(city.today)})
    told = {"kind": SignalKind.STRAIGHT_LINE, "diagnosis": key, "enterprise": ENTERPRISE, "answer_by": due}
    fact = RAISED.model_copy(update=told)
    entry = NewEntry("signal/g1", 1, fact.type, encode(fact), actor="system", role=Role.SYSTEM, organisation="")
    services.journal.append([entry], microseconds(services.clock()))
    services.models.catch_up()
