"""Examinations (plan T1): a paper nobody knows beforehand, timed by the server, marked by the rule; a practical part; waits."""

from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import LISTED_TWICE, NOT_FOUND, Refused
from domain.participants.organisations import organisation_stream
from domain.participants.people.state import PERSON_ERASED, Membership, Person, person_stream
from domain.providers.exams.enrolment import EXAM_TOO_SOON, EXAM_UNDER_WAY, EnrolForExam
from domain.providers.exams.exam import (
    EXAM_TIME_LEFT,
    EXAM_TIME_OVER,
    EXAMS,
    QUESTION_NOT_ON_PAPER,
    SEED_DIFFERS,
    BeginExam,
    ExamAnswer,
    ExamHandedIn,
    ExamMarked,
    ExamTimedOut,
    HandInExam,
    SaveExamAnswers,
    TimeOutExam,
)
from domain.providers.exams.paper import BANK_TOO_SMALL, agreement_with, case_drawn, commitment_of, drawn, shares
from domain.providers.exams.practical_part import CASE_INCOMPLETE, CaseLevel, SubmitPracticalPart
from domain.providers.exams.state import EXAM_WRONG_STATUS, ExamStatus
from domain.providers.training import TRAINING_UNKNOWN, Training, training_stream
from standards import Difficulty, training_text
from tests.rules.cases import WORLD
from tests.rules.given import AT, Given, given
from tests.rules.qualified import DEFAULT, certified_only

TEXT = training_text("2023")
SEED = "5" * 64
SERVES = Membership(role="diagnostician", organisation="p1", since=date(2024, 1, 1))
READ = {
    training_stream("2023"): Training(texts={TEXT.digest: TEXT}, digest=TEXT.digest),
    person_stream("wang"): Person(memberships={"m1": SERVES}),
    organisation_stream("p1"): WORLD[organisation_stream("p1")],
}
OF: Any = {"training": "2023", "person": "wang"}
ENROL = EnrolForExam(**OF, nonce="0" * 32, commitment=commitment_of(SEED))
BEGIN, HAND_IN, TIME_OUT = (kind(**OF, seed=SEED) for kind in (BeginExam, HandInExam, TimeOutExam))
MINUTES = timedelta(minutes=DEFAULT.minutes)
TIMELESS = timedelta(0)


def wang(case: Given, command: Any, after: timedelta = TIMELESS) -> Given:
    return case.when(command, "diagnostician", "p1", by="wang", at=AT + after)


def enrolled() -> Given:
    return given(EXAMS).having_read(READ).when(ENROL, "provider", "p1", by="boss").accepted


def begun() -> Given:
    return wang(enrolled(), BEGIN).accepted


def answers(case: Given, right: int) -> SaveExamAnswers:
    """So many right answers, then wrong ones."""
    made = []
    for at, one in enumerate(case.state.current.paper):
        question = TEXT.by_id[one]
        other = tuple(sorted(set(question.options) - set(question.answer)))[:1]
        made.append(ExamAnswer(question=one, options=question.answer if at < right else other))
    return SaveExamAnswers(**OF, given=tuple(made))


def marked(right: int) -> Given:
    case = begun()
    return wang(wang(case, answers(case, right)).accepted, HAND_IN, timedelta(minutes=80)).accepted


def levels(case: Given, **others: str) -> SubmitPracticalPart:
    gold = TEXT.gold_case(case.state.current.case).levels | others
    return SubmitPracticalPart(**OF, levels=tuple(CaseLevel(indicator=i, level=level) for i, level in gold.items()))


def passed() -> Given:
    case = marked(45)
    return wang(case, levels(case), timedelta(hours=3)).accepted


def failed(case: Given, after: timedelta) -> Given:
    """One more try that is not passed."""
    for command in (BEGIN, HAND_IN):
        case = wang(case, command, after).accepted
    return case


def test_a_paper_is_drawn_by_a_seed_whose_hash_was_published_before() -> None:
    case = enrolled()
    assert case.state.current.commitment == sha256(SEED.encode()).hexdigest()
    assert case.state.current.paper == ()
    wang(case, BeginExam(**OF, seed="6" * 64)).refused(SEED_DIFFERS)
    [begun_fact] = wang(case, BEGIN).facts
    assert begun_fact.paper == drawn(TEXT, DEFAULT, SEED)
    assert (begun_fact.ends_at, begun_fact.training, begun_fact.rule) == (AT + MINUTES, TEXT.digest, None)
    assert SEED not in begun_fact.model_dump_json()


