"""Crosswalks 外部模型对照 (plan P8, S2): proposed by the city, approved by two who did not propose, published as versions."""

from decimal import Decimal
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND
from domain.standard.crosswalks.crosswalk import (
    CROSSWALK_EMPTY,
    CROSSWALK_EXACT_TWICE,
    CROSSWALK_EXISTS,
    CROSSWALK_FULL,
    CROSSWALK_INDICATOR_UNKNOWN,
    CROSSWALK_NODE_AND_PART,
    CROSSWALK_NODE_UNKNOWN,
    CROSSWALK_NOT_AGREED,
    CROSSWALK_ROW_UNKNOWN,
    CROSSWALKS,
    EXTERNAL_MODEL_UNKNOWN,
    ROW_PROPOSED_BY_REVIEWER,
    ROWS_AT_MOST,
    ChangeCrosswalk,
    CrosswalkChanged,
    CrosswalkProposed,
    CrosswalkPublished,
    CrosswalkReviewed,
    ProposeCrosswalk,
    PublishCrosswalk,
    ReviewCrosswalk,
)
from domain.standard.crosswalks.state import Crosswalk, crosswalk_id
from domain.standard.editions import EDITION_UNKNOWN, PublishedEdition, edition_stream
from domain.standard.revision.state import DRAFT_STALE, Verdict
from standards import external_edition, load
from standards.edition.text import Source, SourceMark
from standards.external.crosswalk import (
    CrosswalkPair,
    CrosswalkRow,
    CrosswalkWarning,
    MappingRelation,
    unmapped_nodes,
    warnings_of,
)
from tests.rules.given import Given, given

EDITION, MODEL = "2023", "dcmm-2025"
ID = crosswalk_id(EDITION, MODEL)
WORLD = {edition_stream(EDITION): PublishedEdition(edition=load(EDITION), digest=load(EDITION).digest)}
DOCUMENT = "项目拟定的对照"
STATED = {"edition": EDITION, "external_edition": MODEL, "title": "与 DCMM 的对照"}
BEGIN = ProposeCrosswalk(crosswalk=ID, **STATED, source=DOCUMENT, mark=SourceMark.P)
BEGUN = CrosswalkProposed(
    edition=EDITION, external_edition=MODEL, title="与 DCMM 的对照", source=Source(document=DOCUMENT, mark=SourceMark.P)
)
STRATEGY = CrosswalkRow(
    indicator="F05", node="data-strategy", relation=MappingRelation.EXACT, rationale="名称与内容一致", confidence=Decimal("0.9")
)
GOVERNANCE = STRATEGY.model_copy(update={"indicator": "F06", "node": "data-governance"})
BY, FIRST, SECOND = "clerk", "expert-one", "expert-two"


def row(**changes: Any) -> CrosswalkRow:
    return CrosswalkRow.model_validate(STRATEGY.model_dump() | changes)


def change(*rows: CrosswalkRow, seen: int = 1, removed: tuple[CrosswalkRow, ...] = ()) -> ChangeCrosswalk:
    pairs = tuple(CrosswalkPair(indicator=one.indicator, node=one.node) for one in removed)
    return ChangeCrosswalk(crosswalk=ID, draft_version=seen, rows=rows, removed=pairs)


def review(*rows: CrosswalkRow, seen: int = 2, verdict: Verdict = Verdict.APPROVE) -> ReviewCrosswalk:
    pairs = tuple(CrosswalkPair(indicator=one.indicator, node=one.node) for one in rows)
    return ReviewCrosswalk(crosswalk=ID, draft_version=seen, rows=pairs, verdict=verdict, grounds="逐项核对过")


def publish(seen: int = 2) -> PublishCrosswalk:
    return PublishCrosswalk(crosswalk=ID, draft_version=seen)


def begun() -> Given:
    return given(CROSSWALKS).having_read(WORLD).when(BEGIN, "city", by=BY).accepted


def proposed(*rows: CrosswalkRow) -> Given:
    return begun().when(change(*rows), "city", by=BY).accepted


def agreed(*rows: CrosswalkRow) -> Given:
    case = proposed(*rows)
    for person in (FIRST, SECOND):
        case = case.when(review(), "reader", by=person).accepted
    return case


def state_of(case: Given) -> Crosswalk:
    found = case.state
    assert isinstance(found, Crosswalk)
    return found


def test_the_city_begins_a_crosswalk_once() -> None:
    given(CROSSWALKS).having_read(WORLD).when(BEGIN, "city").then(BEGUN)
    begun().when(BEGIN, "city").then()
    begun().when(BEGIN.model_copy(update={"title": "另一个"}), "city").refused(CROSSWALK_EXISTS, external_edition=MODEL)


