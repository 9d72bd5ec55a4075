"""Endpoints 推送端点 (plan P8): a partner says where public events go; to everyone else its endpoint is not there."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.instants import SHANGHAI
from domain.kernel import NOT_FOUND, Command, OnStream
from domain.participants.endpoints.commands import (
    MOST_ENDPOINTS,
    MOST_HANDSHAKES_A_DAY,
    DisableEndpoint,
    EnableEndpoint,
    RedeliverEvents,
    RegisterEndpoint,
    RotateEndpointSecret,
    SendTestEvent,
    StopEndpoint,
    VerifyEndpoint,
)
from domain.participants.endpoints.endpoint import (
    ENDPOINT_ASKED_OFTEN,
    ENDPOINT_DISABLED,
    ENDPOINT_DISTRICT,
    ENDPOINT_ENABLED,
    ENDPOINT_EXISTS,
    ENDPOINT_HANDSHAKE,
    ENDPOINT_HANDSHAKES_A_DAY,
    ENDPOINT_NOT_VERIFIED,
    ENDPOINT_OVERLAP,
    ENDPOINT_RANGE,
    ENDPOINT_URL,
    ENDPOINTS,
    ENDPOINTS_AT_MOST,
    MOST_ASKED_A_DAY,
)
from domain.participants.endpoints.events import (
    EndpointDisabled,
    EndpointEnabled,
    EndpointEvent,
    EndpointRedeliveryAsked,
    EndpointRegistered,
    EndpointSecretRotated,
    EndpointTestAsked,
    EndpointVerified,
)
from domain.participants.endpoints.open_endpoints import (
    HandshakeBegun,
    OpenEndpoints,
    OpenEndpointsChanged,
    open_endpoints,
)
from domain.participants.endpoints.state import Endpoint, EndpointStatus, EndpointStop, Redelivery
from tests.rules.given import AT, Given, given

OWNER: dict[str, Any] = {"role": "partner", "organisation": "310117", "by": "partner-erp"}
TODAY = date(2024, 5, 6)
REGISTER = RegisterEndpoint(endpoint="e1", url="https://erp.example/events", kinds=("diagnosis",), districts=("310117",))
REGISTERED = EndpointRegistered(
    owner="partner-erp",
    organisation="310117",
    url="https://erp.example/events",
    kinds=("diagnosis",),
    districts=("310117",),
    enterprises=(),
    editions=(),
    per_second=20,
)
VERIFIED = EndpointVerified(handshake=1)


def holds(*endpoints: str) -> OnStream:
    """The fact that these are open."""
    return OnStream(open_endpoints("partner-erp"), OpenEndpointsChanged(organisation="310117", endpoints=endpoints))


def begins(number: int) -> OnStream:
    """The fact that so many handshakes were begun today."""
    return OnStream(open_endpoints("partner-erp"), HandshakeBegun(organisation="310117", day=TODAY, number=number))


def active(*more: EndpointEvent) -> Given:
    return given(ENDPOINTS, REGISTERED, VERIFIED, *more)


def test_a_partner_registers_an_endpoint_which_is_active_once_its_handshake_is_answered() -> None:
    case = given(ENDPOINTS).when(REGISTER, **OWNER).then(REGISTERED, holds("e1"), begins(1))
    case.when(REGISTER, **OWNER).refused(ENDPOINT_EXISTS)
    case.when(SendTestEvent(endpoint="e1"), **OWNER).refused(ENDPOINT_NOT_VERIFIED)
    case.when(VerifyEndpoint(endpoint="e1", handshake=2), "system").refused(ENDPOINT_HANDSHAKE)
    done = case.when(VerifyEndpoint(endpoint="e1", handshake=1), "system").then(VERIFIED)
    assert isinstance(done.state, Endpoint)
    assert done.state.status is EndpointStatus.ACTIVE
    done.when(VerifyEndpoint(endpoint="e1", handshake=1), "system").refused(ENDPOINT_HANDSHAKE)


@pytest.mark.parametrize("role", ["city", "operator", "auditor", "system", "enterprise"])
def test_nobody_but_a_partner_registers_one(role: str) -> None:
    given(ENDPOINTS).when(REGISTER, role).refused(ROLE_NOT_ALLOWED, role=role)


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example/events",
        "ftp://erp.example/",
        "https:///events",
        "https://user:pw@erp.example/",
        "https://erp.example/#part",
        "https://erp.example:0/",
        "https://erp.example:65536/",
        "https://[::1/",
        "https://erp.example/a b",
        "https://erp.example\\@inside.example/",
        "https://例子.example/",
        "erp.example",
    ],
)
def test_an_address_that_is_none_or_is_not_protected_is_refused(url: str) -> None:
    given(ENDPOINTS).when(REGISTER.model_copy(update={"url": url}), **OWNER).refused(ENDPOINT_URL, path="url")


def test_an_installation_for_development_takes_an_address_without_tls() -> None:
    plain = REGISTER.model_copy(update={"url": "http://127.0.0.1:9000/", "plain_allowed": True})
    assert given(ENDPOINTS).when(plain, **OWNER).accepted


def test_a_key_of_a_district_has_events_of_that_district_alone() -> None:
    pudong = REGISTER.model_copy(update={"districts": ("310117", "310115")})
    given(ENDPOINTS).when(pudong, **OWNER).refused(ENDPOINT_DISTRICT, path="districts.1", code="310115")
    assert given(ENDPOINTS).when(pudong, **OWNER | {"organisation": "*"}).accepted


FULL = tuple(sorted(f"o{number}" for number in range(MOST_ENDPOINTS)))


@pytest.mark.parametrize("known", ["written", "found"])
def test_a_partner_has_so_many_endpoints_and_no_more(known: str) -> None:
    """Of those from before it was written down the read model tells; since then the stream alone counts."""
    disabled = EndpointDisabled(stop=EndpointStop.PARTNER, failures=0)

    def beside(others: tuple[str, ...], *history: EndpointEvent) -> tuple[Given, tuple[str, ...]]:
        case = given(ENDPOINTS, *history)
        if known == "found":
            return case, others
        return case.having_read({open_endpoints("partner-erp"): OpenEndpoints(of_scope={"310117": others})}), ("stale",)

    case, others = beside(FULL)
    case.when(REGISTER.model_copy(update={"others": others}), **OWNER).refused(ENDPOINTS_AT_MOST, at_most=MOST_ENDPOINTS)
    case, others = beside(FULL, REGISTERED, disabled)
    again = EnableEndpoint(endpoint="e1", others=others)
    case.when(again, **OWNER).refused(ENDPOINTS_AT_MOST, at_most=MOST_ENDPOINTS)
    case, others = beside(FULL[1:], REGISTERED, disabled)
    case.when(again.model_copy(update={"others": others}), **OWNER).then(
        EndpointEnabled(handshake=2), holds(*sorted(("e1", *FULL[1:]))), begins(1)
    )


def test_an_endpoint_that_is_disabled_makes_room_and_another_scope_has_room_of_its_own() -> None:
    full = OpenEndpoints(of_scope={"310117": ("e1", *FULL[1:]), "*": FULL})
    case = active().having_read({open_endpoints("partner-erp"): full})
    case.when(DisableEndpoint(endpoint="e1"), **OWNER).happened("endpoint.disabled.v1", "openendpoints.changed.v1")
    assert case.read[open_endpoints("partner-erp")].of_scope == {"310117": FULL[1:], "*": FULL}
    stopped = active().having_read({open_endpoints("partner-erp"): full})
    stopped.when(StopEndpoint(endpoint="e1", stop=EndpointStop.GONE, failures=1), "system").happened(
        "endpoint.disabled.v1", "openendpoints.changed.v1"
    )


OWN: list[Command] = [
    RotateEndpointSecret(endpoint="e1"),
    DisableEndpoint(endpoint="e1"),
    EnableEndpoint(endpoint="e1"),
    SendTestEvent(endpoint="e1"),
    RedeliverEvents(endpoint="e1", first=1, last=2),
]


@pytest.mark.parametrize("command", OWN, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("other", [{"by": "partner-rival"}, {"organisation": "*"}, {"organisation": "310115"}])
def test_to_another_partner_or_a_key_of_another_scope_it_is_not_there(command: Command, other: dict[str, str]) -> None:
    active().when(command, **OWNER | other).refused(NOT_FOUND)
    given(ENDPOINTS).when(command, **OWNER).refused(NOT_FOUND)


def test_a_secret_is_rotated_and_one_overlap_ends_before_another_begins() -> None:
    until = AT + timedelta(hours=24)
    case = active().when(OWN[0], **OWNER).then(EndpointSecretRotated(generation=2, overlap_until=until))
    case.when(OWN[0], **OWNER).refused(ENDPOINT_OVERLAP, at_most=0, until=f"{until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
    at_once = RotateEndpointSecret(endpoint="e1", overlap_hours=0)
    case.when(at_once, **OWNER).then(EndpointSecretRotated(generation=3, overlap_until=AT))
    case.when(OWN[0], **OWNER, at=until).happened("endpoint.secret_rotated.v1")


def test_it_is_disabled_by_its_partner_and_enabled_by_another_handshake() -> None:
    disabled = EndpointDisabled(stop=EndpointStop.PARTNER, failures=0)
    case = active().when(DisableEndpoint(endpoint="e1"), **OWNER).then(disabled)
    for command in OWN[1], OWN[3], OWN[4]:
        case.when(command, **OWNER).refused(ENDPOINT_DISABLED)
    case.when(EnableEndpoint(endpoint="e1"), **OWNER).then(EndpointEnabled(handshake=2), holds("e1"), begins(1))
    case.when(EnableEndpoint(endpoint="e1"), **OWNER).then(EndpointEnabled(handshake=3), begins(2))
    case.when(VerifyEndpoint(endpoint="e1", handshake=2), "system").refused(ENDPOINT_HANDSHAKE)
    case.when(VerifyEndpoint(endpoint="e1", handshake=3), "system").then(EndpointVerified(handshake=3))
    case.when(EnableEndpoint(endpoint="e1"), **OWNER).refused(ENDPOINT_ENABLED)


@pytest.mark.parametrize("stop", [EndpointStop.FAILURES, EndpointStop.GONE])
def test_the_program_stops_what_fails_for_too_long_or_is_gone(stop: EndpointStop) -> None:
    command = StopEndpoint(endpoint="e1", stop=stop, failures=20)
    case = active().when(command, "system").then(EndpointDisabled(stop=stop, failures=20))
    case.when(command, "system").refused(ENDPOINT_DISABLED)


def test_tests_and_redeliveries_are_asked_for_so_often_a_day() -> None:
    case = active().when(SendTestEvent(endpoint="e1"), **OWNER).then(EndpointTestAsked(number=1, day=TODAY))
    asked = RedeliverEvents(endpoint="e1", first=3, last=9)
    case.when(asked, **OWNER).then(EndpointRedeliveryAsked(number=1, day=TODAY, first=3, last=9))
    assert case.state.latest == (Redelivery(first=3, last=9),)
    case.when(asked.model_copy(update={"last": 2}), **OWNER).refused(ENDPOINT_RANGE, path="firstEvent")
    for number in range(2, MOST_ASKED_A_DAY):
        case.when(SendTestEvent(endpoint="e1"), **OWNER).then(EndpointTestAsked(number=number, day=TODAY))
    case.when(asked, **OWNER).refused(ENDPOINT_ASKED_OFTEN, at_most=MOST_ASKED_A_DAY)
    tomorrow: datetime = AT + timedelta(days=1)
    assert case.when(asked, **OWNER, at=tomorrow).accepted


def test_handshakes_are_begun_so_often_a_day_to_whichever_address() -> None:
    case = given(ENDPOINTS).when(REGISTER, **OWNER).accepted
    for _ in range(2, MOST_HANDSHAKES_A_DAY):
        case.when(EnableEndpoint(endpoint="e1"), **OWNER).happened("endpoint.enabled.v1", "openendpoints.handshake_begun.v1")
    another = given(ENDPOINTS).having_read(case.read)
    another.when(REGISTER.model_copy(update={"endpoint": "e2"}), **OWNER).then(
        REGISTERED, holds("e1", "e2"), begins(MOST_HANDSHAKES_A_DAY)
    )
    case.having_read(another.read).when(EnableEndpoint(endpoint="e1"), **OWNER).refused(
        ENDPOINT_HANDSHAKES_A_DAY, at_most=MOST_HANDSHAKES_A_DAY
    )
    third = given(ENDPOINTS).having_read(another.read)
    register = REGISTER.model_copy(update={"endpoint": "e3"})
    third.when(register, **OWNER).refused(ENDPOINT_HANDSHAKES_A_DAY)
    assert third.when(register.model_copy(update={"districts": ()}), **OWNER | {"organisation": "*"}).accepted
    tomorrow: datetime = AT + timedelta(days=1)
    assert case.when(EnableEndpoint(endpoint="e1"), **OWNER, at=tomorrow).accepted


@pytest.mark.parametrize("wrong", [{"districts": ("songjiang",)}, {"per_second": 0}, {"per_second": 1_001}, {"kinds": ("",)}])
def test_what_no_rule_needs_to_look_at_is_malformed(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RegisterEndpoint.model_validate(dict(REGISTER) | wrong)
