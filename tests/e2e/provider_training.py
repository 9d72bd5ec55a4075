"""A diagnostician from course to certificate, and a district's batch to its plan, as the roles' pages say. plan T1, V3."""

from typing import Any

from standards import training_text
from tests.e2e.programme_days import Programme
from tests.e2e.provider_moves import FIRMS
from tests.e2e.provider_selection import P1, P2, RELATED

TEXT = training_text("2023")
PERSON = f"person/{RELATED}"
EXAM = {"training": "2023", "person": PERSON}
PAPER = """{ ownExamPaper(edition: "2023") { questions { id } practicalCase { title indicators } } }"""


def trained(years: Programme) -> None:
    """A course with its session, at which nobody is present before its day; then enrolled by the manager alone."""
    years.on("2025-03-11")
    years.says("city", "publishTraining", key="2023")
    session = {"training": "2023", "title": "诊断师培训一期", "on": "2025-03-12", "modules": [TEXT.modules[0].id]}
    thing = "training { sessions { nodes { id } } }"
    (planned,) = years.says("city", "planTrainingSession", thing, **session)["training"]["sessions"]["nodes"]
    present = {"training": "2023", "session": planned["id"], "people": [PERSON]}
    assert years.refused("city", "recordAttendance", **present) == "SESSION_AHEAD"
    years.on("2025-03-12")
    years.says("city", "recordAttendance", **present)
    (told,) = years.read(RELATED, "{ trainings { sessions { nodes { title attended } } } }")["trainings"]
    assert told["sessions"]["nodes"] == [{"title": "诊断师培训一期", "attended": 1}]
    assert years.refused("provider", "enrolForExam", **EXAM) == "NOT_FOUND", "nobody enrols another's"
    years.says("rival", "enrolForExam", **EXAM)
    assert years.read(RELATED, PAPER)["ownExamPaper"] is None, "no paper before it begins"


def examined(years: Programme) -> str:
    """Paper and practical part passed, a certificate that cites them, and an endorsement in it; anyone verifies it."""
    grant = {"person": PERSON, "grade": "DIAGNOSTICIAN", "editions": ["edition/2023"], "since": years.today}
    assert years.refused("city", "grantCertificate", **grant) == "EXAM_NOT_PASSED"
    years.says(RELATED, "beginExam", **EXAM)
    questions: list[Any] = years.read(RELATED, PAPER)["ownExamPaper"]["questions"]
    assert years.read("rival", PAPER)["ownExamPaper"] is None, "the examinee alone sees it"
    given = [{"question": one["id"], "options": list(TEXT.by_id[one["id"]].answer)} for one in questions]
    years.says(RELATED, "saveExamAnswers", **EXAM, given=given)
    (tried,) = years.says(RELATED, "handInExam", "exam { tries { status points } }", **EXAM)["exam"]["tries"]
    assert tried == {"status": "PRACTICAL_DUE", "points": "100.00"}
    title = years.read(RELATED, PAPER)["ownExamPaper"]["practicalCase"]["title"]
    gold = next(one for one in TEXT.gold_cases if one.title == title)
    levels = [{"indicator": one, "level": level} for one, level in gold.levels.items()]
    done = years.says(RELATED, "submitPracticalPart", "exam { status tries { agreement } }", **EXAM, levels=levels)["exam"]
    assert done == {"status": "PASSED", "tries": [{"agreement": "1.0000"}]}
    number = str(years.says("city", "grantCertificate", "certificate { number }", **grant)["certificate"]["number"])
    shown = years.publicly(f'{{ verifyCertificate(number: "{number}") {{ status grade }} }}')["verifyCertificate"]
    assert shown == {"status": "VALID", "grade": "DIAGNOSTICIAN"}
    (mine,) = years.read("rival", "{ certificates { nodes { number endorsements { edition } } } }")["certificates"]["nodes"]
    assert mine == {"number": number, "endorsements": [{"edition": "2023"}]}
    return number


# Matching (plan V3)


def matched(years: Programme) -> None:
    """A district's batch is planned on who is certified; the plan is changed with a reason, and to nobody who is no option."""
    recognised = {"person": "person/diagnostician", "grade": "DIAGNOSTICIAN", "editions": ["edition/2023"], "since": years.today}
    years.says("city", "grantCertificate", **recognised, recognised="此前已通过同等考核")
    asked = {"district": "organisation/310117", "enterprises": [FIRMS["enterprise"]]}
    assert years.refused("pudong", "requestMatching", **asked) == "NOT_FOUND"
    batch = str(years.says("district", "requestMatching", "matching { id }", **asked)["matching"]["id"])
    assert years.refused("district", "adoptPlan", matching=batch) == "MATCHING_STATUS", "nothing is adopted before it is worked out"
    years.computed()
    query = """query($id: ID!) { matching(id: $id) { status optimal leftOut
      firms { nodes { provider adopted reason others { provider price } } } } }"""
    found = years.read("district", query, id=batch)["matching"]
    (line,) = found["firms"]["nodes"]
    assert (found["status"], found["optimal"], found["leftOut"]) == ("COMPUTED", True, 0)
    (other,) = line["others"]
    assert {line["provider"], other["provider"]} == {P1, P2}
    change = {"enterprise": FIRMS["enterprise"], "reason": "熟悉该企业工艺"}
    nobody = {"matching": batch, "changes": [change | {"provider": "organisation/p3"}]}
    assert years.refused("district", "adoptPlan", **nobody) == "MATCHING_CHANGE_UNFIT"
    years.says("district", "adoptPlan", matching=batch, changes=[change | {"provider": other["provider"]}])
    found = years.read("city", query, id=batch)["matching"]
    (line,) = found["firms"]["nodes"]
    assert (found["status"], line["adopted"], line["reason"]) == ("ADOPTED", other["provider"], change["reason"])
    assert years.refused("district", "adoptPlan", matching=batch) == "MATCHING_STATUS"
