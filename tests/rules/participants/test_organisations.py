"""Organisations 组织 (plan O1–O3, V2): the nodes of the network, and the codes that scopes name places by."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.instants import city_day
from domain.kernel import NOT_FOUND
from domain.participants import organisations as o
from domain.participants.organisations import (
    ORGANISATIONS,
    Organisation,
    OrganisationKind,
    RegisterOrganisation,
    organisation_stream,
)
from tests.rules.given import AT, given

DISTRICT = {organisation_stream("310117"): Organisation(kind=OrganisationKind.DISTRICT, name="松江区")}


def register(organisation: str, kind: OrganisationKind, **rest: object) -> RegisterOrganisation:
    return RegisterOrganisation.model_validate({"organisation": organisation, "kind": kind, "name": "示例"} | rest)


def test_a_provider_is_registered_with_the_industries_it_serves() -> None:
    case = given(ORGANISATIONS).when(register("p1", OrganisationKind.PROVIDER, industries=["C34", "C36"]), "city")
    case.then(
        o.OrganisationRegistered(kind=OrganisationKind.PROVIDER, name="示例", parent=None, industries=("C34", "C36"))
    )
    assert case.state.industries == ("C34", "C36")


def test_an_organisation_is_registered_once() -> None:
    case = given(ORGANISATIONS).when(register("p1", OrganisationKind.PROVIDER), "city").accepted
    case.when(register("p1", OrganisationKind.PARK), "city").refused(o.ORGANISATION_EXISTS, name="示例")


@pytest.mark.parametrize("role", ["district", "provider", "auditor"])
def test_only_the_city_registers_organisations(role: str) -> None:
    given(ORGANISATIONS).when(register("p1", OrganisationKind.PROVIDER), role).refused(ROLE_NOT_ALLOWED, role=role)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (OrganisationKind.DISTRICT, "310117", ["songjiang", "31011", "310117001"]),
        (OrganisationKind.SUBDISTRICT, "310117001", ["310117", "fangsong"]),
    ],
)
def test_a_district_and_a_subdistrict_are_named_by_their_division_codes(
    kind: OrganisationKind, good: str, bad: list[str]
) -> None:
    given(ORGANISATIONS).when(register(good, kind), "city").happened("organisation.registered.v2")
    for name in bad:
        given(ORGANISATIONS).when(register(name, kind), "city").refused(o.DIVISION_CODE_INVALID, organisation=name)


def test_a_parent_is_registered_first() -> None:
    child = register("310117001", OrganisationKind.SUBDISTRICT, parent="310117")
    given(ORGANISATIONS).when(child, "city").refused(o.PARENT_UNKNOWN, parent="310117")
    given(ORGANISATIONS).having_read(DISTRICT).when(child, "city").happened("organisation.registered.v2")


PROVIDER = o.OrganisationRegistered(kind=OrganisationKind.PROVIDER, name="示例", parent=None, industries=("C34",))


def revise(**rest: object) -> o.ReviseOrganisation:
    return o.ReviseOrganisation.model_validate({"organisation": "p1", "reason": "单位更名"} | rest)


def retire(last: date) -> o.RetireOrganisation:
    return o.RetireOrganisation(organisation="p1", last=last, reason="不再开展诊断业务")


def test_only_what_is_given_is_changed_and_the_reason_is_kept() -> None:
    case = given(ORGANISATIONS, PROVIDER).when(revise(name="示例（改制）"), "city")
    case.then(o.OrganisationRevised(name="示例（改制）", parent=None, industries=("C34",), reason="单位更名"))
    assert case.state.name == "示例（改制）"
    case = given(ORGANISATIONS, PROVIDER).when(revise(industries=["C34", "C36"]), "city")
    assert case.state.industries == ("C34", "C36")


def test_what_is_on_record_already_is_no_change() -> None:
    given(ORGANISATIONS, PROVIDER).when(revise(name="示例", industries=["C34"]), "city").refused(o.ORGANISATION_UNCHANGED)


def test_an_organisation_that_nobody_registered_is_neither_revised_nor_retired() -> None:
    given(ORGANISATIONS).when(revise(name="他"), "city").refused(NOT_FOUND)
    given(ORGANISATIONS).when(retire(date(2030, 1, 1)), "city").refused(NOT_FOUND)


@pytest.mark.parametrize("role", ["district", "provider", "operator"])
def test_only_the_city_revises_and_retires(role: str) -> None:
    given(ORGANISATIONS, PROVIDER).when(revise(name="他"), role).refused(ROLE_NOT_ALLOWED)
    given(ORGANISATIONS, PROVIDER).when(retire(date(2030, 1, 1)), role).refused(ROLE_NOT_ALLOWED)


def test_an_organisation_never_lies_below_itself() -> None:
    given(ORGANISATIONS, PROVIDER).when(revise(parent="p1"), "city").refused(o.PARENT_BELOW)
    below = {organisation_stream("p2"): Organisation(kind=OrganisationKind.PROVIDER, name="下级", parent="p1")}
    above = {organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="示例")}
    case = given(ORGANISATIONS, PROVIDER).having_read({**below, **above})
    case.when(revise(parent="p2"), "city").refused(o.PARENT_BELOW)
    given(ORGANISATIONS, PROVIDER).when(revise(parent="nobody"), "city").refused(o.PARENT_UNKNOWN)


def test_a_retirement_has_a_day_that_has_not_gone_by_and_is_the_last_word() -> None:
    case = given(ORGANISATIONS, PROVIDER)
    today = city_day(AT)
    case.when(retire(today - timedelta(days=1)), "city").refused(o.RETIREMENT_IN_THE_PAST)
    retired = case.when(retire(today), "city").accepted
    assert not retired.state.is_retired_on(today)
    assert retired.state.is_retired_on(today + timedelta(days=1))
    retired.when(revise(name="又"), "city").refused(o.ORGANISATION_RETIRED)
    retired.when(retire(today), "city").refused(o.ORGANISATION_RETIRED)


@pytest.mark.parametrize("code", ["C12", "C44", "C3", "34", "C341", "X34"])
def test_a_division_that_does_not_exist_is_no_industry_of_a_provider(code: str) -> None:
    with pytest.raises(ValidationError):
        register("p1", OrganisationKind.PROVIDER, industries=[code])
