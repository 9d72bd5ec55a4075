"""Ownership of providers 控股情况 (plan V5): declared with day and source, by the provider or the city, and never of tomorrow."""

from datetime import date, timedelta

import pytest

from domain.access import Role
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.instants import city_day
from domain.kernel import NOT_FOUND, NOWHERE
from domain.participants import ownership as o
from domain.participants.organisations import (
    ORGANISATION_RETIRED,
    ORGANISATIONS,
    Organisation,
    OrganisationKind,
    OrganisationRegistered,
    OrganisationRetired,
)
from domain.participants.ownership import Ownership, ownership_on
from domain.stated_dates import DATE_BEFORE_PROGRAMME
from tests.rules.given import AT, given

TODAY = city_day(AT)
PROVIDER = OrganisationRegistered(kind=OrganisationKind.PROVIDER, name="示例", parent=None, industries=("C34",))
FIRST, SECOND = date(2023, 9, 1), date(2024, 3, 1)


def declare(ownership: Ownership, since: date = FIRST) -> o.DeclareOwnership:
    return o.DeclareOwnership(organisation="p1", ownership=ownership, since=since, source="企业信用信息公示系统")


def declared(ownership: Ownership, since: date = FIRST, by: Role = Role.PROVIDER) -> o.OwnershipDeclared:
    return o.OwnershipDeclared(ownership=ownership, since=since, source="企业信用信息公示系统", by=by)


def test_a_provider_or_the_city_declares_who_controls_it_since_when_and_by_which_source() -> None:
    for role in (Role.PROVIDER, Role.CITY):
        given(ORGANISATIONS, PROVIDER).when(declare(Ownership.PRIVATE), role).then(declared(Ownership.PRIVATE, by=role))


@pytest.mark.parametrize("role", ["district", "enterprise", "diagnostician", "auditor", "marker"])
def test_nobody_else_declares_it(role: str) -> None:
    given(ORGANISATIONS, PROVIDER).when(declare(Ownership.PRIVATE), role).refused(ROLE_NOT_ALLOWED, role=role)


def test_what_holds_on_a_day_is_what_was_declared_of_the_last_day_before_whatever_the_order() -> None:
    later, earlier = declare(Ownership.STATE, SECOND), declare(Ownership.PRIVATE, FIRST)
    case = given(ORGANISATIONS, PROVIDER).when(later, "provider").accepted.when(earlier, "provider").accepted
    on = [ownership_on(case.state.ownerships, day) for day in (FIRST - timedelta(1), FIRST, SECOND - timedelta(1), SECOND)]
    assert [one.ownership if one else None for one in on] == [None, Ownership.PRIVATE, Ownership.PRIVATE, Ownership.STATE]


def test_of_the_same_day_the_later_declaration_takes_the_place_of_the_former() -> None:
    case = given(ORGANISATIONS, PROVIDER, declared(Ownership.PRIVATE)).when(declare(Ownership.FOREIGN), "provider").accepted
    assert [one.ownership for one in case.state.ownerships] == [Ownership.FOREIGN]


def test_what_holds_already_is_told_as_such() -> None:
    case = given(ORGANISATIONS, PROVIDER, declared(Ownership.PRIVATE))
    case.when(declare(Ownership.PRIVATE, SECOND), "provider").refused(o.OWNERSHIP_UNCHANGED, since=FIRST)


def test_a_day_to_come_and_one_before_the_programme_are_refused() -> None:
    case = given(ORGANISATIONS, PROVIDER)
    tomorrow = TODAY + timedelta(days=1)
    case.when(declare(Ownership.STATE, tomorrow), "city").refused(o.OWNERSHIP_AHEAD, given=tomorrow, latest=TODAY)
    case.when(declare(Ownership.STATE, date(2001, 1, 1)), "city").refused(DATE_BEFORE_PROGRAMME)


def test_what_the_city_stated_the_city_alone_changes_and_a_later_change_is_the_providers_to_declare() -> None:
    case = given(ORGANISATIONS, PROVIDER, declared(Ownership.STATE, by=Role.CITY))
    case.when(declare(Ownership.PRIVATE), "provider").refused(o.OWNERSHIP_STATED_BY_CITY, since=FIRST)
    case.when(declare(Ownership.PRIVATE), "city").then(declared(Ownership.PRIVATE, by=Role.CITY))
    case.when(declare(Ownership.FOREIGN, SECOND), "provider").then(declared(Ownership.FOREIGN, SECOND))


def test_ownership_is_kept_of_providers_that_take_part() -> None:
    given(ORGANISATIONS).when(declare(Ownership.STATE), "city").refused(NOT_FOUND)
    bank = PROVIDER.model_copy(update={"kind": OrganisationKind.BANK})
    given(ORGANISATIONS, bank).when(declare(Ownership.STATE), "city").refused(o.OWNERSHIP_OF_PROVIDERS)
    retired = OrganisationRetired(last=TODAY, reason="退出")
    given(ORGANISATIONS, PROVIDER, retired).when(declare(Ownership.STATE), "city").refused(ORGANISATION_RETIRED)


def test_a_provider_declares_its_own_alone() -> None:
    provider, bank = (Organisation(kind=kind, name="x") for kind in (OrganisationKind.PROVIDER, OrganisationKind.BANK))
    assert ORGANISATIONS.place(declare(Ownership.STATE), provider, {}).provider == "p1"
    assert ORGANISATIONS.place(declare(Ownership.STATE), bank, {}) is NOWHERE
    assert ORGANISATIONS.place(declare(Ownership.STATE), None, {}) is NOWHERE
