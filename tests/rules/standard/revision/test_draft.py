"""A revision of the standard 标准修订 (plan S5): how it begins and how its text is changed."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.standard.editions import (
    edition_stream,
)
from domain.standard.revision.draft import (
    BASE_NOT_AUTHORED,
    BASE_UNKNOWN,
    CHANGE_MISFIT,
    CHANGES_COLLIDE,
    CLAUSE_PLAIN_ONLY,
    CLAUSE_UNKNOWN,
    DRAFT_UNCHANGED,
    EXISTS,
    INDICATOR_REPEATED,
    KEY_NOT_LATER,
    KEY_TAKEN,
    RevisionDrafted,
)
from domain.standard.revision.revision import REVISIONS
from domain.standard.revision.state import (
    COMMENT_UNKNOWN,
    DRAFT_INCOMPLETE,
    DRAFT_STALE,
)
from standards import CompositionRule, composed, load
from standards.revising.changes import (
    LONGEST_LINE,
    AddIndicator,
    DropIndicator,
    GateSetting,
    IndicatorText,
    RestoreIndicator,
    TotalBands,
    UpperBounds,
)
from tests.rules.given import given
from tests.rules.revisions import (
    AFTERWARDS,
    KEYS,
    OPENING,
    WORLD,
    changed,
    changing,
    city,
    consulted,
    drafted,
    drafting,
    heavier,
    in_review,
    naming,
    published,
    reviewed_by,
    reviewing,
    shifted,
)


def test_a_draft_begins_as_the_published_editions_word_for_word() -> None:
    (fact,) = drafted().facts
    assert isinstance(fact, RevisionDrafted)
    assert fact.bases == {key: load(key).digest for key in KEYS}
    told = {one.edition.key: one.edition for one in composed(fact.standard).compositions}
    assert list(told) == ["2025", "2025-automotive", "2025-electronics"]
    again = told["2025-automotive"].model_copy(update={"key": "2023-automotive", "title": load(KEYS[1]).title})
    assert again.digest == load(KEYS[1]).digest


@pytest.mark.parametrize(("key", "kind"), [("2023", "revision"), ("2022", "revision"), ("2023.1", "revision"), ("2025", "erratum")])
def test_a_revision_takes_a_later_year_and_an_erratum_a_greater_number_in_the_same_year(key: str, kind: str) -> None:
    case = given(REVISIONS).having_read(WORLD)
    city(case, drafting(key=key, kind=kind)).refused(KEY_NOT_LATER, key=key, base="2023")


def test_an_erratum_of_an_erratum_counts_its_number_and_does_not_compare_it_as_text() -> None:
    case = given(REVISIONS).having_read(WORLD | {edition_stream("2023.9"): published("2023")})
    numbered = {"base": "2023.9", "industries": (), "kind": "erratum"}
    city(case, drafting(key="2023.8", **numbered)).refused(KEY_NOT_LATER, base="2023.9")
    assert city(case, drafting(key="2023.10", **numbered)).accepted


def test_the_key_of_a_published_edition_is_taken() -> None:
    case = given(REVISIONS).having_read(WORLD | {edition_stream("2025"): published("2023")})
    city(case, drafting()).refused(KEY_TAKEN, key="2025")


def test_a_revision_begins_from_published_editions_only() -> None:
    city(given(REVISIONS), drafting()).refused(BASE_UNKNOWN, key="2023")
    city(given(REVISIONS).having_read(WORLD), drafting(industries=("energy",))).refused(BASE_UNKNOWN, key="2023-energy")


def test_industry_editions_that_are_not_what_their_origins_say_are_no_base() -> None:
    tight = CompositionRule.model_validate({"reweight_bound_percent": 1, "source": {"document": "示例", "mark": "I"}})
    city(given(REVISIONS).having_read(WORLD), drafting(rule=tight)).refused(BASE_NOT_AUTHORED, key="2023-automotive")


def test_an_id_names_one_revision() -> None:
    city(drafted(), drafting()).refused(EXISTS)


def test_each_change_is_told_with_what_the_draft_stated_and_states_now_and_why() -> None:
    (fact,) = changed().facts
    told = [(one.clause, one.before, one.after, one.change.reason) for one in fact.changes]  # type: ignore[union-attr]
    assert told == [
        ("dimensions.D1.weight", "15", "14", "战略类分值偏高"),
        ("dimensions.F.weight", "10", "11", "融合性指标更重"),
    ]


def test_a_draft_may_pass_through_states_that_do_not_hold_and_what_is_missing_is_told() -> None:
    case = city(drafted(), changing(shifted()[0])).accepted
    [problem] = composed(case.state.standard).problems
    assert (problem.place, problem.rule) == ("dimensions", "WEIGHTS_NOT_100")
    assert city(case, changing(shifted()[1], version=2)).accepted
    assert composed(case.state.standard).problems == ()


def test_while_problems_remain_no_consultation_is_opened_nobody_is_asked_to_review_and_nothing_is_published() -> None:
    case = city(drafted(), changing(shifted()[0])).accepted
    wanted = {"count": 1, "problems": [":dimensions:WEIGHTS_NOT_100"]}
    city(case, OPENING).refused(DRAFT_INCOMPLETE, **wanted)
    city(case, naming()).refused(DRAFT_INCOMPLETE, **wanted)
    broken = city(in_review(), changing(shifted(3)[0], version=2), at=AFTERWARDS).accepted
    reviewed_by(broken, "zhou", reviewing(version=3)).refused(DRAFT_INCOMPLETE)


def test_an_overlay_that_no_longer_fits_is_a_problem_with_its_place() -> None:
    gone = DropIndicator(indicator="C08", reason="并入 C07")
    rest = heavier("C01", "15")
    case = city(drafted(), changing(gone, rest)).accepted
    [problem] = composed(case.state.standard).problems
    assert (problem.industry, problem.place, problem.rule) == ("automotive", "indicators.C08", "OVERLAY_UNFIT")


def test_an_overlay_that_makes_no_whole_edition_any_more_says_why_in_words() -> None:
    gone = DropIndicator(indicator="F08", industry="automotive", reason="示例")
    [problem] = composed(city(drafted(), changing(gone)).accepted.state.standard).problems
    assert (problem.industry, problem.rule) == ("automotive", "OVERLAY_UNFIT")
    assert "F08" in problem.says
    assert "F08" in problem.says_in_english


@pytest.mark.parametrize(
    ("gate", "setting", "value"),
    [("breadth", "at_least", "6"), ("breadth", "at_least", "0"), ("weakest_dimension", "levels_below", "-1")],
)
def test_a_gate_that_nothing_or_everything_passes_is_a_problem(gate: str, setting: str, value: str) -> None:
    change = GateSetting(gate=gate, setting=setting, value=value, reason="示例")
    [problem] = composed(city(drafted(), changing(change)).accepted.state.standard).problems
    assert (problem.place, problem.rule) == (f"gates.{gate}.{setting}", "GATE_OUT_OF_RANGE")


def test_a_change_is_made_against_the_draft_that_was_seen() -> None:
    city(changed(), changing(heavier("C01", "9"))).refused(DRAFT_STALE, current=2)
    city(changed(), changing(heavier("C01", "9"), version=3)).refused(DRAFT_STALE, current=2)


@pytest.mark.parametrize(
    ("change", "facts"),
    [
        (heavier("C99", "9"), {"clause": "indicators.C99.weight_in_dimension"}),
        (heavier("C01", "9", "shipping"), {"industry": "shipping"}),
        (GateSetting(gate="security.GATE_NONE", setting="at_least", value="3", reason="更严"), {}),
        (GateSetting(gate="breadth", setting="code", value="GATE_OTHER", reason="改名"), {}),
        (RestoreIndicator(indicator="C01", industry="automotive", reason="并无不同"), {"clause": "indicators.C01"}),
    ],
)
def test_a_change_names_a_clause_that_the_draft_has(change: Any, facts: dict[str, Any]) -> None:
    city(drafted(), changing(change)).refused(CLAUSE_UNKNOWN, **facts)


@pytest.mark.parametrize(
    "change",
    [
        GateSetting(gate="breadth", setting="at_least", value="three", reason="更严"),
        UpperBounds.model_validate({"indicator": "X03", "upper_bounds": ["9", "8", "7", "6"], "reason": "反了"}),
        UpperBounds.model_validate({"indicator": "Z01", "upper_bounds": ["6", "7", "8", "9"], "reason": "并非比例"}),
        UpperBounds.model_validate(
            {"indicator": "Z01", "upper_bounds": ["6", "7", "8", "9"], "reason": "并非比例", "industry": "automotive"}
        ),
    ],
)
def test_a_value_that_its_line_cannot_have_is_refused_at_once(change: Any) -> None:
    city(drafted(), changing(change)).refused(CHANGE_MISFIT)


def test_bands_weights_of_dimensions_and_wordings_are_the_same_in_every_industry() -> None:
    bands = TotalBands.model_validate({"bands": list(range(10)), "industry": "automotive", "reason": "行业另定"})
    city(drafted(), changing(bands)).refused(CLAUSE_PLAIN_ONLY, clause="bands", industry="automotive")
    named = IndicatorText(indicator="C01", member="name", text="另名", industry="automotive", reason="行业用语")
    city(drafted(), changing(named)).refused(CLAUSE_PLAIN_ONLY, clause="indicators.C01.name")


@pytest.mark.parametrize("industry", [None, "automotive"])
def test_an_indicator_id_is_given_once(industry: str | None) -> None:
    again = AddIndicator(item=load("2023").by_id["C01"], industry=industry, reason="重复")
    city(drafted(), changing(again)).refused(INDICATOR_REPEATED, clause="indicators.C01")


def test_changes_whose_order_would_matter_are_refused_together_and_taken_one_after_the_other() -> None:
    named = IndicatorText(indicator="C12", member="name", text="售后服务", reason="用词")
    gone = DropIndicator(indicator="C12", reason="不再单列")
    city(drafted(), changing(named, gone)).refused(CHANGES_COLLIDE, clause="indicators.C12", other="indicators.C12.name")
    assert city(city(drafted(), changing(named)).accepted, changing(gone, version=2)).accepted


def test_what_changes_nothing_is_no_fact_and_no_new_version() -> None:
    case = drafted()
    city(case, changing(heavier("C01", "8"))).refused(DRAFT_UNCHANGED)
    assert case.state.draft_version == 1


def test_all_wrong_changes_of_a_draft_are_told_at_once_each_with_its_place() -> None:
    again = AddIndicator(item=load("2023").by_id["C01"], industry=None, reason="重复")
    assert city(drafted(), changing(heavier("Q98", "8"), heavier("C01", "9"), again)).told == {
        ("CLAUSE_UNKNOWN", "changes.0"),
        ("INDICATOR_REPEATED", "changes.2"),
    }
    unknown = drafting(industries=("energy", "martian"))
    assert city(given(REVISIONS).having_read(WORLD), unknown).told == {
        ("REVISION_BASE_UNKNOWN", f"industries.{place}") for place in (0, 1)
    }


def test_a_change_answers_a_comment_that_there_is() -> None:
    city(consulted(), changing(heavier("C01", "9"), version=2, comment="c9")).refused(COMMENT_UNKNOWN, comment="c9")
    (fact,) = city(consulted(), changing(heavier("C01", "9"), version=2, comment="c1")).facts
    assert fact.changes[0].comment == "c1"  # type: ignore[union-attr]


def test_a_new_indicator_is_written_out_in_a_readable_length() -> None:
    item = load("2023").by_id["C01"].model_copy(update={"id": "C20", "evidence": "长" * LONGEST_LINE})
    with pytest.raises(ValidationError):
        AddIndicator(item=item, reason="示例")
