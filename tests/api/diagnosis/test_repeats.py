"""A repeat by another provider (decision 0034, plan P7): the firm's issued result, and none of the former provider's own words."""

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from api.app import create_app
from tests.live_city import ENTERPRISE, LiveCity, sections

FORMER = "示例诊断服务二所"
REASON, NOTES, OBJECTION, REPLY = "前所核验理由甲", "前所现场记录乙", "前次异议丙", "前所答复丁"
FILE, CONTENT = "前所佐证戊.pdf", b"%PDF-1.7\nformer evidence\n%%EOF\n"
READ = """{ diagnoses { totalCount nodes { id caseNumber status provider { name }
    answers { indicator difference verified { level } } evidence { nodes { filename sha256 } }
    objections { nodes { text answer { text } } } siteVisits { nodes { notes } } reports { nodes { sha256 url } }
    result { indicators { id name } gates { says } } } }
  enterprises { nodes { id diagnosis { id } } }
  auditTrail(first: 100) { nodes { subject sentence data } } }"""


def held_in(value: Any) -> Iterator[str]:
    """Every text of a dossier, those that it carries as base64 too."""
    match value:
        case dict():
            for inner in value.values():
                yield from held_in(inner)
        case list():
            for inner in value:
                yield from held_in(inner)
        case str():
            yield value
            with suppress(ValueError):
                yield b64decode(value, validate=True).decode("utf-8", "replace")


def diagnosed(city: LiveCity, who: str, opening: dict[str, Any], level: str, reason: str, notes: str) -> str:
    """A case from its opening to an issued report, one indicator verified at another level for a reason."""
    given = {"enterprise": ENTERPRISE, "form": "BRIEF", "edition": "2023", **opening}
    diagnosis = str(city.done("district", "openDiagnosis", **given)["diagnosis"]["id"])
    for section, answers in sections(3).items():
        city.done("enterprise", "saveAnswers", diagnosis=diagnosis, section=section, answers=answers)
    city.done("enterprise", "pledgeTruth", diagnosis=diagnosis)
    city.done("enterprise", "submitSelfAssessment", diagnosis=diagnosis)
    city.done(who, "acceptDiagnosis", diagnosis=diagnosis)
    visit = {"visitedOn": city.today, "diagnosticians": 2, "functions": ["生产"], "notes": notes}
    city.done(who, "recordSiteVisit", diagnosis=diagnosis, **visit)
    if who == "rival":
        sha256 = city.uploaded(who, FILE, CONTENT)
        city.done(who, "attachEvidence", diagnosis=diagnosis, sha256=sha256, indicators=["Z01"])
    for section, answers in sections(3).items():
        found = [dict(one) for one in answers]
        for one in found:
            if one["indicator"] == "Z01":
                one |= {"answer": {"level": level}, "reason": reason}
        city.done(who, "verifyAnswers", diagnosis=diagnosis, section=section, answers=found)
    city.done(who, "scoreDiagnosis", diagnosis=diagnosis)
    city.done(who, "issueReport", diagnosis=diagnosis)
    return diagnosis


@pytest.mark.pages("set")
def test_a_repeat_tells_its_provider_the_former_result_and_not_who_made_it_or_why(city: LiveCity) -> None:
    former = diagnosed(city, "rival", {"campaign": "2024", "purpose": "INITIAL", "provider": "p2"}, "2", REASON, NOTES)
    items = [{"indicator": "Z01", "reason": OBJECTION}]
    city.done("enterprise", "objectToReport", diagnosis=former, items=items)
    answers = [{"indicator": "Z01", "upheld": False, "reason": REPLY}]
    city.done("rival", "answerObjections", diagnosis=former, answers=answers)
    city.done("enterprise", "confirmReport", diagnosis=former)
    files = "query($id: ID!) { diagnosis(id: $id) { caseNumber reports { nodes { url } } evidence { nodes { url } } } }"
    mine = city.data("rival", files, id=former)
    repeat = diagnosed(city, "provider", {"campaign": "2025", "purpose": "REPEAT", "provider": "p1"}, "4", "补充佐证", "无异常")

    read = city.data("provider", READ)
    assert [one["id"] for one in read["diagnoses"]["nodes"]] == [repeat]
    said = json.dumps(read, ensure_ascii=False)
    assert city.data("provider", "query($id: ID!) { diagnosis(id: $id) { id } }", id=former) == {"diagnosis": None}
    trail = city.data("provider", f'{{ auditTrail(subject: "diagnosis/{former}") {{ nodes {{ sentence }} }} }}')
    assert trail["auditTrail"]["nodes"] == []

    headers = {"authorization": f"Bearer {city.tokens['provider']}"}
    theirs = {"authorization": f"Bearer {city.tokens['rival']}"}
    with TestClient(create_app(city.installation.services)) as client:
        for file in (*mine["diagnosis"]["reports"]["nodes"], *mine["diagnosis"]["evidence"]["nodes"]):
            assert client.get(file["url"], headers=theirs).status_code == 200
            assert client.get(file["url"], headers=headers).status_code == 404
        assert client.get(f"/dossiers/grade/{former}?files=1", headers=headers).status_code == 404
        (report,) = read["diagnoses"]["nodes"][0]["reports"]["nodes"]
        printed = client.get(report["url"], headers=headers)
        dossier = client.get(f"/dossiers/grade/{repeat}?files=1", headers=headers)
    assert (printed.status_code, dossier.status_code) == (200, 200)
    pages = "".join(page.extract_text() for page in PdfReader(BytesIO(printed.content)).pages).replace("\n", "")
    assert "与前次诊断比较" in pages
    assert mine["diagnosis"]["caseNumber"] in pages
    hidden = (FORMER, REASON, NOTES, OBJECTION, REPLY, FILE)
    before = json.dumps(city.data("rival", READ), ensure_ascii=False)
    proved = "".join(held_in(dossier.json()))
    assert [word for word in hidden if word not in before] == []  # whose they are reads them
    assert ("补充佐证" in pages, "补充佐证" in said, "补充佐证" in proved) == (True, True, True)
    for word in hidden:
        assert word not in pages, word
        assert word not in said, word
        assert word not in proved, word
    assert former not in said
    assert CONTENT.decode() not in proved
