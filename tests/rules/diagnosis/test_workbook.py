"""Workbook of a case (plan P3, P5): taken in whole or not at all; what was answered since is kept unless it is named."""

from decimal import Decimal
from typing import Any

from domain.diagnosis.self_assessment import AnswersSaved, PledgeTruth
from domain.diagnosis.state import WRONG_STATUS
from domain.diagnosis.workbook import (
    WORKBOOK_ANSWER_NEWER,
    WORKBOOK_ANSWER_REFUSED,
    WORKBOOK_CELL_UNREADABLE,
    WORKBOOK_EDITION_DIFFERS,
    WORKBOOK_OF_ANOTHER_CASE,
    CellFault,
    TakeInWorkbook,
    UnreadCell,
    WorkbookAnswer,
    WorkbookTakenIn,
)
from standards import Answer
from tests.rules.cases import by_section, firm, opened, save, submitted, uniform
from tests.rules.firms import EDITION

SECTIONS = by_section(uniform(3))
SECTION = min(SECTIONS)
FIRST, *OTHERS = sorted(SECTIONS[SECTION])


def workbook(answers: dict[str, Answer] | None = None, **changes: Any) -> TakeInWorkbook:
    given = {
        name: WorkbookAnswer(answer=answer, sheet=EDITION.by_id[name].dimension, cells={"level": "D5", "reason": "D6"})
        for name, answer in (uniform(3) if answers is None else answers).items()
    }
    stated: dict[str, Any] = {"of_case": "d1", "edition_digest": EDITION.digest, "of_version": 1}
    return TakeInWorkbook(diagnosis="d1", sha256="a" * 64, answers=given, **stated | changes)


def test_a_workbook_fills_every_section_in_one_go_and_the_record_says_so() -> None:
    *saved, taken = firm(opened(), workbook()).accepted.facts
    assert [one.section for one in saved if isinstance(one, AnswersSaved)] == sorted(SECTIONS)
    assert taken == WorkbookTakenIn(
        sha256="a" * 64, of_version=1, indicators=tuple(sorted(uniform(3))), overwritten=()
    )


def test_the_same_workbook_twice_changes_nothing() -> None:
    case = firm(opened(), workbook()).accepted
    assert firm(case, workbook()).facts == ()
    assert firm(opened(), workbook({})).facts == ()


def test_an_answer_given_since_stays_unless_it_is_named() -> None:
    case = firm(opened(), save(SECTION, {FIRST: uniform(4)[FIRST]})).accepted
    firm(case, workbook()).refused(WORKBOOK_ANSWER_NEWER, indicator=FIRST)
    firm(case, workbook(overwrite=tuple(OTHERS))).refused(WORKBOOK_ANSWER_NEWER)
    taken = firm(case, workbook(overwrite=(FIRST,))).accepted.facts[-1]
    assert isinstance(taken, WorkbookTakenIn)
    assert taken.overwritten == (FIRST,)


def test_an_answer_that_the_workbook_was_taken_with_is_replaced_by_what_was_filled_in() -> None:
    case = firm(opened(), save(SECTION, {FIRST: uniform(4)[FIRST]})).accepted
    saved = firm(case, workbook({FIRST: uniform(3)[FIRST]}, of_version=2)).accepted.facts[0]
    assert isinstance(saved, AnswersSaved)
    assert saved.answers[FIRST].replaces == 2


def test_one_wrong_cell_and_nothing_is_taken() -> None:
    wrong = uniform(3) | {FIRST: Answer(level=Decimal(9))}
    firm(opened(), workbook(wrong)).refused(WORKBOOK_ANSWER_REFUSED, sheet=SECTION, cell="D5")
    unread = (UnreadCell(sheet=SECTION, cell="D7", fault=CellFault.NO_NUMBER),)
    firm(opened(), workbook(unread=unread)).refused(WORKBOOK_CELL_UNREADABLE, sheet=SECTION, cell="D7")


def test_a_department_fills_its_own_sections_alone() -> None:
    mine = workbook(SECTIONS[SECTION])
    allowed = frozenset({SECTION})
    assert opened().when(mine, "department_filler", "e1", sections=allowed).facts
    other = opened().when(workbook(), "department_filler", "e1", sections=allowed)
    assert {code for code, _ in other.told} == {WORKBOOK_ANSWER_REFUSED.code}


def test_a_workbook_is_of_this_case_and_its_edition() -> None:
    firm(opened(), workbook(of_case="d2")).refused(WORKBOOK_OF_ANOTHER_CASE)
    firm(opened(), workbook(edition_digest="b" * 64)).refused(WORKBOOK_EDITION_DIFFERS)
    firm(submitted(), workbook()).refused(WRONG_STATUS)


def test_the_pledge_is_given_anew_over_what_a_workbook_changed() -> None:
    case = firm(firm(opened(), workbook()).accepted, PledgeTruth(diagnosis="d1")).accepted
    changed = firm(case, workbook(uniform(4), of_version=99)).accepted
    assert firm(changed, PledgeTruth(diagnosis="d1")).facts
