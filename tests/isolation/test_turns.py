"""Turns 排队: so many at once, so many waiting, one holder's share; all others are told when to come back."""

import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from domain.kernel import Refused
from isolation import Turns
from isolation.quotas import WORK_BUSY, WORK_SHARE_USED


def turns(**given: float) -> Turns:
    usual = {"at_once": 1, "waiting": 1, "of_holder": 2, "wait_seconds": 60.0}
    return Turns(**{**usual, **given})  # type: ignore[arg-type] # whole numbers where these are asked for


def refused(turn: Turns, holder: str) -> Refused:
    with pytest.raises(Refused) as caught, turn.turn(holder):
        pass
    return caught.value


def waiting(turn: Turns, holder: str, then: Callable[[], None]) -> threading.Thread:
    """A thread that has asked for a turn; it is counted before this returns."""
    before = turn._holders.total()  # noqa: SLF001 - there is no other sign of a thread that waits

    def ask() -> None:
        with turn.turn(holder):
            then()

    thread = threading.Thread(target=ask)
    thread.start()
    while turn._holders.total() == before:  # noqa: SLF001 - as above
        threading.Event().wait(0.001)
    return thread


def test_who_comes_when_all_wait_is_told_to_come_back_at_once() -> None:
    turn, order = turns(), list[str]()
    with turn.turn("a"):
        thread = waiting(turn, "b", lambda: order.append("b"))
        assert refused(turn, "c").rule == WORK_BUSY
        order.append("a")
    thread.join()
    assert order == ["a", "b"]
    with turn.turn("c"):
        order.append("c")
    assert order == ["a", "b", "c"]


def test_one_holder_takes_no_place_that_others_need() -> None:
    turn = turns(at_once=4, waiting=4, of_holder=2)
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(turn.turn("one district"))
        assert refused(turn, "one district").rule == WORK_BUSY
        held.enter_context(turn.turn("another"))


def test_who_has_waited_long_enough_is_told_to_come_back() -> None:
    turn = turns(wait_seconds=0.01)
    with turn.turn("a"):
        assert refused(turn, "b").rule == WORK_BUSY
    with turn.turn("b"):
        pass


def test_a_holder_that_used_its_share_waits_until_enough_of_it_is_given_back() -> None:
    now = 1000.0
    turn = turns(share_seconds=60.0, every_seconds=600.0, clock=lambda: now)
    with turn.turn("a") as charge:
        charge(65.0)
    found = refused(turn, "a")
    assert (found.rule, found.facts) == (WORK_SHARE_USED, {"seconds": 51})
    with turn.turn("b"):
        pass
    now += 51
    with turn.turn("a"):
        pass


def test_a_turn_that_fails_is_given_back() -> None:
    turn = turns()
    with pytest.raises(ZeroDivisionError), turn.turn("a"):
        raise ZeroDivisionError
    with turn.turn("a"):
        pass
