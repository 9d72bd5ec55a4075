"""One enterprise, diagnosed end to end through the API (plan P3–P6), as each role in turn."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests.live_city import ENTERPRISE, FIRM, LiveCity, sections

READ = """query($id: ID!) { diagnosis(id: $id) {
  caseNumber status statusName version answered visits selfTotal verifiedTotal measuredGrade grade gradeName
  enterprise { name district { code name } industry { name } } provider { name }
  answers { indicator version given { level numbers { name value } } verified { level } difference }
  evidence { nodes { sha256 filename indicators url } } reports { nodes { version kind sha256 url } }
  result { standardStatus selfTotal verifiedTotal issuedGrade dimensions { id name selfScore verifiedScore }
    indicators { id contribution weight } gates { code holds says lift } } } }"""

HELD = "query($held: Boolean!) { diagnoses(filter: {heldBack: $held}) { nodes { heldBack } } }"
BAND = "query($id: ID!) { diagnosis(id: $id) { heldBack result { bandGrade issuedGrade } } }"


def read(city: LiveCity, diagnosis: str, who: str = "enterprise") -> Any:
    return city.data(who, READ, id=diagnosis)["diagnosis"]


@pytest.mark.pages("set")
def test_a_diagnosis_runs_from_opening_to_a_confirmed_report(city: LiveCity) -> None:
    diagnosis = city.submitted()
    city.done("provider", "acceptDiagnosis", diagnosis=diagnosis)
    sha256 = city.uploaded("provider", "数字化规划.pdf", b"%PDF-1.7\nexample\n%%EOF\n")
    attach = {"diagnosis": diagnosis, "sha256": sha256, "indicators": ["Z01"]}
    city.done("provider", "attachEvidence", **attach)
    visit = {"visitedOn": city.today, "diagnosticians": 2, "functions": ["生产"], "notes": "无异常"}
    city.done("provider", "recordSiteVisit", diagnosis=diagnosis, **visit)
    for section, answers in sections(3).items():
        found = [dict(one) for one in answers]
        if found[0]["indicator"] == "Z01":
            found[0] |= {"answer": {"level": "2"}, "reason": "规划未覆盖主要业务领域"}
        city.done("provider", "verifyAnswers", diagnosis=diagnosis, section=section, answers=found)
    city.done("provider", "scoreDiagnosis", diagnosis=diagnosis)
    issued = city.done(
        "provider", "issueReport", "diagnosis { status reports { nodes { sha256 version } } }", diagnosis=diagnosis
    )
    assert issued["diagnosis"]["status"] == "ISSUED"
    city.done("enterprise", "confirmReport", diagnosis=diagnosis)

    seen = read(city, diagnosis)
    assert (seen["status"], seen["statusName"]) == ("CONFIRMED", "已确认")
    place = {"district": {"code": "310117", "name": "松江区"}, "industry": {"name": "通用设备制造业"}}
    assert seen["enterprise"] == {"name": FIRM.name} | place
    assert seen["provider"]["name"] == "示例诊断服务一所"
    first = next(answer for answer in seen["answers"] if answer["indicator"] == "Z01")
    assert (first["given"]["level"], first["verified"]["level"]) == ("3", "2")
    assert first["difference"] == "规划未覆盖主要业务领域"
    assert float(seen["selfTotal"]) > float(seen["verifiedTotal"])
    assert "非官方" in seen["result"]["standardStatus"]
    assert [report["kind"] for report in seen["reports"]["nodes"]] == ["ISSUED", "CONFIRMED"]
    assert len({report["sha256"] for report in seen["reports"]["nodes"]}) == 2
    assert seen["evidence"]["nodes"][0]["filename"] == "数字化规划.pdf"

    content = city.installation.services.blobs.get(seen["reports"]["nodes"][1]["sha256"])
    assert content is not None
    assert content.startswith(b"%PDF")


@pytest.mark.pages("set")
def test_the_printed_report_names_the_firm_its_grade_and_that_the_standard_is_not_official(city: LiveCity) -> None:
    diagnosis = city.issued()
    sha256 = read(city, diagnosis)["reports"]["nodes"][0]["sha256"]
    content = city.installation.services.blobs.get(sha256)
    assert content is not None
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    for expected in (FIRM.name, FIRM.uscc, "五档", "非官方", read(city, diagnosis)["caseNumber"]):
        assert expected in text.replace("\n", "")


def test_a_half_filled_form_is_resumed_where_it_was_left_by_another_person(city: LiveCity) -> None:
    diagnosis = city.opened()
    section, answers = next(iter(sections(3).items()))
    city.done("enterprise", "saveAnswers", diagnosis=diagnosis, section=section, answers=answers[:2])
    seen = read(city, diagnosis)
    assert seen["answered"] == 2
    changed = {**answers[0], "answer": {"level": "4"}, "replaces": seen["answers"][0]["version"]}
    city.done("enterprise", "saveAnswers", diagnosis=diagnosis, section=section, answers=[changed])
    stale = {**answers[0], "answer": {"level": "1"}}
    code = city.refused("enterprise", "saveAnswers", diagnosis=diagnosis, section=section, answers=[stale])
    assert code == "ANSWER_CHANGED_MEANWHILE"


def test_the_wrong_role_and_the_wrong_order_are_refused_as_data(city: LiveCity) -> None:
    diagnosis = city.opened()
    assert city.refused("provider", "pledgeTruth", diagnosis=diagnosis) == "ROLE_NOT_ALLOWED"
    assert city.refused("provider", "scoreDiagnosis", diagnosis=diagnosis) == "DIAGNOSIS_WRONG_STATUS"
    assert city.refused("enterprise", "submitSelfAssessment", diagnosis=diagnosis) == "ANSWERS_MISSING"
    again = {"enterprise": ENTERPRISE, "campaign": "2024", "purpose": "INITIAL", "form": "BRIEF", "edition": "2023"}
    assert city.refused("district", "openDiagnosis", **again) == "DIAGNOSIS_ACTIVE_ALREADY"


@pytest.mark.parametrize("who", ["stranger", "rival", "pudong"])
def test_what_is_out_of_scope_answers_as_if_it_did_not_exist(city: LiveCity, who: str) -> None:
    diagnosis = city.opened()
    query = "query($id: ID!) { diagnosis(id: $id) { id } }"
    there = city.ask(who, query, id=diagnosis)
    assert there == city.ask(who, query, id="no-such-diagnosis") == {"data": {"diagnosis": None}}
    name = {"stranger": "pledgeTruth", "rival": "acceptDiagnosis", "pudong": "withdrawDiagnosis"}[who]
    extra = {"reason": "x"} if who == "pudong" else {}
    there = city.do(who, name, "", diagnosis=diagnosis, **extra)
    assert there == city.do(who, name, "", diagnosis="no-such-diagnosis", **extra)
    assert there["userErrors"][0]["code"] == "NOT_FOUND"


def test_a_hash_alone_attaches_no_file_of_someone_else(city: LiveCity) -> None:
    diagnosis = city.submitted()
    city.done("provider", "acceptDiagnosis", diagnosis=diagnosis)
    sha256 = city.uploaded("stranger", "秘密.pdf", b"%PDF-1.7\nsecret\n%%EOF\n")
    given = {"diagnosis": diagnosis, "sha256": sha256, "indicators": ["Z01"]}
    assert city.refused("provider", "attachEvidence", **given) == "FILE_NOT_RECEIVED"


def test_the_same_key_answers_alike_and_other_input_is_refused(city: LiveCity) -> None:
    given = {"enterprise": ENTERPRISE, "campaign": "2024", "purpose": "INITIAL", "form": "BRIEF", "edition": "2023"}
    first = city.done("district", "openDiagnosis", **given, idempotencyKey="k1")
    again = city.done("district", "openDiagnosis", **given, idempotencyKey="k1")
    assert again == first
    other = {**given, "campaign": "2025"}
    assert city.refused("district", "openDiagnosis", **other, idempotencyKey="k1") == "IDEMPOTENCY_KEY_REUSED"


def test_a_stale_version_conflicts_and_says_where_the_thing_stands(city: LiveCity) -> None:
    diagnosis = city.opened()
    payload = city.do("enterprise", "pledgeTruth", "", diagnosis=diagnosis, expectedVersion=7)
    assert payload["userErrors"][0]["code"] == "VERSION_CONFLICT"
    assert payload["version"] == 1


def test_an_upheld_objection_leads_to_a_new_version_of_the_report(city: LiveCity) -> None:
    diagnosis = city.issued()
    city.done("enterprise", "objectToReport", diagnosis=diagnosis, items=[{"indicator": "Z01", "reason": "规划已更新"}])
    answer = {"indicator": "Z01", "upheld": True, "reason": "属实"}
    city.done("provider", "answerObjections", diagnosis=diagnosis, answers=[answer])
    verified = {"indicator": "Z01", "answer": {"level": "4"}, "reason": "异议成立"}
    city.done("provider", "verifyAnswers", diagnosis=diagnosis, section="D1", answers=[verified])
    city.done("provider", "scoreDiagnosis", diagnosis=diagnosis)
    city.done("provider", "issueReport", diagnosis=diagnosis)
    assert [report["version"] for report in read(city, diagnosis)["reports"]["nodes"]] == [1, 2]


def test_a_refused_report_is_never_rendered(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    diagnosis = city.submitted()
    monkeypatch.setattr("projections.report.finishing.report", lambda _case: pytest.fail("rendered"))
    assert city.refused("provider", "issueReport", diagnosis=diagnosis) == "DIAGNOSIS_WRONG_STATUS"
    assert city.refused("enterprise", "issueReport", diagnosis=diagnosis) == "ROLE_NOT_ALLOWED"


def test_the_trail_of_a_subject_is_told_in_words_and_its_position_to_the_auditor_alone(city: LiveCity) -> None:
    diagnosis = city.submitted()
    query = """query($s: ID!) { auditTrail(subject: $s, first: 100) {
      nodes { id what role type cursor } totalCount } }"""
    trail = city.data("enterprise", query, s=diagnosis)["auditTrail"]
    assert trail["nodes"][0]["what"] == "诊断已开启"
    assert trail["nodes"][-1]["what"] == "自评已提交"
    assert trail["totalCount"] == len(trail["nodes"])
    positions = "query($s: ID!) { auditTrail(subject: $s) { nodes { position } } }"
    assert city.data("auditor", positions, s=diagnosis)["auditTrail"]["nodes"][0]["position"] > 0
    refused = city.ask("enterprise", positions, s=diagnosis)
    assert refused["errors"][0]["extensions"]["fields"] == ["AuditEntry.position"]


@pytest.mark.pages("set")
def test_no_position_of_the_journal_reaches_a_firm_in_entry_or_report(city: LiveCity) -> None:
    diagnosis = city.issued()
    query = "query($s: ID!) { auditTrail(subject: $s, first: 100) { nodes { type data } } }"
    told = {
        who: city.data(who, query, s=diagnosis)["auditTrail"]["nodes"][-1]["data"]
        for who in ("enterprise", "auditor")
    }
    assert "rendered_at" not in told["enterprise"]
    assert "rendered_at" in told["auditor"]
    content = city.installation.services.blobs.get(read(city, diagnosis)["reports"]["nodes"][0]["sha256"])
    assert content is not None
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    last = city.installation.services.journal.read(diagnosis)[-2]
    assert f"{last.position}" not in [line.split()[0] for line in text.splitlines() if line.strip()]
    assert "全市日志" not in text


def test_a_read_may_ask_to_see_its_own_write(city: LiveCity) -> None:
    diagnosis = city.opened()
    written = city.done("enterprise", "pledgeTruth", "", diagnosis=diagnosis)
    query = "query($id: ID!, $at: String) { diagnosis(id: $id, atLeast: $at) { version } }"
    assert city.data("enterprise", query, id=diagnosis, at=written["position"])["diagnosis"]["version"] == 2
    forged = city.ask("enterprise", query, id=diagnosis, at="forged")
    assert forged["errors"][0]["extensions"]["code"] == "CURSOR_INVALID"


def test_a_grade_that_a_gate_holds_back_is_found_by_who_may_read_it_and_outside_the_case_once_it_is_issued(city: LiveCity) -> None:
    diagnosis = city.scored(level=5)
    seen = city.data("provider", BAND, id=diagnosis)["diagnosis"]
    assert seen["heldBack"], "no expert has reviewed it"
    assert seen["result"]["bandGrade"] > seen["result"]["issuedGrade"]
    told = {("provider", True): [True], ("provider", False): [], ("subdistrict", True): [], ("subdistrict", False): [None]}
    for (who, held), found in told.items():
        assert [one["heldBack"] for one in city.data(who, HELD, held=held)["diagnoses"]["nodes"]] == found, (who, held)
    city.done("provider", "issueReport", diagnosis=diagnosis)
    assert city.data("subdistrict", HELD, held=True)["diagnoses"]["nodes"] == [{"heldBack": True}]
    city.tokens["partner"] = city.installation.accounts.issue_partner_key("erp", "*", timedelta(days=1)).token
    assert city.ask("partner", HELD, held=True)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