def test_a_paper_has_the_questions_of_each_difficulty_that_the_rule_says_and_leaves_no_module_out() -> None:
    assert shares(DEFAULT) == {Difficulty.BASIC: 20, Difficulty.APPLIED: 20, Difficulty.ADVANCED: 10}
    uneven = DEFAULT.model_copy(update={"questions": 33})
    assert sum(shares(uneven).values()) == 33
    papers = {drawn(TEXT, DEFAULT, f"{number:064x}") for number in range(20)}
    assert len(papers) == 20
    for paper in papers:
        questions = [TEXT.by_id[one] for one in paper]
        assert len(set(paper)) == 50
        assert {one: sum(q.difficulty is one for q in questions) for one in Difficulty} == shares(DEFAULT)
        assert {q.module for q in questions} == {module.id for module in TEXT.modules}
    assert {case_drawn(TEXT, f"{number:064x}") for number in range(40)} == {one.id for one in TEXT.gold_cases}


def test_a_bank_that_is_too_small_makes_no_paper() -> None:
    large = certified_only(questions=400)
    wang(enrolled().having_read(large), BEGIN).refused(BANK_TOO_SMALL, wanted=160)


@pytest.mark.parametrize("command", [BEGIN, HAND_IN])
@pytest.mark.parametrize(
    ("role", "organisation", "by"), [("diagnostician", "p1", "li"), ("provider", "p1", "boss"), ("reader", "experts", "r")]
)
def test_an_examination_is_sat_by_the_examinee_alone(command: Any, role: str, organisation: str, by: str) -> None:
    enrolled().when(command, role, organisation, by=by).refused(NOT_FOUND)
    case = begun()
    case.when(answers(case, 50), role, organisation, by=by).refused(NOT_FOUND)
    due = marked(45)
    due.when(levels(due), role, organisation, by=by).refused(NOT_FOUND)
    case.when(answers(case, 50), "city").refused(ROLE_NOT_ALLOWED)


def test_a_manager_enrols_its_own_people_and_the_city_everyone() -> None:
    empty = given(EXAMS).having_read(READ)
    empty.when(ENROL, "provider", "p2", by="rival").refused(NOT_FOUND)
    empty.when(ENROL, "diagnostician", "p1", by="wang").refused(ROLE_NOT_ALLOWED)
    assert given(EXAMS).having_read(READ).when(ENROL, "city").facts
    given(EXAMS).having_read(READ | {person_stream("wang"): Person(erased=True)}).when(ENROL, "city").refused(PERSON_ERASED)
    given(EXAMS).having_read(READ | {training_stream("2023"): None}).when(ENROL, "city").refused(TRAINING_UNKNOWN)
    enrolled().when(ENROL, "city").refused(EXAM_UNDER_WAY)


def test_after_its_time_no_answer_is_taken_and_what_was_saved_is_marked() -> None:
    case = wang(begun(), answers(begun(), 10), MINUTES - timedelta(microseconds=1)).accepted
    wang(case, answers(case, 50), MINUTES).refused(EXAM_TIME_OVER)
    late = wang(case, HAND_IN, MINUTES)
    assert late.facts == (
        ExamTimedOut(seed=SEED),
        ExamMarked(correct=10, points=Decimal("20.00"), passed=False, on=date(2024, 5, 6)),
    )


def test_a_paper_that_nobody_hands_in_is_closed_by_the_program_once_its_time_is_over_and_not_before() -> None:
    case = begun()
    case.when(TIME_OUT, "system", at=AT + MINUTES - timedelta(seconds=1)).refused(EXAM_TIME_LEFT)
    case.when(TIME_OUT, "city", at=AT + MINUTES).refused(ROLE_NOT_ALLOWED)
    case.when(TimeOutExam(**OF, seed="6" * 64), "system", at=AT + MINUTES).refused(SEED_DIFFERS)
    closed = case.when(TIME_OUT, "system", at=AT + MINUTES).happened("exam.timed_out.v1", "exam.marked.v1")
    assert closed.state.tries[-1].status is ExamStatus.FAILED
    closed.when(TIME_OUT, "system", at=AT + MINUTES).refused(EXAM_WRONG_STATUS)


@pytest.mark.parametrize(("right", "points", "is_passed"), [(40, "80.00", True), (39, "78.00", False), (0, "0.00", False)])
def test_a_paper_is_marked_when_it_is_handed_in_by_the_pass_mark_of_the_rule(right: int, points: str, is_passed: bool) -> None:  # noqa: FBT001 - a case
    case = begun()
    wang(case, answers(case, right)).accepted  # noqa: B018 - refuses to be read where it was refused
    fact = ExamMarked(correct=right, points=Decimal(points), passed=is_passed, on=date(2024, 5, 6))
    wang(case, HAND_IN).then(ExamHandedIn(seed=SEED), fact)
    assert case.state.tries[-1].status is (ExamStatus.PRACTICAL_DUE if is_passed else ExamStatus.FAILED)


