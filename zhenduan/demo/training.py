"""Training of the demo city 示例培训: a text, a session, examinations passed and failed, a quarter calibrated. plan T1."""

from collections.abc import Iterator, Sequence
from datetime import date

from domain.access import Role
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.exam import ExamRule
from domain.kernel import Command
from domain.providers.calibration import CloseCalibration, GiveCaseLevels, SetCalibrationCases
from domain.providers.exams.enrolment import EnrolForExam
from domain.providers.exams.exam import BeginExam, ExamAnswer, HandInExam, SaveExamAnswers
from domain.providers.exams.paper import STEPS, case_drawn, commitment_of, drawn
from domain.providers.exams.practical_part import CaseLevel, SubmitPracticalPart
from domain.providers.training import PlanTrainingSession, PublishTraining, RecordAttendance
from journal import Caller
from standards import GoldCase, training_text
from zhenduan.demo.people import People, draw_id

EDITION = "2023"
PUBLISHED, HELD, EXAMINED = date(2023, 8, 21), date(2023, 8, 24), date(2023, 8, 25)
QUARTER, CASES_SET, CASES_GIVEN, CASES_CLOSE, CASES_CLOSED = (
    "2025Q1", date(2025, 1, 13), date(2025, 2, 10), date(2025, 2, 21), date(2025, 2, 24)
)  # fmt: skip
SITTING = ((Role.DIAGNOSTICIAN, 46, 0), (Role.REVIEWER, 35, 0))
"""Position of the shown provider -> right answers of its person's paper, steps off the gold case: one passes, one does not."""

Timed = tuple[date, Caller, Command]


def training(people: People, holders: Sequence[Caller]) -> Iterator[Timed]:
    """What is taught and examined 培训经过; each act with its day.

    Args:
        people: of the demo, all met before.
        holders: who holds certificates, and so is calibrated.
    """
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    session = draw_id(people.chance)
    modules = tuple(module.id for module in training_text(EDITION).modules)
    yield PUBLISHED, city, PublishTraining(text=training_text(EDITION))
    planned = PlanTrainingSession(training=EDITION, session=session, title="首期诊断师培训班（示例）", on=HELD, modules=modules)
    yield PUBLISHED, city, planned
    attended = RecordAttendance(training=EDITION, session=session, people=tuple(who.actor for who in holders))
    yield HELD, city, attended
    for role, right, off in SITTING:
        yield from _sat(people, people.callers[role, people.data.owner_firm.provider], right, off)
    yield from _calibrated(people, city, holders)


def _sat(people: People, who: Caller, right: int, off: int) -> Iterator[Timed]:
    """One person's examination; the manager enrols."""
    text, rule = training_text(EDITION), rule_in_force(None, ExamRule, EXAMINED)
    nonce, seed = f"{people.chance.getrandbits(128):032x}", f"{people.chance.getrandbits(256):064x}"
    manager = people.callers[Role.PROVIDER, who.organisation]
    of = {"training": EDITION, "person": who.actor}
    yield EXAMINED, manager, EnrolForExam(**of, nonce=nonce, commitment=commitment_of(seed))
    yield EXAMINED, who, BeginExam(**of, seed=seed)
    answers = []
    for number, one in enumerate(drawn(text, rule, seed)):
        question = text.by_id[one]
        wrong = tuple(sorted(set(question.options) - set(question.answer)))[:1]
        answers.append(ExamAnswer(question=one, options=question.answer if number < right else wrong))
    yield EXAMINED, who, SaveExamAnswers(**of, given=tuple(answers))
    yield EXAMINED, who, HandInExam(**of, seed=seed)
    if 100 * right >= rule.pass_mark * rule.questions:
        levels = _levels(text.gold_case(case_drawn(text, seed)), off)
        yield EXAMINED, who, SubmitPracticalPart(**of, levels=levels)


def _calibrated(people: People, city: Caller, holders: Sequence[Caller]) -> Iterator[Timed]:
    """One quarter's cases, given by everyone who holds a certificate, each a little lenient or strict."""
    cases = training_text(EDITION).gold_cases
    chosen = tuple(case.id for case in cases)
    yield CASES_SET, city, SetCalibrationCases(quarter=QUARTER, training=EDITION, cases=chosen, closes=CASES_CLOSE)
    for who in holders:
        leaning = people.chance.choice((-1, 0, 0, 1))
        for case in cases:
            off = leaning + people.chance.choice((-1, 0, 0, 0, 1))
            yield CASES_GIVEN, who, GiveCaseLevels(quarter=QUARTER, person=who.actor, case=case.id, levels=_levels(case, off))
    yield CASES_CLOSED, city, CloseCalibration(quarter=QUARTER)


def _levels(case: GoldCase, off: int) -> tuple[CaseLevel, ...]:
    """The gold levels, every third so many steps off."""
    found = []
    for number, (indicator, level) in enumerate(sorted(case.levels.items())):
        moved = STEPS.index(level) + (off if number % 3 == 0 else 0)
        found.append(CaseLevel(indicator=indicator, level=STEPS[min(max(moved, 0), len(STEPS) - 1)]))
    return tuple(found)
