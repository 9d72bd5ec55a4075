"""Several deliveries are judged by one read (plan P5, P8; decision 0095), and none is sent on what holds no longer."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from interop.rosters.uscc import valid_uscc
from tests.api.participants.conftest import Hooks
from tests.api.participants.receivers import Receiver, says
from tests.live_city import FIRM

WHO = "erp 310117"
ELSEWHERE = {"district": "310115", "subdistrict": None, "park": None}


def moves_away(hooks: Hooks, _endpoint: str) -> None:
    """The second of three firms lies in another district from now on."""
    hooks.stated(FIRM.model_copy(update={"uscc": valid_uscc(2), "name": "示例企业2", **ELSEWHERE}))


def key_ends(hooks: Hooks, _endpoint: str) -> None:
    for one in hooks.city.installation.accounts.partner_keys.listing():
        hooks.city.installation.accounts.revoke_partner_key(one.id)


def is_disabled(hooks: Hooks, endpoint: str) -> None:
    hooks.city.done(WHO, "disableEndpoint", "", endpoint=endpoint)


def day_changes(hooks: Hooks, _endpoint: str) -> None:
    hooks.clock.ahead = timedelta(days=1)


AFTER_THE_FIRST = {
    "firm moves away": (moves_away, [0, 2], ["DELIVERED", "WITHHELD", "DELIVERED"]),
    "key ends": (key_ends, [0], ["WAITING", "WAITING", "DELIVERED"]),
    "endpoint is disabled": (is_disabled, [0], ["WAITING", "WAITING", "DELIVERED"]),
    "day changes": (day_changes, [0, 1, 2], ["DELIVERED"] * 3),
}


@pytest.mark.parametrize(("happens", "sent", "status"), AFTER_THE_FIRST.values(), ids=AFTER_THE_FIRST)
def test_what_happens_while_the_first_is_sent_counts_for_the_second(
    hooks: Hooks, receiver: Receiver, happens: Callable[[Hooks, str], None], sent: list[int], status: list[str]
) -> None:
    hooks.key("310117")
    endpoint = hooks.active(receiver, WHO)
    hooks.happens(3)
    planned: list[str] = []

    def answer(handler: object, received: object) -> None:
        if not planned:
            planned.extend(one["eventId"] for one in reversed(hooks.log(endpoint, "auditor")[:3]))
            happens(hooks, endpoint)
        says(204)(handler, received)  # type: ignore[arg-type] # as the receiver calls it

    receiver.answer = answer
    hooks.serve(endpoint)
    told = [one.identity for one in receiver.received]
    assert [told.index(planned[place]) for place in sent] == list(range(len(sent)))
    assert set(told) & set(planned) == {planned[place] for place in sent}
    of_the_three = [one for one in hooks.log(endpoint, "auditor") if one["eventId"] in planned]
    assert [one["status"] for one in of_the_three] == status


def test_a_batch_goes_over_one_connection_and_a_closed_one_costs_no_attempt(hooks: Hooks, receiver: Receiver) -> None:
    receiver.keeps_open = True
    endpoint = hooks.active(receiver)
    before = receiver.connections
    hooks.happens(25)
    hooks.serve(endpoint)
    assert (len(receiver.received), receiver.connections - before) == (25, 1)
    receiver.hangs_up_after = 3
    hooks.happens(5)
    hooks.serve(endpoint)
    assert len({one.identity for one in receiver.received}) == 30
    assert {(one["status"], len(one["attempts"])) for one in hooks.log(endpoint)} == {("DELIVERED", 1)}
