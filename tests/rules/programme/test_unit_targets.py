"""Targets of units (plan G4, I5): the city sets those of districts and reporting units, a district those of its subdistricts."""

from datetime import timedelta
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.programme.targets import TARGET_BEYOND_ROSTER, TARGETS, Measure, SetTarget
from domain.programme.unit_targets import (
    UNIT_TARGET_OF_THE_CITY,
    UNIT_TARGETS,
    UNIT_WITHOUT_TARGETS,
    SetUnitTarget,
    UnitTargetSet,
)
from tests.rules.given import AT, Given, given

TOLD = {"year": 2024, "firms": 120, "clause": "plan G4", "mark": "I"}
UNITS = {
    organisation_stream("310117"): Organisation(kind=OrganisationKind.DISTRICT, name="松江区", parent="city"),
    organisation_stream("310117001"): Organisation(kind=OrganisationKind.SUBDISTRICT, name="岳阳街道", parent="310117"),
    organisation_stream("zone"): Organisation(kind=OrganisationKind.REPORTING_UNIT, name="示例开发区"),
    organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="示例服务商"),
    organisation_stream("310118"): Organisation(
        kind=OrganisationKind.DISTRICT, name="青浦区", last=AT.date() - timedelta(days=1)
    ),
}


def setting(unit: str, role: str = "city", organisation: str = "", **odd: Any) -> Given:
    command = SetUnitTarget(**{**TOLD, "unit": unit, **odd})
    return given(UNIT_TARGETS).having_read(UNITS).when(command, role, organisation)


@pytest.mark.parametrize(("unit", "district"), [("310117", "310117"), ("310117001", "310117"), ("zone", None)])
def test_a_target_is_of_a_unit_and_a_year_with_its_clause_and_mark(unit: str, district: str | None) -> None:
    case = setting(unit)
    case.then(UnitTargetSet(unit=unit, district=district, **TOLD))
    again = SetUnitTarget(**TOLD, unit=unit)
    case.when(again, "city").then()
    case.when(again.model_copy(update={"firms": 90}), "city").happened("unittarget.set.v1")
    assert {year: one.firms for year, one in case.state.in_force.items()} == {2024: 90}


def test_a_district_sets_its_subdistricts_targets_and_not_its_own() -> None:
    setting("310117001", "district", "310117").happened("unittarget.set.v1")
    setting("310117", "district", "310117").refused(UNIT_TARGET_OF_THE_CITY, path="unit")
    setting("310117001", "subdistrict", "310117001").refused(ROLE_NOT_ALLOWED)


def test_only_districts_subdistricts_and_reporting_units_that_take_part_have_targets() -> None:
    for unit in ("p1", "310118"):
        setting(unit).refused(UNIT_WITHOUT_TARGETS, path="unit")
    setting("310199").refused(NOT_FOUND)


def test_a_target_beyond_the_roster_is_refused_with_the_firms_there_are() -> None:
    setting("310117", on_roster=119).refused(TARGET_BEYOND_ROSTER, path="firms", at_most=119)
    setting("310117", on_roster=120).happened("unittarget.set.v1")
    of_city = SetTarget(year=2024, measure=Measure.ENTERPRISES_DIAGNOSED, at_least=1800, clause="plan G1", mark="V", on_roster=1799)
    given(TARGETS).when(of_city, "city").refused(TARGET_BEYOND_ROSTER, path="at_least", at_most=1799)
    given(TARGETS).when(of_city.model_copy(update={"on_roster": None}), "city").happened("target.set.v1")
