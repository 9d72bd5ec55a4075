"""Agreement of assessments (plan S5, V5, method f): told from enough cases on, low by two marks, never by alpha alone."""

from decimal import Decimal
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.agreement import AgreementRule
from domain.kernel import NOT_FOUND
from domain.providers.agreement.numbers import (
    METHOD,
    AgreementInputs,
    AssessmentPair,
    IndicatorOutcome,
    StudyOutcome,
    digest_of,
    study,
    study_bytes,
)
from domain.providers.agreement.study import (
    AGREEMENT_EDITION_UNKNOWN,
    AGREEMENT_EXISTS,
    AGREEMENT_YEAR_AHEAD,
    AGREEMENTS,
    RecordAgreement,
    RequestAgreement,
)
from tests.rules.cases import WORLD
from tests.rules.given import AT, Given, given

RULE = rule_in_force(None, AgreementRule, AT.date())
STEPS = tuple(map(Decimal, ("0", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5")))
REQUEST = RequestAgreement(agreement="a1", year=2024, edition="2023")
ALIKE = [(at % 10, at % 10) for at in range(60)]
APART = [(at % 10, (at * 7 + 3) % 10) for at in range(60)]
NARROW = [(5 + at % 2, 6 - at % 2) for at in range(60)]


def inputs(*pairs: tuple[int, int]) -> AgreementInputs:
    return AgreementInputs(STEPS, {AssessmentPair.SELF_VERIFIED: {"Z01": pairs}})


def outcome(pairs: list[tuple[int, int]]) -> IndicatorOutcome:
    [found] = study(inputs(*pairs), RULE).indicators
    return found


def asked(**changed: Any) -> Given:
    return given(AGREEMENTS).having_read(WORLD).when(REQUEST.model_copy(update=changed), "city")


def recorded() -> RecordAgreement:
    return RecordAgreement(agreement="a1", method=METHOD, position=7, **study(inputs(*APART), RULE)._asdict())


def test_a_study_is_asked_for_by_the_city_and_worked_out_once_by_the_program() -> None:
    case = asked().happened("agreement.requested.v1")
    case.when(recorded(), "system").happened("agreement.computed.v1")
    [computed] = case.facts
    assert (computed.queued, computed.rule) == (1, None)  # type: ignore[union-attr]
    case.when(recorded(), "system").then()
    case.when(REQUEST, "city").refused(AGREEMENT_EXISTS)


def test_a_study_names_a_year_that_has_come_and_an_edition_that_is_published() -> None:
    asked(year=2025).refused(AGREEMENT_YEAR_AHEAD, path="year", latest=2024)
    asked(edition="1999").refused(AGREEMENT_EDITION_UNKNOWN, path="edition")
    given(AGREEMENTS).when(recorded(), "system").refused(NOT_FOUND)


@pytest.mark.parametrize("role", ["district", "provider", "arbiter", "auditor"])
def test_nobody_else_asks_for_a_study(role: str) -> None:
    given(AGREEMENTS).having_read(WORLD).when(REQUEST, role).refused(ROLE_NOT_ALLOWED)
    asked().accepted.when(recorded(), role).refused(ROLE_NOT_ALLOWED)


def test_an_indicator_is_queued_where_interval_and_share_within_a_step_are_both_low_of_fifty_cases() -> None:
    low, high, narrow = outcome(APART), outcome(ALIKE), outcome(NARROW)
    assert (low.queued, high.queued) == (True, False)
    assert (high.kappa, high.alpha, high.within) == (1, 1, 1)
    assert low.high is not None
    assert low.high < RULE.low_alpha
    assert narrow.alpha is not None
    assert narrow.alpha < RULE.low_alpha
    assert (narrow.within, narrow.queued) == (1, False), "alpha alone is low where firms are alike"
    assert not outcome(APART[:49]).queued
    assert outcome(APART[:50]).queued


def test_fewer_cases_than_the_rule_asks_for_tell_how_many_and_fewer_than_five_not_even_that() -> None:
    nothing = {"kappa": None, "alpha": None, "within": None, "table": (), "queued": False}
    for pairs, cases in ((APART[:29], 29), (APART[:4], None), (APART[:5], 5), ([], 0)):
        found = outcome(pairs)
        assert found.cases == cases
        assert {name: getattr(found, name) for name in nothing} == nothing
    assert outcome(APART[:30]).alpha is not None


def test_small_cells_of_the_table_are_hidden_and_no_margin_tells_them() -> None:
    pairs = [(1, 1)] * 20 + [(1, 2)] * 2 + [(2, 1)] * 9 + [(2, 2)] * 12
    cells = {(one.first, one.second): one.cases for one in outcome(pairs).table}
    assert cells == dict.fromkeys((a, b) for a in STEPS[1:3] for b in STEPS[1:3])
    assert outcome([(1, 1)] * 28 + [(2, 2)] * 2).table == (), "there is nothing to hide the two with"
    shown = {(one.first, one.second): one.cases for one in outcome(ALIKE).table}
    assert shown == {(step, step): 6 for step in STEPS}


def test_a_later_study_tells_nobody_what_one_more_case_came_to() -> None:
    first = study(inputs(*ALIKE), RULE)
    assert first.indicators[0].table

    def later(pairs: list[tuple[int, int]]) -> StudyOutcome:
        return study(inputs(*pairs)._replace(former=first.indicators), RULE)

    few = [(9, 0)] * (RULE.cell_from - 1)
    for pairs in ([*ALIKE, (9, 0)], [*ALIKE, *few], [*ALIKE[1:], (9, 0)], ALIKE[1:]):
        assert later(pairs).indicators == first.indicators, "it stands until as many cases have come as a cell needs"
    anew = later([*ALIKE, *few, (9, 0)])
    assert (anew.indicators, anew.input_digest) == (study(inputs(*ALIKE, *few, (9, 0)), RULE).indicators, anew.input_digest)
    assert anew.input_digest != digest_of(inputs(*ALIKE, *few, (9, 0))), "what was told before is looked at too"


def test_the_order_of_cases_does_not_matter_and_one_level_throughout_has_no_coefficient() -> None:
    assert study(inputs(*APART[::-1]), RULE) == study(inputs(*APART), RULE)
    assert digest_of(inputs(*APART[::-1])) == digest_of(inputs(*APART))
    assert b"Z01" in study_bytes(inputs(*APART), RULE)
    found = outcome([(5, 5)] * 40)
    assert (found.kappa, found.alpha, found.within, found.queued) == (None, None, 1, False)
