"""Self-assessment 自评 (plan P1, P3): saved by section by several people, pledged to be true, then handed in."""

from decimal import Decimal

import pytest

from domain.diagnosis.answers import ANSWER_RULES, DIMENSION_NOT_APPLICABLE, INDICATOR_NOT_IN_SECTION, INDICATOR_UNKNOWN
from domain.diagnosis.case import evolve
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.sections import SECTION_NOT_YOURS, SECTION_UNKNOWN
from domain.diagnosis.self_assessment import (
    ANSWER_CHANGED_MEANWHILE,
    ANSWERS_MISSING,
    PLEDGE_MISSING,
    AnswerRecorded,
    AnswersSaved,
    PledgeTruth,
    SelfAssessmentSubmitted,
    SubmitSelfAssessment,
    TruthPledged,
)
from domain.kernel import Refused, Rule
from domain.standard.editions import PublishedEdition, edition_stream
from standards import Answer, Form
from tests.rules.cases import (
    EVIDENCE,
    accepted,
    filled,
    firm,
    opened,
    provider,
    save,
    submitted,
    uniform,
    verified,
    verify,
)
from tests.rules.firms import EDITION

ABSENT = Answer(not_applicable=True, reason="无此业务")


def test_only_changed_answers_are_kept_with_their_author_and_the_version_they_replace() -> None:
    three, four = Answer(level=Decimal(3)), Answer(level=Decimal(4))
    case = firm(opened(), save("D1", {"Z01": three, "Z04": three}))
    case.then(
        AnswersSaved(
            section="D1",
            answers={
                "Z01": AnswerRecorded(answer=three, author="li", replaces=0),
                "Z04": AnswerRecorded(answer=three, author="li", replaces=0),
            },
        )
    )
    firm(case, save("D1", {"Z01": four, "Z04": three}, replaces=2)).then(
        AnswersSaved(section="D1", answers={"Z01": AnswerRecorded(answer=four, author="li", replaces=2)})
    )
    firm(case, save("D1", {"Z01": four, "Z04": three})).then()


def test_a_department_fills_its_own_sections_only() -> None:
    three, own = {"Z01": Answer(level=Decimal(3))}, frozenset({"D1"})
    by_department = {"role": "department_filler", "organisation": "e1"}
    opened().when(save("D1", three), **by_department, sections=own).happened("diagnosis.answers_saved.v1")
    case = opened()
    case.when(save("D1", three), **by_department, sections=frozenset({"D2"})).refused(
        SECTION_NOT_YOURS, section="D1"
    )
    case.when(save("D1", three), **by_department, sections=frozenset()).refused(SECTION_NOT_YOURS)
    case.when(EVIDENCE, **by_department, sections=frozenset({"D2"})).refused(SECTION_NOT_YOURS)
    opened().when(EVIDENCE, **by_department, sections=own).happened("diagnosis.evidence_attached.v1")


def test_two_people_conflict_on_an_answer_and_not_on_the_form() -> None:
    three, four = Answer(level=Decimal(3)), Answer(level=Decimal(4))
    case = firm(opened(), save("D1", {"Z01": three})).accepted
    firm(case, save("D1", {"Z04": three})).happened("diagnosis.answers_saved.v1")
    firm(case, save("D1", {"Z01": four})).refused(ANSWER_CHANGED_MEANWHILE, indicator="Z01")
    firm(case, save("D1", {"Z01": four}, replaces=2)).happened("diagnosis.answers_saved.v1")


@pytest.mark.parametrize(
    ("section", "indicator", "rule"),
    [
        ("D9", "Z01", SECTION_UNKNOWN),
        ("D1", "Q99", INDICATOR_UNKNOWN),
        ("D2", "Z01", INDICATOR_NOT_IN_SECTION),
        ("D1", "Z02", ANSWER_RULES["INDICATOR_NOT_IN_FORM"]),
    ],
)
def test_an_answer_names_an_indicator_of_its_section_and_form(section: str, indicator: str, rule: Rule) -> None:
    answers = {indicator: Answer(level=Decimal(3))}
    firm(opened(), save(section, answers)).refused(rule)
    provider(accepted(), verify(section, answers)).refused(rule)


