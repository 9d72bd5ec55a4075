"""A role taken away is gone at once (plan P7): in every process, for open sockets too, though no projector is at work."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from api.app import create_app
from domain.access import Role
from domain.instants import city_day
from domain.participants.people.memberships import EndMembership, GrantMembership
from domain.participants.people.registration import ErasePerson
from tests.api.small_api import serving
from tests.live_city import PASSWORD, LiveCity, open_city

Two = tuple[LiveCity, LiveCity]
WHO = "{ viewer { role } enterprises { totalCount } }"
FOLLOW = "subscription { diagnosisEvents { type } }"
FAR_OFF = 600.0
"""A watch that comes too late to help: what closes the socket in time is the end of the role."""


@pytest.fixture(params=["sqlite", "postgres"])
def two(request: pytest.FixtureRequest, tmp_path: Path, built: Callable[..., Any], copied: Callable[..., Any]) -> Iterator[Two]:
    """Two processes' worth of one installation, and nobody who keeps the read models current."""
    made = copied(built(request.param, None), tmp_path / "data")
    both = made.folder, made.address, made.tokens
    with open_city(*both) as first, open_city(*both) as second:
        yield first, second


def yesterday() -> date:
    return city_day(datetime.now(UTC)) - timedelta(days=1)


def refused(city: LiveCity, who: str) -> bool:
    """Whether a session is one of nobody any more."""
    errors = city.ask(who, WHO).get("errors", [])
    return [error["extensions"]["code"] for error in errors] == ["UNAUTHENTICATED"]


def test_a_role_is_gone_in_every_process_once_the_mutation_has_returned(two: Two) -> None:
    first, second = two
    for city in two:  # each has seen the person before
        assert city.data("district", WHO)["viewer"]["role"] == "DISTRICT"
    ended = {"person": "district", "membership": "m-district", "on": yesterday().isoformat()}
    assert first.do("city", "endMembership", "", **ended)["userErrors"] == []
    assert second.installation.services.models.position() < second.installation.services.journal.head().size
    assert refused(first, "district")
    assert refused(second, "district")
    assert second.installation.accounts.sign_in("district", PASSWORD) is None


def test_a_role_that_goes_on_today_holds_until_the_day_is_over(two: Two) -> None:
    first, second = two
    first.send(EndMembership(person="district", membership="m-district", on=city_day(datetime.now(UTC))))
    assert not refused(second, "district")


def test_who_holds_another_role_goes_on_in_that_one_alone(two: Two) -> None:
    first, second = two
    first.send(GrantMembership(person="filler", membership="m9", role=Role.PARK, organisation="songjiang-park", since=yesterday()))
    assert second.installation.accounts.act_as(second.tokens["filler"], "m9")
    first.send(EndMembership(person="filler", membership="m-filler", on=yesterday()))
    assert second.data("filler", WHO)["viewer"]["role"] == "PARK"
    assert not second.installation.accounts.act_as(second.tokens["filler"], "m-filler")


@pytest.mark.parametrize("end", ["ended", "erased"])
def test_open_sockets_and_streams_of_the_role_are_closed_in_every_process(two: Two, end: str) -> None:
    first, _ = two
    with ExitStack() as stack:
        hosts = [stack.enter_context(serving(create_app(city.installation.services, watch_seconds=FAR_OFF))) for city in two]
        sockets = [followed(stack, host, first.tokens["district"]) for host in hosts]
        other = followed(stack, hosts[1], first.tokens["pudong"])
        stream = stack.enter_context(
            httpx2.stream(
                "POST",
                f"http://{hosts[1]}/graphql",
                json={"query": FOLLOW},
                headers={"authorization": f"Bearer {first.tokens['district']}", "accept": "text/event-stream"},
                timeout=20,
            )
        )
        time.sleep(0.5)  # both sides wait by now
        start = time.monotonic()
        if end == "ended":
            first.send(EndMembership(person="district", membership="m-district", on=yesterday()))
        else:
            first.send(ErasePerson(person="district"))
        for socket in sockets:
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=10)
            assert socket.close_code == 4401
        lines = [line for line in stream.iter_lines() if line.startswith("data: ")]
        assert orjson.loads(lines[-1][6:])["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert time.monotonic() - start < 5
        with pytest.raises(TimeoutError):
            other.recv(timeout=0.3)  # somebody else's goes on


def test_a_session_that_is_signed_out_closes_its_sockets_at_once(two: Two) -> None:
    first, _ = two
    with ExitStack() as stack:
        host = stack.enter_context(serving(create_app(first.installation.services, watch_seconds=FAR_OFF)))
        gone, other = followed(stack, host, first.tokens["district"]), followed(stack, host, first.tokens["pudong"])
        time.sleep(0.5)  # both sides wait by now
        asked = {"query": "mutation { signOut { userErrors { code } } }"}
        credentials = {"authorization": f"Bearer {first.tokens['district']}"}
        assert "errors" not in httpx2.post(f"http://{host}/graphql", json=asked, headers=credentials).json()
        with pytest.raises(ConnectionClosed):
            gone.recv(timeout=10)
        assert gone.close_code == 4401
        with pytest.raises(TimeoutError):
            other.recv(timeout=0.3)


def followed(stack: ExitStack, host: str, token: str) -> Any:
    """A socket that follows the diagnoses."""
    socket = stack.enter_context(connect(f"ws://{host}/graphql", subprotocols=["graphql-transport-ws"]))  # type: ignore[list-item] # a plain str
    socket.send(orjson.dumps({"type": "connection_init", "payload": {"token": token}}).decode())
    assert orjson.loads(socket.recv(timeout=10))["type"] == "connection_ack"
    socket.send(orjson.dumps({"type": "subscribe", "id": "1", "payload": {"query": FOLLOW}}).decode())
    return socket
