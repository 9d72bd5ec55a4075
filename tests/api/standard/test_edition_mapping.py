"""The mapping over the API (plan S3, S4): set by the city, told to all, and what applies to a firm worked out from it."""

from datetime import timedelta

from domain.instants import city_day
from standards import published_editions
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, LiveCity
from tests.mapped_city import map_editions, mapping_input

KEY = "2023-major-equipment"
FOR = """query($id: ID!, $a: String) { editionFor(enterprise: $id, asOf: $a) {
  key form basis code since mark formMark edition { key title } } }"""
MAPPINGS = """query($a: String) { editionMappings(asOf: $a) { since plain headquarters mark formsMark
  editions { industry divisions groups } forms { sizeClass form } asOf { changes } } }"""


def test_the_city_sets_the_mapping_and_every_role_reads_it_with_its_marks(city: LiveCity) -> None:
    assert city.data("bank", MAPPINGS, a=None) == {"editionMappings": []}
    assert city.refused("city", "setEditionMapping", **mapping_input()) == "EDITION_UNKNOWN"
    for key in published_editions():
        city.done("city", "publishEdition", "edition { key }", key=key)
    assert city.refused("district", "setEditionMapping", **mapping_input()) == "ROLE_NOT_ALLOWED"
    sent = city.done("city", "setEditionMapping", "editionMapping { since plain mark }", **mapping_input())
    assert sent["editionMapping"] == {"since": "2023-07-28", "plain": "2023", "mark": "P"}
    [shown] = city.data("bank", MAPPINGS, a=None)["editionMappings"]
    assert (shown["mark"], shown["formsMark"], shown["headquarters"]) == ("P", "I", "group-headquarters")
    assert {"industry": "automotive", "divisions": ["C36"], "groups": []} in shown["editions"]
    assert {"sizeClass": "MEDIUM", "form": "FULL"} in shown["forms"]


def test_a_malformed_mapping_is_told_by_its_field_and_a_code_claimed_twice_by_its_rule(city: LiveCity) -> None:
    map_editions(city)
    wrong = mapping_input(editions=[{"industry": "energy", "divisions": ["C3"], "groups": []}])
    [error] = city.do("city", "setEditionMapping", "", **wrong)["userErrors"]
    assert error["field"] == "editions.0.divisions.0"
    twice = mapping_input(editions=[{"industry": "energy", "divisions": ["C25", "C25"], "groups": []}])
    assert city.refused("city", "setEditionMapping", **twice) == "MAPPING_CLAIMS_CODE_TWICE"


def test_what_applies_to_a_firm_follows_from_the_mapping_in_force(city: LiveCity) -> None:
    assert city.data("enterprise", FOR, id=ENTERPRISE) == {"editionFor": None}
    map_editions(city)
    found = city.data("enterprise", FOR, id=ENTERPRISE)["editionFor"]
    assert (found["key"], found["basis"], found["code"], found["form"]) == (KEY, "DIVISION", "C34", "FULL")
    assert (found["mark"], found["formMark"], found["edition"]["key"]) == ("P", "I", KEY)
    today = city_day(city.installation.services.clock())
    claims = [{"industry": "energy", "divisions": ["C34"], "groups": []}]
    city.done("city", "setEditionMapping", "", **mapping_input(since=str(today + timedelta(days=1)), editions=claims))
    assert city.data("enterprise", FOR, id=ENTERPRISE)["editionFor"]["key"] == KEY
    city.done("city", "setEditionMapping", "", **mapping_input(since=str(today + timedelta(days=2)), editions=claims))
    assert city.refused("city", "setEditionMapping", **mapping_input(since=str(today), plain="2023")) == "MAPPING_NOT_LATER"