MALFORMED = [
    ("Z01", Answer(level=Decimal("3.2")), "ANSWER_OFF_SCALE"),
    ("Z01", Answer(numbers={"devices_total": Decimal(1)}), "ANSWER_KIND_WRONG"),
    ("X03", Answer(numbers={"devices_digital": Decimal(5)}), "RAW_NUMBER_MISSING"),
    ("X03", Answer(numbers={"devices_digital": Decimal(5), "devices_total": Decimal(0)}), "RAW_NUMBER_INVALID"),
    ("G06", Answer(choices=("robots",)), "CHOICE_UNKNOWN"),
    ("Z01", Answer(not_applicable=True), "REASON_MISSING"),
]


@pytest.mark.parametrize(("indicator", "answer", "code"), MALFORMED)
def test_a_malformed_answer_is_refused_by_its_own_rule(indicator: str, answer: Answer, code: str) -> None:
    section = EDITION.by_id[indicator].dimension
    firm(opened(), save(section, {indicator: answer})).refused(ANSWER_RULES[code], indicator=indicator)
    provider(accepted(), verify(section, {indicator: answer}, "现场所见")).refused(ANSWER_RULES[code], indicator=indicator)


def test_a_missing_raw_number_is_named_in_both_languages() -> None:
    answers = {"X03": Answer(numbers={"devices_digital": Decimal(5)})}
    refused = firm(opened(), save(EDITION.by_id["X03"].dimension, answers)).outcome
    label = EDITION.by_id["X03"].numbers[1].label
    assert label in refused.says  # type: ignore[union-attr]
    assert "devices_total" in refused.says_in_english  # type: ignore[union-attr]


def test_nothing_is_submitted_while_an_indicator_is_unanswered() -> None:
    answers = uniform(3)
    del answers["Z01"], answers["F08"]
    case = firm(filled(answers), PledgeTruth(diagnosis="d1"))
    firm(case, SubmitSelfAssessment(diagnosis="d1")).refused(ANSWERS_MISSING, count=2, indicators=["Z01", "F08"])


def test_nothing_is_submitted_without_a_pledge_and_a_changed_answer_asks_for_a_new_one() -> None:
    submit, pledge = SubmitSelfAssessment(diagnosis="d1"), PledgeTruth(diagnosis="d1")
    firm(filled(), submit).refused(PLEDGE_MISSING)
    case = firm(filled(), pledge).then(TruthPledged())
    firm(case, pledge).then()
    firm(case, save("D1", {"Z01": Answer(level=Decimal(2))}, replaces=2)).accepted  # noqa: B018 - a property that asserts
    firm(case, submit).refused(PLEDGE_MISSING)


def test_a_submitted_self_assessment_carries_its_own_measurement() -> None:
    fact, _stage = submitted().facts
    assert isinstance(fact, SelfAssessmentSubmitted)
    assert fact.measured == EDITION.measure(Form.BRIEF, uniform(3))


def test_a_dimension_that_does_not_apply_at_all_cannot_be_scored() -> None:
    nothing = {item.id: ABSENT for item in EDITION.of(Form.BRIEF) if item.dimension == "D1"}
    case = firm(filled(uniform(3) | nothing), PledgeTruth(diagnosis="d1"))
    firm(case, SubmitSelfAssessment(diagnosis="d1")).refused(DIMENSION_NOT_APPLICABLE, dimensions="D1")
    provider(verified(uniform(3) | nothing), ScoreDiagnosis(diagnosis="d1")).refused(DIMENSION_NOT_APPLICABLE)




@pytest.mark.parametrize("found", [None, PublishedEdition(edition=EDITION, digest="0" * 64)])
def test_answers_are_never_judged_under_another_edition_than_the_one_pinned(found: PublishedEdition | None) -> None:
    """The journal cannot hold such a state; if it ever did, a wrong grade would be worse than a fault."""
    case = opened().having_read({edition_stream("2023"): found})
    with pytest.raises(AssertionError, match="pinned edition 2023"):
        firm(case, save("D1", {"Z01": Answer(level=Decimal(3))}))


