"""Industry editions over the API (plan S1–S4): published whole, shown with origins, and the one that applies to a firm."""

from typing import Any

from starlette.testclient import TestClient

from api.app import create_app
from interop.proof import verify_dossier as verifier
from projections.report.wording import chinese
from standards import Form, load, published_editions
from tests.live_city import ENTERPRISE, LiveCity, as_input
from tests.rules.firms import answer_at

KEY = "2023-major-equipment"
FLAT = """query($key: String!) { edition(key: $key) { key industry title digest
  indicators { id weight origin { part fate changes { field before after reason } } }
  dropped { indicator name part fate reason } } }"""


def test_an_industry_edition_is_shown_flattened_with_the_origin_of_every_line(city: LiveCity) -> None:
    city.done("city", "publishEdition", "edition { key }", key=KEY)
    shown = city.data("enterprise", FLAT, key=KEY)["edition"]
    edition = load(KEY)
    assert (shown["key"], shown["industry"], shown["digest"]) == (KEY, "major-equipment", edition.digest)
    assert [one["id"] for one in shown["indicators"]] == [item.id for item in edition.indicators]
    lines = {one["id"]: one for one in shown["indicators"]}
    assert lines["H01"]["origin"] == {"part": "INDUSTRY", "fate": "ADDED", "changes": []}
    assert lines["Z01"]["origin"] == {"part": "BASE", "fate": "KEPT", "changes": []}
    assert lines["F08"]["origin"]["part"] == "FUSED"
    [change] = lines["C01"]["origin"]["changes"]
    assert change == {"field": "WEIGHT_IN_DIMENSION", "before": "8", "after": lines["C01"]["weight"], "reason": None}
    [gone] = shown["dropped"]
    assert (gone["indicator"], gone["part"], gone["fate"]) == ("C12", "BASE", "DROPPED")
    assert gone["reason"]


def test_a_plain_edition_has_base_and_fused_lines_only(city: LiveCity) -> None:
    shown = city.data("enterprise", FLAT, key="2023")["edition"]
    assert shown["industry"] is None
    assert {one["origin"]["part"] for one in shown["indicators"]} == {"BASE", "FUSED"}
    assert {one["origin"]["fate"] for one in shown["indicators"]} == {"KEPT"}
    assert shown["dropped"] == []


def test_every_edition_on_file_can_be_published_and_is_listed(city: LiveCity) -> None:
    for key in published_editions():
        city.done("city", "publishEdition", "edition { key }", key=key)
    listed = city.data("auditor", "{ editions { key digest } }")["editions"]
    assert {one["key"]: one["digest"] for one in listed} == {key: load(key).digest for key in published_editions()}


def test_two_published_editions_are_compared_and_one_that_is_not_published_is_not(city: LiveCity) -> None:
    query = """query($newer: String!) { editionDifference(older: "2023", newer: $newer) {
      clause label before after sentence sentenceInEnglish } }"""
    assert city.data("enterprise", query, newer=KEY) == {"editionDifference": None}
    city.done("city", "publishEdition", "edition { key }", key=KEY)
    told = {one["clause"]: one for one in city.data("enterprise", query, newer=KEY)["editionDifference"]}
    assert told["indicators.C12"]["before"].startswith("售后与远程服务")
    assert (told["indicators.C12"]["after"], told["indicators.H01"]["before"]) == (None, None)
    assert told["key"]["sentence"] == f"版本号：2023 → {KEY}"
    assert told["key"]["sentenceInEnglish"] == f"key: 2023 → {KEY}"


def test_a_diagnosis_under_an_industry_edition_leaves_as_a_dossier_that_anyone_can_work_out_again(city: LiveCity) -> None:
    city.done("city", "publishEdition", "edition { key }", key=KEY)
    given: dict[str, Any] = {
        "enterprise": ENTERPRISE,
        "campaign": "2024",
        "purpose": "INITIAL",
        "form": "BRIEF",
        "edition": KEY,
        "provider": "p1",
    }
    diagnosis = city.done("district", "openDiagnosis", **given)["diagnosis"]["id"]
    sections: dict[str, list[dict[str, Any]]] = {}
    for item in load(KEY).of(Form.BRIEF):
        sent = {"indicator": item.id, "answer": as_input(answer_at(item, 3))}
        sections.setdefault(item.dimension, []).append(sent)
    for section, answers in sections.items():
        city.done("enterprise", "saveAnswers", diagnosis=diagnosis, section=section, answers=answers)
    city.done("enterprise", "pledgeTruth", diagnosis=diagnosis)
    city.done("enterprise", "submitSelfAssessment", diagnosis=diagnosis)
    city.done("provider", "acceptDiagnosis", diagnosis=diagnosis)
    visit = {"visitedOn": city.today, "diagnosticians": 2, "functions": ["生产", "质量"], "notes": "现场无异常"}
    city.done("provider", "recordSiteVisit", diagnosis=diagnosis, **visit)
    for section, answers in sections.items():
        city.done("provider", "verifyAnswers", diagnosis=diagnosis, section=section, answers=answers)
    city.done("provider", "scoreDiagnosis", diagnosis=diagnosis)
    city.done("provider", "issueReport", diagnosis=diagnosis)
    query = "query($id: ID!) { diagnosis(id: $id) { edition { key } result { issuedGrade indicators { name } } } }"
    shown = city.data("enterprise", query, id=diagnosis)["diagnosis"]
    assert (shown["edition"]["key"], shown["result"]["issuedGrade"]) == (KEY, 5)
    assert "MBD/MBSE 多专业协同" in {one["name"] for one in shown["result"]["indicators"]}
    key = str(city.installation.log.keys().signing.verifier)
    with TestClient(create_app(city.installation.services)) as client:
        headers = {"authorization": f"Bearer {city.tokens['enterprise']}"}
        dossier = client.get(f"/dossiers/grade/{diagnosis}", headers=headers)
    verdict = verifier.verify(dossier.content, key)
    assert verdict.faults == ()
    assert (verdict.result["grade"], verdict.result["edition"]) == (5, KEY)


def test_the_texts_of_the_standard_are_shown_as_they_are_printed_and_stored_as_they_were(city: LiveCity) -> None:
    query = '{ edition(key: "2023") { digest indicators { levels evidence mapsTo source } } }'
    shown, stored = city.data("enterprise", query)["edition"], load("2023")
    assert shown["digest"] == stored.digest
    texts = [text for one in shown["indicators"] for text in (*one["levels"], one["evidence"], one["mapsTo"], one["source"])]
    assert [text for text in texts if text != chinese(text)] == []
    assert any("," in level for item in stored.indicators for level in item.levels)


def test_every_indicator_is_explained_in_plain_words_to_whoever_fills_in(city: LiveCity) -> None:
    query = '{ edition(key: "2023") { indicators { id help { says saysInEnglish example exampleInEnglish mark } } } }'
    shown = city.data("filler", query)["edition"]["indicators"]
    helped = {one["id"]: one["help"] for one in shown}
    assert set(helped) == {one.id for one in load("2023").indicators}
    assert helped["X04"]["example"].startswith("例：")
    assert helped["X04"]["exampleInEnglish"].startswith("Example: ")
    assert {one["mark"] for one in helped.values()} == {"I"}
