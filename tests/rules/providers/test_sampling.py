"""Sampled re-assessment (plan V5): committed before, framed after, drawn by a later beacon, assessed blind, a third decides."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from domain.access import Term
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.answers import INDICATOR_UNKNOWN
from domain.diagnosis.assignments import ASSIGNMENT_HELD, Assignments
from domain.diagnosis.scoring import VERIFICATION_MISSING
from domain.diagnosis.state import VerifiedAnswer, assignment_stream, diagnosis_stream
from domain.governance.proceedings.state import ProceedingKind
from domain.kernel import NOT_FOUND
from domain.participants.people.state import Membership, Person, person_stream
from domain.providers.sampling.draw import (
    BEACON_NOT_LATER,
    BEACON_NOT_YET,
    DRAW_COMMITTED_LATE,
    DRAW_MONTH_RUNNING,
    DRAW_STATUS,
    DRAWS,
    FRAME_NAMES_A_JOB_TWICE,
    SECRET_NOT_THE_COMMITTED_ONE,
    CommitDraw,
    FixFrame,
    FrameEntry,
    RecordBeacon,
    RevealDraw,
)
from domain.providers.sampling.reassessment import (
    ASSESSOR_AGAIN,
    ASSESSOR_IN_CONFLICT,
    ASSESSOR_UNFIT,
    JOB_NOT_DRAWN,
    NOT_ITS_ASSESSOR,
    REASSESSMENT_STATUS,
    REASSESSMENTS,
    AssignReassessment,
    GiveReassessment,
    ReassessmentStatus,
)
from domain.providers.sampling.state import SAMPLE_NOT_MATERIAL, Draw, draw_stream, frame_of
from domain.providers.sampling.status import RiskClass
from domain.standard.editions import edition_stream
from methods.misgrade_rate import stop_rule
from methods.sampling_replay import REPLAY_SCRIPT
from tests.rules.cases import WORLD, confirmed, uniform
from tests.rules.given import Given, given
from tests.rules.governance.proceedings import asking, before

SECRET, BEACON = "0" * 64, "双色球 2024073 期：03 11 14 22 27 31 07"
MONTH = "2024.06"
BEFORE, AFTER, LATER = (datetime(2024, *day, 8, tzinfo=UTC) for day in ((5, 20), (7, 2), (7, 9)))
COMMIT = CommitDraw(draw=MONTH, commitment=sha256(bytes.fromhex(SECRET)).hexdigest(), source="双色球")
JOBS = tuple(
    FrameEntry(diagnosis=f"d{one}", provider="p1" if one % 2 else "p2", expected=40 if one % 2 else 400, risk=None)
    for one in range(1, 41)
)
FRAME = FixFrame(draw=MONTH, beacon_day=date(2024, 7, 4), position=7, jobs=JOBS)
REVEAL = RevealDraw(draw=MONTH, secret=SECRET)


def committed() -> Given:
    return given(DRAWS).when(COMMIT, "city", at=BEFORE).accepted


def framed(**changes: Any) -> Given:
    return committed().when(FRAME.model_copy(update=changes), "city", at=AFTER)


def drawn() -> Given:
    recorded = framed().accepted.when(RecordBeacon(draw=MONTH, beacon=BEACON), "city", at=LATER).accepted
    return recorded.when(REVEAL, "city", at=LATER).happened("draw.revealed.v1", "draw.drawn.v1")


def test_the_secret_is_committed_to_before_the_month_and_the_frame_fixed_after_it_before_the_beacon() -> None:
    given(DRAWS).when(COMMIT, "city", at=datetime(2024, 6, 1, 8, tzinfo=UTC)).refused(DRAW_COMMITTED_LATE, path="draw")
    given(DRAWS).when(COMMIT, "provider", "p1", at=BEFORE).refused(ROLE_NOT_ALLOWED)
    given(DRAWS).when(FRAME, "city", at=AFTER).refused(NOT_FOUND)
    committed().when(COMMIT, "city", at=BEFORE).refused(DRAW_STATUS, status="committed")
    committed().when(FRAME, "city", at=datetime(2024, 6, 30, 8, tzinfo=UTC)).refused(DRAW_MONTH_RUNNING)
    framed(beacon_day=date(2024, 7, 2)).refused(BEACON_NOT_LATER, path="beacon_day")
    framed(jobs=(*JOBS, JOBS[0])).refused(FRAME_NAMES_A_JOB_TWICE)
    case = framed().accepted
    case.when(FRAME, "city", at=AFTER).refused(DRAW_STATUS, status="framed")
    case.when(RecordBeacon(draw=MONTH, beacon=BEACON), "city", at=AFTER).refused(BEACON_NOT_YET, earliest=date(2024, 7, 4))
    case.when(REVEAL, "city", at=LATER).refused(DRAW_STATUS)


def test_a_probability_is_the_base_the_providers_floor_or_that_of_its_risk_and_recorded_with_the_job() -> None:
    risky = JOBS[1].model_copy(update={"risk": RiskClass.RED_LINE})
    frame = framed(jobs=(JOBS[0], risky, JOBS[3])).accepted.state.frame
    assert [one.probability for one in frame.jobs] == [Fraction(12, 40), Fraction(1, 4), Fraction(1, 20)]


def test_the_script_that_is_printed_draws_the_same_jobs_and_no_other_secret_is_taken(tmp_path: Path) -> None:
    other = REVEAL.model_copy(update={"secret": "1" * 64})
    recorded = framed().accepted.when(RecordBeacon(draw=MONTH, beacon=BEACON), "city", at=LATER).accepted
    recorded.when(other, "city", at=LATER).refused(SECRET_NOT_THE_COMMITTED_ONE)
    draw: Draw = drawn().state
    assert draw.frame is not None
    assert len(REPLAY_SCRIPT.splitlines()) == 9
    (tmp_path / "replay.py").write_text(REPLAY_SCRIPT, "utf-8")
    (tmp_path / "frame.csv").write_bytes(frame_of(draw.frame.jobs))
    run = [sys.executable, "-I", "replay.py", "frame.csv", SECRET, BEACON]
    said = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.splitlines()  # noqa: S603 - our own script
    assert said[0] == f"commitment {draw.commitment} frame {draw.frame.root}"
    assert 0 < len(draw.drawn) < len(JOBS)
    told = sorted(tuple(line.split()[:2]) for line in said[1:])
    assert told == sorted((one.diagnosis, one.ticket) for one in draw.drawn.values())
    assert list(draw.drawn) == sorted(draw.drawn, key=lambda one: draw.drawn[one].ticket)


def person(role: str = "sampler", organisation: str = "experts") -> Person:
    return Person(memberships={"m1": Membership(role=role, organisation=organisation, since=date(2024, 1, 1))})


JOB = "d1"
ASSIGN = AssignReassessment(diagnosis=JOB, draw=MONTH, assessor="chen")


def case_of(**people: Person) -> Given:
    """The first job, drawn for certain; its grade was given by answers of level 3."""
    draw: Draw = drawn().state
    sure = draw.drawn.get(JOB) or next(iter(draw.drawn.values())).model_copy(update={"diagnosis": JOB})
    read = {
        draw_stream(MONTH): draw.model_copy(update={"drawn": {**draw.drawn, JOB: sure}}),
        diagnosis_stream(JOB): confirmed().state,
        edition_stream("2023"): WORLD[edition_stream("2023")],
        **{person_stream(name): one for name, one in people.items()},
    }
    return given(REASSESSMENTS).having_read(read)


def assigned() -> Given:
    return case_of(chen=person(), zhou=person()).when(ASSIGN, "city", at=LATER).accepted


def found(level: int) -> GiveReassessment:
    answers = {one: VerifiedAnswer(answer=answer) for one, answer in uniform(level).items()}
    return GiveReassessment(diagnosis=JOB, answers=answers)


def give(case: Given, level: int, by: str = "chen") -> Given:
    return case.when(found(level), "sampler", "experts", by=by, at=LATER)


def test_a_drawn_job_is_given_to_an_assessor_of_neither_side_to_whom_its_case_is_opened() -> None:
    assigned().happened("reassessment.assigned.v1", "assignment.made.v1")
    case_of().when(ASSIGN, "city", at=LATER).refused(ASSESSOR_UNFIT, path="assessor")
    two = person()
    beside = Membership(role="diagnostician", organisation="p1", since=date(2024, 1, 1))
    two = two.model_copy(update={"memberships": {**two.memberships, "m2": beside}})
    case_of(chen=two).when(ASSIGN, "city", at=LATER).refused(ASSESSOR_IN_CONFLICT)
    case_of(chen=person()).when(ASSIGN.model_copy(update={"draw": "2024.05"}), "city", at=LATER).refused(JOB_NOT_DRAWN)
    given(REASSESSMENTS).when(ASSIGN, "city", at=LATER).refused(NOT_FOUND)
    held = Assignments(terms={"a1": Term("chen", date(2024, 6, 1), date(2024, 12, 31))})
    case_of(chen=person()).having_read({assignment_stream(JOB): held}).when(ASSIGN, "city", at=LATER).refused(ASSIGNMENT_HELD)
    assigned().when(ASSIGN.model_copy(update={"assessor": "zhou"}), "city", at=LATER).refused(REASSESSMENT_STATUS)


def test_the_assessor_alone_assesses_every_indicator_of_the_form() -> None:
    give(assigned(), 3, by="zhou").refused(NOT_ITS_ASSESSOR)
    give(case_of(), 3).refused(NOT_FOUND)
    part = found(3).model_copy(update={"answers": {"Z01": found(3).answers["Z01"]}})
    assigned().when(part, "sampler", "experts", by="chen", at=LATER).refused(VERIFICATION_MISSING)
    strange = part.model_copy(update={"answers": {"Q99": found(3).answers["Z01"]}})
    assigned().when(strange, "sampler", "experts", by="chen", at=LATER).refused(INDICATOR_UNKNOWN)
    assigned().when(found(3), "reader", "experts", by="chen", at=LATER).refused(ROLE_NOT_ALLOWED)


def test_what_agrees_is_settled_at_once_and_what_differs_materially_by_the_median_of_three() -> None:
    case = give(assigned(), 3).happened("reassessment.given.v1", "draw.adjudicated.v1")
    assert case.state.status is ReassessmentStatus.ADJUDICATED
    settled = case.read[draw_stream(MONTH)].adjudicated[JOB]
    assert (settled.issued_total, settled.material) == (settled.adjudicated_total, False)
    case = give(assigned(), 1).happened("reassessment.given.v1")
    assert case.state.status is ReassessmentStatus.THIRD_NEEDED
    give(case, 2).refused(REASSESSMENT_STATUS)
    case.when(ASSIGN, "city", at=LATER).refused(ASSESSOR_AGAIN)
    third = case.when(ASSIGN.model_copy(update={"assessor": "zhou"}), "city", at=LATER).accepted
    own = give(third, 3, by="zhou").read[draw_stream(MONTH)].adjudicated[JOB]
    assert (own.material, own.adjudicated_total) == (False, own.issued_total)
    case = give(assigned(), 1).accepted.when(ASSIGN.model_copy(update={"assessor": "zhou"}), "city", at=LATER).accepted
    low = give(case, 2, by="zhou").read[draw_stream(MONTH)].adjudicated[JOB]
    assert low.material
    assert low.adjudicated_total == sorted((low.issued_total, *low.totals))[1] < low.issued_total - Decimal(5)
    assert low.causes == ("reassessment/d1/2", "reassessment/d1/4")


def test_a_finding_is_opened_on_what_its_draw_adjudicated_as_materially_different_and_on_nothing_else() -> None:
    asked = asking(ProceedingKind.SAMPLE_FINDING, provider="p1")
    second = give(assigned(), 1).accepted.when(ASSIGN.model_copy(update={"assessor": "zhou"}), "city", at=LATER).accepted
    draw = give(second, 2, by="zhou").read[draw_stream(MONTH)]
    low = draw.adjudicated[JOB].model_copy(update={"provider": "p1"})
    for found in ({}, {JOB: low.model_copy(update={"material": False})}, {JOB: low.model_copy(update={"provider": "p2"})}):
        known = before().having_read({draw_stream("2024.03"): draw.model_copy(update={"adjudicated": found})})
        known.when(asked, "system").refused(SAMPLE_NOT_MATERIAL, path="cause")
    known = before().having_read({draw_stream("2024.03"): draw.model_copy(update={"adjudicated": {JOB: low}})})
    known.when(asked, "system").happened("proceeding.opened.v1")


@pytest.mark.parametrize(("bad", "confirmed_at"), [(0, 96), (1, None)])
def test_a_year_is_confirmed_by_the_stop_rule_of_method_e(bad: int, confirmed_at: int | None) -> None:
    seen = [one < bad for one in range(96)]
    assert stop_rule(seen, 10_000, Fraction(1, 20), Fraction(1, 50), Fraction(1, 20)).confirmed_at == confirmed_at