def test_what_applied_then_is_told_by_what_was_known_then(city: LiveCity) -> None:
    map_editions(city)
    today = city_day(city.installation.services.clock())
    before = city.data("city", "{ auditTrail(first: 1) { nodes { at } } }")["auditTrail"]["nodes"][0]["at"]
    claims = [{"industry": "energy", "divisions": ["C34"], "groups": []}]
    position = city.done("city", "openDiagnosis", "", **OPENING)["position"]
    city.done("city", "setEditionMapping", "", **mapping_input(since=str(today), editions=claims))
    assert city.data("enterprise", FOR, id=ENTERPRISE, a=None)["editionFor"]["key"] == "2023-energy"
    assert city.data("enterprise", FOR, id=ENTERPRISE, a=position)["editionFor"]["key"] == KEY
    assert city.data("enterprise", FOR, id=ENTERPRISE, a=before)["editionFor"] is None
    [then] = city.data("enterprise", MAPPINGS, a=position)["editionMappings"]
    assert then["asOf"] == {"changes": 1}


OPENING = {
    "enterprise": ENTERPRISE,
    "campaign": "2024",
    "purpose": "INITIAL",
    "form": "FULL",
    "edition": KEY,
    "provider": "p1",
}


def test_what_applies_to_a_firm_outside_the_scope_is_not_told(city: LiveCity) -> None:
    map_editions(city)
    position = city.done("city", "openDiagnosis", "", **OPENING)["position"]
    for asked in (None, position):
        assert city.data("enterprise", FOR, id=OTHER_ENTERPRISE, a=asked) == {"editionFor": None}
        assert city.data("city", FOR, id="nobody", a=asked) == {"editionFor": None}


BASIS = """query($id: ID!, $a: String) { diagnosis(id: $id, asOf: $a) { edition { key } form basis {
  applicableEdition applicableForm decidedBy code since mark otherwise reason role organisation at } } }"""
WITHOUT_REASON = "query($id: ID!) { diagnosis(id: $id) { basis { otherwise applicableEdition } } }"


def test_another_edition_is_refused_without_a_reason_and_shown_with_who_when_and_why(city: LiveCity) -> None:
    map_editions(city)
    other = {**OPENING, "edition": "2023", "form": "BRIEF"}
    [error] = city.do("district", "openDiagnosis", "", **other)["userErrors"]
    assert (error["code"], error["clause"]) == ("OTHER_EDITION_UNREASONED", "plan S3")
    assert KEY in error["message"]
    assert KEY in error["messageInEnglish"]
    assert city.refused("enterprise", "openDiagnosis", **other) == "OTHER_EDITION_UNREASONED"
    payload = city.done("district", "openDiagnosis", "diagnosis { id }", **other, reason="试点企业，按通用版先行")
    case = payload["diagnosis"]["id"]
    for who in ("district", "enterprise", "auditor", "provider"):
        basis = city.data(who, BASIS, id=case)["diagnosis"]["basis"]
        assert (basis["applicableEdition"], basis["applicableForm"], basis["decidedBy"]) == (KEY, "FULL", "DIVISION")
        assert (basis["code"], basis["since"], basis["mark"]) == ("C34", "2023-07-28", "P")
        assert (basis["otherwise"], basis["reason"]) == (True, "试点企业，按通用版先行")
        assert (basis["role"], basis["organisation"]) == ("DISTRICT", "310117")
    trail = "query($s: ID!) { auditTrail(subject: $s, first: 1) { nodes { sentence } } }"
    [entry] = city.data("enterprise", trail, s=case)["auditTrail"]["nodes"]
    assert "试点企业，按通用版先行" in entry["sentence"]
    assert KEY in entry["sentence"]
    then = city.data("district", BASIS, id=case, a=payload["position"])["diagnosis"]
    assert then["basis"]["reason"] == "试点企业，按通用版先行"


def test_the_reason_is_told_to_those_who_may_read_reasons_and_what_applied_to_all_who_see_the_firm(city: LiveCity) -> None:
    map_editions(city)
    case = city.done("district", "openDiagnosis", "diagnosis { id }", **OPENING)["diagnosis"]["id"]
    for who in ("subdistrict", "park", "unit"):
        assert city.data(who, WITHOUT_REASON, id=case)["diagnosis"]["basis"] == {
            "otherwise": False,
            "applicableEdition": KEY,
        }
        assert "errors" in city.ask(who, BASIS, id=case)
    assert city.data("stranger", BASIS, id=case)["diagnosis"] is None
