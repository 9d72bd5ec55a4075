"""What a year's rating counts of a job is kept in its row as the facts come (plan V5; decision 0113), and is what its rows say."""

from typing import Any

from api.kit.ids import key_of
from domain.access import Role
from domain.diagnosis.self_assessment import AnswerRecorded, AnswersSaved
from domain.diagnosis.state import diagnosis_stream
from domain.instants import microseconds
from journal import NewEntry
from journal.codec import encode
from standards import Answer
from tests.job_records import counted, kept
from tests.live_city import LiveCity


def job(city: LiveCity, diagnosis: str) -> dict[str, Any]:
    """What is kept of a job, which is what is counted anew."""
    city.installation.services.models.catch_up()
    with city.installation.services.models.reading() as snapshot:
        found, again = kept(snapshot), counted(snapshot)
    assert found == again
    return found[key_of(diagnosis, "diagnosis")]


def attached(city: LiveCity, diagnosis: str, name: str) -> None:
    sha256 = city.uploaded("enterprise", name, f"%PDF-1.7\n{name}\n%%EOF\n".encode())
    city.done("enterprise", "attachEvidence", diagnosis=diagnosis, sha256=sha256, indicators=["Z01"])


def test_an_answer_that_was_changed_after_it_was_verified_is_corrected_without_a_reason(city: LiveCity) -> None:
    """No rule lets it come about today; a journal of before may hold it, and the rating counts it against the records."""
    diagnosis = city.issued()
    services, stream = city.installation.services, diagnosis_stream(key_of(diagnosis, "diagnosis"))
    fact = AnswersSaved(section="D1", answers={"Z01": AnswerRecorded(answer=Answer(level=1), author="li", replaces=1)})
    version = len(services.journal.read(stream)) + 1
    entry = NewEntry(stream, version, fact.type, encode(fact), actor="li", role=Role.ENTERPRISE, organisation="e1")
    services.journal.append([entry], microseconds(services.clock()))
    assert job(city, diagnosis)["answers_unreasoned"] == 1


def test_a_job_is_counted_as_it_goes_on_and_an_upheld_objection_takes_its_answer_back(city: LiveCity) -> None:
    diagnosis = city.issued()
    first = job(city, diagnosis)
    assert (first["visited_on"], first["most_on_site"], first["files"]) == (city.today, 2, 0)
    items = first["answers_verified"]
    assert items > 20
    city.done("enterprise", "objectToReport", diagnosis=diagnosis, items=[{"indicator": "Z01", "reason": "规划已更新"}])
    attached(city, diagnosis, "规划.pdf")
    answer = {"indicator": "Z01", "upheld": True, "reason": "属实"}
    city.done("provider", "answerObjections", diagnosis=diagnosis, answers=[answer])
    back = job(city, diagnosis)
    assert (back["answers_verified"], back["items_overturned"]) == (items - 1, '["Z01"]')
    assert (back["files"], back["files_reported"]) == (1, 0), "since the report"
    verified = {"indicator": "Z01", "answer": {"level": "4"}, "reason": "异议成立"}
    city.done("provider", "verifyAnswers", diagnosis=diagnosis, section="D1", answers=[verified])
    city.done("provider", "scoreDiagnosis", diagnosis=diagnosis)
    city.done("provider", "issueReport", diagnosis=diagnosis)
    second = {"indicator": "Z04", "reason": "制度已修订"}
    city.done("enterprise", "objectToReport", diagnosis=diagnosis, items=[second])
    city.done("provider", "answerObjections", diagnosis=diagnosis, answers=[{**second, "upheld": True}])
    assert job(city, diagnosis)["items_overturned"] == '["Z01","Z04"]', "of both reports"
    verified = {"indicator": "Z04", "answer": {"level": "4"}, "reason": "异议成立"}
    city.done("provider", "verifyAnswers", diagnosis=diagnosis, section="D1", answers=[verified])
    city.done("provider", "scoreDiagnosis", diagnosis=diagnosis)
    city.done("provider", "issueReport", diagnosis=diagnosis)
    city.done("enterprise", "confirmReport", diagnosis=diagnosis)
    last = job(city, diagnosis)
    assert (last["answers_verified"], last["answers_unreasoned"], last["files_reported"]) == (items, 0, 1)
    assert last["first_issued_at"] == first["first_issued_at"]