OUTCOME = next(item for item in EDITION.of(Form.BRIEF) if item.kind == "outcome")


def outcome(level: int, before: int | None = None, after: int | None = None) -> Answer:
    numbers = {"before": Decimal(before), "after": Decimal(after)} if before is not None and after is not None else None
    return Answer(level=Decimal(level), numbers=numbers)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (outcome(4), "OUTCOME_UNSHOWN"),
        (outcome(2), "OUTCOME_UNSHOWN"),
        (outcome(4, 10, 10), "OUTCOME_NOT_BETTER"),
        (outcome(4, 12, 10) if OUTCOME.better == "higher" else outcome(4, 10, 12), "OUTCOME_NOT_BETTER"),
    ],
)
def test_an_outcome_whose_level_no_numbers_show_is_refused_and_never_counted_less_in_silence(answer: Answer, code: str) -> None:
    rule = ANSWER_RULES[code]
    firm(opened(), save(OUTCOME.dimension, {OUTCOME.id: answer})).refused(rule, indicator=OUTCOME.id, at_most=Decimal(1))
    found = verify(OUTCOME.dimension, {OUTCOME.id: answer}, "现场所见")
    provider(accepted(), found).refused(rule, indicator=OUTCOME.id)
    for shown in (outcome(1), outcome(0)):
        assert firm(opened(), save(OUTCOME.dimension, {OUTCOME.id: shown})).accepted


def test_an_outcome_kept_before_it_was_refused_stays_as_it_was_scored() -> None:
    """Rules are not run again over what is stored: the answer stands, and level 1 counts."""
    answer = outcome(4)
    case = opened()
    kept = {OUTCOME.id: AnswerRecorded(answer=answer, author="li", replaces=0)}
    case.state = evolve(case.state, AnswersSaved(section=OUTCOME.dimension, answers=kept))
    assert firm(case, save(OUTCOME.dimension, {OUTCOME.id: answer}, replaces=2)).facts == ()
    assert EDITION.measure(Form.BRIEF, uniform(3) | {OUTCOME.id: answer}).total < EDITION.measure(Form.BRIEF, uniform(3)).total


def test_all_wrong_answers_are_told_at_once_each_with_its_place_and_what_is_allowed() -> None:
    ratio = next(item for item in EDITION.of(Form.BRIEF) if item.kind == "ratio")
    mine = [item for item in EDITION.of(Form.BRIEF) if item.dimension == ratio.dimension and item.kind == "choice"]
    part, whole = (number.name for number in ratio.numbers)
    wrong = {
        ratio.id: Answer(numbers={part: Decimal(11), whole: Decimal(10)}),
        mine[0].id: Answer(level=Decimal("4.25")),
        mine[1].id: Answer(not_applicable=True),
    }
    case = firm(opened(), save(ratio.dimension, wrong))
    assert isinstance(case.outcome, Refused)
    told = [case.outcome, *case.outcome.further]
    assert {(one.rule.code, one.facts["path"]) for one in told} == {
        ("RAW_NUMBER_INVALID", f"answers.{ratio.id}.answer.numbers.{part}"),
        ("ANSWER_OFF_SCALE", f"answers.{mine[0].id}.answer.level"),
        ("REASON_MISSING", f"answers.{mine[1].id}.answer.reason"),
    }
    bounds = {one.rule.code: one.facts for one in told}
    assert bounds["RAW_NUMBER_INVALID"]["at_most"] == Decimal(10)
    assert "4.5" in str(bounds["ANSWER_OFF_SCALE"]["allowed"])
    assert case.state is not None
    assert case.state.answers == {}
    found = provider(accepted(), verify(ratio.dimension, wrong | {mine[1].id: Answer(level=Decimal(5))}))
    assert isinstance(found.outcome, Refused)
    told = [found.outcome, *found.outcome.further]
    unexplained = ("DIFFERENCE_UNEXPLAINED", f"answers.{mine[1].id}.reason")
    assert unexplained in {(one.rule.code, one.facts["path"]) for one in told}
    assert len(told) == 3
