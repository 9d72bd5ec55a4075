"""Prefill (plan P3, P8): a certificate offers answers through a published crosswalk; nothing counts until the firm takes it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.external.result import ExternalResult, StatedResult, external_result_stream
from domain.diagnosis.prefill import (
    PREFILL_ANSWERED,
    PREFILL_NOT_OFFERED,
    PREFILL_NOT_VALID,
    PrefillTaken,
    TakePrefill,
)
from domain.diagnosis.sections import SECTION_NOT_YOURS
from domain.diagnosis.self_assessment import AnswerRecorded, AnswersSaved
from domain.diagnosis.state import WRONG_STATUS
from domain.kernel import NOT_FOUND
from domain.standard.crosswalks.state import Crosswalk, crosswalk_stream
from standards import Answer, Form, comparison_on, external_edition
from standards.edition.text import Source
from standards.external.crosswalk import CrosswalkRow, MappingRelation
from standards.external.offers import offered_answers
from tests.rules.cases import firm, opened, save, submitted
from tests.rules.firms import EDITION
from tests.rules.given import AT, Given

STREAM = external_result_stream("a1")
STATED = StatedResult(
    enterprise="e1", model="dcmm", edition="dcmm-2018", number="DCMM-31-1", level="稳健级", assessed_on=date(2023, 11, 2)
)
THREE = Answer(level=Decimal(3))


def row(indicator: str, node: str, relation: str, confidence: str = "0.8") -> CrosswalkRow:
    told = {"relation": MappingRelation(relation), "confidence": Decimal(confidence), "rationale": "示例"}
    return CrosswalkRow(indicator=indicator, node=node, **told)


ROWS = (
    row("F06", "data-standards", "narrow"),
    row("F06", "data-quality", "narrow", "0.9"),
    row("F07", "data-lifecycle", "narrow"),
    row("G03", "data-security", "related"),
    row("X03", "data-architecture", "exact"),
)


def crosswalk(key: str = "2023", version: int = 1, rows: tuple[CrosswalkRow, ...] = ROWS) -> Crosswalk:
    source = Source(document="示例", mark="P")
    return Crosswalk(edition=key, external_edition="dcmm-2018", title="示例", source=source, version=version, published=rows)


def holding(case: Given | None = None, walk: Crosswalk | None = None, **changes: Any) -> Given:
    """An open case of a firm that holds a certificate, as the second statement of it."""
    stated = STATED.model_copy(update={k: v for k, v in changes.items() if k in StatedResult.model_fields})
    withdrawn = changes.get("withdrawn_on")
    result = ExternalResult(stated=stated, stated_on=date(2024, 1, 2), sender="city", withdrawn_on=withdrawn)
    found = opened() if case is None else case
    read = {STREAM: result, crosswalk_stream("2023.dcmm-2018"): walk or crosswalk()}
    return found.having_read(read).having_facts({STREAM: 2})


def take(*indicators: str) -> TakePrefill:
    return TakePrefill(diagnosis="d1", assessment="a1", indicators=indicators or ("F06", "F07"))


def test_what_the_firm_takes_is_its_own_answer_and_the_record_says_from_which_certificate() -> None:
    saved, taken = firm(holding(), take()).accepted.facts
    recorded = AnswerRecorded(answer=THREE, author="li", replaces=0)
    assert saved == AnswersSaved(section="F", answers={"F06": recorded, "F07": recorded})
    assert taken == PrefillTaken(
        result="assessment/a1/2",
        edition="dcmm-2018",
        level="稳健级",
        crosswalk="2023.dcmm-2018",
        crosswalk_version=1,
        indicators=("F06", "F07"),
    )


def test_a_certificate_on_record_answers_nothing_by_itself() -> None:
    assert holding().state.answers == {}
    assert firm(holding(), take("F06")).accepted.state.answers == {"F06": THREE}


def test_taking_it_twice_changes_nothing_and_what_the_firm_said_itself_is_not_replaced() -> None:
    case = firm(holding(), take()).accepted
    assert firm(case, take()).facts == ()
    own = firm(holding(), save("F", {"F06": Answer(level=Decimal(2))})).accepted
    firm(own, take()).refused(PREFILL_ANSWERED, indicator="F06", path="indicators.0")
    same = firm(holding(), save("F", {"F06": THREE})).accepted
    *_, taken = firm(same, take()).accepted.facts
    assert isinstance(taken, PrefillTaken)
    assert taken.indicators == ("F07",)


@pytest.mark.parametrize("indicator", ["F05", "G03", "X03", "F99"])
def test_what_no_row_offers_is_refused(indicator: str) -> None:
    """Not asked in this form, only related, answered by numbers, on no scale at all."""
    firm(holding(), take("F06", indicator)).refused(PREFILL_NOT_OFFERED, indicator=indicator, path="indicators.1")


def test_without_a_published_crosswalk_nothing_is_offered_and_the_editions_own_goes_before_the_plain_ones() -> None:
    firm(holding(walk=crosswalk(version=0)), take()).refused(PREFILL_NOT_OFFERED)
    model, rule = external_edition("dcmm-2018"), comparison_on(AT.date())
    assert model is not None
    level = model.level_of("稳健级")
    assert level is not None
    found = offered_answers(EDITION, Form.FULL, model, (*ROWS, row("F06", "data-security", "close", "0.1")), level, rule)
    assert list(found) == ["F06", "F07"]
    assert found["F06"].row.node == "data-security"
    assert offered_answers(EDITION, Form.FULL, model, ROWS, level, rule)["F06"].row.node == "data-quality"


@pytest.mark.parametrize("end", [{"valid_until": date(2024, 5, 5)}, {"withdrawn_on": date(2024, 5, 1)}])
def test_a_certificate_that_holds_no_more_offers_nothing(end: dict[str, date]) -> None:
    firm(holding(**end), take()).refused(PREFILL_NOT_VALID)


@pytest.mark.parametrize("other", [{"enterprise": "e2"}, {"model": "sme", "edition": "sme-2024", "level": "2"}])
def test_anothers_certificate_and_what_is_none_are_not_there(other: dict[str, str]) -> None:
    firm(holding(**other), take()).refused(NOT_FOUND)
    firm(opened(), take()).refused(NOT_FOUND)


def test_only_who_fills_in_takes_it_each_in_its_own_sections_while_the_case_is_open() -> None:
    holding().when(take(), "provider", "p1").refused(ROLE_NOT_ALLOWED)
    holding().when(take(), "department_filler", "e1", sections=frozenset({"D1"})).refused(SECTION_NOT_YOURS)
    assert holding().when(take(), "department_filler", "e1", sections=frozenset({"F"})).facts
    own = firm(holding(), save("F", {"F06": Answer(level=Decimal(2))})).accepted
    own.when(take(), "department_filler", "e1", sections=frozenset({"D1"})).refused(SECTION_NOT_YOURS)
    firm(holding(submitted()), take()).refused(WRONG_STATUS)
