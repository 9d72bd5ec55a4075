"""Examinations through the API (plan T1): enrolled by a manager, sat by the examinee alone, within the time, certified by it."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from api.providers.exams import seed_of
from standards import training_text
from tests.live_city import LiveCity
from zhenduan.background.exam_closing import close_overdue

TEXT = training_text("2023")
PAPER = """{ ownExamPaper(edition: "2023") { endsAt questions { id text options { letter text } chosen }
  practicalCase { title text indicators } } }"""
OWN = "{ ownExams { edition status tries { commitment status correct points agreement } } }"
OF = {"training": "2023", "person": "diagnostician"}
EVERYONE_ELSE = ("provider", "city", "auditor", "reviewer", "rival", "enterprise", "district")
EXAMINEES = ("provider", "reviewer", "rival")


def published(city: LiveCity) -> None:
    city.done("city", "publishTraining", "training { edition }", key="2023")


def enrolled(city: LiveCity) -> str:
    published(city)
    payload = city.done("provider", "enrolForExam", "exam { status tries { commitment } }", **OF)
    return str(payload["exam"]["tries"][-1]["commitment"])


def paper(city: LiveCity, who: str = "diagnostician") -> Any:
    return city.data(who, PAPER)["ownExamPaper"]


def answers(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"question": one["id"], "options": list(TEXT.by_id[one["id"]].answer)} for one in questions]


def test_nobody_sees_the_paper_before_it_begins_and_nobody_else_while_it_lasts(city: LiveCity) -> None:
    commitment = enrolled(city)
    assert paper(city) is None
    for who in ("city", "auditor"):
        trail = city.data(who, '{ auditTrail(kind: "exam.") { nodes { data } } }')["auditTrail"]["nodes"]
        assert [set(json.loads(one["data"])) for one in trail] == [{"nonce", "commitment", "on"}]
    city.done("diagnostician", "beginExam", "exam { status }", **OF)
    shown = paper(city)
    assert len(shown["questions"]) == 50
    assert all(set(one) == {"id", "text", "options", "chosen"} for one in shown["questions"])
    for who in EXAMINEES:
        assert paper(city, who) is None
        assert city.refused(who, "handInExam", **OF) == "NOT_FOUND"
    for who in set(EVERYONE_ELSE) - set(EXAMINEES):
        assert city.ask(who, PAPER)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert city.refused(who, "handInExam", **OF) == "ROLE_NOT_ALLOWED"
    texts = json.dumps([city.data(who, "{ trainings { modules { title } } }") for who in EVERYONE_ELSE], ensure_ascii=False)
    assert not [one.text for one in TEXT.questions if one.text in texts]
    [row] = city.data("auditor", '{ auditTrail(kind: "exam.enrolled.") { nodes { data } } }')["auditTrail"]["nodes"]
    nonce = json.loads(row["data"])["nonce"]
    assert sha256(seed_of(city.installation.services.secret, nonce).encode()).hexdigest() == commitment
    assert sha256(nonce.encode()).hexdigest() != commitment


def test_who_passes_both_parts_is_certified_for_the_edition_and_the_certificate_cites_it(city: LiveCity) -> None:
    enrolled(city)
    certificate = {"person": "diagnostician", "grade": "DIAGNOSTICIAN", "editions": ["2023"], "since": city.today}
    assert city.refused("city", "grantCertificate", **certificate) == "EXAM_NOT_PASSED"
    city.done("diagnostician", "beginExam", "exam { status }", **OF)
    questions = paper(city)["questions"]
    city.done("diagnostician", "saveExamAnswers", "exam { status }", **OF, given=answers(questions)[:45])
    assert sum(bool(one["chosen"]) for one in paper(city)["questions"]) == 45
    handed_in = city.done("diagnostician", "handInExam", "exam { tries { status points } }", **OF)
    assert handed_in["exam"]["tries"] == [{"status": "PRACTICAL_DUE", "points": "90.00"}]
    shown = paper(city)
    assert shown["questions"] == []
    gold = next(one for one in TEXT.gold_cases if one.title == shown["practicalCase"]["title"])
    assert shown["practicalCase"]["indicators"] == sorted(gold.levels)
    levels = [{"indicator": one, "level": level} for one, level in gold.levels.items()]
    city.done("diagnostician", "submitPracticalPart", "exam { status }", **OF, levels=levels)
    assert paper(city) is None
    [own] = city.data("diagnostician", OWN)["ownExams"]
    assert (own["status"], own["tries"][0]["agreement"]) == ("PASSED", "1.0000")
    city.done("city", "grantCertificate", "certificate { number }", **certificate)
    [granted] = city.data("auditor", '{ auditTrail(kind: "certificate.") { nodes { data } } }')["auditTrail"]["nodes"]
    assert json.loads(granted["data"])["causes"] == ["exam/2023.diagnostician/6"]
    [seen] = city.data("provider", "{ exams { nodes { status person { id } tries { points } } } }")["exams"]["nodes"]
    assert seen == {"status": "PASSED", "person": {"id": "person/diagnostician"}, "tries": [{"points": "90.00"}]}
    assert city.data("rival", "{ exams { totalCount } }")["exams"]["totalCount"] == 0


@pytest.mark.parametrize("times", [1, 3])
def test_a_paper_whose_time_is_over_is_closed_once_however_often_time_acts(city: LiveCity, times: int) -> None:
    enrolled(city)
    city.done("diagnostician", "beginExam", "exam { status }", **OF)
    questions = paper(city)["questions"]
    city.done("diagnostician", "saveExamAnswers", "exam { status }", **OF, given=answers(questions)[:10])
    services = city.installation.services
    assert close_overdue(services) == 0
    later = services.clock() + timedelta(minutes=91)
    at_the_end = replace(services, clock=lambda: later)
    assert [close_overdue(at_the_end) for _ in range(times)] == [1] + [0] * (times - 1)
    services.models.catch_up()
    [own] = city.data("diagnostician", OWN)["ownExams"]
    assert own["tries"][0] | {"commitment": ""} == {
        "commitment": "", "status": "FAILED", "correct": 10, "points": "20.00", "agreement": None
    }  # fmt: skip
    kinds = city.data("auditor", '{ auditTrail(kind: "exam.timed_out.") { totalCount } }')["auditTrail"]
    assert kinds["totalCount"] == 1
