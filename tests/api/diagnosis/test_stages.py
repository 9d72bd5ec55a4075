"""Stages over the API (plan P3–P6): what is due, what is overdue, an extension with its reason."""

from datetime import date, timedelta

from tests.live_city import LiveCity

STAGE = """query($id: ID!) { diagnosis(id: $id) { status stage {
  stage due overdue assumed remindOn remindedAt escalatedAt extendedFrom reason } } }"""
DUE = "query($id: ID!) { diagnosis(id: $id) { overdue due } }"
TYPES = "query($s: ID!) { auditTrail(subject: $s) { nodes { type } } }"
LATE = "query($filter: DiagnosisFilter) { diagnoses(filter: $filter) { totalCount nodes { id } } }"
TRAIL = "query($s: ID!) { auditTrail(subject: $s) { nodes { sentence } } }"


def test_the_district_finds_what_is_due_and_extends_with_the_reason(city: LiveCity) -> None:
    case = city.opened()
    due = city.data("district", STAGE, id=case)["diagnosis"]["stage"]["due"]
    assert city.data("department", DUE, id=case)["diagnosis"] == {"overdue": False, "due": due}, "who fills a part is told the day"
    by = {"dueBy": due}
    before = {"dueBy": (date.fromisoformat(due) - timedelta(days=1)).isoformat()}
    assert city.data("district", LATE, filter=by)["diagnoses"]["nodes"] == [{"id": case}]
    assert city.data("district", LATE, filter=before)["diagnoses"]["totalCount"] == 0
    assert city.data("district", LATE, filter={"overdue": True})["diagnoses"]["totalCount"] == 0
    assert city.data("district", LATE, filter={"overdue": False})["diagnoses"]["totalCount"] == 1
    later = (date.fromisoformat(due) + timedelta(days=30)).isoformat()
    given = {"diagnosis": case, "until": later, "reason": "设备大修停产"}
    assert city.refused("pudong", "extendStage", **given) == "NOT_FOUND"
    assert city.refused("pudong", "extendStage", **given | {"diagnosis": "nobody"}) == "NOT_FOUND"
    assert city.refused("district", "extendStage", **given | {"until": due}) == "DEADLINE_NOT_LATER"
    city.done("district", "extendStage", **given)
    stage = city.data("district", STAGE, id=case)["diagnosis"]["stage"]
    assert (stage["due"], stage["extendedFrom"], stage["reason"]) == (later, due, "设备大修停产")
    key = case.split("/")[1]
    said = [one["sentence"] for one in city.data("enterprise", TRAIL, s=f"stage/{key}")["auditTrail"]["nodes"]]
    assert [one for one in said if f"将“自评”环节由 {due} 延至 {later}：设备大修停产" in one]
    city.done("city", "withdrawDiagnosis", diagnosis=case, reason="停产")
    assert city.data("district", STAGE, id=case)["diagnosis"]["stage"] is None
    assert city.refused("district", "extendStage", **given) == "STAGE_NOT_RUNNING"


def test_who_is_no_party_is_told_of_no_stage_and_finds_none(city: LiveCity) -> None:
    case = city.opened()
    assert city.ask("subdistrict", STAGE, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert city.ask("subdistrict", LATE, filter={"dueBy": "2099-01-01"})["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert city.ask("subdistrict", DUE, id=case)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    key = case.split("/")[1]
    assert city.data("subdistrict", TYPES, s=f"stage/{key}")["auditTrail"]["nodes"] == []
    assert city.data("pudong", TRAIL, s=f"stage/{key}")["auditTrail"]["nodes"] == []
