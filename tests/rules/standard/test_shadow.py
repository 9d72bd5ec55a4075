"""Shadow re-scoring (plan S4, S5): what another edition does to a finished diagnosis, and what nobody may guess."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standards import Answer, Edition, Form, NothingToScore, Process, load, published_editions
from standards.edition.text import Option, RawNumber
from standards.scoring.scorecard import Judge, Scale, hundredths
from standards.shadow.rescore import (
    Finished,
    Moved,
    Rescored,
    RescoringObstacle,
    RescoringObstacleKind,
    Shadow,
    obstacle_said,
)
from standards.shadow.tally import ShadowTally, Subject
from tests.rules.firms import EDITION, answer_at, firms, uniform

PROCESSES = st.builds(Process, site_visit=st.booleans(), expert_review=st.booleans())
EVERYTHING_DONE = Process(site_visit=True, expert_review=True)
KEYS = published_editions()


def finished(answers: Mapping[str, Answer], process: Process = EVERYTHING_DONE, edition: Edition = EDITION) -> Finished:
    measured = edition.measure(Form.FULL, answers)
    return Finished(Form.FULL, answers, process, edition.issue(measured, process).grade)


def changed(indicator: str, edition: Edition = EDITION, **fields: Any) -> Edition:
    """The edition with one indicator otherwise."""
    items = [item.model_dump() | (fields if item.id == indicator else {}) for item in edition.indicators]
    return edition.model_copy(update={"indicators": items})


def with_dimension_weights(**weights: int) -> Edition:
    dimensions = [
        dimension.model_copy(update={"weight": Decimal(weights.get(dimension.id, int(dimension.weight)))})
        for dimension in EDITION.dimensions
    ]
    return EDITION.model_copy(update={"dimensions": dimensions})


def moved(edition: Edition, firm: Finished) -> Moved:
    found = Shadow(EDITION, edition).rescore(firm)
    assert isinstance(found, Rescored)
    assert found.moved is not None
    return found.moved


def obstacles(edition: Edition, answers: Mapping[str, Answer]) -> tuple[RescoringObstacle, ...]:
    found = Shadow(EDITION, edition).rescore(finished(answers))
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=15)
@given(data=st.data(), process=PROCESSES, form=st.sampled_from(Form))
def test_a_scorecard_says_what_the_scoring_says(key: str, data: st.DataObject, process: Process, form: Form) -> None:
    edition = load(key)
    firm = data.draw(firms(form, edition=edition))
    card, measured = Scale(edition, form).card(firm), edition.measure(form, firm)
    assert Decimal(hundredths(card.total)).scaleb(-2) == measured.total
    scores = [Decimal(hundredths(score)).scaleb(-2) for score in card.scores]
    assert scores == [dimension.score for dimension in measured.dimensions]
    assert Judge(edition).grade(card, process) == edition.issue(measured, process).grade


def test_a_scorecard_refuses_what_the_scoring_refuses() -> None:
    absent = {i.id: Answer(not_applicable=True, reason="无") for i in EDITION.indicators if i.dimension == "D1"}
    with pytest.raises(NothingToScore):
        Scale(EDITION, Form.FULL).card(uniform(3) | absent)


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=15)
@given(data=st.data(), process=PROCESSES)
def test_the_same_edition_changes_nothing(key: str, data: st.DataObject, process: Process) -> None:
    edition = load(key)
    firm = finished(data.draw(firms(edition=edition)), process, edition)
    found = Shadow(edition, load(key)).rescore(firm)
    assert isinstance(found, Rescored)
    assert (found.grade, found.moved) == (firm.grade, None)
    assert Shadow(edition, edition).reworded(Form.FULL) == frozenset()


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=15)
@given(data=st.data(), process=PROCESSES, level=st.integers(1, 5))
def test_a_better_answer_never_lowers_the_grade_in_any_edition(
    key: str, data: st.DataObject, process: Process, level: int
) -> None:
    edition = load(key)
    firm = data.draw(firms(edition=edition))
    item = data.draw(st.sampled_from([i for i in edition.indicators if not firm[i.id].not_applicable]))
    scale, judge = Scale(edition, Form.FULL), Judge(edition)
    worse, better = (
        judge.grade(scale.card({**firm, item.id: answer_at(item, at)}), process) for at in (level, max(level, 5))
    )
    assert worse <= better


def test_a_firm_moves_because_weights_moved_its_total_across_a_band() -> None:
    strong = {item.id: answer_at(item, 3) for item in EDITION.indicators if item.dimension == "D1"}
    firm = finished(uniform(2) | strong)
    found = moved(with_dimension_weights(D1=35, D2=5), firm)
    assert (found.before, found.after) == (3, 4)
    assert [reason.kind for reason in found.reasons] == ["weights"]
    assert found.sentence_in_english == f"Grade 3 → grade 4: Weights changed, most of all that of {found.reasons[0].subject}"
    assert f"{found.total_before} → {found.total_after}" in found.sentence


def test_a_firm_moves_because_the_bands_moved_and_its_total_did_not() -> None:
    firm = finished(uniform(3))
    bands = [*EDITION.bands[:4], Decimal(66), *EDITION.bands[5:]]
    found = moved(EDITION.model_copy(update={"bands": bands}), firm)
    assert (found.before, found.after, found.total_before) == (5, 4, found.total_after)
    assert "bands" in {reason.kind for reason in found.reasons}


def test_a_firm_moves_because_bounds_of_an_indicator_moved_its_level() -> None:
    bounds = EDITION.by_id["X03"].upper_bounds
    at_the_bound = finished(uniform(3) | {"X03": answer_at(EDITION.by_id["X03"], 3)})
    lower = changed("X03", upper_bounds=[Decimal(1), Decimal(2), Decimal(3), bounds[3]])
    found = Shadow(EDITION, lower).rescore(at_the_bound)
    assert isinstance(found, Rescored)
    assert found.card.levels["X03"] == 4


def test_a_firm_moves_because_a_gate_bites() -> None:
    firm = finished(uniform(3))
    floors = [gate.model_copy(update={"at_least": Decimal(4)}) for gate in EDITION.gates.security]
    found = moved(EDITION.model_copy(update={"gates": EDITION.gates.model_copy(update={"security": floors})}), firm)
    assert (found.before, found.after) == (5, 2)
    assert [reason.kind for reason in found.reasons] == ["gate", "gate"]
    assert {reason.subject for reason in found.reasons} == {"GATE_SECURITY_GRADING"}
    said = "A gate of the answers (GATE_SECURITY_GRADING) holds the grade back"
    assert {reason.sentence_in_english for reason in found.reasons} == {f"{said} now"}
    back = Shadow(EDITION.model_copy(update={"gates": EDITION.gates.model_copy(update={"security": floors})}), EDITION)
    lifted = back.rescore(Finished(Form.FULL, uniform(3), EVERYTHING_DONE, found.after))
    assert isinstance(lifted, Rescored)
    assert lifted.moved is not None
    assert {reason.sentence_in_english for reason in lifted.moved.reasons} == {f"{said} no longer"}


def test_a_firm_moves_because_a_gate_of_the_process_bites() -> None:
    firm = finished(uniform(3), Process(site_visit=True, expert_review=False))
    review = EDITION.gates.expert_review.model_copy(update={"from_level": 3})
    found = moved(EDITION.model_copy(update={"gates": EDITION.gates.model_copy(update={"expert_review": review})}), firm)
    assert (found.before, found.after) == (5, 4)
    assert [(reason.kind, reason.subject) for reason in found.reasons] == [("process", "GATE_EXPERT_REVIEW")]


@st.composite
def drafts(draw: st.DrawFn) -> Edition:
    """The plain edition with other weights, bands, bounds of an indicator, points and gates."""
    gates = EDITION.gates
    given_weight = draw(st.integers(1, 14))
    edition = with_dimension_weights(D1=15 - given_weight, D4=15 + given_weight)
    return changed(
        "X03",
        edition.model_copy(
            update={
                "bands": [bound - draw(st.integers(-2, 2)) for bound in EDITION.bands],
                "points": EDITION.points | {Decimal(3): Decimal(draw(st.integers(60, 70)))},
                "gates": gates.model_copy(
                    update={
                        "breadth": gates.breadth.model_copy(update={"at_least": draw(st.integers(1, 5))}),
                        "site_visit": gates.site_visit.model_copy(update={"from_level": draw(st.integers(2, 5))}),
                    }
                ),
            }
        ),
        upper_bounds=[Decimal(bound) for bound in draw(st.sampled_from([(1, 2, 3, 4), (10, 20, 40, 60), (50, 60, 70, 90)]))],
    )


@settings(max_examples=60)
@given(firms(), PROCESSES, drafts(), st.integers(1, 5))
def test_whoever_moves_is_told_why(firm: dict[str, Answer], process: Process, draft: Edition, level: int) -> None:
    near = {i: a if a.not_applicable else answer_at(EDITION.by_id[i], level) for i, a in firm.items()}
    for answers in (firm, near):
        found = Shadow(EDITION, draft).rescore(finished(answers, process))
        assert isinstance(found, Rescored)
        if found.moved is not None:
            assert found.moved.reasons
            assert not re.search(r"[\u4e00-\u9fff]", found.moved.sentence_in_english)
            assert found.moved.after == found.grade


def test_what_is_newly_asked_is_counted_and_not_guessed() -> None:
    automotive = load("2023-automotive")
    new = {item.id for item in automotive.indicators} - {item.id for item in EDITION.indicators}
    assert {(o.kind, o.subject) for o in obstacles(automotive, uniform(3))} == {("newly_asked", i) for i in new}


def test_an_indicator_that_enters_the_brief_form_is_newly_asked_of_a_brief_diagnosis() -> None:
    outside = next(item.id for item in EDITION.indicators if not item.in_brief)
    answers = uniform(3, Form.BRIEF)
    grade = EDITION.issue(EDITION.measure(Form.BRIEF, answers), EVERYTHING_DONE).grade
    found = Shadow(EDITION, changed(outside, in_brief=True)).rescore(
        Finished(Form.BRIEF, answers, EVERYTHING_DONE, grade)
    )
    assert found == (RescoringObstacle(kind="newly_asked", subject=outside),)


def test_what_is_asked_no_longer_is_left_out() -> None:
    smaller = [item.id for item in EDITION.indicators if item.dimension != "D1" or item.id == "Z01"]
    items = [EDITION.by_id[identity] for identity in smaller]
    items = [i.model_copy(update={"weight_in_dimension": Decimal(100)} if i.id == "Z01" else {}) for i in items]
    edition = EDITION.model_copy(update={"indicators": [item.model_dump() for item in items]})
    found = Shadow(EDITION, edition).rescore(finished(uniform(3)))
    assert isinstance(found, Rescored)
    assert set(found.card.levels) == set(smaller)


def test_an_answer_of_another_kind_does_not_read() -> None:
    choice = next(item for item in EDITION.indicators if item.kind == "choice")
    numbers = [RawNumber(name="before", label="之前", unit="天"), RawNumber(name="after", label="之后", unit="天")]
    outcome = changed(choice.id, kind="outcome", numbers=numbers, better="lower")
    assert obstacles(outcome, uniform(3)) == (RescoringObstacle(kind="kind_changed", subject=choice.id),)


def test_a_raw_number_in_another_unit_does_not_read() -> None:
    numbers = [number.model_copy(update={"unit": "千台"}) for number in EDITION.by_id["X03"].numbers]
    assert obstacles(changed("X03", numbers=numbers), uniform(3)) == (RescoringObstacle(kind="numbers_changed", subject="X03"),)


def test_a_raw_number_in_the_other_place_does_not_read() -> None:
    swapped = list(reversed(EDITION.by_id["X03"].numbers))
    assert obstacles(changed("X03", numbers=swapped), uniform(3)) == (RescoringObstacle(kind="numbers_changed", subject="X03"),)


def test_an_option_that_was_not_offered_is_not_taken_as_not_chosen() -> None:
    multi = next(item for item in EDITION.indicators if item.kind == "multi")
    first, *rest = multi.options
    options = [*rest, first.model_copy(update={"points": first.points - 1}), Option(name="new_one", label="新", points=1)]
    assert obstacles(changed(multi.id, options=options), uniform(3)) == (
        RescoringObstacle(kind="option_added", subject=multi.id),
    )


def test_an_option_that_is_gone_is_left_out_of_the_answer() -> None:
    multi = next(item for item in EDITION.indicators if item.kind == "multi")
    gone, second, *rest = multi.options
    options = [second.model_copy(update={"points": second.points + gone.points}), *rest]
    found = Shadow(EDITION, changed(multi.id, options=options)).rescore(finished(uniform(5)))
    assert isinstance(found, Rescored)


def test_an_answer_off_the_new_scale_does_not_read() -> None:
    choice = next(item.id for item in EDITION.indicators if item.kind == "choice")
    firm = uniform(3) | {choice: Answer(level=Decimal("3.5"))}
    points = {level: points for level, points in EDITION.points.items() if level != Decimal("3.5")}
    assert obstacles(EDITION.model_copy(update={"points": points}), firm) == (
        RescoringObstacle(kind="does_not_read", subject=choice),
    )


def test_a_dimension_that_loses_all_that_applies_to_the_firm_cannot_be_scored() -> None:
    mine = [item.id for item in EDITION.indicators if item.dimension == "D1" and item.in_brief]
    kept, *others = mine
    only = [
        item.model_copy(update={"weight_in_dimension": Decimal(100)} if item.id == kept else {})
        for item in EDITION.indicators
        if item.dimension != "D1" or item.id == kept
    ]
    assert others
    firm = uniform(3) | {kept: Answer(not_applicable=True, reason="无")}
    edition = EDITION.model_copy(update={"indicators": [item.model_dump() for item in only]})
    assert obstacles(edition, firm) == (RescoringObstacle(kind="nothing_to_score", subject="D1"),)


def test_another_wording_is_a_caution_and_no_obstacle() -> None:
    levels = ["从未做过", *EDITION.by_id["Z01"].levels[1:]]
    shadow = Shadow(EDITION, changed("Z01", levels=levels))
    assert shadow.reworded(Form.FULL) == {"Z01"}
    assert isinstance(shadow.rescore(finished(uniform(3))), Rescored)


@pytest.mark.parametrize("kind", RescoringObstacleKind)
def test_an_obstacle_names_its_subject_in_its_sentence(kind: RescoringObstacleKind) -> None:
    assert RescoringObstacle(kind=kind, subject="Z01").sentence == obstacle_said(kind, "Z01")[0]
    chinese, english = obstacle_said(kind, "Z01")
    assert "Z01" in chinese
    assert re.search(r"[\u4e00-\u9fff{}]", english) is None
    assert "Z01" in english


@settings(max_examples=30)
@given(st.lists(st.tuples(firms(), PROCESSES), max_size=5), st.sampled_from(KEYS))
def test_the_matrix_adds_up_to_the_number_re_scored(
    city: list[tuple[dict[str, Answer], Process]], key: str
) -> None:
    tally, shadow = ShadowTally(), Shadow(EDITION, load(key))
    for number, (answers, process) in enumerate(city):
        firm = finished(answers, process)
        subject = Subject(f"31011{number % 2}", "small", "2023", "C34")
        tally.add(subject, firm.grade, shadow.rescore(firm), reworded=False)
    told = tally.result()
    assert sum(map(sum, told.matrix)) == told.counts.rescored
    assert told.counts.rescored + told.counts.not_rescorable == len(city)
    for by in ("district", "size_class", "edition", "division"):
        parts = [one.counts for one in told.slices if one.by == by]
        for fate in ("same", "up", "down", "not_rescorable"):
            assert sum(getattr(part, fate) for part in parts) == getattr(told.counts, fate)
    assert sum(told.matrix[grade][grade] for grade in range(11)) == told.counts.same
