"""Ties of providers (plan V3): declared with source and dates, ended by the city, and what they keep a provider from."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.provider import EXCEPTION_NOT_NEEDED, EXCEPTION_NOT_YOURS, AcceptDiagnosis, AssignProvider
from domain.governance.ties import (
    PROVIDER_IN_CONFLICT,
    TIE_DAYS_REVERSED,
    TIE_DECLARED_ALREADY,
    TIE_LAST_AHEAD,
    TIE_PARTY_MISPLACED,
    TIE_PARTY_UNKNOWN,
    TIE_PROVIDER_UNKNOWN,
    TIE_UNKNOWN,
    TIES,
    DeclareTie,
    EndTie,
    Tie,
    TieKind,
    Ties,
    tie_stream,
)
from domain.instants import city_day, months_after
from domain.participants.enterprises import enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from tests.rules.cases import FIRM, OPENING, WORLD, opened, provider, submitted, uniform
from tests.rules.given import AT, Given, given

TODAY = city_day(AT)
BEGAN = date(2023, 9, 1)
GROUP = {organisation_stream("g1"): Organisation(kind=OrganisationKind.GROUP, name="示例集团")}
WHY = "本区仅此一家熟悉该工艺"
ASSIGN = AssignProvider(diagnosis="d1", provider="p1")


def declared(**changes: Any) -> DeclareTie:
    values = {"provider": "p1", "kind": TieKind.VENDOR, "party": "e1", "since": BEGAN, "source": "采购合同"}
    return DeclareTie(**values | changes)


def ended(**changes: Any) -> EndTie:
    values = {"provider": "p1", "kind": TieKind.VENDOR, "party": "e1", "last": TODAY, "source": "验收单"}
    return EndTie(**values | changes)


def asked() -> Given:
    return given(TIES).having_read(WORLD | GROUP)


def tied(kind: TieKind, last: date | None = None, party: str | None = "e1") -> dict[str, Any]:
    return {tie_stream("p1"): Ties(version=1, ties=(Tie(kind=kind, party=party, since=BEGAN, last=last, version=1),))}


def test_a_tie_is_declared_by_its_sides_or_the_administration_and_ended_by_the_city_alone() -> None:
    for role in ("city", "district", "provider", "enterprise"):
        asked().when(declared(), role, "p1").happened("tie.declared.v1")
    assert asked().when(declared(kind=TieKind.OPERATOR, party=None), "city").accepted
    assert asked().when(declared(party="g1"), "provider", "p1").accepted
    case = asked().when(declared(), "provider", "p1").accepted
    case.when(declared(), "enterprise", "e1").refused(TIE_DECLARED_ALREADY, since=BEGAN)
    case.when(ended(), "city").happened("tie.ended.v1")
    case.when(ended(), "city").refused(TIE_UNKNOWN, path="kind")
    assert case.when(declared(since=TODAY), "city").accepted


def test_a_tie_names_a_provider_and_who_is_on_record() -> None:
    asked().when(declared(provider="310117"), "city").refused(TIE_PROVIDER_UNKNOWN, path="provider")
    asked().when(declared(party="e9"), "city").refused(TIE_PARTY_UNKNOWN, path="party")
    asked().when(declared(party="p2"), "city").refused(TIE_PARTY_UNKNOWN, path="party")
    asked().when(declared(party=None), "city").refused(TIE_PARTY_MISPLACED, path="party")
    asked().when(declared(kind=TieKind.OPERATOR), "city").refused(TIE_PARTY_MISPLACED, path="party")


def test_its_days_lie_in_order_and_not_ahead() -> None:
    ahead = TODAY + timedelta(days=1)
    asked().when(declared(since=ahead), "city").refused(TIE_LAST_AHEAD, path="since", latest=TODAY)
    asked().when(declared(last=ahead), "city").refused(TIE_LAST_AHEAD, path="last", latest=TODAY)
    asked().when(declared(last=BEGAN - timedelta(days=1)), "city").refused(TIE_DAYS_REVERSED, path="last", earliest=BEGAN)
    case = asked().when(declared(), "city").accepted
    case.when(ended(last=ahead), "city").refused(TIE_LAST_AHEAD, path="last")
    case.when(ended(last=BEGAN - timedelta(days=1)), "city").refused(TIE_DAYS_REVERSED, path="last", earliest=BEGAN)


@pytest.mark.parametrize("kind", TieKind)
def test_no_case_goes_to_a_provider_that_is_tied_to_the_firm(kind: TieKind) -> None:
    world = tied(kind, party=None if kind is TieKind.OPERATOR else "e1")
    given(DIAGNOSES).having_read(WORLD | world).when(OPENING, "city", "e1").refused(PROVIDER_IN_CONFLICT, path="provider")
    case = opened(provider=None).having_read(world)
    for role in ("city", "district", "enterprise"):
        case.when(ASSIGN, role, "e1").refused(PROVIDER_IN_CONFLICT, path="provider")
    assert case.when(ASSIGN.model_copy(update={"provider": "p2"}), "city").accepted


def test_a_tie_with_the_firms_group_bars_and_one_with_another_firm_does_not() -> None:
    grouped = {enterprise_stream("e1"): FIRM.model_copy(update={"group": "g1"})}
    case = opened(provider=None).having_read(grouped | tied(TieKind.OWNERSHIP, party="g1"))
    case.when(ASSIGN, "city").refused(PROVIDER_IN_CONFLICT)
    assert opened(provider=None).having_read(tied(TieKind.OWNERSHIP, party="g1")).when(ASSIGN, "city").accepted
    assert opened(provider=None).having_read(tied(TieKind.VENDOR, party="e2")).when(ASSIGN, "city").accepted


@pytest.mark.parametrize(("kind", "months"), [(TieKind.VENDOR, 24), (TieKind.OWNERSHIP, 0)])
def test_a_supply_bars_as_long_after_its_last_day_as_the_rule_says_ownership_until_its_own(kind: TieKind, months: int) -> None:
    last = months_after(TODAY, -months)
    opened(provider=None).having_read(tied(kind, last)).when(ASSIGN, "city").refused(PROVIDER_IN_CONFLICT)
    over = tied(kind, last - timedelta(days=1))
    assert opened(provider=None).having_read(over).when(ASSIGN, "city").accepted


def test_the_city_or_the_district_may_state_a_reasoned_exception_that_cites_the_ties() -> None:
    excepted = ASSIGN.model_copy(update={"exception": WHY})
    case = opened(provider=None).having_read(tied(TieKind.VENDOR))
    case.when(excepted, "enterprise", "e1").refused(EXCEPTION_NOT_YOURS, path="exception")
    case.when(excepted, "district", "310117").happened("diagnosis.provider_assigned.v1", "diagnosis.tie_exception_recorded.v1")
    assert [fact.ties for fact in case.facts if hasattr(fact, "ties")] == [("tie/p1/1",)]
    case.when(excepted, "district", "310117").then()
    opened(provider=None).when(excepted, "city").refused(EXCEPTION_NOT_NEEDED)
    opening = OPENING.model_copy(update={"exception": WHY})
    started = given(DIAGNOSES).having_read(WORLD | tied(TieKind.OWNERSHIP)).when(opening, "city", "e1")
    started.happened("diagnosis.opened.v2", "diagnosis.tie_exception_recorded.v1", "slot.taken.v1", "stage.began.v2")


def test_a_tie_declared_after_the_naming_keeps_the_provider_from_taking_the_case_on_until_it_is_excepted() -> None:
    accept = AcceptDiagnosis(diagnosis="d1")
    case = submitted(uniform(3)).having_read(tied(TieKind.VENDOR))
    provider(case, accept).refused(PROVIDER_IN_CONFLICT)
    assert case.when(ASSIGN.model_copy(update={"exception": WHY}), "city").accepted
    assert provider(case, accept).accepted
