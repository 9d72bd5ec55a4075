"""Assignments 专家指派 (plan V5, R2): an expert sees the diagnoses assigned by name, for as long as they are."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.access import EXPERTS, Role, admits, scope_of
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis import assignments as s
from domain.diagnosis.assignments import ASSIGNMENTS, AssignExpert, ReleaseExpert
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.scoring import RecordExpertReview
from domain.diagnosis.state import assignment_stream, diagnosis_stream
from domain.kernel import NOT_FOUND
from domain.participants.enterprises import place_of
from domain.participants.people.state import Membership, Person, person_stream
from tests.rules.cases import FIRM, WORLD, opened
from tests.rules.given import AT, Given, given

TODAY = AT.date()
EXPERT = Person(memberships={"m1": Membership(role=Role.READER, organisation="experts", since=TODAY)})


def sent_command(**rest: object) -> AssignExpert:
    values = {
        "diagnosis": "d1",
        "assignment": "a1",
        "expert": "zhou",
        "role": Role.READER,
        "since": TODAY,
        "until": TODAY + timedelta(days=10),
    }
    return AssignExpert.model_validate(values | rest)


def asked() -> Given:
    read = {diagnosis_stream("d1"): opened().state, person_stream("zhou"): EXPERT}
    return given(ASSIGNMENTS).having_read(read)


def assigned() -> Given:
    return asked().when(sent_command(), "city").accepted


def test_the_city_assigns_and_nobody_else() -> None:
    asked().when(sent_command(), "city").happened("assignment.made.v1")
    for role in ("district", "provider", "enterprise", "reader"):
        asked().when(sent_command(), role, "x").refused(ROLE_NOT_ALLOWED, role=role)


def test_a_diagnosis_is_assigned_to_a_person_who_is_such_an_expert_then() -> None:
    asked().when(sent_command(expert="nobody"), "city").refused(s.EXPERT_UNKNOWN)
    asked().when(sent_command(role=Role.SAMPLER), "city").refused(s.EXPERT_UNKNOWN, role="sampler")
    early = sent_command(since=TODAY - timedelta(days=1))
    asked().when(early, "city").refused(s.EXPERT_UNKNOWN)
    asked().when(sent_command(diagnosis="d9"), "city").refused(NOT_FOUND)
    for rest in ({"role": Role.CITY}, {"until": TODAY - timedelta(days=1)}):
        with pytest.raises(ValidationError):
            sent_command(**rest)


def test_one_assignment_an_expert_and_day() -> None:
    assigned().when(sent_command(), "city").refused(s.ASSIGNMENT_EXISTS, assignment="a1")
    assigned().when(sent_command(assignment="a2"), "city").refused(s.ASSIGNMENT_HELD)


def test_a_released_expert_sees_nothing_from_today_on() -> None:
    release = ReleaseExpert(diagnosis="d1", assignment="a1")
    case = assigned()
    scope = scope_of(Role.READER, "experts", "zhou", TODAY)
    assert admits(scope, place_of("e1", FIRM, assignments=tuple(case.state.terms.values())))
    case.when(release, "city").then(s.ExpertReleased(assignment="a1", last=TODAY - timedelta(days=1)))
    assert not admits(scope, place_of("e1", FIRM, assignments=tuple(case.state.terms.values())))
    case.when(release, "city").then()
    case.when(ReleaseExpert(diagnosis="d1", assignment="a9"), "city").refused(s.ASSIGNMENT_UNKNOWN)


def test_an_assignment_opens_a_case_in_the_role_that_it_was_made_for_and_in_no_other() -> None:
    """Who assesses a sample blindly, and may interpret or arbitrate elsewhere, reads no earlier score of it in that role."""
    place = place_of("e1", FIRM, assignments=tuple(assigned().state.terms.values()))
    seen = {role for role in EXPERTS if admits(scope_of(role, "experts", "zhou", TODAY), place)}
    assert seen == {Role.READER}


def test_a_reader_reviews_the_case_that_is_assigned_and_sees_no_other() -> None:
    review = RecordExpertReview(diagnosis="d1", conclusion="同意")
    state = opened().state
    scope = scope_of(Role.READER, "experts", "zhou", TODAY)
    assert assignment_stream("d1") in DIAGNOSES.reads(review, state)
    with_it = WORLD | {assignment_stream("d1"): assigned().state}
    assert admits(scope, DIAGNOSES.place(review, state, with_it))
    assert not admits(scope, DIAGNOSES.place(review, state, WORLD))
    assert not admits(scope_of(Role.READER, "experts", "other", TODAY), DIAGNOSES.place(review, state, with_it))
