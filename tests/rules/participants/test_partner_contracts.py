"""Contracts with partners (plan P8): the city agrees which events carry their object, what for and until when, and ends it."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND, OnStream, Refused
from domain.participants.partner_contracts import (
    CONTRACT_ENDED,
    CONTRACT_EXISTS,
    CONTRACT_OVER,
    CONTRACT_PARTNER_UNKNOWN,
    PARTNER_CONTRACT_HELD,
    PARTNER_CONTRACTS,
    EndPartnerContract,
    FullEventKind,
    GrantPartnerContract,
    PartnerContract,
    PartnerContractEnded,
    PartnerContractGranted,
    partner_contract_stream,
)
from domain.public_events import KINDS
from domain.reservations import ContractReservationTaken, Reservation, contract_with
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
TAKEN = OnStream(contract_with("erp"), ContractReservationTaken(holder="k1"))
LAST = datetime(2024, 12, 31, 4, tzinfo=UTC)
AFTER = datetime(2025, 1, 1, 4, tzinfo=UTC)


def granted_until(until: date) -> Given:
    return given(PARTNER_CONTRACTS).when(GRANT.model_copy(update={"until": until}), "city")


def test_the_city_agrees_on_kinds_a_purpose_and_a_last_day_and_ends_it_at_once() -> None:
    case = given(PARTNER_CONTRACTS).when(GRANT, "city").then(GRANTED, TAKEN)
    case.when(GRANT, "city").refused(CONTRACT_EXISTS, path="contract")
    case.when(END, "city").then(PartnerContractEnded(last=date(2024, 5, 5), why="平台停用"))


def sentences(case: Given) -> tuple[str, str]:
    """The refusal in both languages."""
    assert isinstance(case.outcome, Refused)
    return case.outcome.says, case.outcome.says_in_english


def test_who_ends_one_again_is_told_the_citys_day_on_which_it_was_ended() -> None:
    past_midnight = datetime(2024, 5, 6, 16, 30, tzinfo=UTC)  # 7 May in the city
    case = given(PARTNER_CONTRACTS, GRANTED).when(END, "city", at=past_midnight).accepted
    case.when(END, "city", at=AFTER).refused(CONTRACT_ENDED, path="contract")
    chinese, english = sentences(case)
    assert chinese == "该约定已于 2024-05-07 终止，无须再次终止"
    assert english == "The contract was ended on 2024-05-07; nothing is left to end"


def test_who_ends_one_that_ran_out_is_told_its_last_day() -> None:
    assert given(PARTNER_CONTRACTS, GRANTED).when(END, "city", at=LAST).accepted
    case = given(PARTNER_CONTRACTS, GRANTED).when(END, "city", at=AFTER)
    case.refused(CONTRACT_ENDED, path="contract")
    chinese, english = sentences(case)
    assert chinese == "该约定已到期，最后一日为 2024-12-31，无须再次终止"
    assert english == "The contract ran out, its last day was 2024-12-31; nothing is left to end"


def after(contract: PartnerContract | None, *, is_reserved: bool = True, held: tuple[str, ...] = ()) -> Given:
    """Another grant to the same partner, while k1 stands as it does. held: contracts that the server named."""
    states = {partner_contract_stream("k1"): contract}
    if is_reserved:
        states |= {contract_with("erp"): Reservation(holder="k1")}
    further = GRANT.model_copy(update={"contract": "k2", "kinds": (FullEventKind.DIRECTORY,), "held": held})
    return given(PARTNER_CONTRACTS).having_read(states).when(further, "city", at=LAST)


HOLDS = PartnerContract(partner="erp", purpose="园区平台展示", kinds=(FullEventKind.ENTERPRISE,), last=date(2024, 12, 31))


def test_a_partner_has_one_contract_at_a_time_whatever_its_kinds() -> None:
    after(HOLDS).refused(PARTNER_CONTRACT_HELD, path="partner", partner="erp", agreed_for="园区平台展示", last=date(2024, 12, 31))
    for over in ({"last": date(2024, 12, 30)}, {"last": date(2024, 12, 30), "ended": date(2024, 12, 31)}):
        after(HOLDS.model_copy(update=over)).happened("partnercontract.granted.v1", "slot.contract_taken.v1")


def test_a_contract_of_before_reservations_holds_its_partner_too() -> None:
    after(HOLDS, is_reserved=False, held=("k1",)).refused(PARTNER_CONTRACT_HELD)
    assert after(HOLDS.model_copy(update={"partner": "rival"}), is_reserved=False, held=("k1",)).accepted
    assert after(HOLDS.model_copy(update={"last": date(2024, 12, 30)}), is_reserved=False, held=("k1",)).accepted


def test_who_ended_a_contract_agrees_on_another_the_same_day() -> None:
    ended = given(PARTNER_CONTRACTS, GRANTED).when(END, "city", at=LAST).state
    assert after(ended).accepted


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
