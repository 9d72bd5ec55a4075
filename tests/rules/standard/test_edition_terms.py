"""Term of an edition 施行与废止 (plan S5): when a diagnosis may be opened under it. What was opened keeps it for ever."""

from datetime import date, timedelta
from typing import Any

from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.opening import EDITION_NOT_IN_FORCE, EDITION_RETIRED
from domain.standard.editions import edition_stream
from tests.rules.cases import OPENING, WORLD, by_section, save, uniform
from tests.rules.given import AT, given


def held_from(in_force: date | None = None, retired: date | None = None) -> dict[str, Any]:
    edition = WORLD[edition_stream("2023")]
    return {**WORLD, edition_stream("2023"): edition.model_copy(update={"in_force": in_force, "retired": retired})}


def test_a_diagnosis_is_opened_under_an_edition_from_the_day_it_is_in_force() -> None:
    tomorrow = AT.date() + timedelta(days=1)
    case = given(DIAGNOSES).having_read(held_from(in_force=tomorrow))
    case.when(OPENING, "city").refused(EDITION_NOT_IN_FORCE, edition="2023", since=tomorrow)
    assert case.when(OPENING, "city", at=AT + timedelta(days=1)).accepted


def test_no_diagnosis_is_opened_under_a_retired_edition_and_one_that_was_keeps_it() -> None:
    tomorrow = AT.date() + timedelta(days=1)
    case = given(DIAGNOSES).having_read(held_from(retired=tomorrow))
    case.when(OPENING, "city", at=AT + timedelta(days=1)).refused(EDITION_RETIRED, edition="2023", since=tomorrow)
    assert case.when(OPENING, "city").accepted
    later = AT + timedelta(days=400)
    section, answers = next(iter(by_section(uniform(3)).items()))
    case.when(save(section, answers), "enterprise", "e1", at=later).happened("diagnosis.answers_saved.v1")
    assert case.state.edition == "2023"
