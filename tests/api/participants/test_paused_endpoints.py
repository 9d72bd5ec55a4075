"""An endpoint that asked for a pause (plan P8): what waits is shown, and its partner ends the pause when it wishes to."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.participants.conftest import Hooks
from tests.api.participants.receivers import Receiver, says

STANDS = "query($id: ID!) { webhookEndpoint(id: $id) { status pausedUntil waiting hasKey } }"
LATER = "query($id: ID!) { webhookDeliveries(endpoint: $id, status: WAITING) { nodes { event dueAt } } }"
MISSING = "query($id: ID!) { webhookDeliveries(endpoint: $id, missing: true) { nodes { eventId arrived } } }"
pytestmark = pytest.mark.parametrize("city", ["sqlite"], indirect=True)


def stands(hooks: Hooks, endpoint: str, who: str = "erp *") -> dict[str, Any]:
    found: dict[str, Any] = hooks.city.data(who, STANDS, id=endpoint)["webhookEndpoint"]
    return found


@pytest.fixture
def paused(hooks: Hooks, receiver: Receiver) -> str:
    """An endpoint that answered 429 for more than a day, and two more events after that; it is well again."""
    endpoint = hooks.active(receiver)
    receiver.answer = says(429, retry_after="100000")
    hooks.happens()
    hooks.serve(endpoint)
    receiver.answer = says(204)
    hooks.happens(2)
    hooks.serve(endpoint)
    return endpoint


def test_what_waits_for_a_pause_is_listed_with_its_end_and_no_pause_is_longer_than_the_rule_says(
    hooks: Hooks, receiver: Receiver, paused: str
) -> None:
    shown = stands(hooks, paused)
    assert (len(receiver.received), shown["waiting"], shown["status"]) == (1, 3, "ACTIVE")
    waiting = hooks.city.data("erp *", LATER, id=paused)["webhookDeliveries"]["nodes"]
    assert [one["dueAt"] for one in waiting] == [shown["pausedUntil"]] * 3
    hooks.clock.ahead = timedelta(minutes=61)
    hooks.serve(paused)
    assert len(receiver.received) == 4
    assert stands(hooks, paused)["pausedUntil"] is None


def test_a_test_event_ends_a_pause_and_goes_first(hooks: Hooks, receiver: Receiver, paused: str) -> None:
    hooks.city.done("erp *", "sendTestEvent", "", endpoint=paused)
    hooks.serve(paused)
    assert [one.event["type"].split(".")[0] for one in receiver.received[1:]] == ["endpoint", *["enterprise"] * 3]
    assert (stands(hooks, paused)["pausedUntil"], stands(hooks, paused)["waiting"]) == (None, 0)


def test_a_redelivery_ends_a_pause(hooks: Hooks, receiver: Receiver, paused: str) -> None:
    hooks.city.done("erp *", "redeliverEvents", "", endpoint=paused, firstEvent=receiver.received[0].identity)
    hooks.serve(paused)
    assert len({one.identity for one in receiver.received}) == 3
    assert len(receiver.received) == 5


def test_a_new_handshake_ends_a_pause_and_is_sent_again_when_asked_for(hooks: Hooks, receiver: Receiver, paused: str) -> None:
    hooks.city.done("erp *", "disableEndpoint", "", endpoint=paused)
    receiver.echo = False
    hooks.city.done("erp *", "enableEndpoint", "", endpoint=paused)
    hooks.serve(paused)
    assert (len(receiver.handshakes), stands(hooks, paused)["waiting"]) == (2, 4)
    receiver.echo = True
    hooks.city.done("erp *", "enableEndpoint", "", endpoint=paused)
    for _ in range(2):
        hooks.serve(paused)
    assert (len(receiver.handshakes), len(receiver.received), stands(hooks, paused)["waiting"]) == (3, 4, 0)


def test_what_waits_for_a_key_is_counted(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    for one in hooks.city.installation.accounts.partner_keys.listing():
        hooks.city.installation.accounts.revoke_partner_key(one.id)
    hooks.happens()
    hooks.serve(endpoint)
    assert stands(hooks, endpoint, "city") == {"status": "ACTIVE", "pausedUntil": None, "waiting": 1, "hasKey": False}
    assert receiver.received == []


def test_a_dead_letter_is_missing_until_a_redelivery_brings_it(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhenduan.background import delivery_judging  # noqa: PLC0415 - what is changed

    usual, once = delivery_judging.body_on, {"retry_seconds": (1,), "jitter_percent": 0}
    monkeypatch.setattr(delivery_judging, "body_on", lambda *given: usual(*given).model_copy(update=once))
    endpoint = hooks.active(receiver)
    receiver.answer = says(500)
    hooks.happens(2)
    for seconds in (0, 5):
        hooks.clock.ahead = timedelta(seconds=seconds)
        hooks.serve(endpoint)
    missing = hooks.city.data("erp *", MISSING, id=endpoint)["webhookDeliveries"]["nodes"]
    assert [one["arrived"] for one in missing] == [False, False]
    receiver.answer = says(204)
    hooks.city.done("erp *", "redeliverEvents", "", endpoint=endpoint, firstEvent=missing[0]["eventId"])
    hooks.serve(endpoint)
    assert hooks.city.data("erp *", MISSING, id=endpoint)["webhookDeliveries"]["nodes"] == missing[1:]
