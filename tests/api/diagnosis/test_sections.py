"""A department's filler reads the sections they fill and no others (plan P7): answers and evidence, of now and of the past."""

from datetime import UTC, datetime
from typing import Any

from standards import Form
from tests.live_city import EDITION, ENTERPRISE, LiveCity

SECTION_OF = {item.id: item.dimension for item in EDITION.of(Form.BRIEF)}
OWN = sorted(indicator for indicator, section in SECTION_OF.items() if section == "D1")
OTHERS = sorted(indicator for indicator, section in SECTION_OF.items() if section != "D1")
ASKED = """query($id: ID!, $a: String) { diagnosis(id: $id, asOf: $a) { answered
  answers { indicator dimension given { level } } evidence { nodes { filename indicators } } } }"""


def told(city: LiveCity, who: str, diagnosis: str, as_of: str | None = None) -> Any:
    return city.data(who, ASKED, id=diagnosis, a=as_of)["diagnosis"]


def attached(city: LiveCity, diagnosis: str, name: str, *indicators: str) -> None:
    sha256 = city.uploaded("filler", name, f"%PDF-1.7\n{name}\n%%EOF\n".encode())
    city.done("filler", "attachEvidence", diagnosis=diagnosis, sha256=sha256, indicators=list(indicators))


def test_answers_and_evidence_of_other_sections_are_not_shown(city: LiveCity) -> None:
    diagnosis = city.submitted()
    attached(city, diagnosis, "战略.pdf", OWN[0])
    attached(city, diagnosis, "两用.pdf", OWN[0], OTHERS[0])
    attached(city, diagnosis, "工艺.pdf", OTHERS[0])
    whole = told(city, "filler", diagnosis)
    assert {one["dimension"] for one in whole["answers"]} == set(SECTION_OF.values())
    assert {one["filename"]: one["indicators"] for one in whole["evidence"]["nodes"]}["两用.pdf"] == [OWN[0], OTHERS[0]]
    for moment in (None, datetime.now(UTC).isoformat()):
        own = told(city, "department", diagnosis, moment)
        assert sorted(one["indicator"] for one in own["answers"]) == OWN
        files = {one["filename"]: one["indicators"] for one in own["evidence"]["nodes"]}
        assert files == {"战略.pdf": [OWN[0]], "两用.pdf": [OWN[0]]}
        assert own["answered"] == len(SECTION_OF)  # how far the firm has come is no secret among its own


def test_they_are_not_shown_by_way_of_a_list_or_of_the_firm_either(city: LiveCity) -> None:
    city.submitted()
    parts = "answers { indicator } evidence { nodes { indicators } }"
    query = f"""query($e: ID!) {{ diagnoses {{ nodes {{ {parts} }} }} enterprise(id: $e) {{ diagnosis {{ {parts} }} }} }}"""
    found = city.data("department", query, e=ENTERPRISE)
    for case in (*found["diagnoses"]["nodes"], found["enterprise"]["diagnosis"]):
        assert sorted(one["indicator"] for one in case["answers"]) == OWN
