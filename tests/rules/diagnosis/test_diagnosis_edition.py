"""Under which edition a diagnosis is opened (plan S3, S4): the one that applies, or another with a reason, which is kept."""

from datetime import timedelta
from typing import Any

import pytest

from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.opening import OTHER_EDITION_UNREASONED, DiagnosisOpened, OpenDiagnosis, chosen_otherwise
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.standard.editions import MAPPING_STREAM, PublishedEdition, edition_stream
from journal.codec import decode
from standards import Form, edition_for, edition_mappings, load
from tests.rules.cases import OPENING, WORLD
from tests.rules.given import AT, Given, given

APPLIES = "2023-major-equipment"
"""To a medium firm of C34, in the full form."""
MAPPED = {
    **WORLD,
    **{edition_stream(key): PublishedEdition(edition=load(key), digest=load(key).digest) for key in ("2023", APPLIES)},
    MAPPING_STREAM: edition_mappings(),
}


def opening(**changes: Any) -> Given:
    sent_command = OpenDiagnosis.model_validate(OPENING.model_dump() | changes)
    return given(DIAGNOSES).having_read(MAPPED).when(sent_command, "district", "310117")


def opened(case: Given) -> DiagnosisOpened:
    [fact] = [fact for fact in case.facts if isinstance(fact, DiagnosisOpened)]
    return fact


def test_a_diagnosis_under_what_applies_needs_no_reason_and_keeps_why_it_applied() -> None:
    fact = opened(opening(edition=APPLIES, form=Form.FULL))
    applied = fact.applicable
    assert applied is not None
    assert (applied.edition, applied.form, applied.basis, applied.code) == (APPLIES, Form.FULL, "division", "C34")
    assert (applied.since, applied.source.mark, fact.reason) == (edition_mappings().mappings[0].since, "P", None)


@pytest.mark.parametrize(
    ("edition", "form"), [("2023", Form.FULL), (APPLIES, Form.BRIEF), ("2023", Form.BRIEF)]
)
def test_another_edition_or_form_needs_a_reason_and_the_refusal_says_what_applies(edition: str, form: Form) -> None:
    opening(edition=edition, form=form).refused(
        OTHER_EDITION_UNREASONED, edition=APPLIES, form="full", form_name="完整版", basis="division", since="2023-07-28"
    )
    fact = opened(opening(edition=edition, form=form, reason="试点企业，先行自评"))
    assert (fact.edition, fact.form, fact.reason) == (edition, form, "试点企业，先行自评")
    assert fact.applicable == edition_for(edition_mappings(), "C34", "medium", AT.date())
    assert chosen_otherwise(fact.edition, fact.form, fact.applicable)


def test_blanks_are_no_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        opening(reason=" \n ")


def test_before_a_mapping_holds_nothing_applies_and_nothing_is_another() -> None:
    [first] = edition_mappings().mappings
    later = first.model_copy(update={"since": AT.date() + timedelta(days=1)})
    for known in (None, edition_mappings().model_copy(update={"mappings": (later,)})):
        case = given(DIAGNOSES).having_read(MAPPED | {MAPPING_STREAM: known}).when(OPENING, "city")
        assert (opened(case).applicable, opened(case).reason) == (None, None)


def test_what_applied_stays_with_the_diagnosis_when_the_mapping_changes() -> None:
    case = opening(edition=APPLIES, form=Form.FULL)
    before = case.state.applicable
    later = case.having_read({MAPPING_STREAM: None}).when(WithdrawDiagnosis(diagnosis="d1", reason="停产"), "city")
    assert later.accepted.state.applicable == before is not None


def test_an_opening_of_the_first_shape_is_read_as_one_without_mapping_or_reason() -> None:
    stored = (
        b'{"campaign":"2024","edition":"2023","edition_digest":"d","enterprise":"e1","form":"brief","provider":null,'
        b'"purpose":"initial"}'
    )
    fact = decode(DIAGNOSES, "diagnosis.opened.v1", stored)
    assert isinstance(fact, DiagnosisOpened)
    assert (fact.edition, fact.applicable, fact.reason) == ("2023", None, None)
    assert not chosen_otherwise(fact.edition, fact.form, fact.applicable)
