"""Contracts with partners (plan P8): the city agrees which events carry their object, what for and until when, and ends it."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND
from domain.participants.partner_contracts import (
    CONTRACT_ENDED,
    CONTRACT_EXISTS,
    CONTRACT_OVER,
    CONTRACT_PARTNER_UNKNOWN,
    PARTNER_CONTRACTS,
    EndPartnerContract,
    FullEventKind,
    GrantPartnerContract,
    PartnerContractEnded,
    PartnerContractGranted,
)
from domain.public_events import KINDS
from tests.rules.given import Given, given

TODAY = date(2024, 5, 6)
GRANT = GrantPartnerContract(
    contract="k1",
    partner="erp",
    purpose="园区平台展示",
    kinds=(FullEventKind.ENTERPRISE, FullEventKind.DIAGNOSIS, FullEventKind.ENTERPRISE),
    until=date(2024, 12, 31),
    is_known=True,
)
GRANTED = PartnerContractGranted(
    partner="erp",
    purpose="园区平台展示",
    kinds=(FullEventKind.DIAGNOSIS, FullEventKind.ENTERPRISE),
    until=date(2024, 12, 31),
)
END = EndPartnerContract(contract="k1", why="平台停用")


def granted_until(until: date) -> Given:
    return given(PARTNER_CONTRACTS).when(GRANT.model_copy(update={"until": until}), "city")


def test_the_city_agrees_on_kinds_a_purpose_and_a_last_day_and_ends_it_at_once() -> None:
    case = given(PARTNER_CONTRACTS).when(GRANT, "city").then(GRANTED)
    case.when(GRANT, "city").refused(CONTRACT_EXISTS, path="contract")
    ended = case.when(END, "city").then(PartnerContractEnded(last=date(2024, 5, 5), why="平台停用"))
    ended.when(END, "city").refused(CONTRACT_ENDED, last=date(2024, 5, 5))


@pytest.mark.parametrize("role", ["partner", "operator", "district", "auditor", "system", "enterprise"])
def test_nobody_else_agrees_or_ends(role: str) -> None:
    given(PARTNER_CONTRACTS).when(GRANT, role).refused(ROLE_NOT_ALLOWED, role=role)
    given(PARTNER_CONTRACTS, GRANTED).when(END, role).refused(ROLE_NOT_ALLOWED, role=role)


def test_a_name_that_no_key_has_is_refused_and_so_is_what_there_is_not() -> None:
    unknown = GRANT.model_copy(update={"partner": "epr", "is_known": False})
    given(PARTNER_CONTRACTS).when(unknown, "city").refused(CONTRACT_PARTNER_UNKNOWN, path="partner", partner="epr")
    given(PARTNER_CONTRACTS).when(END, "city").refused(NOT_FOUND)


def test_a_last_day_that_is_over_is_refused_and_today_is_taken() -> None:
    granted_until(date(2024, 5, 5)).refused(CONTRACT_OVER, path="until", earliest=TODAY)
    assert granted_until(TODAY).accepted


def test_a_contract_of_no_kind_is_none_and_every_kind_is_one_of_public_events() -> None:
    with pytest.raises(ValidationError, match="kinds"):
        GrantPartnerContract(contract="k1", partner="erp", purpose="展示", kinds=(), until=TODAY)
    assert {one.value for one in FullEventKind} <= set(KINDS)