def test_a_crosswalk_is_between_two_editions_that_there_are() -> None:
    elsewhere = BEGIN.model_copy(update={"edition": "2031"})
    given(CROSSWALKS).having_read(WORLD).when(elsewhere, "city").refused(EDITION_UNKNOWN, edition="2031")
    for model in ("dcmm-1999", "integration-management-2017"):
        command = BEGIN.model_copy(update={"external_edition": model})
        given(CROSSWALKS).having_read(WORLD).when(command, "city").refused(EXTERNAL_MODEL_UNKNOWN, external_edition=model)


def test_only_the_city_proposes_and_publishes_and_only_experts_review() -> None:
    proposed(STRATEGY).when(change(GOVERNANCE, seen=2), "reader").refused(ROLE_NOT_ALLOWED, role="reader")
    agreed(STRATEGY).when(publish(), "reader").refused(ROLE_NOT_ALLOWED, role="reader")
    for role in ("city", "district", "enterprise", "provider"):
        proposed(STRATEGY).when(review(), role).refused(ROLE_NOT_ALLOWED, role=role)


def test_what_was_never_begun_is_not_found() -> None:
    given(CROSSWALKS).having_read(WORLD).when(change(STRATEGY), "city").refused(NOT_FOUND)


def test_rows_are_proposed_changed_and_removed() -> None:
    begun().when(change(STRATEGY), "city", by=BY).then(CrosswalkChanged(proposer=BY, rows=(STRATEGY,), removed=()))
    proposed(STRATEGY).when(change(STRATEGY, seen=2), "city").then()
    gone = CrosswalkPair(indicator="F05", node="data-strategy")
    case = proposed(STRATEGY, GOVERNANCE).when(change(seen=2, removed=(STRATEGY,)), "city", by=BY)
    case.then(CrosswalkChanged(proposer=BY, rows=(), removed=(gone,)))
    assert state_of(case.accepted).drafted == (GOVERNANCE,)


def test_whoever_saw_another_draft_is_refused() -> None:
    proposed(STRATEGY).when(change(GOVERNANCE), "city").refused(DRAFT_STALE, current=2)
    proposed(STRATEGY).when(review(seen=1), "reader").refused(DRAFT_STALE, current=2)
    agreed(STRATEGY).when(publish(seen=1), "city").refused(DRAFT_STALE, current=2)


@pytest.mark.parametrize(
    ("wrong", "rule", "path"),
    [
        (row(indicator="Q99"), CROSSWALK_INDICATOR_UNKNOWN, "rows.1.indicator"),
        (row(node="data-weather"), CROSSWALK_NODE_UNKNOWN, "rows.1.node"),
        (row(node="data-quality"), CROSSWALK_EXACT_TWICE, "rows.1"),
        (row(indicator="F06"), CROSSWALK_EXACT_TWICE, "rows.1"),
    ],
)
def test_a_row_that_cannot_stand_is_refused_at_its_place(wrong: CrosswalkRow, rule: Any, path: str) -> None:
    outcome = begun().when(change(row(node="data-strategy"), wrong), "city").outcome
    paths = [one.facts["path"] for one in (outcome, *outcome.further)]  # type: ignore[union-attr]
    assert path in paths
    begun().when(change(row(node="data-strategy"), wrong), "city").refused(rule)


def test_a_node_and_a_part_of_it_are_not_both_mapped() -> None:
    part = row(indicator="F06", node="data-strategy-planning")
    begun().when(change(STRATEGY, part), "city").refused(CROSSWALK_NODE_AND_PART, node="data-strategy")


def test_nothing_else_than_its_rows_is_removed_or_reviewed() -> None:
    proposed(STRATEGY).when(change(seen=2, removed=(GOVERNANCE,)), "city").refused(CROSSWALK_ROW_UNKNOWN, indicator="F06")
    proposed(STRATEGY).when(review(GOVERNANCE), "reader").refused(CROSSWALK_ROW_UNKNOWN, indicator="F06")


def test_a_crosswalk_has_its_limit() -> None:
    indicators = [indicator.id for indicator in load(EDITION).indicators]
    model = external_edition(MODEL)
    assert model is not None
    pairs = [(one, node) for one in indicators for node in sorted(model.leaves)]
    related = [row(indicator=one, node=node, relation=MappingRelation.RELATED) for one, node in pairs[: ROWS_AT_MOST + 1]]
    case = proposed(*related[:ROWS_AT_MOST])
    case.when(change(related[-1], seen=2), "city").refused(CROSSWALK_FULL, at_most=ROWS_AT_MOST)


