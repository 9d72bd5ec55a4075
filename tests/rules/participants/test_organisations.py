"""Organisations 组织 (plan O1–O3, V2): the nodes of the network, and the codes that scopes name places by."""

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.participants import organisations as o
from domain.participants.organisations import (
    ORGANISATIONS,
    Organisation,
    OrganisationKind,
    RegisterOrganisation,
    organisation_stream,
)
from tests.rules.given import given

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
