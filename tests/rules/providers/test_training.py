"""Training (plan T1): published whole and sound, replaced by a later text; sessions with attendance."""

from datetime import date
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND
from domain.participants.people.state import Person, person_stream
from domain.providers.training import (
    SESSION_AHEAD,
    SESSION_EXISTS,
    SESSION_UNKNOWN,
    TRAINING_MALFORMED,
    TRAINING_MODULE_UNKNOWN,
    TRAINING_UNKNOWN,
    TRAININGS,
    AttendanceRecorded,
    PlanTrainingSession,
    PublishTraining,
    RecordAttendance,
    TrainingPublished,
)
from domain.standard.editions import EDITION_UNKNOWN, PublishedEdition, edition_stream
from standards import Difficulty, TrainingText, load, training_problems, training_text
from tests.rules.given import Given, given

TEXT = training_text("2023")
EDITION = load("2023")
READ = {
    edition_stream("2023"): PublishedEdition(edition=EDITION, digest=EDITION.digest),
    person_stream("wang"): Person(),
    person_stream("li"): Person(),
}
PUBLISH = PublishTraining(text=TEXT)
PLAN = PlanTrainingSession(training="2023", session="s1", title="首期培训班", on=date(2024, 5, 6), modules=("POLICY", "ONSITE"))


def published() -> Given:
    return given(TRAININGS).having_read(READ).when(PUBLISH, "city").accepted


def attend(*people: str) -> RecordAttendance:
    return RecordAttendance(training="2023", session="s1", people=people)


def test_the_training_on_file_is_sound_and_large_enough_to_draw_papers() -> None:
    assert list(training_problems(TEXT, EDITION)) == []
    counted = {one: sum(question.difficulty is one for question in TEXT.questions) for one in Difficulty}
    assert len(TEXT.questions) >= 60
    assert (counted[Difficulty.BASIC] >= 20, counted[Difficulty.APPLIED] >= 20, counted[Difficulty.ADVANCED] >= 10) == (True,) * 3
    assert TEXT.source.mark == "I"


def test_a_text_is_published_with_its_digest_and_a_later_one_takes_its_place() -> None:
    case = given(TRAININGS).having_read(READ).when(PUBLISH, "city").then(TrainingPublished(text=TEXT, digest=TEXT.digest))
    case.when(PUBLISH, "city").then()
    later = TrainingText.model_validate(TEXT.model_dump() | {"title": "修订教材"})
    assert later.digest != TEXT.digest
    case = case.when(PublishTraining(text=later), "system").accepted
    assert (case.state.text.title, set(case.state.texts)) == ("修订教材", {TEXT.digest, later.digest})
    given(TRAININGS).when(PUBLISH, "city").refused(EDITION_UNKNOWN)
    given(TRAININGS).when(PUBLISH, "provider", "p1").refused(ROLE_NOT_ALLOWED)


def with_question(**changes: Any) -> dict[str, Any]:
    first, *rest = TEXT.model_dump()["questions"]
    return {"questions": [first | changes, *rest]}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (with_question(module="OTHER"), "MODULE_UNKNOWN"),
        (with_question(answer=["F"]), "ANSWER_NOT_AN_OPTION"),
        (with_question(answer=["A", "A"]), "ANSWER_NOT_AN_OPTION"),
        (with_question(options={"A": "同", "B": "同"}), "OPTION_REPEATED"),
        (with_question(text=TEXT.questions[1].text), "QUESTION_REPEATED"),
        (with_question(id=TEXT.questions[1].id), "ID_REPEATED"),
        ({"edition": "2024"}, "EDITION_DIFFERS"),
        ({"modules": [*TEXT.model_dump()["modules"], {"id": "MORE", "title": "另一模块", "hours": 1}]}, "MODULE_WITHOUT_QUESTIONS"),
        ({"gold_cases": [{"id": "C1", "title": "例", "text": "文", "levels": {"ZZ9": "1", "Z01": "2"}}]}, "INDICATOR_UNKNOWN"),
        ({"gold_cases": [{"id": "C1", "title": "例", "text": "文", "levels": {"Z04": "2", "Z01": "2"}}]}, "CASE_OF_ONE_LEVEL"),
    ],
)
def test_everything_that_is_wrong_with_a_text_is_said_and_it_is_not_published(changes: dict[str, Any], problem: str) -> None:
    text = TrainingText.model_validate(TEXT.model_dump() | changes)
    assert problem in {one.code for one in training_problems(text, EDITION)}
    read = READ | {edition_stream(text.edition): READ[edition_stream("2023")]}
    case = given(TRAININGS).having_read(read).when(PublishTraining(text=text), "city")
    assert {code for code, _ in case.told} == {TRAINING_MALFORMED.code}


def test_who_attended_a_session_is_on_record_from_its_day_on_once() -> None:
    case = published().when(PLAN, "city").happened("training.session_planned.v1")
    case.when(PLAN, "city").refused(SESSION_EXISTS)
    case.when(attend("wang"), "city").then(AttendanceRecorded(session="s1", people=("wang",)))
    case.when(attend("wang", "li"), "city").then(AttendanceRecorded(session="s1", people=("li",)))
    case.when(attend("li"), "city").then()
    assert case.state.sessions["s1"].people == ("wang", "li")
    case.when(attend("nobody"), "city").refused(NOT_FOUND)


def test_a_session_is_of_a_training_that_there_is_with_modules_that_it_has() -> None:
    given(TRAININGS).when(PLAN, "city").refused(TRAINING_UNKNOWN)
    other = PLAN.model_copy(update={"modules": ("OTHER",)})
    published().when(other, "city").refused(TRAINING_MODULE_UNKNOWN, module="OTHER", path="modules.0")
    published().when(attend("wang"), "city").refused(SESSION_UNKNOWN)
    ahead = published().when(PLAN.model_copy(update={"on": date(2024, 5, 7)}), "city").accepted
    ahead.when(attend("wang"), "city").refused(SESSION_AHEAD, on=date(2024, 5, 7))