def test_a_question_is_right_with_all_right_options_and_no_other() -> None:
    case = begun()
    several = next(one for one in case.state.current.paper if len(TEXT.by_id[one].answer) > 1)
    question = TEXT.by_id[several]
    all_of_them = int(len(question.options) == len(question.answer))
    for options, right in ((question.answer[:1], 0), (tuple(question.options), all_of_them), (question.answer[::-1], 1)):
        again = begun()
        wang(again, SaveExamAnswers(**OF, given=(ExamAnswer(question=several, options=options),))).accepted  # noqa: B018 - as above
        assert wang(again, HAND_IN).facts[1].correct == right  # type: ignore[union-attr]


def test_an_answer_is_to_a_question_of_the_paper_by_an_option_that_it_has() -> None:
    case = begun()
    off = next(one.id for one in TEXT.questions if one.id not in case.state.current.paper)
    first = case.state.current.paper[0]
    for question, option in ((off, "A"), (first, "F"), ("NONE", "A")):
        one = SaveExamAnswers(**OF, given=(ExamAnswer(question=question, options=(option,)),))
        wang(case, one).refused(QUESTION_NOT_ON_PAPER, path="given.0.question")
    once = SaveExamAnswers(**OF, given=(ExamAnswer(question=first, options=("A",)),))
    wang(case, SaveExamAnswers(**OF, given=once.given * 2)).refused(LISTED_TWICE, path="given.1")
    wang(case, once).happened("exam.answers_saved.v1")
    wang(case, once).then()


def test_each_step_has_its_time() -> None:
    wang(enrolled(), HAND_IN).refused(EXAM_WRONG_STATUS)
    wang(begun(), BEGIN).refused(EXAM_WRONG_STATUS)
    running = begun()
    wang(running, levels(running)).refused(EXAM_WRONG_STATUS)
    due = marked(45)
    wang(due, HAND_IN).refused(EXAM_WRONG_STATUS)
    over = passed()
    for command in (BEGIN, HAND_IN, levels(marked(45))):
        wang(over, command).refused(EXAM_WRONG_STATUS, now="已通过")
    wang(given(EXAMS).having_read(READ), BEGIN).refused(NOT_FOUND)


def test_the_practical_part_is_passed_by_agreement_with_the_gold_case() -> None:
    case = marked(45)
    gold = TEXT.gold_case(case.state.current.case)
    assert agreement_with(gold, gold.levels) == Decimal("1.0000")
    wang(case, levels(case, Z01="3", F08="1")).refused(CASE_INCOMPLETE, indicators="F08")
    twice = SubmitPracticalPart(**OF, levels=(*levels(case).levels, levels(case).levels[0]))
    wang(case, twice).refused(LISTED_TWICE, path=f"levels.{len(gold.levels)}", first=1)
    upside_down = {one: "5" if level in ("0", "1") else "0" for one, level in gold.levels.items()}
    wang(case, levels(case, **upside_down)).happened("exam.practical_marked.v1")
    assert (case.state.tries[-1].status, case.state.tries[-1].agreement < Decimal("0.70")) == (ExamStatus.FAILED, True)
    assert passed().state.tries[-1].status is ExamStatus.PASSED


def test_who_gives_one_level_throughout_agrees_in_nothing() -> None:
    gold = TEXT.gold_case("CASE01")
    assert agreement_with(gold, dict.fromkeys(gold.levels, "2")) == Decimal("0.0000")


def test_after_two_more_tries_there_is_a_wait() -> None:
    day = timedelta(days=1)
    case = failed(enrolled(), TIMELESS)
    for number in (1, 2):
        case = failed(case.when(ENROL, "city", at=AT + number * day).accepted, number * day)
    case.when(ENROL, "city", at=AT + 31 * day).refused(EXAM_TOO_SOON, failed=3, earliest=date(2024, 6, 7))
    case = case.when(ENROL, "city", at=AT + 32 * day).accepted
    assert not isinstance(failed(case, 32 * day).when(ENROL, "city", at=AT + 33 * day).outcome, Refused)


def test_a_passed_examination_ends_the_row_of_those_not_passed() -> None:
    assert passed().state.failed_in_a_row == ()
    assert passed().when(ENROL, "city", at=AT + timedelta(days=1)).facts
