"""`directoryEvents` (plan V4): every move as it happens, to whoever is signed in, as the directory tells everyone."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import orjson
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from api.app import create_app
from domain.participants.people.memberships import EndMembership
from tests.api.providers.selected_city import Selecting
from tests.api.small_api import serving
from tests.live_city import ENTERPRISE, LiveCity

MOVE = "id type what on at year tags gained lost standing due reason rule causes"
FOLLOW = f"subscription($after: String) {{ directoryEvents(after: $after) {{ cursor provider move {{ {MOVE} }} }} }}"
HISTORY = f"{{ directory(first: 5) {{ nodes {{ provider history(first: 9) {{ nodes {{ {MOVE} }} }} }} }} }}"
FOLLOWERS = ("provider", "rival", "district", "enterprise", "marker1", "bank", "auditor", "city")
FAR_OFF = 600.0
"""A watch that comes too late to help: what ends the stream is the end of the session."""


@pytest.fixture
def host(selecting: Selecting) -> Iterator[str]:
    """The city with its first directory, two providers in it, served."""
    selecting.adopted()
    with serving(create_app(selecting.city.installation.services, watch_seconds=FAR_OFF)) as address:
        yield address


def start(city: LiveCity) -> str:
    return city.operations._cursors.seal(0)  # noqa: SLF001 - a cursor of the very beginning


def followed(stack: ExitStack, host: str, token: str, after: str | None = None) -> Any:
    """A socket that follows the directory."""
    socket = stack.enter_context(connect(f"ws://{host}/graphql", subprotocols=["graphql-transport-ws"]))  # type: ignore[list-item] # a plain str
    socket.send(orjson.dumps({"type": "connection_init", "payload": {"token": token}}).decode())
    assert orjson.loads(socket.recv(timeout=20))["type"] == "connection_ack"
    asked = {"query": FOLLOW, "variables": {"after": after}}
    socket.send(orjson.dumps({"type": "subscribe", "id": "1", "payload": asked}).decode())
    return socket


def told(socket: Any, count: int) -> list[dict[str, Any]]:
    """So many events as a socket is told of them."""
    return [orjson.loads(socket.recv(timeout=20))["payload"]["data"]["directoryEvents"] for _ in range(count)]


def suspended(city: LiveCity, provider: str) -> str:
    """A provider's listing at rest for a red line; the day's reason."""
    case = {"kind": "RED_LINE", "provider": provider, "about": f"listing/{provider}", "cause": f"listing/{provider}/1"}
    opened = city.done("city", "openProceeding", "proceeding { id }", **case, asked="暂停", grounds="虚报现场")["proceeding"]["id"]
    stopped = {"provider": provider, "causes": [f"{opened}/1"], "reason": "先行暂停"}
    city.done("city", "suspendProvider", "entry { standing }", **stopped)
    return str(stopped["reason"])


def in_history(city: LiveCity) -> dict[str, Any]:
    """The moves that whoever does not sign in reads, by the fact."""
    nodes = city.data(None, HISTORY)["directory"]["nodes"]
    return {move["id"]: (one["provider"], move) for one in nodes for move in one["history"]["nodes"]}


def test_a_move_reaches_all_who_are_signed_in_as_the_public_directory_tells_it(selecting: Selecting, host: str) -> None:
    city = selecting.city
    listed = len(in_history(city))
    with ExitStack() as stack:
        sockets = {who: followed(stack, host, city.tokens[who], start(city)) for who in FOLLOWERS}
        before = {who: told(socket, listed) for who, socket in sockets.items()}
        reason = suspended(city, "p2")
        after = {who: told(socket, 1)[0] for who, socket in sockets.items()}
    public = in_history(city)
    assert len(public) == listed + 1
    for who in FOLLOWERS:
        events = [*before[who], after[who]]
        assert {one["move"]["id"]: (one["provider"], one["move"]) for one in events} == public, who
        last = after[who]["move"]
        assert (after[who]["provider"], last["standing"], last["reason"]) == ("organisation/p2", "SUSPENDED", reason)


def test_who_is_not_signed_in_reads_the_directory_and_follows_nothing(selecting: Selecting, host: str) -> None:
    assert in_history(selecting.city)
    answer = httpx2.post(f"http://{host}/graphql", json={"query": FOLLOW}, headers={"accept": "text/event-stream"}, timeout=20)
    lines = [orjson.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    assert [error["extensions"]["code"] for error in lines[0]["errors"]] == ["FORBIDDEN"]


def test_a_follower_goes_on_after_the_last_move_that_it_saw_without_loss_or_repeat(selecting: Selecting, host: str) -> None:
    city = selecting.city
    suspended(city, "p2")
    every = len(in_history(city))
    with ExitStack() as stack:
        first = told(followed(stack, host, city.tokens["provider"], start(city)), every)
        assert len({one["cursor"] for one in first}) == every
        for at, one in enumerate(first[:-1]):
            assert told(followed(stack, host, city.tokens["rival"], one["cursor"]), every - at - 1) == first[at + 1 :]
        waiting = followed(stack, host, city.tokens["provider"], first[-1]["cursor"])
        fresh = followed(stack, host, city.tokens["provider"])
        with pytest.raises(TimeoutError):
            fresh.recv(timeout=0.5)
        suspended(city, "p1")
        (one,), (other,) = told(waiting, 1), told(fresh, 1)
        assert one == other
        assert (one["provider"], one["move"]["id"] in {seen["move"]["id"] for seen in first}) == ("organisation/p1", False)


def test_what_moves_no_provider_is_told_to_nobody(selecting: Selecting, host: str) -> None:
    city = selecting.city
    with ExitStack() as stack:
        socket = followed(stack, host, city.tokens["city"])
        city.done("district", "openDiagnosis", "diagnosis { id }", enterprise=ENTERPRISE, campaign="2024", purpose="INITIAL",
                  form="BRIEF", edition="2023", provider="p1")  # fmt: skip
        with pytest.raises(TimeoutError):
            socket.recv(timeout=0.5)
        suspended(city, "p2")
        assert told(socket, 1)[0]["provider"] == "organisation/p2"


def test_a_provider_whose_role_has_ended_is_told_no_more(selecting: Selecting, host: str) -> None:
    city = selecting.city
    with ExitStack() as stack:
        gone, other = (followed(stack, host, city.tokens[who], start(city)) for who in ("provider", "rival"))
        seen = len(in_history(city))
        assert told(gone, seen) == told(other, seen)
        city.send(EndMembership(person="provider", membership="m-provider", on=selecting.day(50)))
        with pytest.raises(ConnectionClosed):
            gone.recv(timeout=20)
        assert gone.close_code == 4401
        suspended(city, "p2")
        assert told(other, 1)[0]["move"]["standing"] == "SUSPENDED"
