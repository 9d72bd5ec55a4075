"""Reading over the API (plan R2): appointed by the district, held by that expert alone, read by the parties."""

from datetime import timedelta

from api.kit.ids import id_of
from domain.instants import city_day
from tests.live_city import LiveCity

READING = """query($id: ID!) { diagnosis(id: $id) { reading { since until appointedByRole heldOn findings
  recommendations { number indicator text } } } }"""
NAMED = "query($id: ID!) { diagnosis(id: $id) { reading { expert } } }"
LIST = "query($read: Boolean!) { diagnoses(filter: {read: $read}) { totalCount nodes { id } } }"
ADVICE = [{"indicator": "Z01", "text": "先做数字化规划"}, {"indicator": "Z04", "text": "再定预算"}]


def filed(city: LiveCity) -> str:
    case = city.issued()
    city.done("enterprise", "confirmReport", diagnosis=case)
    city.done("district", "fileReport", diagnosis=case)
    return case


def test_an_expert_reads_the_filed_report_with_the_firm(city: LiveCity) -> None:
    case = city.issued()
    city.done("enterprise", "confirmReport", diagnosis=case)
    today = city_day(city.installation.services.clock())
    until = (today + timedelta(days=30)).isoformat()
    asked = {"diagnosis": case, "expert": id_of("person", "reader"), "until": until}
    held = {"diagnosis": case, "heldOn": today.isoformat(), "findings": "基础较好", "recommendations": ADVICE}
    assert city.refused("district", "appointReader", **asked) == "REPORT_NOT_FILED"
    city.done("district", "fileReport", diagnosis=case)
    assert city.data("district", LIST, read=False)["diagnoses"]["totalCount"] == 1
    assert city.refused("pudong", "appointReader", **asked) == "NOT_FOUND"
    assert city.refused("enterprise", "appointReader", **asked) == "ROLE_NOT_ALLOWED"
    assert city.refused("district", "appointReader", **asked | {"expert": id_of("person", "diagnostician")}) == "READER_CONFLICTED"
    assert city.refused("reader", "recordReading", **held) == "NOT_FOUND"
    city.done("district", "appointReader", **asked)
    assert city.data("reader", READING, id=case)["diagnosis"]["reading"]["heldOn"] is None
    for who in ("city", "district", "provider"):
        assert city.refused(who, "recordReading", **held) == "ROLE_NOT_ALLOWED"
    ahead = (today + timedelta(days=1)).isoformat()
    assert city.refused("reader", "recordReading", **held | {"heldOn": ahead}) == "READING_IN_FUTURE"
    city.done("reader", "recordReading", **held)
    assert city.refused("reader", "recordReading", **held) == "REPORT_ALREADY_READ"
    for who in ("enterprise", "confirmer", "provider", "district", "city", "auditor", "reader"):
        found = city.data(who, READING, id=case)["diagnosis"]["reading"]
        assert (found["heldOn"], found["findings"], found["appointedByRole"]) == (today.isoformat(), "基础较好", "DISTRICT")
        assert found["recommendations"] == [{"number": 1, **ADVICE[0]}, {"number": 2, **ADVICE[1]}]
    assert city.data("city", LIST, read=True)["diagnoses"]["nodes"] == [{"id": case}]
    assert city.data("auditor", NAMED, id=case)["diagnosis"]["reading"]["expert"] == id_of("person", "reader")
    for who in ("enterprise", "district", "subdistrict"):
        assert city.ask(who, NAMED, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    for who in ("pudong", "bank", "rival", "stranger"):
        assert city.data(who, READING, id=case)["diagnosis"] is None


CANDIDATES = "query($id: ID!) { readerCandidates(diagnosis: $id) { expert name since until } }"


def test_a_district_lists_the_experts_whom_it_may_appoint_and_no_other(city: LiveCity) -> None:
    case = filed(city)
    for who in ("city", "district"):
        found = city.data(who, CANDIDATES, id=case)["readerCandidates"]
        assert [one["expert"] for one in found] == [id_of("person", "reader")]
        assert found[0]["name"]
    today = city_day(city.installation.services.clock()).isoformat()
    role = {"person": found[0]["expert"], "role": "DIAGNOSTICIAN", "organisation": "p2", "since": today}
    city.done("city", "grantMembership", "person { id }", **role)
    assert city.data("district", CANDIDATES, id=case)["readerCandidates"] == []
    assert city.data("pudong", CANDIDATES, id=case)["readerCandidates"] is None
    assert city.data("city", CANDIDATES, id="diagnosis/none")["readerCandidates"] is None
    for who in ("enterprise", "provider", "auditor", "reader", "subdistrict", "bank"):
        assert city.ask(who, CANDIDATES, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
