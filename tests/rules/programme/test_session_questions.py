"""Questions about outreach sessions and how often they are held (plan T2, T3): asked, answered, published; a schedule set."""

from datetime import date
from typing import Any

from domain.kernel import NOT_FOUND
from domain.programme.sessions import question as asking
from domain.programme.sessions import schedule as regular
from domain.programme.sessions.attendance_facts import Attendance
from domain.programme.sessions.question import QUESTIONS
from domain.programme.sessions.schedule import OUTREACH_SCHEDULES
from domain.programme.sessions.state import SESSION_NOT_ANNOUNCED, session_stream
from tests.rules.given import AT, Given, given
from tests.rules.programme.test_sessions import PART, WORLD, announced, planned

TODAY = AT.date()
ASK = asking.AskOutreachQuestion(outreach_question="q1", outreach_session="s1", enterprise="e1", text="没有专职人员怎么填报？")
ANSWER = asking.AnswerOutreachQuestion(outreach_question="q1", answer="可由兼职人员填报")
PUBLISH = asking.PublishOutreachAnswer(outreach_question="q1", wording="人员不足时由谁填报？")


def asked() -> Given:
    read = {**WORLD, session_stream("s1"): announced().state, PART: Attendance()}
    return given(QUESTIONS).having_read(read).when(ASK, "filler", "e1").accepted


def district(case: Given, command: Any, unit: str = "310117") -> Given:
    return case.when(command, "district", unit)


def test_a_question_is_asked_answered_and_published_without_who_asked() -> None:
    case = asked()
    case.happened("question.asked.v1")
    district(case, PUBLISH).refused(asking.QUESTION_UNANSWERED)
    district(case, ANSWER).happened("question.answered.v1")
    district(case, ANSWER).refused(asking.ANSWER_UNCHANGED)
    district(case, ANSWER.model_copy(update={"answer": "可由兼职人员填报，限一人"})).happened("question.answered.v1")
    district(case, PUBLISH).then(asking.OutreachAnswerPublished(wording=PUBLISH.wording))
    for command in (ANSWER, PUBLISH):
        district(case, command).refused(asking.QUESTION_PUBLISHED)


def test_who_is_not_in_the_session_asks_nothing_and_another_unit_answers_nothing() -> None:
    read = {**WORLD, session_stream("s1"): announced().state}
    given(QUESTIONS).having_read(read).when(ASK, "enterprise", "e1").refused(NOT_FOUND)
    asked().when(ASK, "enterprise", "e1").refused(NOT_FOUND)
    district(asked(), ANSWER, "310115").refused(NOT_FOUND)
    district(given(QUESTIONS), ANSWER).refused(NOT_FOUND)
    hidden = {**WORLD, session_stream("s1"): planned().state, PART: Attendance()}
    given(QUESTIONS).having_read(hidden).when(ASK, "enterprise", "e1").refused(SESSION_NOT_ANNOUNCED)


def test_a_firm_asks_so_many_questions_about_a_session_and_no_more() -> None:
    read = {**WORLD, session_stream("s1"): announced().state, PART: Attendance()}
    for others, rule in ((asking.MOST_QUESTIONS - 1, None), (asking.MOST_QUESTIONS, asking.QUESTIONS_AT_MOST)):
        case = given(QUESTIONS).having_read(read).when(ASK.model_copy(update={"others": others}), "enterprise", "e1")
        if rule is None:
            case.happened("question.asked.v1")
        else:
            case.refused(rule, at_most=asking.MOST_QUESTIONS)


def schedule(unit: str = "310117", since: date = TODAY, weeks: int = 6) -> regular.SetOutreachSchedule:
    return regular.SetOutreachSchedule(unit=unit, weeks=weeks, since=since)


def test_a_district_or_park_sets_how_often_it_holds_a_session_not_backwards() -> None:
    case = district(given(OUTREACH_SCHEDULES).having_read(WORLD), schedule(since=date(2024, 1, 8)))
    case.then(regular.OutreachScheduleSet(weeks=6, since=date(2024, 1, 8)))
    district(case, schedule(since=date(2024, 1, 8))).refused(regular.SCHEDULE_UNCHANGED)
    district(case, schedule(since=date(2024, 5, 5), weeks=4)).refused(regular.SCHEDULE_BACKDATED, earliest=TODAY)
    district(case, schedule(weeks=4)).happened("schedule.set.v1")
    given(OUTREACH_SCHEDULES).having_read(WORLD).when(schedule("park"), "park", "park").happened("schedule.set.v1")


def test_other_units_have_no_schedule() -> None:
    for unit in ("310117001", "nowhere"):
        given(OUTREACH_SCHEDULES).having_read(WORLD).when(schedule(unit), "city").refused(regular.SCHEDULE_NOT_FOR)