def test_two_people_who_did_not_propose_a_row_approve_it_before_it_is_published() -> None:
    case = proposed(STRATEGY, GOVERNANCE)
    case.when(publish(), "city").refused(CROSSWALK_NOT_AGREED, count=2, needed=2)
    pairs = tuple(CrosswalkPair(indicator=one.indicator, node=one.node) for one in (STRATEGY, GOVERNANCE))
    said = {"draft_version": 2, "rows": pairs, "verdict": Verdict.APPROVE, "grounds": "逐项核对过"}
    case = case.when(review(), "reader", by=FIRST).then(CrosswalkReviewed(reviewer=FIRST, **said)).accepted
    case.when(review(), "reader", by=FIRST).then()
    case.when(publish(), "city").refused(CROSSWALK_NOT_AGREED, count=2)
    case = case.when(review(STRATEGY), "reader", by=SECOND).accepted
    case.when(publish(), "city").refused(CROSSWALK_NOT_AGREED, count=1, indicator="F06")
    case = case.when(review(GOVERNANCE), "arbiter", by=SECOND).accepted
    model = external_edition(MODEL)
    assert model is not None
    digests = {"edition_digest": load(EDITION).digest, "model_digest": model.digest}
    case.when(publish(), "city").then(CrosswalkPublished(version=1, rows=(STRATEGY, GOVERNANCE), **digests))


def test_nobody_reviews_what_he_proposed_himself() -> None:
    proposed(STRATEGY).when(review(), "reader", by=BY).refused(ROW_PROPOSED_BY_REVIEWER, indicator="F05")


def test_a_returned_row_is_not_published_until_it_is_changed_or_approved() -> None:
    case = agreed(STRATEGY).when(review(verdict=Verdict.RETURN), "reader", by="expert-three").accepted
    case.when(publish(), "city").refused(CROSSWALK_NOT_AGREED, count=1)
    case = case.when(review(), "reader", by="expert-three").accepted
    assert state_of(case.when(publish(), "city").accepted).version == 1


def test_a_changed_row_is_reviewed_anew_and_the_others_are_not() -> None:
    case = agreed(STRATEGY, GOVERNANCE).when(change(row(confidence="0.5"), seen=2), "city", by=BY).accepted
    case.when(publish(seen=3), "city").refused(CROSSWALK_NOT_AGREED, count=1, indicator="F05")


def test_a_crosswalk_without_rows_is_neither_reviewed_nor_published() -> None:
    begun().when(review(seen=1), "reader").refused(CROSSWALK_EMPTY)
    begun().when(publish(seen=1), "city").refused(CROSSWALK_EMPTY)


def test_the_next_version_takes_the_place_of_the_one_before() -> None:
    first = agreed(STRATEGY).when(publish(), "city").accepted
    first.when(publish(), "city").then()
    case = first.when(change(GOVERNANCE, seen=2), "city", by=BY).accepted
    assert state_of(case).published == (STRATEGY,)
    for person in (FIRST, SECOND):
        case = case.when(review(GOVERNANCE, seen=3), "reader", by=person).accepted
    second = state_of(case.when(publish(seen=3), "city").accepted)
    assert (second.version, second.published) == (2, (STRATEGY, GOVERNANCE))


def test_a_reviewer_is_told_what_to_look_at_in_a_row() -> None:
    model = external_edition("cmmm-2020")
    assert model is not None
    related = row(indicator="F01", node="people", relation=MappingRelation.RELATED)
    remembered = row(indicator="F02", node="data")
    beside = row(indicator="F02", node="integration", relation=MappingRelation.CLOSE)
    found = warnings_of((related, remembered, beside), model)
    assert found[related.pair] == (CrosswalkWarning.RELATED_ONLY,)
    assert found[remembered.pair] == (CrosswalkWarning.FROM_MEMORY, CrosswalkWarning.EXACT_BESIDE_OTHERS)
    assert CrosswalkWarning.EXACT_BESIDE_OTHERS in found[beside.pair]


def test_what_no_row_reaches_is_told_as_a_gap() -> None:
    model = external_edition(MODEL)
    assert model is not None
    gaps = unmapped_nodes((STRATEGY,), model)
    assert not {"data-strategy-planning", "data-strategy-implementation", "data-strategy-evaluation"} & set(gaps)
    assert len(gaps) == 30


@pytest.mark.parametrize(
    "wrong",
    [{"confidence": "0"}, {"confidence": "1.001"}, {"confidence": "0.12345"}, {"rationale": ""}, {"node": "数据战略"}],
)
def test_a_confidence_is_above_nought_and_exact_and_a_row_gives_its_reason(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        row(**wrong)

